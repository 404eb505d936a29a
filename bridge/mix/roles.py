"""Roles: what a track is for, guessed from its name; and which strips are no instrument.

`bridge/data/names.toml` has the words, and this decides between them:

1. A word for an instrument beats an abbreviation, and that beats a hint (lead, room, acoustic).
2. Of two instruments some are always meant: a kick beats its drum, "Bass Synth" is a bass.
3. Order decides where one word bends the other: "Vox Reverb" is a reverb, "Reverb Vox" a voice.
4. A strip is a master, a click or the like by its whole name or by a word that nothing else
   bears; an instrument in the name wins over main, print and ref.

A person's correction (`/bridge/role`) always wins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bridge.mix.vocabulary import Found, Sense, Use, find_words


class Role(StrEnum):
    """What a track plays in the mix; the words of `/mix/track/{n}/role`."""

    KICK = "kick"
    SNARE = "snare"
    HATS = "hats"
    DRUMS = "drums"
    BASS = "bass"
    GUITAR = "guitar"
    KEYS = "keys"
    LEAD = "lead"
    BACKING = "backing"
    PAD = "pad"
    STRINGS = "strings"
    FX = "fx"
    OTHER = "other"


ROLES: Final[tuple[Role, ...]] = tuple(Role)
"""The order is the row order of every table over roles."""

ROLE_INDEX: Final[dict[Role, int]] = {role: row for row, role in enumerate(ROLES)}


class RoleSource(StrEnum):
    """Where a strip's role comes from, the surest first."""

    GIVEN = "given"
    NAME = "name"
    SOUND = "sound"
    NOTHING = "nothing"


class TrackKind(StrEnum):
    """What a strip is by its name: an instrument's track, or something that no bridge moves."""

    TRACK = "track"
    MASTER = "master"
    MIX = "mix"
    CLICK = "click"
    GUIDE = "guide"
    REFERENCE = "reference"
    TALKBACK = "talkback"
    MONITOR = "monitor"
    TIMECODE = "timecode"
    PLAYBACK = "playback"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameReading:
    """What a name says.

    Attributes:
        role: The role, `Role.OTHER` where it says none.
        kind: `TrackKind.TRACK` for what may be moved.
        is_telling: Whether it names an instrument, be it one without a role of its own (a
            trumpet), or says that the strip is none.
    """

    role: Role
    kind: TrackKind
    is_telling: bool


# Of two instruments in one name the first of these is meant, voices aside: "Kick Drum" is a kick,
# "Synth Strings" are strings, "Piano Bass" is the low microphone of a piano.
_ORDER: Final = (
    "kick", "snare", "hats", "percussive", "drums", "piano", "bass", "guitar", "pad", "strings",
    "keys", "winds", "fx",
)  # fmt: skip
_DRUMS: Final = frozenset({"kick", "snare", "hats", "drums"})
_VOICES: Final = frozenset({"lead", "backing"})

# Of two hints: what is played says more than how, and a room says least.
_HINT_ORDER: Final = (
    "bass", "keys", "guitar", "piano", "strings", "backing", "lead", "doubles", "pad", "snare",
    "hats", "kick", "drums", "fx",
)  # fmt: skip

_INSTRUMENT_USES: Final = (Use.NAMES, Use.LAST, Use.LETTERS)

_VERSION: Final = re.compile(r"v\d+")

_MIN_TITLE = 2
"""A print of a song bears its title; with one strange word it may be the print of an effect."""


@lru_cache(maxsize=4096)
def read_name(name: str) -> NameReading:
    """The role and the kind that a track's name suggests.

    >>> read_name("Kick Print").kind, read_name("2-Bus").kind
    (<TrackKind.TRACK: 'track'>, <TrackKind.MASTER: 'master'>)
    """
    words = find_words(name)
    role, kind = _role_of(words), _kind_of(words)
    is_instrument = role is not Role.OTHER or bool(_senses(words, *_INSTRUMENT_USES))
    return NameReading(
        role=role, kind=kind, is_telling=is_instrument or kind is not TrackKind.TRACK
    )


def guess_role(name: str) -> Role:
    """The role that a track's name suggests, `Role.OTHER` where it says nothing.

    >>> [str(guess_role(name)) for name in ("Bass Drum In", "BV Ld 2", "E-Gtr L", "Bus 3")]
    ['kick', 'backing', 'guitar', 'other']
    """
    return read_name(name).role


