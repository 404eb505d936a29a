"""How fast a running bridge starts and answers, and what it costs while nothing happens.

Everything is measured from outside, over loopback, on `mixbridge run` as a person starts it. A
reward is answered only when it is on disk, so it is compared with two echoes in plain Python: one
that does nothing else, and one that commits a row to SQLite before it answers, which is the least
that the promise costs on this disk.
"""

import multiprocessing
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from bridge.errors import NetworkError
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.runtime.udp import RECEIVE_BUFFER_BYTES
from bridge.studies.bench.messages import Result

ROUND_TRIPS: Final = 300
BURSTS_HZ: Final = 30
BURST: Final = 667
"""30 times a second 667 datagrams: 20,000 a second, as a console with many meters sends them."""

_IDLE_S: Final = 5.0
_GAP_S: Final = 0.005
_PATIENCE_S: Final = 5.0
_METERS: Final = tuple(
    encode(OscMessage(f"/mix/track/{track}/meter", (-20.0, -9.0))) for track in range(1, 33)
)


def run() -> list[Result]:
    """All figures; it takes about half a minute.

    Raises:
        NetworkError: If the bridge does not start or answer.
    """
    with TemporaryDirectory() as folder, open_client() as client:
        figures = []
        with running_bridge(Path(folder), client) as (pid, target, ready_s):
            figures.append(Result(label="start to ready", value=ready_s, unit="s"))
            figures += _idle(pid)
            figures += _latencies("reward, answered from disk", client, target, _reward)
        with echo() as target:
            figures += _latencies("bare echo", client, target, _ping)
        with _peer(_committing_echo, folder) as target:
            figures += _latencies("echo that commits a row", client, target, _ping)
    return figures


def _latencies(
    label: str,
    client: socket.socket,
    target: tuple[str, int],
    request: Callable[[int], tuple[bytes, bytes]],
) -> list[Result]:
    """Round trips one at a time, idle and under bursts: median and 99th percentile."""
    figures = []
    for condition in ("idle", "under 20,000/s"):
        with ExitStack() as stack:
            if condition != "idle":
                stack.enter_context(_process(_send_bursts, target))
            times = _round_trips(client, target, request)
        for name, share in (("median", 50), ("p99", 99)):
            value = float(np.percentile(times, share)) * 1e6
            figures.append(Result(label=f"{label}, {condition}, {name}", value=value, unit="us"))
    return figures


def _round_trips(
    client: socket.socket,
    target: tuple[str, int],
    request: Callable[[int], tuple[bytes, bytes]],
) -> list[float]:
    times = []
    for number in range(ROUND_TRIPS):
        question, answer = request(time.monotonic_ns() + number)
        began = time.perf_counter()
        client.sendto(question, target)
        _await(client, answer)
        times.append(time.perf_counter() - began)
        time.sleep(_GAP_S)
    return times


