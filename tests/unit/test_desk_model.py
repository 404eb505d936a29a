"""The model of a real desk: what it holds and says; and that its judge sees each broken promise."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.desk_model.judge import Cause, Judge, Promise
from support.desk_model.model import (
    GRIDS,
    OFF,
    Feature,
    Group,
    ModelDesk,
    Place,
    coherent,
    nearest,
    x32_db,
    x32_position,
)
from support.desk_model.search import parse, some_features, words
from support.desk_model.world import World

from bridge.agents.agent import Learnt
from bridge.engine.results import Lesson, StepResult
from bridge.mix import messages as m
from bridge.mix.messages import MoveState
from bridge.mix.notices import Actor, ChangeNoticed, MoveReported
from bridge.mix.params import MOVABLE, Param

GAIN = Param.GAIN


def desk(*features: Feature, gains: tuple[float, ...] = (-3.0, -6.0, -9.0)) -> ModelDesk:
    """A desk of which a test knows what it holds."""
    made = ModelDesk(frozenset(features), [f"Strip {n}" for n in range(1, len(gains) + 1)])
    for track, gain in enumerate(gains, start=1):
        made.values.update({(track, param): 0.0 for param in MOVABLE})
        made.values[track, GAIN] = gain
    return made


# -- the desk -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "db"), [(0.75, 0.0), (1.0, 10.0), (0.5, -10.0), (0.25, -30.0), (0.0625, -60.0)]
)
def test_the_law_of_an_x32s_fader_goes_through_the_points_of_its_manual(
    position: float, db: float
) -> None:
    assert x32_db(position) == pytest.approx(db)
    assert x32_position(db) == pytest.approx(position)
    assert x32_db(0.0) == OFF


@given(db=st.floats(-80.0, 10.0), grid=st.sampled_from(GRIDS))
def test_a_grid_value_stays_where_it_is(db: float, grid: Feature) -> None:
    held = nearest(frozenset({grid}), GAIN, db)
    assert nearest(frozenset({grid}), GAIN, held) == held
    if db > -55.0:
        assert abs(held - db) <= 0.26


def test_a_fader_at_the_bottom_is_off_on_any_grid() -> None:
    assert {nearest(frozenset({grid}), GAIN, OFF) for grid in GRIDS} == {OFF}


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (Group(kind=Feature.LINK, leader=0, members=(1, 2)), {1: -1.0, 2: -1.0}),
        (Group(kind=Feature.GANG, leader=0, members=(1, 2)), {1: -1.0, 2: -4.0}),
        (Group(kind=Feature.VCA, leader=1, members=(2, 3)), {1: -1.0, 2: -4.0, 3: -7.0}),
        (Group(kind=Feature.VCA, leader=2, members=(1,)), {1: -1.0}),
        (Group(kind=Feature.VCA, leader=1, members=(2,), ratio=0.5), {1: -1.0, 2: -5.0}),
    ],
)
def test_who_goes_along(group: Group, expected: dict[int, float]) -> None:
    made = desk()
    made.groups.append(group)
    assert made.assign(1, GAIN, -1.0, is_hand=False) == {
        (track, GAIN): v for track, v in expected.items()
    }


def test_a_follower_on_a_grid_comes_back_to_where_it_was() -> None:
    made = desk(Feature.GRID_HALF)
    made.groups.append(Group(kind=Feature.VCA, leader=1, members=(2,), ratio=0.3))
    for value in (-2.5, -2.0, -1.5, -1.0, -2.0, -3.0):
        made.assign(1, GAIN, value, is_hand=False)
    assert made.values[2, GAIN] == -6.0


def test_a_dump_says_all_that_is_held_and_what_is_hushed_is_missing() -> None:
    made = desk()
    made.hushed = {(2, "name"), (3, "all")}
    said = [make().address for make in made.dump(4, random.Random(1))]
    assert said[0] == "/mix/tracks"
    assert said[-1] == "/mix/synced"
    assert "/mix/track/2/name" not in said
    assert "/mix/track/2/gain" in said
    assert not any(address.startswith("/mix/track/3/") for address in said)


def test_features_that_exclude_each_other_are_not_together() -> None:
    assert len(coherent(frozenset(GRIDS))) == 1
    features = some_features(7)
    assert features == coherent(features)
    assert parse(words(features)) == features
    assert parse("none") == frozenset()


def test_the_same_seed_gives_the_same_world_line_by_line() -> None:
    features = frozenset({Feature.LATE, Feature.LOST, Feature.HAND_4, Feature.PANIC, Feature.VCA})
    stories: list[list[str]] = [[], []]
    for story in stories:
        World(3, features, seconds=5.0, story=story.append).run()
    assert stories[0] == stories[1]
    assert len(stories[0]) > 200


def test_beside_an_ideal_desk_moves_are_made_and_every_promise_is_kept() -> None:
    world = World(0, frozenset(), seconds=8.0).run()
    assert world.faults == []
    assert world.applied >= world.confirmed > 0


# -- the judge ----------------------------------------------------------------------------------

PLACE: Place = (1, GAIN)


def judge(made: ModelDesk | None = None) -> tuple[Judge, ModelDesk]:
    """A judge of a desk, all of which has been told."""
    made = made or desk()
    judged = Judge(made)
    judged.counted(len(made.names))
    for place, value in made.values.items():
        judged.named(place[0])
        judged.arrives(place, value, 1.0, is_hand=False)
    return judged, made


def write(judged: Judge, value: float, at: float, *, move: str = "1-1", track: int = 1) -> None:
    command = m.SetParam(track=track, param=GAIN, value=value, move=move)
    judged.judge(StepResult(commands=(command,)), m.Tick(at=at), at)


def hand(judged: Judge, made: ModelDesk, value: float, at: float) -> None:
    judged.changed(made.assign(*PLACE, value, is_hand=True), Cause.HAND, at)
    judged.arrives(PLACE, value, at, is_hand=True)


def test_a_write_in_the_hold_of_a_hand_is_seen_and_one_after_it_is_not() -> None:
    judged, made = judge()
    hand(judged, made, -4.0, 2.0)
    write(judged, -4.0, 12.1)
    assert not judged.faults
    write(judged, -4.0, 11.9)
    assert set(judged.faults) == {Promise.HOLD}


def test_a_hand_in_steps_too_small_for_any_message_is_a_hand_by_its_way() -> None:
    judged, made = judge()
    for step in range(1, 31):
        hand(judged, made, -3.0 - 0.004 * step, 2.0 + 0.2 * step)
    write(judged, -3.12, 9.0)
    assert set(judged.faults) == {Promise.HOLD}


def test_an_echo_in_a_ramp_is_no_hand_and_a_value_beyond_it_is() -> None:
    judged, made = judge()
    for step in range(10):
        write(judged, -3.0 - 0.1 * step, 2.0 + 0.02 * step)
    judged.arrives(PLACE, -3.5, 2.2, is_hand=True)
    write(judged, -3.9, 2.3)
    assert not judged.faults
    hand(judged, made, -4.5, 2.4)
    write(judged, -3.9, 2.5)
    assert set(judged.faults) == {Promise.HOLD}


@pytest.mark.parametrize("value", [OFF, -150.0])
def test_an_opened_closed_fader_is_seen(value: float) -> None:
    judged, _ = judge()
    judged.arrives(PLACE, value, 2.0, is_hand=False)
    write(judged, -60.0, 3.0)
    assert Promise.CLOSED in judged.faults


def test_writes_to_what_is_unknown_are_seen() -> None:
    judged, _ = judge()
    judged.arrives(PLACE, math.nan, 2.0, is_hand=False)
    write(judged, -3.0, 3.0)
    assert set(judged.faults) == {Promise.VALUE}
    write(judged, -3.0, 3.0, track=9)
    assert set(judged.faults) >= {Promise.VALUE, Promise.NAME}


@pytest.mark.parametrize("value", [7.0, -61.0, math.nan, -1.0])
def test_writes_out_of_bounds_and_jumps_are_seen(value: float) -> None:
    judged, _ = judge()
    write(judged, value, 2.0)
    assert set(judged.faults) == {Promise.BOUNDS}


def test_questions_without_a_pause_are_seen() -> None:
    judged, _ = judge()
    for at in (2.0, 3.0, 4.5):
        judged.asked(at)
    assert not judged.faults
    judged.asked(5.4)
    assert set(judged.faults) == {Promise.QUESTIONS}


def test_lessons_and_hands_of_nobody_are_seen() -> None:
    lesson = Lesson(move="", reward=0.0, weight=1.0, learnt=Learnt(td_error=0.0, text="a hand"))
    notice = ChangeNoticed(
        actor=Actor.HAND, track=1, param=GAIN, from_value=-3.0, to_value=-4.0
    )  # fmt: skip
    for result in (StepResult(lessons=(lesson,)), StepResult(notices=(notice,))):
        judged, made = judge()
        judged.judge(result, m.Tick(at=3.0), 3.0)
        assert set(judged.faults) == {Promise.LESSON}
        judged, made = judge()
        hand(judged, made, -4.0, 2.0)
        judged.judge(result, m.Tick(at=3.0), 3.0)
        assert not judged.faults


def test_what_panic_and_freeze_promise_is_seen() -> None:
    judged, made = judge()
    judged.requested(m.PanicPressed(at=2.0))
    write(judged, -3.0, 2.1, move="")
    assert set(judged.faults) == {Promise.PANIC_OWN}
    write(judged, -3.0, 2.2)
    assert Promise.FROZEN in judged.faults
    judged, made = judge()
    write(judged, -3.3, 2.0)
    judged.changed(made.assign(*PLACE, -3.3, is_hand=False), Cause.BRIDGE, 2.0)
    judged.judge_panic(5.0)
    assert set(judged.faults) == {Promise.PANIC_ALL}
    judged, made = judge()
    hand(judged, made, -5.0, 2.0)
    judged.judge_panic(5.0)
    assert not judged.faults


def test_a_panic_that_begins_anew_is_seen() -> None:
    judged, made = judge()
    for at, value, move in ((2.0, -3.4, "1-1"), (3.0, -3.0, "")):
        write(judged, value, at, move=move)
        judged.changed(made.assign(*PLACE, value, is_hand=False), Cause.BRIDGE, at)
    assert not judged.faults
    write(judged, -3.4, 4.0, move="")
    assert set(judged.faults) == {Promise.PANIC_BACK}


def test_a_ramp_that_goes_on_in_a_recall_is_seen() -> None:
    judged, made = judge()
    note = MoveReported(
        move="1-1", state=MoveState.APPLIED, track=1, param=GAIN, from_value=-3.0, to_value=-6.0,
        reason="",
    )  # fmt: skip
    judged.judge(StepResult(notices=(note,)), m.Tick(at=2.0), 2.0)
    judged.changed(made.load({(2, GAIN): 0.0, (3, GAIN): 0.0}), Cause.RECALL, 2.5)
    write(judged, -3.3, 2.7)
    assert not judged.faults
    write(judged, -3.4, 3.5)
    assert set(judged.faults) == {Promise.RECALL}


def test_off_its_grid_a_desk_rounds_what_osc_sets_and_nothing_else() -> None:
    features = frozenset({Feature.GRID_HALF, Feature.OFF_GRID})
    made = ModelDesk.make(features, random.Random(1))
    assert made.values[1, GAIN] != nearest(features, GAIN, made.values[1, GAIN])
    assert made.assign(1, GAIN, -3.3, is_hand=True) == {(1, GAIN): -3.3}
    assert made.assign(1, GAIN, -3.2, is_hand=False) == {(1, GAIN): -3.0}
