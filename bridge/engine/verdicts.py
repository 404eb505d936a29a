"""What people say of the bridge's moves, by thumb, in a word or by hand, and what follows from it.

Two things may follow: a lesson (`Teacher`), and the move's way back (`Moves`). A hand says both at
once: it wins where it is, and when it has settled it is a judgement of what stood there.
"""

import math
from typing import Final

from bridge.engine.detours import Detours
from bridge.engine.hands import Doubt, HandLedger, Touch
from bridge.engine.move import Move
from bridge.engine.moves import Moves
from bridge.engine.results import StepBuilder
from bridge.engine.teaching import Teacher
from bridge.guard.guard import Guard
from bridge.guard.limits import HOLD_OFF_S
from bridge.learning.credit import Credit
from bridge.mix import messages as m
from bridge.mix.messages import MoveState
from bridge.mix.notices import Actor, ChangeNoticed, RewardCredited
from bridge.mix.pairs import SHARED
from bridge.mix.params import LOCK_CLASS, Param, same_value
from bridge.mix.state import MixState, StripState
from bridge.mix.wishes import WISHES

_JUDGED_BY_HAND_S: Final = 10.0
"""A hand that comes later than this after a move has other reasons."""
_SURE: Final = 0.5
"""Less credit than this is enough to learn a little from, not to take a move back."""


