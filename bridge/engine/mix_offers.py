"""Offers for the whole mix: variants of up to eight moves, each heard, picked and undone as one.

Theory of operation:

1. A person asks for them (`ask`); the bridge never offers them by itself.
2. A variant is a `TaskMove` whose `shifts` are moves of strips. Each shift goes through the same
   guard and writer as any other move; only its name is not shown.
3. Shifts of one parameter go one after the other, those of different parameters together. So what a
   DAW moves along with one of ours is told from a hand, as it is beside a single move. What makes
   the mix softer goes first.
4. Hands win: a strip that a hand has touched since the offer was made takes no part any more. What
   stands of it stays until the variant goes back, and what the hand has moved stays for good.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.agents.agent import Proposal
from bridge.engine.move import Move
from bridge.engine.moves import Moves
from bridge.engine.offers import VARIANTS
from bridge.engine.results import Decision, StepBuilder
from bridge.engine.task_move import TaskMove
from bridge.engine.teaching import Teacher
from bridge.engine.work import Work
from bridge.guard.guard import Guard
from bridge.guard.write import Purpose
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import ControlMoved, MoveReported
from bridge.mix.params import PARAM_WORDS, Param, in_words
from bridge.mix.state import MixState
from bridge.tasks.task import Lesson, Outcome, Scene, Teaching, Variant

MOST_MOVES: Final = 8
"""A person still hears what a variant of so many moves is about; more were not tried."""

_SCENE: Final = Scene(key="", device="", role="")
_CHANGED: Final = "the mix has changed since"
_OVER: Final = frozenset({MoveState.REVERTED, MoveState.EXPIRED, MoveState.SKIPPED})


class Host(Protocol):
    """What it needs of the engine: what that has under these names."""

    mode: Mode
    mix: MixState
    guard: Guard
    moves: Moves
    work: Work

    @property
    def is_ready(self) -> bool:
        """Whether anything may be decided now."""


@dataclass(frozen=True, slots=True)
class _Aim:
    """A shift that is to go to its end, or back."""

    shift: Move
    is_back: bool
    reason: str = ""


class MixOffers:
    """Makes and unmakes variants of the mix; see `bridge.engine.task_move.Mover`."""

    def __init__(self, host: Host, teacher: Teacher, out: StepBuilder) -> None:
        self._host = host
        self._work, self._moves = host.work, host.moves
        self._mix, self._guard = host.mix, host.guard
        self._teacher = teacher
        self._out = out
        self._aims: list[_Aim] = []
        self._touched: set[str] = set()
        self._work.moves.connect(shifts=self)
        self._work.learners[TaskName.MIX] = self

    @property
    def is_open(self) -> bool:
        """Whether variants of the mix wait for a pick."""
        offer = self._work.offers.open
        return offer is not None and bool(offer.moves[0].shifts)

    @property
    def is_idle(self) -> bool:
        """Whether no variant waits for a pick, and nothing of one is on its way."""
        return not self._aims and not self.is_open

    def named(self, event: m.PersonEvent) -> m.PersonEvent:
        """The event with the name of the variant that it is about, if it is about one.

        A nameless undo is about the variant whose moves are the newest. To go back to before a
        variant is to go back to before its first move.
        """
        if isinstance(event, m.UndoRequested) and not event.move and self._work.active is None:
            newest = self._moves.last_undoable()
            variant = self._work.moves.get(newest.group) if newest else None
            if variant is not None and variant.is_undoable:
                return m.UndoRequested(at=event.at, move=variant.id)
        if isinstance(event, m.RevertRequested):
            variant = self._work.moves.get(event.move)
            if variant is not None and variant.shifts:
                return m.RevertRequested(at=event.at, move=variant.shifts[0].id)
        return event

    # -- offering ------------------------------------------------------------------------------

    def ask(self, at: float) -> str:
        """Offer variants of the mix; why not, in words."""
        if why_not := self._why_no_offer():
            return why_not
        if self._moves.suggestion is not None:
            reason = "you asked for variants of the whole mix"
            self._moves.close_suggestion(MoveState.EXPIRED, at, reason)
        if not self._moves.is_idle or self._aims:
            return "a move is on its way: ask again in a moment"
        mixes = self._teacher.offer_mixes(at, count=VARIANTS, most=MOST_MOVES)
        if isinstance(mixes, str):
            return mixes
        if not mixes:
            return "no mix that is as loud as this one would be worth hearing now"
        self._touched.clear()
        self._teacher.credit.pause(at)
        variants = tuple(self._make(mix, at) for mix in mixes)
        self._out.decisions.extend(self.decision(each, self._host.mode) for each in variants)
        self._work.offers.make(variants, at)
        return ""

    def _why_no_offer(self) -> str:
        if self._work.task is not TaskName.MIX:
            return "choose the task mix first"
        if self._work.offers.open is not None:
            return "an offer is open: pick one of its variants, or keep what is there"
        if self._host.mode in (Mode.OBSERVE, Mode.GIG):
            return f"in {self._host.mode} mode nothing is offered"
        if not self._host.is_ready or not self._mix.strips:
            return "nothing can be moved now"
        return "a track is soloed" if self._mix.is_any_solo else ""

    def _make(self, mix: Iterable[Proposal], at: float) -> TaskMove:
        """Give a variant and each of its moves a name; what goes furthest comes first."""
        proposals = tuple(sorted(mix, key=lambda each: -abs(each.step)))
        variant = Variant(
            probability=1.0,
            score=sum(each.score for each in proposals),
            confidence=min(each.confidence for each in proposals),
            reason=self._reason(proposals),
            trace=tuple((self._mix.strips[each.row].key, each) for each in proposals),
        )
        move = self._work.moves.add(_SCENE, variant, TaskName.MIX, at)
        move.shifts = tuple(self._shift(each, move.id, at) for each in proposals)
        return move

    def _shift(self, proposal: Proposal, group: str, at: float) -> Move:
        shift = self._moves.make(proposal, at, group=group)
        grid = self._moves.grid
        shift.to_value = grid.aim(shift.param, shift.from_value, shift.to_value)
        return shift

    def _reason(self, proposals: Iterable[Proposal]) -> str:
        names = [strip.name for strip in self._mix.strips]
        parts = [
            f"{names[each.row]} {PARAM_WORDS[each.param]} {_by(each.param, each.step)}"
            for each in proposals
        ]
        return f"a mix as loud as this one: {', '.join(parts)}"

    # -- as a mover ----------------------------------------------------------------------------

    def report(self, move: TaskMove, reason: str) -> MoveReported | None:
        """A variant as everyone is told of it; None where none of its strips is there."""
        parts = [
            ControlMoved(
                track=strip.number,
                param=shift.param,
                from_value=half.from_value,
                to_value=half.to_value,
            )
            for shift in move.shifts
            for half in shift.halves
            if (strip := self._mix.by_key(half.key)) is not None
        ]
        if not parts:
            return None
        first, *rest = parts
        return MoveReported(
            move=move.id,
            state=move.state,
            track=first.track,
            param=first.param,
            from_value=first.from_value,
            to_value=first.to_value,
            reason=reason or move.variant.reason,
            parts=tuple(rest),
        )

    def decision(self, move: TaskMove, mode: Mode) -> Decision:
        """A variant as it has just been chosen."""
        first, *rest = (shift.decision(mode) for shift in move.shifts)
        also = "; ".join(
            f"{each.key} {each.param} {each.from_value:.9g} {each.to_value:.9g}" for each in rest
        )
        return Decision(
            move=move.id,
            at=move.at,
            mode=mode,
            key=first.key,
            track=first.track,
            param=first.param,
            from_value=first.from_value,
            to_value=first.to_value,
            probability=move.variant.probability,
            score=move.variant.score,
            confidence=move.variant.confidence,
            reason=move.variant.reason,
            other_half=first.other_half,
            also=also,
        )

    def apply(self, move: TaskMove, at: float) -> str:
        """Send a variant on its way, or leave it where it is heard; why not, in words."""
        if why_not := self._forward(move, at):
            self._work.moves.enter(move, MoveState.EXPIRED, at, why_not)
            return why_not
        move.is_heard = True
        self._work.moves.enter(move, MoveState.APPLIED, at)
        return ""

    def audition(self, move: TaskMove, at: float, *, on: bool, hand_on: object) -> str:
        """Let a variant be heard, or bring back what was there; why not, in words."""
        return self._forward(move, at) if on else self._back(move, at, "the offer goes on")

    def revert(self, move: TaskMove, at: float, reason: str) -> str:
        """Take all of a variant back that is still ours; why not, in words."""
        if why_not := self._back(move, at, reason):
            return f"{move.id} stays: {why_not}"
        self._work.moves.enter(move, MoveState.REVERTED, at, reason)
        return ""

    def learn(self, lesson: Lesson) -> Outcome:
        """Teach the agent what a person picked, or that they took a variant back."""
        mixes = [
            [(key, each) for key, each in variant.trace if key not in self._touched]
            for variant in lesson.variants
        ]
        choice = int(lesson.value) if lesson.teaching is Teaching.PICK else 0
        return Outcome(text=self._teacher.learn_pick(mixes, choice))

    def _forward(self, move: TaskMove, at: float) -> str:
        """Let every shift go to its end that is not there yet; why none may, in words."""
        free = [shift for shift in move.shifts if not self._is_touched(shift)]
        if not free:
            return _CHANGED
        refusals = [self._moves.why_not_move(shift, at, Purpose.MOVE) for shift in free]
        if all(refusals):
            return refusals[0] or ""
        waiting = [shift for shift in free if shift.state in _OVER or not shift.is_heard]
        for shift in waiting:
            shift.state = MoveState.PROPOSED
        self._queue([_Aim(shift, is_back=False) for shift in waiting])
        return ""

    def _back(self, move: TaskMove, at: float, reason: str) -> str:
        """Let every shift go back that is ours; why none may, in words."""
        self._aims = [aim for aim in self._aims if aim.shift not in move.shifts]
        ours = [shift for shift in move.shifts if shift.is_undoable]
        refusals = [self._moves.why_not_move(shift, at, Purpose.UNDO) for shift in ours]
        if ours and all(refusals):
            return refusals[0] or ""
        self._queue([_Aim(shift, is_back=True, reason=reason) for shift in ours])
        return ""

    def _queue(self, aims: list[_Aim]) -> None:
        """What makes the mix softer goes first: on the way it is never louder than needed."""
        self._aims += sorted(aims, key=_rise)

    def _is_touched(self, shift: Move) -> bool:
        return any(half.key in self._touched for half in shift.halves) or shift.belongs_to_hand

    # -- time ----------------------------------------------------------------------------------

    def stop(self) -> None:
        """Let nothing more of a variant begin; what is on its way back goes on."""
        self._aims = [aim for aim in self._aims if aim.is_back]

    def advance(self, at: float) -> None:
        """Begin what may begin now, and see what has become of each variant."""
        if self._guard.is_panicked:
            self._aims.clear()
        if self.is_open:
            held = (strip.key for strip in self._mix.strips if self._guard.is_held(strip.key, at))
            self._touched.update(held)
        for aim in list(self._aims):
            if self._moves.is_free(aim.shift.param):
                self._aims.remove(aim)
                self._begin(aim, at)
        for move in self._work.moves.every():
            if move.shifts and move.is_undoable and move is not self._heard:
                self._settle(move, at)

    @property
    def _heard(self) -> TaskMove | None:
        return self._work.offers.open.heard if self._work.offers.open is not None else None

    def _begin(self, aim: _Aim, at: float) -> None:
        shift = aim.shift
        if not aim.is_back:
            is_begun = not self._is_touched(shift) and self._moves.begin_part(shift, at)
            shift.state = MoveState.APPLIED if is_begun else MoveState.EXPIRED
        elif shift.is_undoable and (why_not := self._moves.revert(shift, at, aim.reason)):
            self._out.refuse(f"undo: {why_not}")

    def _settle(self, move: TaskMove, at: float) -> None:
        """Say of a variant in the mix what has become of its moves."""
        if any(aim.shift in move.shifts for aim in self._aims):
            return
        states = {shift.state for shift in move.shifts}
        if states <= _OVER:
            is_panic = self._guard.is_panicked
            reason = "panic" if is_panic else "none of its moves stands any more"
            self._work.moves.enter(move, MoveState.REVERTED, at, reason)
        elif move.state is MoveState.APPLIED and MoveState.APPLIED not in states:
            is_whole = states == {MoveState.CONFIRMED}
            standing = sum(shift.state is MoveState.CONFIRMED for shift in move.shifts)
            reason = "" if is_whole else f"{standing} of {len(move.shifts)} moves stand"
            state = MoveState.CONFIRMED if is_whole else MoveState.UNCONFIRMED
            self._work.moves.enter(move, state, at, reason)


def _by(param: Param, step: float) -> str:
    """How far a control goes, in words."""
    if param is Param.PAN:
        return f"{abs(step) * 100.0:.0f} % to the {'right' if step > 0.0 else 'left'}"
    return in_words(param, step)


def _rise(aim: _Aim) -> float:
    """How much an aim raises a level, dB; a pan raises none."""
    shift = aim.shift
    if shift.param is Param.PAN:
        return 0.0
    rise = shift.to_value - shift.from_value
    return -rise if aim.is_back else rise
