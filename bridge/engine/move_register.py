"""The moves of a session by their names: what they were, and what became of them."""

import math
from collections import OrderedDict
from dataclasses import replace
from typing import Final

from bridge.agents.agent import Proposal
from bridge.engine.move import Move, OtherHalf
from bridge.mix.messages import MoveState
from bridge.mix.notices import MoveReported
from bridge.mix.pairs import SHARED
from bridge.mix.params import Param
from bridge.mix.state import MixState

_REMEMBERED: Final = 1024


class MoveRegister:
    """Every move of this session that can still be named.

    Attributes:
        notices: What happened to moves since the owner last emptied this list.
    """

    def __init__(self, *, session: int, mix: MixState) -> None:
        self.notices: list[MoveReported] = []
        self._session = session
        self._count = 0
        self._mix = mix
        self._moves: OrderedDict[str, Move] = OrderedDict()

    def get(self, move_id: str) -> Move | None:
        """A move by its name."""
        return self._moves.get(move_id)

    def last_undoable(self) -> Move | None:
        """The newest move that stands in the mix and is ours."""
        return next((move for move in reversed(self._moves.values()) if move.is_undoable), None)

    def standing(self) -> list[Move]:
        """The moves that stand in the mix and are ours, oldest first."""
        return [move for move in self._moves.values() if move.is_undoable]

    def all_of_param(self, key: str, param: Param) -> list[Move]:
        """All moves of one parameter, oldest first."""
        return [m for m in self._moves.values() if m.moves(key) and m.param is param]

    def of_param(self, key: str, param: Param) -> list[Move]:
        """All undoable moves of one parameter, oldest first."""
        return [move for move in self.all_of_param(key, param) if move.is_undoable]

    def since(self, move: Move) -> list[Move]:
        """That move and all later ones, newest first."""
        newest_first = list(reversed(self._moves.values()))
        return newest_first[: newest_first.index(move) + 1]

    def next_id(self) -> str:
        """A name that no other move of this session has."""
        self._count += 1
        return f"{self._session}-{self._count}"

    def make(self, proposal: Proposal, at: float, *, group: str = "") -> Move:
        """Give a proposal a name, and say which variant it is a part of."""
        strip = self._mix.strips[proposal.row]
        value = self._mix.value(strip, proposal.param)
        other = self._mix.other_half(strip.key) if proposal.param in SHARED else None
        move = Move(
            id=self.next_id(),
            key=strip.key,
            param=proposal.param,
            from_value=value,
            to_value=value + proposal.step,
            proposal=proposal,
            state=MoveState.PROPOSED,
            at=at,
            group=group,
        )
        if other is not None:
            start = self._mix.value(other, proposal.param)
            end = start + proposal.step
            move.other = OtherHalf(key=other.key, from_value=start, to_value=end)
        self._moves[move.id] = move
        while len(self._moves) > _REMEMBERED:
            self._moves.popitem(last=False)
        return move

    def report(self, move: Move, reason: str = "") -> MoveReported:
        """A move as everyone is told of it; without another reason, why it was proposed."""
        strip = self._mix.by_key(move.key)
        report = MoveReported(
            move=move.id,
            state=move.state,
            track=strip.number if strip else 0,
            param=move.param,
            from_value=move.from_value,
            to_value=move.to_value,
            reason=reason or move.proposal.reason,
        )
        other = self._mix.by_key(move.other.key) if move.other else None
        if move.other is None or other is None:
            return report
        return replace(
            report,
            other_half=other.number,
            other_from=move.other.from_value,
            other_to=move.other.to_value,
        )

    def enter(self, move: Move, state: MoveState, at: float, reason: str = "") -> None:
        """A move is in another state from now on, and everyone is told, save of a part."""
        move.state, move.at = state, at
        if not move.group:
            self.notices.append(self.report(move, reason))

    def give_to_hand(self, key: str, param: Param, *, doubted_at: float | None = None) -> None:
        """A hand has moved a parameter; one that came at `doubted_at` may have been none."""
        for move in self.all_of_param(key, param):
            if doubted_at is None:
                move.doubted_at = -math.inf
            elif move.is_undoable:
                move.doubted_at = doubted_at
            move.belongs_to_hand |= move.is_undoable

    def withdraw_hand(self, key: str, param: Param, since: float) -> None:
        """What was taken for a hand from `since` on was none."""
        for move in self.all_of_param(key, param):
            if move.doubted_at >= since:
                move.belongs_to_hand, move.doubted_at = False, -math.inf

    def disown(self) -> None:
        """What stands in the mix is not ours any more: nothing of it is taken back."""
        for move in self._moves.values():
            move.belongs_to_hand, move.doubted_at = True, -math.inf
