"""One move of the bridge, as it is remembered."""

from dataclasses import dataclass
from typing import Final

from bridge.mix.messages import Mode, MoveState
from bridge.mix.params import Param
from bridge.results import Decision
from bridge.tasks.task import Proposal

_UNDOABLE: Final = frozenset({MoveState.APPLIED, MoveState.CONFIRMED, MoveState.UNCONFIRMED})


@dataclass(slots=True)
class Move:
    """One move and its life.

    Attributes:
        id: Its name for rewards: the session's number, then its own.
        key: The strip's identity.
        param: What is moved.
        from_value: What the DAW held before, in the parameter's unit.
        to_value: What is asked for, or what the DAW granted once it is confirmed.
        proposal: What the task proposed; it learns from this.
        state: Where it is in its life.
        at: When it entered that state, monotonic seconds.
        belongs_to_hand: A person has moved the parameter since; it is not ours to take back.
        is_heard: Whether any of it was ever sent to the mix.
        is_answered: Whether it was judged as a suggestion, without being heard.
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
    is_heard: bool = False
    is_answered: bool = False

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
        )
