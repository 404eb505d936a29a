"""Where a sound stands, as cells of the Q-table, and what may be done, as its actions.

A state is one bin for each of six errors, and the third of its way in which a knob stands; an
action is a knob's role and a step. The value of a step is a sum over features, so the state is
spread over one bin a feature with equal weights: 6 x 9 x 3 cells by 12 x 4 actions, 7,776 numbers.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from bridge.learning.bins import bin_weights
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.tasks.sound.distance import FEATURES
from bridge.tasks.sound.roles import KNOB_ROLES, ROLE_ROW, Knob

STEPS: Final[FloatArray] = np.array([-0.35, -0.12, 0.12, 0.35])
"""How far a knob is turned at once, in shares of its way."""

ERROR_EDGES: Final[FloatArray] = np.array([-2.0, -1.0, -0.5, -0.15, 0.15, 0.5, 1.0, 2.0])
"""Inner edges of the bins of an error, standard deviations."""

BINS: Final = ERROR_EDGES.size + 1
THIRDS: Final = 3
CELLS: Final = len(FEATURES) * BINS * THIRDS
ACTIONS: Final = len(KNOB_ROLES) * STEPS.size

_FEATURE_ROW: Final[IntArray] = np.arange(len(FEATURES))
_FIRST: Final[IntArray] = (np.arange(len(FEATURES) * BINS) * THIRDS).astype(np.int64)


def error_weights(error: FloatArray, sd: FloatArray) -> FloatArray:
    """(54,) how much a state is in each bin of each feature; sums to 1.

    Args:
        error: (6,) what was heard less what is wanted.
        sd: (6,) how surely that is known, above 0.
    """
    return (bin_weights(error, sd, ERROR_EDGES) / len(FEATURES)).ravel()


def thirds(positions: FloatArray) -> IntArray:
    """The third of its way in which each knob stands: 0, 1 or 2."""
    return np.clip((positions * THIRDS).astype(np.int64), 0, THIRDS - 1)


def knob_cells(positions: FloatArray) -> IntArray:
    """(knobs, 54) the cells that a state touches, for each knob at its position."""
    return _FIRST + thirds(positions)[:, None]


def knob_actions(knobs: Sequence[Knob]) -> IntArray:
    """(knobs, 4) the actions of the table that turn each knob."""
    rows = np.array([ROLE_ROW[knob.role] for knob in knobs], dtype=np.int64)
    return rows[:, None] * STEPS.size + np.arange(STEPS.size)
