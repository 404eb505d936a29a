"""What a hand says that changes what we had made: which pads and fades this person wants."""

from collections.abc import Sequence
from typing import Final

from bridge.mix.items import Piece
from bridge.tasks.edit.candidates import Settings
from bridge.tasks.edit.geometry import Kind

_NEAR_S: Final = 0.005


def corrected(
    ours: Sequence[Piece], theirs: Sequence[Piece], kind: Kind, settings: Settings
) -> list[tuple[str, float]]:
    """Which settings a hand has corrected by moving edges or fades of what we had made, s."""
    found = []
    for mine, other in zip(ours, theirs, strict=False):
        if len(ours) != len(theirs) or mine.source != other.source:
            return []
        begins, ends = other.position_s - mine.position_s, other.end_s - mine.end_s
        is_pause = kind is Kind.GAP and mine.is_muted
        if abs(begins) > _NEAR_S and (is_pause or kind is Kind.HEAD):
            name = "pad_after_s" if is_pause else "pad_before_s"
            sign = 1.0 if is_pause else -1.0
            found.append((name, max(getattr(settings, name) + sign * begins, 0.0)))
        if abs(ends) > _NEAR_S and (is_pause or kind is Kind.TAIL):
            name = "pad_before_s" if is_pause else "pad_after_s"
            sign = -1.0 if is_pause else 1.0
            found.append((name, max(getattr(settings, name) + sign * ends, 0.0)))
        for fade, was in ((other.fade_in_s, mine.fade_in_s), (other.fade_out_s, mine.fade_out_s)):
            if was > 0.0 and fade > 0.0 and abs(fade - was) > 0.1 * was:
                found.append(("fade_s", fade))
    return found
