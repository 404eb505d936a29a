"""Hands on the desk: when a touch has settled, and when it says "stop doing that"."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from bridge.guard.limits import RESTS_S
from bridge.mix.params import Param


class Doubt(Enum):
    """Whether writes of ours may have led to a value that looks like a hand's."""

    NONE = auto()
    POSSIBLE = auto()
    """If the DAW moves it along with what was written; it never has."""
    LIKELY = auto()
    """It was written itself, or has moved along before."""


SETTLE_S: Final = 1.0
"""A fader that has not moved for this long has arrived; only then it is a lesson."""

_LEAST_STEP: Final = 0.5
_MOST_STEPS: Final = 3.0
"""A hand goes on as far as it did before, or so many steps at once where values are lost."""

_COUNTERS: Final = 3
_COUNTER_WINDOW_S: Final = 300.0


@dataclass(slots=True, kw_only=True)
class Touch:
    """A person's move that may still go on.

    Attributes:
        start: What stood before the hand came, in the parameter's unit.
        value: Where it is now; where it was last for sure, if writes of ours may have moved it on.
        told: Where it was last, whoever moved it on.
        at: When it last moved, monotonic seconds.
        move: Our last move of that parameter, if one stood there; else empty.
        is_likely_ours: Whether a write of ours has likely led there.
        step: How far it moved last.
        is_single: Whether it has told one value only.
    """

    key: str
    param: Param
    start: float
    value: float
    told: float
    at: float
    move: str
    is_likely_ours: bool = False
    step: float = 0.0
    is_single: bool = True


class HandLedger:
    """Touches that have not settled, and how often a person has worked against us."""

    def __init__(self) -> None:
        self._touches: dict[tuple[str, Param], Touch] = {}  # the one that moved last at the end
        self._last_at: dict[tuple[str, Param], float] = {}
        self._counters: defaultdict[tuple[str, Param], deque[float]] = defaultdict(deque)

    @property
    def due(self) -> float | None:
        """When the next touch settles, if nothing moves until then."""
        first = next(iter(self._touches.values()), None)
        return None if first is None else first.at + SETTLE_S

    def moved_at(self, key: str, param: Param) -> float:
        """When a hand that has not settled moved that parameter last; minus infinity for none."""
        touch = self._touches.get((key, param))
        return -math.inf if touch is None else touch.at

    def last_at(self, key: str, param: Param) -> float:
        """When a hand moved that parameter last, settled or not; minus infinity for never."""
        return self._last_at.get((key, param), -math.inf)

    def singles(self, since: float) -> list[tuple[str, Param]]:
        """What hands have moved since then, by one value each so far."""
        touches = self._touches.items()
        return [place for place, each in touches if each.is_single and each.at >= since]

    def value(self, key: str, param: Param, otherwise: float) -> float:
        """Where the hand on that parameter is; `otherwise` where there is none."""
        touch = self._touches.get((key, param))
        return otherwise if touch is None else touch.value

    def goes_on(self, key: str, param: Param, value: float, at: float) -> bool:
        """Whether `value` is a hand's that moves on as it did a moment ago, `at` monotonic seconds.

        Its way may lead over values that we have written.
        """
        touch = self._touches.get((key, param))
        if touch is None or touch.step == 0.0 or at > touch.at + RESTS_S:
            return False
        return _LEAST_STEP <= (value - touch.told) / touch.step <= _MOST_STEPS

    def bases(self, key: str, param: Param, otherwise: float) -> tuple[float, ...]:
        """From where the hand on that parameter may have moved it; `otherwise` without one."""
        touch = self._touches.get((key, param))
        return (otherwise,) if touch is None else (touch.value, touch.start, touch.told)

    def record(self, touch: Touch) -> None:
        """A hand moved a parameter: a new touch, or the going on of one."""
        known = self._touches.pop((touch.key, touch.param), touch)
        known.is_single = known is touch
        known.step = 0.0 if touch.is_likely_ours else touch.told - known.told or known.step
        known.value, known.told, known.at = touch.value, touch.told, touch.at
        self._touches[touch.key, touch.param] = known
        self._last_at[touch.key, touch.param] = touch.at

    def drop(self, key: str, param: Param) -> None:
        """That parameter is gone, or goes with another now: nobody knows what the touch meant."""
        self._touches.pop((key, param), None)

    def settle(self, at: float) -> list[Touch]:
        """The touches that have arrived; each is returned once."""
        arrived = [t for t in self._touches.values() if at >= t.at + SETTLE_S - 1e-9]
        for touch in arrived:
            del self._touches[touch.key, touch.param]
        return arrived

    def is_fed_up(self, key: str, param: Param, at: float) -> bool:
        """Count a move taken back by hand; True at the third within five minutes."""
        times = self._counters[key, param]
        times.append(at)
        while times[0] <= at - _COUNTER_WINDOW_S:
            times.popleft()
        if len(times) < _COUNTERS:
            return False
        times.clear()
        return True