def _await(client: socket.socket, answer: bytes) -> None:
    """Receive until the datagram `answer` comes."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            if client.recv(65_535) == answer:
                return
        except TimeoutError:
            break
    raise NetworkError(f"No answer came within {_PATIENCE_S:g} s; is the machine too busy?")


def _reward(number: int) -> tuple[bytes, bytes]:
    name = f"bench-{number}"
    # No move has been made, so that the reward is credited to none.
    answer = OscMessage("/bridge/rewarded", (name, "", 1.0))
    return encode(OscMessage("/bridge/reward", (1.0, "", name))), encode(answer)


def _ping(number: int) -> tuple[bytes, bytes]:
    data = encode(OscMessage("/bench/ping", (f"{number}",)))
    return data, data


# -- the bridge ------------------------------------------------------------------------------------


@contextmanager
def running_bridge(
    folder: Path,
    client: socket.socket,
    *,
    daw_port: int | None = None,
    more: str = "",
    options: Sequence[str] = (),
) -> Iterator[tuple[int, tuple[str, int], float]]:
    """`mixbridge run`: its process, its address, and how long it took to answer, in seconds.

    Args:
        folder: Where its files are.
        client: Says hello to it.
        daw_port: Where its DAW listens; None for none.
        more: Lines of its settings beside where it listens and stores.
        options: Further ones of `mixbridge run`.

    Raises:
        NetworkError: If it does not start.
    """
    port, daw_port = _free_port(), daw_port or _free_port()
    config = folder / "config.yaml"
    config.write_text(
        f"listen: {{port: {port}}}\ndaw: {{port: {daw_port}}}\nstore: {folder / 'bench.db'}\n"
        f"web: {{enabled: false}}\nmidi: {{enabled: false}}\n{more}",
        encoding="utf-8",
    )
    target = ("127.0.0.1", port)
    hello = encode(OscMessage("/bridge/hello", (client.getsockname()[1],)))
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-m", "bridge", "run", "--config", str(config), *options],
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            client.settimeout(0.005)
            while not _is_welcomed(client, hello, target):
                if process.poll() is not None or time.perf_counter() - began > 30.0:
                    raise NetworkError("The bridge did not start; try 'mixbridge doctor'.")
            ready_s = time.perf_counter() - began
            client.settimeout(_PATIENCE_S)
            yield process.pid, target, ready_s
        finally:
            process.terminate()


def _is_welcomed(client: socket.socket, hello: bytes, target: tuple[str, int]) -> bool:
    try:
        client.sendto(hello, target)
        return client.recv(65_535).startswith(b"/bridge/welcome")
    except OSError:
        return False


def _idle(pid: int) -> list[Result]:
    """Resident memory and share of a core while nobody speaks; nothing where /proc is not."""
    if not Path(f"/proc/{pid}/stat").exists():
        return []
    before = cpu_s(pid)
    time.sleep(_IDLE_S)
    share = (cpu_s(pid) - before) / _IDLE_S * 100.0
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    memory_mb = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return [
        Result(label="resident memory, idle", value=memory_mb, unit="MB"),
        Result(label="CPU, idle", value=share, unit="% of a core"),
    ]


def cpu_s(pid: int) -> float:
    """Processor time of a process so far, in s; where /proc is."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# -- what it is compared with ----------------------------------------------------------------------


def _echo(port: int, _folder: str) -> None:
    _answer(port, lambda _: None)


def _committing_echo(port: int, folder: str) -> None:
    rows = sqlite3.connect(Path(folder) / "echo.db", isolation_level=None)
    rows.execute("PRAGMA journal_mode = WAL")
    rows.execute("PRAGMA synchronous = FULL")
    rows.execute("CREATE TABLE rewards (data BLOB)")
    _answer(port, lambda data: rows.execute("INSERT INTO rewards VALUES (?)", (data,)))


def _answer(port: int, take: Callable[[bytes], object]) -> None:
    """Send back what begins as our pings do, after `take` has had it, and drop the rest."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        wire.bind(("127.0.0.1", port))
        while True:
            data, sender = wire.recvfrom(65_535)
            if data.startswith(b"/bench"):
                take(data)
                wire.sendto(data, sender)


def _send_bursts(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        due = time.perf_counter()
        while True:
            for number in range(BURST):
                wire.sendto(_METERS[number % len(_METERS)], (host, port))
            due += 1.0 / BURSTS_HZ
            time.sleep(max(0.0, due - time.perf_counter()))


def echo() -> AbstractContextManager[tuple[str, int]]:
    """A bare echo of what begins with /bench, in a process of its own, and where it is."""
    return _peer(_echo, "")


@contextmanager
def _peer(serve: Callable[[int, str], None], folder: str) -> Iterator[tuple[str, int]]:
    """An echo in a process of its own, and where it is."""
    port = _free_port()
    ping = encode(OscMessage("/bench/ready"))
    with _process(serve, (port, folder)), open_client() as probe:
        probe.settimeout(0.05)
        for _ in range(200):
            try:
                probe.sendto(ping, ("127.0.0.1", port))
                probe.recv(64)
                break
            except OSError:
                time.sleep(0.02)
        yield "127.0.0.1", port


@contextmanager
def _process(target: Callable[..., None], arguments: tuple[object, ...]) -> Iterator[None]:
    process = multiprocessing.get_context("spawn").Process(
        target=target, args=arguments, daemon=True
    )
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


@contextmanager
def open_client() -> Iterator[socket.socket]:
    """A socket of loopback that waits for answers with patience."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.settimeout(_PATIENCE_S)
        yield client


def _free_port() -> int:
    with open_client() as probe:
        return int(probe.getsockname()[1])
