"""What a JACK client plays, as samples.

JACK calls from a thread of its own, which must never wait: it only puts what came into a queue.
PipeWire speaks JACK as well.
"""

import logging
import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import HostError
from bridge.install.extras import optional_library

_CLIENT: Final = "mixbridge ears"
_FRAMES: Final = 2**32
"""JACK's clock of samples begins again after so many."""

_SERVER_RATE: Final = 48_000
_END_S: Final = 3.0

_log = logging.getLogger(__name__)


@contextmanager
def server_name(prefix: str) -> Iterator[str]:
    """A name for a JACK server of our own that no other of ours has now: `prefix`-1, -2 and so on.

    A server that was killed stays in JACK's registry of eight. If each had a name of its own, then
    after eight of them no JACK could start any more, not even a person's ("Too many servers already
    active", jackd 1.9.21). Under a name that is used again JACK replaces the dead one.
    """
    import fcntl  # of POSIX, as this use of jackd is

    for number in count(1):
        name = f"{prefix}-{number}"
        path = Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}.lock"
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # a program that runs has it
                continue
            yield name
            return


@contextmanager
def own_server(prefix: str, *, period: int) -> Iterator[str]:
    """Run a JACK server without a sound card, at 48 kHz; gives its name (`server_name`).

    It may still be starting: who opens a client tries again. It waits for its clients (`-S`),
    however busy the machine is.

    Args:
        prefix: Of its name.
        period: How many samples it plays at once.

    Raises:
        HostError: If jackd is missing.
    """
    program = shutil.which("jackd")
    if program is None:
        raise HostError("No JACK runs, and jackd was not found (Debian: apt install jackd2).")
    with server_name(prefix) as name:
        command = [program, "-n", name, "-r", "-S", "-d", "dummy", "-r", str(_SERVER_RATE)]
        process = subprocess.Popen(  # noqa: S603 - the program that was found
            [*command, "-p", str(period)],
            env=os.environ | {"JACK_NO_AUDIO_RESERVATION": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield name
        finally:
            end_process(process)


def end_process(process: "subprocess.Popen[bytes]") -> None:
    """End a program that we started, by force where it does not within 3 s."""
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:  # seen with Debian's jackd 1.9.21
        process.kill()
        process.wait()


class JackInput:
    """One input port, connected to all outputs of one client.

    Args:
        source: The client's name, or the beginning of its ports' names.
        server: The name of the JACK server; empty for the usual one.

    Attributes:
        sample_rate: Hz.

    Raises:
        AudioError: If the extra ``ears`` or JACK's own library is missing.
        ConnectionError: If JACK does not run.
    """

    def __init__(self, source: str, *, server: str = "") -> None:
        self._jack = optional_library("jack", extra="ears")
        self._jack.set_error_function(_log.debug)
        self._jack.set_info_function(_log.debug)
        self._source = source
        self._blocks: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        self._down = threading.Event()
        self._next: int | None = None
        try:
            self._client: Any = self._jack.Client(
                _CLIENT, no_start_server=True, servername=server or None
            )
        except self._jack.JackError as error:
            raise ConnectionError("JACK does not run") from error
        self.sample_rate: int = self._client.samplerate
        self._port = self._client.inports.register("in")
        self._client.set_shutdown_callback(lambda *_: self._down.set())
        self._client.set_process_callback(self._keep)
        self._client.activate()

    def _keep(self, _frames: int) -> None:
        """Is called by JACK, some hundred times a second."""
        self._blocks.put((self._client.last_frame_time, bytes(self._port.get_buffer())))

    @property
    def is_down(self) -> bool:
        """Whether JACK has ended."""
        return self._down.is_set()

    def close(self) -> None:
        """Stop to listen."""
        self._client.close()

    def connect(self) -> tuple[str, ...]:
        """Listen to every output of the source; returns their names. JACK adds up what comes.

        Raises:
            ConnectionError: If JACK has ended.
        """
        try:
            pattern = f"^{re.escape(self._source)}"
            outputs = self._client.get_ports(pattern, is_audio=True, is_output=True)
            connected = {each.name for each in self._client.get_all_connections(self._port)}
            for output in outputs:
                if output.name not in connected:
                    self._client.connect(output, self._port)
        except self._jack.JackError as error:
            raise ConnectionError("JACK has ended") from error
        return tuple(each.name for each in outputs)

    def read(self) -> tuple[NDArray[np.float32], int]:
        """What has come since the last call, (samples,), and how many samples JACK has skipped.

        A machine that is busy makes JACK skip: what the synth played before and after is joined.
        """
        parts: list[NDArray[np.float32]] = []
        skipped = 0
        while True:
            try:
                frame, block = self._blocks.get_nowait()
            except queue.Empty:
                return np.concatenate(parts) if parts else np.zeros(0, np.float32), skipped
            samples = np.frombuffer(block, dtype=np.float32)
            if self._next is not None:
                skipped += (frame - self._next) % _FRAMES
            self._next = (frame + samples.size) % _FRAMES
            parts.append(samples)
