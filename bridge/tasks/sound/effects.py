"""What each knob of this device does to what is heard, learnt from the moves that were heard.

A role says what a knob usually does (a slope a feature, from training, with its doubt); what this
device's knob does differently is a Gaussian a feature over all knobs, moved by every note that was
heard after a move (recursive least squares). From it comes the joint step: several knobs at once,
by one damped least-squares problem in which a doubtful knob moves less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.learning.comparisons import costs
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.tasks.sound.cells import THIRDS
from bridge.tasks.sound.distance import FEATURES
from bridge.tasks.sound.roles import ROLE_ROW, Knob

_CURVED: Final = 0.5
"""How much of a change is not along the slope, for each unit of way and of the slope's doubt."""

_FORGETS: Final = 0.02
"""Share of the first doubt that comes back with every note: slopes differ along a knob's way."""

_LEAST_WAY: Final = 0.02
"""A joint step leaves a knob alone that would turn by less."""

_SWEEPS: Final = 3

MOST_TURNED: Final = 5
"""So many knobs turn in a joint step at most: a person should see what is done."""


HEARD: Final = len(FEATURES) + 1
"""What is heard of a note: its six features, and its level in dB."""

LEVEL: Final = len(FEATURES)
"""The column of the level: it costs nothing, and must not rise far."""

