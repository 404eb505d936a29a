"""The second generator: a grammar of rhythms and a Markov chain of steps; it has learnt nothing.

A phrase is bars by a form, a bar is beats, a beat is one of a few rhythmic cells that follow each
other with fixed odds; pitches move by a chain of "chord note, neighbour, passing, leap". It is here
to show that a taste that was learnt on one generator's phrases ranks another's.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from bridge.mix.phrases import BEATS_A_BAR, Phrase, PhraseKind, PhraseNote, phrase_of
from bridge.tasks.phrase.context import HAT, KICK, SNARE, STEP, STEPS_A_BAR, Context
from bridge.tasks.phrase.games import voicing

_FORMS: Final = ("AAAA", "ABAB", "AABB", "AAAB", "ABAC", "ABCD")
# Sixteenths of a beat on which something begins; sorted from calm to busy.
_CELLS: Final = ((), (0,), (2,), (0, 2), (0, 3), (3,), (0, 2, 3), (1, 3), (0, 1, 2, 3))
_KICKS: Final = ((0, 8), (0, 10), (0, 4, 8, 12), (0, 7, 10), (0, 3, 8), (0, 6, 8, 14))
_SNARES: Final = ((4, 12), (8,), (4, 12, 15), (4, 11), (12,))
_HATS: Final = (
    (0, 4, 8, 12),
    (2, 6, 10, 14),
    (0, 2, 4, 6, 8, 10, 12, 14),
    tuple(range(STEPS_A_BAR)),
    (0, 3, 6, 8, 11, 14),
)
_FILLS: Final = ((), (12, 14), (12, 13, 14, 15), (8, 10, 12, 14))
_STABS: Final = (
    (0,), (0, 8), (0, 6), (0, 3, 8, 11), (2, 6, 10, 14), (0, 4, 8, 12), (4, 12), (0, 10),
    (0, 7, 14),
)  # fmt: skip


class GrammarGenerator:
    """See the module's page; `bridge.tasks.phrase.generator.Generator`."""

    def draw(self, context: Context, rng: np.random.Generator) -> Phrase:
        """One phrase."""
        form = _FORMS[int(rng.random() * len(_FORMS))]
        return phrase_of(_NOTES[context.kind](context, form, rng), context.length)


def _line(context: Context, form: str, rng: np.random.Generator) -> list[PhraseNote]:
    calm, ladder = float(rng.uniform(-0.9, 0.9)), context.ladder
    place = int(rng.random() * len(ladder))
    rhythms: dict[str, list[int]] = {}
    melodies: dict[str, list[int]] = {}
    touch, velocity, jump = rng.uniform(0.3, 1.0), int(rng.integers(84, 112)), rng.random() * 0.5
    notes: list[PhraseNote] = []
    for bar in range(context.bars):
        letter = form[bar % len(form)]
        rhythm = rhythms.setdefault(letter, _rhythm(calm, rng)) or [0]
        tune = melodies.get(letter, [])
        is_new = not tune
        for row, step in enumerate(rhythm):
            if is_new:
                place = _next_place(context, place, bar * STEPS_A_BAR + step, jump, rng)
                tune.append(place)
            end = rhythm[row + 1] if row + 1 < len(rhythm) else STEPS_A_BAR
            start = bar * BEATS_A_BAR + step * STEP
            held = max((end - step) * touch, 0.5) * STEP
            loud = velocity - (0 if step % 4 == 0 else 14)
            notes.append(PhraseNote(start, ladder[tune[row]], held, loud))
        melodies[letter] = tune
    return notes


def _rhythm(calm: float, rng: np.random.Generator) -> list[int]:
    """Onsets of a bar: each beat's cell follows the last one's, towards calm or busy."""
    cell, onsets = int(rng.random() * len(_CELLS)), []
    for beat in range(BEATS_A_BAR):
        onsets += [4 * beat + step for step in _CELLS[cell]]
        weights = [
            np.exp(-0.4 * abs(each - cell) - calm * each / 2.0) for each in range(len(_CELLS))
        ]
        total = np.cumsum(weights)
        cell = int(total.searchsorted(rng.random() * total[-1]))
    return onsets


