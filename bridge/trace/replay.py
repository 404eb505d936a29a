"""Play a trace into a fresh bridge, and say what that bridge does now.

The bridge is the one of `mixbridge run`: its runner, its endpoint and its engine, with a socket
that is a list and a clock that is virtual. What came in at a time comes in at that time again; what
goes out is kept, and compared with what went out then. It has learnt nothing: a person's taste is
no part of a trace.
"""

import errno
import socket
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final, Protocol, cast

from bridge.daw.surface import PREFIX
from bridge.engine.results import StepResult
from bridge.errors import OscDecodeError
from bridge.journal.writer import JournalReport
from bridge.mix.controls import value_in_words
from bridge.mix.messages import Event, MoveState, RewardReceived, SetParam
from bridge.mix.notices import (
    Actor,
    ChangeNoticed,
    MoveReported,
    Notice,
    RequestRefused,
    RewardCredited,
    StatusChanged,
)
from bridge.osc.decode import decode
from bridge.runtime.runner import Runner
from bridge.runtime.udp import Address, UdpEndpoint
from bridge.runtime.virtual_loop import VirtualLoop
from bridge.trace.file import Asked, Datagram, Part
from bridge.trace.tags import Tags, is_tag

_BEGIN_S: Final = 1000.0
_AFTER_S: Final = 0.01
"""What came last is still handled."""

_HEARTBEAT: Final = "/bridge/heartbeat"
_SAME: Final = 0.06
"""Values nearer than this are the same in words: ramps are timed anew."""

_ONE_BY_ONE: Final = frozenset(PREFIX + name for name in ("move", "change", "rewarded"))
"""What people are told of moves and hands: each counts."""

_RAMP_GAP_S: Final = 0.25
"""A ramp writes fifty times a second; what comes later than this is another."""

_MAX_LISTED: Final = 12


class MakeRunner(Protocol):
    """Makes a fresh bridge of a trace's header, on the running loop, and its endpoint."""

    def __call__(
        self,
        part: Part,
        *,
        bind: Callable[[Address], socket.socket],
        clock: Callable[[], float],
    ) -> tuple[Runner, UdpEndpoint]:
        """See the class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What one part of a trace led to, now.

    Attributes:
        part: What was played.
        steps: Every event and what the engine answered, in order; times from the trace's header.
        sent: What the bridge sent now: seconds, peer, datagram.
        names: Names of the strips by their number, at the end.
    """

    part: Part
    steps: Sequence[tuple[float, Event, StepResult]]
    sent: Sequence[tuple[float, Address, bytes]]
    names: Sequence[str]

    @property
    def notices(self) -> list[tuple[float, Notice]]:
        """What people were told, each with its time."""
        return [(at, note) for at, _, result in self.steps for note in result.notices]

    @property
    def hands(self) -> list[tuple[float, ChangeNoticed]]:
        """The hands that were noticed."""
        return [
            (at, note)
            for at, note in self.notices
            if isinstance(note, ChangeNoticed) and note.actor is Actor.HAND
        ]

    @property
    def moves(self) -> Counter[MoveState]:
        """How many moves entered each state."""
        return Counter(note.state for _, note in self.notices if isinstance(note, MoveReported))

    @property
    def status(self) -> str:
        """The state that people were told last; empty where nothing was told."""
        states = [note.state for _, note in self.notices if isinstance(note, StatusChanged)]
        return states[-1] if states else ""

    @property
    def written(self) -> list[SetParam]:
        """The values that the engine asked the DAW to hold."""
        commands = (command for _, _, result in self.steps for command in result.commands)
        return [command for command in commands if isinstance(command, SetParam)]

    @property
    def lessons(self) -> int:
        """What was learnt."""
        return sum(len(result.lessons) for _, _, result in self.steps)


@dataclass(slots=True)
class _Record:
    """Keeps every step, in place of a journal; rewards are safe at once."""

    loop: VirtualLoop
    steps: list[tuple[float, Event, StepResult]] = field(default_factory=list)
    trouble: str = ""
    report: Callable[[JournalReport], None] | None = None

    def settle(self, _: RewardReceived) -> bool:
        return False

    def append(self, event: Event, result: StepResult, _: bytes | None) -> None:
        self.steps.append((self.loop.time() - _BEGIN_S, event, result))
        credited = tuple(note for note in result.notices if isinstance(note, RewardCredited))
        if credited and self.report is not None:
            self.loop.call_soon(self.report, JournalReport(acknowledged=credited, trouble=""))


