"""Live's tracks as AbletonOSC and the hub say them, and what the core is told of each."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from bridge.daw.dialect import Refusal
from bridge.daw.generic import GenericDialect
from bridge.daw.roll import Strip
from bridge.daw.scale import in_words
from bridge.daws.ableton.wire import eq as ableton_eq
from bridge.daws.ableton.wire.curves import fader_db
from bridge.daws.ableton.wire.frames import Question, Topic
from bridge.daws.ableton.wire.synths import Synths
from bridge.errors import DialectError
from bridge.mix.messages import (
    DumpClosed,
    DumpOpened,
    TrackBarred,
    TrackIdentified,
    TrackNamed,
)
from bridge.mix.params import EQ_BANDS, LockClass, Param
from bridge.osc.message import OscArg, OscMessage

_MAX_NUMBER: Final = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?", re.IGNORECASE)
NAMESAKE: Final = "cannot be told from a track of the same name without the hub device"
STUBBORN: Final = "does not follow: a macro, a map or another device holds it"


@dataclass(slots=True)
class Track:
    """One track, in Live's own values; None while unknown.

    Attributes:
        name: In Live.
        volume: 0 to 1.
        pan: -1 to +1.
        mute: Whether it is muted.
        solo: Whether it is soloed.
        devices: Class names of its devices.
        eq: Its first EQ Eight among them.
        bands: The gains that serve, by their number in it; or in words why there are none.
        gains: What they hold, dB.
        stubborn: Parameters that did not follow a write, and how often.
    """

    name: str
    volume: float | None = None
    pan: float | None = None
    mute: bool = False
    solo: bool = False
    devices: tuple[str, ...] | None = None
    eq: int | None = None
    bands: Mapping[Param, int] | str = ableton_eq.MISSING
    gains: dict[Param, float] = field(default_factory=dict)
    stubborn: dict[Param, int] = field(default_factory=dict)

    def held(self, param: Param) -> float | None:
        """What a parameter holds, in Live's own values."""
        if param is Param.GAIN:
            return self.volume
        return self.pan if param is Param.PAN else self.gains.get(param)

    def hold(self, param: Param, raw: float) -> None:
        """A parameter holds another value."""
        if param is Param.GAIN:
            self.volume = raw
        elif param is Param.PAN:
            self.pan = raw
        else:
            self.gains[param] = raw

    def update_devices(self, classes: tuple[str, ...]) -> None:
        """Its devices; where they have changed, the EQ is to be looked for anew."""
        if classes != self.devices:
            self.devices, self.gains = classes, {}
            self.eq = (
                classes.index(ableton_eq.CLASS_NAME) if ableton_eq.CLASS_NAME in classes else None
            )
            self.bands = ableton_eq.MISSING

    def update_eq(
        self, names: ableton_eq.EqNames | None, values: Sequence[float]
    ) -> dict[Param, float]:
        """What its EQ Eight holds; returns the gains of the bands that serve."""
        self.bands = ableton_eq.UNKNOWN if names is None else ableton_eq.find_bands(names, values)
        if isinstance(self.bands, str):
            self.gains = {}
            return {}
        gains = {param: values[number] for param, number in self.bands.items()}
        self.gains = {param: held for param, held in self.gains.items() if param in gains}
        return gains

    def strip(self, guid: str, bars: Mapping[LockClass, str], *, is_namesake: bool) -> Strip:
        """What the core is told of it.

        Args:
            guid: Live's id, empty without the hub.
            bars: What the hub says that would go wrong.
            is_namesake: Whether another has its name and nobody knows which is which.
        """
        barred = dict(bars)
        if isinstance(self.bands, str):
            barred[LockClass.EQ] = self.bands
        for param, times in self.stubborn.items():
            if times >= 2:
                kind = LockClass(param) if param in (Param.GAIN, Param.PAN) else LockClass.EQ
                barred.setdefault(kind, STUBBORN)
        if is_namesake:
            barred[LockClass.ALL] = NAMESAKE
        values = {
            Param.GAIN: math.nan if self.volume is None else fader_db(self.volume),
            Param.PAN: math.nan if self.pan is None else min(max(self.pan, -1.0), 1.0),
            Param.MUTE: float(self.mute),
            Param.SOLO: float(self.solo),
            **{param: self.gains.get(param, math.nan) for param in EQ_BANDS},
        }
        return Strip(name=self.name, guid=guid, values=values, barred=barred)


