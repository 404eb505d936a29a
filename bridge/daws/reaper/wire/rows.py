"""What REAPER's OSC surface says and takes: addresses, curves, and the texts of its read-outs.

Facts are of Cockos' published source of the surface (``reaper-plugins/reaper_csurf/csurf_osc.cpp``
of the REAPER SDK) and of what public projects measured; docs/reaper.md lists what nobody here has
seen on a running REAPER.

REAPER does not echo the address that it was written to, but it says the other forms of the same
parameter. So each parameter is written in one form and read in another: dB and its text, raw pan
and normalised pan, normalised EQ gain and its text. What it holds comes back, and acknowledges.

ReaEQ's ``/gain/db`` is linear amplitude in spite of its name; only the normalised form is used.
"""

import math
import re
from collections.abc import Iterator
from typing import Final

from bridge.daw.dialect import Row
from bridge.daw.scale import EQ_DB, FADER_DB, PAN, SWITCH, SWITCH_VALUE, TEXT, Scale
from bridge.mix.messages import ParamChanged, SetParam, TrackNamed, TransportChanged
from bridge.mix.params import EQ_BANDS, SILENCE_DB, Param
from bridge.mix.spectrum import EQ_CENTRES_HZ
from bridge.osc.message import OscArg, OscMessage

BANK: Final = 64
"""Tracks of the pattern file's bank: `DEVICE_TRACK_COUNT`."""

TRACK: Final = "/track/{n}"
NUMBER: Final = f"{TRACK}/number/str"
PAN_MODE: Final = f"{TRACK}/panmode"
SELECT: Final = f"{TRACK}/select"
VU: Final = (f"{TRACK}/vu/L", f"{TRACK}/vu/R")
PING: Final = "/track/number/str"
DEVICE_COUNT: Final = "/device/track/count"
DEVICE_BANK: Final = "/device/track/bank/select"
DEVICE_TRACK: Final = "/device/track/select"
ACTION: Final = "/action"
REFRESH_ALL: Final = 41743
"""The action "Control surface: Refresh all surfaces"."""

_BANDS: Final[dict[Param, str]] = dict(
    zip(EQ_BANDS, ("loshelf", "band/0", "band/1", "hishelf"), strict=True)
)
"""ReaEQ as it opens: low shelf, two bells (numbered from 0), high shelf."""

EQ_FREQ: Final[dict[str, Param]] = {
    f"{TRACK}/fxeq/{band}/freq": param for param, band in _BANDS.items()
}
WHOLE_EQ: Final = "eq"
EQ_ON: Final[dict[str, Param | str]] = {
    f"{TRACK}/fxeq/bypass": WHOLE_EQ,
    **{f"{TRACK}/fxeq/{band}/bypass": param for param, band in _BANDS.items()},
}
"""1 where it is switched on, in spite of the word."""

OF_REAL_TRACKS: Final = frozenset({*EQ_FREQ, *EQ_ON})
"""What REAPER never says of an empty place of the bank."""

_REACH_OCTAVES: Final = 1.5
"""ReaEQ opens its bells at 300 and 1,000 Hz; a band farther off than this is another band."""

_CENTRE_HZ: Final = dict(zip(EQ_BANDS, map(float, EQ_CENTRES_HZ), strict=True))

# What else the pattern file lets through: heard without a row of the core, or only said.
HEARD: Final = (NUMBER, PAN_MODE, SELECT, *VU, PING, *EQ_FREQ, *EQ_ON)
SAID: Final = (DEVICE_COUNT, DEVICE_BANK, DEVICE_TRACK, ACTION)
TOUCH: Final = (f"{TRACK}/volume/touch", f"{TRACK}/pan/touch")
"""Never said: that the file has them makes REAPER take no write for a touch (automation)."""

_LEVEL_TEXT: Final = re.compile(r"\s*([-+]?[0-9]+(?:[.,][0-9]+)?|-inf)\s*(?:dB)?\s*", re.IGNORECASE)
_ROUNDING: Final = 1e-6


# -- curves ---------------------------------------------------------------------------------------


def eq_gain_db(normalised: float) -> float:
    """ReaEQ's gain in dB: half of the way is 0 dB, linear in amplitude on either side."""
    amplitude = normalised * 2.0 if normalised <= 0.5 else 1.0 + (normalised - 0.5) * 6.0
    return 20.0 * math.log10(amplitude) if amplitude > 0.0 else SILENCE_DB


def eq_gain_normalised(gain_db: float) -> float:
    """The inverse of `eq_gain_db`."""
    amplitude = math.pow(10.0, gain_db / 20.0)
    return amplitude / 2.0 if amplitude <= 1.0 else 0.5 + (amplitude - 1.0) / 6.0


def eq_freq_hz(normalised: float) -> float:
    """ReaEQ's frequency, 20 Hz to 24 kHz."""
    return float(20.0 + 23980.0 * 0.0025 * (401.0**normalised - 1.0))


