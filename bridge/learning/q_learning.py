"""Q-learning on a table: the page to read first.

Q(s, a) is what taking action a in state s is expected to earn. After every reward the table moves
a little towards what was really earned (Watkins 1989; Sutton & Barto 2018, section 6.5)::

    Q(s, a) += step_size * (reward + discount * max_a' Q(s', a') - Q(s, a))

A state is seldom known exactly: a meter is noisy, a taste is only believed. So a state is a spread
over cells whose weights sum to 1 (soft state aggregation, Singh, Jaakkola & Jordan 1995)::

    Q(s, a) = sum over cells c of  weight(c) * Q[c, a]

and each cell takes its share of the step. With the whole weight on one cell this is the formula
above, to the letter. Nothing here knows what a cell or an action stands for.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class QTable:
    """Values and visit counts of every cell and action.

    Attributes:
        values: (cells, actions) expected reward.
        visits: (cells, actions) how much weight the updates have put there.
    """

    def __init__(self, values: FloatArray, visits: FloatArray | None = None) -> None:
        self.values = np.array(values, dtype=np.float64)
        self.visits = np.zeros_like(self.values) if visits is None else np.array(visits)

    def expect(
        self, cells: IntArray, weights: FloatArray, known: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """What each action may earn and may cost in states that are spread over cells.

        Args:
            cells: (..., k) cells that each state touches.
            weights: (..., k) how much it is in each of them; sums to 1 over the last axis.
            known: (..., actions) what each action earns beside that, whatever the cell.

        Returns:
            Expected good and expected harm, (..., actions) each, neither below 0; Q(s, .) is the
            one less the other.
        """
        values = self.values.take(cells, axis=0)
        if known is not None:
            # The same as adding `known[..., None, :]`, in rows that are long enough to be fast.
            *states, count, actions = values.shape
            rows = values.reshape(*states, count * actions)
            rows += known.take(np.arange(count * actions) % actions, axis=-1)
        # Not `@`: that would be a call of BLAS for each state.
        good = np.einsum("...k,...ka->...a", weights, np.maximum(values, 0.0))
        return good, good - np.einsum("...k,...ka->...a", weights, values)

    def update(
        self,
        cells: IntArray,
        weights: FloatArray,
        action: int,
        *,
        reward: float,
        next_value: float,
        step_size: float,
        discount: float,
    ) -> float:
        """One step of Q-learning for one state and action.

        Args:
            cells: (k,) cells of the state, each named once.
            weights: (k,) their weights.
            action: The action that was taken.
            reward: What it earned.
            next_value: max over a' of Q(s', a') where it led to; 0 where the episode ends.
            step_size: How far to move towards the new evidence, 0 to 1.
            discount: How much the next state counts, 0 (not at all) to below 1.

        Returns:
            The temporal-difference error: what came less what was expected.
        """
        td_error = reward + discount * next_value - float(weights @ self.values[cells, action])
        self.values[cells, action] += step_size * weights * td_error
        self.visits[cells, action] += weights
        return td_error
