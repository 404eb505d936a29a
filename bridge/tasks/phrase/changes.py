"""Small changes of any phrase: a note added, moved or left out, a bar copied, a pitch moved.

Each gets notes and returns notes; what it returns may be empty or out of order.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from bridge.mix.phrases import BEATS_A_BAR, PhraseKind, PhraseNote
from bridge.tasks.phrase.context import STEP, STEPS_A_BAR, Context
from bridge.tasks.phrase.features import step_of

_ALONE: Final = 0.4
"""Probability that a change is of one bar, and not of all alike."""

Change = Callable[[list[PhraseNote], Context, np.random.Generator], list[PhraseNote]]


def any_row(notes: list[PhraseNote], rng: np.random.Generator) -> int:
    """The row of a random note."""
    return int(rng.random() * len(notes))


def group_at(notes: list[PhraseNote], rng: np.random.Generator) -> tuple[float, list[PhraseNote]]:
    """The notes that start together with a random one."""
    start = notes[any_row(notes, rng)].start
    return start, [note for note in notes if note.start == start]


def alike(start: float, context: Context, rng: np.random.Generator) -> set[float]:
    """A time alone, or the same time of every bar: what repeats may stay repeated."""
    if rng.random() < _ALONE:
        return {start}
    within = start % BEATS_A_BAR
    return {within + bar * BEATS_A_BAR for bar in range(context.bars)}


def drop(
    notes: list[PhraseNote],
    context: Context,
    rng: np.random.Generator,
    is_meant: Callable[[PhraseNote], bool],
) -> list[PhraseNote]:
    """Leave out what starts with a random one of the notes that are meant."""
    starts = [note.start for note in notes if is_meant(note)]
    if not starts:
        return notes
    dropped = alike(starts[int(rng.random() * len(starts))], context, rng)
    return [note for note in notes if note.start not in dropped]


def remove(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """Leave out a group of notes."""
    return drop(notes, context, rng, lambda _: True)


def remove_off(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Leave out a group off the beat."""
    return drop(notes, context, rng, lambda note: step_of(note.start) % 4 != 0)


