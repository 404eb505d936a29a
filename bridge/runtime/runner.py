"""The runner: one loop, one consumer. What comes in goes to the engine; what it says goes out.

Everything here happens on the event loop, in steps of well under a millisecond: a few events, then
the loop turns. Only the journal's thread waits for the disk.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

import bridge
from bridge.daw import surface
from bridge.daw.dialect import Dialect, Informed, LevelReading
from bridge.engine import Engine
from bridge.errors import DialectError
from bridge.mix.messages import (
    Command,
    DawEvent,
    DumpOpened,
    Event,
    FreezeSwitched,
    PersonEvent,
    RequestDump,
    RewardReceived,
    Tick,
)
from bridge.mix.notices import MoveReported, Notice, RequestRefused, RewardCredited, StatusChanged
from bridge.osc.message import OscMessage, OscPacket
from bridge.runtime.intake import Intake
from bridge.runtime.journal import Journal
from bridge.runtime.journal_writer import JournalReport
from bridge.runtime.link import DawLink
from bridge.runtime.meters import SAMPLES_HZ, LevelMeters
from bridge.runtime.outbox import Outbox
from bridge.runtime.udp import Address, UdpEndpoint

_EVENTS_A_TURN: Final = 4
"""Some 0.2 ms of work; then the loop reads again. In a flood values wait and the newest wins."""

_HEARTBEAT_S: Final = 2.0
_MAX_REMOTES: Final = 32
_LOGGED_FAULTS: Final = 20

_log = logging.getLogger(__name__)


class SideDoor(Protocol):
    """A way to a script inside the DAW, beside the DAW's own OSC."""

    @property
    def prefix(self) -> str:
        """Messages of the dialect to addresses that begin so go there."""

    def send(self, message: OscMessage) -> None:
        """Ask the script for something; does not wait."""

    def tell(self, message: OscMessage) -> None:
        """Hear what everyone who said hello is told; does not wait."""


