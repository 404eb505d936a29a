"""Phrases in Live: an empty slot is filled, read back, left to a hand, and emptied by an undo."""

from support.ableton.fake import LiveClip
from support.ableton.session import AbletonSession

from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.notices import MoveReported
from bridge.tasks.phrase.task import do_job, make_phrase_task

NOTES = [(pitch, beat * 1.0, 0.5, 100.0, False)
         for beat, pitch in enumerate((33, 36, 40, 45) * 4)]  # fmt: skip


def studio() -> AbletonSession:
    session = AbletonSession(
        "Kick", "Bass", "Vox", task=make_phrase_task(1), task_name=TaskName.PHRASE
    )
    bass = session.live.track("Bass")
    bass.clips[0] = LiveClip(16.0, "Verse", list(NOTES))
    session.live.track("Vox").has_midi = False
    session.run(6.0)
    session.person(d.TaskChosen(at=session.at, task=TaskName.PHRASE))
    session.person(d.FocusChosen(at=session.at, track="Bass", what=""))
    return session


def make(session: AbletonSession, seconds: float = 4.0) -> AbletonSession:
    return session.work(do_job, seconds)


def states(session: AbletonSession) -> list[str]:
    return [each.state.value for each in session.notices if isinstance(each, MoveReported)]


def test_an_empty_slot_of_the_track_is_filled_and_no_other() -> None:
    session = make(studio(), 8.0)
    bass = session.live.track("Bass")
    assert "confirmed" in states(session)
    written = bass.clips[1]
    assert written is not None
    assert written.name.startswith("mixbridge 1-")
    assert written.notes
    assert bass.clips[0] is not None
    assert bass.clips[0].notes == NOTES
    assert all(clip is None for clip in session.live.track("Vox").clips)
    assert all(clip is None for clip in session.live.track("Kick").clips)


def test_an_undo_empties_the_slot() -> None:
    session = make(studio(), 8.0)
    session.person(m.UndoRequested(at=session.at, move=""))
    session.run(3.0)
    assert session.live.track("Bass").clips[1] is None


def test_what_a_hand_has_changed_belongs_to_it() -> None:
    session = make(studio(), 8.0)
    clip = session.live.track("Bass").clips[1]
    assert clip is not None
    clip.notes = [(40, 0.0, 1.0, 100.0, False)]
    session.run(6.0)
    written = next(each.move for each in session.notices if isinstance(each, MoveReported))
    session.person(m.UndoRequested(at=session.at, move=written))
    session.run(3.0)
    assert clip.notes == [(40, 0.0, 1.0, 100.0, False)]
    assert session.live.track("Bass").clips[1] is clip


def test_a_slot_that_a_hand_fills_first_is_left_alone() -> None:
    session = studio()
    session.run(2.0)
    mine = LiveClip(4.0, "mine", [(40, 0.0, 1.0, 100.0, False)])
    for slot in (1, 2):
        session.live.track("Bass").clips[slot] = mine
    make(session, 8.0)
    assert mine.notes == [(40, 0.0, 1.0, 100.0, False)]
    assert session.live.track("Bass").clips[1] is mine
