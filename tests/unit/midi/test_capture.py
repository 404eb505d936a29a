"""What a control is, told by watching it: a person who holds it long, and every kind of pedal."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.midi.capture import MOST_PRESSES, QUIET_S, Capture, Verdict
from bridge.midi.pads import Action, Binding, Control, Heard, Pads, Style

PEDAL = Control(device="board", kind="cc", channel=1, number=80)
OTHER = Control(device="board", kind="cc", channel=1, number=81)
PAD = Control(device="board", kind="note", channel=1, number=36)
PROGRAM = Control(device="board", kind="program", channel=1, number=5)
BANK = Control(device="board", kind="cc", channel=1, number=0)

Messages = Sequence[tuple[float, Control, int]]


def learn(*presses: Messages, others: tuple[Control, ...] = ()) -> tuple[Capture, int]:
    """Press when asked, and not before the last press is over; how often it was asked for.

    Seconds in `presses` count from each asking.
    """
    capture, now, asked = Capture(others), 0.0, 0
    coming: list[tuple[float, Control, int]] = []
    while asked <= len(presses):
        if asked < len(presses):
            start = max([now, *(at for at, _, _ in coming)])
            coming += [(start + after, control, value) for after, control, value in presses[asked]]
        asked += 1
        while coming or capture.due is not None:
            coming.sort(key=lambda message: message[0])
            due = capture.due
            if coming and (due is None or coming[0][0] <= due):
                now, control, value = coming.pop(0)
                capture.watch(Heard(control=control, value=value), now)
                continue
            assert due is not None
            now = due
            if capture.judge() is Verdict.DONE:
                return capture, asked
            break
    raise AssertionError(f"not done after {len(presses)} presses")


def press(control: Control, *values: int, held_s: float = 0.2) -> Messages:
    """One press: its messages, so far apart."""
    return [(0.3 + place * held_s, control, value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("presses", "style"),
    [
        ([press(PEDAL, 127, 0)], Style.MOMENTARY),
        ([press(PEDAL, 0, 127)], Style.REVERSED),
        ([press(PAD, 100, 0)], Style.MOMENTARY),
        ([press(PROGRAM, 127)], Style.TRIGGER),
        ([press(PEDAL, 127), press(PEDAL, 127)], Style.TRIGGER),
        ([press(PEDAL, 0), press(PEDAL, 0)], Style.TRIGGER),
        ([press(PAD, 90), press(PAD, 70)], Style.TRIGGER),
        ([press(PEDAL, 127), press(PEDAL, 0), press(PEDAL, 127)], Style.LATCHING),
        ([press(PEDAL, 0), press(PEDAL, 127), press(PEDAL, 0)], Style.LATCHING),
        ([press(PEDAL, 127, 0, held_s=1.5)] * 2, Style.MOMENTARY),
        ([press(PEDAL, 127, 0, held_s=3.0)] * 2, Style.MOMENTARY),
        ([press(PEDAL, 0, 127, held_s=2.0)] * 2, Style.REVERSED),
        ([press(PAD, 90, 0, held_s=2.0)] * 2, Style.MOMENTARY),
        ([press(PEDAL, 127, 0, held_s=2.0), press(PEDAL, 127, 0)], Style.MOMENTARY),
        # A foot on a continuous pedal, down and up again.
        ([press(PEDAL, 5, 30, 70, 110, 127, 90, 40, 0, held_s=0.03)], Style.MOMENTARY),
        # It was held from before, and let go after the asking; then pressed as was asked.
        ([[(0.1, PEDAL, 0), *press(PEDAL, 127, 0)]], Style.MOMENTARY),
    ],
)
def test_the_kind_of_a_control_is_told_by_watching(presses: list[Messages], style: Style) -> None:
    capture, asked = learn(*presses)
    assert (capture.style, asked) == (style, len(presses))


def test_a_release_that_comes_late_is_no_second_press() -> None:
    """Held for two seconds, let go, and nothing more: only the next press tells."""
    late = [(0.3, PEDAL, 127), (2.3, PEDAL, 0)]
    capture, asked = learn(late, [], press(PEDAL, 127, 0))
    assert (capture.style, asked) == (Style.MOMENTARY, 3)


def test_the_bank_select_before_a_program_change_is_not_what_was_pressed() -> None:
    lsb = Control(device="board", kind="cc", channel=1, number=32)
    capture, _ = learn([(0.3, BANK, 0), (0.301, lsb, 2), (0.302, PROGRAM, 127)])
    assert capture.control == PROGRAM
    assert {BANK, lsb} <= capture.company


def test_what_one_press_sends_besides_cannot_mean_something_else() -> None:
    first, _ = learn([(0.3, PROGRAM, 127), (0.31, PEDAL, 127)])
    assert first.company == {PEDAL}
    second, _ = learn(press(OTHER, 127, 0), others=(PROGRAM, *first.company))
    assert second.control == OTHER
    third = Capture((PROGRAM, *first.company))
    third.watch(Heard(control=PEDAL, value=127), 1.0)
    assert (third.control, third.refused) == (None, PEDAL)


def test_a_fader_that_trembles_at_rest_is_not_pressed() -> None:
    capture = Capture()
    for value in (40, 41, 40):
        capture.watch(Heard(control=OTHER, value=value), 1.0)
    capture.watch(Heard(control=PEDAL, value=127), 2.0)
    assert capture.control == PEDAL


def test_a_knob_that_trembles_while_a_press_is_waited_for_is_not_asked_again() -> None:
    capture = Capture()
    for at, value in ((0.0, 64), (1.0, 65), (2.0, 64)):
        while (due := capture.due) is not None and due <= at:
            assert capture.judge() is Verdict.ANOTHER_PRESS
        capture.watch(Heard(control=PEDAL, value=value), at)
    assert capture.due is None  # asked once, and still waiting


@example([(0.0, PEDAL, 64), (1.0, PEDAL, 65), (1.0, PEDAL, 64), (1.0, PEDAL, 0)])
@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 3.0), st.sampled_from([PEDAL, PAD, PROGRAM, BANK]), st.integers(0, 127)
        ),
        max_size=30,
    )
)
def test_whatever_comes_a_capture_ends_within_three_presses(
    steps: list[tuple[float, Control, int]],
) -> None:
    capture, now, asked = Capture(), 0.0, 1
    for after, control, value in steps:
        now += after
        while (due := capture.due) is not None and due <= now:
            verdict = capture.judge()
            if verdict is Verdict.DONE:
                assert capture.control is not None
                return
            asked += 1
        capture.watch(Heard(control=control, value=value), now)
    assert asked <= MOST_PRESSES or len({edge.is_high for edge in capture._edges}) < 2


@given(
    kind=st.sampled_from(["momentary", "reversed", "latching", "trigger"]),
    held_s=st.floats(0.05, 0.9) | st.floats(1.1, 2.9),
    again=st.lists(st.floats(0.5, 5.0), min_size=1, max_size=6),
)
def test_every_press_of_what_was_learnt_counts_once(
    kind: str, held_s: float, again: list[float]
) -> None:
    sides = {"momentary": (127, 0), "reversed": (0, 127), "trigger": (127,)}
    state = [0]

    def values() -> tuple[int, ...]:
        if kind != "latching":
            return sides[kind]
        state[0] = 127 - state[0]
        return (state[0],)

    capture, _ = learn(*(press(PEDAL, *values(), held_s=held_s) for _ in range(MOST_PRESSES)))
    # Presses that were not needed were not made: a latching pedal stands where it was left.
    state[0] = 127 if kind == "latching" and capture._value == 127 else 0
    pads = Pads([Binding(action=Action.GOOD, control=PEDAL, style=capture.style)])
    now, counted = 100.0, 0
    for gap in again:
        for place, value in enumerate(values()):
            counted += len(pads.receive(Heard(control=PEDAL, value=value), now + place * held_s))
        now += held_s + gap
    assert counted == len(again)
    assert QUIET_S > 0
