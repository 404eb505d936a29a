"""Phrases as texts: one text for the same notes, and nothing that can be no phrase."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RefusedError
from bridge.mix.phrases import (
    PhraseNote,
    decode_phrase,
    is_same_phrase,
    phrase_of,
    range_of,
)

notes = st.builds(
    PhraseNote,
    st.floats(0.0, 15.9),
    st.integers(0, 127),
    st.floats(0.01, 4.0),
    st.integers(1, 127),
)


@given(st.lists(notes, max_size=40))
def test_a_phrase_is_its_text(made: list[PhraseNote]) -> None:
    phrase = phrase_of(made, 16.0)
    assert decode_phrase(phrase.text) == phrase
    assert is_same_phrase(phrase.text, phrase.text)


@given(st.lists(notes, max_size=40))
def test_no_key_is_pressed_while_it_is_down(made: list[PhraseNote]) -> None:
    ends: dict[int, float] = {}
    for note in phrase_of(made, 16.0).notes:
        assert note.start >= ends.get(note.pitch, 0.0) - 1e-9
        ends[note.pitch] = note.start + note.length
        assert ends[note.pitch] <= 16.0 + 1e-9


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"length": 14.0, "notes": []}, "whole bars"),
        ({"length": 400.0, "notes": []}, "whole bars"),
        ({"length": 16.0, "notes": [[17.0, 60, 1.0, 90]]}, "not within"),
        ({"length": 16.0, "notes": [[0.0, 128, 1.0, 90]]}, "pitch 0 to 127"),
        ({"length": 16.0, "notes": [[0.0, 60, 1.0, 0]]}, "velocity 1 to 127"),
        ({"length": 16.0, "notes": [[float("nan"), 60, 1.0, 90]]}, "not within"),
        ({"length": 16.0, "notes": [[0.0, 60, 0.5, 90]] * 5000}, "at most 512 notes"),
        ({"length": 16.0}, "expected"),
        ([1, 2], "expected"),
    ],
)
def test_what_can_be_no_phrase_is_one_sentence(body: object, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        decode_phrase(json.dumps(body))


def test_a_daws_rounding_makes_no_other_phrase() -> None:
    phrase = phrase_of([PhraseNote(1 / 3, 60, 0.5, 90), PhraseNote(1.0, 64, 0.5, 90)], 4.0)
    rounded = {"length": 4.0, "notes": [[0.3333, 60, 0.5, 91], [1.0, 64, 0.4999, 90]]}
    assert is_same_phrase(phrase.text, json.dumps(rounded))
    rounded["notes"] = [[0.3333, 61, 0.5, 91], [1.0, 64, 0.4999, 90]]
    assert not is_same_phrase(phrase.text, json.dumps(rounded))
    assert not is_same_phrase(phrase.text, "la la")


def test_the_range_of_a_track_is_what_it_uses_and_a_little_more() -> None:
    assert range_of([]) is None
    wide = phrase_of([PhraseNote(0.0, 30, 1.0, 90), PhraseNote(1.0, 60, 1.0, 90)], 4.0)
    assert range_of([wide]) == (23, 67)
    narrow = phrase_of([PhraseNote(0.0, 40, 1.0, 90)], 4.0)
    low, high = range_of([narrow]) or (0, 0)
    assert high - low == 24
