"""What a sound is believed to be where its notes differ."""

import numpy as np
import pytest

from bridge.learning.q_learning import FloatArray
from bridge.tasks.sound.effects import HEARD, LEVEL
from bridge.tasks.sound.hearing import Hearing

USUAL = np.full(HEARD, 0.04)


def heard_note(value: float) -> FloatArray:
    return np.full(HEARD, value)


def test_notes_that_are_alike_leave_little_noise_and_notes_that_differ_much() -> None:
    even, uneven = Hearing(USUAL), Hearing(USUAL)
    even.begin([0.5], heard_note(1.0))
    uneven.begin([0.5], heard_note(1.0))
    rng = np.random.default_rng(1)
    for _ in range(20):
        even.repeat(heard_note(1.0))
        uneven.repeat(rng.normal(0.0, 1.0, HEARD))
    assert (even.noise < 0.1 * USUAL).all()
    assert uneven.noise == pytest.approx(heard_note(1.0), rel=0.7)
    assert even.scatter < 0.1 < uneven.scatter


def test_the_mean_of_several_notes_is_surer_than_one() -> None:
    hearing = Hearing(USUAL)
    hearing.begin([0.5], heard_note(1.0))
    before = hearing.variance
    hearing.repeat(heard_note(2.0))
    assert hearing.mean == pytest.approx(heard_note(1.5))
    assert (hearing.variance < before + hearing.noise).all()
    assert (hearing.count, hearing.repeats) == (2, 1)


def test_the_loudest_note_says_how_loud_it_is() -> None:
    hearing = Hearing(USUAL)
    for level_db in (-20.0, -12.0, -30.0):
        heard = heard_note(0.0)
        heard[LEVEL] = level_db
        hearing.repeat(heard) if hearing.count else hearing.begin([0.5], heard)
    assert hearing.loudest_db == -12.0


def test_where_notes_are_alike_a_note_is_believed_and_else_what_was_expected_counts_too() -> None:
    even, uneven = Hearing(USUAL), Hearing(USUAL)
    for hearing, off in ((even, 0.0), (uneven, 2.0)):
        hearing.begin([0.5], heard_note(0.0))
        for side in (1.0, -1.0, 1.0, -1.0):
            hearing.repeat(heard_note(side * off))
    expected, surely, heard = heard_note(1.0), heard_note(0.05), heard_note(0.0)
    believed = [each.update(expected, surely, heard)[0] for each in (even, uneven)]
    assert believed[0] == pytest.approx(heard_note(0.0), abs=0.1)
    assert believed[1] == pytest.approx(uneven.mean + 0.5 * (1.0 - uneven.mean), abs=0.1)


def test_a_place_whose_notes_differ_is_further_away_than_its_mean() -> None:
    hearing = Hearing(USUAL)
    hearing.begin([0.5], heard_note(0.0))
    assert hearing.unevenness(hearing.notes) == 0.0  # one note tells nothing
    for _ in range(4):
        hearing.repeat(heard_note(0.0))
    assert hearing.unevenness([heard_note(0.0), heard_note(2.0)]) > 1.0
    assert hearing.unevenness(hearing.notes) <= 0.0
    assert hearing.unevenness([heard_note(0.0), heard_note(0.5)]) == pytest.approx(
        LEVEL * 0.5 * ((float(hearing.noise[0]) + 0.125) / 2.0 - float(hearing.noise[0]))
    )


def test_a_state_brings_all_of_it_back() -> None:
    hearing, copy = Hearing(USUAL), Hearing(USUAL)
    hearing.begin([0.5, 0.25], heard_note(1.0))
    hearing.repeat(heard_note(1.3))
    hearing.move([0.7, 0.25], (heard_note(0.0), USUAL), heard_note(0.0))
    copy.load_state(hearing.state())
    assert copy.state() == hearing.state()
    assert (copy.noise == hearing.noise).all()


def test_a_state_of_before_the_notes_were_kept_can_be_read() -> None:
    hearing, copy = Hearing(USUAL), Hearing(USUAL)
    hearing.begin([0.5], heard_note(1.0))
    hearing.move([0.7], (heard_note(0.0), USUAL), heard_note(0.0))
    older = hearing.state()
    del older["notes"], older["left"][0][3]
    copy.load_state(older)
    assert (copy.notes, copy.left[0][3]) == ([], [])
    copy.go_back(heard_note(1.0))
    assert copy.is_at(np.array([0.5]))


def test_a_synth_that_rounds_what_it_is_given_stands_where_it_was_sent() -> None:
    hearing = Hearing(USUAL)
    assert not hearing.is_at(np.array([0.5, 0.25]))
    hearing.begin([0.5, 0.25], heard_note(1.0))
    assert hearing.is_at(np.array([64 / 127, 32 / 127]))
    assert not hearing.is_at(np.array([0.52, 0.25]))
    assert not hearing.is_at(np.array([0.5]))


def test_what_stood_before_a_move_is_known_when_it_comes_back() -> None:
    hearing = Hearing(USUAL)
    hearing.begin([0.5], heard_note(1.0))
    hearing.move([0.8], (heard_note(0.0), USUAL), heard_note(0.0))
    assert hearing.is_at(np.array([0.8]))
    hearing.go_back(heard_note(2.0))
    assert hearing.is_at(np.array([0.5]))
    assert hearing.mean == pytest.approx(heard_note(1.5))
    assert hearing.left == []
