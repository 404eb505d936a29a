"""What a thumb says about a taste."""

import numpy as np
import pytest
from support.mixes import make_mix, with_gain

from bridge.agents.factored import FactoredAgent
from bridge.agents.person import Person
from bridge.agents.thumbs import ThumbModel
from bridge.agents.view import observe, trace_of
from bridge.learning.prior import load_prior
from bridge.mix.params import Param

LOUDER, MORE_PRESENT = 3, 9


@pytest.fixture(scope="module")
def model() -> ThumbModel:
    return ThumbModel(Person(load_prior(), seed=0).values(), scale=0.5)


def test_a_move_that_is_worth_nothing_is_liked_by_half(model: ThumbModel) -> None:
    assert model.p_up(np.zeros(1)).tolist() == [0.5]


def test_doubt_about_the_worth_makes_an_answer_less_sure(model: ThumbModel) -> None:
    sure, doubtful = model.p_up(np.array([3.0])), model.p_up(np.array([3.0]), 25.0)
    assert 0.5 < doubtful[0] < sure[0]


def test_raising_a_buried_lead_is_worth_more_to_whom_it_is_wanted_loud(model: ThumbModel) -> None:
    person = Person(load_prior(), seed=0)
    view = observe(with_gain(make_mix(), 0, -6.0), person)
    trace = trace_of(view, person.tables, "key 0", row=0, move=LOUDER)
    soft, loud = model.worth(trace, np.array([-8.0, 2.0]))
    assert soft < loud


def test_a_thumb_for_an_eq_move_teaches_the_level_too() -> None:
    # More presence makes a track louder: who dislikes it in a lead that stands right may want it
    # softer as well as duller. A stronger thumb would be about more than one band can do.
    agent, mix = FactoredAgent(load_prior()), make_mix()
    steps = agent.steps(mix)
    only = np.zeros(steps.shape, dtype=np.bool_)
    only[0, MORE_PRESENT] = True
    proposal = agent.propose(
        with_gain(mix, 0, -6.0), steps, only, at=0.0, explore=True, cautious=False
    )
    assert proposal is not None
    assert proposal.param is Param.EQ_HIGHMID
    before = agent.beliefs()["roles"]["lead"]
    agent.learn(proposal, -0.5, weight=1.0, at=0.0, observation=mix, next_allowed=lambda: only)
    after = agent.beliefs()["roles"]["lead"]
    assert after["level"]["you"] < before["level"]["you"]
    assert after["highmid"]["you"] < before["highmid"]["you"]
