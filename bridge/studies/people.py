"""What the studies of tasks share: people with a hidden taste, and how they pick.

No training code may import this module: people here need not hear as the learner does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray

FLIPS: Final = 0.1
"""Share of the picks that are any other."""

_EAR_NOISE: Final = 0.1

_TOLERATED: Final = 0.25
"""The size of an error that costs a kinked person nothing, deviations."""

Ear = Callable[..., FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stranger:
    """A person with a hidden taste in sounds or phrases.

    Attributes:
        ear: What they go by, in deviations: of a wave, or of a phrase and its context.
        ideal: (groups, measures of that ear) what they want of each role, or kind.
        weight: How much each of these counts.
        is_kinked: Whether a small error costs nothing, and every further one alike.
    """

    ear: Ear
    ideal: FloatArray
    weight: FloatArray
    is_kinked: bool

    def utility(self, heard: FloatArray, group: int) -> float:
        """How good what was heard is as one of that group; only differences mean anything."""
        size = np.abs(heard - self.ideal[group])
        if self.is_kinked:
            cost = np.maximum(size - _TOLERATED, 0.0)
        else:
            cost = np.where(size < 1.0, 0.5 * size * size, size - 0.5)
        return -float(self.weight @ cost)


Picker = Callable[[list[float], np.random.Generator], int]


def pick(utilities: list[float], rng: np.random.Generator) -> int:
    """The best as it is heard; in a tenth of the cases any other."""
    heard = np.array(utilities) + rng.normal(0.0, _EAR_NOISE, len(utilities))
    best = int(heard.argmax())
    if rng.random() < FLIPS:
        return int(rng.choice([k for k in range(len(utilities)) if k != best]))
    return best


def pick_by_coin(utilities: list[float], rng: np.random.Generator) -> int:
    """Any."""
    return int(rng.integers(len(utilities)))


def pick_worst(utilities: list[float], _rng: np.random.Generator) -> int:
    """The worst, always."""
    return int(np.argmin(utilities))


PICKERS: Final[Mapping[str, Picker]] = {
    "usual": pick, "coin": pick_by_coin, "inverted": pick_worst,
}  # fmt: skip
