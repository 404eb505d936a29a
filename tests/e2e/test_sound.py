"""Work on a sound over OSC alone: a DAW that describes a synth, a tap that hears it, a person."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.rig import Bridge, Desk, Heard, ending, rows_of

pytestmark = pytest.mark.slow

KNOBS = ("Filter Cutoff", "Filter Resonance", "Amp Attack", "Amp Decay", "Amp Release")
BASS = 3


class SynthDesk(Desk):
    """The rig's DAW with a synth on its bass, which sounds brighter the higher its cutoff is."""

    def __init__(self, *, port: int, bridge_port: int) -> None:
        self.knobs = [0.5] * len(KNOBS)
        self.notes = 0
        super().__init__(port=port, bridge_port=bridge_port)

    def dump(self, number: int) -> None:
        for param, name in enumerate(KNOBS, start=1):
            if param == 1:
                self.say("/mix/tracks", len(self.strips))
                self.say("/mix/device/1/id", "synth")
                self.say("/mix/device/1/name", "Synth")
                self.say("/mix/device/1/track", BASS)
            self.say(f"/mix/device/1/param/{param}/spec", name, 0.0, 1.0, "", "lin", 0)
            self.say(f"/mix/device/1/param/{param}", self.knobs[param - 1])
        for track, strip in enumerate(self.strips, start=1):
            self.say(f"/mix/track/{track}/id", strip.uid)
            self.say(f"/mix/track/{track}/name", strip.name)
            for param, value in strip.values.items():
                self.say(f"/mix/track/{track}/{param}", value)
        self.say("/mix/synced", number)

    def _obey(self, heard: Heard) -> None:
        if heard.address.startswith("/mix/device/1/param/"):
            param = int(heard.address.rpartition("/")[2])
            (self.knobs[param - 1],) = heard.args
            self.say(heard.address, self.knobs[param - 1])
        else:
            super()._obey(heard)

    def play_note(self) -> None:
        """A note of the bass begins, and has ended."""
        self.let_pass(0.5)
        self.notes += 1
        cutoff, resonance, attack, decay, release = self.knobs
        self.say(
            "/mix/tap/note",
            self.strips[BASS - 1].uid,
            self.notes,
            0.005 + 0.2 * attack,
            0.1 + 0.2 * decay + 0.05 * release,
            3.0 * cutoff - 3.0,
            -6.0 * resonance - 3.0,
            -30.0,
            0.1,
            -12.0,
        )


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    with ending(Bridge(tmp_path, mode="suggest", guard={"profile": "studio"})) as bridge:
        yield bridge


def sit(bridge: Bridge) -> SynthDesk:
    desk = SynthDesk(port=bridge.daw_port, bridge_port=bridge.port)
    desk.load()
    desk.greet()
    desk.wait_for_status("online")
    desk.say("/bridge/focus", "Bass")
    desk.hear("/bridge/working", "mix", "Bass", "Synth")
    desk.say("/bridge/task", "sound")
    desk.hear("/bridge/working", "sound", "Bass", "Synth")
    return desk


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


def test_a_hand_wins_and_what_is_wrong_is_told(bridge: Bridge) -> None:
    with closing(sit(bridge)) as desk:
        desk.say("/bridge/focus", "Kick")
        desk.hear("/bridge/error", "focus: no device with parameters that are told is on Kick")
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
