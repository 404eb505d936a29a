"""What a desk has said of itself, and what that means for each input: name, values, what is heard.

Everything is kept as it came, by address; what an input is, is read from that when it is asked for.
So it makes no difference in which order a desk tells of links, groups and faders.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol

from bridge.daws.desk.wire import tables as t
from bridge.daws.desk.wire.bands import Band, find_bands
from bridge.daws.desk.wire.laws import eq_freq_hz, fader_db, read
from bridge.mix.params import EQ_BANDS, SILENCE_DB, LockClass, Param
from bridge.osc.message import OscArg

_MAX_NAME: Final = 64
_MOST_SCENES: Final = 999


class DeskOptions(Protocol):
    """What the settings say of a desk; see `bridge.config.DeskSettings`."""

    @property
    def strips(self) -> str:
        """``named``, ``all``, or a list such as ``1-16,aux1``."""

    @property
    def monitors(self) -> str:
        """``protect`` or ``ignore``."""

    @property
    def aux(self) -> bool:
        """Whether aux and USB inputs are strips, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a desk as the bridge sees it.

    Attributes:
        name: What the desk calls it; a place such as ``Ch 05`` where it has no name.
        values: In the units of the core; NaN for what is not there or not known.
        is_muted: Whether it cannot be heard in the main mix, whatever the reason.
        offset_db: What is added to its meter to get what it sends to the main mix; minus infinity
            where nothing is heard.
        barred: Why writes of a class would go wrong.
    """

    name: str
    values: dict[Param, float]
    is_muted: bool
    offset_db: float
    barred: dict[LockClass, str] = field(default_factory=dict)


class Console:
    """A desk's memory, as far as it was told.

    Args:
        family: Which desk it is.
        channels: How many channels its model has.
        options: What the settings say.

    Attributes:
        bases: Address of each input, in order.
        said: What stands at each address.
        silent: Addresses that the desk does not answer for.
    """

    def __init__(self, family: t.Family, channels: int, options: DeskOptions) -> None:
        self.family = family
        self.options = options
        self.channels = channels
        aux = family.aux if options.aux else ()
        self.bases = (*(f"/ch/{number:02}" for number in range(1, channels + 1)), *aux)
        self.said: dict[str, OscArg] = {}
        self.silent: set[str] = set()

    # -- what stands at an address ---------------------------------------------------------------

    def number(self, address: str) -> float:
        """The number that stands there; NaN where none was said."""
        value = self.said.get(address)
        if isinstance(value, str):
            value = t.WORDS.get(value.strip().upper())
        return float(value) if isinstance(value, int | float) else math.nan

    def switch(self, address: str, *, unknown: bool) -> bool:
        """Whether a switch is on; `unknown` where the desk has not said."""
        value = self.number(address)
        return unknown if math.isnan(value) else value != 0.0

    def text(self, address: str) -> str:
        """The text that stands there, without outer blanks and what cannot be printed."""
        value = self.said.get(address)
        if not isinstance(value, str):
            return ""
        return "".join(each for each in value if each.isprintable()).strip()[:_MAX_NAME]

    def is_known(self, address: str) -> bool:
        """Whether the desk has said what stands there, or does not know the address."""
        return address in self.said or address in self.silent

    def scene_name_address(self) -> str:
        """Where the name of the scene stands; empty while its number is not known."""
        number = self.number(self.family.scene)
        is_known = 0.0 <= number <= _MOST_SCENES
        return self.family.scene_name.format(int(number)) if is_known else ""

    def scene_in_words(self) -> str:
        """The scene that is on the desk, its number and name; empty while neither is known."""
        address = self.scene_name_address()
        return f"{self.number(self.family.scene):.0f} {self.text(address)}".strip() * bool(address)

    # -- who an input is -------------------------------------------------------------------------

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each input's address, from 0."""
        return {base: place for place, base in enumerate(self.bases)}

    def given_name(self, place: int) -> str:
        """What the desk calls an input; empty where it has no name."""
        return self.text(f"{self.bases[place]}/{t.NAME}")

    def label(self, place: int) -> str:
        """What the desk prints beside an input: ``Ch 05``, ``Aux 1``."""
        if place < self.channels:
            return f"Ch {place + 1:02}"
        return f"Aux {place - self.channels + 1}"

    def is_wanted(self, place: int) -> bool:
        """Whether the settings let an input be a strip to work on."""
        chosen = self.options.strips
        if chosen == "named":
            return bool(self.given_name(place))
        return chosen == "all" or place in self._chosen

    @cached_property
    def _chosen(self) -> frozenset[int]:
        return frozenset(chosen_places(self.options.strips, self.channels))

    def is_link_known(self, place: int) -> bool:
        """Whether the desk has said whether a channel is half of a pair, or cannot say."""
        return place >= self.channels or self.is_known(t.link_of(place))

    def is_linked(self, place: int) -> bool:
        """Whether a channel is one half of a stereo pair."""
        return place < self.channels and self.switch(t.link_of(place), unknown=False)

    def is_follower(self, place: int) -> bool:
        """Whether an input is the even half of a pair, which goes with the odd one."""
        return place % 2 == 1 and self.is_linked(place)

    # -- what is heard ---------------------------------------------------------------------------

    def dcas_of(self, place: int) -> Iterator[int]:
        """The DCA groups that lead an input, from 1."""
        return self._groups(f"{self.bases[place]}/{t.DCA}", self.family.dcas)

    def mute_groups_of(self, place: int) -> Iterator[int]:
        """The mute groups of an input, from 1."""
        return self._groups(f"{self.bases[place]}/{t.MUTE}", self.family.mute_groups)

    def _groups(self, address: str, count: int) -> Iterator[int]:
        bits = self.number(address)
        mask = 0 if math.isnan(bits) else int(bits)
        return (group for group in range(1, count + 1) if mask >> (group - 1) & 1)

    def dca_db(self, place: int) -> float:
        """What an input's DCA groups add to it, dB; minus infinity where one of them is closed."""
        total = 0.0
        for group in self.dcas_of(place):
            if not self.switch(f"/dca/{group}/on", unknown=True):
                return -math.inf
            level = fader_db(_or(self.number(f"/dca/{group}/fader"), 0.75))
            if level <= SILENCE_DB:
                return -math.inf
            total += level
        return total

    def is_muted(self, place: int) -> bool:
        """Whether an input is silent in the main mix: muted itself, by a group, or by a DCA."""
        base = self.bases[place]
        return (
            not self.switch(f"{base}/{t.ON}", unknown=True)
            or not self.switch(f"{base}/{self.family.to_main}", unknown=True)
            or self.dca_db(place) == -math.inf
            or any(
                self.switch(f"/config/mute/{group}", unknown=False)
                for group in self.mute_groups_of(place)
            )
        )

    # -- what it holds ---------------------------------------------------------------------------

    def bands(self, place: int) -> dict[Param, int]:
        """Which bands of an input's EQ serve as ours; none while it is off or not read."""
        base = self.bases[place]
        if not self.switch(f"{base}/{t.EQ_ON}", unknown=False):
            return {}
        shapes = {}
        for band in t.BANDS:
            kind, freq = (self.number(f"{base}/{tail}") for tail in t.eq_shape(band))
            if not (math.isnan(kind) or math.isnan(freq)):
                shapes[band] = Band(kind=int(kind), freq_hz=eq_freq_hz(min(max(freq, 0.0), 1.0)))
        return find_bands(shapes) if len(shapes) == len(t.BANDS) else {}

    def values(self, place: int) -> dict[Param, float]:
        """What an input holds, in the units of the core; NaN for what is not there."""
        base = self.bases[place]
        if self.is_follower(place):
            return dict.fromkeys((Param.GAIN, Param.PAN, *EQ_BANDS), math.nan)
        tails = {**t.WRITTEN, **{p: t.eq_gain(band) for p, band in self.bands(place).items()}}
        if self.is_linked(place):
            del tails[Param.PAN]  # two pans: neither is that of the pair
        return {
            param: _value(param, self.number(f"{base}/{tails[param]}"))
            if param in tails
            else math.nan
            for param in (Param.GAIN, Param.PAN, *EQ_BANDS)
        }

    def offset_db(self, place: int) -> float:
        """What is added to an input's meter, which is before the fader, to get what is heard."""
        fader = _value(Param.GAIN, self.number(f"{self.bases[place]}/{t.FADER}"))
        if self.is_muted(place) or math.isnan(fader) or fader <= SILENCE_DB:
            return -math.inf
        return fader + self.dca_db(place)


def chosen_places(chosen: str, channels: int) -> Iterator[int]:
    """The places, from 0, that a list such as ``1-16,aux1`` names; what it cannot mean is left out.

    >>> list(chosen_places("1-3, aux2", 32))
    [0, 1, 2, 33]
    """
    for part in chosen.replace(" ", "").lower().split(","):
        start = channels if part.startswith("aux") else 0
        low, _, high = part.removeprefix("aux").partition("-")
        if low.isdecimal() and (high or low).isdecimal():
            yield from range(start + int(low) - 1, start + int(high or low))


def _value(param: Param, position: float) -> float:
    if math.isnan(position) or not -1e-6 <= position <= 1.0 + 1e-6:
        return math.nan
    return read(param, position)


def _or(value: float, unknown: float) -> float:
    return unknown if math.isnan(value) else value
