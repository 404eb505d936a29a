"""How simulated people pick from an offer."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

FLIPS: Final = 0.1
"""Share of the picks that are any other."""

_EAR_NOISE: Final = 0.1

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
