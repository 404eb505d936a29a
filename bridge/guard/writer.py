"""The writer: every value on its way to the DAW, and what the DAW says of it.

It holds the transits, at most one a parameter, and asks the guard before each write. It tells
echoes from hands: a value that we have just sent is ours coming back, on the DAW's grid (`Grid`);
any other is not.
"""

import math
from collections.abc import Callable
from typing import Final

from bridge.guard.grid import Grid, coarsest, noise
from bridge.guard.guard import Guard
from bridge.guard.ramps import ECHO_TIMEOUT_S, LATE_ECHO_S, TOO_LATE_S, Advance, Match, Transit
from bridge.guard.reading import Answer, Reading
from bridge.guard.traffic import Traffic
from bridge.guard.write import Purpose, Write
from bridge.mix.messages import BACK, SetParam
from bridge.mix.params import COLUMN, SPECS, Param

_SPOKEN: Final = 3
"""So many answers to one move are no chance: a hand may meet one or two of our writes."""

_LOST_ECHO_S: Final = 30.0
"""Where nobody answered, our value may still be read back in a later dump."""


class Writer(Traffic):
    """The only writer to the DAW.

    Attributes:
        grid: How the DAW rounds what it is asked for.
    """

    def __init__(self, guard: Guard, grid: Grid) -> None:
        super().__init__()
        self.grid = grid
        self._guard = guard

    @property
    def due(self) -> float | None:
        """When `advance` has something to do next; None while idle."""
        return min((transit.due for transit in self._transits.values()), default=None)

    def is_wanted(self, command: SetParam) -> bool:
        """Whether a write that had to wait is still meant.

        It is not once its transit was stopped. A transit that is over because an echo was near
        enough to its target is no reason to keep the target itself back.
        """
        if (command.key, command.param) in self._transits:
            return True
        last = self._last(command.key, command.param)
        return last is not None and last.is_confirmed and last.target == command.value

    def begin(self, transit: Transit, at: float) -> None:
        """Put a value on its way, in place of what was there for that parameter."""
        if old := self._transits.pop((transit.key, transit.param), None):
            if old.sent and old.before != transit.start:
                transit.start, transit.is_start_held = old.before, False
            self._ended.append((at, old))
        transit.due = at
        self._transits[transit.key, transit.param] = transit

    def cancel(
        self,
        at: float,
        *,
        key: str | None = None,
        spare_panic: bool = False,
        hand_on: Param | None = None,
    ) -> list[Transit]:
        """Stop what is on its way, where it is: to one strip, or everywhere.

        What another hand is given back goes on where a hand is on `hand_on` alone; where panic does
        so everywhere, it waits as panic does.
        """
        is_elsewhere = spare_panic if key is None else hand_on is not None
        stopped = [
            transit
            for transit in self._transits.values()
            if key in (None, transit.key)
            and not (spare_panic and transit.purpose is Purpose.PANIC)
            and not (
                is_elsewhere and transit.purpose is Purpose.HAND and transit.param is not hand_on
            )
        ]
        for transit in stopped:
            self._end(transit, at)
        return stopped

    def record_crossing(self, key: str, param: Param, value: float, at: float) -> None:
        """The DAW has answered a write that a hand has crossed: earlier ones it answers no more."""
        if (last := self._last(key, param)) and last.is_crossed:
            last.record_crossing(value, self.grid.rounding(param, value), at)

    def expect(self, key: str, param: Param, value: float, at: float) -> None:
        """A value that comes back although we did not write it: no hand, when it arrives."""
        known = Transit(
            key=key, param=param, start=value, target=value, began=at, duration=0.0,
            purpose=Purpose.UNDO, sent=[value], sent_at=[at],
        )  # fmt: skip
        self._ended.append((at, known))

    def receive(
        self,
        key: str,
        param: Param,
        value: float,
        at: float,
        *,
        is_sure: bool = False,
        is_dumped: bool = False,
    ) -> Reading:
        """What a value from the DAW means, and the move that it confirms (or empty).

        A value that the DAW already held is the caller's to recognise.

        Args:
            key: The strip.
            param: The parameter.
            value: What the DAW says that it holds.
            at: Monotonic seconds.
            is_sure: Whether it holds that now, by a dump: it is no answer that came late.
            is_dumped: Whether a dump says it.
        """
        transit = self._transits.get((key, param))
        last = transit or self._last(key, param)
        is_mute = last is not None and (self.is_mute or self._is_mute_to(last, at))
        if last and is_mute and not is_dumped and abs(value - last.before) > noise(param):
            return Reading(Answer.FOREIGN)
        rounding = self.grid.rounding(param, value)
        match = transit.match(value, rounding, at) if transit else Match.NONE
        if transit and match is not Match.ECHO and self._is_limit(transit, value, at):
            self._confirm(transit, at)
            return Reading(Answer.CONFIRMED, transit.move)
        if transit and match is Match.ECHO and not is_sure and self._is_a_guess(transit, value, at):
            return Reading(Answer.DOUBT)
        if transit and match is Match.ECHO:
            is_stale = transit.is_stale(value)
            if transit.is_astray(value) and not is_dumped:
                self._strayed_at = at
            error = transit.record_answer(value, at, is_told=not is_dumped)
            self._has_told |= transit.told > 0
            self._has_answered |= transit.told >= _SPOKEN
            is_end = _is_at_target(transit, value, rounding)
            # Panic writes what the DAW has said it holds: that it can hold that shows no fine grid.
            least = noise(param) if transit.purpose is Purpose.PANIC else -1.0
            if error is not None and error > least:
                self.grid.record(param, value, error)
            if not is_end:
                is_doubtful = transit.is_contradicted and not is_sure
                return Reading(Answer.DOUBT if is_doubtful else Answer.ECHO, is_stale=is_stale)
            transit.is_read |= is_dumped
            self._confirm(transit, at)
            return Reading(Answer.CONFIRMED, transit.move)
        if transit and match is Match.NONE and transit.miss(value) <= SPECS[param].tolerance:
            self.grid.record(param, value, transit.miss(value))  # perhaps coarser than it seemed
        late = self._receive_late(key, param, value, at, is_sure=is_sure)
        if late.answer is Answer.FOREIGN and match is Match.BACKWARDS:
            late = Reading(Answer.DOUBT)
        if late.answer is Answer.DOUBT and is_sure:
            return Reading(Answer.FOREIGN)
        return late

    def _is_a_guess(self, transit: Transit, value: float, at: float) -> bool:
        """Whether only a coarse grid would explain an answer, and nothing speaks for one.

        The DAW has said nothing for as long as an answer takes, so that it is perhaps one that
        answers none; then what it says was moved by a hand.
        """
        fine = noise(transit.param)
        is_silent = not transit.has_spoken and at - transit.sent_at[0] > ECHO_TIMEOUT_S
        if not is_silent or transit.miss(value) <= fine:
            return False
        apart = abs(value - transit.start)
        is_beyond = not transit.has_passed(value, fine)
        return is_beyond or self.grid.is_unheard_of(transit.param, value, apart)

    def is_answer(self, key: str, param: Param, value: float, at: float) -> bool:
        """Whether a value of a dump is one that we wrote lately; changes nothing."""
        rounding = self.grid.rounding(param, value)
        mine = [t for ended_at, t in self._ended if at - ended_at <= _LOST_ECHO_S]
        return any(
            t.match(value, rounding, at) is not Match.NONE
            for t in (*self._transits.values(), *mine)
            if t.key == key and t.param is param and not t.is_told_out(at)
        )

    def advance(
        self,
        at: float,
        number_of: Callable[[str], int | None],
        held: Callable[[str, Param], float],
        said_at: Callable[[str, Param], float],
    ) -> Advance:
        """Write what is due.

        Args:
            at: Monotonic seconds.
            number_of: The number that a strip has in the DAW now, None if it is gone.
            held: The value that a parameter of a strip held when the DAW last said it.
            said_at: When that was, monotonic seconds; infinite for never.
        """
        result = Advance()
        for transit in list(self._transits.values()):
            if transit.due > at + 1e-9:
                continue
            if transit.is_sent and at < transit.awaited_until - 1e-9:
                transit.due = transit.awaited_until
                continue
            number = number_of(transit.key)
            if number is None:
                self._end(transit, at)
                result.refused.append((transit, "the track is gone"))
            elif transit.is_sent and self._is_answered(
                transit, value := held(transit.key, transit.param)
            ):
                self.grid.record(transit.param, value, abs(value - transit.target))
                self._confirm(transit, at)
                result.confirmed.append((transit, value))
            elif transit.is_sent and transit.is_retried:
                self._end(transit, at)
                self._silences += transit.is_in_vain
                self._strayed_at = at
                result.unanswered.append(transit)
            else:
                place = transit.key, transit.param
                # What was said earlier, or in the first dump alone, stood before our writes; what
                # answers one from before the last of those stands no more.
                last, is_new = self._last(*place), transit.began <= said_at(*place) < math.inf
                is_new = is_new and not (last and last.is_outrun(held(*place), at))
                self._write(transit, number, at, result, held(*place) if is_new else math.nan)
        return result

    def _is_answered(self, transit: Transit, held: float) -> bool:
        """Whether the target is what the DAW holds already, on its grid: then it says no more."""
        far = abs(held - transit.target)
        is_earlier = not transit.has_spoken and transit.miss(held) <= noise(transit.param)
        if (transit.is_exact or is_earlier) and far > noise(transit.param):
            return False  # it answers what was asked, and that was an earlier write
        if far <= self.grid.rounding(transit.param, held):
            has_moved = abs(held - transit.start) > noise(transit.param)
            has_answered = not math.isnan(transit.answer)
            return has_answered if has_moved else self.grid.is_known(transit.param, held)
        has_answered = transit.answer == held
        return transit.is_retried and has_answered and far <= coarsest(transit.param)

    def _confirm(self, transit: Transit, at: float) -> None:
        transit.is_confirmed = True
        self._end(transit, at)

    def _write(
        self, transit: Transit, number: int, at: float, result: Advance, held: float
    ) -> None:
        transit.is_retried = transit.is_sent
        value = self._next_value(transit, at)
        if transit.purpose is Purpose.PANIC:  # what is further back already does not go away again
            last = self._last(transit.key, transit.param)
            panicked = last and last.purpose is Purpose.PANIC and not last.is_crossed
            reached = last.sent[-1] if last and panicked and last.is_last_answered else math.nan
            known = (held, transit.before, reached)
            back = (value, *(each for each in known if not math.isnan(each)))
            value = min(back, key=lambda each: abs(each - transit.target))
        write = Write(
            key=transit.key,
            param=transit.param,
            start=transit.start,
            before=transit.before,
            value=value,
            at=at,
            purpose=transit.purpose,
        )
        refusal = self._guard.refusal(write)
        if refusal is not None:
            self._end(transit, at)
            result.refused.append((transit, refusal))
            return
        transit.record_sent(value, at)
        if transit.purpose is not Purpose.HAND:
            self._guard.claim(transit.key, transit.param)
        result.commands.append(
            SetParam(
                track=number,
                param=transit.param,
                value=value,
                key=transit.key,
                move=transit.move + BACK * (transit.purpose is Purpose.UNDO),
                is_last=transit.is_sent,
            )
        )

    def _next_value(self, transit: Transit, at: float) -> float:
        """The ramp's value, held back where a late clock would make it a jump."""
        value = transit.value_at(at)
        if transit.purpose is Purpose.HAND:
            return value
        if transit.purpose is Purpose.PANIC:
            is_fader = transit.param is Param.GAIN  # no write of ours closes one
            return max(value, SPECS[Param.GAIN].minimum) if is_fader else value
        jump = float(self._guard.limits.jump[COLUMN[transit.param]])
        return min(max(value, transit.before - jump), transit.before + jump)

    def _end(self, transit: Transit, at: float) -> None:
        del self._transits[transit.key, transit.param]
        self._ended.append((at, transit))

    def _receive_late(
        self, key: str, param: Param, value: float, at: float, *, is_sure: bool
    ) -> Reading:
        """What a value means for transits that have ended, newest first."""
        rounding = self.grid.rounding(param, value)
        known = rounding if rounding < coarsest(param) else 0.0
        in_doubt = is_overwritten = is_read = False
        for ended_at, transit in reversed(self._ended):
            is_lost = transit.is_retried and not transit.is_crossed
            is_slow = self._has_answered and not transit.is_prompt(at)
            is_owed = is_slow and not transit.is_wholly_answered
            late_s = TOO_LATE_S if is_owed else LATE_ECHO_S
            patience = _LOST_ECHO_S if is_lost or is_sure else late_s
            if transit.key != key or transit.param is not param or at - ended_at > patience:
                continue
            transit.is_read |= is_read  # what a dump tells of the last write outruns all before it
            is_read = transit.is_read
            if is_read:
                if is_sure or not transit.is_late_answer(value, at, known):
                    continue
                transit.record_late(value)
                return Reading(Answer.ECHO, transit.move, is_over=True, is_stale=True)
            if is_sure:  # its answers may have been what was asked for
                rounding, transit.is_read = coarsest(param), True
            if transit.is_crossed and not self._has_told:  # nothing shows a grid that rounds
                rounding = noise(param)
            match = transit.match(value, rounding, at, is_sure=is_sure)
            if is_overwritten:  # its answers are over, unless they came in another order
                in_doubt = in_doubt or (match is not Match.NONE and at - ended_at <= LATE_ECHO_S)
            elif match is Match.ECHO:
                is_stale = transit.is_stale(value) and not is_sure
                if is_stale and transit.is_sent and transit.is_astray(value):
                    self._strayed_at = at
                if not transit.is_crossed:
                    transit.record_answer(value, at)
                is_end = _is_at_target(transit, value, rounding)
                answer = Answer.CONFIRMED if is_end else Answer.ECHO
                return Reading(answer, transit.move, is_over=True, is_stale=is_stale)
            in_doubt |= match is Match.BACKWARDS
            if is_sure:
                break
            is_overwritten = is_overwritten or not math.isnan(transit.answer)
        return Reading(Answer.DOUBT if in_doubt else Answer.FOREIGN)


def _is_at_target(transit: Transit, value: float, rounding: float) -> bool:
    """Whether an answer is surely the one to the last write, and not to one shortly before.

    On a coarse grid that shows only when nothing more has come (`Writer.advance`).
    """
    near = min(rounding, SPECS[transit.param].tolerance)
    return transit.is_sent and abs(value - transit.target) <= near
