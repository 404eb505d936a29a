"""Wishes that a person has said in a word, and that no move has answered yet.

A wish is granted by one move of each control that its word names, as far as the guard allows. It
ends when these have been proposed, when the person takes the matter into their own hand, dislikes
what was done for it, or says another word about that track.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.agents.cells import STEP_PARAMS
from bridge.learning.q_learning import FloatArray
from bridge.mix.params import COLUMN, Param
from bridge.mix.wishes import WISHES, Wish

_PAN: Final = COLUMN[Param.PAN]


class Granted(NamedTuple):
    """The move that answers a wish: row of the track, which of its 14 moves, and the word."""

    row: int
    move: int
    wish: Wish


class OpenWishes:
    """What is still to be done for the words that were said, in the order in which they were."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Wish, Param]] = []

    def ask(self, key: str, wish: Wish, params: Sequence[Param]) -> None:
        """A track is wanted so, by these of the controls that the word names."""
        self.drop(key)
        self._open += [(key, wish, param) for param in params]

    def drop(self, key: str, param: Param | None = None) -> None:
        """Nothing more is to be done for a track, or for one of its controls."""
        self._open = [each for each in self._open if each[0] != key or param not in (None, each[2])]

    def clear(self) -> None:
        """Nothing more is to be done."""
        self._open = []

    def grant(
        self,
        keys: tuple[str, ...],
        values: FloatArray,
        outward: FloatArray,
        steps: FloatArray,
        allowed: NDArray[np.bool_],
    ) -> Granted | None:
        """The move for the oldest wish that may be granted now; it is open no more.

        Args:
            keys: The tracks.
            values: (n, 6) their controls.
            outward: (n,) the side that each is on, -1 or +1.
            steps: (n, 14) how far each move goes.
            allowed: (n, 14) which may be made.
        """
        for place, (key, wish, param) in enumerate(self._open):
            row = keys.index(key) if key in keys else -1
            if row < 0:
                continue
            way = dict(WISHES[wish])[param]
            goes = steps[row] * np.sign(way)
            if param is Param.PAN:  # narrower is no way past the centre
                width = abs(values[row, _PAN])
                goes = (np.abs(values[row, _PAN] + steps[row]) - width) * np.sign(way)
                goes[steps[row] * outward[row] * way <= 0.0] = 0.0
            fits = np.array([each is param for each in STEP_PARAMS]) & allowed[row] & (goes > 0.0)
            if fits.any():
                del self._open[place]
                return Granted(row, int(np.where(fits, goes, 0.0).argmax()), wish)
        return None

    def state(self) -> list[list[str]]:
        """All of them, as plain data."""
        return [[key, str(wish), str(param)] for key, wish, param in self._open]

    def load_state(self, state: list[list[str]]) -> None:
        """Take over what `state` gave."""
        self._open = [(key, Wish(wish), Param(param)) for key, wish, param in state]
