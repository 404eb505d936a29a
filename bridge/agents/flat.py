"""The textbook agent: one table over the state of the whole mix, kept to compare with.

A state is one of 45 coarse pictures of the mix, an action is one move of one track, everything
starts at zero and is explored by epsilon-greedy. It is Q-learning exactly as it is taught, with the
formula of `bridge.learning.q_learning`, and it shows why the default agent is factored: it needs
thousands of thumbs. It carries nothing from one list of tracks to another.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Learnt, Proposal
from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.agents.features import measure
from bridge.agents.targets import LEVEL_TARGET_DB, MIX_TONE_TARGET_DB
from bridge.errors import PriorError
from bridge.learning.policies import epsilon_greedy
from bridge.learning.q_learning import FloatArray, QTable
from bridge.mix.params import Param
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.mix.state import Observation

STATE_SCHEMA: Final = 1

_LEAD_EDGES_DB: Final = np.array([-4.5, -1.5, 1.5, 4.5])
_TILT_EDGES_DB: Final = np.array([-2.0, 2.0])
_BALANCE_EDGES_DB: Final = np.array([-1.0, 1.0])
_STATES: Final = 5 * 3 * 3
_WHOLE: Final = np.ones(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    state: int
    action: int
    keys: tuple[str, ...]


class FlatAgent:
    """The flat agent; see the module's page. Implements `bridge.agents.agent.Agent`.

    Args:
        step_size: Of the Q-learning step, 0 to 1.
        discount: Of the next state, 0 to below 1.
        epsilon: Probability of a random move.
        seed: Of the agent's only randomness.
        is_learning: False: learn nothing.
    """

    def __init__(
        self,
        *,
        step_size: float = 0.1,
        discount: float = 0.0,
        epsilon: float = 0.05,
        seed: int = 0,
        is_learning: bool = True,
    ) -> None:
        self._step_size = step_size
        self._discount = discount
        self._epsilon = epsilon
        self._is_learning = is_learning
        self._rng = np.random.Generator(np.random.PCG64(seed))
        self._attend(())

    def _attend(self, keys: tuple[str, ...]) -> None:
        self._keys = keys
        self._table = QTable(np.zeros((_STATES, len(keys) * STEPS.size)))

    @property
    def step_params(self) -> tuple[Param, ...]:
        """The parameter that each of the 14 columns moves."""
        return STEP_PARAMS

    def steps(self, observation: Observation) -> FloatArray:
        """The same 14 moves for every track; see `bridge.agents.cells`."""
        return np.tile(STEPS, (len(observation.keys), 1))

    def propose(
        self,
        observation: Observation,
        steps: FloatArray,
        allowed: NDArray[np.bool_],
        *,
        at: float,
        explore: bool,
        cautious: bool,
    ) -> Proposal | None:
        """The move of the highest value in this state; none where all are known to be disliked."""
        if observation.keys != self._keys:
            self._attend(observation.keys)
        state = _state_of(observation)
        usable = allowed & (steps != 0.0) & observation.audible[:, None]
        if cautious:
            usable &= (self._table.visits[state] > 0.0).reshape(usable.shape)
        values = self._table.values[state]
        choice = epsilon_greedy(
            values,
            usable.ravel(),
            epsilon=self._epsilon if explore else 0.0,
            least_score=-np.inf,
            rng=self._rng,
        )
        if choice is None or values[choice.index] < 0.0:
            return None
        row, column = divmod(choice.index, STEPS.size)
        visits = float(self._table.visits[state, choice.index])
        return Proposal(
            row=row,
            param=STEP_PARAMS[column],
            step=float(steps[row, column]),
            probability=choice.probability,
            score=float(values[choice.index]),
            confidence=visits / (visits + 1.0),
            reason=_reason(observation.names[row], choice.index, values, visits=round(visits)),
            trace=_Trace(state=state, action=choice.index, keys=self._keys),
        )

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
        """One step of Q-learning."""
        trace: _Trace = proposal.trace
        if not self._is_learning or trace.keys != self._keys:
            return Learnt(td_error=0.0, text="")
        next_value = 0.0
        if self._discount and observation.keys == self._keys:
            values = self._table.values[_state_of(observation)][next_allowed().ravel()]
            next_value = float(values.max()) if values.size else 0.0
        td_error = self._table.update(
            np.array([trace.state]),
            _WHOLE,
            trace.action,
            reward=reward,
            next_value=next_value,
            step_size=self._step_size * weight,
            discount=self._discount,
        )
        return Learnt(td_error=td_error, text=f"state {trace.state}, action {trace.action}")

    def learn_from_hand(
        self,
        observation: Observation,
        row: int,
        param: Param,
        value: float,
        *,
        at: float,
    ) -> Learnt | None:
        """Nothing: a hand's move is none of this table's actions."""
        return None

    def forget(self, what: str) -> bool:
        """Forget ``all``; this table holds nothing of a role or a song apart."""
        if what != "all":
            return False
        self._table = QTable(np.zeros(self._table.values.shape))
        return True

    def beliefs(self) -> Mapping[str, Any]:
        """How much of the table has ever been visited."""
        return {
            "cells": int(self._table.values.size),
            "visited": int(np.count_nonzero(self._table.visits)),
        }

    def state(self) -> bytes:
        """The table where it was visited, as canonical JSON."""
        states, actions = np.nonzero(self._table.visits)
        body = {
            "schema": STATE_SCHEMA,
            "agent": "flat",
            "keys": list(self._keys),
            "table": [
                [int(s), int(a), float(self._table.values[s, a]), float(self._table.visits[s, a])]
                for s, a in zip(states, actions, strict=True)
            ],
            "rng": dict(self._rng.bit_generator.state),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    def load_state(self, state: bytes) -> None:
        """Take over what `state` gave.

        Raises:
            PriorError: If it cannot be read, in one sentence.
        """
        try:
            body = json.loads(state)
            if (body["agent"], body["schema"]) != ("flat", STATE_SCHEMA):
                raise ValueError(f"agent {body['agent']!r}, schema {body['schema']!r}")
            keys = tuple(body["keys"])
            table = QTable(np.zeros((_STATES, len(keys) * STEPS.size)))
            for row, action, value, visits in body["table"]:
                table.values[row, action] = value
                table.visits[row, action] = visits
            bits = np.random.PCG64()
            bits.state = body["rng"]
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise PriorError(
                f"what was learnt cannot be read by the flat agent ({error!r}); "
                "use the agent that wrote it, or start with a new store."
            ) from error
        self._keys, self._table, self._rng = keys, table, np.random.Generator(bits)


def _reason(name: str, index: int, values: FloatArray, *, visits: int) -> str:
    """Why that move: what this person has made of it in this picture of the mix."""
    if visits == 0:
        return f"{name}: not tried yet in a mix like this one (a try: I am not sure)"
    tries = "once" if visits == 1 else f"{visits} times"
    found = "you liked it" if values[index] > 0.0 else "you neither liked nor disliked it"
    return f"{name}: tried {tries} in a mix like this one, and {found}"


def _state_of(observation: Observation) -> int:
    """Which of the 45 pictures: the lead's level, the tilt of the tone, left against right."""
    features = measure(observation)
    leads = features.level[observation.roles == ROLE_INDEX[Role.LEAD]]
    known = leads[~np.isnan(leads)]
    lead = float(known.max()) - LEVEL_TARGET_DB[ROLE_INDEX[Role.LEAD]] if known.size else 0.0
    tilt = features.mix_tone - MIX_TONE_TARGET_DB
    balance = features.outward * features.side
    right = float(balance[0]) if balance.size else 0.0
    places = (
        int(np.searchsorted(_LEAD_EDGES_DB, lead)),
        int(np.searchsorted(_TILT_EDGES_DB, float(tilt[3] - tilt[0]) / 2.0)),
        int(np.searchsorted(_BALANCE_EDGES_DB, right)),
    )
    return int(np.ravel_multi_index(places, (5, 3, 3)))
