"""The moves of the tasks: each one's life, from the variant of an offer to its way back.

What a move changes is the business of a `Mover`: `DeviceMoves` turns knobs, `ContentMoves` writes
texts, `MixOffers` moves strips. What is common stands here: names, states, what everybody is told,
and which is the last.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from bridge.engine.move import Move
from bridge.engine.results import Decision
from bridge.mix.content_events import ContentKind
from bridge.mix.contents import ContentChange, Place
from bridge.mix.device_events import Note, TaskName
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import MoveReported
from bridge.tasks.task import Lesson, Scene, Teaching, Variant

_REMEMBERED: Final = 1024
_STANDS: Final = frozenset({MoveState.APPLIED, MoveState.CONFIRMED, MoveState.UNCONFIRMED})


@dataclass(slots=True, kw_only=True)
class Turn:
    """A parameter of a device that a move brings from one position to another."""

    index: int
    from_position: float
    to_position: float
    belongs_to_hand: bool = False


@dataclass(slots=True, kw_only=True)
class Edit:
    """A content that a move brings from one text to another."""

    change: ContentChange
    belongs_to_hand: bool = False


@dataclass(slots=True, kw_only=True)
class TaskMove:
    """One move of a task and its life: of knobs of one device, of contents, or of several strips.

    Attributes:
        id: Its name for rewards.
        task: Whose it is.
        key: What was in focus: the identity of a device or a strip.
        turns: What of a device it brings where; the one that goes furthest first.
        edits: Which contents it changes.
        shifts: Which controls of strips it moves.
        variant: What the task wanted.
        scene: What the task knew.
        state: Where it is in its life.
        at: When it entered that state, monotonic seconds.
        after: What a note sounded like with it; None until one was heard.
        rise_db: How much louder that note was than the one before; 0 where a person had heard it
            before they picked it, or nobody could measure it.
        awaited: What of it the DAW has not confirmed: numbers of parameters, or contents.
        returning: What of it the DAW has not confirmed to be back, since it was taken back.
        is_judged: Whether a person has said what they think of it.
        is_picked: Whether they said so before it was made: then an undo is another word.
        is_heard: Whether any of it was ever written.
    """

    id: str
    task: TaskName
    key: str
    turns: tuple[Turn, ...] = ()
    edits: tuple[Edit, ...] = ()
    shifts: tuple[Move, ...] = ()
    variant: Variant
    scene: Scene
    state: MoveState
    at: float
    after: Note | None = None
    rise_db: float = 0.0
    awaited: set[int | Place] = field(default_factory=set)
    returning: set[int | Place] = field(default_factory=set)
    is_judged: bool = False
    is_picked: bool = False
    is_heard: bool = False

    @property
    def parts(self) -> Sequence[Turn | Edit | Move]:
        """What it changes."""
        return self.turns or self.edits or self.shifts

    @property
    def kind(self) -> str:
        """Which of its attributes says what it changes."""
        return "turns" if self.turns else "edits" if self.edits else "shifts"

    @property
    def is_patch(self) -> bool:
        """Whether it brings another patch."""
        return any(edit.change.kind is ContentKind.PATCH for edit in self.edits)

    @property
    def is_undoable(self) -> bool:
        """Whether any of it stands and is still ours."""
        return self.state in _STANDS and not all(part.belongs_to_hand for part in self.parts)

    def lesson(self, teaching: Teaching) -> Lesson:
        """What it teaches, as it stands."""
        return Lesson(
            teaching=teaching, scene=self.scene, variants=(self.variant,), after=(self.after,)
        )


class Mover(Protocol):
    """Who makes and unmakes the moves of one kind; all sentences are for a person."""

    def report(self, move: TaskMove, reason: str) -> MoveReported | None:
        """A move as everyone is told of it; None where what it changed is gone."""

    def apply(self, move: TaskMove, at: float) -> str:
        """Send a move on its way; why not, and then it has expired."""

    def audition(self, move: TaskMove, at: float, *, on: bool, hand_on: object) -> str:
        """Let a variant be heard, or bring back what was there; why not.

        What a hand is on (a parameter's number, a content) stays as it is.
        """

    def revert(self, move: TaskMove, at: float, reason: str) -> str:
        """Take a move back; why not."""

    def decision(self, move: TaskMove, mode: Mode) -> Decision:
        """The move as it has just been chosen."""


class TaskMoves:
    """The moves of this session, whatever they change.

    Attributes:
        notices: What happened to moves since `pop_notices`.
        is_dump_wanted: The DAW left a write unanswered: ask what it really holds.
    """

    def __init__(self, next_id: Callable[[], str]) -> None:
        self.notices: list[MoveReported] = []
        self.is_dump_wanted = False
        self._next_id = next_id
        self._moves: OrderedDict[str, TaskMove] = OrderedDict()
        self._movers: dict[str, Mover] = {}
        self._unanswered: list[TaskMove] = []

    def connect(self, **movers: Mover) -> None:
        """Give it those who know what a move of some kind changes."""
        self._movers |= movers

    def mover(self, move: TaskMove) -> Mover:
        """Who knows what a move changes."""
        return self._movers[move.kind]

    def pop_notices(self) -> list[MoveReported]:
        """The notices since the last call."""
        notices, self.notices = self.notices, []
        return notices

    def pop_unanswered(self) -> list[TaskMove]:
        """The moves in which the DAW fell silent, newest first, since the last call."""
        unanswered, self._unanswered = self._unanswered[::-1], []
        return unanswered

    def get(self, move_id: str) -> TaskMove | None:
        """A move by its name."""
        return self._moves.get(move_id)

    def every(self) -> list[TaskMove]:
        """All moves, oldest first."""
        return list(self._moves.values())

    def standing(self) -> list[TaskMove]:
        """The moves that stand and are ours, oldest first."""
        return [move for move in self._moves.values() if move.is_undoable]

    def turning(self) -> list[TaskMove]:
        """The moves that turn knobs, oldest first."""
        return [move for move in self._moves.values() if move.turns]

    def editing(self) -> list[TaskMove]:
        """The moves that change contents, oldest first."""
        return [move for move in self._moves.values() if move.edits]

    def last(self) -> TaskMove | None:
        """The newest move that stands and is ours, of a device or of contents."""
        standing = (m for m in reversed(self._moves.values()) if m.is_undoable and not m.shifts)
        return next(standing, None)

    def since(self, move: TaskMove) -> list[TaskMove]:
        """That move and all later ones that stand, newest first."""
        newest_first = list(reversed(self._moves.values()))
        later = newest_first[: newest_first.index(move) + 1]
        return [each for each in later if each.is_undoable]

    def add(
        self,
        scene: Scene,
        variant: Variant,
        task: TaskName,
        at: float,
        *,
        turns: tuple[Turn, ...] = (),
        edits: tuple[Edit, ...] = (),
    ) -> TaskMove:
        """Give a change that a task wants a name."""
        move = TaskMove(
            id=self._next_id(),
            task=task,
            key=scene.key,
            turns=turns,
            edits=edits,
            variant=variant,
            scene=scene,
            state=MoveState.PROPOSED,
            at=at,
        )
        self._moves[move.id] = move
        while len(self._moves) > _REMEMBERED:
            self._moves.popitem(last=False)
        return move

    def enter(self, move: TaskMove, state: MoveState, at: float, reason: str = "") -> None:
        """A move is in another state from now on, and everyone is told."""
        move.state, move.at = state, at
        if report := self.report(move, reason):
            self.notices.append(report)

    def report(self, move: TaskMove, reason: str = "") -> MoveReported | None:
        """A move as everyone is told of it; None where what it changed is gone."""
        return self.mover(move).report(move, reason)

    def confirm(self, move: TaskMove, part: int | Place, at: float) -> None:
        """The DAW holds what a move wanted of one of its parts."""
        move.awaited.discard(part)
        if not move.awaited and move.state is MoveState.APPLIED:
            self.enter(move, MoveState.CONFIRMED, at)

    def confirm_back(self, move: TaskMove, part: int | Place, at: float) -> None:
        """The DAW holds again what stood there before a move, be it after that was given up."""
        if part not in move.returning:
            return
        move.returning.discard(part)
        if not move.returning and move.state is MoveState.UNCONFIRMED:
            self.enter(move, MoveState.REVERTED, at, "it went back after all")

    def end(
        self,
        move_id: str,
        at: float,
        reason: str,
        *,
        is_unanswered: bool = False,
        is_back: bool = False,
    ) -> None:
        """A move on its way, or on its way back, gets no further; what of it was written stands.

        Where the DAW fell silent in it, nobody knows how far it came.
        """
        move = self._moves.get(move_id)
        way = MoveState.REVERTED if is_back else MoveState.APPLIED
        if move is None or move.state is not way:
            return
        self.is_dump_wanted |= is_unanswered
        if is_unanswered and not is_back:
            self._unanswered.append(move)
        move.awaited.clear()
        self.enter(move, MoveState.UNCONFIRMED, at, reason)
