"""What a dialect is: how one DAW says things over OSC. Pure: no socket, no clock, no randomness.

Theory of operation:

1. The edge (`bridge.runtime.runner`) gives a dialect each message that came (`decode`) and each
   command that may leave (`encode`), and asks it after both, and twenty times a second, what else
   is to be said (`ask`): questions, polls, read-backs. The dialect keeps what it must remember
   between these calls and is told the time as `at`; with the same calls it says the same.
2. A greeting is part of what `RequestDump` means. The link asks for a dump until it has one, and
   again whenever the DAW has fallen silent, so that a DAW that was restarted is greeted anew.
3. A dump is `DumpOpened`, what there is of each strip, `DumpClosed`. A dialect whose DAW does not
   send one collects it from answers and says it in one go. From the moment when strips may have
   been renumbered until it knows who is who, it has said `DumpOpened` and not `DumpClosed`: then
   nothing moves. The last `DumpOpened` counts.
4. A strip is its identity, not its number. A dialect that cannot be sure of the numbers says an
   identity for each strip (`TrackIdentified`); it comes back as `SetParam.key`, and a write whose
   key does not stand at that number any more has no words: nothing is sent.
5. What the agent may know is a capability. `Capabilities` says what a DAW can do at best; what is
   there of one strip is what its dump says: a parameter that is not said is unknown, and one that
   is gone is said as NaN. So are levels and octaves. An agent copes with NaN everywhere.
6. Every write is acknowledged by a `ParamChanged` with what the DAW holds. Where the DAW does not
   echo a value, the dialect asks for it (`ask`); where it echoes another form, that form is read.
   What a DAW says of a control and cannot mean makes the control unknown: the old value may be
   wrong now. The dialect says NaN, and a `Refusal` beside it.
7. A second writer beside the DAW's own OSC (a script that runs inside it) is no second dialect: its
   messages come to the same `decode`, and what is meant for it leaves under addresses of its own.

What is a table is written as one. Each row says which message of the core stands at which address,
with which value at which scale. From the same rows come what the bridge hears and says, and the
inverse, what a DAW must understand (`decode_command`) and says (`encode_event`), by which a
simulated DAW and the round-trip tests speak the dialect without a second table. A dialect that is
its rows is a `RowDialect`; one that needs more has a `RowDialect` for what its rows can say.

Levels are not messages of the core: they come by the thousand and only the newest counts. Where
address and number of values say what they are, the edge writes them into a table of levels without
waking the dialect (`level_slot`); where only the dialect can tell, `decode` returns a
`LevelReading`.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from bridge.daw.scale import MAX_TRACKS, Scale, in_words
from bridge.errors import DialectError
from bridge.mix.content_events import ContentCommand, PlayContent, RequestContents
from bridge.mix.device_events import DeviceCommand
from bridge.mix.messages import (
    AnyCommand,
    Command,
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    RoleGiven,
    SetParam,
    TrackBarred,
    TrackIdentified,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import LockClass, Param
from bridge.osc.message import OscMessage, OscPacket


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a DAW can say and do at best through its dialect; the rest stays unknown.

    Attributes:
        has_rms: Mean levels, post-fader.
        has_peaks: Peak levels, post-fader.
        has_spectra: Octave-band levels, post-fader.
        has_eq: Four bands of EQ on a strip, where the person has put one there.
        repeats_levels: A level comes again and again while it stands; else only when it changes.
        sends_dumps: The DAW itself says all it has when asked; the dialect does not collect it.
        steps: The steps of its scales, in each parameter's unit, where they are known; else they
            are learnt from its answers. Of a scale that is not even, a function of the value.
        nearest: What a control holds when it is asked for a value, where that is known exactly.
        plays_notes: It plays a note when it is asked for one (`PlayNote`), to listen to.
        writes_per_s: More are held back, and the newest value of each parameter goes.
        writes_per_param_s: The same for one parameter of one strip.
    """

    has_rms: bool
    has_peaks: bool
    has_spectra: bool
    has_eq: bool
    repeats_levels: bool = True
    sends_dumps: bool = False
    plays_notes: bool = False
    steps: Mapping[Param, float | Callable[[float], float]] = field(default_factory=dict)
    nearest: Callable[[Param, float], float] | None = None
    writes_per_s: float = math.inf
    writes_per_param_s: float = math.inf


class LevelSlot(NamedTuple):
    """Where a level message's values belong: columns of `MetersRead.levels`."""

    track: int
    first_column: int
    width: int


class LevelReading(NamedTuple):
    """Levels that only the dialect could find in a message: their slot, and `width` dBFS."""

    slot: LevelSlot
    levels_dbfs: tuple[float, ...]


class Refusal(NamedTuple):
    """A value that the DAW cannot have meant: one sentence for the log."""

    text: str


Heard = DawEvent | LevelReading | Refusal


