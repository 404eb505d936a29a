"""Single key presses from the terminal, on the event loop."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from bridge.errors import BridgeError

_ARROWS: Final = {b"\x1b[A": "up", b"\x1b[B": "down", b"\x1bOA": "up", b"\x1bOB": "down"}
_WINDOWS_ARROWS: Final = {"H": "up", "P": "down"}
_POLL_S: Final = 0.05


def require_terminal() -> None:
    """Raise BridgeError, in one sentence, where there is no terminal to show and to read keys."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BridgeError(
            "The terminal view needs a terminal; without one use "
            "'mixbridge demo --headless --listener auto'."
        )


@contextmanager
def keys(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` on the running loop with each key: a character, ``up`` or ``down``.

    The terminal is put back as it was at the end.
    """
    with _windows_keys(on_key) if sys.platform == "win32" else _posix_keys(on_key):
        yield


@contextmanager
def _posix_keys(on_key: Callable[[str], None]) -> Iterator[None]:
    import termios
    import tty

    loop, number = asyncio.get_running_loop(), sys.stdin.fileno()
    before = termios.tcgetattr(number)

    def read() -> None:
        pressed = os.read(number, 64)
        if pressed in _ARROWS:
            on_key(_ARROWS[pressed])
            return
        for character in pressed.decode(errors="ignore"):
            on_key(character)

    tty.setcbreak(number)
    loop.add_reader(number, read)
    try:
        yield
    finally:
        loop.remove_reader(number)
        termios.tcsetattr(number, termios.TCSADRAIN, before)


@contextmanager
def _windows_keys(on_key: Callable[[str], None]) -> Iterator[None]:
    # Windows has no readable console handle for the selector loop: look twenty times a second.
    import msvcrt

    loop = asyncio.get_running_loop()
    handle: asyncio.TimerHandle

    def poll() -> None:
        nonlocal handle
        while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]  # Windows only
            key = msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
            if key in ("\x00", "\xe0"):
                key = _WINDOWS_ARROWS.get(msvcrt.getwch(), "")  # type: ignore[attr-defined,unused-ignore]
            if key:
                on_key(key)
        handle = loop.call_later(_POLL_S, poll)

    handle = loop.call_later(_POLL_S, poll)
    try:
        yield
    finally:
        handle.cancel()
