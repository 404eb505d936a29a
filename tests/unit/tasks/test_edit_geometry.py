"""What edits do to pieces: they lose nothing, double no attack, and stay where they should."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.items import Piece
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import render_pieces
from bridge.tasks.edit.geometry import Edit, Kind, change

WHOLE = Piece(source="a", position_s=0.0, length_s=4.0, key="one")


def clicks(*times_s: float) -> np.ndarray:
    wave = np.zeros(4 * SAMPLE_RATE, dtype=np.float32)
    for time_s in times_s:
        wave[round(time_s * SAMPLE_RATE)] = 1.0
    return wave


def heard(pieces: tuple[Piece, ...], *times_s: float) -> list[float]:
    out = render_pieces(pieces, {"a": clicks(*times_s)}, 4.0)
    return [round(place / SAMPLE_RATE, 4) for place in np.flatnonzero(out > 0.5)]


@given(late_ms=st.floats(-60.0, 60.0).filter(lambda ms: abs(ms) > 5.0))
def test_a_hit_moves_and_its_neighbours_sound_once(late_ms: float) -> None:
    late = round(late_ms) / 1000.0
    hits = (1.0, 2.0 + late, 3.0)
    edit = Edit(kind=Kind.TIMING, start_s=2.0 + late, end_s=3.0, by_s=-late)
    after = edit.apply([WHOLE])
    assert heard(after, *hits) == [1.0, 2.0, 3.0]
    assert {piece.key for piece in after} == {"one"}


@given(late_ms=st.integers(5, 60), gap=st.booleans())
def test_the_time_line_has_no_hole_after_a_move(late_ms: int, gap: bool) -> None:
    edit = Edit(kind=Kind.TIMING, start_s=2.0, end_s=3.0, by_s=late_ms / (-1e3 if gap else 1e3))
    pieces = sorted(edit.apply([WHOLE]), key=lambda piece: piece.position_s)
    for left, right in pairwise(pieces):
        assert left.end_s >= right.position_s


def test_a_pause_is_muted_and_stays_in_the_item() -> None:
    edit = Edit(kind=Kind.GAP, start_s=1.0, end_s=2.0)
    after = edit.apply([WHOLE])
    assert [(p.position_s, p.end_s, p.is_muted) for p in after] == [
        (0.0, 1.0, False), (1.0, 2.0, True), (2.0, 4.0, False),
    ]  # fmt: skip
    assert heard(after, 0.5, 1.5, 2.5) == [0.5, 2.5]


def test_heads_and_tails_are_trimmed_and_faded() -> None:
    head = Edit(kind=Kind.HEAD, start_s=0.0, end_s=0.5)
    tail = Edit(kind=Kind.TAIL, start_s=4.0, end_s=3.0)
    (after,) = tail.apply(head.apply([WHOLE]))
    assert (after.position_s, after.end_s, after.offset_s) == (0.5, 3.0, 0.5)
    assert min(after.fade_in_s, after.fade_out_s) > 0.0


def test_a_join_overlaps_by_its_fade() -> None:
    left, right = WHOLE.cut(0.0, 2.0), WHOLE.cut(2.0, 4.0)
    first, second = Edit(kind=Kind.JOIN, start_s=2.0, fade_s=0.01).apply([left, right])
    assert first.end_s - second.position_s == pytest.approx(0.01)
    assert first.fade_out_s == pytest.approx(0.01) == second.fade_in_s


def test_a_hole_is_closed_with_what_lies_before_the_right_piece() -> None:
    left, right = WHOLE.cut(0.0, 2.0), WHOLE.cut(2.05, 4.0)
    after = Edit(kind=Kind.HOLE, start_s=2.0, end_s=2.05).apply([left, right])
    assert heard(after, 2.02, 3.0) == [2.02, 3.0]


def test_another_take_is_played_by_muting_the_first() -> None:
    other = Piece(source="b", position_s=0.0, length_s=4.0, is_muted=True)
    after = Edit(kind=Kind.TAKE, start_s=0.0, other=other).apply([WHOLE, other])
    assert {piece.source: piece.is_muted for piece in after} == {"a": True, "b": False}


@given(st.lists(st.integers(1, 18), min_size=1, max_size=6, unique=True))
def test_a_set_is_one_change_and_its_inverse_is_what_stood_there(starts: list[int]) -> None:
    edits = [Edit(kind=Kind.GAP, start_s=0.2 * n, end_s=0.2 * n + 0.1) for n in starts]
    before, after = change([WHOLE], edits)
    assert before == (WHOLE,)
    assert sum(piece.is_muted for piece in after) == len(edits)
    assert sum(piece.length_s for piece in after) == pytest.approx(4.0)


@pytest.mark.parametrize(
    "kind", [Kind.GAP, Kind.TAIL, Kind.JOIN, Kind.HOLE, Kind.TIMING, Kind.TAKE]
)
def test_pieces_that_are_others_by_now_are_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match=r"plays|ends|named"):
        Edit(kind=kind, start_s=7.0, end_s=8.0).apply([WHOLE])
