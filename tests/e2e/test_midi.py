"""Pads on a real JACK server, in a process of their own, and a bridge that listens to them."""

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from support.jack import Pad, jack_server
from support.rig import PATIENCE_S, Bridge, Desk, apply_one, running, sitting_at

from bridge.midi.phrase_port import CLOCK_PORT
from bridge.midi.ports import open_ports

pytestmark = pytest.mark.e2e

GOOD, BAD = 36, 37
TICKS = 200
MIDI = (sys.executable, "-u", "-m", "bridge", "midi")


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    with jack_server():
        yield


@contextmanager
def plugged_in(name: str = "Test Pad") -> Iterator[Pad]:
    pad = Pad(name)
    try:
        yield pad
    finally:
        pad.close()


def shell(*arguments: str) -> subprocess.Popen[str]:
    """`mixbridge midi ...`, while it runs."""
    return subprocess.Popen(
        [*MIDI, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ.copy(),
    )  # fmt: skip


def learn(bridge: Bridge, pad: Pad, *pairs: tuple[str, int]) -> str:
    """Bind pads by hitting them when the shell asks for it."""
    actions = [action for action, _ in pairs]
    with subprocess.Popen(
        [*MIDI, "learn", *actions, "--config", str(bridge.config)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0, env=os.environ.copy(),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said = ""
        while line := process.stdout.readline().decode():
            said += line
            for action, note in pairs:
                if "Press" in line and action in line:
                    pad.hit(note)
                    # JACK may lose what is sent in the moment of connecting: a person hits again.
                    while not select.select([process.stdout], [], [], 3.0)[0]:
                        pad.hit(note)
        assert process.wait(PATIENCE_S) == 0, said
    return said


def hit_until(desk: Desk, pad: Pad, note: int, address: str) -> tuple[object, ...]:
    """Hit a pad, again where the bridge has not found it yet, until the bridge answers."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        pad.hit(note)
        for heard in desk.let_pass(0.4):
            if heard.address == address:
                return heard.args
    raise AssertionError(f"{address} did not come")


def hit_until_lit(desk: Desk, pad: Pad, note: int) -> None:
    """Wait for a pad's lamp, and hit again where JACK lost it in the moment of connecting."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        desk.let_pass(1.0)
        if [0x90, note, 127] in pad.lamps:
            return
        pad.hit(note)
    raise AssertionError(f"the lamp {note} stayed dark: {pad.lamps}")


def test_pads_are_learnt_beside_a_running_bridge_and_light_up_when_it_is_on_disk(
    tmp_path: Path,
) -> None:
    with (
        running(tmp_path, mode="suggest", midi={"enabled": True}) as bridge,
        sitting_at(bridge) as desk,
        desk.playing(),
        plugged_in() as pad,
    ):
        said = learn(bridge, pad, ("good", GOOD), ("bad", BAD))
        assert "bound: good: Test Pad:pads, note 36, channel 1" in said
        desk.let_pass(2.0)  # the DAW said nothing meanwhile, and is asked for everything
        desk.forget()
        move = apply_one(desk)
        desk.say("/bridge/mode", "observe")
        desk.let_pass(0.4)
        args = hit_until(desk, pad, GOOD, "/bridge/rewarded")
        assert args[2] == 1.0
        assert args[1] == move.name
        hit_until_lit(desk, pad, GOOD)
        assert [0x90, BAD, 127] not in pad.lamps
        text = hit_until(desk, pad, BAD, "/bridge/error")[0]
        assert "nothing to rate" in str(text), "a second answer must not reach an older move"


def test_a_pad_answers_the_open_suggestion(tmp_path: Path) -> None:
    with (
        running(tmp_path, mode="suggest", midi={"enabled": True}) as bridge,
        sitting_at(bridge) as desk,
        desk.playing(),
        plugged_in() as pad,
    ):
        learn(bridge, pad, ("good", GOOD))
        hit_until(desk, pad, GOOD, "/bridge/error")  # it has found it: nothing to rate yet
        desk.let_pass(2.0)
        desk.say("/bridge/mode", "suggest")
        desk.hear_move("proposed")
        pad.hit(GOOD)
        desk.hear_move("applied")


def test_a_pad_that_was_unplugged_is_heard_again(tmp_path: Path) -> None:
    with running(tmp_path, midi={"enabled": True}) as bridge, sitting_at(bridge) as desk:
        with plugged_in() as pad:
            learn(bridge, pad, ("panic", 40))
            hit_until(desk, pad, 40, "/bridge/status")
        desk.let_pass(3.0)
        desk.say("/bridge/rearm")
        desk.let_pass(0.5)
        with plugged_in() as pad:
            state, _ = hit_until(desk, pad, 40, "/bridge/status")
            assert state == "panic"


def _follow(pipe: Connection) -> None:
    """Keep what a port of ours receives: on which thread, and when; open others meanwhile."""
    heard: list[tuple[str, float]] = []
    ports = open_ports()
    until = time.monotonic() + PATIENCE_S
    port = ports.publish_input(
        CLOCK_PORT, lambda _, at: heard.append((threading.current_thread().name, at))
    )
    while len(heard) < TICKS and time.monotonic() < until:
        open_ports().close()
    port.close()
    ports.close()
    pipe.send(heard)


def test_no_thread_of_jack_waits_for_the_bridge() -> None:
    rtmidi = pytest.importorskip("rtmidi")
    ours, theirs = get_context("spawn").Pipe()
    child = get_context("spawn").Process(target=_follow, args=(theirs,), daemon=True)
    child.start()
    sender = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="sequencer")
    until = time.monotonic() + PATIENCE_S
    while not (places := [k for k, name in enumerate(sender.get_ports()) if CLOCK_PORT in name]):
        assert time.monotonic() < until, "there is no port for a clock"
        ours.poll(0.05)
    sender.open_port(places[0])
    while not ours.poll(0.001):
        sender.send_message([0xF8])
        assert time.monotonic() < until, "no clock was heard"
    heard = ours.recv()
    child.join(PATIENCE_S)
    sender.close_port()
    sender.delete()
    # What runs on a thread of JACK keeps it, and with it all programs on the server, waiting.
    assert {name for name, _ in heard} == {"MIDI input"}
    times = [at for _, at in heard]
    assert times == sorted(times)


def test_the_shell_lists_tests_and_forgets(tmp_path: Path) -> None:
    with running(tmp_path, midi={"enabled": True}) as bridge, plugged_in() as pad:
        learn(bridge, pad, ("undo", 41))
        config = str(bridge.config)
        listed = shell("list", "--config", config).communicate(timeout=PATIENCE_S)[0]
        assert "Test Pad:pads\n" in listed
        assert "bound: undo: Test Pad:pads, note 41, channel 1" in listed
        testing = shell("test", "--patience", "5", "--config", config)
        assert testing.stdout is not None
        assert "Press anything" in testing.stdout.readline()
        pad.hit(41)
        while not select.select([testing.stdout], [], [], 1.0)[0]:
            pad.hit(41)  # as in `learn`
        assert "-> undo" in testing.communicate(timeout=PATIENCE_S)[0]
        gone = shell("unlearn", "--config", config).communicate(timeout=PATIENCE_S)[0]
        assert gone == "0 bindings are left.\n"


def test_without_a_pad_learning_ends_with_a_sentence(tmp_path: Path) -> None:
    with running(tmp_path) as bridge, sitting_at(bridge):
        process = shell("learn", "good", "--config", str(bridge.config))
        said = process.communicate(timeout=PATIENCE_S)[0]
        assert process.returncode == 2
        assert said == "mixbridge: No MIDI device is plugged in.\n"
