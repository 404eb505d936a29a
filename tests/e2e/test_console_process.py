"""The embedded console as a process of its own, heard by a client over real UDP."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from support.rig import PATIENCE_S

pytestmark = pytest.mark.e2e

# A short song, so that the process is up in a moment.
PROGRAM = """
import numpy as np
from bridge.mix.roles import Role
from bridge.hosts.console import serve_console
from bridge.sim.console import Console
from bridge.sim.stems import Stems

audio = 0.1 * np.random.default_rng(0).standard_normal((2, 96_000)).astype(np.float32)
stems = Stems(
    names=("Kick", "Vox"), roles=(Role.KICK, Role.LEAD), audio=audio, sample_rate=48_000
)
serve_console(
    Console(stems, np.zeros((2, 6))),
    port=0,
    speed=20.0,
    on_ready=lambda address: print(address[1], flush=True),
)
"""


class _Client:
    """Speaks with a console from a socket of its own, with another library's OSC."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE_S)

    def say(self, address: str, *args: float | str) -> None:
        message = OscMessageBuilder(address)
        for arg in args:
            message.add_arg(arg)
        self.say_bytes(message.build().dgram)

    def say_bytes(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self._address)

    def hear_until(self, is_last: Callable[[OscMessage], bool]) -> list[OscMessage]:
        heard = []
        while not heard or not is_last(heard[-1]):
            heard.append(OscMessage(self._socket.recv(65_536)))
            assert len(heard) < 10_000
        return heard

    def hear(self, address: str) -> OscMessage:
        return self.hear_until(lambda message: message.address == address)[-1]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def console() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


@pytest.fixture
def client(console: subprocess.Popen[str]) -> Iterator[_Client]:
    assert console.stdout is not None
    client = _Client(int(console.stdout.readline()))
    yield client
    client.close()


def test_a_session_with_a_console(console: subprocess.Popen[str], client: _Client) -> None:
    client.say("/mix/refresh", 7)
    dump = client.hear_until(lambda message: message.address == "/mix/synced")
    assert [message.params for message in dump if message.address == "/mix/tracks"] == [[2]]
    assert dump[-1].params == [7]

    client.say("/mix/track/2/gain", -4.5)
    assert client.hear("/mix/track/2/gain").params == [-4.5]
    client.say("/console/hand", 1, "pan", 0.5)
    arrived = client.hear_until(
        lambda message: message.address == "/mix/track/1/pan" and message.params == [0.5]
    )
    assert {message.address for message in arrived} <= {
        "/mix/track/1/pan",
        *(f"/mix/track/{n}/{what}" for n in (1, 2) for what in ("meter", "bands")),
    }

    console.send_signal(signal.SIGTERM)
    assert console.wait(timeout=PATIENCE_S) == 0


def test_a_console_survives_anything_on_its_socket(client: _Client) -> None:
    client.say("/mix/refresh", 1)
    client.hear("/mix/synced")
    for rubbish in (
        b"",
        b"\0",
        b"#bundle\0",
        os.urandom(2000),
        b"/mix/refresh\0\0\0\0,f",
        b"/" * 9,
    ):
        client.say_bytes(rubbish)
    client.say("/mix/track/2/gain", "loud")
    client.say("/console/hand", 1, "gain", float("nan"))
    client.say("/mix/refresh", 2)
    assert client.hear("/mix/synced").params == [2]


def test_whoever_asked_last_is_answered(client: _Client) -> None:
    client.say("/mix/refresh", 1)
    client.hear("/mix/synced")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.sendto(b"/mix/refresh\0\0\0\0,i\0\0\0\0\0\5", client._address)
    client.say("/mix/refresh", 2)  # the other one has gone, and nothing is lost by that
    assert client.hear("/mix/synced").params == [2]
    assert client.hear("/mix/track/1/meter").params
