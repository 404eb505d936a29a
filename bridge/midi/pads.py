"""Pads and pedals: what a press is, and what was bound to it; pure, with time passed in.

Pads send notes, pedals and buttons send controllers (CC), floor boards send program changes. A
press is a note that goes on, a program change, or a controller that rises through the middle. Three
kinds of control need more: one that rests at 127 and sends 0 when it is pressed (`Style.REVERSED`),
one that changes at every press and says nothing when it is let go (`Style.LATCHING`), and one that
sends the same at every press (`Style.TRIGGER`); `midi_capture` tells them apart by watching.
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
"""Two presses of one pad within this are one: contacts bounce, and so do thumbs.

The same message again within it belongs to a flood (a button that repeats itself while it is held);
after it, it is a second press of a pad that does not say when it is let go.
"""

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
    ENDORSE = "endorse"
    PICK_1 = "pick1"
    PICK_2 = "pick2"
    PICK_3 = "pick3"
    KEEP = "keep"
    SWITCH = "switch"


class Style(StrEnum):
    """How a control tells that it is pressed."""

    MOMENTARY = "momentary"
    REVERSED = "reversed"
    LATCHING = "latching"
    TRIGGER = "trigger"

    @property
    def has_release(self) -> bool:
        """Whether such a control says when it is let go."""
        return self in (Style.MOMENTARY, Style.REVERSED)


KINDS: Final = ("note", "cc", "program")
"""The messages that a person can press: notes, controllers and program changes."""

_FIRST_MODE_MESSAGE: Final = 120
"""Controllers from here on are channel mode messages, sent by programs (MIDI 1.0, table 3)."""

_REALTIME: Final = frozenset(("clock", "active_sensing", "quarter_frame", "songpos"))
"""What devices send all the time; nobody presses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One pad or pedal: the device by its name, and the message that it sends.

    Attributes:
        device: Its name, without the numbers that change when it is plugged in again.
        kind: One of `KINDS`.
        channel: 1 to 16.
        number: Of the note, the controller or the program, 0 to 127.
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
    """A message of a control; `value` is 0 to 127, and 127 for every program change."""

    control: Control
    value: int

    @property
    def is_high(self) -> bool:
        """Whether it is in the upper half; a note is as soon as it goes on."""
        return self.value >= (_HALF if self.control.kind == "cc" else 1)

    def __str__(self) -> str:
        """For a person."""
        value = "" if self.control.kind == "program" else f": {self.value}"
        return f"{self.control}{value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbindable:
    """A message that is no press, or none that can be bound; `text` says what it was."""

    text: str

    def __str__(self) -> str:
        """For a person."""
        return f"{self.text} (this cannot be bound)"


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


def decode(device: str, data: Iterable[int]) -> Heard | Unbindable | None:
    """What the bytes of a message mean; None for clocks and for what is no message."""
    import mido

    try:
        message = mido.parse(list(data))
    except (ValueError, TypeError, IndexError):
        return None
    if message is None or message.type in _REALTIME:
        return None
    match message.type:
        case "note_on" | "note_off":
            value = message.velocity if message.type == "note_on" else 0
            kind, number = "note", message.note
        case "control_change" if message.control < _FIRST_MODE_MESSAGE:
            kind, number, value = "cc", message.control, message.value
        case "program_change":
            kind, number, value = "program", message.program, 127
        case _:
            return Unbindable(text=f"{device}, {str(message)[:60]}")
    control = Control(device=device, kind=kind, channel=message.channel + 1, number=number)
    return Heard(control=control, value=value)


def read_bindings(kept: object) -> tuple[tuple[Binding, ...], tuple[str, ...]]:
    """The bindings of a state file, and a sentence for each entry that cannot be read."""
    entries = kept.get("bindings", []) if isinstance(kept, Mapping) else kept
    if not isinstance(entries, list):
        return (), (f"expected a list of bindings, got {str(entries)[:60]}",)
    bindings, faults = [], []
    for place, entry in enumerate(entries, start=1):
        try:
            bindings.append(_binding(entry))
        except (KeyError, ValueError, TypeError) as error:
            faults.append(f"binding {place} is not used: {_in_words(error)}")
    return tuple(bindings), tuple(faults)


