"""What a person likes, learnt by comparing things whose features were both measured.

A pick of A over what was there, a thumb, an undo, a hand that changed something: every answer is
about two sounds, or two phrases. So the likelihood of an answer needs no table: for every target
that the person may have, the one that is nearer to it is preferred. Each feature of the belief is
moved by itself, the others at what is believed of them (`bridge.learning.taste`).
"""

from typing import Any, Final

import numpy as np

from bridge.learning.carrying import CARRIES_LITTLE
from bridge.learning.q_learning import FloatArray
from bridge.learning.taste import Consistency, Taste, TastePrior

EAR: Final = 0.35
"""How uncertain a person's comparison is, in the unit of the distance (logistic scale); set on
simulated people of the training population."""

_NODES: Final[FloatArray] = np.linspace(-2.5, 2.5, 11)
_WEIGHTS: Final[FloatArray] = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
_LOGISTIC_VARIANCE: Final = np.pi**2 / 3.0


def costs(error: FloatArray) -> FloatArray:
    """What each error costs: half its square up to one standard deviation, then evenly (Huber)."""
    size = np.abs(error)
    return np.asarray(np.where(size < 1.0, 0.5 * size * size, size - 0.5))


class ComparedTaste:
    """The belief about what one person wants of one kind of thing.

    Args:
        prior: What is believed of anybody; dimensions are features in standard deviations.
        carries: How likely a person carries how much to the next song; see `Past`.
    """

    def __init__(self, prior: TastePrior, carries: FloatArray = CARRIES_LITTLE) -> None:
        self.taste = Taste(prior, carries=carries)
        self.consistency = Consistency()
        self.liked = np.zeros((*prior.mean.shape, 2), dtype=np.int64)

    def attend(self, name: str, group: int) -> None:
        """Say what is worked on; another name is another member of its group."""
        self.taste.attend((name,), np.array([group], dtype=np.int64))

    def target(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance (features,) of what this person is believed to want here."""
        mean, variance = self.taste.of_members()
        return mean[0], variance[0]

    def sample(self, rng: np.random.Generator) -> FloatArray:
        """(features,) a target that this person may have: Thompson sampling explores by it."""
        mean, variance = self.target()
        return np.asarray(mean + np.sqrt(variance) * rng.standard_normal(mean.size))

    def compare(self, better: FloatArray, worse: FloatArray, *, weight: float) -> None:
        """Learn that one (features,) was preferred to another (features,).

        Args:
            better: The features of the one.
            worse: The features of the other.
            weight: How surely it was an answer to this, 0 to 1.
        """
        mean, variance = self.target()
        tastes = mean + np.sqrt(variance) * _NODES[:, None]
        gaps = costs(worse - tastes) - costs(better - tastes)  # (nodes, features)
        expected = _WEIGHTS @ gaps
        doubt = _WEIGHTS @ (gaps - expected) ** 2
        meant = self.consistency.share
        agreement = float(_likely(expected.sum(), doubt.sum()))
        for column in range(mean.size):
            others, other_doubt = expected.sum() - expected[column], doubt.sum() - doubt[column]

            def likelihood(
                wanted: FloatArray,
                column: int = column,
                others: float = others,
                other_doubt: float = other_doubt,
            ) -> FloatArray:
                gap = costs(worse[column] - wanted) - costs(better[column] - wanted)
                right = _likely(gap + others, other_doubt)
                said = meant * right + (1.0 - meant) * (1.0 - right)
                return np.asarray(weight * said + (1.0 - weight) * 0.5)

            self.taste.judge(0, column, likelihood)
        self.consistency.judge(agreement, weight=weight)
        self.taste.rely(self.consistency.reliance)

    def count(self, change: FloatArray) -> None:
        """Count what a preferred change (features,) was, for the words of later reasons."""
        group = int(self.taste.groups[0])
        for column in np.flatnonzero(np.abs(change) >= 0.3):
            self.liked[group, column, int(change[column] > 0.0)] += 1

    def state(self) -> dict[str, Any]:
        """All of this, as plain data; the prior is not in it."""
        return {
            "consistency": self.consistency.weights.tolist(),
            "liked": self.liked.tolist(),
            "taste": self.taste.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.consistency.weights = np.array(state["consistency"], dtype=np.float64)
        self.liked = np.array(state["liked"], dtype=np.int64)
        self.taste.load_state(state["taste"])
        self.taste.rely(self.consistency.reliance)


def _likely(gap: FloatArray | float, doubt: FloatArray | float) -> FloatArray:
    """How likely the one is preferred that is nearer by `gap`, give or take `doubt` (squared)."""
    scale = np.sqrt(EAR**2 + np.asarray(doubt) / _LOGISTIC_VARIANCE)
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * np.asarray(gap) / scale))
