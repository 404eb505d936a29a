"""The inputs as the engine was told of them, and what is new of each."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from bridge.daws.desk.wire import tables as t
from bridge.daws.desk.wire.bars import bars_of
from bridge.daws.desk.wire.console import Console, Input
from bridge.daws.desk.wire.reading import split
from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    TrackBarred,
    TrackIdentified,
    TrackNamed,
)
from bridge.mix.params import EQ_BANDS, LOCK_CLASS, SILENCE_DB, LockClass, Param
from bridge.mix.spectrum import FloatArray

_EVERY_S: Final = 0.05
"""What concerns every input (a DCA that is moved) is told of no more often."""


class DeskRoll:
    """Who is who, by the address of each input.

    Attributes:
        is_open: The engine does not know (any more) who is who.
        is_doubtful: Something was told that may concern every input.
    """

    def __init__(self) -> None:
        self.is_open = True
        self.is_doubtful = False
        self._console: Console | None = None
        self._desk = ""
        self._told: list[Input] = []
        self._bands: list[dict[Param, int]] = []
        self._offsets: FloatArray = np.zeros(0)
        self._compared_at = -math.inf

    def begin(self, console: Console, desk: str) -> None:
        """Another desk, by its name."""
        self._console, self._desk = console, desk
        self._told, self._bands = [], []

    @property
    def console(self) -> Console:
        """The desk's memory; there is one once it has said what it is."""
        assert self._console is not None  # noqa: S101 - callers have a desk
        return self._console

    @property
    def named(self) -> int:
        """How many inputs the bridge works on."""
        return sum(self.console.is_wanted(place) for place in range(len(self.console.bases)))

    # -- where things stand ----------------------------------------------------------------------

    def place_of(self, address: str) -> int | None:
        """The input that an address is about; None for all others."""
        return self.console.index.get(split(address)[0])

    def place(self, track: int, key: str) -> int | None:
        """The input that a write is for; None where the number is another's."""
        place = track - 1
        if self.is_open or not 0 <= place < len(self.console.bases):
            return None
        return place if key in ("", self.uid(place)) else None

    def uid(self, place: int) -> str:
        """An input's identity: the desk's name and the input's address."""
        return f"{self._desk}{self.console.bases[place]}"

    def address_of(self, place: int, param: Param) -> str | None:
        """Where a parameter of an input is written; None where there is none."""
        tail = t.WRITTEN.get(param)
        if tail is None and (band := self._bands[place].get(param)) is not None:
            tail = t.eq_gain(band)
        return f"{self.console.bases[place]}/{tail}" if tail else None

    def param_at(self, place: int, address: str) -> Param | None:
        """Which parameter stands at an address of an input; None for none of ours."""
        tail = split(address)[1]
        written = {value: param for param, value in t.WRITTEN.items()}
        if tail in written:
            return written[tail]
        bands = self._bands[place] if place < len(self._bands) else {}
        return next((p for p, band in bands.items() if t.eq_gain(band) == tail), None)

    def is_barred(self, place: int, param: Param) -> bool:
        """Whether that may not be written."""
        return bool({LockClass.ALL, LOCK_CLASS[param]} & self._told[place].barred.keys())

    # -- telling ---------------------------------------------------------------------------------

    def doubt(self, at: float) -> tuple[DawEvent, ...]:
        """Nothing is written until a `dump`."""
        was_open, self.is_open = self.is_open, True
        return () if was_open else (DumpOpened(at=at, count=0),)

    def is_another_mix(self) -> bool:
        """Whether anything stands elsewhere than the engine was told."""
        return any(
            old.name != new.name or not _same(old.values, new.values)
            for old, new in zip(self._told, self._inputs(), strict=False)
        )

    @property
    def renamed(self) -> int:
        """How many inputs are called otherwise than the engine was told."""
        return sum(
            old.name != (self.console.given_name(place) or self.console.label(place))
            for place, old in enumerate(self._told)
        )

    def dump(self, *, number: int, at: float) -> Iterator[DawEvent]:
        """Tell everything."""
        before, self._told = self._told, list(self._inputs())
        self._bands = [self.console.bands(place) for place in range(len(self._told))]
        self._set_offsets()
        self.is_open = self.is_doubtful = False
        yield DumpOpened(at=at, count=len(self._told))
        for place, each in enumerate(self._told):
            track = place + 1
            old = before[place].values if place < len(before) else {}
            yield TrackIdentified(at=at, track=track, uid=self.uid(place))
            yield TrackNamed(at=at, track=track, name=each.name)
            for param, value in each.values.items():
                is_vital = param is Param.GAIN  # of a follower, or of what the desk has not
                if is_vital or not (math.isnan(value) and math.isnan(old.get(param, math.nan))):
                    yield ParamChanged(at=at, track=track, param=param, value=value)
            yield ParamChanged(at=at, track=track, param=Param.MUTE, value=float(each.is_muted))
            for kind, why in each.barred.items():
                yield TrackBarred(at=at, track=track, lock_class=kind, reason=why)
        yield DumpClosed(at=at, number=number)

    def changes(self, places: Iterable[int], said: set[Param], at: float) -> Iterator[DawEvent]:
        """Tell what is new of these inputs, and what is `said` of the first of them in any case."""
        for place in places:
            old, new = self._told[place], self._input(place)
            old_bands, self._bands[place] = self._bands[place], self.console.bands(place)
            self._told[place] = new
            self._offsets[place] = new.offset_db
            yield from self._change(place, old, new, said, old_bands, at)
            said = set()

    def all_changes(self, at: float) -> Iterator[DawEvent]:
        """Tell what is new of every input, from time to time."""
        if at - self._compared_at >= _EVERY_S:
            self._compared_at = at
            self.is_doubtful = False
            yield from self.changes(range(len(self._told)), set(), at)

    def family_of(self, place: int) -> tuple[int, ...]:
        """An input, and the other half of its pair."""
        if self.console.is_linked(place):
            odd = place - place % 2
            return (place, odd if place % 2 else odd + 1)
        return (place,)

    def _change(
        self,
        place: int,
        old: Input,
        new: Input,
        said: set[Param],
        old_bands: dict[Param, int],
        at: float,
    ) -> Iterator[DawEvent]:
        track = place + 1
        if new.name != old.name:
            yield TrackNamed(at=at, track=track, name=new.name)
        for param, value in new.values.items():
            was = old.values[param]
            is_same = value == was or (math.isnan(value) and math.isnan(was))
            is_other_band = old_bands.get(param) != self._bands[place].get(param)
            if is_other_band and param in EQ_BANDS and not math.isnan(was):
                yield ParamChanged(at=at, track=track, param=param, value=math.nan)
                is_same = math.isnan(value)
            if not is_same or (param in said and not math.isnan(value)):
                yield ParamChanged(at=at, track=track, param=param, value=value)
        if new.is_muted is not old.is_muted:
            yield ParamChanged(at=at, track=track, param=Param.MUTE, value=float(new.is_muted))
        for kind in LockClass:
            if (why := new.barred.get(kind, "")) != old.barred.get(kind, ""):
                yield TrackBarred(at=at, track=track, lock_class=kind, reason=why)

    def _inputs(self) -> Iterator[Input]:
        return (self._input(place) for place in range(len(self.console.bases)))

    def _input(self, place: int) -> Input:
        console = self.console
        return Input(
            name=console.given_name(place) or console.label(place),
            values=console.values(place),
            is_muted=console.is_muted(place),
            offset_db=console.offset_db(place),
            barred=bars_of(console, place),
        )

    # -- levels ----------------------------------------------------------------------------------

    def _set_offsets(self) -> None:
        self._offsets = np.array([each.offset_db for each in self._told])

    def post_fader(self, levels: FloatArray) -> Iterator[tuple[int, float]]:
        """What each input sends to the main mix, dBFS, by its place, from a blob's levels."""
        console = self.console
        channels, spare = console.channels, console.family.channels
        levels = np.concatenate((levels[:channels], levels[spare:]))  # the table has room for all
        count = min(len(levels), len(self._told))
        heard = np.maximum(levels[:count] + self._offsets[:count], SILENCE_DB)
        for place in range(count):
            if console.is_follower(place):
                continue
            level = float(heard[place])
            if place + 1 < count and console.is_follower(place + 1):
                level = max(level, float(levels[place + 1] + self._offsets[place]))
            yield place, max(level, SILENCE_DB)

    # -- facts -----------------------------------------------------------------------------------

    def facts(self) -> dict[str, str | float]:
        """How many inputs there are, and how many are left alone, for the doctor."""
        if self.is_open:
            return {}
        console = self.console
        bars: dict[str, int] = {}
        for place, each in enumerate(self._told):
            if console.is_wanted(place):
                for why in set(each.barred.values()):
                    bars[why] = bars.get(why, 0) + 1
        links = sum(console.is_linked(place) for place in range(0, console.channels, 2))
        return {
            "strips": float(len(self._told)),
            "named": float(self.named),
            "linked_pairs": float(links),
            "scene": console.number(console.family.scene),
            "scene_name": console.scene_in_words(),
            "left_alone": "; ".join(f"{count} {why}" for why, count in sorted(bars.items())),
        }


def _same(a: dict[Param, float], b: dict[Param, float]) -> bool:
    return all(
        a[param] == b[param] or (math.isnan(a[param]) and math.isnan(b[param])) for param in a
    )
