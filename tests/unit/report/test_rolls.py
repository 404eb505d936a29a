"""Piano rolls as SVG: a rectangle a note, grey where all play it."""

import re

from bridge.mix.phrases import PhraseNote, phrase_of
from bridge.report.rolls import piano_rolls

SHARED = PhraseNote(0.0, 40, 1.0, 90)
A = phrase_of([SHARED, PhraseNote(2.0, 43, 0.5, 90)], 8.0)
B = phrase_of([SHARED, PhraseNote(4.0, 38, 4.0, 90)], 8.0)


def rectangles(svg: str) -> list[tuple[str, float, float]]:
    """Fill, left edge and width of each note."""
    found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" [^>]*? fill="(#\w+)"', svg)
    return [(fill, float(left), float(width)) for left, width, fill in found]


def test_what_all_play_is_grey_and_what_differs_has_the_colour_of_its_variant() -> None:
    first, a, second, b = rectangles(piano_rolls([("A", A), ("B", B)], length=8.0))
    assert first == second
    assert len({first[0], a[0], b[0]}) == 3
    assert [each[1:] for each in (first, a, b)] == [(0.0, 90.0), (180.0, 45.0), (360.0, 360.0)]


def test_one_phrase_alone_is_not_grey_and_none_is_an_empty_picture() -> None:
    (both,) = {fill for fill, _, _ in rectangles(piano_rolls([("A", A)], length=8.0))}
    (first, _, _, _) = rectangles(piano_rolls([("A", A), ("B", B)], length=8.0))
    assert both != first[0]
    assert rectangles(piano_rolls([], length=8.0)) == []


def test_words_are_escaped() -> None:
    assert "A &lt; B" in piano_rolls([("A < B", A)], length=8.0)
