"""Directed transformations: one feature of a phrase up or down, the others kept.

A transformation tries chains of a few small changes (a note added, moved, left out; a bar copied;
...) and keeps the chain that goes furthest its way and least any other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from bridge.mix.phrases import (
    BEATS_A_BAR,
    MOST_NOTES,
    Phrase,
    PhraseKind,
    PhraseNote,
    phrase_of,
)
from bridge.tasks.phrase.context import HAT, SNARE, STEP, STEPS_A_BAR, Context
from bridge.tasks.phrase.features import FEATURES, Scale, step_of

TRANSFORMATIONS: Final = 2 * FEATURES
"""Feature f down is 2f, up is 2f + 1."""

_CHAINS: Final = 10
_LONGEST: Final = 6
_FAR: Final = 1.2
"""More than this one transformation need not do, standard deviations."""

_SIDE_COST: Final = 0.6
_SWUNG: Final = 0.06
_ALONE: Final = 0.4

Change = Callable[[list[PhraseNote], Context, np.random.Generator], list[PhraseNote]]


def transform(
    phrase: Phrase, context: Context, way: int, scale: Scale, rng: np.random.Generator
) -> Phrase:
    """The phrase with one feature changed; the same where no chain of changes gets anywhere.

    Args:
        phrase: What is changed.
        context: What it is to fit.
        way: 2 x feature, + 1 for up.
        scale: What one standard deviation is.
        rng: Of the changes that are tried.
    """
    feature, is_up = divmod(way, 2)
    sign = 1.0 if is_up else -1.0
    before = scale.features(phrase, context)
    changes = (_DRUM_CHANGES if context.kind is PhraseKind.DRUMS else _PITCHED_CHANGES)[way]
    best, best_gain = phrase, 0.0
    for _ in range(_CHAINS):
        notes = list(phrase.notes)
        for _ in range(1 + int(rng.random() * _LONGEST)):
            notes = changes[int(rng.random() * len(changes))](notes, context, rng) or notes
        if not 0 < len(notes) <= MOST_NOTES:
            continue
        tried = phrase_of(notes, phrase.length)
        moved = scale.features(tried, context) - before
        wanted = min(sign * moved[feature], _FAR)
        gain = wanted - _SIDE_COST * (np.abs(moved).sum() - abs(moved[feature]))
        if gain > best_gain:
            best, best_gain = tried, gain
    return best


def transform_along(
    phrase: Phrase, context: Context, ways: Sequence[int], scale: Scale, rng: np.random.Generator
) -> Phrase:
    """The phrase after several transformations."""
    for way in ways:
        phrase = transform(phrase, context, way, scale, rng)
    return phrase


# -- small changes of any phrase ------------------------------------------------------------------


def _any(notes: list[PhraseNote], rng: np.random.Generator) -> int:
    return int(rng.random() * len(notes))


def _group(notes: list[PhraseNote], rng: np.random.Generator) -> tuple[float, list[PhraseNote]]:
    """The notes that start together with a random one."""
    start = notes[_any(notes, rng)].start
    return start, [note for note in notes if note.start == start]


def _alike(start: float, context: Context, rng: np.random.Generator) -> set[float]:
    """A time alone, or the same time of every bar: what repeats may stay repeated."""
    if rng.random() < _ALONE:
        return {start}
    within = start % BEATS_A_BAR
    return {within + bar * BEATS_A_BAR for bar in range(context.bars)}


def _drop(
    notes: list[PhraseNote],
    context: Context,
    rng: np.random.Generator,
    is_meant: Callable[[PhraseNote], bool],
) -> list[PhraseNote]:
    """Leave out what starts with a random one of the notes that are meant."""
    starts = [note.start for note in notes if is_meant(note)]
    if not starts:
        return notes
    dropped = _alike(starts[int(rng.random() * len(starts))], context, rng)
    return [note for note in notes if note.start not in dropped]


def _remove(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _drop(notes, context, rng, lambda _: True)


def _remove_off(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _drop(notes, context, rng, lambda note: step_of(note.start) % 4 != 0)


def _remove_on(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _drop(notes, context, rng, lambda note: step_of(note.start) % 4 == 0)


def _add(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, multiple: int
) -> list[PhraseNote]:
    """Copies of the notes that sound near by, at a free time and in its chord."""
    used = {step_of(note.start) for note in notes}
    free = [s for s in range(0, context.bars * STEPS_A_BAR, multiple) if s not in used]
    if not free or not notes:
        return notes
    added = list(notes)
    for start in sorted(_alike(free[int(rng.random() * len(free))] * STEP, context, rng)):
        if step_of(start) in used:
            continue
        near = min(notes, key=lambda note: (abs(note.start - start), note.pitch))
        group = [note for note in notes if note.start == near.start]
        length = min(near.length, 2 * STEP)
        if len(group) == 1 and context.kind is not PhraseKind.DRUMS:
            # A line that moves goes on moving: the same note again would flatten it.
            group = [_moved(near, context, int(rng.random() * 9) - 4)]
        added += [
            PhraseNote(start, _fit(note.pitch, context, start, is_chord=len(group) > 1), length,
                       note.velocity)
            for note in group
        ]  # fmt: skip
    return added


def _fit(pitch: int, context: Context, beat: float, *, is_chord: bool) -> int:
    """The nearest pitch of the ladder, of the chord's tones where it is a chord."""
    if context.kind is PhraseKind.DRUMS:
        return pitch
    if is_chord:
        tones = context.chord(beat).tones
        near = [p for p in context.ladder if p % 12 in tones]
        if near:
            return min(near, key=lambda p: abs(p - pitch))
    return context.ladder[context.rung[pitch]]


