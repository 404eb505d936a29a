"""Train the shipped prior on simulated listeners: ``python -m bridge.studies.train_prior``.

Three steps, each deterministic from the seed:

1. *Where people want things.* A greedy oracle mixes songs for each training listener; where it ends,
   against the rules of `bridge.tasks.targets`, is what that listener wants. Mean, spread between
   people, between songs and between tracks become the prior of the taste.
2. *What moves are worth.* Each listener's mix is wandered through; in every state every move of
   every track is tried and its true change of utility is the reward. The tables are where the
   update of `bridge.learning.q_learning` would settle after seeing these samples for ever: for
   discount 0 that is a least-squares problem a row of errors (LSTD, Bradtke & Barto 1996). A row
   with little data leans on its role, a role with little data on all roles.
3. *How a thumb answers a value.* The scale of the thumb's likelihood is fitted to thumbs.

Test listeners (`bridge.studies.strangers`) are never imported here.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge import __version__
from bridge.learning.prior import encode_prior
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.learning.taste import TastePrior
from bridge.mix.params import COLUMN, SPECS
from bridge.mix.roles import ROLES
from bridge.mix.state import Observation
from bridge.sim.listeners import Listener, draw_listener, oracle
from bridge.sim.songs import SimulatedMix, Song, make_song
from bridge.tasks.cells import SHAPES, STEP_PARAMS, STEPS, Cells, find_cells, spread
from bridge.tasks.errors import FLOOR_SD, find_errors
from bridge.tasks.features import Features, measure

_COLUMNS: Final = np.array([COLUMN[param] for param in STEP_PARAMS])
_MINIMUM: Final = np.array([SPECS[param].minimum for param in STEP_PARAMS])
_MAXIMUM: Final = np.array([SPECS[param].maximum for param in STEP_PARAMS])

_SIZES: Final = (16, 8, 24)
_STATES: Final = 40
"""States that are looked at on the way through one song."""

_ORACLE_MOVES: Final = 150
_MOST_REWARD: Final = 10.0
"""A move that is worth more just noticeable changes than this counts as this many."""

_WANDERING: Final = 3.0
"""How wrong the wanderer is about what moves are worth, in just noticeable changes."""

_STRAY: Final = 0.2
"""The share of the wanderer's moves that are made at random."""

_LEAN: Final = 30.0
"""A row of errors leans on the more general one with the weight of so many samples."""

_CLIP: Final = 9.0
_LIKELY: Final = np.array([_CLIP, _CLIP, _CLIP, _CLIP, _CLIP, 0.6])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ideal:
    """Where one listener wants one song: errors (n, 6) of the oracle's mix against the rules."""

    listener: int
    roles: IntArray
    wanted: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One state and what every move from there is worth.

    Attributes:
        roles: (n,) the tracks' roles.
        features: What the agent would see.
        error: (n, 6) where the tracks are less where this listener wants them.
        rewards: (n, 14) true change of utility, in just noticeable changes; NaN where illegal.
    """

    roles: IntArray
    features: Features
    error: FloatArray
    rewards: FloatArray


def candidates(values: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """All mixes (n * 14, n, 6) that are one move away, and which of them (n, 14) are a change."""
    tracks = len(values)
    moved = np.clip(values[:, _COLUMNS] + STEPS, _MINIMUM, _MAXIMUM)
    mixes = np.broadcast_to(values, (tracks, STEPS.size, tracks, values.shape[1])).copy()
    row, move = np.arange(tracks)[:, None], np.arange(STEPS.size)
    mixes[row, move, row, _COLUMNS] = moved
    is_change = np.abs(moved - values[:, _COLUMNS]) > 1e-9  # noqa: PLR2004 - rounding
    return mixes.reshape(-1, *values.shape), is_change
