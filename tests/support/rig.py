"""A DAW and a person, written from the protocol page alone, and the bridge that they talk to.

Nothing of the bridge is imported here: python-osc builds and reads the messages, and the bridge is
a process of its own. One socket is the DAW's port and the remote that said hello, so that what the
bridge sends is heard in the order in which it was sent.
"""

import json
import math
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from support.ports import free_ports

A_WHILE_S = 0.4
"""Twenty times the pace: who wanted to move would have done so."""

PATIENCE_S = 60.0
"""The machine may be busy; a bridge that is well answers within milliseconds."""

METERS_EVERY_S = 0.05
BANDS = ("low", "lowmid", "highmid", "high")
PARAMS = ("gain", "pan", *(f"eq/{band}/gain" for band in BANDS))
SONG = (
    ("Kick", "kick"),
    ("Snare", "snare"),
    ("Bass", "bass"),
    ("Guitar", "guitar"),
    ("Keys", "keys"),
    ("Lead", "lead"),
)

_SETTINGS: dict[str, dict[str, Any]] = {
    "listen": {},
    "daw": {},
    "pace": {"interval_s": 0.02},
    "guard": {"profile": "off"},
    "learning": {"agent": "flat"},
    "web": {"enabled": False},
    "midi": {"enabled": False},
}


class Heard(NamedTuple):
    """A message of the bridge."""

    address: str
    args: tuple[Any, ...]


class Written(NamedTuple):
    """A value that the bridge has sent to the DAW."""

    track: int
    param: str
    value: float


class Move(NamedTuple):
    """The arguments of `/bridge/move`."""

    name: str
    state: str
    track: int
    param: str
    from_value: float
    to_value: float
    reason: str


@dataclass(kw_only=True)
class Strip:
    """A channel of the DAW."""

    uid: str
    name: str
    role: str
    values: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARAMS, 0.0))


def encode(address: str, *args: Any) -> bytes:  # noqa: ANN401 - whatever OSC has
    """One message; ``True`` is `T`, ``1`` is `i`, ``1.0`` is `f`, ``"1"`` is `s`."""
    builder = OscMessageBuilder(address)
    for arg in args:
        builder.add_arg(arg)
    return builder.build().dgram


