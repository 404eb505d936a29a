"""Soft bins: probabilities of bins for numbers that are not known exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.learning.bins import bin_weights

EDGES = np.array([-2.0, 0.0, 1.0])


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_weights_are_probabilities(mean: float, sd: float) -> None:
    weights = bin_weights(np.array(mean), np.array(sd), EDGES)
    assert weights.shape == (4,)
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)


def test_a_number_that_is_known_well_is_in_one_bin() -> None:
    weights = bin_weights(np.array([-3.0, 0.5, 9.0]), np.full(3, 0.01), EDGES)
    assert weights.argmax(axis=-1).tolist() == [0, 2, 3]
    assert weights.max(axis=-1) == pytest.approx(1.0, abs=1e-9)


def test_they_are_those_of_a_normal_distribution_to_one_percent() -> None:
    rng = np.random.default_rng(1)
    drawn = np.digitize(rng.normal(0.3, 1.5, 200_000), EDGES)
    shares = np.bincount(drawn, minlength=4) / drawn.size
    assert bin_weights(np.array(0.3), np.array(1.5), EDGES) == pytest.approx(shares, abs=0.015)


def test_what_lies_beyond_the_most_counts_as_being_there() -> None:
    mean, sd = np.full(3, 0.3), np.full(3, 1.5)
    weights = bin_weights(mean, sd, EDGES, np.array([-1.0, 0.5, np.inf]))
    free = bin_weights(mean, sd, EDGES)
    assert weights[0] == pytest.approx([free[0, 0], 1.0 - free[0, 0], 0.0, 0.0])
    assert weights[1] == pytest.approx([*free[1, :2], free[1, 2:].sum(), 0.0])
    assert weights[2].tolist() == free[2].tolist()
