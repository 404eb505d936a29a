"""A task of contents over the wire: made, confirmed, taken back, refused where not ours."""

import pytest
from support.devices import HeldContent, Rig, SynthDaw
from support.scripted_task import ScriptedEdits

from bridge.journal.event_codec import decode_event, encode_event
from bridge.mix import content_events as c
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind, Job, JobDone
from bridge.mix.contents import MAX_CONTENTS
from bridge.mix.device_events import TaskName
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import ChangeNoticed, MoveReported, Offered, RequestRefused, StatusChanged
from bridge.mix.params import LockClass
from bridge.tasks.task import Teaching

ITEM = ContentKind.ITEM
CLIP = ContentKind.CLIP
C, D = (f'{{"length":4.0,"notes":[[0.0,{pitch},1.0,90]]}}' for pitch in (36, 38))


def studio(
    *,
    mode: Mode = Mode.SUGGEST,
    kind: ContentKind = ITEM,
    **contents: HeldContent,
) -> Rig:
    daw = SynthDaw()
    for key, held in (contents or {"one": HeldContent("a"), "two": HeldContent("b")}).items():
        daw.contents[kind, key] = held
    return Rig(mode=mode, daw=daw, task=ScriptedEdits(kind), task_name=TaskName.EDIT)


def text(rig: Rig, key: str, kind: ContentKind = ITEM) -> str:
    return rig.daw.contents[kind, key].text


def offered(rig: Rig) -> tuple[str, ...]:
    return rig.notices(Offered)[-1].moves


def accept(rig: Rig, move: str = "") -> None:
    rig.handle(m.SuggestionAccepted(at=rig.at, move=move))
    rig.wait(0.1)


def refusals(rig: Rig) -> list[str]:
    return [each.text for each in rig.notices(RequestRefused)]


def test_a_change_is_offered_made_and_confirmed_by_the_daw() -> None:
    rig = studio().work({"one": "A"}).wait(1.0)
    (move,) = offered(rig)
    assert text(rig, "one") == "a"
    accept(rig)
    assert text(rig, "one") == "A"
    assert rig.states() == [(move, "proposed"), (move, "applied"), (move, "confirmed")]
    report = rig.notices(MoveReported)[-1]
    assert (str(report.param), report.param.words) == ("item/one", "item take")
    assert [(each.before, each.after) for each in report.contents] == [("a", "A")]


def test_the_daw_is_asked_for_the_contents_of_the_task_when_it_begins() -> None:
    rig = studio().work()
    assert [(each.kind, each.track) for each in rig.daw.asked] == [(ITEM, 0)]


def test_an_undo_writes_back_what_stood_there() -> None:
    rig = studio().work({"one": "A", "two": "B"}).wait(1.0)
    accept(rig)
    assert (text(rig, "one"), text(rig, "two")) == ("A", "B")
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(0.1)
    assert (text(rig, "one"), text(rig, "two")) == ("a", "b")
    (lesson,) = rig.task.taught(Teaching.THUMB)
    assert lesson.value == -1.0


def test_what_a_hand_has_changed_since_is_not_taken_back() -> None:
    rig = studio().work({"one": "A"}).wait(1.0)
    accept(rig)
    rig.hear(*rig.daw.edit(ITEM, "one", "mine"))
    rig.wait(2.0)
    rig.handle(m.UndoRequested(at=rig.at, move=offered_first(rig)))
    rig.wait(0.1)
    assert text(rig, "one") == "mine"
    assert refusals(rig)[-1].startswith("undo: ")


def offered_first(rig: Rig) -> str:
    return rig.notices(Offered)[0].moves[0]


def test_a_hand_on_what_we_wrote_is_a_correction_of_it() -> None:
    rig = studio().work({"one": "A"}).wait(1.0)
    accept(rig)
    for step in ("Ax", "Axx", "Axxx"):
        rig.hear(*rig.daw.edit(ITEM, "one", step))
        rig.wait(0.1)
    rig.wait(1.0)
    (lesson,) = rig.task.taught(Teaching.HAND)
    ours, theirs = lesson.variants
    assert ours.changes[0].after == "A"
    assert (theirs.changes[0].before, theirs.changes[0].after) == ("A", "Axxx")
    (change,) = rig.notices(ChangeNoticed)
    assert (str(change.param), change.track) == ("item/one", 2)


