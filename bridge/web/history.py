"""The history: every move of this session, whoever made it, and what was said of it."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bridge.mix.messages import MoveState
from bridge.mix.notices import ChangeNoticed, MoveReported, Notice, RewardCredited

REMEMBERED: Final = 1024
"""As many as the engine can still name."""

_FLAT: Final = frozenset({MoveState.CONFIRMED, MoveState.APPLIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of it.

    Attributes:
        id: The move's name, or one of its own for a hand's.
        number: When it came, counted from 1.
        actor: bridge, hand or daw.
        track: The strip's name, as it was then.
        param: What was moved.
        from_value: Where from, in the parameter's unit.
        to_value: Where to.
        state: Where the move is in its life; empty for others' moves.
        reason: Why.
        reward: What was said of it, -1 to +1; None for nothing.
        at: Wall time, seconds since 1970.
        heard_at: The same, of the moment when it became audible; 0 before.
    """

    id: str
    number: int
    actor: str
    track: str
    param: str
    from_value: float
    to_value: float
    state: str
    reason: str
    reward: float | None
    at: float
    heard_at: float

    def to_json(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "id": self.id,
            "n": self.number,
            "actor": self.actor,
            "track": self.track,
            "param": self.param,
            "from": round(self.from_value, 2),
            "to": round(self.to_value, 2),
            "state": self.state,
            "reason": self.reason,
            "reward": self.reward,
            "at": round(self.at, 1),
            "heard": round(self.heard_at, 1),
        }


class History:
    """Takes notices as they are told, and says what has changed since it was last asked.

    Attributes:
        rewards: The last judgements of this person in order, -1 to +1, earlier sessions included.
    """

    def __init__(self, past_rewards: Sequence[float] = ()) -> None:
        self.rewards = list(past_rewards)
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._fresh: OrderedDict[str, Row] = OrderedDict()
        self._count = 0

    def note(self, notice: Notice, *, track: str, wall: float) -> None:
        """Take over what was told; `track` is the name of the strip that it is about."""
        match notice:
            case MoveReported():
                self._note_move(notice, track, wall)
            case ChangeNoticed():
                self._add(
                    Row(
                        id=f"{notice.actor}-{self._count + 1}",
                        number=self._count + 1,
                        actor=notice.actor.value,
                        track=track,
                        param=notice.param.value,
                        from_value=notice.from_value,
                        to_value=notice.to_value,
                        state="",
                        reason="",
                        reward=None,
                        at=wall,
                        heard_at=wall,
                    )
                )
            case RewardCredited():
                self.rewards = [*self.rewards[-REMEMBERED + 1 :], notice.value]
                if row := self._rows.get(notice.move):
                    self._put(replace(row, reward=notice.value))
            case _:
                pass

    def take_fresh(self) -> tuple[Row, ...]:
        """The rows that are new or have changed since this was last asked."""
        fresh = tuple(self._fresh.values())
        self._fresh.clear()
        return fresh

    def _note_move(self, notice: MoveReported, track: str, wall: float) -> None:
        old = self._rows.get(notice.move)
        row = Row(
            id=notice.move,
            number=old.number if old else self._count + 1,
            actor="bridge",
            track=old.track if old else track,
            param=notice.param.value,
            from_value=notice.from_value,
            to_value=notice.to_value,
            state=notice.state.value,
            reason=notice.reason,
            reward=old.reward if old else None,
            at=old.at if old else wall,
            heard_at=old.heard_at if old else 0.0,
        )
        if notice.state in _FLAT and not row.heard_at:
            row = replace(row, heard_at=wall)
        if old is None:
            self._add(row)
        else:
            self._put(row)

    def _add(self, row: Row) -> None:
        self._count += 1
        self._put(row)
        while len(self._rows) > REMEMBERED:
            self._rows.popitem(last=False)

    def _put(self, row: Row) -> None:
        self._rows[row.id] = self._fresh[row.id] = row
        while len(self._fresh) > REMEMBERED:
            self._fresh.popitem(last=False)
