"""The phrase task over the wire: asked, made by a worker, offered, picked, changed by a hand."""

import json
from collections.abc import Sequence

import pytest
from support.devices import HeldContent, Rig, SynthDaw

from bridge.errors import BridgeError
from bridge.guard.write import Purpose
from bridge.journal.event_codec import decode_event, encode_event
from bridge.mix import content_events as c
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind, Job, JobDone
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode
from bridge.mix.notices import MoveReported, Offered, RequestRefused, StatusChanged
from bridge.mix.phrases import Phrase, PhraseNote, decode_phrase, phrase_of
from bridge.tasks.phrase.ahead import order_ahead
from bridge.tasks.phrase.prior import load_phrase_prior
from bridge.tasks.phrase.task import (
    MAKE,
    PhraseTask,
    do_job,
    make_phrase_task,
    phrases_for,
)

CLIP = ContentKind.CLIP


def bass_clip(bars: int = 4) -> Phrase:
    """Eighths on A, C, E and G, two bars each way."""
    pitches = (33, 36, 40, 43)
    notes = [PhraseNote(beat * 2.0, pitches[beat % 4], 0.5, 100) for beat in range(2 * bars)]
    return phrase_of([*notes, PhraseNote(0.5, 45, 0.5, 90)], bars * 4.0)


def studio(mode: Mode = Mode.SUGGEST, **clips: HeldContent) -> Rig:
    daw = SynthDaw()
    held = clips or {
        "verse": HeldContent(bass_clip().text, name="Verse"),
        "empty": HeldContent("", name="2"),
        "lead": HeldContent(bass_clip().text, track=3),
    }
    for key, content in held.items():
        daw.contents[CLIP, key] = content
    return Rig(mode=mode, daw=daw, task=make_phrase_task(1), task_name=TaskName.PHRASE)


def all_jobs(rig: Rig) -> list[Job]:
    return [job for result in rig.results for job in result.jobs]


def jobs(rig: Rig) -> list[Job]:
    return [job for job in all_jobs(rig) if not job.is_ahead]


def make(rig: Rig, seconds: float = 2.0) -> Rig:
    """Let time pass, do what the worker is asked for, and let more pass."""
    done = getattr(rig, "_done", 0)
    for _ in range(4):
        rig.wait(seconds / 4)
        asked = jobs(rig)
        for job in asked[done:]:
            try:
                data, trouble = do_job(job), ""
            except BridgeError as error:
                data, trouble = b"", str(error)
            rig.handle(
                JobDone(
                    at=rig.at, task=job.task, name=job.name, text=job.text, trouble=trouble,
                    data=data,
                )
            )  # fmt: skip
        done = len(asked)
    rig._done = done  # type: ignore[attr-defined]
    return rig


def offered(rig: Rig) -> tuple[str, ...]:
    return rig.notices(Offered)[-1].moves


def text(rig: Rig, key: str) -> str:
    return rig.daw.contents[CLIP, key].text


def sentences(rig: Rig) -> list[str]:
    return [each.text for each in rig.notices(StatusChanged)]


def choose(rig: Rig, choice: int) -> None:
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=choice))
    rig.wait(0.1)


def test_three_phrases_are_offered_and_the_one_that_is_picked_is_written() -> None:
    rig = make(studio().work())
    assert len(offered(rig)) == 3
    (job,) = jobs(rig)
    assert job.name == MAKE
    reports = {each.move: each.contents[0].after for each in rig.notices(MoveReported)}
    picked = offered(rig)[1]
    choose(rig, 2)
    assert decode_phrase(text(rig, "empty")) == decode_phrase(reports[picked])
    assert text(rig, "verse") == bass_clip().text
    assert rig.task.beliefs()["kinds"]["bass"]["picks"] == 1


def test_what_is_offered_next_is_made_of_what_stands_there() -> None:
    rig = make(studio().work())
    choose(rig, 1)
    make(rig)
    assert len(offered(rig)) == 3
    last = json.loads(jobs(rig)[-1].text)
    assert decode_phrase(last["current"]) == decode_phrase(text(rig, "empty"))
    assert last["wishes"]


