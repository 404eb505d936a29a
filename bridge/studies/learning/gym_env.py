"""Mixing for one simulated listener as a Gymnasium environment, for any library that speaks it.

After `register_envs` it is made by its name, ``gymnasium.make("bridge/MixEnv-v0", tracks=16)``. It
is the world of the study: the same songs, listeners, meters and moves, and what is seen is what the
shipped agent is told. The reward is either what the listener says (a thumb, as in a session) or
what the move truly changed (as when a prior is trained). Needs the extra `research`.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.agents.errors import find_errors
from bridge.agents.features import measure
from bridge.agents.targets import MIX_TONE_TARGET_DB
from bridge.guard.guard import Guard
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES
from bridge.mix.spectrum import FloatArray
from bridge.mix.state import Observation
from bridge.sim.listeners import Listener, draw_listener
from bridge.sim.songs import SimulatedMix, Song, make_song
from bridge.studies.learning.session import open_guard

ENV_ID: Final = "bridge/MixEnv-v0"
MOVES: Final = 100
"""An episode is cut off after so many moves."""

SEEN: Final = len(ROLES) + 17
"""Numbers that are seen of each track; see `features_of`."""

_BOUND: Final = 5.0
_MOST_CHANGE: Final = 4.0

_Frame = NDArray[np.float32]


class MixEnv(gym.Env[_Frame, np.int64]):
    """One song for one listener, both drawn anew by every reset.

    An action is one of the 14 moves of one track (``track * 14 + move``), or the last: leave the
    mix alone. ``info["action_mask"]`` says which would change anything; the others do nothing.

    Args:
        tracks: How many tracks the songs have.
        reward: ``thumb``: +1, -1 or 0 for silence, a thumb-down takes the move back. ``change``:
            the true change in just noticeable ones, cut off at 4.
        meter_noise_db: Of one reading of one octave, standard deviation.
        draw: Draws the listener; the population that the shipped prior was trained on.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - Gymnasium's own declaration

    def __init__(
        self,
        *,
        tracks: int = 8,
        reward: Literal["thumb", "change"] = "thumb",
        meter_noise_db: float = 1.0,
        draw: Callable[[np.random.Generator], Listener] = draw_listener,
    ) -> None:
        self.observation_space = spaces.Box(-_BOUND, _BOUND, (tracks, SEEN), np.float32)
        self.action_space = spaces.Discrete(tracks * STEPS.size + 1)
        self._tracks = tracks
        self._reward = reward
        self._meter_noise_db = meter_noise_db
        self._draw = draw
        self._song: Song
        self._mix: SimulatedMix
        self._listener: Listener
        self._guard: Guard
        self._steps: FloatArray
        self._allowed: NDArray[np.bool_]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[_Frame, dict[str, Any]]:
        """Another song and another listener."""
        super().reset(seed=seed, options=options)
        self._listener = self._draw(self.np_random)
        self._song = make_song(self.np_random, tracks=self._tracks)
        self._mix = SimulatedMix(self._song, meter_noise_db=self._meter_noise_db)
        self._guard = open_guard(self._mix)
        self._start = self._utility = self._listener.utility(self._song, self._mix.values)
        return self._observe(), self._info()

    def step(self, action: np.int64) -> tuple[_Frame, float, bool, bool, dict[str, Any]]:
        """Make a move and hear what the listener says; it never ends by itself."""
        reward = 0.0
        row, column = divmod(int(action), STEPS.size)
        if row < self._tracks and self._allowed[row, column]:
            reward = self._move(row, STEP_PARAMS[column], float(self._steps[row, column]))
        return self._observe(), reward, False, False, self._info()

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions do anything, and the last one, as sb3-contrib asks for them."""
        return np.append(self._allowed.ravel(), np.True_)

    def _move(self, row: int, param: Param, step: float) -> float:
        before = self._utility
        self._mix.move(row, param, step)
        after = self._utility = self._listener.utility(self._song, self._mix.values)
        if self._reward == "change":
            change = (after - before) / self._listener.threshold
            return float(np.clip(change, -_MOST_CHANGE, _MOST_CHANGE))
        thumb = self._listener.judge(before, after, self.np_random) or 0.0
        if thumb < 0.0:
            self._mix.move(row, param, -step)
            self._utility = self._listener.utility(self._song, self._mix.values)
        return thumb

    def _observe(self) -> _Frame:
        observation = self._mix.observe(self.np_random)
        steps = np.tile(STEPS, (self._tracks, 1))
        self._steps, self._allowed = self._guard.shape(observation, steps, STEP_PARAMS, at=0.0)
        return features_of(observation)

    def _info(self) -> dict[str, Any]:
        improved = (self._utility - self._start) / self._listener.threshold
        return {"action_mask": self.action_masks().astype(np.int8), "improved": improved}


def features_of(observation: Observation) -> _Frame:
    """What is seen of each track, (n, `SEEN`), all of it of the order of 1 and within +-5.

    The role (one-hot); errors of level, tone and width against the average listener; how well the
    track and its four bands are heard; where it stands and which side is heavy; the mix's tone.
    """
    seen, roles = measure(observation), observation.roles
    tracks = len(roles)
    error, _ = find_errors(seen, observation, np.zeros((tracks, 6)))
    frame = np.hstack(
        [
            np.eye(len(ROLES))[roles],
            error / np.array([3.0, 4.0, 4.0, 4.0, 4.0, 0.2]),
            seen.audibility[:, None] / 10.0,
            seen.band_audibility / 10.0,
            observation.values[:, COLUMN[Param.PAN], None],
            (seen.outward * seen.side)[:, None] / 3.0,
            np.tile((seen.mix_tone - MIX_TONE_TARGET_DB) / 4.0, (tracks, 1)),
        ]
    )
    return np.asarray(np.clip(np.nan_to_num(frame), -_BOUND, _BOUND), dtype=np.float32)


def register_envs() -> None:
    """Make the environment known to Gymnasium; importing this module alone does not."""
    if ENV_ID not in gym.registry:
        gym.register(ENV_ID, "bridge.studies.learning.gym_env:MixEnv", max_episode_steps=MOVES)
