"""What might be edited: every pause, edge, join, hole and late hit of a track, with its size.

Nothing here decides whether it is worth an edit; that is what the person teaches.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.mix.items import SAME_S, Piece
from bridge.mix.roles import Role
from bridge.tasks.edit.geometry import MOST_FADE_AT_HIT_S, PRE_S, Edit, Kind
from bridge.tasks.edit.hearing import FRAMES_HZ, SILENT_DB, Edge, FloatArray, Heard

MOST_SHIFT_S: Final = 0.080
"""No hit is moved further."""

LEAST_PAD_S: Final = 0.010
"""So much is always kept before a sound and after it."""

_LEAST_PAUSE_S: Final = 0.15
_SOUNDING_DB: Final = 30.0
_OVER_FLOOR_DB: Final = 4.0
_LONGEST_ATTACK_S: Final = 0.3
_LONGEST_TAIL_S: Final = 0.6
_TOUCH_S: Final = 0.001
_LONGEST_HOLE_S: Final = 0.080
LEAST_CLICK_DB: Final = 10.0
"""An edge that jumps by less over what is beside it does not click."""

_QUIETEST_CLICK_DB: Final = 34.0
_LEAST_LATE_S: Final = 0.010
_ATTACK_S: Final = 0.04
_SOFT_DB: Final = 24.0
_FINE_SHARE: Final = 0.12
_NEAR_S: Final = 0.013


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where beats are.

    Attributes:
        bpm: Quarter notes a minute.
        first_bar_s: Where a bar begins on the time line.
        beats: Beats a bar.
    """

    bpm: float
    first_bar_s: float
    beats: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this person likes edits made: what dialogs of other programs ask for.

    Attributes:
        pad_before_s: Kept before a sound.
        pad_after_s: Kept after it.
        depth_db: A pause is so much under the take's own loud level.
        fade_s: Length of fades.
        strength: How far a hit moves towards the grid, 0 to 1.
        crossfade_s: Length of crossfades: at joins, holes and moved hits.
        shallow_db: Where no pause is as deep as `depth_db`, those are found too that are less deep
            by so much; they show whether this person wants them.
    """

    pad_before_s: float = 0.030
    pad_after_s: float = 0.150
    depth_db: float = 26.0
    fade_s: float = 0.006
    strength: float = 1.0
    crossfade_s: float = 0.006
    shallow_db: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeardPiece:
    """A piece and what was heard of it.

    Attributes:
        piece: Where it lies.
        heard: What was heard of its file, in the time of the file.
        start: Its first sample.
        end: Its last one.
        is_free: Whether it may be edited.
    """

    piece: Piece
    heard: Heard
    start: Edge
    end: Edge
    is_free: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackTake:
    """A track as the edit task sees it; pieces in the order of their positions.

    Attributes:
        key: Of its strip.
        name: In words.
        role: What plays.
        heard: Its pieces.
        beside: Other takes that the DAW keeps beside an item, as silent pieces of it.
    """

    key: str
    name: str
    role: Role
    heard: tuple[HeardPiece, ...]
    beside: tuple[HeardPiece, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The geometry of all of it."""
        return tuple(heard.piece for heard in self.heard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One edit that could be made.

    Attributes:
        edit: What would be done.
        size: How large the fault is: seconds of a pause, head or tail; dB of a click over what is
            around; milliseconds of a late hit (positive) or early one (negative), and of a hole;
            how many faults another take has fewer.
        detail: What the size counts, in words; empty where its unit says it.
        under_db: How far the loudest hundredth of a second of a pause is under the take's loud
            level; infinite for all that is no pause.
        item: Of a launched item, its key: its times are those of its file, not of the song.
    """

    edit: Edit
    size: float
    detail: str = ""
    under_db: float = inf
    item: str = ""

    @property
    def kind(self) -> Kind:
        """What it is for."""
        return self.edit.kind

    @property
    def strength(self) -> float:
        """How far a hit moves, as a share of its way to the grid; 1 for all that is no hit."""
        return abs(1e3 * self.edit.by_s / self.size) if self.kind is Kind.TIMING else 1.0


def find_candidates(
    take: TrackTake, grid: Grid | None, settings: Settings
) -> tuple[Candidate, ...]:
    """All edits of a track that could be wanted, in the order of time."""
    usable = [heard for heard in take.heard if heard.is_free and not heard.piece.is_muted]
    pauses = [one for heard in usable for one in _all_pauses(heard, usable, settings)]
    others = [*_edges(usable, settings)]
    if grid is not None:
        others += _late_hits(usable, grid, settings)
    trims = [one.edit for one in pauses if one.kind in (Kind.HEAD, Kind.TAIL)]
    found = [
        *pauses,
        *(Candidate(edit=edit, size=size) for edit, size in others if not _is_trimmed(edit, trims)),
    ]
    return tuple(sorted(found, key=lambda one: one.edit.start_s))


def _is_trimmed(edit: Edit, trims: Sequence[Edit]) -> bool:
    """Whether a fade is at a head or tail that is trimmed, and so is not needed."""
    return edit.kind is Kind.FADE and any(
        abs(trim.start_s - edit.start_s) <= SAME_S and (trim.kind is Kind.TAIL) == edit.is_end
        for trim in trims
    )


# -- pauses, heads and tails ----------------------------------------------------------------------


def loud_level_db(level_db: FloatArray) -> float:
    """The level that a take has while it plays, dBFS."""
    if not level_db.size:
        return 0.0
    sounding = level_db[level_db > np.quantile(level_db, 0.995) - _SOUNDING_DB]
    return float(np.quantile(sounding, 0.95))


def _all_pauses(
    heard: HeardPiece, others: Sequence[HeardPiece], settings: Settings
) -> Iterator[Candidate]:
    """The pauses of a piece, and beside them those that are a little less deep."""
    deep = list(_pauses(heard, others, settings))
    yield from deep
    if settings.shallow_db > 0.0:
        less = replace(settings, depth_db=settings.depth_db - settings.shallow_db)
        for one in _pauses(heard, others, less):
            low, high = sorted((one.edit.start_s, one.edit.end_s))
            if not any(
                low < max(each.edit.start_s, each.edit.end_s)
                and high > min(each.edit.start_s, each.edit.end_s)
                for each in deep
            ):
                yield one


def _pauses(
    heard: HeardPiece, others: Sequence[HeardPiece], settings: Settings
) -> Iterator[Candidate]:
    piece, level = heard.piece, heard.heard.level_db
    first = max(int(np.ceil(piece.offset_s * FRAMES_HZ)), 0)
    last = min(int((piece.offset_s + piece.length_s) * FRAMES_HZ), level.size)
    loud = loud_level_db(level)
    quiet = level[first:last] < loud - settings.depth_db
    if quiet.all():
        return
    for begin, end in _runs(quiet):
        is_head, is_tail = begin == 0, end == last - first
        start_s = piece.position_s if is_head else _sound_end(level, first + begin, first + end)
        end_s = piece.end_s if is_tail else _sound_start(level, first + begin, first + end)
        if not is_head:
            start_s += piece.shift_s + max(settings.pad_after_s, LEAST_PAD_S)
        if not is_tail:
            end_s += piece.shift_s - max(settings.pad_before_s, LEAST_PAD_S)
        size = end_s - start_s
        if size < _LEAST_PAUSE_S:
            continue
        # Where another piece goes on, the beginning or end of a piece is within the take.
        is_head = is_head and not any(
            _touches(each.piece, piece.position_s) for each in others if each is not heard
        )
        is_tail = is_tail and not any(
            _touches(each.piece, piece.end_s) for each in others if each is not heard
        )
        if is_head:
            edit = Edit(kind=Kind.HEAD, start_s=start_s, end_s=end_s, fade_s=settings.fade_s)
        elif is_tail:
            edit = Edit(kind=Kind.TAIL, start_s=end_s, end_s=start_s, fade_s=settings.fade_s)
        else:
            edit = Edit(kind=Kind.GAP, start_s=start_s, end_s=end_s, fade_s=settings.fade_s)
        low, high = sorted((start_s - piece.shift_s, end_s - piece.shift_s))
        inside = level[max(round(low * FRAMES_HZ), first) : round(high * FRAMES_HZ)]
        under_db = loud - float(inside.max(initial=SILENT_DB))
        yield Candidate(edit=edit, size=size, under_db=under_db)


def _touches(piece: Piece, at_s: float) -> bool:
    """Whether another piece than the one that begins or ends there plays up to or from there."""
    return (
        piece.position_s < at_s - _TOUCH_S <= piece.end_s and piece.end_s > at_s + _TOUCH_S
    ) or (abs(piece.end_s - at_s) <= _TOUCH_S or abs(piece.position_s - at_s) <= _TOUCH_S)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(begin, end) of the stretches that are true."""
    steps = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(
        zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True)
    )


