"""Presses, long ones and double ones, reversed and latching pedals; bindings and their file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.pads import (
    DEBOUNCE_S,
    DOUBLE_S,
    LONG_S,
    PANIC_HOLD_S,
    Action,
    Binding,
    Control,
    Heard,
    Pads,
    Style,
    Unbindable,
    bind,
    decode,
    read_bindings,
)

PAD = Control(device="pad", kind="note", channel=1, number=36)
OTHER = Control(device="pad", kind="note", channel=1, number=37)
PEDAL = Control(device="pedal", kind="cc", channel=2, number=80)


def pads(*bindings: tuple[Action, Control], style: Style = Style.MOMENTARY) -> Pads:
    return Pads(Binding(action=a, control=c, style=style) for a, c in bindings)


def feed(played: Pads, control: Control, *values: int, at: float = 1.0, step: float = 1.0) -> list:
    return [
        action
        for i, value in enumerate(values)
        for action in played.receive(Heard(control=control, value=value), at + i * step)
    ]


def test_messages_are_notes_controllers_and_programs() -> None:
    program = Control(device="board", kind="program", channel=3, number=5)
    assert decode("board", [0xC2, 5]) == Heard(control=program, value=127)
    assert decode("pad", [0x90, 36, 100]) == Heard(control=PAD, value=100)
    assert decode("pad", [0x80, 36, 64]) == Heard(control=PAD, value=0)
    assert decode("pedal", [0xB1, 80, 127]) == Heard(control=PEDAL, value=127)
    assert decode("pad", [0xF8]) is None
    assert decode("pad", []) is None


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ([0xE0, 0, 64], "pitchwheel"),
        ([0xD0, 64], "aftertouch"),
        ([0xB0, 123, 0], "control=123"),
        ([0xF0, 0x7F, 0x7F, 0x06, 0x02, 0xF7], "sysex"),
        ([0xFA], "start"),
    ],
)
def test_what_cannot_be_bound_is_said_all_the_same(data: list[int], word: str) -> None:
    message = decode("board", data)
    assert isinstance(message, Unbindable)
    assert word in str(message)
    assert str(message).endswith("(this cannot be bound)")


@given(st.binary(max_size=6))
def test_no_bytes_of_a_device_are_a_fault(data: bytes) -> None:
    assert decode("board", data) is None or str(decode("board", data))


def test_a_note_acts_when_it_goes_on_and_not_when_it_goes_off() -> None:
    assert feed(pads((Action.GOOD, PAD)), PAD, 1, 0, 127, 0) == [Action.GOOD, Action.GOOD]


def test_a_pad_that_never_says_that_it_was_let_go_of_acts_every_time() -> None:
    assert feed(pads((Action.GOOD, PAD)), PAD, 100, 100) == [Action.GOOD, Action.GOOD]


def test_a_controller_acts_when_it_rises_through_the_middle() -> None:
    played = pads((Action.BAD, PEDAL))
    assert feed(played, PEDAL, 10, 63, 64, 100, 127, 63, 90) == [Action.BAD, Action.BAD]


def test_a_reversed_pedal_acts_when_it_falls() -> None:
    assert feed(pads((Action.UNDO, PEDAL), style=Style.REVERSED), PEDAL, 0, 127) == [Action.UNDO]


def test_a_latching_pedal_acts_at_every_change() -> None:
    played = pads((Action.GOOD, PEDAL), style=Style.LATCHING)
    assert feed(played, PEDAL, 127, 0, 127) == [Action.GOOD] * 3


@pytest.mark.parametrize("style", list(Style))
def test_a_pedal_that_sends_127_at_every_press_works_every_time(style: Style) -> None:
    """Whatever it was learnt as, but for a reversed one, which it is not."""
    if style is Style.REVERSED:
        return
    assert feed(pads((Action.GOOD, PEDAL), style=style), PEDAL, *[127] * 4) == [Action.GOOD] * 4


@pytest.mark.parametrize("style", [Style.MOMENTARY, Style.LATCHING, Style.TRIGGER])
def test_a_button_that_repeats_itself_while_it_is_held_acts_once(style: Style) -> None:
    played = pads((Action.GOOD, PEDAL), style=style)
    assert feed(played, PEDAL, *[127] * 40, step=DEBOUNCE_S / 3) == [Action.GOOD]


def test_a_sweep_over_the_upper_half_is_one_press() -> None:
    played = pads((Action.GOOD, PEDAL))
    assert feed(played, PEDAL, 64, 80, 100, 127, 90, step=0.4) == [Action.GOOD]


def test_a_program_change_acts_every_time() -> None:
    program = Control(device="board", kind="program", channel=1, number=5)
    played = pads((Action.BAD, program), style=Style.TRIGGER)
    assert feed(played, program, 127, 127) == [Action.BAD, Action.BAD]


def test_pedals_that_never_say_that_they_were_let_go_are_not_held_for_panic() -> None:
    played = pads((Action.GOOD, PEDAL), (Action.BAD, OTHER))
    feed(played, PEDAL, 127, 127)
    feed(played, OTHER, 100, at=3.0)
    assert played.due is None


def test_a_pad_that_bounces_acts_once() -> None:
    played = pads((Action.GOOD, PAD))
    assert feed(played, PAD, 90, 0, 90, 0, step=DEBOUNCE_S / 4) == [Action.GOOD]


def test_what_is_not_bound_does_nothing() -> None:
    assert feed(pads((Action.GOOD, PAD)), OTHER, 100) == []


@pytest.mark.parametrize(
    ("held_s", "again_after_s", "action"),
    [
        (0.1, None, Action.GOOD),
        (LONG_S + 0.1, None, Action.BAD),
        (0.1, DOUBLE_S / 2, Action.UNDO),
    ],
)
def test_one_switch_says_three_things(
    held_s: float, again_after_s: float | None, action: Action
) -> None:
    played = pads((Action.SWITCH, PEDAL))
    said = feed(played, PEDAL, 127)
    if (due := played.due) is not None and due <= 1.0 + held_s:
        said += played.advance(due)
    said += feed(played, PEDAL, 0, at=1.0 + held_s)
    if again_after_s is not None:
        said += feed(played, PEDAL, 127, 0, at=1.0 + held_s + again_after_s, step=0.05)
    while (due := played.due) is not None:
        said += played.advance(due)
    assert said == [action]


def test_good_and_bad_held_together_are_panic_once() -> None:
    played = pads((Action.GOOD, PAD), (Action.BAD, OTHER))
    feed(played, PAD, 100, at=1.0)
    feed(played, OTHER, 100, at=1.5)
    assert played.due == 1.5 + PANIC_HOLD_S
    assert played.advance(1.5 + PANIC_HOLD_S) == [Action.PANIC]
    assert played.due is None
    feed(played, PAD, 0, 100, at=4.0)
    assert played.due == 5.0 + PANIC_HOLD_S


def test_letting_go_of_one_is_no_panic() -> None:
    played = pads((Action.GOOD, PAD), (Action.BAD, OTHER))
    feed(played, PAD, 100)
    feed(played, OTHER, 100, 0)
    assert played.due is None


def test_bindings_come_back_from_json_and_nonsense_is_named() -> None:
    binding = Binding(action=Action.GOOD, control=PEDAL, style=Style.REVERSED)
    kept = {
        "bindings": [
            binding.to_json(),
            {"action": "sing"},
            7,
            {**binding.to_json(), "number": "x"},
            {**binding.to_json(), "number": float("inf")},
            {**binding.to_json(), "kind": "wheel"},
        ]
    }
    found, faults = read_bindings(kept)
    assert found == (binding,)
    assert [fault.partition(":")[0] for fault in faults] == [
        f"binding {place} is not used" for place in range(2, 7)
    ]
    assert "'device' is missing" in faults[0]
    assert read_bindings({}) == ((), ())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["bindings", "action", "device", "number"]), inner)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_no_content_of_the_file_is_a_fault(kept: object) -> None:
    bindings, _ = read_bindings(kept)
    assert bindings == ()


def test_a_new_binding_takes_the_control_and_the_action() -> None:
    old = (Binding(action=Action.GOOD, control=PAD), Binding(action=Action.BAD, control=OTHER))
    new = Binding(action=Action.GOOD, control=OTHER)
    assert bind(old, new) == (new,)
