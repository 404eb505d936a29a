"""A JACK server without a sound card, and pads on it: MIDI as between two real programs."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bridge.hosts.jack import own_server

PATIENCE_S = 60.0


@contextmanager
def jack_server(*, period: int = 128) -> Iterator[None]:
    """A server of our own name; everything that is started meanwhile finds it.

    `period` is how many samples it plays at once.
    """
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: apt install jackd2)")
    keys = ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER")
    old = {key: os.environ.get(key) for key in keys}
    with own_server("mixbridge-tests", period=period) as name:
        os.environ |= dict(zip(keys, (name, "1"), strict=True))
        try:
            yield
        finally:
            for key, value in old.items():
                os.environ.pop(key, None)
                if value is not None:
                    os.environ[key] = value


class Pad:
    """A pad with lamps: a JACK client with a port out and a port in."""

    def __init__(self, name: str) -> None:
        rtmidi: Any = pytest.importorskip("rtmidi")
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=name)
                break
            except OSError:  # the server is still starting
                assert time.monotonic() < until, "JACK did not start"
                time.sleep(0.05)
        self._in = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name)
        self._out.open_virtual_port("pads")
        self._in.open_virtual_port("pads")
        self.lamps: list[list[int]] = []
        self._in.set_callback(lambda event, _: self.lamps.append(list(event[0])))

    def hit(self, note: int) -> None:
        """Hit a pad, and let go of it."""
        self._out.send_message([0x90, note, 100])
        self._out.send_message([0x80, note, 0])

    def close(self) -> None:
        """Unplug it."""
        for port in (self._out, self._in):
            port.close_port()
            port.delete()
