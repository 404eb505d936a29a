"""Reasons and beliefs in words that a mix engineer would use."""

import pytest

from bridge.agents.reasons import Claim, belief_in_words, habit, reason
from bridge.mix.params import Param


def claim(
    param: Param,
    error: float,
    *,
    change: float = 0.0,
    is_moved: bool = True,
    answers: int = 0,
    name: str = "Bass",
) -> Claim:
    return Claim(
        name=name, param=param, error=error, change=change, is_moved=is_moved, answers=answers
    )


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            claim(Param.GAIN, 2.04),
            "Bass is about 2 dB too loud for most listeners (no answers from you on this yet)",
        ),
        (
            claim(Param.EQ_LOW, 3.2, answers=1),
            "Bass has about 3 dB too much in the lows for your taste (from one of your answers)",
        ),
        (
            claim(Param.PAN, -0.21, answers=5),
            "Bass is panned about 21 % too narrow for your taste (from 5 of your answers)",
        ),
        (
            claim(Param.GAIN, -4.0, change=0.84, is_moved=False, answers=3),
            "Bass is about 4 dB too quiet for your taste, and this raises it in the mix by 0.8 dB "
            "(from 3 of your answers)",
        ),
        (
            claim(Param.GAIN, 1.2, change=-0.04, is_moved=False),
            "Bass is about 1.2 dB too loud for most listeners, and this lowers it in the mix "
            "a little (no answers from you on this yet)",
        ),
        (
            claim(Param.GAIN, -0.1),
            "Bass is slightly too quiet for most listeners (no answers from you on this yet)",
        ),
    ],
)
def test_a_reason_names_what_is_wrong_and_its_ground(said: Claim, text: str) -> None:
    assert reason((said,), habit="", is_try=False) == text


@pytest.mark.parametrize(
    ("name", "verb"), [("Hats", "are"), ("KEYS", "are"), ("Bass", "is"), ("Chorus", "is")]
)
def test_a_name_in_the_plural_has_its_verb(name: str, verb: str) -> None:
    assert claim(Param.GAIN, 3.0, name=name).words().startswith(f"{name} {verb} about 3 dB")


def test_a_second_claim_follows_and_a_try_is_called_one() -> None:
    claims = (claim(Param.EQ_HIGH, -3.0, answers=2), claim(Param.GAIN, -2.0, is_moved=False))
    text = reason(claims, habit="", is_try=True)
    assert "too little in the highs for your taste; Bass is about 2 dB too quiet" in text
    assert text.endswith("(from 2 of your answers, a try: I am not sure)")


def test_what_mends_no_known_error_is_called_a_habit_and_claims_nothing() -> None:
    said = habit("Pad", Param.PAN, -0.2)
    assert said == "Pad a little narrower is mostly liked in a mix like this one"
    assert reason((), habit=said, is_try=False) == said


@pytest.mark.parametrize(
    ("dimension", "difference", "text"),
    [
        (0, -1.25, "pad: 1.2 dB softer than most listeners like"),
        (4, 2.0, "pad: 2.0 dB more highs than most listeners like"),
        (5, -0.1, "pad: 10 % narrower than most listeners like"),
        (0, 0.2, "pad: level as most listeners like"),
    ],
)
def test_a_belief_is_a_sentence(dimension: int, difference: float, text: str) -> None:
    assert belief_in_words("pad", dimension, difference) == text


def test_a_belief_without_evidence_is_no_statement() -> None:
    assert belief_in_words("pad", 5, -0.3, is_sure=False) == "pad: not sure of the width yet"
