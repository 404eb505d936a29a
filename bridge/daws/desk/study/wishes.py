"""An agent that wants what it is told to, one wish at a time: what comes of it shows the rest."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Learnt, Proposal
from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.mix.spectrum import FloatArray
from bridge.mix.state import Observation


class WishingAgent:
    """Wants its wishes, as far as the guard allows.

    Attributes:
        wishes: Strip's identity, parameter and step of each.
        hands: What hands taught: strip's identity, parameter and value.
    """

    def __init__(self) -> None:
        self.wishes: list[tuple[str, Param, float]] = []
        self.hands: list[tuple[str, Param, float]] = []

    @property
    def step_params(self) -> tuple[Param, ...]:
        """Every parameter."""
        return MOVABLE

    def steps(self, observation: Observation) -> FloatArray:
        """The first wish alone."""
        steps = np.zeros((len(observation.keys), len(MOVABLE)))
        if self.wishes:
            key, param, step = self.wishes[0]
            if key in observation.keys:
                steps[observation.keys.index(key), COLUMN[param]] = step
        return steps

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
        """The first wish, where it is allowed."""
        if not allowed.any():
            return None
        row, column = (int(index[0]) for index in np.nonzero(allowed))
        self.wishes.pop(0)
        return Proposal(
            row=row, param=MOVABLE[column], step=float(steps[row, column]), probability=1.0,
            score=0.1, confidence=0.5, reason="it was wished for", trace=None,
        )  # fmt: skip

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
        """Nothing is kept."""
        return Learnt(td_error=reward, text="a lesson")

    def learn_from_hand(
        self, observation: Observation, row: int, param: Param, value: float, *, at: float
    ) -> Learnt | None:
        """Keep that there was one."""
        self.hands.append((observation.keys[row], param, value))
        return Learnt(td_error=0.0, text="a hand")

    def forget(self, what: str) -> bool:
        """Nothing was kept."""
        return False

    def beliefs(self) -> Mapping[str, Any]:
        """None."""
        return {}

    def state(self) -> bytes:
        """Nothing."""
        return json.dumps({}).encode()

    def load_state(self, state: bytes) -> None:
        """Nothing."""
