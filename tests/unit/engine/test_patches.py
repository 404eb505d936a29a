"""A patch to begin with: offered where the old one can be written back, heard, picked, undone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.devices import HeldContent, Rig, SynthDaw

from bridge.daws.zyn.patches import list_patches
from bridge.errors import RefusedError
from bridge.guard.content_writer import ANSWER_S
from bridge.hosts.patches import find_patches
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind, Job, JobDone, SetContent
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode
from bridge.mix.notices import ChangeNoticed, MoveReported, Offered, RequestRefused, StatusChanged
from bridge.osc.message import OscMessage
from bridge.tasks.sound.task import make_sound_task

PATCH = ContentKind.PATCH
BANK = [f"/bank/{number:04d}-Bass {number}.xiz" for number in range(1, 10)]
KEY = "Bass/Zed"
COPY = "/copy-1.xiz"


class PatchDaw(SynthDaw):
    """Its synth has patches: number n of the bank brings all knobs to n tenths, the copy to .5."""

    def __init__(self) -> None:
        super().__init__()
        self.contents[PATCH, KEY] = HeldContent(COPY, name="Zed")
        self.patches = {path: 0.1 * number for number, path in enumerate(BANK, start=1)}
        self.patches[COPY] = 0.5

    def _hear_content(self, command: Any) -> list[OscMessage]:  # noqa: ANN401 - of the rows
        answers = super()._hear_content(command)
        if not isinstance(command, SetContent) or self.is_mute:
            return answers
        places = [place for place in self.held if place[0] == 1]
        self.held |= dict.fromkeys(places, self.patches[command.text])
        return [*(self.say_value(*place) for place in places), *answers]


def studio(**more: Any) -> Rig:  # noqa: ANN401 - fields of the rig
    return Rig(daw=PatchDaw(), task=make_sound_task(1), **more)


def found(rig: Rig, bank: list[str] = BANK) -> Job:
    """A worker finds the patches that the task has asked for."""
    (job,) = [each for result in rig.results for each in result.jobs]
    rig.handle(
        JobDone(
            at=rig.at, task=TaskName.SOUND, name=job.name, text=job.text, trouble="",
            data=json.dumps(bank).encode(),
        )
    )  # fmt: skip
    return job


def opened() -> Rig:
    rig = studio().work()
    rig.note()
    rig.wait(1.0)
    rig.handle(m.SuggestionSkipped(at=rig.at, move=""))  # of the knobs, while a worker looks
    found(rig)
    rig.note()
    return rig.wait(2.0)


def listening() -> tuple[Rig, str]:
    """The first patch is heard in place of what was there; the rig, and the move's name."""
    rig = opened()
    move = rig.notices(Offered)[-1].moves[0]
    rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=True))
    return rig.wait(1.0), move


def position(rig: Rig) -> float:
    return rig.position("Cutoff")


def text(rig: Rig) -> str:
    return rig.daw.contents[PATCH, KEY].text


def test_patches_of_the_bank_are_offered_heard_and_picked() -> None:
    rig = opened()
    moves = rig.notices(Offered)[-1].moves
    reports = {each.move: each for each in rig.notices(MoveReported)}
    assert [reports[move].contents[0].after for move in moves] == [BANK[0], BANK[3], BANK[6]]
    assert "Bass 4" in reports[moves[1]].reason
    for move in moves:
        rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=True))
        rig.wait(1.0)
        rig.note(bright_oct=1.0)
    assert (text(rig), position(rig)) == (BANK[6], pytest.approx(0.7))
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    rig.wait(1.0)
    assert (text(rig), position(rig)) == (BANK[3], pytest.approx(0.4))
    assert dict(rig.states())[moves[1]] == "confirmed"
    # The undo brings the old patch back, with all its knobs.
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(1.0)
    assert (text(rig), position(rig)) == (COPY, pytest.approx(0.5))


@pytest.mark.parametrize(
    ("ask", "is_back_at"),
    [
        (lambda rig, move: m.AuditionSwitched(at=rig.at, move=move, on=False), COPY),
        (lambda rig, _: d.VariantChosen(at=rig.at, offer="", choice=0), COPY),
        (lambda rig, _: m.RewardReceived(at=rig.at, reward_id="a", move="", value=-1.0), COPY),
    ],
    ids=["no longer heard", "kept", "disliked"],
)
def test_what_goes_back_waits_until_the_tracks_are_read(
    ask: Callable[[Rig, str], m.Event], is_back_at: str
) -> None:
    """A patch stayed for ever that was to go back while a dump was on its way."""
    rig, move = listening()
    assert text(rig) == BANK[0]
    rig.handle(m.DumpOpened(at=rig.at, count=3))
    rig.handle(ask(rig, move))
    rig.wait(0.5)
    assert text(rig) == BANK[0]
    rig.hear(*rig.daw.dump())
    rig.wait(1.0)
    assert text(rig) == is_back_at


def test_a_move_that_is_undone_while_the_tracks_are_read_goes_back_then() -> None:
    rig = opened()
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    rig.wait(1.0)
    rig.handle(m.DumpOpened(at=rig.at, count=3))
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(0.5)
    assert text(rig) == BANK[3]
    rig.hear(*rig.daw.dump())
    rig.wait(1.0)
    assert (text(rig), position(rig)) == (COPY, pytest.approx(0.5))


def test_a_pick_while_the_tracks_are_read_is_refused_and_the_offer_stays_open() -> None:
    rig = opened()
    rig.handle(m.DumpOpened(at=rig.at, count=3))
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    assert rig.notices(RequestRefused)[-1].text == (
        "choose: the tracks are being read anew; ask again"
    )
    rig.hear(*rig.daw.dump())
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    rig.wait(1.0)
    assert text(rig) == BANK[3]


