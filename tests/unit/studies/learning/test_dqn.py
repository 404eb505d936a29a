from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("stable_baselines3", reason="the extra `research` is not installed")

from bridge.agents.agent import Proposal
from bridge.sim.songs import SimulatedMix, make_song
from bridge.studies.learning.dqn import DqnAgent, train
from bridge.studies.learning.session import open_guard, play_frozen
from bridge.studies.learning.study import Plan, measure


@pytest.fixture(scope="module")
def agent() -> DqnAgent:
    return DqnAgent(train(tracks=4, steps=60, seed=1))


def propose(agent: DqnAgent, mix: SimulatedMix, *, only: int | None = None) -> Proposal | None:
    observation = mix.observe(np.random.default_rng(0))
    steps, allowed = open_guard(mix).shape(
        observation, agent.steps(observation), agent.step_params, at=0.0
    )
    if only is not None:
        mask = np.zeros(allowed.size, dtype=np.bool_)
        mask[only] = True
        allowed &= mask.reshape(allowed.shape)
    return agent.propose(observation, steps, allowed, at=0.0, explore=False, cautious=False)


def mix() -> SimulatedMix:
    return SimulatedMix(make_song(np.random.default_rng(3), tracks=4), meter_noise_db=0.0)


def test_the_same_seed_trains_the_same_network() -> None:
    one, same = (DqnAgent(train(tracks=4, steps=60, seed=2)) for _ in range(2))
    first, second = (play_frozen(agent, mix(), moves=10) for agent in (one, same))
    assert np.array_equal(first, second)


def test_a_network_proposes_only_what_the_guard_allows(agent: DqnAgent) -> None:
    proposals = [propose(agent, mix(), only=index) for index in range(4 * 14)]
    made = [(index, found) for index, found in enumerate(proposals) if found is not None]
    assert made
    assert all(found.row == index // 14 for index, found in made)
    assert all(found.score > 0.0 for _, found in made)


def test_what_was_disliked_is_not_proposed_again_soon(agent: DqnAgent) -> None:
    desk = mix()
    first = propose(agent, desk)
    assert first is not None
    observation = desk.last_observation()
    agent.learn(
        first,
        -1.0,
        weight=1.0,
        at=0.0,
        observation=observation,
        next_allowed=lambda: np.ones((4, 14), dtype=np.bool_),
    )
    next_ones = [propose(agent, desk) for _ in range(15)]
    again = [
        (found.row, found.param, found.step) == (first.row, first.param, first.step)
        for found in next_ones
        if found is not None
    ]
    assert not any(again)


def test_the_study_trains_its_network_once_and_plays_it(tmp_path: Path) -> None:
    plan = Plan(
        salt="t", listeners=2, agents=("dqn",), populations=("std",), tracks=(4,),
        conditions=("usual",), thumbs=3, moves=6, dqn_steps=60,
    )  # fmt: skip
    first = measure(plan, tmp_path, workers=1)
    assert [row["agent"] for row in first["rows"]] == ["dqn"]
    trained = (tmp_path / "dqn-4.zip").stat().st_mtime_ns
    measure(plan, tmp_path, workers=1)
    assert (tmp_path / "dqn-4.zip").stat().st_mtime_ns == trained
