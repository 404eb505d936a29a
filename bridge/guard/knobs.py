"""The guard of devices: what may be written to a parameter, its ramps, and whose a value is.

Beside the rules for all that is worked on (`work_rules`): one move goes `Limits.knob_step` of a way
at most, in gig mode `GIG_KNOB_STEP`, in writes 20 ms apart; a parameter with steps is written step
by step. Nothing raises a resonance beyond `HIGHEST_RESONANCE`, but to give back what stood there.
"""

import math
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from bridge.guard.limits import GIG_KNOB_STEP, HIGHEST_RESONANCE, RAMP_STEP_S
from bridge.guard.ramps import ECHO_TIMEOUT_S
from bridge.guard.work_rules import WorkRules
from bridge.guard.write import Purpose
from bridge.mix.device_events import SetDeviceParam
from bridge.mix.devices import Device, Rack
from bridge.mix.messages import BACK
from bridge.mix.params import LockClass
from bridge.mix.state import MixState

Place = tuple[str, int]
"""A device's key and the number of one of its parameters."""

_LATE_ECHO_S: Final = 2 * ECHO_TIMEOUT_S
_ROUNDING: Final = 1e-9


class Whose(Enum):
    """Whose a value is that a device says."""

    ECHO = auto()
    """Ours, on its way."""
    CONFIRMED = auto()
    """Ours: what was asked for last."""
    LATE = auto()
    """Ours, and its ramp had ended or was stopped before it came."""
    FOREIGN = auto()


@dataclass(slots=True, kw_only=True)
class Ramp:
    """A parameter on its way; values are positions."""

    place: Place
    start: float
    target: float
    began_at: float
    duration_s: float
    purpose: Purpose
    move: str
    due: float
    written: list[float] = field(default_factory=list)
    written_at: float = -math.inf
    is_repeated: bool = False

    def position(self, at: float) -> float:
        """Where it is to be at that time."""
        if at >= self.began_at + self.duration_s - _ROUNDING:
            return self.target
        share = (at - self.began_at + RAMP_STEP_S) / (self.duration_s + RAMP_STEP_S)
        return self.start + (self.target - self.start) * min(max(share, 0.0), 1.0)

    @property
    def is_written(self) -> bool:
        """Whether its last value was written."""
        return bool(self.written) and self.written[-1] == self.target


@dataclass(slots=True)
class KnobAdvance:
    """What time has brought: writes, and ramps that ended without an answer or at the guard."""

    commands: list[SetDeviceParam] = field(default_factory=list)
    unanswered: list[Ramp] = field(default_factory=list)
    refused: list[tuple[Ramp, str]] = field(default_factory=list)