def remove_on(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Leave out a group on a beat."""
    return drop(notes, context, rng, lambda note: step_of(note.start) % 4 == 0)


def add_group(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, multiple: int
) -> list[PhraseNote]:
    """Copies of the notes that sound near by, at a free time and in its chord."""
    used = {step_of(note.start) for note in notes}
    free = [s for s in range(0, context.bars * STEPS_A_BAR, multiple) if s not in used]
    if not free or not notes:
        return notes
    added = list(notes)
    for start in sorted(alike(free[int(rng.random() * len(free))] * STEP, context, rng)):
        if step_of(start) in used:
            continue
        near = min(notes, key=lambda note: (abs(note.start - start), note.pitch))
        group = [note for note in notes if note.start == near.start]
        length = min(near.length, 2 * STEP)
        if len(group) == 1 and context.kind is not PhraseKind.DRUMS:
            # A line that moves goes on moving: the same note again would flatten it.
            group = [step_note(near, context, int(rng.random() * 9) - 4)]
        for note in group:
            pitch = fit_pitch(note.pitch, context, start, is_chord=len(group) > 1)
            added.append(PhraseNote(start, pitch, length, note.velocity))
    return added


def fit_pitch(pitch: int, context: Context, beat: float, *, is_chord: bool) -> int:
    """The nearest pitch of the ladder, of the chord's tones where it is a chord."""
    if context.kind is PhraseKind.DRUMS:
        return pitch
    if is_chord:
        tones = context.chord(beat).tones
        near = [p for p in context.ladder if p % 12 in tones]
        if near:
            return min(near, key=lambda p: abs(p - pitch))
    return context.ladder[context.rung[pitch]]


def add_on(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """Add a group on a beat."""
    return add_group(notes, context, rng, 4)


def add_eighth(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Add a group on an eighth."""
    return add_group(notes, context, rng, 2)


def add_any(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Add a group on any sixteenth."""
    return add_group(notes, context, rng, 1)


def move_all(
    notes: list[PhraseNote], starts: set[float], away: float, context: Context
) -> list[PhraseNote]:
    """What starts at these times some beats later; what it lands on gives way."""
    landed = {start + away for start in starts}
    if not all(0.0 <= start < context.length for start in landed):
        return notes
    rest = [note for note in notes if note.start not in starts | landed]
    moved = [note._replace(start=note.start + away) for note in notes if note.start in starts]
    return [*rest, *moved]


def push(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """Off the beat: a sixteenth or an eighth earlier or later."""
    start, _ = group_at(notes, rng)
    away = (-1, -1, 1, -2, 2)[int(rng.random() * 5)] * STEP
    return move_all(notes, alike(start, context, rng), away, context)


def settle(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """To the beat."""
    off = [note.start for note in notes if step_of(note.start) % 4]
    if not off:
        return notes
    start = off[int(rng.random() * len(off))]
    return move_all(notes, alike(start, context, rng), round(start) - start, context)


def copy_bar(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Let a bar be played as another one is."""
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


def step_note(note: PhraseNote, context: Context, rungs: int) -> PhraseNote:
    """A note some rungs up or down its ladder."""
    place = context.rung[note.pitch] + rungs
    place = min(max(place, 0), len(context.ladder) - 1)
    return PhraseNote(note.start, context.ladder[place], note.length, note.velocity)


def vary(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A group some rungs up or down."""
    start, _ = group_at(notes, rng)
    way = (-3, -2, -1, 1, 2, 3)[int(rng.random() * 6)]
    if context.kind is PhraseKind.CHORDS:
        return invert(notes, context, start, is_up=way > 0)
    return [step_note(n, context, way) if n.start == start else n for n in notes]


def invert(
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


def leap(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A group far up or down."""
    start, _ = group_at(notes, rng)
    way = (-7, -5, -4, 4, 5, 7)[int(rng.random() * 6)]
    if context.kind is PhraseKind.CHORDS:
        return invert(notes, context, start, is_up=way > 0)
    return [step_note(n, context, way) if n.start == start else n for n in notes]


def smooth(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A group to where its neighbour is."""
    ordered = sorted(notes)
    row = any_row(ordered, rng)
    start = ordered[row].start
    earlier = [note for note in ordered if note.start < start]
    if not earlier:
        return notes
    if context.kind is PhraseKind.CHORDS:
        top = max(note.pitch for note in ordered if note.start == start)
        goal = max(note.pitch for note in ordered if note.start == earlier[-1].start)
        return invert(notes, context, start, is_up=goal > top) if abs(goal - top) > 3 else notes
    away = context.rung[earlier[-1].pitch] - context.rung[ordered[row].pitch]
    way = away - (away > 0) + (away < 0) if abs(away) > 1 else 0
    return [step_note(n, context, way) if n.start == start else n for n in notes]


def shift_pitch(
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
            moved.append(step_note(note, context, rungs))
    return moved


def raise_pitch(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Higher: a chord's inversion, or some rungs."""
    if context.kind is PhraseKind.CHORDS and rng.random() < 0.7:
        start, _ = group_at(notes, rng)
        return invert(notes, context, start, is_up=True)
    return shift_pitch(notes, context, rng, 1)


def lower_pitch(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator
) -> list[PhraseNote]:
    """Lower: a chord's inversion, or some rungs."""
    if context.kind is PhraseKind.CHORDS and rng.random() < 0.7:
        start, _ = group_at(notes, rng)
        return invert(notes, context, start, is_up=False)
    return shift_pitch(notes, context, rng, -1)


def tense(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A chord note to the next one that is none."""
    return retune(notes, context, rng, is_tense=True)


def relax(notes: list[PhraseNote], context: Context, rng: np.random.Generator) -> list[PhraseNote]:
    """A note that is none of the chord to the nearest that is."""
    return retune(notes, context, rng, is_tense=False)


def retune(
    notes: list[PhraseNote], context: Context, rng: np.random.Generator, *, is_tense: bool
) -> list[PhraseNote]:
    """Move one note to, or away from, its chord's tones."""
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
