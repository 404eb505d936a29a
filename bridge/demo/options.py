"""What a person asks of the demo, and the settings that its bridge runs with."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.config import Settings, WebSettings
from bridge.mix.messages import Mode

HOST: Final = "127.0.0.1"
STORE: Final = "mixbridge.db"
"""The journal of a demo, in the folder of its report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What the command line asks for.

    Attributes:
        listener: ``auto`` lets a simulated listener answer; None lets the keyboard.
        page: A browser plays the band and shows the page, in place of the terminal.
        browser: Open that browser; else only say where the page is.
        listen: Let the page be reached from the network.
        headless: No terminal view, at a script's pace; the listener is simulated.
        moves: End after so many; None: a script's `DEFAULT_MOVES`, a person's when they quit.
        seed: Of the band, the taste and the bridge.
        stems: A person's own multitrack in place of the band.
        daw: The DAW's dialect: ``generic`` is the embedded console, any other a DAW of our own.
        folder: Where the report goes; None: a new folder here.
    """

    listener: str | None = None
    page: bool = False
    browser: bool = True
    listen: bool = False
    headless: bool = False
    moves: int | None = None
    seed: int = 0
    stems: Path | None = None
    daw: str = "generic"
    folder: Path | None = None


def settings_of(options: DemoOptions, daw_port: int, folder: Path) -> Settings:
    """A person has time to listen; a script has not, and nobody hears its ramps."""
    if options.headless:
        pace_s, profile = 0.1, "off"
    elif options.listener == "auto":
        pace_s, profile = 0.5, "off"
    else:
        pace_s, profile = 4.0, "studio"
    return Settings.model_validate(
        {
            "daw": {"dialect": options.daw, "host": HOST, "port": daw_port},
            "listen": {"host": HOST, "port": free_port()},
            # With a page nothing moves until somebody listens.
            "mode": Mode.OBSERVE if options.page else Mode.ASSIST,
            "pace": {"interval_s": pace_s},
            "seed": options.seed,
            "store": folder / STORE,
            "guard": {"profile": profile},
            "web": {
                "enabled": options.page,
                "host": "0.0.0.0" if options.listen else HOST,  # noqa: S104 (it was asked for)
                "port": _free_page_port(),
            },
            "midi": {"enabled": options.page},
        }
    )


def _free_page_port() -> int:
    """The page's usual port, or any other where that is taken."""
    for port in (WebSettings().port, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    return WebSettings().port


def free_port() -> int:
    """A UDP port of this machine that nobody has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
