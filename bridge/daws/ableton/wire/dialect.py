"""The dialect of Ableton Live through AbletonOSC, and through our devices where they are there.

AbletonOSC is polled, and not listened to: its listeners keep the index that a track had once, and a
second client takes them over. One frame (`ableton_wire`) is on its way at a time. Each asks for the
names, switches and meters of all tracks, and in turn for faders, devices and EQs; so Live's main
thread answers some 20 questions a tick however many tracks there are.

- **Who is who.** A list of names other than the one that was told is a doubt at once: all is read
  anew, and nothing written until then. Tracks that share a name are left alone, unless the hub has
  said their ids. What the hub says of another list is a doubt as well: it hears of it first.
- **Writes.** `ableton_writes` says how a write by index meets the track that is meant.
- **Silence.** With a menu or a dialogue open Live answers nothing, and everything later at once.
  So little is asked of a silent Live, and nothing is written.
- **Levels.** Of a track with a tap they are the tap's, else the peak meter's.
"""

from typing import Final

from bridge.daw.dialect import Capabilities, Heard, LevelSlot, RowDialect
from bridge.daw.roll import NOBODY
from bridge.daws.ableton.wire import frames as wire
from bridge.daws.ableton.wire.facts import GONE, TOO_OLD, facts_of
from bridge.daws.ableton.wire.frames import Question, Topic, about_tracks
from bridge.daws.ableton.wire.reading import RETRY_S, Reading
from bridge.daws.ableton.wire.writes import (
    Put,
    make_put,
    rows,
)
from bridge.errors import DialectError
from bridge.mix.content_events import (
    ContentCommand,
    ContentKind,
    RequestContents,
    SetContent,
)
from bridge.mix.device_events import DeviceCommand, SetDeviceParam
from bridge.mix.messages import (
    Command,
    DawComplained,
    RequestDump,
)
from bridge.mix.params import LOCK_CLASS, LockClass
from bridge.osc.message import OscArg, OscMessage, OscPacket

TURN_S: Final = 0.09
"""Nearly a tick of AbletonOSC, so that each of them finds a frame and none finds two."""
SILENT_S: Final = 1.5
"""An answer comes ten times a second; without one for this long Live is modal, or gone."""
_REPEAT_S: Final = 30.0


