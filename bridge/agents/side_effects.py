"""What a move does to levels beside the one that it is about.

A louder lead makes everyone else softer against the mix, and 2 dB more highs make a voice louder.
Most of what an EQ move is worth, and a good part of what a fader is, comes about in this way. It
can be forecast from the octave levels, and what a change of level is worth stands in the table of
the gain moves already: between its -3, -1, +1 and +3 dB (and 0, which is worth nothing) the value
is read off.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.agents.cells import EQ_STEPS_DB, GAIN_STEPS_DB
from bridge.learning.q_learning import FloatArray
from bridge.mix.spectrum import EQ_SHAPE, to_power

_KNOTS_DB: Final[FloatArray] = np.array(GAIN_STEPS_DB)
_GAIN_POWER: Final[FloatArray] = to_power(_KNOTS_DB)
_EQ_POWER: Final[FloatArray] = to_power(
    (EQ_SHAPE[:, None, :] * np.array(EQ_STEPS_DB)[:, None]).reshape(-1, EQ_SHAPE.shape[1])
)
"""(8, 10) what each EQ move makes of the power of each octave."""

_SILENT: Final = 1e-12


def forecast_levels(power: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How much louder each gain and EQ move makes things, dB.

    Args:
        power: (n, 10) K-weighted octave powers of the tracks, 0 where one is not heard.

    Returns:
        For the whole mix (n, 12), and for the track itself by its EQ moves (n, 8).
    """
    own = power.sum(axis=1)[:, None]
    total = max(float(own.sum()), _SILENT)
    after_eq = power @ _EQ_POWER.T
    after = np.concatenate([own * _GAIN_POWER, after_eq], axis=1)
    mix_db = _decibels((total - own + after) / total)
    own_db = np.where(own > _SILENT, _decibels((after_eq + _SILENT) / (own + _SILENT)), 0.0)
    return mix_db, own_db


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffects:
    """What the gain and EQ moves of n tracks do beside what they are about.

    Attributes:
        worth: (n, 12) what that is worth: to all other tracks, whose levels fall by as much as the
            mix rises, and to the own track's level where an EQ move changes it.
        share: (n, 12, 4) the change of every other track's level by each move, as gain moves.
        own_share: (n, 8, 4) the change of its own track's level by each EQ move, likewise.
        own_worth: (n, 8) what of `worth` that is.
        values: (n, 4) what the gain moves of each track are worth.
    """

    worth: FloatArray
    share: FloatArray
    own_share: FloatArray
    own_worth: FloatArray
    values: FloatArray


def side_effects(values: FloatArray, mix_db: FloatArray, own_db: FloatArray) -> SideEffects:
    """What the gain and EQ moves do on the side.

    Args:
        values: (n, 4) what the four gain moves of each track are worth.
        mix_db: (n, 12) how much louder each move makes the mix; see `forecast_levels`.
        own_db: (n, 8) how much louder each EQ move makes the track itself.
    """
    shares = between(np.concatenate([-mix_db, own_db - mix_db[:, 4:]], axis=1))
    share, own_share = shares[:, :12], shares[:, 12:]
    worth = (share @ (values.sum(axis=0) - values)[:, :, None])[..., 0]
    own_worth = (own_share @ values[:, :, None])[..., 0]
    worth[:, 4:] += own_worth
    return SideEffects(
        worth=worth, share=share, own_share=own_share, own_worth=own_worth, values=values
    )


def between(change_db: FloatArray) -> FloatArray:
    """(..., 4) how a change of level (...,) is made up of the four gain moves; at most 3 dB.

    Within 1 dB on the parabola through -1, 0 and +1 dB, beyond that on straight lines.

    >>> between(np.array([1.0, 2.0, -0.5])).tolist()
    [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.5, 0.5], [0.0, 0.375, -0.125, 0.0]]
    """
    size = np.minimum(np.abs(change_db), 3.0)
    is_small = size < 1.0
    half = 0.5 * size
    square = half * size
    up = np.zeros((*size.shape, 4))
    up[..., 1] = np.where(is_small, square - half, 0.0)
    up[..., 2] = np.where(is_small, square + half, 1.5 - half)
    up[..., 3] = np.where(is_small, 0.0, half - 0.5)
    return np.where((change_db > 0.0)[..., None], up, up[..., ::-1])


def _decibels(ratio: FloatArray) -> FloatArray:
    return np.asarray(10.0 * np.log10(ratio))
