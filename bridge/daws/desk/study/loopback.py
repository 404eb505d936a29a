"""A desk in memory behind a real socket of loopback, in a thread of this process."""

import selectors
import socket
import threading
import time
from typing import Final

from bridge.daws.desk.study.fake import FakeDesk, Told
from bridge.errors import OscDecodeError
from bridge.osc.decode import decode
from bridge.osc.encode import encode

_TURN_S: Final = 0.005


class DeskOnLoopback:
    """Serves a `FakeDesk`; whoever asks is a client by its address.

    Args:
        desk: The desk.
        port: Where it listens; 0 takes any free one.
        host: An address of loopback, of IPv4 or IPv6.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, desk: FakeDesk, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.desk = desk
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
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
        try:
            datagram, (host, port, *_) = self._socket.recvfrom(65_535)
        except OSError:  # a client has gone
            return
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
