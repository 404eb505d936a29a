"""Simulated people with a hidden taste in sounds or phrases, for training.

They go by the six features that the learner measures. Those it is judged by
(`bridge.studies.sound.strangers`, `bridge.studies.phrase.strangers`) hear otherwise or want
something else, and are not known here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SOUND_IDEALS: Final[FloatArray] = np.array(
    [
        [-0.6, -0.5, 0.2, 0.7, -0.2, -0.3],
        [0.6, -0.3, 0.3, -0.3, 0.3, 0.3],
        [-0.1, 0.9, 0.7, 0.2, 0.0, 0.4],
        [0.2, -0.6, -0.2, -0.1, -0.3, -0.3],
        [0.4, -0.7, -0.8, -0.2, -0.2, 0.2],
        [0.3, -0.8, -1.0, 0.3, 0.7, 0.1],
    ]
)
"""(roles, features) what the average person wants of a bass, lead, pad, keys, pluck and drum, in
standard deviations over many patches: brightness, attack, length, body, roughness, motion."""

PHRASE_IDEALS: Final[FloatArray] = np.array(
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

SOUND_SD: Final = 0.6
PHRASE_SD: Final = 1.0
"""How far a person's wishes are from the average, and ..."""

GROUP_SHARE: Final = 0.6
"""... the share of that variance which is one role's, or one kind's, alone."""

_WEIGHT_SD: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TasteListener:
    """One person.

    Attributes:
        ideal: (groups, features) what they want of each role of sounds, or kind of phrases.
        weight: (features,) how much each counts.
    """

    ideal: FloatArray
    weight: FloatArray

    def utility(self, features: FloatArray, group: int) -> float:
        """How good something (6,) is as one of that group; only differences mean anything."""
        size = np.abs(features - self.ideal[group])
        return -float(self.weight @ np.where(size < 1.0, 0.5 * size * size, size - 0.5))


def draw_sound_listener(rng: np.random.Generator, *, spread: float = 1.0) -> TasteListener:
    """A person of the population `std`; `spread` widens how people differ."""
    return _draw(SOUND_IDEALS, spread * SOUND_SD, rng)


def draw_phrase_listener(rng: np.random.Generator, *, spread: float = 1.0) -> TasteListener:
    """A person of the population `std`; `spread` widens how people differ."""
    return _draw(PHRASE_IDEALS, spread * PHRASE_SD, rng)


def _draw(ideals: FloatArray, sd: float, rng: np.random.Generator) -> TasteListener:
    features = ideals.shape[1]
    own = rng.normal(0.0, sd * np.sqrt(1.0 - GROUP_SHARE), features)
    groups = rng.normal(0.0, sd * np.sqrt(GROUP_SHARE), ideals.shape)
    weight = np.exp(rng.normal(0.0, _WEIGHT_SD, features))
    return TasteListener(ideal=ideals + own + groups, weight=weight)