class Runner:
    """A running bridge.

    Args:
        engine: The mind.
        dialect: How the DAW is spoken with.
        daw: The DAW's address.
        session: Number of this run in its profile.
        read_every_s: How often the engine reads the meters.

    Attributes:
        session: Number of this run in its profile.
        misunderstood: Messages that nobody could mean.
        unknown: Messages at addresses that the dialect does not know.
        unsaid: Commands that the dialect has no words for.
        lessons: Counts what changed what is known of the person.
        watchers: Are called with everything that remotes are told.
        side_door: Where the DAW has one.
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
        self.misunderstood = 0
        self.unknown = 0
        self.unsaid = 0
        self.lessons = 0
        self.side_door: SideDoor | None = None
        self.link = DawLink(f"{daw[0]}:{daw[1]}")
        self.meters = LevelMeters(dialect, at=time.monotonic())
        self._dialect = dialect
        self._daw = daw
        self.session = session
        self._read_every_s = read_every_s
        self._intake = Intake()
        self._outbox = Outbox(dialect.capabilities.writes_per_s)
        self._is_flush_due = False
        self.watchers: list[Callable[[Notice], None]] = []
        self._remotes: OrderedDict[Address, None] = OrderedDict()
        self._loop = asyncio.get_running_loop()
        self._endpoint: UdpEndpoint | None = None
        self._journal: Journal | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = False
        self._is_consuming = False
        self._unnamed_rewards = 0
        self._beats = 0
        self._read_at = 0.0
        self._faults = 0
        self._told_trouble = ""

    def open(self, endpoint: UdpEndpoint, journal: Journal) -> None:
        """Begin: from now on everything that comes in is taken."""
        self._endpoint, self._journal, self._is_open = endpoint, journal, True
        self._pulse()
        self._beat()

    def stop(self) -> None:
        """Take nothing more and part from the DAW; the last answers may still go out."""
        if self._is_open:
            for packet in self._dialect.farewell():
                self._say(packet)
        self._is_open = False
        if self._timer is not None:
            self._timer.cancel()

    # -- in ------------------------------------------------------------------------------------

    def take(self, message: OscMessage, sender: Address, at: float) -> None:
        """Take one message, of the DAW or of a person."""
        try:
            if message.address.startswith(surface.PREFIX):
                self._take_request(message, sender, at)
                return
            heard = self._dialect.decode(message, at=at)
        except DialectError as error:
            self.misunderstood += 1
            if message.address.startswith(surface.PREFIX):
                self._broadcast(surface.error(str(error)))
            elif self.misunderstood <= _LOGGED_FAULTS:
                _log.warning("from %s:%d: %s", *sender, error)
            return
        if heard is None:
            self.unknown += 1
            return
        self.link.note_alive(at)
        for news in heard:
            if isinstance(news, LevelReading):
                self.meters.put(*news)
                continue
            if isinstance(news, DumpOpened):
                self.meters.clear(at=at)  # its numbers may mean other strips
            self.submit(news)
        self._ask(at)

    def submit(self, event: Event) -> None:
        """Put an event before the engine; it is handled in this turn of the loop or the next."""
        self._intake.put(event)
        if not self._is_consuming:
            self._is_consuming = True
            self._loop.call_soon(self._consume)

    def take_report(self, report: JournalReport) -> None:
        """What the journal says: only now rewards are acknowledged."""
        for credited in report.acknowledged:
            self.engine.ledger.record_saved(credited.reward_id)
            self._tell_all(credited)
        for refused in report.refused:
            self._tell_all(refused)
        if report.trouble != self._told_trouble:
            self._told_trouble = report.trouble
            _log.warning("%s", report.trouble or "the journal can be written again")
            self._tell_all(self.status)

    def request(self, request: PersonEvent) -> None:
        """Take what a person asks for, from whatever it came; a reward without a name gets one."""
        if isinstance(request, RewardReceived) and not request.reward_id:
            self._unnamed_rewards += 1
            reward_id = f"r{self.session}-{self._unnamed_rewards}"
            request = replace(request, reward_id=reward_id)
        self.submit(request)

    @property
    def status(self) -> StatusChanged:
        """What the bridge can do now."""
        state, text = self.engine.status
        trouble = self._journal.trouble if self._journal else ""
        if trouble and state != "panic":
            return StatusChanged(state="degraded", text=trouble)
        return StatusChanged(state=state, text=text)

    def _take_request(self, message: OscMessage, sender: Address, at: float) -> None:
        request = surface.decode_request(message, at=at)
        if isinstance(request, surface.Hello):
            self._greet((sender[0], request.port))
        elif isinstance(request, surface.Inquiry):
            self._tell_facts((sender[0], request.port), at)
        elif request is not None:
            self.request(request)

    def _greet(self, remote: Address) -> None:
        """Remember who wants to be told; the one unheard of for longest gives way."""
        self._remotes[remote] = None
        self._remotes.move_to_end(remote)
        while len(self._remotes) > _MAX_REMOTES:
            self._remotes.popitem(last=False)
        answers = [surface.welcome(bridge.__version__), surface.encode_notice(self.status)]
        for notice in self.engine.open_notices():
            answers.append(surface.encode_notice(notice))
        for answer in answers:
            self._send(answer, remote)

    def _tell_facts(self, asker: Address, at: float) -> None:
        dialect = self._dialect
        facts = dialect.facts(at=at) if isinstance(dialect, Informed) else {}
        for name, value in (*facts.items(), ("", "")):
            self._send(surface.fact(name, value), asker)

    # -- the consumer --------------------------------------------------------------------------

    def _consume(self) -> None:
        try:
            for _ in range(_EVENTS_A_TURN):
                if not self._intake or not self._is_open:
                    break
                self._step(self._intake.take())
        finally:  # whatever one event led to, the next one is taken
            self._is_consuming = bool(self._intake) and self._is_open
            if self._is_consuming:
                self._loop.call_soon(self._consume)
            self._set_timer()

    def _step(self, event: Event) -> None:
        if self._journal is None:
            return
        if isinstance(event, RewardReceived) and self._journal.settle(event):
            return
        if isinstance(event, DawEvent) and (change := self.link.note(event)):
            self.submit(change)
        try:
            result = self.engine.handle(event)
            memory = self.engine.memory() if result.is_memory_changed else None
        except Exception:
            # A fault of ours must cost neither the session nor the mix: stop acting, go on hearing.
            self._faults += 1
            if self._faults <= _LOGGED_FAULTS:
                _log.exception("fault in the engine at %r; frozen", event)
            if not isinstance(event, FreezeSwitched):
                self.submit(FreezeSwitched(at=event.at, on=True))
            return
        self.lessons += result.is_memory_changed
        self._journal.append(event, result, memory)
        for notice in result.notices:  # a move is told before it is sent
            self._tell(notice)
        for command in result.commands:
            self._command(command, event.at)

    def _set_timer(self) -> None:
        """Wake up when the engine's deadline falls due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.engine.deadline
        if deadline is not None and self._is_open:
            when = max(deadline, time.monotonic())
            self._timer = self._loop.call_at(when, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.submit(Tick(at=time.monotonic()))

    def _pulse(self) -> None:
        """Twenty times a second: the meters, and whether the DAW is there."""
        if not self._is_open:
            return
        at = time.monotonic()
        self._loop.call_later(1.0 / SAMPLES_HZ, self._pulse)
        if self.meters.sample():
            self.link.note_alive(at)
        if at - self._read_at >= self._read_every_s:
            self._read_at = at
            if event := self.meters.take(at=at):
                self.submit(event)
        change, request = self.link.check(at)
        if change is not None:
            self.submit(change)
        if request is not None:
            self._write(request)
        self._ask(at)

    def _beat(self) -> None:
        if not self._is_open:
            return
        self._broadcast(surface.heartbeat(self._beats, self.engine.mode))
        self._beats += 1
        self._loop.call_later(_HEARTBEAT_S, self._beat)

    # -- out -----------------------------------------------------------------------------------

    def _command(self, command: Command, at: float) -> None:
        if isinstance(command, RequestDump):
            command = self.link.request_dump(at)  # the link counts them all
        self._write(command)

    def _write(self, command: Command) -> None:
        self._outbox.put(command)
        self._flush()

    def _flush(self) -> None:
        """Let out what may leave now, and come back for the rest."""
        at = time.monotonic()
        is_wanted = partial(self.engine.moves.is_wanted, at=at)
        for command in self._outbox.take(at, is_wanted):
            try:
                messages = self._dialect.encode(command, at=at)
            except DialectError as error:
                # The engine hears no echo, gives the move up and asks what the DAW really holds.
                self.unsaid += 1
                if self.unsaid <= _LOGGED_FAULTS:
                    _log.warning("not sent: %s", error)
                continue
            for message in messages:
                self._say(message)
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
        if self._is_open:
            for message in self._dialect.ask(at=at):
                self._say(message)

    def _tell(self, notice: Notice) -> None:
        if isinstance(notice, RewardCredited):
            return  # the journal says when it is on disk
        if isinstance(notice, StatusChanged) and notice.text == self.engine.status[1]:
            notice = self.status
        if isinstance(notice, MoveReported):
            notice = self.engine.ledger.as_done(notice)
        if isinstance(notice, RequestRefused | StatusChanged):
            _log.info("%s", notice.text)
        self._tell_all(notice)

    def _tell_all(self, notice: Notice) -> None:
        self._broadcast(surface.encode_notice(notice))
        for watch in self.watchers:
            watch(notice)

    def _broadcast(self, message: OscMessage) -> None:
        if self.side_door is not None:
            self.side_door.tell(message)
        for remote in self._remotes:
            self._send(message, remote)

    def _say(self, packet: OscPacket) -> None:
        """Say something to the DAW, by the door that it is for."""
        door = self.side_door
        if isinstance(packet, OscMessage) and door and packet.address.startswith(door.prefix):
            door.send(packet)
        else:
            self._send(packet, self._daw)

    def _send(self, packet: OscPacket, address: Address) -> None:
        if self._endpoint is not None:
            self._endpoint.send(packet, address)
