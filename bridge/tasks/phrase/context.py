"""What a phrase has to fit: key, chords, range and drum pads, read from the person's own clips.

The key comes from the histogram of pitch classes against 24 profiles (Krumhansl & Kessler 1982).
Where two keys fit about alike there is no key: then the notes that occur are the scale.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from bridge.errors import RefusedError
from bridge.mix.phrases import BEATS_A_BAR, MOST_NOTES, Phrase, PhraseKind, range_of

STEPS_A_BAR: Final = 16
STEP: Final = BEATS_A_BAR / STEPS_A_BAR
"""A sixteenth, beats."""

_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
_MINOR: Final = (0, 2, 3, 5, 7, 8, 10)
# Probe-tone ratings of the twelve notes after a key was heard; Krumhansl & Kessler 1982.
_MAJOR_PROFILE: Final = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_PROFILE: Final = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_SURE: Final = 0.03
"""By so much the best key must correlate better than the second; nearer than that is a guess."""

_LEAST_CLASSES: Final = 3
_NAMES: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_RANGES: Final[Mapping[PhraseKind, tuple[int, int]]] = {
    PhraseKind.DRUMS: (35, 81),
    PhraseKind.BASS: (28, 55),
    PhraseKind.CHORDS: (48, 76),
    PhraseKind.MELODY: (55, 84),
}
KICK, SNARE, HAT = 0, 1, 2
_GENERAL_MIDI: Final = (36, 38, 42)
"""Kick, snare and closed hat of General MIDI."""

_DRUM_OF: Final[Mapping[int, int]] = {
    35: KICK, 36: KICK, 37: SNARE, 38: SNARE, 39: SNARE, 40: SNARE,
    42: HAT, 44: HAT, 46: HAT, 51: HAT, 53: HAT, 59: HAT, 69: HAT, 70: HAT, 82: HAT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord by pitch classes."""

    root: int
    tones: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a phrase is to fit.

    Attributes:
        kind: Who plays it.
        bars: Its length.
        tonic: Pitch class of the key.
        scale: Pitch classes that are used, as intervals above the tonic, ascending.
        is_minor: Which of the two modes; meaningless where no key is known.
        is_key_known: Whether the clips say a key.
        chords: One a bar, repeated as often as is needed.
        low: The lowest pitch that a phrase may have.
        high: The highest.
        pads: Kick, snare and hat of this drum rack, as pitches.
        clips: The person's own phrases of this kind.
    """

    kind: PhraseKind
    bars: int = 4
    tonic: int = 0
    scale: tuple[int, ...] = _MAJOR
    is_minor: bool = False
    is_key_known: bool = True
    chords: tuple[Chord, ...] = field(default_factory=lambda: triads(0, _MAJOR, (0,)))
    low: int = 28
    high: int = 55
    pads: tuple[int, int, int] = _GENERAL_MIDI
    clips: tuple[Phrase, ...] = ()

    @property
    def length(self) -> float:
        """Beats."""
        return float(self.bars * BEATS_A_BAR)

    @cached_property
    def ladder(self) -> tuple[int, ...]:
        """The pitches of the scale within the range, ascending."""
        return tuple(
            pitch
            for pitch in range(self.low, self.high + 1)
            if (pitch - self.tonic) % 12 in self.scale
        )

    @cached_property
    def rung(self) -> tuple[int, ...]:
        """(128,) the nearest place on the ladder for each pitch."""
        ladder = self.ladder
        return tuple(
            min(range(len(ladder)), key=lambda k: abs(ladder[k] - pitch)) for pitch in range(128)
        )

    def chord(self, beat: float) -> Chord:
        """The chord that sounds at a beat."""
        return self.chords[int(beat // BEATS_A_BAR) % len(self.chords)]

    @property
    def key(self) -> str:
        """The key in words."""
        if not self.is_key_known:
            return "no key that I am sure of"
        return f"{_NAMES[self.tonic]} {'minor' if self.is_minor else 'major'}"


def triads(tonic: int, scale: Sequence[int], degrees: Sequence[int]) -> tuple[Chord, ...]:
    """The triads of a scale on these degrees, from 0."""
    chords = []
    for degree in degrees:
        tones = [(tonic + scale[(degree + third) % len(scale)]) % 12 for third in (0, 2, 4)]
        chords.append(Chord(tones[0], frozenset(tones)))
    return tuple(chords)


def context_in_key(
    kind: PhraseKind,
    *,
    tonic: int,
    is_minor: bool,
    degrees: Sequence[int],
    bars: int = 4,
    clips: Sequence[Phrase] = (),
) -> Context:
    """A context of a key and the degrees of its chords, from 0, one a bar."""
    scale = _MINOR if is_minor else _MAJOR
    low, high = _range(kind, clips)
    return Context(
        kind=kind,
        bars=bars,
        tonic=tonic,
        scale=scale,
        is_minor=is_minor,
        chords=triads(tonic, scale, degrees),
        low=low,
        high=high,
        pads=find_pads(clips) if kind is PhraseKind.DRUMS and clips else _GENERAL_MIDI,
        clips=tuple(clips),
    )


def read_context(
    kind: PhraseKind, clips: Sequence[Phrase], others: Sequence[Phrase], *, bars: int = 4
) -> Context:
    """What the person's clips say.

    Args:
        kind: Who is to play.
        clips: The person's own of this kind: their range, their pads, their steps.
        others: Clips of other tracks: their key and chords.
        bars: The length of the phrases to be made.

    Raises:
        RefusedError: If a clip has too many notes to be read; a drum rack has no known pads.
    """
    return _read_context(kind, tuple(clips), tuple(others), bars)


@lru_cache(maxsize=4)
def _read_context(
    kind: PhraseKind, clips: tuple[Phrase, ...], others: tuple[Phrase, ...], bars: int
) -> Context:
    """See `read_context`; remembered, since the same clips are read before and after a pick."""
    for clip in (*clips, *others):
        if len(clip.notes) > MOST_NOTES:
            raise RefusedError(
                f"clip: {len(clip.notes)} notes are more than the {MOST_NOTES} that I read; "
                "choose a shorter clip"
            )
    low, high = _range(kind, clips)
    if kind is PhraseKind.DRUMS:
        pads = find_pads(clips) if any(clip.notes for clip in clips) else _GENERAL_MIDI
        return Context(kind=kind, bars=bars, low=0, high=127, pads=pads, clips=tuple(clips))
    pitched = [clip for clip in (*clips, *others) if clip.notes]
    histogram = np.zeros(12)
    for clip in pitched:
        for note in clip.notes:
            histogram[note.pitch % 12] += note.length
    tonic, is_minor, is_known = find_key(histogram)
    if is_known:
        scale: tuple[int, ...] = _MINOR if is_minor else _MAJOR
    else:
        scale = tuple(sorted((int(pc) - tonic) % 12 for pc in np.flatnonzero(histogram)))
    return Context(
        kind=kind,
        bars=bars,
        tonic=tonic,
        scale=scale,
        is_minor=is_minor,
        is_key_known=is_known,
        chords=find_chords(pitched, tonic, scale, bars),
        low=low,
        high=high,
        clips=tuple(clips),
    )


def find_key(histogram: np.ndarray) -> tuple[int, bool, bool]:
    """Tonic, whether minor, and whether that is sure, of (12,) weights of pitch classes.

    Raises:
        RefusedError: If nothing sounds: an empty clip has no key.
    """
    classes = int(np.count_nonzero(histogram))
    if classes == 0:
        raise RefusedError(
            "clip: it is empty, and no other clip has notes: play or draw a few notes first, so "
            "that I know the key"
        )
    if classes < _LEAST_CLASSES:
        return int(histogram.argmax()), False, False
    fits = []
    for is_minor, profile in ((False, _MAJOR_PROFILE), (True, _MINOR_PROFILE)):
        for tonic in range(12):
            fit = float(np.corrcoef(histogram, np.roll(profile, tonic))[0, 1])
            fits.append((fit, tonic, is_minor))
    fits.sort(reverse=True)
    best, second = fits[0], fits[1]
    return best[1], best[2], best[0] - second[0] >= _SURE


def find_chords(
    clips: Sequence[Phrase], tonic: int, scale: Sequence[int], bars: int
) -> tuple[Chord, ...]:
    """The triad of each bar that holds most of what sounds there; low notes count more."""
    candidates = triads(tonic, scale, range(len(scale)))
    found: list[Chord] = []
    for bar in range(bars):
        weights = np.zeros(12)
        lowest = np.zeros(12)
        for clip in clips:
            start = (bar % clip.bars) * BEATS_A_BAR
            here = [n for n in clip.notes if start <= n.start < start + BEATS_A_BAR]
            for note in here:
                weights[note.pitch % 12] += note.length
            if here:
                lowest[min(here, key=lambda n: (n.start, n.pitch)).pitch % 12] += 1.0
        if not weights.any():
            found.append(found[-1] if found else candidates[0])
            continue
        score = [
            sum(weights[tone] for tone in chord.tones) / weights.sum() + 0.5 * lowest[chord.root]
            for chord in candidates
        ]
        found.append(candidates[int(np.argmax(score))])
    return tuple(found)


def find_pads(clips: Sequence[Phrase]) -> tuple[int, int, int]:
    """Kick, snare and hat of a rack: by General MIDI, else by what the clips use most and lowest.

    Raises:
        RefusedError: If the pads are neither General MIDI's nor three at least.
    """
    used = Counter(note.pitch for clip in clips for note in clip.notes)
    pads: list[int | None] = []
    for drum in (KICK, SNARE, HAT):
        known = [pitch for pitch in used if _DRUM_OF.get(pitch) == drum]
        pads.append(max(known, key=lambda pitch: (used[pitch], -pitch)) if known else None)
    if pads[KICK] is not None or pads[SNARE] is not None:
        kick, snare, hat = (
            pad if pad is not None else general
            for pad, general in zip(pads, _GENERAL_MIDI, strict=True)
        )
        return kick, snare, hat
    commonest = sorted(pitch for pitch, _ in used.most_common(3))
    if len(commonest) < 3:
        raise RefusedError(
            f"drums: I know none of the pads {commonest}: expected kick 36, snare 38 and hat 42 "
            "(General MIDI), or a clip of yours that plays three pads"
        )
    return commonest[0], commonest[1], commonest[2]


def _range(kind: PhraseKind, clips: Sequence[Phrase]) -> tuple[int, int]:
    """The pitches that a phrase may have: what the track uses and a little more."""
    if kind is PhraseKind.DRUMS:
        return 0, 127
    return range_of(clips) or _RANGES[kind]
