"""What the page costs: sizes, rates, processor time, and the latency of a move.

A console of 64 strips (levels twenty times a second) runs beside `mixbridge run`, and the same is
measured with nobody looking, with one page open, with sixteen of which one never reads, and again
with nobody. A move's latency is from `/bridge/accept` to the first value at the console.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final

import click
import numpy as np
from websockets.sync.client import ClientConnection, connect

from bridge.agents.factored import FactoredAgent
from bridge.daw.generic import GenericDialect
from bridge.engine.engine import Engine
from bridge.engine.view import make_view
from bridge.errors import DialectError, NetworkError, OscDecodeError
from bridge.guard.limits import LIMITS, Profile
from bridge.journal.state_file import read_state
from bridge.learning.prior import load_prior
from bridge.mix import messages as m
from bridge.mix.notices import StatusChanged
from bridge.mix.params import MOVABLE
from bridge.mix.roles import ROLES
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage
from bridge.studies.bench.daemon import cpu_s
from bridge.web.board import Board

STRIPS: Final = 64
_METERS_HZ: Final = 20.0
_ROUNDS: Final = 60
_CPU_S: Final = 6.0
_READY_S: Final = 30.0
_CLIENTS: Final = 16


@click.command()
@click.option("--strips", type=click.IntRange(1, 512), default=STRIPS, show_default=True)
@click.option("--rounds", type=click.IntRange(5, 1000), default=_ROUNDS, show_default=True)
def main(strips: int, rounds: int) -> None:
    """Measure the page; it takes about a minute and wants an idle machine."""
    click.echo(f"A snapshot of {strips} strips")
    for line in snapshot_figures(strips):
        click.echo(f"  {line}")
    click.echo(f"A running bridge beside a console of {strips} strips")
    for line in daemon_figures(strips, rounds):
        click.echo(f"  {line}")


# -- a snapshot, in this process -------------------------------------------------------------------


def snapshot_figures(strips: int) -> list[str]:
    """Bytes of a snapshot, and what it takes on the loop and on the page's thread."""
    engine = Engine(
        agent=FactoredAgent(load_prior()),
        limits=LIMITS[Profile.STUDIO],
        mode=m.Mode.SUGGEST,
        interval_s=6.0,
        session=1,
        learning_enabled=True,
    )
    engine.handle(m.DumpOpened(at=0.0, count=strips))
    for track in range(1, strips + 1):
        engine.handle(m.TrackNamed(at=0.0, track=track, name=f"Track {track}"))
        for param in MOVABLE:
            engine.handle(m.ParamChanged(at=0.0, track=track, param=param, value=-3.0))
    engine.handle(m.DumpClosed(at=0.0, number=1))
    rng = np.random.default_rng(1)
    board, on_loop, on_thread, sizes = Board(), [], [], []
    for turn in range(200):
        levels = rng.uniform(-50.0, -5.0, (strips, 2))
        began = time.perf_counter()
        view = make_view(
            engine,
            status=StatusChanged(state="online", text=""),
            levels=levels,
            at=float(turn),
            epoch=0.0,
            with_beliefs=turn == 0,
        )
        taken = time.perf_counter()
        seen = board.version
        board.take(view, (), [])
        text = board.since(seen)
        on_thread.append(time.perf_counter() - taken)
        on_loop.append(taken - began)
        sizes.append(len(text))
    full = len(board.since(0))
    loop_us, thread_us = (1e6 * float(np.median(times)) for times in (on_loop, on_thread))
    return [
        f"{full:,} bytes at first, then {int(np.median(sizes)):,} bytes while only levels change",
        f"{loop_us:,.0f} µs on the bridge's loop, p99 {1e6 * np.percentile(on_loop, 99):,.0f} µs",
        f"{thread_us:,.0f} µs on the page's thread: {1e6 / thread_us:,.0f} a second at most",
    ]


# -- a running bridge ------------------------------------------------------------------------------


def daemon_figures(strips: int, rounds: int) -> list[str]:
    """CPU and the latency of a move, with and without pages.

    Raises:
        NetworkError: If the bridge does not start.
    """
    lines = []
    with TemporaryDirectory() as folder, _running(Path(folder), strips) as (desk, url, token, pid):
        conditions = (
            ("nobody looks", 0, False),
            ("one page open", 1, False),
            (f"{_CLIENTS} pages, one of which never reads", _CLIENTS, True),
            ("nobody looks, again", 0, False),
        )
        for name, pages, with_deaf in conditions:
            with ExitStack() as stack:
                for page in range(pages):
                    stack.enter_context(_page(url, token, is_deaf=with_deaf and page == 0))
                lines.append(f"{name}: {_measure(desk, pid, rounds)}")
    return lines


def _measure(desk: "_Desk", pid: int, rounds: int) -> str:
    latencies = [desk.accept_one() for _ in range(rounds)]
    desk.say("/bridge/mode", "observe")
    desk.play(0.5)
    before = cpu_s(pid) if Path(f"/proc/{pid}/stat").exists() else None
    desk.play(_CPU_S)
    cpu = (
        "" if before is None else f", CPU {100.0 * (cpu_s(pid) - before) / _CPU_S:.1f} % of a core"
    )
    desk.say("/bridge/mode", "suggest")
    median, p99 = (1e3 * float(np.percentile(latencies, share)) for share in (50, 99))
    return f"a move after {median:.2f} ms, p99 {p99:.2f} ms{cpu}"


