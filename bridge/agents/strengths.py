"""Whether the strength of a person's thumbs tells how much they heard, learnt from the thumbs.

Two hypotheses are weighed by their forecasts. In the first a weak thumb means a small change and a
strong one a large change; in the second strength says nothing, and comes as often as it came
before. Somebody who always presses with full strength, or with any, soon supports the second.
"""

from typing import Any, Final

import numpy as np

from bridge.learning.pictures import Pictures
from bridge.learning.q_learning import FloatArray

_CLASSES: Final = np.array([0.4, 0.7])
"""Strengths up to the first are weak, up to the second medium, beyond that strong."""

_BOUNDS: Final = np.array([0.0, 1.6, 2.8, np.inf])
"""What the three mean to somebody whose strength tells, just noticeable changes."""

_PRIOR: Final = np.array([0.5, 0.5])
_COUNTS: Final = np.array([0.5, 0.5, 1.0])


class Strengths:
    """What this person's strengths say."""

    def __init__(self) -> None:
        self.pictures = Pictures(_PRIOR)
        self.counts = _COUNTS.copy()

    @property
    def share(self) -> float:
        """How likely it is that strength tells."""
        return float(self.pictures.shares[0])

    @staticmethod
    def class_of(reward: float) -> int:
        """0 weak, 1 medium, 2 strong."""
        return int(np.searchsorted(_CLASSES, abs(reward)))

    def chance(self, reward: float) -> float:
        """How often this strength comes."""
        return float(self.counts[self.class_of(reward)] / self.counts.sum())

    @staticmethod
    def bounds(reward: float) -> tuple[float, float]:
        """Between which changes a thumb of this strength was given, if it tells."""
        place = Strengths.class_of(reward)
        return float(_BOUNDS[place]), float(_BOUNDS[place + 1])

    def judge(self, reward: float, telling: float, sign: float) -> None:
        """Learn from one thumb, of which strength and sign were so likely, and the sign alone."""
        self.pictures.weigh(np.log(np.array([telling, sign * self.chance(reward)])))
        self.counts[self.class_of(reward)] += 1.0
