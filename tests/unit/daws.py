"""DAWs in memory, as the other end of each dialect, and a conversation between the two."""

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from bridge.daw.dialect import Dialect, LevelReading
from bridge.daw.generic import make_generic
from bridge.mix import messages as m
from bridge.mix.params import MOVABLE, Param
from bridge.mix.state import METER_COLUMNS, MixState, StripState
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

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
        self._rows = make_generic()
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


class Conversation:
    """A dialect and a DAW that hear each other over the wire, and what the bridge takes from it.

    Attributes:
        mix: The mix as the events tell it.
        levels: Columns of levels by track, as the edge would keep them.
        at: The time, monotonic seconds; it stands unless `wait` lets it pass.
        is_cut: The DAW hears nothing and says nothing.
        said: What the bridge said.
        events: What it heard.
    """

    def __init__(self, dialect: Dialect, daw: Daw) -> None:
        self.dialect = dialect
        self.daw = daw
        self.mix = MixState()
        self.levels: dict[int, dict[int, float]] = {}
        self.events: list[m.DawEvent] = []
        self.said: list[OscMessage] = []
        self.at = 100.0
        self.is_cut = False
        self._dumps = 0

    def connect(self) -> "Conversation":
        """Ask for a dump, as the link does until there is one."""
        self._dumps += 1
        self.command(m.RequestDump(number=self._dumps))
        self.wait(1.0)
        return self

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
        """Let time pass, with a pulse twenty times a second."""
        for _ in range(round(seconds * 20)):
            self.at += 0.05
            self._talk((), [])

    def held(self, name: str, param: Param) -> float:
        """What the bridge believes that a control holds; NaN unknown."""
        return self.mix.value(self.known(name), param)

    def _talk(self, to_daw: Iterable[OscMessage], to_bridge: Iterable[OscMessage]) -> None:
        """Pass messages to and fro until both are silent."""
        outward = deque([*to_daw, *self.dialect.ask(at=self.at)])
        inward = deque(to_bridge)
        for _ in range(_ENDLESS):
            if outward:
                message = outward.popleft()
                self.said.append(message)
                if not self.is_cut:
                    inward += self.daw.hear(over_the_wire(message))
            elif inward:
                self.take(inward.popleft())
                outward += self.dialect.ask(at=self.at)
            else:
                return
        raise AssertionError(f"they talk for ever; last {self.said[-3:]}")

    def take(self, message: OscMessage) -> None:
        """The bridge hears one message, and says nothing to it yet."""
        heard = over_the_wire(message)
        slot = self.dialect.level_slot(heard.address, len(heard.args))
        if slot is not None:
            self._take_levels(LevelReading(slot, tuple(float(arg) for arg in heard.args)))  # type: ignore[arg-type]
            return
        for news in self.dialect.decode(heard, at=self.at) or ():
            if isinstance(news, LevelReading):
                self._take_levels(news)
            else:
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
                for change in self.mix.close_dump()[1]:
                    self._confirm(change)
            case m.TrackIdentified():
                self.mix.note_uid(event.track, event.uid)
            case m.TrackNamed():
                self.mix.note_name(event.track, event.name)
            case m.ParamChanged() if not self.mix.note_change(event):
                self._confirm(event)

    def _confirm(self, event: m.ParamChanged) -> None:
        if strip := self.mix.by_number(event.track):
            self.mix.confirm(strip, event.param, event.value, event.at)


def over_the_wire(message: OscMessage) -> OscMessage:
    """A message as it arrives: its bytes, read again."""
    (heard,) = decode(encode(message))
    return heard
