"""The runner: one loop, one consumer. What comes in goes to the engine; what it says goes out.

Everything here happens on the event loop, in steps of well under a millisecond: a few events, then
the loop turns. Only the journal's thread waits for the disk.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Final

import bridge
from bridge.daw import surface
from bridge.daw.dialect import (
    Dialect,
    HasContents,
    Heard,
    Informed,
    LevelReading,
    Paced,
    Refusal,
    Watchful,
    encode_any,
)
from bridge.engine.engine import Engine
from bridge.engine.results import StepResult
from bridge.errors import DialectError
from bridge.journal.record import Record
from bridge.journal.writer import JournalReport
from bridge.mix.content_events import PlayContent, SetContent
from bridge.mix.device_events import TargetChosen
from bridge.mix.messages import (
    AnyCommand,
    DawEvent,
    DumpOpened,
    Event,
    FreezeSwitched,
    LinkState,
    MoveState,
    PersonEvent,
    RequestDump,
    RewardReceived,
    Tick,
)
from bridge.mix.notices import MoveReported, Notice, RequestRefused, RewardCredited, StatusChanged
from bridge.osc.decode import Fault
from bridge.osc.message import OscMessage, OscPacket
from bridge.runtime.complaints import Complaints, DawComplaints
from bridge.runtime.counters import Counters
from bridge.runtime.intake import Intake
from bridge.runtime.knob_states import knob_states
from bridge.runtime.link import DawLink
from bridge.runtime.meters import SAMPLES_HZ, LevelMeters
from bridge.runtime.outbox import Outbox
from bridge.runtime.remotes import DawDoor, Remotes
from bridge.runtime.requests import Requests, is_request
from bridge.runtime.targets import Targets
from bridge.runtime.thumbs import find_rateable
from bridge.runtime.udp import Address, UdpEndpoint
from bridge.runtime.workers import Workers

_EVENTS_A_TURN: Final = 4
"""Some 0.2 ms of work; then the loop reads again. In a flood values wait and the newest wins."""

_HEARTBEAT_S: Final = 2.0
_LOGGED_FAULTS: Final = 20

_LEAST_WAIT_S: Final = 0.002
"""A dialect that asks at its own pace is woken no sooner than this."""

_log = logging.getLogger(__name__)


class Runner:
    """A running bridge; its clock is that of the event loop.

    Args:
        engine: The mind.
        dialect: How the DAW is spoken with.
        daw: The DAW's address.
        session: Number of this run in its profile.
        read_every_s: How often the engine reads the meters.

    Attributes:
        dialect: How the DAW is spoken with.
        session: Number of this run in its profile.
        counters: What came, and what was not done.
        lessons: Counts what changed what is known of the person.
        watchers: Are called with everything that remotes are told.
        targets: Hears the sound files that people name.
        workers: Do what takes the tasks too long.
        players: Are called with what is to be heard without being written.
        holders: Answer for contents that are no DAW's; None where it is not theirs.
        door: The DAW's own socket, where it has one; else it speaks where people do.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        dialect: Dialect,
        daw: Address,
        session: int,
        read_every_s: float,
    ) -> None:
        self.engine = engine
        self.counters = Counters()
        self.lessons = 0
        self._loop = asyncio.get_running_loop()
        self.link = DawLink(f"{daw[0]}:{daw[1]}", sends_dumps=dialect.capabilities.sends_dumps)
        self.meters = LevelMeters(dialect, at=self._loop.time())
        self.dialect = dialect
        self._paced = dialect if isinstance(dialect, Paced) else None
        self._watchful = dialect if isinstance(dialect, Watchful) else None
        self._daw = daw
        self.session = session
        self._read_every_s = read_every_s
        self._intake = Intake(self.counters)
        can = dialect.capabilities
        self._outbox = Outbox(can.writes_per_s, self.counters, per_param_s=can.writes_per_param_s)
        self.door: DawDoor | None = None
        self.targets = Targets(self.submit, None)
        self.workers = Workers(self.submit, {}, self.counters)
        self.players: list[Callable[[PlayContent], None]] = []
        self.holders: list[Callable[[AnyCommand], Iterable[Event] | None]] = []
        self._is_ask_due = False
        self._log = Complaints()
        self._complaints = DawComplaints(self._log, self.counters, dialect, daw)
        self._is_flush_due = False
        self.watchers: list[Callable[[Notice], None]] = []
        self.remotes = Remotes(self._send, self.counters)
        self._requests = Requests(self, self.remotes, complaints=self._log)
        self._endpoint: UdpEndpoint | None = None
        self._journal: Record | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = False
        self._is_consuming = False
        self._unnamed_rewards = 0
        self._beats = 0
        self._read_at = 0.0
        self._told_trouble = ""
        self._told_rateable = find_rateable(engine)

    def open(self, endpoint: UdpEndpoint, journal: Record) -> None:
        """Begin: from now on everything that comes in is taken."""
        self._endpoint, self._journal, self._is_open = endpoint, journal, True
        self.remotes.own = endpoint.address
        self._pulse()
        self._beat()

    def stop(self) -> None:
        """Take nothing more and part from the DAW; the last answers may still go out."""
        if self._is_open:
            for packet in self.dialect.farewell():
                self._send_daw(packet)
        self._is_open = False
        if self._timer is not None:
            self._timer.cancel()

    # -- in ------------------------------------------------------------------------------------

    def receive(self, message: OscMessage, sender: Address, at: float) -> None:
        """Take one message, of the DAW or of a person."""
        if is_request(message.address):
            self._requests.receive(message, sender, at)
        elif self.door is None or sender == self.door.peer:
            self.receive_daw(message, sender, at)
        else:  # the DAW has a socket of its own, and this is not it
            self._complaints.unknown(message.address, sender, at, is_online=False)

    def receive_daw(self, message: OscMessage, sender: Address, at: float) -> None:
        """Take one message of the DAW; no request of a person comes this way."""
        try:
            heard = self.dialect.decode(message, at=at)
        except DialectError as error:
            heard = (Refusal(str(error)),)
        if heard is None:
            is_online = self.link.state is LinkState.ONLINE
            self._complaints.unknown(message.address, sender, at, is_online=is_online)
            return
        self._receive(heard, sender, at)

    def ask_daw(self) -> None:
        """Ask for everything, now: the way to the DAW has just been found."""
        request = self.link.request_dump(self._loop.time())
        if request is not None:
            self._write(request)

    def refuse(self, fault: Fault, sender: Address, at: float) -> None:
        """Refuse an element of a datagram that is no OSC, and do what its address alone demands."""
        address = fault.address
        if is_request(address):
            self._requests.refuse_undecodable(fault, sender, at)
            return
        self._complaints.undecodable(fault, sender, at)
        if self.door is None:
            self._make_unknown(address, sender, at)

    def refuse_daw(self, fault: Fault, sender: Address, at: float) -> None:
        """Refuse an element of a datagram of the DAW's own socket that is no OSC."""
        self._complaints.undecodable(fault, sender, at)
        self._make_unknown(fault.address, sender, at)

    def _make_unknown(self, address: str, sender: Address, at: float) -> None:
        with suppress(DialectError):  # a control whose value cannot be read is unknown now
            heard = self.dialect.decode(OscMessage(address or "/", (None,)), at=at) or ()
            if known := [news for news in heard if not isinstance(news, Refusal)]:
                self._receive(known, sender, at)

    def _receive(self, heard: Iterable[Heard], sender: Address, at: float) -> None:
        """Take over what the DAW said."""
        if self._is_answering(at):
            self.link.record_alive(at)
        for news in heard:
            if isinstance(news, LevelReading):
                self.meters.record(*news)
            elif isinstance(news, Refusal):
                self._complaints.misunderstood(news.text, sender, at)
            else:
                if isinstance(news, DumpOpened):
                    self.meters.clear(at=at)  # its numbers may mean other strips
                self.submit(news)
        self._ask(at)

    def submit(self, event: Event) -> None:
        """Put an event before the engine; it is handled in this turn of the loop or the next."""
        self._intake.add(event)
        if not self._is_consuming:
            self._is_consuming = True
            self._loop.call_soon(self._consume)

    def apply_report(self, report: JournalReport) -> None:
        """What the journal says: only now rewards are acknowledged."""
        for credited in report.acknowledged:
            self.engine.ledger.record_saved(credited.reward_id)
            self.notify(credited)
        for refused in report.refused:
            self.counters.refused += 1
            self.notify(refused)
        if report.trouble != self._told_trouble:
            self._told_trouble = report.trouble
            _log.warning("%s", report.trouble or "the journal can be written again")
            self.notify(self.status)

    def request(self, request: PersonEvent) -> PersonEvent:
        """Take what a person asks for, from whatever it came; a reward without a name gets one.

        Returns:
            The event that is submitted.
        """
        if isinstance(request, RewardReceived) and not request.reward_id:
            self._unnamed_rewards += 1
            reward_id = f"r{self.session}-{self._unnamed_rewards}"
            request = replace(request, reward_id=reward_id)
        self.submit(request)
        if isinstance(request, TargetChosen) and request.path:
            self.targets.listen(request.path)
        return request

    @property
    def status(self) -> StatusChanged:
        """What the bridge can do now."""
        state, text = self.engine.status
        trouble = self._journal.trouble if self._journal else ""
        if trouble and state != "panic":
            return StatusChanged(state="degraded", text=trouble)
        return StatusChanged(state=state, text=text)

    def greeting(self) -> list[OscMessage]:
        """Say who we are, how it stands, what is open, what a thumb is about, and which knobs."""
        rateable = find_rateable(self.engine)
        notices: tuple[Notice, ...] = (self.status, *self.engine.open_notices(), rateable)
        others = [each for notice in notices for each in surface.rest_of(notice)]
        others += knob_states(self.engine.work, self._loop.time())
        welcome = surface.welcome(bridge.__version__)
        return [welcome, *map(surface.encode_notice, notices), *others]

    def facts(self, at: float) -> dict[str, str | float]:
        """What is known of the DAW beyond the mix; see `bridge.daw.dialect.Informed`."""
        return self.dialect.facts(at=at) if isinstance(self.dialect, Informed) else {}

    def stats(self) -> dict[str, int]:
        """Every counter by its name, as `/bridge/stats` answers."""
        if self._endpoint is not None:
            self.counters.lost = self._endpoint.lost or 0
        self.counters.asked_again = self.link.asked_again
        return self.counters.as_dict()

    # -- the consumer --------------------------------------------------------------------------

    def _consume(self) -> None:
        try:
            for _ in range(_EVENTS_A_TURN):
                if not self._intake or not self._is_open:
                    break
                self._step(self._intake.pop())
        finally:  # whatever one event led to, the next one is taken
            self._is_consuming = bool(self._intake) and self._is_open
            if self._is_consuming:
                self._loop.call_soon(self._consume)
            self._set_timer()

    def _step(self, event: Event) -> None:
        asker = self._requests.release_asker(event)
        if self._journal is None:
            return
        if isinstance(event, RewardReceived) and self._journal.settle(event):
            return
        if isinstance(event, DawEvent) and (change := self.link.record(event)):
            self.submit(change)
        try:
            result = self.engine.handle(event)
            memory = self.engine.memory() if result.is_memory_changed else None
        except Exception:
            # A fault of ours must cost neither the session nor the mix: stop acting, go on hearing.
            self.counters.faults += 1
            if self.counters.faults <= _LOGGED_FAULTS:
                _log.exception("fault in the engine at %r; frozen", event)
            if not isinstance(event, FreezeSwitched):
                self.submit(FreezeSwitched(at=event.at, on=True))
            return
        self.lessons += result.is_memory_changed
        self._journal.append(event, result, memory)
        if isinstance(event, DawEvent):
            self._complaints.check_track(event, self.engine.mix)
            self._complaints.check_device(event, self.engine.work.devices.rack)
        for notice in result.notices:  # a move is told before it is sent
            if isinstance(notice, RequestRefused) and asker is not None:
                self._requests.refuse(notice.text, asker, event.at)
                self._show(notice)
            else:
                self._notify(notice)
        if result.notices and (rateable := find_rateable(self.engine)) != self._told_rateable:
            self._told_rateable = rateable
            self.notify(rateable)
        self._carry_out(result, event.at)

    def _carry_out(self, result: StepResult, at: float) -> None:
        for command in (*result.commands, *result.device_commands, *result.content_commands):
            self._command(command, at)
        for job in result.jobs:
            for message in surface.wanted(job):
                self.remotes.broadcast(message)
            self.workers.begin(job)

    def _set_timer(self) -> None:
        """Wake up when the engine's deadline falls due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.engine.deadline
        if deadline is not None and self._is_open:
            when = max(deadline, self._loop.time())
            self._timer = self._loop.call_at(when, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.submit(Tick(at=self._loop.time()))

    def _pulse(self) -> None:
        """Twenty times a second: the meters, and whether the DAW is there."""
        if not self._is_open:
            return
        at = self._loop.time()
        self._loop.call_later(1.0 / SAMPLES_HZ, self._pulse)
        if self.meters.sample() and self._is_answering(at):
            self.link.record_alive(at)
        if at - self._read_at >= self._read_every_s:
            self._read_at = at
            if event := self.meters.collect(at=at):
                if not self._intake:  # else a dump may wait that tells of more
                    self._complaints.check_levels(event, self.engine.mix)
                self.submit(event)
        trouble = "" if self._watchful is None else self._watchful.trouble
        change, request = self.link.check(at, trouble)
        if change is not None:
            self.submit(change)
        if request is not None:
            self._write(request)
        self._ask(at)

    def _is_answering(self, at: float) -> bool:
        """Whether what comes in shows that the DAW is there, and not only a device beside it."""
        return self._watchful is None or self._watchful.is_answering(at=at)

    def _beat(self) -> None:
        if not self._is_open:
            return
        self._log.report_repeats(self._loop.time())
        self.remotes.broadcast(surface.heartbeat(self._beats, self.engine.mode))
        self._beats += 1
        self._loop.call_later(_HEARTBEAT_S, self._beat)

    # -- out -----------------------------------------------------------------------------------

    def _command(self, command: AnyCommand, at: float) -> None:
        if isinstance(command, PlayContent):
            for play in self.players:
                play(command)
        held = [news for hold in self.holders if (news := hold(command)) is not None]
        for event in chain.from_iterable(held):
            self.submit(event)
        if held and (isinstance(command, SetContent) or not isinstance(self.dialect, HasContents)):
            return  # nobody else has it
        request = self.link.request_dump(at) if isinstance(command, RequestDump) else command
        if request is not None:
            self._write(request)

    def _write(self, command: AnyCommand) -> None:
        self._outbox.add(command)
        self._flush()

    def _flush(self) -> None:
        """Let out what may leave now, and come back for the rest."""
        at = self._loop.time()
        is_wanted = partial(self.engine.is_wanted, at=at)
        for command in self._outbox.release(at, is_wanted):
            try:
                messages = encode_any(self.dialect, command, at=at)
            except DialectError as error:
                # The engine hears no echo, gives the move up and asks what the DAW really holds.
                self.counters.unsaid += 1
                if self.counters.unsaid <= _LOGGED_FAULTS:
                    _log.warning("not sent: %s", error)
                continue
            for message in messages:
                self._send_daw(message)
        self._ask(at)
        due_s = self._outbox.due_s
        if due_s is not None and not self._is_flush_due and self._is_open:
            self._is_flush_due = True
            self._loop.call_later(due_s, self._flush_later)

    def _flush_later(self) -> None:
        self._is_flush_due = False
        if self._is_open:
            self._flush()

    def _ask(self, at: float) -> None:
        """What the dialect itself wants to say to the DAW."""
        if not self._is_open:
            return
        for message in self.dialect.ask(at=at):
            self._send_daw(message)
        due_s = None if self._paced is None else self._paced.ask_due_s(at=at)
        if due_s is not None and not self._is_ask_due:
            self._is_ask_due = True
            self._loop.call_later(max(due_s, _LEAST_WAIT_S), self._ask_later)

    def _ask_later(self) -> None:
        self._is_ask_due = False
        self._ask(self._loop.time())

    def _notify(self, notice: Notice) -> None:
        if isinstance(notice, RewardCredited):
            return  # the journal says when it is on disk
        if isinstance(notice, StatusChanged) and notice.text == self.engine.status[1]:
            notice = self.status
        if isinstance(notice, MoveReported):
            notice = self.engine.ledger.as_done(notice)
        if isinstance(notice, RequestRefused | StatusChanged):
            _log.info("%s", notice.text)
        self.counters.refused += isinstance(notice, RequestRefused)
        if isinstance(notice, MoveReported):
            self.counters.unconfirmed += notice.state is MoveState.UNCONFIRMED
        self.notify(notice)

    def notify(self, notice: Notice) -> None:
        """Tell everyone."""
        for message in (surface.encode_notice(notice), *surface.rest_of(notice)):
            self.remotes.broadcast(message)
        self._show(notice)

    def _show(self, notice: Notice) -> None:
        for watch in self.watchers:
            watch(notice)

    def _send_daw(self, packet: OscPacket) -> None:
        """Say something to the DAW, by the door that it is for."""
        side_door = self.remotes.side_door
        if (
            isinstance(packet, OscMessage)
            and side_door
            and packet.address.startswith(side_door.prefix)
        ):
            side_door.send(packet)
        elif self.door is not None:
            self.door.send(packet)
        else:
            self._send(packet, self._daw)

    def _send(self, packet: OscPacket, address: Address) -> None:
        if self._endpoint is not None:
            self._endpoint.send(packet, address)