def _sound_start(level: FloatArray, begin: int, end: int) -> float:
    """Where the sound after a pause begins; a slow attack does so long before it is loud."""
    floor = float(np.median(level[begin:end])) + _OVER_FLOOR_DB
    earliest = max(end - round(_LONGEST_ATTACK_S * FRAMES_HZ), begin)
    while end > earliest and level[end - 1] > floor:
        end -= 1
    return end / FRAMES_HZ


def _sound_end(level: FloatArray, begin: int, end: int) -> float:
    """Where the sound before a pause has died away."""
    floor = float(np.median(level[begin:end])) + _OVER_FLOOR_DB
    latest = min(begin + round(_LONGEST_TAIL_S * FRAMES_HZ), end)
    while begin < latest and level[begin] > floor:
        begin += 1
    return begin / FRAMES_HZ


# -- edges, joins and holes -----------------------------------------------------------------------


def _edges(items: Sequence[HeardPiece], settings: Settings) -> Iterator[tuple[Edit, float]]:
    items = sorted(items, key=lambda heard: heard.piece.position_s)
    pairs = list(zip([None, *items], [*items, None], strict=True))
    for left, right in pairs:
        hole = (
            right.piece.position_s - left.piece.end_s
            if left is not None and right is not None
            else np.inf
        )
        if left is not None and right is not None and abs(hole) <= _TOUCH_S:
            yield from _join(left, right, settings)
            continue
        if left is not None and right is not None and 0.0 < hole <= _LONGEST_HOLE_S:
            yield from _hole(left, right, hole, settings)
            continue
        if hole < 0.0:  # they overlap: a crossfade of somebody
            continue
        for heard, is_end in ((left, True), (right, False)):
            if heard is not None:
                yield from _fade(heard, is_end, settings)


