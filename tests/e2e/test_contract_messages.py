"""The protocol page: wrong messages, and what a receiver forgives."""

import math
import os
import time

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from support.rig import A_WHILE_S, PARAMS, Desk, Strip, encode, moves_in_assist, moves_of

pytestmark = pytest.mark.e2e


# -- wrong messages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "args", "words"),
    [
        ("/bridge/reward", (), ["value", "no argument"]),
        ("/bridge/reward", (2.0,), ["-1", "1", "2.0"]),
        ("/bridge/reward", ("good",), ["number", "good"]),
        ("/bridge/reward", (1.0, "m", "id", "more"), ["value", "more"]),
        ("/bridge/accept", ("a", "b"), ["move", "b"]),
        ("/bridge/accept", (-3,), ["button", "-3"]),
        ("/bridge/mode", ("party",), ["observe", "suggest", "assist", "gig", "party"]),
        ("/bridge/mode", (1,), ["observe", "1"]),
        ("/bridge/freeze", (7,), ["0 or 1", "7"]),
        ("/bridge/freeze", (), ["on"]),
        ("/bridge/safe", ("1", "all"), ["track", "lock_class", "on"]),
        ("/bridge/safe", ("1", "reverb", 1), ["gain", "eq", "pan", "all", "reverb"]),
        ("/bridge/role", ("1", "kazoo"), ["kick", "kazoo"]),
        ("/bridge/hello", (0,), ["1", "65535", "0"]),
        ("/bridge/hello", ("9000",), ["65535", "9000"]),
        ("/bridge/rearm", ("now",), ["no argument", "now"]),
        ("/bridge/rewards", (1.0,), ["did you mean /bridge/reward?"]),
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
    moves = moves_in_assist(desk, 30)
    assert all(math.isfinite(move.from_value) for move in moves)
    assert {move.track for move in moves} <= set(range(1, 7))


# -- forgiving receivers ---------------------------------------------------------------------------


def test_a_whole_number_is_taken_where_a_float_is_meant(desk: Desk) -> None:
    desk.say("/bridge/reward", 1, "", "whole")
    assert desk.hear("/bridge/rewarded").args == ("whole", "", 1.0)
    desk.strips.append(
        Strip(uid="whole-numbers", name="Pad", role="pad", values=dict.fromkeys(PARAMS, -1))
    )
    desk.contradict("nobody's")
    desk.say("/bridge/mode", "assist")
    assert desk.hear_move("applied", track=7).from_value == -1.0


def test_true_and_false_are_taken_where_0_or_1_is_meant(desk: Desk) -> None:
    desk.say("/bridge/freeze", True)
    desk.hear("/bridge/status", "frozen")
    desk.say("/bridge/freeze", False)
    desk.hear("/bridge/status", "online")
    desk.say("/mix/transport/playing", False)
    desk.say("/bridge/mode", "assist")
    assert not moves_of(desk.let_pass(A_WHILE_S)), "a DAW that stands still is left alone"
    desk.say("/mix/transport/playing", True)
    desk.hear_move("applied")


def test_a_muted_track_is_left_alone(desk: Desk) -> None:
    desk.say("/mix/track/3/mute", True)
    assert 3 not in {move.track for move in moves_in_assist(desk, 60)}


@pytest.mark.parametrize("ahead_s", [None, 3600.0], ids=["now", "in-an-hour"])
def test_a_bundle_is_taken_at_once_whatever_its_time_tag(desk: Desk, ahead_s: float | None) -> None:
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
    assert {move.track for move in moves_in_assist(desk, 30)} == {1, 2}
