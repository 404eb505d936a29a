"""Work on a device, over the wire: offers, hands, undo, panic, notes, and what is kept."""

import json
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.devices import SYNTH, Rig, SynthDaw
from support.scripted_task import ScriptedKnobs

from bridge.engine.listening import TRIES
from bridge.engine.view import make_view
from bridge.guard.limits import HOLD_OFF_S, Profile
from bridge.guard.write import Purpose
from bridge.journal.event_codec import decode_event, encode_event, record_json
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.messages import LinkState, Mode
from bridge.mix.notices import (
    Actor,
    ChangeNoticed,
    MoveReported,
    Offered,
    RequestRefused,
    RewardCredited,
    StatusChanged,
    WorkChanged,
)
from bridge.mix.params import LockClass
from bridge.runtime.knob_states import knob_states
from bridge.tasks.sound.task import make_sound_task
from bridge.tasks.task import Teaching


def thumb(rig: Rig, value: float, move: str = "") -> None:
    rig.handle(m.RewardReceived(at=rig.at, value=value, move=move, reward_id="r"))


def refused(rig: Rig) -> str:
    return rig.notices(RequestRefused)[-1].text


def assisting(*wants: dict[str, float], profile: Profile = Profile.STUDIO) -> Rig:
    """A rig in which the first want has been made as a move."""
    return Rig(mode=Mode.ASSIST, profile=profile).work(*wants).wait(0.45)


# -- what is worked on -------------------------------------------------------------------------


def test_nothing_happens_to_a_device_until_somebody_chooses_it() -> None:
    rig = Rig()
    rig.task.wants = [{"Cutoff": 0.7}]
    rig.handle(d.TaskChosen(at=rig.at, task=TaskName.SOUND))
    rig.wait(5.0)
    assert rig.task.scenes == []
    assert rig.written == []
    assert rig.notices(StatusChanged)[-1].text.startswith("sound: choose a device to work on")


def test_what_is_worked_on_is_told() -> None:
    rig = Rig().work()
    assert rig.notices(WorkChanged)[-1] == WorkChanged(
        task=TaskName.SOUND, track="Bass", device="Zed"
    )
    assert rig.engine.open_notices()[0] == rig.notices(WorkChanged)[-1]


def test_the_mix_rests_while_a_sound_is_worked_on_and_goes_on_afterwards() -> None:
    rig = Rig(mode=Mode.ASSIST).work().wait(20.0)
    assert not rig.decisions()
    rig.handle(d.TaskChosen(at=rig.at, task=TaskName.MIX))
    levels = np.full((3, 12), -20.0, dtype="<f4").tobytes()
    rig.handle(m.MetersRead(at=rig.at, since=rig.at - 1.0, levels=levels))
    rig.wait(20.0)
    assert rig.decisions()
    assert not any(each.param.startswith("device/") for each in rig.decisions())
    rig.handle(d.TaskChosen(at=rig.at, task=TaskName.OFF))
    count = len(rig.decisions())
    rig.wait(20.0)
    assert len(rig.decisions()) == count


@pytest.mark.parametrize(
    ("track", "what", "why"),
    [
        ("Nobody", "", "focus: expected one track; 'Nobody' is 0"),
        ("#9", "", "focus: expected one track; '#9' is 0"),
        ("*", "", "focus: expected one track; '*' is 0"),
        ("Kick", "", "focus: no device with known parameters is on Kick"),
        ("Bass", "Delay", "focus: no device 'Delay' with known parameters is on Bass"),
    ],
)
def test_a_focus_that_cannot_be_is_refused(track: str, what: str, why: str) -> None:
    rig = Rig()
    rig.handle(d.FocusChosen(at=rig.at, track=track, what=what))
    assert refused(rig) == why


# -- offers ------------------------------------------------------------------------------------


def test_an_offer_is_told_after_its_moves_and_a_pick_makes_one_of_them() -> None:
    rig = Rig().work({"Cutoff": 0.7}, {"Resonance": 0.3, "Mode": 1.0}).wait(0.1)
    (offer,) = rig.notices(Offered)
    assert offer.moves == ("1-1", "1-2")
    rig.handle(d.VariantChosen(at=rig.at, offer=offer.offer, choice=2))
    rig.wait(0.45)
    assert rig.states() == [
        ("1-1", "proposed"),
        ("1-2", "proposed"),
        ("1-1", "skipped"),
        ("1-2", "applied"),
        ("1-2", "confirmed"),
    ]
    assert rig.position("Resonance") == pytest.approx(0.3, abs=1e-6)
    assert rig.position("Mode") == 1.0
    assert rig.position("Cutoff") == 0.5
    (pick,) = rig.task.taught(Teaching.PICK)
    assert pick.value == 2.0
    assert len(pick.variants) == 2


def test_a_joint_move_names_each_parameter_the_furthest_first() -> None:
    rig = Rig().work({"Resonance": 0.6, "Mode": 1.0}).wait(0.1)
    (move,) = rig.notices(MoveReported)
    assert (str(move.param), move.from_value, move.to_value) == ("device/1/param/4", 0.5, 1.0)
    (also,) = move.also
    assert (str(also.param), also.to_value) == ("device/1/param/2", 0.6)
    assert move.reason == "the script wants Resonance, Mode"


def test_keeping_what_is_there_changes_nothing_and_teaches() -> None:
    rig = Rig().work({"Cutoff": 0.7}, {"Resonance": 0.3}).wait(0.1)
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=0))
    rig.wait(1.0)
    assert rig.written == []
    assert [lesson.value for lesson in rig.task.taught(Teaching.PICK)] == [0.0]
    assert rig.notices(Offered)[-1].moves == ()


