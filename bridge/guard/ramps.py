"""A value on its way to the DAW: the ramp, the echo that confirms it, the one retry."""

import math
from dataclasses import dataclass, field
from typing import Final

from bridge.guard.guard import Purpose
from bridge.guard.limits import RAMP_STEP_S, Limits
from bridge.mix.params import COLUMN, Param, same_value

ECHO_TIMEOUT_S: Final = 0.5
"""The DAW must answer the last write within this; then it is asked once more."""


@dataclass(slots=True, kw_only=True)
class Transit:
    """One parameter of one strip, from `start` to `target` in engineering units.

    Attributes:
        began: When the ramp began, monotonic seconds.
        duration: How long it lasts; 0 is one write.
        move: The move that this serves, empty for panic.
        sent: Every value written so far; any of them may be echoed.
        due: When something is to be done next: a write, or giving up on an echo.
        is_retried: Whether the last write has been repeated.
        is_confirmed: Whether the DAW has answered the target.
    """

    key: str
    param: Param
    start: float
    target: float
    began: float
    duration: float
    purpose: Purpose
    move: str = ""
    sent: list[float] = field(default_factory=list)
    due: float = 0.0
    is_retried: bool = False
    is_confirmed: bool = False

    @property
    def before(self) -> float:
        """What stands on the wire: the last write, or the start."""
        return self.sent[-1] if self.sent else self.start

    @property
    def is_sent(self) -> bool:
        """Whether the target itself has been written."""
        return bool(self.sent) and self.sent[-1] == self.target

    def value_at(self, at: float) -> float:
        """The value to write now; at the end exactly the target."""
        if at >= self.began + self.duration - 1e-9:
            return self.target
        share = max(0.0, (at - self.began) / self.duration)
        return self.start + (self.target - self.start) * share

    def note_sent(self, value: float, at: float) -> None:
        """A value has been written."""
        self.sent.append(value)
        self.due = at + (ECHO_TIMEOUT_S if self.is_sent else RAMP_STEP_S)

    def is_echo(self, value: float) -> bool:
        """Whether `value` is one of ours coming back."""
        return any(same_value(self.param, value, ours) for ours in self.sent)

    def is_limit(self, value: float) -> bool:
        """Whether `value` is the DAW's answer to a target that it does not go as far as.

        Only once the target has been written: during a ramp a value of its own is a hand. The
        start itself is no answer: a DAW that stayed there has not obeyed.
        """
        low, high = sorted((self.start, self.target))
        has_moved = not same_value(self.param, value, self.start)
        return self.is_sent and has_moved and low <= value <= high


def ramp_duration_s(param: Param, distance: float, limits: Limits) -> float:
    """How long a move may take: `ramp_s`, or `slow_ramp_s` beyond 1 dB (0.1 of pan).

    Long enough, too, that no single write is a jump (`Limits.jump`).
    """
    large = 0.1 if param is Param.PAN else 1.0
    duration = limits.slow_ramp_s if abs(distance) > large else limits.ramp_s
    jump = limits.jump[COLUMN[param]]
    # A late timer makes one write cover two steps: plan for a quarter of what is allowed.
    writes = math.ceil(abs(distance) / jump * 4.0) if math.isfinite(jump) else 0
    return max(duration, writes * RAMP_STEP_S)