def eq_freq_normalised(freq_hz: float) -> float:
    """The inverse of `eq_freq_hz`."""
    return math.log((freq_hz - 20.0) / (23980.0 * 0.0025) + 1.0) / math.log(401.0)


def is_in_reach(param: Param, freq_hz: float) -> bool:
    """Whether a band of ReaEQ stands where the core's band of that name is."""
    if not freq_hz > 0.0:
        return False
    return abs(math.log2(freq_hz / _CENTRE_HZ[param])) <= _REACH_OCTAVES


def vu_dbfs(position: float, meter_range: tuple[float, float]) -> float:
    """A meter's position as a level, by the user's meter range in dBFS."""
    low, high = meter_range
    return low + position * (high - low) if position > 0.0 else SILENCE_DB


# -- scales ---------------------------------------------------------------------------------------


def _unit(arg: OscArg) -> float | None:
    """A position from 0 to 1."""
    if isinstance(arg, bool) or not isinstance(arg, int | float):
        return None
    if not -_ROUNDING <= arg <= 1.0 + _ROUNDING:
        return None
    return min(max(float(arg), 0.0), 1.0)


def _read_pan(arg: OscArg) -> float | None:
    position = _unit(arg)
    return None if position is None else 2.0 * position - 1.0


def _read_eq(arg: OscArg) -> float | None:
    position = _unit(arg)
    return None if position is None else max(eq_gain_db(position), -_EQ_TOP_DB)


def _read_level(arg: OscArg) -> float | None:
    """A read-out such as ``-3.25dB``, ``+1.0 dB`` or ``-inf dB``."""
    found = _LEVEL_TEXT.fullmatch(arg) if isinstance(arg, str) else None
    if found is None:
        return None
    text = found[1].replace(",", ".").lower()
    return SILENCE_DB if text == "-inf" else max(float(text), SILENCE_DB)


def _read_eq_text(arg: OscArg) -> float | None:
    level = _read_level(arg)
    return None if level is None else max(level, -_EQ_TOP_DB)


def _write_eq(gain_db: float) -> float:
    return eq_gain_normalised(gain_db) if math.isfinite(gain_db) and abs(gain_db) < 60.0 else 2.0


_EQ_TOP_DB: Final = 48.0
UNIT: Final = Scale(expected="a position from 0 to 1", read=_unit, write=float)
_PAN_POSITION: Final = Scale(
    expected=UNIT.expected, read=_read_pan, write=lambda pan: (pan + 1.0) / 2.0
)
_EQ_POSITION: Final = Scale(
    expected=f"an EQ gain, {EQ_DB.expected}, within ReaEQ's range", read=_read_eq, write=_write_eq
)
_FADER_TEXT: Final = Scale(
    expected="a level such as -3.25dB", read=_read_level, write=lambda level: f"{level:.2f}dB"
)
_EQ_TEXT: Final = Scale(
    expected="a gain such as -3.0dB", read=_read_eq_text, write=lambda gain: f"{gain:.1f}dB"
)


def rows() -> Iterator[Row]:
    """The table: what stands at which address, heard and said."""
    yield Row(address=f"{TRACK}/name", message=TrackNamed, scale=TEXT)
    yield Row(address="/play", message=TransportChanged, scale=SWITCH)
    forms: list[tuple[Param, str, str, Scale[float], str, Scale[float]]] = [
        (Param.GAIN, "/volume/str", "/volume/db", FADER_DB, "/volume/db", FADER_DB),
        (Param.PAN, "", "/pan", _PAN_POSITION, "/pan/raw", PAN),
    ]
    for param, band in _BANDS.items():
        place = f"/fxeq/{band}/gain"
        forms.append((param, f"{place}/str", place, _EQ_POSITION, place, _EQ_POSITION))
    for param, text, heard, heard_scale, said, said_scale in forms:
        if text:
            scale = _FADER_TEXT if param is Param.GAIN else _EQ_TEXT
            yield Row(address=TRACK + text, message=ParamChanged, scale=scale, param=param)
        yield Row(address=TRACK + heard, message=ParamChanged, scale=heard_scale, param=param)
        yield Row(address=TRACK + said, message=SetParam, scale=said_scale, param=param)
    for switch in (Param.MUTE, Param.SOLO):
        address = f"{TRACK}/{switch}"
        yield Row(address=address, message=ParamChanged, scale=SWITCH_VALUE, param=switch)


def greeting() -> tuple[OscMessage, ...]:
    """Ask REAPER for everything: our bank from its first track, then all of it anew."""
    return (
        OscMessage(DEVICE_COUNT, (BANK,)),
        OscMessage(DEVICE_BANK, (1,)),
        OscMessage(ACTION, (REFRESH_ALL,)),
    )