def _fade(heard: HeardPiece, is_end: bool, settings: Settings) -> Iterator[tuple[Edit, float]]:
    piece, edge = heard.piece, heard.end if is_end else heard.start
    if (piece.fade_out_s if is_end else piece.fade_in_s) > _TOUCH_S:
        return
    size = click_db(abs(edge.value), edge.step, heard.heard)
    if size >= LEAST_CLICK_DB:
        at = piece.end_s if is_end else piece.position_s
        yield Edit(kind=Kind.FADE, start_s=at, fade_s=settings.fade_s, is_end=is_end), size


def _join(left: HeardPiece, right: HeardPiece, settings: Settings) -> Iterator[tuple[Edit, float]]:
    first, second = left.piece, right.piece
    is_one = first.source == second.source and abs(first.shift_s - second.shift_s) <= SAME_S
    is_faded = first.fade_out_s > _TOUCH_S or second.fade_in_s > _TOUCH_S
    if (is_one and first.gain_db == second.gain_db) or is_faded:
        return
    jump = abs(right.start.value - left.end.value - left.end.slope)
    size = click_db(jump, max(left.end.step, right.start.step), left.heard)
    if size >= LEAST_CLICK_DB:
        yield Edit(kind=Kind.JOIN, start_s=first.end_s, fade_s=settings.crossfade_s), size


def click_db(jump: float, step: float, heard: Heard) -> float:
    """How far a jump stands out of the differences beside it, dB; 0 where it is too quiet."""
    if 20.0 * np.log10(jump + 1e-9) < loud_level_db(heard.level_db) - _QUIETEST_CLICK_DB:
        return 0.0
    return float(20.0 * np.log10((jump + 1e-9) / (step + 1e-5)))


