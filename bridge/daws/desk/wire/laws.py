"""How the controls of an X32 or X Air stand on the wire: each is 0 to 1, and has so many places.

Sources: P.-G. Maillot, "Unofficial X32/M32 OSC Remote Protocol" (4.06-09), for the laws and the
places of each control; Behringer, "X AIR Remote Control Protocol" (1.11), which has the same.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from bridge.mix.params import SILENCE_DB, Param

FADER_PLACES: Final = 1024
SEND_PLACES: Final = 161
PAN_PLACES: Final = 101
EQ_GAIN_PLACES: Final = 121
EQ_FREQ_PLACES: Final = 201

_EQ_SPAN_DB: Final = 30.0
_LOWEST_HZ: Final = 20.0
_DECADES: Final = 1000.0

# Each straight line of the fader's law: from this position on, dB = slope * position + offset.
_LINES: Final = (
    (0.5, 40.0, -30.0),
    (0.25, 80.0, -50.0),
    (0.0625, 160.0, -70.0),
    (0.0, 480.0, -90.0),
)


_HAIR: Final = 2e-4
"""Of a place; float32 keeps a position to within 3e-5 of one."""


def fader_db(position: float) -> float:
    """The level of a fader or a send at a position from 0 to 1; the bottom is silence.

    >>> fader_db(0.75), fader_db(0.0)
    (0.0, -150.0)
    """
    if position <= 0.0:
        return SILENCE_DB
    _, slope, offset = next(line for line in _LINES if position >= line[0])
    return slope * position + offset


def fader_position(level_db: float) -> float:
    """The inverse of `fader_db`, 0 to 1.

    >>> fader_position(-10.0), fader_position(-90.0)
    (0.5, 0.0)
    """
    for start, slope, offset in _LINES:
        if level_db >= slope * start + offset:
            return min(1.0, (level_db - offset) / slope)
    return 0.0


def eq_gain_db(position: float) -> float:
    """The gain of an EQ band, -15 to +15 dB."""
    return _EQ_SPAN_DB * position - _EQ_SPAN_DB / 2.0


def eq_freq_hz(position: float) -> float:
    """The frequency of an EQ band, 20 Hz to 20 kHz."""
    return float(_LOWEST_HZ * _DECADES**position)


def eq_freq_position(freq_hz: float) -> float:
    """The inverse of `eq_freq_hz`."""
    return math.log(freq_hz / _LOWEST_HZ) / math.log(_DECADES)


def on_grid(position: float, places: int) -> float:
    """The nearest place to a position, 0 to 1."""
    top = places - 1
    return math.floor(min(max(position, 0.0), 1.0) * top + 0.5) / top


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """How one parameter stands on the wire.

    Attributes:
        places: How many values it can hold.
        least: The least value that can be meant, in the parameter's unit.
        most: The greatest.
    """

    places: int
    least: float
    most: float


LAWS: Final[dict[Param, Law]] = {
    Param.GAIN: Law(places=FADER_PLACES, least=SILENCE_DB, most=10.0),
    Param.PAN: Law(places=PAN_PLACES, least=-1.0, most=1.0),
    **{
        band: Law(places=EQ_GAIN_PLACES, least=-15.0, most=15.0)
        for band in (Param.EQ_LOW, Param.EQ_LOWMID, Param.EQ_HIGHMID, Param.EQ_HIGH)
    },
}


def read(param: Param, position: float) -> float:
    """What a position of a control means, in the parameter's unit."""
    if param is Param.GAIN:
        return fader_db(position)
    if param is Param.PAN:
        return 2.0 * position - 1.0
    return eq_gain_db(position)


def write(param: Param, value: float) -> float:
    """The place of a control that holds `value` as nearly as it can, 0 to 1."""
    if param is Param.GAIN:
        position = fader_position(value)
    elif param is Param.PAN:
        position = (value + 1.0) / 2.0
    else:
        position = (value + _EQ_SPAN_DB / 2.0) / _EQ_SPAN_DB
    return on_grid(position, LAWS[param].places)


def on_wire(param: Param, value: float) -> float:
    """What is written so that the control holds that place, whether the desk rounds down or not.

    A float32 may be a hair under its place, and firmware that rounds down would go to the next.
    """
    return min(1.0, write(param, value) + _HAIR / (LAWS[param].places - 1))


def nearest(param: Param, value: float) -> float:
    """What a control holds when it is asked for `value`, in the parameter's unit.

    0 dB is no place of a fader:

    >>> round(nearest(Param.GAIN, 0.0), 2), nearest(Param.EQ_LOW, 1.1)
    (-0.01, 1.0)
    """
    return read(param, write(param, value))


def step(param: Param, value: float) -> float:
    """The distance of two places near `value`, in the parameter's unit."""
    if param is Param.PAN:
        return 2.0 / (PAN_PLACES - 1)
    if param is not Param.GAIN:
        return _EQ_SPAN_DB / (EQ_GAIN_PLACES - 1)
    position = fader_position(value) - 1.0 / (FADER_PLACES - 1)  # the line below is the steeper one
    slope = next((line[1] for line in _LINES if position >= line[0]), _LINES[-1][1])
    return slope / (FADER_PLACES - 1)


def _width(param: Param, value: float) -> float:
    """Twice `step`: firmware may round down, so that an answer is one place away."""
    return 2.0 * step(param, value)


STEPS: Final[dict[Param, Callable[[float], float]]] = {
    param: partial(_width, param) for param in LAWS
}
"""How far apart two values may be that are one to the desk, near a value, in the param's unit."""