class Dialect(Protocol):
    """How one DAW says things over OSC; the module's page says what each owes to the others."""

    @property
    def name(self) -> str:
        """Its name in the config."""

    @property
    def port(self) -> int:
        """The UDP port that the DAW listens at, unless the settings name another."""

    @property
    def capabilities(self) -> Capabilities:
        """What the DAW can say and do."""

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What the DAW said; None for an address that the dialect does not know.

        Empty for a message that is known and changes nothing: it shows that the DAW is alive.

        Raises:
            DialectError: For a known address with arguments that it cannot mean.
        """

    def encode(self, command: Command, *, at: float) -> tuple[OscPacket, ...]:
        """How the DAW is asked for `command`; empty while it may not be asked.

        Raises:
            DialectError: If the dialect has no words for it, or the value is out of range.
        """

    def ask(self, *, at: float) -> tuple[OscPacket, ...]:
        """What else is to be said now; each message is returned once."""

    def farewell(self) -> tuple[OscPacket, ...]:
        """What is to be said when the bridge ends, so that the DAW is left as it was met."""

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Where the `width` values of a level message belong; None for any other message."""


@runtime_checkable
class Listed(Protocol):
    """A dialect that can name what it understands, for a hint to who misspells it."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """What its DAW may say, with ``{n}`` where a track's number stands."""


@runtime_checkable
class Informed(Protocol):
    """A dialect that can tell what it knows of its DAW beyond the mix."""

    def facts(self, *, at: float) -> dict[str, str | float]:
        """What is known, by the names of `/bridge/fact`; what is not known is left out."""


@runtime_checkable
class Watchful(Protocol):
    """A dialect that knows whether the DAW itself answers, where others speak beside it."""

    def is_answering(self, *, at: float) -> bool:
        """Whether the DAW has answered lately, or was never asked."""

    @property
    def trouble(self) -> str:
        """What a person must do so that it answers, in words; empty where nothing is known."""


@runtime_checkable
class HasDevices(Protocol):
    """A dialect that can also write the parameters of devices which its dump describes."""

    def encode_device(self, command: DeviceCommand, *, at: float) -> tuple[OscPacket, ...]:
        """How a device is asked for `command`; empty while it may not be asked.

        Raises:
            DialectError: As `Dialect.encode` does; above all for a value that is not finite.
        """


@runtime_checkable
class HasContents(Protocol):
    """A dialect that can also read and write items, clips or patches."""

    def encode_content(self, command: ContentCommand, *, at: float) -> tuple[OscPacket, ...]:
        """How the DAW is asked for `command`; empty while it may not be asked.

        A kind that the DAW does not have is asked for in vain, without a word.

        Raises:
            DialectError: As `Dialect.encode` does.
        """


@runtime_checkable
class Paced(Protocol):
    """A dialect that asks at a pace of its own, and wants to be woken for it."""

    def ask_due_s(self, *, at: float) -> float | None:
        """How long until `ask` has more to say; None while only an answer can bring that."""


@runtime_checkable
class KeepsCopies(Protocol):
    """A dialect whose DAW writes files from which it can load again what it holds.

    Attributes:
        copies: How their paths begin; empty: it writes none.
    """

    copies: str


