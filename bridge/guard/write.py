"""A value that wants to leave, and why."""

from dataclasses import dataclass
from enum import StrEnum

from bridge.mix.params import Param


class Purpose(StrEnum):
    """Why a value is written."""

    MOVE = "move"
    UNDO = "undo"
    PANIC = "panic"
    HAND = "hand"
    """Gives a person's value back that a write of ours has overwritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A value that wants to leave, in its parameter's unit.

    Attributes:
        start: What stood where the move began.
        before: What stands on the wire.
    """

    key: str
    param: Param
    start: float
    before: float
    value: float
    at: float
    purpose: Purpose
