"""The equaliser of an Ardour strip: which of a plugin's parameters are our four bands.

Plugins name and order their parameters as they like, so a band is found by its labels and ranges: a
frequency and a gain that share what is left of their labels without these words ("Gain 2" and
"Frequency 2", "Gain L" and "Frequency L"), the gain in dB on both sides of zero. A band serves for
the one of ours whose centre its frequency is nearest to, within an octave and a half. A band that
is switched off does nothing to the sound, and is none.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.mix.params import EQ_BANDS, Param
from bridge.mix.spectrum import EQ_CENTRES_HZ

_WITHIN_OCTAVES: Final = 1.5
_LEAST_RANGE_DB: Final = 6.0
_MOST_RANGE_DB: Final = 60.0
_GAIN: Final = re.compile(r"\b(gain|level)\b", re.IGNORECASE)
_FREQUENCY: Final = re.compile(r"\b(frequency|freq|hz)\b\.?", re.IGNORECASE)
_SWITCH: Final = re.compile(r"\b(filter|enable|enabled|active|section|on)\b", re.IGNORECASE)
_IS_EQ: Final = re.compile(r"eq(uali[sz]er)?\b|\bequali[sz]er|parametric", re.IGNORECASE)
_TOGGLE: Final = 64
"""Bit of a descriptor's flags: the parameter is a switch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginParam:
    """One parameter of a plugin, as Ardour describes it.

    Attributes:
        number: Its number in the plugin.
        label: Its name.
        flags: Bits; 64 is a switch.
        minimum: Least value, in the plugin's unit.
        maximum: Greatest value.
        value: What it holds.
    """

    number: int
    label: str
    flags: int
    minimum: float
    maximum: float
    value: float


def may_be_eq(name: str) -> bool:
    """Whether a plugin's name speaks for an equaliser, so that asking for details is worth it."""
    return _IS_EQ.search(name) is not None


def find_bands(params: Sequence[PluginParam]) -> dict[Param, PluginParam]:
    """The gain parameter of each of our bands that the plugin has."""
    gains: dict[str, PluginParam] = {}
    frequencies: dict[str, PluginParam] = {}
    switches: dict[str, PluginParam] = {}
    for param in params:
        if param.flags & _TOGGLE:
            switches.setdefault(_rest(_SWITCH, param.label), param)
        elif _is_frequency(param):
            frequencies.setdefault(_rest(_FREQUENCY, param.label), param)
        elif _is_gain(param):
            gains.setdefault(_rest(_GAIN, param.label), param)
    bands: dict[Param, PluginParam] = {}
    for band, centre_hz in zip(EQ_BANDS, EQ_CENTRES_HZ, strict=True):
        best = _WITHIN_OCTAVES
        for which, gain in gains.items():
            is_off = which in switches and switches[which].value < 0.5
            if which not in frequencies or is_off or gain in bands.values():
                continue
            distance = abs(math.log2(frequencies[which].value / float(centre_hz)))
            if distance < best:
                best, bands[band] = distance, gain
    return bands


def _is_frequency(param: PluginParam) -> bool:
    return bool(_FREQUENCY.search(param.label)) and param.value > 0.0 and param.maximum > 1000.0


def _is_gain(param: PluginParam) -> bool:
    low, high = -param.minimum, param.maximum
    is_in_db = all(_LEAST_RANGE_DB <= side <= _MOST_RANGE_DB for side in (low, high))
    return is_in_db and bool(_GAIN.search(param.label))


def _rest(word: re.Pattern[str], label: str) -> str:
    """What a label says beside the word for its kind."""
    return " ".join(word.sub(" ", label).split()).casefold()
