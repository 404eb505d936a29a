"""Ardour and the bridge, measured: how long a move takes, and a long run of both.

Round trip: a fader is moved by a bare OSC client, from its datagram to Ardour's answer; and by a
running bridge, from telling that the move is applied, right before its datagram, to telling that
it is confirmed. Both are heard on a socket of this process, one after the other, 300 times.

Soak: the dummy engine plays ten times as fast, so that three minutes are thirty of a session. The
textbook agent moves something all the time, and a remote gives thumbs at random. The figures are
the memory of both programs in the first and the last quarter, and what became of every move.
"""

import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import yaml

from bridge.daws.ardour.host import ArdourHost, running_ardour
from bridge.daws.ardour.wire.dialect import GREETING
from bridge.errors import HostError, OscDecodeError
from bridge.hosts.stems import load_session
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

ROUND_TRIPS: Final = 300
_HOST: Final = "127.0.0.1"
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """A long run's figures.

    Attributes:
        seconds: How long it was on the wall; ten times as long in the session.
        states: How many moves ended in which state.
        bridge_mb: Resident memory of the bridge, in order of time.
        ardour_mb: And of Ardour.
    """

    seconds: float
    states: Counter[str]
    bridge_mb: tuple[float, ...]
    ardour_mb: tuple[float, ...]

    @property
    def lost(self) -> int:
        """Moves that were applied and neither confirmed nor taken back."""
        return self.states["unconfirmed"] + self.states["applied"]


