"""Whether the strength of thumbs tells: weighed by what it forecasts."""

import json

import numpy as np
import pytest

from bridge.agents.factored import FactoredAgent
from bridge.agents.person import Person
from bridge.agents.strengths import Strengths
from bridge.agents.thumbs import ThumbModel
from bridge.learning.prior import load_prior

THUMBS = 60
JND_OF_FULL = 4.0


@pytest.fixture(scope="module")
def model() -> ThumbModel:
    return ThumbModel(Person(load_prior(), seed=0).values(), scale=1.05)


def likely(strengths: Strengths, model: ThumbModel, reward: float, worth: float) -> float:
    found = strengths.likelihood(model, reward, np.array([worth]), 0.0, share=0.9, credit=1.0)
    return float(found[0])


def after(kind: str, model: ThumbModel) -> Strengths:
    """What is believed of somebody who gave sixty thumbs of that kind, all with the right sign."""
    strengths, rng = Strengths(), np.random.default_rng(1)
    for worth in rng.normal(0.0, 2.0, THUMBS):
        strength = {
            "graded": min(max(abs(worth) / JND_OF_FULL, 0.25), 1.0),
            "random": rng.uniform(0.25, 1.0),
            "full": 1.0,
        }[kind]
        strengths.judge(
            model,
            float(np.copysign(strength, worth)),
            np.array([worth]),
            np.zeros(1),
            np.ones(1),
            share=0.9,
            credit=1.0,
        )
    return strengths


def test_graded_thumbs_are_believed_and_others_are_not(model: ThumbModel) -> None:
    assert after("graded", model).tells > 0.9
    assert after("random", model).tells < 0.1
    assert after("full", model).tells < 0.1


def test_a_weak_thumb_means_a_small_change_where_strength_tells(model: ThumbModel) -> None:
    strengths = after("graded", model)
    assert likely(strengths, model, 0.25, 0.5) > likely(strengths, model, 0.25, 5.0)
    assert likely(strengths, model, 1.0, 0.5) < likely(strengths, model, 1.0, 5.0)


def test_it_means_only_its_sign_where_strength_says_nothing(model: ThumbModel) -> None:
    strengths = after("random", model)
    assert likely(strengths, model, 0.25, 0.5) < likely(strengths, model, 0.25, 5.0)


def test_the_thumbs_that_may_come_add_up_to_one(model: ThumbModel) -> None:
    rewards = [sign * strength for sign in (-1.0, 1.0) for strength in (0.3, 0.6, 1.0)]
    strengths = after("graded", model)
    total = sum(likely(strengths, model, reward, 1.3) for reward in rewards)
    assert total == pytest.approx(1.0)


def test_a_weak_thumb_speaks_for_the_picture_that_expected_a_small_change(
    model: ThumbModel,
) -> None:
    def forecasts(strengths: Strengths, reward: float) -> list[float]:
        worth, variance = np.array([0.3, 5.0]), np.zeros(2)
        return strengths.forecasts(
            model, reward, worth, variance, up_anyhow=0.4, share=0.9, credit=1.0
        ).tolist()

    small, large, _ = forecasts(after("graded", model), 0.25)
    assert small > 2.0 * large
    small, large, _ = forecasts(after("graded", model), 1.0)
    assert large > 2.0 * small
    small, large, _ = forecasts(after("full", model), 1.0)
    assert small < large < 2.0 * small


def test_all_thumbs_that_may_come_add_up_to_one_by_every_picture(model: ThumbModel) -> None:
    strengths = after("graded", model)
    rewards = [sign * strength for sign in (-1.0, 1.0) for strength in (0.3, 0.6, 1.0)]
    found = [
        strengths.forecasts(
            model, reward, np.array([0.3, 5.0]), np.ones(2), up_anyhow=0.4, share=0.9, credit=1.0
        )
        for reward in rewards
    ]
    assert np.sum(found, axis=0) == pytest.approx(np.ones(3))


def test_no_thumb_is_impossible(model: ThumbModel) -> None:
    strengths = Strengths()
    strengths.judge(model, -0.3, np.array([90.0]), np.zeros(1), np.ones(1), share=0.97, credit=1.0)
    assert 0.0 < strengths.tells < 0.5


def test_what_was_learnt_of_strengths_is_kept(model: ThumbModel) -> None:
    strengths, again = after("graded", model), Strengths()
    again.load_state(json.loads(json.dumps(strengths.state())))
    assert again.tells == strengths.tells
    assert again.state() == strengths.state()
    assert Strengths().state() is None


def test_forgetting_all_forgets_it(model: ThumbModel) -> None:
    person = Person(load_prior(), seed=0)
    person.strengths = after("full", model)
    agent = FactoredAgent(load_prior())
    agent.load_state(person.state())
    assert b'"strengths"' in agent.state()
    agent.forget("all")
    assert b'"strengths"' not in agent.state()
