"""The parameters of ZynAddSubFX's first part that are worked with, and where they stand.

Addresses, types and ranges are those of ZynAddSubFX 3.0.6, read from it (``/path-search``). The
times of envelopes begin at 0 there, which no logarithm does: here they begin at 1 ms.
"""

import math
from dataclasses import dataclass
from typing import Final

from bridge.mix.device_events import Curve
from bridge.osc.message import OscArg

_GLOBAL: Final = "/part0/kit0/adpars/GlobalPar/"
_VOICE: Final = "/part0/kit0/adpars/VoicePar0/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZynParam:
    """One parameter.

    Attributes:
        address: Where it is set and asked for.
        name: For a person, and for whoever guesses what it does.
        minimum: In `unit`.
        maximum: Likewise.
        steps: As `DeviceParamDescribed.steps`; above 0 it is a whole number on the wire.
    """

    address: str
    name: str
    minimum: float
    maximum: float
    unit: str = ""
    curve: Curve = Curve.LIN
    steps: int = 0

    def read(self, args: tuple[OscArg, ...]) -> float | None:
        """The value that an answer says; None where it can mean none.

        Zyn keeps a NaN and whole numbers beyond its own range, and says them.
        """
        value = args[0] if len(args) == 1 else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not math.isfinite(value) or (self.steps and not 0 <= value <= 2**15):
            return None
        return float(value)

    def write(self, value: float) -> OscArg | None:
        """The argument that sets a value; None where it may not be sent."""
        if not self.minimum - _ROUNDING <= value <= self.maximum + _ROUNDING:  # nor a NaN
            return None
        value = min(max(value, self.minimum), self.maximum)
        return round(value) if self.steps else value


_ROUNDING: Final = 1e-4


def _knob(address: str, name: str, *, least: int = 0, most: int = 127) -> ZynParam:
    return ZynParam(address=address, name=name, minimum=least, maximum=most, steps=most - least + 1)


def _time(address: str, name: str, least_s: float = 0.001) -> ZynParam:
    return ZynParam(
        address=address, name=name, minimum=least_s, maximum=41.0, unit="s", curve=Curve.LOG
    )


PARAMS: Final[tuple[ZynParam, ...]] = (
    ZynParam(
        address=_GLOBAL + "GlobalFilter/basefreq",
        name="Filter Cutoff",
        minimum=31.25,
        maximum=32000.0,
        unit="Hz",
        curve=Curve.LOG,
    ),
    ZynParam(
        address=_GLOBAL + "GlobalFilter/baseq",
        name="Filter Resonance",
        minimum=0.1,
        maximum=1000.0,
        curve=Curve.LOG,
    ),
    ZynParam(
        address=_GLOBAL + "GlobalFilter/freqtracking",
        name="Filter Key Tracking",
        minimum=-100.0,
        maximum=100.0,
        unit="%",
    ),
    ZynParam(
        address=_GLOBAL + "GlobalFilter/gain",
        name="Filter Gain",
        minimum=-30.0,
        maximum=30.0,
        unit="dB",
    ),
    _knob(_GLOBAL + "GlobalFilter/Ptype", "Filter Type", most=8),
    _knob(_GLOBAL + "GlobalFilter/Pstages", "Filter Stages", most=5),
    _time(_GLOBAL + "AmpEnvelope/A_dt", "Amp Attack"),
    _time(_GLOBAL + "AmpEnvelope/D_dt", "Amp Decay"),
    _knob(_GLOBAL + "AmpEnvelope/PS_val", "Amp Sustain"),
    _time(_GLOBAL + "AmpEnvelope/R_dt", "Amp Release", 0.009),
    _knob(_GLOBAL + "FilterEnvelope/PA_val", "Filter Env Amount"),
    _time(_GLOBAL + "FilterEnvelope/D_dt", "Filter Envelope Decay"),
    ZynParam(address=_GLOBAL + "Volume", name="Volume", minimum=-48.0, maximum=32.0, unit="dB"),
    _knob(_GLOBAL + "PPanning", "Panning", least=1),  # 0 is a random place
    _knob(_GLOBAL + "PPunchStrength", "Punch"),
    ZynParam(address=_VOICE + "volume", name="Voice Volume", minimum=-60.0, maximum=0.0, unit="dB"),
    _knob(_VOICE + "Unison_size", "Unison Voices", least=1, most=50),
    _knob(_VOICE + "Unison_frequency_spread", "Unison Detune"),
    _knob(_VOICE + "Unison_stereo_spread", "Unison Stereo Spread"),
    ZynParam(address=_VOICE + "FMvolume", name="FM Amount", minimum=0.0, maximum=100.0, unit="%"),
)
"""In the order of their numbers, from 1."""

NUMBER: Final[dict[str, int]] = {
    param.address: number for number, param in enumerate(PARAMS, start=1)
}