@pytest.mark.parametrize("choice", [0, 1])
def test_what_is_made_next_is_asked_for_right_after_a_pick(choice: int) -> None:
    rig = make(studio().work())
    count = len(jobs(rig))
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=choice))
    rig.wait(0.05)  # a tenth of the pace
    assert len(jobs(rig)) == count + 1


@pytest.mark.parametrize("choice", range(4))
def test_what_a_pick_will_need_is_known_before_it_comes(choice: int) -> None:
    rig = make(studio().work())
    for _ in range(2):  # the first time nothing stands there, then a phrase
        ahead = [job for job in all_jobs(rig) if job.is_ahead][-4:]
        foreseen = {json.loads(job.text)["choice"]: job for job in ahead}
        assert set(foreseen) == {0, 1, 2, 3}
        choose(rig, choice)
        order = order_ahead(foreseen[choice].text, load_phrase_prior())
        assert jobs(rig)[-1].text == order.text
        make(rig)


def test_what_was_made_ahead_is_not_made_again() -> None:
    rig = make(studio().work())
    ahead = next(job for job in all_jobs(rig) if job.is_ahead)
    assert do_job(ahead) == b""
    choose(rig, json.loads(ahead.text)["choice"])
    hits = phrases_for.cache_info().hits
    made = do_job(jobs(rig)[-1])
    assert phrases_for.cache_info().hits == hits + 1
    assert made == phrases_for.__wrapped__(jobs(rig)[-1].text)


def test_keeping_what_is_there_writes_nothing() -> None:
    rig = make(studio().work())
    choose(rig, 0)
    assert text(rig, "empty") == ""
    make(rig)
    assert len(offered(rig)) == 3


def test_a_clip_that_is_not_ours_is_never_written() -> None:
    rig = make(studio(verse=HeldContent(bass_clip().text)).work())
    assert not rig.notices(Offered)
    assert any("no empty clip" in each for each in sentences(rig))


def test_the_guard_itself_leaves_a_persons_clip_alone() -> None:
    rig = make(studio().work())
    move = rig.engine.work.offers.open.moves[0]  # type: ignore[union-attr]
    edit = move.edits[0].change
    forged = type(edit)(kind=CLIP, key="verse", before=text(rig, "verse"), after=edit.after)
    writer = rig.engine.work.contents.writer
    assert "is yours" in writer.refusal_of([forged], rig.at, Purpose.MOVE)
    low = phrase_of([PhraseNote(0.0, 2, 1.0, 100)], 16.0)
    deep = type(edit)(kind=CLIP, key="empty", before="", after=low.text)
    assert "range of this track" in writer.refusal_of([deep], rig.at, Purpose.MOVE)


def test_an_undo_empties_the_clip_again() -> None:
    rig = make(studio().work())
    choose(rig, 1)
    assert text(rig, "empty")
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(0.1)
    assert text(rig, "empty") == ""


def test_notes_that_a_hand_has_changed_are_a_correction_and_the_hands() -> None:
    rig = make(studio(
        verse=HeldContent(bass_clip().text), empty=HeldContent(""), more=HeldContent("")
    ).work())  # fmt: skip
    choose(rig, 1)
    ours = decode_phrase(text(rig, "empty"))
    before = rig.task.beliefs()["kinds"]["bass"]["register"]["you"]
    higher = phrase_of([n._replace(pitch=min(n.pitch + 7, 127)) for n in ours.notes], ours.length)
    rig.hear(*rig.daw.edit(CLIP, "empty", higher.text))
    make(rig, 4.0)
    assert rig.task.beliefs()["kinds"]["bass"]["register"]["you"] > before
    choose(rig, 1)
    assert text(rig, "empty") == higher.text
    assert text(rig, "more")


