"""What the doctor looks at where the DAW is REAPER: its files, its surface, its companion."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.config import Settings
from bridge.daw.row import Line
from bridge.daws.reaper.folder import (
    MAILBOX,
    default_resource_folder,
    find_resource_folder,
    meter_range,
    read_ini,
)
from bridge.daws.reaper.setup import NAME, PATTERN_FILE, installed_files, surfaces
from bridge.daws.reaper.wire.companion import FRESH_S, StateReader
from bridge.daws.reaper.wire.dialect import ReaperDialect
from bridge.errors import DialectError, OscDecodeError
from bridge.mix.messages import DumpClosed, DumpOpened, RequestDump
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.runtime.udp import RECEIVE_BUFFER_BYTES

PATIENCE_S: Final = 1.5
_SETUP: Final = "close REAPER, then: mixbridge setup reaper"


def examine(settings: Settings) -> Iterator[Line]:
    """Everything about REAPER, one line each."""
    folder = find_resource_folder(settings.reaper.resource_path)
    if folder is None:
        given = settings.reaper.resource_path or default_resource_folder()
        remedy = "start REAPER once, or name its folder in reaper.resource_path"
        yield "problem", "REAPER", f"no reaper.ini in {given}", remedy
        return
    yield "ok", "REAPER", f"its resource folder is {folder}", ""
    yield files(folder)
    yield surface(folder, port=settings.daw.port, bridge_port=settings.listen.port)
    yield companion(folder)
    low, high = meter_range(folder)
    yield "ok", "REAPER's meters", f"from {low:g} to {high:g} dBFS", ""
    yield answers(settings)


def files(folder: Path) -> Line:
    """Whether the pattern file and the scripts are there, and of this version."""
    wanted = installed_files(folder)
    missing = [path for path in wanted if not path.exists()]
    other = [
        path
        for path, content in wanted.items()
        if path not in missing and path.read_bytes() != content
    ]
    subject = "REAPER's files"
    if missing:
        names = ", ".join(path.name for path in missing[:3])
        return "problem", subject, f"{len(missing)} are not there: {names}", _SETUP
    if other:
        names = ", ".join(path.name for path in other[:3])
        return "warning", subject, f"of another version: {names}", _SETUP
    return "ok", subject, f"pattern file {PATTERN_FILE}, scripts and probe are of this version", ""


def surface(folder: Path, *, port: int, bridge_port: int) -> Line:
    """Whether REAPER has an OSC surface for us, at the ports of the settings."""
    subject = "REAPER's OSC"
    known = surfaces(read_ini(folder / "reaper.ini"))
    ours = next((each for each in known if each.name == NAME), None)
    if ours is None:
        return "problem", subject, "reaper.ini has no surface of ours", _SETUP
    if NAME not in ours.value.rpartition(" ")[2] or ours.flags & 3 != 3:
        return "problem", subject, f"the surface is not ours any more: {ours.value}", _SETUP
    if (ours.port, ours.to_port) != (port, bridge_port):
        text = (
            f"it listens at {ours.port} and sends to {ours.to_port}; the settings say "
            f"{port} and {bridge_port}"
        )
        remedy = f"set daw.port to {ours.port}"
        if ours.to_port != bridge_port:
            remedy = f"{_SETUP} --config with these settings"
        return "problem", subject, text, remedy
    if any(each.port == port for each in known if each is not ours):
        text = f"another surface of REAPER's listens at {port} too; one of them hears nothing"
        return "problem", subject, text, "give the other one another port"
    return "ok", subject, f"it listens at {port} and sends to {ours.to}:{ours.to_port}", ""


def companion(folder: Path) -> Line:
    """Whether the companion speaks, and which version it is."""
    subject = "REAPER's companion"
    remedy = "in REAPER: Actions > Show action list > mixbridge_Companion > Run"
    mailbox = folder / MAILBOX
    try:
        fault = (mailbox / "fault.txt").read_text(encoding="utf-8").strip()
    except OSError:
        fault = ""
    try:
        state = mailbox / "state.txt"
        age = time.time() - state.stat().st_mtime
        said = StateReader().read(state.read_text(encoding="utf-8"))
    except OSError:
        text = f"does not run; it ended with: {fault}" if fault else "does not run"
        return "warning", subject, f"{text}; REAPER is controlled by OSC alone", remedy
    except DialectError as error:
        return "problem", subject, str(error), _SETUP
    if age > FRESH_S:
        return "warning", subject, f"has sent nothing for {age:.0f} s", remedy
    return "ok", subject, f"version {said.version}, protocol 1, {len(said.strips)} tracks", ""


def answers(settings: Settings) -> Line:
    """Whether REAPER's surface answers, heard at the bridge's own port while that is free."""
    subject = "REAPER's answers"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES >> 2)
        try:
            ear.bind((settings.listen.host, settings.listen.port))
        except OSError:
            return "ok", subject, "not asked: the running bridge has the port, and shows it", ""
        packets, tracks = _listen(ear, (settings.daw.host, settings.daw.port))
    if not packets:
        remedy = (
            "is REAPER running, and was it started after the setup? Does another program have its "
            "port?"
        )
        return "warning", subject, f"nothing came within {PATIENCE_S:g} s", remedy
    if tracks is None:
        remedy = f"Preferences > Control/OSC/web: is the pattern config '{NAME}'?"
        return "warning", subject, f"{packets} packets, but not all of a dump", remedy
    return "ok", subject, f"{packets} packets, a whole dump of {tracks} tracks", ""


def _listen(ear: socket.socket, reaper: tuple[str, int]) -> tuple[int, int | None]:
    """Ask for a dump; how many packets came, and how many tracks it has once it is whole."""
    dialect = ReaperDialect()
    packets, count = 0, None
    until = time.monotonic() + PATIENCE_S
    try:
        for message in dialect.encode(RequestDump(number=1), at=time.monotonic()):
            ear.sendto(encode(message), reaper)
        while (left := until - time.monotonic()) > 0:
            ear.settimeout(left)
            datagram = ear.recv(65_535)
            packets += 1
            for event in _understood(dialect, datagram):
                if isinstance(event, DumpOpened):
                    count = event.count
                if isinstance(event, DumpClosed):
                    return packets, count
    except OSError:  # nobody there, or nothing more came in time
        pass
    return packets, None


def _understood(dialect: ReaperDialect, datagram: bytes) -> Iterator[object]:
    try:
        messages = decode(datagram)
    except OscDecodeError:
        return
    for message in messages:
        try:
            yield from dialect.decode(message, at=time.monotonic()) or ()
        except DialectError:
            continue
