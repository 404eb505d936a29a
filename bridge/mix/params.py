"""The parameters of a strip: unit, range, smallest useful step, in one place.

Engineering units only: dB, -1..+1 for pan, 0 or 1 for switches. A DAW's own scale exists only in
`bridge.daw`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Param(StrEnum):
    """A parameter of a strip; the value is its name in the `/mix` namespace."""

    GAIN = "gain"
    PAN = "pan"
    EQ_LOW = "eq/low/gain"
    EQ_LOWMID = "eq/lowmid/gain"
    EQ_HIGHMID = "eq/highmid/gain"
    EQ_HIGH = "eq/high/gain"
    MUTE = "mute"
    SOLO = "solo"
    SEND_1 = "send/1/level"
    SEND_2 = "send/2/level"
    SEND_3 = "send/3/level"
    SEND_4 = "send/4/level"


class LockClass(StrEnum):
    """What a Safe lock covers: one class of parameters, or all of a strip."""

    GAIN = "gain"
    EQ = "eq"
    PAN = "pan"
    SOUND = "sound"
    """The devices of a strip; they are locked as well wherever they are not in focus."""
    NOTES = "notes"
    """The clips of a strip; locked as its devices are."""
    EDITS = "edits"
    """The items of a strip; locked as its devices are."""
    ALL = "all"


class Group(StrEnum):
    """What kind of control a parameter is: the named columns of every array over parameters."""

    FADER = "fader"
    PAN = "pan"
    EQ = "eq"
    SWITCH = "switch"
    SEND = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamSpec:
    """What a value of a parameter may be.

    Attributes:
        unit: The unit in words for a person.
        minimum: The least value that is sent, in the unit, unless a control stood beyond.
        maximum: The greatest value, likewise.
        tolerance: Two values nearer than this are the same one: it covers float32 and a DAW that
            keeps a tenth of a dB.
        least_step: A smaller move is not worth making, since nobody would hear it.
    """

    unit: str
    minimum: float
    maximum: float
    tolerance: float
    least_step: float

    def clip(self, value: float, stood: float) -> float:
        """The nearest value in the range, or as far beyond it as the control `stood`."""
        return min(max(value, min(self.minimum, stood)), max(self.maximum, stood))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamRow:
    """All there is to know of a parameter, but for how a DAW says it.

    Attributes:
        param: Which one.
        group: What kind of control it is.
        words: How a person calls it.
        spec: What may be sent; None where it is only read, and so Safe whatever happens.
        lock_class: What locks it; None where it is only read.
    """

    param: Param
    group: Group
    words: str
    spec: ParamSpec | None = None
    lock_class: LockClass | None = None


# A fader at -60 dB is off to the ear, and +6 dB is the top of most faders. Silence (-150 dB) may be
# read but is never sent: the bridge does not mute. EQ gain of +-12 dB is the usual channel EQ.
# The least steps are half of 1 dB, about the just noticeable difference in level.
_FADER: Final = ParamSpec(unit="dB", minimum=-60.0, maximum=6.0, tolerance=0.051, least_step=0.25)
_PAN: Final = ParamSpec(unit="", minimum=-1.0, maximum=1.0, tolerance=0.0051, least_step=0.02)
_EQ: Final = ParamSpec(unit="dB", minimum=-12.0, maximum=12.0, tolerance=0.051, least_step=0.25)


def _eq(param: Param, words: str) -> ParamRow:
    return ParamRow(param=param, group=Group.EQ, words=words, spec=_EQ, lock_class=LockClass.EQ)


TABLE: Final[dict[Param, ParamRow]] = {
    row.param: row
    for row in (
        ParamRow(
            param=Param.GAIN,
            group=Group.FADER,
            words="gain",
            spec=_FADER,
            lock_class=LockClass.GAIN,
        ),
        ParamRow(
            param=Param.PAN, group=Group.PAN, words="pan", spec=_PAN, lock_class=LockClass.PAN
        ),
        _eq(Param.EQ_LOW, "low EQ"),
        _eq(Param.EQ_LOWMID, "low-mid EQ"),
        _eq(Param.EQ_HIGHMID, "high-mid EQ"),
        _eq(Param.EQ_HIGH, "high EQ"),
        ParamRow(param=Param.MUTE, group=Group.SWITCH, words="mute"),
        ParamRow(param=Param.SOLO, group=Group.SWITCH, words="solo"),
        ParamRow(param=Param.SEND_1, group=Group.SEND, words="send 1"),
        ParamRow(param=Param.SEND_2, group=Group.SEND, words="send 2"),
        ParamRow(param=Param.SEND_3, group=Group.SEND, words="send 3"),
        ParamRow(param=Param.SEND_4, group=Group.SEND, words="send 4"),
    )
}
"""Every parameter of a strip; whatever else is said of parameters follows from here."""


def params_of(group: Group) -> tuple[Param, ...]:
    """The parameters of a group, in the table's order."""
    return tuple(row.param for row in TABLE.values() if row.group is group)


