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


class ErrorFinder:
    """Errors of one observation, for any taste.

    Args:
        features: Of the mix.
        observation: The mix.

    Attributes:
        sd: (n, 6) how well the errors are known.
    """

    def __init__(self, features: Features, observation: Observation) -> None:
        self._target = target = TARGET[observation.roles]
        self._is_known = ~np.isnan(features.level)
        self._error = error = np.empty_like(target)
        np.subtract(features.level, target[:, 0], out=error[:, 0])
        np.subtract(features.tone, target[:, 1:5], out=error[:, 1:5])
        np.subtract(features.width, target[:, 5], out=error[:, 5])
        # A DAW that says nothing of its EQ has none that could be moved.
        error[:, 1:5][np.isnan(observation.values[:, EQ_COLUMNS])] = np.nan
        reads = np.clip(observation.reads, 1.0, _MEMORY_READS)
        self.sd: FloatArray = np.hypot(FLOOR_SD, _METER_SD / np.sqrt(reads)[:, None])
        self.sd[:, 0] = np.hypot(self.sd[:, 0], observation.level_sd_db)

    def errors(self, taste: FloatArray) -> FloatArray:
        """Errors (n, 6) against the average listener.

        The level targets, together with what this person is believed to want (`taste`), are
        shifted so that the tracks add up to the mix: four guitars are each wanted softer than one.
        """
        error = self._error.copy()
        error[:, 0] += self._wanted_db(taste)
        return error

    def level_errors(self, level: FloatArray, taste: FloatArray) -> FloatArray:
        """The first column (n,) of `errors` where the tracks have another `level`."""
        return np.asarray(level - self._target[:, 0] + self._wanted_db(taste))

    def _wanted_db(self, taste: FloatArray) -> FloatArray:
        return to_db(to_power(self._target[:, 0] + taste[:, 0])[self._is_known].sum())


def find_errors(
    features: Features, observation: Observation, taste: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Errors (n, 6) against the average listener, and their standard deviations."""
    finder = ErrorFinder(features, observation)
    return finder.errors(taste), finder.sd
