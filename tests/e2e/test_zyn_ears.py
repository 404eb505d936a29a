"""A bridge that hears the real ZynAddSubFX through a real JACK, and brings it near to a target."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support.jack import jack_server
from support.ports import free_ports
from support.rig import PATIENCE_S, Move, Remote, running, sitting_at
from support.zyn import ADDRESS, Client, needs_zyn, running_zyn

from bridge.daws.zyn.player import open_player
from bridge.errors import HostError
from bridge.hosts.jack import JackInput
from bridge.tasks.sound.distance import distance
from bridge.tasks.sound.note import Note, cut_note, measure_note
from bridge.tasks.sound.prior import load_sound_prior

pytestmark = [needs_zyn, pytest.mark.slow]

PATCH = "/usr/share/zynaddsubfx/banks/Synth/0001-Soft Synth 1.xiz"
"""One note of it is as the other; those of many patches are not, since oscillators run freely."""

MOVES, ROUNDS = 12, 2


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    pytest.importorskip("jack")
    with jack_server(period=1024):
        opened("").close()  # a Zyn that finds no JACK plays nowhere
        with running_zyn(output="jack") as port:
            yield port


def opened(source: str) -> JackInput:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return JackInput(source)
        except ConnectionError:
            assert time.monotonic() < until, "JACK did not start"
            time.sleep(0.05)


def play(client: Client, sound: JackInput) -> np.ndarray:
    """One note of Zyn, as it is heard."""
    client.say("/Panic")
    time.sleep(0.1)
    sound.read()
    client.say("/noteOn", 0, 48, 100)
    time.sleep(0.6)
    client.say("/noteOff", 0, 48)
    time.sleep(0.9)
    return cut_note(sound.read()[0], sound.sample_rate)


def record(client: Client, sound: JackInput) -> Note:
    return measure_note(play(client, sound), sound.sample_rate)


def connected() -> JackInput:
    sound = opened("zynaddsubfx")
    until = time.monotonic() + PATIENCE_S
    while not sound.connect():
        assert time.monotonic() < until
        time.sleep(0.1)
    return sound


def is_at_rest(remote: Remote, moves: int) -> bool:
    """Whether the last of the next messages ends the search: it is near, or a late move is back."""
    heard = [*remote.let_pass(0.5)]
    said = [each for each in heard if each.address == "/bridge/status"]
    if any("as near to the target as" in str(each.args[1]) for each in said):
        return True
    made = [Move(*each.args) for each in heard if each.address == "/bridge/move"]
    return bool(made) and made[-1].state == "reverted" and int(made[-1].name[2:]) >= moves


@pytest.mark.alone  # its notes are heard in real time
def test_the_bridge_hears_a_real_synth_and_comes_near_to_a_target(
    port: int, tmp_path: Path
) -> None:
    soundfile = pytest.importorskip("soundfile")
    scale = load_sound_prior().scale
    with closing(Client(port)) as other, closing(connected()) as sound:
        other.say("/load_xiz", 0, PATCH)
        other.ask("/part0/Pname")
        time.sleep(1.0)
        duller = {ADDRESS["Filter Cutoff"]: 300.0, ADDRESS["Amp Attack"]: 0.3}
        first = record(other, sound)
        bright = {address: other.ask(address) for address in duller}
        for address, value in duller.items():
            other.say(address, value)
        target = record(other, sound)
        soundfile.write(tmp_path / "target.wav", play(other, sound), sound.sample_rate)
        for address, held in bright.items():
            other.say(address, held)

        def far(note: Note) -> float:
            return distance(scale.features(note) - scale.features(target))

        assert far(first) > 1.0
        (own,) = free_ports(1)
        settings = {"dialect": "zyn", "port": port}
        with (
            running(tmp_path, daw=settings, mode="assist", guard={"profile": "studio"}) as bridge,
            closing(Remote(port=own, bridge_port=bridge.port)) as remote,
        ):
            remote.greet()
            remote.wait_for_status("online")
            remote.say("/bridge/focus", "#1")
            remote.hear("/bridge/working", "mix")
            remote.say("/bridge/target", str(tmp_path / "target.wav"))
            rest = []
            for count in range(1, ROUNDS + 1):  # a busy machine holds notes longer than is asked
                remote.say("/bridge/task", "sound")
                until = time.monotonic() + 2 * PATIENCE_S
                while not is_at_rest(remote, count * MOVES):
                    assert time.monotonic() < until
                remote.say("/bridge/task", "off")
                remote.hear("/bridge/working", "off")
                time.sleep(0.3)
                rest.append(min(far(record(other, sound)) for _ in range(3)) / far(first))
                if rest[-1] < 0.7:
                    break
        assert rest[-1] < 0.7, rest


def test_notes_are_heard_of_a_jack_that_starts_late_and_ends(tmp_path: Path) -> None:
    pytest.importorskip("jack")
    with pytest.raises(ConnectionError, match="JACK does not run"):
        JackInput("zynaddsubfx", server="mixbridge-nobody")


def test_a_zyn_of_our_own_is_played_and_heard_beside_any_other() -> None:
    pytest.importorskip("jack")
    with open_player() as synth:
        positions = synth.load(synth.demo_patch)
        first, again = (measure_note(synth.render(positions), synth.sample_rate) for _ in range(2))
        cutoff = synth.names.index("Filter Cutoff")
        positions[cutoff] = 0.3
        duller = measure_note(synth.render(positions), synth.sample_rate)
        # Without its highs. Oscillators run freely: where two of them cancel, a note is half an
        # octave brighter and 9 dB rougher than the next; a closed filter takes off 25 dB.
        assert duller.rough < first.rough - 10.0
        assert abs(again.rough - first.rough) < 0.6 * (first.rough - duller.rough)
        with pytest.raises(HostError, match="there is no such patch"):
            synth.load("Bass/9999-None")


def test_ears_beside_midi_ports_end_with_the_bridge(tmp_path: Path) -> None:
    """Both are clients of JACK: in one process, libjack crashed or hung when one closed."""
    pytest.importorskip("jack")
    with jack_server(period=1024):
        opened("").close()
        settings = {"midi": {"enabled": True}, "ears": {"source": "jack:nobody"}}
        for _ in range(3):
            with running(tmp_path, **settings) as bridge, sitting_at(bridge) as desk:
                desk.say("/bridge/focus", "Bass")
                desk.say("/bridge/task", "phrase")
                desk.let_pass(1.0)
                bridge.stop()
