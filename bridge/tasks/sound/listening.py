"""What a person likes in sounds, learnt by comparing what was heard.

Every answer is about two sounds whose features were both measured: a pick of A over what was
there, a thumb, an undo, a hand that turned a knob. So the likelihood of an answer needs no table:
for every target that the person may have, the sound that is nearer to it is the one that is
preferred. Each feature of the belief is moved by itself, the others at what is believed of them
(`bridge.learning.taste`).
"""

from typing import Any, Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.learning.taste import Consistency, Taste, TastePrior
from bridge.tasks.sound.distance import FEATURES, costs

EAR: Final = 0.35
"""How uncertain a person's comparison is, in the unit of the distance (logistic scale); set on
simulated people of the training population."""

_NODES: Final[FloatArray] = np.linspace(-2.5, 2.5, 11)
_WEIGHTS: Final[FloatArray] = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
_LOGISTIC_VARIANCE: Final = np.pi**2 / 3.0


class SoundTaste:
    """The belief about one person's sounds.

    Args:
        prior: What is believed of anybody; groups are roles of sounds.
    """

    def __init__(self, prior: TastePrior) -> None:
        self.taste = Taste(prior)
        self.consistency = Consistency()
        self.liked = np.zeros((prior.mean.shape[0], len(FEATURES), 2), dtype=np.int64)

    def attend(self, device: str, role: int) -> None:
        """Say which sound is worked on; another device is another sound."""
        self.taste.attend((device,), np.array([role], dtype=np.int64))

    def target(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance (6,) of what this person is believed to want of this sound."""
        mean, variance = self.taste.of_members()
        return mean[0], variance[0]

    def sample(self, rng: np.random.Generator) -> FloatArray:
        """(6,) a target that this person may have: Thompson sampling explores by it."""
        mean, variance = self.target()
        return np.asarray(mean + np.sqrt(variance) * rng.standard_normal(mean.size))

    def compare(self, better: FloatArray, worse: FloatArray, *, weight: float) -> None:
        """Learn that one sound (6,) was preferred to another (6,).

        Args:
            better: The features of the one.
            worse: The features of the other.
            weight: How surely it was an answer to this, 0 to 1.
        """
        mean, variance = self.target()
        tastes = mean + np.sqrt(variance) * _NODES[:, None]
        gaps = costs(worse - tastes) - costs(better - tastes)  # (nodes, 6)
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
        """Count what a preferred change (6,) of the sound was, for the words of later reasons."""
        role = int(self.taste.groups[0])
        for column in np.flatnonzero(np.abs(change) >= 0.3):
            self.liked[role, column, int(change[column] > 0.0)] += 1

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
    """How likely the sound is preferred that is nearer by `gap`, give or take `doubt` (squared)."""
    scale = np.sqrt(EAR**2 + np.asarray(doubt) / _LOGISTIC_VARIANCE)
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * np.asarray(gap) / scale))