@pytest.mark.parametrize(
    ("offer", "choice", "why"),
    [
        ("offer 1-1", 3, "choose: expected 0 to 2; got 3"),
        ("offer 9-9", 1, "choose: 'offer 9-9' is not the open offer"),
    ],
)
def test_a_pick_that_cannot_be_is_refused(offer: str, choice: int, why: str) -> None:
    rig = Rig().work({"Cutoff": 0.7}, {"Resonance": 0.3}).wait(0.1)
    rig.handle(d.VariantChosen(at=rig.at, offer=offer, choice=choice))
    assert refused(rig) == why
    assert rig.engine.work.offers.open is not None


def test_an_offer_that_nobody_answers_expires() -> None:
    rig = Rig().work({"Cutoff": 0.7}).wait(61.0)
    assert rig.states()[-1] == ("1-1", "expired")
    assert rig.written == []


def test_a_variant_is_heard_in_place_of_what_is_there_and_what_was_heard_is_learnt_from() -> None:
    rig = Rig().work({"Cutoff": 0.7}, {"Resonance": 0.3}).wait(0.1)
    for move, bright_oct in (("1-1", 1.0), ("1-2", 2.0)):
        rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=True))
        rig.wait(1.0)
        rig.note(bright_oct=bright_oct)
    assert rig.position("Cutoff") == pytest.approx(0.5, abs=1e-6)
    assert rig.position("Resonance") == pytest.approx(0.3, abs=1e-6)
    rig.handle(m.SuggestionAccepted(at=rig.at, move=""))  # the one that is heard
    rig.wait(0.4)
    assert rig.states()[-1] == ("1-2", "confirmed")
    (pick,) = rig.task.taught(Teaching.PICK)
    assert [note and note.bright_oct for note in pick.after] == [1.0, 2.0]


def test_a_note_of_a_variant_is_asked_for_once_it_has_arrived() -> None:
    rig = Rig(plays_notes=True).work({"Cutoff": 0.7}).wait(0.1)
    rig.at += 0.7
    rig.note()
    rig.wait(0.1)
    rig.handle(m.AuditionSwitched(at=rig.at, move="1-1", on=True))
    begun = rig.at
    rig.wait(1.0)
    asked = [
        event.at
        for event, result in zip(rig.events, rig.results, strict=False)
        if any(isinstance(command, d.PlayNote) for command in result.device_commands)
    ]
    assert asked[-1] - begun >= 0.2 - 1e-9
    assert rig.written[-1][0] <= asked[-1]


@pytest.mark.parametrize("heard", ["1-1", "1-2"])
def test_another_variant_of_the_same_knob_may_be_picked_than_the_one_that_is_heard(
    heard: str,
) -> None:
    rig = Rig().work({"Cutoff": 0.7, "Mode": 1.0}, {"Cutoff": 0.3}).wait(0.1)
    rig.handle(m.AuditionSwitched(at=rig.at, move=heard, on=True))
    rig.wait(1.0)
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=2))
    rig.wait(0.45)
    assert rig.states()[-1] == ("1-2", "confirmed")
    assert rig.position("Cutoff") == pytest.approx(0.3, abs=1e-6)
    assert rig.position("Mode") == 0.5


def test_what_was_heard_goes_back_where_nothing_is_picked() -> None:
    rig = Rig().work({"Cutoff": 0.7}).wait(0.1)
    rig.handle(m.AuditionSwitched(at=rig.at, move="1-1", on=True))
    rig.wait(1.0)
    assert rig.position("Cutoff") == pytest.approx(0.7, abs=1e-6)
    thumb(rig, -1.0)
    rig.wait(1.0)
    assert rig.position("Cutoff") == pytest.approx(0.5, abs=1e-6)


def test_a_yes_to_several_variants_must_name_one() -> None:
    rig = Rig().work({"Cutoff": 0.7}, {"Resonance": 0.3}).wait(0.1)
    rig.handle(m.SuggestionAccepted(at=rig.at, move=""))
    assert refused(rig) == "accept: 2 variants are open; name one, or choose 1 to 2"


# -- the guard ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "mode", "to"),
    [
        (Profile.STUDIO, Mode.ASSIST, 0.85),
        (Profile.LIVE, Mode.ASSIST, 0.55),
        (Profile.STUDIO, Mode.GIG, 0.55),
        (Profile.OFF, Mode.GIG, 0.55),
    ],
)
def test_no_move_goes_further_than_is_granted(profile: Profile, mode: Mode, to: float) -> None:
    rig = Rig(mode=mode, profile=profile).work({"Cutoff": 7.0}).wait(0.9)
    assert rig.position("Cutoff") == pytest.approx(to, abs=1e-6)


@pytest.mark.slow
@given(
    wants=st.lists(
        st.dictionaries(
            st.sampled_from([spec.name for spec in SYNTH]), st.floats(), min_size=1, max_size=4
        ),
        max_size=4,
    ),
    profile=st.sampled_from(Profile),
    mode=st.sampled_from([Mode.ASSIST, Mode.GIG]),
)
def test_whatever_a_task_wants_only_what_is_granted_leaves(
    wants: list[dict[str, float]], profile: Profile, mode: Mode
) -> None:
    rig = Rig(mode=mode, profile=profile).work(*wants).wait(5.0)
    most = {Profile.STUDIO: 0.35, Profile.LIVE: 0.05, Profile.OFF: 1.0}[profile]
    most = 0.05 if mode is Mode.GIG else most
    assert all(command.device == 1 and command.key == "Bass/Zed" for _, command in rig.written)
    for decision in rig.decisions():
        spec = SYNTH[int(decision.param.rpartition("/")[2]) - 1]
        step = max(most, 1.0 / (spec.steps - 1)) if spec.steps else most
        assert abs(decision.to_value - decision.from_value) <= step + 1e-9
    for _, command in rig.written:
        spec = SYNTH[command.param - 1]
        assert math.isfinite(command.value)
        assert spec.minimum <= command.value <= spec.maximum
        if spec.steps:
            assert spec.position(command.value) * (spec.steps - 1) == pytest.approx(
                round(spec.position(command.value) * (spec.steps - 1)), abs=1e-6
            )


