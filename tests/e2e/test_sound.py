"""Work on a sound over OSC alone: a DAW that describes a synth, a tap that hears it, a person."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.rig import Bridge, ending, rows_of
from support.synth_desk import BASS, KNOBS, sit

pytestmark = pytest.mark.slow


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    with ending(Bridge(tmp_path, mode="suggest", guard={"profile": "studio"})) as bridge:
        yield bridge


def test_an_offer_is_heard_picked_undone_and_remembered(bridge: Bridge) -> None:
    with closing(sit(bridge)) as desk:
        desk.play_note()
        offer = desk.hear("/bridge/offer")
        name, count, *moves = offer.args
        assert count == len(moves) == 2
        for move in moves:
            desk.say("/bridge/audition", move, 1)
            desk.let_pass(0.5)
            desk.play_note()
        desk.say("/bridge/choose", name, 1)
        desk.hear_move("skipped", moves[1])
        confirmed = desk.hear_move("confirmed", moves[0])
        assert confirmed.track == BASS
        assert confirmed.param.startswith("device/1/param/")
        knob = int(confirmed.param.rpartition("/")[2]) - 1
        assert desk.knobs[knob] == pytest.approx(confirmed.to_value, abs=1e-5)
        desk.say("/bridge/task", "off")
        desk.say("/bridge/undo", moves[0])
        desk.hear_move("reverted", moves[0])
        desk.wait_until(lambda: desk.knobs == pytest.approx([0.5] * len(KNOBS), abs=1e-5))
        ((memory,),) = rows_of(bridge, "SELECT document FROM memory")
        assert isinstance(memory, bytes)
        assert "sound" in json.loads(memory)["tasks"]
    told = subprocess.run(
        [sys.executable, "-m", "bridge", "replay", str(bridge.store)],
        capture_output=True,
        text=True,
        timeout=120.0,
        check=False,
    )
    assert "Identical, bit for bit" in told.stdout, told.stdout + told.stderr


def test_who_says_hello_is_told_the_knobs_and_which_may_move(bridge: Bridge) -> None:
    with closing(sit(bridge)) as desk:
        desk.say("/bridge/knob", "Filter Cutoff", "never")
        desk.hear("/bridge/status", ..., "noted: Synth Filter Cutoff is never moved")
        desk.say("/bridge/hello", desk.port)
        count = len(KNOBS)
        for place, (name, role, taught) in enumerate(
            (
                ("Filter Cutoff", "", 1),
                ("Filter Resonance", "resonance", 0),
                ("Amp Attack", "attack", 0),
                ("Amp Decay", "decay", 0),
                ("Amp Release", "release", 0),
            ),
            start=1,
        ):
            desk.hear("/bridge/knob/state", place, count, name, "0.50", role, taught)


def test_a_hand_wins_and_what_is_wrong_is_told(bridge: Bridge) -> None:
    with closing(sit(bridge)) as desk:
        desk.say("/bridge/focus", "Kick")
        desk.hear("/bridge/error", "focus: no device with known parameters is on Kick")
        desk.say("/bridge/choose", "nothing", 1)
        desk.hear("/bridge/error", "choose: 'nothing' is not the open offer")
        desk.say("/bridge/target", "/nowhere/sound.wav")
        error = str(desk.hear("/bridge/error").args[0])
        assert error.startswith("target: /nowhere/sound.wav: there is no such file")
        desk.knobs[0] = 0.9
        desk.say("/mix/device/1/param/1", 0.9)
        desk.hear("/bridge/change", "hand", BASS, "device/1/param/1")
        desk.say("/mix/device/1/param/1", float("nan"))
        desk.let_pass(0.5)
        desk.wait_for_status("online")
