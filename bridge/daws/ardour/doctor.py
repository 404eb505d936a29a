"""What the doctor looks at where the DAW is Ardour: its settings, its port, and its answers."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.config import Settings
from bridge.daw.row import Line
from bridge.daws.ardour.setup import config_folders, is_osc_on
from bridge.daws.ardour.wire.dialect import LIST, PROBE
from bridge.errors import OscDecodeError, SetupError
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.runtime.port_owner import why_not_bound

PATIENCE_S: Final = 0.5
_PORTS_TRIED: Final = 3


def examine(settings: Settings) -> Iterator[Line]:
    """Whether Ardour's OSC is on, where it really is, and whether its replies come to us."""
    daw, folder = settings.daw, settings_folder()
    is_well, text, remedy = osc_surface(folder)
    yield "ok" if is_well else "warning", "Ardour", text, remedy
    if moved := moved_port(folder, daw.host, daw.port):
        remedy = "set daw.port to it, or free the other and start Ardour anew"
        yield "problem", "Ardour's port", moved, remedy
    if daw.host.startswith("127.") and why_not_bound(daw.host, daw.port) is not None:
        strips = answers(daw.host, daw.port)
        if strips is None:
            remedy = (
                "Preferences > Control Surfaces > OSC > Port Mode: Auto, or mixbridge setup ardour"
            )
            text = "what listens there does not answer us: no Ardour, or its replies go elsewhere"
            yield "problem", "Ardour's replies", text, remedy
        else:
            yield "ok", "Ardour's replies", f"sent to whoever asks; {strips} strips", ""


def osc_surface(folder: Path | None) -> tuple[bool, str, str]:
    """Whether Ardour's OSC is on: whether that is well, what was found, and what to do."""
    if folder is None:
        return False, "no settings of Ardour were found", "start Ardour once, then the setup below"
    try:
        is_on = is_osc_on(folder)
    except SetupError as error:
        return False, str(error), "start Ardour once and close it: it writes its settings anew"
    if is_on:
        return True, f"its OSC surface is on in new sessions ({folder})", ""
    return False, f"its OSC surface is off ({folder})", "mixbridge setup ardour, with Ardour closed"


def moved_port(folder: Path | None, host: str, port: int) -> str | None:
    """The sentence on an OSC port that Ardour had to move, None where it is the one expected.

    Ardour says where it is in a file ``osc_url``, if there is one; else the next ports are tried,
    since it takes the next free one and tells nobody.
    """
    try:
        url = (folder / "osc_url").read_text(encoding="utf-8") if folder else ""
    except OSError:
        url = ""
    said = re.search(r":(\d+)/", url)
    real = int(said[1]) if said else _port_beyond(host, port)
    if real in (None, port):
        return None
    return f"its OSC is at port {real}, the settings say {port}, which another program may have"


def _port_beyond(host: str, port: int) -> int | None:
    """One of the next ports, if Ardour answers there and not at `port`."""
    if answers(host, port) is not None:
        return None
    beyond = range(port + 1, min(port + 1 + _PORTS_TRIED, 65_536))
    return next((other for other in beyond if answers(host, other) is not None), None)


def answers(host: str, port: int) -> int | None:
    """How many strips an Ardour at that address tells of; None where it does not answer us.

    It is asked from a port of its own, as the bridge does: replies that are fixed to another port
    do not come. Nothing of the session is changed.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(PATIENCE_S)
        try:
            asker.connect((host, port))  # so that a port where nobody listens says so at once
            for message in (PROBE, LIST):
                asker.send(encode(message))
            for strips, address in enumerate(_replies(asker)):
                if address == "end_route_list":
                    return strips
        except OSError:  # nobody there, or nothing came in time
            return None
    return None


def _replies(asker: socket.socket) -> Iterator[object]:
    """The first argument of each reply."""
    while True:
        try:
            messages = decode(asker.recv(65_535))
        except OscDecodeError:
            continue
        yield from (message.args[0] for message in messages if message.address == "/reply")


def settings_folder() -> Path | None:
    """The settings of the newest Ardour that this person has started."""
    return next(iter(config_folders()), None)
