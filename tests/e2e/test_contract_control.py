"""The protocol page: locks, roles, modes, freeze, panic; a DAW that comes, goes and rearranges."""

import json
from collections import Counter
from itertools import pairwise

import pytest
from support.rig import (
    A_WHILE_S,
    PARAMS,
    Bridge,
    Desk,
    apply_one,
    is_near,
    moves_in_assist,
    moves_of,
    rows_of,
)

pytestmark = pytest.mark.e2e


# -- safe, role ------------------------------------------------------------------------------------


@pytest.mark.parametrize("track", ["2", "Snare", "sNARE"])
def test_safe_locks_a_track_by_number_or_name(desk: Desk, track: str) -> None:
    desk.say("/bridge/safe", track, "all", 1)
    assert 2 not in {move.track for move in moves_in_assist(desk, 60)}
    desk.say("/bridge/safe", track, "all", 0)
    desk.say("/bridge/mode", "assist")
    desk.hear_move("applied", track=2)


def test_safe_locks_one_class_of_every_track(desk: Desk) -> None:
    desk.say("/bridge/safe", "*", "eq", 1)
    moved = {move.param for move in moves_in_assist(desk, 60)}
    assert moved == {"gain", "pan"}


def test_safe_for_all_holds_for_tracks_to_come(desk: Desk) -> None:
    desk.say("/bridge/safe", "*", "all", 1)
    desk.open_song()
    desk.say("/bridge/mode", "assist")
    assert not moves_of(desk.let_pass(A_WHILE_S))


def test_safe_takes_back_an_open_suggestion_of_that_track(desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.say("/bridge/safe", str(move.track), "all", 1)
    desk.hear_move("expired", move.name)


def test_click_and_master_are_safe_from_the_start(desk: Desk) -> None:
    desk.open_song((("Click", "other"), ("Lead", "lead"), ("Master", "other")))
    assert {move.track for move in moves_in_assist(desk, 40)} == {2}


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
    ((document,),) = rows_of(bridge, "SELECT document FROM memory")
    assert json.loads(str(document, "utf-8"))["roles"][desk.strips[4].uid] == "pad"


# -- modes, freeze, panic --------------------------------------------------------------------------


def test_observe_proposes_nothing(desk: Desk) -> None:
    assert not moves_of(desk.let_pass(A_WHILE_S))


def test_assist_moves_by_itself(desk: Desk) -> None:
    desk.say("/bridge/mode", "assist")
    move = desk.hear_move("applied")
    assert desk.hear_move("confirmed", move.name).to_value == desk.value(move.track, move.param)


def test_gig_does_nothing_that_is_not_well_known(desk: Desk) -> None:
    desk.say("/bridge/mode", "gig")
    assert not moves_of(desk.let_pass(A_WHILE_S))
    desk.hear("/bridge/heartbeat", ..., "gig")


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
    desk.wait_until(lambda: all(not any(strip.values.values()) for strip in desk.strips))
    for one, other in pairwise(
        written.value for written in desk.written[began:] if written[:2] == desk.written[-1][:2]
    ):
        assert abs(other) <= abs(one), "it fades, without detours"
    assert not moves_of(desk.let_pass(A_WHILE_S)), "it latches"
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
    desk.hear("/bridge/status", "stale")
    before = len(desk.written)
    desk.let_pass(A_WHILE_S)
    assert len(desk.written) == before, "nothing is sent to a DAW that is not there"
    desk.obeys = desk.is_playing_meters = True
    desk.hear("/bridge/status", "online")
    assert 3 not in {move.track for move in moves_in_assist(desk, 60)}


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
    first = apply_one(desk)
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
