"""ZynAddSubFX: one in memory, with the manners that 3.0.6 was measured to have, and the program."""

import math
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from bridge.daws.zyn.wire.params import PARAMS
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage
from support.ports import free_ports

BANK = "/usr/share/zynaddsubfx/banks/Bass/0006-Analogue Bass.xiz"
ADDRESS = {param.name: param.address for param in PARAMS}

needs_zyn = pytest.mark.skipif(
    shutil.which("zynaddsubfx") is None,
    reason="needs the program zynaddsubfx (Debian: zynaddsubfx, zynaddsubfx-data)",
)


class FakeZyn:
    """Answers as Zyn does: it says values when asked, and every change to everybody.

    Attributes:
        held: By address.
        notes: Every note and panic, as it came.
        lost: How many of the next messages it loses, as Zyn does in a burst.
    """

    def __init__(self) -> None:
        middle = {p.address: (p.minimum * p.maximum) ** 0.5 for p in PARAMS if p.curve == "log"}
        self.held: dict[str, OscArg] = {
            param.address: middle.get(param.address, (param.minimum + param.maximum) / 2)
            for param in PARAMS
        }
        for param in PARAMS:
            if param.steps:
                self.held[param.address] = round((param.minimum + param.maximum) / 2)
        self.held |= {"/part0/Pname": "", "/part0/Volume": 0.0}
        self.saved: dict[str, dict[str, OscArg]] = {}
        """Patches by their paths."""
        self.notes: list[OscMessage] = []
        self.lost = 0

    def hear(self, message: OscMessage) -> list[OscMessage]:
        """What every client is told."""
        address = message.address
        if self.lost:
            self.lost -= 1
            return []
        if address == "/save_xiz":
            self.saved[str(message.args[1])] = dict(self.held)
            return []
        if address == "/load_xiz":
            self.held = dict(self.saved.get(str(message.args[1]), self.held))
            return [OscMessage("/damage", ("/part0/",))]
        if address in ("/Panic", "/noteOn", "/noteOff"):
            self.notes.append(message)
            return []
        if address not in self.held:
            return []  # silence, whatever is wrong
        if message.args:
            held, (value,) = self.held[address], message.args
            if type(value) is not type(held):
                return []
            param = next((p for p in PARAMS if p.address == address), None)
            if param is not None and isinstance(value, float) and not math.isnan(value):
                value = min(max(value, param.minimum), param.maximum)
            self.held[address] = value  # a NaN is kept, and a whole number beyond the range
        return [OscMessage(address, (self.held[address],))]

    def load(self, name: str) -> list[OscMessage]:
        """A person loads a patch."""
        self.held["/part0/Pname"] = name
        self.held[PARAMS[0].address], self.held[PARAMS[1].address] = 400.0, 2.0
        self.held[PARAMS[8].address] = 40
        for param in PARAMS[12:]:
            self.held[param.address] = 1 if param.steps else 0.5 * param.minimum
        return [OscMessage("/damage", ("/part0/",))]


class Client:
    """Somebody else beside a running Zyn: its window, or another remote."""

    def __init__(self, port: int) -> None:
        self._zyn = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)

    def close(self) -> None:
        self._socket.close()

    def say(self, address: str, *args: OscArg) -> None:
        self._socket.sendto(encode(OscMessage(address, args)), self._zyn)

    def say_bytes(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self._zyn)

    def receive(self) -> list[OscMessage]:
        """What came within a tenth of a second."""
        try:
            return [each for each in decode(self._socket.recv(65_535)) if _is_message(each)]
        except (TimeoutError, BlockingIOError):
            return []

    def load(self, patch: str, patience_s: float = 30.0) -> None:
        """Load a patch, and wait until Zyn has told everybody that it is there."""
        self.ask("/part0/Pname")  # Zyn tells whoever has sent anything
        self.say("/load_xiz", 0, patch)
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if any(message.address == "/damage" for message in self.receive()):
                return
        raise AssertionError(f"Zyn did not load {patch} within {patience_s:g} s")

    def ask(self, address: str, patience_s: float = 30.0) -> OscArg:
        """What Zyn holds there; asked again while it does not answer."""
        until = time.monotonic() + patience_s
        self._socket.settimeout(0.0)
        while self.receive():
            pass  # what others have changed meanwhile was told as well
        self._socket.settimeout(0.1)
        while time.monotonic() < until:
            self.say(address)
            for message in self.receive():
                if message.address == address:
                    return message.args[0]
        raise AssertionError(f"Zyn did not say {address} within {patience_s:g} s")


def _is_message(each: object) -> bool:
    return isinstance(each, OscMessage)


@contextmanager
def running_zyn(*, output: str = "null") -> Iterator[int]:
    """The program, without window and sound card, and its port; `output` is null or jack.

    It binds all addresses, and has no option for less; nothing but loopback is spoken to it here.
    """
    (port,) = free_ports(1)
    process = subprocess.Popen(
        ["zynaddsubfx", "-U", "-P", str(port), "-I", "null", "-O", output],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with closing(Client(port)) as client:
            client.ask("/part0/Volume", patience_s=60.0)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
