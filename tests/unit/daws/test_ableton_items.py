"""Audio clips of Live's Session: trimmed at both ends, taken back exactly, and left to a hand."""

import random
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.ableton.audio_clip import LiveAudioClip
from support.ableton.fake import LiveTrack
from support.ableton.session import AbletonSession

from bridge.daws.ableton.wire import audio_clip
from bridge.hosts.item_hearing import measure_item
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind, ContentReported
from bridge.mix.device_events import TaskName
from bridge.mix.items import is_launched
from bridge.mix.notices import Offered
from bridge.tasks.edit.prior import load_edit_prior
from bridge.tasks.edit.task import EditTask

RATE = 48_000
SILENT_S, LONG_S = 4.0, 12.0
"""A take is silent for so long, plays for 4 s, and is silent again until `LONG_S`."""


@pytest.fixture
def take(tmp_path: Path) -> str:
    """A file with four notes in its middle."""
    times = np.arange(round(LONG_S * RATE)) / RATE
    inside = times - SILENT_S
    notes = 0.5 * np.sin(2 * np.pi * 110.0 * times) * np.exp(-4.0 * (inside % 1.0))
    wave = np.where((inside >= 0.0) & (inside < 4.0), notes, 0.0)
    path = tmp_path / "take.wav"
    soundfile.write(str(path), wave, RATE, subtype="FLOAT")
    return str(path)


def studio(*clips: LiveAudioClip) -> AbletonSession:
    """A Live whose track Bass has these clips, and the edit task with that in focus."""
    session = AbletonSession(
        "Kick", "Bass", "Vox", task=EditTask(load_edit_prior()), task_name=TaskName.EDIT
    )
    bass = session.live.track("Bass")
    bass.has_midi = False
    bass.clips = [*clips, None, None]
    session.run(6.0)
    session.person(m.ModeChosen(at=session.at, mode=m.Mode.SUGGEST))
    session.person(d.TaskChosen(at=session.at, task=TaskName.EDIT))
    session.person(d.FocusChosen(at=session.at, track="Bass", what=""))
    return make(session)


def make(session: AbletonSession, seconds: float = 6.0) -> AbletonSession:
    return session.work(measure_item, seconds)


def offers(session: AbletonSession) -> list[Offered]:
    return [each for each in session.notices if isinstance(each, Offered)]


def accept(session: AbletonSession, choice: int = 1) -> str:
    """Say yes to the open offer; the move that it makes."""
    offer = offers(session)[-1]
    session.person(d.VariantChosen(at=session.at, offer=offer.offer, choice=choice))
    return offer.moves[choice - 1]


def states(session: AbletonSession, move: str) -> list[str]:
    return [r.state.value for r in session.reports if r.move == move]


def reason(session: AbletonSession, move: str) -> str:
    return next(r.reason for r in session.reports if r.move == move and r.reason)


def reports(session: AbletonSession) -> dict[str, ContentReported]:
    """What was said last of each item, by its name."""
    return {
        each.name: each
        for each in session.events
        if isinstance(each, ContentReported) and each.kind is ContentKind.ITEM
    }


def test_a_clip_without_loop_and_warp_is_reported_as_a_launched_item(take: str) -> None:
    session = studio(LiveAudioClip(file_path=take, loop_end=LONG_S, gain_display_string="-1.5 dB"))
    (report,) = reports(session).values()
    assert (report.track, report.name, report.barred) == (2, "Take", "")
    assert is_launched(report.text)
    assert take in report.text
    assert "[0,0.0,12.0,0.0,0.0,0.0,-1.5,0]" in report.text


@pytest.mark.parametrize("is_alias", [True, False])
@pytest.mark.parametrize("grid_s", [0.0, 1 / 44_100])
def test_trims_are_made_by_the_ends_and_taken_back_exactly(
    take: str, is_alias: bool, grid_s: float
) -> None:
    clip = LiveAudioClip(file_path=take, loop_end=LONG_S, is_alias=is_alias, grid_s=grid_s)
    session = studio(clip)
    before = clip.ends
    made = []
    for _ in range(2):
        made.append(accept(session))
        make(session)
        assert "confirmed" in states(session, made[-1])
    assert SILENT_S - 0.1 < clip.loop_start < SILENT_S
    assert SILENT_S + 3.2 < clip.loop_end < LONG_S - 2.0
    assert [name for name, _ in clip.puts] in (
        ["loop_start", "loop_end"],
        ["loop_end", "loop_start"],
    )  # each is one point of undo in Live
    for move in reversed(made):
        session.person(m.UndoRequested(at=session.at, move=move))
        make(session)
        assert "reverted" in states(session, move)
    assert clip.ends == before


