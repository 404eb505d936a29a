"""Which strips belong together, by their names."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.pairs import find_mic_groups, find_stereo_pairs


def paired(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(names[pair.left], names[pair.right]) for pair in find_stereo_pairs(names)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("OH L", "OH R"),
        ("Piano.L", "Piano.R"),
        ("Gtr_L", "Gtr_R"),
        ("OHL", "OHR"),
        ("OH L COMP_01", "OH R COMP_01"),
        ("Room Left", "Room Right"),
        ("Room_Left_02", "Room_Right_02"),
        ("DrumsL", "DrumsR"),
        ("Keys (L)", "Keys (R)"),
        ("Raum links", "Raum rechts"),
        ("Guitare gauche", "Guitare droite"),
        ("Guitare G", "Guitare D"),
        ("Coro izq", "Coro der"),
        ("Violão esquerdo", "Violão direito"),
        ("Chitarra sx", "Chitarra dx"),
        ("ギター左", "ギター右"),
        ("기타 좌", "기타 우"),
        ("Гитара Л", "Гитара П"),
        ("L Gtr", "R Gtr"),
    ],
)  # fmt: skip
def test_halves_are_told_by_left_and_right(left: str, right: str) -> None:
    assert paired([right, "Bass", left]) == [(left, right)]


@pytest.mark.parametrize(
    "names",
    [
        ["Gtr L", "Gtr", "Bass"],
        ["Gtr L", "Keys R"],
        ["Gtr 1", "Gtr 2"],
        ["L", "R"],
        ["Gtr L", "Gtr L", "Gtr R"],
        ["Gtr 1 L", "Gtr 2 R"],
        ["Left", "Right"],
        [],
    ],
)
def test_what_is_no_pair_beyond_doubt_is_none(names: list[str]) -> None:
    assert paired(names) == []


def test_each_pair_finds_its_own_half() -> None:
    names = ["Gtr 1 L", "Gtr 2 R", "Gtr 2 L", "Gtr 1 R", "OH L", "OH R"]
    assert paired(names) == [("Gtr 1 L", "Gtr 1 R"), ("Gtr 2 L", "Gtr 2 R"), ("OH L", "OH R")]


@pytest.mark.parametrize(
    "group",
    [
        ["Kick In", "Kick Out", "Kick Sub"],
        ["Snare Top", "Snare Bottom"],
        ["SnTop", "SnBot"],
        ["Bass DI", "Bass Amp"],
        ["Gtr1Mic1", "Gtr1Mic2"],
        ["Gtr.1", "Gtr.2"],
        ["Kick innen", "Kick außen"],
        ["Caja arriba", "Caja abajo"],
        ["Leslie Hi", "Leslie Lo"],
    ],
)
def test_microphones_of_one_source_are_a_group(group: list[str]) -> None:
    names = ["Vox", *group, "Hat"]
    assert find_mic_groups(names) == (tuple(range(1, len(group) + 1)),)


@pytest.mark.parametrize(
    "names",
    [
        ["Tom 1", "Tom 2"],
        ["Track In", "Track Out"],
        ["Kick In", "Snare In"],
        ["Main In", "Main Out"],
    ],
)
def test_different_sources_are_no_group(names: list[str]) -> None:
    assert find_mic_groups(names) == ()


@given(st.lists(st.text(max_size=12), max_size=8))
def test_no_strip_is_in_two_pairs_or_two_groups(names: list[str]) -> None:
    halves = [half for pair in find_stereo_pairs(names) for half in (pair.left, pair.right)]
    assert len(halves) == len(set(halves))
    mics = [place for group in find_mic_groups(names) for place in group]
    assert len(mics) == len(set(mics))


@pytest.mark.parametrize(
    "names",
    [
        ("Piano Left Hand", "Piano Right Hand"),
        ("Piano main gauche", "Piano main droite"),
        ("Piano mano sinistra", "Piano mano destra"),
        ("Klavier linke Hand", "Klavier rechte Hand"),
        ("Piano mão esquerda", "Piano mão direita"),
    ],
)
def test_the_hands_of_a_pianist_are_no_sides_and_mains_are(names: tuple[str, str]) -> None:
    assert paired([*names, "Main Left", "Main Right"]) == [("Main Left", "Main Right")]


@pytest.mark.parametrize(
    ("left", "right", "name"),
    [
        ("Don’t Stop Gtr L", "Don’t Stop Gtr R", "Don’t Stop Gtr"),
        ("Keys (L)", "Keys (R)", "Keys"),
        ("OH_L_57", "OH_R_57", "OH_57"),
        ("DrumsL", "DrumsR", "Drums"),
        ("OHL", "OHR", "OH"),
        ("Left - Room", "Right - Room", "Room"),
        ("ギター左", "ギター右", "ギター"),
    ],
)
def test_a_pair_is_called_what_both_halves_are(left: str, right: str, name: str) -> None:
    assert [pair.name for pair in find_stereo_pairs([left, right])] == [name]
