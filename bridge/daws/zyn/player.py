"""ZynAddSubFX as a synth that is played and heard: for the demo and for the study.

It runs without a window. Where a person's JACK runs, it plays through that and can be heard; else
through a JACK of ours without a sound card.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.daws.zyn.wire.dialect import LOAD_S, NAME, PANIC, PAUSE_S
from bridge.daws.zyn.wire.params import PARAMS
from bridge.errors import BridgeError, HostError
from bridge.hosts.jack import JackInput, end_process, own_server
from bridge.mix.devices import DeviceParamSpec
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage
from bridge.tasks.sound.note import LISTENED_S, cut_note

HELD_S: Final = 0.6
PITCH: Final = 48
VELOCITY: Final = 100
BANKS: Final = Path("/usr/share/zynaddsubfx/banks")

_PATIENCE_S: Final = 30.0
_ANSWERS_S: Final = 0.25
_JACK_S: Final = 10.0
_PLAYS_S: Final = 2.0
_PERIOD: Final = 2048
_TRIES: Final = 12
_TOLERATED_S: Final = 0.05
"""What may be skipped of a note, or it is played again."""

_ON_TIME_S: Final = 0.2
"""A note sounds at the latest so long after it was asked for; an attack may take longer."""


class ZynPlayer:
    """A running Zyn; `open_player` makes one.

    Attributes:
        names: Of its parameters.
        demo_patch: Whose notes are nearly alike.
        demo_start: Duller and slower than that.
        steps: How many steps each has, 0 for continuous ones.
        sample_rate: Hz.
    """

    names: Final = tuple(param.name for param in PARAMS)
    steps: Final = tuple(param.steps for param in PARAMS)
    demo_patch: Final = "Synth/0001-Soft Synth 1"
    demo_start: Final = {"Filter Cutoff": 0.5, "Amp Attack": 0.45, "Filter Resonance": 0.25}

    def __init__(self, port: int, sound: JackInput) -> None:
        self.sample_rate = sound.sample_rate
        self._sound = sound
        self._zyn = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._held: list[float] = []
        self._specs = [
            DeviceParamSpec(
                name=param.name, minimum=param.minimum, maximum=param.maximum, unit=param.unit,
                curve=param.curve, steps=param.steps,
            )
            for param in PARAMS
        ]  # fmt: skip

    def close(self) -> None:
        """Say nothing more."""
        self._socket.close()

    def patches(self) -> list[str]:
        """The names of all patches of the banks."""
        return sorted(str(path.relative_to(BANKS))[:-4] for path in BANKS.glob("*/*.xiz"))

    def load(self, patch: str) -> NDArray[np.float64]:
        """Load a patch of the banks, such as ``Bass/0006-Analogue Bass``; its positions.

        Raises:
            HostError: If there is no such patch, or Zyn does not answer.
        """
        path = BANKS / f"{patch}.xiz"
        if not path.is_file():
            raise HostError(f"{path}: there is no such patch (Debian: zynaddsubfx-data).")
        self._send("/load_xiz", 0, str(path))
        self.ask(NAME)
        time.sleep(LOAD_S)
        self._held = [self._position(index) for index in range(len(PARAMS))]
        return np.array(self._held)

    def _position(self, index: int) -> float:
        value = PARAMS[index].read((self.ask(PARAMS[index].address),))
        return self._specs[index].position(value if value is not None else PARAMS[index].minimum)

    def render(
        self, positions: NDArray[np.float64], _rng: np.random.Generator | None = None
    ) -> NDArray[np.float32]:
        """Play one note with the knobs at these positions; (samples,) from its onset on.

        Raises:
            HostError: If Zyn or JACK does not answer.
        """
        for index, position in enumerate(positions.tolist()):
            if not self._held or position != self._held[index]:
                value = PARAMS[index].write(self._specs[index].value(position))
                if value is not None:
                    self._send(PARAMS[index].address, value)
        self._held = positions.tolist()
        for _ in range(_TRIES):
            wave = self._play()
            if wave is not None:
                return wave
        raise HostError("JACK skips too much to hear a note: too much else runs here.")

    def _play(self) -> NDArray[np.float32] | None:
        """One note, or None where some of it was lost."""
        self._send(PANIC)
        self.ask(NAME)  # by then all that was written is held
        time.sleep(PAUSE_S)
        self._sound.read()
        self._send("/noteOn", 0, PITCH, VELOCITY)
        time.sleep(HELD_S)
        self._send("/noteOff", 0, PITCH)
        time.sleep(LISTENED_S - HELD_S + _ON_TIME_S)
        wave, skipped = self._sound.read()
        if skipped > _TOLERATED_S * self.sample_rate or wave.size < LISTENED_S * self.sample_rate:
            return None
        return cut_note(wave, self.sample_rate).astype(np.float32)

    def ask(self, address: str, patience_s: float = _PATIENCE_S) -> OscArg:
        """What Zyn holds there; asked again while it does not answer.

        Raises:
            HostError: If it never does.
        """
        until = time.monotonic() + patience_s
        self._socket.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self._socket.recv(65_535)
        self._socket.settimeout(_ANSWERS_S)
        while time.monotonic() < until:
            self._send(address)
            again = time.monotonic() + _ANSWERS_S
            while time.monotonic() < again:
                try:
                    elements = decode(self._socket.recv(65_535))
                except (TimeoutError, ConnectionRefusedError, BridgeError):
                    break
                for each in elements:
                    if each.address == address and each.args:
                        return each.args[0]
        raise HostError(f"ZynAddSubFX did not say {address} within {patience_s:g} s.")

    def _send(self, address: str, *args: OscArg) -> None:
        self._socket.sendto(encode(OscMessage(address, args)), self._zyn)


@contextmanager
def open_player() -> Iterator[ZynPlayer]:
    """A Zyn of our own for as long as the context lasts.

    Raises:
        HostError: If Zyn or JACK is not installed or does not start.
        AudioError: If the extra ``ears`` is missing.
    """
    program = shutil.which("zynaddsubfx")
    if program is None:
        raise HostError(
            "ZynAddSubFX was not found: install it (Debian: apt install zynaddsubfx "
            "zynaddsubfx-data jackd2)."
        )
    with ExitStack() as stack:
        server = stack.enter_context(_jack())
        for _ in range(_TRIES):  # a Zyn that JACK keeps waiting plays nowhere
            with ExitStack() as try_stack:
                player = try_stack.enter_context(_started(program, server))
                if player is not None:
                    stack.push(try_stack.pop_all())
                    yield player
                    return
        raise HostError("ZynAddSubFX plays nothing through JACK.")


@contextmanager
def _started(program: str, server: str) -> Iterator[ZynPlayer | None]:
    """A Zyn; None where it has found no JACK."""
    port = _free_port()
    command = [program, "-U", "-p", "-P", str(port), "-I", "null", "-O", "jack"]
    command += [] if server else ["-a"]
    environment = os.environ | ({"JACK_DEFAULT_SERVER": server} if server else {})
    with ExitStack() as stack:
        process = subprocess.Popen(  # noqa: S603 - the program that was found
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(end_process, process)
        sound = _open_input(f"zynaddsubfx_{process.pid:05}", server)
        stack.callback(sound.close)
        player = ZynPlayer(port, sound)
        stack.callback(player.close)
        player.ask(NAME)
        yield player if _is_connected(sound) else None


@contextmanager
def _jack() -> Iterator[str]:
    """The name of a JACK of ours, or nothing where a person's runs."""
    if _is_person_there():
        yield ""
        return
    with own_server("mixbridge-zyn", period=_PERIOD) as name:
        _open_input("", name).close()
        yield name


def _is_person_there() -> bool:
    try:
        JackInput("").close()
    except ConnectionError:
        return False
    return True


def _open_input(source: str, server: str) -> JackInput:
    until = time.monotonic() + _JACK_S
    while True:
        try:
            return JackInput(source, server=server)
        except ConnectionError as error:
            if time.monotonic() > until:
                raise HostError(f"{error}: jackd did not start within {_JACK_S:g} s.") from None
            time.sleep(0.1)


def _is_connected(sound: JackInput) -> bool:
    until = time.monotonic() + _PLAYS_S
    while not sound.connect():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