class Remote:
    """A person at a remote: says hello, is told of moves, answers.

    What the bridge sends is heard in the order in which it was sent, while this waits for something
    (`hear`).
    """

    def __init__(self, *, port: int, bridge_port: int) -> None:
        self.port = port
        self._bridge = ("127.0.0.1", bridge_port)
        self._unread: deque[Heard] = deque()
        self._passed: list[Heard] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", port))

    def close(self) -> None:
        """Leave without a word."""
        self._socket.close()

    # -- saying --------------------------------------------------------------------------------

    def say(self, address: str, *args: object) -> None:
        """Send one message."""
        self.say_bytes(encode(address, *args))

    def say_bytes(self, datagram: bytes) -> None:
        """Send one datagram."""
        self._socket.sendto(datagram, self._bridge)

    def greet(self) -> Heard:
        """Say hello until the bridge, which may still be starting, answers."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            self.say("/bridge/hello", self.port)
            if welcome := self._find("/bridge/welcome", (), time.monotonic() + 0.05):
                return welcome
        raise AssertionError("no bridge answers hello")

    # -- hearing -------------------------------------------------------------------------------

    def hear(self, address: str, *args: object, within_s: float = PATIENCE_S) -> Heard:
        """The next message to `address` whose first arguments are `args`; ... stands for any.

        `address` may also be several, with blanks between them: the next to one of these.

        Earlier ones are skipped, and cannot be heard any more.
        """
        came = len(self._passed)
        heard = self._find(address, args, time.monotonic() + within_s)
        assert heard, (
            f"{address} {args} did not come within {within_s:g} s, but "
            f"{[h for h in self._passed[came:] if 'meter' not in h.address][:8]}"
        )
        return heard

    def hear_move(
        self,
        state: str,
        name: object = ...,
        track: object = ...,
        param: object = ...,
        *,
        within_s: float = PATIENCE_S,
    ) -> Move:
        """The next `/bridge/move` in that state; ... stands for any."""
        heard = self.hear("/bridge/move", name, state, track, param, within_s=within_s)
        return Move(*heard.args)

    def wait_for_status(self, state: str) -> str:
        """The bridge is in that state, or will be; returns why, in its words.

        Somebody who says hello is told the state that holds.
        """
        self.say("/bridge/hello", self.port)
        return str(self.hear("/bridge/status", state).args[1])

    def let_pass(self, seconds: float) -> list[Heard]:
        """Play on for a while; what the bridge said in it."""
        began = len(self._unread)
        until = time.monotonic() + seconds
        while heard := self._receive(until):
            self._unread.append(heard)
        return list(self._unread)[began:]

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Play on while somebody else is busy: a DAW that is silent for a while is given up."""
        done = threading.Event()

        def live() -> None:
            while not done.is_set():
                self.let_pass(0.05)

        thread = threading.Thread(target=live)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Play on until something is so."""
        until = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < until, "it did not become so"
            self.let_pass(0.05)

    def forget(self) -> None:
        """Skip what has been heard so far."""
        self._unread.clear()

    def _find(self, address: str, args: tuple[object, ...], until: float) -> Heard | None:
        while heard := self._unread.popleft() if self._unread else self._receive(until):
            self._passed.append(heard)
            pairs = zip(args, heard.args, strict=False)
            if heard.address in address.split() and all(a is ... or a == b for a, b in pairs):
                return heard
        return None

    def _receive(self, until: float) -> Heard | None:
        """The next message of the bridge; None where none came until then."""
        while (now := time.monotonic()) < until:
            self._socket.settimeout(max(1e-4, min(until, self._live(now)) - now))
            try:
                message = OscMessage(self._socket.recv(65_535))
            except TimeoutError:
                continue
            heard = Heard(message.address, tuple(message.params))
            self._obey(heard)
            return heard
        return None

    def _live(self, now: float) -> float:
        """Do what is to be done while waiting; returns when there is more of it."""
        del now
        return math.inf

    def _obey(self, heard: Heard) -> None:
        """Do what the bridge asks for, before anybody hears of it."""


NOBODY = "nobody's"


class Desk(Remote):
    """The DAW and the person; everything happens while it waits for something (`hear`)."""

    _songs = count(1)
    _nobodies = count(1)

    def __init__(self, *, port: int, bridge_port: int) -> None:
        self.strips: list[Strip] = []
        self.written: list[Written] = []
        self.refreshes: list[int] = []
        self.obeys = True
        self.holds: Callable[[Written], float] = lambda written: written.value
        self.is_playing_meters = True
        self._meters_due = 0.0
        super().__init__(port=port, bridge_port=bridge_port)

    def open_song(self, tracks: tuple[tuple[str, str], ...] = SONG) -> None:
        """Be a DAW in which another session has just been opened, with strips never seen before."""
        self.load(tracks)
        self.contradict(self.strips[0].uid)
        if self.obeys:
            # People overtake the DAW: be sure that the dump has been read before they speak.
            self.contradict(NOBODY)

    def load(self, tracks: tuple[tuple[str, str], ...] = SONG) -> None:
        """Open a session, and tell nobody before they ask."""
        number = next(self._songs)
        self.strips = [
            Strip(uid=f"song-{number}-{track}", name=name, role=role)
            for track, (name, role) in enumerate(tracks, start=1)
        ]

    def contradict(self, uid: str) -> None:
        """Give track 1 an identity that the bridge doesn't know: it asks who is who, and waits.

        What is said again though a dump has denied it is believed, so that nobody is new each time.
        """
        self.say("/mix/track/1/id", f"{uid}-{next(self._nobodies)}" if uid == NOBODY else uid)
        self.hear("/mix/refresh")

    def dump(self, number: int) -> None:
        """Say everything."""
        self.say("/mix/tracks", len(self.strips))
        for track, strip in enumerate(self.strips, start=1):
            self.say(f"/mix/track/{track}/id", strip.uid)
            self.say(f"/mix/track/{track}/name", strip.name)
            if strip.role:
                self.say(f"/mix/track/{track}/role", strip.role)
            for param, value in strip.values.items():
                self.say(f"/mix/track/{track}/{param}", value)
        self.say("/mix/transport/playing", 1)
        self.say("/mix/synced", number)
        self._send_meters()

    def hand(self, track: int, param: str, value: float) -> None:
        """A person moves a control in the DAW."""
        self.strips[track - 1].values[param] = value
        self.say(f"/mix/track/{track}/{param}", value)

    def value(self, track: int, param: str) -> float:
        """What the DAW holds."""
        return self.strips[track - 1].values[param]

    # -- being a DAW ---------------------------------------------------------------------------

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Send meters from a thread too: the DAW is there while a test waits for another program.

        A bridge that hears nothing for three seconds takes the DAW for gone, and a busy machine
        needs longer to open a page.
        """
        is_over = threading.Event()

        def play() -> None:
            while not is_over.wait(METERS_EVERY_S):
                self._send_meters()

        thread = threading.Thread(target=play)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _obey(self, heard: Heard) -> None:
        if heard.address == "/mix/refresh":
            (number,) = heard.args
            self.refreshes.append(number)
            if self.obeys:
                self.dump(number)
        elif heard.address.startswith("/mix/track/"):
            _, _, _, track, param = heard.address.split("/", 4)
            written = Written(int(track), param, *heard.args)
            self.written.append(written)
            if self.obeys and written.track <= len(self.strips):
                self.hand(written.track, param, self.holds(written))

    def _live(self, now: float) -> float:
        if now >= self._meters_due:
            self._send_meters()
        return self._meters_due

    def _send_meters(self) -> None:
        self._meters_due = time.monotonic() + METERS_EVERY_S
        if not self.is_playing_meters:
            return
        for track, strip in enumerate(self.strips, start=1):
            rms = -24.0 + strip.values["gain"]
            bands = [rms - 6.0 - abs(octave - track) for octave in range(10)]
            self.say(f"/mix/track/{track}/meter", rms, rms + 9.0)
            self.say(f"/mix/track/{track}/bands", *bands)


