"""Ears: the notes of a synth that plays through JACK, for a DAW or a synth without a tap.

A process of its own gets from JACK what came, finds the notes and measures them; they become events
as those of a tap do, of the track whose device is in focus. JACK and the synth may come and go:
both are looked for once a second.

It is a process of its own because all JACK clients wait for each other. A MIDI library that opens a
port of JACK holds Python's lock meanwhile. A client in Python that shares the lock then cannot
answer, and JACK stands still for seconds, for every program; at the close, libjack cancels a thread
that waits for the lock, and the bridge hangs or crashes.
"""

import asyncio
import logging
import threading
import time
from contextlib import suppress
from dataclasses import fields
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from bridge.config import Settings
from bridge.daws import DAWS
from bridge.errors import AudioError
from bridge.hosts.jack import JackInput
from bridge.install.extras import optional_library
from bridge.mix.device_events import Note as HeardNote
from bridge.mix.device_events import NoteHeard
from bridge.mix.messages import DawComplained
from bridge.runtime.runner import Runner
from bridge.runtime.worker_process import end_process, start_process
from bridge.tasks.sound.chord import chord_words
from bridge.tasks.sound.ear import Ear, EarNote

_LOOK_S: Final = 1.0
_READ_S: Final = 0.05
"""How long a note may wait until it is measured; JACK's blocks are some milliseconds."""

_TOLERATED_S: Final = 0.05
"""What may be skipped of a note: its length is wrong by that."""

_PATIENCE_S: Final = 2.0
_AGAIN_S: Final = 5.0
"""When a process that has died is started again."""

_FEATURES: Final = tuple(field.name for field in fields(HeardNote))

_log = logging.getLogger(__name__)


class Ears:
    """Listens for as long as the bridge runs.

    Args:
        runner: The bridge.
        source: The JACK client to listen to, or the beginning of its ports' names.

    Attributes:
        text: What is listened to, or why nothing is.

    Raises:
        AudioError: If the extra ``ears`` or JACK's own library is missing.
    """

    def __init__(self, runner: Runner, source: str) -> None:
        optional_library("jack", extra="ears")
        self.text = ""
        self._runner = runner
        self._source = source
        # A synth that is asked for single notes beats slowly where it rises once more.
        self._splits = not runner.dialect.capabilities.plays_notes
        self._loop = asyncio.get_running_loop()
        self._count = 0
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self._process: tuple[BaseProcess, Connection] | None = None
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop to listen."""
        with self._guard:
            self._stopped.set()
        if self._process is not None:
            process, pipe = self._process
            with suppress(OSError):  # it has just ended
                pipe.send(None)
            self._thread.join(_PATIENCE_S)
            if self._thread.is_alive():  # it waits for a JACK that does not answer
                process.kill()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._guard:
                if self._stopped.is_set():
                    return
                self._process = process, pipe = start_process(
                    _listen_until_end, self._source, self._splits, name="ears"
                )
            with suppress(EOFError, OSError):
                while True:
                    self._receive(pipe.recv())
            code = end_process(process)
            if not self._stopped.is_set():
                self._runner.counters.faults += 1
                self._report(
                    f"the process that listens has ended (exit code {code}); it is "
                    f"started again in {_AGAIN_S:g} s"
                )
                self._stopped.wait(_AGAIN_S)

    def _receive(self, message: str | tuple[EarNote, float]) -> None:
        """A sentence, or a note and when it ended."""
        if isinstance(message, str):
            self._report(message)
        else:
            with suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._submit, *message)

    def _submit(self, heard: EarNote, at: float) -> None:
        """A note, on the loop: it is one of the device that is worked on, or nobody's."""
        work = self._runner.engine.work
        device = work.devices.focus
        if device is None or work.active is None:
            return
        self._count += not heard.chord
        self._runner.submit(event_of(heard, at, track=device.track, seq=self._count))

    def _report(self, text: str) -> None:
        if text != self.text:
            self.text = text
            _log.info("Ears: %s", text)


def _listen_until_end(pipe: Connection, source: str, splits: bool) -> None:
    """The process: listen until the bridge says something, or ends.

    Its one thread is this one, so that libjack's own threads never wait for Python's lock.
    """
    with suppress(OSError):  # the bridge has ended
        while True:
            try:
                sound = JackInput(source)
            except ConnectionError:
                pipe.send("JACK does not run: start it, and the synth with its JACK output")
                if pipe.poll(_LOOK_S):
                    return
                continue
            try:
                _listen(pipe, sound, source, splits=splits)
                return
            except ConnectionError as error:
                pipe.send(str(error))
            finally:
                sound.close()


def _listen(pipe: Connection, sound: JackInput, source: str, *, splits: bool) -> None:
    """Measure what comes until the bridge ends.

    Raises:
        ConnectionError: If JACK has ended.
    """
    ear, heard, look_at = Ear(sound.sample_rate, splits=splits), 0, 0.0
    while not pipe.poll(_READ_S):
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + _LOOK_S
            pipe.send(_connected(sound, source))
        if sound.is_down:
            raise ConnectionError("JACK has ended")
        samples, skipped = sound.read()
        if skipped > _TOLERATED_S * sound.sample_rate:
            ear.forget()
        found = ear.feed(samples)
        heard, now = heard + samples.size, time.monotonic()  # one clock for all processes
        for each in found:
            onset = now - (heard - each.began) / sound.sample_rate
            pipe.send((each, min(onset + each.note.length_s, now)))


def _connected(sound: JackInput, source: str) -> str:
    """Connect what is there, and say what that is."""
    if outputs := sound.connect():
        return f"listening to {', '.join(outputs)} through JACK"
    return f"JACK has no outputs of {source}: start it with its JACK output"


def event_of(heard: EarNote, at: float, *, track: int, seq: int) -> NoteHeard | DawComplained:
    """A note as an event; several keys at once are none, and people are told so."""
    if heard.chord:
        text = f"{chord_words(heard.chord)} at once are no single note: play one key at a time"
        return DawComplained(at=at, text=text)
    features = {name: getattr(heard.note, name) for name in _FEATURES}
    return NoteHeard(at=at, track=track, seq=seq, **features)


def ears_source(settings: Settings) -> str:
    """The JACK client that is listened to; empty for none."""
    given = settings.ears.source
    if given == "auto":
        return DAWS[settings.daw.dialect].jack_client
    return given.partition(":")[2]


def open_ears(runner: Runner, settings: Settings) -> Ears | None:
    """Ears, where something is to be listened to; the log says why they cannot be had."""
    source = ears_source(settings)
    try:
        return Ears(runner, source) if source else None
    except AudioError as error:
        _log.warning("Ears: %s", error)
        return None
