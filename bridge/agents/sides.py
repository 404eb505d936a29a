"""On which side of the centre a track is wanted, for people to whom that matters.

A taste says how far from the centre a role is wanted (`bridge.agents.errors`). To many people both
sides are alike; others have each track in mind on a side of its own, mostly on the one where it was
found. Two hypotheses are weighed by their forecasts of thumbs on pans. In the second a track may be
wanted across the centre: then every way inwards is good, up to the centre and through it. Moves are
chosen by what the answers have said of it: whoever does not care for sides loses nothing.
"""

from typing import Any, Final

import numpy as np

from bridge.learning.pictures import Pictures
from bridge.learning.q_learning import FloatArray

_PRIOR: Final = np.array([0.75, 0.25])
"""How likely both sides are alike to anybody, and how likely they are not."""

_PLACE_SD: Final = 0.3
"""How far from where it is wanted a rough mix has a track, of 1."""

_CENTRE: Final = 0.1
"""Who wants a track nearer to the centre than this wants it less and less on a side, of 1."""

_HAND: Final = 0.15
"""A hand stops within about this of where its owner wants a track, of 1."""

_MOST: Final = 4.0


class Sides:
    """What the answers of one person have said about sides.

    Attributes:
        said: (tracks,) for the right against the left, logarithms of odds.
    """

    def __init__(self) -> None:
        self._pictures = Pictures(_PRIOR)
        self.said = np.zeros(0)

    @property
    def matters(self) -> float:
        """How likely it is that sides matter to this person, 0 to 1."""
        return float(self._pictures.shares[1])

    def begin_song(self, tracks: int) -> None:
        """Another song: who cares for sides does so there, and its tracks are others."""
        self.said = np.zeros(tracks)

    def across(self, found: FloatArray, outward: FloatArray, width: FloatArray) -> FloatArray:
        """(n,) how likely each track is wanted on the other side than it is.

        Args:
            found: (n,) the pans when the song began.
            outward: (n,) the side that each track is on, -1 or +1.
            width: (n,) how far from the centre it is believed to be wanted.
        """
        return self.matters * _elsewhere(found, outward, width, self.said)

    def learnt(self, found: FloatArray, outward: FloatArray, width: FloatArray) -> FloatArray:
        """(n,) how much of `across` the answers have said: what moves are chosen by."""
        before = self.matters * _elsewhere(found, outward, width, np.zeros(len(found)))
        now = self.across(found, outward, width)
        return np.asarray(np.maximum(now - before, 0.0) / (1.0 - before))

    def judge(self, row: int, outward: float, across: float, likely: FloatArray) -> None:
        """Learn from an answer to a move of a pan.

        Args:
            row: The track.
            outward: The side that it was on.
            across: How likely it was wanted on the other one, as `across` says.
            likely: (2,) how likely the answer was if it is wanted there, and if across.
        """
        here, there = likely.tolist()
        share = across / self.matters
        self._pictures.weigh(np.log(np.array([here, (1.0 - share) * here + share * there])))
        if across > 0.0:
            self.said[row] += outward * float(np.log(here / there))

    def correct(self, row: int, value: float) -> None:
        """A person wants the track where its pan stands: at `value`, -1 to +1."""
        self.said[row] = np.sign(value) * min(2.0 * (value / _HAND) ** 2, 2.0 * _MOST)

    def state(self) -> dict[str, Any] | None:
        """All of this, as plain data; None where nothing was said."""
        if not self._pictures.evidence.any() and not self.said.any():
            return None
        return {"evidence": self._pictures.evidence.tolist(), "said": self.said.tolist()}

    def load_state(self, state: dict[str, Any] | None, tracks: int) -> None:
        """Take over what `state` gave, in a song of so many tracks."""
        self.said = np.zeros(tracks)
        if state is not None:
            self._pictures.evidence = np.array(state["evidence"], dtype=np.float64)
            self.said = np.array(state["said"], dtype=np.float64)


def _elsewhere(
    found: FloatArray, outward: FloatArray, width: FloatArray, said: FloatArray
) -> FloatArray:
    """(n,) how likely tracks are wanted across the centre by somebody to whom sides matter."""
    wide = np.maximum(np.nan_to_num(width), 0.0)
    odds = np.clip(2.0 * np.nan_to_num(found) * wide / _PLACE_SD**2 + said, -_MOST, _MOST)
    return np.asarray(np.minimum(wide / _CENTRE, 1.0) / (1.0 + np.exp(outward * odds)))
