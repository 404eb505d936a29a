"""Names and identities that the DAW tells between dumps, and that its dumps deny."""

from typing import Final

from bridge.mix.state import MixState

_DENIALS: Final = 3
"""A name that so many dumps in a row deny is believed; one beyond the last strip is ignored."""

_Place = tuple[int, str]
"""A strip's number, and "name" or "uid"."""


class Denials:
    """Counts how often dumps deny what the DAW says between them.

    Args:
        mix: The mix as the last dump says it is.
    """

    def __init__(self, mix: MixState) -> None:
        self._mix = mix
        self._said: dict[_Place, str] = {}
        self._denied: dict[_Place, tuple[str, int]] = {}

    def is_believed(self, track: int, what: str, text: str) -> bool:
        """Whether what the DAW says has been denied often enough; else the next dump counts."""
        place = track, what
        said, times = self._denied.get(place, ("", 0))
        enough = 1 if self._mix.by_number(track) is None else _DENIALS
        if said == text and times >= enough:
            return True
        self._said[place] = text
        return False

    def count(self) -> None:
        """A dump is over: count what was said and it denies; all else is forgotten."""
        denied = {}
        for (track, what), text in self._said.items():
            strip = self._mix.by_number(track)
            if strip is None or text != (strip.uid if what == "uid" else strip.name):
                said, times = self._denied.get((track, what), ("", 0))
                denied[track, what] = text, times + 1 if said == text else 1
        beyond = {
            place: each for place, each in self._denied.items() if place[0] > len(self._mix.strips)
        }
        self._denied = beyond | denied
        self._said.clear()
