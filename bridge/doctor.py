"""The doctor: what works here, what does not, and what to do about it, line by line.

Each check looks at one thing and returns findings; none of them changes anything or stops at what
it finds, so that a person sees everything that is wrong in one go.
"""

import http.client
import importlib.util
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Final

from bridge import __version__, doctor_stats
from bridge.config import Settings, default_store, load
from bridge.daw.row import Line, load_part
from bridge.daws import DAWS
from bridge.errors import BridgeError, ConfigError, JournalError
from bridge.install.installation import install_command
from bridge.journal.schema import MIGRATIONS, schema_version
from bridge.midi.ports import MidiUnavailable, Ports, open_ports
from bridge.runtime.port_owner import owners, why_not_bound
from bridge.runtime.remote import ask
from bridge.runtime.udp import RECEIVE_BUFFER_BYTES
from bridge.text_file import shown

OLDEST_PYTHON: Final = (3, 11)
LEAST_FREE_BYTES: Final = 1 << 30
"""A long session journals some 100 MB; under 1 GiB a person should make room before it."""

_PROBE_BYTES: Final = 1 << 16

LIBRARIES: Final = (
    "click",
    "mido",
    "numpy",
    "platformdirs",
    "pydantic",
    "python-osc",
    "PyYAML",
    "segno",
    "starlette",
    "uvicorn",
    "websockets",
)
DEMO_MODULES: Final = ("pyloudnorm", "rich", "scipy", "soundfile")


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's: what was looked at, what was found, and what to do."""

    level: Level
    subject: str
    text: str
    remedy: str = ""


def examine(path: Path | None) -> list[Finding]:
    """Everything that the doctor finds for the settings in `path`, or for the defaults.

    Wrong settings are a finding, and the rest is looked at with the defaults.
    """
    findings = [python_version(sys.version_info[:3]), libraries()]
    try:
        settings = load(path)
        findings.append(_ok("settings", f"{path} is valid" if path else "all defaults, no file"))
    except ConfigError as error:
        settings = Settings()
        findings += [
            _problem("settings", line, "correct that line; the checks below use the defaults")
            for line in str(error).splitlines()
        ]
    return findings + examine_settings(settings)[2:]


def examine_settings(settings: Settings) -> list[Finding]:
    """Everything that the doctor finds, for settings that are valid."""
    return [
        python_version(sys.version_info[:3]),
        libraries(),
        bridge_port(settings.listen.host, settings.listen.port),
        *traffic(settings.listen.host, settings.listen.port),
        *examine_daw(settings),
        receive_buffer(),
        store_place(settings.store),
        store_content(settings.store),
        page_port(settings.web.host, settings.web.port)
        if settings.web.enabled
        else _ok("page", "switched off in the settings"),
        midi() if settings.midi.enabled else _ok("MIDI", "switched off in the settings"),
        monotonic_clock(time.get_clock_info("monotonic").resolution),
        wall_clock(datetime.now(UTC)),
        demo_audio(),
    ]


def examine_daw(settings: Settings) -> list[Finding]:
    """What is there and what is missing of the DAW, and of what its setup installs."""
    return [
        *(
            []
            if DAWS[settings.daw.dialect].door
            else [daw_port(settings.daw.host, settings.daw.port)]
        ),
        *daw_findings(settings),
    ]


def python_version(version: tuple[int, ...]) -> Finding:
    """Whether this Python is new enough."""
    text = f"Python {'.'.join(map(str, version))}"
    if version[:2] >= OLDEST_PYTHON:
        return _ok("Python", text)
    return _problem("Python", f"{text} is too old", "install Python 3.11 or newer")


def libraries() -> Finding:
    """The versions of the libraries that the bridge stands on."""
    versions, missing = [f"mixbridge {__version__}"], []
    for name in LIBRARIES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return _problem("libraries", f"{', '.join(missing)} missing", install_command())
    return _ok("libraries", ", ".join(versions))


def bridge_port(host: str, port: int) -> Finding:
    """Whether the bridge's own port is free, or who has it."""
    where = f"{host}:{port}"
    reason = why_not_bound(host, port)
    if reason is None:
        return _ok("bridge", f"not running; its port {where} is free")
    try:
        answer = ask(host, port)
    except BridgeError:
        remedy = "close the program that has it, or choose another listen.port"
        who = f", by {', '.join(owners(port))}" if owners(port) else ""
        return _problem("bridge", f"{where} is not available: {reason}{who}", remedy)
    status = f"{answer.state}: {answer.text}" if answer.state else "well"
    return _ok("bridge", f"mixbridge {answer.version} runs at {where}, {status}")


def traffic(host: str, port: int) -> list[Finding]:
    """What a running bridge received, refused and did not understand."""
    return _of_lines(doctor_stats.examine(host, port))


def daw_port(host: str, port: int) -> Finding:
    """Whether anything listens where the DAW should be; UDP shows it on this machine only."""
    where = f"{host}:{port}"
    if not host.startswith("127."):
        return _ok("DAW", f"expected at {where}, another machine; 'mixbridge run' will show")
    if why_not_bound(host, port) is not None:
        return _ok("DAW", f"a program listens at {where}")
    remedy = "start the DAW and its OSC, or try 'mixbridge demo', which brings its own console"
    return _warning("DAW", f"nothing listens at {where}", remedy)


def daw_findings(settings: Settings) -> list[Finding]:
    """What the DAW of the settings itself has to be looked at for."""
    row = DAWS[settings.daw.dialect]
    return _of_lines(load_part(row.doctor)(settings)) if row.doctor else []


