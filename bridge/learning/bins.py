"""Soft bins: how likely an uncertain number is in each bin of a table's axis."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# A logistic of scale s is nearest to a normal of standard deviation s * 1.702, within 0.01 of its
# distribution function everywhere (Haley 1952). numpy has no erf.
_LOGISTIC_SCALE = 1.702


def bin_weights(
    mean: FloatArray, sd: FloatArray, edges: FloatArray, most: FloatArray | None = None
) -> FloatArray:
    """The probability of each bin for numbers known as ``mean`` plus or minus ``sd``.

    This is what averages a Q-table over a belief in closed form, and what keeps an agent with
    noise-free meters from sitting in one cell for ever.

    Args:
        mean: (...,) expected numbers.
        sd: (...,) their standard deviations, above 0.
        edges: (k,) rising inner edges; the outer bins are open.
        most: (...,) what the numbers cannot exceed: all that lies beyond counts as being there.

    Returns:
        (..., k + 1) weights that sum to 1.
    """
    # 1 / (1 + exp(-z)) is (1 + tanh(z / 2)) / 2, which cannot overflow.
    z = (edges - mean[..., None]) * (_LOGISTIC_SCALE / sd[..., None])
    below = 0.5 + 0.5 * np.tanh(0.5 * z)
    if most is not None:
        below[edges >= most[..., None]] = 1.0
    weights = np.empty((*below.shape[:-1], edges.size + 1))
    weights[..., 0] = below[..., 0]
    np.subtract(below[..., 1:], below[..., :-1], out=weights[..., 1:-1])
    weights[..., -1] = 1.0 - below[..., -1]
    return weights
