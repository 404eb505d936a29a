"""Writes over REAPER's OSC surface, and what it says of them: ours told apart from hands.

The surface says each change when it happens, and reads its socket once a turn of 33 ms
(``csurf_osc.cpp``: `SetSurfaceVolume`, `Run`). It does not say the form that was written, and says
the others if they are new. So of our own writes one form comes back, in their order, and what is
neither the next of them nor what was said last is somebody else's.

- **Which form** says nothing of who: a track that is said anew (`UpdateSurfaceTrack`) says in every
  form what stands there.
- **A hand has the control.** No more of that move is sent.
- **A hand was overwritten** if one of our writes is acknowledged behind it: its value is put back.
- **Another track was met** if the name at the place is another when a write is acknowledged: what
  stood there is put back. Neither is told as a change.
- **No echo comes** of a value whose text is the one that REAPER said last. So what is written is
  what a text can say, a value is written once, and one that stands already is acknowledged by that.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple

from bridge.mix.params import EQ_BANDS, Param

Place = tuple[int, Param]
"""A track's number from 1, and which of its controls."""

_LOST_S: Final = 0.45
"""The surface answers within two turns: a write that it has not by now was lost."""
_DRAG_S: Final = 0.1
"""A hand that has overtaken what was put back is still moving: wait until it rests."""
_MOST_REPAIRS: Final = 4
_PAUSE_S: Final = 0.3
"""What has no move (a panic, an audition) begins anew after this; its steps are 50 ms apart."""

# Decimals of the texts, and half of the last one.
_DECIMALS: Final[dict[Param, int]] = {Param.GAIN: 2, **dict.fromkeys(EQ_BANDS, 1)}
_NEAR: Final[dict[Param, float]] = {
    Param.GAIN: 0.0051,
    Param.PAN: 1e-5,
    **dict.fromkeys(EQ_BANDS, 0.051),
}


class Meaning(Enum):
    """What a value that the surface says is."""

    NEWS = auto()
    """It stands there: somebody's, or ours."""
    ASTRAY = auto()
    """Ours, where it must not stay; what stood there is on its way back."""


class Repair(NamedTuple):
    """A value that is to be put back."""

    track: int
    param: Param
    value: float


@dataclass(slots=True, kw_only=True)
class _Trail:
    """What was written to one control.

    Attributes:
        move: The move that it serves.
        name: Of the track that was meant.
        said: What REAPER has said last that stands there.
        waiting: What was written and not acknowledged: value and time.
        asked_at: When something was last wanted, monotonic seconds.
        is_taken: A hand has come since the move began.
        restored: What is to stand there again; NaN for nothing.
        astray: What stands there meanwhile.
        repairs: How often something was put back.
    """

    move: str
    name: str
    said: float
    waiting: deque[tuple[float, float]] = field(default_factory=deque)
    asked_at: float = -math.inf
    is_taken: bool = False
    restored: float = math.nan
    astray: float = math.nan
    repairs: int = 0


