"""The protocol page: hello, suggestions, rewards and undo, over real UDP."""

import math
import socket
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage
from support.rig import (
    A_WHILE_S,
    PARAMS,
    PATIENCE_S,
    Bridge,
    Desk,
    Strip,
    apply_one,
    encode,
    is_near,
    moves_of,
    rows_of,
    running,
    sitting_at,
)

pytestmark = pytest.mark.e2e


# -- hello, heartbeat, status ----------------------------------------------------------------------


def test_hello_is_answered_with_version_and_protocol(desk: Desk) -> None:
    version, protocol = desk.greet().args
    assert (type(version), protocol) == (str, 1)


def test_whoever_says_hello_hears_the_status(desk: Desk) -> None:
    desk.greet()
    state, text = desk.hear("/bridge/status").args
    assert state == "online"
    assert text


def test_a_heartbeat_every_two_seconds_counts_and_names_the_mode(desk: Desk) -> None:
    first, mode = desk.hear("/bridge/heartbeat").args
    second, _ = desk.hear("/bridge/heartbeat").args
    assert second == first + 1
    assert mode == "observe"


def test_everyone_who_said_hello_hears_the_same(bridge: Bridge, desk: Desk) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(PATIENCE_S)
        hello = encode("/bridge/hello", other.getsockname()[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
            elsewhere.sendto(hello, ("127.0.0.1", bridge.port))  # the port that counts is named
        assert OscMessage(other.recv(1024)).address == "/bridge/welcome"
        desk.say("/bridge/reward", 1.0, "", "told-to-all")
        while (message := OscMessage(other.recv(1024))).address != "/bridge/rewarded":
            pass
        assert message.params[0] == "told-to-all"
        desk.hear("/bridge/rewarded", "told-to-all")


def test_a_late_comer_is_told_the_open_suggestion(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.greet()
    assert desk.hear_move("proposed") == move


# -- suggestions -----------------------------------------------------------------------------------


def test_a_suggestion_names_a_move_and_touches_nothing(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    assert move.name
    assert move.reason
    assert move.track in range(1, len(desk.strips) + 1)
    assert move.param in PARAMS
    assert is_near(move.from_value, desk.value(move.track, move.param))
    assert move.to_value != move.from_value
    assert not moves_of(desk.let_pass(A_WHILE_S))
    assert not desk.written


def test_an_accepted_move_is_applied_then_set_then_confirmed(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.say("/bridge/accept", move.name)
    told = desk.hear("/bridge/move", move.name)
    assert told.args[1] == "applied"
    assert not desk.written, "it was set before it was told"
    confirmed = desk.hear_move("confirmed", move.name)
    assert [tuple(written) for written in desk.written] == [
        (move.track, move.param, pytest.approx(move.to_value))
    ]
    assert is_near(confirmed.to_value, desk.value(move.track, move.param))


def test_a_skipped_move_is_never_set_and_another_is_suggested(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.say("/bridge/skip", move.name)
    desk.hear_move("skipped", move.name)
    assert desk.hear_move("proposed").name != move.name
    assert not desk.written


def test_what_is_not_the_open_suggestion_cannot_be_answered(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    desk.hear_move("proposed")
    for verb in ("accept", "skip"):
        desk.say(f"/bridge/{verb}", "no-such-move")
        (text,) = desk.hear("/bridge/error").args
        assert "no-such-move" in text


def test_a_daw_that_goes_less_far_is_believed(desk: Desk) -> None:
    desk.holds = lambda written: (written.value + move.from_value) / 2.0
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.say("/bridge/accept", move.name)
    confirmed = desk.hear_move("confirmed", move.name)
    assert is_near(confirmed.to_value, (move.from_value + move.to_value) / 2.0)


def test_a_daw_that_does_not_answer_leaves_a_move_unconfirmed(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.obeys = False
    asked = len(desk.refreshes)
    desk.say("/bridge/accept", move.name)
    desk.hear_move("unconfirmed", move.name)
    desk.obeys = True
    desk.hear("/mix/refresh")
    assert len(desk.refreshes) > asked


def test_the_default_agent_suggests_what_a_soft_lead_needs(tmp_path: Path) -> None:
    with running(tmp_path, learning={}, mode="suggest") as bridge, sitting_at(bridge) as desk:
        desk.strips.append(Strip(uid="soft", name="Vocals", role="lead"))
        del desk.strips[5]
        desk.strips[5].values["gain"] = -20.0
        desk.contradict("nobody's")
        desk.say("/bridge/mode", "suggest")
        move = desk.hear_move("proposed")
        while move.track != 6:
            desk.say("/bridge/skip", move.name)
            move = desk.hear_move("proposed")
        assert move.param == "gain"
        assert move.to_value > move.from_value
        assert "Vocals" in move.reason


# -- rewards ---------------------------------------------------------------------------------------


def test_a_reward_names_its_move_and_is_answered_with_its_id(desk: Desk) -> None:
    move = apply_one(desk)
    desk.say("/bridge/reward", 0.5, move.name, "named-1")
    assert desk.hear("/bridge/rewarded").args == ("named-1", move.name, 0.5)


def test_a_reward_without_a_move_goes_to_the_one_just_heard(desk: Desk) -> None:
    move = apply_one(desk)
    desk.say("/bridge/mode", "observe")  # closes the window: nothing is on its way
    after = apply_one(desk)
    desk.let_pass(A_WHILE_S)  # nobody judges sooner
    desk.say("/bridge/reward", 1.0)
    reward_id, credited, value = desk.hear("/bridge/rewarded").args
    assert reward_id
    assert (credited, value) == (after.name, 1.0)
    assert credited != move.name


def test_a_reward_that_nothing_earned_is_kept_and_credited_to_none(desk: Desk) -> None:
    desk.say("/bridge/reward", -1.0, "", "for-nobody")
    assert desk.hear("/bridge/rewarded").args == ("for-nobody", "", -1.0)


def test_a_reward_for_an_unknown_move_says_so_and_is_kept(desk: Desk) -> None:
    desk.say("/bridge/reward", 1.0, "no-such-move", "unknown-1")
    (text,) = desk.hear("/bridge/error").args
    assert "no-such-move" in text
    assert desk.hear("/bridge/rewarded").args == ("unknown-1", "", 1.0)


def test_a_retried_reward_gets_the_same_answer_and_counts_once(bridge: Bridge, desk: Desk) -> None:
    move = apply_one(desk)
    for _ in range(3):
        desk.say("/bridge/reward", 1.0, move.name, "again-1")
    answers = [desk.hear("/bridge/rewarded", "again-1") for _ in range(3)]
    desk.say("/bridge/reward", 1.0, move.name, "again-1")
    answers.append(desk.hear("/bridge/rewarded", "again-1"))
    assert {answer.args for answer in answers} == {("again-1", move.name, 1.0)}
    assert rows_of(bridge, "SELECT count(*) FROM rewards WHERE reward_id = 'again-1'") == [(1,)]
    # One lesson for the accept, one for the thumb.
    assert rows_of(bridge, "SELECT reward FROM lessons WHERE move = ?", move.name) == [
        (1.0,),
        (1.0,),
    ]


def test_an_answered_reward_is_on_disk(bridge: Bridge, desk: Desk) -> None:
    for number in range(20):
        desk.say("/bridge/reward", 1.0, "", f"disk-{number}")
        desk.hear("/bridge/rewarded", f"disk-{number}")
        found = rows_of(bridge, "SELECT value FROM rewards WHERE reward_id = ?", f"disk-{number}")
        assert found == [(1.0,)]


def test_a_burst_of_rewards_is_answered_in_order_each_once(desk: Desk) -> None:
    names = [f"burst-{number}" for number in range(500)]
    for name in names:
        desk.say("/bridge/reward", 1.0, "", name)
    assert [desk.hear("/bridge/rewarded").args[0] for _ in names] == names
    assert not [told for told in desk.let_pass(A_WHILE_S) if told.address == "/bridge/rewarded"]


def test_a_thumb_down_takes_the_move_back(desk: Desk) -> None:
    move = apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/reward", -1.0, move.name, "down-1")
    desk.hear_move("reverted", move.name)
    desk.let_pass(A_WHILE_S)
    assert is_near(desk.value(move.track, move.param), move.from_value)


# -- undo ------------------------------------------------------------------------------------------


def test_undo_takes_back_the_last_move(desk: Desk) -> None:
    first, last = apply_one(desk), apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/undo")
    assert desk.hear_move("reverted").name == last.name
    desk.let_pass(A_WHILE_S)
    assert is_near(desk.value(last.track, last.param), last.from_value)
    desk.say("/bridge/undo")
    assert desk.hear_move("reverted").name == first.name


def test_undo_takes_back_the_move_that_it_names(desk: Desk) -> None:
    first, last = apply_one(desk), apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/undo", first.name)
    assert desk.hear_move("reverted").name == first.name
    desk.let_pass(A_WHILE_S)
    was = 0.0 if (first.track, first.param) != (last.track, last.param) else last.to_value
    assert math.isclose(
        desk.value(first.track, first.param),
        was if was == 0.0 else was - (first.to_value - first.from_value),
        abs_tol=1e-5,
    )


def test_an_undo_counts_against_the_move(bridge: Bridge, desk: Desk) -> None:
    move = apply_one(desk)
    desk.say("/bridge/undo", move.name)
    desk.hear_move("reverted", move.name)
    desk.say("/bridge/reward", 1.0, "", "after-undo")
    desk.hear("/bridge/rewarded", "after-undo")  # what came before is on disk, too
    found = rows_of(bridge, "SELECT reward FROM lessons WHERE move = ? ORDER BY seq", move.name)
    assert found == [(1.0,), (-1.0,)]


def test_undo_of_what_does_not_stand_is_refused(desk: Desk) -> None:
    desk.say("/bridge/undo", "no-such-move")
    assert "no-such-move" in desk.hear("/bridge/error").args[0]
    move = apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/undo", move.name)
    desk.hear_move("reverted", move.name)
    desk.say("/bridge/undo", move.name)
    assert move.name in desk.hear("/bridge/error").args[0]


def test_undo_never_touches_what_a_hand_has_moved_since(desk: Desk) -> None:
    move = apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.hand(move.track, move.param, -0.7)
    desk.let_pass(A_WHILE_S)
    desk.say("/bridge/undo", move.name)
    assert "hand" in desk.hear("/bridge/error").args[0]
    assert desk.value(move.track, move.param) == -0.7
