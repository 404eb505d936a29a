"""What a knob is for, read from its name, as tracks are by theirs.

A knob has one of twelve roles, or none, or it is one that is never moved. What a person taught
decides first, then the longest entry of `bridge/data/sound_knobs.toml` with which the name ends or
which it is, then a word that forbids it. A knob with words or steps is a switch, whatever its name.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final

from bridge.errors import RefusedError

MOST_KNOBS: Final = 16
"""So many knobs of a device are worked with at most; the first of each role come first."""


class KnobRole(StrEnum):
    """What turning a knob does; the order is that of the tables."""

    CUTOFF = "cutoff"
    RESONANCE = "resonance"
    ATTACK = "attack"
    DECAY = "decay"
    SUSTAIN = "sustain"
    RELEASE = "release"
    ENVELOPE = "envelope"
    DETUNE = "detune"
    NOISE = "noise"
    DRIVE = "drive"
    SUB = "sub"
    LFO = "lfo"


KNOB_ROLES: Final[tuple[KnobRole, ...]] = tuple(KnobRole)
ROLE_ROW: Final[Mapping[KnobRole, int]] = {role: row for row, role in enumerate(KNOB_ROLES)}

ROLE_WORDS: Final[Mapping[KnobRole, str]] = {
    KnobRole.ENVELOPE: "envelope amount",
    KnobRole.LFO: "LFO depth",
}
"""How a role is said where its name is not enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A knob that may be moved.

    Attributes:
        index: Its place among the device's parameters.
        name: As the device has it.
        role: What it does.
    """

    index: int
    name: str
    role: KnobRole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    roles: Mapping[str, KnobRole]
    never: frozenset[str]
    others: tuple[str, ...]


def find_knobs(
    names: Sequence[str],
    *,
    steps: Sequence[int] = (),
    taught: Mapping[str, str] | None = None,
    unlocked: Sequence[str] = (),
) -> tuple[Knob, ...]:
    """The knobs of a device that may be moved, in the device's order, `MOST_KNOBS` at most.

    Args:
        names: Of all its parameters.
        steps: How many steps each has, 0 for a continuous one; empty: all are continuous.
        taught: Roles that a person gave: name to a value of `KnobRole`, or ``never``.
        unlocked: Names that may be moved though they are locked by rule; each needs a role, from
            its name or taught.

    Raises:
        RefusedError: If no name is known, or a taught role does not exist.
    """
    known = {_fold(name): _role(role, name) for name, role in (taught or {}).items()}
    free = {_fold(name) for name in unlocked}
    found = []
    for index, name in enumerate(names):
        folded = _fold(name)  # with its number: Macro 1 is not Macro 2
        is_switch = bool(steps) and steps[index] > 0
        if is_switch and folded not in free:
            continue
        role = known[folded] if folded in known else guess_role(name, is_unlocked=folded in free)
        if role is not None:
            found.append(Knob(index=index, name=name, role=role))
    if not found:
        raise RefusedError(
            f"I know none of these {len(names)} parameters by name: teach me one, "
            "for example which is the cutoff."
        )
    firsts = {
        role: next(k.index for k in found if k.role is role) for role in {k.role for k in found}
    }
    found.sort(key=lambda knob: (firsts[knob.role] != knob.index, knob.index))
    return tuple(sorted(found[:MOST_KNOBS], key=lambda knob: knob.index))


def guess_role(name: str, *, is_unlocked: bool = False) -> KnobRole | None:
    """The role that a name says, or None where it says none or is one that is never moved."""
    table = _table()
    folded = fold_name(name)
    words = folded.split()
    # A name may have words before what it is ("Pad 2 Filter Cutoff"), never behind it.
    for start in range(len(words)):
        role = table.roles.get(" ".join(words[start:]))
        if role is not None:
            is_other = role in _NOTE_ROLES and any(
                f" {other} " in f" {_fold(name)} " for other in table.others
            )
            is_locked = not is_unlocked and not table.never.isdisjoint(words[:start])
            return None if is_other or is_locked else role
    return None


_NOTE_ROLES: Final = (KnobRole.ATTACK, KnobRole.DECAY, KnobRole.SUSTAIN, KnobRole.RELEASE)


def fold_name(name: str) -> str:
    """A name without case, accents, marks and numbers: "Filter 1 Freq" is "filter freq"."""
    return " ".join(re.sub("[0-9]+", " ", _fold(name)).split())


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = re.sub(r"([a-z])([A-Z])", r"\1 \2", plain)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.lower()).split())


def _role(role: str, name: str) -> KnobRole | None:
    if role == "never":
        return None
    try:
        return KnobRole(role)
    except ValueError:
        raise RefusedError(
            f"{name}: {role!r} is no role of a knob; use one of {', '.join(KNOB_ROLES)}, or never."
        ) from None


@lru_cache(maxsize=1)
def _table() -> _Table:
    source = files("bridge") / "data" / "sound_knobs.toml"
    body = tomllib.loads(source.read_text(encoding="utf-8"))
    roles: dict[str, KnobRole] = {}
    for role, words in body["roles"].items():
        for word in words.split(","):
            folded = fold_name(word)
            if roles.setdefault(folded, KnobRole(role)) is not KnobRole(role):
                raise ValueError(f"sound_knobs.toml: {word.strip()!r} has two roles")
    return _Table(
        roles=roles,
        never=frozenset(fold_name(w) for w in body["never"]["words"].split(",")),
        others=tuple(_fold(w) for w in body["never"]["others"].split(",")),
    )
