"""Hands on devices: what a device says that was not asked for, and what that means.

1. A value is ours coming back, or a hand. It is measured from what was settled, never from the last
   message, so that a way in small steps is one hand. The whole device is left alone for
   `HOLD_OFF_S`; where the hand has settled is a lesson.
2. Many parameters at once are another patch and no hand: what stands there is taken over, nothing
   of it is ours any more, and nobody learns from it.
3. Where a write of ours and a hand have crossed, and ours stands, the hand's value is given back.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.engine.device_moves import DeviceMoves
from bridge.guard.knobs import Knobs, Place, Whose
from bridge.guard.write import Purpose
from bridge.mix.device_events import DeviceEvent, DeviceParamChanged, Note
from bridge.mix.devices import Device, Rack
from bridge.mix.notices import Actor, ChangeNoticed
from bridge.mix.state import MixState
from bridge.tasks.task import Lesson, Scene, Teaching, Variant

_SETTLE_S: Final = 1.0
"""A parameter that has not moved for this long has arrived."""
_PATCH_WINDOW_S: Final = 0.8
_PATCH_PARAMS: Final = 3
_PATCH_SHARE: Final = 0.25
"""Nobody moves a quarter of the parameters, and three at least, in a moment."""
_CROSSED_S: Final = 2.0


@dataclass(slots=True, kw_only=True)
class DeviceTouch:
    """A person's move of a parameter that may still go on.

    Attributes:
        start: The position before the hand came.
        value: Where it is now.
        at: When it last moved, monotonic seconds.
        scene: What was known before.
    """

    key: str
    index: int
    start: float
    value: float
    at: float
    scene: Scene


class DeviceHands:
    """Reads what devices say into the rack; tells hands from everything else."""

    def __init__(
        self,
        *,
        rack: Rack,
        knobs: Knobs,
        moves: DeviceMoves,
        mix: MixState,
        scene_of: Callable[[Device, float], Scene],
        interrupt: Callable[[str, float, str, int | None], None],
        notify: Callable[[str], None],
        is_patch_ours: Callable[[str, float], bool],
    ) -> None:
        """Give it its neighbours.

        Args:
            rack: The devices.
            knobs: What is on its way to them.
            moves: What was changed of them.
            mix: The strips that they are on.
            scene_of: What a task may know of a device at that time.
            interrupt: A device is taken over: its key, why, and the parameter that a hand is on,
                None for another patch.
            notify: Shows a sentence to everyone.
            is_patch_ours: Whether we have just loaded a patch into the device of that identity.
        """
        self._rack = rack
        self._knobs = knobs
        self._moves = moves
        self._mix = mix
        self._scene_of = scene_of
        self._interrupt = interrupt
        self._notify = notify
        self._is_patch_ours = is_patch_ours
        self._touches: dict[Place, DeviceTouch] = {}
        self._moved: deque[tuple[float, str, int]] = deque()
        self._is_patch_told = False
        self._theirs: dict[Place, tuple[float, float]] = {}
        """Where a hand has left a parameter that we were writing, and when."""

    @property
    def due(self) -> float | None:
        """When the next touch settles, if nothing moves until then."""
        return min((touch.at + _SETTLE_S for touch in self._touches.values()), default=None)

    def settle(self, at: float) -> list[DeviceTouch]:
        """The touches that have arrived; each is returned once."""
        arrived = [t for t in self._touches.values() if at >= t.at + _SETTLE_S - 1e-9]
        for touch in arrived:
            del self._touches[touch.key, touch.index]
        return arrived

    def receive(self, event: DeviceEvent) -> None:
        """Take over what was said of a device."""
        if change := self._rack.receive(event):
            device = self._rack.by_number(change.device)
            if device is not None and change.param in device.specs:
                self._receive_value(device, change)

    def expect_patch(self) -> None:
        """The DAW says that what the next dump tells is no hand's."""
        self._is_patch_told = True

    def close_dump(self, at: float) -> None:
        """A dump has said which devices there are, and what they hold."""
        known = {device.key: device.specs for device in self._rack.devices}
        _, changes = self._rack.close_dump(self._strip_key)
        for device in self._rack.devices:
            said = [change for change in changes if change.device == device.number]
            moved = [change for change in said if self._is_moved(device, change)]
            is_new = device.key not in known
            is_other = self._is_patch_told or known.get(device.key) != device.specs
            if (is_other and not is_new) or self._is_patch(device, len(moved)):
                for change in said:
                    self._adopt(device, change)
                self._adopt_patch(device, at)
                continue
            for change in said:
                self._receive_value(device, change)
        self._is_patch_told = False

    def _is_moved(self, device: Device, change: DeviceParamChanged) -> bool:
        """Whether a dump says another position than was settled, and it is none of ours."""
        position = device.specs[change.param].position(change.value)
        is_same = is_same_position(device, change.param, device.settled[change.param], position)
        is_known = not math.isnan(position) and not is_same
        return is_known and not self._knobs.is_ours(device, change.param, position, change.at)

    def _adopt(self, device: Device, change: DeviceParamChanged) -> None:
        device.confirm(change.param, device.specs[change.param].position(change.value))

    def _strip_key(self, track: int) -> str:
        strip = self._mix.by_number(track)
        return strip.key if strip else f"track {track}"

    def _receive_value(self, device: Device, change: DeviceParamChanged) -> None:
        index, at, place = change.param, change.at, (device.key, change.param)
        position = device.specs[index].position(change.value)
        before = device.settled.get(index, math.nan)
        if math.isnan(position) or math.isnan(before):
            device.confirm(index, position)
            return
        whose = self._moves.receive(device, index, position, at)
        if whose is Whose.LATE and place in self._theirs:
            theirs, touched_at = self._theirs.pop(place)
            if at - touched_at <= _CROSSED_S and not is_same_position(
                device, index, theirs, position
            ):
                device.confirm(index, position)  # our write crossed the hand: give theirs back
                self._knobs.begin(
                    device, index, theirs, at, purpose=Purpose.HAND, move="", stood=theirs
                )
                return
        if whose is not Whose.FOREIGN:
            device.confirm(index, position)
            return
        device.positions[index] = position
        if place in self._touches or not is_same_position(device, index, before, position):
            self._touch(device, index, before, position, at)

    def _touch(self, device: Device, index: int, before: float, position: float, at: float) -> None:
        """Somebody else moved a parameter: a hand, or another patch where it is many."""
        place = device.key, index
        touch = self._touches.get(place)
        if touch is None:
            self._moved.append((at, *place))
        while self._moved and self._moved[0][0] < at - _PATCH_WINDOW_S:
            self._moved.popleft()
        device.settled[index] = position
        if self._is_patch_ours(device.key, at):
            self._knobs.written_at = at  # what is heard from now on is the new patch
            return
        if self._is_patch(device, len({each for _, key, each in self._moved if key == device.key})):
            self._adopt_patch(device, at)
            return
        scene = touch.scene if touch else self._scene_of(device, at)
        self._moves.yield_to_hand(device, index, at)
        self._interrupt(device.key, at, "your hand took over", index)
        self._knobs.rules.hold(device.key, at)
        self._theirs[place] = position, at
        self._touches[place] = DeviceTouch(
            key=device.key,
            index=index,
            start=touch.start if touch else before,
            value=position,
            at=at,
            scene=scene,
        )

    def _is_patch(self, device: Device, moved: int) -> bool:
        return moved >= max(_PATCH_PARAMS, _PATCH_SHARE * len(device.specs))

    def _adopt_patch(self, device: Device, at: float) -> None:
        """Another patch was loaded: what stands there is the person's; it teaches nothing."""
        if self._is_patch_ours(device.key, at):
            device.settled.update(device.positions)
            self._knobs.written_at = at  # what is heard from now on is the new patch
            return
        self._interrupt(device.key, at, "another patch was loaded", None)
        self._moves.disown(device.key)
        self._knobs.rules.hold(device.key, at)
        for place in [place for place in self._touches if place[0] == device.key]:
            del self._touches[place]
        device.settled.update(device.positions)
        self._moved.clear()
        if device.key == self._knobs.focus:
            self._notify(f"{device.name}: another patch was loaded; I begin from it")


def is_same_position(device: Device, index: int, a: float, b: float) -> bool:
    """Whether two positions of a parameter are one."""
    return abs(a - b) <= device.specs[index].tolerance


def change_of(device: Device, touch: DeviceTouch) -> ChangeNoticed:
    """What everyone is told of a hand that has settled."""
    return ChangeNoticed(
        actor=Actor.HAND,
        track=device.track,
        param=device.param(touch.index),
        from_value=touch.start,
        to_value=touch.value,
    )


def lesson_of(touches: Sequence[DeviceTouch], after: Note | None) -> Lesson:
    """What hands teach that have settled, oldest first, and what they have made of the sound."""
    by_hand = Variant(
        positions={touch.index: touch.value for touch in touches},
        probability=1.0,
        score=0.0,
        confidence=1.0,
        reason="your hand",
    )
    return Lesson(
        teaching=Teaching.HAND, scene=touches[0].scene, variants=(by_hand,), after=(after,)
    )
