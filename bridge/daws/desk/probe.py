"""Asking a desk while no bridge runs: how it answers, and what is on it. Nothing is written."""

import select
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.daws.desk.finding import FoundDesk, connect
from bridge.daws.desk.wire.tables import Family, channels_of
from bridge.errors import OscDecodeError
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

QUESTIONS: Final = 50
_PATIENCE_S: Final = 0.4
_SIOCGIFADDR: Final = 0x8915  # linux/sockios.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How a desk answers.

    Attributes:
        round_trips_s: Of every question that was answered, seconds.
        asked: How many questions were sent.
        named: How many inputs have a name.
        is_locked: Whether its surface is locked.
        is_wireless: Whether this machine reaches it by Wi-Fi.
    """

    round_trips_s: tuple[float, ...]
    asked: int
    named: int
    is_locked: bool
    is_wireless: bool

    @property
    def lost_share(self) -> float:
        """Share of questions that brought no answer."""
        return 1.0 - len(self.round_trips_s) / max(1, self.asked)

    @property
    def median_ms(self) -> float:
        """Of the round trips; 0 where none was answered."""
        return 1000.0 * statistics.median(self.round_trips_s) if self.round_trips_s else 0.0

    @property
    def worst_ms(self) -> float:
        """The longest round trip; 0 where none was answered."""
        return 1000.0 * max(self.round_trips_s, default=0.0)


def probe(desk: FoundDesk, family: Family) -> Probe:
    """Ask a desk for its names, one question after the other.

    Raises:
        NetworkError: If the system knows no way there.
    """
    names = [f"/ch/{n:02}/config/name" for n in range(1, channels_of(family, desk.model) + 1)]
    questions = [*names, *["/status"] * (QUESTIONS - len(names))]
    trips, named = [], 0
    with closing(connect(desk.address)) as sock:
        is_wireless = reaches_by_wifi(sock.getsockname()[0])
        for address in questions:
            began = time.monotonic()
            answer = _ask(sock, address)
            if answer is None:
                continue
            trips.append(time.monotonic() - began)
            if address in names and answer.args and str(answer.args[0]).strip():
                named += 1
        lock = _ask(sock, "/-stat/lock")
    return Probe(
        round_trips_s=tuple(trips),
        asked=len(questions),
        named=named,
        is_locked=lock is not None and lock.args[:1] == (1,),
        is_wireless=is_wireless,
    )


def waits_for_hand(desk: FoundDesk, *, seconds: float) -> bool:
    """Whether the desk tells us of a control that somebody moves within so many seconds.

    Raises:
        NetworkError: If the system knows no way there.
    """
    until = time.monotonic() + seconds
    renewed_at = float("-inf")
    with closing(connect(desk.address)) as sock:
        while (now := time.monotonic()) < until:
            if now - renewed_at > 3.0:
                renewed_at = now
                with suppress(OSError):
                    sock.send(encode(OscMessage("/xremote")))
            if any(said.args for said in _receive(sock, min(until - now, 0.5))):
                with suppress(OSError):
                    sock.send(encode(OscMessage("/unsubscribe")))
                return True
    return False


def _ask(sock: socket.socket, address: str) -> OscMessage | None:
    """The answer to one question; None where none came in time."""
    with suppress(OSError):
        sock.send(encode(OscMessage(address)))
    until = time.monotonic() + _PATIENCE_S
    while (left := until - time.monotonic()) > 0:
        for message in _receive(sock, left):
            if message.address == address:
                return message
    return None


def _receive(sock: socket.socket, within_s: float) -> Iterator[OscMessage]:
    ready, _, _ = select.select([sock], [], [], max(0.0, within_s))
    if not ready:
        return
    try:
        yield from decode(sock.recv(65_535))
    except (OSError, OscDecodeError):
        return


def reaches_by_wifi(local: str) -> bool:
    """Whether an address of this machine is that of a Wi-Fi interface, where the system tells."""
    if sys.platform != "linux":
        return False
    import fcntl
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for _, name in socket.if_nameindex():
            with suppress(OSError):
                answer = fcntl.ioctl(asker, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                if socket.inet_ntoa(answer[20:24]) == local:
                    return Path(f"/sys/class/net/{name}/wireless").exists()
    return False
