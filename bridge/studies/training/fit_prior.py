"""Fit tables and taste to what simulated listeners say of moves.

Two things are unknown and explain each other: what a move is worth, given how far a track is from
where its listener wants it (the tables), and where each listener wants it (the tastes). They are
fitted in turn, as in expectation maximisation:

* Tables, given the tastes: where the update of `bridge.learning.q_learning` would settle after
  seeing the samples for ever. For discount 0 that is a least-squares problem a row of errors (LSTD,
  Bradtke & Barto 1996). A row with little data leans on its role, a role on all roles.
* Tastes, given the tables: for each listener, song, role and dimension the taste that explains the
  rewards best, found on a grid; the same question that the agent asks of thumbs.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.cells import EDGES, SHAPES
from bridge.agents.errors import DIMENSIONS, FLOOR_SD
from bridge.agents.side_effects import side_effects
from bridge.learning.bins import bin_weights
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.learning.taste import TastePrior
from bridge.mix.roles import ROLES

_ROUNDS: Final = 4
_LEAN: Final = 30.0
"""A row of errors leans on the more general one with the weight of so many samples."""

_RESIDUAL_VARIANCE: Final = 144.0
"""Of what a table leaves unexplained, times the samples of one state that say the same thing."""

_GUESS_SD: Final = np.array([2.0, 2.0, 2.0, 2.0, 2.0, 0.15])
_GRID: Final = np.linspace(-4.0, 4.0, 33)
"""Tastes that are considered, in units of `_GUESS_SD` around the role's median."""

_MEMBER_SD: Final = np.array([0.5, 2.0, 2.0, 2.0, 2.0, 0.05])
"""How much tracks of one role are wanted different: much in tone, every source has its own."""

_FAMILY: Final = ("gain", "eq", "eq", "eq", "eq", "pan")
_REWARDS: Final = (
    slice(0, 4),
    slice(4, 6),
    slice(6, 8),
    slice(8, 10),
    slice(10, 12),
    slice(12, 14),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """States of tracks, and what every move of the track was worth there; one row a track.

    Attributes:
        person: (m,) whose judgement.
        song: (m,) of which song.
        role: (m,) the track's role.
        first: (m, 6) first cell of its row of errors, per dimension.
        error: (m, 6) against the average listener.
        rewards: (m, 14) in just noticeable changes, pan inwards and outwards; NaN where illegal.
        mix_db: (m, 12) how much louder each gain and EQ move makes the mix.
        own_db: (m, 8) how much louder each EQ move makes its own track.
        state: (m,) a number for each state of a mix: rows that were looked at together.
        is_late: (m,) whether the mix was already near to what the listener wants.
    """

    person: IntArray
    song: IntArray
    role: IntArray
    first: IntArray
    error: FloatArray
    rewards: FloatArray
    mix_db: FloatArray
    own_db: FloatArray
    state: IntArray
    is_late: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence["Samples"]) -> "Samples":
        """All rows of all parts."""
        arrays: dict[str, Any] = {
            item.name: np.concatenate([getattr(part, item.name) for part in parts])
            for item in fields(cls)
        }
        return cls(**arrays)

    @property
    def group(self) -> IntArray:
        """(m,) a number for each song and role: what has one taste."""
        return np.asarray(self.song * len(ROLES) + self.role)


def fit_prior(samples: Samples) -> tuple[dict[str, FloatArray], TastePrior]:
    """Tables and taste that explain the samples; see `bridge.learning.prior.Prior`."""
    wanted = _first_guess(samples)
    own = samples
    for _ in range(_ROUNDS):
        tables = fit_tables(own, wanted)
        own = without_side_effects(samples, tables, wanted)
        wanted = explain(own, tables, wanted)
    return tables, fit_taste(samples, wanted)


def without_side_effects(
    samples: Samples, tables: dict[str, FloatArray], wanted: FloatArray
) -> Samples:
    """The samples with the rewards less what the moves earn through other levels."""
    weights, row = _weights(samples, wanted, 0)
    table = tables["gain"].reshape(-1, *tables["gain"].shape[-2:])
    values = (weights[:, None, :] @ table[row])[:, 0]
    rewards = samples.rewards.copy()
    # Rows of one state stand together.
    edges = np.flatnonzero(np.diff(samples.state, prepend=-1, append=-1))
    for start, end in itertools.pairwise(edges):
        here = slice(start, end)
        side = side_effects(values[here], samples.mix_db[here], samples.own_db[here])
        rewards[here, :12] -= side.worth
    return replace(samples, rewards=rewards)


def _first_guess(samples: Samples) -> FloatArray:
    """(groups, 6) where the tracks are late in the walk; tones halfway to the role's median."""
    group, late = samples.group, samples.is_late
    count = np.maximum(np.bincount(group[late], minlength=_groups(samples)), 1)
    sums = np.column_stack(
        [
            np.bincount(group[late], weights=samples.error[late, d], minlength=_groups(samples))
            for d in range(len(DIMENSIONS))
        ]
    )
    wanted = np.asarray(sums / count[:, None], dtype=np.float64)
    for role in np.unique(samples.role[late]):
        median = np.median(samples.error[late & (samples.role == role)], axis=0)
        rows = slice(int(role), None, len(ROLES))
        wanted[rows, 1:5] = 0.5 * wanted[rows, 1:5] + 0.5 * median[1:5]
    return wanted


def _groups(samples: Samples) -> int:
    return (int(samples.song.max()) + 1) * len(ROLES)