class _Client:
    """A socket that speaks OSC and waits for answers."""

    def __init__(self, port: int) -> None:
        self._there = (_HOST, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind((_HOST, 0))
        self.port = int(self._socket.getsockname()[1])

    def send(self, address: str, *args: OscArg) -> None:
        self._socket.sendto(encode(OscMessage(address, args)), self._there)

    def receive(self, until: float) -> Iterator[OscMessage]:
        """Every message until then, as it comes."""
        while (left := until - time.monotonic()) > 0.0:
            self._socket.settimeout(left)
            try:
                yield from decode(self._socket.recv(65_535))
            except (TimeoutError, OscDecodeError):
                continue

    def close(self) -> None:
        self._socket.close()


def bare_round_trips(host: ArdourHost, count: int) -> list[float]:
    """Seconds from a fader's datagram to Ardour's answer, without the bridge."""
    client = _Client(host.port)
    times = []
    try:
        client.send(GREETING.address, *GREETING.args)
        list(client.receive(time.monotonic() + 0.5))
        for step in range(count):
            value = -12.0 + step % 2
            began = time.monotonic()
            client.send("/strip/gain/1", value)
            for message in client.receive(began + 1.0):
                match message.address, message.args:
                    case "/strip/gain/1", (float(held),) if abs(held - value) < 0.01:
                        times.append(time.monotonic() - began)
                        break
            list(client.receive(time.monotonic() + 0.01))
    finally:
        client.close()
    return times


def bridge_round_trips(host: ArdourHost, folder: Path, count: int) -> list[float]:
    """Seconds from telling that a move is applied to telling that it is confirmed."""
    times, begun = [], {}
    with _bridge(host, folder, pace_s=0.03) as remote:
        for message in remote.receive(time.monotonic() + _PATIENCE_S * 6):
            if message.address != "/bridge/move":
                continue
            now, (move, state, _, param, *_) = time.monotonic(), message.args
            if state == "applied" and param in ("gain", "pan"):
                begun[move] = now
            elif state == "confirmed" and move in begun:
                times.append(now - begun.pop(move))
                if len(times) == count:
                    break
    return times


def soak(seconds: float, folder: Path, *, driver: str = "10x Speed") -> Soak:
    """Run Ardour and the bridge beside it for so long, with moves and thumbs all the time.

    Raises:
        HostError: If Ardour is not installed or does not start.
    """
    stems, start = load_session(None, seed=1)
    rng = random.Random(1)  # noqa: S311 - thumbs
    states: dict[str, str] = {}
    memory: list[tuple[float, float]] = []
    with running_ardour(folder, stems, start, port=_free_port(), driver=driver) as host:
        host.play()
        with _bridge(host, folder, pace_s=0.2) as remote:
            began = time.monotonic()
            looked_at = 0.0
            for message in remote.receive(began + seconds):
                if message.address == "/bridge/move":
                    move, state = str(message.args[0]), str(message.args[1])
                    states[move] = state
                    if state == "confirmed" and rng.random() < 0.5:
                        thumb = 1.0 if rng.random() < 0.6 else -1.0
                        remote.send("/bridge/reward", thumb, move, f"soak-{move}")
                if time.monotonic() - looked_at >= 1.0:
                    looked_at = time.monotonic()
                    memory.append((_resident_mb(remote.pid), _resident_mb(host.pid)))
            remote.send("/bridge/mode", "observe")
            ended = time.monotonic()
            for message in remote.receive(ended + _PATIENCE_S):
                if message.address == "/bridge/move":
                    states[str(message.args[0])] = str(message.args[1])
                if time.monotonic() > ended + 1.5 and "applied" not in states.values():
                    break  # nothing is on its way any more, however busy the machine is
    bridge_mb, ardour_mb = zip(*memory, strict=True)
    return Soak(
        seconds=seconds,
        states=Counter(states.values()),
        bridge_mb=bridge_mb,
        ardour_mb=ardour_mb,
    )


class _Remote(_Client):
    pid = 0


@contextmanager
def _bridge(host: ArdourHost, folder: Path, *, pace_s: float) -> Iterator[_Remote]:
    """`mixbridge run` beside Ardour, in assist, and a remote that hears of its moves."""
    port = _free_port()
    config = folder / "study.yaml"
    settings = {
        "daw": {"dialect": "ardour", "port": host.port},
        "listen": {"port": port},
        "mode": "assist",
        "pace": {"interval_s": pace_s},
        "guard": {"profile": "off"},
        "learning": {"agent": "flat", "epsilon": 0.2},
        "store": str(folder / f"study-{port}.db"),
        "web": {"enabled": False},
        "midi": {"enabled": False},
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-m", "bridge", "run", "--config", str(config)]
    with (folder / "study.log").open("ab") as log:
        process = subprocess.Popen(command, stderr=log)  # noqa: S603 - our own program
    remote = _Remote(port)
    remote.pid = process.pid
    try:
        _greet(remote)
        yield remote
    finally:
        remote.close()
        process.send_signal(signal.SIGINT)
        process.wait(_PATIENCE_S)


def _greet(remote: _Remote) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        remote.send("/bridge/hello", remote.port)
        for message in remote.receive(time.monotonic() + 0.2):
            if message.address == "/bridge/status" and message.args[0] == "online":
                return
    raise HostError("The bridge did not find Ardour.")


def _resident_mb(pid: int) -> float:
    """Resident memory of a process; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0")
    return int(line.split()[1]) / 1024.0


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _quantiles(times: Sequence[float]) -> str:
    if len(times) < 2:
        return f"{len(times)} answers"
    ms = sorted(1000.0 * each for each in times)
    p99 = ms[min(len(ms) - 1, round(0.99 * len(ms)))]
    return f"median {statistics.median(ms):.2f} ms, p99 {p99:.2f} ms, {len(ms)} of them"


@click.command(help=__doc__)
@click.option(
    "--soak", "soak_s", type=float, default=180.0, show_default=True, help="Seconds; 0: none."
)
@click.option("--round-trips", type=int, default=ROUND_TRIPS, show_default=True)
def main(soak_s: float, round_trips: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if round_trips:
            _print_round_trips(folder / "trips", round_trips)
        if soak_s:
            (folder / "soak").mkdir()
            _print_soak(soak(soak_s, folder / "soak"))


def _print_round_trips(folder: Path, count: int) -> None:
    folder.mkdir()
    stems, start = load_session(None, seed=1)
    with running_ardour(folder, stems, start, port=_free_port()) as host:
        host.play()
        for turn in ("first", "again"):
            click.echo(f"bare client, {turn}: {_quantiles(bare_round_trips(host, count))}")
            trips = bridge_round_trips(host, folder, count)
            click.echo(f"the bridge, {turn}:  {_quantiles(trips)}")


def _print_soak(run: Soak) -> None:
    quarter = max(1, len(run.bridge_mb) // 4)
    click.echo(f"soak: {run.seconds:.0f} s, {run.seconds / 6.0:.0f} minutes of the session")
    for name, mb in (("bridge", run.bridge_mb), ("Ardour", run.ardour_mb)):
        first, last = statistics.median(mb[:quarter]), statistics.median(mb[-quarter:])
        click.echo(f"  {name}: {first:.1f} MB in the first quarter, {last:.1f} MB in the last")
    counts = ", ".join(f"{count} {state}" for state, count in sorted(run.states.items()))
    click.echo(f"  {sum(run.states.values())} moves: {counts}; lost: {run.lost}")
