"""REAPER's tracks, and the language of its OSC surface's pattern files, for `reaper_fake`.

The language is told in the head of ``Default.ReaperOSC``, which REAPER installs; that one unknown
line voids a file, and the names of the pan modes, are of ``csurf_osc.cpp`` in the REAPER SDK. The
kinds of ReaEQ's bands are those of `TrackFX_GetEQParam` in ``reaper_plugin_functions.h``; the
frequencies that it opens with are as users report them, and were never seen here.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from bridge.daws.reaper.wire import rows
from bridge.mix.params import SILENCE_DB, Param

KINDS = {
    Param.EQ_LOW: (1, 0),
    Param.EQ_LOWMID: (2, 0),
    Param.EQ_HIGHMID: (2, 1),
    Param.EQ_HIGH: (4, 0),
}
OPENING_HZ = (100.0, 300.0, 1000.0, 5000.0)
PAN_MODES = {0: "Balance (classic)", 3: "Balance", 5: "Stereo pan", 6: "Dual pan"}

# The keys of REAPER's own default pattern file that matter here, and the flags of its language.
KNOWN_KEYS = frozenset(
    """
    ACTION ANY_SOLO BEAT DEVICE_EQ DEVICE_FX_COUNT DEVICE_FX_FOLLOWS DEVICE_FX_INST_PARAM_COUNT
    DEVICE_FX_PARAM_COUNT DEVICE_MARKER_COUNT DEVICE_RECEIVE_COUNT DEVICE_REGION_COUNT
    DEVICE_ROTARY_CENTER DEVICE_SEND_COUNT DEVICE_TRACK_BANK_FOLLOWS DEVICE_TRACK_BANK_SELECT
    DEVICE_TRACK_COUNT DEVICE_TRACK_FOLLOWS DEVICE_TRACK_SELECT FX_EQ_BAND_BYPASS FX_EQ_BAND_FREQ
    FX_EQ_BAND_GAIN FX_EQ_BYPASS FX_EQ_HISHELF_BYPASS FX_EQ_LOSHELF_BYPASS
    FX_EQ_BAND_Q FX_EQ_HISHELF_FREQ FX_EQ_HISHELF_GAIN FX_EQ_HISHELF_Q FX_EQ_LOSHELF_FREQ
    FX_EQ_LOSHELF_GAIN FX_EQ_LOSHELF_Q FX_PARAM_VALUE MASTER_PAN MASTER_VOLUME MASTER_VU
    MASTER_VU_L MASTER_VU_R PAUSE PLAY REAPER_TRACK_FOLLOWS RECORD STOP TEMPO TIME TRACK_MUTE
    TRACK_NAME TRACK_NUMBER TRACK_PAN TRACK_PAN_MODE TRACK_PAN_TOUCH TRACK_SELECT TRACK_SOLO
    TRACK_VOLUME TRACK_VOLUME_TOUCH TRACK_VU TRACK_VU_L TRACK_VU_R
    """.split()  # noqa: SIM905
)
SETTINGS = re.compile(r"(DEVICE|REAPER)_\w+ (?P<value>[A-Z0-9_.]+)$")


class PatternError(ValueError):
    """REAPER would void the whole file, silently."""


def read_patterns(text: str) -> tuple[dict[str, list[tuple[str, str]]], dict[str, str]]:
    """Patterns by key, as (flag, address), and settings; as strict as REAPER, and loud."""
    patterns: dict[str, list[tuple[str, str]]] = {}
    chosen: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        key, *words = line.split()
        if key not in KNOWN_KEYS:
            raise PatternError(f"unknown key {key}")
        if SETTINGS.match(line) and not words[0][0].islower():
            if key == "DEVICE_EQ" and words[0] != "INSERT":
                raise PatternError("DEVICE_EQ knows INSERT only")
            chosen[key] = words[0]
            continue
        for word in words:
            flag, address = word[0], word[1:]
            if flag not in "nfbtrsi" or not address.startswith("/"):
                raise PatternError(f"{key}: {word}")
            if address.count("@") > 16 or len(words) > 16:
                raise PatternError(f"{key}: too many wildcards or patterns")
            patterns.setdefault(key, []).append((flag, address))
    return patterns, chosen


@dataclass(eq=False)
class Fx:
    """A plug-in; `steps` of those parameters that have some, `stubborn` ones follow no write."""

    guid: str
    name: str
    names: list[str]
    values: list[float]
    steps: dict[int, int] = field(default_factory=dict)
    stubborn: set[int] = field(default_factory=set)
    envelopes: set[int] = field(default_factory=set)
    is_instrument: bool = True


def synth(guid: str = "{FX-1}") -> Fx:
    """An instrument with a switch, a filter and an envelope."""
    names = ["Bypass", "Cutoff", "Resonance", "Attack", "Master Volume"]
    return Fx(guid, "VSTi: Zed", names, [0.0, 0.5, 0.2, 0.1, 0.8], {0: 2})


@dataclass(eq=False)
class Track:
    """A track; volume and meters are amplitudes, EQ values are ReaEQ's own positions."""

    name: str
    guid: str
    volume: float = 1.0
    pan: float = 0.0
    pan_mode: int = 3
    auto_mode: int = 0
    envelopes: set[str] = field(default_factory=set)
    mute: bool = False
    solo: bool = False
    is_selected: bool = False
    has_lanes: bool = False
    is_frozen: bool = False
    has_eq: bool = True
    is_eq_on: bool = True
    off_bands: set[tuple[int, int]] = field(default_factory=set)
    gains: dict[tuple[int, int], float] = field(
        default_factory=lambda: dict.fromkeys(KINDS.values(), 0.5)
    )
    freqs: dict[tuple[int, int], float] = field(
        default_factory=lambda: {
            kind: rows.eq_freq_normalised(hz)
            for kind, hz in zip(KINDS.values(), OPENING_HZ, strict=True)
        }
    )
    peaks: tuple[float, float] = (0.0, 0.0)
    items: list[Any] = field(default_factory=list)
    chain: list[Fx] = field(default_factory=list)
    """What stands before ReaEQ."""

    def value(self, param: Param) -> float:
        """What a control holds, in the units of the core."""
        match param:
            case Param.GAIN:
                return 20.0 * math.log10(self.volume) if self.volume > 0 else SILENCE_DB
            case Param.PAN:
                return self.pan
            case Param.MUTE | Param.SOLO:
                return float(self.mute if param is Param.MUTE else self.solo)
        return rows.eq_gain_db(self.gains[KINDS[param]])

    def put(self, param: Param, value: float) -> None:
        """Set a control, in the units of the core."""
        match param:
            case Param.GAIN:
                self.volume = 10.0 ** (value / 20.0)
            case Param.PAN:
                self.pan = value
            case Param.MUTE:
                self.mute = value != 0.0
            case Param.SOLO:
                self.solo = value != 0.0
            case _:
                self.gains[KINDS[param]] = rows.eq_gain_normalised(value)
