"""Reasons and beliefs in words that a mix engineer would use."""

import pytest

from bridge.mix.params import Param
from bridge.tasks.reasons import belief_in_words, reason


@pytest.mark.parametrize(
    ("param", "error", "belief", "answers", "text"),
    [
        (
            Param.GAIN, 2.0, 0.0, 0,
            "Bass sits 2.0 dB over where I believe you want it "
            "(average listener; no answer of yours yet)",
        ),
        (
            Param.EQ_LOW, 3.2, -1.6, 1,
            "Bass has 3.2 dB more lows than I believe you want "
            "(you like less lows there than average; 1 of your answers)",
        ),
        (
            Param.PAN, -0.21, 0.15, 5,
            "Bass is 21 % narrower than I believe you want it "
            "(you like it wider than average; 5 of your answers)",
        ),
        (
            Param.GAIN, -4.0, 2.2, 3,
            "Bass sits 4.0 dB under where I believe you want it "
            "(you like it 2 dB louder; 3 of your answers)",
        ),
    ],
)  # fmt: skip
def test_a_reason_names_the_error_and_its_ground(
    param: Param, error: float, belief: float, answers: int, text: str
) -> None:
    assert reason("Bass", param, error=error, belief=belief, answers=answers) == text


@pytest.mark.parametrize(
    ("dimension", "difference", "text"),
    [
        (0, -1.25, "you want pad 1.2 dB softer than the average listener"),
        (4, 2.0, "you want 2.0 dB more high in pad than the average listener"),
        (5, -0.1, "you want pad 10 % narrower than the average listener"),
        (0, 0.2, "you want the level of pad like the average listener"),
    ],
)
def test_a_belief_is_a_sentence(dimension: int, difference: float, text: str) -> None:
    assert belief_in_words("pad", dimension, difference) == text
