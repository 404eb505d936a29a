"""What the tests with the real Ardour share: a short song, what a session holds, and a witness."""

import json
import math
import socket
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from bridge.daws.ardour.doctor import answers
from bridge.daws.ardour.host import ArdourHost, find_ardour, running_ardour
from bridge.hosts.stems import load_session
from bridge.mix.params import COLUMN, EQ_COLUMNS, Param
from bridge.sim.stems import Stems
from bridge.studies.learning.audience import Audience
from support.ports import free_ports
from support.rig import Bridge, Move, Remote, encode, moves_of, rows_of, running

needs_ardour = pytest.mark.skipif(
    find_ardour() is None, reason="Ardour is not installed: apt install ardour"
)
again_if_ardour_dies = pytest.mark.flaky(
    reruns=2, only_rerun=["ArdourDownError", "Ardour's export failed"]
)
"""Ardour 7.3 crashes now and then while tracks and plugins come and go (docs/ardour.md), and on a
busy machine its export may fail each time that it is tried.
The summary names each test that was run again."""
SONG_S = (14.0, 22.0)
"""The part of the band's song in which everybody plays."""
_ACE_SYMBOLS = {
    "gl": Param.EQ_LOW,
    "g2": Param.EQ_LOWMID,
    "g3": Param.EQ_HIGHMID,
    "gh": Param.EQ_HIGH,
}

Held = dict[str, dict[Param, float]]
Values = NDArray[np.float64]


def short_song(seed: int = 0, *, eq: bool = True) -> tuple[Stems, Values]:
    """Some seconds of the band in its rough mix; without `eq` every EQ is flat."""
    stems, start = load_session(None, seed=seed)
    begin, end = (int(seconds * stems.sample_rate) for seconds in SONG_S)
    if not eq:
        start[:, EQ_COLUMNS] = 0.0
    assert isinstance(stems.audio, np.ndarray)
    return replace(stems, audio=stems.audio[:, begin:end].copy()), start


@contextmanager
def playing(folder: Path, stems: Stems, start: Values, **options: Any) -> Iterator[ArdourHost]:  # noqa: ANN401
    """Ardour with the song, which plays round and round."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    with running_ardour(folder, stems, start, port=port, **options) as host:
        host.play()
        yield host


class ArdourDownError(Exception):
    """Ardour itself has died or hangs: the test could not be ended, whatever the bridge did."""


@contextmanager
def _blamed(host: ArdourHost) -> Iterator[None]:
    """Whose fault it is that a test fails: of Ardour, where it answers nobody any more."""
    try:
        yield
    except AssertionError as fault:
        is_running = host.exit_code is None
        if is_running and any(answers("127.0.0.1", host.port) for _ in range(5)):
            raise
        log = "\n".join(host.log.read_text(errors="replace").splitlines()[-15:])
        how = "answers nobody" if is_running else f"has ended with {host.exit_code}"
        raise ArdourDownError(f"Ardour {how}. It last wrote:\n{log}") from fault


@contextmanager
def bridge_beside(
    host: ArdourHost, folder: Path, *, agent: str = "factored", **settings: object
) -> Iterator[tuple[Bridge, Remote]]:
    """`mixbridge run --daw ardour` beside it, and a person who is told of every move."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {"learning": {"agent": agent}, "mode": "observe", **settings}
    with running(folder, daw={"dialect": "ardour", "port": host.port}, **given) as bridge:
        (port,) = free_ports(1)
        person = Remote(port=port, bridge_port=bridge.port)
        try:
            with _blamed(host):
                person.greet()
                person.wait_for_status("online")
                yield bridge, person
        finally:
            person.close()


def held_by(session_file: Path) -> Held:
    """What a saved session holds: dB, -1 left to +1 right, dB of each band of ACE EQ, by track."""
    held: Held = {}
    root = ET.parse(session_file).getroot()  # noqa: S314 - written by our own Ardour
    for route in root.iter("Route"):
        if "AudioTrack" not in str(route.find("PresentationInfo").attrib):  # type: ignore[union-attr]
            continue
        values: dict[Param, float] = {}
        for control in route.iter("Controllable"):
            if control.get("name") == "gaincontrol":
                gain = float(control.get("value", "nan"))
                values[Param.GAIN] = 20.0 * math.log10(gain) if gain > 0.0 else -math.inf
            elif control.get("name") == "pan-azimuth":
                values[Param.PAN] = 2.0 * float(control.get("value", "nan")) - 1.0
        for plugin in route.iter("Processor"):
            if plugin.get("name") == "ACE EQ":
                for port in plugin.iter("Port"):
                    if band := _ACE_SYMBOLS.get(port.get("symbol", "")):
                        values[band] = float(port.get("value", "nan"))
        held[str(route.get("name"))] = values
    return held