def _binding(entry: object) -> Binding:
    if not isinstance(entry, Mapping):
        raise TypeError(f"expected a group of keys, got {str(entry)[:60]}")
    device, kind = entry["device"], entry["kind"]
    channel, number = entry["channel"], entry["number"]
    if not isinstance(device, str) or not device:
        raise ValueError(f"device: expected a name, got {str(device)[:60]}")
    if kind not in KINDS:
        raise ValueError(f"kind: expected {', '.join(KINDS)}, got {str(kind)[:60]}")
    if type(channel) is not int or not 1 <= channel <= 16:
        raise ValueError(f"channel: expected 1 to 16, got {str(channel)[:60]}")
    if type(number) is not int or not 0 <= number <= 127:
        raise ValueError(f"number: expected 0 to 127, got {str(number)[:60]}")
    control = Control(device=device, kind=kind, channel=channel, number=number)
    style = Style(entry["style"])
    return Binding(action=Action(entry["action"]), control=control, style=style)


def _in_words(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def bind(bindings: Iterable[Binding], new: Binding) -> tuple[Binding, ...]:
    """Add a binding; the control and the action let go of what they had."""
    kept = (b for b in bindings if b.control != new.control and b.action is not new.action)
    return (*kept, new)


@dataclass(slots=True)
class _Pad:
    """One bound control.

    Attributes:
        is_down: Whether it is held now.
        down_at: Since when.
        acted_at: When it last did something.
        waits_until: One switch: a short press waits until then for a second one.
        is_spent: One switch: this press has already been taken as a long or second one.
        value: What it sent last, -1 before that, and `heard_at` when.
        has_release: Whether it says when it is let go, as far as is known.
    """

    binding: Binding
    is_down: bool = False
    down_at: float = 0.0
    acted_at: float = float("-inf")
    waits_until: float | None = None
    is_spent: bool = False
    value: int = -1
    heard_at: float = float("-inf")
    has_release: bool = True


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

    def receive(self, message: Heard, at: float) -> list[Action]:
        """What a message does, at once."""
        pad = self._pads.get(message.control)
        if pad is None:
            return []
        is_alike = pad.value == message.value
        is_flood = is_alike and at < pad.heard_at + DEBOUNCE_S
        pad.value, pad.heard_at = message.value, at
        if not pad.binding.style.has_release:  # every message is a press
            return [] if is_flood else self._press(pad, at)
        is_down = message.is_high is not (pad.binding.style is Style.REVERSED)
        if is_down and pad.is_down:  # it was let go of between; some pads never say so
            if is_flood or not (is_alike or message.control.kind == "note"):
                return []
            pad.has_release = False
        elif is_down is pad.is_down:
            return []
        pad.is_down = is_down
        if is_down:
            pad.down_at, pad.is_spent = at, False
            return self._press(pad, at)
        pad.has_release = True
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
        if pad.binding.action is Action.SWITCH and pad.binding.style.has_release:
            if pad.waits_until is None:
                return []
            pad.waits_until, pad.is_spent = None, True
            return [Action.UNDO]
        if at < pad.acted_at + DEBOUNCE_S:
            return []
        pad.acted_at = at
        # A pedal that does not say how long it was held can only mean the short press.
        return [Action.GOOD if pad.binding.action is Action.SWITCH else pad.binding.action]

    def _release(self, pad: _Pad, at: float) -> list[Action]:
        self._is_panic_told &= self._is_held(Action.GOOD) and self._is_held(Action.BAD)
        if pad.binding.action is Action.SWITCH and not pad.is_spent:
            pad.is_spent = True
            pad.waits_until = at + DOUBLE_S
        return []

    def _is_held(self, action: Action) -> bool:
        return any(pad.binding.action is action for pad in self._held())

    def _held(self) -> list[_Pad]:
        """What is held now; a pad that never says when it is let go is never held."""
        return [pad for pad in self._pads.values() if pad.is_down and pad.has_release]

    def _panic_at(self) -> float | None:
        if self._is_panic_told or not (self._is_held(Action.GOOD) and self._is_held(Action.BAD)):
            return None
        both = (Action.GOOD, Action.BAD)
        downs = [pad.down_at for pad in self._held() if pad.binding.action in both]
        return max(downs) + PANIC_HOLD_S
