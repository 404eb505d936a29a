"""The desk's own socket: found, connected, and believed because it hears that peer alone.

Whoever else is in the network cannot speak as the desk, and no request of a person is taken here.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from typing import Any, Final

from bridge.config import Settings
from bridge.daws.desk.finding import (
    LOOK_S,
    PAUSE_S,
    FoundDesk,
    ask_everyone,
    connect,
    describe,
    read_answer,
    targets,
)
from bridge.daws.desk.wire.dialect import DeskDialect
from bridge.daws.desk.wire.writes import is_write
from bridge.errors import NetworkError
from bridge.mix.messages import LinkState
from bridge.osc.message import OscPacket
from bridge.runtime.runner import Runner
from bridge.runtime.udp import Address, UdpEndpoint

_AGAIN_S: Final = 3.0
_LOST_S: Final = 6.0
_TURN_S: Final = 0.02

_log = logging.getLogger(__name__)


class _Connected:
    """A connected socket as the endpoint uses one: whatever it sends goes to its peer."""

    def __init__(self, sock: socket.socket, peer: Address) -> None:
        self._socket, self._peer = sock, peer

    def recvfrom_into(self, buffer: Any, size: int = 0) -> tuple[int, Address]:  # noqa: ANN401
        """As `socket.socket.recvfrom_into`; the sender is the peer, or nothing comes."""
        return self._socket.recv_into(buffer, size), self._peer

    def sendto(self, datagram: bytes, _: Address) -> int:
        """As `socket.socket.sendto`."""
        return self._socket.send(datagram)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a socket has
        return getattr(self._socket, name)


class DeskDoor:
    """Finds the desk, keeps a socket to it, and finds it again where it has moved.

    Args:
        settings: Of the bridge.
        runner: What hears the desk.
        dialect: Is told why there is no desk.
        wrap: Records what goes over the socket, where that is wanted.
    """

    def __init__(
        self,
        settings: Settings,
        runner: Runner,
        dialect: DeskDialect,
        wrap: Callable[[Any], Any],
    ) -> None:
        self._host, self._port = settings.daw.host, settings.daw.port
        self._runner = runner
        self._dialect = dialect
        self._wrap = wrap
        self._loop = asyncio.get_running_loop()
        self._endpoint: UdpEndpoint | None = None
        self._writer: UdpEndpoint | None = None
        self._peer: Address = ("", 0)
        self._desk: FoundDesk | None = None
        self._task = self._loop.create_task(self._run())

    @property
    def peer(self) -> Address | None:
        """None: the desk speaks at its own socket alone."""
        return None

    def send(self, packet: OscPacket) -> None:
        """Say something to the desk; nothing while there is none.

        Writes leave by a socket of their own: a desk does not tell a writer of its own writes, and
        so the first socket is told of them, which shows that it is told at all.
        """
        endpoint = self._writer if is_write(packet) else self._endpoint
        if endpoint is not None:
            endpoint.send(packet, self._peer)

    def close(self) -> None:
        """Look no more, and free the socket."""
        self._task.cancel()
        self._close_sockets()

    def _close_sockets(self) -> None:
        for endpoint in (self._endpoint, self._writer):
            if endpoint is not None:
                endpoint.close()
        self._endpoint = self._writer = None

    async def _run(self) -> None:
        """Look for the desk until there is one; again where it is not there any more."""
        while True:
            desks = await self._search()
            ours = [desk for desk in desks if desk.family is not None]
            if self._desk is not None and not self._host:
                # it has moved, or is off: another one is not taken for it
                ours = [desk for desk in ours if desk.name == self._desk.name]
            else:
                self._dialect.door_trouble = describe(desks, self._host)
            if len(ours) == 1 and not self._is_at(ours[0]):
                self._open(ours[0])
            if self._endpoint is None:
                await asyncio.sleep(_AGAIN_S)
            else:
                await self._watch()

    def _is_at(self, desk: FoundDesk) -> bool:
        return self._endpoint is not None and desk.address == self._peer

    async def _watch(self) -> None:
        """Wait until the desk has been silent for long."""
        silent_s = 0.0
        while silent_s < _LOST_S:
            await asyncio.sleep(1.0)
            is_lost = self._runner.link.state is LinkState.STALE and not self._dialect.trouble
            silent_s = silent_s + 1.0 if is_lost else 0.0

    async def _search(self) -> list[FoundDesk]:
        try:
            where = self._loop.run_in_executor(None, targets, self._host, self._port)
            wanted = await asyncio.wait_for(where, LOOK_S)
        except NetworkError as error:
            self._dialect.door_trouble = str(error)
            return []
        except TimeoutError:
            self._dialect.door_trouble = f"nobody says where {self._host} is; name its address"
            return []
        askers: dict[int, socket.socket] = {}
        found: dict[tuple[str, str, str, int], FoundDesk] = {}
        ask_everyone(askers, wanted)
        for asker in askers.values():
            self._loop.add_reader(asker, _read, asker, found)
        try:
            until = self._loop.time() + LOOK_S
            while self._loop.time() < until:
                await asyncio.sleep(_TURN_S)
                if self._host and found:  # nobody else is expected
                    until = min(until, self._loop.time() + PAUSE_S) if len(wanted) > 1 else 0.0
        finally:
            for asker in askers.values():
                self._loop.remove_reader(asker)
                asker.close()
        return list(found.values())

    def _open(self, desk: FoundDesk) -> None:
        self._close_sockets()
        self._peer = desk.address
        try:
            self._endpoint = self._connect(desk.address)
            self._writer = self._connect(desk.address)
        except NetworkError as error:
            self._close_sockets()
            self._dialect.door_trouble = str(error)
            return
        _log.info("Found the desk: %s, firmware %s.", desk, desk.firmware)
        self._desk = desk
        self._dialect.door_trouble = ""
        self._runner.ask_daw()

    def _connect(self, peer: Address) -> UdpEndpoint:
        runner = self._runner
        return UdpEndpoint(
            self._wrap(_Connected(connect(peer), peer)),
            runner.receive_daw,
            runner.refuse_daw,
            None,
            runner.counters,
            time.monotonic,
        )


def _read(asker: socket.socket, found: dict[tuple[str, str, str, int], FoundDesk]) -> None:
    try:
        datagram, sender = asker.recvfrom(2048)
    except OSError:
        return
    if desk := read_answer(datagram, sender):
        found.setdefault(desk.identity, desk)


def open_door(
    settings: Settings, runner: Runner, dialect: DeskDialect, wrap: Callable[[Any], Any]
) -> DeskDoor:
    """Begin to look for the desk; see `DeskDoor`."""
    return DeskDoor(settings, runner, dialect, wrap)
