"""`mixbridge midi` beside devices of a computer in memory: what a person is asked and told."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.rtmidi_fake import MidiSystem

from bridge.errors import RefusedError
from bridge.journal.state_file import state_path, write_state
from bridge.midi.learn import learn, list_devices, show_messages
from bridge.midi.pads import Action
from bridge.midi.service import load_bindings

pytestmark = pytest.mark.slow

BOARD = "Floor Board:Floor Board MIDI 1 24:0"
ON, OFF = [0xB0, 80, 127], [0xB0, 80, 0]

Answer = Callable[[str], list[list[int]]]


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> MidiSystem:
    system = MidiSystem(BOARD)
    monkeypatch.setitem(sys.modules, "rtmidi", system.library)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
    return system


class Person:
    """Reads what is said, and presses when asked to."""

    def __init__(self, computer: MidiSystem, answer: Answer, device: str = BOARD) -> None:
        self.lines: list[str] = []
        self._computer, self._answer, self._device = computer, answer, device

    def read(self, line: str) -> None:
        self.lines.append(line)
        if re.search(r"\bPress\b", line, re.IGNORECASE):
            self._computer.play(self._device, *self._answer(line))


def bound(store: Path) -> dict[str, str]:
    return {b.action.value: f"{b.control.kind} {b.control.number} {b.style}" for b in load(store)}


def load(store: Path) -> tuple:
    return load_bindings(store, lambda _: None)


def test_a_pedal_that_only_says_127_is_asked_for_twice_and_works_every_time(
    computer: MidiSystem, tmp_path: Path
) -> None:
    person = Person(computer, lambda _: [ON])
    learn(tmp_path / "mix.db", (Action.GOOD,), patience_s=9.0, say=person.read)
    assert bound(tmp_path / "mix.db") == {"good": "cc 80 trigger"}
    assert sum("Press" in line for line in person.lines) == 2


def test_two_actions_are_confirmed_by_a_second_press_of_each(
    computer: MidiSystem, tmp_path: Path
) -> None:
    person = Person(computer, lambda line: [[0xC0, 5 if "good" in line else 6]])
    learn(tmp_path / "mix.db", (Action.GOOD, Action.BAD), patience_s=9.0, say=person.read)
    assert bound(tmp_path / "mix.db") == {"good": "program 5 trigger", "bad": "program 6 trigger"}
    assert sum("once more, to be sure" in line for line in person.lines) == 2


def test_pads_that_were_mixed_up_are_not_bound(computer: MidiSystem, tmp_path: Path) -> None:
    def confuse(line: str) -> list[list[int]]:
        is_first = "the control for" in line
        return [[0xC0, 5 if ("good" in line) is is_first else 6]]

    with pytest.raises(RefusedError, match="good was not confirmed, so nothing was bound"):
        learn(
            tmp_path / "mix.db",
            (Action.GOOD, Action.BAD),
            patience_s=2.0,
            say=Person(computer, confuse).read,
        )
    assert bound(tmp_path / "mix.db") == {}


def test_one_press_that_sends_two_messages_cannot_become_good_and_bad(
    computer: MidiSystem, tmp_path: Path
) -> None:
    person = Person(computer, lambda line: [[0xC0, 5], ON] if "good" in line else [[0xC0, 6], ON])
    learn(tmp_path / "mix.db", (Action.GOOD, Action.BAD), patience_s=9.0, say=person.read)
    assert bound(tmp_path / "mix.db") == {"good": "program 5 trigger", "bad": "program 6 trigger"}


def test_the_same_pad_for_two_actions_is_refused_while_one_waits(
    computer: MidiSystem, tmp_path: Path
) -> None:
    def press(line: str) -> list[list[int]]:
        return [[0xC0, 5]] if "good" in line or "the control for bad" in line else [[0xC0, 6]]

    person = Person(computer, press)
    learn(tmp_path / "mix.db", (Action.GOOD, Action.BAD), patience_s=9.0, say=person.read)
    assert any("program 5, channel 1 is already used here" in line for line in person.lines)
    assert bound(tmp_path / "mix.db")["bad"] == "program 6 trigger"


def test_nothing_pressed_is_told_from_something_that_cannot_be_bound(
    computer: MidiSystem, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match=r"^Nothing was pressed for 0\.1 s"):
        learn(tmp_path / "a.db", (Action.GOOD,), patience_s=0.1, say=lambda _: None)
    wheel = Person(computer, lambda _: [[0xE0, 0, 64]])
    with pytest.raises(RefusedError, match="pitchwheel"):
        learn(tmp_path / "a.db", (Action.GOOD,), patience_s=0.1, say=wheel.read)
    assert any("pitchwheel" in line for line in wheel.lines)


def test_a_pedal_pressed_only_once_is_not_guessed(computer: MidiSystem, tmp_path: Path) -> None:
    person = Person(computer, lambda line: [ON] if "the control for" in line else [])
    with pytest.raises(RefusedError, match="good was not bound: try again"):
        learn(tmp_path / "mix.db", (Action.GOOD,), patience_s=1.1, say=person.read)


def test_the_test_shows_everything_and_says_so_where_nothing_came(
    computer: MidiSystem, tmp_path: Path
) -> None:
    person = Person(computer, lambda _: [[0xC0, 7], [0xE0, 0, 64], ON])
    show_messages(tmp_path / "mix.db", patience_s=0.1, say=person.read)
    said = "\n".join(person.lines)
    assert all(word in said for word in ("program 7, channel 1\n", "pitchwheel", "cc 80"))
    quiet = Person(computer, lambda _: [])
    show_messages(tmp_path / "mix.db", patience_s=0.1, say=quiet.read)
    assert quiet.lines[-1].startswith("Nothing came in 0.1 s from Floor Board")


def test_a_device_with_another_number_is_the_same_and_keeps_its_bindings(
    computer: MidiSystem, tmp_path: Path
) -> None:
    computer.names[:] = ["nanoPAD2 1"]
    store = tmp_path / "mix.db"
    old = {"action": "good", "style": "momentary", "device": "nanoPAD2 1"}
    old |= {"kind": "note", "channel": 1, "number": 36}
    write_state(store, "midi", {"bindings": [old]})
    computer.names[:] = ["Another 0", "nanoPAD2 4"]
    person = Person(computer, lambda _: [[0x90, 36, 99]], device="nanoPAD2 4")
    show_messages(store, patience_s=0.1, say=person.read)
    assert "  -> good" in person.lines
    # The same pad learnt for something else lets go of what it meant, under whatever name.
    again = Person(computer, lambda _: [[0x90, 36, 99], [0x80, 36, 0]], device="nanoPAD2 4")
    learn(store, (Action.BAD,), patience_s=9.0, say=again.read)
    assert bound(store) == {"bad": "note 36 momentary"}
    assert again.lines[-1].startswith("no longer bound: good")


def test_a_list_says_what_is_bound_and_not_there(computer: MidiSystem, tmp_path: Path) -> None:
    store = tmp_path / "mix.db"
    learn(store, (Action.GOOD,), patience_s=9.0, say=Person(computer, lambda _: [[0xC0, 5]]).read)
    computer.names.clear()
    said: list[str] = []
    list_devices(store, said.append)
    assert said[0] == "No MIDI device is plugged in."
    assert said[1].endswith("(trigger) (not plugged in)")


def test_a_broken_file_of_bindings_is_named_and_kept(computer: MidiSystem, tmp_path: Path) -> None:
    store = tmp_path / "mix.db"
    state_path(store).write_text('{"midi":\n{"bindings": [}', encoding="utf-8")
    said: list[str] = []
    list_devices(store, said.append)
    assert any("mix.state.json: expected JSON" in line and "line 2" in line for line in said)
    learn(store, (Action.GOOD,), patience_s=9.0, say=Person(computer, lambda _: [[0xC0, 5]]).read)
    assert json.loads(state_path(store).read_text())["midi"]["bindings"][0]["number"] == 5
    assert "[}" in (tmp_path / "mix.state.json.broken").read_text()


def test_a_port_that_another_program_has_is_named(computer: MidiSystem, tmp_path: Path) -> None:
    computer.busy.add(BOARD)
    with pytest.raises(RefusedError, match="No MIDI device can be opened"):
        learn(tmp_path / "mix.db", (Action.GOOD,), patience_s=1.0, say=lambda _: None)


def test_a_switch_that_never_lets_go_says_what_it_cannot_mean(
    computer: MidiSystem, tmp_path: Path
) -> None:
    person = Person(computer, lambda _: [ON])
    learn(tmp_path / "mix.db", (Action.SWITCH,), patience_s=9.0, say=person.read)
    assert person.lines[-1].startswith("This one does not send its release")
    tested = Person(computer, lambda _: [ON])
    show_messages(tmp_path / "mix.db", patience_s=0.1, say=tested.read)
    assert "  -> good" in tested.lines
    assert OFF not in computer.sent
