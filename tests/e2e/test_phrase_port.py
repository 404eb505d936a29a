"""Phrases through JACK into a real synth: every note is heard, and none hangs."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from support.jack import PATIENCE_S, jack_server

from bridge.midi.clock import TempoClock
from bridge.midi.phrase_port import PORT
from bridge.midi.player import Player, Song
from bridge.midi.ports import MidiUnavailable, open_ports
from bridge.mix.phrases import PhraseNote, phrase_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

FONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
BPM = 120.0
Opened = TypeVar("Opened")
PLUCKED = 24
"""A nylon guitar in General MIDI: its attacks are easy to find."""


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    if shutil.which("fluidsynth") is None or not FONT.exists():
        pytest.skip("needs fluidsynth and timgm6mb-soundfont (Debian)")
    pytest.importorskip("rtmidi")
    pytest.importorskip("jack", reason="needs JACK-Client")
    with jack_server(period=1024):
        yield


class Recorder:
    """A JACK client that keeps all it hears, and connects others."""

    def __init__(self) -> None:
        import jack

        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.client: Any = jack.Client("recorder", no_start_server=True)
                break
            except jack.JackOpenError:  # the server is still starting
                assert time.monotonic() < until, "JACK did not start"
                time.sleep(0.05)
        self.blocks: list[np.ndarray] = []
        self._port = self.client.inports.register("in")
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, _frames: int) -> None:
        self.blocks.append(np.array(self._port.get_array()))

    def wait_for(self, pattern: str, **what: bool) -> object:
        until = time.monotonic() + PATIENCE_S
        while not (found := self.client.get_ports(pattern, **what)):
            assert time.monotonic() < until, f"no port {pattern}"
            time.sleep(0.05)
        return found[0]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.client.deactivate()
    recorder.client.close()


@pytest.fixture
def synth(recorder: Recorder) -> Iterator[None]:
    command = [
        "fluidsynth", "-a", "jack", "-m", "jack", "-R", "0", "-C", "0", "-r", "48000",
        "-o", "audio.jack.id=synth", "-o", "midi.jack.id=synth",
        str(FONT),
    ]  # fmt: skip
    process = subprocess.Popen(  # its shell waits for words that never come
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        left = recorder.wait_for("^synth:left", is_output=True, is_audio=True)
        recorder.client.connect(left, "recorder:in")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def patiently(open_one: Callable[[], Opened]) -> Opened:
    """Open something of JACK, again where a busy server has not answered."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return open_one()
        except (MidiUnavailable, OSError):
            assert time.monotonic() < until, "JACK does not answer"
            time.sleep(0.2)


def onsets(wave: np.ndarray, rate: int) -> np.ndarray:
    """Seconds at which something begins: jumps of the level in blocks of 1 ms."""
    block = rate // 1000
    level = np.abs(wave[: wave.size // block * block]).reshape(-1, block).max(axis=1)
    before = np.array([level[max(row - 30, 0) : row + 1].mean() for row in range(level.size)])
    rises = (level > 0.01) & (level > 3.0 * before + 0.005)
    found: list[int] = []
    for row in np.flatnonzero(rises):
        if not found or row - found[-1] > 60:
            found.append(int(row))
    return np.array(found) / 1000.0


STEPS = (0, 3, 6, 8, 11, 14, 16, 19, 22, 24, 27, 30)


def _play(is_connected: Event, has_begun: Event) -> None:
    """The bridge's part, in a process of its own: libjack crashes where clients share one."""
    ports = patiently(open_ports)
    port = patiently(lambda: ports.publish(PORT))
    is_connected.wait(PATIENCE_S)
    port.send([0xC0, PLUCKED])
    phrase = phrase_of([PhraseNote(s / 4, 52 + s % 7, 0.2, 110) for s in STEPS], 8.0)
    time.sleep(0.5)
    has_begun.set()
    clock = TempoClock(bpm=BPM, began_at=time.monotonic() + 0.2)
    player = Player(port, lambda _: Song(clock=clock, is_running=None, jumps=0))
    player.play(phrase, 0)
    time.sleep(0.2 + 8.0 * 60.0 / BPM - 0.1)
    player.silence()
    time.sleep(1.5)
    player.close()
    port.close()
    ports.close()


def test_every_note_is_heard_in_time_and_none_hangs(recorder: Recorder, synth: None) -> None:
    context = get_context("spawn")
    is_connected, has_begun = context.Event(), context.Event()
    child = context.Process(target=_play, args=(is_connected, has_begun), daemon=True)
    child.start()
    theirs = recorder.wait_for("^synth:", is_input=True, is_midi=True)
    ours = recorder.wait_for(PORT, is_output=True, is_midi=True)
    recorder.client.connect(ours, theirs)
    is_connected.set()
    assert has_begun.wait(PATIENCE_S)
    began = len(recorder.blocks)
    child.join(PATIENCE_S)
    assert child.exitcode == 0
    rate = recorder.client.samplerate
    wave = np.concatenate(recorder.blocks[began:])
    heard = onsets(wave, rate)
    assert heard.size == len(STEPS)
    wanted = np.array(STEPS) / 4 * 60.0 / BPM
    # A busy machine's JACK runs slow, and late: what is asked is that these are the notes, each of
    # them nearer to its own place than to another's, but for two that it may have held up.
    pace, _ = np.polyfit(wanted, heard, 1)
    off = heard - np.polyval(np.polyfit(wanted, heard, 1), wanted)
    assert 0.8 < pace < 1.1
    assert np.sort(np.abs(off))[-3] < 0.25 * 60.0 / BPM
    assert np.abs(wave[-rate // 4 :]).max() < 1e-3  # nothing sounds any more
