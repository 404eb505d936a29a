"""How many messages a second are taken in without loss, and by what.

Three receivers in one run, over loopback, on the same 320 addresses of the `/mix` namespace:

- the endpoint of this project, with its dialect behind it: each message becomes a level in its slot
  or an event of the core;
- python-osc's asyncio server, with a dispatcher that maps each address to a function;
- a bare loop that blocks in `recv` and finds address and layout in a dictionary: what Python can do
  if it does nothing else.

All are granted the same receive buffer. The sender is a process of its own that sends evenly, in
steps of a millisecond. A rate counts if nothing was lost and no backlog of more than `GRACE_S` is
left: a large buffer alone would hide for seconds that a receiver is too slow. The rate is doubled
until it fails, then narrowed down.
"""

import asyncio
import math
import multiprocessing
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final, Protocol, cast

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import AsyncIOOSCUDPServer

from bridge.daw.dialect import Heard
from bridge.daw.generic import GenericDialect
from bridge.mix.params import MOVABLE, SWITCHES
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.runtime.meters import SAMPLES_HZ, LevelMeters
from bridge.runtime.udp import RECEIVE_BUFFER_BYTES, Address, UdpEndpoint

TRACKS: Final = 32
"""With ten addresses each: levels, bands, gain, pan, four EQ gains, mute and solo."""

_TRIAL_S: Final = 0.3
LONGEST_TRIAL_S: Final = 1.2 * _TRIAL_S
GRACE_S: Final = 0.05
_FIRST_RATE: Final = 4000
_ATTEMPTS: Final = 2  # other programs disturb
_HALVINGS: Final = 3
_ANY_PORT: Final = ("127.0.0.1", 0)
_BARE_BYTES: Final = 8192
"""What the bare loop reads at once: it knows that no datagram of the study is larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the report."""

    label: str
    value: float
    unit: str


class Receiver(Protocol):
    """Whatever takes messages in."""

    port: int

    def receive(self, is_over: Callable[[], bool]) -> int:
        """Receive until `is_over` and then until nothing more comes.

        Returns:
            How many messages had been handled `GRACE_S` after `is_over`.
        """

    def close(self) -> None:
        """Free the port."""


def run() -> list[Result]:
    """Measure all three, in less than 20 s."""
    receivers: dict[str, Callable[[], Receiver]] = {
        "endpoint and dialect": _Endpoint,
        "python-osc asyncio server, dispatcher": _PythonOsc,
        "bare loop": _BareLoop,
    }
    results: list[Result] = []
    with open_sender() as sender:
        for label, make in receivers.items():
            receiver = make()
            try:
                rate, cost_s = _measure(sender, receiver)
            finally:
                receiver.close()
            results.append(Result(label=f"{label}: without loss", value=rate, unit="messages/s"))
            results.append(Result(label=f"{label}: processor", value=cost_s * 1e6, unit="us each"))
    return results


def _datagrams() -> list[bytes]:
    dialect = GenericDialect()
    messages: list[OscMessage] = []
    for track in range(1, TRACKS + 1):
        messages += dialect.encode_levels(track, [-20.0 - column for column in range(12)])
        for param in (*MOVABLE, *SWITCHES):
            messages.append(OscMessage(f"/mix/track/{track}/{param}", (0.0,)))
    return [encode(message) for message in messages]


# -- the sender ---------------------------------------------------------------------------------


