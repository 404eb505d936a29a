"""REAPER's instruments by the companion: what is told, hands, undo, envelopes, notes."""

import math
from pathlib import Path

import pytest
from support.reaper.patterns import Fx, synth
from support.reaper.session import ReaperSession
from support.scripted_task import ScriptedTask

from bridge.errors import DialectError
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.device_events import NoteHeard, TaskName
from bridge.mix.notices import ChangeNoticed
from bridge.tasks.task import Teaching

pytest.importorskip("lupa")
LIMITER = Fx("{FX-9}", "VST: Limiter", ["Threshold"], [0.5], is_instrument=False)


def studio(folder: Path, *wants: dict[str, float]) -> ReaperSession:
    """Kick, Bass with a synth behind an effect, and Vox; the bass is in focus."""
    task = ScriptedTask()
    session = ReaperSession(folder, task=task)
    session.reaper.track("Bass").chain = [LIMITER, synth()]
    session.reaper.commit("Add FX")
    session.run(4.0)
    session.person(d.FocusChosen(at=session.at, track="Bass", what=""))
    session.person(d.TaskChosen(at=session.at, task=TaskName.SOUND))
    task.wants += wants
    return session


def zed(session: ReaperSession) -> Fx:
    return session.reaper.track("Bass").chain[-1]


def test_the_instrument_is_told_and_effects_are_not(tmp_path: Path) -> None:
    session = studio(tmp_path)
    (device,) = session.engine.work.devices.rack.devices
    assert (device.name, device.track, device.key) == ("VSTi: Zed", 2, "{FX-1}")
    assert [spec.name for spec in device.specs.values()] == zed(session).names
    assert [spec.steps for spec in device.specs.values()] == [2, 0, 0, 0, 0]
    session.assert_same()


def test_what_reaper_shows_for_a_value_is_said_with_it(tmp_path: Path) -> None:
    session = studio(tmp_path, {"Cutoff": 0.8})
    session.run(4.0)
    (device,) = session.engine.work.devices.rack.devices
    assert device.param(2).in_words(0.8) == "0.80 (80 %)"
    assert device.param(2).in_words(0.5) == "0.50 (50 %)"
    assert device.param(2).in_words(0.6) == "0.60"
    session.assert_same()


def test_a_move_is_one_point_of_undo_and_is_taken_back(tmp_path: Path) -> None:
    session = studio(tmp_path, {"Cutoff": 0.8})
    session.run(4.0)
    assert zed(session).values[1] == pytest.approx(0.8)
    assert [report.state.value for report in session.reports] == ["applied", "confirmed"]
    assert session.reaper.undo_name == "mixbridge 1-1: VSTi: Zed Cutoff to 0.80"
    session.person(m.UndoRequested(at=session.at, move=""))
    session.run(3.0)
    assert zed(session).values == [0.0, 0.5, 0.2, 0.1, 0.8]
    assert {name for _, name, _ in session.reaper.turned} == {"Cutoff"}


SEVERAL = {"Cutoff": 0.8, "Resonance": 0.45, "Attack": 0.3}
FOUND = [0.0, 0.5, 0.2, 0.1, 0.8]


def several(folder: Path) -> ReaperSession:
    """The same after a move that has turned three knobs at once."""
    session = studio(folder, SEVERAL)
    session.run(4.0)
    assert zed(session).values == pytest.approx([0.0, 0.8, 0.45, 0.3, 0.8])
    return session


def test_a_move_of_several_knobs_is_one_point_of_undo_with_all_their_names(tmp_path: Path) -> None:
    session = several(tmp_path)
    _, label = session.reaper.labels
    assert label == ("mixbridge 1-1: VSTi: Zed Cutoff to 0.80, Resonance to 0.45, Attack to 0.30")
    session.person(m.UndoRequested(at=session.at, move=""))
    session.run(3.0)
    assert zed(session).values == pytest.approx(FOUND)
    *_, back = session.reaper.labels
    assert back.startswith("mixbridge 1-1 back: VSTi: Zed Cutoff to 0.50, ")
    session.assert_same()