def is_untouchable(name: str) -> bool:
    """Whether a track is by its name a master, click, talkback or reference: Safe by default.

    >>> [is_untouchable(name) for name in ("Click", "Talkback", "MASTER", "Clicky synth")]
    [True, True, True, False]
    """
    return read_name(name).kind is not TrackKind.TRACK


def _senses(words: Sequence[Found], *uses: Use) -> list[Sense]:
    """The senses of these uses, of instruments; abbreviations only where they can be meant."""
    has_strange = any(word.sense is None for word in words)
    has_small = not all(word.is_capital for word in words if not word.text.isdecimal())
    return [
        word.sense
        for word in words
        if word.sense
        and word.sense.role
        and word.sense.use in uses
        and (
            word.sense.use is not Use.LETTERS or not has_strange or (word.is_capital and has_small)
        )
    ]


def _role_of(words: Sequence[Found]) -> Role:
    hints = _senses(words, Use.HINTS)
    for uses in ((Use.NAMES, Use.LAST), (Use.LETTERS,)):
        if named := _senses(words, *uses):
            return _between(named, hints + _senses(words, Use.LETTERS))
    sections = [sense.section for sense in hints]
    first = next((name for name in _HINT_ORDER if name in sections), None)
    return Role(hints[sections.index(first)].role) if first else Role.OTHER


def _between(named: Sequence[Sense], others: Sequence[Sense]) -> Role:
    """The role of a name that has at least one instrument."""
    sections = [sense.section for sense in named]
    is_bent = named[-1].use is Use.LAST
    before = set(sections[:-1])
    is_effect = [each.section == "fx" and each.use is Use.LAST for each in named]
    if is_effect[-1] or (is_effect[0] and named[-1].is_first):  # "Reverb voz", head first
        return Role.FX
    if is_bent and sections[-1] == "pad" and not before & _DRUMS:
        return Role.PAD
    if is_bent and before and before <= _VOICES:
        return Role(named[-1].role)
    if _VOICES.intersection(sections):
        is_backing = "backing" in sections or any(each.section == "backing" for each in others)
        return Role.BACKING if is_backing else Role.LEAD
    if "winds" in sections and "bass" in sections and "keys" not in sections:
        return Role.OTHER  # a bass clarinet
    first = min(sections, key=_ORDER.index)
    return Role(named[sections.index(first)].role)


def _kind_of(words: Sequence[Found]) -> TrackKind:
    words = _without_version(words)
    kinds = [(word, word.sense) for word in words if word.sense and word.sense.kind]
    always = next((sense for _, sense in kinds if sense.use is Use.ALWAYS), None)
    if always:
        return TrackKind(always.kind)
    strange = sum(word.sense is None for word in words)
    hints = _senses(words, Use.HINTS)
    if _senses(words, *_INSTRUMENT_USES) or (hints and not strange):
        return TrackKind.TRACK
    named = next((sense for _, sense in kinds if sense.use is Use.NAMES), None)
    if named:
        return TrackKind(named.kind)
    telling = [word for word in words if not _is_neutral(word)]
    last = telling[-1].sense if telling else None
    title = strange + len(hints)
    if last and (
        last.use is Use.LAST or (last.use is Use.TITLE and (title >= _MIN_TITLE or not title))
    ):
        return TrackKind(last.kind)
    is_plain = all(word.sense and word.sense.use in (Use.ALONE, Use.ROUTING) for word in words)
    alone = next((sense for _, sense in kinds if sense.use is Use.ALONE), None)
    return TrackKind(alone.kind) if alone and is_plain else TrackKind.TRACK


def _without_version(words: Sequence[Found]) -> Sequence[Found]:
    """Without the version of a mix: in "Mixdown v3" v3 is no third voice."""
    return [
        word
        for index, word in enumerate(words)
        if not (index and _VERSION.fullmatch(word.text) and _is_mix(words[index - 1]))
    ]


def _is_mix(word: Found) -> bool:
    """Whether a word means a mix or a master; "Main V2" is a voice."""
    sense = word.sense
    return sense is not None and (
        sense.kind == "mix" or (sense.kind == "master" and sense.use is not Use.ALONE)
    )


def _is_neutral(word: Found) -> bool:
    return word.sense is not None and word.sense.use in (Use.ROUTING, Use.WORDS)
