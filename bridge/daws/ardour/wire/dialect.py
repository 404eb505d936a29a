"""The dialect of Ardour's own OSC surface, for Ardour 7 and later.

Values are rows: with feedback bit 4 Ardour puts the strip's number into the address, and it takes
the same addresses. What rows cannot say:

- **Greeting.** ``/set_surface`` makes Ardour tell changes to the port that it came from. Sent while
  a session is being loaded it crashed Ardour 7.3 (5 of 5); without any feedback it never did, nor
  when sent 0.3 s after the first answered list. So an Ardour that was silent is first asked for a
  list and no feedback, and greeted `_READY_S` after it has answered.
- **Dump.** ``/strip/list`` is answered with the strips' names, and then with all they hold. The
  plugins of each strip are asked for after that; their answers come behind the values.
- **Renumbering.** A strip's number is its place in the mixer. Where a strip is added, moved or
  hidden, Ardour says names again or that it is hidden, some 50 ms before it renumbers, and says all
  names again after it. Either is a sign: from the first on nothing is written, and when no more
  have come for `_SETTLE_S` the strips are listed anew. A strip's identity is the name that it was
  first seen under; names are unique in Ardour.
- **EQ.** Plugins have no feedback and shift when another is inserted. Before a write the strip's
  plugins are listed; only if nothing has moved the write follows, and then a reading. Strips are
  read in turn, so that a hand on an EQ is noticed too.

What a strip plays is known by its peak meter alone. Ardour repeats no level that stands still.
"""

import math
from collections.abc import Iterable
from typing import Final

