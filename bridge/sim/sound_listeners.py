"""Simulated people with a hidden taste in sounds, for training.

They hear the six features that the learner hears. Those it is judged by
(`bridge.studies.sound.strangers`) hear otherwise or want something else, and are not known here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

IDEALS: Final[FloatArray] = np.array(
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

PERSON_SD: Final = 0.6
"""How far a person's wishes are from the average, and ..."""

ROLE_SHARE: Final = 0.6
"""... the share of that variance which is this role's alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundListener:
    """One person.

    Attributes:
        ideal: (roles, features) what they want.
        weight: (features,) how much each counts.
    """

    ideal: FloatArray
    weight: FloatArray

    def utility(self, features: FloatArray, role: int) -> float:
        """How good a sound (6,) is as one of that role; only differences mean anything."""
        size = np.abs(features - self.ideal[role])
        return -float(self.weight @ np.where(size < 1.0, 0.5 * size * size, size - 0.5))


def draw_sound_listener(rng: np.random.Generator, *, spread: float = 1.0) -> SoundListener:
    """A person of the population `std`; `spread` widens how people differ."""
    sd, features = spread * PERSON_SD, IDEALS.shape[1]
    own = rng.normal(0.0, sd * np.sqrt(1.0 - ROLE_SHARE), features)
    roles = rng.normal(0.0, sd * np.sqrt(ROLE_SHARE), IDEALS.shape)
    return SoundListener(ideal=IDEALS + own + roles, weight=np.exp(rng.normal(0.0, 0.25, features)))