def _hole(
    left: HeardPiece, right: HeardPiece, hole: float, settings: Settings
) -> Iterator[tuple[Edit, float]]:
    first, second = left.piece, right.piece
    is_one = first.source == second.source and abs(first.shift_s - second.shift_s) <= SAME_S
    can_begin_earlier = second.offset_s >= hole + settings.crossfade_s and (
        is_one or not _has_onset(right.heard, second.offset_s - hole - 0.02, second.offset_s)
    )
    end = first.offset_s + first.length_s
    can_end_later = end + hole + settings.crossfade_s <= left.heard.length_s and not _has_onset(
        left.heard, end - 0.02, end + hole + 0.02
    )
    if can_begin_earlier or can_end_later:
        edit = Edit(
            kind=Kind.HOLE,
            start_s=first.end_s,
            end_s=second.position_s,
            fade_s=settings.crossfade_s,
            is_end=not can_begin_earlier,
        )
        yield edit, 1e3 * hole


def _has_onset(heard: Heard, start_s: float, end_s: float) -> bool:
    return bool(np.any((heard.onsets_s >= start_s) & (heard.onsets_s <= end_s)))


# -- late hits ------------------------------------------------------------------------------------


def _late_hits(
    items: Sequence[HeardPiece], grid: Grid, settings: Settings
) -> Iterator[tuple[Edit, float]]:
    places = [(heard, onset) for heard in items for onset in _hits(heard)]
    if not places:
        return
    onsets = np.array([heard.piece.shift_s + onset for heard, onset in places])
    off = deviations(onsets, grid)
    for row, ((heard, _), late) in enumerate(zip(places, off, strict=True)):
        if not _LEAST_LATE_S <= abs(late) <= MOST_SHIFT_S:
            continue
        edit = _shift(heard.piece, onsets, row, -late * settings.strength, settings)
        if edit is not None:
            yield edit, 1e3 * float(late)


def _hits(heard: HeardPiece) -> FloatArray:
    """The onsets within an item that are no bleed, in the time of the file."""
    piece, onsets = heard.piece, heard.heard.onsets_s
    floor = loud_level_db(heard.heard.level_db) - _SOFT_DB
    inside = (onsets >= piece.offset_s) & (onsets < piece.offset_s + piece.length_s)
    return np.asarray(onsets[inside & (heard.heard.peaks_db > floor)])


def deviations(onsets_s: FloatArray, grid: Grid) -> FloatArray:
    """How late each onset is against the grid, less the take's own median, s.

    The grid is eighths; a hit belongs to a sixteenth between them only where the take has such
    hits, and where it is nearer to it by far.
    """
    eighth = 30.0 / grid.bpm

    def off(at: FloatArray, step: float) -> FloatArray:
        return np.asarray((at + step / 2) % step - step / 2)

    late = off(onsets_s - grid.first_bar_s, eighth)
    near = late[np.abs(late) < eighth / 5]
    if not near.size:
        return np.full(onsets_s.shape, np.inf)
    lag = float(np.median(near))
    late = off(onsets_s - grid.first_bar_s - lag, eighth)
    fine = off(onsets_s - grid.first_bar_s - lag, eighth / 2)
    is_between = np.abs(fine) < np.abs(late)
    has_fine = np.count_nonzero(is_between & (np.abs(fine) < _NEAR_S)) > _FINE_SHARE * late.size
    is_fine = is_between & ((np.abs(fine) < _NEAR_S) | has_fine | (np.abs(late) > MOST_SHIFT_S))
    return np.where(is_fine, fine, late)


def _shift(
    piece: Piece, onsets: FloatArray, row: int, by_s: float, settings: Settings
) -> Edit | None:
    """Move a hit, if its new place is in nobody's attack; None if it is."""
    onset = float(onsets[row])
    before, after = onsets[onsets < onset - 1e-4], onsets[onsets > onset + 1e-4]
    before = before[before >= piece.position_s]
    following = float(after.min()) if after.size else piece.end_s + PRE_S
    following = min(following, piece.end_s + PRE_S)
    cut = onset - PRE_S + min(by_s, 0.0)
    if cut <= piece.position_s + MOST_FADE_AT_HIT_S:
        return None
    if before.size and cut < float(before.max()) + _ATTACK_S:
        return None
    if by_s > 0.0 and onset + by_s + _ATTACK_S > following - PRE_S:
        return None
    if by_s > 0.0 and onset - PRE_S - by_s < piece.position_s:
        return None
    return Edit(
        kind=Kind.TIMING, start_s=onset, end_s=following, by_s=by_s, fade_s=settings.crossfade_s
    )
