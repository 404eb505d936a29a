"""Learning a pad or a pedal by watching it: which control is pressed, and how it says so.

A press and its release are one gesture, however long it is held. One gesture does not always tell
what kind of control it is: 127 alone may be a pedal that is still held, one that latches, or one
that sends 127 at every press. Then the person is asked for another press. Pure: time is passed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from bridge.midi.pads import DEBOUNCE_S, Control, Heard, Style

QUIET_S: Final = 1.0
"""A gesture is over when its control has said nothing for this long ..."""

SETTLE_S: Final = 0.3
"""... or for this long, where press and release were both heard."""

HELD_S: Final = 4.0
"""How long to wait for the release of a control that is still held."""

COMPANY_S: Final = 0.05
"""Messages this near to each other come from one press: floor boards send several at once."""

MOST_PRESSES: Final = 3
_BANK_SELECT: Final = (0, 32)
"""Controllers that go before a program change, and are no press of their own (MIDI 1.0)."""


class Verdict(Enum):
    """What a capture needs next."""

    WAIT = auto()
    ANOTHER_PRESS = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class _Edge:
    """A moment in which the control changed sides, or said the same again."""

    is_high: bool
    at: float


class Capture:
    """Watches for the first control that is pressed, and then that control.

    Args:
        others: Controls that were just bound to something else, and what came with them.

    Attributes:
        control: What was pressed; None until then.
        style: How it says so; it holds once `judge` has answered `Verdict.DONE`.
        company: Other controls that spoke in the same moment.
        refused: Whether one of `others` was pressed.
    """

    def __init__(self, others: Iterable[Control] = ()) -> None:
        self.control: Control | None = None
        self.style = Style.MOMENTARY
        self.company: set[Control] = set()
        self.refused: Control | None = None
        self._others = frozenset(others)
        self._edges: list[_Edge] = []
        self._value = -1
        self._heard_at = 0.0
        self._presses = 1
        self._is_asking = False

    def watch(self, message: Heard, at: float) -> None:
        """See a message, which came at monotonic second `at`."""
        control = message.control
        if control in self._others:
            if self.control is None and message.is_high:
                self.refused = control
            return
        if self.control is None or self._is_bank_of(control, at):
            if not _is_press(message):
                return
            if self.control is not None:
                self.company.add(self.control)
            self.control, self._edges, self._value = control, [], -1
        if control != self.control:
            if at - self._heard_at <= COMPANY_S:
                self.company.add(control)
            return
        if self._add_edge(message, at):  # a knob that trembles answers no question
            self._is_asking = False
        self._value, self._heard_at = message.value, at

    @property
    def due(self) -> float | None:
        """When to ask `judge`, monotonic seconds; None while a press is waited for."""
        if self.control is None or self._is_asking:
            return None
        is_told = self.control.kind == "program" or self._quick_presses() > 0
        wait_s = SETTLE_S if is_told else HELD_S if self._is_held else QUIET_S
        return self._heard_at + wait_s

    def judge(self) -> Verdict:
        """What the gestures up to now say; to be asked when `due` has come."""
        if self.control is None:
            return Verdict.WAIT
        style = self._style()
        if style is not None:
            self.style = style
            return Verdict.DONE
        self._presses += 1
        self._is_asking = True
        return Verdict.ANOTHER_PRESS

    def _style(self) -> Style | None:
        """How the control says that it is pressed; None while that cannot be told."""
        if self.control is not None and self.control.kind == "program":
            return Style.TRIGGER
        highs = [edge.is_high for edge in self._edges]
        if len(set(highs)) == 1:  # press after press, and no release
            return Style.TRIGGER if len(highs) > 1 else None
        if self._presses == 1:  # all of it was one quick gesture: where it ended it rests
            return _resting_at(high=highs[-1])
        if self._quick_presses() > 0 or len(highs) >= 2 * self._presses:
            return _resting_at(high=not highs[0])
        if self._presses < MOST_PRESSES:
            return None
        ends = [not first.is_high for first, then in self._pairs() if _is_quick(first, then)]
        return _resting_at(high=ends[-1]) if ends else Style.LATCHING

    @property
    def _is_held(self) -> bool:
        """Whether more was heard than presses were asked for, and the last of it is a press."""
        return len(self._edges) > self._presses and (
            self._edges[-1].is_high is self._edges[0].is_high
        )

    def _quick_presses(self) -> int:
        """Presses that were let go of within `QUIET_S`."""
        return sum(
            first.is_high is self._edges[0].is_high and _is_quick(first, then)
            for first, then in self._pairs()
        )

    def _pairs(self) -> list[tuple[_Edge, _Edge]]:
        pairs = zip(self._edges, self._edges[1:], strict=False)
        return [(first, then) for first, then in pairs if first.is_high is not then.is_high]

    def _add_edge(self, message: Heard, at: float) -> bool:
        """Whether a message is an edge, which is kept then.

        Sweeps of a continuous control are one edge; the same once more is a press of its own.
        """
        is_again = message.value == self._value or message.control.kind != "cc"
        is_new = not self._edges or self._edges[-1].is_high is not message.is_high
        is_edge = is_new or (is_again and at - self._heard_at >= DEBOUNCE_S)
        if is_edge:
            self._edges.append(_Edge(message.is_high, at))
        return is_edge

    def _is_bank_of(self, control: Control, at: float) -> bool:
        """Whether what was taken for the press is the bank select of this program change."""
        first = self.control
        return (
            first is not None
            and control.kind == "program"
            and first.kind == "cc"
            and first.number in _BANK_SELECT
            and first.channel == control.channel
            and at - self._heard_at <= SETTLE_S
        )


def _is_press(message: Heard) -> bool:
    """Whether a message can begin a gesture: the low half of a sweep and a note's end cannot."""
    return message.is_high or (message.control.kind == "cc" and message.value == 0)


def _is_quick(first: _Edge, then: _Edge) -> bool:
    return then.at - first.at < QUIET_S


def _resting_at(*, high: bool) -> Style:
    return Style.REVERSED if high else Style.MOMENTARY
