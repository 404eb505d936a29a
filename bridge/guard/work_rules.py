"""The rules that hold for whatever else than the mix is worked on: devices and contents.

They are those of the mix (offline, frozen, panic, Safe, a hand) and one more: what is not in focus
is left alone. `Knobs` and `ContentWriter` add what is theirs.
"""

import math
from collections import deque
from typing import Final

from bridge.guard.guard import BEING_READ, Guard
from bridge.guard.limits import HOLD_OFF_S
from bridge.guard.write import Purpose
from bridge.mix.params import LockClass
from bridge.mix.state import StripState

_MINUTE_S: Final = 60.0
_SAFE: Final = {
    LockClass.SOUND: "its sound is Safe",
    LockClass.NOTES: "its notes are Safe",
    LockClass.EDITS: "its edits are Safe",
}


class WorkRules:
    """What is common to all writers beside that of the mix.

    Attributes:
        is_gig: Whether people listen.
    """

    def __init__(self, guard: Guard) -> None:
        self.is_gig = False
        self.guard = guard
        self._held_until: dict[object, float] = {}
        self._booked: deque[float] = deque()

    def lock(self, strip: StripState | None, lock_class: LockClass) -> str:
        """Why that of a strip is never written, not even by panic; empty where it may be."""
        if strip is None:
            return ""
        kept = self.guard.strip(strip.key)
        if lock_class in kept.safe_work or kept.safe.all():
            return _SAFE[lock_class]
        why = kept.barred.get(lock_class) or kept.barred.get(LockClass.ALL)
        return f"it {why}" if why else ""

    def refusal(self, strip: StripState | None, lock_class: LockClass, purpose: Purpose) -> str:
        """Why that of a strip may not be written now, in words; empty where it may.

        Whether it is in focus and free of hands is asked by who knows what that means. While the
        tracks are being read anew nothing is written: what goes back waits until they are known.
        """
        if lock := self.lock(strip, lock_class):
            return lock
        guard = self.guard
        if strip is None or (purpose is Purpose.MOVE and not guard.is_layout_known):
            return BEING_READ
        if purpose is Purpose.PANIC:
            return ""
        if guard.is_panicked:
            return "panic is latched: rearm first"
        if guard.is_frozen:
            return "the mix is frozen"
        if not guard.is_online:
            return "the DAW does not answer"
        return ""

    def focus_refusal(self, key: object, at: float, *, is_in_focus: bool) -> str:
        """Why a move may not be made of something that else may be written now."""
        if not is_in_focus:
            return "it is not in focus"
        if at < self.free_at(key):
            return f"a hand was on it less than {HOLD_OFF_S:g} s ago"
        return ""

    def hold(self, key: object, at: float) -> None:
        """A hand is on that: keep off."""
        self._held_until[key] = at + HOLD_OFF_S

    def free_at(self, key: object) -> float:
        """When it is free of hands, monotonic seconds."""
        return self._held_until.get(key, -math.inf)

    def book(self, at: float) -> None:
        """A move was made."""
        self._booked.append(at)

    def wait_s(self, at: float, *, to_target: bool) -> float:
        """How long until the next move may be made; infinite where it may not be."""
        while self._booked and self._booked[0] <= at - _MINUTE_S:
            self._booked.popleft()
        limits = self.guard.limits
        most = limits.moves_per_minute
        if to_target:
            most = 0.0 if self.is_gig else limits.target_moves_per_minute
        if len(self._booked) < most:
            return 0.0
        return self._booked[0] + _MINUTE_S - at if most else math.inf
