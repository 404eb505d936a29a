"""Live's EQ Eight: which of its eight bands serve for our four.

A parameter is found by its name, never by its number, which changes with Live's version; names have
changed too ("1 Resonance A", "1 Q A"). Set A is what sounds in stereo, where B repeats it or
is idle. A band serves where gain does something: switched on, a bell or the shelf of its side, and
within an octave and a half of our band's centre; the nearest does.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.daws.ableton.wire.curves import eq_freq_hz
from bridge.mix.params import EQ_BANDS, Param
from bridge.mix.spectrum import EQ_CENTRES_HZ

CLASS_NAME: Final = "Eq8"
"""What Live calls an EQ Eight, in every language and version."""

GAIN_DB: Final = 15.0
"""EQ Eight's gains go as far to either side."""

MISSING: Final = "has no EQ Eight; put one on the track"
OFF: Final = "goes nowhere: its EQ Eight is switched off"
UNKNOWN: Final = "goes nowhere: this version of EQ Eight names its bands in another way"
NO_BAND: Final = "goes nowhere: no band of its EQ Eight that is on stands where one is needed"

_WITHIN_OCTAVES: Final = 1.5
_BAND: Final = re.compile(r"([1-8]) (Filter On|Filter Type|Frequency|Gain) A")
_LOW_SHELF, _BELL, _HIGH_SHELF = 2, 3, 5
_TYPES: Final[dict[Param, tuple[int, ...]]] = dict(
    zip(EQ_BANDS, ((_LOW_SHELF, _BELL), (_BELL,), (_BELL,), (_BELL, _HIGH_SHELF)), strict=True)
)


@dataclass(frozen=True, slots=True)
class EqNames:
    """Where an EQ Eight of this version has what.

    Attributes:
        names: Of all its parameters, in order.
        switch: The parameter that is the device's own switch.
        bands: For each band the parameters that are on, type, frequency and gain.
    """

    names: tuple[str, ...]
    switch: int
    bands: tuple[tuple[int, int, int, int], ...]


def read_names(
    names: Sequence[str], minima: Sequence[float], maxima: Sequence[float]
) -> EqNames | None:
    """Where an EQ Eight with these parameters has what; None where it is not as we know it."""
    found: dict[tuple[str, str], int] = {}
    for number, name in enumerate(names):
        if said := _BAND.fullmatch(name):
            found[said[1], said[2]] = number
    try:
        switch = names.index("Device On")
        bands = tuple(
            (
                found[band, "Filter On"],
                found[band, "Filter Type"],
                found[band, "Frequency"],
                found[band, "Gain"],
            )
            for band in "12345678"
        )
    except (KeyError, ValueError):
        return None
    if not len(names) == len(minima) == len(maxima):
        return None
    for _, _, freq, gain in bands:
        is_as_known = (minima[freq], maxima[freq]) == (0.0, 1.0)
        if not is_as_known or (minima[gain], maxima[gain]) != (-GAIN_DB, GAIN_DB):
            return None
    return EqNames(tuple(names), switch, bands)


def find_bands(eq: EqNames, values: Sequence[float]) -> Mapping[Param, int] | str:
    """The gain parameter of each of our bands that an EQ has; in words why it has none.

    Args:
        eq: Where it has what.
        values: What all its parameters hold.
    """
    if values[eq.switch] < 0.5:
        return OFF
    serving: dict[Param, int] = {}
    for param, centre_hz in zip(EQ_BANDS, EQ_CENTRES_HZ, strict=True):
        best = _WITHIN_OCTAVES
        for is_on, kind, freq, gain in eq.bands:
            serves = values[is_on] >= 0.5 and round(values[kind]) in _TYPES[param]
            if not serves or gain in serving.values():
                continue
            distance = abs(math.log2(eq_freq_hz(values[freq]) / float(centre_hz)))
            if distance < best:
                best, serving[param] = distance, gain
    return serving or NO_BAND
