"""Signs that another scene is being loaded, before everything of it has been told."""

from collections import deque
from typing import Final

_WINDOW_S: Final = 0.3
_SHARE: Final = 0.25
_LEAST: Final = 3
_NAMES: Final = 2
QUIET_S: Final = 0.5
"""Nothing more for this long: the scene has been told."""

LONGEST_S: Final = 4.0
"""And this long after the first sign it is read in any case."""


class RecallWatch:
    """Tells a recall from hands: no hand moves a quarter of the strips at once, or two names."""

    def __init__(self) -> None:
        self._values: deque[tuple[float, int]] = deque()
        self._names: deque[tuple[float, int]] = deque()

    def clear(self) -> None:
        """A recall is known: what belongs to it is no sign of another."""
        self._values.clear()
        self._names.clear()

    def record_value(self, place: int, at: float, *, strips: int) -> bool:
        """A fader, pan or EQ gain of an input was told to be another; whether that is a recall."""
        count = _count(self._values, place, at)
        return count >= max(_LEAST, _SHARE * strips)

    def record_name(self, place: int, at: float) -> bool:
        """A name was told to be another; whether that is a recall."""
        return _count(self._names, place, at) >= _NAMES


def _count(seen: deque[tuple[float, int]], place: int, at: float) -> int:
    """How many inputs were told of within the window."""
    seen.append((at, place))
    while seen[0][0] < at - _WINDOW_S:
        seen.popleft()
    return len({each for _, each in seen})
