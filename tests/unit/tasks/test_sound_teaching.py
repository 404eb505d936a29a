"""What a person says of knobs: taken, kept for devices of that name, and taken back."""

import pytest

from bridge.errors import PriorError
from bridge.mix.device_events import KnobWord
from bridge.tasks.sound.roles import KnobRole
from bridge.tasks.sound.task import SoundTask, make_sound_task

NAMES = ("Filter Cutoff", "Macro 1", "Macro 2", "Volume", "Mode")
STEPS = (0, 0, 0, 0, 3)


def roles(task: SoundTask, device: str = "Zed") -> tuple[str, ...]:
    return task.read_knobs(device, NAMES, STEPS).roles


@pytest.fixture
def task() -> SoundTask:
    made = make_sound_task(1)
    assert isinstance(made, SoundTask)
    return made


def test_a_name_that_nobody_knows_is_taught_with_its_number(task: SoundTask) -> None:
    assert roles(task) == ("cutoff", "", "", "", "")
    task.teach_knob("Zed", "Macro 1", KnobWord.DRIVE)
    assert roles(task) == ("cutoff", "drive", "", "", "")
    assert roles(task, "Other") == ("cutoff", "", "", "", "")


def test_a_role_unlocks_what_is_never_moved_and_never_locks_what_is(task: SoundTask) -> None:
    task.teach_knob("Zed", "Volume", KnobWord.SUB)
    task.teach_knob("Zed", "Mode", KnobWord.LFO)
    task.teach_knob("Zed", "Filter Cutoff", KnobWord.NEVER)
    assert roles(task) == ("", "", "", "sub", "lfo")
    assert task.read_knobs("Zed", NAMES, STEPS).taught == (True, False, False, True, True)


def test_auto_takes_a_word_back(task: SoundTask) -> None:
    fresh = task.state()
    task.teach_knob("Zed", "Filter Cutoff", KnobWord.NEVER)
    assert task.state() != fresh
    task.teach_knob("Zed", "Filter Cutoff", KnobWord.AUTO)
    assert (roles(task)[0], task.state()) == ("cutoff", fresh)


def test_what_was_taught_is_kept(task: SoundTask) -> None:
    task.teach_knob("Zed", "Macro 2", KnobWord.ATTACK)
    other = make_sound_task(1)
    other.load_state(task.state())
    assert other.state() == task.state()
    assert roles(other) == ("cutoff", "", "attack", "", "")


def test_an_unknown_role_of_a_knob_is_refused(task: SoundTask) -> None:
    task.teach_knob("Zed", "Macro 2", KnobWord.ATTACK)
    with pytest.raises(PriorError, match="The taught roles of knobs"):
        task.load_state(task.state().replace(b'"attack"', b'"wobble"'))


def test_there_is_a_word_for_every_role() -> None:
    assert {*KnobRole, "never", "auto"} == set(KnobWord)
