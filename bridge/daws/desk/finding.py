"""Finding desks: ``/xinfo`` to every interface of this machine, and to whoever is named.

A desk answers from its own address to whoever asked; no desk announces itself. Nothing is written.
"""

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from bridge.daws.desk.wire.tables import FAMILIES, Family, family_of
from bridge.errors import NetworkError, OscDecodeError
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

ASK: Final = encode(OscMessage("/xinfo"))
LOOK_S: Final = 2.0
"""How long answers are waited for."""

PAUSE_S: Final = 0.1
"""Where a host is named, so long after the first answer nobody else is expected."""

PORTS: Final = tuple(family.port for family in FAMILIES)
_EVERYONE: Final = "255.255.255.255"
_SIOCGIFADDR: Final = 0x8915  # linux/sockios.h
_SIOCGIFBRDADDR: Final = 0x8919
_INTERFACE_BYTES: Final = 256

Address = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDesk:
    """A desk that has answered: where it is, and what it says of itself.

    One desk may answer by several ways; then it says the same `ip` by each of them.
    """

    address: Address
    name: str
    model: str
    firmware: str
    ip: str = ""

    @property
    def identity(self) -> tuple[str, str, str, int]:
        """The same for the same desk, whichever way it answers."""
        return self.ip, self.name, self.model, self.address[1]

    @property
    def family(self) -> Family | None:
        """Its family; None for a desk that is none of ours."""
        return family_of(self.model)

    def __str__(self) -> str:
        return f"{self.model} {self.name} at {self.address[0]}:{self.address[1]}"


def read_answer(datagram: bytes, sender: Address) -> FoundDesk | None:
    """The desk that a datagram is of; None where it is no answer to `ASK`."""
    try:
        messages = decode(datagram)
    except OscDecodeError:
        return None
    for message in messages:
        texts = [arg for arg in message.args if isinstance(arg, str)]
        if message.address == "/xinfo" and len(texts) == 4:
            ip, name, model, firmware = texts
            return FoundDesk(address=sender[:2], name=name, model=model, firmware=firmware, ip=ip)
    return None


def ports_of(port: int) -> tuple[int, ...]:
    """The ports to be asked: both families' where the settings name the usual one."""
    return PORTS if port == PORTS[0] else (port,)


def targets(host: str, port: int) -> list[tuple[int, Any]]:
    """Family and address of everyone who is to be asked.

    Args:
        host: A name or address; empty for every interface.
        port: As in the settings.

    Raises:
        NetworkError: If the host is not known.
    """
    if not host:
        return [
            (socket.AF_INET, (address, each))
            for address in dict.fromkeys((_EVERYONE, *broadcasts()))
            for each in ports_of(port)
        ]
    found: dict[tuple[int, Any], None] = {}
    for each in ports_of(port):
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, each, type=socket.SOCK_DGRAM):
                found[int(family), address] = None
        except (OSError, UnicodeError) as failure:
            raise NetworkError(
                f"No address for the desk {host!r} ({failure}); name its address, which it shows "
                f"at Setup > Network, or leave daw.host out to have it looked for."
            ) from None
    return list(found)


def broadcasts() -> Iterator[str]:
    """The broadcast address of each interface, where the system tells it."""
    if sys.platform != "linux":
        yield from _guessed_broadcasts()
        return
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = struct.pack(f"{_INTERFACE_BYTES}s", name.encode()[:15])
            with suppress(OSError):
                answer = fcntl.ioctl(probe, _SIOCGIFBRDADDR, request)
                address = socket.inet_ntoa(answer[20:24])
                if address != "0.0.0.0":  # noqa: S104 - an interface without one
                    yield address


def _guessed_broadcasts() -> Iterator[str]:
    """Those of networks of 256 addresses, where the system tells addresses alone."""
    with suppress(OSError):
        for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            address = ipaddress.IPv4Address(found[4][0])
            if not address.is_loopback:
                yield str(ipaddress.IPv4Network((address, 24), strict=False).broadcast_address)


def open_asker(family: int) -> socket.socket:
    """A socket that may ask everyone, and does not block."""
    asker = socket.socket(family, socket.SOCK_DGRAM)
    asker.setblocking(False)
    if family == socket.AF_INET:
        asker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    return asker


def connect(address: Any) -> socket.socket:  # noqa: ANN401 - of either family
    """A socket that hears one peer alone, and does not block.

    Raises:
        NetworkError: If the system knows no way there.
    """
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    try:
        sock.connect(address)
    except OSError as failure:
        sock.close()
        raise NetworkError(
            f"The desk at {address[0]}:{address[1]} cannot be reached ({failure.strerror}): is "
            f"this machine in its network?"
        ) from None
    return sock


def ask_everyone(askers: dict[int, socket.socket], wanted: Iterable[tuple[int, Any]]) -> None:
    """Send the question; what the system refuses for one interface is no matter for the others."""
    for family, address in wanted:
        if family not in askers:
            with suppress(OSError):
                askers[family] = open_asker(family)
        if family in askers:
            with suppress(OSError):
                askers[family].sendto(ASK, address)


def find_desks(host: str, port: int, *, look_s: float = LOOK_S) -> list[FoundDesk]:
    """Ask, and wait for all answers; blocks, so call it where that is no harm.

    Args:
        host: A name or address; empty for every interface.
        port: As in the settings.
        look_s: How long to wait.

    Raises:
        NetworkError: If the host is not known.
    """
    import select
    import time

    wanted = targets(host, port)
    askers: dict[int, socket.socket] = {}
    found: dict[tuple[str, str, str, int], FoundDesk] = {}
    until = time.monotonic() + look_s
    try:
        ask_everyone(askers, wanted)
        while (left := until - time.monotonic()) > 0 and askers:
            ready, _, _ = select.select(list(askers.values()), [], [], left)
            for asker in ready:
                with suppress(OSError):
                    datagram, sender = asker.recvfrom(2048)
                    if desk := read_answer(datagram, sender):
                        found.setdefault(desk.identity, desk)
            if host and found:
                until = min(until, time.monotonic() + PAUSE_S) if len(wanted) > 1 else 0.0
    finally:
        for asker in askers.values():
            asker.close()
    return sorted(found.values(), key=lambda desk: desk.address)


def describe(desks: list[FoundDesk], host: str) -> str:
    """Why there is no desk to work with, a sentence; empty where there is one."""
    ours = [desk for desk in desks if desk.family is not None]
    if len(ours) == 1:
        return ""
    if len(ours) > 1:
        listed = ", ".join(map(str, ours))
        if len({desk.address for desk in ours}) == 1:
            return f"{len(ours)} desks answer at one address: {listed}; give each one of its own"
        return f"{len(ours)} desks answer: {listed}; name one in daw.host"
    if desks:
        listed = ", ".join(map(str, desks))
        return f"no X32, M32 or X Air answers, only {listed}, which mixbridge cannot control"
    if host:
        return (
            f"no desk answers at {host}: is it on, is the address right (Setup > Network on the "
            f"desk), and does a firewall let UDP through?"
        )
    return (
        "no desk answers in this network: is it on and in the same network, and does a firewall "
        "let UDP through? Its address in daw.host helps where a router keeps broadcasts"
    )
