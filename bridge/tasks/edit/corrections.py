"""What a hand says that changes what we had made: which pads, fades and moves this person wants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.mix.items import SAME_S, Piece
from bridge.tasks.edit.candidates import Candidate, Settings
from bridge.tasks.edit.geometry import Kind

_NEAR_S: Final = 0.005
_LEAST_STRENGTH: Final = 0.1
"""A hit that a hand has brought back so far was not wanted elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """What a hand has said about an edit of ours.

    Attributes:
        settings: (name, value) of what it wants otherwise, as in `Settings`.
        refused: The edits of a set that it took back alone.
    """

    settings: tuple[tuple[str, float], ...] = ()
    refused: tuple[Candidate, ...] = ()


def corrected(
    before: Sequence[Piece],
    ours: Sequence[Piece],
    theirs: Sequence[Piece],
    candidates: Sequence[Candidate],
    settings: Settings,
) -> Corrections:
    """What a hand has corrected by moving pieces, edges or fades of what we had made.

    Args:
        before: The pieces before our edit.
        ours: Those that we had made of them.
        theirs: Those that the hand has made of ours.
        candidates: What our edit was, all of one kind.
        settings: With which settings it was made.
    """
    pairs = list(zip(ours, theirs, strict=False))
    if len(ours) != len(theirs) or any(mine.source != other.source for mine, other in pairs):
        return Corrections()
    kind = candidates[0].kind
    if kind is Kind.TIMING:
        return _moved_hits(before, pairs, candidates)
    found: list[tuple[str, float]] = []
    refused: list[Candidate] = []
    for mine, other in pairs:
        if kind is Kind.GAP and mine.is_muted and not other.is_muted:
            refused += [
                one for one in candidates if abs(one.edit.start_s - mine.position_s) <= SAME_S
            ]
            continue
        found += _moved_edges(mine, other, kind, settings)
        found += _faded(mine, other, kind)
    return Corrections(settings=tuple(found), refused=tuple(refused))


def _moved_edges(
    mine: Piece, other: Piece, kind: Kind, settings: Settings
) -> Iterator[tuple[str, float]]:
    begins, ends = other.position_s - mine.position_s, other.end_s - mine.end_s
    is_pause = kind is Kind.GAP and mine.is_muted
    if abs(begins) > _NEAR_S and (is_pause or kind is Kind.HEAD):
        name = "pad_after_s" if is_pause else "pad_before_s"
        sign = 1.0 if is_pause else -1.0
        yield name, max(getattr(settings, name) + sign * begins, 0.0)
    if abs(ends) > _NEAR_S and (is_pause or kind is Kind.TAIL):
        name = "pad_before_s" if is_pause else "pad_after_s"
        sign = -1.0 if is_pause else 1.0
        yield name, max(getattr(settings, name) + sign * ends, 0.0)


def _faded(mine: Piece, other: Piece, kind: Kind) -> Iterator[tuple[str, float]]:
    name = "crossfade_s" if kind in (Kind.JOIN, Kind.HOLE) else "fade_s"
    for fade, was in ((other.fade_in_s, mine.fade_in_s), (other.fade_out_s, mine.fade_out_s)):
        if was > 0.0 and fade > 0.0 and abs(fade - was) > 0.1 * was:
            yield name, fade


def _moved_hits(
    before: Sequence[Piece], pairs: Sequence[tuple[Piece, Piece]], candidates: Sequence[Candidate]
) -> Corrections:
    """How far towards the grid a hand has moved the hits that we had moved."""
    strengths, refused = [], []
    for one in candidates:
        first = next(
            (p for p in before if p.position_s <= one.edit.start_s < p.end_s and not p.is_muted),
            None,
        )
        if first is None or not one.size:
            continue
        ours_s = first.shift_s + one.edit.by_s
        onset_s = one.edit.start_s - first.shift_s
        for mine, other in pairs:
            is_hit = (
                abs(mine.shift_s - ours_s) <= SAME_S
                and mine.offset_s <= onset_s < mine.offset_s + mine.length_s
            )
            if is_hit and abs(other.shift_s - mine.shift_s) > SAME_S:
                strength = (first.shift_s - other.shift_s) / (1e-3 * one.size)
                if strength < _LEAST_STRENGTH:
                    refused.append(one)
                else:
                    strengths.append(min(strength, 1.0))
    settings = (("strength", sum(strengths) / len(strengths)),) if strengths else ()
    return Corrections(settings=settings, refused=tuple(refused))