def test_an_undo_in_reaper_takes_the_whole_move_back_and_teaches_and_redo_unteaches(
    tmp_path: Path,
) -> None:
    session = several(tmp_path)
    task = session.engine.work.active
    assert isinstance(task, ScriptedTask)
    session.reaper.undo()
    session.run(3.0)
    assert zed(session).values == pytest.approx(FOUND)
    assert session.reports[-1].state is m.MoveState.REVERTED
    assert [lesson.value for lesson in task.taught(Teaching.THUMB)] == [-1.0]
    session.reaper.redo()
    session.run(3.0)
    assert zed(session).values == pytest.approx([0.0, 0.8, 0.45, 0.3, 0.8])
    assert session.reports[-1].state is m.MoveState.CONFIRMED
    assert [lesson.value for lesson in task.taught(Teaching.THUMB)] == [-1.0, 1.0]
    assert not task.taught(Teaching.HAND)
    assert not any("patch" in text for text in session.sentences)
    session.assert_same()


def test_a_move_that_a_hand_stops_on_its_way_is_one_point_too(tmp_path: Path) -> None:
    session = studio(tmp_path, SEVERAL)
    while len({name for _, name, _ in session.reaper.turned}) < len(SEVERAL):
        session.run(0.02)
    zed(session).values[1] = 0.33
    session.run(6.0)
    assert zed(session).values[1] == pytest.approx(0.33)
    assert len(session.reaper.labels) == 2


def test_a_hand_wins_and_teaches(tmp_path: Path) -> None:
    session = studio(tmp_path)
    zed(session).values[3] = 0.7
    session.run(4.0)
    (change,) = [each for each in session.notices if isinstance(each, ChangeNoticed)]
    assert change.to_value == pytest.approx(0.7)
    task = session.engine.work.active
    assert isinstance(task, ScriptedTask)
    assert len(task.taught(Teaching.HAND)) == 1


def test_a_hand_in_a_ramp_is_not_written_over(tmp_path: Path) -> None:
    session = studio(tmp_path, {"Cutoff": 0.8})
    while not session.reaper.turned:
        session.run(0.04)
    zed(session).values[1] = 0.33
    session.run(6.0)
    assert zed(session).values[1] == pytest.approx(0.33)


def test_what_an_envelope_moves_and_what_follows_no_write_is_left(tmp_path: Path) -> None:
    session = studio(tmp_path, {"Resonance": 0.5})
    zed(session).envelopes = {2}
    session.reaper.track("Bass").auto_mode = 1
    session.run(6.0)
    assert zed(session).values[2] == 0.2
    assert session.reports[-1].state.value in ("unconfirmed", "reverted")


def test_a_chain_that_is_reordered_in_a_ramp_keeps_the_synth_that_is_meant(tmp_path: Path) -> None:
    session = studio(tmp_path, {"Cutoff": 0.8})
    while not session.reaper.turned:
        session.run(0.04)
    session.reaper.track("Bass").chain.reverse()
    session.run(6.0)
    assert LIMITER.values == [0.5]
    assert session.reaper.track("Bass").chain[0].values[1] == pytest.approx(0.8)


def test_a_write_that_cannot_be_never_leaves(tmp_path: Path) -> None:
    session = studio(tmp_path)
    for value in (float("nan"), -0.1, 1.1):
        write = d.SetDeviceParam(device=1, param=2, value=value)
        with pytest.raises(DialectError, match="VSTi: Zed Cutoff: expected 0 to 1; got"):
            session.dialect.encode_device(write, at=session.at)
    with pytest.raises(DialectError, match="no device 2"):
        session.dialect.encode_device(d.SetDeviceParam(device=2, param=1, value=0.5), at=session.at)


def test_a_note_that_the_probe_has_heard_is_of_its_track_and_told_once(tmp_path: Path) -> None:
    session = studio(tmp_path)
    base = 2 * 32 + 16  # the slot of the second track
    heard = (0.01, 0.6, -2.5, 0.5, 0.2, 10.0**-1.2)
    for count in (1, 2):
        for cell, value in enumerate(heard, start=1):
            session.reaper.gmem[base + cell] = value
        session.reaper.gmem[base] = session.reaper.gmem[31] = float(count)
        session.run(1.0)
    notes = [event for event in session.events if isinstance(event, NoteHeard)]
    assert [(note.track, note.seq, note.attack_s, note.level_db) for note in notes] == [
        (2, 1, pytest.approx(0.01), pytest.approx(-12.0, abs=1e-3)),
        (2, 2, pytest.approx(0.01), pytest.approx(-12.0, abs=1e-3)),
    ]
    assert notes[0].body_db == pytest.approx(-3.01, abs=0.01)
    assert math.isnan(notes[0].rough)
