"""What a thumb says about a taste: the prior's tables, read as a model of who answers."""

from collections.abc import Mapping

import numpy as np

from bridge.agents.cells import spread
from bridge.agents.trace import Trace
from bridge.learning.q_learning import FloatArray


class ThumbModel:
    """How likely somebody of a given taste is to like a move.

    The tables are those of the prior, and never change: what is learnt online must not change what
    an old answer meant. They are rewards and not returns, so this holds for any discount.

    Args:
        rewards: (cells, actions) of each family.
        scale: How a thumb follows a value: P(up) = 1 / (1 + exp(-scale * value)).
    """

    def __init__(self, rewards: Mapping[str, FloatArray], *, scale: float) -> None:
        self._rewards = {name: table.copy() for name, table in rewards.items()}
        self._scale = scale

    def p_up(self, worth: FloatArray, variance: float = 0.0) -> FloatArray:
        """P(thumb up) of somebody consistent, for moves that are worth so much to them.

        A logistic averaged over a normal of that variance, as MacKay (1992, Neural Computation 4,
        720) approximates it.
        """
        scale = self._scale / np.sqrt(1.0 + np.pi / 8.0 * self._scale**2 * variance)
        return np.asarray(1.0 / (1.0 + np.exp(-scale * worth)))

    def p_between(
        self, worth: FloatArray, low: float, high: float, variance: float = 0.0
    ) -> FloatArray:
        """P(a change between `low` and `high` is heard), as `p_up` is that one above 0 is."""
        above = [self.p_up(worth - bound, variance) for bound in (low, high)]
        return np.asarray(above[0] - above[1])

    def p_pick(self, worth: FloatArray, variance: FloatArray) -> FloatArray:
        """P(pick) (choices, k) of somebody consistent, who picks one of several mixes.

        Args:
            worth: (choices, k) what each is worth to them.
            variance: (choices,) how uncertain that is; it makes all of them more alike.
        """
        scale = self._scale / np.sqrt(1.0 + np.pi / 8.0 * self._scale**2 * variance.max())
        odds = np.exp(scale * (worth - worth.max(axis=0)))
        return np.asarray(odds / odds.sum(axis=0))

    def worth(self, trace: Trace, tastes: FloatArray, variance: float = 0.0) -> FloatArray:
        """What a move was worth, for each taste of what it is about, give or take."""
        first, error = trace.first, trace.error
        values = self._values(
            trace.family, first, error - tastes, np.hypot(trace.sd, variance**0.5), trace.most
        )
        return np.asarray(values[:, trace.action] + trace.side)

    def worth_across(self, trace: Trace, tastes: FloatArray, variance: float = 0.0) -> FloatArray:
        """What a move of a pan was worth where the track is wanted on the other side."""
        wanted = np.maximum(trace.width - trace.error + tastes, 0.0)
        sd = np.hypot(trace.sd, variance**0.5)
        values = self._values(trace.family, trace.first, trace.width + wanted, sd)
        return np.asarray(values[:, trace.action] + trace.side)

    def worth_by_level(self, trace: Trace, tastes: FloatArray, rest: float) -> FloatArray:
        """What an EQ move was worth, for each taste of its track's level, and `rest` beside."""
        error = trace.level_error - tastes
        values = self._values("gain", trace.level_first, error, trace.level_sd)
        return np.asarray(values @ trace.own_share + rest)

    def _values(
        self, family: str, first: int, error: FloatArray, sd: float, most: float = np.inf
    ) -> FloatArray:
        cells, weights = spread(
            family,
            np.full(error.shape, first),
            error,
            np.full(error.shape, sd),
            np.full(error.shape, most),
        )
        return np.asarray((weights[..., None] * self._rewards[family][cells]).sum(axis=-2))
