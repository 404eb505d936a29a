"""Roles: what a track is for, guessed from its name, with the average listener's targets.

The guess is a table of words; a person's correction (`/bridge/role`) always wins.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final


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

# First match wins, so that "bass drum" is a kick, "backing vox" no lead, "lead guitar" a guitar and
# "drum room" drums. Words in English, German, French, Spanish and Italian that tracks really carry.
_WORDS: Final[tuple[tuple[Role, str], ...]] = (
    (Role.KICK, r"kick|kik|kck|\bbd\b|bass ?drum|grosse caisse|bombo|cassa"),
    (Role.SNARE, r"snare|\bsn(r|a)?\b|\bsd\b|rim ?shot|clap|caisse claire|caja|rullante"),
    (Role.HATS, r"\bhi ?-?hats?\b|hats?\b|\bhh\b|ride|cymbal|crash|shaker|tambo?urin|becken"),
    (
        Role.DRUMS,
        r"drum|kit\b|\boh\b|over ?heads?|\btoms?\b|floor tom|perc|conga|bongo|loop|beat|schlag"
        r"|batter",
    ),
    (Role.BACKING, r"back(ing|ground)|\bbv\w?\b|\bbgv?\b|choir|chor\b|harmon|coro|gang|doubles?\b"),
    (Role.BASS, r"bass|\bsub\b|808|\bdi b|basse|bajo|basso"),
    (
        Role.GUITAR,
        r"gu?ita?r|chitarr|gtr|\bgit\b|\bac(oustic)?\b|strat|tele\b|banjo|ukulele|mandolin",
    ),
    (Role.LEAD, r"vo(x|cals?|c|ice)\b|lead|\blv\b|sing|gesang|stimme|voix|voz|voce|rap\b|melod"),
    (Role.STRINGS, r"string|violin|viola|cello|streicher|cordes|cuerdas|archi"),
    (Role.PAD, r"\bpads?\b|atmos|ambien|drone|fl(ä|ae)che|nappe|texture"),
    (
        Role.KEYS,
        r"keys?\b|piano|rhodes|wurl|organ|hammond|clav|synth|\bep\b|\bpno\b|klavier|orgel|teclado",
    ),
    (Role.FX, r"\bs?fx\b|effects?|riser|impact|sweep|noise|foley|whoosh|effekt"),
)
_PATTERNS: Final = tuple((role, re.compile(words)) for role, words in _WORDS)

# Tracks that no bridge should ever move, by name: Safe from the start (see bridge.guard).
_UNTOUCHABLE: Final = re.compile(
    r"\b(master|main|mix ?bus|2 ?bus|stereo out|monitor|click|metro(nome)?|cue|talk ?back|tb|"
    r"count ?in|guide|timecode|smpte|ltc|print|ref(erence)?)\b"
)


@lru_cache(maxsize=4096)
def guess_role(name: str) -> Role:
    """The role that a track's name suggests, `Role.OTHER` where it says nothing.

    >>> [str(guess_role(name)) for name in ("Bass Drum In", "BV Ld 2", "E-Gtr L", "Bus 3")]
    ['kick', 'backing', 'guitar', 'other']
    """
    plain = _plain(name)
    return next((role for role, words in _PATTERNS if words.search(plain)), Role.OTHER)


def is_untouchable(name: str) -> bool:
    """Whether a track is by its name a master, click, talkback or reference: Safe by default.

    >>> [is_untouchable(name) for name in ("Click", "Talkback", "MASTER", "Clicky synth")]
    [True, True, True, False]
    """
    return _UNTOUCHABLE.search(_plain(name)) is not None


def _plain(name: str) -> str:
    return re.sub(r"[_./]+", " ", name).casefold().strip()
