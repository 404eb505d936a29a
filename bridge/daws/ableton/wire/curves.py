"""Live's curves: what its faders, meters and EQ Eight mean by 0 to 1.

Live publishes none of them. The fader's law is what users of AbletonOSC measured
(github.com/ideoforms/AbletonOSC, issues 15 and 44) and agrees with 24 readings of Live's display to
0.01 dB from -39 dB on and 0.09 dB from -57 dB on. The meter's line is a fit to ten published
readings, within 0.05 dB of each. Neither was checked against a running Live here.
"""

import math
from typing import Final

from bridge.mix.params import SILENCE_DB

TOP_DB: Final = 6.0
"""Where a fader of Live ends."""

# From 0.4 (-18 dB) on the fader is a straight line, 40 dB long; from 0.15 to 0.4 a parabola; below
# a power.
_LINE_FROM: Final = 0.4
_LINE_FROM_DB: Final = -18.0
_CURVE_FROM: Final = 0.15
_A, _B, _C, _D = 399.751894, 201.871345, 12630.61132, 799.503788
_CURVE_FROM_DB: Final = -((_A * _CURVE_FROM - _B) ** 2 + _C) / _D
_FOOT_DB: Final = -70.0
_SPAN_DB: Final = 118.426374
_EXPONENT: Final = 5567.0 / 7504.0

_METER_DB: Final = 76.0
_METER_FOOT_DB: Final = -70.0

_FREQ_LOW_HZ: Final = 10.0
_FREQ_SPAN: Final = 2200.0


def fader_db(position: float) -> float:
    """The gain of a fader at `position`, 0 to 1, in dB; silence at 0."""
    if position >= _LINE_FROM:
        return 40.0 * position - 34.0
    if position >= _CURVE_FROM:
        return -((_A * position - _B) ** 2 + _C) / _D
    if position <= 0.0:
        return SILENCE_DB
    return float(_SPAN_DB * position**_EXPONENT + _FOOT_DB)


def fader_position(gain_db: float) -> float:
    """The inverse of `fader_db`, kept within the fader's way."""
    if gain_db >= _LINE_FROM_DB:
        return min((gain_db + 34.0) / 40.0, 1.0)
    if gain_db >= _CURVE_FROM_DB:
        return (_B - math.sqrt(-_D * gain_db - _C)) / _A
    if gain_db <= _FOOT_DB:
        return 0.0
    # The two curves leave 0.03 dB between them where they join.
    return float(min(((gain_db - _FOOT_DB) / _SPAN_DB) ** (1.0 / _EXPONENT), _CURVE_FROM))


def meter_dbfs(position: float) -> float:
    """The peak level that a meter shows at `position`, 0 to 1; silence at 0."""
    return _METER_DB * position + _METER_FOOT_DB if position > 0.0 else SILENCE_DB


def meter_position(level_dbfs: float) -> float:
    """The inverse of `meter_dbfs`, kept within the meter's way."""
    return min(max((level_dbfs - _METER_FOOT_DB) / _METER_DB, 0.0), 1.0)


def eq_freq_hz(position: float) -> float:
    """A frequency of EQ Eight, 10 Hz to 22 kHz, whose control goes from 0 to 1."""
    return float(_FREQ_LOW_HZ * _FREQ_SPAN**position)


def eq_freq_position(freq_hz: float) -> float:
    """The inverse of `eq_freq_hz`."""
    return math.log(freq_hz / _FREQ_LOW_HZ) / math.log(_FREQ_SPAN)
