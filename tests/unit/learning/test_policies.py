"""Guarded epsilon-greedy: masks, ties, exploration and the probability of a choice."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bridge.learning.policies import Choice, epsilon_greedy

SIZE = 12
scores_and_masks = st.tuples(
    arrays(np.float64, SIZE, elements=st.floats(-5, 5) | st.just(np.nan)),
    arrays(np.bool_, SIZE),
    st.floats(0.0, 1.0),
    st.integers(0, 2**32),
)


def choose(
    scores: list[float], *, epsilon: float = 0.0, seed: int = 0, least_score: float = 0.0
) -> Choice | None:
    array = np.array(scores)
    return epsilon_greedy(
        array,
        np.ones(array.size, dtype=np.bool_),
        epsilon=epsilon,
        least_score=least_score,
        rng=np.random.default_rng(seed),
    )


@given(scores_and_masks)
def test_what_is_masked_or_unknown_is_never_chosen(
    case: tuple[np.ndarray, np.ndarray, float, int],
) -> None:
    scores, allowed, epsilon, seed = case
    choice = epsilon_greedy(
        scores, allowed, epsilon=epsilon, least_score=0.0, rng=np.random.default_rng(seed)
    )
    usable = allowed & ~np.isnan(scores)
    if choice is None:
        assert not usable.any()
    else:
        assert usable[choice.index]
        assert 0.0 < choice.probability <= 1.0


def test_the_best_is_chosen_with_certainty_without_exploration() -> None:
    assert choose([0.1, 0.7, 0.3]) == Choice(index=1, probability=1.0)


def test_ties_are_broken_at_random() -> None:
    chosen = Counter(choice.index for s in range(200) if (choice := choose([0.0] * 4, seed=s)))
    assert set(chosen) == {0, 1, 2, 3}
    assert max(chosen.values()) < 80


def test_exploration_tries_only_what_is_plausible() -> None:
    scores = [0.9, 0.2, -0.4, 0.1]
    chosen = Counter(
        choice.index for s in range(300) if (choice := choose(scores, epsilon=0.9, seed=s))
    )
    assert set(chosen) == {0, 1, 3}


@pytest.mark.parametrize("epsilon", [0.0, 0.3, 1.0])
def test_the_probability_is_the_frequency(epsilon: float) -> None:
    choices = [choose([0.5, 0.5, 0.2, -1.0], epsilon=epsilon, seed=s) for s in range(2000)]
    counts = Counter(choice for choice in choices if choice)
    for choice, count in counts.items():
        assert count / 2000 == pytest.approx(choice.probability, abs=0.04)


def test_nothing_allowed_is_no_choice() -> None:
    assert choose([np.nan, np.nan]) is None
    assert choose([]) is None