def test_a_move_is_a_ramp_of_writes_20_ms_apart_each_further_than_the_last() -> None:
    rig = assisting({"Resonance": 0.8})
    times = [at for at, _ in rig.written]
    values = [command.value for _, command in rig.written]
    assert len(values) >= 8
    assert all(late - early >= 0.02 - 1e-9 for early, late in pairwise(times))
    assert values == sorted(values)
    assert max(late - early for early, late in pairwise(values)) <= 0.04


def test_safe_keeps_a_device_as_it_is_even_from_panic() -> None:
    rig = assisting({"Cutoff": 0.7}, {"Cutoff": 0.9})
    safe = m.SafeSwitched(at=rig.at, track="Bass", lock_class=LockClass.SOUND, on=True)
    rig.handle(safe)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(5.0)
    assert rig.position("Cutoff") == pytest.approx(0.7, abs=1e-6)


def test_what_is_made_safe_while_it_is_offered_is_offered_no_more() -> None:
    rig = Rig().work({"Cutoff": 0.7}).wait(0.1)
    rig.handle(m.SafeSwitched(at=rig.at, track="*", lock_class=LockClass.ALL, on=True))
    assert rig.notices(Offered)[-1].moves == ()
    assert rig.wait(5.0).written == []


def test_a_device_that_does_not_answer_ends_the_move_and_is_asked_what_it_holds() -> None:
    rig = Rig(mode=Mode.ASSIST)
    rig.daw.is_mute = True
    rig.work({"Cutoff": 0.7}).wait(3.0)
    assert ("1-1", "unconfirmed") in rig.states()
    assert any(isinstance(command, m.RequestDump) for r in rig.results for command in r.commands)


def test_nothing_is_written_while_the_daw_is_away_or_the_mix_is_frozen() -> None:
    rig = Rig(mode=Mode.ASSIST)
    rig.handle(m.FreezeSwitched(at=rig.at, on=True))
    assert rig.work({"Cutoff": 0.7}).wait(5.0).written == []
    rig.handle(m.FreezeSwitched(at=rig.at, on=False))
    rig.handle(m.LinkChanged(at=rig.at, state=LinkState.STALE, text="silent"))
    assert rig.wait(5.0).written == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "is_to_target", "most"),
    [(Profile.STUDIO, False, 20), (Profile.STUDIO, True, 60), (Profile.LIVE, True, 0)],
)
def test_so_many_moves_are_made_in_a_minute(
    profile: Profile, is_to_target: bool, most: int
) -> None:
    rig = Rig(mode=Mode.ASSIST, profile=profile)
    if is_to_target:
        rig.handle(d.TargetChosen(at=rig.at, path="/a.wav"))
        rig.handle(target("/a.wav"))
    rig.work(*[{"Resonance": 0.5 + 0.04 * (n % 2)} for n in range(1, 200)]).wait(59.0)
    assert len(rig.decisions()) == most


def test_why_nothing_is_proposed_is_told_once() -> None:
    rig = Rig(mode=Mode.ASSIST).work().wait(30.0)
    told = [each.text for each in rig.notices(StatusChanged)]
    assert told.count("the script is over") == 1


# -- thumbs, undo, panic -----------------------------------------------------------------------


def test_a_nameless_thumb_is_about_the_move_that_stands_and_down_takes_it_back() -> None:
    rig = assisting({"Cutoff": 0.7, "Mode": 1.0})
    thumb(rig, -1.0)
    rig.wait(0.45)
    assert rig.notices(RewardCredited)[-1].move == "1-1"
    assert rig.states()[-1] == ("1-1", "reverted")
    assert (rig.position("Cutoff"), rig.position("Mode")) == (pytest.approx(0.5), 0.5)
    (lesson,) = rig.task.taught(Teaching.THUMB)
    assert lesson.value == -1.0
    thumb(rig, -1.0)
    assert rig.notices(RewardCredited)[-1].move == ""


def test_undo_counts_against_a_move_once() -> None:
    rig = assisting({"Cutoff": 0.7})
    thumb(rig, 1.0, "1-1")
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(0.45)
    assert rig.position("Cutoff") == pytest.approx(0.5)
    assert [lesson.value for lesson in rig.task.taught(Teaching.THUMB)] == [1.0]
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    assert refused(rig) == "undo: no move of mine stands"


def test_an_older_move_goes_back_by_as_much_where_a_later_one_stands_on_it() -> None:
    rig = assisting({"Resonance": 0.7}, {"Resonance": 0.8}).wait(2.0)
    assert rig.position("Resonance") == pytest.approx(0.8, abs=1e-6)
    rig.handle(m.UndoRequested(at=rig.at, move="1-1"))
    rig.wait(0.45)
    assert rig.position("Resonance") == pytest.approx(0.6, abs=1e-6)


def test_revert_takes_all_from_there_on_back_and_judges_none() -> None:
    rig = assisting({"Resonance": 0.7}, {"Resonance": 0.8}, {"Cutoff": 0.3}).wait(3.0)
    rig.handle(m.RevertRequested(at=rig.at, move="1-1"))
    rig.wait(0.45)
    assert (rig.position("Resonance"), rig.position("Cutoff")) == (
        pytest.approx(0.5),
        pytest.approx(0.5),
    )
    assert rig.task.taught(Teaching.THUMB) == []


