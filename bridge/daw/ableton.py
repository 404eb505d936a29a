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

import math
from collections.abc import Iterable, Iterator
from typing import Final

from bridge.daw import ableton_wire as wire
from bridge.daw.ableton_curves import meter_dbfs
from bridge.daw.ableton_facts import GONE, TOO_OLD, facts_of
from bridge.daw.ableton_plan import Plan
from bridge.daw.ableton_tracks import Desk, Track
from bridge.daw.ableton_wire import ROOM, Frame, Question, Topic, about_tracks
from bridge.daw.ableton_writes import (
    SAME,
    Key,
    Outcome,
    Put,
    UndoWatch,
    Writes,
    make_put,
    read_outcomes,
    rows,
)
from bridge.daw.dialect import Capabilities, Heard, LevelReading, LevelSlot, RowDialect
from bridge.daw.roll import NOBODY, Roll
from bridge.daw.scale import MAX_TRACKS, in_words, is_on
from bridge.daw.taps import Taps
from bridge.errors import DialectError
from bridge.mix.messages import (
    Command,
    DawComplained,
    ParamChanged,
    RequestDump,
    TransportChanged,
)
from bridge.mix.params import LOCK_CLASS, SILENCE_DB, LockClass, Param
from bridge.osc.message import OscArg, OscMessage, OscPacket

TURN_S: Final = 0.09
"""Nearly a tick of AbletonOSC, so that each of them finds a frame and none finds two."""
SILENT_S: Final = 1.5
"""An answer comes ten times a second; without one for this long Live is modal, or gone."""
RETRY_S: Final = 1.0
"""An answer comes within two ticks; one that has not by now was lost, or Live is modal."""
_REPEAT_S: Final = 30.0