SPECS: Final[dict[Param, ParamSpec]] = {
    row.param: row.spec for row in TABLE.values() if row.spec is not None
}

SILENCE_DB: Final = -150.0
"""How the wire says a fader is closed; anything lower is read as this."""

MOVABLE: Final[tuple[Param, ...]] = tuple(SPECS)
"""What the bridge may move. The order is the column order of every array over parameters."""

COLUMN: Final[dict[Param, int]] = {param: column for column, param in enumerate(MOVABLE)}
EQ_BANDS: Final = params_of(Group.EQ)
EQ_COLUMNS: Final = slice(COLUMN[EQ_BANDS[0]], COLUMN[EQ_BANDS[-1]] + 1)
"""Where the EQ stands in an array over `MOVABLE`."""

EQ_BAND_NAMES: Final = tuple(band.split("/")[1] for band in EQ_BANDS)
SWITCHES: Final = params_of(Group.SWITCH)
SENDS: Final = params_of(Group.SEND)
"""Levels that are read and shown, and never written: reverbs and monitors hang on them."""

READ_ONLY: Final = frozenset((*SWITCHES, *SENDS))

LOCK_CLASS: Final[dict[Param, LockClass]] = {
    row.param: row.lock_class for row in TABLE.values() if row.lock_class is not None
}

WORK_CLASSES: Final = (LockClass.SOUND, LockClass.NOTES, LockClass.EDITS)
"""What no parameter of a strip is: locks of what other tasks than the mix work on."""

CLASS_WORDS: Final[dict[LockClass, str]] = {
    LockClass.GAIN: "gain",
    LockClass.EQ: "EQ",
    LockClass.PAN: "pan",
    LockClass.SOUND: "sound",
    LockClass.NOTES: "notes",
    LockClass.EDITS: "edits",
    LockClass.ALL: "all",
}
"""A class as a person says it."""

PARAM_WORDS: Final[dict[Param, str]] = {row.param: row.words for row in TABLE.values()}
"""A parameter as a person says it."""


def same_value(param: Param, a: float, b: float) -> bool:
    """Whether two values of `param` are one to the ear and to float32."""
    return abs(a - b) <= SPECS[param].tolerance


_SHOWN_DB: Final = 0.05
"""Half of the last digit that is shown: nearer to 0 there is no sign."""


def in_words(param: Param, value: float) -> str:
    """A value as a mix engineer writes it.

    >>> in_words(Param.GAIN, -3.25), in_words(Param.PAN, -0.3), in_words(Param.PAN, 0.0)
    ('-3.2 dB', 'L30', 'C')

    What is not known is "an unknown value".
    """
    if math.isnan(value):
        return "an unknown value"
    if param is Param.PAN:
        percent = round(abs(value) * 100)
        return "C" if percent == 0 else f"{'L' if value < 0 else 'R'}{percent}"
    return "0.0 dB" if abs(value) < _SHOWN_DB else f"{value:+.1f} dB"


def bars_in_words(barred: Mapping[LockClass, str]) -> str:
    """Why a strip is left alone, each reason once, with what it is about.

    >>> bars_in_words({LockClass.GAIN: "also moves Wedge", LockClass.EQ: "also moves Wedge"})
    'also moves Wedge (gain, EQ)'
    """
    by_reason: dict[str, list[str]] = {}
    for kind, why in barred.items():
        by_reason.setdefault(why, []).append(CLASS_WORDS[kind])
    return "; ".join(
        why if kinds == [CLASS_WORDS[LockClass.ALL]] else f"{why} ({', '.join(kinds)})"
        for why, kinds in by_reason.items()
    )
