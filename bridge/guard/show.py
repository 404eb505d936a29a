"""A show: people listen, so nothing is made louder than a little, and nothing silent is touched.

The numbers are those of live sound: a boost of EQ eats its own peak of the margin before feedback,
and each fader that goes up as much of it; a level that leaps is ringing, applause or a drop.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.guard.write import Purpose, Write
from bridge.mix.params import COLUMN, EQ_BANDS, MOVABLE, Param
from bridge.mix.spectrum import FloatArray
from bridge.mix.state import MixState

MOST_RISE_DB: Final = 1.5
"""A fader goes this far above where it stood when the show began, and no further."""

PLAYED_S: Final = 20.0
"""What has not been heard for this long is not touched."""

LEAP_DB: Final = 10.0
LEAP_HOLD_S: Final = 3.0
"""After a leap within about a second nothing is moved for a while."""

LEAST_SHARE: Final = 1.0 / 3.0
"""While fewer of those who have played are playing, it is the time between two songs."""

_PLAYS_DBFS: Final = -50.0
_ROUNDING: Final = 1e-6
_IS_EQ: Final = np.array([param in EQ_BANDS for param in MOVABLE])


class Show:
    """What a show asks for, as long as it is on; times are monotonic seconds.

    Attributes:
        is_on: Whether it is.
    """

    def __init__(self) -> None:
        self.is_on = False
        self._played_at: dict[str, float] = {}
        self._level_dbfs: dict[str, float] = {}
        self._plays: set[str] = set()
        self._leapt_at = -np.inf
        self._began: dict[tuple[str, Param], float] = {}

    def begin(self, snapshot: Mapping[tuple[str, Param], float]) -> None:
        """The show begins: the faders as they stand are what people are used to."""
        self.is_on = True
        self._began = dict(snapshot)

    def end(self) -> None:
        """The show is over."""
        self.is_on = False

    def record_levels(self, mix: MixState, at: float) -> None:
        """What is heard now of every strip."""
        self._plays.clear()
        for strip in mix.strips:
            level = float(mix.peak_dbfs[strip.number - 1])
            if np.isnan(level) or strip.mute:
                continue
            before = self._level_dbfs.get(strip.key, level)
            self._level_dbfs[strip.key] = level
            if level >= _PLAYS_DBFS:
                self._plays.add(strip.key)
                self._played_at[strip.key] = at
                if level - before > LEAP_DB and before >= _PLAYS_DBFS:
                    self._leapt_at = at

    def refusal(self, write: Write) -> str | None:
        """Why a write of the bridge's own does not suit a show; None where it does."""
        if not self.is_on or write.purpose is not Purpose.MOVE:
            return None
        if why := self.pause(write.at):
            return why
        if write.at - self._played_at.get(write.key, -np.inf) > PLAYED_S:
            return f"it has not been heard for {PLAYED_S:g} s"
        if write.param in EQ_BANDS and write.value > write.before + _ROUNDING:
            return "in a show EQ is only cut"
        if write.param is Param.GAIN and write.value > self._ceiling(write.key, write.start):
            return f"in a show no fader goes more than {MOST_RISE_DB:g} dB above the soundcheck"
        return None

    def pause(self, at: float) -> str:
        """Why nothing at all is moved now; empty where something may be."""
        if at - self._leapt_at < LEAP_HOLD_S:
            return "something has leapt in level: ringing, applause or a drop"
        lately = [key for key, then in self._played_at.items() if at - then < 300.0]
        if len(self._plays) < LEAST_SHARE * len(lately):
            return "the band is between two songs"
        return ""

    def allowed(
        self,
        keys: tuple[str, ...],
        values: FloatArray,
        steps: FloatArray,
        columns: NDArray[np.int64],
        *,
        at: float,
    ) -> NDArray[np.bool_]:
        """(n, actions) which moves suit the show.

        Args:
            keys: (n) the strips.
            values: (n, 6) what they hold.
            steps: (n, actions) how far each move goes.
            columns: (actions) the parameter's column of each.
            at: Monotonic seconds.
        """
        if not self.is_on:
            return np.ones(steps.shape, dtype=np.bool_)
        if self.pause(at):
            return np.zeros(steps.shape, dtype=np.bool_)
        heard = np.array([at - self._played_at.get(key, -np.inf) <= PLAYED_S for key in keys])
        gains = values[:, COLUMN[Param.GAIN]]
        room = np.array([self._ceiling(k, g) for k, g in zip(keys, gains, strict=True)]) - gains
        is_gain = columns == COLUMN[Param.GAIN]
        fits = ~((_IS_EQ[columns]) & (steps > 0.0))
        fits &= ~(is_gain & (steps > room[:, None]))
        return np.asarray(fits & heard[:, None])

    def lower_bounds(
        self, keys: tuple[str, ...], values: FloatArray, high: FloatArray
    ) -> FloatArray:
        """Lower the greatest values (n, 6) of a move to what the show allows; the rest stays."""
        if not self.is_on:
            return high
        lowered = high.copy()
        gain = COLUMN[Param.GAIN]
        ceilings = [self._ceiling(k, g) for k, g in zip(keys, values[:, gain], strict=True)]
        lowered[:, gain] = np.fmin(high[:, gain], ceilings)
        lowered[:, _IS_EQ] = np.fmin(high[:, _IS_EQ], values[:, _IS_EQ])
        return lowered

    def _ceiling(self, key: str, start: float) -> float:
        began = self._began.get((key, Param.GAIN), start)
        return (start if np.isnan(began) else began) + MOST_RISE_DB + _ROUNDING
