"""The update of the mission's formula: by hand, and on three tiny tasks."""

import numpy as np
import pytest

from bridge.learning.q_learning import QTable

ONE = np.ones(1)


def test_one_update_is_the_formula_by_hand() -> None:
    table = QTable(np.array([[0.5, 0.0], [2.0, 1.0]]))
    td_error = table.update(
        np.array([0]), ONE, 0, reward=1.0, next_value=2.0, step_size=0.1, discount=0.9
    )
    # 1 + 0.9 * 2 - 0.5 = 2.3, and 0.5 + 0.1 * 2.3 = 0.73
    assert td_error == pytest.approx(2.3, abs=1e-15)
    assert table.values.tolist() == [[0.73, 0.0], [2.0, 1.0]]
    assert table.visits.tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_an_update_of_a_spread_state_gives_each_cell_its_share() -> None:
    table = QTable(np.array([[1.0], [3.0]]))
    td_error = table.update(
        np.array([0, 1]),
        np.array([0.25, 0.75]),
        0,
        reward=-1.0,
        next_value=0.0,
        step_size=0.5,
        discount=0.0,
    )
    # Q(s, a) = 0.25 * 1 + 0.75 * 3 = 2.5, so the error is -3.5
    assert td_error == -3.5
    assert table.values.ravel().tolist() == [1.0 - 0.5 * 0.25 * 3.5, 3.0 - 0.5 * 0.75 * 3.5]


def test_the_value_of_a_spread_state_is_the_mean_of_its_cells() -> None:
    table = QTable(np.array([[1.0, -1.0], [3.0, 1.0]]))
    good, harm = table.expect(np.array([[0, 1], [1, 0]]), np.array([[0.5, 0.5], [1.0, 0.0]]))
    assert good.tolist() == [[2.0, 0.5], [3.0, 1.0]]
    assert harm.tolist() == [[0.0, 0.5], [0.0, 0.0]]
    assert (good - harm).tolist() == [[2.0, 0.0], [3.0, 1.0]]


def test_a_table_does_not_change_the_array_it_was_made_from() -> None:
    values = np.zeros((1, 1))
    QTable(values).update(
        np.array([0]), ONE, 0, reward=1.0, next_value=0.0, step_size=1.0, discount=0.0
    )
    assert values[0, 0] == 0.0


def test_it_finds_the_better_of_two_noisy_arms() -> None:
    rng = np.random.default_rng(7)
    table = QTable(np.zeros((1, 2)))
    for _ in range(400):
        arm = int(rng.integers(2))
        reward = float(rng.normal((0.2, 0.6)[arm], 0.5))
        table.update(
            np.array([0]), ONE, arm, reward=reward, next_value=0.0, step_size=0.05, discount=0.0
        )
    assert table.values[0] == pytest.approx([0.2, 0.6], abs=0.2)
    assert table.values[0, 1] > table.values[0, 0]


def test_it_finds_the_discounted_way_along_a_chain() -> None:
    """Five cells in a row; only the step right from the last one earns: Q = discount^distance."""
    rng = np.random.default_rng(3)
    table, discount = QTable(np.zeros((5, 2))), 0.8
    for _ in range(3000):
        cell, action = int(rng.integers(5)), int(rng.integers(2))
        ends = cell == 4 and action == 1
        after = min(max(cell + (1 if action else -1), 0), 4)
        table.update(
            np.array([cell]),
            ONE,
            action,
            reward=float(ends),
            next_value=0.0 if ends else float(table.values[after].max()),
            step_size=0.5,
            discount=discount,
        )
    assert table.values[:, 1] == pytest.approx([discount**4, 0.512, 0.64, 0.8, 1.0], abs=1e-6)
    assert (table.values[:, 1] > table.values[:, 0]).all()


def test_it_believes_a_listener_who_errs_in_one_of_ten_thumbs() -> None:
    """A thumb is up where the move helps; a tenth of them is flipped: Q = 0.9 - 0.1 = 0.8."""
    rng = np.random.default_rng(11)
    table, truth = QTable(np.zeros((4, 2))), rng.choice([-1.0, 1.0], (4, 2))
    for _ in range(2000):
        cell, action = int(rng.integers(4)), int(rng.integers(2))
        thumb = truth[cell, action] * (-1.0 if rng.random() < 0.1 else 1.0)
        table.update(
            np.array([cell]), ONE, action, reward=thumb, next_value=0.0, step_size=0.03, discount=0
        )
    assert (np.sign(table.values) == truth).all()
    assert table.values * truth == pytest.approx(np.full((4, 2), 0.8), abs=0.25)
