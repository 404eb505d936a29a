"""Errors: where a track is less where the average listener wants it, per dimension of taste."""

from typing import Final

import numpy as np

from bridge.agents.features import Features
from bridge.agents.targets import LEVEL_TARGET_DB, TONE_TARGET_DB, WIDTH_TARGET
from bridge.mix.params import EQ_BANDS, EQ_COLUMNS, Param
from bridge.mix.spectrum import FloatArray, to_db, to_power
from bridge.mix.state import Observation

DIMENSIONS: Final = ("level", "low", "lowmid", "highmid", "high", "width")
"""What a taste is about: the columns of every array over dimensions. dB, but for the width."""

DIMENSION: Final[dict[Param, int]] = {
    Param.GAIN: 0,
    **{band: 1 + place for place, band in enumerate(EQ_BANDS)},
    Param.PAN: 5,
}
"""The dimension that a parameter answers to."""

TARGET: Final[FloatArray] = np.column_stack([LEVEL_TARGET_DB, TONE_TARGET_DB, WIDTH_TARGET])
"""(roles, 6) where the average listener wants each role, before the prior's own correction."""

FLOOR_SD: Final[FloatArray] = np.array([0.6, 0.8, 0.8, 0.8, 0.8, 0.05])
"""How finely an error means anything: about half of what is just noticed."""

_METER_SD: Final[FloatArray] = np.array([1.5, 1.5, 1.5, 1.5, 1.5, 0.0])
"""Standard deviation of one reading of music; the mean of n readings has it over sqrt(n)."""

_MEMORY_READS: Final = 24.0


def find_errors(
    features: Features, observation: Observation, taste: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Errors (n, 6) against the average listener, and their standard deviations.

    The level targets, together with what this person is believed to want (`taste`), are shifted so
    that the tracks add up to the mix: four guitars are each wanted softer than one.
    """
    target = TARGET[observation.roles]
    is_known = ~np.isnan(features.level)
    wanted = to_power(target[:, 0] + taste[:, 0])[is_known].sum()
    level = features.level - target[:, 0] + to_db(wanted)
    error = np.column_stack([level, features.tone - target[:, 1:5], features.width - target[:, 5]])
    # A DAW that says nothing of its EQ has none that could be moved.
    error[:, 1:5][np.isnan(observation.values[:, EQ_COLUMNS])] = np.nan
    reads = np.clip(observation.reads, 1.0, _MEMORY_READS)
    sd = np.hypot(FLOOR_SD, _METER_SD / np.sqrt(reads)[:, None])
    sd[:, 0] = np.hypot(sd[:, 0], observation.level_sd_db)
    return error, sd