class Knobs:
    """The only writer to devices.

    Attributes:
        focus: The key of the device that is worked on; empty for none.
        rules: What is common to all writers.
        find_resonances: The parameters of a device that are taken for a resonance, by number.
        written_at: When a parameter was written last, monotonic seconds.
    """

    def __init__(self, rules: WorkRules, mix: MixState, rack: Rack) -> None:
        self.focus = ""
        self.written_at = -math.inf
        self.rules = rules
        self.find_resonances: Callable[[Device], Collection[int]] = lambda device: ()
        self._mix = mix
        self._rack = rack
        self._ramps: dict[Place, Ramp] = {}
        self._ended: deque[Ramp] = deque(maxlen=256)
        self._silent: set[Place] = set()

    # -- the rules -----------------------------------------------------------------------------

    @property
    def is_online(self) -> bool:
        """Whether the DAW answers."""
        return self.rules.guard.is_online

    @property
    def step(self) -> float:
        """How far one move may bring a parameter, as a share of its way."""
        step = self.rules.guard.limits.knob_step
        return min(step, GIG_KNOB_STEP) if self.rules.is_gig else step

    def highest(self, device: Device) -> dict[int, float]:
        """The highest positions that parameters may be raised to, where that is not all the way."""
        highest = {}
        for index in self.find_resonances(device):
            steps = device.specs[index].steps - 1
            bound = HIGHEST_RESONANCE
            highest[index] = math.floor(bound * steps) / steps if steps > 0 else bound
        return highest

    def refusal(self, device: Device, at: float, purpose: Purpose) -> str:
        """Why a device may not be written now, in words; empty where it may."""
        strip = self._mix.by_number(device.track)
        why = self.rules.refusal(strip, LockClass.SOUND, purpose)
        if why or purpose is not Purpose.MOVE:
            return why
        is_in_focus = device.key == self.focus
        return self.rules.focus_refusal(device.key, at, is_in_focus=is_in_focus)

    def lock(self, device: Device) -> str:
        """Why a device is never written, not even by panic; empty where it may be."""
        return self.rules.lock(self._mix.by_number(device.track), LockClass.SOUND)

    def is_silent(self, place: Place) -> bool:
        """Whether the DAW left our last write to a parameter unanswered, and has said nothing."""
        return place in self._silent

    # -- on the way ----------------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._ramps

    @property
    def due(self) -> float | None:
        """When `advance` has something to do next; None while idle."""
        return min((ramp.due for ramp in self._ramps.values()), default=None)

    def is_wanted(self, command: SetDeviceParam) -> bool:
        """Whether a write that had to wait is still meant."""
        ramp = self._ramps.get((command.key, command.param))
        return ramp is not None and ramp.move == command.move.removesuffix(BACK)

    def on_the_wire(self, device: Device, index: int) -> float:
        """What was asked for last, or else what the device holds; a position."""
        ramp = self._ramps.get((device.key, index))
        return ramp.written[-1] if ramp and ramp.written else device.position(index)

    def heading(self, device: Device, index: int) -> float:
        """Where a parameter is on its way to, or else what the device holds; a position."""
        ramp = self._ramps.get((device.key, index))
        return ramp.target if ramp else device.position(index)

    def begin(
        self,
        device: Device,
        index: int,
        target: float,
        at: float,
        *,
        purpose: Purpose,
        move: str,
        stood: float,
    ) -> None:
        """Send a parameter on its way to a position; what was on its way there ends.

        It stops at `highest`, or at `stood`, where it stood before, if that is higher.
        """
        start, limits = self.on_the_wire(device, index), self.rules.guard.limits
        self.cancel((device.key, index))
        if math.isnan(start) or math.isnan(target):
            return
        target = min(target, max(self.highest(device).get(index, 1.0), start, stood))
        target = device.specs[index].snap(target)
        self._ramps[device.key, index] = Ramp(
            place=(device.key, index),
            start=start,
            target=target,
            began_at=at,
            duration_s=0.0 if purpose is Purpose.HAND else limits.ramp_s,
            purpose=purpose,
            move=move,
            due=at,
        )

    def cancel(self, place: Place) -> None:
        """Leave a parameter where it is now; echoes of what was written are still known."""
        if ramp := self._ramps.pop(place, None):
            self._ended.append(ramp)
            if ramp.written and not self.is_online:
                self._silent.add(place)

    def cancel_all(self, *, spare_back: bool = False) -> list[Ramp]:
        """Leave all where it is now; returns what was on its way.

        With `spare_back` what is on its way back goes on: half of it would be a sound that nobody
        has chosen, or one that went back since it was too loud.
        """
        back = (Purpose.PANIC, Purpose.UNDO) if spare_back else ()
        stopped = [ramp for ramp in self._ramps.values() if ramp.purpose not in back]
        for ramp in stopped:
            self.cancel(ramp.place)
        return stopped

    def advance(self, at: float) -> KnobAdvance:
        """What is to be written now."""
        result = KnobAdvance()
        for place, ramp in list(self._ramps.items()):
            if at < ramp.due - _ROUNDING:
                continue
            device = self._rack.by_key(place[0])
            if device is None or place[1] not in device.specs:
                self.cancel(place)
                result.refused.append((ramp, "the device is gone"))
                continue
            if why_not := self.refusal(device, at, ramp.purpose):
                self.cancel(place)
                result.refused.append((ramp, why_not))
            elif ramp.is_written and ramp.is_repeated:
                self.cancel(place)
                self._silent.add(place)
                result.unanswered.append(ramp)
            else:
                self._write(ramp, device, at, result.commands)
        return result

    def _write(self, ramp: Ramp, device: Device, at: float, commands: list[SetDeviceParam]) -> None:
        index, spec = ramp.place[1], device.specs[ramp.place[1]]
        ramp.is_repeated = ramp.is_written
        position = spec.snap(ramp.position(at))
        if not ramp.is_repeated and position != ramp.target and ramp.written[-1:] == [position]:
            ramp.due = at + RAMP_STEP_S
            return  # it stands on that step already
        ramp.written.append(position)
        ramp.written_at = self.written_at = at
        ramp.due = at + (ECHO_TIMEOUT_S if ramp.is_written else RAMP_STEP_S)
        back = BACK if ramp.purpose is Purpose.UNDO else ""
        commands.append(
            SetDeviceParam(
                device=device.number,
                param=index,
                value=spec.value(position),
                key=device.key,
                move=ramp.move + back,
                is_last=ramp.is_written,
                others_left=sum(
                    (other.place[0], other.move, other.purpose)
                    == (ramp.place[0], ramp.move, ramp.purpose)
                    and not other.is_written
                    for other in self._ramps.values()
                    if other is not ramp
                ),
            )
        )

    def receive(self, device: Device, index: int, position: float, at: float) -> tuple[Whose, str]:
        """Whose a value is, and the move that it belongs to."""
        place, tolerance = (device.key, index), device.specs[index].tolerance
        was_silent = place in self._silent
        self._silent.discard(place)
        ramp = self._ramps.get(place)
        if ramp is not None and _has_written(ramp, position, tolerance):
            if ramp.is_written and abs(position - ramp.target) <= tolerance:
                self.cancel(place)
                return Whose.CONFIRMED, ramp.move
            return Whose.ECHO, ramp.move
        for old in reversed(self._ended):
            is_lately = was_silent or at - old.written_at <= _LATE_ECHO_S
            if old.place == place and is_lately and _has_written(old, position, tolerance):
                return Whose.LATE, old.move
        return Whose.FOREIGN, ""

    def is_ours(self, device: Device, index: int, position: float, at: float) -> bool:
        """Whether a position is one that we wrote lately."""
        place, tolerance = (device.key, index), device.specs[index].tolerance
        written = [ramp for ramp in (self._ramps.get(place), *self._ended) if ramp is not None]
        return any(
            ramp.place == place
            and (place in self._silent or at - ramp.written_at <= _LATE_ECHO_S)
            and _has_written(ramp, position, tolerance)
            for ramp in written
        )


def _has_written(ramp: Ramp, position: float, tolerance: float) -> bool:
    return any(abs(position - written) <= tolerance + 1e-6 for written in ramp.written)