def test_a_hand_elsewhere_is_a_lesson_without_a_move_of_ours() -> None:
    rig = studio().work().wait(0.1)
    rig.hear(*rig.daw.edit(ITEM, "two", "c"))
    rig.wait(1.5)
    (lesson,) = rig.task.taught(Teaching.HAND)
    assert [each.changes[0].after for each in lesson.variants] == ["c"]
    assert [each.text for each in lesson.scene.contents] == ["a", "b"]


def test_an_offer_is_closed_when_what_it_is_about_has_changed() -> None:
    rig = studio().work({"one": "A"}).wait(1.0)
    (move,) = offered(rig)
    rig.hear(*rig.daw.edit(ITEM, "one", "mine"))
    assert offered(rig) == ()
    accept(rig, move)
    assert text(rig, "one") == "mine"


def test_a_change_of_what_stood_there_before_is_not_made() -> None:
    rig = studio().work({"one": "A"}, {"one": "B"}).wait(1.0)
    first, second = offered(rig)
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=1))
    rig.wait(0.1)
    assert (text(rig, "one"), dict(rig.states())[first]) == ("A", "confirmed")
    assert dict(rig.states())[second] == "skipped"
    (lesson,) = rig.task.taught(Teaching.PICK)
    assert (lesson.value, len(lesson.variants)) == (1.0, 2)


def test_a_variant_is_auditioned_in_place_and_goes_back() -> None:
    rig = studio().work({"one": "A"}, {"one": "B"}).wait(1.0)
    for move, expected in zip(offered(rig), ("A", "B"), strict=True):
        rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=True))
        rig.wait(0.1)
        assert text(rig, "one") == expected
    rig.handle(m.AuditionSwitched(at=rig.at, move=offered(rig)[1], on=False))
    rig.wait(0.1)
    assert text(rig, "one") == "a"


def test_a_clip_is_played_and_not_written() -> None:
    rig = studio(kind=CLIP, one=HeldContent("")).work({"one": C}).wait(1.0)
    (move,) = offered(rig)
    for on in (True, False):
        rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=on))
        rig.wait(0.1)
    played = [(each.text, each.track) for each in rig.sent if isinstance(each, c.PlayContent)]
    assert played == [(C, 2), ("", 2)]
    assert text(rig, "one", CLIP) == ""


def test_a_write_without_an_answer_is_sent_twice_and_then_given_up() -> None:
    rig = studio().work({"one": "A"}).wait(1.0)
    rig.daw.is_mute = True
    accept(rig)
    rig.wait(5.0)
    assert rig.states()[-1][1] == "unconfirmed"
    assert sum(isinstance(each, c.SetContent) for each in rig.sent) == 2
    rig.task.wants.append({"one": "B"})
    rig.wait(5.0)
    assert sum(isinstance(each, c.SetContent) for each in rig.sent) == 2


def test_a_daw_that_makes_something_else_of_it_has_the_last_word() -> None:
    rig = studio(one=HeldContent("a", grants=lambda _: "a")).work({"one": "A"}).wait(1.0)
    accept(rig)
    rig.wait(5.0)
    assert (rig.states()[-1][1], text(rig, "one")) == ("unconfirmed", "a")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"barred": "it is locked"}, "it is locked"),
        ({"track": 3}, "it is not in focus"),
    ],
)
def test_what_may_not_be_changed_is_not_even_proposed(change: dict[str, object], why: str) -> None:
    rig = studio(one=HeldContent("a", **change), two=HeldContent("b"))  # type: ignore[arg-type]
    rig.work({"one": "A"}).wait(1.0)
    assert {each.key: each.refusal for each in rig.task.scenes[0].contents} == {
        "one": why,
        "two": "",
    }
    assert not rig.notices(Offered)


def test_edits_of_a_track_that_is_safe_are_left_alone() -> None:
    rig = studio().work()
    rig.handle(m.SafeSwitched(at=rig.at, track="Bass", lock_class=LockClass.EDITS, on=True))
    rig.task.wants.append({"one": "A"})
    rig.wait(3.0)
    assert not rig.notices(Offered)
    assert rig.engine.guard.safe_classes("Bass") == [LockClass.EDITS]
    rig.handle(m.SafeSwitched(at=rig.at, track="Bass", lock_class=LockClass.EDITS, on=False))
    rig.wait(3.0)
    assert offered(rig)


