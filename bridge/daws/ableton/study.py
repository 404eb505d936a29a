"""What Live's dialect asks of Live, and how exactly it knows Live's curves.

Beside the dialect stands a Live that answers each frame in its next tick, and no sooner. The bridge
looks twenty times a second whether there is something to ask, on a slow day less often, and out of
step with Live: the ticks are those of the worst of `PHASES_S` and `PULSES_S`. Counted are
questions, since each is some work on Live's main thread, and the bytes of the datagrams in either
direction. Every track has an EQ Eight.

Curves: each position of a fader or meter, as float32, to dB and back; and each level that the
bridge may write to the position and back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import click
import numpy as np

from bridge.daws.ableton.wire.curves import fader_db, fader_position, meter_dbfs, meter_position
from bridge.daws.ableton.wire.dialect import AbletonDialect
from bridge.daws.ableton.wire.frames import MARK, Topic
from bridge.mix.messages import DumpClosed, RequestDump
from bridge.mix.params import SILENCE_DB
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscBundle, OscMessage

TRACKS: Final = (3, 16, 64)
STEADY_S: Final = 60.0
PHASES_S: Final = tuple(0.001 + 0.0098 * step for step in range(10))
"""How long after a tick of Live's the bridge's first pulse comes."""
PULSES_S: Final = (0.05, 0.055, 0.06)
"""How far apart its pulses are: on time, and on a loaded machine."""
_TICK_S: Final = 0.1
_POSITIONS: Final = 100_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a Live of so many tracks is asked.

    Attributes:
        tracks: How many.
        ticks: Until all of it is known, in the slowest phase.
        questions: Until then.
        bytes_out: To Live until then.
        bytes_in: From it until then.
        questions_per_s: After it.
        bytes_out_per_s: After it.
        bytes_in_per_s: After it.
        largest: The largest datagram of all, bytes.
    """

    tracks: int
    ticks: int
    questions: int
    bytes_out: int
    bytes_in: int
    questions_per_s: float
    bytes_out_per_s: float
    bytes_in_per_s: float
    largest: int


class _Live:
    """Answers questions, and counts."""

    def __init__(self, tracks: int) -> None:
        self.questions = self.bytes_out = self.bytes_in = self.largest = 0
        self._tracks = tracks
        kinds = ("Filter On", "Filter Type", "Frequency", "Gain", "Resonance")
        bands = (f"{band} {kind} {side}" for band in "12345678" for side in "AB" for kind in kinds)
        self._names = ("Device On", "Output", "Scale", "Adaptive Q", *bands)

    def answer(self, datagram: bytes, bundle: OscBundle) -> list[OscMessage]:
        """What is answered in the next tick."""
        self.bytes_out += len(datagram)
        answers = [answer for message in bundle.messages for answer in self._answers(message)]
        sizes = [_size(answer) for answer in answers]
        self.questions += len(bundle.messages)
        self.bytes_in += sum(sizes)
        self.largest = max(self.largest, len(datagram), *sizes)
        return answers

    def _answers(self, message: OscMessage) -> Iterator[OscMessage]:
        answer = self._answer(message.address, message.args)
        if answer is not None:
            yield OscMessage(message.address, answer)

    def _answer(self, address: str, args: tuple[OscArg, ...]) -> tuple[OscArg, ...] | None:
        values = {"Device On": 1.0, "Output": 0.0}
        match address:
            case _ if address == MARK:
                return (True, *args)
            case Topic.COUNT:
                return (self._tracks,)
            case Topic.VERSION:
                return (12, 1)
            case Topic.LOG:
                return ("info",)
            case Topic.TRACKS:
                first, last = (int(arg) for arg in args[:2] if isinstance(arg, int))
                places = range(first, self._tracks if last < 0 else last)
                return tuple(
                    x for place in places for x in (f"Track {place:05}", False, False, 0.5)
                )
            case Topic.DEVICES:
                return (*args, "Eq8")
            case Topic.NAMES:
                return (*args, *self._names)
            case Topic.MINIMA | Topic.MAXIMA:
                sign = -1.0 if address == Topic.MINIMA else 1.0
                return (
                    *args,
                    *(15.0 * sign if "Gain" in name else max(sign, 0.0) for name in self._names),
                )
            case Topic.VALUES:
                return (*args, *(values.get(name, 0.5) for name in self._names))
            case Topic.VOLUME | Topic.PAN:
                return (*args, 0.5)
        return None


