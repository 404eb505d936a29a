"""A trace: every datagram in and out, with its time and peer, in a file that a person can send in.

It is put around the socket and the runner only where somebody asked for it; a bridge without a
trace runs the code that it always did. Each line is written to the file at once, so that whatever
ends the bridge leaves a readable trace. What the disk refuses, and a limit that is reached, end the
trace in one sentence and never the bridge.
"""

import logging
import platform
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any, Final, cast

import bridge
from bridge.config import Settings
from bridge.daws import make_dialect
from bridge.mix.messages import PersonEvent
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.runtime.runner import Runner
from bridge.runtime.udp import Address, bound
from bridge.trace.file import IN, OUT, asked_line, datagram_line, header_line, text_line
from bridge.trace.names import NameMask

MEGABYTE: Final = 1_000_000
DEFAULT_LIMIT_MB: Final = 200

_SETTINGS: Final = ("daw", "desk", "listen", "mode", "pace", "seed", "learning", "guard")
"""What decides how a bridge behaves; no paths, and nothing of the page."""

_log = logging.getLogger(__name__)


class Trace:
    """An open trace; after a failure or at its limit it records nothing more.

    Args:
        path: Where to; a file that exists is appended to.
        settings: Of the bridge; the header tells those that matter.
        session: Number of the run.
        mask: Hides names, where that is wanted.
        limit_bytes: How large the file may get.
        clock: Monotonic seconds.

    Attributes:
        is_open: Whether it still records.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        session: int,
        *,
        mask: NameMask | None = None,
        limit_bytes: int = DEFAULT_LIMIT_MB * MEGABYTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.is_open = False
        self._path = path
        self._mask = mask
        self._limit_bytes = limit_bytes
        self._clock = clock
        self._began = clock()
        self._file: FileIO | None = None
        self._settings = settings
        self._session = session
        self._bytes = 0

    def open(self, listen: Address, daw: Address) -> None:
        """Write the header; where the file cannot be written, a warning says so."""
        chosen = self._settings.model_dump(mode="json", include=set(_SETTINGS))
        try:
            self._file = FileIO(self._path, "a")
            self._bytes = self._file.tell()
        except OSError as error:
            self._stop(error)
            return
        self.is_open = True
        self._began = self._clock()
        fields: dict[str, object] = {
            "version": bridge.__version__,
            "system": f"{platform.system()}, Python {platform.python_version()}",
            "began": datetime.now(UTC).isoformat(timespec="seconds"),
            "dialect": self._settings.daw.dialect,
            "daw": f"{daw[0]}:{daw[1]}",
            "listen": f"{listen[0]}:{listen[1]}",
            "session": self._session,
            "names": "masked" if self._mask else "plain",
            "settings": chosen,
        }
        self._write(header_line(fields))

    def bind(self, address: Address) -> socket.socket:
        """A bound socket whose datagrams are recorded.

        Raises:
            NetworkError: If the port is not available.
        """
        return cast(socket.socket, TracedSocket(bound(address), self))

    def wrap(self, sock: socket.socket) -> socket.socket:
        """A socket of the DAW's own, whose datagrams are recorded."""
        return cast(socket.socket, TracedSocket(sock, self))

    def incoming(self, osc: bytes, peer: Address) -> None:
        """Record a datagram that came."""
        if self.is_open:
            shown = self._mask.incoming(osc) if self._mask else osc
            self._write(datagram_line(self._t, IN, peer, shown))

    def outgoing(self, osc: bytes, peer: Address) -> None:
        """Record a datagram that was sent."""
        if self.is_open:
            shown = self._mask.outgoing(osc) if self._mask else osc
            self._write(datagram_line(self._t, OUT, peer, shown))

    def asked(self, request: PersonEvent) -> None:
        """Record what a person asked for on the page or a pad."""
        if self.is_open:
            shown = self._mask.request(request) if self._mask else request
            self._write(asked_line(self._t, shown))

    def close(self) -> None:
        """End the trace."""
        self.is_open = False
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _t(self) -> float:
        return max(0.0, self._clock() - self._began)

    def _write(self, line: bytes) -> None:
        if self._file is None:
            return
        if self._bytes + len(line) > self._limit_bytes:
            text = (
                f"the trace {self._path} has reached its limit of "
                f"{self._limit_bytes / MEGABYTE:g} MB: nothing more is recorded (--trace-limit)"
            )
            _log.warning("%s; the bridge goes on.", text)
            line = text_line(self._t, text)
            self.is_open = False
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(28, "no space is left")
        except OSError as error:
            self._stop(error)
            return
        self._bytes += len(line)
        if not self.is_open:
            self.close()

    def _stop(self, error: OSError) -> None:
        why = (error.strerror or str(error)).lower()
        _log.warning(
            "The trace %s cannot be written (%s): nothing more is recorded; the bridge goes on. "
            "Name a file that can be written, on a disk with room.",
            self._path,
            why,
        )
        self.close()


class TracedSocket:
    """A bound socket whose datagrams are recorded; everything else is the socket's own."""

    def __init__(self, sock: socket.socket, trace: Trace) -> None:
        self._socket = sock
        self._trace = trace

    def recvfrom(self, size: int) -> tuple[bytes, Address]:
        """As `socket.socket.recvfrom`."""
        datagram, sender = self._socket.recvfrom(size)
        self._trace.incoming(datagram, sender[:2])
        return datagram, sender

    def recvfrom_into(self, buffer: Any, size: int = 0) -> tuple[int, Address]:  # noqa: ANN401
        """As `socket.socket.recvfrom_into`."""
        count, sender = self._socket.recvfrom_into(buffer, size)
        self._trace.incoming(bytes(memoryview(buffer)[:count]), sender[:2])
        return count, sender

    def sendto(self, datagram: bytes, address: Address) -> int:
        """As `socket.socket.sendto`."""
        self._trace.outgoing(datagram, address)
        return self._socket.sendto(datagram, address)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever a socket has
        return getattr(self._socket, name)


class TracedRunner(Runner):
    """A runner that records what does not come through the socket: page, pads, a script's files."""

    def __init__(self, trace: Trace, **given: Any) -> None:  # noqa: ANN401 -- as `Runner`
        super().__init__(**given)
        self._trace = trace
        self._is_wire = False

    def receive(self, message: OscMessage, sender: Address, at: float) -> None:
        """Take one message, as `Runner.take`."""
        if sender[1] == 0:  # no socket: the companion inside the DAW
            self._trace.incoming(encode(message), sender)
        self._is_wire = True
        try:
            super().receive(message, sender, at)
        finally:
            self._is_wire = False

    def request(self, request: PersonEvent) -> PersonEvent:
        """Take what a person asks for, as `Runner.request`."""
        if not self._is_wire:
            self._trace.asked(request)
        return super().request(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """How a person wants a trace.

    Attributes:
        path: Where to.
        is_masked: Whether names are hidden.
        limit_mb: How large the file may get, millions of bytes.
    """

    path: Path
    is_masked: bool = False
    limit_mb: int = DEFAULT_LIMIT_MB

    def begin(self, settings: Settings, session: int) -> Trace:
        """A trace for one run, not open yet."""
        mask = NameMask(make_dialect(settings.daw.dialect, settings)) if self.is_masked else None
        return Trace(self.path, settings, session, mask=mask, limit_bytes=self.limit_mb * MEGABYTE)
