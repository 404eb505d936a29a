"""Q-learning with a neural network as a measured row: Stable-Baselines3's DQN on `MixEnv`.

It is trained offline like the shipped prior: on simulated listeners of the population `std`, with
the true change as the reward, and on as many songs as its steps allow. Then it plays for listeners
that it has never met, with a thumb-down taking its move back, and learns nothing more: a session
has some fifty thumbs, and a network that learns from so few forgets more than it gains.

Needs the extra `research`.
"""

import secrets
from typing import Final

import click
import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN

from bridge.learning.q_learning import FloatArray
from bridge.mix.state import Observation
from bridge.studies.gym_env import MOVES, MixEnv, features_of
from bridge.studies.learning import Plan, gather, table
from bridge.studies.rivals import Rival
from bridge.studies.roster import AGENT, AGENTS, LEARNING_OFF, Agent, receive
from bridge.tasks.cells import STEP_PARAMS, STEPS
from bridge.tasks.task import Learnt, Proposal

_TRAINING: Final = 71_000
"""Added to the seed of a training; those of a test are drawn from a salt."""

_TABU_DECISIONS: Final = 15
_ROW: Final = "dqn"


def train(*, tracks: int, steps: int, seed: int = 0, discount: float = 0.0) -> DQN:
    """A network that has made `steps` moves for listeners of the population `std`.

    It values moves of songs of exactly `tracks` tracks; it knows neither other sizes nor masks.
    """
    torch.set_num_threads(1)  # the networks are small: threads cost more than they bring
    env = gym.wrappers.TimeLimit(MixEnv(tracks=tracks, reward="change"), MOVES)
    model = DQN(
        "MlpPolicy",
        env,
        learning_rate=5e-4,
        buffer_size=steps,
        learning_starts=min(1000, steps // 10),
        batch_size=128,
        gamma=discount,
        train_freq=2,
        target_update_interval=1000,
        exploration_fraction=0.5,
        policy_kwargs={"net_arch": [256, 256]},
        seed=_TRAINING + seed,
        device="cpu",
    )
    return model.learn(steps)


class DqnTask(Rival):
    """A trained network at the desk: the allowed move that it values most over doing nothing."""

    def __init__(self, model: DQN) -> None:
        self._model = model
        self._decisions = 0
        self._tabu: dict[tuple[int, int], int] = {}

    def _score(self, observation: Observation, steps: FloatArray) -> FloatArray:
        self._decisions += 1
        frame = torch.as_tensor(features_of(observation)[None])
        with torch.no_grad():
            values = self._model.q_net(frame).numpy()[0].astype(np.float64)
        scores = np.reshape(values[:-1] - values[-1], steps.shape)
        for place, until in self._tabu.items():
            if self._decisions <= until:
                scores[place] = 0.0
        return np.asarray(scores)

    def learn(
        self,
        proposal: Proposal,
        reward: float,
        *,
        weight: float,
        heard: bool,
        at: float,
        observation: Observation,
        allowed: NDArray[np.bool_],
    ) -> Learnt:
        """What was disliked is not tried again soon; the network stays as it is."""
        if reward < 0.0:
            column = _column(proposal)
            self._tabu[proposal.row, column] = self._decisions + _TABU_DECISIONS
        return Learnt(td_error=0.0, text="")


def _column(proposal: Proposal) -> int:
    same = [param is proposal.param for param in STEP_PARAMS]
    nearest = np.where(same, np.abs(STEPS - proposal.step), np.inf)
    return int(nearest.argmin())


@click.command()
@click.option("--tracks", default=8, show_default=True, type=click.IntRange(2, 32))
@click.option("--steps", default=100_000, show_default=True, type=click.IntRange(100))
@click.option("--listeners", default=40, show_default=True, type=click.IntRange(2, 1000))
@click.option("--salt", help="What the listeners are drawn from; without it a new one is made.")
@click.option("--seed", default=0, show_default=True, help="Of the training.")
def main(*, tracks: int, steps: int, listeners: int, salt: str | None, seed: int) -> None:
    """Train a DQN, and measure it beside the agent on listeners that it has never met."""
    salt = salt or secrets.token_hex(8)
    click.echo(f"Salt {salt}; {steps} steps of training, seed {seed}.")
    model = train(tracks=tracks, steps=steps, seed=seed)
    plan = Plan(
        salt=salt,
        listeners=listeners,
        agents=(_ROW, AGENT, LEARNING_OFF),
        tracks=(tracks,),
        conditions=("usual",),
    )
    agents = AGENTS | {_ROW: Agent(make=lambda _: DqnTask(model))}
    records = [record for visit in plan.visits(set()) for record in receive(visit, agents)]
    for line in table(gather(plan, records)):
        click.echo(line)


if __name__ == "__main__":
    main()
