"""DAWs in memory, as the other end of each dialect, and a conversation between the two."""

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from bridge.daw.dialect import Dialect, LevelReading, Refusal
from bridge.daw.generic import GenericDialect
from bridge.mix import messages as m
from bridge.mix.params import MOVABLE, Param
from bridge.mix.state import METER_COLUMNS, MixState, StripState
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscBundle, OscMessage, OscPacket
from support.ableton.fake import encode_reply

SONG = ("Kick", "Bass", "Lead")
_ENDLESS = 20_000


class Daw(Protocol):
    """A DAW with strips; each method returns what the DAW says on its own account."""

    names: list[str]

    def hear(self, message: OscMessage) -> list[OscMessage]:
        """Do as the bridge says, and answer."""

    def hand(self, name: str, param: Param, value: float) -> list[OscMessage]:
        """A person moves a control."""

    def insert(self, place: int, name: str) -> list[OscMessage]:
        """A person adds a strip before the one at `place`, from 0."""

    def remove(self, name: str) -> list[OscMessage]:
        """A person removes a strip."""

    def meter(self, name: str, peak_dbfs: float) -> list[OscMessage]:
        """A strip is heard."""

    def value(self, name: str, param: Param) -> float:
        """What a control holds, in the units of the core."""


class GenericDaw:
    """Speaks the generic dialect, from its rows."""

    def __init__(self, names: Iterable[str] = SONG) -> None:
        self.names = list(names)
        self._rows = GenericDialect()
        self._values = {(name, param): 0.0 for name in self.names for param in MOVABLE}

    def hear(self, message: OscMessage) -> list[OscMessage]:
        answers: list[OscMessage] = []
        for command in self._rows.decode_command(message):
            if isinstance(command, m.RequestDump):
                answers += self._dump(command.number)
            else:
                answers += self.hand(self.names[command.track - 1], command.param, command.value)
        return answers

    def hand(self, name: str, param: Param, value: float) -> list[OscMessage]:
        self._values[name, param] = value
        return self._say(self._held(name, param))

    def insert(self, place: int, name: str) -> list[OscMessage]:
        self.names.insert(place, name)
        self._values |= {(name, param): 0.0 for param in MOVABLE}
        return self._dump(0)

    def remove(self, name: str) -> list[OscMessage]:
        self.names.remove(name)
        return self._dump(0)

    def meter(self, name: str, peak_dbfs: float) -> list[OscMessage]:
        levels = [peak_dbfs - 3.0, peak_dbfs, *[peak_dbfs - 13.0] * 10]
        return list(self._rows.encode_levels(self._number(name), levels))

    def value(self, name: str, param: Param) -> float:
        return self._values[name, param]

    def _dump(self, number: int) -> list[OscMessage]:
        messages = self._say(m.DumpOpened(at=0.0, count=len(self.names)))
        for track, name in enumerate(self.names, start=1):
            messages += self._say(m.TrackNamed(at=0.0, track=track, name=name))
            for param in MOVABLE:
                messages += self._say(self._held(name, param))
        return messages + self._say(m.DumpClosed(at=0.0, number=number))

    def _held(self, name: str, param: Param) -> m.ParamChanged:
        value = self._values[name, param]
        return m.ParamChanged(at=0.0, track=self._number(name), param=param, value=value)

    def _say(self, event: m.DawEvent) -> list[OscMessage]:
        return list(self._rows.encode_event(event))

    def _number(self, name: str) -> int:
        return self.names.index(name) + 1


