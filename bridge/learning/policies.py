"""How to choose among actions that have scores: guarded epsilon-greedy.

Plain epsilon-greedy tries anything at all, and a third of random moves in a mix is disliked. So
exploration is guarded: only among actions that are not expected to do harm.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One action and the probability with which it was chosen."""

    index: int
    probability: float


def epsilon_greedy(
    scores: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    *,
    epsilon: float,
    least_score: float,
    rng: np.random.Generator,
) -> Choice | None:
    """Choose the best allowed action, or with probability `epsilon` any plausible one.

    Ties are broken at random: the first of equals would always be the first track.

    Args:
        scores: (actions,) what each is expected to earn; NaN is never chosen.
        allowed: (actions,) the mask.
        epsilon: Probability of exploring, 0 to 1.
        least_score: Exploration considers only actions that score above this.
        rng: The only source of chance.

    Returns:
        None where nothing is allowed.
    """
    usable = np.where(allowed & ~np.isnan(scores), scores, -np.inf)
    best = usable.max(initial=-np.inf)
    if best == -np.inf:
        return None
    greedy = np.flatnonzero(usable == best)
    plausible = np.flatnonzero(usable > least_score) if epsilon > 0.0 else greedy
    if plausible.size == 0:
        plausible = greedy
    is_exploring = epsilon > 0.0 and rng.random() < epsilon
    among = plausible if is_exploring else greedy
    index = int(among[rng.integers(among.size)]) if among.size > 1 else int(among[0])
    probability = epsilon * float(index in plausible) / plausible.size
    probability += (1.0 - epsilon) * float(index in greedy) / greedy.size
    return Choice(index=index, probability=probability)
