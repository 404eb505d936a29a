"""Phrases in a musician's words."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.mix.phrases import PHRASE_KINDS, PhraseKind

_PITCHED: Final = (
    ("sparser", "denser"),
    ("more on the beat", "more off the beat"),
    ("smoother", "with wider leaps"),
    ("lower", "higher"),
    ("with fewer repeats", "with more repeats"),
    ("calmer", "with more tension"),
)
_DRUMS: Final = (
    ("sparser", "denser"),
    ("more on the beat", "more off the beat"),
    ("with fewer ghost notes", "with more ghost notes"),
    ("with a calmer last bar", "with a fill"),
    ("straighter", "with more swing"),
    ("more even", "with more accents"),
)
PLURALS: Final[Mapping[PhraseKind, str]] = {
    PhraseKind.DRUMS: "drums",
    PhraseKind.BASS: "bass lines",
    PhraseKind.CHORDS: "chords",
    PhraseKind.MELODY: "melodies",
}
_AUDIBLE_SD: Final = 0.25
_MOST_NAMED: Final = 3


def word(kind: PhraseKind, feature: int, *, is_more: bool) -> str:
    """What a phrase is with more, or less, of a feature."""
    return (_DRUMS if kind is PhraseKind.DRUMS else _PITCHED)[feature][is_more]


def describe_change(kind: PhraseKind, change: FloatArray) -> str:
    """What a change of the features (6,) does, such as "sparser, lower"."""
    order = np.argsort(-np.abs(change), kind="stable")
    words = [
        word(kind, int(row), is_more=bool(change[row] > 0.0))
        for row in order[:_MOST_NAMED]
        if abs(change[row]) >= _AUDIBLE_SD
    ]
    return ", ".join(words) or "about the same"


def kind_row(kind: PhraseKind) -> int:
    """The row of a kind in every table."""
    return PHRASE_KINDS.index(kind)
