"""Names as people and systems write them: one form to compare them in, and their words."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


def fold_name(name: str) -> str:
    """The form in which two names are compared: composed, case folded, without outer blanks.

    macOS spells "Fläche" as a letter and an accent, everybody else as one letter. This is the
    caseless match of the Unicode Standard (5.18, section 3.13, D145), made shorter by NFC.

    >>> fold_name(" FLA\u0308CHE ") == fold_name("fl\u00e4che")
    True
    """
    decomposed = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFC", decomposed).strip()


def is_same_name(one: str, other: str) -> bool:
    """Whether a person means the same by both."""
    return fold_name(one) == fold_name(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a name.

    Attributes:
        text: Its letters as the table of words has them: small, and Latin ones without accents.
        gap: What stands between the word before and this one.
        is_capital: Whether it is written in two capitals or more, which abbreviations are.
        is_unspaced: Whether its script puts no blanks between words.
        start: Where it begins in the name's NFKC form.
        end: Where it ends there.
    """

    text: str
    gap: str
    is_capital: bool
    is_unspaced: bool
    start: int
    end: int


def split_words(name: str) -> tuple[Word, ...]:
    """The words of a name: at blanks and marks, at digits, at CamelCase and at a change of script.

    >>> [word.text for word in split_words("04_SnTop-2 BGVs KIn ベースDI")]
    ['04', 'sn', 'top', '2', 'bgvs', 'k', 'in', 'ベース', 'di']
    """
    composed = unicodedata.normalize("NFKC", name)
    places = [at for at, letter in enumerate(composed) if letter not in _APOSTROPHES]
    text = "".join(composed[at] for at in places)
    classes = "".join(map(_class_of, text))
    for found in _ORDINAL.finditer(text):  # "2nd" is a number
        classes = classes[: found.start()] + "0" * len(found[0]) + classes[found.end() :]
    # The s of BGVs is no word: small letters after capitals are one only where there are more.
    classes = _PLURAL.sub(
        lambda found: f"{found[1]}p" if text[found.end() - 1] == "s" else found[0], classes
    )
    words, end = [], 0
    for found in _WORD.finditer(classes):
        part = text[found.start() : found.end()]
        words.append(
            Word(
                text=fold_word(part),
                gap=text[end : found.start()],
                is_capital=len(part) > 1 and found[0].rstrip("p").strip("U") == "",
                is_unspaced=found[0][0] in "khg",
                start=places[found.start()],
                end=places[found.end() - 1] + 1,
            )
        )
        end = found.end()
    return tuple(words)


def is_unspaced(letter: str) -> bool:
    """Whether a letter's script puts no blanks between words, or not always: Kana, Han, Hangul."""
    return _class_of(letter) in "khg"


def fold_word(text: str) -> str:
    """Small letters, and Latin ones without their accents: people leave those out.

    >>> fold_word("Ch\u0153ur"), fold_word("FL\u00dcGEL"), fold_word("\u0451"), fold_word("\u30d9")
    ('choeur', 'flugel', '\u0435', '\u30d9')
    """
    if text.isascii():
        return text.casefold()
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(map(_without_accent, composed)).translate(_LIGATURES)


@lru_cache(maxsize=4096)
def _without_accent(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)
    is_plain_known = plain[0] < "\u0250" or plain[0] == "\u0435"  # Latin, or the Cyrillic ye of yo
    return plain[0] if is_plain_known else letter


_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_APOSTROPHES: Final = "'\u2019\u02bc`\u00b4"

_ORDINAL: Final = re.compile(r"\d+(st|nd|rd|th)(?![^\W\d_])", re.IGNORECASE)

# Classes of letters: U capital, l small or without case, p the s of a plural, 0 digit, k Kana,
# h Han, g Hangul; anything else separates.
_WORD: Final = re.compile(r"0+|k+|h+|g+|U{2,}p|U[lp]+|U+(?![lp])|[lp]+")
_PLURAL: Final = re.compile(r"(UU)l(?![lU0])")
_UNSPACED: Final = (
    ("k", "\u3041", "\u30ff"),
    ("h", "\u3400", "\u9fff"),
    ("h", "\uf900", "\ufaff"),
    ("g", "\uac00", "\ud7a3"),
    ("g", "\u1100", "\u11ff"),
)


@lru_cache(maxsize=4096)
def _class_of(letter: str) -> str:
    if letter.isdecimal():
        return "0"
    for name, first, last in _UNSPACED:
        if first <= letter <= last and letter != "・":
            return name
    if letter.isnumeric():  # digits that are no decimal ones
        return "0"
    if letter.isupper() or letter.istitle():
        return "U"
    is_part_of_word = letter.isalpha() or unicodedata.category(letter) in ("Mn", "Mc")
    return "l" if is_part_of_word else " "