def test_panic_brings_back_what_was_moved_and_nothing_moves_until_rearmed() -> None:
    rig = assisting({"Cutoff": 0.7}, {"Mode": 1.0, "Cutoff": 0.8}, {"Cutoff": 0.6}).wait(1.0)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(5.0)
    assert (rig.position("Cutoff"), rig.position("Mode")) == (pytest.approx(0.5), 0.5)
    written = len(rig.written)
    assert len(rig.wait(5.0).written) == written
    rig.handle(m.Rearmed(at=rig.at))
    rig.task.wants = [{"Cutoff": 0.6}]
    rig.wait(3.0)
    assert rig.position("Cutoff") == pytest.approx(0.6, abs=1e-6)


# -- hands -------------------------------------------------------------------------------------


def test_a_hand_wins_teaches_and_keeps_the_device_for_itself() -> None:
    rig = assisting({"Cutoff": 0.7}, {"Cutoff": 0.8})
    rig.hear(*rig.daw.turn(1, 0.2))
    rig.wait(HOLD_OFF_S - 1.0)
    assert rig.position("Cutoff") == 0.2
    (hand,) = rig.task.taught(Teaching.HAND)
    assert hand.variants[0].positions == {1: pytest.approx(0.2)}
    (change,) = rig.notices(ChangeNoticed)
    assert (change.actor, str(change.param)) == (Actor.HAND, "device/1/param/1")
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    assert refused(rig) == "undo: no move of mine stands"


def test_a_hand_in_the_middle_of_a_ramp_stops_all_of_it() -> None:
    rig = Rig(mode=Mode.ASSIST).work({"Cutoff": 0.8, "Resonance": 0.8}).wait(0.1)
    rig.hear(*rig.daw.turn(1, 0.1))
    written = len(rig.written)
    rig.wait(5.0)
    assert len(rig.written) == written
    assert rig.position("Cutoff") == 0.1
    assert rig.states()[-1] == ("1-1", "unconfirmed")


def test_a_slow_hand_is_one_hand_however_small_its_steps_are() -> None:
    rig = Rig().work()
    for step in range(100):
        rig.hear(*rig.daw.turn(2, 0.5 + 0.002 * step))
        rig.wait(0.05)
    rig.wait(2.0)
    (change,) = rig.notices(ChangeNoticed)
    assert (change.from_value, change.to_value) == (0.5, pytest.approx(0.698, abs=1e-6))
    (hand,) = rig.task.taught(Teaching.HAND)
    assert hand.variants[0].positions == {2: pytest.approx(0.698, abs=1e-6)}


def test_a_write_that_crossed_a_hand_gives_the_hands_value_back() -> None:
    rig = Rig(mode=Mode.ASSIST).work({"Resonance": 0.8}).wait(0.1)
    ours = rig.daw.say_value(1, 2)
    rig.hear(*rig.daw.turn(2, 0.2))
    rig.daw.turn(2, 0.6)
    rig.hear(ours)  # the device holds what we wrote, after the hand
    rig.wait(0.1)
    assert rig.position("Resonance") == pytest.approx(0.2, abs=1e-6)


def test_another_patch_is_no_hand_and_nothing_in_it_is_ours() -> None:
    rig = assisting({"Cutoff": 0.7})
    for param in range(1, len(SYNTH) + 1):
        rig.daw.turn(param, 0.25)
    rig.hear(*rig.daw.dump())
    rig.wait(3.0)
    assert rig.task.taught(Teaching.HAND) == []
    assert rig.notices(StatusChanged)[-1].text == "Zed: another patch was loaded; I begin from it"
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(1.0)
    assert rig.position("Cutoff") == 0.25


def test_a_patch_that_comes_value_by_value_is_one_too() -> None:
    rig = Rig().work()
    for param in range(1, len(SYNTH) + 1):
        rig.hear(*rig.daw.turn(param, 0.25))
    rig.wait(3.0)
    assert rig.task.taught(Teaching.HAND) == []


def test_a_value_that_cannot_be_makes_the_parameter_unknown_and_untouched() -> None:
    rig = Rig(mode=Mode.ASSIST)
    rig.hear(*rig.daw.turn(1, 0.5))
    rig.handle(d.DeviceParamChanged(at=rig.at, device=1, param=1, value=math.nan))
    rig.work({"Resonance": 0.6}).wait(0.5)
    assert "Cutoff" not in [knob.name for knob in rig.task.scenes[0].knobs]


def test_what_the_device_shows_is_said_of_positions_where_it_has_stood() -> None:
    rig = Rig(mode=Mode.ASSIST)
    show(rig, 0.5, "dull")
    rig.work({"Cutoff": 0.7}).wait(0.45)
    assert {knob.name: knob.shows for knob in rig.task.scenes[0].knobs}["Cutoff"] == "dull"
    show(rig, 0.7, "bright")
    (knob, *_) = make_view(rig.engine, at=rig.at).work.knobs
    assert knob.words == "0.70 (bright)"
    rig.hear(*rig.daw.dump())
    param = rig.engine.work.devices.rack.devices[0].param(1)
    assert [param.in_words(each) for each in (0.5, 0.7)] == ["0.50 (dull)", "0.70 (bright)"]
    assert "bright" not in param.in_words(0.6)


def show(rig: Rig, position: float, words: str) -> None:
    """The device shows words for a position of its first parameter."""
    value = SYNTH[0].value(position)
    rig.handle(d.DeviceParamWorded(at=rig.at, device=1, param=1, value=value, words=words))