class Hub:
    """What the hub, a device on Live's master, says: ids, names and bars by a track's number.

    Its faders are known and not used: AbletonOSC is asked for them.

    Attributes:
        heard_at: When it last spoke, monotonic seconds.
        ids: Live's ids in order, as of its last whole dump.
        names: The names in order, as of that.
    """

    def __init__(self) -> None:
        self.heard_at = -math.inf
        self.ids: tuple[str, ...] = ()
        self.names: tuple[str, ...] = ()
        self._rows = GenericDialect()
        self._incoming: list[tuple[str, str]] | None = None
        self._bars: dict[int, dict[LockClass, str]] = {}
        self._new_bars: dict[int, dict[LockClass, str]] = {}

    def decode(self, message: OscMessage, *, at: float) -> bool | None:
        """Take what it said; returns whether there is news, None for an address it has not.

        Raises:
            DialectError: If it cannot mean that.
        """
        heard = self._rows.decode(message, at=at)
        if heard is None:
            return None
        self.heard_at = at
        is_news = False
        for event in heard:
            if isinstance(event, Refusal):
                raise DialectError(event.text)
            is_news |= self._apply(event)
        return is_news

    def _apply(self, event: object) -> bool:
        match event:
            case DumpOpened(count=count):
                self._incoming, self._new_bars = [("", "")] * count, {}
            case TrackIdentified(track=track, uid=uid) if self._has(track):
                self._record(track, uid, self._incoming_of(track)[1])
            case TrackNamed(track=track, name=name) if self._has(track):
                self._record(track, self._incoming_of(track)[0], name)
            case TrackNamed(track=track, name=name) if self._is_renamed(track, name):
                self.names = (*self.names[: track - 1], name, *self.names[track:])
                return True
            case TrackBarred(track=track, lock_class=kind, reason=reason):
                is_dump = self._incoming is not None
                bars = (self._new_bars if is_dump else self._bars).setdefault(track, {})
                bars.pop(kind, None)
                if reason:
                    bars[kind] = reason
                return not is_dump
            case DumpClosed() if self._incoming is not None:
                said, self._incoming = self._incoming, None
                self.ids = tuple(uid for uid, _ in said)
                self.names = tuple(name for _, name in said)
                self._bars = self._new_bars
                return True
        return False

    def _has(self, track: int) -> bool:
        return self._incoming is not None and 1 <= track <= len(self._incoming)

    def _incoming_of(self, track: int) -> tuple[str, str]:
        return self._incoming[track - 1] if self._incoming else ("", "")

    def _record(self, track: int, uid: str, name: str) -> None:
        if self._incoming is not None:
            self._incoming[track - 1] = (uid, name)

    def _is_renamed(self, track: int, name: str) -> bool:
        is_listed = self._incoming is None and 1 <= track <= len(self.names)
        return is_listed and self.names[track - 1] != name

    def ids_of(self, names: Sequence[str]) -> tuple[str, ...]:
        """The ids of these tracks, empty for one that is not surely meant; none for another list.

        A name that Max spells otherwise costs no id. Where one comes back in a way that nobody
        knows, only that track and namesakes have none: unless it may be another order of tracks.
        """
        if len(self.names) != len(names) or len(set(self.ids) - {""}) != len(self.ids):
            return ()
        ours, theirs = (tuple(map(_as_in_max, each)) for each in (names, self.names))
        if ours == theirs:
            return self.ids
        odd = [place for place, name in enumerate(ours) if name != theirs[place]]
        is_moved = any(ours[place] in theirs or theirs[place] in ours for place in odd)
        if is_moved or len(odd) * 2 >= len(ours):
            return ()
        counts = Counter(ours)
        return tuple(
            uid if place not in odd and counts[ours[place]] == 1 else ""
            for place, uid in enumerate(self.ids)
        )

    def bars(self, track: int) -> Mapping[LockClass, str]:
        """Why it says that writes to that track, from 1, would go wrong."""
        return self._bars.get(track, {})


