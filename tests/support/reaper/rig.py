"""REAPER in memory over real UDP and real files, and a bridge beside it."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pythonosc.osc_message import OscMessage

from bridge.osc.decode import decode
from bridge.osc.encode import encode as encode_ours
from support.ports import free_ports
from support.reaper.fake import TURN_S, FakeReaper, LuaScript
from support.rig import PATIENCE_S, Bridge, encode


class Studio:
    """REAPER, its companion, the running bridge, and a person with a remote."""

    def __init__(self, folder: Path) -> None:
        self.resource = folder / "REAPER"
        self.resource.mkdir()
        (self.resource / "reaper.ini").write_text("[reaper]\nvuminvol=-62\nvumaxvol=6\n")
        self.reaper = FakeReaper(["Kick", "Bass", "Lead Vox"], resource=self.resource)
        self.reaper.now = time.time()
        self.said: list[tuple[object, ...]] = []
        reaper_port, remote_port = free_ports(2)
        self._osc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._osc.bind(("127.0.0.1", reaper_port))
        self._remote = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._remote.bind(("127.0.0.1", remote_port))
        for sock in (self._osc, self._remote):
            sock.setblocking(False)
        self.bridge = Bridge(
            folder,
            daw={"dialect": "reaper", "port": reaper_port},
            reaper={"resource_path": str(self.resource)},
            pace={"interval_s": 0.1},
        )
        self.companion: LuaScript | None = LuaScript(self.reaper, "Companion")
        self._turn_at = time.monotonic()

    def say(self, address: str, *args: object) -> None:
        self._remote.sendto(encode(address, *args), ("127.0.0.1", self.bridge.port))

    def until(self, is_so: Callable[[], bool]) -> None:
        """Let REAPER run until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < end, self.said[-20:]
            self._pass()

    def _pass(self) -> None:
        """One turn of REAPER, in its own time."""
        time.sleep(max(0.0, self._turn_at - time.monotonic()))
        self._turn_at = time.monotonic() + TURN_S
        for datagram in _datagrams(self._osc):
            self.reaper.hear_osc(decode(datagram))
        for message in self.reaper.turn():
            self._osc.sendto(encode_ours(message), ("127.0.0.1", self.bridge.port))
        if self.companion:
            self.companion.tick()
        for datagram in _datagrams(self._remote):
            heard = OscMessage(datagram)
            self.said.append((heard.address, *heard.params))

    def greet(self) -> None:
        port = self._remote.getsockname()[1]

        def is_online() -> bool:
            self.say("/bridge/hello", port)
            return any(said[:2] == ("/bridge/status", "online") for said in self.said)

        self.until(is_online)

    def moves(self, state: str) -> list[tuple[object, ...]]:
        return [said for said in self.said if said[0] == "/bridge/move" and said[2] == state]

    def close(self) -> None:
        self._osc.close()
        self._remote.close()


def _datagrams(sock: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield sock.recv(65_535)
        except BlockingIOError:
            return