def test_knobs_are_told_while_a_task_turns_them() -> None:
    rig = Rig().work()
    told = knob_states(rig.engine.work, rig.at)
    assert [message.args[:3] for message in told][:1] == [(1, len(SYNTH), told[0].args[2])]
    assert len(told) == len(SYNTH)
    rig.handle(d.TaskChosen(at=rig.at, task=TaskName.OFF))
    assert knob_states(rig.engine.work, rig.at) == []


# -- ears --------------------------------------------------------------------------------------


def test_what_was_heard_before_and_after_a_move_teaches_without_anybody() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note(bright_oct=-2.0)
    rig.task.wants = [{"Cutoff": 0.7}]
    rig.wait(3.0)
    rig.note(bright_oct=-1.0)
    (lesson,) = rig.task.taught(Teaching.HEARD)
    assert lesson.scene.heard is not None
    assert (lesson.scene.heard.bright_oct, lesson.after[0] and lesson.after[0].bright_oct) == (
        -2.0,
        -1.0,
    )


def test_a_note_that_began_before_the_last_write_says_nothing() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note()
    rig.task.wants = [{"Cutoff": 0.7}]
    rig.wait(0.3)
    rig.note()  # 0.4 s long, and the ramp has only just ended
    assert rig.task.taught(Teaching.HEARD) == []


def test_a_move_that_makes_it_much_louder_goes_back_and_nobody_is_asked() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note(level_db=-20.0)
    rig.task.wants = [{"Resonance": 0.8}]
    rig.wait(3.0)
    rig.note(level_db=-16.5)
    rig.wait(0.45)
    assert rig.position("Resonance") == pytest.approx(0.5)
    assert rig.notices(MoveReported)[-1].reason == "it was 3.5 dB louder"
    (lesson,) = rig.task.taught(Teaching.HEARD)  # else the same would be tried again and again
    assert lesson.after[0].level_db == -16.5


def test_notes_that_differ_in_level_by_themselves_do_not_make_a_move_too_loud() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    for level_db in (-20.0, -16.0, -21.0):
        rig.note(level_db=level_db)
    rig.task.wants = [{"Resonance": 0.8}]
    rig.wait(3.0)
    rig.note(level_db=-14.5)
    rig.wait(0.45)
    assert rig.position("Resonance") == pytest.approx(0.8)


def test_moves_that_make_it_much_louder_together_go_back() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note(level_db=-20.0)
    rig.task.wants = [{"Cutoff": 0.7}]
    rig.wait(3.0)
    rig.note(level_db=-18.0)
    rig.task.wants = [{"Resonance": 0.8}]
    rig.wait(6.0)
    assert rig.task.scenes[-1].risen_db == pytest.approx(2.0)
    rig.note(level_db=-16.0)
    rig.wait(0.45)
    assert rig.position("Cutoff") == pytest.approx(0.7)
    assert rig.position("Resonance") == pytest.approx(0.5)
    assert rig.notices(MoveReported)[-1].reason == (
        "with the moves before it, it was 4.0 dB louder than at first"
    )


def test_what_was_taken_back_leaves_room_to_be_louder() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note(level_db=-20.0)
    rig.task.wants = [{"Cutoff": 0.7}]
    rig.wait(3.0)
    rig.note(level_db=-18.0)
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(0.5)
    rig.at += 0.6
    rig.note(level_db=-20.0)
    rig.task.wants = [{"Resonance": 0.8}]
    rig.wait(6.0)
    assert rig.task.scenes[-1].risen_db == 0.0
    rig.note(level_db=-18.0)
    rig.wait(0.45)
    assert rig.position("Resonance") == pytest.approx(0.8)


def test_what_went_back_since_it_was_louder_goes_all_the_way_whatever_is_chosen_meanwhile() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note(level_db=-20.0)
    rig.task.wants = [{"Resonance": 0.8}]
    rig.wait(3.0)
    rig.note(level_db=-10.0)
    rig.wait(0.05)
    rig.handle(d.TaskChosen(at=rig.at, task=TaskName.OFF))
    rig.wait(1.0)
    assert rig.position("Resonance") == pytest.approx(0.5)


def test_a_move_after_which_no_note_is_heard_goes_back_and_teaches() -> None:
    rig = Rig(mode=Mode.ASSIST, plays_notes=True).work({"Cutoff": 0.7}).wait(0.1)
    rig.at += 0.6
    rig.note()
    rig.wait(10.0)
    assert rig.position("Cutoff") == pytest.approx(0.5, abs=1e-6)
    assert rig.states()[-1] == ("1-1", "reverted")
    assert "1-1: no note came after it, so what was there comes back" in [
        notice.text for notice in rig.notices(StatusChanged)
    ]
    (lesson,) = rig.task.taught(Teaching.HEARD)
    assert lesson.after == (None,)


def test_a_synth_that_dies_in_a_move_and_comes_back_has_its_old_sound_again() -> None:
    rig = Rig(mode=Mode.ASSIST).work({"Cutoff": 0.8, "Resonance": 0.8})
    while not rig.written:
        rig.wait(0.02)
    rig.wait(0.04)
    rig.daw.is_mute = True
    rig.handle(m.LinkChanged(at=rig.at, state=LinkState.STALE, text="silent"))
    rig.wait(3.0)
    assert rig.states()[-1] == ("1-1", "unconfirmed")
    assert 0.5 < rig.daw.held[1, 2] < 0.8  # half of the way was made
    rig.daw.is_mute = False
    rig.handle(m.LinkChanged(at=rig.at, state=LinkState.ONLINE, text=""))
    rig.hear(*rig.daw.dump())
    rig.wait(1.5)
    assert rig.states()[-1] == ("1-1", "reverted")
    assert [rig.daw.held[1, 1], rig.daw.held[1, 2]] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert "1-1: the synth did not answer; what was there comes back" in [
        notice.text for notice in rig.notices(StatusChanged)
    ]


