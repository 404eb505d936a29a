"""The other half of a stereo pair, which goes where the first one goes and as far.

A DAW may move the two together itself. Then nothing is written to the other half, or it would be
moved twice. So the first time that a class of controls of a pair is moved, the other half waits
until it shows whether the DAW takes it along; if not, both are written in step from then on. A hand
on one of them makes that uncertain again.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

from bridge.guard.company import TOGETHER_S, Company
from bridge.guard.ramps import Transit
from bridge.mix.params import LOCK_CLASS, LockClass, Param


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A half that waits.

    Attributes:
        leader: What is on its way to the other one.
        key: The half that waits.
        target: Where it is to go, in the parameter's unit.
    """

    leader: Transit
    key: str
    target: float

    @property
    def due(self) -> float:
        """When the DAW has had time to move it along, monotonic seconds; infinite if unanswered."""
        if math.isfinite(self.leader.moved_at):
            return self.leader.moved_at + TOGETHER_S
        return self.leader.sent_at[-1] + TOGETHER_S if self.leader.is_confirmed else math.inf


class Halves:
    """Knows which halves the bridge must move itself, and which of them wait to know it.

    Args:
        company: Tells which controls the DAW moves along.
    """

    def __init__(self, company: Company) -> None:
        self._company = company
        self._alone: set[tuple[str, LockClass]] = set()
        self._waiting: dict[tuple[str, Param], Waiting] = {}

    @property
    def is_idle(self) -> bool:
        """Whether none waits."""
        return not self._waiting

    @property
    def due(self) -> float | None:
        """When the next one has waited enough; None where none waits, or the DAW must speak."""
        dues = [
            each.due
            for (key, param), each in self._waiting.items()
            if math.isfinite(each.due) and not self._company.is_followed_by(key, param)
        ]
        return min(dues, default=None)

    def is_alone(self, key: str, param: Param) -> bool:
        """Whether the DAW is known not to move it along."""
        return (key, LOCK_CLASS[param]) in self._alone

    def wait(self, waiting: Waiting) -> None:
        """See first whether the DAW moves it along."""
        self._waiting[waiting.key, waiting.leader.param] = waiting

    def confirm_link(self, key: str, param: Param, leader: str) -> Waiting | None:
        """The DAW has moved it along with `leader`; what waited for that, if anything did."""
        waiting = self._waiting.get((key, param))
        if waiting is None or waiting.leader.key != leader:
            return None
        return self._waiting.pop((key, param))

    def release(self, at: float) -> list[Waiting]:
        """Those that the DAW does not move along."""
        released = [
            each
            for (key, param), each in self._waiting.items()
            if at >= each.due - 1e-9 and not self._company.is_followed_by(key, param)
        ]
        for each in released:
            del self._waiting[each.key, each.leader.param]
            self._alone.add((each.key, LOCK_CLASS[each.leader.param]))
        return released

    def drop(self, keys: Collection[str] | None = None) -> list[Waiting]:
        """Forget what is known of strips, or of all, and let none of them wait any more."""
        dropped = [each for each in self._waiting.values() if keys is None or each.key in keys]
        for each in dropped:
            del self._waiting[each.key, each.leader.param]
        if keys is not None:
            self._alone = {place for place in self._alone if place[0] not in keys}
        return dropped