def held_at_first(stems: Stems, start: Values) -> Held:
    """What a session was made to hold."""
    return {
        name: {param: float(row[column]) for param, column in COLUMN.items()}
        for name, row in zip(stems.names, start, strict=True)
    }


def differences(held: Held, expected: Held) -> list[tuple[str, Param, float, float]]:
    """Where a session holds something else: beyond 0.01 dB, or 0.001 of pan."""
    return [
        (name, param, held[name].get(param, math.nan), value)
        for name, values in expected.items()
        for param, value in values.items()
        if not abs(held[name].get(param, math.nan) - value)
        <= (0.001 if param is Param.PAN else 0.01)
    ]


class Standing(NamedTuple):
    """What must stand in a session after all moves, by the strips' identities.

    Of a move that Ardour did not confirm nobody knows: one of its two ends stands.
    """

    sure: Held
    doubtful: dict[tuple[str, Param], set[float]]


def standing_values(bridge: Bridge, told: dict[str, Move], first: Held) -> Standing:
    """What a session must hold, from where it began and the last that was told of every move."""
    sure = {name: dict(values) for name, values in first.items()}
    doubtful: dict[tuple[str, Param], set[float]] = {}
    for name, payload in rows_of(bridge, "SELECT move, payload FROM decisions ORDER BY seq, place"):
        decision, move = json.loads(str(payload)), told.get(str(name))
        place = decision["key"], Param(decision["param"])
        if move is None or move.state == "proposed":
            continue
        if move.state == "confirmed":
            sure[place[0]][place[1]] = move.to_value
            doubtful.pop(place, None)
        else:
            value = sure[place[0]].pop(place[1], move.from_value)
            doubtful.setdefault(place, {value}).update((move.from_value, move.to_value))
    return Standing(sure, doubtful)


def gains_in(render: Path, stems: Stems) -> Values:
    """(tracks, 2) how loud each stem is left and right in a rendered mix, by least squares.

    A mix without EQ is a sum of its stems, so that this separates them exactly.
    """
    assert isinstance(stems.audio, np.ndarray)
    mix, _ = soundfile.read(str(render), dtype="float64")
    length = min(len(mix), stems.audio.shape[1])
    solved, *_ = np.linalg.lstsq(stems.audio[:, :length].T.astype(np.float64), mix[:length])
    return np.asarray(solved)


class Written(NamedTuple):
    """A value that Ardour says a strip holds now."""

    at: float
    track: int
    param: Param
    value: float


class Witness:
    """Another control surface of the same Ardour: hears what really changes, and when."""

    def __init__(self, host: ArdourHost) -> None:
        self._ardour = ("127.0.0.1", host.port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self.say("/set_surface", 0, 63, 2 + 4 + 16384, 0, 0, 0, 0)
        self.listen(0.5)

    def close(self) -> None:
        self._socket.close()

    def say(self, address: str, *args: object) -> None:
        """A person at this surface moves something."""
        self._socket.sendto(encode(address, *args), self._ardour)

    def listen(self, seconds: float) -> list[Written]:
        """What changes within that time."""
        heard, until = [], time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0.0:
            self._socket.settimeout(left)
            try:
                datagram = self._socket.recv(65_535)
            except TimeoutError:
                break
            if OscBundle.dgram_is_bundle(datagram):
                continue
            message = OscMessage(datagram)
            _, _, kind, *number = f"{message.address}///".split("/")
            param = {"gain": Param.GAIN, "pan_stereo_position": Param.PAN}.get(kind)
            if param is not None and number[0].isdecimal():
                (value,) = message.params
                heard.append(Written(time.monotonic(), int(number[0]), param, value))
        return heard


def play_listener(person: Remote, audience: Audience, least: int, most: int) -> None:
    """Let a simulated listener answer until `most` moves were confirmed; then all is at rest.

    It ends after `least` where the bridge knows no move any more that is worth hearing.
    """
    person.say("/bridge/mode", "assist")
    confirmed = 0
    while confirmed < most:
        # A loaded machine lets Ardour stand still for seconds, and the bridge waits for it.
        heard = person.hear("/bridge/move /bridge/status")
        if heard.address == "/bridge/status":
            if confirmed >= least and "no move would be worth hearing" in str(heard.args[1]):
                break
            continue
        move = Move(*heard.args)
        if move.state == "confirmed":
            confirmed += 1
            thumb = audience.judge(Param(move.param), {move.track: move.to_value})
            if thumb is not None:
                person.say("/bridge/reward", thumb, move.name, f"ardour-{move.name}")
        elif move.state == "reverted":
            audience.judge(Param(move.param), {move.track: move.from_value})
    person.say("/bridge/mode", "observe")
    for move in moves_of(person.let_pass(1.0)):
        if move.state in ("confirmed", "reverted"):
            value = move.to_value if move.state == "confirmed" else move.from_value
            audience.judge(Param(move.param), {move.track: value})
