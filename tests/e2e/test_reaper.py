"""A bridge in a process of its own beside a REAPER in memory: real sockets, files and Lua."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage
from support.ports import free_ports
from support.reaper.fake import TURN_S, FakeReaper, LuaScript
from support.rig import PATIENCE_S, Bridge, encode, ending

from bridge.mix.params import Param
from bridge.osc.decode import decode
from bridge.osc.encode import encode as encode_ours

pytestmark = pytest.mark.e2e


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


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with closing(Studio(tmp_path)) as opened, ending(opened.bridge):
        yield opened


def test_from_nothing_to_the_first_thumb(studio: Studio) -> None:
    for track, level in zip(studio.reaper.tracks, (0.2, 0.1, 0.4), strict=True):
        track.peaks = (level, level)
    studio.greet()
    studio.until(lambda: bool(studio.moves("proposed")))
    move = studio.moves("proposed")[0]
    studio.until(lambda: f"suggestion\t{move[1]}" in bridge_text(studio))
    LuaScript(studio.reaper, "Accept suggestion")
    studio.until(lambda: bool(studio.moves("confirmed")))
    assert {written.lane for written in studio.reaper.written} == {"companion"}
    assert [label.split(":")[0] for label in studio.reaper.labels] == [f"mixbridge {move[1]}"]
    studio.say("/bridge/mode", "observe")  # else a thumb is about the next suggestion
    studio.until(lambda: f"rateable\t{move[1]}" in bridge_text(studio))
    LuaScript(studio.reaper, "Thumb up")
    studio.until(lambda: any(said[0] == "/bridge/rewarded" for said in studio.said))
    (rewarded,) = (said for said in studio.said if said[0] == "/bridge/rewarded")
    assert rewarded[2:] == (move[1], 1.0)
    studio.reaper.undo()
    studio.until(lambda: any(report[1] == move[1] for report in studio.moves("reverted")))


def test_the_buttons_freeze_and_panic_work_without_the_companion(studio: Studio) -> None:
    studio.greet()
    assert studio.companion
    studio.companion.stop()
    studio.companion = None

    def is_status(word: str) -> bool:
        statuses = [said[1] for said in studio.said if said[0] == "/bridge/status"]
        return bool(statuses) and statuses[-1] == word

    LuaScript(studio.reaper, "Freeze")
    studio.until(lambda: is_status("frozen"))
    studio.until(lambda: "status\tfrozen" in bridge_text(studio))
    LuaScript(studio.reaper, "Freeze")
    studio.until(lambda: not is_status("frozen"))
    LuaScript(studio.reaper, "Panic")
    studio.until(lambda: is_status("panic"))
    LuaScript(studio.reaper, "Rearm")
    studio.until(lambda: not is_status("panic"))
    value = studio.reaper.track("Bass").value(Param.GAIN)
    assert value == pytest.approx(0.0)


def bridge_text(studio: Studio) -> str:
    path = studio.resource / "mixbridge" / "bridge.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""
