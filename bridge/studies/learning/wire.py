"""Whether what holds in the study holds over the wire: listeners who meet a running bridge.

`mixbridge run` is a process of its own; here is the DAW that it mixes (spectra instead of audio)
and the person who answers, over UDP, in the words of the generic dialect. Nothing of the agent is
imported: what it does, it does through the daemon's guard, meters, credit and journal. The people
and songs are those of `study learning` for the same salt.
"""

import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import numpy as np

from bridge.daw.generic import GenericDialect
from bridge.errors import DialectError, NetworkError, OscDecodeError
from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    RoleGiven,
    SetParam,
    TrackNamed,
)
from bridge.mix.params import COLUMN, EQ_COLUMNS, MOVABLE
from bridge.mix.roles import ROLES
from bridge.mix.spectrum import FloatArray, eq_curve_db, to_db, to_power
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage
from bridge.sim.listeners import Listener
from bridge.sim.songs import SimulatedMix, Song
from bridge.studies.learning.roster import POPULATIONS, Visit, meet
from bridge.studies.learning.session import Stage

_PACE_S: Final = 0.05
_METERS_S: Final = 0.05
_IDLE_S: Final = 3.0
_READY_S: Final = 30.0
_PEAK_OVER_RMS_DB: Final = 12.0
_METER_NOISE_DB: Final = 1.0
_ORACLE_MOVES: Final = {8: 50, 16: 100, 32: 200}


