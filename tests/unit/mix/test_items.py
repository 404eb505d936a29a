"""Items of audio as text: what goes in comes out, and a DAW's rounding is no difference."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import DialectError
from bridge.mix.content_events import ContentKind
from bridge.mix.contents import is_same_text
from bridge.mix.items import Piece, decode_item, encode_item, is_same_item, item_rate

times = st.floats(0.0, 4000.0)
pieces = st.builds(
    Piece,
    source=st.text(
        st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20
    ),
    position_s=times,
    length_s=times,
    offset_s=times,
    fade_in_s=st.floats(0.0, 1.0),
    fade_out_s=st.floats(0.0, 1.0),
    gain_db=st.floats(-60.0, 12.0),
    is_muted=st.booleans(),
)  # fmt: skip
PIECE = Piece(source="/a.wav", position_s=1.0, length_s=4.0, offset_s=0.5, fade_in_s=0.01)


@given(st.lists(pieces, max_size=6))
def test_an_item_is_the_same_after_the_text(some: list[Piece]) -> None:
    text = encode_item(some, rate=48_000)
    assert encode_item(decode_item(text), rate=48_000) == text
    assert is_same_item(text, encode_item(reversed(some), rate=48_000))
    assert item_rate(text) == 48_000


@pytest.mark.parametrize("name", ["position_s", "length_s", "offset_s", "fade_in_s"])
def test_a_sample_more_or_less_is_no_difference(name: str) -> None:
    rounded = replace(PIECE, **{name: getattr(PIECE, name) + 1.0 / 48_000})
    moved = replace(PIECE, **{name: getattr(PIECE, name) + 0.001})
    one = encode_item([PIECE])
    assert is_same_text(ContentKind.ITEM, one, encode_item([rounded]))
    assert not is_same_text(ContentKind.ITEM, one, encode_item([moved]))


def test_a_muted_piece_and_one_of_another_file_are_others() -> None:
    one = encode_item([PIECE])
    assert not is_same_item(one, encode_item([replace(PIECE, is_muted=True)]))
    assert not is_same_item(one, encode_item([replace(PIECE, source="/b.wav")]))
    assert not is_same_item(one, encode_item([PIECE, PIECE]))


def test_a_cut_keeps_each_sound_where_it_is() -> None:
    part = PIECE.cut(2.0, 3.0)
    assert (part.position_s, part.length_s, part.offset_s) == (2.0, 1.0, 1.5)
    assert part.shift_s == PIECE.shift_s
    assert part.fade_in_s == 0.0
    assert PIECE.cut(0.0, 3.0).fade_in_s == PIECE.fade_in_s


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", '{"files":["a"],"pieces":[[0,1,2]],"rate":0}', "null",
     '{"files":["a"],"pieces":[[1,0,1,0,0,0,0,0]],"rate":0}',
     '{"files":["a"],"pieces":[[0,NaN,1,0,0,0,0,0]],"rate":0}'],
)  # fmt: skip
def test_what_is_no_item_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(DialectError, match="An item: expected"):
        decode_item(text)
