"""Reading a desk: names first, then what decides who is who, then EQ and sends."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bridge.daws.desk.wire import tables as t
from bridge.daws.desk.wire.bars import is_live, sends_of, tap_addresses
from bridge.daws.desk.wire.console import Console
from bridge.daws.desk.wire.questions import Questions

_OWN: Final = (t.ON, t.PAN)
_VITAL: Final = frozenset({t.NAME, t.FADER})
_PATIENT_TRIES: Final = 2
_ROUNDS: Final = 2
"""What the desk answers for one input, and not for another, is asked for in so many rounds."""

_KNOWN_IN_VAIN: Final = 2
"""What is answered for none, and was asked for in vain for so many inputs, this desk has not."""


class Reading:
    """What is still to be asked of a desk.

    Args:
        questions: Where it is asked.

    Attributes:
        is_open: Whether who is who is being read.
    """

    def __init__(self, questions: Questions) -> None:
        self.is_open = False
        self._questions = questions
        self._needs: set[str] = set()
        self._in_full = False
        self._answered: set[str] = set()
        self._in_vain: dict[str, set[str]] = {}
        self._rounds: dict[str, int] = {}

    def begin(self, console: Console, *, is_anew: bool, in_full: bool = False) -> None:
        """Ask for everything; `is_anew` forgets what was known, `in_full` waits for all of it."""
        self.is_open = True
        self._in_full = in_full or not is_anew
        self._questions.clear()
        if is_anew:
            console.said.clear()
            console.silent.clear()
            self._answered.clear()
            self._in_vain.clear()
            self._rounds.clear()
        names = [f"{base}/{t.NAME}" for base in console.bases]
        faders = [f"{base}/{t.FADER}" for base in console.bases]
        first = [*names, *console.family.links, *faders]
        if self._in_full:
            first += _shared(console)
        self._needs = set(first)
        self._questions.add(first)

    def stop(self) -> None:
        """Ask for nothing more."""
        self.is_open = False
        self._needs.clear()
        self._questions.clear()

    def receive(self, console: Console, address: str) -> None:
        """An answer has come."""
        self._needs.discard(address)
        self._answered.add(_kind(address))
        if address == console.family.scene and (name := console.scene_name_address()):
            self._questions.add([name])
        base, tail = split(address)
        place = console.index.get(base)
        if place is None:
            return
        if tail == t.NAME and self.is_open and console.is_wanted(place):
            self._need([f"{base}/{tail}" for tail in _OWN])
            if self._in_full:
                self._need([*groups_of(console, base), *_eq(base)])
        if tail.endswith("/level"):
            for bus, send in sends_of(console, base):
                if f"{send}/level" == address and is_live(console, send):
                    more = [f"{send}/on", *tap_addresses(console, base, bus)]
                    self._questions.add(each for each in more if not console.is_known(each))

    def give_up(self, console: Console, address: str) -> None:
        """So many questions brought no answer: they were lost, or the desk has no such thing."""
        kind = _kind(address)
        self._rounds[address] = self._rounds.get(address, 0) + 1
        if address in console.said:
            self._needs.discard(address)  # it was told meanwhile
        elif kind in self._answered and self._rounds[address] < _ROUNDS:
            self._questions.add([address])
        elif address == t.ALL_LINKS:
            console.silent.add(address)
            self._needs.discard(address)
            self._need([t.link_of(place) for place in range(0, console.channels, 2)])
        else:
            self._leave(console, [address])
            in_vain = self._in_vain.setdefault(kind, set())
            in_vain.add(address)
            if kind not in self._answered and len(in_vain) >= _KNOWN_IN_VAIN:
                self._leave(console, [each for each in self._questions.open if _kind(each) == kind])

    def _leave(self, console: Console, addresses: Iterable[str]) -> None:
        """The desk has no such thing."""
        unknown = set(addresses)
        console.silent |= unknown
        self._needs -= unknown
        self._questions.drop(unknown)

    def is_complete(self) -> bool:
        """Whether it is known who is who.

        What the desk does not answer for again and again is not waited for, unless it is a name or
        a fader.
        """
        if not self.is_open:
            return False
        return all(
            self._questions.tries(address) > _PATIENT_TRIES and split(address)[1] not in _VITAL
            for address in self._needs
        )

    def close(self, console: Console) -> None:
        """Who is who is known: go on with what is not known yet of EQ and sends."""
        self.is_open = False
        self._needs.clear()
        wanted = [base for place, base in enumerate(console.bases) if console.is_wanted(place)]
        self._later(console, _shared(console))
        for base in wanted:
            self._later(console, groups_of(console, base))
        for base in wanted:
            self._later(console, _eq(base))
        if console.options.monitors == "protect":
            buses = [console.family.bus.format(bus) for bus in range(1, console.family.buses + 1)]
            self._later(console, [f"{bus}/{t.NAME}" for bus in buses])
            self._later(console, console.family.fx_sources)
        self._later(console, ("/config/amixenable/X", "/config/amixenable/Y", console.family.scene))
        for base in wanted:
            self._later(console, _rest(console, base))

    def extend(self, console: Console, place: int) -> None:
        """An input has got a name: ask for all of it."""
        base = console.bases[place]
        self._later(console, [f"{base}/{tail}" for tail in _OWN])
        self._later(console, groups_of(console, base))
        self._later(console, _eq(base))
        self._later(console, _rest(console, base))

    def _need(self, addresses: list[str]) -> None:
        self._needs.update(addresses)
        self._questions.add(addresses)

    def _later(
        self, console: Console, addresses: "Iterator[str] | list[str] | tuple[str, ...]"
    ) -> None:
        self._questions.add(each for each in addresses if not console.is_known(each))


def split(address: str) -> tuple[str, str]:
    """The address of an input, and the tail of what stands there.

    >>> split("/ch/05/eq/1/g"), split("/rtn/aux/mix/fader"), split("/dca/1/on")
    (('/ch/05', 'eq/1/g'), ('/rtn/aux', 'mix/fader'), ('/dca/1', 'on'))
    """
    parts = address.split("/", 3)
    return "/".join(parts[:3]), parts[3] if len(parts) == 4 else ""


def _kind(address: str) -> str:
    """What an address says, of whichever input or group.

    >>> _kind("/ch/05/mix/03/level")
    '/ch/#/mix/03/level'
    """
    return re.sub(r"\d+", "#", address, count=1)


def _shared(console: Console) -> list[str]:
    """What decides of all inputs at once whether they are heard, and together."""
    family = console.family
    return [
        family.link_faders,
        family.link_eq,
        *(
            f"/dca/{group}/{tail}"
            for group in range(1, family.dcas + 1)
            for tail in ("fader", "on")
        ),
        *(f"/config/mute/{group}" for group in range(1, family.mute_groups + 1)),
    ]


def groups_of(console: Console, base: str) -> list[str]:
    """What decides whether an input is heard, beside its own fader and mute."""
    return [f"{base}/{tail}" for tail in (t.DCA, t.MUTE, console.family.to_main)]


def _eq(base: str) -> list[str]:
    bands = (f"{base}/{tail}" for n in t.BANDS for tail in (*t.eq_shape(n), t.eq_gain(n)))
    return [f"{base}/{t.EQ_ON}", *bands]


def _rest(console: Console, base: str) -> Iterator[str]:
    place = console.index[base]
    if place < min(console.family.automix, console.channels):
        yield f"{base}/{t.AUTOMIX}"
    if console.options.monitors == "protect":
        yield from (f"{send}/level" for _, send in sends_of(console, base))