class _ListedSocket:
    """A socket that gives what it is given, and keeps what is sent."""

    def __init__(self, address: Address, loop: VirtualLoop, tags: Tags) -> None:
        self._tags = tags
        self.sent: list[tuple[float, Address, bytes]] = []
        self._address = address
        self._loop = loop
        self._inbox: deque[tuple[bytes, Address]] = deque()

    def deliver(self, datagram: bytes, sender: Address) -> None:
        """A datagram comes."""
        self._inbox.append((self._tags.renewed(datagram), sender))
        self._loop.readers[id(self)]()

    def recvfrom(self, _: int) -> tuple[bytes, Address]:
        if not self._inbox:
            raise BlockingIOError(errno.EAGAIN, "nothing waits")
        return self._inbox.popleft()

    def recvfrom_into(self, buffer: Any, _: int = 0) -> tuple[int, Address]:  # noqa: ANN401
        datagram, sender = self.recvfrom(0)
        size = min(len(datagram), len(buffer))
        buffer[:size] = datagram[:size]
        return size, sender

    def sendto(self, datagram: bytes, address: Address) -> int:
        self._tags.asked(datagram)
        self.sent.append((self._loop.time() - _BEGIN_S, address, datagram))
        return len(datagram)

    def getsockname(self) -> Address:
        return self._address

    def getsockopt(self, _: int, option: int, size: int = 0) -> int | bytes:
        return bytes(size) if size else 0 * option

    def close(self) -> None:
        pass


def play(part: Part, make: MakeRunner) -> Played:
    """Play one part of a trace.

    Raises:
        BridgeError: If its settings or its dialect are not accepted by this version.
    """
    with closing(VirtualLoop(_BEGIN_S)) as loop:
        return _play(part, make, loop)


def _play(part: Part, make: MakeRunner, loop: VirtualLoop) -> Played:
    then = [each for each in part.records if isinstance(each, Datagram) and each.is_sent]
    wire = _ListedSocket(part.header["listen"], loop, Tags(each.osc for each in then))
    record = _Record(loop)

    def begin() -> None:
        runner, endpoint = make(part, bind=lambda _: cast(socket.socket, wire), clock=loop.time)
        record.report = runner.take_report
        runner.engine.moves.grid.is_replay = True
        runner.open(endpoint, record)
        opened.append((runner, endpoint))

    opened: list[tuple[Runner, UdpEndpoint]] = []
    loop.call_soon(begin)
    loop.play(_BEGIN_S)
    ((runner, endpoint),) = opened
    for each in part.records:
        when = _BEGIN_S + each.t
        if isinstance(each, Asked):
            loop.call_at(when, runner.request, each.event(when))
        elif not each.is_sent:
            loop.call_at(when, wire.deliver, each.osc, each.peer)
    lasts = part.records[-1].t if part.records else 0.0
    loop.play(_BEGIN_S + lasts + _AFTER_S)
    runner.stop()
    names = [strip.name for strip in runner.engine.mix.strips]
    endpoint.close()
    return Played(part=part, steps=record.steps, sent=wire.sent, names=names)


# -- in words -----------------------------------------------------------------------------------


def describe(played: Played) -> list[str]:
    """What happened, in lines for a person."""
    header, part = played.part.header, played.part
    came = sum(isinstance(each, Datagram) and not each.is_sent for each in part.records)
    asked = sum(isinstance(each, Asked) for each in part.records)
    lasted = part.records[-1].t if part.records else 0.0
    lines = [
        f"{header['dialect']} DAW at {header['daw'][0]}:{header['daw'][1]}, recorded by mixbridge "
        f"{header.get('version', '?')} on {header.get('began', '?')}: {lasted:.1f} s, "
        f"{came} datagrams in, {asked} requests of the page or a pad."
    ]
    lines += [f"The trace says: {note}." for note in part.notes]
    lines.append(
        f"Now: {_dumps(played.sent, header['daw'])}, {len(played.hands)} hands noticed, "
        f"{_counted(played.moves)}, {len(played.written)} writes, {played.lessons} lessons."
    )
    lines += _listed("hand", (_hand(at, note, played.names) for at, note in played.hands))
    refused = [(at, note) for at, note in played.notices if isinstance(note, RequestRefused)]
    lines += _listed("refused", (f"{at:.2f} s: {note.text}" for at, note in refused))
    states = [(at, note) for at, note in played.notices if isinstance(note, StatusChanged)]
    lines += _listed("status", (f"{at:.2f} s: {note.state}, {note.text}" for at, note in states))
    return [*lines, *compare(played)]


