"""Whole sessions with a REAPER in memory: its OSC surface, and the companion run by a real Lua."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.reaper.fake import FakeReaper
from support.reaper.session import ReaperSession

from bridge.mix import messages as m
from bridge.mix.messages import MoveState
from bridge.mix.params import MOVABLE, LockClass, Param
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.slow

LANES = pytest.mark.parametrize("has_companion", [True, False], ids=["companion", "osc alone"])


def open_session(folder: Path, *names: str, companion: bool = True) -> ReaperSession:
    return ReaperSession(folder, *names, companion=companion).run(3.0)


def lanes(session: ReaperSession) -> set[str]:
    return {written.lane for written in session.reaper.written}


@LANES
def test_the_first_dump_tells_what_reaper_holds(tmp_path: Path, has_companion: bool) -> None:
    session = ReaperSession(tmp_path, companion=has_companion)
    session.reaper.track("Bass").put(Param.GAIN, -7.5)
    session.reaper.track("Vox").put(Param.EQ_HIGH, 2.0)
    session.reaper.track("Kick").put(Param.MUTE, 1.0)
    session.run(3.0)
    assert session.engine.status[0] == "online"
    session.assert_same()


@LANES
@pytest.mark.parametrize("param", [Param.GAIN, Param.PAN, Param.EQ_LOW, Param.EQ_HIGHMID])
def test_a_move_is_made_and_confirmed(tmp_path: Path, has_companion: bool, param: Param) -> None:
    session = open_session(tmp_path, companion=has_companion)
    session.move("Bass", param, 0.2 if param is Param.PAN else 1.5)
    assert session.reaper.track("Bass").value(param) == pytest.approx(
        0.2 if param is Param.PAN else 1.5, abs=0.01
    )
    assert lanes(session) == {"companion" if has_companion else "osc"}
    session.assert_same()
    session.assert_nothing_went_wrong()


def test_a_move_is_one_named_point_of_undo(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    move = session.move("Vox", Param.GAIN, -1.5)
    assert session.reaper.labels == [f"mixbridge {move}: Vox gain to -1.5 dB"]


def test_undo_in_reaper_is_a_reward_and_redo_takes_it_back(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    move = session.move("Vox", Param.GAIN, -1.5)
    session.reaper.undo()
    session.run(2.0)
    assert [(lesson.param, lesson.reward) for lesson in session.agent.lessons] == [
        (Param.GAIN, -1.0)
    ]
    assert session.last(MoveState.REVERTED).move == move
    assert session.agent.hands == []
    session.assert_same()
    session.reaper.redo()
    session.run(2.0)
    assert [lesson.reward for lesson in session.agent.lessons] == [-1.0, 1.0]
    assert session.reports[-1].state is MoveState.CONFIRMED
    assert session.agent.hands == []
    session.assert_same()


def test_several_undos_between_two_looks_are_all_seen(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    moves = [session.move(name, Param.GAIN, 1.0) for name in ("Kick", "Bass", "Vox")]
    session.reaper.undo()
    session.reaper.undo()
    session.run(2.0)
    undone = [report.move for report in session.reports if report.state is MoveState.REVERTED]
    assert undone == [moves[2], moves[1]]
    session.reaper.redo()
    session.run(2.0)
    assert session.reports[-1].move == moves[1]
    session.assert_same()


def test_undoing_something_of_their_own_is_no_verdict(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.move("Vox", Param.GAIN, -1.5)
    session.reaper.hand("Kick", Param.PAN, 0.4)
    session.run(2.0)
    session.agent.lessons.clear()
    session.reaper.undo()
    session.run(2.0)
    assert session.agent.lessons == []


def test_the_hand_wins_after_an_undo(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.move("Vox", Param.GAIN, -1.5)
    session.reaper.undo()
    session.run(0.5)
    session.reaper.written.clear()
    session.wish("Vox", Param.GAIN, 1.0)
    session.run(5.0)
    assert session.reaper.written == []


@LANES
def test_a_hand_on_ganged_tracks_is_a_hand_on_each(tmp_path: Path, has_companion: bool) -> None:
    session = open_session(tmp_path, companion=has_companion)
    session.reaper.select("Kick", "Bass")
    session.reaper.hand("Kick", Param.GAIN, -3.0)
    session.run(2.5)
    session.assert_same()
    assert sorted(hand[2] for hand in session.agent.hands) == pytest.approx([-3.0, -3.0], abs=0.01)


def test_a_move_on_one_of_several_selected_tracks_moves_it_alone(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.reaper.select("Kick", "Bass")
    session.run(1.0)
    session.move("Kick", Param.GAIN, -1.0)
    assert session.reaper.track("Bass").value(Param.GAIN) == pytest.approx(0.0)
    session.assert_nothing_went_wrong()


def test_over_osc_a_ganged_track_is_left_alone_and_the_reason_told(tmp_path: Path) -> None:
    session = open_session(tmp_path, companion=False)
    session.reaper.select("Kick", "Bass")
    session.run(1.0)
    session.wish("Kick", Param.GAIN, -1.0)
    session.run(3.0)
    assert session.reaper.written == []
    assert any("Kick: its gain would move with" in text for text in session.sentences)
    session.reaper.select("Kick")
    session.run(9.0)
    assert session.reaper.track("Kick").value(Param.GAIN) == pytest.approx(-1.0, abs=0.01)
    assert session.reaper.track("Bass").value(Param.GAIN) == pytest.approx(0.0)


@pytest.mark.parametrize("mode", [1, 2, 3, 4])
def test_a_fader_with_an_envelope_is_safe_by_itself(tmp_path: Path, mode: int) -> None:
    session = ReaperSession(tmp_path)
    session.reaper.track("Vox").auto_mode = mode
    session.reaper.track("Vox").envelopes.add("Volume")
    session.run(3.0)
    strip = session.engine.mix.find("Vox")[0]
    assert list(strip.barred) == [LockClass.GAIN]
    assert any("Vox: its gain has an envelope" in text for text in session.sentences)
    session.wish("Vox", Param.GAIN, 1.0)
    session.run(3.0)
    session.agent.wishes.clear()
    assert session.reaper.written == []
    session.move("Vox", Param.PAN, 0.1)
    session.reaper.track("Vox").auto_mode = 0
    session.run(1.0)
    session.move("Vox", Param.GAIN, 1.0)
    session.assert_nothing_went_wrong()


@LANES
@pytest.mark.parametrize("rearrange", ["reorder", "insert", "remove"])
def test_after_another_order_no_move_goes_to_a_wrong_track(
    tmp_path: Path, has_companion: bool, rearrange: str
) -> None:
    session = open_session(tmp_path, companion=has_companion)
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(0.8)  # in the middle of its ramp
    assert session.reaper.written
    if rearrange == "reorder":
        session.reaper.reorder(("Vox", "Kick", "Bass"))
    elif rearrange == "insert":
        session.reaper.insert(0, "Snare")
    else:
        session.reaper.remove("Kick")
    session.run(4.0)
    session.assert_same()
    session.move("Vox", Param.PAN, 0.1)
    for track in session.reaper.tracks:
        if track.name != "Vox":
            assert track.value(Param.GAIN) == pytest.approx(0.0)
            assert track.value(Param.PAN) == pytest.approx(0.0)
    session.assert_same()
    if has_companion:  # over OSC a write may be in REAPER's socket meanwhile, and is put back
        session.assert_nothing_went_wrong()


@LANES
def test_a_level_that_stands_is_told_again_after_each_dump(
    tmp_path: Path, has_companion: bool
) -> None:
    """Levels are said when they change, and a dump forgets whose they are."""
    session = ReaperSession(tmp_path, companion=has_companion)
    for track in session.reaper.tracks:
        track.peaks = (0.5, 0.25)
    session.run(3.0)
    session.levels.clear()
    session._command(session.link.request_dump(session.at))
    session.run(1.0)
    assert {level.slot.track for level in session.levels} == {1, 2, 3}
    assert session.levels[-1].levels_dbfs == pytest.approx((-6.02,), abs=0.1)


@LANES
def test_reaper_restarted_is_met_again(tmp_path: Path, has_companion: bool) -> None:
    session = open_session(tmp_path, companion=has_companion)
    session.move("Vox", Param.GAIN, 1.0)
    session.is_osc_cut = True
    if has_companion:
        session.kill_companion()
    session.run(5.0)
    assert session.engine.status[0] == "stale"
    session.is_osc_cut = False
    session.restart_reaper()
    if has_companion:
        session.start_companion()
    session.run(4.0)
    assert session.engine.status[0] == "online"
    session.move("Vox", Param.PAN, -0.2)
    session.assert_same()
    session.assert_nothing_went_wrong()


def test_without_its_companion_reaper_is_driven_by_osc_and_by_it_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    session = open_session(tmp_path)
    session.move("Vox", Param.GAIN, 1.0)
    keys = [strip.key for strip in session.engine.mix.strips]
    session.kill_companion()
    session.run(6.0)
    assert session.engine.status[0] == "online"
    session.move("Bass", Param.GAIN, 1.0)
    assert session.reaper.written[-1].lane == "osc"
    session.start_companion()
    session.run(3.0)
    session.move("Kick", Param.GAIN, 1.0)
    assert session.reaper.written[-1].lane == "companion"
    assert [strip.key for strip in session.engine.mix.strips] == keys
    session.assert_same()
    session.assert_nothing_went_wrong()


@pytest.mark.parametrize("after_s", [0.6, 0.7, 0.8, 0.9, 1.1])
def test_a_companion_lost_in_the_middle_of_a_move_doubles_nothing(
    tmp_path: Path, after_s: float
) -> None:
    session = open_session(tmp_path)
    session.wish("Vox", Param.GAIN, -2.0)
    session.run(after_s)
    session.kill_companion()
    session.run(8.0)
    assert lanes(session) <= {"companion"}
    session.assert_same()
    session.start_companion()
    session.run(3.0)
    values = [written.value for written in session.reaper.written]
    assert values == sorted(values, reverse=True)  # nothing was done twice, or later
    session.assert_same()
    session.assert_nothing_went_wrong()


def test_a_companion_that_comes_in_the_middle_of_a_move_leaves_it_on_its_lane(
    tmp_path: Path,
) -> None:
    session = open_session(tmp_path, companion=False)
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(0.9)
    session.start_companion()
    session.run(5.0)
    assert lanes(session) == {"osc"}
    session.assert_same()
    assert session.reaper.track("Vox").value(Param.GAIN) == pytest.approx(-3.0, abs=0.01)


def test_a_port_that_another_program_has_is_silence_and_the_companion_is_enough(
    tmp_path: Path,
) -> None:
    session = ReaperSession(tmp_path)
    session.reaper.is_port_taken = True
    session.run(3.0)
    session.move("Vox", Param.GAIN, 1.0)
    session.assert_same()
    alone = ReaperSession(tmp_path / "alone", companion=False)
    alone.reaper.is_port_taken = True
    alone.run(5.0)
    assert alone.engine.status[0] == "offline"


def test_namesakes_are_moved_by_guid_and_left_alone_by_osc(tmp_path: Path) -> None:
    session = open_session(tmp_path, "Vox", "Vox", "Bass")
    first = session.engine.mix.strips[0]
    session.agent.wishes.append((first.key, Param.GAIN, 1.0))
    session.run(9.0)
    assert [track.value(Param.GAIN) for track in session.reaper.tracks] == pytest.approx(
        [1.0, 0.0, 0.0], abs=0.01
    )
    session.reaper.tracks[:2] = session.reaper.tracks[1::-1]  # one name, another order
    session.reaper.commit("Reorder tracks")
    session.run(2.0)
    session.agent.wishes.append((first.key, Param.GAIN, 1.0))
    session.run(9.0)
    assert session.reaper.tracks[1].value(Param.GAIN) == pytest.approx(2.0, abs=0.01)
    alone = open_session(tmp_path / "alone", "Vox", "Vox", "Bass", companion=False)
    alone.agent.wishes.append((alone.engine.mix.strips[0].key, Param.GAIN, 1.0))
    alone.run(9.0)
    assert alone.reaper.written == []


def test_over_a_line_that_loses_every_tenth_message_both_agree_in_the_end(tmp_path: Path) -> None:
    session = ReaperSession(tmp_path, companion=False, loss=0.1).run(20.0)
    for name in ("Kick", "Bass", "Vox"):
        session.wish(name, Param.GAIN, 1.0)
        session.run(15.0)
    session._loss = 0.0
    session.person(m.FreezeSwitched(at=session.at, on=True))
    if request := session.link.request_dump(session.at):
        session._command(request)
    session.run(3.0)
    session.assert_same()
    session.assert_nothing_went_wrong()


@LANES
def test_a_number_that_is_anothers_by_now_has_no_words(tmp_path: Path, has_companion: bool) -> None:
    session = open_session(tmp_path, companion=has_companion)
    write = m.SetParam(track=1, param=Param.GAIN, value=-1.0, key=session.key("Vox"))
    assert session.dialect.encode(write, at=session.at) == ()
    assert session.dialect.encode(replace(write, track=3), at=session.at)


def test_phantoms_are_told_from_an_unnamed_track_with_a_closed_fader(tmp_path: Path) -> None:
    session = ReaperSession(tmp_path, "Kick", "Track 2", companion=False)
    session.reaper.tracks[1].volume = 0.0
    session.run(3.0)
    assert [strip.name for strip in session.engine.mix.strips] == ["Kick", "Track 2"]


def test_the_quiet_of_a_stopped_reaper_is_kept_alive_without_a_dump(tmp_path: Path) -> None:
    session = open_session(tmp_path, companion=False)
    said: list[str] = []
    hear = session.reaper.hear_osc

    def listen(messages: list[OscMessage]) -> None:
        said.extend(message.address for message in messages)
        hear(messages)

    session.reaper.hear_osc = listen  # type: ignore[method-assign,assignment]
    session.run(30.0)
    assert session.engine.status[0] == "online"
    assert set(said) == {"/device/track/select"}
    assert len(said) <= 31


def test_the_companion_makes_no_point_and_no_change_by_watching(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    before = session.reaper.change_count
    session.run(20.0)
    assert session.reaper.change_count == before
    assert session.reaper.labels == []


def test_panic_takes_the_companion_and_osc_when_it_is_gone(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.move("Vox", Param.GAIN, 1.0)
    session.kill_companion()
    session.run(6.0)
    session.person(m.PanicPressed(at=session.at))
    session.run(3.0)
    assert session.reaper.track("Vox").value(Param.GAIN) == pytest.approx(0.0, abs=0.01)
    session.assert_nothing_went_wrong()


def test_a_muted_eq_or_a_band_that_was_moved_away_is_unknown(tmp_path: Path) -> None:
    session = ReaperSession(tmp_path)
    session.reaper.track("Kick").has_eq = False
    session.reaper.track("Bass").is_eq_on = False
    session.reaper.track("Vox").off_bands.add((1, 0))
    session.reaper.track("Vox").freqs[2, 0] = 0.9
    session.run(3.0)
    known = {
        strip.name: [session.engine.mix.value(strip, param) for param in MOVABLE]
        for strip in session.engine.mix.strips
    }
    assert known["Kick"] == pytest.approx([0.0, 0.0, *[float("nan")] * 4], nan_ok=True)
    assert known["Bass"] == pytest.approx([0.0, 0.0, *[float("nan")] * 4], nan_ok=True)
    assert known["Vox"][2:] == pytest.approx([float("nan"), float("nan"), 0.0, 0.0], nan_ok=True)


def test_a_fake_reaper_alone_obeys_its_own_facts() -> None:
    reaper = FakeReaper(["Kick"])
    assert reaper.turn() == []  # the first dump was lost, and is not said again
