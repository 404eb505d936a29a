"""Signs that another scene is being loaded, before everything of it has been told."""

from collections import deque
from typing import Final

_WINDOW_S: Final = 0.3
_SHARE: Final = 0.25
_LEAST: Final = 3
_MANY: Final = 10
NAMES: Final = 2
"""So many names that change at once are another scene."""

QUIET_S: Final = 0.5
"""Nothing more for this long: the scene has been told."""

LONGEST_S: Final = 4.0
"""And this long after the first sign it is read in any case."""


class RecallWatch:
    """Tells a recall from hands: no hand moves a quarter of the strips at once, or two names."""

    def __init__(self) -> None:
        self._values: deque[tuple[float, int, str]] = deque()
        self._names: deque[tuple[float, int, str]] = deque()

    def clear(self) -> None:
        """A recall is known: what belongs to it is no sign of another."""
        self._values.clear()
        self._names.clear()

    def record_value(self, place: int, address: str, at: float, *, strips: int) -> bool:
        """A fader, pan or EQ gain of an input was told to be another; whether that is a recall.

        A desk that tells strip by strip reaches few strips in the window, and many of their values.
        """
        _add(self._values, place, address, at)
        count = len({each for _, each, _ in self._values})
        values = len({each for _, _, each in self._values})
        return count >= _LEAST and (count >= _SHARE * strips or values >= _MANY)

    def record_name(self, place: int, at: float) -> bool:
        """A name was told to be another; whether that is a recall."""
        _add(self._names, place, "", at)
        return len({each for _, each, _ in self._names}) >= NAMES


def _add(seen: deque[tuple[float, int, str]], place: int, address: str, at: float) -> None:
    """Keep what was told within the window."""
    seen.append((at, place, address))
    while seen[0][0] < at - _WINDOW_S:
        seen.popleft()