def fit_tables(samples: Samples, wanted: FloatArray) -> dict[str, FloatArray]:
    """The tables where Q-learning settles, given the taste (groups, 6) behind each sample."""
    sums = {name: _empty_sums(shape) for name, shape in SHAPES.items()}
    for dimension, family in enumerate(_FAMILY):
        matrix, vector = sums[family]
        weights, row = _weights(samples, wanted, dimension)
        order = np.argsort(row, kind="stable")
        row, weights = row[order], weights[order]
        rewards = samples.rewards[order, _REWARDS[dimension]]
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        for action in range(rewards.shape[1]):
            reward = rewards[:, action]
            known = np.where(np.isnan(reward)[:, None], 0.0, weights)
            matrix[row[starts], action] += np.add.reduceat(
                known[:, :, None] * weights[:, None, :], starts, axis=0
            )
            vector[row[starts], action] += np.add.reduceat(
                known * np.nan_to_num(reward)[:, None], starts, axis=0
            )
    return {name: _solve(*sums[name], SHAPES[name]) for name in SHAPES}


def _empty_sums(shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    rows, (bins, actions) = int(np.prod(shape[:-2])), shape[-2:]
    return np.zeros((rows, actions, bins, bins)), np.zeros((rows, actions, bins))


def _weights(samples: Samples, wanted: FloatArray, dimension: int) -> tuple[FloatArray, IntArray]:
    """How much each sample is in each bin (m, bins), and its row of errors (m,)."""
    edges = EDGES[_FAMILY[dimension]]
    error = samples.error[:, dimension] - wanted[samples.group, dimension]
    weights = bin_weights(error, np.full(error.shape, FLOOR_SD[dimension]), edges)
    return weights, samples.first[:, dimension] // (edges.size + 1)


def _solve(matrix: FloatArray, vector: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Least squares a row, leaning on its context over all roles, and that on everything."""
    bins, actions = shape[-2:]
    by_role = matrix.reshape(len(ROLES), -1, actions, bins, bins)
    by_role_vector = vector.reshape(len(ROLES), -1, actions, bins)
    by_context, by_context_vector = by_role.sum(axis=0), by_role_vector.sum(axis=0)
    step = np.diff(np.eye(bins), axis=0)
    smooth = step.T @ step
    lean = _LEAN * (np.eye(bins) + smooth)
    everything = np.linalg.solve(
        by_context.sum(axis=0) + 0.01 * np.eye(bins) + 5.0 * smooth,
        by_context_vector.sum(axis=0)[..., None],
    )[..., 0]
    context = np.linalg.solve(
        by_context + lean, (by_context_vector + _LEAN * everything)[..., None]
    )[..., 0]
    role = np.linalg.solve(by_role + lean, (by_role_vector + _LEAN * context)[..., None])[..., 0]
    return np.swapaxes(role, -1, -2).reshape(shape)


def explain(samples: Samples, tables: dict[str, FloatArray], wanted: FloatArray) -> FloatArray:
    """The tastes (groups, 6) that explain the rewards best, given the tables."""
    group = samples.group
    centre = _medians(samples, wanted)
    better = np.empty_like(wanted)
    for dimension, family in enumerate(_FAMILY):
        table = tables[family].reshape(-1, tables[family].shape[-1])
        bins = tables[family].shape[-2]
        values = table[samples.first[:, dimension, None] + np.arange(bins)]
        rewards = samples.rewards[:, _REWARDS[dimension]]
        cost = np.empty((len(wanted), _GRID.size))
        for column, offset in enumerate(_GRID * _GUESS_SD[dimension]):
            tried = np.repeat(centre[:, dimension, None] + offset, len(DIMENSIONS), axis=1)
            weights, _ = _weights(samples, tried, dimension)
            residual = (weights[:, None, :] @ values)[:, 0] - rewards
            cost[:, column] = np.bincount(
                group, weights=np.nansum(residual**2, axis=1), minlength=len(wanted)
            )
        score = cost / _RESIDUAL_VARIANCE + 0.5 * _GRID**2
        chance = np.exp(score.min(axis=1, keepdims=True) - score)
        mean = (chance @ _GRID) / chance.sum(axis=1)
        better[:, dimension] = centre[:, dimension] + mean * _GUESS_SD[dimension]
    return better


def _medians(samples: Samples, wanted: FloatArray) -> FloatArray:
    """(groups, 6) the median taste of each group's role."""
    present = np.unique(samples.group)
    median = np.zeros((len(ROLES), len(DIMENSIONS)))
    for role in np.unique(samples.role):
        median[role] = np.median(wanted[present[present % len(ROLES) == role]], axis=0)
    return np.tile(median, (len(wanted) // len(ROLES), 1))


def fit_taste(samples: Samples, wanted: FloatArray) -> TastePrior:
    """How people differ: from pairs of songs of one person, of the same role and of two roles."""
    present = np.unique(samples.group)
    role, song = present % len(ROLES), present // len(ROLES)
    person_of_song = np.zeros(int(samples.song.max()) + 1, dtype=np.int64)
    person_of_song[samples.song] = samples.person
    person = person_of_song[song]
    mean = _medians(samples, wanted)[: len(ROLES)]
    residual = wanted[present] - mean[role]
    total = (residual**2).mean(axis=0)
    i, j = np.triu_indices(present.size, 1)
    is_pair = (person[i] == person[j]) & (song[i] != song[j])
    i, j = i[is_pair], j[is_pair]
    products, is_same = residual[i] * residual[j], role[i] == role[j]
    own = np.maximum(products[is_same].mean(axis=0), 0.2 * total)
    common = np.clip(products[~is_same].mean(axis=0), 0.03 * own, 0.9 * own)
    covariance = (own - common)[:, None, None] * np.eye(len(ROLES)) + common[:, None, None]
    return TastePrior(
        mean=mean,
        covariance=covariance,
        song_sd=np.sqrt(np.maximum(total - own, 0.1 * total)),
        member_sd=_MEMBER_SD,
    )
