"""What a value from the DAW is to us."""

from enum import Enum, auto
from typing import NamedTuple


class Answer(Enum):
    """What a value from the DAW is to us."""

    ECHO = auto()
    CONFIRMED = auto()
    DOUBT = auto()
    """Perhaps an answer that came late, perhaps a hand: only a dump can tell."""
    FOREIGN = auto()
    """None of ours."""


class Reading(NamedTuple):
    """What a value from the DAW is to us.

    Attributes:
        answer: What it is.
        move: The move that it belongs to, or empty.
        is_over: Whether what it answers had ended before it came.
        is_stale: Whether a later write has been answered already: the DAW holds that.
    """

    answer: Answer
    move: str = ""
    is_over: bool = False
    is_stale: bool = False
