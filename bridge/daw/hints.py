"""Hints: which address somebody may have meant who wrote one that nobody knows."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

_TRACK: Final = "{n}"
_NUMBER: Final = re.compile(r"(?<=/)0*([1-9][0-9]{0,8})(?=/|$)")

_OTHER_WORDS: Final = {
    "balance": "pan",
    "channel": "track",
    "db": "gain",
    "fader": "gain",
    "level": "gain",
    "panning": "pan",
    "panorama": "pan",
    "strip": "track",
    "title": "name",
    "vol": "gain",
    "volume": "gain",
}
"""What other programs and desks call the same things."""

_LIKE_PART: Final = 0.65
"""The least likeness of every part: "panik" is .8 like "panic", "dance" .6."""

_LIKE_WHOLE: Final = 0.85
"""The least likeness where a part is missing or too many: "/track/1/gain" is .88 like the whole."""

_LONGEST: Final = 80
"""Longer addresses are no misspellings; bounds what a comparison costs."""


def closest(address: str, known: Iterable[str]) -> str:
    """Find the address that was meant; empty where none is near.

    Args:
        address: What was written.
        known: Addresses, with ``{n}`` where a track's number stands.
    """
    if len(address) > _LONGEST:
        return ""
    numbers = _NUMBER.findall(address)
    parts = _NUMBER.sub(_TRACK, address.lower()).split("/")
    plain = [_OTHER_WORDS.get(part, part) for part in parts if part]
    likeness, near = max((_likeness(plain, name), name) for name in known)
    if not likeness:
        return ""
    return near.replace(_TRACK, numbers[0]) if len(numbers) == 1 else near


def _likeness(parts: list[str], name: str) -> float:
    """How like the parts of an address are to a known one, 0 to 1; 0 where too little."""
    meant = name.strip("/").split("/")
    if len(parts) != len(meant):
        whole = _ratio("/" + "/".join(parts), name)
        return whole if whole >= _LIKE_WHOLE else 0.0
    ratios = [
        1.0 if part == word else _LIKE_PART if word == _TRACK else _ratio(part, word)
        for part, word in zip(parts, meant, strict=True)
    ]
    return sum(ratios) / len(ratios) if min(ratios) >= _LIKE_PART else 0.0


def _ratio(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b).ratio()
