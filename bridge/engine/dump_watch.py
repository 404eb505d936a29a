"""Controls that move while a dump is told: a hand moves them, or one of ours takes them along."""

import math
from collections import Counter
from typing import Final

from bridge.engine.moves import Moves
from bridge.guard.grid import coarsest
from bridge.mix.messages import ParamChanged
from bridge.mix.params import READ_ONLY, Param, same_value
from bridge.mix.state import MixState

_Place = tuple[int, Param]

_SURELY: Final = 4
"""One or two values of a hand may be just what a write asked for."""

_SCENE_S: Final = 1.3
"""A desk tells a scene within .8 s (X32); the wire may delay the first of it by half a second."""


class DumpWatch:
    """Follows each control from the first value that an open dump tells of it.

    Attributes:
        moved: When each that has moved did so last, monotonic seconds, by number and parameter.
        crossed: What a hand had made of each that a write of ours has moved on since.
    """

    def __init__(self, mix: MixState, moves: Moves) -> None:
        self.moved: dict[_Place, float] = {}
        self.crossed: dict[_Place, ParamChanged] = {}
        self._hands: dict[_Place, ParamChanged] = {}
        self._mix = mix
        self._moves = moves
        self._first: dict[_Place, float] = {}
        self._first_at: dict[_Place, float] = {}
        self._last: dict[_Place, float] = {}
        self._began: dict[_Place, float] = {}
        self._answered: set[_Place] = set()
        self._steps: Counter[_Place] = Counter()

    def record(self, event: ParamChanged) -> None:
        """A value comes in while a dump is open."""
        place = event.track, event.param
        is_first = place not in self._first
        first = self._first.setdefault(place, event.value)
        self._first_at.setdefault(place, event.at)
        last = self._last.get(place, first)
        if event.param in READ_ONLY or math.isnan(first + event.value):
            return
        self._last[place] = event.value
        self._moves.grid.record_places(event.param, event.value, last)
        was_answer = place in self._answered
        self._answered.discard(place)
        if was_answer and abs(event.value - last) <= coarsest(event.param):
            return  # a desk may answer with what it was asked for, and tell what it holds
        if self._moves.is_answer(event):
            self._answered.add(place)
            hand = self._hands.get(place)
            if hand is not None and event.value != hand.value:
                self.crossed[place] = hand
            return
        if self._goes_along(event):
            return
        goes_on = place in self.moved and event.value != last
        if goes_on or self._has_moved(event, first):
            self.moved[place] = event.at
            self._steps[place] += event.value != last
            self._began.setdefault(place, event.at)
        elif not (is_first and self._is_foreign(event)):
            return
        self._hands[place] = event
        self.crossed.pop(place, None)

    def is_recall(self, changes: list[ParamChanged]) -> bool:
        """Whether more has moved at once than hands can move.

        Args:
            changes: What the dump tells now, and no write of ours explains. What was not seen to
                move may have done so together with anything.
        """
        unseen: dict[Param, dict[str, float]] = {}
        for change in changes:
            strip, place = self._mix.by_number(change.track), (change.track, change.param)
            before = math.nan if strip is None else self._mix.settled_value(strip, change.param)
            is_same = math.isnan(before) or same_value(change.param, before, change.value)
            if not (is_same or place in self._began):
                unseen.setdefault(change.param, {})[str(change.track)] = change.value - before
        return any(
            self._mix.is_beyond_hands(self._moved_at_once(since, unseen))
            for since in (math.inf, *self._began.values())
        )

    def _moved_at_once(
        self, since: float, unseen: dict[Param, dict[str, float]]
    ) -> dict[Param, dict[str, float]]:
        """How far controls have gone that began to move within a scene's time from `since` on."""
        by = {param: dict(each) for param, each in unseen.items()}
        for (track, param), began in self._began.items():
            if since <= began <= since + _SCENE_S:
                way = self._last[track, param] - self._first[track, param]
                by.setdefault(param, {})[str(track)] = way
        return by

    def told_at(self, event: ParamChanged) -> float:
        """When the open dump told that control first, monotonic seconds; infinite for not yet."""
        return self._first_at.get((event.track, event.param), math.inf)

    def is_surely_moved(self, event: ParamChanged) -> bool:
        """Whether a control has been seen on its way, by more steps than chance explains."""
        return self._steps[event.track, event.param] >= _SURELY

    @property
    def foreign(self) -> list[ParamChanged]:
        """What no write of ours explains, as it was told last."""
        return list(self._hands.values())

    def clear(self) -> None:
        """The dump is over."""
        self._first.clear()
        self._first_at.clear()
        self._last.clear()
        self._hands.clear()
        self.moved.clear()
        self._began.clear()
        self._answered.clear()
        self._steps.clear()
        self.crossed.clear()

    def _goes_along(self, event: ParamChanged) -> bool:
        """Whether a control may be moved along with one of ours."""
        strip = self._mix.by_number(event.track)
        if strip is None:
            return False
        stood = self._mix.settled_value(strip, event.param)
        far = abs(event.value - stood)  # NaN where it is not known
        has_moved = far > self._moves.grid.resolution(event.param, event.value)
        is_known = has_moved or self._moves.is_following(event)
        return is_known and self._moves.follows(strip, event, stood, is_sure=False)

    def _is_foreign(self, event: ParamChanged) -> bool:
        """Whether a control stands neither where it stood nor where we may have moved it."""
        strip = self._mix.by_number(event.track)
        stood = math.nan if strip is None else self._mix.settled_value(strip, event.param)
        is_same = math.isnan(stood) or same_value(event.param, stood, event.value)
        return not (is_same or self._moves.is_following(event))

    def _has_moved(self, event: ParamChanged, first: float) -> bool:
        """Whether a control has gone further than a tolerance, from the first value or before."""
        strip, param = self._mix.by_number(event.track), event.param
        settled = first if strip is None else self._mix.settled_value(strip, param)
        if abs(event.value - first) <= self._moves.grid.resolution(param, event.value):
            return False
        return not all(same_value(param, each, event.value) for each in (first, settled))
