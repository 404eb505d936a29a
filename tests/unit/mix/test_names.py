"""Names compared in one form, and taken apart into words."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.mix.names import fold_name, is_same_name, split_words
from bridge.mix.vocabulary import find_words, load_vocabulary


@given(st.text())
def test_a_folded_name_stays_as_it_is_and_knows_no_composition(name: str) -> None:
    folded = fold_name(name)
    assert fold_name(folded) == folded
    for form in ("NFC", "NFD"):
        assert fold_name(unicodedata.normalize(form, name)) == folded
    assert fold_name(f"\t {name}\u00a0 ") == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("Fläche", "Fla\u0308che"), ("BÄSSE", "bässe"), ("Caja ", "caja"), ("Straße", "STRASSE")],
)
def test_people_and_systems_spell_one_name_in_many_ways(one: str, other: str) -> None:
    assert is_same_name(one, other)


def test_an_accent_tells_names_apart() -> None:
    assert not is_same_name("Flache", "Fläche")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("04_Tom1", "04 tom 1"),
        ("SnTop_15", "sn top 15"),
        ("LDVocChDbl1", "ld voc ch dbl 1"),
        ("BGVs", "bgvs"),
        ("KIn", "k in"),
        ("OH's (Stereo)", "ohs stereo"),
        ("2nd Vox", "2nd vox"),
        ("L/R", "l r"),
        ("ベースDI", "ベース di"),
        ("電气Gtr左2", "電气 gtr 左 2"),
        ("ＫＩＣＫ", "kick"),
        ("ｷﾞﾀｰ", "ギター"),
        ("БасГитара", "бас гитара"),
        ("Fla\u0308che", "flache"),
        ("", ""),
        ("--- 🎸 ---", ""),
    ],
)
def test_a_name_is_taken_apart_into_words(name: str, words: str) -> None:
    assert " ".join(word.text for word in split_words(name)) == words


@given(st.text())
@example("\U00010320")  # a numeral of Old Italic
def test_no_letter_or_digit_of_a_name_is_lost(name: str) -> None:
    words = split_words(name)
    assert all(word.text for word in words)
    assert bool(words) >= any(letter.isalnum() for letter in unicodedata.normalize("NFKC", name))


def test_every_word_of_the_table_is_found_and_has_one_meaning() -> None:
    vocabulary = load_vocabulary()
    for word, sense in vocabulary.words.items():
        found = find_words(word)
        assert found
        if len(found) == 1 and found[0].text == word:
            assert found[0].sense == sense
    assert len(vocabulary.words) > 5000


@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("Leadgesangsspur", ["lead"]),
        ("SYNTHPIANO", ["keys", "piano"]),
        ("rising", []),
        ("bussing", []),
        ("outright", []),
        ("phantom", []),
        ("カスタム", []),
        ("マスタード", []),
        ("フロアタム", ["drums"]),
        ("エレキギターソロ", ["guitar"]),
    ],
)
def test_joined_words_are_cut_and_letters_inside_others_say_nothing(
    name: str, sections: list[str]
) -> None:
    telling = {
        found.sense.section
        for found in find_words(name)
        if found.sense and found.sense.section != "neutral"
    }
    assert telling == set(sections) or set(sections) <= telling
    assert bool(telling) == bool(sections)
