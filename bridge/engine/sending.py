"""Sending: how a move, or its way back, gets on its way to the DAW and what is left where it stops.

A move of a stereo pair goes to both halves (`Halves`), and stops on both.
"""

import math
from collections.abc import Collection, Sequence

from bridge.engine.move import Move
from bridge.engine.move_register import MoveRegister
from bridge.engine.remains import leave_undone, leave_unmade
from bridge.guard.company import Company
from bridge.guard.grid import Grid
from bridge.guard.guard import Guard
from bridge.guard.halves import Halves, Waiting
from bridge.guard.ramps import ECHO_TIMEOUT_S, Transit, ramp_duration_s
from bridge.guard.write import Purpose, Write
from bridge.guard.writer import Writer
from bridge.mix.messages import MoveState
from bridge.mix.pairs import SHARED
from bridge.mix.params import Param, same_value
from bridge.mix.state import MixState, StripState


class Sending(MoveRegister):
    """Moves that can be sent, and what is on its way.

    Attributes:
        grid: How the DAW rounds what it is asked for.
        company: Controls that the DAW moves along with ours.
        is_dump_wanted: The DAW left a write unanswered: ask what it really holds.
    """

    def __init__(self, *, session: int, mix: MixState, guard: Guard, grid: Grid) -> None:
        super().__init__(session=session, mix=mix)
        self.grid = grid
        self._guard = guard
        self._writer = Writer(guard, grid)
        self.company = Company(grid, self._writer.recent, self._writer.is_over)
        self._halves = Halves(self.company)
        self.is_dump_wanted = False
        self._awaited: dict[tuple[str, Param], float] = {}
        """Until when what was stopped may still be answered, monotonic seconds."""

    def on_the_wire(self, strip: StripState, param: Param) -> float:
        """What was last written to it or confirmed by the DAW, NaN where unknown."""
        transit = self._writer.transit(strip.key, param)
        return transit.before if transit and transit.sent else self._mix.value(strip, param)

    def begin(
        self,
        key: str,
        param: Param,
        start: float,
        target: float,
        at: float,
        *,
        purpose: Purpose,
        move: str = "",
        duration: float | None = None,
    ) -> None:
        """Put a value on its way; what it means for a move is the caller's to say."""
        if duration is None:
            duration = ramp_duration_s(param, target - start, self._guard.limits)
        transit = Transit(
            key=key,
            param=param,
            start=start,
            target=target,
            began=at,
            duration=duration,
            purpose=purpose,
            move=move,
            is_start_held=start == self._held(key, param),
        )
        if named := self._moves.get(move):
            named.awaited.add(key)
        self._writer.begin(transit, at)

    def _begin_move(
        self,
        move: Move,
        targets: Sequence[float],
        at: float,
        purpose: Purpose,
        *,
        name: str | None = None,
    ) -> None:
        """Put a move, or its way back, on its way; the other half of a pair goes along."""
        strip = self._mix.by_key(move.key)
        if strip is None:
            return
        name = move.id if name is None else name
        now = self.on_the_wire(strip, move.param)
        self.begin(move.key, move.param, now, targets[0], at, purpose=purpose, move=name)
        leader = self._writer.transit(move.key, move.param)
        if move.other is None or leader is None:
            return
        waiting = Waiting(leader=leader, key=move.other.key, target=targets[1])
        if self._halves.is_alone(move.other.key, move.param):
            self._begin_other(waiting, at)
        else:
            move.awaited.add(move.other.key)
            self._halves.wait(waiting)

    def _begin_other(self, half: Waiting, at: float) -> None:
        """Put the other half of a pair on its way, unless it is there."""
        leader, strip = half.leader, self._mix.by_key(half.key)
        if strip is None:
            return
        now = self.on_the_wire(strip, leader.param)
        is_moving = self._writer.transit(half.key, leader.param) is not None
        if not is_moving and same_value(leader.param, now, half.target):
            self._confirm(leader.move, half.key, half.target, at)
            return
        self.begin(
            half.key,
            leader.param,
            now,
            half.target,
            at,
            purpose=leader.purpose,
            move=leader.move,
        )

    def _confirm(self, move_id: str, key: str, value: float, at: float) -> None:
        """The DAW holds what a move asked for on one strip, as near as it can."""
        move = self._moves.get(move_id)
        if move is None:
            return
        move.awaited.discard(key)
        if move.state in (MoveState.APPLIED, MoveState.UNCONFIRMED):
            half = move.half(key)
            if not same_value(move.param, value, half.to_value):
                half.to_value = value  # the DAW does not go as far: what it holds counts
            if not move.awaited:
                self.enter(move, MoveState.CONFIRMED, at)

    def _both(self, key: str) -> tuple[str, ...]:
        """A strip, and the other half of its pair."""
        other = self._mix.other_half(key)
        return (key,) if other is None else (key, other.key)

    def _cancel(
        self,
        at: float,
        reason: str,
        keys: Collection[str] | None,
        *,
        spare_panic: bool = False,
        hand_on: Param | None = None,
        ended: Sequence[Transit] = (),
    ) -> list[Transit]:
        """Stop what is on its way to these strips, or to all; what `ended` by itself goes first."""
        stopped = [
            transit
            for key in (keys if keys is not None else (None,))
            for transit in self._writer.cancel(
                at, key=key, spare_panic=spare_panic, hand_on=hand_on
            )
        ]
        for transit in stopped:
            if transit.is_unheard:
                self._await_answer(transit)
        lost = self._halves.drop(keys)
        self._end([*ended, *stopped], MoveState.EXPIRED, at, reason, lost)
        return stopped

    def _await_answer(self, transit: Transit) -> None:
        """Nobody knows what stands where a write is not answered: no move begins from there."""
        self._guard.strip(transit.key).silent.add(transit.param)
        self._awaited[transit.key, transit.param] = transit.sent_at[0] + ECHO_TIMEOUT_S

    def _ask_what_stands(self, at: float) -> None:
        """What was stopped has had the time to be answered: where it was not, a dump tells."""
        over = [place for place, due in self._awaited.items() if at >= due - 1e-9]
        for key, param in over:
            del self._awaited[key, param]
            self.is_dump_wanted |= param in self._guard.strip(key).silent

    def _end(
        self,
        transits: Sequence[Transit],
        state: MoveState,
        at: float,
        reason: str,
        lost: Sequence[Waiting],
    ) -> None:
        """Transits ended before they were confirmed, and halves wait in vain."""
        names = dict.fromkeys(
            [*(each.move for each in transits), *(each.leader.move for each in lost)]
        )
        for name in names:
            move = self._moves.get(name)
            if move is None:
                continue
            mine = [each for each in transits if each.move == name]
            waits = {each.key for each in lost if each.leader.move == name}
            purposes = [each.purpose for each in mine]
            purposes += [each.leader.purpose for each in lost if each.leader.move == name]
            if Purpose.UNDO in purposes:
                if not leave_undone(move, mine, waits):
                    continue  # all of it has been sent
                end = MoveState.UNCONFIRMED
            else:
                end = leave_unmade(move, mine, waits, state)
            self.enter(move, end, at, reason)

    def why_not_move(self, move: Move, at: float, purpose: Purpose) -> str | None:
        """Whether the guard would let a move, or its way back, be written; see `why_not`."""
        strip = self._mix.by_key(move.key)
        return (
            "the track is gone" if strip is None else self.why_not(strip, move.param, at, purpose)
        )

    def why_not(self, strip: StripState, param: Param, at: float, purpose: Purpose) -> str | None:
        """Whether the guard would let anything be written there, before the first value goes.

        Neither half of a stereo pair is moved where the other one may not be.
        """
        if why_not := self._refusal(strip, param, at, purpose):
            return why_not
        other = self._mix.other_half(strip.key) if param in SHARED else None
        why_not = self._refusal(other, param, at, purpose) if other else None
        return f"{why_not} ({other.name})" if other and why_not else None

    def _refusal(self, strip: StripState, param: Param, at: float, purpose: Purpose) -> str | None:
        now = self.on_the_wire(strip, param)
        return self._guard.refusal(
            Write(
                key=strip.key,
                param=param,
                start=now,
                before=now,
                value=now,
                at=at,
                purpose=purpose,
            )
        )

    def _stands_at(self, move: Move, values: Sequence[float]) -> bool:
        return all(
            (strip := self._mix.by_key(half.key)) is not None
            and same_value(move.param, self._mix.value(strip, move.param), value)
            for half, value in zip(move.halves, values, strict=True)
        )

    def _held(self, key: str, param: Param) -> float:
        strip = self._mix.by_key(key)
        return math.nan if strip is None else self._mix.value(strip, param)

    def _number_of(self, key: str) -> int | None:
        strip = self._mix.by_key(key)
        return strip.number if strip else None
