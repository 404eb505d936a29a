"""What the studies of tasks share: how simulated people pick from an offer, and what a salt is."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from bridge.errors import ConfigError

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


def check_salt(salt: str) -> None:
    """Refuse a salt of which no seed can be made.

    Raises:
        ConfigError: If it is not hexadecimal.
    """
    try:
        int(salt, 16)
    except ValueError:
        raise ConfigError(
            f"--salt {salt}: expected a hexadecimal number, such as 8e8df559; or leave it out."
        ) from None
