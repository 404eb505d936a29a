"""The bridge's own moves: each one's life, from the suggestion to its end, and the way back.

A move is proposed or applied at once; applied it is on its way (`Writer`) until the DAW confirms
it; it ends kept, reverted, skipped or expired. Only what is ours is ever taken back: what a hand
has moved since belongs to the hand.
"""

import math
from collections.abc import Iterable
from itertools import dropwhile
from typing import Final

from bridge.engine.hands import Doubt
from bridge.engine.move import Move, OtherHalf
from bridge.engine.sending import Sending
from bridge.guard.company import Followed
from bridge.guard.grid import Grid, coarsest, noise
from bridge.guard.guard import Guard
from bridge.guard.limits import PANIC_RAMP_S
from bridge.guard.ramps import LATE_ECHO_S, Transit
from bridge.guard.reading import Answer, Reading
from bridge.guard.write import Purpose
from bridge.mix.messages import MoveState, ParamChanged, SetParam
from bridge.mix.params import MOVABLE, SPECS, Param, in_words, same_value
from bridge.mix.state import MixState, StripState

_CHANGED: Final = "the mix has changed since"
SUGGESTION_LIFE_S: Final = 60.0
"""A suggestion that nobody answers for this long has expired."""

_MORE_FADES: Final = 3


