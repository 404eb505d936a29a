"""What an edit looks like before it is made: the stretch of sound that it is about."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from bridge.mix.contents import ContentChange
from bridge.mix.items import Piece, decode_item, item_rate
from bridge.tasks.edit.candidates import loud_level_db
from bridge.tasks.edit.hearing import FRAMES_HZ
from bridge.tasks.edit.listening import Answer, request_of
from bridge.tasks.task import Sketch

_LEVELS: Final = 240
_SHOWN_DB: Final = 48.0
_AROUND: Final = 0.25
_LEAST_AROUND_S: Final = 0.4


def draw_sketch(change: ContentChange, answer_to: Callable[[str], Answer | None]) -> Sketch | None:
    """The stretch that a change is about; None where its files have not been heard.

    Args:
        change: Of an item.
        answer_to: What the worker has heard, by the text of a job.
    """
    before, rate = decode_item(change.before), item_rate(change.before)
    start_s, end_s = changed_stretch(before, decode_item(change.after))
    times = np.linspace(start_s, end_s, _LEVELS, endpoint=False)
    levels = np.zeros(_LEVELS)
    for piece in before:
        own = [each for each in before if each.source == piece.source]
        answer = answer_to(request_of(piece.source, rate, own).job().text)
        if answer is None:
            return None
        level = answer.heard.level_db
        inside = (times >= piece.position_s) & (times < piece.end_s)
        if piece.is_muted or not (level.size and inside.any()):
            continue
        frames = ((times[inside] - piece.shift_s) * FRAMES_HZ).astype(int)
        heard = level[np.clip(frames, 0, level.size - 1)]
        levels[inside] = np.clip(1.0 + (heard - loud_level_db(level)) / _SHOWN_DB, 0.0, 1.0)
    return Sketch(
        start_s=round(start_s, 3),
        end_s=round(end_s, 3),
        levels=tuple(round(float(level), 2) for level in levels),
    )


def changed_stretch(before: Sequence[Piece], after: Sequence[Piece]) -> tuple[float, float]:
    """From where to where on the time line something is changed, with some room around, s."""
    edges = [
        {
            edge
            for piece in pieces
            for edge in (
                (piece.position_s, piece.fade_in_s, piece.offset_s),
                (piece.end_s, piece.fade_out_s, piece.offset_s + piece.length_s),
            )
        }
        for pieces in (before, after)
    ]
    times = [edge[0] for edge in edges[0] ^ edges[1]] or [piece.position_s for piece in before]
    low, high = min(times), max(times)
    around = max(_AROUND * (high - low), _LEAST_AROUND_S)
    return max(low - around, 0.0), high + around
