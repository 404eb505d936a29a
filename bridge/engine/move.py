"""One move of the bridge, as it is remembered."""

import math
from dataclasses import dataclass, field
from typing import Final

from bridge.agents.agent import Proposal
from bridge.engine.results import Decision
from bridge.mix.messages import Mode, MoveState
from bridge.mix.params import Param

_UNDOABLE: Final = frozenset({MoveState.APPLIED, MoveState.CONFIRMED, MoveState.UNCONFIRMED})


@dataclass(slots=True, kw_only=True)
class OtherHalf:
    """The right half of a stereo pair that a move of the left one carries along.

    Attributes:
        key: The strip's identity.
        from_value: What the DAW held before, in the parameter's unit.
        to_value: As `Move.to_value`.
    """

    key: str
    from_value: float
    to_value: float


@dataclass(slots=True)
class Move:
    """One move and its life.

    Attributes:
        id: Its name for rewards: the session's number, then its own.
        key: The strip's identity.
        param: What is moved.
        from_value: What the DAW held before, in the parameter's unit.
        to_value: What is asked for, or what the DAW granted once it is confirmed.
        proposal: What the agent proposed; it learns from this.
        state: Where it is in its life.
        at: When it entered that state, monotonic seconds.
        belongs_to_hand: A person has moved the parameter since; it is not ours to take back.
        doubted_at: When a hand that may have been none moved it; minus infinity for never.
        is_heard: Whether any of it was ever sent to the mix.
        is_answered: Whether it was judged as a suggestion, without being heard.
        other: The other half of a stereo pair, which goes as far.
        awaited: The strips of which the DAW has not confirmed what was asked for last.
        group: The variant of the whole mix that it is a part of; everyone is told of that alone.
    """

    id: str
    key: str
    param: Param
    from_value: float
    to_value: float
    proposal: Proposal
    state: MoveState
    at: float
    belongs_to_hand: bool = False
    doubted_at: float = -math.inf
    is_heard: bool = False
    is_answered: bool = False
    other: OtherHalf | None = None
    awaited: set[str] = field(default_factory=set)
    group: str = ""

    @property
    def halves(self) -> "tuple[Move | OtherHalf, ...]":
        """What it moves: one strip, or both halves of a pair."""
        return (self,) if self.other is None else (self, self.other)

    @property
    def starts(self) -> list[float]:
        """Where its halves stood."""
        return [half.from_value for half in self.halves]

    @property
    def ends(self) -> list[float]:
        """Where they are to go."""
        return [half.to_value for half in self.halves]

    def half(self, key: str) -> "Move | OtherHalf":
        """The part of it that is about one strip."""
        return self.other if self.other is not None and self.other.key == key else self

    def moves(self, key: str) -> bool:
        """Whether it moves that strip."""
        return any(half.key == key for half in self.halves)

    @property
    def is_undoable(self) -> bool:
        """Whether it stands in the mix and is still ours."""
        return self.state in _UNDOABLE and not self.belongs_to_hand

    def decision(self, mode: Mode) -> Decision:
        """The move as it has just been chosen."""
        proposal = self.proposal
        return Decision(
            move=self.id,
            at=self.at,
            mode=mode,
            key=self.key,
            track=proposal.row + 1,
            param=self.param,
            from_value=self.from_value,
            to_value=self.to_value,
            probability=proposal.probability,
            score=proposal.score,
            confidence=proposal.confidence,
            reason=proposal.reason,
            other_half=self.other.key if self.other else "",
        )
