"""The UDP endpoint: one non-blocking socket on the event loop, for the DAW and every remote.

The loop calls back when there is something to read; a bounded number of datagrams is then taken in
one go, and the loop turns. That is several times faster than a `DatagramProtocol`, which gets one
datagram a turn, and a burst of meters delays no timer for longer than one drain.

In front of the strict decoder stands a cache of headers (address and type tags, as bytes) of
messages that it has accepted and that have numbers alone: a hit is a look-up and an unpack. Levels
go from there into their slots; every other message goes to `on_message`.

Nothing that comes in, and no peer that has gone, stops the endpoint: what is no OSC goes to
`on_fault`, and all is counted. One bad element of a bundle costs that element.

The loggers ``bridge.wire.in`` and ``bridge.wire.out`` say every datagram at the level DEBUG.
"""

import asyncio
import contextlib
import logging
import math
import socket
import struct
import sys
import time
from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple, Self

from bridge.daw.dialect import LevelSlot
from bridge.daw.scale import read_level
from bridge.errors import NetworkError
from bridge.osc.decode import MAX_DATAGRAM_BYTES, Fault, decode_each
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage, OscPacket
from bridge.runtime.counters import Counters
from bridge.runtime.meters import LevelMeters

Address = tuple[str, int]
OnMessage = Callable[[OscMessage, Address, float], None]
OnFault = Callable[[Fault, Address, float], None]
Bind = Callable[[Address], socket.socket]
"""Makes a bound socket that does not block."""

DRAIN: Final = 64
"""Datagrams a turn of the loop: about 0.2 ms of levels."""

RECEIVE_BUFFER_BYTES: Final = 4 * 1024 * 1024
"""Asked of the system. Linux charges some 830 bytes a small datagram: its default holds only 256,
fewer than the dump of a session."""

_MAX_HEADERS: Final = 16_384
"""1,024 tracks with a dozen addresses each, and some; beyond that the cache begins anew."""

_LOGGED: Final = 5
_SO_MEMINFO: Final = 55  # asm-generic/socket.h, since Linux 4.12
_MEMINFO: Final = Struct("9I")  # linux/sock_diag.h; the last one counts drops

_log = logging.getLogger(__name__)
_wire_in = logging.getLogger("bridge.wire.in")
_wire_out = logging.getLogger("bridge.wire.out")


class _Header(NamedTuple):
    address: str
    numbers: Struct
    size: int
    slot: LevelSlot | None