class AbletonDialect:
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
        self._table = RowDialect(
            self.name, port=self.port, capabilities=self.capabilities, rows=rows(), level_rows=()
        )
        self._wire = wire.Wire()
        self._desk = Desk()
        self._taps = Taps()
        self._roll = Roll(are_ids_lasting=False)
        self._writes = Writes()
        self._undo = UndoWatch()
        self._puts: dict[str, list[Put]] = {}  # of the frames that carry writes, by tag
        self._moves: dict[Key, str] = {}  # the newest move of each parameter
        self._taken: dict[Key, str] = {}  # the move in which a hand came
        self._is_stale = False  # something was put back while all is being read
        self._forget_live()
        self._is_met = False
        self._error = ""
        self._told_at: dict[str, float] = {}
        self._dump_number = 0
        self._asked_at = self._hurried_at = float("-inf")
        self._is_playing: bool | None = None

    def _forget_live(self) -> None:
        """This may be another Live, or another set."""
        self._count: int | None = None
        self._version = ""
        self._missing: set[str] = set()
        self._is_old = False
        self._room = ROOM
        self._log_level = ""
        self._desk.forget()
        self._plan = Plan()
        self._clear: frozenset[Key] = frozenset()

    def facts(self, *, at: float) -> dict[str, str | float]:
        """What is known of Live beyond the mix; see `facts_of`."""
        facts = facts_of(
            self._wire, self._desk, self._taps, version=self._version, missing=self._missing, at=at
        )
        facts["put_right"] = float(self._writes.put_right)
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
            return self._hear_device(message, at)
        if not address.startswith("/live/"):
            return None
        if address == wire.STARTUP:
            self._wire.forget()
            self._roll.forget_ids()
            self._forget_live()
            return self._doubt(at)
        if address == wire.ERROR:
            return self._hear_error(message.args, at)
        if address == wire.MARK:
            ended = self._wire.mark(message.args, at)
            if ended is not None:
                return self._digest(ended, at)
            is_old = len(message.args) == 1 and self._wire.newest and not self._wire.is_tagged
            self._is_old |= bool(is_old)
            return self._complain(self.trouble, at) if is_old else ()
        frame = self._wire.open
        if frame is not None and frame.take(message):
            self._look_ahead(frame)
        return ()

    def _hear_device(self, message: OscMessage, at: float) -> tuple[Heard, ...] | None:
        levels = self._taps.hear(message, at=at)
        if levels is not None:
            return () if self._roll.is_open else levels
        hub = self._desk.hub
        before = hub.names, hub.ids
        is_news = hub.hear(message, at=at)
        if not is_news or self._roll.is_open or not self.is_answering(at=at):
            return None if is_news is None else ()
        if before != (hub.names, hub.ids) and (before[0] or not self._desk.ids):
            self._plan.begin(len(self._desk.tracks))
            return self._doubt(at)
        return self._tell_all(at) if self._desk.ids else ()

    def _hear_error(self, args: tuple[OscArg, ...], at: float) -> tuple[Heard, ...]:
        """A fault that AbletonOSC tells of, which need not be ours."""
        text = args[0] if len(args) == 1 and isinstance(args[0], str) else ""
        self._error = text.strip().rpartition("\n")[2][:200]
        if text.startswith(wire.UNKNOWN):
            address = text[len(wire.UNKNOWN) :].strip()
            if address not in wire.ADDRESSES:
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

    # -- what frames say -----------------------------------------------------------------------

    def _look_ahead(self, frame: Frame) -> None:
        """Once the tracks and what is to be written are as they were, a write may go at once."""
        if len(frame.answers) != frame.checks or self._roll.is_open or self._puts.get(frame.tag):
            return
        if frame.names != self._desk.names:
            return
        held = {question: answer[-1] for question, answer in frame.said if question.place >= 0}
        self._clear = frozenset(
            put.key
            for put in self._writes.waiting(frame.sent_at)
            if put.key and held.get(put.get()) == self._desk.tracks[put.place].held(put.param)
        )

    def _digest(self, frame: Frame, at: float) -> tuple[Heard, ...]:
        """What a frame says, once it has ended or failed."""
        puts = self._puts.pop(frame.tag, [])
        names = frame.names
        outcomes = read_outcomes(frame, puts)
        if names is None:
            return self._learn_count(frame, at)
        self._missing.clear()  # it knows again what is asked
        outcomes = self._put_right(outcomes, tuple(names))
        if names != self._desk.names or self._count is None:
            self._desk.tracks = [Track(name) for name in names]
            self._count = len(names)
            self._plan.begin(len(self._desk.tracks))
            return self._doubt(at)
        if not (frame.is_complete or puts):  # one was about a device that is gone
            self._plan.ask_again(frame.asked[len(frame.answers) + 1 :])
        heard = list(self._take_switches(frame, at))
        said: set[tuple[int, Param]] = set()
        for outcome in outcomes:
            heard += self._settle(outcome, said, at)
        if not puts:
            heard += self._digest_answers(frame, said, at)
        if self._plan.is_reading and self._plan.is_empty and not puts:
            if self._is_stale or self._is_repairing:  # what was read may be what was put right
                self._is_stale = False
                self._plan.begin(len(self._desk.tracks))
                return tuple(heard)
            return (*heard, *self._tell_all(at))
        if self._roll.is_open:
            return tuple(heard)
        return self._tell((*heard, *self._roll.changes(self._desk.strips(), said, at=at)))

    def _put_right(self, outcomes: list[Outcome], names: tuple[str, ...]) -> list[Outcome]:
        """Put back what met another list of tracks; returns the others."""
        for outcome in (o for o in outcomes if o.put.names != names):
            self._writes.put_back(outcome, names)
            self._is_stale = True
        return [outcome for outcome in outcomes if outcome.put.names == names]

    def _digest_answers(
        self, frame: Frame, said: set[tuple[int, Param]], at: float
    ) -> Iterator[Heard]:
        """What a frame without writes says of each control."""
        resting = self._resting
        for question, answer in frame.said:
            values, more = self._desk.take(question, answer)
            self._plan.add(more)
            for param, raw in values.items():
                if question in resting:
                    self._writes.release_resting(question, raw)
                yield from self._take_raw(question.place, param, raw, said, at)

    @property
    def _resting(self) -> set[Question]:
        """What is read until a hand rests there."""
        return {put.get() for put in self._writes.resting}

    @property
    def _is_repairing(self) -> bool:
        on_their_way = (put.key for puts in self._puts.values() for put in puts)
        return self._writes.is_repairing or None in on_their_way

    def _learn_count(self, frame: Frame, at: float) -> tuple[Heard, ...]:
        """The greeting was answered, or something of a frame is missing: then all begins anew."""
        said = dict(frame.said)
        count = said.get(Question(Topic.COUNT))
        if not frame.is_complete or count is None:
            if self._count is None:
                self._asked_at = at + RETRY_S
            self._count = None
            return self._doubt(at)
        match said.get(Question(Topic.VERSION)):
            case (int(major), int(minor)):
                self._version = f"{major}.{minor}"
        match said.get(Question(Topic.LOG)):
            case (str(level),) if not self._log_level:
                self._log_level = level
        if not (count and isinstance(count[0], int) and 0 <= count[0] <= MAX_TRACKS):
            raise DialectError(f"{Topic.COUNT}: expected <= {MAX_TRACKS}; got {in_words(count)}.")
        self._count = count[0]
        self._desk.tracks = []
        self._plan.begin(len(self._desk.tracks))
        return self._doubt(at)

    def _take_switches(self, frame: Frame, at: float) -> Iterator[Heard]:
        """Mute, solo and meters of all tracks, and the transport."""
        if frame.is_playing is not self._is_playing and not self._roll.is_open:
            self._is_playing = frame.is_playing
            yield TransportChanged(at=at, playing=frame.is_playing)
        ids = self._desk.ids
        for place, (_, mute, solo, meter) in enumerate(frame.tracks):
            track = self._desk.tracks[place]
            track.mute, track.solo = is_on(mute), is_on(solo)
            if self._roll.is_open or (ids and self._taps.is_fresh(ids[place], at)):
                continue
            is_known = isinstance(meter, int | float) and math.isfinite(meter)
            level = meter_dbfs(float(meter)) if is_known else SILENCE_DB  # type: ignore[arg-type]
            yield LevelReading(LevelSlot(place + 1, 1, 1), (level,))

    def _take_raw(
        self, place: int, param: Param, raw: float, said: set[tuple[int, Param]], at: float
    ) -> list[Heard]:
        """What a parameter holds: the same, something of our own taken back, or a hand's."""
        track = self._desk.tracks[place]
        old = track.held(param)
        if old is None or old == raw or self._roll.is_open:
            track.hold(param, raw)
            return []
        key = (self._roll.uids[place], param)
        self._writes.drop(key)
        self._taken[key] = self._moves.get(key, "")
        is_told, undone = self._undo.look(key, raw, at)
        if not is_told:
            return []
        track.hold(param, raw)
        track.stubborn.pop(param, None)
        said.add((place + 1, param))
        return [] if undone is None else [undone]

    def _settle(self, outcome: Outcome, said: set[tuple[int, Param]], at: float) -> list[Heard]:
        """A write was made where it was meant: what holds now is its answer.

        Unless a hand was quicker: then that is what is to hold.
        """
        put, track = outcome.put, self._desk.tracks[outcome.put.place]
        if not outcome.is_right_device:
            self._writes.put_back(outcome, tuple(self._desk.names))
            track.devices = None
            return []
        if outcome.before is None or self._roll.is_open:
            return []
        is_repair = put.key is None
        expected = put.over if is_repair else track.held(put.param) or 0.0
        if is_repair and math.isnan(expected):
            return []
        if abs(outcome.before - expected) > SAME:
            self._writes.restore(outcome)
            heard = self._take_raw(put.place, put.param, outcome.before, said, at)
            track.hold(put.param, outcome.before)
            return heard
        after = outcome.before if outcome.after is None else outcome.after
        if is_repair:
            track.hold(put.param, after)
            return []
        if outcome.has_followed:
            track.stubborn.pop(put.param, None)
            self._undo.wrote(put, outcome.before, after, at)
        else:
            track.stubborn[put.param] = track.stubborn.get(put.param, 0) + 1
        track.hold(put.param, after)
        said.add((put.place + 1, put.param))
        return []

    # -- what the core is told -----------------------------------------------------------------

    def _doubt(self, at: float) -> tuple[Heard, ...]:
        """Nobody knows who is who: nothing is written until all has been read anew."""
        self._clear = frozenset()
        self._writes.drop()
        return self._tell(self._roll.doubt(at))

    def _tell_all(self, at: float) -> tuple[Heard, ...]:
        """The whole dump, or what the hub has added to it."""
        strips = self._desk.strips()
        if not self._plan.is_reading and self._roll.is_same_layout(strips):
            return self._tell(self._roll.changes(strips, set(), at=at))
        self._plan.is_reading = False
        *told, closed = self._roll.dump(strips, number=self._dump_number, at=at)
        if self._is_playing is not None:
            told.append(TransportChanged(at=at, playing=self._is_playing))
        return self._tell((*told, closed))

    def _tell(self, events: Iterable[Heard]) -> tuple[Heard, ...]:
        """Events as they are told; taps are told where the faders stand, too."""
        told = tuple(events)
        for event in told:
            if isinstance(event, ParamChanged):
                self._taps.note(event)
        is_known = not self._roll.is_open and self._desk.ids
        self._taps.arrange(self._desk.ids if is_known else ())
        return told

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
            self._writes.want(put, at, held=held or 0.0, is_last=command.is_last)
        return ()

    def ask(self, *, at: float) -> tuple[OscPacket, ...]:
        """The next frame, when the last was answered; and writes that are clear to go."""
        packets: list[OscPacket] = []
        if repairs := self._writes.take_repairs():
            packets.append(self._send_puts(repairs, at))
        if self._clear:
            if puts := self._writes.take(self._clear, at):
                packets.append(self._send_puts(puts, at))
            self._clear = frozenset()
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
        frame = self._wire.send([*questions, *self._plan.take(len(self._desk.tracks))], at)
        frame.checks = len(questions)
        return frame.bundle()

    def farewell(self) -> tuple[OscPacket, ...]:
        """Its log as it was; see `Dialect.farewell`."""
        is_ours = self._log_level not in ("", "warning")
        return (OscMessage(Topic.SET_LOG, (self._log_level,)),) if is_ours else ()

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """Nowhere: meters come among other answers."""
        return None
