"""Pads and pedals: what a press is, and what was bound to it; pure, with time passed in.

Pads send notes, pedals and buttons send controllers (CC). A press is a note that goes on, or a
controller that rises through the middle. Two kinds of pedal need more: one that rests at 127 and
sends 0 when it is pressed (`Style.REVERSED`), and one that changes at every press and says nothing
when it is let go (`Style.LATCHING`); learning by capture tells them apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

LONG_S: Final = 0.5
"""One switch: held this long it means bad."""

DOUBLE_S: Final = 0.3
"""One switch: a second press within this after a short one makes it an undo."""

DEBOUNCE_S: Final = 0.25
"""Two presses of one pad within this are one: contacts bounce, and so do thumbs."""

PANIC_HOLD_S: Final = 1.0
"""Good and bad held together for this long is panic."""

_HALF: Final = 64


class Action(StrEnum):
    """What a pad can be bound to; `SWITCH` is one pedal: good, bad (long), undo (twice)."""

    GOOD = "good"
    BAD = "bad"
    UNDO = "undo"
    ACCEPT = "accept"
    SKIP = "skip"
    MODE = "mode"
    FREEZE = "freeze"
    PANIC = "panic"
    SWITCH = "switch"


class Style(StrEnum):
    """How a control tells that it is pressed."""

    MOMENTARY = "momentary"
    REVERSED = "reversed"
    LATCHING = "latching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One pad or pedal: the device by its name, and the message that it sends.

    Attributes:
        device: Its name, without the numbers that change when it is plugged in again.
        kind: note or cc.
        channel: 1 to 16.
        number: Of the note or controller, 0 to 127.
    """

    device: str
    kind: str
    channel: int
    number: int

    def __str__(self) -> str:
        """For a person."""
        return f"{self.device}, {self.kind} {self.number}, channel {self.channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message of a control; `value` is 0 to 127."""

    control: Control
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A control and what it does."""

    action: Action
    control: Control
    style: Style = Style.MOMENTARY

    def to_json(self) -> dict[str, Any]:
        """For the state file."""
        return {"action": self.action.value, "style": self.style.value} | asdict(self.control)

    def __str__(self) -> str:
        """For a person."""
        style = "" if self.style is Style.MOMENTARY else f" ({self.style})"
        return f"{self.action}: {self.control}{style}"


def heard(device: str, data: Iterable[int]) -> Heard | None:
    """What the bytes of a message mean; None for everything but notes and controllers."""
    import mido

    message = mido.parse(list(data))
    if message is None or message.type not in ("note_on", "note_off", "control_change"):
        return None
    is_note = message.type != "control_change"
    value = message.velocity if is_note else message.value
    control = Control(
        device=device,
        kind="note" if is_note else "cc",
        channel=message.channel + 1,
        number=message.note if is_note else message.control,
    )
    return Heard(control=control, value=0 if message.type == "note_off" else value)


def read_bindings(kept: Mapping[str, Any]) -> tuple[Binding, ...]:
    """The bindings of a state file; what cannot be read is left out."""
    bindings = []
    for entry in kept.get("bindings", ()):
        try:
            control = Control(
                device=str(entry["device"]),
                kind=str(entry["kind"]),
                channel=int(entry["channel"]),
                number=int(entry["number"]),
            )
            style = Style(entry["style"])
            bindings.append(Binding(action=Action(entry["action"]), control=control, style=style))
        except (KeyError, ValueError, TypeError):
            continue
    return tuple(bindings)


def bind(bindings: Iterable[Binding], new: Binding) -> tuple[Binding, ...]:
    """Add a binding; the control and the action let go of what they had."""
    kept = (b for b in bindings if b.control != new.control and b.action is not new.action)
    return (*kept, new)


class Capture:
    """Learning by capture: the first control that is pressed, and how it tells.

    Give it messages until `control` is there, and then for `WAIT_S` more: a second message in that
    time is the pedal being let go.
    """

    WAIT_S: Final = 1.0

    def __init__(self) -> None:
        self.control: Control | None = None
        self._values: list[int] = []

    def hear(self, message: Heard) -> None:
        """Take a message."""
        if self.control is None:
            self.control = message.control
        if message.control == self.control:
            self._values.append(message.value)

    @property
    def style(self) -> Style:
        """How the control tells, as far as was heard."""
        is_note = self.control is not None and self.control.kind == "note"
        if is_note:
            return Style.MOMENTARY
        if len(self._values) < 2:
            return Style.LATCHING
        return Style.REVERSED if self._values[0] < _HALF <= self._values[1] else Style.MOMENTARY


@dataclass(slots=True)
class _Pad:
    """One bound control.

    Attributes:
        is_down: Whether it is held now.
        down_at: Since when.
        acted_at: When it last did something.
        waits_until: One switch: a short press waits until then for a second one.
        is_spent: One switch: this press has already been taken as a long or second one.
    """

    binding: Binding
    is_down: bool = False
    down_at: float = 0.0
    acted_at: float = float("-inf")
    waits_until: float | None = None
    is_spent: bool = False
    value: int = -1


class Pads:
    """Turns messages into actions; call `advance` when `due` has come."""

    def __init__(self, bindings: Iterable[Binding] = ()) -> None:
        self._pads = {binding.control: _Pad(binding) for binding in bindings}
        self._is_panic_told = False

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """What is bound."""
        return tuple(pad.binding for pad in self._pads.values())

    @property
    def due(self) -> float | None:
        """When time alone makes something happen, monotonic seconds."""
        times = [self._panic_at()]
        for pad in self._pads.values():
            if pad.binding.action is Action.SWITCH:
                times.append(pad.waits_until)
                if pad.is_down and not pad.is_spent:
                    times.append(pad.down_at + LONG_S)
        return min((time for time in times if time is not None), default=None)

    def hear(self, message: Heard, at: float) -> list[Action]:
        """What a message does, at once."""
        pad = self._pads.get(message.control)
        if pad is None:
            return []
        before, pad.value = pad.value, message.value
        match pad.binding.style:
            case Style.LATCHING:
                is_change = before < 0 or (before < _HALF) is not (message.value < _HALF)
                return self._press(pad, at) if is_change else []
            case Style.REVERSED:
                is_down = message.value < _HALF
            case Style.MOMENTARY:
                threshold = 1 if message.control.kind == "note" else _HALF
                is_down = message.value >= threshold
        # A note that goes on twice was let go of between: some pads never say so.
        is_struck_anew = is_down and message.control.kind == "note"
        if is_down is pad.is_down and not is_struck_anew:
            return []
        pad.is_down = is_down
        if is_down:
            pad.down_at, pad.is_spent = at, False
            return self._press(pad, at)
        return self._release(pad, at)

    def advance(self, at: float) -> list[Action]:
        """What has come with time."""
        actions = []
        panic_at = self._panic_at()
        if panic_at is not None and at >= panic_at:
            self._is_panic_told = True
            actions.append(Action.PANIC)
        for pad in self._pads.values():
            if pad.binding.action is not Action.SWITCH:
                continue
            if pad.is_down and not pad.is_spent and at >= pad.down_at + LONG_S:
                pad.is_spent = True
                actions.append(Action.BAD)
            if pad.waits_until is not None and at >= pad.waits_until:
                pad.waits_until = None
                actions.append(Action.GOOD)
        return actions

    def _press(self, pad: _Pad, at: float) -> list[Action]:
        if pad.binding.action is Action.SWITCH and pad.binding.style is not Style.LATCHING:
            if pad.waits_until is None:
                return []
            pad.waits_until, pad.is_spent = None, True
            return [Action.UNDO]
        if at < pad.acted_at + DEBOUNCE_S:
            return []
        pad.acted_at = at
        # A latching pedal does not tell how long it was held: it can only mean the short press.
        return [Action.GOOD if pad.binding.action is Action.SWITCH else pad.binding.action]

    def _release(self, pad: _Pad, at: float) -> list[Action]:
        self._is_panic_told &= self._is_held(Action.GOOD) and self._is_held(Action.BAD)
        if pad.binding.action is Action.SWITCH and not pad.is_spent:
            pad.is_spent = True
            pad.waits_until = at + DOUBLE_S
        return []

    def _is_held(self, action: Action) -> bool:
        return any(pad.is_down and pad.binding.action is action for pad in self._pads.values())

    def _panic_at(self) -> float | None:
        if self._is_panic_told or not (self._is_held(Action.GOOD) and self._is_held(Action.BAD)):
            return None
        both = (Action.GOOD, Action.BAD)
        downs = [p.down_at for p in self._pads.values() if p.is_down and p.binding.action in both]
        return max(downs) + PANIC_HOLD_S
