"""What a sound is believed to be where no two of its notes are alike.

Oscillators that run freely, a random LFO, or noise make every note a little different. So one note
is not the sound: what was heard before with the knobs there, and what a move was expected to do,
count too, each as surely as it is known (a Kalman filter for each feature). How far two notes of
this device differ is learnt from the sounds that were heard more than once.
"""

from typing import Any, Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.tasks.sound.effects import LEVEL

_USUAL_WEIGHT: Final = 0.5
"""So many differences between two notes what is usual counts for."""

_LEAST_SHARE: Final = 0.01
"""The least noise, as a share of the usual noise: two notes may agree by chance."""

_UNEVEN: Final = 2.0
_SAME_PLACE: Final = 0.008
_PLACES: Final = 8
"""So many places are remembered to go back to."""

_LIKELY_SPREAD: Final = 1.0
"""So many differences between two notes of one place what holds for the device counts for."""

_HEARD_SHARE: Final = 0.5
"""A note counts so much at least beside what was expected: effects are no straight lines."""


class Hearing:
    """The belief about one device's sound with the knobs where they stand.

    Args:
        usual: (7,) the variance of what is heard of one note, on devices that nothing is known of.

    Attributes:
        place: (parameters) where the knobs stand; empty before the first note.
        mean: (7,) what is believed to be heard there.
        variance: (7,) how unsurely.
        count: How many notes were heard there.
        repeats: How many notes of this device were heard with nothing changed before them.
        loudest_db: The level of the loudest of the notes there.
        notes: The notes (7,) heard there.
        left: The places that moves which stayed have left, newest last: place, mean, variance, and
            the notes heard there.
    """

    def __init__(self, usual: FloatArray) -> None:
        self._usual = usual
        self._squares = np.zeros(usual.size)
        self.repeats = 0
        self.place: list[float] = []
        self.mean = np.zeros(usual.size)
        self.variance = np.zeros(usual.size)
        self.count = 0
        self.loudest_db = 0.0
        self.notes: list[FloatArray] = []
        self.left: list[tuple[list[float], FloatArray, FloatArray, list[FloatArray]]] = []

    @property
    def noise(self) -> FloatArray:
        """(7,) the variance of one note of this device."""
        found = _USUAL_WEIGHT * self._usual + self._squares
        return np.asarray(
            np.maximum(found / (_USUAL_WEIGHT + self.repeats), _LEAST_SHARE * self._usual)
        )

    @property
    def scatter(self) -> float:
        """How far two notes of this device are from each other, on average."""
        return float(np.minimum(self.noise, np.sqrt(self.noise))[:LEVEL].sum())

    @property
    def usual_scatter(self) -> float:
        """The same, but no more than twice of what is usual: a mean is nearer than a note."""
        return min(self.scatter, float(_UNEVEN * self._usual[:LEVEL].sum()))

    @property
    def is_uneven(self) -> bool:
        """Whether the notes of this device differ much more than is usual."""
        return bool(self.scatter > _UNEVEN * self._usual[:LEVEL].sum())

    def unevenness(self, notes: list[FloatArray]) -> float:
        """By how much notes (7,) of one place differ more than those of the device, as a distance.

        A mean that is near is not enough where the notes are not. Below 0: they differ less.
        """
        noise = self.noise[:LEVEL]
        if len(notes) <= 1:
            return 0.0
        found = np.sum((np.array(notes) - np.mean(notes, axis=0))[:, :LEVEL] ** 2, axis=0)
        spread = (_LIKELY_SPREAD * noise + found) / (_LIKELY_SPREAD + len(notes) - 1)
        return _cost(spread) - _cost(noise)

    def is_at(self, place: FloatArray) -> bool:
        """Whether the knobs stand where they stood, as exactly as a synth with 128 steps tells."""
        is_alike = place.size == len(self.place)
        return is_alike and bool((np.abs(place - self.place) <= _SAME_PLACE).all())

    def begin(self, place: list[float], heard: FloatArray) -> None:
        """The first note (7,) with the knobs there."""
        self.left.clear()
        self._settle(place, heard, self.noise, [heard], heard)

    def repeat(self, heard: FloatArray) -> None:
        """One more note (7,), with nothing changed."""
        off = heard - self.mean
        total = self.variance + self.noise
        self._squares += off**2 * self.noise / total
        self.repeats += 1
        share = self.variance / total
        self.mean = self.mean + share * off
        self.variance = (1.0 - share) * self.variance
        self.count += 1
        self.notes.append(heard)
        self.loudest_db = max(self.loudest_db, float(heard[LEVEL]))

    def update(
        self, change: FloatArray, doubt: FloatArray, heard: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """(7,) each: what is believed of the sound after a move, and how unsurely.

        Args:
            change: (7,) what the move was expected to do.
            doubt: (7,) the variance of that.
            heard: (7,) the note after it.
        """
        expected, unsure = self.mean + change, self.variance + doubt
        share = np.maximum(unsure / (unsure + self.noise), _HEARD_SHARE)
        mean = expected + share * (heard - expected)
        return mean, (1.0 - share) ** 2 * unsure + share**2 * self.noise

    def move(
        self, place: list[float], belief: tuple[FloatArray, FloatArray], heard: FloatArray
    ) -> None:
        """A move stays: from now on this is what is there."""
        self.left.append((self.place, self.mean, self.variance, self.notes))
        del self.left[:-_PLACES]
        self._settle(place, *belief, [heard], heard)

    def go_back(self, heard: FloatArray) -> None:
        """The last move went back after all; a note (7,) with the knobs where they stood before."""
        place, mean, variance, notes = self.left.pop()
        self._settle(place, mean, variance, notes, heard)
        self.repeat(heard)

    def _settle(
        self,
        place: list[float],
        mean: FloatArray,
        variance: FloatArray,
        notes: list[FloatArray],
        last: FloatArray,
    ) -> None:
        self.place, self.mean, self.variance, self.notes = place, mean, variance, notes
        self.count, self.loudest_db = 1, float(last[LEVEL])

    def state(self) -> dict[str, Any]:
        """All of it, as plain data."""
        return {
            "count": self.count,
            "left": [
                [place, mean.tolist(), variance.tolist(), [note.tolist() for note in notes]]
                for place, mean, variance, notes in self.left
            ],
            "loudest": self.loudest_db,
            "mean": self.mean.tolist(),
            "notes": [note.tolist() for note in self.notes],
            "place": self.place,
            "repeats": self.repeats,
            "squares": self._squares.tolist(),
            "variance": self.variance.tolist(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.count, self.repeats = int(state["count"]), int(state["repeats"])
        self.loudest_db = float(state["loudest"])
        self.place = [float(position) for position in state["place"]]
        self.mean = np.array(state["mean"], dtype=np.float64)
        self.variance = np.array(state["variance"], dtype=np.float64)
        self._squares = np.array(state["squares"], dtype=np.float64)
        self.notes = [np.array(note) for note in state.get("notes", ())]
        self.left = [  # older memories hold no notes
            (
                [float(position) for position in place],
                np.array(mean),
                np.array(variance),
                [np.array(note) for each in notes for note in each],
            )
            for place, mean, variance, *notes in state["left"]
        ]


def _cost(variance: FloatArray) -> float:
    """By how much notes that differ so (6,) are farther away than their mean is."""
    return float(0.5 * np.minimum(variance, np.sqrt(variance)).sum())
