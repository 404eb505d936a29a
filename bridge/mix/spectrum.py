"""Octave bands and what a channel EQ does to them: the acoustics that everyone here shares.

All levels are dB, all arrays float64. An octave-band array has its ten bands on the last axis.
"""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

OCTAVES_HZ: Final[FloatArray] = np.array([31.25 * 2.0**octave for octave in range(10)])
"""Centres of the octave bands, 31.25 Hz to 16 kHz (IEC 61260 calls the first 31.5)."""

EQ_CENTRES_HZ: Final[FloatArray] = np.array([100.0, 400.0, 2000.0, 8000.0])
"""Corners (low, high: shelves) and centres (mids: bells) of the four EQ bands."""

FLOOR_DB: Final = -120.0
"""Below this a level is silence; logarithms stop here."""

# K-weighting of ITU-R BS.1770-4 (its two biquads at 48 kHz), averaged in power over each octave.
K_WEIGHT_DB: Final[FloatArray] = np.array(
    [-7.56, -2.73, -0.77, -0.17, 0.06, 0.83, 3.00, 3.94, 4.04, 4.04], dtype=np.float64
)

# What 1 dB of each EQ band adds to each octave, in dB: shelves with slope 0.7 at 100 Hz and 8 kHz,
# bells with Q 0.7 at 400 Hz and 2 kHz (Audio EQ Cookbook biquads at 48 kHz, +6 dB, averaged in
# power over each octave). Between -6 and +6 dB the shapes stay within 0.04 of these.
EQ_SHAPE: Final[FloatArray] = np.array(
    [
        [0.95, 0.77, 0.37, 0.10, 0.02, 0.01, 0.00, 0.00, 0.00, 0.00],
        [0.01, 0.06, 0.22, 0.70, 0.87, 0.35, 0.09, 0.02, 0.00, 0.00],
        [0.00, 0.00, 0.01, 0.04, 0.14, 0.51, 0.93, 0.50, 0.12, 0.02],
        [0.00, 0.00, 0.00, 0.00, 0.00, 0.01, 0.03, 0.13, 0.52, 0.93],
    ],
    dtype=np.float64,
)

BAND_OF_OCTAVE: Final = np.array([0, 0, 0, 1, 1, 1, 2, 2, 3, 3])
"""Which of the four EQ bands an octave belongs to when a balance over four bands is wanted."""

_BAND_STARTS: Final = (*np.flatnonzero(np.diff(BAND_OF_OCTAVE, prepend=-1)).tolist(), 10)


def to_power(level_db: FloatArray) -> FloatArray:
    """Power of a level in dB; 0 dB is 1."""
    return np.asarray(np.power(10.0, np.asarray(level_db) / 10.0), dtype=np.float64)


def to_db(power: FloatArray) -> FloatArray:
    """Level of a power in dB, never below `FLOOR_DB`."""
    floor = 10.0 ** (FLOOR_DB / 10.0)
    return np.asarray(10.0 * np.log10(np.maximum(power, floor)), dtype=np.float64)


def eq_curve_db(eq_db: FloatArray) -> FloatArray:
    """The curve (..., 10) that the four EQ gains (..., 4) put over the octaves, in dB."""
    return np.asarray(eq_db @ EQ_SHAPE, dtype=np.float64)


def loudness_db(octaves_db: FloatArray) -> FloatArray:
    """K-weighted level over the last axis: a BS.1770 loudness without its gates, in dB."""
    return to_db(to_power(octaves_db + K_WEIGHT_DB).sum(axis=-1))


def four_bands_db(octaves_db: FloatArray) -> FloatArray:
    """Levels (..., 4) of the four EQ bands, from octave levels (..., 10)."""
    power = to_power(octaves_db)
    sums = np.empty((*power.shape[:-1], len(_BAND_STARTS) - 1))
    for band, (first, end) in enumerate(pairwise(_BAND_STARTS)):
        power[..., first:end].sum(axis=-1, out=sums[..., band])
    return to_db(sums)


def mean_db(old_db: FloatArray, new_db: FloatArray, share: FloatArray) -> FloatArray:
    """The power mean that gives the new level `share`; the new one alone where there is no old."""
    mean = to_db((1.0 - share) * to_power(old_db) + share * to_power(new_db))
    return np.where(np.isnan(old_db), new_db, mean)
