"""Piano rolls of several phrases as one SVG: what differs has a colour, what all play is grey."""

from collections.abc import Sequence
from html import escape
from typing import Final

from bridge.mix.phrases import BEATS_A_BAR, Phrase

_WIDTH: Final = 720
_TITLE: Final = 22
_ROW: Final = 7
"""Height of a semitone."""
_GAP: Final = 12
_COLOURS: Final = ("#1565c0", "#c62828", "#2e7d32")
_COMMON: Final = "#90a4ae"


def piano_rolls(named: Sequence[tuple[str, Phrase]], *, length: float) -> str:
    """Draw phrases one below the other, on one scale of pitches.

    Args:
        named: What each is called, and its notes.
        length: How much is drawn, beats.

    Returns:
        An SVG element that can stand alone or in a page; text has the colour that is around it.
    """
    pitches = [note.pitch for _, phrase in named for note in phrase.notes] or [60]
    low, high = min(pitches) - 1, max(pitches) + 1
    height = (high - low + 1) * _ROW
    played = [{(note.start, note.pitch) for note in phrase.notes} for _, phrase in named]
    common = set.intersection(*played) if len(played) > 1 else set()
    parts: list[str] = []
    for row, (name, phrase) in enumerate(named):
        top = row * (_TITLE + height + _GAP) + _TITLE
        parts.append(f'<text x="0" y="{top - 7}">{escape(name)}</text>')
        parts.append(
            f'<rect x="0" y="{top}" width="{_WIDTH}" height="{height}" fill="none" '
            'stroke="currentColor" stroke-opacity=".3"/>'
        )
        for bar in range(1, round(length / BEATS_A_BAR)):
            x = _WIDTH * bar * BEATS_A_BAR / length
            parts.append(
                f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + height}" '
                'stroke="currentColor" stroke-opacity=".2"/>'
            )
        for note in phrase.notes:
            is_common = (note.start, note.pitch) in common
            parts.append(
                f'<rect x="{_WIDTH * note.start / length:.1f}" '
                f'y="{top + (high - note.pitch) * _ROW}" '
                f'width="{max(_WIDTH * note.length / length, 2.0):.1f}" height="{_ROW}" rx="2" '
                f'fill="{_COMMON if is_common else _COLOURS[row % len(_COLOURS)]}"/>'
            )
    total = len(named) * (_TITLE + height + _GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {total}" role="img" '
        f'aria-label="{len(named)} piano rolls; notes that all of them play are grey" '
        'font-family="system-ui, sans-serif" font-size="13" fill="currentColor">'
        f"{''.join(parts)}</svg>\n"
    )
