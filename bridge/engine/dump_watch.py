"""Controls that move while a dump is told: a hand moves them, or one of ours takes them along."""

import math
from dataclasses import dataclass
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


@dataclass(slots=True)
class _Told:
    """What an open dump, and the desk meanwhile, have told of a control.

    Attributes:
        first: The first value.
        at: When it was told, monotonic seconds.
        last: The last value.
        began: When it was first seen to move, monotonic seconds; infinite for never.
        steps: How often it was seen to move on.
        is_answer: Whether the last value answers a write of ours.
        hand: The last value that no write explains.
    """

    first: float
    at: float
    last: float
    began: float = math.inf
    steps: int = 0
    is_answer: bool = False
    hand: ParamChanged | None = None


class DumpWatch:
    """Follows each control from the first value that an open dump tells of it.

    Attributes:
        moved: When each that has moved did so last, monotonic seconds, by number and parameter.
        crossed: What a hand had made of each that a write of ours has moved on since.
    """

    def __init__(self, mix: MixState, moves: Moves) -> None:
        self.moved: dict[_Place, float] = {}
        self.crossed: dict[_Place, ParamChanged] = {}
        self._mix = mix
        self._moves = moves
        self._told: dict[_Place, _Told] = {}

    def record(self, event: ParamChanged) -> None:
        """A value comes in while a dump is open."""
        place = event.track, event.param
        is_first = place not in self._told
        told = self._told.setdefault(place, _Told(event.value, event.at, event.value))
        if event.param in READ_ONLY or math.isnan(told.first + event.value):
            return
        last, told.last = told.last, event.value
        if strip := self._mix.by_number(event.track):
            self._moves.grid.record_place(strip.key, event.param, event.value, last)
        was_answer, told.is_answer = told.is_answer, False
        if was_answer and abs(event.value - last) <= coarsest(event.param):
            return  # a desk may answer with what it was asked for, and tell what it holds
        if self._moves.is_answer(event):
            told.is_answer = True
            if not is_first:  # a dump tells it once
                self._moves.record_spoken()
            if told.hand is not None and event.value != told.hand.value:
                self.crossed[place] = told.hand
            return
        if self._goes_along(event):
            return
        goes_on = place in self.moved and event.value != last
        if goes_on or self._has_moved(event, told.first):
            self.moved[place] = event.at
            told.steps += event.value != last
            told.began = min(told.began, event.at)
        elif not (is_first and self._is_foreign(event)):
            return
        told.hand = event
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
            if not (is_same or place in self.moved):
                unseen.setdefault(change.param, {})[str(change.track)] = change.value - before
        return any(
            self._mix.is_beyond_hands(self._moved_at_once(since, unseen))
            for since in (math.inf, *(self._told[place].began for place in self.moved))
        )

    def _moved_at_once(
        self, since: float, unseen: dict[Param, dict[str, float]]
    ) -> dict[Param, dict[str, float]]:
        """How far controls have gone that began to move within a scene's time from `since` on."""
        by = {param: dict(each) for param, each in unseen.items()}
        for track, param in self.moved:
            told = self._told[track, param]
            if since <= told.began <= since + _SCENE_S:
                by.setdefault(param, {})[str(track)] = told.last - told.first
        return by

    def told_at(self, track: int, param: Param) -> float:
        """When the open dump told that control first, monotonic seconds; infinite for not yet."""
        told = self._told.get((track, param))
        return math.inf if told is None else told.at

    def is_surely_moved(self, event: ParamChanged) -> bool:
        """Whether a control has been seen on its way, by more steps than chance explains."""
        told = self._told.get((event.track, event.param))
        return told is not None and told.steps >= _SURELY

    @property
    def foreign(self) -> list[ParamChanged]:
        """What no write of ours explains, as it was told last."""
        return [told.hand for told in self._told.values() if told.hand is not None]

    def clear(self) -> None:
        """The dump is over."""
        self._told.clear()
        self.moved.clear()
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