@contextmanager
def open_sender() -> Iterator[Connection]:
    """A process that sends as it is told: (port, rate) in, number sent and seconds taken out."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_send_on_demand, args=(theirs, _datagrams()), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        ours.send(None)
        process.join()


def _send_on_demand(orders: Connection, datagrams: Sequence[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        while (order := orders.recv()) is not None:
            port, rate = order
            orders.send(_flood(sock, ("127.0.0.1", port), rate, datagrams))


def _flood(
    sock: socket.socket, to: Address, rate: int, datagrams: Sequence[bytes]
) -> tuple[int, float]:
    began = time.perf_counter()
    total = int(rate * _TRIAL_S)
    sent = 0
    while sent < total:
        due = min(total, int((time.perf_counter() - began) * rate))
        while sent < due:
            sock.sendto(datagrams[sent % len(datagrams)], to)
            sent += 1
        time.sleep(0.001)
    return sent, time.perf_counter() - began


def _measure(sender: Connection, receiver: Receiver) -> tuple[int, float]:
    """The greatest rate that the receiver keeps up with, and its processor time a message, in s."""
    cost_s = math.nan

    def keeps_up(rate: int) -> bool:
        nonlocal cost_s
        began = time.process_time()
        sender.send((receiver.port, rate))
        received = receiver.receive(sender.poll)
        sent, seconds = sender.recv()
        is_up = bool(received == sent and seconds < LONGEST_TRIAL_S)
        if is_up:
            cost_s = (time.process_time() - began) / sent
        return is_up

    return greatest_rate(keeps_up), cost_s


def greatest_rate(keeps_up: Callable[[int], bool]) -> int:
    """The greatest of the rates that were tried, messages/s, for which `keeps_up` is true."""

    def is_possible(rate: int) -> bool:
        return any(keeps_up(rate) for _ in range(_ATTEMPTS))

    rate, too_fast = 0, _FIRST_RATE
    while is_possible(too_fast):
        rate, too_fast = too_fast, 2 * too_fast
    for _ in range(_HALVINGS):
        middle = (rate + too_fast) // 2
        if is_possible(middle):
            rate = middle
        else:
            too_fast = middle
    return rate


# -- the receivers ---------------------------------------------------------------------------------


class _OnLoop(ABC):
    """What both asyncio receivers share: a loop that runs while a trial does."""

    def __init__(self) -> None:
        self._loop = asyncio.SelectorEventLoop()

    @abstractmethod
    def _handled(self) -> int:
        """Messages handled since the beginning."""

    def receive(self, is_over: Callable[[], bool]) -> int:
        return self._loop.run_until_complete(self._receive(is_over))

    async def _receive(self, is_over: Callable[[], bool]) -> int:
        before = self._handled()
        while not is_over():
            await asyncio.sleep(GRACE_S / 10)
        await asyncio.sleep(GRACE_S)
        seen = in_time = self._handled()
        await asyncio.sleep(GRACE_S)
        while seen != self._handled():
            seen = self._handled()
            await asyncio.sleep(GRACE_S)
        return in_time - before


class _Endpoint(_OnLoop):
    """This project's: levels are sampled as in the daemon, the rest become events."""

    def __init__(self) -> None:
        super().__init__()
        self._dialect = GenericDialect()
        self._levels = LevelMeters(self._dialect, at=0.0)
        self._events: tuple[Heard, ...] | None = ()
        self._endpoint = self._loop.run_until_complete(self._open())
        self.port = self._endpoint.address[1]
        self._sample()

    async def _open(self) -> UdpEndpoint:
        return UdpEndpoint.open(*_ANY_PORT, on_message=self._on_message, levels=self._levels)

    def _on_message(self, message: OscMessage, _sender: Address, at: float) -> None:
        self._events = self._dialect.decode(message, at=at)

    def _sample(self) -> None:
        self._levels.sample()
        self._loop.call_later(1.0 / SAMPLES_HZ, self._sample)

    def _handled(self) -> int:
        return self._endpoint.counters.received - self._endpoint.counters.undecodable

    def close(self) -> None:
        self._endpoint.close()
        self._loop.close()


class _PythonOsc(_OnLoop):
    """python-osc's asyncio server; each address is mapped, as its documentation shows."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        dispatcher = Dispatcher()
        for datagram in _datagrams():
            dispatcher.map(decode(datagram)[0].address, self._on_message)
        server = AsyncIOOSCUDPServer(_ANY_PORT, dispatcher, self._loop)
        opened = self._loop.run_until_complete(server.create_serve_endpoint())
        self._transport = cast(asyncio.DatagramTransport, opened[0])
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.port = int(sock.getsockname()[1])

    def _on_message(self, _address: str, *_args: object) -> None:
        self._count += 1

    def _handled(self) -> int:
        return self._count

    def close(self) -> None:
        self._transport.close()
        self._loop.run_until_complete(asyncio.sleep(0))  # the transport closes in the next turn
        self._loop.close()


class _BareLoop:
    """A loop that trusts everyone: no event loop, no checks, no events."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(_ANY_PORT)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        patience = struct.pack("ll", 0, int(GRACE_S * 1e6))  # the kernel's own, cheaper than poll
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        self.port = int(self._socket.getsockname()[1])
        self._layouts: dict[bytes, tuple[str, struct.Struct]] = {}
        self._state: dict[str, tuple[float, ...]] = {}
        for datagram in _datagrams():
            start = (datagram.find(b"\0", datagram.find(b",")) + 4) & ~3
            message = decode(datagram)[0]
            layout = struct.Struct(f">{len(message.args)}f")
            self._layouts[datagram[:start]] = message.address, layout

    def receive(self, is_over: Callable[[], bool]) -> int:
        receive, layouts, state = self._socket.recv, self._layouts, self._state
        began = time.perf_counter()
        count = 0
        while True:
            try:
                datagram = receive(_BARE_BYTES)
            except BlockingIOError:
                if is_over():
                    break
                continue
            start = (datagram.find(b"\0", datagram.find(b",")) + 4) & ~3
            address, layout = layouts[datagram[:start]]
            state[address] = layout.unpack_from(datagram, start)
            count += 1
        is_in_time = time.perf_counter() - began < LONGEST_TRIAL_S + 2 * GRACE_S
        return count if is_in_time else 0

    def close(self) -> None:
        self._socket.close()
