"""Q-learning with a neural network as a measured row: Stable-Baselines3's DQN on `MixEnv`.

It is trained offline like the shipped prior: on simulated listeners of the population `std`, with
the true change as the reward, and on as many songs as its steps allow. Then it plays for listeners
that it has never met, with a thumb-down taking its move back, and learns nothing more: a session
has some fifty thumbs, and a network that learns from so few forgets more than it gains.

Needs the extra `research`.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN

from bridge.agents.agent import Learnt, Proposal
from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.learning.q_learning import FloatArray
from bridge.mix.state import Observation
from bridge.sim.listeners import Listener, draw_listener
from bridge.studies.learning.gym_env import MOVES, MixEnv, features_of
from bridge.studies.learning.rivals import Rival

_TRAINING: Final = 71_000
"""Added to the seed of a training; those of a test are drawn from a salt."""

_TABU_DECISIONS: Final = 15


@lru_cache(maxsize=4)
def load(path: Path) -> DQN:
    """A network as its `save` wrote it."""
    return DQN.load(path, device="cpu")


def train(
    *,
    tracks: int,
    steps: int,
    seed: int = 0,
    discount: float = 0.0,
    draw: Callable[[np.random.Generator], Listener] = draw_listener,
    learning_rate: float = 5e-4,
    width: int = 256,
    batch_size: int = 128,
    exploration_fraction: float = 0.5,
    target_update_interval: int = 1000,
) -> DQN:
    """A network that has made `steps` moves for listeners that `draw` draws.

    It values moves of songs of exactly `tracks` tracks; it knows neither other sizes nor masks. The
    rest are Stable-Baselines3's own names, and two layers of `width` units.
    """
    torch.set_num_threads(1)  # the networks are small: threads cost more than they bring
    env = gym.wrappers.TimeLimit(MixEnv(tracks=tracks, reward="change", draw=draw), MOVES)
    model = DQN(
        "MlpPolicy",
        env,
        learning_rate=learning_rate,
        buffer_size=steps,
        learning_starts=min(1000, steps // 10),
        batch_size=batch_size,
        gamma=discount,
        train_freq=2,
        target_update_interval=target_update_interval,
        exploration_fraction=exploration_fraction,
        policy_kwargs={"net_arch": [width, width]},
        seed=_TRAINING + seed,
        device="cpu",
    )
    return model.learn(steps)


class DqnAgent(Rival):
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
        at: float,
        observation: Observation,
        next_allowed: Callable[[], NDArray[np.bool_]],
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
