"""How far a DAW's answer may be from what was asked: the grid of its controls, told or learnt.

A device holds what its scale allows: a desk has 1,024 places on a fader, a DAW a float. The nearest
place to what was asked for is the answer. Where the dialect tells the steps of its DAW they are
used; else they are learnt from answers, per parameter and range of level, since a fader's law is
finer at the top.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping
from typing import Final

from bridge.mix.params import SPECS, Param

_ENOUGH: Final = 12
"""Answers from which the grid is known: of errors spread evenly over half a step, the greatest of
twelve is above a quarter of a step in all but one case of 4,000."""

_ENOUGH_EXACT: Final = 4
"""On a coarse grid an answer is within the noise of one of a ramp's writes in one case of eight."""

_MOSTLY: Final = 0.75
"""So many of the answers must be exact: one that is not was perhaps a hand's value."""

_CONTRADICTED: Final = 3
"""So many answers, and a quarter of them, that are off by more are no hand's values."""

_ROUND_DB: Final = 0.05
_ROUND_PAN: Final = 0.01
_REMEMBERED: Final = 48
_MARGIN: Final = 2.0
_HALF: Final = 0.6
"""Half a step, and something for a step that is not even."""
_ZONE_DB: Final = 10.0
"""Faders change their law about every 10 or 20 dB (X32: at -10, -30 and -60 dB)."""


def noise(param: Param) -> float:
    """What float32 and a conversion may change in a value, in its unit: .002 dB, .0002 of pan."""
    return SPECS[param].tolerance / 25.0


def coarsest(param: Param) -> float:
    """The greatest rounding that any known device makes: half of a step of 1 dB, or .1 of pan."""
    return SPECS[param].tolerance * 10.0


def is_round(param: Param, value: float) -> bool:
    """Whether coarse grids (.05, .1, .25 or .5 dB, .01 of pan) have a place just there."""
    step = _ROUND_PAN if param is Param.PAN else _ROUND_DB
    return abs(value - round(value / step) * step) <= noise(param)


def may_be_end(param: Param, value: float) -> bool:
    """Whether a fader may end there: at +6 dB (Live, Ardour), +10 (X32), +12 (REAPER)."""
    is_whole = abs(value - round(value)) <= noise(param)
    return param is Param.GAIN and value > noise(param) and is_whole


def _are_exact(errors: Collection[float], fine: float) -> bool:
    """Whether a scale has no steps that show: a hand may have been taken for a rounded answer."""
    exact = sum(error <= fine for error in errors)
    return exact >= max(_ENOUGH_EXACT, _MOSTLY * len(errors))