class _Desk:
    """A console that obeys, and a person who says yes."""

    def __init__(self, strips: int) -> None:
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind(("127.0.0.1", 0))
        self.port = int(self.wire.getsockname()[1])
        self.bridge = ("127.0.0.1", 0)
        self._dialect = GenericDialect()
        self._values = np.zeros((strips, len(MOVABLE)))
        self._due = 0.0
        self._rng = np.random.default_rng(2)
        self._suggested = ""

    def say(self, address: str, *args: OscArg) -> None:
        self.wire.sendto(encode(OscMessage(address, args)), self.bridge)

    def accept_one(self) -> float:
        """Wait for a suggestion, say yes, and return the seconds until the first value comes."""
        until = time.perf_counter() + _READY_S
        while not self._suggested:
            self._turn()
            if time.perf_counter() > until:
                raise NetworkError("The bridge suggested nothing; is the machine too busy?")
        self.play(0.03)
        move, self._suggested = self._suggested, ""
        began = time.perf_counter()
        self.say("/bridge/accept", move)
        while not self._turn():
            if time.perf_counter() > began + _READY_S:
                raise NetworkError("The bridge did not move; is the machine too busy?")
        return time.perf_counter() - began

    def play(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            self._turn()

    def _turn(self) -> bool:
        """Send levels where they are due, take one datagram; whether a value was set."""
        now = time.perf_counter()
        if now >= self._due:
            self._due = now + 1.0 / _METERS_HZ
            for track, rms in enumerate(self._rng.uniform(-40.0, -10.0, len(self._values)), 1):
                levels = [float(rms), float(rms) + 9.0, *[float(rms) - 10.0] * 10]
                for message in self._dialect.encode_levels(track, levels):
                    self.wire.sendto(encode(message), self.bridge)
        self.wire.settimeout(max(1e-3, self._due - time.perf_counter()))
        try:
            messages = decode(self.wire.recv(65_535))
        except (OSError, OscDecodeError):
            return False
        return any([self._take(message) for message in messages])

    def _take(self, message: OscMessage) -> bool:
        if message.address == "/bridge/move" and message.args[1] == "proposed":
            self._suggested = str(message.args[0])
        try:
            commands = self._dialect.decode_command(message)
        except DialectError:
            return False
        is_set = False
        for command in commands:
            if isinstance(command, m.RequestDump):
                self._dump(command.number)
            elif isinstance(command, m.SetParam):
                is_set = True
                self._tell(
                    m.ParamChanged(
                        at=0.0, track=command.track, param=command.param, value=command.value
                    )
                )
        return is_set

    def _dump(self, number: int) -> None:
        self._tell(m.DumpOpened(at=0.0, count=len(self._values)))
        for track in range(1, len(self._values) + 1):
            self._tell(m.TrackNamed(at=0.0, track=track, name=f"Track {track}"))
            self._tell(m.RoleGiven(at=0.0, track=track, role=ROLES[track % len(ROLES)]))
            for param in MOVABLE:
                self._tell(m.ParamChanged(at=0.0, track=track, param=param, value=0.0))
        self._tell(m.DumpClosed(at=0.0, number=number))

    def _tell(self, event: m.DawEvent) -> None:
        for message in self._dialect.encode_event(event):
            self.wire.sendto(encode(message), self.bridge)


@contextmanager
def _running(folder: Path, strips: int) -> Iterator[tuple[_Desk, str, str, int]]:
    """A bridge with a page, and the desk that it knows: also the page's address and token."""
    desk = _Desk(strips)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        page_port = probe.getsockname()[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        desk.bridge = ("127.0.0.1", probe.getsockname()[1])
    store = folder / "page.db"
    config = folder / "page.yaml"
    settings = {
        "listen": {"port": desk.bridge[1]},
        "daw": {"port": desk.port},
        "store": str(store),
        "pace": {"interval_s": 0.02},
        "guard": {"profile": "off"},
        "learning": {"agent": "flat"},
        "web": {"port": page_port},
        "midi": {"enabled": False},
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "bridge", "run", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own
        try:
            until = time.perf_counter() + _READY_S
            while not read_state(store).get("page"):
                if time.perf_counter() > until:
                    raise NetworkError("The bridge did not start; try 'mixbridge doctor'.")
                time.sleep(0.05)
            time.sleep(0.5)
            desk.say("/bridge/hello", desk.port)
            desk.play(1.0)
            token = str(read_state(store)["page"]["all"])
            yield desk, f"ws://127.0.0.1:{page_port}/ws", token, process.pid
        finally:
            process.terminate()
            desk.wire.close()


@contextmanager
def _page(url: str, token: str, *, is_deaf: bool) -> Iterator[None]:
    """A client; it reads as fast as it can, or shows its token and never reads again."""
    if is_deaf:
        with _deaf(url, token):
            yield
        return
    stop = Event()
    with connect(url) as wire:
        wire.send(json.dumps({"token": token}))
        reader = Thread(target=_read, args=(wire, stop), daemon=True)
        reader.start()
        yield
        stop.set()
    reader.join(2.0)


def _read(wire: ClientConnection, stop: Event) -> None:
    while not stop.is_set():
        try:
            wire.recv(0.5)
        except TimeoutError:
            continue
        except Exception:  # closed
            return


@contextmanager
def _deaf(url: str, token: str) -> Iterator[None]:
    """A WebSocket by hand whose receive buffer is small and is never emptied."""
    host, _, port = url.removeprefix("ws://").partition("/")[0].partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect((host, int(port)))
        wire.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        payload = json.dumps({"token": token}).encode()
        wire.sendall(bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        yield
