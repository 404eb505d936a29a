"""Controls that begin to move at once: more than hands can move are another mix."""

from collections import deque
from typing import Final, NamedTuple

from bridge.mix.messages import ParamChanged
from bridge.mix.params import Param
from bridge.mix.state import MixState

_WINDOW_S: Final = 0.8
"""A desk tells a scene within this (X32: .05 to .8 s)."""


class _Moved(NamedTuple):
    at: float
    key: str
    param: Param
    by: float


class RecallWatch:
    """What has begun to move within the last moment.

    Args:
        mix: The mix as it is known.
    """

    def __init__(self, mix: MixState) -> None:
        self._mix = mix
        self._moved: deque[_Moved] = deque()

    def record(self, key: str, event: ParamChanged, by: float) -> None:
        """A control has begun to move, and has gone so far."""
        self._moved.append(_Moved(at=event.at, key=key, param=event.param, by=by))

    def is_recall(self, at: float) -> bool:
        """Whether more has begun to move than hands can move."""
        while self._moved and self._moved[0].at < at - _WINDOW_S:
            self._moved.popleft()
        moved: dict[Param, dict[str, float]] = {}
        for each in self._moved:
            by = moved.setdefault(each.param, {})
            by[each.key] = by.get(each.key, 0.0) + each.by
        return self._mix.is_beyond_hands(moved)

    def pop(self) -> set[str]:
        """The strips that have moved, which are forgotten then."""
        keys = {each.key for each in self._moved}
        self._moved.clear()
        return {key for key in keys if self._mix.by_key(key)}
