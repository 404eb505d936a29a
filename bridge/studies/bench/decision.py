"""How long a decision takes, and a thumb, as the number of tracks grows.

The engine is measured alone, in this process, with a DAW that confirms each command at once.
"""

import time
from typing import Final

import numpy as np

from bridge.agents.factored import FactoredAgent
from bridge.engine.engine import Engine
from bridge.engine.results import StepResult
from bridge.guard.limits import LIMITS, Profile
from bridge.learning.prior import load_prior
from bridge.mix.messages import (
    DumpClosed,
    DumpOpened,
    Event,
    LinkChanged,
    LinkState,
    MetersRead,
    Mode,
    ParamChanged,
    RewardReceived,
    RoleGiven,
    SetParam,
    Tick,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import MOVABLE
from bridge.mix.roles import ROLES
from bridge.mix.spectrum import FloatArray
from bridge.sim.songs import Song, make_song
from bridge.studies.bench.messages import Result

TRACKS: Final = (8, 32, 128, 256)
DECISIONS: Final = 300

_APART_S: Final = 0.5


def run() -> list[Result]:
    """Median and 99th percentile for each number of tracks, in about 5 s."""
    results = []
    for tracks in TRACKS:
        song = make_song(np.random.default_rng(tracks), tracks=tracks)
        ticks, thumbs = _times(song)
        for label, times in (("decision", ticks), ("thumb", thumbs)):
            for name, share in (("median", 50), ("p99", 99)):
                value = float(np.percentile(times, share)) * 1e6
                results.append(
                    Result(label=f"{label}, {tracks} tracks, {name}", value=value, unit="us")
                )
    return results


def _times(song: Song) -> tuple[list[float], list[float]]:
    """Seconds of each tick that might decide, and of each thumb on what was decided."""
    engine = Engine(
        agent=FactoredAgent(load_prior()),
        limits=LIMITS[Profile.OFF],
        mode=Mode.ASSIST,
        interval_s=0.02,
        session=1,
        learning_enabled=True,
    )
    values = song.start_values.copy()
    for event in _greeting(song):
        engine.handle(event)
    ticks: list[float] = []
    thumbs: list[float] = []
    at = 0.0
    while len(ticks) < DECISIONS:
        at += _APART_S
        engine.handle(_octaves_of(song, values, at))
        began = time.perf_counter()
        result = engine.handle(Tick(at=at))
        ticks.append(time.perf_counter() - began)
        _confirm(engine, result, values, at)
        for decision in result.decisions:
            number = len(ticks)
            thumb = RewardReceived(
                at=at + 0.1, value=1.0 - number % 2, move=decision.move, reward_id=f"r{number}"
            )
            began = time.perf_counter()
            result = engine.handle(thumb)
            thumbs.append(time.perf_counter() - began)
            _confirm(engine, result, values, at + 0.1)
    return ticks, thumbs


def _greeting(song: Song) -> list[Event]:
    """What a DAW says first."""
    events: list[Event] = [
        LinkChanged(at=0.0, state=LinkState.ONLINE, text="it answers"),
        DumpOpened(at=0.0, count=len(song.names)),
    ]
    for row, name in enumerate(song.names):
        track = row + 1
        events.append(TrackNamed(at=0.0, track=track, name=name))
        events.append(RoleGiven(at=0.0, track=track, role=ROLES[song.roles[row]]))
        for column, param in enumerate(MOVABLE):
            value = float(song.start_values[row, column])
            events.append(ParamChanged(at=0.0, track=track, param=param, value=value))
    return [*events, TransportChanged(at=0.0, playing=True), DumpClosed(at=0.0, number=1)]


def _octaves_of(song: Song, values: FloatArray, at: float) -> MetersRead:
    octaves = song.source_db + values[:, :1]
    rms = 10.0 * np.log10(np.sum(10.0 ** (octaves / 10.0), axis=1))
    levels = np.column_stack([rms, rms + 12.0, octaves]).astype("<f4")
    return MetersRead(at=at, since=at - _APART_S + 0.3, levels=levels.tobytes())


def _confirm(engine: Engine, result: StepResult, values: FloatArray, at: float) -> None:
    """The DAW holds what it was asked for, and says so."""
    for command in result.commands:
        if isinstance(command, SetParam):
            values[command.track - 1, MOVABLE.index(command.param)] = command.value
            engine.handle(
                ParamChanged(at=at, track=command.track, param=command.param, value=command.value)
            )
