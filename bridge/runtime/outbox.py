"""The outbox: commands on their way to the DAW, no faster than it can take them.

A DAW that reads its socket seldom loses what does not fit. What must wait is replaced by the newest
value of the same parameter, so that a burst delays values and never the last one.
"""

import math
from collections.abc import Callable
from typing import Final

from bridge.mix.content_events import PlayContent, RequestContents, SetContent
from bridge.mix.device_events import PlayNote, SetDeviceParam
from bridge.mix.messages import AnyCommand, RequestDump, SetParam, Write
from bridge.runtime.counters import Counters

_SLACK_S: Final = 1e-6
_BURST_S: Final = 0.05
"""This much of a second's writes may leave at once."""


class Outbox:
    """Commands that wait, in the order in which their parameters were first written.

    Args:
        per_s: Writes a second; infinity holds nothing back.
        counters: Where writes are counted that never leave.
        per_param_s: Writes a second of one parameter of one strip.
    """

    def __init__(self, per_s: float, counters: Counters, *, per_param_s: float = math.inf) -> None:
        self._pause_s = 1.0 / per_param_s
        self._free_at: dict[tuple[object, ...], float] = {}
        self._counters = counters
        self._per_s = per_s
        self._most = max(1.0, per_s * _BURST_S)
        self._credit = self._most
        self._at = -math.inf
        self._waiting: dict[tuple[object, ...], AnyCommand] = {}

    def add(self, command: AnyCommand) -> None:
        """Take a command; a request for a dump replaces an older one."""
        place: tuple[object, ...] = ()
        if isinstance(command, SetParam):
            place = (command.key, command.track, command.param)
        elif isinstance(command, SetDeviceParam):
            place = ("device", command.key, command.device, command.param)
        elif isinstance(command, PlayNote):
            place = ("note", command.device)
        elif isinstance(command, SetContent | PlayContent | RequestContents):
            about = command.track if isinstance(command, RequestContents) else command.key
            place = (type(command), command.kind, about)
        self._counters.held_back += place in self._waiting
        self._waiting[place] = command

    def release(self, at: float, is_wanted: Callable[[Write], bool]) -> list[AnyCommand]:
        """What may leave at `at` (monotonic seconds).

        Args:
            at: Not before the last call's.
            is_wanted: Whether a write is still meant; a hand may have come while it waited.
        """
        if math.isfinite(self._per_s):
            passed_s = max(0.0, at - self._at) if math.isfinite(self._at) else 0.0
            self._credit = min(self._most, self._credit + passed_s * self._per_s)
        self._at = at
        taken: list[AnyCommand] = []
        for place, command in list(self._waiting.items()):
            if isinstance(command, RequestDump | PlayNote | PlayContent | RequestContents):
                taken.append(command)
            elif not is_wanted(command):
                self._counters.withdrawn += 1
            elif self._credit >= 1.0 and self._free_at.get(place, at) <= at + _SLACK_S:
                self._credit -= 1.0
                taken.append(command)
                if self._pause_s:
                    self._free_at[place] = at + self._pause_s
            else:
                continue
            del self._waiting[place]
        return taken

    @property
    def due_s(self) -> float | None:
        """How long until the next write may leave; None where none waits."""
        if not self._waiting:
            return None
        at = self._at
        free_s = min((self._free_at.get(place, at) for place in self._waiting), default=at) - at
        return max(free_s, max(0.0, 1.0 - self._credit) / self._per_s)
