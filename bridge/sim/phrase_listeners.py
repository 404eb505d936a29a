"""Simulated people with a hidden taste in phrases, for training.

They go by the six features that the learner measures. Those it is judged by
(`bridge.studies.phrase.strangers`) hear otherwise or want something else, and are not known here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

IDEALS: Final[FloatArray] = np.array(
    [
        [0.0, 0.0, 0.1, 0.2, 0.1, 0.2],
        [-0.2, 0.0, -0.2, -0.2, 0.5, -0.3],
        [-0.2, 0.0, -0.2, 0.0, 0.4, -0.1],
        [-0.2, 0.0, -0.1, 0.1, 0.4, -0.2],
    ]
)
"""(kinds, features) what the average person wants of drums (density, syncopation, ghost notes,
fills, swing, dynamics), bass, chords and melodies (density, syncopation, leaps, register,
repetition, tension), in standard deviations over many phrases; a guess, and a small one: people
differ about as much as phrases do."""

PERSON_SD: Final = 1.0
"""How far a person's wishes are from the average, and ..."""

KIND_SHARE: Final = 0.6
"""... the share of that variance which is this kind's alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhraseListener:
    """One person.

    Attributes:
        ideal: (kinds, features) what they want.
        weight: (features,) how much each counts.
    """

    ideal: FloatArray
    weight: FloatArray

    def utility(self, features: FloatArray, kind: int) -> float:
        """How good a phrase (6,) is as one of that kind; only differences mean anything."""
        size = np.abs(features - self.ideal[kind])
        return -float(self.weight @ np.where(size < 1.0, 0.5 * size * size, size - 0.5))


def draw_phrase_listener(rng: np.random.Generator, *, spread: float = 1.0) -> PhraseListener:
    """A person of the population `std`; `spread` widens how people differ."""
    sd, features = spread * PERSON_SD, IDEALS.shape[1]
    own = rng.normal(0.0, sd * np.sqrt(1.0 - KIND_SHARE), features)
    kinds = rng.normal(0.0, sd * np.sqrt(KIND_SHARE), IDEALS.shape)
    return PhraseListener(
        ideal=IDEALS + own + kinds, weight=np.exp(rng.normal(0.0, 0.25, features))
    )