def test_a_trimmed_head_is_said_to_come_sooner_and_is_always_asked_for(take: str) -> None:
    session = studio(LiveAudioClip(file_path=take, loop_end=SILENT_S + 4.0, name="Verse"))
    text = reason(session, offers(session)[-1].moves[0])
    assert "before the first sound on Bass (Verse) at 0:00.0" in text
    assert "after a launch it is heard sooner by that" in text
    session.person(m.ModeChosen(at=session.at, mode=m.Mode.ASSIST))
    make(session, 20.0)
    assert session.live.track("Bass").clips[0].puts == []  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"looping": True}, audio_clip.LOOPED),
        ({"warping": True}, audio_clip.WARPED),
        ({"pitch_coarse": -3}, audio_clip.TRANSPOSED),
        ({"is_recording": True}, audio_clip.RECORDING),
        ({"is_playing": True}, audio_clip.PLAYING),
    ],
)
def test_what_cannot_be_trimmed_is_left_alone_with_a_sentence(
    take: str, what: dict[str, bool | int], why: str
) -> None:
    clip = LiveAudioClip(file_path=take, loop_end=LONG_S, **what)  # type: ignore[arg-type]
    session = studio(clip)
    make(session, 10.0)
    (report,) = reports(session).values()
    assert report.barred == why
    assert offers(session) == []
    assert clip.puts == []
    assert why in " ".join(session.sentences)


def test_those_left_alone_are_counted(take: str) -> None:
    session = studio(
        LiveAudioClip(file_path=take, loop_end=LONG_S),
        LiveAudioClip(file_path=take, loop_end=LONG_S, looping=True),
        LiveAudioClip(file_path=take, loop_end=LONG_S, warping=True),
        LiveAudioClip(file_path=take, loop_end=LONG_S, warping=True),
    )
    facts = session.dialect.facts(at=session.at)
    assert (facts["clips"], facts["clips_left"]) == (1.0, "1 looped, 2 warped")
    session.live.track("Bass").is_frozen = True
    make(session, 30.0)
    assert session.dialect.facts(at=session.at)["clips_left"] == "4 frozen"


def test_a_hand_between_trim_and_undo_wins(take: str) -> None:
    clip = LiveAudioClip(file_path=take, loop_end=LONG_S)
    session = studio(clip)
    move = accept(session)
    make(session)
    clip.hand(3.0, 9.0)
    session.person(m.UndoRequested(at=session.at, move=move))
    make(session)
    assert clip.ends == (3.0, 9.0, 3.0, 9.0)


def test_a_hand_in_the_moment_of_the_write_wins(take: str) -> None:
    clip = LiveAudioClip(file_path=take, loop_end=LONG_S)
    session = studio(clip)
    accept(session)
    hands = iter([True])
    receive = session.live.receive

    def drag_first(datagram: bytes, sender: str = "127.0.0.1") -> None:
        if b"/live/clip/set/loop" in datagram and next(hands, False):
            clip.hand(1.0, 11.0)
        receive(datagram, sender)

    session.live.receive = drag_first  # type: ignore[method-assign]
    session.run(3.0)
    assert clip.puts
    assert clip.ends == (1.0, 11.0, 1.0, 11.0)
    assert session.dialect.facts(at=session.at)["put_right"] == 1.0


def test_a_track_that_comes_between_gets_its_clip_back(take: str) -> None:
    clip = LiveAudioClip(file_path=take, loop_end=LONG_S)
    other = LiveAudioClip(file_path=take + "other", loop_end=5.0)
    session = studio(clip)
    accept(session)
    inserts = iter([True])
    receive = session.live.receive

    def insert_first(datagram: bytes, sender: str = "127.0.0.1") -> None:
        if b"/live/clip/set/loop" in datagram and next(inserts, False):
            track = LiveTrack("New", has_midi=False)
            track.clips[0] = other
            session.live.tracks.insert(1, track)
        receive(datagram, sender)

    session.live.receive = insert_first  # type: ignore[method-assign]
    session.run(8.0)
    assert other.puts
    assert other.ends == (0.0, 5.0, 0.0, 5.0)
    assert clip.ends == (0.0, LONG_S, 0.0, LONG_S)


def test_live_that_rounds_far_off_is_put_back(take: str) -> None:
    clip = LiveAudioClip(file_path=take, loop_end=LONG_S, grid_s=1.0)
    session = studio(clip)
    move = accept(session)
    make(session, 10.0)
    assert "confirmed" not in states(session, move)
    assert clip.ends == (0.0, LONG_S, 0.0, LONG_S)


def test_a_clip_that_is_removed_is_gone(take: str) -> None:
    session = studio(LiveAudioClip(file_path=take, loop_end=LONG_S))
    session.live.track("Bass").clips[0] = None
    make(session, 12.0)
    assert not [each for each in session.engine.work.contents.contents]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_a_nasty_wire_makes_no_half_trim(take: str, seed: int) -> None:
    """Datagrams are lost, Live is modal at times: what stands is all of a trim, or nothing."""
    dice = random.Random(seed)
    clip = LiveAudioClip(file_path=take, loop_end=LONG_S, is_alias=dice.random() < 0.5)
    session = studio(clip)
    before = clip.ends
    receive = session.live.receive

    def lose(datagram: bytes, sender: str = "127.0.0.1") -> None:
        if dice.random() > 0.15:
            receive(datagram, sender)

    def stall() -> None:
        if dice.random() < 0.03:
            session.live.is_modal = not session.live.is_modal

    session.live.receive = lose  # type: ignore[method-assign]
    session.on_tick = stall
    move = accept(session)
    make(session, 12.0)
    session.on_tick, session.live.is_modal = None, False
    session.live.receive = receive  # type: ignore[method-assign]
    make(session, 8.0)
    is_made = "confirmed" in states(session, move)
    assert (clip.ends != before) == is_made
    session.person(m.UndoRequested(at=session.at, move=move))
    make(session, 8.0)
    if is_made:
        assert clip.ends == before
