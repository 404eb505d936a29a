"""What an agent is: the seam between the engine and whatever is being learnt.

The engine asks an agent three things: which moves it knows from here (`steps`), which of the
allowed ones it wants (`propose`), and, later, to learn from what a person made of it (`learn`,
`learn_from_hand`). It never looks inside a proposal's trace. A new agent (sound design, phrases,
edits) is a module beside `mixing` and needs no other engine.

An agent is deterministic: the same calls after the same `load_state` give the same answers, bit for
bit, since the journal is replayed through it. Its only randomness is the generator it was given.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bridge.mix.params import Param
from bridge.mix.state import Observation
from bridge.mix.wishes import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One move that an agent wants.

    Attributes:
        row: The strip's row in the observation.
        param: What to move.
        step: How far, in the parameter's unit; already within what was allowed.
        probability: With which the policy chose this one, for off-policy evaluation.
        score: The expected improvement over doing nothing, in units of reward.
        confidence: 0 (what most listeners like) to 1 (this person has said so often).
        reason: Why, in one sentence that a mix engineer would say.
        trace: What the agent needs to learn from this later; opaque to everyone else.
    """

    row: int
    param: Param
    step: float
    probability: float
    score: float
    confidence: float
    reason: str
    trace: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What one lesson changed, for the journal and for a person.

    Attributes:
        td_error: The temporal-difference error of the update, in units of reward; 0 where none.
        text: What is believed now that was not before, in words.
    """

    td_error: float
    text: str


class Agent(Protocol):
    """What the engine needs of an agent; all arrays have one row a strip of the observation."""

    @property
    def step_params(self) -> tuple[Param, ...]:
        """The parameter that each column of `steps` moves; the same for every strip."""

    def steps(self, observation: Observation) -> NDArray[np.float64]:
        """Every move known from here: (strips, actions), how far in the parameter's unit."""

    def propose(
        self,
        observation: Observation,
        steps: NDArray[np.float64],
        allowed: NDArray[np.bool_],
        *,
        at: float,
        explore: bool,
        cautious: bool,
    ) -> Proposal | None:
        """The move wanted now, or None: leaving the mix alone is an answer.

        Args:
            observation: What is known of the mix.
            steps: The guard's version of `steps`: the same, or shortened.
            allowed: Which of them may be chosen.
            at: Monotonic seconds.
            explore: Whether an exploratory choice is permitted (never in gig mode).
            cautious: Only what is well known of this person (gig mode).
        """

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
        """Learn that `proposal` earned `reward` (-1 to +1).

        Args:
            proposal: As `propose` returned it.
            reward: The judgement.
            weight: How much it counts, 0 to 1: how surely it is about this proposal,
                and whether that was heard.
            at: Monotonic seconds.
            observation: What is known now: the next state of the update.
            next_allowed: Which actions are allowed now; asked only where the discount needs it.
        """

    def learn_from_hand(
        self, observation: Observation, row: int, param: Param, value: float, *, at: float
    ) -> Learnt | None:
        """Learn from a person's own move to `value`; `observation` is from after the move.

        None where the agent has no opinion of that parameter.
        """

    def beliefs(self) -> Mapping[str, Any]:
        """What is believed of this person, as JSON that a person can read."""

    def state(self) -> bytes:
        """All that has been learnt, bit for bit; equal bytes mean equal beliefs."""

    def load_state(self, state: bytes) -> None:
        """Take over what `state` returned, of this or an earlier version.

        Raises:
            PriorError: If it cannot be read, in one sentence.
        """


@runtime_checkable
class Forgetful(Protocol):
    """An agent that can be told to forget; others say no."""

    def forget(self, what: str) -> bool:
        """Forget what was learnt of a role, this ``song``, a finished mix or ``all``; or False."""


@runtime_checkable
class LearnsMixes(Protocol):
    """An agent that learns from a whole mix that a person wants as it is."""

    def learn_from_mix(
        self, observation: Observation, teaches: NDArray[np.bool_], *, at: float
    ) -> Learnt | None:
        """Learn that every control is where it is wanted.

        Args:
            observation: The mix.
            teaches: (strips, 6) which controls teach, in the order of `MOVABLE`.
            at: Monotonic seconds.

        Returns:
            None where nothing of it is known.
        """


@runtime_checkable
class LearnsSongs(Protocol):
    """An agent that learns from finished mixes of other songs."""

    @property
    def songs(self) -> tuple[str, ...]:
        """The names of the finished mixes that it knows, to forget them by."""

    def learn_song(self, name: str, observation: Observation, *, knows_eq: bool) -> tuple[str, ...]:
        """Learn from a finished mix; one of that name is replaced.

        Args:
            name: What to call it.
            observation: The mix; a pan that says nothing is NaN.
            knows_eq: Whether `values` say what the EQ does, and the sources are without it.

        Returns:
            What the mix says, in words, a sentence each; what it says most plainly first.
        """


@runtime_checkable
class GrantsWishes(Protocol):
    """An agent that understands a word for how a person wants a track."""

    def learn_from_wish(
        self,
        observation: Observation,
        row: int,
        wish: Wish,
        teaches: NDArray[np.bool_],
        *,
        at: float,
    ) -> Learnt | None:
        """Learn how a track is wanted, and propose the moves for it as soon as they are allowed.

        Args:
            observation: The mix.
            row: The track's row.
            wish: How it is wanted, against how it is now.
            teaches: (6,) which of its controls teach, in the order of `MOVABLE`.
            at: Monotonic seconds.

        Returns:
            None where nothing is known of what the word is about.
        """


@runtime_checkable
class OffersMixes(Protocol):
    """An agent that offers whole mixes to choose from."""

    def offer_mixes(
        self,
        observation: Observation,
        options: Callable[[Observation], tuple[NDArray[np.float64], NDArray[np.bool_]]],
        *,
        count: int,
        most: int,
    ) -> tuple[tuple[Proposal, ...], ...]:
        """Mixes of several moves that this person may want, none louder than what stands.

        Args:
            observation: The mix.
            options: Of any mix of these tracks, the guard's version of `steps`, and which of them
                may be chosen.
            count: How many mixes at most; fewer where no more differ.
            most: How many moves each may have.

        Returns:
            The moves of each; mixes in random order, their reasons empty.
        """

    def learn_from_pick(self, mixes: Sequence[Sequence[Proposal]], choice: int) -> Learnt:
        """Learn that a person preferred one of `mixes` (from 1), or with 0 what stood."""


@runtime_checkable
class Rests(Protocol):
    """An agent that says why it proposes nothing."""

    @property
    def rest(self) -> str:
        """Why the last `propose` gave nothing, in a sentence; empty where it gave a move."""

    def open_ways(self) -> None:
        """The person has answered or moved something, whether or not that teaches."""