def measure(tracks: int, *, steady_s: float = STEADY_S) -> Load:
    """Greet a Live of so many tracks, read all of it, and go on for so long; the slowest phase."""
    loads = [
        _measure_phase(tracks, phase_s, pulse_s, steady_s=0.0)
        for phase_s in PHASES_S
        for pulse_s in PULSES_S
    ]
    slowest = max(loads, key=lambda load: load.ticks)
    return replace(
        _measure_phase(tracks, PHASES_S[0], PULSES_S[0], steady_s=steady_s), ticks=slowest.ticks
    )


def _measure_phase(tracks: int, phase_s: float, pulse_s: float, *, steady_s: float) -> Load:
    pulse_at = phase_s
    live, dialect = _Live(tracks), AbletonDialect()
    dialect.encode(RequestDump(number=1), at=0.0)
    waiting: list[OscBundle] = []  # in AbletonOSC's socket
    first: tuple[int, int, int, int] | None = None
    tick = 0
    while first is None or tick < first[0] + round(steady_s / _TICK_S):
        at = tick * _TICK_S
        read, waiting = waiting, []
        for packet in read:
            for message in live.answer(encode(packet), packet):
                heard = dialect.decode(message, at=at) or ()
                if first is None and any(isinstance(event, DumpClosed) for event in heard):
                    first = (tick, live.questions, live.bytes_out, live.bytes_in)
                waiting += [each for each in dialect.ask(at=at) if isinstance(each, OscBundle)]
        while pulse_at < at + _TICK_S:
            asked = dialect.ask(at=pulse_at)
            waiting += [each for each in asked if isinstance(each, OscBundle)]
            pulse_at += pulse_s
        tick += 1
    return Load(
        tracks=tracks,
        ticks=first[0],
        questions=first[1],
        bytes_out=first[2],
        bytes_in=first[3],
        questions_per_s=(live.questions - first[1]) / max(steady_s, _TICK_S),
        bytes_out_per_s=(live.bytes_out - first[2]) / max(steady_s, _TICK_S),
        bytes_in_per_s=(live.bytes_in - first[3]) / max(steady_s, _TICK_S),
        largest=live.largest,
    )


def _size(message: OscMessage) -> int:
    """Bytes of a message as AbletonOSC sends it; booleans have none of their own."""
    size = _padded(len(message.address)) + _padded(1 + len(message.args))
    for arg in message.args:
        if isinstance(arg, str):
            size += _padded(len(arg.encode()))
        elif not isinstance(arg, bool | None):
            size += 4
    return size


def _padded(length: int) -> int:
    return length + 4 - length % 4


def worst_error_db(
    to_db: Callable[[float], float], to_position: Callable[[float], float], *, low_db: float
) -> tuple[float, float]:
    """The worst error of a curve and its inverse, dB: from positions, and from levels on.

    Args:
        to_db: The curve.
        to_position: Its inverse.
        low_db: The lowest level that is looked at.
    """
    from_positions = [
        abs(to_db(_float32(to_position(level))) - level)
        for position in np.linspace(0.0, 1.0, _POSITIONS)
        if (level := to_db(_float32(float(position)))) > SILENCE_DB
    ]
    from_levels = [
        abs(to_db(_float32(to_position(float(level)))) - float(level))
        for level in np.linspace(low_db, to_db(1.0), _POSITIONS)
    ]
    return max(from_positions), max(from_levels)


def _float32(value: float) -> float:
    """As it comes back from Live."""
    return float(np.float32(value))


@click.command(help=__doc__)
@click.option("--tracks", type=click.IntRange(1), multiple=True, default=TRACKS, show_default=True)
def main(tracks: tuple[int, ...]) -> None:
    """Print the figures."""
    for load in map(measure, tracks):
        click.echo(
            f"{load.tracks:4} tracks: all known after {load.ticks} ticks, {load.questions} "
            f"questions, {load.bytes_out} bytes to Live and {load.bytes_in} back; then a second "
            f"{load.questions_per_s:.0f} questions, {load.bytes_out_per_s:.0f} bytes to Live and "
            f"{load.bytes_in_per_s:.0f} back; largest datagram {load.largest} bytes"
        )
    for name, curves, low_db in (
        ("fader", (fader_db, fader_position), -69.9),
        ("meter", (meter_dbfs, meter_position), -69.9),
    ):
        positions, levels = worst_error_db(*curves, low_db=low_db)
        click.echo(
            f"{name}, worst error there and back: {positions:.5f} dB from any position, "
            f"{levels:.5f} dB from any level from {low_db:g} dB on"
        )