def test_an_undo_that_the_synth_does_not_answer_is_no_undo_and_can_be_asked_again() -> None:
    rig = Rig(mode=Mode.ASSIST).work({"Cutoff": 0.8, "Resonance": 0.8}).wait(1.5)
    assert rig.states()[-1] == ("1-1", "confirmed")
    rig.daw.is_mute = True
    rig.handle(m.UndoRequested(at=rig.at, move="1-1"))
    rig.wait(4.0)
    assert rig.states()[-2:] == [("1-1", "reverted"), ("1-1", "unconfirmed")]
    rig.daw.is_mute = False
    rig.hear(*rig.daw.dump())
    rig.handle(m.UndoRequested(at=rig.at, move="1-1"))
    rig.wait(1.5)
    assert rig.states()[-1] == ("1-1", "reverted")
    assert [rig.daw.held[1, 1], rig.daw.held[1, 2]] == pytest.approx([0.5, 0.5], abs=1e-3)


def test_what_the_synth_does_not_bring_back_after_listening_is_said_once() -> None:
    rig = Rig().work({"Cutoff": 0.8, "Resonance": 0.8}).wait(0.1)
    rig.handle(m.AuditionSwitched(at=rig.at, move="1-1", on=True))
    rig.wait(1.5)
    rig.daw.is_mute = True
    rig.handle(m.AuditionSwitched(at=rig.at, move="1-1", on=False))
    rig.wait(4.0)
    told = [notice.text for notice in rig.notices(StatusChanged)]
    assert told.count("Zed stays as it is: the DAW did not answer") == 1


def test_an_undo_that_the_synth_has_done_late_is_one_when_all_of_it_is_back() -> None:
    rig = Rig(mode=Mode.ASSIST).work({"Cutoff": 0.8, "Resonance": 0.8}).wait(1.5)
    rig.daw.is_mute = True
    rig.handle(m.UndoRequested(at=rig.at, move="1-1"))
    rig.wait(1.5)
    rig.daw.is_mute = False
    rig.hear(*rig.daw.turn(1, 0.5))
    assert rig.states()[-1] == ("1-1", "unconfirmed")
    rig.hear(*rig.daw.turn(2, 0.5))
    assert rig.states()[-1] == ("1-1", "reverted")
    rig.handle(m.UndoRequested(at=rig.at, move="1-1"))
    assert rig.states()[-1] == ("1-1", "reverted")
    assert rig.notices(ChangeNoticed) == []  # and no hand's


def test_a_daw_that_plays_notes_is_asked_for_one_before_a_move_and_after_it() -> None:
    rig = Rig(mode=Mode.ASSIST, plays_notes=True).work({"Cutoff": 0.7}).wait(0.1)
    assert rig.task.scenes == []
    rig.at += 0.6
    rig.note()
    rig.wait(1.0)
    assert rig.position("Cutoff") == pytest.approx(0.7, abs=1e-6)
    assert len(played(rig)) == 2


def test_a_task_may_want_to_hear_the_sound_once_more_before_it_changes_it() -> None:
    rig = Rig(mode=Mode.ASSIST, plays_notes=True).work({}).wait(0.1)
    for bright_oct in (1.0, 2.0):
        rig.at += 0.7
        rig.note(bright_oct=bright_oct)
        rig.wait(0.1)
    (lesson,) = rig.task.taught(Teaching.HEARD)
    assert lesson.variants[0].positions == {}
    assert lesson.after[0]
    assert lesson.after[0].bright_oct == 2.0
    assert rig.written == []


def test_a_note_that_nobody_hears_ends_the_way_to_a_target_in_a_sentence() -> None:
    rig = Rig(mode=Mode.ASSIST, plays_notes=True).work({"Cutoff": 0.7})
    rig.handle(d.TargetChosen(at=rig.at, path="/music/bass.wav"))
    rig.handle(target("/music/bass.wav"))
    rig.wait(10.0)
    assert rig.written == []
    assert rig.notices(StatusChanged)[-1].text.startswith("no note was heard")
    assert len(played(rig)) == TRIES


def test_a_note_that_is_missed_is_played_again() -> None:
    rig = Rig(mode=Mode.ASSIST, plays_notes=True).work({"Cutoff": 0.7}).wait(4.0)
    assert len(played(rig)) == 2
    rig.note()
    rig.wait(4.0)  # and of the one after the move as well
    assert (len(played(rig)), rig.states()[-1]) == (4, ("1-1", "confirmed"))
    rig.note()
    rig.wait(1.0)
    assert rig.position("Cutoff") == pytest.approx(0.7, abs=1e-6)
    (lesson,) = rig.task.taught(Teaching.HEARD)
    assert lesson.after[0] is not None


def test_no_note_is_played_again_once_the_task_is_off() -> None:
    rig = Rig(mode=Mode.ASSIST, plays_notes=True).work({"Cutoff": 0.7}).wait(1.0)
    rig.handle(d.TaskChosen(at=rig.at, task=TaskName.OFF))
    rig.wait(6.0)
    assert len(played(rig)) == 1


def played(rig: Rig) -> list[d.PlayNote]:
    return [c for r in rig.results for c in r.device_commands if isinstance(c, d.PlayNote)]