# ACE EQ as Ardour 7.3 describes it: label, flags, range and default.
_ACE_EQ: tuple[tuple[str, int, float, float, float], ...] = (
    ("Frequency L", 132, 20.0, 20000.0, 100.0), ("Gain L", 128, -20.0, 20.0, 0.0),
    ("Frequency 1", 132, 20.0, 20000.0, 300.0), ("Gain 1", 128, -20.0, 20.0, 0.0),
    ("Bandwidth 1", 132, 0.1, 4.0, 1.0),
    ("Frequency 2", 132, 20.0, 20000.0, 400.0), ("Gain 2", 128, -20.0, 20.0, 0.0),
    ("Bandwidth 2", 132, 0.1, 4.0, 1.0),
    ("Frequency 3", 132, 20.0, 20000.0, 2000.0), ("Gain 3", 128, -20.0, 20.0, 0.0),
    ("Bandwidth 3", 132, 0.1, 4.0, 1.0),
    ("Frequency 4", 132, 20.0, 20000.0, 6000.0), ("Gain 4", 128, -20.0, 20.0, 0.0),
    ("Bandwidth 4", 132, 0.1, 4.0, 1.0),
    ("Frequency H", 132, 20.0, 20000.0, 8000.0), ("Gain H", 128, -20.0, 20.0, 0.0),
    ("Master Gain", 128, -20.0, 20.0, 0.0),
    *((f"Filter {band}", 194, 0.0, 1.0, 1.0) for band in "L1234H"),
    ("Enable", 194, 0.0, 1.0, 1.0),
)  # fmt: skip
_ACE_PORT = {Param.EQ_LOW: 2, Param.EQ_LOWMID: 7, Param.EQ_HIGHMID: 10, Param.EQ_HIGH: 16}


class ArdourStrip:
    """A track of `ArdourDaw`, in Ardour's own units."""

    def __init__(self, name: str, kind: str = "AT") -> None:
        self.name = name
        self.kind = kind
        self.gain_db = 0.0
        self.position = 0.5
        self.plugins: list[tuple[str, dict[int, float]]] = []
        if kind == "AT":
            self.insert("ACE EQ")

    def insert(self, plugin: str, place: int = 0) -> None:
        """Put a plugin before the one at `place`."""
        params = {number: row[4] for number, row in enumerate(_ACE_EQ, start=1)}
        self.plugins.insert(place, (plugin, params if plugin == "ACE EQ" else {1: 0.0}))

    def eq(self) -> dict[int, float]:
        """The parameters of its ACE EQ."""
        return next(params for name, params in self.plugins if name == "ACE EQ")


