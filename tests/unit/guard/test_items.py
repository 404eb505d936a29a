"""What no edit of an item may do."""

from dataclasses import replace

import pytest

from bridge.guard.items import refuse_edit
from bridge.mix.items import Piece, encode_item

PIECE = Piece(source="/a.wav", position_s=1.0, length_s=4.0, offset_s=0.5)
TEXT = encode_item([PIECE])


def test_trims_fades_splits_and_small_moves_are_allowed() -> None:
    left, right = PIECE.cut(1.0, 2.0), PIECE.cut(2.0, 5.0)
    for after in (
        [replace(left, fade_out_s=0.01)],
        [left, replace(right, is_muted=True)],
        [left, replace(right, position_s=right.position_s - 0.08)],
    ):
        assert refuse_edit(TEXT, encode_item(after)) == ""


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ([replace(PIECE, is_muted=True)], "nothing of the item would be heard"),
        ([], "nothing of the item would be heard"),
        ([replace(PIECE, source="/b.wav")], "it would play /b.wav"),
        ([replace(PIECE, position_s=1.081)], "a sound would move by 81 ms, 80 at most"),
        ([replace(PIECE, offset_s=-0.2, position_s=0.3)], "begin before its file"),
        ([replace(PIECE, fade_in_s=0.6)], "a fade would be longer"),
        ([replace(PIECE, length_s=0.2, fade_in_s=0.15, fade_out_s=0.15)], "a fade would be longer"),
        ([replace(PIECE, gain_db=1.0)], "its gain would change"),
        ([PIECE] * 401, "401 pieces"),
    ],
)
def test_anything_else_is_refused(after: list[Piece], why: str) -> None:
    assert why in refuse_edit(TEXT, encode_item(after))


def test_items_in_a_form_of_the_daws_own_are_left_to_it() -> None:
    assert refuse_edit("a", "b") == ""
    assert "expected" in refuse_edit(TEXT, "b")


LAUNCHED = Piece(source="/a.wav", position_s=0.5, length_s=4.0, offset_s=0.5)


def test_only_the_ends_of_a_launched_item_are_trimmed() -> None:
    text = encode_item([LAUNCHED], is_launched=True)
    assert refuse_edit(text, encode_item([LAUNCHED.cut(1.0, 3.0)], is_launched=True)) == ""
    left, right = LAUNCHED.cut(0.5, 2.0), LAUNCHED.cut(2.0, 4.5)
    longer = replace(LAUNCHED, length_s=5.0)
    faded = replace(LAUNCHED, fade_in_s=0.01)
    moved = replace(LAUNCHED, position_s=0.55)
    for after in ([left, right], [longer], [faded], [moved]):
        why = refuse_edit(text, encode_item(after, is_launched=True))
        assert "only its ends can be trimmed" in why
