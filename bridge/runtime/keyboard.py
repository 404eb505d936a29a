"""The keys: one table for page and terminal, and single key presses from the terminal."""

import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bridge.errors import BridgeError

TWICE_S: Final = 2.0
"""A key that must be pressed twice is done where the second press comes within this, seconds."""

_POLL_S: Final = 0.05
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)?")
"""ECMA-48, 5.4: control sequences; and what VT100 function keys send."""


class Gesture(StrEnum):
    """How a key is meant."""

    PRESS = "press"
    HOLD = "hold"
    TWICE = "twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One row of the table of keys.

    Attributes:
        action: What is done: a verb of `/bridge`, or one of the surface's own.
        key: The character; a capital is pressed with Shift.
        words: What it does, for a person.
        gesture: Pressed, held for as long as it is to last, or pressed twice.
        on_page: Whether the page has it.
        in_terminal: Whether the terminal has it.
    """

    action: str
    key: str
    words: str
    gesture: Gesture = Gesture.PRESS
    on_page: bool = True
    in_terminal: bool = True

    @property
    def shown(self) -> str:
        """The key as it is written for a person.

        >>> Key(action="panic", key="P", words="", gesture=Gesture.TWICE).shown
        'Shift+P twice'
        """
        return f"{self.pressed} twice" if self.gesture is Gesture.TWICE else self.pressed

    @property
    def pressed(self) -> str:
        """One press of it, as it is written for a person."""
        return f"Shift+{self.key}" if self.key.isupper() else self.key

    def to_json(self) -> dict[str, str]:
        """As the page gets it."""
        return {
            "action": self.action,
            "key": self.key,
            "words": self.words,
            "gesture": self.gesture.value,
        }


KEYS: Final[tuple[Key, ...]] = (
    Key(action="good", key="g", words="good; yes to a suggestion"),
    Key(action="bad", key="b", words="bad, take it back; no to a suggestion"),
    Key(action="undo", key="u", words="undo"),
    Key(action="variants", key="v", words="offer variants of the whole mix"),
    Key(action="pick1", key="1", words="pick A of an offer"),
    Key(action="pick2", key="2", words="pick B"),
    Key(action="pick3", key="3", words="pick C"),
    Key(action="keep", key="0", words="keep what is there"),
    Key(action="hear", key="h", words="hear A of an offer, then before", in_terminal=False),
    Key(
        action="compare",
        key="c",
        words="hear before, while held",
        gesture=Gesture.HOLD,
        in_terminal=False,
    ),
    Key(action="play", key="p", words="play or stop the band", in_terminal=False),
    Key(action="mode", key="m", words="next mode"),
    Key(
        action="endorse",
        key="w",
        words="this mix is as I want it: learn from all of it",
        gesture=Gesture.TWICE,
    ),
    Key(action="freeze", key="f", words="freeze, unfreeze"),
    Key(action="panic", key="P", words="panic: back to the start", gesture=Gesture.TWICE),
    Key(action="rearm", key="R", words="rearm after panic"),
    Key(action="find", key="/", words="find a track", in_terminal=False),
    Key(action="help", key="?", words="show the keys"),
    Key(action="quit", key="q", words="quit, write the report", on_page=False),
)
"""Nothing drastic has a key that is pressed by habit: no Esc, no arrows, no space bar."""


class KeyReader:
    """What key presses mean, by the table.

    Attributes:
        hint: What a first press of a key that must be pressed twice waits for; else empty.
    """

    def __init__(self) -> None:
        self.hint = ""
        self._keys = {row.key: row for row in KEYS if row.in_terminal}
        self._first: tuple[str, float] | None = None

    def action(self, key: str, at: float) -> str:
        """The action of a key that was pressed at `at`, monotonic seconds; empty for none."""
        row = self._keys.get(key)
        first, self._first, self.hint = self._first, None, ""
        if row is None:
            return ""
        if row.gesture is Gesture.TWICE and not (
            first is not None and first[0] == key and at - first[1] <= TWICE_S
        ):
            self._first = key, at
            self.hint = f"Press {row.pressed} again for {row.words}."
            return ""
        return row.action


def require_terminal() -> None:
    """Raise BridgeError, in one sentence, where there is no terminal to show and to read keys."""
    is_dumb = os.environ.get("TERM", "") in ("dumb", "unknown") and sys.platform != "win32"
    if is_dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BridgeError(
            "The terminal view needs a terminal that can move its cursor; without one use "
            "'mixbridge demo --page' or 'mixbridge demo --headless --listener auto'."
        )


def without_escapes(text: str) -> str:
    r"""What was typed, without cursor and function keys and Esc itself.

    One read may hold several keys, where they came fast or the machine is busy.

    >>> without_escapes("g\x1b[A\x1bOPb\x1b")
    'gb'
    """
    return _ESCAPES.sub("", text)


@contextmanager
def keys(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` on the running loop with each key, a character; cursor keys are none.

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
        for character in without_escapes(pressed.decode(errors="ignore")):
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
            if key in ("\x00", "\xe0"):  # a cursor or function key: its code follows
                msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
            else:
                on_key(key)
        handle = loop.call_later(_POLL_S, poll)

    handle = loop.call_later(_POLL_S, poll)
    try:
        yield
    finally:
        handle.cancel()
