"""Controls that move while a dump is told: nobody but a hand moves them then."""

import math

from bridge.engine.moves import Moves
from bridge.mix.messages import ParamChanged
from bridge.mix.params import READ_ONLY, Param, same_value
from bridge.mix.state import MixState

_Place = tuple[int, Param]


class DumpWatch:
    """Follows each control from the first value that an open dump tells of it.

    Attributes:
        moved: When each that has moved did so last, monotonic seconds, by number and parameter.
    """

    def __init__(self, mix: MixState, moves: Moves) -> None:
        self.moved: dict[_Place, float] = {}
        self._mix = mix
        self._moves = moves
        self._first: dict[_Place, float] = {}
        self._last: dict[_Place, float] = {}

    def record(self, event: ParamChanged) -> None:
        """A value comes in while a dump is open."""
        place = event.track, event.param
        first = self._first.setdefault(place, event.value)
        last = self._last.get(place, first)
        if event.param in READ_ONLY or math.isnan(first + event.value):
            return
        self._last[place] = event.value
        self._moves.grid.record_places(event.param, event.value, last)
        goes_on = place in self.moved and event.value != last
        if (goes_on or self._has_moved(event, first)) and not self._moves.is_answer(event):
            self.moved[place] = event.at

    def clear(self) -> None:
        """The dump is over."""
        self._first.clear()
        self._last.clear()
        self.moved.clear()

    def _has_moved(self, event: ParamChanged, first: float) -> bool:
        """Whether a control has gone further than a tolerance, from the first value or before."""
        strip, param = self._mix.by_number(event.track), event.param
        settled = first if strip is None else self._mix.settled_value(strip, param)
        if abs(event.value - first) <= self._moves.grid.resolution(param, event.value):
            return False
        return not all(same_value(param, each, event.value) for each in (first, settled))
