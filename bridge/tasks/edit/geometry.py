"""What an edit does to the pieces of a track. Every edit keeps the files as they are.

Where a hit is moved, both holes that this leaves are closed with what was there before the hit or
before the next one: the sound that was dying away is heard for some milliseconds more. Lengthening
the piece before a hole instead would play an attack twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bridge.mix.items import SAME_S, Piece

PRE_S: Final = 0.010
"""A hit is cut so long before its onset: onsets are found to some milliseconds."""

MOST_FADE_AT_HIT_S: Final = 0.008
"""A crossfade before a hit ends before its attack."""

_LEAST_S: Final = 0.002


class Kind(StrEnum):
    """What an edit is for; the dimensions of a person's taste."""

    GAP = "gap"
    """A pause is silenced: split and muted."""
    HEAD = "head"
    """The piece begins later."""
    TAIL = "tail"
    """The piece ends earlier."""
    FADE = "fade"
    """An edge that clicks is faded."""
    JOIN = "join"
    """Two pieces that touch are crossfaded."""
    TIMING = "timing"
    """A hit is moved towards the grid."""
    HOLE = "hole"
    """A short hole between two pieces is closed."""
    TAKE = "take"
    """Another take of the same stretch is played; only ever offered."""


KINDS: Final[tuple[Kind, ...]] = tuple(Kind)
KIND_INDEX: Final[dict[Kind, int]] = {kind: row for row, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit of one track; times are those of the time line, s.

    Attributes:
        kind: What it is.
        start_s: Where a pause begins; where a piece begins or ends now; the onset of a hit.
        end_s: Where a pause ends; where a piece shall begin or end; the onset of the next hit.
        by_s: How far a hit moves, negative for earlier.
        fade_s: How long fades and crossfades are.
        is_end: For a fade: whether it is the end of a piece.
        other: For a take: the piece that is to play instead.
        is_kept_beside: For a take: whether the DAW keeps it beside the item, so that `other` is no
            silent piece of it.
    """

    kind: Kind
    start_s: float
    end_s: float = 0.0
    by_s: float = 0.0
    fade_s: float = 0.005
    is_end: bool = False
    other: Piece | None = None
    is_kept_beside: bool = False

    def apply(self, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
        """The pieces of a track after it; those it does not concern are the same.

        Raises:
            ValueError: If the pieces are not those that it was made for.
        """
        return tuple(sorted(_APPLY[self.kind](self, list(pieces)), key=_order))


def _order(piece: Piece) -> tuple[float, str, float]:
    return piece.position_s, piece.source, piece.offset_s


def change(
    pieces: Iterable[Piece], edits: Iterable[Edit]
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """What some edits of one track replace, and by what; the last in time is applied first.

    Raises:
        ValueError: If the pieces are not those that the edits were made for.
    """
    first = tuple(sorted(pieces, key=_order))
    now = first
    for edit in sorted(edits, key=lambda edit: -edit.start_s):
        now = edit.apply(now)
    return tuple(p for p in first if p not in now), tuple(p for p in now if p not in first)


def _at(pieces: list[Piece], at_s: float) -> Piece:
    """The sounding piece that plays at a time."""
    for piece in pieces:
        if piece.position_s - SAME_S <= at_s < piece.end_s - SAME_S and not piece.is_muted:
            return piece
    raise ValueError(f"nothing plays at {at_s:.3f} s")


def _ending(pieces: list[Piece], at_s: float) -> Piece:
    for piece in pieces:
        if abs(piece.end_s - at_s) <= SAME_S and not piece.is_muted:
            return piece
    raise ValueError(f"no piece ends at {at_s:.3f} s")


def _swap(pieces: list[Piece], old: Iterable[Piece], new: Iterable[Piece]) -> list[Piece]:
    gone = list(old)
    return [piece for piece in pieces if piece not in gone] + [
        piece for piece in new if piece.length_s > _LEAST_S
    ]


def _silence(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    piece = _at(pieces, edit.start_s)
    if edit.end_s > piece.end_s + SAME_S:
        raise ValueError(f"the piece ends at {piece.end_s:.3f} s, before the pause does")
    left = replace(piece.cut(piece.position_s, edit.start_s), fade_out_s=edit.fade_s)
    right = replace(piece.cut(edit.end_s, piece.end_s), fade_in_s=edit.fade_s)
    middle = replace(piece.cut(edit.start_s, edit.end_s), is_muted=True)
    return _swap(pieces, [piece], [left, middle, right])


def _trim_head(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    piece = _at(pieces, edit.start_s)
    return _swap(
        pieces, [piece], [replace(piece.cut(edit.end_s, piece.end_s), fade_in_s=edit.fade_s)]
    )


def _trim_tail(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    piece = _ending(pieces, edit.start_s)
    cut = piece.cut(piece.position_s, edit.end_s)
    return _swap(pieces, [piece], [replace(cut, fade_out_s=edit.fade_s)])


def _fade(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    if edit.is_end:
        piece = _ending(pieces, edit.start_s)
        return _swap(pieces, [piece], [replace(piece, fade_out_s=edit.fade_s)])
    piece = _at(pieces, edit.start_s)
    return _swap(pieces, [piece], [replace(piece, fade_in_s=edit.fade_s)])


def _crossfade(left: Piece, right: Piece, fade_s: float) -> list[Piece]:
    """Let two pieces that touch overlap, half on each side; less where a file ends."""
    before = min(fade_s / 2, right.offset_s)
    left = replace(left, length_s=left.length_s + fade_s / 2, fade_out_s=before + fade_s / 2)
    right = replace(
        right,
        position_s=right.position_s - before,
        offset_s=right.offset_s - before,
        length_s=right.length_s + before,
        fade_in_s=before + fade_s / 2,
    )
    return [left, right]


def _join(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    left, right = _ending(pieces, edit.start_s), _at(pieces, edit.start_s)
    return _swap(pieces, [left, right], _crossfade(left, right, edit.fade_s))


def _close(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    """The right piece begins earlier, or with `is_end` the left one ends later."""
    left, right = _ending(pieces, edit.start_s), _at(pieces, edit.end_s)
    hole = edit.end_s - edit.start_s
    if edit.is_end:
        longer = replace(left, length_s=left.length_s + hole)
        return _swap(pieces, [left, right], _crossfade(longer, right, edit.fade_s))
    earlier = replace(
        right,
        position_s=right.position_s - hole,
        offset_s=right.offset_s - hole,
        length_s=right.length_s + hole,
    )
    return _swap(pieces, [left, right], _crossfade(left, earlier, edit.fade_s))


def _shift(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    piece = _at(pieces, edit.start_s - PRE_S)
    next_cut = min(edit.end_s - PRE_S, piece.end_s)
    if edit.by_s < 0.0:
        cut, back = edit.start_s - PRE_S + edit.by_s, next_cut + edit.by_s
    else:
        cut, back = edit.start_s - PRE_S, next_cut
    if cut <= piece.position_s + _LEAST_S:
        raise ValueError(f"the piece begins at {piece.position_s:.3f} s, after the hit's new place")
    fade = min(edit.fade_s, MOST_FADE_AT_HIT_S)
    is_last = edit.end_s - PRE_S >= piece.end_s - SAME_S
    left = piece.cut(piece.position_s, cut + fade)
    moved = replace(
        piece, position_s=piece.position_s + edit.by_s, fade_in_s=0.0, fade_out_s=0.0
    ).cut(cut, back if is_last else back + fade)
    new = [replace(left, fade_out_s=fade), replace(moved, fade_in_s=fade, fade_out_s=fade)]
    if is_last:
        new[1] = replace(new[1], fade_out_s=max(piece.fade_out_s, fade))
    else:
        new.append(replace(piece.cut(back, piece.end_s), fade_in_s=fade))
    return _swap(pieces, [piece], new)


def _choose(edit: Edit, pieces: list[Piece]) -> list[Piece]:
    if edit.other is None:
        raise ValueError("no other take is named")
    piece, other = _at(pieces, edit.start_s), edit.other
    if edit.is_kept_beside:
        return _swap(pieces, [piece], [play_instead(piece, other, edit.fade_s)])
    if other not in pieces:
        raise ValueError("the other take is gone")
    # What lies beyond the stretch stays there, silent, for the stretches beside it.
    is_longer = other.position_s < piece.position_s - SAME_S or other.end_s > piece.end_s + SAME_S
    return _swap(
        pieces,
        [piece, other],
        [
            replace(piece, is_muted=True),
            play_instead(piece, other, edit.fade_s),
            *([other] if is_longer else []),
        ],
    )


def play_instead(piece: Piece, other: Piece, fade_s: float) -> Piece:
    """The stretch of another take that a piece plays, with faded edges so that none clicks."""
    cut = other.cut(piece.position_s, piece.end_s)
    fade_s = min(fade_s, cut.length_s / 4)
    return replace(
        cut,
        is_muted=False,
        fade_in_s=max(piece.fade_in_s, fade_s),
        fade_out_s=max(piece.fade_out_s, fade_s),
    )


_APPLY: Final = {
    Kind.GAP: _silence,
    Kind.HEAD: _trim_head,
    Kind.TAIL: _trim_tail,
    Kind.FADE: _fade,
    Kind.JOIN: _join,
    Kind.TIMING: _shift,
    Kind.HOLE: _close,
    Kind.TAKE: _choose,
}
