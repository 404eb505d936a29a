"""The belief about one person: evidence in, Gaussian out."""

from collections.abc import Callable

import numpy as np
import pytest

from bridge.learning.taste import AsFound, Consistency, Taste, TastePrior

Likelihood = Callable[[np.ndarray], np.ndarray]

MEMBERS = ("a", "b", "c")
GROUPS = np.array([0, 0, 1])


def make_prior(*, common: float = 0.5) -> TastePrior:
    covariance = 3.5 * np.eye(2) + common
    return TastePrior(
        mean=np.array([[1.0], [-1.0]]),
        covariance=covariance[None],
        song_sd=np.array([0.7]),
        member_sd=np.array([0.5]),
    )


def make_taste(*, common: float = 0.5) -> Taste:
    taste = Taste(make_prior(common=common))
    taste.attend(MEMBERS, GROUPS)
    return taste


def make_found(*, share: float) -> Taste:
    found = AsFound(
        place_sd=np.array([2.0]),
        member_sd=np.array([3.0]),
        is_group_unknown=np.array([False, True]),
    )
    taste = Taste(make_prior(), found)
    taste.attend(MEMBERS, GROUPS)
    taste.find(np.array([[6.0], [np.nan], [6.0]]), np.array([share]))
    return taste


def thumb_up_above(border: float, *, steepness: float = 2.0) -> Likelihood:
    return lambda tastes: 1.0 / (1.0 + np.exp(-steepness * (tastes - border)))


def test_nobody_yet_is_anybody() -> None:
    mean, variance = make_taste().of_groups()
    assert mean.ravel() == pytest.approx([1.0, -1.0])
    assert variance.ravel() == pytest.approx([4.0, 4.0])
    member_mean, member_variance = make_taste().of_members()
    assert member_mean.ravel() == pytest.approx([1.0, 1.0, -1.0])
    assert member_variance.ravel() == pytest.approx([4.25] * 3)


def test_a_hand_moves_its_member_as_two_gaussians_combine() -> None:
    taste = make_taste()
    taste.correct(0, 0, value=5.0, sd=2.0)
    mean, variance = taste.of_members()
    # Prior Normal(1, 4.25), evidence Normal(5, 4).
    assert mean[0, 0] == pytest.approx((1.0 / 4.25 + 5.0 / 4.0) / (1.0 / 4.25 + 1.0 / 4.0))
    assert variance[0, 0] == pytest.approx(1.0 / (1.0 / 4.25 + 1.0 / 4.0))


def test_a_member_speaks_for_its_group_and_a_little_for_the_others() -> None:
    taste = make_taste()
    taste.correct(0, 0, value=5.0, sd=2.0)
    mean, _ = taste.of_members()
    own, sibling, stranger = mean[:, 0] - [1.0, 1.0, -1.0]
    assert own > sibling > stranger > 0.0


def test_uncorrelated_groups_say_nothing_of_each_other() -> None:
    taste = make_taste(common=0.0)
    taste.correct(0, 0, value=5.0, sd=2.0)
    assert taste.of_groups()[0][1, 0] == pytest.approx(-1.0, abs=1e-12)


def test_a_thumb_moves_the_belief_to_its_side_and_narrows_it() -> None:
    taste = make_taste()
    taste.judge(0, 0, thumb_up_above(1.0))
    mean, variance = taste.of_members()
    assert mean[0, 0] > 1.5
    assert variance[0, 0] < 4.25


def test_an_answer_that_says_nothing_changes_nothing() -> None:
    taste = make_taste()
    before = taste.of_members()
    taste.judge(0, 0, lambda tastes: np.full(tastes.shape, 0.5))
    for old, new in zip(before, taste.of_members(), strict=True):
        assert new == pytest.approx(old, abs=1e-4)


def test_many_thumbs_find_a_hidden_taste() -> None:
    rng = np.random.default_rng(5)
    taste, hidden = make_taste(), 3.0
    for _ in range(60):
        border = float(taste.of_members()[0][0, 0] + rng.normal(0.0, 1.0))
        is_up = rng.random() < 1.0 / (1.0 + np.exp(-2.0 * (hidden - border)))
        up = thumb_up_above(border)
        taste.judge(0, 0, up if is_up else lambda tastes, up=up: 1.0 - up(tastes))
    mean, variance = taste.of_members()
    assert mean[0, 0] == pytest.approx(hidden, abs=0.6)
    assert variance[0, 0] < 0.5


