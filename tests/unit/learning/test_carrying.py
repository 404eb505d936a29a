import numpy as np
import pytest

from bridge.learning.carrying import SHARES, Past

GROUPS = 8
MEAN = np.zeros((GROUPS, 1))
COVARIANCE = np.array([9.0 * np.eye(GROUPS)])


def live(*, share: float, songs: int, seed: int) -> Past:
    """Songs of a person who keeps so much of a taste from song to song; each is known to 1 dB."""
    rng, past = np.random.default_rng(seed), Past(MEAN, COVARIANCE)
    own = rng.normal(0.0, 3.0 * np.sqrt(share), (GROUPS, 1))
    for _ in range(songs):
        wanted = own + rng.normal(0.0, 3.0 * np.sqrt(1.0 - share), (GROUPS, 1))
        heard = wanted + rng.normal(0.0, 1.0, wanted.shape)
        past.end_song(np.ones(wanted.shape), heard)
    return past


def test_before_any_song_the_next_is_anybodys() -> None:
    past = Past(MEAN, COVARIANCE)
    mean, covariance = past.forecast(1.0)
    assert np.array_equal(mean, MEAN)
    assert np.array_equal(covariance, COVARIANCE)
    assert past.share == pytest.approx(0.33, abs=0.05)


def test_one_song_says_something_of_the_next_but_not_how_much_carries() -> None:
    past = live(share=0.9, songs=1, seed=1)
    assert past.share == Past(MEAN, COVARIANCE).share
    mean, covariance = past.forecast(1.0)
    assert np.abs(mean).max() > 0.0
    assert np.diagonal(covariance[0]).max() < 9.0


@pytest.mark.parametrize("seed", range(5))
def test_how_much_a_person_carries_is_learnt_from_their_songs(seed: int) -> None:
    constant = live(share=0.9, songs=8, seed=seed)
    fickle = live(share=0.05, songs=8, seed=seed)
    assert constant.share > 0.5 > 0.3 > fickle.share


def test_who_carries_much_is_forecast_nearer_to_what_they_wanted_before() -> None:
    past = Past(MEAN, COVARIANCE)
    for _ in range(4):
        past.end_song(np.ones((GROUPS, 1)), np.full((GROUPS, 1), 4.0))
    constant = past.forecast(1.0)[0].mean()
    past.evidence = np.where(SHARES.min() == SHARES, 0.0, -50.0)
    assert past.forecast(1.0)[0].mean() < constant <= 4.0


def test_what_was_taught_by_a_coin_is_no_forecast() -> None:
    past = live(share=0.9, songs=3, seed=2)
    mean, covariance = past.forecast(1e-9)
    assert mean == pytest.approx(MEAN, abs=1e-6)
    assert covariance == pytest.approx(COVARIANCE, abs=1e-6)


def test_the_past_is_kept_and_forgotten() -> None:
    past, again = live(share=0.6, songs=3, seed=3), Past(MEAN, COVARIANCE)
    again.load_state(past.state())
    assert again.state() == past.state()
    again.forget(0)
    assert not again.is_known[0].any()
    assert again.is_known[1:].all()
    again.forget_all()
    assert again.state() == Past(MEAN, COVARIANCE).state()


# -- songs with a name ----------------------------------------------------------------------------


def said(value: float) -> tuple[np.ndarray, np.ndarray]:
    """Every group is wanted at that value, known to 1 dB."""
    return np.ones((GROUPS, 1)), np.full((GROUPS, 1), value)


def test_a_song_with_a_name_forecasts_as_any_other() -> None:
    named, other = live(share=0.6, songs=3, seed=4), live(share=0.6, songs=3, seed=4)
    named.learn_named("A", *said(4.0))
    other.end_song(*said(4.0))
    assert named.names == ("A",)
    assert named.forecast(1.0)[0] == pytest.approx(other.forecast(1.0)[0])
    assert named.forecast(1.0)[1] == pytest.approx(other.forecast(1.0)[1])
    assert named.share == pytest.approx(other.share)
    assert named.songs_about(0, 0) == 1


def test_a_song_that_is_forgotten_by_name_was_never_there() -> None:
    past = live(share=0.6, songs=3, seed=5)
    before, forecast = past.state(), past.forecast(1.0)
    past.learn_named("A", *said(4.0))
    assert past.state() != before
    assert past.forget_named("A")
    assert past.state() == before
    assert np.array_equal(past.forecast(1.0)[0], forecast[0])
    assert np.array_equal(past.forecast(1.0)[1], forecast[1])
    assert not past.forget_named("A")


def test_a_song_that_is_learnt_again_replaces_what_it_said() -> None:
    past, once = Past(MEAN, COVARIANCE), Past(MEAN, COVARIANCE)
    past.learn_named("A", *said(-4.0))
    past.learn_named("A", *said(4.0))
    once.learn_named("A", *said(4.0))
    assert past.state() == once.state()


def test_songs_with_a_name_are_kept_and_forgotten_with_their_groups_and_all() -> None:
    past, again = live(share=0.6, songs=1, seed=6), Past(MEAN, COVARIANCE)
    past.learn_named("A", *said(4.0))
    past.learn_named("B", *said(3.0))
    again.load_state(past.state())
    assert again.state() == past.state()
    assert np.array_equal(again.forecast(1.0)[0], past.forecast(1.0)[0])
    again.forget(0)
    assert not again.is_known[0].any()
    assert again.songs_about(0, 0) == 0
    assert again.songs_about(1, 0) == 2
    again.forget_all()
    assert again.state() == Past(MEAN, COVARIANCE).state()