class Desk:
    """All tracks, as they were last said.

    Attributes:
        tracks: In Live's order.
        hub: What our device on the master says of them.
        eq: Where an EQ Eight of this version of Live has what; None while unknown.
        synths: The instruments and plug-ins on them.
    """

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.hub = Hub()
        self.eq: ableton_eq.EqNames | None = None
        self._eq_said: dict[Topic, tuple[OscArg, ...]] = {}
        self._eq_asked: tuple[int, int] | None = None
        self.synths = Synths()

    def forget(self) -> None:
        """This may be another Live."""
        self.tracks, self.eq, self._eq_said, self._eq_asked = [], None, {}, None
        self.synths.forget()

    @property
    def names(self) -> list[str]:
        """Of all tracks."""
        return [track.name for track in self.tracks]

    @property
    def ids(self) -> tuple[str, ...]:
        """Live's ids of all tracks, where the hub has said them."""
        return self.hub.ids_of(self.names)

    def strips(self) -> tuple[Strip, ...]:
        """What the core is told of all tracks."""
        ids, names = self.ids, Counter(self.names)
        return tuple(
            track.strip(
                ids[place] if ids else "",
                self.hub.bars(place + 1) if ids else {},
                is_namesake=not (ids and ids[place]) and names[track.name] > 1,
            )
            for place, track in enumerate(self.tracks)
        )

    def apply(
        self, question: Question, answer: tuple[OscArg, ...]
    ) -> tuple[dict[Param, float], list[Question]]:
        """An answer about one track: what its parameters hold, and what is to be asked now.

        Raises:
            DialectError: If it cannot be that.
        """
        place = question.place
        if place < 0:
            return {}, []
        track = self.tracks[place]
        match question.topic:
            case Topic.VOLUME:
                return {Param.GAIN: _number(answer)}, []
            case Topic.PAN:
                return {Param.PAN: _number(answer)}, []
            case Topic.DEVICES:
                classes = tuple(str(name) for name in answer[1:])
                track.update_devices(classes)
                more = self.synths.update(place, classes)
                return {}, more + ([] if track.eq is None else self._about_eq(place, track.eq))
            case Topic.NAMES | Topic.MINIMA | Topic.MAXIMA:
                self._eq_said[question.topic] = answer[2:]
                if question.topic is Topic.MAXIMA:
                    self._read_eq()
            case Topic.VALUES if question.args[1] == track.eq:
                values = _numbers(answer[2:])
                is_known = self.eq is not None and len(values) == len(self.eq.names)
                return track.update_eq(self.eq if is_known else None, values), []
        return {}, []

    def _about_eq(self, place: int, device: int) -> list[Question]:
        """What an EQ holds; once also how this version names things."""
        topics = [Topic.VALUES]
        is_asked = self._eq_asked not in (None, (place, device))
        if self.eq is None and Topic.MAXIMA not in self._eq_said and not is_asked:
            self._eq_asked = (place, device)
            topics = [Topic.NAMES, Topic.MINIMA, Topic.MAXIMA, Topic.VALUES]
        return [Question(topic, (place, device)) for topic in topics]

    def _read_eq(self) -> None:
        names, low, high = (
            self._eq_said.get(topic, ()) for topic in (Topic.NAMES, Topic.MINIMA, Topic.MAXIMA)
        )
        self.eq = ableton_eq.read_names(
            [str(name) for name in names], _numbers(low), _numbers(high)
        )


@lru_cache(maxsize=4096)  # every name is compared in every frame
def _as_in_max(name: str) -> str:
    """A name as Max hands it to a script: words, of which each that can be one is a number."""
    return " ".join(
        f"{float(word):.9g}" if _MAX_NUMBER.fullmatch(word) else word for word in name.split()
    )


def _number(answer: tuple[OscArg, ...]) -> float:
    last = answer[-1] if answer else None
    if isinstance(last, bool) or not isinstance(last, int | float) or not math.isfinite(last):
        raise DialectError(f"Expected a number from AbletonOSC; got {in_words(answer)}.")
    return float(last)


def _numbers(args: Sequence[OscArg]) -> list[float]:
    return [float(arg) for arg in args if isinstance(arg, int | float) and math.isfinite(arg)]
