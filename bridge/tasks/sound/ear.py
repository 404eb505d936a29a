"""An ear: the single notes in a stream of sound, each measured by itself.

A note begins where 20 ms are 9 dB louder than the quietest since the last one. It is listened to
for `LISTENED_S`, or until it is 40 dB below its peak for a tenth of a second, or until another
begins.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import AudioError
from bridge.learning.q_learning import FloatArray
from bridge.tasks.sound.chord import find_chord
from bridge.tasks.sound.note import FRAME_S, LISTENED_S, Note, cut_note, find_onset, measure_note

_ONSET_RISE_DB: Final = 9.0
_ONSET_GAP_S: Final = 0.12
"""A note that begins is still on its way up for so long."""

_AUDIBLE_DB: Final = -70.0
_ENDED_DB: Final = -40.0
_ENDED_S: Final = 0.1
_BEFORE_S: Final = 0.06
"""What is kept from before the onset: where it is exactly is found afterwards."""

_ALIKE: Final = 3
"""A chord that was played so often in a row is what one key of this patch sounds like."""

_FLOOR_RISES_DB: Final = 0.05
"""How fast the quietest level follows a room that becomes louder, dB a frame (2.5 dB/s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarNote:
    """A note in a stream.

    Attributes:
        note: What was heard of it.
        began: Its onset, in samples from the beginning of the stream.
        chord: The keys (MIDI numbers) where it is several at once; empty for a single note.
    """

    note: Note
    began: int
    chord: tuple[int, ...] = ()


class Ear:
    """Finds and measures the notes of one stream.

    Args:
        sample_rate: Hz.
        splits: Whether a rise within a note is another note. False where single notes are played
            on purpose: then what rises is a slow beat of two oscillators, or a late attack.
    """

    def __init__(self, sample_rate: float, *, splits: bool = True) -> None:
        self._rate = sample_rate
        self._splits = splits
        self._hop = max(round(FRAME_S * sample_rate), 1)
        self._before = round(_BEFORE_S / FRAME_S)
        self._longest = round(LISTENED_S / FRAME_S)
        self._rest = np.zeros(0)
        self._heard = 0
        self._frames: list[FloatArray] = []
        self._is_on = self._is_ringing = False
        self._floor_db = 0.0
        self._peak_db = self._low_db = _AUDIBLE_DB
        self._age = self._quiet = 0
        self._intervals: tuple[int, ...] = ()
        self._alike = 0

    def forget(self) -> None:
        """Something of the stream was lost: what sounds now is no whole note."""
        self._frames.clear()
        self._is_on = self._is_ringing = False
        self._floor_db = 0.0

    def feed(self, samples: NDArray[np.floating]) -> list[EarNote]:
        """Go on with (samples,) of the stream, full scale 1; returns the notes that ended in it."""
        wave = np.concatenate([self._rest, samples])
        count = wave.size // self._hop
        self._rest = wave[count * self._hop :]
        found = []
        for frame in wave[: count * self._hop].reshape(count, self._hop):
            found += self._receive(frame)
        return found

    def _receive(self, frame: FloatArray) -> list[EarNote]:
        self._heard += frame.size
        level_db = float(10.0 * np.log10(np.mean(frame**2) + 1e-12))
        self._frames.append(frame)
        if not self._is_on:
            self._wait(level_db)
            return []
        self._age += 1
        self._peak_db = max(self._peak_db, level_db)
        is_rise = level_db >= self._low_db + _ONSET_RISE_DB
        if self._age * FRAME_S <= _ONSET_GAP_S or is_rise:
            self._low_db = level_db
        self._low_db = min(self._low_db, level_db)
        self._quiet = self._quiet + 1 if self._is_quiet(level_db) else 0
        if is_rise and self._splits and self._age * FRAME_S > _ONSET_GAP_S:
            return self._end(level_db, another=True)
        is_over = self._splits and self._quiet * FRAME_S >= _ENDED_S
        if is_over or self._age >= self._longest + self._before:
            return self._end(level_db, another=False)
        return []

    def _is_quiet(self, level_db: float) -> bool:
        return level_db < max(self._peak_db + _ENDED_DB, _AUDIBLE_DB)

    def _wait(self, level_db: float) -> None:
        """Nothing sounds, or the rest of a note that has been listened to."""
        if self._is_ringing:  # what rises in it is a beat
            self._quiet = self._quiet + 1 if self._is_quiet(level_db) else 0
            self._is_ringing = self._quiet * FRAME_S < _ENDED_S
        elif level_db > _AUDIBLE_DB and level_db >= self._floor_db + _ONSET_RISE_DB:
            self._begin(level_db)
            del self._frames[: -self._before - 1]
            return
        self._floor_db = min(level_db, self._floor_db + _FLOOR_RISES_DB)
        del self._frames[: -self._before]

    def _begin(self, level_db: float) -> None:
        self._is_on, self._age, self._quiet = True, 0, 0
        self._peak_db = self._low_db = level_db

    def _end(self, level_db: float, *, another: bool) -> list[EarNote]:
        frames = self._frames[:-1] if another else self._frames
        wave = np.concatenate(frames)
        self._frames = self._frames[-1:]
        self._is_on, self._floor_db = False, level_db
        self._is_ringing = not self._splits and self._quiet == 0
        began = self._heard - wave.size - (self._hop if another else 0)
        if another:
            self._begin(level_db)
        cut = cut_note(wave, self._rate)
        try:
            note = measure_note(cut, self._rate)
        except AudioError:
            return []
        onset = began + find_onset(wave, self._rate)
        return [EarNote(note=note, began=onset, chord=self._chord(cut))]

    def _chord(self, wave: FloatArray) -> tuple[int, ...]:
        """The keys of a chord; none where the sound has these intervals whatever is played."""
        keys = find_chord(wave, self._rate) if self._splits else ()
        intervals = tuple(key - keys[0] for key in keys)
        self._alike = self._alike + 1 if intervals == self._intervals else 1
        self._intervals = intervals
        return keys if self._alike <= _ALIKE else ()