class ArdourDaw:
    """Answers as Ardour 7.3's OSC surface was seen to, for what the bridge says."""

    def __init__(self, names: Iterable[str] = SONG) -> None:
        self.strips = [ArdourStrip(name) for name in names]
        self.session = "mix"
        self.feedback: int | None = None

    @property
    def names(self) -> list[str]:
        return [strip.name for strip in self.strips]

    def track(self, name: str) -> ArdourStrip:
        return next(strip for strip in self.strips if strip.name == name)

    def hear(self, message: OscMessage) -> list[OscMessage]:
        address, args = message.address, message.args
        if address == "/set_surface":
            assert args[:2] == (0, 63)
            assert args[6] == 0, "answers would go to another port"
            assert isinstance(args[2], int)
            self.feedback = args[2]
            return self._dump() * 2 if self._says_changes else []
        if self.feedback is None:  # it would answer to port 8000
            return []
        if address == "/strip/list":
            return [*self._listing(), *(self._dump() if self._says_changes else ())]
        if address.startswith("/strip/plugin/"):
            return self._hear_plugin(address, args)
        _, _, kind, number = address.split("/")
        (value,) = args
        assert isinstance(value, float)
        if not 1 <= int(number) <= len(self.strips):
            return []
        strip = self.strips[int(number) - 1]
        before = (strip.gain_db, strip.position)
        if kind == "gain":
            strip.gain_db = -200.0 if value <= -193.0 else min(value, 6.02)
        else:
            assert kind == "pan_stereo_position"
            strip.position = min(max(value, 0.0), 1.0)
        has_changed = before != (strip.gain_db, strip.position) and self._says_changes
        return [OscMessage(address, args)] if has_changed else []

    def _hear_plugin(self, address: str, args: tuple[OscArg, ...]) -> list[OscMessage]:
        number, *rest = args
        assert isinstance(number, int)
        if not 1 <= number <= len(self.strips):
            return []
        plugins = self.strips[number - 1].plugins
        if address == "/strip/plugin/list":
            told = [x for place, (name, _) in enumerate(plugins, 1) for x in (place, name, 1)]
            return [OscMessage(address, (number, *told))]
        plugin, *rest = rest
        assert isinstance(plugin, int)
        if not 1 <= plugin <= len(plugins):
            return []
        params = plugins[plugin - 1][1]
        if address == "/strip/plugin/descriptor":
            rows = _ACE_EQ if len(params) > 1 else (("Level", 128, -20.0, 20.0, 0.0),)
            return [
                OscMessage(
                    address,
                    (number, plugin, p, label, flags, "NOTHING", low, high, "%f", 0, params[p]),
                )
                for p, (label, flags, low, high, _) in enumerate(rows, start=1)
            ] + [OscMessage("/strip/plugin/descriptor_end", (number, plugin))]
        assert address == "/strip/plugin/parameter"
        param, value = rest
        assert isinstance(param, int)
        assert isinstance(value, float)
        if abs(value) <= 20.0:  # out of range is ignored
            params[param] = value
        return []

    def hand(self, name: str, param: Param, value: float) -> list[OscMessage]:
        strip, number = self.track(name), self.names.index(name) + 1
        if param is Param.GAIN:
            strip.gain_db = value
            return [OscMessage(f"/strip/gain/{number}", (value,))]
        if param is Param.PAN:
            strip.position = (1.0 - value) / 2.0
            return [OscMessage(f"/strip/pan_stereo_position/{number}", (strip.position,))]
        strip.eq()[_ACE_PORT[param]] = value
        return []

    def insert(self, place: int, name: str) -> list[OscMessage]:
        signs = self._names(place)
        self.strips.insert(place, ArdourStrip(name))
        return [*signs, *self._dump(), OscMessage("/strip/list", ())]

    def remove(self, name: str) -> list[OscMessage]:
        number = self.names.index(name) + 1
        self.strips.pop(number - 1)
        sign = OscMessage(f"/strip/hide/{number}", (1,))
        return [sign, *self._dump(), OscMessage("/strip/list", ())]

    def meter(self, name: str, peak_dbfs: float) -> list[OscMessage]:
        return [OscMessage(f"/strip/meter/{self.names.index(name) + 1}", (peak_dbfs,))]

    def value(self, name: str, param: Param) -> float:
        strip = self.track(name)
        if param is Param.GAIN:
            return strip.gain_db
        if param is Param.PAN:
            return 1.0 - 2.0 * strip.position
        return strip.eq()[_ACE_PORT[param]]

    @property
    def _says_changes(self) -> bool:
        return bool((self.feedback or 0) & 2)

    def _all(self) -> list[ArdourStrip]:
        return [*self.strips, ArdourStrip("Master", "MA")]

    def _names(self, since: int) -> list[OscMessage]:
        return [
            OscMessage(f"/strip/name/{number}", (strip.name,))
            for number, strip in enumerate(self.strips, start=1)
            if number > since
        ]

    def _listing(self) -> list[OscMessage]:
        rows = [
            OscMessage("/reply", (strip.kind, strip.name, 1, 2, 0, 0, number, 0))
            for number, strip in enumerate(self._all(), start=1)
        ]
        return [*rows, OscMessage("/reply", ("end_route_list", 48000, 480000, 0))]

    def _dump(self) -> list[OscMessage]:
        said: list[tuple[str, OscArg]] = []
        for number, strip in enumerate(self._all(), start=1):
            said += [
                (f"/strip/select/{number}", 0.0),
                (f"/strip/name/{number}", strip.name),
                (f"/strip/hide/{number}", 0),
                (f"/strip/mute/{number}", 0.0),
                (f"/strip/solo/{number}", 0.0),
                (f"/strip/gain/{number}", strip.gain_db),
                (f"/strip/gain/automation/{number}", 0.0),
                (f"/strip/gain/automation_name/{number}", "Manual"),
                (f"/strip/pan_stereo_position/{number}", strip.position),
            ]
        said += [("/master/gain", 0.0), ("/transport_play", 1.0), ("/session_name", self.session)]
        return [OscMessage(address, (value,)) for address, value in said]