class _Room:
    """The DAW and the person, in one."""

    def __init__(self, song: Song, listener: Listener, *, seed: int, folder: Path) -> None:
        self.fractions: list[float] = []
        self.thumb_fractions: list[float] = []
        self._stage = Stage(song, listener, oracle_moves=_ORACLE_MOVES.get(len(song.names), 100))
        self._mix = SimulatedMix(song)
        self._rng = np.random.default_rng(seed)
        self._dialect = GenericDialect()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(_METERS_S)
        self._port = int(self._socket.getsockname()[1])
        self._bridge = ("127.0.0.1", _free_port())
        self._config = folder / "bridge.yaml"
        self._config.write_text(
            f"listen: {{port: {self._bridge[1]}}}\n"
            f"daw: {{port: {self._port}}}\n"
            f"store: {folder / 'bridge.db'}\n"
            f"mode: assist\npace: {{interval_s: {_PACE_S}}}\nguard: {{profile: 'off'}}\n"
            "web: {enabled: false}\nmidi: {enabled: false}\n",
            encoding="utf-8",
        )

    def play(self, *, thumbs: int, moves: int) -> None:
        """Answer a bridge until a budget is spent or it has nothing to do."""
        utility = self._stage.utility(self._mix.values)
        with self._running():
            self._greet()
            moved_at = time.monotonic()
            metered_at = 0.0
            while len(self.fractions) < moves and len(self.thumb_fractions) < thumbs:
                now = time.monotonic()
                if now > moved_at + _IDLE_S:
                    break
                if now >= metered_at + _METERS_S:
                    metered_at = now
                    self._meter()
                for message in self._receive():
                    self._obey(message)
                    if message.address != "/bridge/move" or message.args[1] != "confirmed":
                        continue
                    moved_at = time.monotonic()
                    before, utility = utility, self._stage.utility(self._mix.values)
                    self._record_move(utility)
                    self._judge(str(message.args[0]), before, utility)
                    utility = self._stage.utility(self._mix.values)
        self._socket.close()

    def _judge(self, move: str, before: float, after: float) -> None:
        thumb = self._stage.listener.judge(before, after, self._rng)
        if thumb is None:
            return
        self._send("/bridge/reward", thumb, move, f"wire-{move}")
        is_taken, is_back = False, thumb > 0.0
        until = time.monotonic() + _READY_S
        while not (is_taken and is_back) and time.monotonic() < until:
            for message in self._receive():
                is_back |= self._obey(message)
                is_taken |= message.address == "/bridge/rewarded"
        utility = self._stage.utility(self._mix.values)
        if thumb < 0.0:
            self._record_move(utility)
        self.thumb_fractions.append(self._stage.fraction(utility))

    def _record_move(self, utility: float) -> None:
        self.fractions.append(self._stage.fraction(utility))

    # -- the DAW -------------------------------------------------------------------------------

    def _obey(self, message: OscMessage) -> bool:
        """Do what a DAW does; returns whether a control was set."""
        try:
            commands = self._dialect.decode_command(message)
        except DialectError:
            return False
        for command in commands:
            if isinstance(command, RequestDump):
                self._dump(command.number)
            elif isinstance(command, SetParam):
                row, column = command.track - 1, COLUMN[command.param]
                self._mix.move(row, command.param, command.value - self._mix.values[row, column])
                self._publish(self._held(row, column))
                return True
        return False

    def _dump(self, number: int) -> None:
        song = self._mix.song
        self._publish(DumpOpened(at=0.0, count=len(song.names)))
        for row, (name, role) in enumerate(zip(song.names, song.roles, strict=True)):
            self._publish(TrackNamed(at=0.0, track=row + 1, name=name))
            self._publish(RoleGiven(at=0.0, track=row + 1, role=ROLES[role]))
            for column in range(len(MOVABLE)):
                self._publish(self._held(row, column))
        self._publish(DumpClosed(at=0.0, number=number))

    def _held(self, row: int, column: int) -> ParamChanged:
        value = float(self._mix.values[row, column])
        return ParamChanged(at=0.0, track=row + 1, param=MOVABLE[column], value=value)

    def _publish(self, event: DawEvent) -> None:
        for message in self._dialect.encode_event(event):
            self._socket.sendto(encode(message), self._bridge)

    def _meter(self) -> None:
        for row, octaves in enumerate(self._octaves_db()):
            rms = float(to_db(to_power(octaves).sum()))
            levels = [rms, rms + _PEAK_OVER_RMS_DB, *octaves.tolist()]
            for message in self._dialect.encode_levels(row + 1, levels):
                self._socket.sendto(encode(message), self._bridge)

    def _octaves_db(self) -> FloatArray:
        values, source_db = self._mix.values, self._mix.song.source_db
        noise_db = self._rng.normal(0.0, _METER_NOISE_DB, source_db.shape)
        return np.asarray(source_db + values[:, :1] + eq_curve_db(values[:, EQ_COLUMNS]) + noise_db)

    # -- the person ----------------------------------------------------------------------------

    def _send(self, address: str, *args: OscArg) -> None:
        self._socket.sendto(encode(OscMessage(address, args)), self._bridge)

    def _receive(self) -> list[OscMessage]:
        try:
            return decode(self._socket.recv(65_535))
        except (OSError, OscDecodeError):  # silence, a bridge that is not there yet, nonsense
            return []

    def _greet(self) -> None:
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            self._send("/bridge/hello", self._port)
            for message in self._receive():
                self._obey(message)
                if message.address == "/bridge/welcome":
                    return
        raise NetworkError("The bridge did not start; try 'mixbridge doctor'.")

    @contextmanager
    def _running(self) -> Iterator[None]:
        command = [sys.executable, "-m", "bridge", "run", "--config", str(self._config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
            try:
                yield
            finally:
                process.terminate()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@click.command()
@click.option("--listeners", type=click.IntRange(1, 1000), default=8, show_default=True)
@click.option("--population", type=click.Choice(list(POPULATIONS)), default="std")
@click.option("--tracks", type=click.IntRange(2, 128), default=16, show_default=True)
@click.option("--thumbs", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--moves", type=click.IntRange(1, 10_000), default=400, show_default=True)
@click.option("--salt", help="Of the people and songs; by default a new one.")
def main(
    *, listeners: int, population: str, tracks: int, thumbs: int, moves: int, salt: str | None
) -> None:
    """Meet a running bridge as a DAW and a person, and print how near to a taste it comes."""
    salt = salt or secrets.token_hex(8)
    click.echo(f"salt {salt}, {population}, {tracks} tracks; fraction of the oracle's gain")
    click.echo("listener  @25 thumbs  @50 thumbs  @100 thumbs  @100 moves  moves")
    rows = []
    for number in range(listeners):
        visit = Visit(
            salt=salt, population=population, tracks=tracks, condition="usual", listener=number,
            agents=(), thumbs=thumbs, moves=moves, frozen_moves=0,
        )  # fmt: skip
        listener, song, _ = meet(visit)
        with tempfile.TemporaryDirectory() as folder:
            room = _Room(song, listener, seed=visit.seed("wire"), folder=Path(folder))
            room.play(thumbs=thumbs, moves=moves)
        marks = (
            *(_at(room.thumb_fractions, place) for place in (25, 50, 100)),
            _at(room.fractions, 100),
        )
        rows.append(marks)
        click.echo(_line(str(number), marks, len(room.fractions)))
    click.echo(_line("mean", tuple(np.mean(rows, axis=0)), None))


def _at(fractions: list[float], place: int) -> float:
    """The fraction after so many; the last one is carried forward."""
    return fractions[min(place, len(fractions)) - 1] if fractions else 0.0


def _line(label: str, marks: tuple[float, ...], moves: int | None) -> str:
    at25, at50, at100, moves100 = marks
    count = "" if moves is None else str(moves)
    return (
        f"{label:>8}  {at25:>10.3f}  {at50:>10.3f}  {at100:>11.3f}  {moves100:>10.3f}  {count:>5}"
    )
