"""Directed transformations: one feature of a phrase up or down, the others kept.

A transformation tries chains of a few small changes (a note added, moved, left out; a bar copied;
...) and keeps the chain that goes furthest its way and least any other.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from bridge.mix.phrases import (
    MOST_NOTES,
    Phrase,
    PhraseKind,
    phrase_of,
)
from bridge.tasks.phrase.changes import (
    Change,
    add_any,
    add_eighth,
    add_on,
    copy_bar,
    leap,
    lower_pitch,
    push,
    raise_pitch,
    relax,
    remove,
    remove_off,
    remove_on,
    settle,
    smooth,
    tense,
    vary,
)
from bridge.tasks.phrase.context import Context
from bridge.tasks.phrase.drum_changes import (
    add_drum_off,
    add_drum_on,
    add_fill,
    add_ghost,
    add_hat,
    contrast_less,
    contrast_more,
    remove_hit,
    swing_less,
    swing_more,
    unfill,
    unghost,
)
from bridge.tasks.phrase.features import FEATURES, Scale

TRANSFORMATIONS: Final = 2 * FEATURES
"""Feature f down is 2f, up is 2f + 1."""

_CHAINS: Final = 10
_LONGEST: Final = 6
_FAR: Final = 1.2
"""More than this one transformation need not do, standard deviations."""

_SIDE_COST: Final = 0.6


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
    if not phrase.notes:
        return phrase
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


_PITCHED_CHANGES: Final[Mapping[int, tuple[Change, ...]]] = {
    0: (remove, remove, remove_off, remove_on),
    1: (add_any, add_eighth, add_on),
    2: (settle, settle, add_on, remove_off),
    3: (push, push, add_any, remove_on),
    4: (smooth, smooth, vary),
    5: (leap, vary, leap),
    6: (lower_pitch,),
    7: (raise_pitch,),
    8: (vary, push, add_any, remove),
    9: (copy_bar,),
    10: (relax,),
    11: (tense,),
}
_DRUM_CHANGES: Final[Mapping[int, tuple[Change, ...]]] = {
    0: (remove_hit,),
    1: (add_hat, add_hat, add_drum_on, add_drum_off),
    2: (add_drum_on, remove_off, remove_hit, add_hat),
    3: (add_drum_off, remove_hit, push),
    4: (unghost,),
    5: (add_ghost,),
    6: (unfill, unfill, add_hat),
    7: (add_fill, add_fill, remove_hit),
    8: (swing_less,),
    9: (swing_more,),
    10: (contrast_less,),
    11: (contrast_more,),
}