class Conversation:
    """A dialect and a DAW that hear each other over the wire, and what the bridge takes from it.

    Attributes:
        mix: The mix as the events tell it.
        levels: Columns of levels by track, as the edge would keep them.
        at: The time, monotonic seconds; it stands unless `wait` lets it pass.
        is_cut: The DAW hears nothing and says nothing.
        said: What the bridge said.
        events: What it heard.
        dumps: How many it asked for.
    """

    def __init__(self, dialect: Dialect, daw: Daw) -> None:
        self.dialect = dialect
        self.daw = daw
        self.mix = MixState()
        self.levels: dict[int, dict[int, float]] = {}
        self.events: list[m.DawEvent] = []
        self.said: list[OscPacket] = []
        self.at = 100.0
        self.is_cut = False
        self.dumps = 0
        self._pulses = 0
        self._is_answered = True

    def connect(self) -> "Conversation":
        """Ask for a dump."""
        self._request_dump()
        self.wait(3.0)
        return self

    def _request_dump(self) -> None:
        self.dumps += 1
        self._is_answered = False
        self.command(m.RequestDump(number=self.dumps))

    def command(self, command: m.Command) -> None:
        """The engine asks for something."""
        self._talk(self.dialect.encode(command, at=self.at), [])

    def write(self, name: str, param: Param, value: float) -> None:
        """The engine writes to the strip that it knows by that name."""
        strip = self.known(name)
        self.command(m.SetParam(track=strip.number, param=param, value=value, key=strip.key))

    def known(self, name: str) -> StripState:
        """The strip of that name, as the bridge knows it."""
        (found,) = self.mix.find(name)
        return found

    def hear(self, messages: Iterable[OscMessage]) -> None:
        """The DAW says something by itself."""
        self._talk((), messages)

    def wait(self, seconds: float) -> None:
        """Let time pass, with a pulse twenty times a second.

        As the link does, ask once a second for a dump that was not answered or has not ended.
        """
        for _ in range(round(seconds * 20)):
            self.at += 0.05
            self._pulses += 1
            if self._pulses % 20 == 0 and (self.mix.is_dump_open or not self._is_answered):
                self._request_dump()
            pulse = getattr(self.daw, "pulse", None)  # of a DAW that speaks without being asked
            self._talk((), pulse() if pulse and not self.is_cut else [])

    def held(self, name: str, param: Param) -> float:
        """What the bridge believes that a control holds; NaN unknown."""
        return self.mix.value(self.known(name), param)

    def _talk(self, to_daw: Iterable[OscPacket], to_bridge: Iterable[OscMessage]) -> None:
        """Pass messages to and fro until both are silent."""
        outward = deque([*to_daw, *self.dialect.ask(at=self.at)])
        inward = deque(to_bridge)
        for _ in range(_ENDLESS):
            if outward:
                message = outward.popleft()
                self.said.append(message)
                if not self.is_cut:
                    inward += self.daw.hear(over_the_wire(message))  # type: ignore[arg-type]
            elif inward:
                self.take(inward.popleft())
                outward += self.dialect.ask(at=self.at)
            else:
                return
        raise AssertionError(f"they talk for ever; last {self.said[-3:]}")

    def take(self, message: OscMessage) -> None:
        """The bridge hears one message, and says nothing to it yet."""
        (heard,) = decode(encode_reply(message.address, message.args))
        slot = self.dialect.level_slot(heard.address, len(heard.args))
        if slot is not None:
            self._take_levels(LevelReading(slot, tuple(float(arg) for arg in heard.args)))  # type: ignore[arg-type]
            return
        for news in self.dialect.decode(heard, at=self.at) or ():
            if isinstance(news, LevelReading):
                self._take_levels(news)
            elif not isinstance(news, Refusal):
                self.events.append(news)
                self._take_event(news)

    def _take_levels(self, reading: LevelReading) -> None:
        (track, first, width), values = reading
        columns = range(first, first + width)
        assert first >= 0
        assert first + width <= METER_COLUMNS
        self.levels.setdefault(track, {}).update(zip(columns, values, strict=True))

    def _take_event(self, event: m.DawEvent) -> None:
        match event:
            case m.DumpOpened():
                self.levels.clear()
                self.mix.open_dump(event.count)
            case m.DumpClosed() if self.mix.is_dump_open:
                self._is_answered = True
                for change in self.mix.close_dump()[1]:
                    self._confirm(change)
            case m.TrackIdentified():
                self.mix.record_uid(event.track, event.uid)
            case m.TrackNamed():
                self.mix.record_name(event.track, event.name)
            case m.ParamChanged() if not self.mix.record_change(event):
                self._confirm(event)

    def _confirm(self, event: m.ParamChanged) -> None:
        if strip := self.mix.by_number(event.track):
            self.mix.confirm(strip, event.param, event.value, event.at)


def over_the_wire(packet: OscPacket) -> OscPacket:
    """A packet as it arrives: its bytes, read again."""
    heard = decode(encode(packet))
    return OscBundle(tuple(heard)) if isinstance(packet, OscBundle) else heard[0]
