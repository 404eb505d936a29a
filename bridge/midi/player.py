"""Plays phrases in a loop over a MIDI port, in time; silent whenever it is told so, or ends.

A thread of its own sends each note when it is due: the event loop may be busy for a millisecond.
It asks Linux for real-time scheduling, which a desktop set up for audio grants, and waits out the
last moment awake. Python lets it in sooner while other threads compute.
Another phrase takes over where the last one is in its bar, so that A, B and C can be compared.
"""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bridge.guard.phrases import MOST_SOUNDING
from bridge.midi.clock import Clock
from bridge.midi.ports import Output
from bridge.mix.phrases import Phrase

DRUM_CHANNEL: Final = 9
_NOTE_ON, _NOTE_OFF, _CONTROL = 0x90, 0x80, 0xB0
_ALL_NOTES_OFF: Final = 123
_LOOK_S: Final = 0.02
"""How soon the player finds out that the song has stopped or jumped."""

_AWAKE_S: Final = 0.001
"""The last part of a wait, in which the thread does not sleep: a sleep ends up to .3 ms late."""

_SWITCH_S: Final = 0.0005
"""How long another thread may compute before Python lets this one in; 5 ms is its default."""

_PRIORITY: Final = 5
"""Of real-time threads, below JACK's own (10 and more)."""

_KEPT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """What the player follows.

    Attributes:
        clock: Beats by time.
        is_running: Whether the song plays; None where nobody says so.
        jumps: Changes when what was planned is void.
    """

    clock: Clock
    is_running: bool | None
    jumps: int


def score(phrase: Phrase, channel: int) -> list[tuple[float, list[int]]]:
    """A phrase's messages by beat, what ends before what begins."""
    events: list[tuple[float, int, list[int]]] = []
    for note in phrase.notes:
        events.append((note.start, 1, [_NOTE_ON | channel, note.pitch, note.velocity]))
        events.append((note.start + note.length, 0, [_NOTE_OFF | channel, note.pitch, 0]))
    events.sort(key=lambda event: event[:2])
    return [(beat, data) for beat, _, data in events]


class Player:
    """A loop over one phrase.

    Args:
        port: Where the notes go.
        follow: Says what is followed, at a time.
        clock: Monotonic seconds.

    Attributes:
        late_s: How late notes left, the last few thousand.
    """

    def __init__(
        self,
        port: Output,
        follow: Callable[[float], Song],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.late_s: deque[float] = deque(maxlen=_KEPT)
        self._port = port
        self._follow = follow
        self._clock = clock
        self._lock = threading.Condition()
        self._wanted: tuple[Phrase, int] | None = None
        self._changes = 0
        self._is_closed = False
        self._sounding: set[tuple[int, int]] = set()
        self._thread = threading.Thread(target=self._run, name="phrases", daemon=True)
        self._thread.start()

    def play(self, phrase: Phrase, channel: int) -> None:
        """Play a phrase from where the last one is, again and again."""
        self._want((phrase, channel) if phrase.notes else None)

    def silence(self) -> None:
        """End every note and play no more; returns when that was sent."""
        with self._lock:
            self._wanted = None
            self._changes += 1
            self._lock.notify_all()
            self._end_notes()

    def close(self) -> None:
        """Be silent, and let the thread end."""
        self.silence()
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()
        self._thread.join(1.0)

    def _want(self, wanted: tuple[Phrase, int] | None) -> None:
        with self._lock:
            self._wanted = wanted
            self._changes += 1
            self._lock.notify_all()

    # -- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        _hurry()
        while True:
            with self._lock:
                self._end_notes()
                while self._wanted is None and not self._is_closed:
                    self._lock.wait()
                if self._is_closed or self._wanted is None:
                    return
                (phrase, channel), changes = self._wanted, self._changes
            self._loop(phrase, score(phrase, channel), changes)

    def _loop(self, phrase: Phrase, events: list[tuple[float, list[int]]], changes: int) -> None:
        """Play until something else is wanted, or the song stops or jumps."""
        began = self._follow(self._clock())
        beat = began.clock.beat(self._clock())
        base = beat - beat % phrase.length
        place = next((k for k, (at, _) in enumerate(events) if base + at >= beat - 1e-6), 0)
        if base + events[place][0] < beat - 1e-6:
            base += phrase.length
        while True:
            due = self._wait(base + events[place][0], began, changes)
            if due is None:
                return
            with self._lock:
                if self._changes != changes:
                    return
                self._send(events[place][1])
                self.late_s.append(self._clock() - due)
            place += 1
            if place == len(events):
                place, base = 0, base + phrase.length

    def _wait(self, beat: float, began: Song, changes: int) -> float | None:
        """Wait until a beat; when that is, None where it is not wanted any more."""
        while True:
            with self._lock:
                at = self._clock()
                song = self._follow(at)
                if self._changes != changes:
                    return None
                if began.is_running and song.is_running is False:
                    self._wanted = None  # the song has stopped: so do we
                    return None
                if song.jumps != began.jumps:
                    return None  # from where it is now
                due = song.clock.time_of(beat)
                if due <= at:
                    return due
                if due - at > _AWAKE_S:
                    self._lock.wait(min(due - at - _AWAKE_S, _LOOK_S))
                    continue
            while self._clock() < due:
                pass

    def _send(self, data: list[int]) -> None:
        kind, key = data[0] & 0xF0, (data[0] & 0x0F, data[1])
        if kind == _NOTE_ON:
            if len(self._sounding) >= MOST_SOUNDING and key not in self._sounding:
                return
            self._sounding.add(key)
        else:
            self._sounding.discard(key)
        self._try(data)

    def _end_notes(self) -> None:
        channels = {channel for channel, _ in self._sounding}
        for channel, pitch in sorted(self._sounding):
            self._try([_NOTE_OFF | channel, pitch, 0])
        self._sounding.clear()
        for channel in sorted(channels):
            self._try([_CONTROL | channel, _ALL_NOTES_OFF, 0])

    def _try(self, data: list[int]) -> None:
        try:
            self._port.send(data)
        except OSError:
            self._wanted = None  # the port is gone: whoever opens it anew plays on
            self._changes += 1


def _hurry() -> None:
    """Let this thread run as soon as it wakes, as far as system and Python allow."""
    sys.setswitchinterval(_SWITCH_S)
    if sys.platform == "linux":
        with suppress(OSError):  # without the right to it the notes are only less even
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_PRIORITY))
