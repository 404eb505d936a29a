"""What a listener would name, measured from an observation: level, tone, width, masking, balance.

All levels are K-weighted (ITU-R BS.1770-4). A track without spectra is given its role's typical
one, so that its level can still be judged, and no tone; a track that has never been heard, or is
muted, has no features and is no part of the mix.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.targets import TYPICAL_DB
from bridge.mix.params import COLUMN, EQ_COLUMNS, Param
from bridge.mix.spectrum import BAND_OF_OCTAVE, K_WEIGHT_DB, FloatArray, eq_curve_db
from bridge.mix.state import Observation

_BAND_STARTS: Final = np.flatnonzero(np.diff(BAND_OF_OCTAVE, prepend=-1))
_TINY: Final = 1e-15
_CENTRED: Final = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The mix as arrays with one row a track; dB unless said. NaN where nothing is known.

    Attributes:
        loudness: Of the whole mix, dBFS.
        level: (n,) loudness against the whole mix.
        tone: (n, 4) each EQ band against the other three of the track.
        width: (n,) distance from the centre, 0 to 1.
        audibility: (n,) level over everything else in the octave where the track stands out most.
        band_audibility: (n, 4) level over everything else in each EQ band.
        mix_tone: (4,) as `tone`, of the whole mix.
        outward: (n,) -1 or +1: the side that a track is on, the lighter one for a centred track.
        side: (n,) how much louder the mix is on that side than on the other.
        has_spectrum: (n,) whether the tone was measured.
        power: (n, 10) power of each octave, 0 for a track that is no part of the mix.
    """

    loudness: float
    level: FloatArray
    tone: FloatArray
    width: FloatArray
    audibility: FloatArray
    band_audibility: FloatArray
    mix_tone: FloatArray
    outward: FloatArray
    side: FloatArray
    has_spectrum: NDArray[np.bool_]
    power: FloatArray


def measure(observation: Observation) -> Features:
    """The features of a mix as it stands."""
    power, is_known, has_spectrum = _octave_power(observation)
    mix = power.sum(axis=0)
    own = power.sum(axis=1)
    total = own.sum()
    bands = np.add.reduceat(power, _BAND_STARTS, axis=1)
    mix_bands = bands.sum(axis=0)
    pan = observation.values[:, COLUMN[Param.PAN]]
    outward, side = _sides(_known(pan), own)
    with np.errstate(invalid="ignore"):
        level = np.where(is_known, _ratio_db(own, total), np.nan)
        tone = _ratio_db(bands, own[:, None] - bands)
    return Features(
        loudness=float(_ratio_db(total, 1.0)),
        level=level,
        tone=np.where(has_spectrum[:, None], tone, np.nan),
        width=np.where(is_known, np.abs(pan), np.nan),
        audibility=_ratio_db((power / (mix - power + _TINY)).max(axis=1, initial=0.0), 1.0),
        band_audibility=_ratio_db(bands, mix_bands - bands),
        mix_tone=_ratio_db(mix_bands, total - mix_bands),
        outward=outward,
        side=side,
        has_spectrum=has_spectrum,
        power=power,
    )


def levels_after(features: Features, observation: Observation, row: int) -> FloatArray:
    """(n,) the levels of a mix of which only the controls of one track have changed.

    Args:
        features: Of the mix before.
        observation: The mix after.
        row: The track.
    """
    power = features.power.copy()
    power[row] = _octave_power(observation, slice(row, row + 1))[0]
    own = power.sum(axis=1)
    return np.where(np.isnan(features.level), np.nan, _ratio_db(own, own.sum()))


def tone_after(observation: Observation, row: int) -> FloatArray:
    """(4,) the tone of one track; NaN unknown."""
    power, _, has_spectrum = _octave_power(observation, slice(row, row + 1))
    bands = np.add.reduceat(power, _BAND_STARTS, axis=1)
    tone = _ratio_db(bands, power.sum(axis=1)[:, None] - bands)[0]
    return tone if has_spectrum[0] else np.full(4, np.nan)


def _octave_power(
    observation: Observation, rows: slice = slice(None)
) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_]]:
    """K-weighted octave powers (n, 10) after EQ and fader; which tracks and spectra are known."""
    gain = observation.values[rows, COLUMN[Param.GAIN]]
    source = observation.source_db[rows]
    has_spectrum = np.asarray(np.isfinite(source).all(axis=1))
    if not has_spectrum.all():
        guess = TYPICAL_DB[observation.roles[rows]] + observation.level_db[rows, None]
        source = np.where(has_spectrum[:, None], source, guess)
    # The curves of all: a product of matrices may round a single row in another way.
    curves = eq_curve_db(_known(observation.values[:, EQ_COLUMNS]))
    level = source + gain[:, None] + curves[rows]
    is_known = observation.audible[rows] & np.isfinite(level).all(axis=1)
    level = np.where(is_known[:, None], level + K_WEIGHT_DB, -150.0)
    return np.exp(level * (np.log(10.0) / 10.0)), is_known, has_spectrum & is_known


def _known(values: FloatArray) -> FloatArray:
    """The same with 0 for NaN."""
    return np.where(np.isnan(values), 0.0, values)


def _ratio_db(power: FloatArray, other: FloatArray | float) -> FloatArray:
    return np.asarray(10.0 * np.log10((power + _TINY) / (other + _TINY)))


def _sides(pan: FloatArray, own: FloatArray) -> tuple[FloatArray, FloatArray]:
    # Constant-power pan law: the right channel has (1 + sin(pan * pi / 2)) / 2 of the power.
    right = float(own @ (0.5 + 0.5 * np.sin(pan * (np.pi / 2.0))))
    left = float(own.sum()) - right
    tilt_db = float(_ratio_db(np.array(right), max(left, 0.0)))
    lighter = -1.0 if tilt_db > 0.0 else 1.0
    outward = np.where(np.abs(pan) < _CENTRED, lighter, np.sign(pan))
    return outward, outward * tilt_db