def test_another_song_keeps_what_was_learnt_of_groups_but_is_less_sure() -> None:
    taste = make_taste()
    for _ in range(10):
        taste.correct(0, 0, value=5.0, sd=1.0)
    mean, variance = taste.of_groups()
    taste.attend(("x",), np.array([0]))
    new_mean, new_variance = taste.of_groups()
    # Most of it was this song's: people keep little from one to the next.
    assert 1.0 < new_mean[0, 0] < 0.6 * mean[0, 0]
    assert variance[0, 0] < new_variance[0, 0] < 4.0


def test_a_corrected_group_takes_its_evidence_along() -> None:
    taste = make_taste(common=0.0)
    taste.correct(0, 0, value=6.0, sd=1.0)
    taste.attend(MEMBERS, np.array([1, 0, 1]))
    mean, _ = taste.of_groups()
    assert mean[0, 0] == pytest.approx(1.0)
    assert mean[1, 0] > 1.0


def test_the_state_is_all_there_is() -> None:
    taste, other = make_taste(), Taste(make_prior())
    taste.correct(0, 0, value=6.0, sd=1.0)
    taste.attend(("x", "y"), np.array([1, 0]))
    taste.judge(1, 0, thumb_up_above(0.3))
    other.load_state(taste.state())
    assert other.state() == taste.state()
    for old, new in zip(taste.of_members(), other.of_members(), strict=True):
        assert np.array_equal(old, new)


def test_what_a_coin_taught_is_forgotten() -> None:
    taste = make_taste()
    taste.correct(0, 0, value=5.0, sd=1.0)
    taste.rely(0.0)
    for now, anybody in zip(taste.of_members(), make_taste().of_members(), strict=True):
        assert now == pytest.approx(anybody)
    taste.rely(1.0)
    assert taste.of_members()[0][0, 0] > 3.0


def test_who_is_as_consistent_as_most_is_relied_on_in_full() -> None:
    person = Consistency()
    assert person.reliance == 1.0
    person.judge(0.9, weight=1.0)
    assert person.reliance == 1.0
    for turn in range(60):
        person.judge(0.9 if turn % 2 else 0.1, weight=1.0)
    assert person.reliance < 0.2
    assert person.credence == pytest.approx(person.reliance**3)


def test_answers_that_agree_are_trusted_more_and_those_of_a_coin_less() -> None:
    meant, coin = Consistency(), Consistency()
    at_first = meant.share
    for turn in range(40):
        meant.judge(0.9, weight=1.0)
        coin.judge(0.9 if turn % 2 else 0.1, weight=1.0)
    assert coin.share < 0.6 < at_first < meant.share


def test_where_a_member_was_found_says_nothing_unless_that_picture_holds() -> None:
    mean, variance = make_found(share=0.0).of_members()
    usual, usual_variance = make_taste().of_members()
    assert mean[:2] == pytest.approx(usual[:2])
    assert variance[:2] == pytest.approx(usual_variance[:2])
    # Of a group that says nothing the place always counts: Normal(-1, 4.25) and Normal(6, 4).
    assert mean[2, 0] == pytest.approx((-1.0 / 4.25 + 6.0 / 4.0) / (1.0 / 4.25 + 1.0 / 4.0))


def test_a_member_wanted_about_as_found_lies_between_its_group_and_its_place() -> None:
    mean, variance = make_found(share=1.0).of_members()
    # Normal(1, 4 + 9) and Normal(6, 4).
    assert mean[0, 0] == pytest.approx((1.0 / 13.0 + 6.0 / 4.0) / (1.0 / 13.0 + 1.0 / 4.0))
    assert variance[0, 0] == pytest.approx(1.0 / (1.0 / 13.0 + 1.0 / 4.0))
    assert mean[1, 0] == pytest.approx(1.0)


def test_between_two_pictures_the_belief_is_wider_than_either() -> None:
    taste = make_found(share=0.5)
    mean, variance = taste.of_members()
    means, variances = taste.of_pictures()
    assert mean == pytest.approx(means.mean(axis=0))
    assert variance[0, 0] == pytest.approx(variances[:, 0, 0].mean() + means[:, 0, 0].var())


def test_what_a_place_says_is_not_said_of_the_group() -> None:
    mean, variance = make_found(share=1.0).of_groups()
    usual, usual_variance = make_taste().of_groups()
    assert mean == pytest.approx(usual)
    assert variance == pytest.approx(usual_variance)


def test_places_are_part_of_the_state() -> None:
    taste = make_found(share=0.3)
    taste.correct(0, 0, value=5.0, sd=2.0)
    again = make_found(share=0.9)
    again.load_state(taste.state())
    assert again.state() == taste.state()
    assert again.of_members()[0].tolist() == taste.of_members()[0].tolist()