def test_a_patch_in_a_frozen_mix_stays_is_refused_and_goes_back_when_asked_again() -> None:
    rig, move = listening()
    off = m.AuditionSwitched(at=rig.at, move=move, on=False)
    rig.engine.guard.is_frozen = True
    rig.handle(off)
    assert rig.notices(RequestRefused)[-1].text == "audition: patch Zed: the mix is frozen"
    rig.engine.guard.is_frozen = False
    rig.handle(off)
    rig.wait(1.0)
    assert text(rig) == COPY


def test_what_is_heard_and_must_stay_when_nothing_is_picked_can_be_undone_later() -> None:
    rig, move = listening()
    rig.engine.guard.is_frozen = True
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=0))
    assert dict(rig.states())[move] == "unconfirmed"
    rig.engine.guard.is_frozen = False
    rig.handle(m.UndoRequested(at=rig.at, move=move))
    rig.wait(1.0)
    assert text(rig) == COPY


def test_an_undo_that_the_daw_does_not_do_is_no_undo() -> None:
    rig = opened()
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    rig.wait(1.0)
    rig.daw.is_mute = True
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(5.0)
    report = rig.notices(MoveReported)[-1]
    assert (report.state.value, report.reason) == ("unconfirmed", "the DAW did not do it")
    rig.daw.is_mute = False
    rig.handle(m.UndoRequested(at=rig.at, move=report.move))
    rig.wait(1.0)
    assert (text(rig), dict(rig.states())[report.move]) == (COPY, "reverted")


def test_an_undo_that_the_daw_has_done_late_is_one() -> None:
    rig = opened()
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    rig.wait(1.0)
    rig.daw.is_mute = True
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(2.0 * ANSWER_S + 0.5)
    assert rig.states()[-1][1] == "unconfirmed"
    rig.hear(*rig.daw.edit(PATCH, KEY, COPY))
    assert rig.states()[-1][1] == "reverted"


def test_a_patch_that_the_daw_does_not_load_to_be_heard_is_said() -> None:
    rig = opened()
    rig.daw.is_mute = True
    move = rig.notices(Offered)[-1].moves[0]
    rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=True))
    rig.wait(5.0)
    told = [each.text for each in rig.notices(StatusChanged)]
    assert "patch Zed stays as it is: the DAW did not do it" in told


def test_they_are_offered_once_and_then_the_knobs_are_turned() -> None:
    rig = opened()
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=0))
    rig.note()
    rig.wait(2.0)
    reports = [each for each in rig.notices(MoveReported) if each.state.value == "proposed"]
    assert reports[-1].contents == ()


def test_a_patch_of_ours_is_no_hand_and_teaches_nothing_about_knobs() -> None:
    rig = opened()
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=1))
    rig.wait(3.0)
    assert rig.notices(ChangeNoticed) == []
    assert not any("another patch" in each.text for each in rig.notices(StatusChanged))
    assert not rig.engine.work.rules.free_at("Bass/Zed") > rig.at


def test_a_hand_on_a_knob_makes_the_patch_the_persons() -> None:
    rig = opened()
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=1))
    rig.wait(3.0)
    asked = len(rig.daw.asked)
    rig.hear(*rig.daw.turn(1, 0.9))
    rig.wait(2.0)
    assert len(rig.daw.asked) == asked + 1  # a fresh copy
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(1.0)
    assert (text(rig), position(rig)) == (BANK[0], pytest.approx(0.9))


def test_panic_brings_the_patch_back_and_what_was_turned_in_it() -> None:
    rig = opened()
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=1))
    rig.wait(1.0)
    rig.note()
    rig.wait(2.0)
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=1))  # of knobs, in the new patch
    rig.wait(1.0)
    assert position(rig) != pytest.approx(0.5)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(2.0)
    held = {round(rig.daw.held[place], 3) for place in rig.daw.held if place[0] == 1}
    assert (text(rig), held) == (COPY, {0.5})


def test_nothing_is_offered_in_assist_or_where_the_worker_found_nothing() -> None:
    rig = studio(mode=Mode.ASSIST).work()
    rig.note()
    rig.wait(2.0)
    assert not any(each.contents for each in rig.notices(MoveReported))
    rig = studio().work()
    rig.note()
    rig.wait(1.0)
    rig.handle(m.SuggestionSkipped(at=rig.at, move=""))
    found(rig, [])
    rig.note()
    rig.wait(2.0)
    assert not any(each.contents for each in rig.notices(MoveReported))


def test_a_worker_finds_the_bank_of_a_role_and_refuses_where_there_is_no_copy(
    tmp_path: Path,
) -> None:
    (tmp_path / "Bass").mkdir()
    for name in ("0002-B.xiz", "0001-A.xiz", "note.txt"):
        (tmp_path / "Bass" / name).touch()
    listed = list_patches("bass", ".xiz", (str(tmp_path),))
    assert [Path(path).name for path in listed] == ["0001-A.xiz", "0002-B.xiz"]
    assert list_patches("bass", ".fxp", (str(tmp_path),)) == []
    copy = tmp_path / "copy-1.other"
    text = json.dumps({"copy": str(copy), "role": "bass"})
    job = Job(task=TaskName.SOUND, name="patches", text=text)
    with pytest.raises(RefusedError, match="has not written a copy of its patch here"):
        find_patches(job)
    copy.touch()
    assert json.loads(find_patches(job)) == []
