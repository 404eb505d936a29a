"""Live's synths through AbletonOSC: what is told of them, hands, writes, and lists that change."""

import math

import pytest
from support.ableton.fake import LiveTrack, eq_eight, plug_in, utility, wavetable
from support.ableton.session import AbletonSession
from support.scripted_task import ScriptedTask

from bridge.daws.ableton.wire.dialect import AbletonDialect
from bridge.errors import DialectError
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.devices import Device
from bridge.mix.notices import ChangeNoticed
from bridge.osc.message import OscMessage
from bridge.tasks.task import Teaching


def studio(*, task: ScriptedTask | None = None, hub: bool = False) -> AbletonSession:
    """Kick, Bass with a Wavetable behind an effect, and Vox with a plug-in."""
    session = AbletonSession(task=task or ScriptedTask(), hub=hub)
    session.live.track("Bass").devices = [utility(), wavetable(), eq_eight()]
    session.live.track("Vox").devices = [plug_in("Cutoff", "Reso")]
    return session.run(4.0)


def synth(session: AbletonSession, name: str) -> Device:
    return next(each for each in session.engine.work.devices.rack.devices if each.name == name)


def work(session: AbletonSession, *wants: dict[str, float], track: str = "Bass") -> None:
    assert isinstance(session.engine.work.active, ScriptedTask | None)
    session.person(d.FocusChosen(at=session.at, track=track, what=""))
    session.person(d.TaskChosen(at=session.at, task=TaskName.SOUND))
    task = session.engine.work.active
    assert isinstance(task, ScriptedTask)
    task.wants += wants


def test_the_first_instrument_of_a_track_is_told_with_its_ranges_and_steps() -> None:
    session = studio()
    told = {device.name: device for device in session.engine.work.devices.rack.devices}
    assert told.keys() == {"Wavetable", "Zed"}
    bass = told["Wavetable"]
    assert bass.track == 2
    specs = {spec.name: spec for spec in bass.specs.values()}
    assert (specs["Filter 1 Res"].minimum, specs["Filter 1 Res"].maximum) == (0.0, 1.25)
    assert [specs[n].steps for n in ("Filter 1 Freq", "Filter 1 Type", "Device On")] == [0, 5, 2]
    assert bass.position(5) == pytest.approx(0.2 / 1.25)
    session.assert_same()


def test_what_live_shows_for_a_value_is_said_with_it() -> None:
    session = studio()
    live = session.live.track("Bass").devices[1].named("Filter 1 Freq")
    session.run(8.0)
    bass = synth(session, "Wavetable")
    index = bass.find_param("Filter 1 Freq")
    before = bass.position(index)
    assert bass.param(index).shows(before) == live.text
    work(session, {"Filter 1 Freq": 0.8})
    session.run(8.0)
    assert bass.param(index).in_words(0.8) == f"0.80 ({live.text})"
    session.assert_same()


def test_without_the_question_for_words_all_else_goes_on() -> None:
    session = AbletonSession(task=ScriptedTask())
    session.live.track("Bass").devices = [utility(), wavetable(), eq_eight()]
    session.live.missing = {"/live/device/get/parameter/value_string"}
    session.run(8.0)
    work(session, {"Filter 1 Freq": 0.8})
    session.run(8.0)
    bass = synth(session, "Wavetable")
    assert bass.position(bass.find_param("Filter 1 Freq")) == pytest.approx(0.8)
    assert bass.param(bass.find_param("Filter 1 Freq")).in_words(0.8) == "0.80"
    dialect = AbletonDialect()
    unknown = f"Unknown OSC address: {next(iter(session.live.missing))}"
    assert dialect.decode(OscMessage("/live/error", (unknown,)), at=1.0) == ()
    assert dialect.trouble == ""  # what it lacks is not needed to write


