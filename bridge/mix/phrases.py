"""Notes of a clip, as values: what a phrase is, and the one text that means it.

Times are in beats (quarter notes) from the clip's start, on a grid of 1/960 beat, so that equal
phrases have equal texts whoever wrote them.
"""

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from bridge.errors import RefusedError

DEFAULT_BPM: Final = 120.0
"""The tempo of phrases where nobody reports one."""

BEATS_A_BAR: Final = 4
TICKS_A_BEAT: Final = 960
"""The grid of all times; the resolution of MIDI files that most sequencers write."""

MOST_NOTES: Final = 512
MOST_BARS: Final = 32
_LEAST_TICKS: Final = TICKS_A_BEAT // 8
"""A thirty-second note."""

_REMEMBERED: Final = 128
"""Texts whose phrases are remembered: the clips of a song are read again at each decision."""


class PhraseKind(StrEnum):
    """What a phrase is played by; the groups of a person's taste."""

    DRUMS = "drums"
    BASS = "bass"
    CHORDS = "chords"
    MELODY = "melody"


PHRASE_KINDS: Final[tuple[PhraseKind, ...]] = tuple(PhraseKind)


class PhraseNote(NamedTuple):
    """One note; in order of start, then pitch.

    Attributes:
        start: Beats from the phrase's start.
        pitch: MIDI note number, 0 to 127.
        length: Beats.
        velocity: 1 to 127.
    """

    start: float
    pitch: int
    length: float
    velocity: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Notes in order, and how long they go on.

    Attributes:
        length: Beats; whole bars of four.
        notes: Sorted by start, then pitch.
    """

    length: float
    notes: tuple[PhraseNote, ...]

    @property
    def bars(self) -> int:
        """Bars of four beats, rounded up."""
        return max(1, math.ceil(self.length / BEATS_A_BAR - 1e-9))

    @property
    def text(self) -> str:
        """The one text that means this phrase; `decode_phrase` reads it."""
        notes = [[n.start, n.pitch, n.length, n.velocity] for n in self.notes]
        return json.dumps({"length": self.length, "notes": notes}, separators=(",", ":"))

    @property
    def version(self) -> str:
        """A hash of the text: equal where the notes are."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


EMPTY: Final = Phrase(0.0, ())


def phrase_of(notes: Iterable[PhraseNote], length: float) -> Phrase:
    """A phrase of any notes: on the grid, sorted, and no key pressed while it is down."""
    end = round(length * TICKS_A_BEAT)
    following: dict[int, int] = {}
    fit: list[PhraseNote] = []
    for start, pitch, held, velocity in sorted(notes, reverse=True):
        first = round(start * TICKS_A_BEAT)
        room = following.get(pitch, end) - first
        if room <= 0 or first < 0:
            continue
        following[pitch] = first
        ticks = min(max(round(held * TICKS_A_BEAT), _LEAST_TICKS), room)
        fit.append(PhraseNote(first / TICKS_A_BEAT, pitch, ticks / TICKS_A_BEAT, velocity))
    fit.sort()
    return Phrase(float(length), tuple(fit))


@lru_cache(maxsize=_REMEMBERED)
def decode_phrase(text: str) -> Phrase:
    """A phrase from its text.

    Raises:
        RefusedError: If the text is no phrase.
    """
    try:
        body = json.loads(text)
        notes = [
            PhraseNote(float(start), int(pitch), float(length), int(velocity))
            for start, pitch, length, velocity in body["notes"]
        ]
        length = float(body["length"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise RefusedError(
            f"phrase: expected {{'length': beats, 'notes': [[start, pitch, length, velocity], "
            f"...]}}, got {text[:40]!r}"
        ) from error
    check_notes(notes, length)
    return phrase_of(notes, length)


def check_notes(notes: Iterable[PhraseNote], length: float) -> None:
    """Refuse what can be no phrase.

    Raises:
        RefusedError: In one sentence: too long or not whole bars, too many notes, or a note out of
            range.
    """
    bars = length / BEATS_A_BAR
    if not 0.0 < bars <= MOST_BARS or abs(bars - round(bars)) > 1e-6:
        raise RefusedError(
            f"phrase: expected 1 to {MOST_BARS} whole bars of {BEATS_A_BAR} beats, got "
            f"{length:g} beats"
        )
    count = 0
    for note in notes:
        count += 1
        is_finite = math.isfinite(note.start) and math.isfinite(note.length)
        if not is_finite or not 0.0 <= note.start < length or not 0.0 < note.length <= length:
            raise RefusedError(
                f"phrase: a note at beat {note.start:g}, {note.length:g} long, is not within the "
                f"{length:g} beats"
            )
        if not 0 <= note.pitch <= 127 or not 1 <= note.velocity <= 127:
            raise RefusedError(
                f"phrase: expected pitch 0 to 127 and velocity 1 to 127, got pitch {note.pitch}, "
                f"velocity {note.velocity}"
            )
    if count > MOST_NOTES:
        raise RefusedError(f"phrase: expected at most {MOST_NOTES} notes, got {count}")


BEYOND: Final = 7
"""Semitones beyond the pitches that a track uses which may be written there."""

_LEAST_RANGE: Final = 24
_SAME_BEATS: Final = 1 / 96
_SAME_VELOCITY: Final = 2


def range_of(phrases: Iterable[Phrase]) -> tuple[int, int] | None:
    """The lowest and highest pitch for a track that plays these; None where it plays nothing."""
    pitches = [note.pitch for phrase in phrases for note in phrase.notes]
    if not pitches:
        return None
    low, high = min(pitches) - BEYOND, max(pitches) + BEYOND
    wanting = _LEAST_RANGE - (high - low)
    if wanting > 0:  # a clip on two notes still leaves an octave up and down
        low, high = low - wanting // 2, high + wanting - wanting // 2
    return max(low, 0), min(high, 127)


def is_same_phrase(a: str, b: str) -> bool:
    """Whether two texts are the same notes, as DAWs round them."""
    try:
        one, two = decode_phrase(a), decode_phrase(b)
    except RefusedError:
        return False
    if len(one.notes) != len(two.notes) or abs(one.length - two.length) > _SAME_BEATS:
        return False
    return all(
        first.pitch == second.pitch
        and abs(first.start - second.start) <= _SAME_BEATS
        and abs(first.length - second.length) <= _SAME_BEATS
        and abs(first.velocity - second.velocity) <= _SAME_VELOCITY
        for first, second in zip(
            sorted(one.notes, key=_order), sorted(two.notes, key=_order), strict=True
        )
    )


def _order(note: PhraseNote) -> tuple[float, int]:
    return round(note.start / _SAME_BEATS), note.pitch
