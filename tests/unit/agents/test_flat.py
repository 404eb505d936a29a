"""The textbook agent: honest and simple, behind the same protocol."""

import numpy as np
import pytest
from support.mixes import make_mix

from bridge.agents.agent import Proposal
from bridge.agents.flat import FlatAgent
from bridge.errors import PriorError
from bridge.mix.state import Observation


def propose(agent: FlatAgent, mix: Observation, *, cautious: bool = False) -> Proposal | None:
    allowed = np.ones((len(mix.keys), 14), dtype=np.bool_)
    return agent.propose(mix, agent.steps(mix), allowed, at=0.0, explore=True, cautious=cautious)


def judge(agent: FlatAgent, mix: Observation, proposal: Proposal, reward: float) -> float:
    allowed = np.ones((len(mix.keys), 14), dtype=np.bool_)
    learnt = agent.learn(
        proposal, reward, weight=1.0, at=0.0, observation=mix, next_allowed=lambda: allowed
    )
    return learnt.td_error


def test_it_repeats_what_was_liked_in_this_state() -> None:
    agent, mix = FlatAgent(epsilon=0.0), make_mix()
    first = propose(agent, mix)
    assert first is not None
    assert judge(agent, mix, first, 1.0) == 1.0
    again = propose(agent, mix)
    assert again is not None
    assert (again.row, again.param, again.step) == (first.row, first.param, first.step)
    assert again.score == pytest.approx(0.1)


def test_it_tries_something_else_after_a_dislike() -> None:
    agent, mix = FlatAgent(epsilon=0.0), make_mix()
    first = propose(agent, mix)
    assert first is not None
    judge(agent, mix, first, -1.0)
    again = propose(agent, mix)
    assert again is not None
    assert (again.row, again.param, again.step) != (first.row, first.param, first.step)


def test_it_knows_nothing_in_a_gig_at_first() -> None:
    assert propose(FlatAgent(), make_mix(), cautious=True) is None


def test_another_list_of_tracks_starts_from_nothing() -> None:
    agent, mix = FlatAgent(epsilon=0.0), make_mix()
    first = propose(agent, mix)
    assert first is not None
    judge(agent, mix, first, 1.0)
    assert propose(agent, make_mix(tuple())) is None
    assert agent.beliefs() == {"cells": 0, "visited": 0}


def test_it_goes_on_from_its_state_bit_for_bit() -> None:
    mix = make_mix()
    agent, again = (
        FlatAgent(epsilon=0.5, discount=0.5, seed=3),
        FlatAgent(epsilon=0.5, discount=0.5),
    )
    for reward in (1.0, -1.0, 1.0, -1.0):
        proposal = propose(agent, mix)
        assert proposal is not None
        judge(agent, mix, proposal, reward)
    again.load_state(agent.state())
    assert again.state() == agent.state()
    for _ in range(10):
        assert propose(again, mix) == propose(agent, mix)


@pytest.mark.parametrize("state", [b"", b"{}", b'{"agent":"factored","schema":1}'])
def test_a_state_that_cannot_be_read_is_one_sentence(state: bytes) -> None:
    with pytest.raises(PriorError, match="cannot be read by the flat agent"):
        FlatAgent().load_state(state)
