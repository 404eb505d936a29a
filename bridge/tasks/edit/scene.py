"""What the edit task reads out of a scene: items, the grid, and what an edit is about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from bridge.errors import DialectError
from bridge.mix.items import Piece, decode_item, is_launched, item_rate, item_takes
from bridge.tasks.edit.candidates import (
    Candidate,
    Grid,
    HeardPiece,
    Settings,
    TrackTake,
    find_candidates,
    loud_level_db,
)
from bridge.tasks.edit.geometry import Kind
from bridge.tasks.edit.hearing import FRAMES_HZ
from bridge.tasks.edit.takes import find_better_takes
from bridge.tasks.task import Scene, Standing

_TRIMS: Final = frozenset({Kind.HEAD, Kind.TAIL})
"""What may be done to an item that is launched."""

Fault = tuple[str, str, float]
"""File, kind and time in the file of what an edit is about."""


def concerned_items(scene: Scene) -> list[Standing]:
    """The items of the track in focus, and all that they are grouped with."""
    own = [each for each in scene.contents if each.strip == scene.key]
    groups = {each.group for each in own if each.group}
    return [each for each in scene.contents if each.strip == scene.key or each.group in groups]


def pieces_of(standing: Standing) -> tuple[tuple[Piece, ...], int]:
    """The pieces of an item, and the rate of the song, Hz; none where its text cannot be read."""
    try:
        return decode_item(standing.text, key=standing.key), item_rate(standing.text)
    except DialectError:
        return (), 0


def takes_of(standing: Standing) -> tuple[Piece, ...]:
    """The other takes that the DAW keeps beside an item of one piece, as silent pieces of it."""
    pieces, _ = pieces_of(standing)
    if len(pieces) != 1 or pieces[0].is_muted:
        return ()
    (piece,) = pieces
    return tuple(
        replace(piece, source=take.source, offset_s=piece.position_s - take.shift_s, is_muted=True)
        for take in item_takes(standing.text)
        if piece.position_s >= take.shift_s
    )


def grid_of(scene: Scene) -> Grid | None:
    """Where beats are; None where the DAW does not say it."""
    if not (scene.tempo_bpm > 0.0 and scene.bar_beats and scene.bar_s == scene.bar_s):
        return None
    return Grid(bpm=scene.tempo_bpm, first_bar_s=scene.bar_s, beats=scene.bar_beats)


def piece_of(pieces: Iterable[Piece], candidate: Candidate) -> Piece:
    """The piece that a candidate is about, the left one of two."""
    at = candidate.edit.start_s
    sounding = [
        piece for piece in pieces if not piece.is_muted and candidate.item in ("", piece.key)
    ]
    return min(
        sounding,
        key=lambda piece: max(piece.position_s - at, at - piece.end_s, 0.0),
    )


def fault_of(pieces: Iterable[Piece], candidate: Candidate) -> Fault:
    """What a candidate is about, in the time of its file: it stays the same when pieces move."""
    piece = piece_of(pieces, candidate)
    return piece.source, candidate.kind.value, round(candidate.edit.start_s - piece.shift_s, 2)


def is_quiet(heard: Sequence[HeardPiece], candidate: Candidate) -> bool:
    """Whether an item that moves along plays nothing in a pause either."""
    start_s, end_s = candidate.edit.start_s, candidate.edit.end_s
    for each in heard:
        level = each.heard.level_db
        first = max(int((start_s - each.piece.shift_s) * FRAMES_HZ), 0)
        span = level[first : max(int((end_s - each.piece.shift_s) * FRAMES_HZ), 0)]
        is_over = each.piece.position_s < end_s and each.piece.end_s > start_s
        if is_over and span.size and span.max() > loud_level_db(level) - 20.0:
            return False
    return True


def line_of(standing: Standing) -> str:
    """The time line that an item lies on: its track's, or, where it is launched, its own."""
    return standing.key if is_launched(standing.text) else standing.strip


def find_edits(
    scene: Scene, take: TrackTake, grid: Grid | None, settings: Settings
) -> Iterator[Candidate]:
    """What could be edited on a track: of all that lies in the song, then of each launched item."""
    launched = {each.key for each in scene.contents if is_launched(each.text)}
    placed = tuple(each for each in take.heard if each.piece.key not in launched)
    yield from find_candidates(replace(take, heard=placed), grid, settings)
    yield from find_better_takes(placed, fade_s=settings.fade_s, beside=take.beside)
    plain = replace(settings, fade_s=0.0)
    for heard in take.heard:
        if heard.piece.key in launched:
            for one in find_candidates(replace(take, heard=(heard,)), None, plain):
                if one.kind in _TRIMS:
                    yield replace(one, item=heard.piece.key)


def place_of(scene: Scene, take: TrackTake, candidates: Sequence[Candidate]) -> str:
    """The track in words, and the launched item on it where it is one."""
    if len(candidates) > 1:
        return take.name
    names = [f" ({each.name})" for each in scene.contents if each.key == candidates[0].item]
    return take.name + "".join(names)