AIMED_RISE_DB: Final = 2.0
"""A joint step is made smaller until it is expected to be louder by this at most."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectPrior:
    """What a role usually does: standard deviations of a feature, or dB, for a knob's whole way.

    Attributes:
        slope: (roles, thirds, 7) the mean.
        doubt: (roles, thirds, 7) the standard deviation between devices and patches.
        noise: (7,) of one note that is heard twice.
    """

    slope: FloatArray
    doubt: FloatArray
    noise: FloatArray


class Effects:
    """The belief about one device's knobs.

    Args:
        prior: What the roles usually do.
        knobs: The knobs that may move.
    """

    def __init__(self, prior: EffectPrior, knobs: Sequence[Knob]) -> None:
        self._prior = prior
        self._rows: IntArray = np.array([ROLE_ROW[knob.role] for knob in knobs], dtype=np.int64)
        self._first = prior.doubt[self._rows].mean(axis=1).T ** 2  # (7, knobs)
        size = self._rows.size
        self.own = np.zeros((HEARD, size))
        self.covariance = self._first[:, :, None] * np.eye(size)

    def slopes(self, positions: FloatArray) -> FloatArray:
        """(knobs, 7) what each knob is believed to do where it stands."""
        place = np.clip(positions * THIRDS - 0.5, 0.0, THIRDS - 1.0)
        below = np.minimum(place.astype(np.int64), THIRDS - 2)
        share = (place - below)[:, None]
        usual = self._prior.slope[self._rows, below] * (1.0 - share)
        usual = usual + self._prior.slope[self._rows, below + 1] * share
        return np.asarray(usual + self.own.T)

    def forecast(self, start: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(7,) each: how a move changes what is heard, and the variance of that."""
        way = end - start
        expected = way @ self.slopes(0.5 * (start + end))
        return expected, (self.covariance @ way) @ way + self._curved(way)

    def _curved(self, way: FloatArray) -> FloatArray:
        return np.asarray((_CURVED**2) * (self._first @ (way**2)))

    def learn(
        self, start: FloatArray, end: FloatArray, change: FloatArray, noise: FloatArray
    ) -> None:
        """Learn from a move whose change (7,) of what is heard is known, with a variance (7,)."""
        way = end - start
        if not way.any():
            return
        expected = way @ self.slopes(0.5 * (start + end))
        self.covariance += _FORGETS * self._first[:, :, None] * np.eye(way.size)
        spread = self.covariance @ way  # (7, knobs)
        gain = spread / (spread @ way + noise + self._curved(way))[:, None]
        self.own += gain * (change - expected)[:, None]
        self.covariance -= gain[:, :, None] * spread[:, None, :]

    def gain(self, error: FloatArray, slopes: FloatArray, way: FloatArray) -> float:
        """By how much the distance is expected to fall if the knobs turn by `way` (knobs,)."""
        doubt = (self.covariance[:LEVEL] @ way) @ way
        return float(_falls(error, error + way @ slopes[:, :LEVEL], doubt))

    def single_gains(self, error: FloatArray, slopes: FloatArray, ways: FloatArray) -> FloatArray:
        """The same (knobs, steps) where one knob turns alone, by `ways` (knobs, steps)."""
        doubt = np.diagonal(self.covariance[:LEVEL], axis1=1, axis2=2).T  # (knobs, 6)
        way = ways[..., None]
        return _falls(error, error + way * slopes[:, None, :LEVEL], way**2 * doubt[:, None])

    def sample(self, rng: np.random.Generator) -> FloatArray:
        """(knobs, 7) what the knobs may do otherwise than is believed: one draw of the doubt."""
        noise = rng.standard_normal(self.own.shape)
        roots = np.linalg.cholesky(self.covariance + 1e-9 * np.eye(self.own.shape[1]))
        return np.asarray(np.einsum("fpq,fq->pf", roots, noise))

    def joint_step(
        self,
        error: FloatArray,
        slopes: FloatArray,
        low: FloatArray,
        high: FloatArray,
        *,
        aimed_db: float = AIMED_RISE_DB,
    ) -> FloatArray:
        """(knobs,) the way of all knobs together that is expected to help most.

        Args:
            error: (6,) what was heard less what is wanted.
            slopes: (knobs, 7) what the knobs do.
            low: (knobs,) the lowest way allowed, 0 or below.
            high: (knobs,) the highest, 0 or above.
            aimed_db: How much louder it may be expected to be.
        """
        toward, doubt = slopes[:, :LEVEL], self.covariance[:LEVEL]
        way = np.zeros(low.size)
        for sweep in range(_SWEEPS):
            # Huber's cost as a weighted square around where the last way led.
            weight = 1.0 / np.maximum(np.abs(error + way @ toward), 1.0)
            hessian = (toward * weight) @ toward.T + np.tensordot(weight, doubt, axes=1)
            way = _bounded(hessian, -(toward * weight) @ error, low, high)
            if sweep == 0 and way.size > MOST_TURNED:
                worth = np.abs(way) * np.sqrt((weight * toward**2).sum(axis=1))
                is_left = np.argsort(-worth, kind="stable")[MOST_TURNED:]
                low, high = low.copy(), high.copy()
                low[is_left] = high[is_left] = 0.0
        rise_db = float(way @ slopes[:, LEVEL])
        if rise_db > aimed_db:
            way = way * (aimed_db / rise_db)
        way[np.abs(way) < _LEAST_WAY] = 0.0
        return way

    def state(self) -> dict[str, Any]:
        """What was learnt, as plain data."""
        return {"own": self.own.tolist(), "covariance": self.covariance.tolist()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.own = np.array(state["own"], dtype=np.float64)
        self.covariance = np.array(state["covariance"], dtype=np.float64)


def _falls(error: FloatArray, after: FloatArray, doubt: FloatArray) -> FloatArray:
    # Half the variance where the cost is a square; less where it is even.
    curvature = np.where(np.abs(after) < 1.0, 0.5, 0.25)
    return np.asarray((costs(error) - costs(after) - curvature * doubt).sum(axis=-1))


def _bounded(
    hessian: FloatArray, pull: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """The least of a quadratic within bounds: what leaves them is held there, the rest solved."""
    size = pull.size
    way, is_free = np.zeros(size), high - low > 0.0
    hessian = hessian + 1e-6 * np.eye(size)
    for _ in range(_SWEEPS):
        free = np.flatnonzero(is_free)
        if free.size == 0:
            break
        rest = pull[free] - hessian[np.ix_(free, ~is_free)] @ way[~is_free]
        way[free] = np.linalg.solve(hessian[np.ix_(free, free)], rest)
        outside = is_free & ((way < low) | (way > high))
        way = np.clip(way, low, high)
        if not outside.any():
            break
        is_free = is_free & ~outside
    return np.clip(way, low, high)
