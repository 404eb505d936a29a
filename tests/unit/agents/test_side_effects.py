"""What a move does on the side: forecast from power, worth what the gain table says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support.mixes import make_mix, with_eq, with_gain

from bridge.agents.cells import STEPS
from bridge.agents.features import measure
from bridge.agents.side_effects import between, forecast_levels, side_effects
from bridge.mix.spectrum import to_db


def level_db(mix_power: np.ndarray) -> np.ndarray:
    return np.asarray(to_db(mix_power.sum(axis=1)))


@pytest.mark.parametrize("column", range(12))
def test_a_forecast_is_what_the_move_then_does(column: int) -> None:
    mix, row = make_mix(), 2
    power = measure(mix).power
    moved = (
        with_gain(mix, row, STEPS[column])
        if column < 4
        else with_eq(mix, row, (column - 4) // 2, STEPS[column])
    )
    after = measure(moved).power
    mix_db, own_db = forecast_levels(power)
    assert mix_db[row, column] == pytest.approx(float(to_db(after.sum()) - to_db(power.sum())))
    if column >= 4:
        change = level_db(after)[row] - level_db(power)[row]
        assert own_db[row, column - 4] == pytest.approx(float(change))


def test_a_gain_move_is_worth_to_the_others_what_their_own_tables_say() -> None:
    values = np.array([[9.0, 9.0, 9.0, 9.0], [0.0, 2.0, -1.0, 0.0], [0.0, 3.0, 0.0, 0.0]])
    mix_db, own_db = np.zeros((3, 12)), np.zeros((3, 8))
    mix_db[0, 3] = 1.0  # the others become 1 dB softer: the second of their gain moves
    found = side_effects(values, mix_db, own_db)
    assert found.worth[0, 3] == pytest.approx(2.0 + 3.0)
    assert np.count_nonzero(found.worth) == 1


def test_an_eq_move_is_worth_what_it_does_to_its_own_level() -> None:
    values = np.array([[0.0, 0.0, 4.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    mix_db, own_db = np.zeros((2, 12)), np.zeros((2, 8))
    own_db[0, 1] = 1.0
    found = side_effects(values, mix_db, own_db)
    assert found.worth[0, 5] == found.own_worth[0, 1] == pytest.approx(4.0)
    assert np.count_nonzero(found.worth) == 1


@given(arrays(np.float64, (4,), elements=st.floats(-9.0, 9.0)), st.floats(-9.0, 9.0))
def test_a_change_is_worth_no_more_than_the_moves_that_it_lies_between(
    values: np.ndarray, change: float
) -> None:
    worth = float(between(np.array(change)) @ values)
    assert abs(worth) <= np.abs(values).max() * 1.126  # the parabola overshoots by an eighth


@given(st.floats(-3.0, 3.0))
def test_a_louder_track_mirrors_a_softer_one(change: float) -> None:
    up, down = between(np.array(change)), between(np.array(-change))
    if change:
        assert up.tolist() == down[::-1].tolist()


def test_silence_has_no_side_effects() -> None:
    mix_db, own_db = forecast_levels(np.zeros((3, 10)))
    assert not mix_db.any()
    assert not own_db.any()