class Moves(Sending):
    """The moves of this session, and what is on its way.

    Attributes:
        suggestion: The move that waits for a yes or no.
    """

    def __init__(self, *, session: int, mix: MixState, guard: Guard, grid: Grid) -> None:
        super().__init__(session=session, mix=mix, guard=guard, grid=grid)
        self.suggestion: Move | None = None
        self._is_auditioned = False
        self._fades_left = 0
        self._unanswered_panic: set[tuple[str, Param]] = set()
        self._owed: set[tuple[str, Param]] = set()
        """What a hand had moved and a write of ours has moved on, while all was frozen."""
        self._said_at: dict[tuple[str, Param], float] = {}
        self._led_at: dict[tuple[str, Param], float] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no move waits for an answer, of a person or of the DAW."""
        return self.suggestion is None and self._writer.is_idle and self._halves.is_idle

    @property
    def due(self) -> float | None:
        """When `advance` has something to do next; None while idle."""
        dues = [self._writer.due, self.company.due, self._halves.due, *self._awaited.values()]
        if self.suggestion is not None:
            dues.append(self.suggestion.at + SUGGESTION_LIFE_S)
        return min((due for due in dues if due is not None), default=None)

    def is_wanted(self, command: SetParam, at: float) -> bool:
        """Whether a write that had to wait is still meant: it was not stopped, and no hand came."""
        is_under_way = self._writer.transit(command.key, command.param) is not None
        is_held = at < self._guard.strip(command.key).held_until
        return self._writer.is_wanted(command) and (is_under_way or not is_held)

    def left_at(self, strip: StripState, param: Param) -> float:
        """As `on_the_wire`, or what was written and given up, if the DAW has not answered that.

        What has gone along with another control since then stands where the DAW says.
        """
        place = strip.key, param
        left = self._writer.left_at(*place, self._said_at.get(place, -math.inf))
        is_moving = self._writer.transit(*place) is not None
        is_led = self._led_at.get(place, -math.inf) > self._writer.written_at(*place)
        now = self.on_the_wire(strip, param)
        return now if is_moving or is_led or math.isnan(left + now) else left

    # -- forward -------------------------------------------------------------------------------

    def suggest(self, move: Move, at: float) -> None:
        """Show a move and wait for a yes or no."""
        self.suggestion = move
        self.enter(move, MoveState.PROPOSED, at)

    def close_suggestion(self, state: MoveState, at: float, reason: str) -> None:
        """End the open suggestion, if there is one."""
        move, self.suggestion = self.suggestion, None
        if move is None:
            return
        if self._is_auditioned:
            self._is_auditioned = False
            if self.why_not_move(move, at, Purpose.UNDO):  # it stays, and can be undone later
                state, move.is_heard = MoveState.UNCONFIRMED, True
            else:
                self._begin_move(move, move.starts, at, Purpose.UNDO, name="")
        self.enter(move, state, at, reason)

    def audition(self, move: Move, at: float, *, on: bool) -> str | None:
        """Let the open suggestion be heard, or take it back; nothing is decided by it.

        Returns:
            Why not, in words; None where it is on its way.
        """
        if on is self._is_auditioned:
            return None
        if on and not self._stands_at(move, move.starts):
            return _CHANGED
        purpose = Purpose.MOVE if on else Purpose.UNDO
        if why_not := self.why_not_move(move, at, purpose):
            return why_not
        if on:
            self._guard.book(move.key, move.param, at)
        self._is_auditioned = on
        self._begin_move(move, move.ends if on else move.starts, at, purpose, name="")
        return None

    @property
    def is_auditioned(self) -> bool:
        """Whether the open suggestion is being heard."""
        return self._is_auditioned

    def apply(self, move: Move, at: float) -> bool:
        """Send a move on its way. False, and the move expires, where that may not be (any more)."""
        was_auditioned, self._is_auditioned = self._is_auditioned, False
        if not was_auditioned:
            is_there = self._stands_at(move, move.starts)
            if why_not := self.why_not_move(move, at, Purpose.MOVE) if is_there else _CHANGED:
                self.enter(move, MoveState.EXPIRED, at, why_not)
                return False
        self._enter_mix(move, at)
        if was_auditioned and self._stands_at(move, move.ends):
            self.enter(move, MoveState.CONFIRMED, at)  # the DAW has said so already
            return True
        self._begin_move(move, move.ends, at, Purpose.MOVE)
        return True

    def is_free(self, param: Param) -> bool:
        """Whether the next part of a variant may go: nothing of that parameter is on its way."""
        is_at_rest = self.company.due is None and self._halves.is_idle
        return is_at_rest and not self._writer.under_way(param)

    def begin_part(self, move: Move, at: float) -> bool:
        """Send a part of a variant on its way; False where that may not be (any more)."""
        if not self._stands_at(move, move.starts) or self.why_not_move(move, at, Purpose.MOVE):
            return False
        self._enter_mix(move, at)
        self._begin_move(move, move.ends, at, Purpose.MOVE)
        return True

    def _enter_mix(self, move: Move, at: float) -> None:
        """A move is in the mix from now on: it counts as one of the minute's."""
        self._guard.book(move.key, move.param, at)
        move.is_heard = True
        self.enter(move, MoveState.APPLIED, at)

    def receive(
        self, strip: StripState, event: ParamChanged, *, is_sure: bool, is_dumped: bool
    ) -> Reading:
        """What a value from the DAW is: our echo, our confirmation, or none of ours.

        Args:
            strip: The strip.
            event: The value.
            is_sure: Whether the DAW holds that now, by a dump.
            is_dumped: Whether a dump says it, which may be older than our last write.
        """
        place = strip.key, event.param
        self._said_at[place] = event.at
        left = self._writer.left_at(*place, event.at)
        before = self._mix.value(strip, event.param) if math.isnan(left) else left
        reading = self._writer.receive(
            *place, event.value, event.at, is_sure=is_sure, is_dumped=is_dumped
        )
        is_answer = reading.answer in (Answer.ECHO, Answer.CONFIRMED)
        if is_answer and not (reading.is_over and self.company.is_followed_by(*place)):
            self.company.part(*place)
        elif not (is_dumped or math.isnan(before)):
            self.company.record(*place, before, event.value, event.at)
        if reading.is_over and self.company.keeps_step(*place, event.value, event.at):
            return Reading(Answer.FOREIGN)  # on its way along with another it passes where we were
        if reading.answer is Answer.CONFIRMED:
            self._confirm(reading.move, strip.key, event.value, event.at)
        return reading

    def record_crossing(self, strip: StripState, event: ParamChanged) -> None:
        """A write of ours has crossed a hand, and the DAW has answered it."""
        self._writer.record_crossing(strip.key, event.param, event.value, event.at)

    def record_spoken(self) -> None:
        """The DAW has answered a write while a dump is told."""
        self._writer.record_spoken()

    def spoken_at(self, strip: StripState, param: Param) -> float:
        """When the DAW spoke of a control last, monotonic seconds; infinite for never."""
        return self._spoken_at(strip.key, param)

    def _spoken_at(self, key: str, param: Param) -> float:
        return self._said_at.get((key, param), math.inf)

    def doubt(
        self,
        strip: StripState,
        event: ParamChanged,
        bases: tuple[float, ...],
        since: float,
        *,
        is_dumped: bool,
        is_untold: bool,
    ) -> Doubt:
        """Whether our writes of the last moment, or since `since`, may have led to a value.

        Beside a DAW that answers at once and just what it was asked for, what goes along with ours
        keeps step with it from the beginning (`Company`); there a hand leaves no doubt.

        Args:
            strip: The strip.
            event: The value.
            bases: What the control held when that was known, before the hand came, and last.
            since: Writes from then on count, monotonic seconds.
            is_dumped: Whether a dump told it, which knows the grid though answers may not.
            is_untold: Whether nothing but a dump told it.
        """
        place, since = (strip.key, event.param), min(since, event.at - LATE_ECHO_S)
        rounding = self.grid.rounding(event.param, event.value)
        is_coarse = is_dumped and (is_untold or rounding > noise(event.param))

        def goes_along(transit: Transit) -> bool:
            """Whether it stands just where a write does, or has gone as one that is led does."""
            is_copy = transit.miss(event.value) <= noise(event.param)
            return is_copy or self.company.may_be_tied(*place, transit.key)

        found = self._writer.explanations(
            *place,
            bases=bases,
            value=event.value,
            at=event.at,
            since=since,
            near=coarsest(event.param) if is_coarse else rounding,
            is_untold=is_untold,
        )
        keys = {transit.key for transit in found}
        if strip.key in keys or self.company.is_with(*place, keys):
            return Doubt.LIKELY
        is_odd = self._writer.is_astray(event.at) or self.company.has_any(event.param)
        is_plain = not (is_odd or is_untold or rounding > noise(event.param)) and all(
            transit.is_prompt(event.at) and not goes_along(transit) for transit in found
        )
        return Doubt.POSSIBLE if found and not is_plain else Doubt.NONE

    def is_astray(self, at: float, param: Param) -> bool:
        """Whether answers come in another order, and none for that parameter can come now."""
        is_any = any(True for _ in self._writer.recent(param, at))
        return self.is_disordered(at) and not is_any

    def is_disordered(self, at: float) -> bool:
        """Whether answers have come in another order or not at all lately."""
        return self._writer.is_astray(at)

    def is_answer(self, event: ParamChanged) -> bool:
        """Whether a value of a dump is one that we wrote lately; one that is unknown is none."""
        strip = self._mix.by_number(event.track)
        if strip is None or math.isnan(event.value):
            return False
        return self._writer.is_answer(strip.key, event.param, event.value, event.at)

    def was_written(self, strip: StripState, param: Param, value: float) -> bool:
        """Whether a value is one that we wrote to that control lately."""
        return self._writer.was_written(strip.key, param, value)

    def follows(
        self, strip: StripState, event: ParamChanged, base: float, *, is_sure: bool
    ) -> bool:
        """Whether a foreign value may be a control that the DAW moves along with ours."""
        own = self._writer.transit(strip.key, event.param)
        if own is not None:  # only panic writes to more than one at a time
            place = strip.key, event.param
            return own.purpose is Purpose.PANIC and (
                self.company.keeps_step(*place, event.value, event.at)
                or self.company.pulls(*place, event.at)
            )
        # What we wrote last counts where the DAW has never said what came of it.
        left = self._writer.left_at(strip.key, event.param, event.at)
        bases = (base,) if math.isnan(left) or left == base else (left, base)
        return any(
            self.company.receive(
                strip.key, event.param, base=each, value=event.value, at=event.at, is_sure=is_sure
            )
            for each in bases
        )

    def may_be_led(self, strip: StripState, event: ParamChanged) -> bool:
        """Whether that parameter of another strip is or was on its way lately."""
        recent = self._writer.recent(event.param, event.at)
        return any(transit.key != strip.key and transit.sent for transit in recent)

    def is_following(self, event: ParamChanged) -> bool:
        """Whether a control is being moved along with one of ours, as far as is known."""
        strip = self._mix.by_number(event.track)
        return strip is not None and self.company.is_followed_by(strip.key, event.param)

    def is_settled(self, event: ParamChanged, since: float) -> bool:
        """Whether no write of ours to that control was on its way at `since`, monotonic seconds."""
        strip = self._mix.by_number(event.track)
        return strip is None or self._writer.written_at(strip.key, event.param) < since

    def judge_followers(self, at: float) -> list[Followed]:
        """The controls that moved while ours did, and whether they kept in step."""
        followed, ties = self.company.judge(at)
        for tie in ties:
            self._guard.link(tie.param, tie.leader, tie.key)
            self._guard.withdraw_hand(tie.key, tie.param, tie.began)
            self.withdraw_hand(tie.key, tie.param, tie.began)
        for each in followed:
            if each.leader:
                self._led_at[each.key, each.param] = each.at
                self._guard.link(each.param, each.leader, each.key)
                self._guard.book(each.key, each.param, at)
                if waiting := self._halves.confirm_link(each.key, each.param, each.leader):
                    self._confirm(waiting.leader.move, each.key, each.value, at)
        return followed

    def advance(self, at: float) -> list[SetParam]:
        """What is to be sent now."""
        suggestion = self.suggestion
        if suggestion is not None and at >= suggestion.at + SUGGESTION_LIFE_S - 1e-9:
            self.close_suggestion(MoveState.EXPIRED, at, "nobody answered")
        self._ask_what_stands(at)
        for waiting in self._halves.release(at):
            self._begin_other(waiting, at)
        progress = self._writer.advance(at, self._number_of, self._held, self._spoken_at)
        for transit, value in progress.confirmed:
            self._confirm(transit.move, transit.key, value, at)
        for transit in progress.unanswered:
            self._guard.strip(transit.key).silent.add(transit.param)
            self.is_dump_wanted = True
            if transit.purpose is Purpose.PANIC:
                self._unanswered_panic.add((transit.key, transit.param))
            lost = self._halves.drop(self._both(transit.key))
            self._end([transit], MoveState.UNCONFIRMED, at, "the DAW did not answer", lost)
        for transit, refusal in progress.refused:
            both = self._both(transit.key) if transit.purpose is not Purpose.PANIC else ()
            self._cancel(at, refusal, both, spare_panic=True, ended=[transit])
        is_at_rest = self._writer.is_idle and self.company.due is None
        if self._fades_left and is_at_rest and self._guard.is_panicked:
            self.fade_to_snapshot(at, PANIC_RAMP_S, more=self._fades_left - 1)
        return progress.commands

    # -- back ----------------------------------------------------------------------------------

    def stop(
        self,
        at: float,
        reason: str,
        *,
        key: str | None = None,
        spare_panic: bool = False,
        hand_on: Param | None = None,
    ) -> None:
        """Leave everything where it is now: on one strip, or everywhere.

        A suggestion that was being heard goes back, unless a hand is on that very parameter.
        """
        both = None if key is None else self._both(key)
        if self.suggestion is not None and self.suggestion.param is hand_on:
            self._is_auditioned &= both is not None and self.suggestion.key not in both
        self._cancel(at, reason, both, spare_panic=spare_panic, hand_on=hand_on)
        if key is not None and hand_on is not None:
            self._writer.cross(key, hand_on)
        if self.suggestion is not None and (both is None or self.suggestion.key in both):
            self.close_suggestion(MoveState.EXPIRED, at, reason)

    def halt(self, at: float, reason: str, *, key: str) -> None:
        """Leave a strip where it is now, save panic; an open suggestion for it stays open."""
        self._cancel(at, reason, self._both(key), spare_panic=True)

    def restore(self, strip: StripState, param: Param, at: float) -> None:
        """A write of ours has crossed a hand and stands: put the hand's value back.

        While all is frozen that waits for `restore_owed`.
        """
        if self._guard.is_frozen:
            self._owed.add((strip.key, param))
            return
        now, theirs = self._mix.value(strip, param), self._guard.pinned(strip.key, param)
        self.begin(strip.key, param, now, theirs, at, purpose=Purpose.HAND, duration=0.0)

    def restore_owed(self, at: float) -> None:
        """Put back what hands are still owed, now that nothing is frozen any more."""
        owed, self._owed = self._owed, set()
        for key, param in sorted(owed):
            strip = self._mix.by_key(key)
            if strip is None or self._writer.transit(key, param):
                continue
            now, theirs = self._mix.value(strip, param), self._guard.pinned(key, param)
            if not (math.isnan(now + theirs) or same_value(param, now, theirs)):
                self.restore(strip, param, at)

    def revert(self, move: Move, at: float, reason: str) -> str | None:
        """Take a move back: to where it came from, or by as much where later moves stand on it.

        Returns:
            Why not, in words; None where it is on its way.
        """
        strip = self._mix.by_key(move.key)
        if strip is None:
            return "the track is gone"
        now = self.on_the_wire(strip, move.param)
        if why_not := self.why_not_move(move, at, Purpose.UNDO):
            return f"{strip.name} {move.param} stays at {in_words(move.param, now)}: {why_not}"
        standing = self.of_param(move.key, move.param)
        later = list(dropwhile(lambda each: each is not move, standing))[1:]
        targets = move.starts
        if later:
            targets = [self._pull_out(half, move.param, later) for half in move.halves]
        self.enter(move, MoveState.REVERTED, at, reason)
        self._begin_move(move, targets, at, Purpose.UNDO)
        return None

    def _pull_out(self, half: Move | OtherHalf, param: Param, later: Iterable[Move]) -> float:
        """Shift the moves that stand on this one; returns where the control stands without it."""
        strip = self._mix.by_key(half.key)
        now = half.to_value if strip is None else self.on_the_wire(strip, param)
        target = SPECS[param].clip(now - (half.to_value - half.from_value), half.from_value)
        for each in later:
            if each.moves(half.key):
                part = each.half(half.key)
                part.from_value += target - now
                part.to_value += target - now
        return target

    def record_daw_undo(self, move: Move, at: float) -> None:
        """The DAW's own undo took a move back: its old value is on its way to us."""
        for half in move.halves:
            self._writer.expect(half.key, move.param, half.from_value, at)
        self.enter(move, MoveState.REVERTED, at, "you undid it in the DAW")

    def record_daw_redo(self, move: Move, at: float) -> None:
        """The DAW's own redo brought a move back."""
        for half in move.halves:
            self._writer.expect(half.key, move.param, half.to_value, at)
        self.enter(move, MoveState.CONFIRMED, at, "you brought it back in the DAW")

    def record_hand_revert(self, move: Move, at: float) -> None:
        """A person has put the parameter back where the move found it."""
        self.enter(move, MoveState.REVERTED, at, "you took it back by hand")

    def fade_to_snapshot(self, at: float, duration: float, *, more: int = _MORE_FADES) -> None:
        """Panic: bring all that we have written back to the snapshot, within `duration` seconds.

        A control that the DAW moves along with one of ours goes back with it. Where both are ours
        they pull at each other: what is off when all is at rest is faded once `more`.
        """
        self._fades_left = more
        if more == _MORE_FADES:
            self._unanswered_panic.clear()
        self._is_auditioned = False
        stopped = self._cancel(at, "panic", None, spare_panic=duration > 0.0)
        on_the_wire = {(t.key, t.param): t.before for t in stopped if t.sent}
        off: list[tuple[StripState, Param, float]] = []
        for strip in self._mix.strips:
            for param in (p for p in MOVABLE if not self._guard.lock(strip.key, p)):
                place = (strip.key, param)
                now = on_the_wire.get(place, self.left_at(strip, param))
                if not self._can_go_back(strip, param, now):
                    continue
                pinned = self._guard.pinned(strip.key, param)
                if same_value(param, now, pinned):  # as while comparing
                    self._end_moves(strip, param, at)
                    if now == pinned or place not in on_the_wire:
                        continue  # else we stopped a hair beside it
                off.append((strip, param, now))
        keys = [strip.key for strip, _, _ in off]
        off.sort(key=lambda each: self.company.leaders(each[0].key, each[1], keys))
        for strip, param, now in off:
            self._end_moves(strip, param, at)
            if more and self.company.is_with(strip.key, param, self._writer.under_way(param)):
                continue  # it goes back with one of them; the next fade sees what is left
            pinned = self._guard.pinned(strip.key, param)
            self.begin(strip.key, param, now, pinned, at, purpose=Purpose.PANIC, duration=duration)

    def _end_moves(self, strip: StripState, param: Param, at: float) -> None:
        """Panic takes back whatever of our moves stands on a control."""
        for move in self.of_param(strip.key, param):
            self.enter(move, MoveState.REVERTED, at, "panic")

    def _can_go_back(self, strip: StripState, param: Param, now: float) -> bool:
        """Whether panic may bring a control to the snapshot: it is ours, known and at rest."""
        is_known = not (math.isnan(self._guard.pinned(strip.key, param)) or math.isnan(now))
        is_silent = (strip.key, param) in self._unanswered_panic
        is_under_way = self._writer.transit(strip.key, param) is not None
        is_ours = self._guard.is_ours(strip.key, param)
        return is_ours and is_known and not is_silent and not is_under_way
