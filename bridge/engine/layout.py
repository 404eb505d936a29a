"""Which strip has which number: what the DAW tells between dumps, and whether its dumps agree.

Whoever contradicts the last dump (a name, an identity) makes the layout doubtful: nothing is
written until another dump has said who is who. What dumps deny again and again is believed at last.
"""

from collections.abc import Callable
from typing import Final

from bridge.engine.moves import Moves
from bridge.engine.strip_memory import StripMemory
from bridge.guard.guard import Guard
from bridge.mix import messages as m
from bridge.mix.params import Param
from bridge.mix.state import MixState

_DENIALS: Final = 3
"""A name that so many dumps in a row deny is believed; one beyond the last strip is ignored."""

_Place = tuple[int, str]
"""A strip's number, and "name" or "uid"."""


class Layout:
    """Which strip has which number, as far as that is known.

    Args:
        mix: The mix as the DAW says it is.
        guard: What may be written.
        moves: What is on its way; asks for dumps.
        strip_memory: What is known of strips from before.
        pause: Stops everything that is on its way, with the reason.

    Attributes:
        is_doubtful: Whether nobody knows which strip has which number.
    """

    def __init__(
        self,
        mix: MixState,
        guard: Guard,
        moves: Moves,
        strip_memory: StripMemory,
        pause: Callable[[float, str], None],
    ) -> None:
        self.is_doubtful = False
        self._mix = mix
        self._guard = guard
        self._moves = moves
        self._strip_memory = strip_memory
        self._pause = pause
        self._denials = _Denials(mix)

    def identify(self, event: m.TrackIdentified | m.TrackNamed) -> None:
        """The DAW says who a strip is.

        Where one dump after the other denies it, it is believed at last: the question has no end.
        """
        if isinstance(event, m.TrackIdentified):
            what, text = "uid", event.uid
            is_other = self._mix.record_uid(event.track, text)
        else:
            what, text = "name", event.name
            is_other = self._mix.record_name(event.track, text)
        if not is_other:
            return
        if self._denials.is_believed(event.track, what, text):
            self._believe(event.track, what, text)
            return
        strip = self._mix.by_number(event.track)
        if what == "name" and strip is not None and not strip.is_named:
            self._moves.is_dump_wanted = True  # a first name contradicts none
        else:
            self.doubt(event.at)

    def doubt(self, at: float) -> None:
        """Strips may be others than they were: touch nothing until a dump says who is who."""
        if not self.is_doubtful:
            self._moves.is_dump_wanted = True
        self.is_doubtful = True
        self._pause(at, "the tracks are being rearranged")

    def arrange(self, at: float) -> tuple[bool, list[m.ParamChanged]]:
        """A dump has said who is who: take over which strips there are.

        Returns:
            Whether the layout changed, and what the dump tells of the strips known before.
        """
        known = {strip.key for strip in self._mix.strips}
        nameless = {strip.number: strip.key for strip in self._mix.strips if not strip.is_named}
        is_new_layout, changes = self._mix.close_dump()
        self.is_doubtful = False
        self._denials.count()
        if is_new_layout:
            self._pause(at, "the tracks were rearranged")
        for strip in self._mix.strips:
            is_new = strip.key not in known
            was = nameless.get(strip.number, "")
            kept: dict[Param, float] = {}
            if is_new and was and strip.is_named and self._mix.by_key(was) is None:
                self._guard.rename(was, strip.key)
                along = self._moves.company.rename(was, strip.key)
                kept = {param: self._guard.pinned(strip.key, param) for param in along}
            self._strip_memory.greet(strip, is_new=is_new)
            if is_new:  # what this dump tells of it stands
                self._guard.strip(strip.key).silent.clear()
            for param, value in kept.items():  # where it stands now it has gone along with ours
                self._guard.pin(strip.key, param, value)
        self._strip_memory.end_scene()
        return is_new_layout, changes

    def _believe(self, track: int, what: str, text: str) -> None:
        """Take over what the DAW says though its dumps do not; a strip beyond them is no strip."""
        strip = self._mix.by_number(track)
        if strip is None:
            return
        if what == "uid":
            strip.uid = text
        else:
            strip.name, strip.is_named = text, True
            self._strip_memory.greet(strip, is_new=False)


class _Denials:
    """Counts how often dumps deny what the DAW says between them."""

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
