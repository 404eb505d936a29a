"""Whether the strength of a person's thumbs says how much they heard, learnt from the thumbs.

Two hypotheses are weighed by their forecasts. In the first a weak thumb means a small change and a
strong one a large change. In the second strength says nothing: each comes as often as it came
before. Whoever always presses with full strength, or with any, soon supports the second.
"""

from typing import Any, Final

import numpy as np

from bridge.agents.thumbs import ThumbModel
from bridge.learning.pictures import Pictures
from bridge.learning.q_learning import FloatArray

_CLASSES: Final = np.array([0.4, 0.7])
"""Strengths up to the first are weak, up to the second medium, beyond that strong."""

_BOUNDS: Final = np.array([0.0, 1.6, 2.8, np.inf])
"""Which changes the three mean to somebody whose strength tells, just noticeable ones: full
strength from four on, as the simulated listeners give it."""

_PRIOR: Final = np.array([0.5, 0.5])
_COUNTS: Final = np.array([0.5, 0.5, 1.0])
_LEAST: Final = 1e-6


class Strengths:
    """What the strength of this person's thumbs says."""

    def __init__(self) -> None:
        self._pictures = Pictures(_PRIOR)
        self._counts = _COUNTS.copy()

    @property
    def tells(self) -> float:
        """How likely it is that strength says how much was heard, 0 to 1."""
        return float(self._pictures.shares[0])

    def likelihood(
        self,
        thumbs: ThumbModel,
        reward: float,
        worth: FloatArray,
        variance: float,
        *,
        share: float,
        credit: float,
        is_graded: bool = True,
    ) -> FloatArray:
        """How likely this thumb was, for moves that are worth so much.

        Args:
            thumbs: How a thumb follows a worth.
            reward: The thumb.
            worth: (k,) what the move may have been worth, just noticeable changes.
            variance: How uncertain that is.
            share: Of this person's thumbs that are meant, 0.5 to 1.
            credit: How surely the thumb was an answer to this move, 0 to 1.
            is_graded: False: its strength is not about this.
        """
        graded, plain = self._of_both(thumbs, reward, worth, variance, share, credit)
        tells = self.tells if is_graded else 0.0
        return tells * graded + (1.0 - tells) * plain

    def forecasts(
        self,
        thumbs: ThumbModel,
        reward: float,
        worth: FloatArray,
        variance: FloatArray,
        *,
        up_anyhow: float,
        share: float,
        credit: float,
    ) -> FloatArray:
        """How likely this thumb was by each of several pictures, and where none of them holds.

        Args:
            thumbs: How a thumb follows a worth.
            reward: The thumb.
            worth: (pictures,) what the move was worth by each.
            variance: (pictures,) how uncertain that is.
            up_anyhow: How often moves are liked where nothing forecasts it.
            share: As in `likelihood`.
            credit: As in `likelihood`.

        Returns:
            (pictures + 1,) likelihoods of sign and strength, above 0; last where none holds.
        """
        held = [
            self.likelihood(thumbs, reward, each, spread, share=share, credit=credit)
            for each, spread in zip(worth, variance.tolist(), strict=True)
        ]
        anyhow = np.array([up_anyhow if reward > 0.0 else 1.0 - up_anyhow])
        none = self._plain(anyhow, reward, share, credit)
        return np.asarray(np.maximum([*held, *none], _LEAST))

    def judge(
        self,
        thumbs: ThumbModel,
        reward: float,
        worth: FloatArray,
        variance: FloatArray,
        shares: FloatArray,
        *,
        share: float,
        credit: float,
    ) -> None:
        """Learn from one thumb; as `likelihood`, with a worth for each picture and its share."""
        both = [
            self._of_both(thumbs, reward, each, spread, share, credit)
            for each, spread in zip(worth, variance.tolist(), strict=True)
        ]
        said = shares / shares.sum() @ np.array(both)
        self._pictures.weigh(np.log(np.maximum(said, _LEAST)))
        counts = self._counts.copy()
        counts[_class_of(reward)] += 1.0
        self._counts = counts

    def _of_both(
        self,
        thumbs: ThumbModel,
        reward: float,
        worth: FloatArray,
        variance: float,
        share: float,
        credit: float,
    ) -> tuple[FloatArray, FloatArray]:
        """The likelihood where strength tells, and where it says nothing."""
        sign, place = np.sign(reward), _class_of(reward)
        bounds = _BOUNDS[place], _BOUNDS[place + 1]
        meant, slip = (thumbs.p_between(side * worth, *bounds, variance) for side in (sign, -sign))
        graded = share * meant + (1.0 - share) * slip
        return (
            credit * graded + (1.0 - credit) * 0.5 * self._chance(reward),
            self._plain(thumbs.p_up(sign * worth, variance), reward, share, credit),
        )

    def _plain(self, agreed: FloatArray, reward: float, share: float, credit: float) -> FloatArray:
        """The likelihood where strength says nothing, of signs that are `agreed` so often."""
        plain = share * agreed + (1.0 - share) * (1.0 - agreed)
        # A weak thumb is then an unsure one.
        sure = credit * (0.5 + 0.5 * min(abs(reward), 1.0))
        return np.asarray((sure * plain + (1.0 - sure) * 0.5) * self._chance(reward))

    def _chance(self, reward: float) -> float:
        """How often a thumb is as strong as this one."""
        return float(self._counts[_class_of(reward)] / self._counts.sum())

    def state(self) -> dict[str, Any] | None:
        """All of this, as plain data; None before the first thumb."""
        if (self._counts == _COUNTS).all():
            return None
        return {"counts": self._counts.tolist(), "evidence": self._pictures.evidence.tolist()}

    def load_state(self, state: dict[str, Any] | None) -> None:
        """Take over what `state` gave."""
        if state is not None:
            self._counts = np.array(state["counts"], dtype=np.float64)
            self._pictures.evidence = np.array(state["evidence"], dtype=np.float64)


def _class_of(reward: float) -> int:
    """0 weak, 1 medium, 2 strong."""
    return int(np.searchsorted(_CLASSES, abs(reward)))