from bridge.daw.dialect import Capabilities, Heard, LevelRow, LevelSlot, Refusal, Row, RowDialect
from bridge.daw.item_files import ITEMS, ItemFiles
from bridge.daw.scale import EQ_DB, FADER_DB, MAX_TRACKS, SWITCH, SWITCH_VALUE, Scale, in_words
from bridge.daws.ardour.wire.plugins import PREFIX, Plugins, Strip
from bridge.errors import DialectError
from bridge.mix.content_events import ContentCommand, RequestContents, SetContent
from bridge.mix.messages import (
    Command,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    SetParam,
    TrackIdentified,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import EQ_BANDS, Param
from bridge.osc.message import OscArg, OscMessage

PORT: Final = 3819

# Buttons 1, levels 2, number in the address 4, heartbeat 8, master and transport 16, meters in dB
# 128, replies at /reply and not #reply 16384; of all strips, hidden ones excepted (63).
_FEEDBACK: Final = 1 + 2 + 4 + 8 + 16 + 128 + 16384
GREETING: Final = OscMessage("/set_surface", (0, 63, _FEEDBACK, 0, 0, 0, 0))
PROBE: Final = OscMessage("/set_surface", (0, 63, 16384, 0, 0, 0, 0))
LIST: Final = OscMessage("/strip/list", ())

# What Ardour says beside its strips; nothing of it is used.
_OTHER_WORDS: Final = frozenset(
    {
        "cancel_all_solos", "click", "ffwd", "group", "heartbeat", "jog", "loop_toggle", "marker",
        "master", "monitor", "rec_enable_toggle", "record_tally", "rewind", "select",
        "session_name", "strip", "toggle_click", "toggle_punch_in", "toggle_punch_out",
        "toggle_roll", "transport_stop",
    }
)  # fmt: skip

_ALIVE_S: Final = 1.2
"""The heartbeat comes every 1.0 s, and no Ardour starts within the rest of this."""
_READY_S: Final = 1.0
_SETTLE_S: Final = 0.2
"""Ardour renumbers within two of its 100 ms periods after the first sign."""
_PATIENCE_S: Final = 0.5
"""A list that has not gone on for this long was lost."""
_POLL_S: Final = 0.1
_WRITES_PER_S: Final = 500.0
"""Ardour reads some 1,600 datagrams a second, and its socket holds 250."""


def _read_pan(arg: OscArg) -> float | None:
    """Ardour's 1 is hard left, 0 hard right."""
    if isinstance(arg, bool) or not isinstance(arg, int | float) or not 0.0 <= arg <= 1.0:
        return None
    return 1.0 - 2.0 * arg


def _write_pan(value: float) -> float:
    return (1.0 - value) / 2.0


_PAN: Final = Scale(
    expected="a number from 0 (right) to 1 (left)", read=_read_pan, write=_write_pan
)
_VALUES: Final[dict[Param, tuple[str, Scale[float]]]] = {
    Param.GAIN: ("/strip/gain/{n}", FADER_DB),
    Param.PAN: ("/strip/pan_stereo_position/{n}", _PAN),
    Param.MUTE: ("/strip/mute/{n}", SWITCH_VALUE),
    Param.SOLO: ("/strip/solo/{n}", SWITCH_VALUE),
}


def _rows() -> Iterable[Row]:
    yield Row(address="/transport_play", message=TransportChanged, scale=SWITCH)
    for param, (address, scale) in _VALUES.items():
        yield Row(address=address, message=ParamChanged, scale=scale, param=param)
        if param in (Param.GAIN, Param.PAN):
            yield Row(address=address, message=SetParam, scale=scale, param=param)


class ArdourDialect:
    """One conversation with Ardour; see the module's page. Implements `bridge.daw.dialect.Dialect`.

    Attributes:
        name: In the config.
        port: Where Ardour listens by default.
        capabilities: What it can say and do.
    """

    name: Final = "ardour"
    port: Final = PORT
    capabilities: Final = Capabilities(
        has_rms=False,
        has_peaks=True,
        has_spectra=False,
        has_eq=True,
        repeats_levels=False,
        writes_per_s=_WRITES_PER_S,
    )

    def __init__(self) -> None:
        self._rows = RowDialect(
            self.name,
            port=self.port,
            capabilities=self.capabilities,
            rows=_rows(),
            level_rows=(LevelRow(address="/strip/meter/{n}", first_column=1, width=1),),
        )
        self._plugins = Plugins()
        self._strips: list[Strip] = []
        self._uid_of: dict[str, str] = {}
        self._session = ""
        self._is_playing: bool | None = None
        self._dump_number = 0
        # A list that is being said; the strips that it named, while what they hold is said.
        self._listing: list[Strip] | None = None
        self._incoming: list[Strip] | None = None
        self._progress_at = -math.inf
        self._heard_at = -math.inf
        self._is_greeted = False
        self._greet_at: float | None = None
        self._sign_at: float | None = None
        self._poll_at = -math.inf
        self._polled = 0
        self._items = ItemFiles()
        self._is_items_due = False

    # -- what Ardour says ----------------------------------------------------------------------

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What Ardour said; see `Dialect.decode`."""
        address = message.address
        heard: Iterable[Heard] | None
        if address == ITEMS:
            return self._decode_items(message, at)
        if address == "/reply":
            heard = self._decode_listing(message.args, at)
        elif address.startswith(PREFIX):
            heard = self._decode_plugin(message, at)
        elif self._is_sign(address, message.args):
            heard = self._doubt(at)
        else:
            heard = self._rows.decode(message, at=at)
            if heard is not None:
                heard = [news for said in heard for news in self._remember(said)]
            elif address.split("/", 2)[1] not in _OTHER_WORDS:
                return None
        self._heard_at = at
        closed = self._close(at)
        if closed or (self._is_items_due and self._is_sure):
            self._is_items_due = False
            return (*(heard or ()), *closed, *self._items.again(self._number_of, at=at))
        return (*(heard or ()), *closed)

    def _decode_items(self, message: OscMessage, at: float) -> tuple[Heard, ...]:
        """What the script in Ardour says of audio items."""
        match message.args:
            case (str(text),):
                news = self._items.read(text, self._number_of, at=at)
                return tuple(news) if self._is_sure else ()
        raise DialectError(f"{ITEMS}: expected a text of the script in Ardour.")

    def _number_of(self, name: str) -> int | None:
        """The number of the strip of that name; names are unique in Ardour."""
        return next((strip.number for strip in self._strips if strip.name == name), None)

    def encode_content(self, command: ContentCommand, *, at: float) -> tuple[OscMessage, ...]:
        """How the script in Ardour is asked for `command`; see `HasContents`."""
        if isinstance(command, RequestContents):
            self._is_items_due = True  # what was said last is told again with the next word
            return ()
        return self._items.add(command) if isinstance(command, SetContent) else ()

    def _remember(self, said: Heard) -> tuple[Heard, ...]:
        """Remember a value; what of it is news for the engine."""
        if isinstance(said, TransportChanged):
            is_new = self._is_playing is not said.playing
            self._is_playing = said.playing
            return (said,) if is_new and self._is_sure else ()
        if isinstance(said, Refusal):
            return (said,)
        if not isinstance(said, ParamChanged):
            return ()
        if self._incoming is not None and said.track <= len(self._incoming):
            self._incoming[said.track - 1].values[said.param] = said.value
        if not self._is_sure or said.track > len(self._strips):
            return ()
        strip = self._strips[said.track - 1]
        strip.values[said.param] = said.value
        # Of a bus or the master only solo matters: somebody listens to single strips.
        return (said,) if strip.is_track or said.param is Param.SOLO else ()

    @property
    def _is_sure(self) -> bool:
        """Whether the numbers are those that were last listed."""
        return self._sign_at is None and bool(self._strips)

    @property
    def _is_listing(self) -> bool:
        return self._listing is not None or self._incoming is not None

    def _is_sign(self, address: str, args: tuple[OscArg, ...]) -> bool:
        """Whether the strips' numbers are about to change, or have."""
        if address == "/session_name":
            before, self._session = self._session, str(args[0]) if args else ""
            return before not in ("", self._session)
        if address == "/strip/list":
            return True
        kind, number = _kind_and_number(address)
        if kind == "hide":
            return bool(args) and args[0] not in (0, 0.0)
        if kind != "name" or self._listing is not None or not self._strips:
            return False
        if self._incoming is None:
            return True
        return number > len(self._incoming) or args != (self._incoming[number - 1].name,)

    def _doubt(self, at: float) -> tuple[Heard, ...]:
        """Say nothing more by number, and write nothing, until the strips are listed anew."""
        was_sure = self._is_sure
        self._sign_at = at
        self._listing = self._incoming = None
        self._plugins.forget()
        return (DumpOpened(at=at, count=0),) if was_sure else ()

    def _decode_listing(self, args: tuple[OscArg, ...], at: float) -> tuple[Heard, ...]:
        """A row of the list of strips, or its end."""
        if self._listing is None:
            return ()
        self._progress_at = at
        match args:
            case ("end_route_list", *_) if not self._is_greeted:
                self._listing, self._greet_at = None, at + _READY_S
                return ()
            case ("end_route_list", *_):
                self._incoming, self._listing = self._listing, None
                for strip in self._incoming:
                    if strip.is_track:
                        self._plugins.inquire(strip)
                return ()
            case (str(kind), str(name), _, _, _, _, int(number), *_) if (
                number == len(self._listing) + 1 <= MAX_TRACKS
            ):
                self._listing.append(Strip(number=number, kind=kind, name=name))
                return ()
        raise DialectError(
            f"/reply: expected type, name, inputs, outputs, mute, solo and number of the strip "
            f"{len(self._listing) + 1}; got {in_words(args)}."
        )

    def _decode_plugin(self, message: OscMessage, at: float) -> Iterable[Heard]:
        """An answer about plugins: news of what is there, or a part of the dump."""
        self._progress_at = at
        if self._incoming is None:
            return self._plugins.decode(message, self._strips, at=at)
        self._plugins.decode(message, self._incoming, at=at)
        return ()

    # -- the dump ------------------------------------------------------------------------------

    def _close(self, at: float) -> tuple[Heard, ...]:
        """The whole dump, once every question has its answer; nothing before that."""
        if self._incoming is None or not self._plugins.is_settled:
            return ()
        before = {strip.uid: strip for strip in self._strips}
        self._identify(self._incoming)
        self._strips, self._incoming, self._sign_at = self._incoming, None, None
        events: list[Heard] = [DumpOpened(at=at, count=len(self._strips))]
        for strip in self._strips:
            events.append(TrackIdentified(at=at, track=strip.number, uid=strip.uid))
            events.append(TrackNamed(at=at, track=strip.number, name=strip.name))
            values = strip.values
            if strip.uid in before:  # what it has no more is unknown now
                values = dict.fromkeys(before[strip.uid].values, math.nan) | values
            events += [
                ParamChanged(at=at, track=strip.number, param=param, value=value)
                for param, value in values.items()
                if strip.is_track or param is Param.SOLO
            ]
        if self._is_playing is not None:
            events.append(TransportChanged(at=at, playing=self._is_playing))
        events.append(DumpClosed(at=at, number=self._dump_number))
        return tuple(events)

    def _identify(self, strips: list[Strip]) -> None:
        """Give each strip its identity: that of its name, or of the one that was renamed to it."""
        new = [strip for strip in strips if strip.name not in self._uid_of]
        names = {strip.name for strip in strips}
        gone = [strip for strip in self._strips if strip.name not in names]
        if len(new) == len(gone) == 1 and new[0].number == gone[0].number:
            self._uid_of[new[0].name] = self._uid_of.pop(gone[0].name)
        taken = set(self._uid_of.values())
        for strip in new:
            if strip.name not in self._uid_of:
                candidates = (strip.name, *(f"{strip.name}#{n}" for n in range(2, MAX_TRACKS + 2)))
                self._uid_of[strip.name] = next(uid for uid in candidates if uid not in taken)
                taken.add(self._uid_of[strip.name])
        for strip in strips:
            strip.uid = self._uid_of[strip.name]

    # -- what is said to Ardour ----------------------------------------------------------------

    def encode(self, command: Command, *, at: float) -> tuple[OscMessage, ...]:
        """How Ardour is asked for `command`; see `Dialect.encode`."""
        if isinstance(command, RequestDump):
            self._dump_number = command.number
            return self._request_dump(at)
        is_eq = command.param in EQ_BANDS
        if is_eq and EQ_DB.read(command.value) is None:
            raise DialectError(f"{command.param}: expected {EQ_DB.expected}; got {command}.")
        messages = () if is_eq else self._rows.encode(command, at=at)
        strip = self._meant(command)
        if strip is None:
            return ()
        if is_eq and not self._is_listing:
            self._plugins.write(strip, command)
        return messages

    def _request_dump(self, at: float) -> tuple[OscMessage, ...]:
        is_settling = self._sign_at is not None and at - self._sign_at < _SETTLE_S
        is_going_on = self._is_listing and at - self._progress_at < _PATIENCE_S
        if is_settling or is_going_on or self._greet_at is not None:
            return ()
        self._begin_listing(at)
        self._is_greeted = self._is_greeted and at - self._heard_at <= _ALIVE_S
        return (LIST,) if self._is_greeted else (PROBE, LIST)

    def _meant(self, command: SetParam) -> Strip | None:
        """The track that a write is for; None where its number is, or may be, another's."""
        if not self._is_sure or not 1 <= command.track <= len(self._strips):
            return None
        strip = self._strips[command.track - 1]
        return strip if strip.is_track and strip.uid == command.key else None

    def ask(self, *, at: float) -> tuple[OscMessage, ...]:
        """A list after a sign, writes of EQs that may go on, and questions about plugins."""
        messages: list[OscMessage] = []
        if self._greet_at is not None:
            if at >= self._greet_at:
                self._is_greeted, self._greet_at = True, None
                self._begin_listing(at)
                messages += (GREETING, LIST)
        elif self._sign_at is not None and not self._is_listing and at - self._sign_at >= _SETTLE_S:
            self._begin_listing(at)
            messages.append(LIST)
        elif self._is_sure and not self._is_listing and at - self._poll_at >= _POLL_S:
            self._poll_at = at
            if tracks := [strip for strip in self._strips if strip.is_track]:
                self._polled = (self._polled + 1) % len(tracks)
                self._plugins.inquire(tracks[self._polled])
        return (*messages, *self._plugins.ask(at=at))

    def farewell(self) -> tuple[OscMessage, ...]:
        """Nothing: see `Dialect.farewell`."""
        return ()

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Where a meter's value belongs; see `Dialect.level_slot`."""
        return self._rows.level_slot(address, width)

    def _begin_listing(self, at: float) -> None:
        self._plugins.forget()
        self._listing, self._incoming, self._progress_at = [], None, at


def _kind_and_number(address: str) -> tuple[str, int]:
    """Kind and number of ``/strip/KIND/NUMBER``; empty for any other address."""
    parts = address.split("/")
    is_numbered = len(parts) == 4 and parts[1] == "strip" and parts[3].isascii()
    if is_numbered and parts[3].isdecimal() and int(parts[3][:9]) > 0:
        return parts[2], int(parts[3][:9])
    return "", 0