def encode_any(dialect: Dialect, command: AnyCommand, *, at: float) -> tuple[OscPacket, ...]:
    """How a DAW is asked for whatever the core wants of it.

    Raises:
        DialectError: If the dialect has no words for it, or the value is out of range.
    """
    if isinstance(command, Command):
        return dialect.encode(command, at=at)
    if isinstance(command, DeviceCommand) and isinstance(dialect, HasDevices):
        return dialect.encode_device(command, at=at)
    if isinstance(command, ContentCommand) and isinstance(dialect, HasContents):
        return dialect.encode_content(command, at=at)
    if isinstance(command, RequestContents | PlayContent):
        return ()  # it has none
    raise DialectError(f"The dialect {dialect.name} has no words for {command}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a dialect's table.

    Attributes:
        address: With ``{n}`` where the track's number stands.
        message: What it means: an event of the DAW, or a command to it.
        scale: How its value stands on the wire.
        param: Which parameter, for `ParamChanged` and `SetParam`.
        lock_class: Which class of parameters, for `TrackBarred`.
    """

    address: str
    message: type[Any]
    scale: Scale[Any]
    param: Param | None = None
    lock_class: LockClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """One line of a dialect's table of levels: `width` floats from `first_column` on."""

    address: str
    first_column: int
    width: int


# The field of each message that its row's scale reads and writes.
_VALUE_FIELD: Final[dict[type[Any], str]] = {
    DumpOpened: "count",
    DumpClosed: "number",
    TrackIdentified: "uid",
    TrackNamed: "name",
    RoleGiven: "role",
    ParamChanged: "value",
    TrackBarred: "reason",
    TransportChanged: "playing",
    SetParam: "value",
    RequestDump: "number",
}
_COMMANDS: Final = (SetParam, RequestDump)
_TRACK_NUMBER: Final = re.compile(r"(?<=/)(0|[1-9][0-9]{0,8})(?=/|$)")


class RowDialect:
    """A dialect that is its rows: one value a message, the track's number in the address."""

    def __init__(
        self,
        name: str,
        *,
        port: int,
        capabilities: Capabilities,
        rows: Iterable[Row],
        level_rows: Iterable[LevelRow],
    ) -> None:
        self.name = name
        self.port = port
        self.capabilities = capabilities
        self.rows = tuple(rows)
        self.level_rows = tuple(level_rows)
        self._events = {row.address: row for row in self.rows if row.message not in _COMMANDS}
        self._commands = {row.address: row for row in self.rows if row.message in _COMMANDS}
        self._by_meaning = {(row.message, row.param or row.lock_class): row for row in self.rows}
        self._levels = {row.address: row for row in self.level_rows}

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What the DAW said; see `Dialect.decode`."""
        template, track = split_address(message.address)
        row = self._events.get(template)
        if row is not None:
            fields = _fields(row, message, track)
            if fields is not None:
                return (row.message(at=at, **fields),)
            refusal = _refusal(row, message)
            if row.param is None:
                raise DialectError(refusal)
            unknown = ParamChanged(at=at, track=track, param=row.param, value=math.nan)
            return unknown, Refusal(refusal)
        if template in self._levels:  # one that fits its slot never comes here
            raise DialectError(
                f"{message.address}: expected {self._levels[template].width} numbers in dBFS "
                f"and a track from 1 to {MAX_TRACKS}; got {in_words(message.args)}."
            )
        return None

    @property
    def addresses(self) -> tuple[str, ...]:
        """What its DAW may say; see `Listed.addresses`."""
        return (*self._events, *self._levels)

    def encode(self, command: Command, *, at: float) -> tuple[OscMessage, ...]:
        """How the DAW is asked for `command`; see `Dialect.encode`."""
        return (self._write(command),)

    def ask(self, *, at: float) -> tuple[OscMessage, ...]:
        """Nothing: a DAW of rows says everything when it is asked for a dump."""
        return ()

    def farewell(self) -> tuple[OscMessage, ...]:
        """Nothing: nobody has to know that the bridge ends."""
        return ()

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Where a level message's values belong; see `Dialect.level_slot`."""
        template, track = split_address(address)
        row = self._levels.get(template)
        if row is None or row.width != width or not 1 <= track <= MAX_TRACKS:
            return None
        return LevelSlot(track, row.first_column, width)

    def decode_command(self, message: OscMessage) -> tuple[Command, ...]:
        """The inverse of `encode`: what the DAW is asked for.

        Raises:
            DialectError: As `decode` does.
        """
        template, track = split_address(message.address)
        row = self._commands.get(template)
        if row is None:
            return ()
        fields = _fields(row, message, track)
        if fields is None:
            raise DialectError(_refusal(row, message))
        return (row.message(**fields),)

    def encode_event(self, event: DawEvent) -> tuple[OscMessage, ...]:
        """The inverse of `decode`: how the DAW says it.

        Raises:
            DialectError: As `encode` does.
        """
        return (self._write(event),)

    def encode_levels(self, track: int, levels_dbfs: Sequence[float]) -> tuple[OscMessage, ...]:
        """The inverse of `level_slot`: how the DAW says all levels of a track, in dBFS."""
        return tuple(
            OscMessage(
                row.address.replace("{n}", str(track)),
                tuple(levels_dbfs[row.first_column : row.first_column + row.width]),
            )
            for row in self.level_rows
        )

    def _write(self, message: DawEvent | Command) -> OscMessage:
        which = getattr(message, "param", None) or getattr(message, "lock_class", None)
        row = self._by_meaning.get((type(message), which))
        if row is None:
            raise DialectError(f"The dialect {self.name} has no words for {message}.")
        arg = row.scale.write(getattr(message, _VALUE_FIELD[row.message]))
        if row.scale.read(arg) is None:
            raise DialectError(f"{row.address}: expected {row.scale.expected}; got {message}.")
        return OscMessage(row.address.replace("{n}", str(getattr(message, "track", ""))), (arg,))


def _fields(row: Row, message: OscMessage, track: int) -> dict[str, object] | None:
    """What `message` says, by the field names of the row's message of the core.

    None where its value can mean nothing.

    Raises:
        DialectError: If there can be no such track.
    """
    fields: dict[str, object] = {}
    if "{n}" in row.address:
        if not 1 <= track <= MAX_TRACKS:
            raise DialectError(f"{message.address}: expected a track from 1 to {MAX_TRACKS}.")
        fields["track"] = track
    if row.param is not None:
        fields["param"] = row.param
    if row.lock_class is not None:
        fields["lock_class"] = row.lock_class
    value = row.scale.read(message.args[0]) if len(message.args) == 1 else None
    if value is None:
        return None
    fields[_VALUE_FIELD[row.message]] = value
    return fields


def _refusal(row: Row, message: OscMessage) -> str:
    return f"{message.address}: expected {row.scale.expected}; got {in_words(message.args)}."


@lru_cache(maxsize=16_384)  # 1,024 tracks with a dozen addresses each, and some
def split_address(address: str) -> tuple[str, int]:
    """The row's address, with ``{n}`` for the track's number, and that number; 0 for none."""
    found = _TRACK_NUMBER.search(address)
    if found is None:
        return address, 0
    return f"{address[: found.start()]}{{n}}{address[found.end() :]}", int(found[0])