def test_a_variant_is_heard_without_being_written() -> None:
    rig = make(studio().work())
    rig.handle(m.AuditionSwitched(at=rig.at, move=offered(rig)[0], on=True))
    (play,) = [each for each in rig.sent if isinstance(each, c.PlayContent)]
    assert decode_phrase(play.text).notes
    assert text(rig, "empty") == ""


def offer_phrase(rig: Rig, phrase: Phrase, name: str = "other") -> None:
    rig.handle(d.PhraseOffered(at=rig.at, generator=name, phrase=phrase.text))


def test_another_generators_phrase_is_ranked_with_ours() -> None:
    rig = studio().work().wait(1.0)
    offer_phrase(rig, bass_clip())
    assert isinstance(rig.task, PhraseTask)
    make(rig)
    assert offered(rig)
    assert len(rig.task._offered) == 1


def refusals(rig: Rig) -> list[str]:
    return [each.text for each in rig.notices(RequestRefused)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (phrase_of([PhraseNote(0.0, 40, 1.0, 100)], 8.0).text, "expected a phrase of 16 beats"),
        (phrase_of([PhraseNote(0.0, 100, 1.0, 100)], 16.0).text, "range of this track"),
        (json.dumps({"length": 16.0, "notes": [[0.0, 40, 0.1, 90]] * 5000}), "at most 512 notes"),
        ("la la", "la la"),
        ("[" * 9000, "expected {'length'"),
        ('{"length": 16.0, "notes": []}', "the phrase is empty"),
        ('{"length": 16.0, "notes": [[0.0, 400, 1.0, 90]]}', "400"),
        ('{"length": NaN, "notes": [[0.0, 40, 1.0, 90]]}', "got nan beats"),
    ],
)
def test_a_generator_that_lies_is_refused_in_a_sentence(text: str, why: str) -> None:
    rig = studio().work().wait(1.0)
    rig.handle(d.PhraseOffered(at=rig.at, generator="other", phrase=text))
    (refused,) = refusals(rig)
    assert refused.startswith("other: ")
    assert why in refused
    assert "dropped" in refused
    assert offered(make(rig))


def test_a_generator_that_is_late_is_refused_in_a_sentence() -> None:
    rig = studio()
    offer_phrase(rig, bass_clip())
    (refused,) = refusals(rig)
    assert refused.startswith("other: ")
    assert "nothing is asked for now" in refused
    assert "/bridge/wanted" in refused


def test_a_generator_that_died_is_reported_once_and_nobody_waits_for_it() -> None:
    rig = studio().work().wait(1.0)
    offer_phrase(rig, bass_clip())
    for _ in range(6):
        make(rig)
        assert len(offered(rig)) == 3
        choose(rig, 1)
    (refused,) = refusals(rig)
    assert refused.startswith("other: ")
    assert "got nothing for the last 3" in refused
    rig.wait(1.0)
    offer_phrase(rig, bass_clip())  # it was started again
    for _ in range(5):
        make(rig)
        choose(rig, 1)
    assert len(refusals(rig)) == 2


def test_a_generator_that_answers_is_never_reported() -> None:
    rig = studio().work()
    for _ in range(6):
        rig.wait(1.0)
        offer_phrase(rig, bass_clip())
        make(rig)
        choose(rig, 1)
    assert not refusals(rig)


def test_a_drum_rack_of_unknown_pads_is_said_in_a_sentence() -> None:
    pads = phrase_of([PhraseNote(beat * 1.0, 1 + beat % 2, 0.25, 100) for beat in range(16)], 16.0)
    rig = studio(verse=HeldContent(pads.text, track=1), empty=HeldContent("", track=1))
    rig.handle(d.TaskChosen(at=rig.at, task=TaskName.PHRASE))
    rig.handle(d.FocusChosen(at=rig.at, track="#1", what=""))
    make(rig)
    assert any("I know none of the pads [1, 2]" in each for each in sentences(rig))


