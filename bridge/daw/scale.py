"""How one value stands on the wire, and what it may be.

A scale reads an OSC argument into the value that the core means by it, and writes it back. The
words of `expected` complete the sentence that the sender of something else gets to read. What is
unambiguous is read: an integer for a float, a whole float for an integer, ``T`` and ``F`` or 0.0
and 1.0 for a switch, since touch surfaces send what they can. Minus infinity, as a number or as a
text, is a level: silence. NaN and plus infinity mean nothing anywhere.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from bridge.mix.params import SILENCE_DB
from bridge.osc.message import OscArg

MAX_TRACKS: Final = 1024
"""More strips than any session that one person mixes; bounds what a wrong number can cost."""

_TOP_DB: Final = 48.0
"""No fader or EQ goes higher: what does is another scale taken for dB."""

_TOP_DBFS: Final = 60.0
"""No meter of a mix gets here."""

_ROUNDING: Final = 1e-6
"""A sender that computes in float32 may say 1.0000001 and mean 1."""

MAX_TEXT: Final = 255
"""Names of files and tracks are no longer; bounds what is stored and shown."""

_MAX_SHOWN: Final = 40
"""Characters of a text that an error repeats."""

_MINUS_INFINITY: Final = re.compile(
    r"\s*[-\u2212\u2013]\s*(?:inf(?:inity)?|\u221e|oo|1\.#INF0*)\s*(?:dB(?:FS)?)?\s*", re.IGNORECASE
)
"""How programs write it: ``-inf``, ``-Infinity``, ``-oo``, a minus sign and the sign of infinity,
with or without a unit; ``-1.#INF`` is what Microsoft's C library printed before 2015."""

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Generic[Value]):
    """One kind of value.

    Attributes:
        expected: What it may be, in words.
        read: The value that an argument means; None if it can mean none.
        write: The argument that says a value.
    """

    expected: str
    read: Callable[[OscArg], Value | None]
    write: Callable[[Value], OscArg]


def number(minimum: float, maximum: float, unit: str = "") -> Scale[float]:
    """A number in engineering units from `minimum` to `maximum`."""

    def read(arg: OscArg) -> float | None:
        value = _finite(arg)
        if value is None or not minimum - _ROUNDING <= value <= maximum + _ROUNDING:
            return None
        return min(max(value, minimum), maximum)

    expected = f"a number from {minimum:g} to {maximum:g} {unit}".rstrip()
    return Scale(expected=expected, read=read, write=float)


def whole(minimum: int, maximum: int) -> Scale[int]:
    """A whole number from `minimum` to `maximum`."""

    def read(arg: OscArg) -> int | None:
        value = _finite(arg)
        if value is None or not value.is_integer() or not minimum <= value <= maximum:
            return None
        return int(value)

    return Scale(expected=f"a whole number from {minimum} to {maximum}", read=read, write=int)


def word(words: type[Word]) -> Scale[Word]:
    """One of the words of an enumeration."""

    def read(arg: OscArg) -> Word | None:
        return words(arg) if isinstance(arg, str) and arg in tuple(words) else None

    return Scale(expected=f"one of {', '.join(words)}", read=read, write=str)


def in_words(args: Sequence[OscArg]) -> str:
    """Arguments as an error shows them to their sender."""
    shown = [
        f"a blob of {len(arg)} bytes"
        if isinstance(arg, bytes)
        else repr(arg[:_MAX_SHOWN] if isinstance(arg, str) else arg)
        for arg in args[:12]
    ]
    return ", ".join(shown) or "no argument"


def _finite(arg: OscArg) -> float | None:
    """A finite number as a float, None for anything else."""
    if isinstance(arg, bool) or not isinstance(arg, (int, float)):
        return None
    return float(arg) if math.isfinite(arg) else None


def read_level(arg: OscArg) -> float | None:
    """Read a level in dB: a finite number, or minus infinity, which is `SILENCE_DB`."""
    if arg == -math.inf or (isinstance(arg, str) and _MINUS_INFINITY.fullmatch(arg)):
        return SILENCE_DB
    return _finite(arg)


def _read_switch(arg: OscArg) -> bool | None:
    return bool(arg) if isinstance(arg, int | float) and arg in (0, 1) else None


def _read_switch_value(arg: OscArg) -> float | None:
    """0 is off and any other number on: REAPER's ``I_SOLO`` is 0, 1, 2, 5 or 6."""
    value = float(arg) if isinstance(arg, bool) else _finite(arg)
    return None if value is None else float(value != 0.0)


def _read_text(arg: OscArg) -> str | None:
    """Text for a person's eyes: without control characters, which could drive a terminal."""
    if not isinstance(arg, str) or len(arg) > MAX_TEXT:
        return None
    if arg.isprintable():
        return arg
    return "".join(letter if letter.isprintable() else " " for letter in arg)


def is_on(arg: OscArg) -> bool:
    """Whether a mute or a solo is on, also where that cannot be read: then nothing is risked."""
    return _read_switch_value(arg) != 0.0


def _read_track(arg: OscArg) -> str | None:
    """``#2`` for the number 2, which is no name; a text as it is: a name, a number or ``*``."""
    if isinstance(arg, str):
        return _read_text(arg) or None
    value = _TRACK_NUMBER.read(arg)
    return None if value is None else f"#{value}"


def _read_fader(arg: OscArg) -> float | None:
    value = read_level(arg)
    return max(value, SILENCE_DB) if value is not None and value <= _TOP_DB else None


def _read_meter(arg: OscArg) -> float | None:
    value = read_level(arg)
    return max(value, SILENCE_DB) if value is not None and value <= _TOP_DBFS else None


_TRACK_NUMBER: Final = whole(1, MAX_TRACKS)
FADER_DB: Final = Scale(
    expected=f"a level in dB up to {_TOP_DB:g} (silence is {SILENCE_DB:g} or -inf)",
    read=_read_fader,
    write=lambda value: max(value, SILENCE_DB),
)
METER_DBFS: Final = Scale(
    expected=f"a level in dBFS up to {_TOP_DBFS:g} (silence is {SILENCE_DB:g} or -inf)",
    read=_read_meter,
    write=lambda value: max(value, SILENCE_DB),
)
EQ_DB: Final = number(-_TOP_DB, _TOP_DB, "dB")
PAN: Final = number(-1.0, 1.0)
SWITCH: Final[Scale[bool]] = Scale(expected="0 or 1", read=_read_switch, write=int)
SWITCH_VALUE: Final[Scale[float]] = Scale(
    expected="0 (off) or another number (on)", read=_read_switch_value, write=int
)
TEXT: Final[Scale[str]] = Scale(
    expected=f"a text of at most {MAX_TEXT} characters", read=_read_text, write=str
)
TRACK: Final[Scale[str]] = Scale(
    expected="a track's number or name, or *", read=_read_track, write=str
)
COUNT: Final = whole(0, MAX_TRACKS)
INT32: Final = whole(-(2**31), 2**31 - 1)