class SurfaceWrites:
    """The writes of one bank.

    Attributes:
        owed: What stands already as it was wanted: to be acknowledged without an echo.
    """

    def __init__(self) -> None:
        self.owed: set[Place] = set()
        self._trails: dict[Place, _Trail] = {}
        self._repairs: list[tuple[float, Repair]] = []

    def request(
        self,
        place: Place,
        value: float,
        *,
        name: str,
        move: str,
        is_last: bool,
        said: float,
        at: float,
    ) -> float | None:
        """What is to be written for a value that is wanted; None for nothing.

        Args:
            place: Where.
            value: In the units of the core.
            name: Of the track that is meant.
            move: The move that it serves; empty for none.
            is_last: It ends a ramp.
            said: What REAPER has said that stands there.
            at: Monotonic seconds.
        """
        param = place[1]
        old = self._trails.get(place)
        is_same = old is not None and (old.move, old.name) == (move, name)
        if old is not None and is_same:
            is_going_on = bool(move) or at - old.asked_at < _PAUSE_S
            old.asked_at = at
            if old.is_taken and is_going_on:
                return None
            old.is_taken = False
            trail = old
        else:
            trail = _Trail(move=move, name=name, said=said, asked_at=at)
            if old is not None and old.name == name:
                trail.waiting, trail.restored = old.waiting, old.restored
            self._trails[place] = trail
        self._forget_lost(trail, at)
        wanted = round(value, _DECIMALS[param]) if param in _DECIMALS else value
        stands = trail.waiting[-1][0] if trail.waiting else trail.said
        if abs(wanted - stands) <= _NEAR[param]:
            if is_last and not trail.waiting:
                self.owed.add(place)
            return None
        trail.waiting.append((wanted, at))
        return wanted

    def receive(
        self,
        place: Place,
        value: float,
        *,
        is_echo_form: bool,
        name: str,
        held: float,
        is_dump: bool,
        at: float,
    ) -> Meaning:
        """What a value that the surface says is.

        Args:
            place: Where.
            value: In the units of the core.
            is_echo_form: Whether our own writes are said in this form.
            name: Of the track that stands there now.
            held: What it held until now.
            is_dump: Everything is being said, whatever has changed.
            at: Monotonic seconds.
        """
        trail = self._trails.get(place)
        if trail is None:
            return Meaning.NEWS
        self._forget_lost(trail, at)
        near = _NEAR[place[1]]
        ours = [n for n, (sent, _) in enumerate(trail.waiting) if abs(sent - value) <= near]
        if not (is_echo_form and ours):
            return self._receive_other(place, trail, value, name=name, is_dump=is_dump)
        for _ in range(ours[0] + 1):
            trail.waiting.popleft()
        if name != trail.name and math.isnan(trail.restored):
            trail.restored = held
        if math.isnan(trail.restored):
            trail.said = value
            return Meaning.NEWS
        if abs(trail.restored - value) <= near and not trail.waiting:  # what was put back is there
            trail.said, trail.restored, trail.name = value, math.nan, name
            return Meaning.NEWS
        trail.astray = value
        if not trail.waiting and trail.repairs < _MOST_REPAIRS:
            due = at + (_DRAG_S if trail.repairs else 0.0)
            trail.repairs += 1
            self._repairs.append((due, Repair(*place, trail.restored)))
        return Meaning.ASTRAY

    def _receive_other(
        self, place: Place, trail: _Trail, value: float, *, name: str, is_dump: bool
    ) -> Meaning:
        """Somebody else's value, or one that is said again."""
        if not math.isnan(trail.restored) and abs(value - trail.astray) <= _NEAR[place[1]]:
            return Meaning.ASTRAY  # said again, in another form
        is_known = abs(value - trail.said) <= _NEAR[place[1]]
        if is_dump or is_known or name != trail.name:
            trail.said = trail.said if is_known else value
            return Meaning.NEWS
        trail.said, trail.is_taken = value, True
        self._repairs = [each for each in self._repairs if each[1][:2] != place]
        trail.restored = value if trail.waiting else math.nan
        return Meaning.NEWS

    def _forget_lost(self, trail: _Trail, at: float) -> None:
        while trail.waiting and at - trail.waiting[0][1] > _LOST_S:
            trail.waiting.popleft()

    def pop_repairs(self, at: float) -> list[Repair]:
        """What is to be put back now; each is returned once."""
        due = [repair for due, repair in self._repairs if due <= at]
        if due:
            self._repairs = [each for each in self._repairs if each[0] > at]
        for track, param, value in due:
            self._trails[track, param].waiting.append((value, at))
        return due

    def pop_owed(self) -> set[Place]:
        """What is to be acknowledged now; each is returned once."""
        owed, self.owed = self.owed, set()
        return owed

    def forget(self) -> None:
        """Another lane writes: what was written here is nothing to go by."""
        self._trails.clear()
        self._repairs.clear()
        self.owed.clear()
