"""What the names of files say: what a strip is called, and which file is no track of the band.

The words and their meanings are those of every other track: see `bridge.mix.roles`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from bridge.mix.names import fold_name, split_words
from bridge.mix.roles import Role, TrackKind, guess_role, read_name

_MAX_NAME: Final = 60
_TITLE_SHARE: Final = 0.75
_TITLE_FILES: Final = 3
_GAP: Final = 8
"""A track number is at most so far from the one before it: some tracks were not exported."""

_ENDS: Final = " \t._-–—~+,;:&)]}"
_NUMBER: Final = re.compile(
    r"""^[\s\[(#]*
    (?:(?:track|trk|tr|ch|chan|channel|audio|spur|piste|pista|canal|kanal|faixa)[\s._-]*)?
    (?P<number>\d{1,3})
    (?P<end>\s*[\])]|(?=[\s._-])|(?<=0\d)(?=[^\W\d_])|(?<=00\d)(?=[^\W\d_]))
    [\s._-]*(?=\S)""",
    re.IGNORECASE | re.VERBOSE,
)

# What is no track of the band. What was played from elsewhere (`PLAYBACK`) is one among stems.
_LEFT_OUT: Final = {
    TrackKind.MASTER: "a mix",
    TrackKind.MIX: "a mix",
    TrackKind.CLICK: "a click or cue",
    TrackKind.GUIDE: "a guide",
    TrackKind.REFERENCE: "a reference",
    TrackKind.TALKBACK: "a click or cue",
    TrackKind.MONITOR: "a click or cue",
    TrackKind.TIMECODE: "a click or cue",
}

_SYSTEM: Final = frozenset(
    {
        "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "lost+found",
        "@eadir", "icon", "system volume information",
    }
)  # fmt: skip


def printable(name: str) -> str:
    """A name that any terminal and any file can hold: composed, no control characters."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(letter if letter.isprintable() else " " for letter in composed).strip()


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name is one that systems leave behind.

    >>> [is_leftover(name) for name in ("._Kick.wav", "__MACOSX", "Thumbs.db", "Kick.wav")]
    [True, True, True, False]
    """
    return name.startswith(".") or name.strip().casefold() in _SYSTEM


def kind_of(name: str, *, song: str = "") -> str:
    """Why a track of this name is none of the band, such as "a mix"; "" for what is one.

    Args:
        name: The track's name.
        song: The song's title, which may stand in the name of its mix.

    >>> [kind_of(name) for name in ("Rough Mix 3", "2-Bus", "Guide Vox", "Main Vox", "Kick Click")]
    ['a mix', 'a mix', 'a guide', '', '']
    >>> kind_of("Piano Man Mix", song="Piano Man")
    'a mix'
    """
    return _LEFT_OUT.get(read_name(name).kind) or _LEFT_OUT.get(
        read_name(_without_song(name, song)).kind, ""
    )


def _without_song(name: str, song: str) -> str:
    """A name without the song's title; one word for an instrument may be a folder's name."""
    words = split_words(name)
    texts, title = [word.text for word in words], [word.text for word in split_words(song)]
    if not title or (len(title) == 1 and guess_role(song) is not Role.OTHER):
        return name
    for start in range(len(texts) - len(title) + 1):
        end = start + len(title)
        if texts[start:end] == title:
            composed = unicodedata.normalize("NFKC", name)
            return f"{composed[: words[start].start]} {composed[words[end - 1].end :]}"
    return name


def clean_names(names: Sequence[str]) -> tuple[str, ...]:
    """What stands before every name taken off: the song's title, the artist, track numbers.

    >>> clean_names(("01 Sun - Kick", "02 Sun - 808", "03 Sun - Lead Vox", "Click"))
    ('Kick', '808', 'Lead Vox', 'Click')
    """
    found = [printable(name) for name in names]
    for _ in range(3):  # a number before the title, the title, a number behind it
        shorter = _without_title(_without_numbers(found))
        if shorter == found:
            break
        found = shorter
    return tuple(name[:_MAX_NAME].strip() or "Track" for name in found)


def _without_numbers(names: list[str]) -> list[str]:
    """Track numbers off: numbers that count through the files, or that begin with 0."""
    found = [_NUMBER.match(name) for name in names]
    numbers = [int(match["number"]) for match in found if match]
    counting = _counting(numbers)
    shorter = []
    for name, match in zip(names, found, strict=True):
        rest = name[match.end() :] if match else name
        is_number = match is not None and (
            match["number"].startswith("0") or (int(match["number"]) in counting)
        )
        has_letter = any(letter.isalpha() for letter in rest)
        is_instrument = rest.isdigit() and len(rest) == 3  # 01 808
        shorter.append(rest if is_number and (has_letter or is_instrument) else name)
    return shorter


def _counting(numbers: Sequence[int]) -> frozenset[int]:
    """Those of the leading numbers that count the tracks.

    >>> sorted(_counting([1, 2, 808, 12, 909])), sorted(_counting([57, 58]))
    ([1, 2], [])
    """
    rows: list[list[int]] = []
    for number in sorted(set(numbers)):
        if rows and number - rows[-1][-1] <= _GAP:
            rows[-1].append(number)
        else:
            rows.append([number])
    longest = max(rows, key=len, default=[])
    least = 2 if longest[:1] <= [_GAP] else 3  # the microphones 57 and 58 do not count
    return frozenset(longest if len(longest) >= least else ())


def _without_title(names: list[str]) -> list[str]:
    """The words off that stand in front of (nearly) all names and are no instrument."""
    found = [split_words(name) for name in names]
    worded = [tuple(word.text for word in words) for words in found]
    title = _shared_start(worded)
    has_title = [texts[: len(title)] == title for texts in worded]
    rests = [
        unicodedata.normalize("NFKC", name)[words[len(title) - 1].end :].strip(_ENDS)
        if titled
        else name
        for name, words, titled in zip(names, found, has_title, strict=True)
    ]
    titled_rests = [rest for rest, titled in zip(rests, has_title, strict=True) if titled and rest]
    if not title or not _is_title(" ".join(title), titled_rests):
        return names
    return [rest or "Mix" for rest in rests]  # only the title: the song itself


def _shared_start(worded: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest row of words that enough of the names begin with; () if there is none."""
    starts = Counter(words[:length] for words in worded for length in range(1, len(words) + 1))
    least = max(_TITLE_FILES, _TITLE_SHARE * len(worded))
    shared = [start for start, count in starts.items() if count >= least]
    return max(shared, key=len, default=())


def _is_title(title: str, rests: Sequence[str]) -> bool:
    """Whether `title` says nothing of what each track plays; `rests` follow it."""
    if len(rests) < _TITLE_FILES or sum(map(str.isalpha, title)) < 2:
        return False
    roles = Counter(guess_role(rest) for rest in rests)
    if not all(any(map(str.isalpha, rest)) or guess_role(rest) is not Role.OTHER for rest in rests):
        return False
    known = len(rests) - roles.pop(Role.OTHER, 0)
    if guess_role(title) is Role.OTHER:
        return known * 3 >= len(rests)
    return known * 2 >= len(rests) and len(roles) >= 3  # "Piano Man - Kick"


def distinct_names(names: Sequence[str], folders: Sequence[str]) -> tuple[str, ...]:
    """Every name once: namesakes with their folder in front, then numbered.

    >>> distinct_names(("Room", "Room", "Gtr", "Gtr"), ("Drums", "Vox", "", ""))
    ('Drums/Room', 'Vox/Room', 'Gtr', 'Gtr (2)')
    """
    counts = Counter(map(fold_name, names))
    full = [
        f"{folder}/{name}" if counts[fold_name(name)] > 1 and folder else name
        for name, folder in zip(names, folders, strict=True)
    ]
    given = set(map(fold_name, full))
    found: dict[str, str] = {}
    for name in full:
        number, distinct = 1, name
        while fold_name(distinct) in found or (number > 1 and fold_name(distinct) in given):
            number += 1
            distinct = f"{name} ({number})"
        found[fold_name(distinct)] = distinct
    return tuple(found.values())
