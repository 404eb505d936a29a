"""Compare, pin and recall bring devices and contents away and back as they do strips."""

import pytest
from support.devices import HeldContent, Rig, SynthDaw
from support.scripted_task import ScriptedEdits

from bridge.engine.view import make_view
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode, Slot
from bridge.mix.notices import RequestRefused
from bridge.tasks.task import Teaching

ITEM = ContentKind.ITEM


def turned(*wants: dict[str, float]) -> Rig:
    """A synth that the bridge has turned knobs of, as these."""
    rig = Rig(mode=Mode.ASSIST).work(*wants).wait(3.0)
    rig.handle(m.ModeChosen(at=rig.at, mode=Mode.SUGGEST))
    return rig


def edited(text: str = "A") -> Rig:
    """A track of which the bridge has changed an item."""
    daw = SynthDaw()
    daw.contents[ITEM, "one"] = HeldContent("a")
    daw.contents[ITEM, "two"] = HeldContent("b")
    rig = Rig(mode=Mode.ASSIST, daw=daw, task=ScriptedEdits(), task_name=TaskName.EDIT)
    return rig.work({"one": text}).wait(3.0)


def text(rig: Rig, key: str = "one") -> str:
    return rig.daw.contents[ITEM, key].text


def compare(rig: Rig, on: bool) -> None:
    rig.handle(m.CompareSwitched(at=rig.at, on=on))
    rig.wait(1.0)


def refusals(rig: Rig) -> list[str]:
    return [each.text for each in rig.notices(RequestRefused)]


def test_knobs_go_to_where_they_stood_and_come_back() -> None:
    rig = turned({"Cutoff": 0.7, "Attack": 0.4})
    assert make_view(rig.engine, at=rig.at).work.changed == 2
    compare(rig, on=True)
    assert (rig.position("Cutoff"), rig.position("Attack")) == pytest.approx((0.5, 0.5), abs=0.01)
    rig.note()  # what is heard meanwhile is no lesson
    compare(rig, on=False)
    assert (rig.position("Cutoff"), rig.position("Attack")) == pytest.approx((0.7, 0.4), abs=0.01)
    assert rig.task.taught(Teaching.HEARD) == []
    assert rig.states()[-1][1] == "confirmed"


def test_a_comparison_that_nobody_ends_ends_by_itself() -> None:
    rig = turned({"Cutoff": 0.7})
    compare(rig, on=True)
    rig.wait(31.0)
    assert rig.position("Cutoff") == pytest.approx(0.7, abs=0.01)


def test_what_a_hand_turns_meanwhile_stays_where_the_hand_has_left_it() -> None:
    rig = turned({"Cutoff": 0.7, "Attack": 0.4})
    compare(rig, on=True)
    rig.hear(*rig.daw.turn(1, 0.9))
    rig.wait(1.5)
    compare(rig, on=False)
    assert (rig.position("Cutoff"), rig.position("Attack")) == pytest.approx((0.9, 0.4), abs=0.01)


def test_contents_are_compared_too_and_a_hand_keeps_its_own() -> None:
    rig = edited()
    compare(rig, on=True)
    assert text(rig) == "a"
    compare(rig, on=False)
    assert text(rig) == "A"
    compare(rig, on=True)
    rig.hear(*rig.daw.edit(ITEM, "one", "mine"))
    rig.wait(1.5)
    compare(rig, on=False)
    assert text(rig) == "mine"


def test_there_is_nothing_to_compare_where_nothing_was_changed() -> None:
    rig = Rig().work()
    compare(rig, on=True)
    assert refusals(rig) == ["compare: the mix is as it was: there is nothing to compare"]


def test_a_pin_brings_knobs_back_and_the_moves_that_stood() -> None:
    rig = turned({"Cutoff": 0.7})
    (first,) = {move for move, _ in rig.states()}
    rig.handle(m.MixPinned(at=rig.at, slot=Slot.A))
    rig.handle(m.ModeChosen(at=rig.at, mode=Mode.ASSIST))
    rig.task.wants += [{"Cutoff": 0.9}, {"Resonance": 0.6}]
    rig.wait(4.0)
    rig.handle(m.UndoRequested(at=rig.at, move=first))
    rig.wait(1.0)
    rig.handle(m.ModeChosen(at=rig.at, mode=Mode.SUGGEST))
    rig.handle(m.MixRecalled(at=rig.at, slot=Slot.A))
    rig.wait(1.0)
    assert rig.position("Cutoff") == pytest.approx(0.7, abs=0.01)
    assert rig.position("Resonance") == pytest.approx(0.5, abs=0.01)
    last = dict(rig.states())
    assert last.pop(first) == "confirmed"
    assert set(last.values()) == {"reverted"}


def test_a_pin_leaves_what_a_hand_has_turned_since() -> None:
    rig = turned({"Cutoff": 0.7})
    rig.handle(m.MixPinned(at=rig.at, slot=Slot.B))
    rig.hear(*rig.daw.turn(1, 0.2))
    rig.wait(12.0)
    rig.handle(m.ModeChosen(at=rig.at, mode=Mode.ASSIST))
    rig.task.wants.append({"Cutoff": 0.4})
    rig.wait(3.0)
    rig.handle(m.MixRecalled(at=rig.at, slot=Slot.B))
    rig.wait(1.0)
    assert rig.position("Cutoff") == pytest.approx(0.4, abs=0.01)


def test_a_pin_brings_contents_back() -> None:
    rig = edited("A")
    rig.handle(m.MixPinned(at=rig.at, slot=Slot.C))
    for want in ({"one": "AA"}, {"two": "B"}):
        rig.task.wants.append(want)
        rig.wait(2.0)
    assert (text(rig), text(rig, "two")) == ("AA", "B")
    rig.handle(m.MixRecalled(at=rig.at, slot=Slot.C))
    rig.wait(1.0)
    assert (text(rig), text(rig, "two")) == ("A", "b")


def test_panic_while_comparing_leaves_everything_as_it_was() -> None:
    rig = turned({"Cutoff": 0.7})
    compare(rig, on=True)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(2.0)
    rig.handle(m.Rearmed(at=rig.at))
    rig.wait(35.0)
    assert rig.position("Cutoff") == pytest.approx(0.5, abs=0.01)


def test_a_device_out_of_focus_takes_part_all_the_same() -> None:
    rig = turned({"Cutoff": 0.7})
    rig.handle(d.FocusChosen(at=rig.at, track="Lead", what=""))
    compare(rig, on=True)
    assert rig.position("Cutoff") == pytest.approx(0.5, abs=0.01)
    compare(rig, on=False)
    assert rig.position("Cutoff") == pytest.approx(0.7, abs=0.01)
