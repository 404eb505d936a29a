"""Which take of a stretch has fewer faults: clicks, dropouts, noise and an odd level.

Takes are pieces of one item that lie over the same stretch, one of which is heard. How well they
are played is not compared: that is for the person to judge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.mix.items import Piece
from bridge.tasks.edit.candidates import (
    LEAST_CLICK_DB,
    MOST_SHIFT_S,
    Candidate,
    HeardPiece,
    click_db,
    loud_level_db,
)
from bridge.tasks.edit.geometry import Edit, Kind, play_instead
from bridge.tasks.edit.hearing import FRAMES_HZ

_SAME_BOUNDS_S: Final = 0.05
_INSIDE_S: Final = 0.001
_FAULT_DB: Final = 6.0
"""So much more noise, or off the level of the other takes, counts as one fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is wrong with one take of a stretch.

    Attributes:
        clicks: Clicks within it and at edges without a fade.
        dropouts: Where the sound breaks off for some milliseconds.
        noise_db: Its quietest 5 % against its loud level, dB.
        level_db: Its loud level, dBFS.
    """

    clicks: int
    dropouts: int
    noise_db: float
    level_db: float


def find_better_takes(
    items: Sequence[HeardPiece], *, fade_s: float, beside: Sequence[HeardPiece] = ()
) -> Iterator[Candidate]:
    """The best other take of each stretch, where it has fewer faults than the one that is heard.

    Args:
        items: The pieces of a track; other takes among them are silent.
        fade_s: Of the faded edges.
        beside: Takes that the DAW keeps beside an item, as silent pieces of it.
    """
    for heard in items:
        if heard.piece.is_muted or not heard.is_free:
            continue
        here = [each for each in items if is_take_of(each.piece, heard.piece)]
        kept = [each for each in beside if is_take_of(each.piece, heard.piece)]
        others = here + [each for each in kept if _is_whole(each)]
        if not others:
            continue
        played = [
            replace(each, piece=play_instead(heard.piece, each.piece, fade_s)) for each in others
        ]
        takes = [measure_faults(each) for each in (heard, *played)]
        counts = count_faults(takes)
        best = int(np.argmin(counts))  # the first of equals: the one that is heard
        if counts[best] < counts[0]:
            edit = Edit(
                kind=Kind.TAKE,
                start_s=heard.piece.position_s + _INSIDE_S,
                fade_s=fade_s,
                other=others[best - 1].piece,
                is_kept_beside=best > len(here),
            )
            yield Candidate(
                edit=edit,
                size=float(counts[0] - counts[best]),
                detail=_describe(takes[0], takes[best]),
            )


def _is_whole(heard: HeardPiece) -> bool:
    """Whether a take's file is long enough for the stretch."""
    return heard.piece.offset_s + heard.piece.length_s <= heard.heard.length_s + _SAME_BOUNDS_S


def is_take_of(other: Piece, piece: Piece) -> bool:
    """Whether a silent piece is another take of the stretch that a piece plays."""
    is_other = other.source != piece.source or abs(other.shift_s - piece.shift_s) > MOST_SHIFT_S
    return (
        other.is_muted
        and is_other
        and other.key == piece.key
        and other.position_s <= piece.position_s + _SAME_BOUNDS_S
        and other.end_s >= piece.end_s - _SAME_BOUNDS_S
    )


def measure_faults(heard: HeardPiece) -> Faults:
    """What is wrong with a piece."""
    piece, all_of_it = heard.piece, heard.heard
    start_s, end_s = piece.offset_s, piece.offset_s + piece.length_s

    def inside(times_s: np.ndarray) -> int:
        return int(np.count_nonzero((times_s >= start_s) & (times_s < end_s)))

    level = all_of_it.level_db[int(start_s * FRAMES_HZ) : int(end_s * FRAMES_HZ)]
    edges = ((heard.start, piece.fade_in_s), (heard.end, piece.fade_out_s))
    clicking = sum(
        click_db(abs(edge.value), edge.step, all_of_it) >= LEAST_CLICK_DB
        for edge, fade_s in edges
        if fade_s <= _INSIDE_S
    )
    loud = loud_level_db(level)
    return Faults(
        clicks=inside(all_of_it.clicks_s) + clicking,
        dropouts=inside(all_of_it.dropouts_s),
        noise_db=float(np.quantile(level, 0.05)) - loud if level.size else 0.0,
        level_db=loud + piece.gain_db,
    )


def count_faults(takes: Sequence[Faults]) -> list[int]:
    """How many faults each take has; noise and level count against the other takes."""
    quietest = min(take.noise_db for take in takes)
    middle = float(np.median([take.level_db for take in takes]))
    return [
        take.clicks
        + take.dropouts
        + int((take.noise_db - quietest) / _FAULT_DB)
        + int(abs(take.level_db - middle) / _FAULT_DB)
        for take in takes
    ]


def _describe(now: Faults, other: Faults) -> str:
    """What is better in another take, and what is worse."""
    parts = [
        f"{abs(by)} {word}{'s' if abs(by) > 1 else ''} {'fewer' if by > 0 else 'more'}"
        for word, by in (
            ("click", now.clicks - other.clicks),
            ("dropout", now.dropouts - other.dropouts),
        )
        if by
    ]
    for word, by in (
        ("noise", now.noise_db - other.noise_db),
        ("level", now.level_db - other.level_db),
    ):
        if abs(by) >= _FAULT_DB / 2:
            parts.append(f"{word} {abs(by):.0f} dB {'lower' if by > 0 else 'higher'}")
    return ", ".join(parts)
