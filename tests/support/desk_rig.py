"""A desk in memory behind real sockets of loopback, in a thread of this process."""

import selectors
import socket
import threading
import time
from pathlib import Path
from typing import Self

from bridge.daws.desk.study.fake import FakeDesk, Told
from bridge.errors import OscDecodeError
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from support.ports import free_ports
from support.rig import Bridge, Remote

_TURN_S = 0.005


class DeskOnLoopback:
    """Serves a `FakeDesk`; whoever asks is a client by its address.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, desk: FakeDesk) -> None:
        self.desk = desk
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._is_open = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Switch it off for good."""
        self._is_open = False
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while self._is_open:
                for _ in selector.select(_TURN_S):
                    self._serve()
                with self._lock:
                    self._send(self.desk.tick(time.monotonic()))

    def _serve(self) -> None:
        datagram, (host, port) = self._socket.recvfrom(65_535)
        try:
            messages = decode(datagram)
        except OscDecodeError:
            return
        with self._lock:
            for message in messages:
                self._send(self.desk.receive(f"{host}:{port}", message, time.monotonic()))

    def _send(self, told: Told) -> None:
        for client, message in told:
            host, _, port = client.rpartition(":")
            self._socket.sendto(encode(message), (host, int(port)))

    def hand_db(self, channel: int, level_db: float) -> None:
        """Somebody moves a fader."""
        with self._lock:
            self._send(self.desk.hand_db(channel, level_db, time.monotonic()))

    def fader_db(self, channel: int) -> float:
        """What a fader holds, dB."""
        with self._lock:
            return self.desk.fader_db(channel)

    @property
    def written(self) -> list[str]:
        """Every address that was set."""
        with self._lock:
            return [address for _, _, address, _ in self.desk.written]


class Gig:
    """A desk, the bridge, and a person with a remote."""

    def __init__(self, folder: Path, desk: FakeDesk, **settings: object) -> None:
        self.served = DeskOnLoopback(desk)
        (remote_port,) = free_ports(1)
        self.bridge = Bridge(
            folder,
            daw={"dialect": "desk", "host": "127.0.0.1", "port": self.served.port},
            **{"pace": {"interval_s": 0.3}, "guard": {"profile": "live"}, **settings},
        )
        self.remote = Remote(port=remote_port, bridge_port=self.bridge.port)

    def close(self) -> None:
        """The remote leaves, and the desk is switched off."""
        self.remote.close()
        self.served.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
