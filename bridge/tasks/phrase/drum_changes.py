"""Small changes of drums: hits, ghost notes, fills, swing, accents."""

from typing import Final

import numpy as np

from bridge.mix.phrases import BEATS_A_BAR, PhraseNote
from bridge.tasks.phrase.changes import alike, any_row
from bridge.tasks.phrase.context import HAT, SNARE, STEP, STEPS_A_BAR, Context
from bridge.tasks.phrase.features import GHOST, step_of

_SWUNG: Final = 0.06


def hit_pad(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, pad: int, step: int
) -> list[PhraseNote]:
    """A hit where there is none on this pad, or in every bar."""
    used = {step_of(note.start) for note in notes if note.pitch == pad}
    loud = 84 if pad == context.pads[HAT] else 96
    starts = sorted(alike(step * STEP, context, rng))
    return [*notes, *(PhraseNote(s, pad, 0.25, loud) for s in starts if step_of(s) not in used)]


def add_hat(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """A hat on an eighth."""
    step = int(rng.random() * context.bars * STEPS_A_BAR / 2) * 2
    return hit_pad(notes, context, rng, context.pads[HAT], step)


def add_drum(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, multiple: int, offset: int
) -> list[PhraseNote]:
    """A kick or a snare."""
    steps = context.bars * STEPS_A_BAR // multiple
    step = int(rng.random() * steps) * multiple + offset
    return hit_pad(notes, context, rng, context.pads[int(rng.random() * 2)], step)


def add_drum_on(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """A kick or a snare on a beat."""
    return add_drum(notes, context, rng, 4, 0)


def add_drum_off(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """A kick or a snare off the beat."""
    return add_drum(notes, context, rng, 4, 1 + 2 * int(rng.random() * 2))


def remove_hit(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """One hit, or that of every bar."""
    hit = notes[any_row(notes, rng)]
    starts = alike(hit.start, context, rng)
    return [note for note in notes if note.pitch != hit.pitch or note.start not in starts]


def add_ghost(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """A ghost note of the snare."""
    used = {step_of(note.start) for note in notes}
    step = int(rng.random() * context.bars * STEPS_A_BAR)
    return [
        *notes,
        *(
            PhraseNote(start, context.pads[SNARE], 0.125, 38)
            for start in sorted(alike(step * STEP, context, rng))
            if step_of(start) not in used
        ),
    ]


def unghost(
    notes: list[PhraseNote], _context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """One ghost note less."""
    soft = [row for row, note in enumerate(notes) if note.velocity < GHOST]
    if not soft or len(notes) < 2:
        return notes
    row = soft[int(rng.random() * len(soft))]
    return [*notes[:row], *notes[row + 1 :]]


def add_fill(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """A snare in the last bar."""
    first = (context.bars - 1) * STEPS_A_BAR
    step = first + int(rng.random() * STEPS_A_BAR)
    return [*notes, PhraseNote(step * STEP, context.pads[SNARE], 0.25, 92)]


def unfill(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A note less in the last bar."""
    first = (context.bars - 1) * BEATS_A_BAR
    rows = [row for row, note in enumerate(notes) if note.start >= first]
    if not rows or len(notes) < 2:
        return notes
    row = rows[int(rng.random() * len(rows))]
    return [*notes[:row], *notes[row + 1 :]]


def swing_by(notes: list[PhraseNote], late: float) -> list[PhraseNote]:
    """Every second sixteenth later."""
    moved = []
    for note in notes:
        step = step_of(note.start)
        swing = note.start - step * STEP
        swing = min(max(swing + late, 0.0), 0.45 * STEP) if step % 2 else 0.0
        moved.append(PhraseNote(step * STEP + swing, note.pitch, note.length, note.velocity))
    return moved


def swing_more(
    notes: list[PhraseNote], _context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """More swing."""
    return swing_by(notes, _SWUNG * STEP * (1.0 + rng.random()))


def swing_less(
    notes: list[PhraseNote], _context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Less swing."""
    return swing_by(notes, -_SWUNG * STEP * (1.0 + rng.random()))


def scale_contrast(notes: list[PhraseNote], factor: float) -> list[PhraseNote]:
    """Velocities further from their mean, or nearer; ghost notes stay ghosts, others loud."""
    mean = sum(note.velocity for note in notes) / len(notes)
    changed = []
    for note in notes:
        loud = round(mean + factor * (note.velocity - mean))
        loud = (
            min(max(loud, 20), GHOST - 1) if note.velocity < GHOST else min(max(loud, GHOST), 127)
        )
        changed.append(PhraseNote(note.start, note.pitch, note.length, loud))
    return changed


def contrast_more(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """What is off the beat softer, or all further from the mean."""
    if rng.random() < 0.5:
        weak = [step_of(n.start) % 4 != 0 and n.velocity >= GHOST for n in notes]
        return [
            PhraseNote(n.start, n.pitch, n.length, max(n.velocity - 12, 54)) if is_weak else n
            for n, is_weak in zip(notes, weak, strict=True)
        ]
    return scale_contrast(notes, 1.3)


def contrast_less(
    notes: list[PhraseNote], _context: Context, _rng: np.random.Generator
) -> list[PhraseNote]:
    """Velocities nearer to their mean."""
    return scale_contrast(notes, 0.75)