def _next_place(
    context: Context, place: int, step: int, jump: float, rng: np.random.Generator
) -> int:
    """The next rung: a chord note near by on beats, else a neighbour, now and then a leap."""
    ladder, chance = context.ladder, rng.random()
    if chance < jump:
        place += int(rng.integers(-5, 6))
    elif chance < 0.85:
        place += 1 if rng.random() < 0.5 else -1
    place = min(max(place, 0), len(ladder) - 1)
    if step % 4 == 0 and rng.random() < 0.8:
        tones = context.chord(step * STEP).tones
        for away in (0, 1, -1, 2, -2, 3, -3):
            if 0 <= place + away < len(ladder) and ladder[place + away] % 12 in tones:
                return place + away
    return place


def _drums(context: Context, form: str, rng: np.random.Generator) -> list[PhraseNote]:
    def pick(patterns: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        return patterns[int(rng.random() * len(patterns))]

    bars: dict[str, tuple[tuple[int, ...], ...]] = {}
    swing = float(max(rng.normal(0.05, 0.2), 0.0)) * STEP
    contrast, ghosts = rng.uniform(0.0, 40.0), float(max(rng.normal(0.0, 0.12), 0.0))
    notes: list[PhraseNote] = []
    for bar in range(context.bars):
        letter = form[bar % len(form)]
        kicks, snares, hats = bars.setdefault(letter, (pick(_KICKS), pick(_SNARES), pick(_HATS)))
        fill = pick(_FILLS) if bar == context.bars - 1 else ()
        for drum, steps in ((KICK, kicks), (SNARE, (*snares, *fill)), (HAT, hats)):
            for step in steps:
                late = swing if step % 2 else 0.0
                loud = round(108 - (0 if step % 4 == 0 else contrast))
                start = bar * BEATS_A_BAR + step * STEP + late
                notes.append(PhraseNote(start, context.pads[drum], 0.25, loud))
        for step in range(STEPS_A_BAR):
            if step not in snares and rng.random() < ghosts:
                late = swing if step % 2 else 0.0
                start = bar * BEATS_A_BAR + step * STEP + late
                notes.append(PhraseNote(start, context.pads[SNARE], 0.125, 40))
    return notes


def _chords(context: Context, form: str, rng: np.random.Generator) -> list[PhraseNote]:
    span = max(context.high - context.low - 16, 1)
    low = context.low + int(rng.random() * span)
    touch, seventh = rng.uniform(0.3, 1.0), rng.random() < 0.4
    inversion = int(rng.random() * 3)
    stabs: dict[str, tuple[int, ...]] = {}
    notes: list[PhraseNote] = []
    for bar in range(context.bars):
        letter = form[bar % len(form)]
        steps = stabs.setdefault(letter, _STABS[int(rng.random() * len(_STABS))])
        for row, step in enumerate(steps):
            if rng.random() < 0.25:
                inversion = int(rng.random() * 3)
            end = steps[row + 1] if row + 1 < len(steps) else STEPS_A_BAR
            start = bar * BEATS_A_BAR + step * STEP
            held = max((end - step) * touch, 0.5) * STEP
            pitches = voicing(context, start, inversion, seventh=seventh, low=low)
            notes += [PhraseNote(start, pitch, held, 92) for pitch in pitches]
    return notes


_NOTES: Final[
    Mapping[PhraseKind, Callable[[Context, str, np.random.Generator], list[PhraseNote]]]
] = {
    PhraseKind.DRUMS: _drums,
    PhraseKind.BASS: _line,
    PhraseKind.CHORDS: _chords,
    PhraseKind.MELODY: _line,
}
