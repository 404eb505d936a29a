"""How far the bridge may go: three profiles, the numbers in one table.

The numbers of `live` follow what live sound is used to: half a dB is the most that nobody on stage
notices as a jump, and Dugan's automatic mixers hold the *sum* of open gains as well as each one.
`studio` allows the moves that the agent knows (up to 3 dB), over a wider range. `off` is for
simulation: no ramps and no budgets; absolute bounds, locks and panic stay.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from bridge.mix.params import LOCK_CLASS, MOVABLE, LockClass
from bridge.mix.spectrum import FloatArray


class Profile(StrEnum):
    """Names of the profiles, as in the configuration."""

    STUDIO = "studio"
    LIVE = "live"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limits:
    """What the guard grants.

    Attributes:
        step: (6,) most that one move changes a parameter, in its unit.
        span: (6,) most that a parameter strays from the snapshot.
        jump: (6,) most that one write changes a parameter; ramps are made of such writes.
        moves_per_minute: Of the whole mix.
        moves_per_param_minute: Of one parameter.
        total_boost_db: Most that the sum of all strips' power may rise over the snapshot.
        ramp_s: Least time of a move.
        slow_ramp_s: Time of a move of more than 1 dB (or 0.1 of pan).
        target_moves_per_minute: Of a device on its way to a target, where nobody need answer.
        knob_step: Most of its way that one move changes a device's parameter, 0 to 1.
    """

    step: FloatArray
    span: FloatArray
    jump: FloatArray
    moves_per_minute: float
    moves_per_param_minute: float
    total_boost_db: float
    ramp_s: float
    slow_ramp_s: float
    knob_step: float
    target_moves_per_minute: float


def _columns(*, gain_db: float, eq_db: float, pan: float) -> FloatArray:
    by_class = {LockClass.GAIN: gain_db, LockClass.EQ: eq_db, LockClass.PAN: pan}
    return np.array([by_class[LOCK_CLASS[param]] for param in MOVABLE], dtype=np.float64)


_NO_LIMIT: Final = float("inf")

LIMITS: Final[dict[Profile, Limits]] = {
    Profile.STUDIO: Limits(
        step=_columns(gain_db=3.0, eq_db=2.0, pan=0.2),
        span=_columns(gain_db=12.0, eq_db=6.0, pan=0.8),
        jump=_columns(gain_db=0.5, eq_db=0.5, pan=0.05),
        moves_per_minute=20,
        moves_per_param_minute=4,
        total_boost_db=3.0,
        ramp_s=0.2,
        slow_ramp_s=2.0,
        knob_step=0.35,
        target_moves_per_minute=60,
    ),
    Profile.LIVE: Limits(
        step=_columns(gain_db=0.5, eq_db=0.5, pan=0.05),
        span=_columns(gain_db=6.0, eq_db=3.0, pan=0.3),
        jump=_columns(gain_db=0.5, eq_db=0.5, pan=0.05),
        moves_per_minute=12,
        moves_per_param_minute=4,
        total_boost_db=1.5,
        ramp_s=0.5,
        slow_ramp_s=2.0,
        knob_step=0.05,
        target_moves_per_minute=0,
    ),
    Profile.OFF: Limits(
        step=_columns(gain_db=_NO_LIMIT, eq_db=_NO_LIMIT, pan=_NO_LIMIT),
        span=_columns(gain_db=_NO_LIMIT, eq_db=_NO_LIMIT, pan=_NO_LIMIT),
        jump=_columns(gain_db=_NO_LIMIT, eq_db=_NO_LIMIT, pan=_NO_LIMIT),
        moves_per_minute=_NO_LIMIT,
        moves_per_param_minute=_NO_LIMIT,
        total_boost_db=_NO_LIMIT,
        ramp_s=0.0,
        slow_ramp_s=0.0,
        knob_step=1.0,
        target_moves_per_minute=_NO_LIMIT,
    ),
}

HIGHEST_RESONANCE: Final = 0.8
"""Beyond this share of its way a resonance may whistle: no move brings it there."""

GIG_KNOB_STEP: Final = 0.05
"""In gig mode no device's parameter goes further in one move, whatever the profile."""

PANIC_RAMP_S: Final = 1.0
"""Panic is a fade, not a cut; a second press is at once (as QLab does it)."""

HOLD_OFF_S: Final = 10.0
"""A strip that a hand has touched is left alone for this long."""

RESTS_S: Final = 0.3
"""A control that has not moved for this long rests; a hand that is on its way moves it sooner."""

RAMP_STEP_S: Final = 0.02
"""Ramps write at 50 Hz: at least ten steps in 0.2 s. One 0.5 dB step splatters at -33 dBFS on a
sine, ten steps at -53."""
