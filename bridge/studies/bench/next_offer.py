"""From a pick to the next offer of phrases, over the wire: ``mixbridge study next-offer``.

`mixbridge run` stands beside the embedded console with its meters, and a person picks A, B, C in
turn. Each pick is followed by a round trip to a bare echo, so that both meet the same machine.
"""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
import numpy as np

from bridge.daw.contents import encode_content_event
from bridge.errors import NetworkError
from bridge.hosts.console import METERS_HZ, ConsoleSpeaker
from bridge.mix.content_events import ContentKind, ContentReported
from bridge.mix.params import MOVABLE
from bridge.mix.phrases import PhraseNote, phrase_of
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.sim.band import make_band
from bridge.sim.console import Console
from bridge.studies.bench.daemon import cpu_s, echo, open_client, running_bridge

_PATIENCE_S: Final = 30.0
_LISTEN_S: Final = 1.0
"""How long the person listens before each pick; people need longer."""

_STRIP: Final = "Bass"
_RIFF: Final = (33, 36, 40, 43)


@dataclass(slots=True)
class Picks:
    """What was measured, one of each a pick.

    Attributes:
        wanted_ms: Until the bridge orders phrases (`/bridge/wanted`).
        offer_ms: Until the next `/bridge/offer`.
        echo_ms: A bare echo right after it.
        cpu_ms: Processor time of the bridge and its processes, pauses included; 0 without /proc.
    """

    wanted_ms: list[float] = field(default_factory=list)
    offer_ms: list[float] = field(default_factory=list)
    echo_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


class _Person:
    """A person before a console, both on one socket."""

    def __init__(self, wire: socket.socket, target: tuple[str, int]) -> None:
        stems = make_band(0)
        self._track = next(k for k, name in enumerate(stems.names, start=1) if _STRIP in name)
        self._speaker = ConsoleSpeaker(Console(stems, np.zeros((len(stems.names), len(MOVABLE)))))
        self._wire, self._target = wire, target
        self._metered_at = time.perf_counter()

    def begin(self) -> OscMessage:
        """Ask for a bass line; the first offer."""
        notes = [PhraseNote(float(beat), _RIFF[beat % 4], 0.5, 100) for beat in range(16)]
        clip = ContentReported(
            at=0.0,
            kind=ContentKind.CLIP,
            key="verse",
            track=self._track,
            name="Verse",
            text=phrase_of(notes, 16.0).text,
            barred="",
            group="",
        )
        self.wait(1.0)
        self.send(
            encode_content_event(clip),
            OscMessage("/bridge/mode", ("suggest",)),
            OscMessage("/bridge/task", ("phrase",)),
            OscMessage("/bridge/focus", (_STRIP,)),
        )
        return self.receive("/bridge/offer")

    def send(self, *messages: OscMessage) -> None:
        """Send to the bridge."""
        for message in messages:
            self._wire.sendto(encode(message), self._target)

    def receive(self, address: str) -> OscMessage:
        """Wait for a message.

        Raises:
            NetworkError: If it does not come.
        """
        until = time.perf_counter() + _PATIENCE_S
        for message in self._pass(until):
            if message.address == address:
                return message
        raise NetworkError(f"No {address} came within {_PATIENCE_S:g} s; is the machine too busy?")

    def wait(self, seconds: float) -> None:
        """Do for a while what a console does: answer, and show its meters."""
        for _ in self._pass(time.perf_counter() + seconds):
            pass

    def _pass(self, until: float) -> Iterator[OscMessage]:
        while (now := time.perf_counter()) < until:
            due = self._metered_at + 1.0 / METERS_HZ
            if now >= due:
                self.send(*self._speaker.pass_time(now - self._metered_at))
                self._metered_at = now
            wait_s = max(0.0, min(until, due) - now)
            if select.select([self._wire], [], [], wait_s)[0]:
                for message in decode(self._wire.recv(65_535)):
                    if message.address.startswith("/mix"):
                        self.send(*self._speaker.answer(message))
                    yield message


@contextmanager
def _at_work() -> Iterator[tuple[_Person, int]]:
    with TemporaryDirectory() as folder, open_client() as client, open_client() as wire:
        port = wire.getsockname()[1]
        with running_bridge(Path(folder), client, daw_port=port) as (pid, target, _):
            person = _Person(wire, target)
            person.send(OscMessage("/bridge/hello", (port,)))
            yield person, pid


def pick(picks: int) -> Picks:
    """Pick so often; what was measured.

    Raises:
        NetworkError: If the bridge does not start or answer.
    """
    found = Picks()
    with _at_work() as (person, pid), echo() as echo_at, open_client() as client:
        offer = person.begin()
        for number in range(picks):
            person.wait(_LISTEN_S)
            processes = [pid, *_children(pid)]
            cpu, began = sum(map(cpu_s, processes)), time.perf_counter()
            person.send(OscMessage("/bridge/choose", (offer.args[0], 1 + number % 3)))
            person.receive("/bridge/wanted")
            found.wanted_ms.append(1e3 * (time.perf_counter() - began))
            offer = person.receive("/bridge/offer")
            found.offer_ms.append(1e3 * (time.perf_counter() - began))
            found.cpu_ms.append(1e3 * (sum(map(cpu_s, processes)) - cpu))
            began = time.perf_counter()
            client.sendto(encode(OscMessage("/bench/ping")), echo_at)
            client.recv(64)
            found.echo_ms.append(1e3 * (time.perf_counter() - began))
    return found


def _children(pid: int) -> list[int]:
    """The processes that a process has started; none where /proc is not."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text(encoding="ascii").split()]
    return found


@click.command()
@click.option("--picks", type=click.IntRange(3, 10_000), default=60, show_default=True)
def main(picks: int) -> None:
    """How long the next offer of phrases takes after a pick, over the wire."""
    found = pick(picks)
    click.echo(f"{picks} picks of a bass line, one each {_LISTEN_S:g} s; ms, median and 90 %:")
    for words, values in (
        ("from a pick to the next offer", found.offer_ms),
        ("... to its order", found.wanted_ms),
        ("processor time, bridge and worker", found.cpu_ms),
        ("a bare echo", found.echo_ms),
    ):
        median, late = np.quantile(values, (0.5, 0.9))
        click.echo(f"  {median:>8.2f} {late:>8.2f}  {words}")
