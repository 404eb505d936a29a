"""Observations to test with."""

from dataclasses import replace

import numpy as np

from bridge.agents.targets import LEVEL_TARGET_DB, TYPICAL_DB, WIDTH_TARGET
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.mix.state import Observation

BAND = (Role.LEAD, Role.KICK, Role.SNARE, Role.BASS, Role.GUITAR, Role.GUITAR, Role.KEYS)


def make_mix(roles: tuple[Role, ...] = BAND, *, seed: int = 0) -> Observation:
    """A mix of typical tracks that stand where the rules want them, heard for long."""
    rng = np.random.default_rng(seed)
    rows = np.array([ROLE_INDEX[role] for role in roles], dtype=np.int64)
    values = np.zeros((len(roles), 6))
    values[:, 0] = LEVEL_TARGET_DB[rows] + rng.normal(0.0, 0.3, len(roles))
    values[:, 1] = WIDTH_TARGET[rows] * np.where(np.arange(len(roles)) % 2, -1.0, 1.0)
    return Observation(
        keys=tuple(f"key {row}" for row in range(len(roles))),
        names=tuple(f"{role.capitalize()} {row}" for row, role in enumerate(roles)),
        roles=rows,
        values=values,
        source_db=TYPICAL_DB[rows] - 10.0,
        level_db=np.full(len(roles), -10.0),
        audible=np.ones(len(roles), dtype=np.bool_),
        reads=np.full(len(roles), 24.0),
    )


def with_gain(mix: Observation, row: int, change_db: float) -> Observation:
    """The same mix with one fader moved."""
    values = mix.values.copy()
    values[row, 0] += change_db
    return replace(mix, values=values)


def with_eq(mix: Observation, row: int, band: int, change_db: float) -> Observation:
    """The same mix with one EQ band moved."""
    values = mix.values.copy()
    values[row, 2 + band] += change_db
    return replace(mix, values=values)
