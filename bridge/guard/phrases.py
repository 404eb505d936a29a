"""Bounds on notes: what may be written into a clip, whoever made it."""

from collections.abc import Iterable
from typing import Final

from bridge.errors import RefusedError
from bridge.mix.phrases import Phrase, PhraseNote, decode_phrase, range_of

MOST_SOUNDING: Final = 16
"""Notes that may sound at once."""

ANY_PITCH: Final = (0, 127)


def refuse_clip(text: str, others: Iterable[str]) -> str:
    """Why a text may not stand in a clip, in a sentence; empty where it may.

    Args:
        text: What is to be written.
        others: What stands in the other clips of its track; they say which pitches it uses.
    """
    try:
        phrase = decode_phrase(text)
    except RefusedError as error:
        return str(error)
    known = []
    for other in others:
        try:
            known.append(decode_phrase(other))
        except RefusedError:
            continue  # a clip that we cannot read says nothing of the range
    low, high = range_of(known) or ANY_PITCH
    return refuse_phrase(phrase, low=low, high=high)


def refuse_phrase(phrase: Phrase, *, low: int, high: int) -> str:
    """Why a phrase may not be written, in a sentence; empty where it may.

    Args:
        phrase: What is to be written.
        low: The lowest pitch that the track may have.
        high: The highest.
    """
    if not phrase.notes:
        return "the phrase is empty"
    outside = [note.pitch for note in phrase.notes if not low <= note.pitch <= high]
    if outside:
        return f"pitch {outside[0]} is outside {low} to {high}, the range of this track"
    if (sounding := most_sounding(phrase.notes)) > MOST_SOUNDING:
        return f"{sounding} notes would sound at once; at most {MOST_SOUNDING} may"
    return ""


def most_sounding(notes: tuple[PhraseNote, ...]) -> int:
    """How many notes sound at once at most."""
    turns = [(note.start, 1) for note in notes]
    turns += [(note.start + note.length, -1) for note in notes]
    sounding = most = 0
    for _, change in sorted(turns):
        sounding += change
        most = max(most, sounding)
    return most