class Bridge:
    """`mixbridge run` in a process of its own."""

    options: tuple[str, ...] = ()
    """Further words of its command line."""

    def __init__(
        self, folder: Path, *, daw: Mapping[str, object] | None = None, **settings: object
    ) -> None:
        self.port, self.daw_port = free_ports(2)
        self.store = folder / "mix.db"
        self.log = folder / "log.txt"
        self.config = folder / "config.yaml"
        keys: dict[str, Any] = {**_SETTINGS, **settings, "store": str(self.store)}
        keys["listen"] = {"port": self.port}
        keys["daw"] = {"port": self.daw_port, **(daw or {})}
        self.config.write_text(json.dumps(keys), encoding="utf-8")  # JSON is YAML
        self.start()

    def start(self) -> None:
        """Start it, once or again."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "bridge", "run", "--config", str(self.config)]
            self.process = subprocess.Popen([*command, *self.options], stderr=log)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as Ctrl-C does; it must end well, and must not have had a fault."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=PATIENCE_S)
        log = self.log.read_text(encoding="utf-8")
        assert "Traceback" not in log, log
        assert code in (0, 130), f"it ended with {code}:\n{log}"


@contextmanager
def ending(bridge: Bridge) -> Iterator[Bridge]:
    """A bridge that ends with the context: well, unless something has gone wrong before."""
    try:
        yield bridge
        bridge.stop()
    finally:
        if bridge.process.poll() is None:
            bridge.kill()


@contextmanager
def running(
    folder: Path, *, daw: Mapping[str, object] | None = None, **settings: object
) -> Iterator[Bridge]:
    """A bridge for as long as the context lasts; `settings` are groups of its configuration."""
    with ending(Bridge(folder, daw=daw, **settings)) as bridge:
        yield bridge


@contextmanager
def sitting_at(bridge: Bridge) -> Iterator[Desk]:
    """A desk with a new song at a bridge that observes, whatever was done to it before."""
    desk = Desk(port=bridge.daw_port, bridge_port=bridge.port)
    try:
        desk.greet()
        desk.say("/bridge/mode", "observe")
        desk.say("/bridge/rearm")
        desk.say("/bridge/freeze", 0)
        for track_class in ("gain", "eq", "pan", "all"):
            desk.say("/bridge/safe", "*", track_class, 0)
        desk.open_song()
        desk.written.clear()  # what was on its way to whoever sat here before
        yield desk
    finally:
        desk.say("/bridge/mode", "observe")
        desk.close()


def is_near(a: float, b: float) -> bool:
    """Whether two values are one in float32."""
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6)


def moves_of(heard: list[Heard]) -> list[Move]:
    """What was said of moves."""
    return [Move(*told.args) for told in heard if told.address == "/bridge/move"]


def apply_one(desk: Desk) -> Move:
    """Accept a suggestion and let the DAW confirm it.

    On a busy machine a suggestion may expire before the answer: then the next one is accepted.
    """
    desk.say("/bridge/mode", "suggest")
    for _ in range(5):
        move = desk.hear_move("proposed")
        desk.say("/bridge/accept", move.name)
        while move.state in ("proposed", "applied"):
            move = Move(*desk.hear("/bridge/move", move.name).args)
        if move.state == "confirmed":
            return move
    raise AssertionError(f"no move is confirmed; the last one ended as {move.state}")


def rows_of(bridge: Bridge, query: str, *values: object) -> list[tuple[object, ...]]:
    """What the store says, while the bridge runs."""
    with closing(sqlite3.connect(f"file:{bridge.store}?mode=ro", uri=True)) as store:
        return store.execute(query, values).fetchall()


def moves_in_assist(desk: Desk, number: int) -> list[Move]:
    """Let the bridge act until it has made so many moves."""
    desk.say("/bridge/mode", "assist")
    moves = [desk.hear_move("applied") for _ in range(number)]
    desk.say("/bridge/mode", "observe")
    return moves
