"""What the factored agent forgets, and what it keeps."""

import json

import numpy as np
from support.mixes import make_mix

from bridge.learning.prior import load_prior
from bridge.mix.params import Param
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.tasks.flat import FlatTask
from bridge.tasks.mixing import MixingTask


def taught() -> tuple[MixingTask, list[str]]:
    """An agent that hands have taught about every track, and the roles that it knows of."""
    task, mix = MixingTask(load_prior()), make_mix()
    for row in range(len(mix.keys)):
        task.learn_from_hand(mix, row, Param.GAIN, float(mix.values[row, 0]) + 6.0, at=0.0)
    roles = task.beliefs()["roles"]
    return task, [role for role in roles if roles[role]["level"]["answers"]]


def answers(task: MixingTask, role: str) -> int:
    return int(task.beliefs()["roles"][role]["level"]["answers"])


def test_one_role_is_forgotten_and_the_others_are_kept() -> None:
    task, roles = taught()
    assert len(roles) > 1
    assert task.forget(roles[0])
    assert [answers(task, role) > 0 for role in roles] == [False, *[True] * (len(roles) - 1)]


def test_after_forgetting_all_it_believes_what_it_believed_at_first() -> None:
    task, _ = taught()
    assert task.beliefs()["roles"] != MixingTask(load_prior()).beliefs()["roles"]
    assert task.forget("all")
    fresh = MixingTask(load_prior())
    assert task.beliefs()["roles"] == fresh.beliefs()["roles"]
    assert json.loads(task.state())["tables"] == json.loads(fresh.state())["tables"]


def test_forgetting_the_song_forgets_what_only_the_song_has_said() -> None:
    task, roles = taught()
    assert task.forget("song")
    assert [answers(task, role) for role in roles] == [0] * len(roles)


def test_what_is_no_role_is_not_forgotten() -> None:
    task, roles = taught()
    before = task.state()
    assert not task.forget("tuba")
    assert task.state() == before
    assert roles


def test_a_forgotten_role_has_the_tables_of_the_prior_again() -> None:
    task, mix = MixingTask(load_prior()), make_mix()
    steps = task.steps(mix)
    proposal = task.propose(
        mix, steps, np.ones(steps.shape, dtype=np.bool_), at=0.0, explore=False, cautious=False
    )
    assert proposal is not None
    task.learn(
        proposal, 1.0, weight=1.0, at=0.0, observation=mix,
        next_allowed=lambda: np.ones(steps.shape, dtype=np.bool_),
    )  # fmt: skip
    assert any(json.loads(task.state())["tables"].values())
    role = Role(list(ROLE_INDEX)[int(mix.roles[proposal.row])])
    assert task.forget(role)
    assert not any(json.loads(task.state())["tables"].values())


def test_the_flat_table_forgets_everything_or_nothing() -> None:
    task = FlatTask(step_size=0.1, discount=0.0, epsilon=0.0, seed=0)
    assert task.forget("all")
    assert not task.forget("lead")
