"""How far one sound is from another: six features, each in its own standard deviation."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.learning.comparisons import costs
from bridge.learning.q_learning import FloatArray
from bridge.tasks.sound.note import Note

FEATURES: Final = ("brightness", "attack", "length", "body", "roughness", "motion")
"""The order of every array of features."""

MORE_WORDS: Final = ("brighter", "slower", "longer", "fuller", "rougher", "more moving")
LESS_WORDS: Final = ("duller", "faster", "shorter", "thinner", "smoother", "steadier")
"""What a sound is with more, and with less, of each feature."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """What one is of each feature: mean and standard deviation (6,) over many patches."""

    mean: FloatArray
    sd: FloatArray

    def features(self, note: Note) -> FloatArray:
        """(6,) a note's features in standard deviations from the average patch."""
        return np.asarray((note.raw() - self.mean) / self.sd)


def distance(error: FloatArray) -> float:
    """The distance of two sounds whose features differ by (..., 6); 0 where they are alike."""
    return float(costs(error).sum())
