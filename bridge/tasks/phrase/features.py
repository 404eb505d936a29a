"""Six numbers that say what a phrase is like; a taste is about them.

Of pitched kinds: density, syncopation, leaps, register, repetition, tension. Of drums: density,
syncopation, ghost notes, fills, swing, dynamics. Raw here; `Scale` gives standard deviations over
many phrases of the kind.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.mix.phrases import BEATS_A_BAR, PHRASE_KINDS, Phrase, PhraseKind
from bridge.tasks.phrase.context import HAT, STEP, STEPS_A_BAR, Context

FEATURES: Final = 6
_PITCHED: Final = ("density", "syncopation", "leaps", "register", "repetition", "tension")
_DRUMS: Final = ("density", "syncopation", "ghost notes", "fills", "swing", "dynamics")
NAMES: Final[Mapping[PhraseKind, tuple[str, ...]]] = {
    kind: _DRUMS if kind is PhraseKind.DRUMS else _PITCHED for kind in PHRASE_KINDS
}

# How far off the beat a sixteenth is; 0 on the bar's first beat.
OFF_BEAT: Final[tuple[float, ...]] = tuple(
    (0.0 if step == 0 else 0.1) if step % 4 == 0 else 0.6 if step % 2 == 0 else 1.0
    for step in range(STEPS_A_BAR)
)
_STEPS_A_BEAT: Final = 4
_NEAREST: Final = 0.5 - 1e-6
GHOST: Final = 52
"""Below this velocity a drum's note is a ghost note."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """Mean and standard deviation (kinds, 6) of the features over many phrases."""

    mean: FloatArray
    sd: FloatArray

    def features(self, phrase: Phrase, context: Context) -> FloatArray:
        """(6,) a phrase's features in standard deviations from the average of its kind."""
        row = PHRASE_KINDS.index(context.kind)
        return np.asarray((raw_features(phrase, context) - self.mean[row]) / self.sd[row])


def raw_features(phrase: Phrase, context: Context) -> FloatArray:
    """(6,) of a phrase; all 0 where it has no notes."""
    if not phrase.notes:
        return np.zeros(FEATURES)
    if context.kind is PhraseKind.DRUMS:
        return np.array(_of_drums(phrase, context))
    return np.array(_of_pitches(phrase, context))


def step_of(start: float) -> int:
    """The sixteenth that a note belongs to, swung or late as it may be."""
    return int(start * _STEPS_A_BEAT + _NEAREST)


def _of_pitches(phrase: Phrase, context: Context) -> list[float]:
    onsets: dict[int, int] = {}  # the top note of each onset
    last_bar = phrase.bars - 1
    bars: list[set[int]] = [set() for _ in range(phrase.bars)]
    tones = [context.chord(bar * BEATS_A_BAR).tones for bar in range(phrase.bars)]
    sounding = weighted = tension = strong = 0.0
    for start, pitch, length, _ in phrase.notes:
        step = int(start * _STEPS_A_BEAT + _NEAREST)
        bar = min(step // STEPS_A_BAR, last_bar)
        if pitch > onsets.get(step, -1):
            onsets[step] = pitch
        pitch_class = pitch % 12
        bars[bar].add(step % STEPS_A_BAR * 12 + pitch_class)
        sounding += length
        weighted += length * pitch
        weight = 0.35 if step % 4 else 1.0
        strong += weight
        if pitch_class not in tones[bar]:
            tension += weight
    tops = [onsets[step] for step in sorted(onsets)]
    leaps = [min(abs(b - a), 12) for a, b in pairwise(tops)]
    return [
        math.log2(1.0 + len(onsets) / phrase.bars),
        sum(OFF_BEAT[step % STEPS_A_BAR] for step in onsets) / len(onsets),
        sum(leaps) / len(leaps) if leaps else 0.0,
        weighted / sounding,
        _likeness(bars),
        tension / strong,
    ]


def _likeness(bars: list[set[int]]) -> float:
    """How alike the bars are: the mean over bars of the most alike earlier one (Jaccard)."""
    if len(bars) < 2:
        return 1.0
    total = 0.0
    for row in range(1, len(bars)):
        best = 0.0
        for earlier in bars[:row]:
            union = len(bars[row] | earlier)
            best = max(best, len(bars[row] & earlier) / union if union else 1.0)
        total += best
    return total / (len(bars) - 1)


def _of_drums(phrase: Phrase, context: Context) -> list[float]:
    hat = context.pads[HAT]
    bars = [0] * phrase.bars
    off = count = ghosts = late = swung = loud = loud2 = 0.0
    for note in phrase.notes:
        step = step_of(note.start)
        bars[min(step // STEPS_A_BAR, phrase.bars - 1)] += 1
        loud += note.velocity
        loud2 += note.velocity * note.velocity
        if note.velocity < GHOST:
            ghosts += 1.0
        elif note.pitch != hat:
            off += OFF_BEAT[step % STEPS_A_BAR]
            count += 1.0
        if step % 2:
            late += (note.start - step * STEP) / STEP
            swung += 1.0
    notes = len(phrase.notes)
    usual = sum(bars[:-1]) / max(len(bars) - 1, 1)
    variance = max(loud2 / notes - (loud / notes) ** 2, 0.0)
    return [
        math.log2(1.0 + notes / phrase.bars),
        off / count if count else 0.0,
        ghosts / phrase.bars,
        math.log2((1.0 + bars[-1]) / (1.0 + usual)) if len(bars) > 1 else 0.0,
        late / swung if swung else 0.0,
        math.sqrt(variance),
    ]
