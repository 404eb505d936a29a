"""The dialect of REAPER: its own OSC surface, and the companion script inside it.

**Two lanes, one writer.** While the companion speaks it is the truth and the writer: it knows GUIDs
and gives each move one named point of undo. Otherwise REAPER's OSC surface is both. A move keeps
the lane that it began on to its end; if that lane is gone, the rest of the move is not sent. Every
value is absolute, and what the companion has not done in time it does not do later: a change of
lanes in the middle of a move loses nothing that was said and doubles nothing.

**Identity.** With the companion it is the track's GUID. Without it a number is believed only as
long as the name that stands there is the one that did: at any other name nothing is written until
REAPER has said everything anew. Track 0 is the master, and is never written.

**Silence.** REAPER says what changes and nothing else. When nothing does, the device's own current
track is switched to and fro, which changes nothing in the project and is answered.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from bridge.daw.dialect import (
    Capabilities,
    Heard,
    LevelReading,
    LevelSlot,
    Refusal,
    RowDialect,
    split_address,
)
from bridge.daw.item_files import ITEMS, ItemFiles
from bridge.daw.roll import NOBODY, Roll, Strip
from bridge.daw.taps import Taps
from bridge.daws.reaper.wire import companion, rows
from bridge.daws.reaper.wire.bank import Bank
from bridge.daws.reaper.wire.clips import CLIPS, ClipFiles
from bridge.daws.reaper.wire.synths import Synths, read_notes, read_synths
from bridge.errors import DialectError
from bridge.mix.content_events import (
    ContentCommand,
    ContentEvent,
    ContentKind,
    RequestContents,
    SetContent,
)
from bridge.mix.device_events import DeviceCommand, SetDeviceParam
from bridge.mix.messages import Command, RequestDump, SetParam, TransportChanged
from bridge.mix.params import LOCK_CLASS, LockClass, Param
from bridge.osc.message import OscMessage

PORT: Final = 8000

_SETTLE_S: Final = 0.1
"""REAPER tells a new order of tracks within a few of its 33 ms turns."""
_QUIET_S: Final = 1.0
_PATIENCE_S: Final = 0.9
"""A dump that is not complete by then was lost in part; the link asks again after a second."""


class ReaperDialect:
    """One conversation with REAPER; see the module's page. Implements `bridge.daw.dialect.Dialect`.

    Attributes:
        name: In the config.
        port: Where REAPER listens by default.
        capabilities: What it can say and do, with the companion and its probe.
    """

    name: Final = "reaper"
    port: Final = PORT
    capabilities: Final = Capabilities(
        has_rms=True, has_peaks=True, has_spectra=True, has_eq=True, repeats_levels=False,
        writes_per_s=500.0,
    )  # fmt: skip

    def __init__(self) -> None:
        self.table = RowDialect(
            self.name,
            port=self.port,
            capabilities=self.capabilities,
            rows=rows.rows(),
            level_rows=(),
        )
        self._roll = Roll()
        self._bank = Bank(self.table)
        self._reader = companion.StateReader()
        self._mailbox = companion.Mailbox()
        self._undo = companion.UndoWatch()
        self._knob_labels = companion.KnobLabels()
        self._items = ItemFiles()
        self._clips = ClipFiles()
        self._is_contents_due = False
        self._state: companion.CompanionState | None = None
        self._state_at = -math.inf
        self._synths = Synths()
        self._devices = ""  # what the companion said last of them
        self._taps = Taps()
        self._notes: dict[str, int] = {}
        self._written: set[tuple[str, int]] = set()  # of synths, and not answered
        self._levels = ""  # what the companion said last of them
        self._is_companions = False  # which lane the engine was last told by
        self._lanes: dict[tuple[str, Param], tuple[str, bool]] = {}
        self._dump_number = 0
        self._refresh = 0
        self._is_playing: bool | None = None
        self._sign_at: float | None = None
        self._asked_at = -math.inf
        self._heard_at = -math.inf
        self._pings = 0
        self._pinged_at = -math.inf

    def is_companion_fresh(self, at: float) -> bool:
        """Whether the companion has spoken lately."""
        return at - self._state_at <= companion.FRESH_S

    # -- what REAPER says ----------------------------------------------------------------------

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What REAPER or its companion said; see `Dialect.decode`."""
        address = message.address
        if address.startswith(companion.PREFIX):
            return self._decode_companion(message, at)
        template, track = split_address(address)
        if template == rows.PING or (track == 0 and template.startswith(rows.TRACK)):
            self._heard_at = at  # the device's own track, or the master
            return (*self._check_lane(at), *self._confirm_owed(at))
        said = self._bank.decode(message, template, track, at=at)
        if said is None:
            return None
        self._heard_at = at
        param, beside = said
        heard = [*self._check_lane(at)]
        if isinstance(beside, Refusal):
            heard.append(beside)
        if self._is_companions:
            return tuple(heard)
        if isinstance(beside, LevelReading):
            is_known = not self._roll.is_open and beside.slot.track <= len(self._roll.strips)
            return (*heard, *self._confirm_owed(at), *((beside,) if is_known else ()))
        said_now = {(track, param)} if param else set()
        heard += self._publish_bank(said_now | self._bank.writes.pop_owed(), at)
        return tuple(heard)

    def _confirm_owed(self, at: float) -> tuple[Heard, ...]:
        """What was wanted and stood already, so that no echo of it comes."""
        owed = self._bank.writes.pop_owed()
        return self._publish_bank(owed, at) if owed and not self._is_companions else ()

    def _check_lane(self, at: float) -> tuple[Heard, ...]:
        """Leave the companion's lane when it has fallen silent."""
        if not self._is_companions or self.is_companion_fresh(at):
            return ()
        self._is_companions = False
        self._sign_at = at
        return self._roll.doubt(at)

    def _publish_bank(self, said: set[tuple[int, Param]], at: float) -> tuple[Heard, ...]:
        """What is new of the surface: a value, a doubt, or at the end of a dump everything."""
        if self._bank.is_collecting:
            if not self._bank.is_complete:
                return ()
            self._bank.is_collecting, self._sign_at = False, None
            dump = self._dump(self._bank.strips(), self._bank.is_playing, at)
            return (*dump, *self._bank.levels())  # a dump clears what was heard before it
        if self._sign_at is not None:
            self._sign_at = self._sign_at if said else at
            return ()
        strips = self._bank.strips()
        if not self._roll.is_open and not self._is_same_bank(strips):
            self._sign_at = at
            return self._roll.doubt(at)
        if self._roll.is_open:
            return ()
        return (
            *self._roll.changes(strips, said, at=at),
            *self._transport(self._bank.is_playing, at),
        )

    def _is_same_bank(self, strips: list[Strip]) -> bool:
        return [strip.name for strip in strips] == [strip.name for strip in self._roll.strips]

    def _dump(
        self, strips: Iterable[Strip], is_playing: bool | None, at: float
    ) -> tuple[Heard, ...]:
        *told, closed = self._roll.dump(tuple(strips), number=self._dump_number, at=at)
        self._is_playing = None
        devices: Iterable[Heard] = ()
        if self._is_companions and self._state is not None:
            devices = self._synths.dump([strip.guid for strip in self._state.strips], at)
        return (*told, *devices, *self._transport(is_playing, at), closed)

    def _transport(self, is_playing: bool | None, at: float) -> tuple[Heard, ...]:
        if is_playing is None or is_playing is self._is_playing:
            return ()
        self._is_playing = is_playing
        return (TransportChanged(at=at, playing=is_playing),)

    # -- what the companion says ---------------------------------------------------------------

    def _decode_companion(self, message: OscMessage, at: float) -> tuple[Heard, ...] | None:
        match message.address, message.args:
            case companion.STATE, (str(text),):
                return self._decode_state(self._reader.read(text), at)
            case str(address), (str(text),) if address == ITEMS:
                news = self._items.read(text, self._number_of, at=at)
                return tuple(news) if self._is_companions else ()
            case str(address), (str(text),) if address == CLIPS:
                told = self._clips.read(text, self._number_of, at=at)
                return tuple(told) if self._is_companions else ()
            case companion.LEVELS, (str(text),):
                self._levels = text
                return self._read_levels()
            case companion.DEVICES, (str(text),):
                return self._decode_devices(text, at)
            case companion.METER_RANGE, (float(low), float(high)) if -200 < low < high < 100:
                self._bank.meter_range = (low, high)
                return ()
            case (
                (companion.STATE | companion.LEVELS | companion.DEVICES | companion.METER_RANGE),
                _,
            ):
                raise DialectError(f"{message.address}: expected a text of the companion's.")
        return None

    def _decode_devices(self, text: str, at: float) -> tuple[Heard, ...]:
        """What synths there are and hold, and what probes have heard."""
        if text == self._devices:
            return ()
        is_first, self._devices = not self._devices, text
        messages = list(read_notes(text, self._notes))
        if is_first:
            messages.clear()  # they were heard before anybody asked
        is_other = self._synths.update(read_synths(text))
        if not self._is_companions or self._state is None or self._roll.is_open:
            return ()
        if is_other:
            return self._dump(self._state.strips, self._state.is_playing, at)
        self._taps.arrange([strip.guid for strip in self._state.strips])
        said, self._written = self._written, set()
        notes = [heard for message in messages for heard in self._taps.decode(message, at=at) or ()]
        return (*self._synths.changes(at, said), *notes)

    def _read_levels(self) -> tuple[Heard, ...]:
        if not self._is_companions or self._state is None or not self._levels:
            return ()
        return (*companion.read_levels(self._levels, self._state.strips, self._state.layout),)

    def _decode_state(self, state: companion.CompanionState, at: float) -> tuple[Heard, ...]:
        before, self._state, self._state_at = self._state, state, at
        self._bank.meter_range = state.meter_range
        done = self._mailbox.acknowledge(state, at)
        undone = self._undo.observe(state.undo, state.redo, at=at)
        is_dump = (
            not self._is_companions
            or before is None
            or state.run != before.run
            or not self._roll.is_same_layout(state.strips)
            or state.refresh == self._refresh != before.refresh
        )
        if not self._is_companions:
            self._bank.writes.forget()
        self._is_companions = True
        if is_dump:
            self._sign_at, self._bank.is_collecting = None, False
            dump = self._dump(state.strips, state.is_playing, at)
            self._is_contents_due = False
            return (*undone, *dump, *self._contents_again(at), *self._read_levels())
        if self._is_contents_due:
            self._is_contents_due = False
            undone = [*undone, *self._contents_again(at)]
        said = {
            (track, param)
            for track, strip in enumerate(state.strips, start=1)
            for guid, param in done
            if strip.guid == guid and isinstance(param, Param)
        }
        return (
            *undone,
            *self._roll.changes(state.strips, said, at=at),
            *self._transport(state.is_playing, at),
        )

    def _contents_again(self, at: float) -> list[ContentEvent]:
        items = self._items.again(self._number_of, at=at)
        return [*items, *self._clips.again(self._number_of, at=at)]

    def _number_of(self, guid: str) -> int | None:
        """The number of the track with that GUID."""
        strips = self._state.strips if self._state else ()
        return next((n for n, strip in enumerate(strips, start=1) if strip.guid == guid), None)

    # -- what is said to them ------------------------------------------------------------------

    def encode(self, command: Command, *, at: float) -> tuple[OscMessage, ...]:
        """How REAPER is asked for `command`; see `Dialect.encode`."""
        if isinstance(command, RequestDump):
            return self._ask_for_all(command.number, at)
        self.table.encode(command, at=at)  # refuses what no control can hold
        place = self._roll.place(command.track, command.key)
        if place == NOBODY:
            return ()
        strip = self._roll.strips[place]
        is_there = not math.isnan(strip.values.get(command.param, math.nan))
        if not is_there or {LockClass.ALL, LOCK_CLASS[command.param]} & strip.barred.keys():
            return ()
        if not self._lane_of(command, at):
            return self._write(command, strip, at)
        if not self._is_companions or not self.is_companion_fresh(at):
            return ()
        self._undo.record(command, companion.label_of(command, strip.name))
        return (OscMessage(companion.COMMANDS, (self._mailbox.add(strip, command, at=at),)),)

    def encode_content(self, command: ContentCommand, *, at: float) -> tuple[OscMessage, ...]:
        """How the companion is asked for `command`; see `HasContents`."""
        if isinstance(command, RequestContents):
            self._is_contents_due = True  # what was said last is told again with the next state
            return ()
        if not isinstance(command, SetContent) or not self.is_companion_fresh(at):
            return ()
        files = self._clips if command.kind is ContentKind.CLIP else self._items
        return files.add(command)

    def encode_device(self, command: DeviceCommand, *, at: float) -> tuple[OscMessage, ...]:
        """How a synth is asked for `command`; see `bridge.daw.dialect.HasDevices`.

        By the companion alone: REAPER's OSC knows no identity of a synth.
        """
        if not isinstance(command, SetDeviceParam):
            raise DialectError(f"The dialect {self.name} has no words for {command}.")
        knob = self._synths.knob(command)
        if self._roll.is_open or not self._is_companions or not self.is_companion_fresh(at):
            return ()
        synth = self._synths.told[command.device - 1]
        self._written.add((synth.guid, command.param - 1))
        label = self._knob_labels.label(command, knob)
        self._undo.record(command, label)
        text = self._mailbox.add_knob(command, knob, label, at=at)
        return (OscMessage(companion.COMMANDS, (text,)),)

    def _write(self, command: SetParam, strip: Strip, at: float) -> tuple[OscMessage, ...]:
        """A write over OSC, as far as it is not there already and no hand is."""
        value = self._bank.writes.request(
            (command.track, command.param),
            command.value,
            name=strip.name,
            move=command.move,
            is_last=command.is_last,
            said=strip.values[command.param],
            at=at,
        )
        if value is None:
            return self._ping() if self._bank.writes.owed else ()
        return self.table.encode(replace(command, value=value), at=at)

    def _ping(self) -> tuple[OscMessage, ...]:
        """Ask REAPER for a word that changes nothing."""
        self._pings += 1
        return (OscMessage(rows.DEVICE_TRACK, (1 + self._pings % 2,)),)

    def _lane_of(self, command: SetParam, at: float) -> bool:
        """Whether a write goes by the companion: as the move began, and panic as it can."""
        is_companions = self._is_companions and self.is_companion_fresh(at)
        where = command.key, command.param
        move, lane = self._lanes.get(where, ("", is_companions))
        if command.move and move == command.move:
            return lane
        self._lanes[where] = command.move, is_companions
        return is_companions

    def _ask_for_all(self, number: int, at: float) -> tuple[OscMessage, ...]:
        self._dump_number = number
        if self.is_companion_fresh(at):
            self._refresh = number
            return (OscMessage(companion.COMMANDS, (self._mailbox.refresh(number, at=at),)),)
        is_settling = self._sign_at is not None and at - self._sign_at < _SETTLE_S
        if is_settling or (self._bank.is_collecting and at - self._asked_at < _PATIENCE_S):
            return ()
        return self._greet(at)

    def _greet(self, at: float) -> tuple[OscMessage, ...]:
        self._asked_at = at
        self._bank.begin()
        return rows.greeting()

    def ask(self, *, at: float) -> tuple[OscMessage, ...]:
        """A dump when an order of tracks has settled, and a word where it is too quiet.

        Before all, what a write of ours has overwritten.
        """
        repairs = [
            message
            for track, param, value in self._bank.writes.pop_repairs(at)
            for message in self.table.encode(SetParam(track=track, param=param, value=value), at=at)
        ]
        return (*repairs, *self._ask_around(at))

    def _ask_around(self, at: float) -> tuple[OscMessage, ...]:
        if self.is_companion_fresh(at):
            return ()
        if self._sign_at is not None and at - self._sign_at >= _SETTLE_S:
            if at - self._asked_at < _PATIENCE_S:
                return ()
            return self._greet(at)
        is_quiet = at - max(self._heard_at, self._pinged_at) >= _QUIET_S
        if self._roll.is_open or not is_quiet:
            return ()
        self._pinged_at = at
        return self._ping()

    def farewell(self) -> tuple[OscMessage, ...]:
        """Nothing: see `Dialect.farewell`."""
        return ()

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Nowhere: meters are positions, which only `decode` can read."""
        return None
