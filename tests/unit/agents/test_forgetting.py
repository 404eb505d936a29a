"""What the factored agent forgets, and what it keeps."""

import json

import numpy as np
from support.mixes import make_mix

from bridge.agents.factored import FactoredAgent
from bridge.agents.flat import FlatAgent
from bridge.learning.prior import load_prior
from bridge.mix.params import Param
from bridge.mix.roles import ROLE_INDEX, Role


def taught() -> tuple[FactoredAgent, list[str]]:
    """An agent that hands have taught about every track, and the roles that it knows of."""
    agent, mix = FactoredAgent(load_prior()), make_mix()
    for row in range(len(mix.keys)):
        agent.learn_from_hand(mix, row, Param.GAIN, float(mix.values[row, 0]) + 6.0, at=0.0)
    roles = agent.beliefs()["roles"]
    return agent, [role for role in roles if roles[role]["level"]["answers"]]


def answers(agent: FactoredAgent, role: str) -> int:
    return int(agent.beliefs()["roles"][role]["level"]["answers"])


def test_one_role_is_forgotten_and_the_others_are_kept() -> None:
    agent, roles = taught()
    assert len(roles) > 1
    assert agent.forget(roles[0])
    assert [answers(agent, role) > 0 for role in roles] == [False, *[True] * (len(roles) - 1)]


def test_after_forgetting_all_it_believes_what_it_believed_at_first() -> None:
    agent, _ = taught()
    assert agent.beliefs()["roles"] != FactoredAgent(load_prior()).beliefs()["roles"]
    assert agent.forget("all")
    fresh = FactoredAgent(load_prior())
    assert agent.beliefs()["roles"] == fresh.beliefs()["roles"]
    assert json.loads(agent.state())["tables"] == json.loads(fresh.state())["tables"]


def test_forgetting_the_song_forgets_what_only_the_song_has_said() -> None:
    agent, roles = taught()
    assert agent.forget("song")
    assert [answers(agent, role) for role in roles] == [0] * len(roles)


def test_what_is_no_role_is_not_forgotten() -> None:
    agent, roles = taught()
    before = agent.state()
    assert not agent.forget("tuba")
    assert agent.state() == before
    assert roles


def test_a_forgotten_role_has_the_tables_of_the_prior_again() -> None:
    agent, mix = FactoredAgent(load_prior()), make_mix()
    steps = agent.steps(mix)
    proposal = agent.propose(
        mix, steps, np.ones(steps.shape, dtype=np.bool_), at=0.0, explore=False, cautious=False
    )
    assert proposal is not None
    agent.learn(
        proposal, 1.0, weight=1.0, at=0.0, observation=mix,
        next_allowed=lambda: np.ones(steps.shape, dtype=np.bool_),
    )  # fmt: skip
    assert any(json.loads(agent.state())["tables"].values())
    role = Role(list(ROLE_INDEX)[int(mix.roles[proposal.row])])
    assert agent.forget(role)
    assert not any(json.loads(agent.state())["tables"].values())


def test_the_flat_table_forgets_everything_or_nothing() -> None:
    agent = FlatAgent(step_size=0.1, discount=0.0, epsilon=0.0, seed=0)
    assert agent.forget("all")
    assert not agent.forget("lead")
