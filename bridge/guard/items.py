"""The guard of audio items: what no edit may do, whoever wants it.

The guard cannot hear; pads and attacks are the task's. It sees to it that an edit plays the same
files, loses nothing for good, and moves nothing further than `MOST_SHIFT_S`.
"""

from dataclasses import replace
from typing import Final

from bridge.errors import DialectError
from bridge.mix.items import SAME_S, Piece, decode_item, is_launched, is_stacked, item_takes

MOST_SHIFT_S: Final = 0.080
"""No sound is moved further."""

LONGEST_FADE_S: Final = 0.5
_MOST_PIECES: Final = 400


def refuse_edit(before: str, after: str) -> str:
    """Why an item may not become that, in words; empty where it may.

    A DAW whose items are told in another form is not bound by these rules: its texts are compared
    alone.
    """
    try:
        old = decode_item(before)
    except DialectError:
        return ""
    try:
        new = decode_item(after)
    except DialectError as error:
        return str(error)
    if not new or all(piece.is_muted for piece in new):
        return "nothing of the item would be heard"
    if len(new) > _MOST_PIECES:
        return f"it would be {len(new)} pieces, {_MOST_PIECES} at most"
    # Another take plays under the bounds and with the gain of the piece that it stands for.
    known = old + tuple(
        replace(piece, source=take.source, offset_s=piece.position_s - take.shift_s)
        for take in item_takes(before)
        for piece in old
    )
    for piece in new:
        if why := _refuse_piece(piece, known):
            return why
    if is_stacked(before) and sorted(map(_bounds, new)) != sorted(map(_bounds, old)):
        return "another item lies beneath it, which would be heard where it is cut"
    if is_launched(before) and not _is_trim(old, new):
        return "it is launched and has no place in the song: only its ends can be trimmed"
    return ""


def _is_trim(old: tuple[Piece, ...], new: tuple[Piece, ...]) -> bool:
    """Whether an item of one piece only begins later or ends earlier."""
    if len(old) != 1 or len(new) != 1:
        return False
    return new[0].is_same(old[0].cut(new[0].position_s, new[0].end_s))


def _bounds(piece: Piece) -> tuple[int, int, bool]:
    """Where a piece is heard, in units of `SAME_S`."""
    return round(piece.position_s / SAME_S), round(piece.end_s / SAME_S), piece.is_muted


def _refuse_piece(piece: Piece, old: tuple[Piece, ...]) -> str:
    own = [each for each in old if each.source == piece.source]
    if not own:
        return f"it would play {piece.source}, which the item does not"
    if piece.length_s <= 0.0 or piece.offset_s < -SAME_S or piece.position_s < -SAME_S:
        return "a piece would begin before its file or the song, or have no length"
    fades = piece.fade_in_s + piece.fade_out_s
    if max(piece.fade_in_s, piece.fade_out_s) > LONGEST_FADE_S or fades > piece.length_s + SAME_S:
        return "a fade would be longer than .5 s, or than its piece"
    shift = min(abs(piece.shift_s - each.shift_s) for each in own)
    if shift > MOST_SHIFT_S + SAME_S:
        return f"a sound would move by {1e3 * shift:.0f} ms, {1e3 * MOST_SHIFT_S:.0f} at most"
    if all(abs(piece.gain_db - each.gain_db) > 0.01 for each in own):
        return "its gain would change"
    return ""