def target(path: str, trouble: str = "") -> d.TargetHeard:
    return d.TargetHeard(
        at=100.0,
        path=path,
        trouble=trouble,
        attack_s=0.1,
        length_s=1.0,
        bright_oct=1.0,
        body_db=-10.0,
        rough=-20.0,
        motion_oct=0.0,
        level_db=-6.0,
    )


def test_a_target_is_what_was_heard_of_the_file_that_was_named_last() -> None:
    rig = Rig().work()
    rig.handle(d.TargetChosen(at=rig.at, path="/a.wav"))
    rig.handle(d.TargetChosen(at=rig.at, path="/b.wav"))
    rig.handle(target("/a.wav"))
    rig.task.wants = [{"Cutoff": 0.7}]
    rig.wait(2.0)
    assert rig.task.scenes[-1].target is None
    rig.handle(target("/b.wav"))
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=0))
    rig.wait(2.0)
    assert rig.task.scenes[-1].target == target("/b.wav")
    rig.handle(d.TargetChosen(at=rig.at, path="/c.wav"))
    rig.handle(target("/c.wav", "/c.wav is silent; name a file with one note in it."))
    assert refused(rig) == "target: /c.wav is silent; name a file with one note in it."


def test_a_move_that_the_task_wants_back_goes_back_and_is_no_judgement() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note()
    rig.task.wants = [{"Cutoff": 0.7}]
    rig.wait(3.0)
    rig.task.takes_back = "it came no nearer"
    rig.note()
    rig.wait(0.45)
    assert rig.position("Cutoff") == pytest.approx(0.5)
    assert rig.notices(MoveReported)[-1].reason == "it came no nearer"
    assert rig.task.taught(Teaching.THUMB) == []


def test_a_hand_after_a_note_teaches_with_the_next_note() -> None:
    rig = Rig(mode=Mode.ASSIST).work()
    rig.note(bright_oct=-2.0)
    for param in (1, 2):
        rig.hear(*rig.daw.turn(param, 0.9))
        rig.wait(2.0)
    assert rig.task.taught(Teaching.HAND) == []
    rig.note(bright_oct=3.0)
    (hand,) = rig.task.taught(Teaching.HAND)
    assert hand.variants[0].positions == {1: pytest.approx(0.9), 2: pytest.approx(0.9)}
    assert hand.scene.heard
    assert hand.after[0]
    assert (hand.scene.heard.bright_oct, hand.after[0].bright_oct) == (-2.0, 3.0)


# -- what is kept ------------------------------------------------------------------------------


def busy() -> Rig:
    rig = assisting({"Cutoff": 0.7}, {"Resonance": 0.6, "Mode": 1.0})
    thumb(rig, 1.0)
    rig.wait(2.0)
    rig.hear(*rig.daw.turn(1, 0.2))
    rig.wait(12.0)
    rig.handle(m.ModeChosen(at=rig.at, mode=Mode.SUGGEST))
    rig.task.wants = [{"Cutoff": 0.3}, {"Attack": 0.4}]
    rig.wait(2.0)
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=1))
    rig.wait(1.0)
    return rig


def test_the_same_events_from_disk_give_the_same_decisions_and_memory_bit_for_bit() -> None:
    first, again = busy(), Rig(mode=Mode.ASSIST)
    again.task = type(first.task)()
    again.task.wants = [{"Cutoff": 0.7}, {"Resonance": 0.6, "Mode": 1.0}]
    engine, decided = again.make_engine(), []
    for event in first.events:
        if isinstance(event, m.ModeChosen):
            again.task.wants = [{"Cutoff": 0.3}, {"Attack": 0.4}]
        decided += engine.handle(decode_event(*encode_event(event))).decisions
    assert len(decided) == 4
    assert list(map(record_json, decided)) == list(map(record_json, first.decisions()))
    assert engine.memory() == first.engine.memory()


def test_a_decision_of_a_joint_move_tells_all_that_it_changes() -> None:
    (joint,) = [each for each in busy().decisions() if each.also]
    assert joint.param == "device/1/param/4"
    name, start, end = joint.also.split(" ")
    assert (name, float(start), float(end)) == ("device/1/param/2", 0.5, pytest.approx(0.6))


def test_memory_has_a_part_for_each_task_that_has_learnt_something() -> None:
    assert "tasks" not in json.loads(Rig().engine.memory())
    memory = busy().engine.memory()
    assert json.loads(memory)["tasks"] == {"sound": {"hand": 1, "pick": 1, "thumb": 1}}
    assert Rig(memory=memory).engine.memory() == memory


def test_what_this_version_does_not_know_in_a_memory_is_kept() -> None:
    kept = json.loads(busy().engine.memory())
    kept["tasks"]["phrase"] = {"likes": [1, 2]}
    kept["zoo"] = {"lions": 2}
    memory = Rig(memory=json.dumps(kept).encode()).engine.memory()
    again = json.loads(memory)
    assert again["tasks"]["phrase"] == {"likes": [1, 2]}
    assert again["zoo"] == {"lions": 2}
    assert Rig(memory=memory).engine.memory() == memory


def test_a_safe_sound_is_remembered() -> None:
    rig = Rig()
    rig.handle(m.SafeSwitched(at=rig.at, track="Bass", lock_class=LockClass.SOUND, on=True))
    again = Rig(mode=Mode.ASSIST, memory=rig.engine.memory()).work({"Cutoff": 0.7}).wait(5.0)
    assert again.written == []


def test_the_ledger_has_a_row_for_each_move_and_hand() -> None:
    rows = busy().engine.ledger.rows()
    assert [(row.actor, row.track, str(row.param)) for row in rows if row.stands] == [
        ("bridge", "Bass", "device/1/param/1"),
        ("bridge", "Bass", "device/1/param/4"),
        ("bridge", "Bass", "device/1/param/1"),
    ]
    assert [row.actor for row in rows].count("hand") == 1


