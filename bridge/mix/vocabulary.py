"""The table of words in `bridge/data/names.toml`, and finding them in a name."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

from bridge.mix.names import Word, fold_word, is_unspaced, split_words


class Use(StrEnum):
    """How a word decides; the keys of the table, which says what each means."""

    NAMES = "names"
    LAST = "last"
    LETTERS = "letters"
    HINTS = "hints"
    ALWAYS = "always"
    ALONE = "alone"
    TITLE = "title"
    WORDS = "words"
    ROUTING = "routing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """What a word of the table says.

    Attributes:
        section: Its section of the table.
        use: How it decides there.
        role: The role of that section, empty where it is no instrument.
        kind: What the section is instead, such as "click"; empty for instruments.
        is_first: Whether its language puts the main word first, as in "Reverb voz".
    """

    section: str
    use: Use
    role: str = ""
    kind: str = ""
    is_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A word or phrase of a name.

    Attributes:
        text: What was found, joined.
        sense: What the table says of it; None for a word that it does not know.
        is_capital: Whether it is written in capitals.
    """

    text: str
    sense: Sense | None
    is_capital: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The table, ready for looking up.

    Attributes:
        words: By their letters, blanks taken out.
        phrases: Those with words of one letter, or any number ("#"), word by word.
        pieces: What an unknown word may be joined of.
        longest: Letters of the longest word in a script without blanks.
    """

    words: dict[str, Sense]
    phrases: dict[tuple[str, ...], Sense]
    pieces: frozenset[str]
    longest: int


_Span: TypeAlias = tuple[int, int, Sense | None]
"""From where to where in a run of letters, and what stands there; None where nothing is known."""

_MAX_PHRASE: Final = 6
_MIN_JOINED: Final = 4
_MIN_PIECE: Final = 4
_ROUTED_NUMBER: Final = Sense(section="neutral", use=Use.ROUTING)


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    """Read the table that is shipped.

    Raises:
        ValueError: If a word has two meanings; a test keeps that from being shipped.
    """
    table = tomllib.loads((files("bridge") / "data" / "names.toml").read_text(encoding="utf-8"))
    compounds = table.pop("compounds")
    words: dict[str, Sense] = {}
    phrases: dict[tuple[str, ...], Sense] = {}
    pieces = {word for text in compounds["pieces"].values() for word in _listed(text)}
    never = set(_listed(compounds["never"]))
    for section, sense, spelling in _entries(table):
        parts = tuple(fold_word(spelling).replace("-", " ").split())
        known: Sense | None
        if len(parts) > 1 and any(len(part) == 1 and not is_unspaced(part) for part in parts):
            known = phrases.setdefault(parts, sense)
        else:
            joined = "".join(parts)
            known = words.setdefault(joined, sense)
            if sense.use in (Use.NAMES, Use.LAST) and len(parts) == 1 and len(joined) >= _MIN_PIECE:
                pieces.add(joined)
        if (known.section, known.use) != (section, sense.use):
            raise ValueError(f"{spelling!r} stands in {section} and in {known.section}")
    return Vocabulary(
        words=words,
        phrases=phrases,
        pieces=frozenset(pieces - never),
        longest=max(len(word) for word in words if is_unspaced(word[-1])),
    )


def find_words(name: str) -> tuple[Found, ...]:
    """The words and phrases of a name, in order; the longest that the table has come first.

    >>> [(found.text, found.sense and found.sense.section) for found in find_words("KickIn Zyx 57")]
    [('kick', 'kick'), ('in', 'neutral'), ('zyx', None), ('57', 'neutral')]
    """
    vocabulary = load_vocabulary()
    words = split_words(name)
    found: list[Found] = []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + _MAX_PHRASE), start, -1):
            part = words[start:end]
            sense = _phrase(vocabulary, part)
            if sense and not _is_numbered(vocabulary, part, sense):
                text = "".join(word.text for word in part)
                capital = all(word.is_capital for word in part)
                found.append(Found(text=text, sense=sense, is_capital=capital))
                start = end
                break
        else:
            found += _parts_of(vocabulary, words[start])
            start += 1
    return tuple(found)


def _is_numbered(vocabulary: Vocabulary, words: Sequence[Word], sense: Sense) -> bool:
    """Whether this is a plain word with a side or a number: "Vox L" is a vox, not a "voxl"."""
    if len(words) < 2:
        return False
    plain, last = _phrase(vocabulary, words[:-1]), words[-1].text
    if not plain or not plain.role:
        return False
    is_shorter = sense.use is Use.LETTERS and plain.use is not Use.LETTERS
    return last in _SIDES or (last.isdecimal() and is_shorter)


def _phrase(vocabulary: Vocabulary, words: Sequence[Word]) -> Sense | None:
    texts = tuple(word.text for word in words)
    if len(words) > 1:
        joined = "".join(texts)
        is_close = all(word.gap in ("", ".", "/", "-") for word in words[1:])
        numbered = tuple("#" if text.isdecimal() else text for text in texts)
        return (
            vocabulary.phrases.get(texts)
            or (vocabulary.words.get(joined) if is_close or len(joined) >= _MIN_JOINED else None)
            or vocabulary.phrases.get(numbered)
        )
    return _find(vocabulary, texts[0])


def _find(vocabulary: Vocabulary, word: str) -> Sense | None:
    """A word of the table, the plural of one, or one that is drawn out (AHHHH)."""
    forms = [word, _DRAWN_OUT.sub(r"\1\1", word)]
    if len(word) > 2 and word.isascii():
        if word[-1] == "s" or (word[-1] == "z" and len(word) > 3):
            forms.append(word[:-1])
        if word.endswith("ies"):
            forms.append(word[:-3] + "y")
        elif word.endswith("es") and len(word) > 5:
            forms.append(word[:-2])
    return next((vocabulary.words[form] for form in forms if form in vocabulary.words), None)


_SIDES: Final = frozenset({"l", "r"})

_DRAWN_OUT: Final = re.compile(r"([a-z])\1{2,}")


def _parts_of(vocabulary: Vocabulary, word: Word) -> Iterator[Found]:
    """What a word that the table does not have as a whole is made of."""
    if word.text[0].isdecimal():  # 2, or 2nd
        yield Found(text=word.text, sense=_ROUTED_NUMBER)
    elif word.is_unspaced:
        yield from _unspaced_parts(vocabulary, word.text)
    else:
        parts = _compound(vocabulary, word.text)
        if parts is None:
            yield Found(text=word.text, sense=None)
        else:
            for part in parts:
                yield Found(text=part, sense=_sense_in_compound(vocabulary, part))


def _sense_in_compound(vocabulary: Vocabulary, part: str) -> Sense:
    """What is short or weak alone says nothing in a joined word: "Outright" is no output."""
    sense = _find(vocabulary, part)
    is_weak = sense is None or sense.use in (Use.ALONE, Use.LETTERS, Use.TITLE)
    return Sense(section="neutral", use=Use.WORDS) if sense is None or is_weak else sense


def _compound(vocabulary: Vocabulary, word: str) -> list[str] | None:
    """The fewest pieces that make up the whole word, one of them an instrument or a master."""
    best: list[list[str] | None] = [[], *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if before is None or piece not in vocabulary.pieces:
                continue
            now = best[end]
            if now is None or len(before) + 1 < len(now):
                best[end] = [*before, piece]
    return best[-1]


def _unspaced_parts(vocabulary: Vocabulary, text: str) -> Iterator[Found]:
    """The words of a run of Kana, Han or Hangul: the longest first, from left to right."""
    spans: list[_Span] = []
    start = 0
    while start < len(text):
        for end in range(min(len(text), start + vocabulary.longest), start, -1):
            sense = vocabulary.words.get(text[start:end])
            if sense:
                spans.append((start, end, sense))
                start = end
                break
        else:
            if spans and spans[-1][2] is None:
                spans[-1] = (spans[-1][0], start + 1, None)
            else:
                spans.append((start, start + 1, None))
            start += 1
    # None stands for the ends of the run, so that each span has a neighbour at both sides.
    for before, (start, end, sense), after in zip(
        (None, *spans[:-1]), spans, (*spans[1:], None), strict=True
    ):
        known = sense if _stands_for_itself(text, start, end, before, after) else None
        yield Found(text=text[start:end], sense=known)


def _stands_for_itself(
    text: str, start: int, end: int, before: _Span | None, after: _Span | None
) -> bool:
    """Whether a word in a run without blanks is meant, and no part of another.

    It is at an end of the run or beside a word that is known. Within letters that are not, it is
    likely to be something else: カスタム (custom) holds タム (tom). Two Han say enough by
    themselves, and one does at the end of its run, where the main word stands.
    """
    strange = [other for other in (before, after) if other and other[2] is None]
    if not strange:
        return True
    is_han = _is_han(text[start])
    if is_han and (end - start > 1 or after is None):
        return True
    shortest = 3 if text[start] <= "\u30ff" else 2
    left_over = sum(other[1] - other[0] for other in strange)
    return len(strange) == 1 and end - start >= shortest and left_over > 1


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff"


def _entries(table: dict[str, Any]) -> Iterator[tuple[str, Sense, str]]:
    """Every spelling with its section and sense; German ones with ae for ä as well."""
    for section, uses in table.items():
        role, kind = uses.pop("role", ""), uses.pop("kind", "")
        for use, languages in uses.items():
            for language, text in languages.items():
                is_first = language in _MAIN_WORD_FIRST
                sense = Sense(
                    section=section, use=Use(use), role=role, kind=kind, is_first=is_first
                )
                for spelling in _listed(text):
                    yield section, sense, spelling
                    expanded = spelling.translate(_UMLAUTS)
                    if language == "de" and expanded != spelling:
                        yield section, sense, expanded


_MAIN_WORD_FIRST: Final = frozenset({"fr", "es", "pt", "it"})
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def _listed(text: str) -> list[str]:
    """The words between the commas."""
    return [" ".join(word.split()) for word in text.split(",") if word.strip()]
