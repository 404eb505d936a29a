"""Strips that belong together by their names: halves of a stereo pair, microphones of one source.

A name says which half a strip is only beside the other half: "OH L" and "OH R" are a pair, a "Gtr
L" alone is a guitar on the left. So nothing here looks at one name by itself.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bridge.mix.names import fold_word, split_words
from bridge.mix.params import MOVABLE, Param
from bridge.mix.roles import Role, TrackKind, read_name

_HALVES: Final[tuple[tuple[str, str], ...]] = (
    ("l", "r"),
    ("left", "right"),
    ("lt", "rt"),
    ("lf", "rt"),
    ("lft", "rgt"),
    ("links", "rechts"),
    ("li", "re"),
    ("gauche", "droite"),
    ("gauche", "droit"),
    ("g", "d"),
    ("izquierda", "derecha"),
    ("izquierdo", "derecho"),
    ("izq", "der"),
    ("esquerda", "direita"),
    ("esquerdo", "direito"),
    ("esq", "dir"),
    ("sinistra", "destra"),
    ("sinistro", "destro"),
    ("sx", "dx"),
    ("linker", "rechter"),
    ("左", "右"),
    ("レフト", "ライト"),
    ("왼쪽", "오른쪽"),
    ("좌", "우"),
    ("лево", "право"),
    ("левый", "правый"),
    ("левая", "правая"),
    ("лев", "прав"),
    ("vanster", "hoger"),
    ("л", "п"),
)
"""Words for left and right, as `fold_word` has them, in the languages of the table of words."""

_HANDS: Final[dict[str, frozenset[str]]] = {
    "hand": frozenset({"left", "right", "linke", "rechte"}),
    "main": frozenset({"gauche", "droite"}),
    "mano": frozenset({"izquierda", "derecha", "izq", "der", "sinistra", "destra", "sx", "dx"}),
    "mao": frozenset({"esquerda", "direita", "esq", "dir"}),
}
"""Words for a pianist's hand, with the sides beside which they mean one."""

SHARED: Final[tuple[Param, ...]] = tuple(each for each in MOVABLE if each is not Param.PAN)
"""What both halves of a stereo pair have alike; who pans one alone tilts the whole sound."""

_SEPARATORS: Final = " \t._-–—~+,;:&"

_PLACES: Final[tuple[frozenset[str], ...]] = tuple(
    frozenset(map(fold_word, words.split()))
    for words in (
        "in out inside outside sub beater batter port reso shell hole",
        "top bottom bot btm up down under over upper lower",
        "di amp mic cab line direct",
        "front back rear",
        "near far close room rm distant",
        "hi high lo low mid",
        "innen außen",
        "oben unten",
        "haut bas dessus dessous",
        "dedans dehors",
        "arriba abajo",
        "dentro fuera fora",
        "cima baixo",
        "sopra sotto",
        "上 下",
        "内 外",
        "верх низ",
    )
)
"""Words for where the microphones of one source stand; a group's names differ within one row."""