def test_a_generator_that_fails_says_why_and_is_asked_again_only_for_something_else() -> None:
    rig = studio().work().wait(1.0)
    (job,) = jobs(rig)
    rig.handle(
        JobDone(
            at=rig.at, task=job.task, name=job.name, text=job.text, trouble="it broke", data=b""
        )
    )
    rig.wait(3.0)
    assert "it broke" in sentences(rig)
    assert jobs(rig) == [job]


def test_a_late_result_is_about_what_is_wanted_no_more() -> None:
    rig = studio().work().wait(1.0)
    (job,) = jobs(rig)
    rig.handle(
        JobDone(
            at=rig.at, task=job.task, name=job.name, text="another", trouble="", data=do_job(job)
        )
    )
    rig.wait(2.0)
    assert not rig.notices(Offered)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 9000, "expected {'length'"),
        (json.dumps({"length": 14.0, "notes": [[0.0, 40, 0.1, 90]]}), "whole bars"),
        (json.dumps({"length": 16.0, "notes": [[0.0, 40, 0.1, 90]] * 600}), "at most 512 notes"),
    ],
)
def test_a_clip_that_cannot_be_read_is_left_out_and_reported_once(text: str, why: str) -> None:
    rig = studio(
        verse=HeldContent(bass_clip().text),
        wild=HeldContent(text, name="Wild"),
        empty=HeldContent(""),
    )
    make(rig.work())
    assert len(offered(rig)) == 3
    choose(rig, 1)
    make(rig)
    (said,) = [each for each in sentences(rig) if "I leave out the clip 'Wild'" in each]
    assert why in said
    assert not refusals(rig)


def test_another_metre_is_said_in_a_sentence() -> None:
    rig = studio().work()
    rig.handle(c.GridChanged(at=rig.at, first_s=0.0, beats=3))
    make(rig)
    assert any("3 beats a bar" in each for each in sentences(rig))
    assert not rig.notices(Offered)


def test_a_song_without_a_tempo_is_reported_once() -> None:
    rig = make(studio().work())
    choose(rig, 1)
    make(rig)
    (sentence,) = [each for each in sentences(rig) if "reports no tempo" in each]
    assert "120 beats a minute" in sentence
    timed = studio().work()
    timed.handle(c.TempoChanged(at=timed.at, bpm=98.0))
    make(timed)
    assert not any("reports no tempo" in each for each in sentences(timed))


def test_without_a_note_anywhere_there_is_no_key() -> None:
    rig = make(studio(empty=HeldContent("")).work())
    assert any("it is empty" in each for each in sentences(rig))


def test_a_clip_of_too_many_notes_is_said_in_a_sentence() -> None:
    many = json.dumps({"length": 16.0, "notes": [[k / 48, 40, 0.02, 90] for k in range(600)]})
    rig = make(studio(verse=HeldContent(many), empty=HeldContent("")).work())
    assert any("at most 512 notes" in each for each in sentences(rig))


def test_in_assist_the_best_one_is_written_and_a_thumb_down_takes_it_back() -> None:
    rig = make(studio(mode=Mode.ASSIST).work())
    assert text(rig, "empty")
    written = next(move for move, state in rig.states() if state == "confirmed")
    assert len(offered(rig)) == 3  # what stands there is not replaced unasked
    rig.handle(m.RewardReceived(at=rig.at, value=-1.0, move=written, reward_id="r1"))
    rig.wait(0.1)
    assert text(rig, "empty") == ""


def test_the_same_events_give_the_same_results_again() -> None:
    rig = make(studio().work())
    choose(rig, 2)
    make(rig)
    again = studio()
    engine = again.make_engine()
    told = [engine.handle(decode_event(*encode_event(event))) for event in rig.events]
    assert told == rig.results


def test_what_was_learnt_is_known_in_the_next_session() -> None:
    rig = make(studio().work())
    choose(rig, 1)
    state: Sequence[int] = rig.task.state()
    fresh = make_phrase_task(5)
    fresh.load_state(bytes(state))
    assert fresh.state() == state
