"""What the guard remembers of one strip: its locks, its snapshot, who has a hand on it."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bridge.mix.messages import StripSwitch
from bridge.mix.params import COLUMN, LOCK_CLASS, MOVABLE, LockClass, Param
from bridge.mix.spectrum import FloatArray


@dataclass(slots=True)
class StripGuard:
    """What the guard remembers of one strip; arrays over `MOVABLE`."""

    snapshot: FloatArray = field(default_factory=lambda: np.full(len(MOVABLE), np.nan))
    safe: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(len(MOVABLE), dtype=np.bool_))
    off: dict[StripSwitch, NDArray[np.bool_]] = field(
        default_factory=lambda: {
            each: np.zeros(len(MOVABLE), dtype=np.bool_) for each in StripSwitch
        }
    )
    """What a person has switched off: moves made unasked, lessons."""
    held_until: float = -np.inf
    doubted_until: float = -np.inf
    """A hand may be on it, and the DAW is asked whether that was one: nothing is taken back."""
    silent: set[Param] = field(default_factory=set)
    """Where the DAW has not answered our last write; nothing more to this strip until it says what
    stands there."""
    barred: dict[LockClass, str] = field(default_factory=dict)
    """What the DAW itself would make go wrong, and why."""
    ours: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(len(MOVABLE), dtype=np.bool_))
    """What the bridge has written since it was pinned: what panic takes back."""
    doubts: dict[int, deque[tuple[float, float, bool]]] = field(default_factory=dict)
    """When a hand that was in doubt came to a column, what had been pinned, and if it was ours."""
    safe_work: set[LockClass] = field(default_factory=set)
    """Which of `WORK_CLASSES` are locked: its devices, clips and items."""
    is_nameless: bool = False
    """The DAW has never said what this strip is called: nobody knows what it is."""


def switch(flags: NDArray[np.bool_], lock_class: LockClass, *, on: bool) -> None:
    """Set the flags (6,) of a class of parameters."""
    for param in MOVABLE:
        if lock_class in (LockClass.ALL, LOCK_CLASS[param]):
            flags[COLUMN[param]] = on


def classes_of(flags: NDArray[np.bool_]) -> list[LockClass]:
    """The classes that have a flag (6,) set, `[ALL]` where all are."""
    classes = {LOCK_CLASS[param] for param in MOVABLE if flags[COLUMN[param]]}
    return [LockClass.ALL] if flags.all() else sorted(classes)