_NUMBERED_MICS: Final = frozenset(
    {"mic", "mics", "mike", "micro", "mikro", "マイク", "话筒", "микрофон"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoPair:
    """Two strips that are the halves of one sound.

    Attributes:
        left: Place of the left half in the names, from 0.
        right: Place of the right half.
        name: What the left half is called without its side: "OH" of "OH L".
    """

    left: int
    right: int
    name: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A word, and where it stands in the name's NFKC form."""

    text: str
    start: int
    end: int


def find_stereo_pairs(names: Sequence[str]) -> tuple[StereoPair, ...]:
    """The strips whose names differ in nothing but left and right, in the order of the left ones.

    A half that two others would fit to is left alone: a wrong pair is worse than none.

    >>> find_stereo_pairs(["OH L", "Bass", "OH R", "Gtr L"])
    (StereoPair(left=0, right=2, name='OH'),)
    """
    halves: dict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    rests: dict[tuple[tuple[str, ...], int], str] = {}
    for place, name in enumerate(names):
        words = _words_of(name)
        texts = [word.text for word in words]
        for index, word in enumerate(words):
            for row, pair in enumerate(_HALVES):
                if word.text in pair and len(words) > 1 and not _is_hand(texts, index):
                    frame = (*texts[:index], f"<{row}>", *texts[index + 1 :])
                    halves[frame][pair.index(word.text)].append(place)
                    rests[frame, place] = _without(name, word)
    found: dict[int, set[int]] = defaultdict(set)
    for left, right in halves.values():
        for each in left:
            found[each] |= set(right)
        for each in right:
            found[each] |= set(left)
    pairs = {
        StereoPair(left=left[0], right=right[0], name=rests[frame, left[0]])
        for frame, (left, right) in halves.items()
        if len(left) == len(right) == 1 and len(found[left[0]]) == len(found[right[0]]) == 1
    }
    return tuple(sorted(pairs, key=lambda pair: pair.left))


@lru_cache(maxsize=16)
def pairs_of(names: tuple[str, ...]) -> tuple[StereoPair, ...]:
    """As `find_stereo_pairs`; the last answers are kept, since the names of a mix rarely change."""
    return find_stereo_pairs(names)


def _is_hand(texts: Sequence[str], index: int) -> bool:
    """Whether a word for a side tells of a hand: Left Hand, main gauche, mano izquierda."""
    beside = (*texts[max(index - 1, 0) : index], *texts[index + 1 : index + 2])
    return any(texts[index] in _HANDS.get(word, ()) for word in beside)


def _without(name: str, word: _Part) -> str:
    """A name without one word, and without the brackets or separators that held it."""
    name = unicodedata.normalize("NFKC", name)
    left, right = name[: word.start].rstrip(_SEPARATORS + "([{"), name[word.end :].lstrip(")]}")
    if not left:
        return right.lstrip(_SEPARATORS)
    return (left + right).strip(_SEPARATORS)


def find_mic_groups(names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Strips that are several microphones of one source: places in the names, from 0.

    Kick In and Kick Out, Snare Top and Bottom, Bass DI and Amp, Gtr Mic1 and Mic2, and the files
    Gtr.1 and Gtr.2 of one recording. What has no role, or may not be moved, is in none.

    >>> find_mic_groups(["Kick In", "Kick Out", "Snare", "Tom 1", "Tom 2"])
    ((0, 1),)
    """
    groups: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for place, name in enumerate(names):
        reading = read_name(name)
        if reading.role is Role.OTHER or reading.kind is not TrackKind.TRACK:
            continue
        for frame in _frames_of(name):
            groups[frame].add(place)
    found: list[tuple[int, ...]] = []
    used: set[int] = set()
    for places in sorted(groups.values(), key=lambda places: (-len(places), min(places))):
        if len(places) > 1 and not places & used:
            used |= places
            found.append(tuple(sorted(places)))
    return tuple(sorted(found))


def _frames_of(name: str) -> list[tuple[str, ...]]:
    """What a name is without the word that tells one microphone from another."""
    words = [word.text for word in _words_of(name)]
    frames = []
    for index, word in enumerate(words):
        rest = (*words[:index], *words[index + 1 :])
        frames += [
            (f"<{row}>", *rest) for row, row_words in enumerate(_PLACES) if word in row_words
        ]
        if word.isdecimal() and index:
            is_mic = words[index - 1] in _NUMBERED_MICS
            is_file = index == len(words) - 1 and split_words(name)[-1].gap == "."
            if is_mic or is_file:
                frames.append(("<number>", *rest))
    return [frame for frame in frames if len(frame) > 1]


def _words_of(name: str) -> tuple[_Part, ...]:
    """The words of a name, with OHL and GtrR taken apart."""
    words: list[_Part] = []
    for word in split_words(name):
        is_joined = word.is_capital and len(word.text) > 2 and word.text[-1] in "lr"
        if is_joined and read_name(word.text[:-1]).role is not Role.OTHER:
            words.append(_Part(word.text[:-1], word.start, word.end - 1))
            words.append(_Part(word.text[-1], word.end - 1, word.end))
        else:
            words.append(_Part(word.text, word.start, word.end))
    return tuple(words)
