"""What a dialect is: a table of rows, read in four directions.

Each row says which message of the core stands at which address, with which value at which scale.
From the same rows come what the bridge hears (`decode`) and says (`encode`), and the inverse, what
a DAW must understand (`decode_command`) and says (`encode_event`), by which a simulated DAW and the
round-trip tests speak the dialect without a second table.

Levels are not messages of the core: they come by the thousand and only the newest counts. Their
rows name the columns of a table of levels that the edge writes them into (`level_slot`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

from bridge.daw.scale import MAX_TRACKS, Scale, in_words
from bridge.errors import DialectError
from bridge.mix.messages import (
    Command,
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    RoleGiven,
    SetParam,
    TrackIdentified,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import Param
from bridge.osc.message import OscMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a DAW can say and do through its dialect; the rest stays unknown."""

    has_levels: bool
    has_spectra: bool
    has_eq: bool


class LevelSlot(NamedTuple):
    """Where a level message's values belong: columns of `MetersRead.levels`."""

    track: int
    first_column: int
    width: int


class Dialect(Protocol):
    """How one DAW says things over OSC."""

    @property
    def name(self) -> str:
        """Its name in the config."""

    @property
    def capabilities(self) -> Capabilities:
        """What the DAW can say and do."""

    def decode(self, message: OscMessage, *, at: float) -> tuple[DawEvent, ...]:
        """What the DAW said; nothing for an address that the dialect does not know.

        Raises:
            DialectError: For a known address with arguments that it cannot mean.
        """

    def encode(self, command: Command) -> tuple[OscMessage, ...]:
        """How the DAW is asked for `command`.

        Raises:
            DialectError: If the dialect has no words for it, or the value is out of range.
        """

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Where the `width` values of a level message belong; None for any other message."""

    def decode_command(self, message: OscMessage) -> tuple[Command, ...]:
        """The inverse of `encode`: what the DAW is asked for. Raises as `decode` does."""

    def encode_event(self, event: DawEvent) -> tuple[OscMessage, ...]:
        """The inverse of `decode`: how the DAW says it. Raises as `encode` does."""

    def encode_levels(self, track: int, levels_dbfs: Sequence[float]) -> tuple[OscMessage, ...]:
        """The inverse of `level_slot`: how the DAW says all levels of a track, in dBFS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a dialect's table.

    Attributes:
        address: With ``{n}`` where the track's number stands.
        message: What it means: an event of the DAW, or a command to it.
        scale: How its value stands on the wire.
        param: Which parameter, for `ParamChanged` and `SetParam`.
    """

    address: str
    message: type[Any]
    scale: Scale[Any]
    param: Param | None = None


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
        capabilities: Capabilities,
        rows: Iterable[Row],
        level_rows: Iterable[LevelRow],
    ) -> None:
        self.name = name
        self.capabilities = capabilities
        self.rows = tuple(rows)
        self.level_rows = tuple(level_rows)
        self._events = {row.address: row for row in self.rows if row.message not in _COMMANDS}
        self._commands = {row.address: row for row in self.rows if row.message in _COMMANDS}
        self._by_meaning = {(row.message, row.param): row for row in self.rows}
        self._levels = {row.address: row for row in self.level_rows}

    def decode(self, message: OscMessage, *, at: float) -> tuple[DawEvent, ...]:
        """What the DAW said; see `Dialect.decode`."""
        template, track = _split(message.address)
        row = self._events.get(template)
        if row is not None:
            return (row.message(at=at, **_fields(row, message, track)),)
        if template in self._levels:  # one that fits its slot never comes here
            raise DialectError(
                f"{message.address}: expected {self._levels[template].width} numbers in dBFS "
                f"and a track from 1 to {MAX_TRACKS}; got {in_words(message.args)}."
            )
        return ()

    def encode(self, command: Command) -> tuple[OscMessage, ...]:
        """How the DAW is asked for `command`; see `Dialect.encode`."""
        return (self._write(command),)

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Where a level message's values belong; see `Dialect.level_slot`."""
        template, track = _split(address)
        row = self._levels.get(template)
        if row is None or row.width != width or not 1 <= track <= MAX_TRACKS:
            return None
        return LevelSlot(track, row.first_column, width)

    def decode_command(self, message: OscMessage) -> tuple[Command, ...]:
        """What the DAW is asked for; see `Dialect.decode_command`."""
        template, track = _split(message.address)
        row = self._commands.get(template)
        return () if row is None else (row.message(**_fields(row, message, track)),)

    def encode_event(self, event: DawEvent) -> tuple[OscMessage, ...]:
        """How the DAW says `event`; see `Dialect.encode_event`."""
        return (self._write(event),)

    def encode_levels(self, track: int, levels_dbfs: Sequence[float]) -> tuple[OscMessage, ...]:
        """How the DAW says all levels of a track; see `Dialect.encode_levels`."""
        return tuple(
            OscMessage(
                row.address.replace("{n}", str(track)),
                tuple(levels_dbfs[row.first_column : row.first_column + row.width]),
            )
            for row in self.level_rows
        )

    def _write(self, message: DawEvent | Command) -> OscMessage:
        row = self._by_meaning.get((type(message), getattr(message, "param", None)))
        if row is None:
            raise DialectError(f"The dialect {self.name} has no words for {message}.")
        arg = row.scale.write(getattr(message, _VALUE_FIELD[row.message]))
        if row.scale.read(arg) is None:
            raise DialectError(f"{row.address}: expected {row.scale.expected}; got {message}.")
        return OscMessage(row.address.replace("{n}", str(getattr(message, "track", ""))), (arg,))


def _fields(row: Row, message: OscMessage, track: int) -> dict[str, object]:
    """What `message` says, by the field names of the row's message of the core."""
    value = row.scale.read(message.args[0]) if len(message.args) == 1 else None
    if value is None:
        raise DialectError(
            f"{message.address}: expected {row.scale.expected}; got {in_words(message.args)}."
        )
    fields: dict[str, object] = {_VALUE_FIELD[row.message]: value}
    if "{n}" in row.address:
        if not 1 <= track <= MAX_TRACKS:
            raise DialectError(f"{message.address}: expected a track from 1 to {MAX_TRACKS}.")
        fields["track"] = track
    if row.param is not None:
        fields["param"] = row.param
    return fields


@lru_cache(maxsize=16_384)  # 1,024 tracks with a dozen addresses each, and some
def _split(address: str) -> tuple[str, int]:
    """The row's address, with ``{n}`` for the track's number, and that number; 0 for none."""
    found = _TRACK_NUMBER.search(address)
    if found is None:
        return address, 0
    return f"{address[: found.start()]}{{n}}{address[found.end() :]}", int(found[0])