def test_a_group_is_changed_together_or_not_at_all() -> None:
    kit = {
        "one": HeldContent("a", track=1, group="kit"),
        "two": HeldContent("b", track=2, group="kit"),
    }
    rig = studio(**kit).work({"two": "B"}, {"one": "A", "two": "B"}).wait(1.0)
    (move,) = offered(rig)
    accept(rig, move)
    assert (text(rig, "one"), text(rig, "two")) == ("A", "B")


def test_in_gig_mode_nothing_is_edited() -> None:
    rig = studio(mode=Mode.GIG).work({"one": "A"}).wait(3.0)
    assert (rig.states(), text(rig, "one")) == ([], "a")


def test_in_assist_a_change_is_made_unless_the_task_asks_first() -> None:
    rig = studio(mode=Mode.ASSIST).work({"one": "A"}).wait(1.0)
    assert (text(rig, "one"), bool(rig.notices(Offered))) == ("A", False)
    rig.task.is_asked = True
    rig.task.wants.append({"two": "B"})
    rig.wait(3.0)
    assert (text(rig, "two"), len(offered(rig))) == ("b", 1)


def test_panic_brings_contents_back_and_empties_no_item() -> None:
    rig = studio(mode=Mode.ASSIST, one=HeldContent("a"), two=HeldContent(""))
    rig.work({"one": "A"}).wait(1.0)
    rig.task.wants.append({"two": "B"})
    rig.wait(2.0)
    assert (text(rig, "one"), text(rig, "two")) == ("A", "B")
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(1.0)
    assert (text(rig, "one"), text(rig, "two")) == ("a", "B")


def phrase_in_an_empty_clip() -> Rig:
    rig = studio(mode=Mode.ASSIST, kind=CLIP, one=HeldContent("")).work({"one": C}).wait(1.0)
    assert text(rig, "one", CLIP) == C
    return rig


def test_panic_empties_a_clip_that_was_empty() -> None:
    rig = phrase_in_an_empty_clip()
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(1.0)
    assert text(rig, "one", CLIP) == ""
    assert rig.states()[-1][1] == "reverted"


def test_panic_leaves_a_clip_that_a_hand_has_changed() -> None:
    rig = phrase_in_an_empty_clip()
    rig.hear(*rig.daw.edit(CLIP, "one", D))
    rig.wait(2.0)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(1.0)
    assert text(rig, "one", CLIP) == D


def test_panic_takes_back_a_clip_whose_write_was_not_answered_yet() -> None:
    rig = studio(mode=Mode.ASSIST, kind=CLIP, one=HeldContent(""))
    rig.work().wait(0.1)
    rig.daw.is_mute = True
    rig.task.wants.append({"one": C})
    rig.wait(1.0)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(0.1)
    assert [each.text for each in rig.sent if isinstance(each, c.SetContent)] == [C, ""]


def test_many_contents_at_once_are_no_hand() -> None:
    contents = {f"n{number}": HeldContent("a") for number in range(6)}
    rig = studio(**contents).work().wait(0.1)
    for key in contents:
        rig.hear(*rig.daw.edit(ITEM, key, "other"))
    rig.wait(2.0)
    assert rig.task.taught(Teaching.HAND) == []
    rig.task.wants.append({"n5": "A"})
    rig.wait(12.0)
    assert offered(rig)


def test_an_offer_closes_when_its_content_is_gone() -> None:
    rig = studio().work({"one": "A"}).wait(1.0)
    rig.handle(c.ContentGone(at=rig.at, kind=ITEM, key="one"))
    assert offered(rig) == ()
    rig.task.wants.append({"two": "B"})
    rig.wait(3.0)
    assert [each.key for each in rig.task.scenes[-1].contents] == ["two"]


def test_contents_follow_their_track_when_another_is_inserted() -> None:
    rig = studio().work().wait(0.1)
    rig.daw.insert(0, "Click")
    for held in rig.daw.contents.values():
        held.track = 3
    rig.hear(*rig.daw.dump())
    rig.task.wants.append({"one": "A"})
    rig.wait(2.0)
    assert {each.track for each in rig.task.scenes[-1].contents} == {"Bass"}


