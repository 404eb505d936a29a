"""Roles of knobs by their names, and what is never moved."""

import pytest

from bridge.errors import RefusedError
from bridge.tasks.sound.roles import MOST_KNOBS, KnobRole, find_knobs, guess_role


@pytest.mark.parametrize(
    ("name", "role"),
    [
        # Live: Wavetable, Drift, Operator, Analog, Simpler.
        ("Filter 1 Freq", "cutoff"), ("Filter 1 Res", "resonance"), ("LP Freq", "cutoff"),
        ("LP Mod Amt 1", "envelope"), ("Env 1 Attack", "attack"), ("Osc 2 Detune", "detune"),
        ("Filter Freq", "cutoff"), ("Ae Attack", "attack"), ("Fe Amount", "envelope"),
        ("LFO Amt", "lfo"), ("F1 Freq", "cutoff"), ("AEG1 Rel", "release"),
        ("F1 Freq < Env", "envelope"), ("F1 Freq < LFO", "lfo"), ("Ve Decay", "decay"),
        # ZynAddSubFX: addresses.
        ("/part0/kit0/adpars/GlobalPar/GlobalFilter/basefreq", "cutoff"),
        ("/part0/kit0/adpars/GlobalPar/AmpEnvelope/A_dt", "attack"),
        ("/part0/kit0/adpars/VoicePar0/FMvolume", "drive"),
        # Others.
        ("A Filter 1 Cutoff", "cutoff"), ("VCF Reso", "resonance"), ("Amp Env Attack", "attack"),
        ("FILTER CUTOFF", "cutoff"), ("FilterCutoff", "cutoff"), ("Noise Level", "noise"),
    ],
)  # fmt: skip
def test_a_name_says_what_a_knob_is_for(name: str, role: str) -> None:
    assert guess_role(name) == role


@pytest.mark.parametrize(
    "name",
    [
        "Volume", "Main Level", "Osc 1 Level", "Transpose", "Osc-A Coarse", "Fine", "Octave",
        "Ratio", "Voices", "Glide", "Filter On", "Filter Type", "LFO Rate", "Master Tune",
        "Reverb Decay", "Delay Drive", "Env 2 Attack", "Fe Attack", "Filter Env Attack",
        "Pitch Env Attack", "LFO Attack", "FilterEnvelope/D_dt", "", "12", "Macro 4",
    ],
)  # fmt: skip
def test_level_tuning_switches_and_other_envelopes_are_never_moved(name: str) -> None:
    assert guess_role(name) is None


def test_a_person_teaches_a_name_and_takes_one_out() -> None:
    names = ["Macro 4", "Filter Cutoff", "Amp Attack"]
    taught = {"Macro 4": "drive", "filter cutoff": "never"}
    knobs = find_knobs(names, taught=taught)
    assert [(knob.index, knob.role) for knob in knobs] == [
        (0, KnobRole.DRIVE),
        (2, KnobRole.ATTACK),
    ]


def test_a_knob_with_steps_is_a_switch_until_it_is_unlocked() -> None:
    names = ["Filter Cutoff", "Drive"]
    assert [k.index for k in find_knobs(names, steps=[0, 3])] == [0]
    assert [k.index for k in find_knobs(names, steps=[0, 3], unlocked=["Drive"])] == [0, 1]


def test_of_a_large_device_the_first_knob_of_each_role_is_kept() -> None:
    names = [f"Filter {number} Cutoff" for number in range(1, 40)] + ["Amp Attack"]
    knobs = find_knobs(names)
    assert len(knobs) == MOST_KNOBS
    assert (knobs[0].index, knobs[-1].role) == (0, KnobRole.ATTACK)


def test_a_device_without_a_known_name_is_refused_in_one_sentence() -> None:
    with pytest.raises(
        RefusedError, match=r"none of these 40 parameters .* which is the cutoff\.$"
    ):
        find_knobs([f"Param {number}" for number in range(40)])


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RefusedError, match="Macro 1: 'wobble' is no role of a knob; use one of"):
        find_knobs(["Macro 1"], taught={"Macro 1": "wobble"})