class Verdicts:
    """Takes what people say of moves; answers go to `out`."""

    def __init__(
        self,
        *,
        mix: MixState,
        guard: Guard,
        moves: Moves,
        detours: Detours,
        teacher: Teacher,
        out: StepBuilder,
    ) -> None:
        self._mix = mix
        self._guard = guard
        self._moves = moves
        self._detours = detours
        self._teacher = teacher
        self._out = out
        self._hands = HandLedger()
        self._judged_by_undo: set[str] = set()

    @property
    def due(self) -> float | None:
        """When a touch settles next, if nothing moves until then, monotonic seconds.

        Not while a dump is told: what comes at its end may show that it was another mix.
        """
        return None if self._mix.is_dump_open else self._hands.due

    # -- in words ------------------------------------------------------------------------------

    def apply_reward(self, event: m.RewardReceived) -> None:
        """A thumb: teach whoever earned it, and take a move back that is surely not liked."""
        credits: tuple[Credit, ...] = ()
        if event.move and self._moves.get(event.move) is None:
            self._out.refuse(
                f"reward: there is no move {event.move!r}; it is kept, credited to none"
            )
        else:
            credits = self._teacher.credit.assign(event.move, event.at)
        for credit in credits:
            move = self._moves.get(credit.move)
            if move is None:
                continue
            self._teacher.judge(move, event.value, weight=credit.weight, at=event.at)
            if event.value < 0 and credit.weight > _SURE and move.is_undoable:
                self._revert(move, event.at, "you did not like it")
                self._teacher.rest(move, is_undone=False)
        credited = credits[-1].move if credits else ""
        self._out.notices.append(
            RewardCredited(reward_id=event.reward_id, move=credited, value=event.value)
        )

    def endorse(self, event: m.MixEndorsed) -> str | None:
        """Learn from every strip that it is where it is wanted; returns why not."""
        if self._detours.is_comparing:
            return "you are hearing the snapshot; end the comparison first"
        as_it_is = "you want the mix as it is"
        self._moves.close_suggestion(MoveState.EXPIRED, event.at, as_it_is)
        self._moves.stop(event.at, as_it_is, spare_panic=True)
        return self._teacher.endorse(event.at)

    def wish(self, strip: StripState, event: m.TrackWished) -> str | None:
        """Learn how a strip is wanted, and make room for the move that answers; or why not."""
        locks = {self._guard.lock(strip.key, param) for param, _ in WISHES[event.wish]}
        if "" not in locks:
            return f"{strip.name} stays as it is: it is {', '.join(sorted(locks))}"
        if why_not := self._teacher.wish(strip.key, event.wish, event.at):
            return why_not
        self._moves.close_suggestion(
            MoveState.EXPIRED, event.at, f"you want {strip.name} {event.wish}"
        )
        return None

    def apply_undo(self, event: m.UndoRequested) -> None:
        """Take a move back, and count that against it."""
        move = self._moves.get(event.move) if event.move else self._moves.last_undoable()
        if move is None:
            what = f"there is no move {event.move!r}" if event.move else "no move of mine stands"
            self._out.refuse(f"undo: {what}")
        elif not move.is_undoable:
            why = "a hand has moved it since" if move.belongs_to_hand else f"it is {move.state}"
            self._out.refuse(f"undo: {move.id} stays: {why}")
        else:
            if not self._teacher.credit.is_judged(move.id):
                self._teacher.judge(move, -1.0, at=event.at)
            self._revert(move, event.at, "you took it back")
            self._teacher.rest(move, is_undone=True)

    def apply_revert(self, event: m.RevertRequested) -> None:
        """Take a move and all later ones back, newest first; it says of none that it was bad."""
        first = self._moves.get(event.move)
        standing = (
            [] if first is None else [move for move in self._moves.since(first) if move.is_undoable]
        )
        if first is None:
            self._out.refuse(f"revert: there is no move {event.move!r}")
        elif not standing:
            self._out.refuse(f"revert: no move of mine stands from {event.move} on")
        for move in standing:
            self._revert(move, event.at, f"back to before {event.move}")

    def apply_daw_undo(self, event: m.MoveUndone | m.MoveRedone) -> None:
        """A person took a move back with the DAW's own undo: their hand, and their judgement.

        Redo takes both back: what the undo taught is taught away again.
        """
        move = self._moves.get(event.move)
        is_undo = isinstance(event, m.MoveUndone)
        if move is None or is_undo is (move.state is MoveState.REVERTED):
            return
        self._moves.stop(event.at, "you undid it in the DAW", key=move.key)
        for half in move.halves:
            self._guard.hold(half.key, event.at)
        if not is_undo:
            if move.id in self._judged_by_undo:
                self._judged_by_undo.discard(move.id)
                self._teacher.judge(move, 1.0, at=event.at)
                self._teacher.credit.forget_judged(move.id)
            self._moves.record_daw_redo(move, event.at)
            return
        for half in move.halves:
            self._guard.pin(half.key, move.param, half.from_value)
        if not self._teacher.credit.is_judged(move.id):
            self._teacher.judge(move, -1.0, at=event.at)
            self._judged_by_undo.add(move.id)
        self._teacher.rest(move, is_undone=True)
        self._moves.record_daw_undo(move, event.at)

    def _revert(self, move: Move, at: float, reason: str) -> None:
        if why_not := self._moves.revert(move, at, reason):
            self._out.refuse(f"undo: {why_not}")

    # -- by hand -------------------------------------------------------------------------------

    def apply_hand(
        self, strip: StripState, event: m.ParamChanged, before: float, doubt: Doubt
    ) -> None:
        """A person moved it from `before`: stop there, keep away, and note what it may mean.

        Where that is in doubt it means nothing; what was likely ours is still taken back by panic.
        """
        doubted_at = None if doubt is Doubt.NONE else event.at
        self._release_other_half(strip, event.param, doubted_at)
        self._moves.stop(event.at, "your hand took over", key=strip.key, hand_on=event.param)
        self._detours.exclude(strip.key, event.param)
        self._guard.hold(strip.key, event.at)
        if doubt is not Doubt.LIKELY:
            self._guard.pin(strip.key, event.param, event.value, doubted_at=doubted_at)
        if doubt is Doubt.NONE:
            self._moves.company.drop_ties(strip.key, event.param)
        ours = self._moves.of_param(strip.key, event.param)
        self._moves.give_to_hand(strip.key, event.param, doubted_at=doubted_at)
        self._hands.record(
            Touch(
                key=strip.key,
                param=event.param,
                start=before,
                value=before if doubt is not Doubt.NONE else event.value,
                told=event.value,
                is_likely_ours=doubt is Doubt.LIKELY,
                at=event.at,
                move=ours[-1].id if ours else "",
            )
        )

    def _release_other_half(
        self, strip: StripState, param: Param, doubted_at: float | None
    ) -> None:
        """A hand on one half of a pair has taken over both: the other half stays where it is."""
        other = self._mix.other_half(strip.key) if param in SHARED else None
        if other is None:
            return
        now = self._moves.on_the_wire(other, param)
        self._detours.exclude(other.key, param)
        if not math.isnan(now):
            self._guard.pin(other.key, param, now, doubted_at=doubted_at)

    def touched_value(self, strip: StripState, param: Param, otherwise: float) -> float:
        """Where the hand on a parameter was last for sure; `otherwise` where there is none."""
        return self._hands.value(strip.key, param, otherwise)

    def goes_on(self, strip: StripState, event: m.ParamChanged) -> bool:
        """Whether the hand on a parameter goes on as it came."""
        return self._hands.goes_on(strip.key, event.param, event.value, event.at)

    def is_hands(self, strip: StripState, param: Param, at: float) -> bool:
        """Whether a hand has moved that parameter a short while before `at`, monotonic seconds."""
        return at <= self._hands.last_at(strip.key, param) + HOLD_OFF_S

    def single_touches(self, since: float) -> list[tuple[str, Param]]:
        """The strips' parameters of which hands have told one value since then, and no more."""
        return self._hands.singles(since)

    def touched_bases(self, strip: StripState, param: Param, otherwise: float) -> tuple[float, ...]:
        """From where the hand on a parameter may have moved it; `otherwise` where there is none."""
        return self._hands.bases(strip.key, param, otherwise)

    def touched_at(self, strip: StripState, param: Param) -> float:
        """When a hand that has not settled moved that parameter last; minus infinity for none."""
        return self._hands.moved_at(strip.key, param)

    def drop_touch(self, strip: StripState, param: Param) -> None:
        """The parameter is gone: what was about to be a hand's word is none."""
        self._hands.drop(strip.key, param)

    def yield_to_recall(self, at: float) -> None:
        """Another mix was loaded: nothing in it is ours, and nobody has judged anything."""
        self._moves.stop(at, "another mix was loaded")
        self._teacher.credit.pause(at)
        self._detours.forget()
        self._mix.forget_sound()
        self._moves.disown()
        self._guard.disown()
        self._hands = HandLedger()

    def adopt(self, strip: StripState, param: Param, value: float, at: float) -> None:
        """Take over a value that nobody's hand has set, as the snapshot's; it teaches nothing."""
        before = self._mix.settled_value(strip, param)
        if not (math.isnan(before) or math.isnan(value) or same_value(param, before, value)):
            self._notice(Actor.DAW, strip, param, before, value)
        self._mix.confirm(strip, param, value, at)
        self._mix.settle(strip, param)
        self._moves.give_to_hand(strip.key, param)
        self._guard.pin(strip.key, param, value)
        self._guard.hold(strip.key, at)

    def settle(self, at: float) -> list[str]:
        """Judge and learn from the touches that have arrived; returns what a person is to know."""
        sentences: list[str] = []
        for touch in () if self._mix.is_dump_open else self._hands.settle(at):
            strip = self._mix.by_key(touch.key)
            if strip is None or same_value(touch.param, touch.start, touch.value):
                continue
            self._notice(Actor.HAND, strip, touch.param, touch.start, touch.value)
            move = self._moves.get(touch.move)
            if move is not None and _works_against(touch, move):
                sentences += self._judge_by_hand(move, touch, strip)
            self._teacher.watch(touch)
        return sentences

    def _notice(
        self, actor: Actor, strip: StripState, param: Param, before: float, value: float
    ) -> None:
        self._out.notices.append(
            ChangeNoticed(
                actor=actor,
                track=strip.number,
                param=param,
                from_value=before,
                to_value=value,
            )
        )

    def _judge_by_hand(self, move: Move, touch: Touch, strip: StripState) -> list[str]:
        """A hand that works against our last move has judged it; the third time it locks it."""
        is_recent = touch.at - move.at <= _JUDGED_BY_HAND_S
        if is_recent and not self._teacher.credit.is_judged(move.id):
            self._teacher.judge(move, -1.0, at=touch.at)
        if same_value(touch.param, touch.value, move.half(touch.key).from_value):
            self._moves.record_hand_revert(move, touch.at)
        if not self._hands.is_fed_up(touch.key, touch.param, touch.at):
            return []
        lock_class = LOCK_CLASS[touch.param]
        self._guard.switch_safe(touch.key, lock_class, on=True)
        self._out.is_memory_changed = True
        return [f"{strip.name} {lock_class} is Safe now: you took back three moves of it"]


def _works_against(touch: Touch, move: Move) -> bool:
    return (touch.value - touch.start) * (move.to_value - move.from_value) < 0