class UdpEndpoint:
    """A bound socket that hears OSC and says it; made by `open` within a running loop.

    Attributes:
        address: Host and port that it is bound to.
        receive_buffer_bytes: What the system granted, in its own accounting.
        counters: Datagrams that came, were no OSC, or could not be sent.
    """

    @classmethod
    def open(
        cls,
        host: str,
        port: int,
        *,
        on_message: OnMessage,
        on_fault: OnFault | None = None,
        levels: LevelMeters | None = None,
        counters: Counters | None = None,
        bind: Bind | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> Self:
        """Bind a socket (port 0: any free one) and begin to listen on the running loop.

        Args:
            host: A name or address of this machine.
            port: 0 to 65535.
            on_message: Called on the loop with each message, the address that it came from and
                when it was read, in monotonic seconds; must be quick.
            on_fault: Called likewise with each element that is no OSC.
            levels: Where levels go; without it they are messages like any other.
            counters: Where is counted what comes and goes.
            bind: Makes the socket, in place of `bound`.
            clock: Monotonic seconds.

        Raises:
            NetworkError: If the port is not available.
        """
        sock = (bind or bound)(resolve(host, port))
        return cls(sock, on_message, on_fault, levels, counters or Counters(), clock)

    def __init__(
        self,
        sock: socket.socket,
        on_message: OnMessage,
        on_fault: OnFault | None,
        levels: LevelMeters | None,
        counters: Counters,
        clock: Callable[[], float],
    ) -> None:
        self.counters = counters
        self._socket = sock
        self._buffer = bytearray(MAX_DATAGRAM_BYTES)
        self._clock = clock
        self._on_message = on_message
        self._on_fault = on_fault
        self._levels = levels
        self._is_traced = any(log.isEnabledFor(logging.DEBUG) for log in (_wire_in, _wire_out))
        self._headers: dict[bytes, _Header] = {}
        self._loop = asyncio.get_running_loop()
        self.address: Address = sock.getsockname()[:2]
        self.receive_buffer_bytes = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        self._loop.add_reader(sock, self._drain)
        _log.info(
            "Listening at %s:%d with a receive buffer of %d KiB.",
            *self.address,
            self.receive_buffer_bytes // 1024,
        )

    @property
    def lost(self) -> int | None:
        """Datagrams that the system dropped since the buffer was full; None where it won't say."""
        if sys.platform != "linux":
            return None
        try:
            info = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
            return int(_MEMINFO.unpack(info)[-1])
        except (OSError, struct.error):  # closed, or an older kernel
            return None

    def send(self, packet: OscPacket, address: Address) -> None:
        """Send a datagram to a numeric address; what the system refuses is counted, not raised."""
        datagram = encode(packet)
        if self._is_traced:
            _wire_out.debug("to %s:%d: %s", *address, packet)
        try:
            self._socket.sendto(datagram, address)
        except OSError as refusal:
            self.counters.unsent += 1
            if self.counters.unsent <= _LOGGED:
                _log.warning("%s could not be sent to %s:%d: %s", packet.address, *address, refusal)

    def close(self) -> None:
        """Stop listening and free the port."""
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _drain(self) -> None:
        receive, buffer = self._socket.recvfrom_into, self._buffer
        for _ in range(DRAIN):
            try:
                size, sender = receive(buffer)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # a peer that we sent to has gone; the next datagram is another matter
                continue
            self.counters.received += 1
            self._receive(bytes(memoryview(buffer)[:size]), sender)

    def _receive(self, datagram: bytes, sender: Address) -> None:
        if self._is_traced:
            self._log_datagram(datagram, sender)
        # A header ends where its type tags do, and begins with an address, which has no comma.
        start = (datagram.find(b"\0", datagram.find(b",")) + 4) & ~3
        header = self._headers.get(datagram[:start])
        if header is not None and len(datagram) == header.size:
            values = header.numbers.unpack_from(datagram, start)
            if header.slot is None or self._levels is None:
                self._on_message(OscMessage(header.address, values), sender, self._clock())
                return
            if sum(values) < math.inf:  # not so with NaN; minus infinity is silence
                self._levels.record(header.slot, values)
                return
        self._decode(datagram, sender, start)

    @staticmethod
    def _log_datagram(datagram: bytes, sender: Address) -> None:
        messages, faults = decode_each(datagram)
        for said in (*messages, *faults):
            _wire_in.debug("from %s:%d: %s", *sender, said)

    def _decode(self, datagram: bytes, sender: Address, start: int) -> None:
        messages, faults = decode_each(datagram)
        at = self._clock()
        for message in messages:
            if not self._record_levels(message):
                self._on_message(message, sender, at)
        for fault in faults:
            self.counters.undecodable += 1
            if self._on_fault is not None:
                self._on_fault(fault, sender, at)
        if messages and datagram.startswith(b"/"):
            self._remember(messages[0], datagram, start)

    def _record_levels(self, message: OscMessage) -> bool:
        """Put levels into their slot; whether the message is that."""
        slot = self._slot(message)
        if slot is None or self._levels is None:
            return False
        levels = [level for arg in message.args if (level := read_level(arg)) is not None]
        if len(levels) < slot.width:  # the dialect says what is wrong with it
            return False
        self._levels.record(slot, levels)
        return True

    def _slot(self, message: OscMessage) -> LevelSlot | None:
        if self._levels is None:
            return None
        return self._levels.slot(message.address, len(message.args))

    def _remember(self, message: OscMessage, datagram: bytes, start: int) -> None:
        tags = datagram[datagram.find(b",") + 1 : start].rstrip(b"\0").decode("ascii")
        if tags.strip("if"):
            return
        if len(self._headers) >= _MAX_HEADERS:
            self._headers.clear()
        self._headers[datagram[:start]] = _Header(
            message.address, Struct(f">{tags}"), len(datagram), self._slot(message)
        )


def resolve(host: str, port: int) -> Address:
    """The numeric IPv4 address of a host, so that no name is looked up while running.

    Raises:
        NetworkError: If there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as failure:
        raise NetworkError(
            f"No IPv4 address for host {host!r} ({failure}); name this machine or its address."
        ) from None
    return str(found[0][4][0]), port


def bound(address: Address) -> socket.socket:
    """A socket that does not block, bound to a numeric address.

    Raises:
        NetworkError: If the port is not available.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    try:
        sock.bind(address)
    except OSError as failure:
        sock.close()
        raise NetworkError(
            f"UDP port {address[1]} on {address[0]} is not available ({failure.strerror}): another "
            f"program, or another mixbridge, may be using it; stop that or choose another port."
        ) from None
    for halvings in range(5):  # Linux grants its limit; macOS refuses what is beyond its own
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES >> halvings)
            break
    return sock