def test_a_knob_is_taught_by_name_or_number_and_what_is_not_there_is_refused() -> None:
    rig = Rig(task=make_sound_task(1)).work()
    rig.handle(d.KnobTaught(at=rig.at, knob="other 3", word=d.KnobWord.DRIVE))
    rig.handle(d.KnobTaught(at=rig.at, knob="1", word=d.KnobWord.NEVER))
    assert rig.results[-1].is_memory_changed
    rig.handle(d.KnobTaught(at=rig.at, knob="Wobble", word=d.KnobWord.LFO))
    shown = make_view(rig.engine, at=rig.at).work.knobs
    named = {knob.name: (knob.role, knob.is_taught) for knob in shown}
    assert named["Other 3"] == ("drive", True)
    assert named["Cutoff"] == ("", True)
    assert named["Resonance"] == ("resonance", False)
    told = [each.text for each in rig.notices(RequestRefused)]
    assert told == ["knob: there is no 'Wobble' on Zed"]


# -- a resonance -------------------------------------------------------------------------------


def resonant(*wants: dict[str, float], at: float = 0.5) -> Rig:
    """A rig whose task knows its resonance, which a person has left at that position."""
    rig = Rig(task=ScriptedKnobs(), mode=Mode.ASSIST)
    rig.hear(*rig.daw.turn(2, at))
    rig.wait(HOLD_OFF_S + 1.0)
    return rig.work(*wants).wait(0.45)


def resonances(rig: Rig) -> list[float]:
    """What was written to it."""
    return [command.value for _, command in rig.written if command.param == 2]


def test_no_move_raises_a_resonance_to_where_it_whistles() -> None:
    rig = resonant({"Resonance": 0.84}, {"Resonance": 1.0})
    assert rig.position("Resonance") == pytest.approx(0.8)
    rig.wait(5.0)
    assert max(resonances(rig)) == pytest.approx(0.8)
    assert make_view(rig.engine, at=rig.at).work.knobs[1].high == pytest.approx(0.8)


def test_the_guard_itself_stops_a_resonance_whoever_asks_for_more() -> None:
    rig = resonant()
    knobs, device = rig.engine.work.devices.knobs, rig.engine.work.devices.focus
    assert device is not None
    for purpose in (Purpose.MOVE, Purpose.UNDO):
        knobs.begin(device, 2, 1.0, rig.at, purpose=purpose, move="", stood=0.5)
        rig.wait(1.0)
        assert max(resonances(rig)) == pytest.approx(0.8)


def test_what_stood_beyond_may_go_down_and_comes_back_but_goes_no_further() -> None:
    rig = resonant({"Resonance": 1.0}, {"Resonance": 0.7}, at=0.9)
    rig.wait(2.0)
    assert rig.position("Resonance") == pytest.approx(0.7)
    assert max(resonances(rig)) < 0.9
    rig.handle(m.UndoRequested(at=rig.at, move=""))
    rig.wait(1.0)
    assert rig.position("Resonance") == pytest.approx(0.9)


def test_panic_gives_a_resonance_back_that_stood_beyond() -> None:
    rig = resonant({"Resonance": 0.7}, at=0.95)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(1.0)
    assert rig.position("Resonance") == pytest.approx(0.95)


def test_taking_an_earlier_move_back_brings_a_resonance_no_further_than_it_may_go() -> None:
    rig = resonant({"Resonance": 0.3}, {"Resonance": 0.65}, at=0.62).wait(2.0)
    first = rig.notices(MoveReported)[0].move
    rig.handle(m.UndoRequested(at=rig.at, move=first))
    rig.wait(1.0)
    assert rig.position("Resonance") == pytest.approx(0.8)


def test_a_knob_that_a_person_calls_a_resonance_is_held_as_one() -> None:
    rig = resonant()
    rig.handle(d.KnobTaught(at=rig.at, knob="Other 0", word=d.KnobWord.RESONANCE))
    rig.task.wants = [{"Other 0": 0.85}]
    rig.wait(2.0)
    assert rig.position("Other 0") == pytest.approx(0.8)


def test_a_resonance_with_steps_stops_at_the_step_below() -> None:
    specs = [*SYNTH[:1], replace(SYNTH[1], steps=5), *SYNTH[2:]]
    rig = Rig(task=ScriptedKnobs(), mode=Mode.ASSIST, daw=SynthDaw(specs))
    rig.work({"Resonance": 0.85}, {"Resonance": 1.0}).wait(3.0)
    assert rig.position("Resonance") == pytest.approx(0.75)


def test_what_is_offered_is_shown_with_what_may_be_moved() -> None:
    rig = Rig().work({"Cutoff": 0.7}, {"Cutoff": 0.3, "Attack": 0.6}).wait(1.0)
    work = make_view(rig.engine, at=rig.at).work
    assert (work.task, work.track, work.device) == (TaskName.SOUND, "Bass", "Zed")
    assert work.places[1] == (2, "Bass", ("Zed",))
    assert [len(variant.changes) for variant in work.variants] == [1, 2]
    assert work.variants[0].changes[0].startswith("Cutoff 0.50")
    cutoff = work.knobs[0]
    assert (cutoff.low, cutoff.high) == pytest.approx((0.15, 0.85))
    rig.handle(m.AuditionSwitched(at=rig.at, move=work.variants[1].id, on=True))
    rig.wait(1.0)
    heard = [each.is_heard for each in make_view(rig.engine, at=rig.at).work.variants]
    assert heard == [False, True]