def test_a_worker_is_asked_once_and_its_result_is_an_event() -> None:
    rig = studio()
    job = Job(task=TaskName.EDIT, name="hear", text="/one.wav")
    rig.task.wanted_jobs.append(job)
    rig.work({"one": "A"}).wait(1.0)
    rig.handle(m.SuggestionSkipped(at=rig.at, move=""))
    rig.wait(3.0)
    assert [each for result in rig.results for each in result.jobs] == [job]
    done = JobDone(
        at=rig.at, task=TaskName.EDIT, name="hear", text="/one.wav", trouble="", data=b"\x00\xff"
    )
    rig.handle(done)
    assert rig.task.done == [done]
    assert decode_event(*encode_event(done)) == done


def test_the_tempo_and_the_bars_of_the_song_reach_the_task() -> None:
    rig = studio().work()
    rig.handle(c.TempoChanged(at=rig.at, bpm=120.0))
    rig.handle(c.GridChanged(at=rig.at, first_s=0.5, beats=4))
    rig.wait(1.0)
    scene = rig.task.scenes[-1]
    assert (scene.tempo_bpm, scene.bar_s, scene.bar_beats) == (120.0, 0.5, 4)


def test_the_same_events_give_the_same_results_again() -> None:
    rig = studio().work({"one": "A"}).wait(1.0)
    accept(rig)
    rig.hear(*rig.daw.edit(ITEM, "one", "mine"))
    rig.wait(2.0)
    events, results = rig.events, rig.results
    again = studio()
    again.task.wants.append({"one": "A"})
    engine = again.make_engine()
    told = [engine.handle(decode_event(*encode_event(event))) for event in events]
    assert told == results


def test_what_stands_after_an_undo_of_a_later_move_can_be_undone_too() -> None:
    rig = studio(mode=Mode.ASSIST).work({"one": "A"}).wait(1.0)
    rig.task.wants.append({"one": "AA"})
    rig.wait(2.0)
    first, second = [state[0] for state in rig.states() if state[1] == MoveState.CONFIRMED]
    rig.handle(m.UndoRequested(at=rig.at, move=first))
    rig.wait(0.1)
    assert (text(rig, "one"), refusals(rig)[-1]) == (
        "AA",
        "undo: item take stays as it is: a later move builds on it",
    )
    rig.handle(m.RevertRequested(at=rig.at, move=first))
    rig.wait(1.0)
    assert text(rig, "one") == "a"
    assert [state for move, state in rig.states() if move == second][-1] == "reverted"


def test_a_clip_that_is_played_falls_silent_when_it_is_picked_and_at_panic() -> None:
    rig = studio(kind=CLIP, one=HeldContent("")).work({"one": C}, {"one": D}).wait(1.0)
    first, second = offered(rig)
    for move in (first, second):
        rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=True))
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    rig.wait(0.1)
    played = [each.text for each in rig.sent if isinstance(each, c.PlayContent)]
    assert played == [C, "", D, ""]
    assert text(rig, "one", CLIP) == D
    rig.task.wants.append({"one": C})
    rig.wait(2.0)
    rig.handle(m.AuditionSwitched(at=rig.at, move=offered(rig)[0], on=True))
    rig.handle(m.PanicPressed(at=rig.at))
    played = [each.text for each in rig.sent if isinstance(each, c.PlayContent)]
    assert played[-2:] == [C, ""]


def test_a_daw_that_was_away_is_asked_anew_and_an_undo_still_finds_its_place() -> None:
    rig = studio(mode=Mode.ASSIST).work({"one": "A"}).wait(1.0)
    asked = len(rig.daw.asked)
    rig.handle(m.LinkChanged(at=rig.at, state=LinkState.STALE, text="it is silent"))
    assert rig.engine.work.contents.standing(rig.at, (ITEM,)) == ()
    rig.handle(m.LinkChanged(at=rig.at, state=LinkState.ONLINE, text=""))
    rig.wait(0.1)
    assert len(rig.daw.asked) == asked + 1
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(0.1)
    assert text(rig, "one") == "a"


def test_contents_beyond_the_limit_are_left_out_with_a_notice() -> None:
    rig = studio().work()
    for number in range(MAX_CONTENTS + 3):
        rig.handle(
            c.ContentReported(
                at=rig.at, kind=ITEM, key=f"n{number}", track=1, name="", text="a", barred="",
                group="",
            )
        )  # fmt: skip
    said = [each.text for each in rig.notices(StatusChanged) if "I leave the rest out" in each.text]
    assert len(said) == 1
