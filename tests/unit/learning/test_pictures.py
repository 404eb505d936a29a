import numpy as np
import pytest

from bridge.learning.pictures import Pictures

UP, DOWN = np.array([0.9, 0.2]), np.array([0.1, 0.8])


def test_before_any_answer_the_shares_are_the_prior() -> None:
    assert Pictures(np.array([0.7, 0.3])).shares == pytest.approx([0.7, 0.3])


def test_answers_that_one_picture_expected_speak_for_it() -> None:
    pictures = Pictures(np.array([0.5, 0.5]))
    for _ in range(5):
        pictures.judge(UP, weight=1.0)
    assert pictures.shares[0] > 0.8
    for _ in range(12):
        pictures.judge(DOWN, weight=1.0)
    assert pictures.shares[0] < 0.2


def test_an_answer_to_nothing_in_particular_changes_nothing() -> None:
    pictures = Pictures(np.array([0.5, 0.5]))
    pictures.judge(UP, weight=0.0)
    assert pictures.shares == pytest.approx([0.5, 0.5])


def test_no_run_of_answers_makes_a_picture_impossible() -> None:
    pictures = Pictures(np.array([0.5, 0.5]))
    for _ in range(500):
        pictures.judge(UP, weight=1.0)
    assert pictures.shares[1] > 0.001