def _of_lines(lines: Iterable[Line]) -> list[Finding]:
    return [
        Finding(level=Level(level), subject=subject, text=text, remedy=remedy)
        for level, subject, text, remedy in lines
    ]


def receive_buffer() -> Finding:
    """How much the system lets arrive while the bridge is busy."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        granted = probe.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    # Linux answers twice what it was asked for, since it counts its own book-keeping.
    usable = granted // 2 if sys.platform == "linux" else granted
    text = f"{usable >> 10} KiB of {RECEIVE_BUFFER_BYTES >> 10} KiB granted"
    if usable >= RECEIVE_BUFFER_BYTES:
        return _ok("receive buffer", text)
    remedy = "many meters may get lost; "
    if sys.platform == "linux":
        remedy += f"sudo sysctl -w net.core.rmem_max={RECEIVE_BUFFER_BYTES}"
    else:
        remedy += "raise the system's limit of UDP receive buffers"
    return _warning("receive buffer", text, remedy)


def store_place(store: Path) -> Finding:
    """Whether the journal can be written, which is tried, and has room to grow."""
    folder = store.absolute().parent
    if store.is_dir():
        return _problem("disk", f"{shown(store)} is a folder", "set 'store' to a file")
    if not folder.is_dir():
        if folder != default_store().parent:
            text = f"{shown(folder)} is not a folder"
            return _problem("disk", text, f"mkdir -p '{shown(folder)}'")
        # The first start makes it; the nearest folder that is there says whether it can.
        folder = next(parent for parent in folder.parents if parent.is_dir())
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_PROBE_BYTES))
            probe.flush()
        if store.exists():
            store.open("r+b").close()
    except OSError as error:
        remedy = "allow writing there and make room, or set 'store' to a file elsewhere"
        text = f"{shown(store)} cannot be written: {error.strerror}"
        return _problem("disk", text, remedy)
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free for {shown(store)}"
    if free < LEAST_FREE_BYTES:
        return _warning("disk", text, "make room before a session that matters")
    return _ok("disk", text)


def store_content(store: Path) -> Finding:
    """Whether the journal is a database that this version reads."""
    if not store.is_file():
        return _ok("journal", f"{store} will be created at the first start")
    uri = f"{store.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as connection:
            schema = schema_version(connection, store)
    except JournalError as error:
        return _problem("journal", str(error))
    except sqlite3.Error as error:
        remedy = "the next start moves it aside, never deletes it, and creates a new one"
        return _warning("journal", f"{store} cannot be read: {error}", remedy)
    if schema < len(MIGRATIONS):
        text = f"{store} opens; its schema {schema} is migrated at the next start, after a backup"
        return _ok("journal", text)
    return _ok("journal", f"{store} opens, schema {schema}")


def midi() -> Finding:
    """Whether pads and pedals can be heard, or why not; the bridge runs without."""
    return midi_finding(open_ports)


def midi_finding(open_midi: Callable[[], Ports]) -> Finding:
    """What it means that `open_midi` gives ports, or says why there are none."""
    try:
        ports = open_midi()
    except MidiUnavailable as none:
        return _warning("MIDI", none.text, none.remedy)
    try:
        devices = ports.inputs()
    finally:
        ports.close()
    return _ok("MIDI", ", ".join(devices) if devices else "no device is plugged in")


def page_port(host: str, port: int) -> Finding:
    """Whether the page can be shown, or is."""
    where = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"  # noqa: S104
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
        else:
            reason = ""
    reach = "" if host.startswith("127.") else "; phones in the network can pair"
    if not reason:
        return _ok("page", f"not shown; its port is free: {where}{reach}")
    if is_our_page(host, port):
        return _ok("page", f"{where}{reach}")
    return _warning("page", f"{where} is not available: {reason}", "choose another web.port")


def is_our_page(host: str, port: int) -> bool:
    """Return whether a page of mixbridge answers at a TCP port."""
    target = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
    connection = http.client.HTTPConnection(target, port, timeout=1.0)
    try:
        connection.request("GET", "/oscquery?HOST_INFO")
        return b"mixbridge" in connection.getresponse().read(4096)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def monotonic_clock(resolution_s: float) -> Finding:
    """Whether intervals can be measured finely enough to tell two events apart."""
    text = f"intervals to {resolution_s * 1e6:g} microseconds"
    if resolution_s <= 0.02:
        return _ok("clock", text)
    return _warning("clock", text, "rewards may be timed badly; use another machine")


def wall_clock(now: datetime) -> Finding:
    """Whether the date can be right; it only names files and sessions."""
    text = f"{now:%Y-%m-%d %H:%M} UTC"
    if 2025 <= now.year < 2100:
        return _ok("date", text)
    return _warning("date", f"{text} cannot be right", "set the date; it names your sessions")


def demo_audio() -> Finding:
    """Whether the optional libraries of `mixbridge demo` are there."""
    missing = [name for name in DEMO_MODULES if importlib.util.find_spec(name) is None]
    if missing:
        remedy = f"{install_command('demo')}; 'mixbridge run' does not need it"
        return _warning("demo", f"{', '.join(missing)} not installed", remedy)
    return _ok("demo", "audio libraries installed")


def worst(findings: list[Finding]) -> Level:
    """The worst level of all."""
    return max((finding.level for finding in findings), key=list(Level).index)


def _ok(subject: str, text: str) -> Finding:
    return Finding(level=Level.OK, subject=subject, text=text)


def _warning(subject: str, text: str, remedy: str) -> Finding:
    return Finding(level=Level.WARNING, subject=subject, text=text, remedy=remedy)


def _problem(subject: str, text: str, remedy: str = "") -> Finding:
    return Finding(level=Level.PROBLEM, subject=subject, text=text, remedy=remedy)
