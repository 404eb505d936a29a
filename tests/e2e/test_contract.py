"""The protocol page, sentence by sentence, over real UDP against `mixbridge run`."""

import json
import math
import os
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from rig import PARAMS, Bridge, Desk, Heard, Move, encode, is_near, running, sitting_at

pytestmark = pytest.mark.e2e

A_WHILE_S = 0.4
"""Twenty times the pace: who wanted to move would have done so."""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with running(tmp_path_factory.mktemp("contract"), mode="suggest") as bridge:
        yield bridge


@pytest.fixture
def desk(bridge: Bridge) -> Iterator[Desk]:
    with sitting_at(bridge) as desk:
        yield desk


def _moves(heard: list[Heard]) -> list[Move]:
    return [Move(*told.args) for told in heard if told.address == "/bridge/move"]


def _apply_one(desk: Desk) -> Move:
    """Accept a suggestion and let the DAW confirm it."""
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.say("/bridge/accept", move.name)
    return desk.hear_move("confirmed", move.name)


def _rows(bridge: Bridge, query: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{bridge.store}?mode=ro", uri=True)) as store:
        return store.execute(query, values).fetchall()


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
    second, _ = desk.hear("/bridge/heartbeat", within_s=3.0).args
    assert second == first + 1
    assert mode == "observe"


def test_everyone_who_said_hello_hears_the_same(bridge: Bridge, desk: Desk) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(5.0)
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
    assert not _moves(desk.let_pass(A_WHILE_S))
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


# -- rewards ---------------------------------------------------------------------------------------


def test_a_reward_names_its_move_and_is_answered_with_its_id(desk: Desk) -> None:
    move = _apply_one(desk)
    desk.say("/bridge/reward", 0.5, move.name, "named-1")
    assert desk.hear("/bridge/rewarded").args == ("named-1", move.name, 0.5)


def test_a_reward_without_a_move_goes_to_the_one_just_heard(desk: Desk) -> None:
    move = _apply_one(desk)
    desk.say("/bridge/mode", "observe")  # closes the window: nothing is on its way
    desk.say("/bridge/mode", "suggest")
    after = desk.hear_move("proposed")
    desk.say("/bridge/accept", after.name)
    desk.hear_move("confirmed", after.name)
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
    move = _apply_one(desk)
    for _ in range(3):
        desk.say("/bridge/reward", 1.0, move.name, "again-1")
    answers = [desk.hear("/bridge/rewarded", "again-1") for _ in range(3)]
    desk.say("/bridge/reward", 1.0, move.name, "again-1")
    answers.append(desk.hear("/bridge/rewarded", "again-1"))
    assert {answer.args for answer in answers} == {("again-1", move.name, 1.0)}
    assert _rows(bridge, "SELECT count(*) FROM rewards WHERE reward_id = 'again-1'") == [(1,)]
    # One lesson for the accept, one for the thumb.
    assert _rows(bridge, "SELECT reward FROM lessons WHERE move = ?", move.name) == [(1.0,), (1.0,)]


def test_an_answered_reward_is_on_disk(bridge: Bridge, desk: Desk) -> None:
    for number in range(20):
        desk.say("/bridge/reward", 1.0, "", f"disk-{number}")
        desk.hear("/bridge/rewarded", f"disk-{number}")
        found = _rows(bridge, "SELECT value FROM rewards WHERE reward_id = ?", f"disk-{number}")
        assert found == [(1.0,)]


def test_a_burst_of_rewards_is_answered_in_order_each_once(desk: Desk) -> None:
    names = [f"burst-{number}" for number in range(500)]
    for name in names:
        desk.say("/bridge/reward", 1.0, "", name)
    assert [desk.hear("/bridge/rewarded").args[0] for _ in names] == names
    assert not [told for told in desk.let_pass(A_WHILE_S) if told.address == "/bridge/rewarded"]


def test_a_thumb_down_takes_the_move_back(desk: Desk) -> None:
    move = _apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/reward", -1.0, move.name, "down-1")
    desk.hear_move("reverted", move.name)
    desk.let_pass(A_WHILE_S)
    assert is_near(desk.value(move.track, move.param), move.from_value)


# -- undo ------------------------------------------------------------------------------------------


def test_undo_takes_back_the_last_move(desk: Desk) -> None:
    first, last = _apply_one(desk), _apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/undo")
    assert desk.hear_move("reverted").name == last.name
    desk.let_pass(A_WHILE_S)
    assert is_near(desk.value(last.track, last.param), last.from_value)
    desk.say("/bridge/undo")
    assert desk.hear_move("reverted").name == first.name


def test_undo_takes_back_the_move_that_it_names(desk: Desk) -> None:
    first, last = _apply_one(desk), _apply_one(desk)
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
    move = _apply_one(desk)
    desk.say("/bridge/undo", move.name)
    desk.hear_move("reverted", move.name)
    desk.say("/bridge/reward", 1.0, "", "after-undo")
    desk.hear("/bridge/rewarded", "after-undo")  # what came before is on disk, too
    found = _rows(bridge, "SELECT reward FROM lessons WHERE move = ? ORDER BY seq", move.name)
    assert found == [(1.0,), (-1.0,)]


def test_undo_of_what_does_not_stand_is_refused(desk: Desk) -> None:
    desk.say("/bridge/undo", "no-such-move")
    assert "no-such-move" in desk.hear("/bridge/error").args[0]
    move = _apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/undo", move.name)
    desk.hear_move("reverted", move.name)
    desk.say("/bridge/undo", move.name)
    assert move.name in desk.hear("/bridge/error").args[0]


def test_undo_never_touches_what_a_hand_has_moved_since(desk: Desk) -> None:
    move = _apply_one(desk)
    desk.say("/bridge/mode", "observe")
    desk.hand(move.track, move.param, -0.7)
    desk.let_pass(A_WHILE_S)
    desk.say("/bridge/undo", move.name)
    assert "hand" in desk.hear("/bridge/error").args[0]
    assert desk.value(move.track, move.param) == -0.7


# -- safe, role ------------------------------------------------------------------------------------


def _moves_in_assist(desk: Desk, number: int) -> list[Move]:
    desk.say("/bridge/mode", "assist")
    moves = [desk.hear_move("applied") for _ in range(number)]
    desk.say("/bridge/mode", "observe")
    return moves


@pytest.mark.parametrize("track", ["2", "Snare", "sNARE"])
def test_safe_locks_a_track_by_number_or_name(desk: Desk, track: str) -> None:
    desk.say("/bridge/safe", track, "all", 1)
    assert 2 not in {move.track for move in _moves_in_assist(desk, 60)}
    desk.say("/bridge/safe", track, "all", 0)
    desk.say("/bridge/mode", "assist")
    desk.hear_move("applied", track=2)


def test_safe_locks_one_class_of_every_track(desk: Desk) -> None:
    desk.say("/bridge/safe", "*", "eq", 1)
    moved = {move.param for move in _moves_in_assist(desk, 60)}
    assert moved == {"gain", "pan"}


def test_safe_for_all_holds_for_tracks_to_come(desk: Desk) -> None:
    desk.say("/bridge/safe", "*", "all", 1)
    desk.open_song()
    desk.say("/bridge/mode", "assist")
    assert not _moves(desk.let_pass(A_WHILE_S))


def test_safe_takes_back_an_open_suggestion_of_that_track(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.say("/bridge/safe", str(move.track), "all", 1)
    desk.hear_move("expired", move.name)


def test_click_and_master_are_safe_from_the_start(desk: Desk) -> None:
    desk.open_song((("Click", "other"), ("Lead", "lead"), ("Master", "other")))
    assert {move.track for move in _moves_in_assist(desk, 40)} == {2}


def test_safe_of_an_unknown_track_is_refused(desk: Desk) -> None:
    desk.say("/bridge/safe", "Theremin", "all", 1)
    assert "Theremin" in desk.hear("/bridge/error").args[0]


def test_a_corrected_role_is_kept_and_an_unknown_one_refused(bridge: Bridge, desk: Desk) -> None:
    desk.say("/bridge/role", "Keys", "pad")
    desk.say("/bridge/role", "Keys", "kazoo")
    (text,) = desk.hear("/bridge/error").args
    assert "kazoo" in text
    assert "strings" in text
    desk.say("/bridge/role", "Theremin", "lead")
    assert "Theremin" in desk.hear("/bridge/error").args[0]
    desk.say("/bridge/reward", 1.0, "", "after-role")
    desk.hear("/bridge/rewarded", "after-role")
    ((document,),) = _rows(bridge, "SELECT document FROM memory")
    assert json.loads(str(document, "utf-8"))["roles"][desk.strips[4].uid] == "pad"


# -- modes, freeze, panic --------------------------------------------------------------------------


def test_observe_proposes_nothing(desk: Desk) -> None:
    assert not _moves(desk.let_pass(A_WHILE_S))


def test_assist_moves_by_itself(desk: Desk) -> None:
    desk.say("/bridge/mode", "assist")
    move = desk.hear_move("applied")
    assert desk.hear_move("confirmed", move.name).to_value == desk.value(move.track, move.param)


def test_gig_does_nothing_that_is_not_well_known(desk: Desk) -> None:
    desk.say("/bridge/mode", "gig")
    assert not _moves(desk.let_pass(A_WHILE_S))
    assert desk.hear("/bridge/heartbeat").args[1] == "gig"


def test_freeze_stops_everything_until_it_is_released(desk: Desk) -> None:
    desk.say("/bridge/mode", "assist")
    desk.hear_move("confirmed")
    desk.say("/bridge/freeze", 1)
    desk.hear("/bridge/status", "frozen")
    before = len(desk.written)
    desk.let_pass(A_WHILE_S)
    assert len(desk.written) == before
    desk.say("/bridge/freeze", 0)
    desk.hear("/bridge/status", "online")
    desk.hear_move("applied")


def test_panic_fades_back_to_the_snapshot_latches_and_is_released(desk: Desk) -> None:
    desk.say("/bridge/mode", "assist")
    for _ in range(12):
        desk.hear_move("confirmed")
    assert any(desk.value(track, param) for track in range(1, 7) for param in PARAMS)
    desk.say("/bridge/panic")
    desk.hear("/bridge/status", "panic")
    began = len(desk.written)
    desk.let_pass(1.5)
    assert [strip.values for strip in desk.strips] == [dict.fromkeys(PARAMS, 0.0)] * 6
    for one, other in pairwise(
        written.value for written in desk.written[began:] if written[:2] == desk.written[-1][:2]
    ):
        assert abs(other) <= abs(one), "it fades, without detours"
    assert not _moves(desk.let_pass(A_WHILE_S)), "it latches"
    desk.say("/bridge/rearm")
    desk.hear("/bridge/status", "online")
    desk.hear_move("applied")


@pytest.mark.parametrize("args", [(1.0,), (1,), ("now",), (True, 2)])
def test_panic_needs_no_right_arguments(desk: Desk, args: tuple[object, ...]) -> None:
    desk.say("/bridge/panic", *args)
    desk.hear("/bridge/status", "panic")


def test_panic_spares_what_a_hand_has_set(desk: Desk) -> None:
    desk.hand(1, "gain", -7.5)
    desk.say("/bridge/mode", "assist")
    for _ in range(12):
        desk.hear_move("confirmed")
    desk.say("/bridge/panic")
    desk.hear("/bridge/status", "panic")
    desk.let_pass(1.5)
    assert is_near(desk.value(1, "gain"), -7.5)


# -- wrong messages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "args", "words"),
    [
        ("/bridge/reward", (), ["value", "no argument"]),
        ("/bridge/reward", (2.0,), ["-1", "1", "2.0"]),
        ("/bridge/reward", ("good",), ["number", "good"]),
        ("/bridge/reward", (1.0, "m", "id", "more"), ["value", "more"]),
        ("/bridge/accept", (), ["move"]),
        ("/bridge/accept", (3,), ["text", "3"]),
        ("/bridge/mode", ("party",), ["observe", "suggest", "assist", "gig", "party"]),
        ("/bridge/mode", (1,), ["observe", "1"]),
        ("/bridge/freeze", (7,), ["0 or 1", "7"]),
        ("/bridge/freeze", (), ["on"]),
        ("/bridge/safe", ("1", "all"), ["track", "lock_class", "on"]),
        ("/bridge/safe", ("1", "reverb", 1), ["gain", "eq", "pan", "all", "reverb"]),
        ("/bridge/role", ("1", "kazoo"), ["kick", "kazoo"]),
        ("/bridge/hello", (0,), ["1", "65535", "0"]),
        ("/bridge/hello", ("9000",), ["65535", "9000"]),
        ("/bridge/rearm", (1,), ["no argument", "1"]),
        ("/bridge/dance", (), ["hello", "reward", "panic"]),
    ],
)
def test_a_wrong_message_is_answered_with_what_was_expected(
    desk: Desk, address: str, args: tuple[object, ...], words: list[str]
) -> None:
    desk.say(address, *args)
    (text,) = desk.hear("/bridge/error").args
    assert address in text
    assert not [word for word in words if word not in text.removeprefix(address)], text
    assert not [told for told in desk.let_pass(0.05) if told.address == "/bridge/error"]


def test_what_is_no_osc_is_dropped_and_nothing_breaks(desk: Desk) -> None:
    for datagram in (
        b"",
        b"\0",
        b"/",
        b"#bundle\0",
        b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xfc",
        encode("/bridge/reward", 1.0)[:-2],
        encode("/bridge/reward", math.nan),
        b"/bridge/panic\0\0\0,i\0\0",
        os.urandom(1500),
        bytes(65_507),
    ):
        desk.say_bytes(datagram)
    desk.say("/bridge/reward", 1.0, "", "still-here")
    assert desk.hear("/bridge/rewarded").args[0] == "still-here"


def test_nonsense_from_the_daw_is_not_believed(desk: Desk) -> None:
    desk.say("/mix/track/1/gain", math.nan)
    desk.say("/mix/track/1/gain", math.inf)
    desk.say("/mix/track/1/pan", 5.0)
    desk.say("/mix/track/0/gain", -3.0)
    desk.say("/mix/track/99/gain", -3.0)
    desk.say("/mix/track/1/gain", "loud")
    moves = _moves_in_assist(desk, 30)
    assert all(math.isfinite(move.from_value) for move in moves)
    assert {move.track for move in moves} <= set(range(1, 7))


# -- forgiving receivers ---------------------------------------------------------------------------


def test_a_whole_number_is_taken_where_a_float_is_meant(desk: Desk) -> None:
    desk.say("/bridge/reward", 1, "", "whole")
    assert desk.hear("/bridge/rewarded").args == ("whole", "", 1.0)
    desk.strips[0].values["gain"] = -9.0
    desk.say("/mix/track/1/gain", -9)
    desk.say("/bridge/safe", "*", "eq", 1)
    desk.say("/bridge/safe", "*", "pan", 1)
    for track in range(2, 7):
        desk.say("/bridge/safe", track, "all", 1)
    desk.hand(1, "gain", -9.0)
    desk.let_pass(0.05)
    desk.say("/bridge/panic")
    desk.hear("/bridge/status", "panic")
    assert not desk.written, "the hand's -9 is the snapshot now"


def test_true_and_false_are_taken_where_0_or_1_is_meant(desk: Desk) -> None:
    desk.say("/bridge/freeze", True)
    desk.hear("/bridge/status", "frozen")
    desk.say("/bridge/freeze", False)
    desk.hear("/bridge/status", "online")
    desk.say("/mix/transport/playing", False)
    desk.say("/bridge/mode", "assist")
    assert not _moves(desk.let_pass(A_WHILE_S)), "a DAW that stands still is left alone"
    desk.say("/mix/transport/playing", True)
    desk.hear_move("applied")


def test_a_muted_track_is_left_alone(desk: Desk) -> None:
    desk.say("/mix/track/3/mute", True)
    assert 3 not in {move.track for move in _moves_in_assist(desk, 60)}


@pytest.mark.parametrize("ahead_s", [None, 3600.0], ids=["now", "in-an-hour"])
def test_a_bundle_is_taken_at_once_whatever_its_time_tag(
    desk: Desk, ahead_s: float | None
) -> None:
    timetag = IMMEDIATELY if ahead_s is None else time.time() + ahead_s
    inner, outer = OscBundleBuilder(timetag), OscBundleBuilder(timetag)
    inner.add_content(OscMessage(encode("/bridge/reward", 1.0, "", "inner")))
    outer.add_content(OscMessage(encode("/bridge/reward", 1.0, "", "outer")))
    outer.add_content(inner.build())
    desk.say_bytes(outer.build().dgram)
    names = [desk.hear("/bridge/rewarded").args[0] for _ in range(2)]
    assert names == ["outer", "inner"]


def test_a_dump_may_come_in_one_bundle(desk: Desk) -> None:
    desk.obeys = False
    desk.open_song((("Lead", "lead"), ("Bass", "bass")))
    bundle = OscBundleBuilder(IMMEDIATELY)
    bundle.add_content(OscMessage(encode("/mix/tracks", 2)))
    for track, strip in enumerate(desk.strips, start=1):
        bundle.add_content(OscMessage(encode(f"/mix/track/{track}/id", strip.uid)))
        bundle.add_content(OscMessage(encode(f"/mix/track/{track}/name", strip.name)))
        for param in PARAMS:
            bundle.add_content(OscMessage(encode(f"/mix/track/{track}/{param}", 0.0)))
    bundle.add_content(OscMessage(encode("/mix/synced", desk.refreshes[-1])))
    desk.say_bytes(bundle.build().dgram)
    desk.obeys = True
    assert {move.track for move in _moves_in_assist(desk, 30)} == {1, 2}


# -- a DAW that comes, goes and rearranges ---------------------------------------------------------


def test_a_dump_is_asked_for_with_a_number_that_changes(desk: Desk) -> None:
    desk.open_song()
    desk.open_song()
    assert len(set(desk.refreshes)) == len(desk.refreshes) >= 2


def test_a_daw_that_restarts_is_found_again_with_its_locks(bridge: Bridge, desk: Desk) -> None:
    desk.say("/bridge/safe", "Bass", "all", 1)
    desk.say("/bridge/mode", "assist")
    desk.hear_move("confirmed")
    desk.obeys = desk.is_playing_meters = False
    desk.hear("/bridge/status", "stale", within_s=6.0)
    before = len(desk.written)
    desk.let_pass(A_WHILE_S)
    assert len(desk.written) == before, "nothing is sent to a DAW that is not there"
    desk.obeys = desk.is_playing_meters = True
    desk.hear("/bridge/status", "online", within_s=6.0)
    assert 3 not in {move.track for move in _moves_in_assist(desk, 60)}


def test_a_lock_follows_its_track_to_another_number(desk: Desk) -> None:
    desk.say("/bridge/safe", "Bass", "all", 1)
    desk.say("/bridge/mode", "assist")
    desk.hear_move("confirmed")
    desk.strips.reverse()
    desk.dump(0)
    desk.let_pass(0.1)
    desk.written.clear()
    for _ in range(60):
        desk.hear_move("applied")
    moved = Counter(written.track for written in desk.written)
    assert moved[4] == 0, "Bass is number 4 now"
    assert moved[3], "and Guitar is number 3"


def test_nothing_is_written_between_a_rearrangement_and_the_dump_that_explains_it(
    desk: Desk,
) -> None:
    desk.say("/bridge/mode", "assist")
    desk.hear_move("confirmed")
    desk.obeys = False
    desk.strips.reverse()
    desk.say("/mix/track/1/id", desk.strips[0].uid)
    desk.hear("/mix/refresh")
    before = len(desk.written)
    desk.let_pass(A_WHILE_S)
    assert len(desk.written) == before
    desk.obeys = True
    desk.dump(desk.refreshes[-1])
    desk.hear_move("applied")


def test_a_suggestion_of_before_a_rearrangement_is_not_applied_to_another_track(
    desk: Desk,
) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.strips.reverse()
    desk.dump(0)
    desk.hear_move("expired", move.name)
    desk.say("/bridge/accept", move.name)
    assert move.name in desk.hear("/bridge/error").args[0]
    assert not desk.written


def test_a_track_that_was_deleted_is_not_written_to(desk: Desk) -> None:
    first = _apply_one(desk)
    desk.say("/bridge/mode", "observe")
    del desk.strips[first.track - 1]
    desk.dump(0)
    desk.let_pass(0.1)
    before = len(desk.written)
    desk.say("/bridge/undo", first.name)
    assert "gone" in desk.hear("/bridge/error").args[0]
    assert len(desk.written) == before


def test_a_hand_keeps_the_bridge_off_that_track(desk: Desk) -> None:
    desk.say("/bridge/mode", "assist")
    desk.hear_move("confirmed")
    desk.hand(2, "gain", -5.0)
    desk.let_pass(0.1)
    desk.written.clear()
    for _ in range(60):
        assert desk.hear_move("applied").track != 2
    assert 2 not in {written.track for written in desk.written}
    assert desk.value(2, "gain") == -5.0