def compare(played: Played) -> list[str]:
    """How what was sent differs from what was sent then, in one or two lines."""
    then = [
        (each.t, each.peer, each.osc)
        for each in played.part.records
        if isinstance(each, Datagram) and each.is_sent
    ]
    counts = f"{len(then)} datagrams out then, {len(played.sent)} now"
    if difference := _first_difference(_said(then), _said(played.sent)):
        return [f"Differs from the trace ({counts}): {difference}"]
    return [f"What the bridge says is as in the trace ({counts})."]


@dataclass(frozen=True, slots=True)
class _Said:
    """One message that left."""

    at: float
    peer: Address
    address: str
    args: tuple[object, ...]

    def __str__(self) -> str:
        shown = " ".join(f"{arg:.3f}" if isinstance(arg, float) else str(arg) for arg in self.args)
        return f"{self.address} {shown}".rstrip() + f" to {self.peer[0]}:{self.peer[1]}"


_Streams = dict[tuple[object, ...], list[_Said]]


def _said(sent: Iterable[tuple[float, Address, bytes]]) -> _Streams:
    """What was sent, by peer and address, without heartbeats and repetitions; of a ramp its end.

    What goes to two addresses at the same time may leave in any order, so that each is compared by
    itself.
    """
    streams: _Streams = {}
    for at, peer, osc in sent:
        try:
            messages = decode(osc)
        except OscDecodeError:
            continue
        for message in messages:
            if message.address == _HEARTBEAT:
                continue
            said = _Said(at, peer, message.address, message.args)
            is_notice = message.address in _ONE_BY_ONE
            words = () if is_notice or message.address.startswith(PREFIX) else _words(message.args)
            stream = streams.setdefault((peer, message.address, words), [])
            is_ramp = bool(stream) and not is_notice and at - stream[-1].at < _RAMP_GAP_S
            if stream and (is_ramp or stream[-1].args == message.args):
                stream.pop()
            stream.append(said)
    return streams


def _words(args: tuple[object, ...]) -> tuple[object, ...]:
    """What is asked, or which control is meant: all but values, and the tags of answers."""
    return tuple(arg for arg in args if not isinstance(arg, float) and not is_tag(arg))


def _first_difference(old: _Streams, new: _Streams) -> str:
    found = [
        (min(each.at for each in pair if each), pair)
        for place in old.keys() | new.keys()
        if (pair := _first_unlike(old.get(place, []), new.get(place, [])))
    ]
    if not found:
        return ""
    _, (then, now) = min(found, key=lambda each: (each[0], str(each[1])))
    if then is None:
        return f"at {now.at:.2f} s it says {now}, which it did not say then." if now else ""
    if now is None:
        return f"at {then.at:.2f} s it said {then}, which it does not say now."
    return f"at {then.at:.2f} s it said {then}; now, at {now.at:.2f} s, {now}."


def _first_unlike(
    old: Sequence[_Said], new: Sequence[_Said]
) -> tuple[_Said | None, _Said | None] | None:
    for then, now in zip_longest(old, new):
        if then is None or now is None or not _is_same(then.args, now.args):
            return then, now
    return None


def _is_same(a: Sequence[object], b: Sequence[object]) -> bool:
    return len(a) == len(b) and all(
        abs(x - y) <= _SAME
        if isinstance(x, float) and isinstance(y, float)
        else x == y or is_tag(x)
        for x, y in zip(a, b, strict=True)
    )


def _dumps(sent: Sequence[tuple[float, Address, bytes]], daw: Address) -> str:
    to_daw = sum(peer == daw for _, peer, _ in sent)
    dumps = sum(peer == daw and b"/mix/refresh\0" in osc for _, peer, osc in sent)
    asked = f", of them {dumps} questions for a dump" if dumps else ""
    return f"{to_daw} datagrams to the DAW{asked}"


def _counted(moves: Counter[MoveState]) -> str:
    order = [state for state in MoveState if moves[state]]
    return "moves: " + (", ".join(f"{moves[state]} {state}" for state in order) or "none")


def _hand(at: float, note: ChangeNoticed, names: Sequence[str]) -> str:
    is_known = 1 <= note.track <= len(names)
    name = names[note.track - 1] if is_known else f"track {note.track}"
    start, end = (value_in_words(note.param, value) for value in (note.from_value, note.to_value))
    return f"{at:.2f} s: {name} {note.param} from {start} to {end}"


def _listed(what: str, each: Iterable[str]) -> list[str]:
    """The first dozen, and how many more."""
    lines = [f"  {what:<8} {text}" for text in each]
    more = len(lines) - _MAX_LISTED
    return lines[:_MAX_LISTED] + ([f"  {what:<8} and {more} more"] if more > 0 else [])