class AbletonDialect(Reading):
    """One conversation with Live; see the module's page. Implements `bridge.daw.dialect.Dialect`.

    Attributes:
        name: In the config.
        port: Where AbletonOSC listens.
        capabilities: What it can say and do, with our devices and EQ Eights.
    """

    name: Final = "ableton"
    port: Final = wire.PORT
    capabilities: Final = Capabilities(has_rms=True, has_peaks=True, has_spectra=True, has_eq=True)

    def __init__(self) -> None:
        super().__init__()
        self._table = RowDialect(
            self.name, port=self.port, capabilities=self.capabilities, rows=rows(), level_rows=()
        )

    def facts(self, *, at: float) -> dict[str, str | float]:
        """What is known of Live beyond the mix; see `facts_of`."""
        facts = facts_of(
            self._wire, self._desk, self._taps, version=self._version, missing=self._missing, at=at
        )
        facts["put_right"] = float(self._writes.put_right + self._items.put_right)
        facts |= self._items.facts()
        return facts | ({"error": self._error} if self._error else {})

    def is_answering(self, *, at: float) -> bool:
        """Whether AbletonOSC answers, whatever our devices say; see `Watchful`."""
        return not self.trouble and at - self._wire.answered_at <= SILENT_S

    @property
    def trouble(self) -> str:
        """What is wrong with AbletonOSC; see `Watchful`."""
        if not self._missing:
            return TOO_OLD if self._is_old and not self._wire.is_tagged else ""
        has_answered = self._wire.answered or wire.MARK in self._missing
        return GONE if has_answered else TOO_OLD

    # -- what is said to us --------------------------------------------------------------------

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What AbletonOSC or a device of ours said; see `Dialect.decode`."""
        address = message.address
        if address.startswith("/mix/"):
            return self._decode_device(message, at)
        if not address.startswith("/live/"):
            return None
        if address == wire.STARTUP:
            self._wire.forget()
            self._roll.forget_ids()
            self._forget_live()
            return self._doubt(at)
        if address == wire.ERROR:
            return self._decode_error(message.args, at)
        if address == wire.MARK:
            ended = self._wire.mark(message.args, at)
            if ended is not None:
                return self._digest(ended, at)
            is_old = len(message.args) == 1 and self._wire.newest and not self._wire.is_tagged
            self._is_old |= bool(is_old)
            return self._complain(self.trouble, at) if is_old else ()
        frame = self._wire.open
        if frame is not None and frame.accept(message):
            self._advance(frame)
        return ()

    def _decode_device(self, message: OscMessage, at: float) -> tuple[Heard, ...] | None:
        levels = self._taps.decode(message, at=at)
        if levels is not None:
            return () if self._roll.is_open else levels
        hub = self._desk.hub
        before = hub.names, hub.ids
        is_news = hub.decode(message, at=at)
        if not is_news or self._roll.is_open or not self.is_answering(at=at):
            return None if is_news is None else ()
        if before != (hub.names, hub.ids) and (before[0] or not self._desk.ids):
            self._plan.begin(len(self._desk.tracks))
            return self._doubt(at)
        return self._publish_all(at) if self._desk.ids else ()

    def _decode_error(self, args: tuple[OscArg, ...], at: float) -> tuple[Heard, ...]:
        """A fault that AbletonOSC tells of, which need not be ours."""
        text = args[0] if len(args) == 1 and isinstance(args[0], str) else ""
        self._error = text.strip().rpartition("\n")[2][:200]
        if text.startswith(wire.UNKNOWN):
            address = text[len(wire.UNKNOWN) :].strip()
            if address == wire.Topic.WORDS:
                self._desk.synths.has_words = False
            if address == wire.Topic.WORDS or address not in wire.ADDRESSES:
                return ()
            self._missing.add(address)
            return self._complain(self.trouble, at)
        if "too long" in text:  # a datagram of its own: ask for less at a time
            self._room = max(self._room // 2, 1)
        failed = self._wire.fail()
        return () if failed is None else self._digest(failed, at)

    def _complain(self, text: str, at: float) -> tuple[Heard, ...]:
        """Nothing is written any more; a person is told why, and not all the time."""
        self._count = None
        doubt = self._doubt(at)
        if at - self._told_at.get(text, float("-inf")) < _REPEAT_S:
            return doubt
        self._told_at[text] = at
        return (*doubt, DawComplained(at=at, text=text))

    # -- what is said to it --------------------------------------------------------------------

    def encode(self, command: Command, *, at: float) -> tuple[OscPacket, ...]:
        """Note what is wanted of Live; `ask` says it. See `Dialect.encode`."""
        if isinstance(command, RequestDump):
            self._dump_number, self._is_met = command.number, True
            if self._count is not None and not self._plan.is_reading:
                self._plan.begin(len(self._desk.tracks))
            return ()
        self._table.encode(command, at=at)  # refuses what no control can hold
        place = self._roll.place(command.track, command.key)
        if place == NOBODY:
            return ()
        barred = self._roll.strips[place].barred
        if {LockClass.ALL, LOCK_CLASS[command.param]} & barred.keys():
            return ()
        key = (command.key, command.param)
        self._moves[key] = command.move
        if command.move and self._taken.get(key) == command.move:
            return ()
        put = make_put(command, self._desk, place)
        if put:
            held = self._desk.tracks[place].held(put.param)
            self._writes.request(put, at, held=held or 0.0, is_last=command.is_last)
        return ()

    def encode_device(self, command: DeviceCommand, *, at: float) -> tuple[OscPacket, ...]:
        """Keep what is wanted of a device; see `bridge.daw.dialect.HasDevices`."""
        if not isinstance(command, SetDeviceParam):
            raise DialectError(f"The dialect {self.name} has no words for {command}.")
        if not self._roll.is_open:
            self._desk.synths.request(command, self._desk.names, at)
        return ()

    def encode_content(self, command: ContentCommand, *, at: float) -> tuple[OscPacket, ...]:
        """Keep what is wanted of clips; see `bridge.daw.dialect.HasContents`."""
        if command.kind is ContentKind.PATCH or self._roll.is_open:
            return ()
        clips = self._clips if command.kind is ContentKind.CLIP else self._items
        if isinstance(command, RequestContents):
            clips.list_tracks(self._roll.uids, command.track)
        elif isinstance(command, SetContent):
            clips.write(command, self._roll.uids, at)
        return ()

    def ask(self, *, at: float) -> tuple[OscPacket, ...]:
        """The next frame, when the last was answered; and writes that are clear to go."""
        packets: list[OscPacket] = []
        if repairs := self._writes.release_repairs():
            packets.append(self._send_puts(repairs, at))
        if self._clear:
            if puts := self._writes.release(self._clear, at):
                packets.append(self._send_puts(puts, at))
            self._clear = frozenset()
        if self._is_met and not self._roll.is_open and at - self._wrote_at >= TURN_S:
            packets += self._send_synth_puts(at)
        if self._is_met and not self._roll.is_open and self._wire.newest is None:
            packets += self._send_clip_job(at)
        newest = self._wire.newest
        if newest is None:
            is_due = at - self._asked_at >= TURN_S
            if not is_due and at - self._hurried_at >= TURN_S and self._writes.waiting(at):
                is_due, self._hurried_at = self._asked_at <= at, at  # once: Live reads to the end
        else:
            is_due = at - newest.sent_at >= RETRY_S
            if is_due and self._plan.is_reading:
                self._plan.begin(len(self._desk.tracks))  # what was asked is lost, or comes late
        if is_due and self._is_met:
            packets.append(self._poll(at))
        return tuple(packets)

    def _about_tracks(self) -> list[Question]:
        return about_tracks(self._count or 0, self._desk.names, self._room)

    def _send_puts(self, puts: list[Put], at: float) -> OscPacket:
        asked = [question for put in puts for question in put.questions()]
        frame = self._wire.send([*self._about_tracks(), *asked], at)
        self._puts[frame.tag] = puts
        return frame.bundle()

    def _send_synth_puts(self, at: float) -> list[OscPacket]:
        """Writes to devices, the newest of each parameter, ten times a second."""
        puts = self._desk.synths.release(at)
        if not puts:
            return []
        self._wrote_at = at
        asked = [question for put in puts for question in put.questions()]
        frame = self._wire.send([*self._about_tracks(), *asked], at)
        self._synth_puts[frame.tag] = puts
        return [frame.bundle()]

    def _send_clip_job(self, at: float) -> list[OscPacket]:
        """What is asked of clips, a slot a frame."""
        job = self._clips.next_job(at)
        if job is not None:
            frame = self._wire.send([*self._about_tracks(), *job.questions()], at)
            self._clips.begin(job, frame.tag, at)
            return [frame.bundle()]
        item_job = self._items.next_job(self._desk.names, self._roll.uids, at)
        if item_job is None:
            return []
        frame = self._wire.send([*self._about_tracks(), *item_job.questions()], at)
        self._items.begin(item_job, frame.tag, at)
        return [frame.bundle()]

    def _poll(self, at: float) -> OscPacket:
        self._asked_at = at
        if self._count is None:
            quieter = Question(Topic.SET_LOG, ("warning",))
            topics = (Question(Topic.VERSION), Question(Topic.LOG), quieter, Question(Topic.COUNT))
            return self._wire.send(list(topics), at).bundle()
        questions = self._about_tracks()
        if not self._roll.is_open:
            questions += [put.get() for put in self._writes.waiting(at)]
            questions += self._resting
            questions += self._desk.synths.poll()
        frame = self._wire.send(
            [*questions, *self._plan.next_questions(len(self._desk.tracks))], at
        )
        frame.checks = len(questions)
        return frame.bundle()

    def farewell(self) -> tuple[OscPacket, ...]:
        """Its log as it was; see `Dialect.farewell`."""
        is_ours = self._log_level not in ("", "warning")
        return (OscMessage(Topic.SET_LOG, (self._log_level,)),) if is_ours else ()

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Nowhere: meters come among other answers."""
        return None
