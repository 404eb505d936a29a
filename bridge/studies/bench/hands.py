"""From a hand on a control to the bridge's silence there: a running bridge and a console, over UDP.

The bridge moves something all the time. As soon as one of its ramps is on its way, a hand takes the
same control, in steps of one size and at a rate drawn from 5 to 100 messages a second. What counts
is the time from the hand's first message to the last write that still comes to that strip.
"""

import random
import select
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
import numpy as np

from bridge.daw.generic import GenericDialect
from bridge.errors import NetworkError
from bridge.hosts.console import METERS_HZ, ConsoleSpeaker
from bridge.mix.messages import ParamChanged, SetParam
from bridge.mix.params import MOVABLE, Param
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.sim.band import make_band
from bridge.sim.console import Console
from bridge.studies.bench.daemon import running_bridge

STEPS_DB: Final = (0.004, 0.04, 0.4, 4.0)
RATES_HZ: Final = (5, 10, 20, 50, 100)
_PAN_PER_DB: Final = 0.25
_RAMP_WRITES: Final = 3
"""A hand comes in the middle of a ramp: after so many of its writes."""
_HAND_S: Final = 0.4
_SILENCE_S: Final = 1.2
"""The strip is watched for so long after the hand has come."""
_PATIENCE_S: Final = 30.0
_HANDS_A_BRIDGE: Final = 6


@dataclass(slots=True)
class _Trial:
    """One hand.

    Attributes:
        track: The strip that it is on.
        param: What it moves.
        began: When its first message left, seconds of `time.perf_counter`.
        late: When writes to that strip came after that.
    """

    track: int
    param: Param
    began: float
    late: list[float] = field(default_factory=list)


class _Desk:
    """A console on a socket, with a hand on it."""

    def __init__(self, wire: socket.socket, dice: random.Random) -> None:
        stems = make_band(0)
        self._console = Console(stems, np.zeros((len(stems.names), len(MOVABLE))))
        self._speaker = ConsoleSpeaker(self._console)
        self._dialect = GenericDialect()
        self._wire, self._dice = wire, dice
        self._peer: tuple[str, int] | None = None
        self._writes: dict[tuple[int, Param], int] = {}
        self._metered_at = time.perf_counter()
        self._trial: _Trial | None = None

    def try_hand(self, step_db: float) -> _Trial:
        """Wait for a ramp, put a hand on it, and watch that strip.

        Raises:
            NetworkError: If the bridge moves nothing.
        """
        until = time.perf_counter() + _PATIENCE_S
        self._writes.clear()
        while (place := self._place_under_way()) is None:
            if time.perf_counter() > until:
                raise NetworkError(f"The bridge has moved nothing for {_PATIENCE_S:g} s.")
            self._pass(0.005)
        (track, param), rate = place, self._dice.choice(RATES_HZ)
        step = step_db * (_PAN_PER_DB if param is Param.PAN else 1.0)
        step *= self._dice.choice((-1.0, 1.0))
        value = self._console.value(track - 1, param)
        reach = 0.9 if param is Param.PAN else 9.0
        if abs(value + step) > reach:
            step = -step
        trial = self._trial = _Trial(track=track, param=param, began=time.perf_counter())
        for number in range(1, max(1, int(rate * _HAND_S)) + 1):
            self._move(track, param, min(max(value + number * step, -reach), reach))
            self._pass(1.0 / rate)
        self._pass(max(0.0, trial.began + _SILENCE_S - time.perf_counter()))
        self._trial = None
        return trial

    def _place_under_way(self) -> tuple[int, Param] | None:
        return next((place for place, n in self._writes.items() if n >= _RAMP_WRITES), None)

    def _move(self, track: int, param: Param, value: float) -> None:
        self._console.set(track - 1, param, value)
        self._console.pop_changes()
        moved = ParamChanged(at=0.0, track=track, param=param, value=value)
        self._send(list(self._dialect.encode_event(moved)))

    def _pass(self, seconds: float) -> None:
        """Do what a desk does meanwhile: obey, answer, and show its meters."""
        until = time.perf_counter() + seconds
        while True:
            now = time.perf_counter()
            due = self._metered_at + 1.0 / METERS_HZ
            if now >= due:
                self._send(self._speaker.pass_time(now - self._metered_at))
                self._metered_at = now
            readable, _, _ = select.select([self._wire], [], [], max(0.0, min(until, due) - now))
            if readable:
                self._receive()
            elif time.perf_counter() >= until:
                return

    def _receive(self) -> None:
        data, sender = self._wire.recvfrom(65_535)
        for message in decode(data):
            for command in self._dialect.decode_command(message):
                if isinstance(command, SetParam):
                    self._record(command)
            answers = self._speaker.answer(message)
            if message.address == "/mix/refresh":
                self._peer = sender
            self._send(answers)

    def _record(self, write: SetParam) -> None:
        place = write.track, write.param
        self._writes[place] = self._writes.get(place, 0) + 1
        if self._trial is not None and self._trial.track == write.track:
            self._trial.late.append(time.perf_counter())

    def _send(self, messages: list[OscMessage]) -> None:
        if self._peer is not None:
            for message in messages:
                self._wire.sendto(encode(message), self._peer)


def silences(step_db: float, hands: int, *, seed: int) -> list[float]:
    """Seconds from the first message of each hand to the last write to its strip.

    Args:
        step_db: How far a fader or EQ moves from message to message, dB; a pan moves by .25 of it.
        hands: How many hands.
        seed: Of the controls' directions and the rates.

    Raises:
        NetworkError: If the bridge does not start, or moves nothing.
    """
    dice = random.Random(seed)  # noqa: S311 (no secret)
    times: list[float] = []
    while len(times) < hands:
        # After some hands most strips are held, and what hands took back thrice is Safe.
        times += _some(step_db, min(_HANDS_A_BRIDGE, hands - len(times)), dice)
    return times


def _some(step_db: float, hands: int, dice: random.Random) -> list[float]:
    settings = (
        "mode: assist\npace: {interval_s: 0.1}\nlearning: {agent: flat}\nguard: {profile: off}\n"
    )
    with (
        TemporaryDirectory() as folder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire,
    ):
        for each in (client, wire):
            each.bind(("127.0.0.1", 0))
        desk = _Desk(wire, dice)
        port = wire.getsockname()[1]
        with running_bridge(Path(folder), client, daw_port=port, more=settings):
            trials = [desk.try_hand(step_db) for _ in range(hands)]
    return [max(trial.late, default=trial.began) - trial.began for trial in trials]


@click.command()
@click.option("--hands", type=click.IntRange(2, 1000), default=50, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(hands: int, seed: int) -> None:
    """Put so many hands of each step on what moves; print how soon the bridge is silent there."""
    for step_db in STEPS_DB:
        times = [1e3 * each for each in silences(step_db, hands, seed=seed)]
        median, p99, worst = (float(np.percentile(times, share)) for share in (50, 99, 100))
        click.echo(
            f"steps of {step_db:g} dB: {hands} hands, silent after {median:.1f} ms (median), "
            f"{p99:.1f} ms (p99), {worst:.1f} ms (longest)"
        )
