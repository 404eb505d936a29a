"""Live manners in profile studio, over real UDP: ramps, hands, undo and panic in their midst."""

import itertools
from collections.abc import Iterator

import pytest
from support.rig import Bridge, Desk, Move, is_near, running

pytestmark = pytest.mark.e2e

LARGEST_JUMP = {"gain": 0.5, "pan": 0.05}
"""Most that one write changes a parameter; EQ gains as the fader."""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    folder = tmp_path_factory.mktemp("manners")
    with running(folder, guard={"profile": "studio"}, mode="observe") as bridge:
        yield bridge


def _begin_ramp(desk: Desk) -> Move:
    """Accept a move that takes two seconds, and return while it is on its way."""
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    while abs(move.to_value - move.from_value) <= (0.1 if move.param == "pan" else 1.0):
        desk.say("/bridge/skip", move.name)
        move = desk.hear_move("proposed")
    desk.say("/bridge/accept", move.name)
    desk.hear_move("applied", move.name)
    for _ in range(5):
        desk.hear(f"/mix/track/{move.track}/{move.param}")
    return move


def test_a_move_is_a_ramp_without_a_jump_and_is_confirmed_at_its_end(desk: Desk) -> None:
    move = _begin_ramp(desk)
    desk.hear_move("confirmed", move.name)
    values = [move.from_value, *(written.value for written in desk.written)]
    jumps = [abs(b - a) for a, b in itertools.pairwise(values)]
    assert max(jumps) <= LARGEST_JUMP.get(move.param, 0.5) + 1e-6
    assert len(jumps) >= 10
    assert is_near(values[-1], move.to_value)
    assert {written[:2] for written in desk.written} == {(move.track, move.param)}


def test_a_hand_during_a_ramp_wins_at_once(desk: Desk) -> None:
    move = _begin_ramp(desk)
    desk.hand(move.track, move.param, -0.9)
    ended = Move(*desk.hear("/bridge/move", move.name).args)
    assert ended.state in ("unconfirmed", "expired")
    assert "hand" in ended.reason
    desk.hand(move.track, move.param, -0.95)  # and goes on; an echo may have crossed the first
    desk.let_pass(0.1)
    desk.written.clear()
    desk.let_pass(0.5)
    assert (move.track, move.param) not in {written[:2] for written in desk.written}
    assert desk.value(move.track, move.param) == -0.95


def test_an_undo_during_a_ramp_turns_it_round(desk: Desk) -> None:
    move = _begin_ramp(desk)
    desk.say("/bridge/undo", move.name)
    desk.hear_move("reverted", move.name)
    desk.wait_until(lambda: is_near(desk.value(move.track, move.param), move.from_value))
    values = [move.from_value, *(written.value for written in desk.written)]
    jumps = [abs(b - a) for a, b in itertools.pairwise(values)]
    assert max(jumps) <= LARGEST_JUMP.get(move.param, 0.5) + 1e-6


def test_freeze_during_a_ramp_leaves_it_where_it_is(desk: Desk) -> None:
    move = _begin_ramp(desk)
    desk.say("/bridge/freeze", 1)
    desk.hear("/bridge/status", "frozen")
    stands = desk.value(move.track, move.param)
    before = len(desk.written)
    desk.let_pass(0.5)
    assert len(desk.written) == before
    assert desk.value(move.track, move.param) == stands != move.to_value


def test_panic_during_a_ramp_fades_it_back(desk: Desk) -> None:
    move = _begin_ramp(desk)
    desk.say("/bridge/panic")
    desk.hear("/bridge/status", "panic")
    desk.wait_until(lambda: all(not any(strip.values.values()) for strip in desk.strips))
    assert is_near(desk.value(move.track, move.param), move.from_value)


def test_a_renumbering_during_a_ramp_moves_no_other_track(desk: Desk) -> None:
    move = _begin_ramp(desk)
    desk.strips.reverse()
    desk.dump(0)
    desk.let_pass(0.1)
    desk.written.clear()
    desk.let_pass(0.5)
    assert move.track not in {w.track for w in desk.written if w.param == move.param}
    assert desk.value(move.track, move.param) == 0.0
