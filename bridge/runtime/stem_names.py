"""What the names of files say: a strip's name, the halves of a pair, a mix, a click or a guide.

Names are compared in one form (NFC, case folded), by whole words: at spaces and punctuation, where
digits meet letters, and at the humps of CamelCase.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bridge.mix.roles import Role, guess_role


def _words(text: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(text.split())


_MAX_NAME: Final = 60
_TITLE_SHARE: Final = 0.75
_TITLE_FILES: Final = 3
_GAP: Final = 8
"""A track number is at most so far from the one before it: some tracks were not exported."""

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS: Final = " \t._-–—~+,;:&"
_NUMBER: Final = re.compile(
    r"""^[\s\[(#]*
    (?:(?:track|trk|tr|ch|chan|channel|audio|spur|piste|pista|canal|kanal|faixa)[\s._-]*)?
    (?P<number>\d{1,3})
    (?P<end>\s*[\])]|(?=[\s._-])|(?<=0\d)(?=[^\W\d_])|(?<=00\d)(?=[^\W\d_]))
    [\s._-]*(?=\S)""",
    re.IGNORECASE | re.VERBOSE,
)

_SIDES: Final[dict[str, int]] = {
    word: side
    for side, words in enumerate(
        (
            "l left lft lt links gauche izq izquierda izquierdo esq esquerda esquerdo sx sinistra "
            "sinistro vänster лев левый левая 左 좌",
            "r right rgt rt rechts droite der derecha derecho dir direita direito dx destra destro "
            "höger прав правый правая 右 우",
        )
    )
    for word in words.split()
}

_HANDS: Final = (("hand",), ("main",), ("mano",), ("mão",))

# Words that name a print of everything wherever they stand, in the languages of `bridge.mix.roles`.
_MIX: Final = _words(
    "mixdown mixture mastered mastering premaster mixbus masterbus roughmix fullmix finalmix "
    "mainmix 2track 2mix 2bus stereosumme endmix rohmix gesamtmix eindmix prémix ミックスダウン"
)
# Words that do so where nothing else is said.
_PRINT: Final = _words(
    "mix mixed mixes mixing master masters mstr bounce bounced bounces print prints main summe sum "
    "mischung mixage mezcla mezclado máster mixagem mistura masterização missaggio mixaggio микс "
    "мастер сведение ミックス マスター 混音 母带 母帶 总线 總線 믹스 마스터 instrumental "
    "karaoke acapella acappella ref reference referenz référence referencia referência riferimento"
)
_FILLERS: Final = _words(
    "a b bit bits bpm bus complete demo edit end export f fin final full hz khz k l left lr mono "
    "my new no of old out output outs pre r raw render right rough session song st stereo sum take "
    "temp test the track tv two unmastered v ver version wav whole "
    "for definitivo finale komplett roh neu alt nouveau nuevo"
)
_PAIRS_OF_WORDS: Final = frozenset(
    [
        ("2", "bus"), ("2", "mix"), ("2", "track"), ("two", "track"), ("stereo", "out"),
        ("main", "out"), ("main", "outs"), ("main", "output"), ("stereo", "output"),
        ("main", "bus"), ("stereo", "bus"), ("mix", "bus"), ("master", "bus"), ("main", "lr"),
        ("full", "mix"), ("rough", "mix"), ("final", "mix"), ("reference", "mix"), ("ref", "mix"),
        ("main", "mix"), ("stereo", "mix"), ("full", "song"), ("a", "cappella"), ("a", "capella"),
    ]
)  # fmt: skip
_CLICK: Final = _words(
    "click clicktrack clicktrk metronome metronom metro metrónomo métronome metrônomo metronomo "
    "metronoom klick klik clic clique claqueta countin smpte ltc mtc timecode talkback метроном "
    "клик クリック メトロノーム 节拍器 節拍器 클릭 메트로놈"
)
_CLICK_PAIRS: Final = frozenset([("count", "in"), ("time", "code"), ("talk", "back")])
_GUIDE: Final = _words("guide guides guía guia guida ガイド 가이드 гид")

_SYSTEM: Final = _words(
    "__macosx thumbs.db ehthumbs.db desktop.ini $recycle.bin lost+found @eadir icon"
) | {"system volume information"}


def normal(name: str) -> str:
    """The one form in which names are compared.

    >>> normal("FLA\u0308CHE") == normal("fläche")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def printable(name: str) -> str:
    """A name that any terminal and any file can hold: NFC, no control characters."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(letter if letter.isprintable() else " " for letter in composed).strip()


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in the form in which they are compared.

    >>> words_of("RoughMix_v2-Gtr57")
    ('rough', 'mix', 'v', '2', 'gtr', '57')
    """
    apart = _HUMP.sub(" ", unicodedata.normalize("NFC", name))
    return tuple(normal(word) for word in _WORD.findall(apart))


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name is one that systems leave behind.

    >>> [is_leftover(name) for name in ("._Kick.wav", "__MACOSX", "Thumbs.db", "Kick.wav")]
    [True, True, True, False]
    """
    return name.startswith(".") or name.strip().casefold() in _SYSTEM


def kind_of(name: str, *, song: str = "") -> str:
    """Why a track of this name is none of the band: a mix, a click, a guide; "" for an instrument.

    An instrument in the name wins over a word that means a mix or a click alone.

    Args:
        name: The track's name.
        song: What else may stand in a mix's name, such as the song's title.

    >>> [kind_of(name) for name in ("Rough Mix 3", "2-Bus", "Guide Vox", "Main Vox", "Kick Click")]
    ['a mix', 'a mix', 'a guide', '', '']
    """
    words = words_of(name)
    known, pairs = set(words), set(pairwise(words))
    is_instrument = guess_role(" ".join(words)) is not Role.OTHER
    if known & _GUIDE or ("scratch" in known and is_instrument):
        return "a guide"
    others = known - _PRINT - _FILLERS - set(words_of(song))
    if known & _PRINT and all(word.isdigit() for word in others):
        return "a mix"
    if is_instrument:
        return ""
    if known & _CLICK or pairs & _CLICK_PAIRS or words in (("cue",), ("tb",)):
        return "a click or cue"
    return "a mix" if known & _MIX or pairs & _PAIRS_OF_WORDS else ""


def side_of(name: str) -> tuple[str, int] | None:
    """A half of a stereo pair: the pair's name, and 0 for left or 1 for right; None for no half.

    >>> side_of("Piano.L"), side_of("OH_R_57"), side_of("OHL"), side_of("Bell")
    (('Piano', 0), ('OH_57', 1), ('OH', 0), None)
    """
    found = [match for match in re.finditer(r"[^\W_]+", name) if normal(match[0]) in _SIDES]
    if found:
        match = found[-1]
        rest = _without(name, match.start(), match.end())
        is_hand = words_of(name[match.end() :])[:1] in _HANDS  # a pianist's, not a side
        return (rest, _SIDES[normal(match[0])]) if rest and not is_hand else None
    if len(name) > 2 and name[-1] in "LR" and name[-2].isalnum():
        return name[:-1], "LR".index(name[-1])
    return None


def _without(name: str, start: int, stop: int) -> str:
    """A name without one word, and without the brackets or separators that held it."""
    left, right = name[:start].rstrip(_SEPARATORS + "([{"), name[stop:].lstrip(")]}")
    if not left:
        return right.lstrip(_SEPARATORS)
    return (left + right).strip(_SEPARATORS)


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
    found = [list(_WORD.finditer(name)) for name in names]
    worded = [tuple(normal(match[0]) for match in matches) for matches in found]
    title = _shared_start(worded)
    has_title = [words[: len(title)] == title for words in worded]
    rests = [
        name[matches[len(title) - 1].end() :].strip(_SEPARATORS + ")]}") if titled else name
        for name, matches, titled in zip(names, found, has_title, strict=True)
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
    counts = Counter(map(normal, names))
    full = [
        f"{folder}/{name}" if counts[normal(name)] > 1 and folder else name
        for name, folder in zip(names, folders, strict=True)
    ]
    given = set(map(normal, full))
    found: dict[str, str] = {}
    for name in full:
        number, distinct = 1, name
        while normal(distinct) in found or (number > 1 and normal(distinct) in given):
            number += 1
            distinct = f"{name} ({number})"
        found[normal(distinct)] = distinct
    return tuple(found.values())
