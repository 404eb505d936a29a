"""Ears: the notes of a synth that plays through JACK, for a DAW or a synth without a tap.

A thread takes from JACK what came, finds the notes and measures them; they become events as those
of a tap do, of the track whose device is in focus. JACK and the synth may come and go: both are
looked for once a second.
"""

import asyncio
import logging
import threading
import time
from dataclasses import fields
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
from bridge.tasks.sound.chord import chord_words
from bridge.tasks.sound.ear import Ear, EarNote

_LOOK_S: Final = 1.0
_READ_S: Final = 0.05
"""How long a note may wait until it is measured; JACK's blocks are some milliseconds."""

_TOLERATED_S: Final = 0.05
"""What may be skipped of a note: its length is wrong by that."""

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
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop to listen."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                source = JackInput(self._source)
            except ConnectionError:
                self._report("JACK does not run: start it, and the synth with its JACK output")
                self._stopped.wait(_LOOK_S)
                continue
            try:
                self._listen(source)
            except ConnectionError as error:
                self._report(str(error))
            finally:
                source.close()

    def _listen(self, source: JackInput) -> None:
        """Measure what comes until JACK ends or we do."""
        ear, heard, look_at = Ear(source.sample_rate, splits=self._splits), 0, 0.0
        while not (self._stopped.wait(_READ_S) or source.is_down):
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + _LOOK_S
                self._connect(source)
            samples, skipped = source.read()
            if skipped > _TOLERATED_S * source.sample_rate:
                ear.forget()
            found = ear.feed(samples)
            heard, now = heard + samples.size, time.monotonic()
            for each in found:
                onset = now - (heard - each.began) / source.sample_rate
                ended = min(onset + each.note.length_s, now)
                self._loop.call_soon_threadsafe(self._submit, each, ended)

    def _connect(self, source: JackInput) -> None:
        outputs = source.connect()
        if outputs:
            self._report(f"listening to {', '.join(outputs)} through JACK")
        else:
            self._report(f"JACK has no outputs of {self._source}: start it with its JACK output")

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
