"""The ledger: what every move was, what was answered, and what stands now.

One record for everybody who shows or counts moves: the card, the terminal, the history, the
report and what OSC remotes are told. It only grows: what a move was made from and to is written
once, states and answers are added, and nothing erases an answer. The engine feeds it with its own
notices; that an answer is on disk is added by whoever keeps the journal.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from bridge.mix.controls import Control, is_same
from bridge.mix.messages import MoveState
from bridge.mix.notices import ChangeNoticed, MoveReported, Notice, RewardCredited

REMEMBERED: Final = 1024
"""As many moves as the engine can still name; older rows are dropped."""

BRIDGE: Final = "bridge"
"""The `actor` of the bridge's own moves."""

_STANDS: Final = frozenset({MoveState.APPLIED, MoveState.CONFIRMED, MoveState.UNCONFIRMED})
_IN_THE_MIX: Final = frozenset({MoveState.APPLIED, MoveState.CONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A state that a move has entered.

    Attributes:
        at: When, monotonic seconds.
        state: Which.
        to_value: What the move asked for or had reached then, in the parameter's unit.
        reason: Why, in words.
    """

    at: float
    state: MoveState
    to_value: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person said.

    Attributes:
        at: When, monotonic seconds.
        reward_id: Its name.
        move: The move that it was credited to; empty for none.
        value: -1 to +1.
        is_saved: Whether it is on disk.
    """

    at: float
    reward_id: str
    move: str
    value: float
    is_saved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One move: the bridge's, a hand's or the DAW's.

    Attributes:
        id: The move's name, or one of its own for a hand's.
        number: When it came, counted from 1.
        actor: `BRIDGE`, ``hand`` or ``daw``.
        track: The strip's name, as it was then; "OH L + OH R" for both halves of a pair.
        strips: The names of the strips that it moved.
        param: What was moved.
        from_value: Where from, in the parameter's unit.
        at: When it was recorded first, monotonic seconds.
        reason: Why it was chosen; empty for others' moves.
        asked_value: Where to, as it was chosen.
        life: The states that it has entered, oldest first; empty for others' moves.
        answers: What was said of it, oldest first.
    """

    id: str
    number: int
    actor: str
    track: str
    param: Control
    from_value: float
    at: float
    reason: str
    asked_value: float
    strips: tuple[str, ...]
    life: tuple[Stage, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def to_value(self) -> float:
        """What was done: what the DAW granted at first, or what was asked for."""
        granted = (stage.to_value for stage in self.life if stage.state is MoveState.CONFIRMED)
        return next(granted, self.asked_value)

    @property
    def state(self) -> MoveState | None:
        """Where it is in its life; None for others' moves."""
        return self.life[-1].state if self.life else None

    @property
    def outcome(self) -> str:
        """Why it is where it is, in words; empty where that is why it was chosen."""
        said = self.life[-1].reason if self.life else ""
        return "" if said == self.reason else said

    @property
    def audible_at(self) -> float | None:
        """When it began to be heard, monotonic seconds; None where it never was."""
        heard = (stage.at for stage in self.life if stage.state in _IN_THE_MIX)
        return next(heard, None) if self.life else self.at

    @property
    def is_made(self) -> bool:
        """Whether it is a move of the bridge that was made, not only suggested."""
        return self.actor == BRIDGE and self.audible_at is not None

    @property
    def was_suggested(self) -> bool:
        """Whether a yes or no was asked for."""
        return any(stage.state is MoveState.PROPOSED for stage in self.life)

    @property
    def stands(self) -> bool:
        """Whether it is a move of the bridge that is in the mix."""
        return self.state in _STANDS

    @property
    def left_value(self) -> float | None:
        """What of it stands, where that is not what was done; else None."""
        now = self.life[-1].to_value if self.stands else self.to_value
        return None if is_same(self.param, now, self.to_value) else now

    @property
    def answer(self) -> Answer | None:
        """What was said of it; the first answer counts, as it does for the learner."""
        return self.answers[0] if self.answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of a session, as the closing sentence and the report say them.

    Attributes:
        moves: Moves of the bridge that were made.
        liked: Those of them that were answered with more than 0.
        disliked: Those answered with less.
        answers: All answers, those to no move included.
    """

    moves: int
    liked: int
    disliked: int
    answers: int


class Ledger:
    """The record of one session.

    Attributes:
        version: Counts every change of a row.
        answers: The last `REMEMBERED` answers, oldest first, those to no move included.
    """

    def __init__(self) -> None:
        self.version = 0
        self.answers: list[Answer] = []
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._changed: OrderedDict[str, int] = OrderedDict()
        self._count = 0
        self._answered = 0
        self._gone = Tally(moves=0, liked=0, disliked=0, answers=0)

    # -- writing -------------------------------------------------------------------------------

    def record(self, at: float, notices: Iterable[Notice], name_of: Callable[[int], str]) -> None:
        """Add what the engine has just said.

        Args:
            at: Monotonic seconds.
            notices: In order.
            name_of: The name of a strip by its number.
        """
        for notice in notices:
            match notice:
                case MoveReported():
                    self._record_move(at, notice, name_of)
                case ChangeNoticed():
                    self._record_change(at, notice, name_of)
                case RewardCredited():
                    self._record_answer(at, notice)
                case _:
                    pass

    def record_saved(self, reward_id: str) -> None:
        """Add that an answer is on disk."""
        waiting = (place for place, each in enumerate(self.answers) if each.reward_id == reward_id)
        if (place := next(waiting, None)) is None or self.answers[place].is_saved:
            return
        noted, saved = self.answers[place], replace(self.answers[place], is_saved=True)
        self.answers[place] = saved
        if row := self._rows.get(noted.move):
            kept = tuple(saved if each is noted else each for each in row.answers)
            self._store(replace(row, answers=kept))

    def _record_move(self, at: float, notice: MoveReported, name_of: Callable[[int], str]) -> None:
        stage = Stage(at=at, state=notice.state, to_value=notice.to_value, reason=notice.reason)
        if row := self._rows.get(notice.move):
            self._store(replace(row, life=(*row.life, stage)))
            return
        strips = strips_of(notice, name_of)
        self._add(
            Row(
                id=notice.move,
                number=self._count + 1,
                actor=BRIDGE,
                track=" + ".join(strips),
                strips=strips,
                param=notice.param,
                from_value=notice.from_value,
                at=at,
                reason=notice.reason,
                asked_value=notice.to_value,
                life=(stage,),
            )
        )

    def _record_change(
        self, at: float, notice: ChangeNoticed, name_of: Callable[[int], str]
    ) -> None:
        self._add(
            Row(
                id=f"{notice.actor}-{self._count + 1}",
                number=self._count + 1,
                actor=notice.actor.value,
                track=name_of(notice.track),
                strips=(name_of(notice.track),),
                param=notice.param,
                from_value=notice.from_value,
                at=at,
                reason="",
                asked_value=notice.to_value,
            )
        )

    def _record_answer(self, at: float, notice: RewardCredited) -> None:
        answer = Answer(at=at, reward_id=notice.reward_id, move=notice.move, value=notice.value)
        self.answers = [*self.answers, answer][-REMEMBERED:]
        self._answered += 1
        if row := self._rows.get(notice.move):
            self._store(replace(row, answers=(*row.answers, answer)))

    def _add(self, row: Row) -> None:
        self._count += 1
        self._store(row)
        while len(self._rows) > REMEMBERED:
            gone, old = self._rows.popitem(last=False)
            self._changed.pop(gone, None)
            self._gone = _add_up(self._gone, old)

    def _store(self, row: Row) -> None:
        self.version += 1
        self._rows[row.id] = row
        self._changed[row.id] = self.version
        self._changed.move_to_end(row.id)

    # -- reading -------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """All rows that are still remembered, oldest first."""
        return list(self._rows.values())

    def get(self, name: str) -> Row | None:
        """A row by its name."""
        return self._rows.get(name)

    def since(self, version: int) -> tuple[Row, ...]:
        """The rows that have changed after that version, in the order of their last change."""
        fresh = []
        for name in reversed(self._changed):
            if self._changed[name] <= version:
                break
            fresh.append(self._rows[name])
        return tuple(reversed(fresh))

    @property
    def rateable(self) -> Row | None:
        """The move that a good or bad without a name is about: the newest, if it is to be judged.

        An older one is never offered: who has just judged or taken back the newest move, and
        presses again, means that one.
        """
        newest = next((row for row in reversed(self._rows.values()) if row.is_made), None)
        return newest if newest and newest.stands and newest.answer is None else None

    @property
    def tally(self) -> Tally:
        """The counts of this session."""
        counts = self._gone
        for row in self._rows.values():
            counts = _add_up(counts, row)
        return replace(counts, answers=self._answered)

    def as_done(self, notice: MoveReported) -> MoveReported:
        """A notice with what the move was made from and to, whatever has become of it since.

        A move that stands is told with what of it stands.
        """
        row = self._rows.get(notice.move)
        if row is None or notice.state in _STANDS:
            return notice
        other_to = notice.other_from + row.to_value - row.from_value if notice.other_half else 0.0
        return replace(notice, from_value=row.from_value, to_value=row.to_value, other_to=other_to)


def strips_of(move: MoveReported, name_of: Callable[[int], str]) -> tuple[str, ...]:
    """The names of the strips that a move is about: one, both halves of a stereo pair, or more."""
    numbers = (move.track, move.other_half) if move.other_half else (move.track,)
    also = (part.track for part in move.parts)
    return tuple(map(name_of, dict.fromkeys((*numbers, *also))))


def _add_up(counts: Tally, row: Row) -> Tally:
    if not row.is_made:
        return counts
    value = row.answer.value if row.answer else 0.0
    return replace(
        counts,
        moves=counts.moves + 1,
        liked=counts.liked + (value > 0.0),
        disliked=counts.disliked + (value < 0.0),
    )