class Grid:
    """The steps of a DAW's controls.

    Args:
        steps: The steps that the dialect tells, in the parameter's unit; of a scale that is not
            even, by value.
        nearest: What a control holds when it is asked for a value, where the dialect knows that.

    Attributes:
        is_replay: Whether a trace is played again: its answers are to writes of another run, which
            left some milliseconds earlier or later.
    """

    def __init__(
        self,
        steps: Mapping[Param, float | Callable[[float], float]] | None = None,
        nearest: Callable[[Param, float], float] | None = None,
    ) -> None:
        self._told = dict(steps or {})
        self._nearest = nearest
        self._errors: defaultdict[tuple[Param, int], deque[float]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED)
        )
        self.is_replay = False
        self._finest: dict[tuple[Param, int], float] = {}
        self._places: dict[tuple[str, Param], float] = {}

    def record_place(self, key: str, param: Param, value: float, before: float) -> None:
        """A control of a strip has moved from `before` to `value`: that is a place of its scale.

        No step is wider than what parts two places. Only within one range of level: a fader's law
        may be coarser further down. Where it stood before it first moved need not be a place: a
        file or a scene loads what a person once typed.
        """
        if math.isnan(value + before) or abs(value - before) <= noise(param):
            return
        is_place = self.is_place(key, param, before)
        self._places[key, param] = value
        zone = self._zone(param, value)
        if is_place and zone == self._zone(param, before):
            self._finest[zone] = min(abs(value - before), self._finest.get(zone, math.inf))

    def is_place(self, key: str, param: Param, value: float) -> bool:
        """Whether a control has come to `value` by moving there: it surely can hold that."""
        return abs(value - self._places.get((key, param), math.inf)) <= noise(param)

    def is_known(self, param: Param, value: float) -> bool:
        """Whether the steps near `value` are told or learnt."""
        return param in self._told or self._learnt(param, value) is not None

    def is_unheard_of(self, param: Param, value: float, apart: float) -> bool:
        """Whether nothing shows yet that steps near `value` are no wider than `apart`."""
        finest = self._finest.get(self._zone(param, value), math.inf)
        return not self.is_known(param, value) and finest > apart + noise(param)

    def half_step(self, param: Param, value: float) -> float:
        """The most that steps near `value` can round, by the values seen; infinite before any.

        Where a fader's law changes, the coarser steps below reach up to `value`. What several
        answers contradict was no step: hands may set what OSC cannot.
        """
        each, zone = self._zone(param, value)
        half = _HALF * self._finest.get((each, zone), math.inf)
        errors = self._errors.get((each, zone), ())
        enough = max(_CONTRADICTED, (1.0 - _MOSTLY) * len(errors))
        if sum(error > half for error in errors) >= enough:
            return math.inf
        below = _HALF * self._finest.get((each, zone - 1), 0.0)
        return max(half, below) if value - below < zone * _ZONE_DB else half

    def rounding(self, param: Param, value: float) -> float:
        """How far an answer near `value` may be from what was asked for, in the unit of `param`.

        Until enough is known, as far as the coarsest device rounds.
        """
        if param in self._told:
            return max(noise(param), 0.5 * self._step(param, value) * 1.05)
        worst = self._learnt(param, value)
        least = SPECS[param].tolerance if self.is_replay else noise(param)
        half_step = self.half_step(param, value)
        most = min(coarsest(param), max(least, half_step))
        if worst is None or (worst > 0.0 and math.isfinite(half_step)):
            return most  # the write that is nearest to an answer is not always the one it answers
        return min(max(least, _MARGIN * worst), most)

    def _learnt(self, param: Param, value: float) -> float | None:
        """The greatest error near `value`, None where too few are known.

        A fader's law is no coarser further up, and one that is exact somewhere is so everywhere.
        """
        _, zone = self._zone(param, value)
        exact = None
        for (each, lower), errors in sorted(self._errors.items(), reverse=True):
            if each is not param:
                continue
            is_exact = _are_exact(errors, noise(param))
            worst = 0.0 if is_exact else max(errors)
            if lower <= zone and len(errors) >= _ENOUGH:
                return worst
            if is_exact:
                if lower == zone:
                    return worst
                exact = worst
            elif lower == zone and max(errors) > noise(param):
                return None  # what is known here says otherwise
        return exact

    def resolution(self, param: Param, value: float) -> float:
        """The least change of a value near `value` that is no noise, in the unit of `param`."""
        return max(noise(param), self._step(param, value))

    def widest(self, param: Param, value: float, before: float) -> float:
        """How wide the steps are at most where a control has moved from `before` to `value`.

        One step at least has led there. Where a grid may round, a smaller one than the tolerance
        tells nothing.
        """
        is_exact = self.rounding(param, value) <= noise(param)
        least = 0.0 if is_exact else SPECS[param].tolerance
        return min(max(abs(value - before), least), 2.0 * coarsest(param)) + noise(param)

    def nearest(self, param: Param, value: float) -> float:
        """What the DAW holds when it is asked for `value`, as far as that is known."""
        return self._nearest(param, value) if self._nearest else value

    def aim(self, param: Param, start: float, target: float) -> float:
        """The place nearest to `target` that is not beyond it, seen from `start`."""
        way = 1.0 if target > start else -1.0
        shift = self._step(param, target) / 8.0
        places = (self.nearest(param, target - way * shift * each) for each in range(5))
        return next((p for p in places if (p - target) * way <= 0.0), start)

    def _step(self, param: Param, value: float) -> float:
        step = self._told.get(param, 0.0)
        return step(value) if callable(step) else step

    def record(self, param: Param, value: float, error: float) -> None:
        """An answer near `value` was off by `error` from what had been asked for."""
        self._errors[self._zone(param, value)].append(error)

    @staticmethod
    def _zone(param: Param, value: float) -> tuple[Param, int]:
        return param, int(value // _ZONE_DB) if param is Param.GAIN else 0