def _add_on(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _add(notes, context, rng, 4)


def _add_eighth(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _add(notes, context, rng, 2)


def _add_any(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _add(notes, context, rng, 1)


def _move_all(
    notes: list[PhraseNote], starts: set[float], away: float, context: Context
) -> list[PhraseNote]:
    """What starts at these times some beats later; what it lands on gives way."""
    landed = {start + away for start in starts}
    if not all(0.0 <= start < context.length for start in landed):
        return notes
    rest = [note for note in notes if note.start not in starts | landed]
    moved = [note._replace(start=note.start + away) for note in notes if note.start in starts]
    return [*rest, *moved]


def _push(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """Off the beat: a sixteenth or an eighth earlier or later."""
    start, _ = _group(notes, rng)
    away = (-1, -1, 1, -2, 2)[int(rng.random() * 5)] * STEP
    return _move_all(notes, _alike(start, context, rng), away, context)


def _settle(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """To the beat."""
    off = [note.start for note in notes if step_of(note.start) % 4]
    if not off:
        return notes
    start = off[int(rng.random() * len(off))]
    return _move_all(notes, _alike(start, context, rng), round(start) - start, context)


def _copy_bar(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    bars = context.bars
    source, target = int(rng.random() * bars), int(rng.random() * bars)
    if source == target:
        return notes
    away = (target - source) * BEATS_A_BAR
    rest = [note for note in notes if int(note.start // BEATS_A_BAR) != target]
    copied = [
        PhraseNote(note.start + away, note.pitch, note.length, note.velocity)
        for note in notes
        if int(note.start // BEATS_A_BAR) == source
    ]
    return [*rest, *copied]


# -- of pitched phrases ---------------------------------------------------------------------------


def _moved(note: PhraseNote, context: Context, rungs: int) -> PhraseNote:
    place = context.rung[note.pitch] + rungs
    place = min(max(place, 0), len(context.ladder) - 1)
    return PhraseNote(note.start, context.ladder[place], note.length, note.velocity)


def _vary(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A group some rungs up or down."""
    start, _ = _group(notes, rng)
    way = (-3, -2, -1, 1, 2, 3)[int(rng.random() * 6)]
    if context.kind is PhraseKind.CHORDS:
        return _invert(notes, context, start, is_up=way > 0)
    return [_moved(n, context, way) if n.start == start else n for n in notes]


def _invert(
    notes: list[PhraseNote], context: Context, start: float, *, is_up: bool
) -> list[PhraseNote]:
    """The lowest note of a chord an octave up, or the highest an octave down."""
    group = sorted(note.pitch for note in notes if note.start == start)
    pitch = group[0] if is_up else group[-1]
    to = pitch + (12 if is_up else -12)
    if not context.low <= to <= context.high or to in group:
        return notes
    return [
        PhraseNote(n.start, to, n.length, n.velocity)
        if n.start == start and n.pitch == pitch
        else n
        for n in notes
    ]


def _leap(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A group far up or down."""
    start, _ = _group(notes, rng)
    way = (-7, -5, -4, 4, 5, 7)[int(rng.random() * 6)]
    if context.kind is PhraseKind.CHORDS:
        return _invert(notes, context, start, is_up=way > 0)
    return [_moved(n, context, way) if n.start == start else n for n in notes]


def _smooth(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """A group to where its neighbour is."""
    ordered = sorted(notes)
    row = _any(ordered, rng)
    start = ordered[row].start
    earlier = [note for note in ordered if note.start < start]
    if not earlier:
        return notes
    if context.kind is PhraseKind.CHORDS:
        top = max(note.pitch for note in ordered if note.start == start)
        goal = max(note.pitch for note in ordered if note.start == earlier[-1].start)
        return _invert(notes, context, start, is_up=goal > top) if abs(goal - top) > 3 else notes
    away = context.rung[earlier[-1].pitch] - context.rung[ordered[row].pitch]
    way = away - (away > 0) + (away < 0) if abs(away) > 1 else 0
    return [_moved(n, context, way) if n.start == start else n for n in notes]


def _shift(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, sign: int
) -> list[PhraseNote]:
    """All of it, or one bar, up or down."""
    bar = int(rng.random() * context.bars) if rng.random() < 0.4 else -1
    is_octave = context.kind is PhraseKind.CHORDS or rng.random() < 0.3
    rungs = sign * (1 + int(rng.random() * 4))
    moved = []
    for note in notes:
        if bar >= 0 and int(note.start // BEATS_A_BAR) != bar:
            moved.append(note)
        elif is_octave:
            pitch = note.pitch + 12 * sign
            fits = context.low <= pitch <= context.high
            moved.append(
                PhraseNote(note.start, pitch if fits else note.pitch, note.length, note.velocity)
            )
        else:
            moved.append(_moved(note, context, rungs))
    return moved


def _raise(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    if context.kind is PhraseKind.CHORDS and rng.random() < 0.7:
        start, _ = _group(notes, rng)
        return _invert(notes, context, start, is_up=True)
    return _shift(notes, context, rng, 1)


def _lower(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    if context.kind is PhraseKind.CHORDS and rng.random() < 0.7:
        start, _ = _group(notes, rng)
        return _invert(notes, context, start, is_up=False)
    return _shift(notes, context, rng, -1)


def _tense(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A chord note to the next one that is none."""
    return _retune(notes, context, rng, is_tense=True)


def _relax(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A note that is none of the chord to the nearest that is."""
    return _retune(notes, context, rng, is_tense=False)


def _retune(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, *, is_tense: bool
) -> list[PhraseNote]:
    rows = [
        row
        for row, note in enumerate(notes)
        if (note.pitch % 12 in context.chord(note.start).tones) is is_tense
    ]
    strong = [row for row in rows if step_of(notes[row].start) % 4 == 0]
    rows = strong or rows
    if not rows:
        return notes
    row = rows[int(rng.random() * len(rows))]
    note = notes[row]
    tones = context.chord(note.start).tones
    place = context.rung[note.pitch]
    for away in (1, -1, 2, -2, 3, -3):
        if not 0 <= place + away < len(context.ladder):
            continue
        pitch = context.ladder[place + away]
        if (pitch % 12 not in tones) is is_tense:
            changed = list(notes)
            changed[row] = PhraseNote(note.start, pitch, note.length, note.velocity)
            return changed
    return notes


# -- of drums -------------------------------------------------------------------------------------


def _hit(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, pad: int, step: int
) -> list[PhraseNote]:
    """A hit where there is none on this pad, or in every bar."""
    used = {step_of(note.start) for note in notes if note.pitch == pad}
    loud = 84 if pad == context.pads[HAT] else 96
    starts = sorted(_alike(step * STEP, context, rng))
    return [*notes, *(PhraseNote(s, pad, 0.25, loud) for s in starts if step_of(s) not in used)]


def _add_hat(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    step = int(rng.random() * context.bars * STEPS_A_BAR / 2) * 2
    return _hit(notes, context, rng, context.pads[HAT], step)


def _add_drum(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, multiple: int, offset: int
) -> list[PhraseNote]:
    steps = context.bars * STEPS_A_BAR // multiple
    step = int(rng.random() * steps) * multiple + offset
    return _hit(notes, context, rng, context.pads[int(rng.random() * 2)], step)


def _add_drum_on(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _add_drum(notes, context, rng, 4, 0)


def _add_drum_off(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _add_drum(notes, context, rng, 4, 1 + 2 * int(rng.random() * 2))


def _remove_hit(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """One hit, or that of every bar."""
    hit = notes[_any(notes, rng)]
    starts = _alike(hit.start, context, rng)
    return [note for note in notes if note.pitch != hit.pitch or note.start not in starts]


def _ghost(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    used = {step_of(note.start) for note in notes}
    step = int(rng.random() * context.bars * STEPS_A_BAR)
    return [
        *notes,
        *(
            PhraseNote(start, context.pads[SNARE], 0.125, 38)
            for start in sorted(_alike(step * STEP, context, rng))
            if step_of(start) not in used
        ),
    ]


def _unghost(
    notes: list[PhraseNote], _context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    soft = [row for row, note in enumerate(notes) if note.velocity < 52]
    if not soft or len(notes) < 2:
        return notes
    row = soft[int(rng.random() * len(soft))]
    return [*notes[:row], *notes[row + 1 :]]


def _fill(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    first = (context.bars - 1) * STEPS_A_BAR
    step = first + int(rng.random() * STEPS_A_BAR)
    return [*notes, PhraseNote(step * STEP, context.pads[SNARE], 0.25, 92)]


def _unfill(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    first = (context.bars - 1) * BEATS_A_BAR
    rows = [row for row, note in enumerate(notes) if note.start >= first]
    if not rows or len(notes) < 2:
        return notes
    row = rows[int(rng.random() * len(rows))]
    return [*notes[:row], *notes[row + 1 :]]


def _swing(notes: list[PhraseNote], late: float) -> list[PhraseNote]:
    moved = []
    for note in notes:
        step = step_of(note.start)
        swing = note.start - step * STEP
        swing = min(max(swing + late, 0.0), 0.45 * STEP) if step % 2 else 0.0
        moved.append(PhraseNote(step * STEP + swing, note.pitch, note.length, note.velocity))
    return moved


def _swing_more(
    notes: list[PhraseNote], _context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _swing(notes, _SWUNG * STEP * (1.0 + rng.random()))


def _swing_less(
    notes: list[PhraseNote], _context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    return _swing(notes, -_SWUNG * STEP * (1.0 + rng.random()))


def _contrast(notes: list[PhraseNote], factor: float) -> list[PhraseNote]:
    """Velocities further from their mean, or nearer; ghost notes stay ghosts, others loud."""
    mean = sum(note.velocity for note in notes) / len(notes)
    changed = []
    for note in notes:
        loud = round(mean + factor * (note.velocity - mean))
        loud = min(max(loud, 20), 51) if note.velocity < 52 else min(max(loud, 52), 127)
        changed.append(PhraseNote(note.start, note.pitch, note.length, loud))
    return changed


def _contrast_more(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    if rng.random() < 0.5:
        weak = [step_of(n.start) % 4 != 0 and n.velocity >= 52 for n in notes]
        return [
            PhraseNote(n.start, n.pitch, n.length, max(n.velocity - 12, 54)) if is_weak else n
            for n, is_weak in zip(notes, weak, strict=True)
        ]
    return _contrast(notes, 1.3)


def _contrast_less(
    notes: list[PhraseNote], _context: Context, _rng: np.random.Generator
) -> list[PhraseNote]:
    return _contrast(notes, 0.75)


_PITCHED_CHANGES: Final[Mapping[int, tuple[Change, ...]]] = {
    0: (_remove, _remove, _remove_off, _remove_on),
    1: (_add_any, _add_eighth, _add_on),
    2: (_settle, _settle, _add_on, _remove_off),
    3: (_push, _push, _add_any, _remove_on),
    4: (_smooth, _smooth, _vary),
    5: (_leap, _vary, _leap),
    6: (_lower,),
    7: (_raise,),
    8: (_vary, _push, _add_any, _remove),
    9: (_copy_bar,),
    10: (_relax,),
    11: (_tense,),
}
_DRUM_CHANGES: Final[Mapping[int, tuple[Change, ...]]] = {
    0: (_remove_hit,),
    1: (_add_hat, _add_hat, _add_drum_on, _add_drum_off),
    2: (_add_drum_on, _remove_off, _remove_hit, _add_hat),
    3: (_add_drum_off, _remove_hit, _push),
    4: (_unghost,),
    5: (_ghost,),
    6: (_unfill, _unfill, _add_hat),
    7: (_fill, _fill, _remove_hit),
    8: (_swing_less,),
    9: (_swing_more,),
    10: (_contrast_less,),
    11: (_contrast_more,),
}
