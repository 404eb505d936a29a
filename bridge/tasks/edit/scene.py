"""What the edit task reads out of a scene: items, the grid, and what an edit is about."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bridge.errors import DialectError
from bridge.mix.items import Piece, decode_item, item_rate, item_takes
from bridge.tasks.edit.candidates import Candidate, Grid, HeardPiece, loud_level_db
from bridge.tasks.edit.hearing import FRAMES_HZ
from bridge.tasks.task import Scene, Standing

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
    sounding = [piece for piece in pieces if not piece.is_muted]
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