def test_a_move_reaches_the_synth_and_is_taken_back() -> None:
    session = studio()
    work(session, {"Filter 1 Freq": 0.8, "Filter 1 Res": 0.3})
    session.run(4.0)
    live = session.live.track("Bass").devices[1]
    assert live.named("Filter 1 Freq").raw == pytest.approx(0.8)
    assert live.named("Filter 1 Res").raw == pytest.approx(0.3 * 1.25)
    assert [report.state.value for report in session.reports] == ["applied", "confirmed"]
    session.person(m.UndoRequested(at=session.at, move=""))
    session.run(3.0)
    assert live.named("Filter 1 Freq").raw == pytest.approx(0.6)
    assert {stray.split(" ", 1)[0] for stray in session.live.strayed} == {"InstrumentVector"}


def test_a_hand_is_seen_wins_and_teaches() -> None:
    task = ScriptedTask()
    session = studio(task=task)
    work(session)
    knob = session.live.track("Bass").devices[1].named("Amp Release")
    session.live._change(knob, 0.9)
    session.run(4.0)
    (change,) = [each for each in session.notices if isinstance(each, ChangeNoticed)]
    assert change.to_value == pytest.approx(0.9)
    (hand,) = task.taught(Teaching.HAND)
    assert hand.variants[0].positions == {9: pytest.approx(0.9)}


def test_what_a_macro_holds_ends_the_move_and_nothing_else() -> None:
    session = studio()
    session.live.track("Bass").devices[1].named("Filter 1 Freq").is_held = True
    work(session, {"Filter 1 Freq": 0.8})
    session.run(6.0)
    assert session.reports[-1].state.value in ("unconfirmed", "reverted")
    assert session.live.track("Bass").devices[1].named("Filter 1 Freq").raw == pytest.approx(0.6)


def test_a_plug_in_that_shows_other_parameters_is_read_anew_and_never_written_wrongly() -> None:
    session = studio()
    work(session, {"Reso": 0.8}, track="Vox")
    zed = session.live.track("Vox").devices[0]
    zed.parameters.insert(1, plug_in("Volume").parameters[1])
    session.run(5.0)
    assert [spec.name for spec in synth(session, "Zed").specs.values()] == [
        "Device On", "Volume", "Cutoff", "Reso",
    ]  # fmt: skip
    assert zed.named("Volume").raw == zed.named("Cutoff").raw == 0.5


@pytest.mark.parametrize("steps_before", [1, 2, 3, 4, 5, 6, 8])
def test_a_track_that_is_inserted_in_a_ramp_keeps_its_synth_as_it_was(steps_before: int) -> None:
    session = studio(hub=True)
    other = LiveTrack("Pad", devices=[utility(), wavetable("Other")])
    work(session, {"Filter 1 Freq": 0.9})
    for _ in range(steps_before):
        session.run(0.1)
    session.live.tracks.insert(1, other)
    session.run(6.0)
    assert other.devices[1].named("Filter 1 Freq").raw == pytest.approx(0.6)
    session.assert_same()


def test_what_no_parameter_can_hold_never_leaves() -> None:
    session = studio()
    device = synth(session, "Wavetable")
    for value in (math.nan, math.inf, 1.3, -0.1):
        write = d.SetDeviceParam(device=device.number, param=5, value=value)
        with pytest.raises(DialectError, match=r"Filter 1 Res: expected 0 to 1\.25; got"):
            session.dialect.encode_device(write, at=session.at)
    write = d.SetDeviceParam(device=9, param=1, value=0.5)
    with pytest.raises(DialectError, match="no device 9"):
        session.dialect.encode_device(write, at=session.at)
    with pytest.raises(DialectError, match="has no words"):
        AbletonDialect().encode_device(
            d.PlayNote(device=1, pitch=48, velocity=100, length_s=0.5), at=0.0
        )


def test_a_menu_that_is_open_in_a_ramp_ends_the_move_and_what_was_there_comes_back() -> None:
    session = studio()
    work(session, {"Filter 1 Freq": 0.9})
    while not session.live.strayed:
        session.run(0.1)
    session.live.is_modal = True
    session.run(4.0)
    session.live.is_modal = False
    session.run(8.0)
    assert session.live.track("Bass").devices[1].named("Filter 1 Freq").raw == pytest.approx(0.6)
    assert session.reports[-1].state.value in ("reverted", "expired")
