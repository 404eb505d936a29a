"""A value on its way to the DAW: the ramp, the echo that confirms it, the one retry."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from typing import Final

from bridge.guard.grid import coarsest, is_round, noise
from bridge.guard.limits import RAMP_STEP_S, Limits
from bridge.guard.write import Purpose
from bridge.mix.messages import SetParam
from bridge.mix.params import COLUMN, Param, same_value

ECHO_TIMEOUT_S: Final = 0.5
"""The DAW must answer the last write within this; then it is asked once more."""

LATE_ECHO_S: Final = 2 * ECHO_TIMEOUT_S
"""An echo may arrive this long after its write, or after its transit ended, and is still ours."""

TOO_LATE_S: Final = 3 * ECHO_TIMEOUT_S
"""An answer that later ones have overtaken comes no later than this after its write."""

_AT_ONCE_S: Final = 0.1
"""What the DAW moves along with a write that it answers within this comes within a moment, too."""

_STOOD_STILL: Final = 3
"""An answer that skips more writes than this has stood still and then jumped."""

_OVERTAKEN_S: Final = 0.45
"""Datagrams overtake each other: any write of so long before the last may be what the DAW holds."""

_SURELY_EXACT: Final = 3
"""On a coarse grid an answer is exact by chance in one case of eight, three are in one of 500."""


class Match(Enum):
    """What a value from the DAW is to the values that were sent."""

    NONE = auto()
    ECHO = auto()
    BACKWARDS = auto()
    """Near one that was sent, but behind what the DAW has already answered: an answer that came
    late, or a hand that goes back along our way."""


@dataclass(slots=True, kw_only=True)
class Transit:
    """One parameter of one strip, from `start` to `target` in engineering units.

    Attributes:
        began: When the ramp began, monotonic seconds.
        duration: How long it lasts; 0 is one write.
        move: The move that this serves, empty for panic.
        sent: Every value written so far; any of them may be echoed.
        sent_at: When each was written, monotonic seconds.
        due: When something is to be done next: a write, or giving up on an echo.
        is_retried: Whether the last write has been repeated.
        is_confirmed: Whether the DAW has answered the target.
        answer: The DAW's last answer; NaN before any.
        is_start_held: Whether the DAW itself said the start: then no rounding goes beyond it.
        answered_at: When the DAW answered last, monotonic seconds.
        moved_at: When it first answered with something else than the start; infinite before.
        has_spoken: Whether the DAW has answered by itself, without a dump.
        told: How often it has answered by itself that it moved.
        is_read: Whether a dump has said what came of it.
        is_done: Whether its last write had been answered before a hand came: where a dump says that
            it stands there again, the hand has gone back.
        is_crossed: Whether a hand has moved the parameter since: of what is answered nothing more
            is expected then.
    """

    key: str
    param: Param
    start: float
    target: float
    began: float
    duration: float
    purpose: Purpose
    move: str = ""
    sent: list[float] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)
    due: float = 0.0
    is_retried: bool = False
    is_confirmed: bool = False
    answer: float = math.nan
    is_start_held: bool = False
    answered_at: float = -math.inf
    moved_at: float = math.inf
    has_spoken: bool = False
    told: int = 0
    is_read: bool = False
    is_done: bool = False
    is_crossed: bool = False
    _answered: set[int] = field(default_factory=set)
    _told: int = -1
    _answers: int = 0
    _slowest_s: float = 0.0
    _stood: int = 0
    _exact_run: int = 0
    _was_apart: bool = False

    @property
    def before(self) -> float:
        """What stands on the wire: the last write, or the start."""
        return self.sent[-1] if self.sent else self.start

    def is_prompt(self, at: float) -> bool:
        """Whether every write was answered at once, as far as is known at that time."""
        if not self._answered:
            return False
        newest = max(self._answered)
        waits = len(self.sent) > newest + 1 and at - self.sent_at[newest + 1] > _AT_ONCE_S
        return self._slowest_s <= _AT_ONCE_S and not waits

    @property
    def gone(self) -> float:
        """How far from the start it has been written."""
        return max((abs(sent - self.start) for sent in self.sent), default=0.0)

    def gone_since(self, at: float) -> float:
        """How far it has been written since a time."""
        later = [sent for sent, when in zip(self.sent, self.sent_at, strict=True) if when >= at]
        return abs(later[-1] - later[0]) if later else 0.0

    @property
    def is_sent(self) -> bool:
        """Whether the target itself has been written."""
        return bool(self.sent) and self.sent[-1] == self.target

    def value_at(self, at: float) -> float:
        """The value to write now; at the end exactly the target."""
        if at >= self.began + self.duration - 1e-9:
            return self.target
        share = max(0.0, (at - self.began) / self.duration)
        return self.start + (self.target - self.start) * share

    def record_sent(self, value: float, at: float) -> None:
        """A value has been written."""
        self.sent.append(value)
        self.sent_at.append(at)
        self.due = at + (ECHO_TIMEOUT_S if self.is_sent else RAMP_STEP_S)

    def match(self, value: float, rounding: float, at: float, *, is_sure: bool = False) -> Match:
        """What a value is to what was sent.

        Args:
            value: What the DAW says.
            rounding: How far its grid may round, in the parameter's unit.
            at: When it was said, monotonic seconds.
            is_sure: Whether the DAW holds it now, by a dump.
        """
        if not self.sent or (is_sure and self.is_done):
            return Match.NONE
        fine = noise(self.param)
        rounding = fine if self.is_contradicted else rounding
        is_back = abs(value - self.start) <= fine < abs(self.answer - self.start)
        if self.is_start_held and is_back and at - self.sent_at[0] <= TOO_LATE_S:
            return Match.BACKWARDS  # what stood before the first write, overtaken by its answer
        newest = max(self._answered, default=-1)
        is_again = self._is_again(value)
        first = self._told + 1 if self.is_crossed and not (is_sure or is_again) else 0
        nearest, error = self._nearest(value, first=first)
        if nearest < newest and not is_sure and at - self.sent_at[nearest] > TOO_LATE_S:
            return Match.NONE  # nothing that is overtaken comes as late as that
        is_early = newest < 0 and self.sent[nearest] != self.sent[-1]
        if is_early and not is_sure and at - self.sent_at[nearest] > TOO_LATE_S:
            return Match.NONE  # nor does the first answer of all, unless it is the last one, too
        is_owed = self.is_retried or not self.is_confirmed  # a write that is repeated, twice
        is_awaited = not is_sure and (is_again or (is_owed and nearest > newest))
        is_last = is_sure and not self._is_overtaken(nearest)
        if self.is_crossed and not (is_awaited or is_last):
            return Match.BACKWARDS if self.is_late_answer(value, at) else Match.NONE
        if error > rounding:
            return Match.NONE
        gone = (value - self.start) * math.copysign(1.0, self.target - self.start)
        if self.is_start_held and gone < -fine:
            return Match.ECHO if self._may_be_rounded_start(value) else Match.NONE
        if error <= fine and nearest not in self._answered:
            return Match.ECHO
        last = self.start if math.isnan(self.answer) else self.answer
        ahead = (value - last) * math.copysign(1.0, self.target - self.start)
        if is_sure and (abs(value - self.sent[-1]) <= rounding or not self._is_overtaken(nearest)):
            return Match.ECHO
        if self.is_confirmed and ahead > fine:
            return Match.NONE  # nothing was asked for that is further than what is confirmed
        return Match.ECHO if ahead >= -fine else Match.BACKWARDS

    def record_answer(self, value: float, at: float, *, is_told: bool = False) -> float | None:
        """The DAW has answered with `value`; returns how far it is from what was asked for.

        It `is_told` where the DAW said so by itself, without a dump.

        None where that says nothing of its grid: an answer that stands still, or one that would be
        exact on a coarse grid as well. Where a ramp of fine steps is answered by standing still
        and then jumping, half the jump counts: the nearest value sent is nearer by chance.
        """
        nearest, error = self._nearest(value)
        if nearest not in self._answered:
            self._slowest_s = max(self._slowest_s, at - self.sent_at[nearest])
        self._answered.add(nearest)
        self._told = max(self._told, nearest) if is_told else self._told
        self._answers += 1
        last = self.start if math.isnan(self.answer) else self.answer
        self.answer, self.answered_at = value, at
        fine = noise(self.param)
        self.has_spoken |= is_told
        if abs(value - self.start) > fine:
            self.moved_at = min(self.moved_at, at)
            self.told += is_told
        if abs(value - last) <= fine:
            self._stood += 1
            return None
        stood, self._stood = self._stood, 0
        if is_told:  # a dump tells few of them, and one may be exact by chance
            self._exact_run = self._exact_run + 1 if error <= fine else 0
        self._was_apart = self._was_apart or error > max(fine, self._step)
        if error <= fine:
            return None if is_round(self.param, self.sent[nearest]) else error
        between = sum(1 for sent in self.sent if min(last, value) < sent < max(last, value))
        has_jumped = between > _STOOD_STILL or (0 < between <= stood + 1 and stood > 0)
        return max(error, abs(value - last) / 2.0) if has_jumped else error

    def is_stale(self, value: float) -> bool:
        """Whether `value` answers a write from before the newest one that is answered."""
        return bool(self._answered) and self._nearest(value)[0] < max(self._answered)

    def is_astray(self, value: float) -> bool:
        """Whether `value` answers a write from before the newest that was answered unasked."""
        return self._nearest(value)[0] < self._told

    @property
    def is_contradicted(self) -> bool:
        """Whether exact answers followed a value apart from all writes: it was no rounding."""
        return self._was_apart and self.is_exact

    @property
    def is_exact(self) -> bool:
        """Whether the last answers were just what was asked for: no grid rounds them."""
        return self._exact_run >= _SURELY_EXACT

    @property
    def _step(self) -> float:
        """How far one write of the ramp is from the next."""
        writes = max(1.0, self.duration / RAMP_STEP_S)
        return abs(self.target - self.start) / writes

    @property
    def is_answered(self) -> bool:
        """Whether the DAW has answered any write."""
        return bool(self._answered)

    @property
    def is_unheard(self) -> bool:
        """Whether it has gone from its start, and the DAW has not said so, nor anything else."""
        return self.gone > 0.0 and not self.told

    @property
    def is_in_vain(self) -> bool:
        """Whether it has gone further than any grid rounds, and the DAW has not said so."""
        return self.gone > coarsest(self.param) and not self.told

    @property
    def is_wholly_answered(self) -> bool:
        """Whether the DAW has answered every write."""
        return len(self._answered) == len(self.sent)

    def is_told_out(self, at: float) -> bool:
        """Whether the DAW answered every write at once, and the time for an echo is over."""
        is_past = bool(self.sent) and at - self.sent_at[-1] > ECHO_TIMEOUT_S
        return is_past and self.is_last_answered and self.is_prompt(at)

    def is_outrun(self, value: float, at: float) -> bool:
        """Whether `value` answers a write, and the answer to a later one is still to come."""
        is_awaited = bool(self.sent) and at - self.sent_at[-1] <= TOO_LATE_S
        is_behind = is_awaited and not (self.is_last_answered or self.is_crossed or self.is_read)
        return is_behind and self.miss(value) <= noise(self.param)

    @property
    def is_last_answered(self) -> bool:
        """Whether the DAW has answered the last write so far."""
        return len(self.sent) - 1 in self._answered

    @property
    def awaited_until(self) -> float:
        """Until when the answer to the last write is awaited, since earlier ones still come in."""
        is_owed = self.is_exact or self._may_repeat
        is_behind = is_owed and not self.is_last_answered
        patience = LATE_ECHO_S if self._slowest_s > ECHO_TIMEOUT_S else ECHO_TIMEOUT_S
        return self.answered_at + patience if is_behind else -math.inf

    @property
    def last_answered(self) -> float:
        """The newest write that the DAW has answered."""
        return self.sent[max(self._answered)]

    @property
    def waiting(self) -> list[float]:
        """What the DAW holds, by its last answer, and what it has not answered yet."""
        return [self.answer, *self.sent[max(self._answered) + 1 :]]

    @property
    def arrived(self) -> float:
        """Where it has come to: as answered last, or as written."""
        return self.answer if self.has_spoken else self.sent[-1]

    def may_answer(
        self, value: float, near: float, *, is_astray: bool, is_dumped: bool = False
    ) -> bool:
        """Whether `value` may be an answer that comes now, or twice, as far as `near` beside it.

        Where answers go astray it may be one that has been told before, and on a grid one between
        two writes. What a dump tells may be further back than the start: a DAW that answers with
        what it was asked for has said that of the start, too.
        """
        way = math.copysign(1.0, self.target - self.start)
        back = near if is_dumped else noise(self.param)
        if self.is_start_held and (value - self.start) * way < -back:
            return False  # no rounding goes back beyond where it stood
        if is_astray:
            is_coarse = near > noise(self.param)
            return self.miss(value) <= near or (is_coarse and self.has_passed(value, near))
        return self._nearest(value, first=max(self._answered, default=0))[1] <= near

    def record_crossing(self, value: float, rounding: float, at: float) -> None:
        """The DAW has answered a write that a hand has crossed: earlier ones it answers no more."""
        self._answers += 1
        first = self._told + 1  # what a dump has told is answered once more
        if first >= len(self.sent):
            return
        nearest, error = self._nearest(value, first=first)
        fits = (i for i in range(first, len(self.sent)) if abs(value - self.sent[i]) <= rounding)
        found = [nearest] if error <= noise(self.param) else [*islice(fits, 1)]
        self._answered.update(found)
        self._slowest_s = max([self._slowest_s, *(at - self.sent_at[each] for each in found)])
        self._told = max(self._told, max(self._answered, default=-1))

    def is_unanswered(self, index: int) -> bool:
        """Whether the write of that index is the newest that is answered, or a later one."""
        return index >= max(self._answered, default=math.inf)

    def miss(self, value: float) -> float:
        """How far `value` is from the nearest value that was sent; infinite where none was."""
        return self._nearest(value)[1] if self.sent else math.inf

    def has_passed(self, value: float, near: float) -> bool:
        """Whether `value` is on the way that was written, or as far as `near` beyond it."""
        way = (self.start, *self.sent)
        return min(way) - near <= value <= max(way) + near

    def is_limit(self, value: float) -> bool:
        """Whether `value` is the DAW's answer to a target that it does not go as far as.

        Only once the target has been written, and where the DAW stood there before: any other value
        on the way is a hand. The start itself is no answer: a DAW that stayed there has not obeyed.
        Where a hand was the DAW can go.
        """
        if self.purpose is Purpose.HAND:
            return False
        low, high = sorted((self.start, self.target))
        has_moved = not same_value(self.param, value, self.start)
        has_stood = len(self.sent) == 1 or abs(value - self.answer) <= noise(self.param)
        return self.is_sent and has_moved and has_stood and low <= value <= high

    def _may_be_rounded_start(self, value: float) -> bool:
        """Whether `value` may be the start as the DAW rounds it: it has told nothing else yet.

        A file or a hand may have put it between two places of the grid.
        """
        return not self.has_spoken or abs(value - self.answer) <= noise(self.param)

    def _is_overtaken(self, index: int) -> bool:
        """Whether writes of later values have surely followed the one of that index."""
        return self.sent_at[index] < self.sent_at[self.sent.index(self.sent[-1])] - _OVERTAKEN_S

    @property
    def _may_repeat(self) -> bool:
        """Whether writes are unanswered that a coarse grid may answer as it did others."""
        return not self.is_exact and self._answers < len(self.sent)

    def _is_again(self, value: float) -> bool:
        """Whether a coarse grid may answer another write with what it answered last."""
        is_same = abs(value - self.answer) <= noise(self.param)
        return is_same and self._may_repeat

    def is_late_answer(self, value: float, at: float, rounding: float = 0.0) -> bool:
        """Whether `value` answers a write, and the answers to later ones have outrun it.

        What a dump has told of the last write outruns the answers to all.
        """
        near = max(rounding, noise(self.param))
        end = len(self.sent) if self.is_read else max(self._answered, default=0)
        is_coarse = self.is_read and self._may_repeat
        return any(
            abs(value - self.sent[index]) <= near
            for index in self._awaited(at, is_repeated=is_coarse)
            if index < end
        )

    def owes(self, value: float, at: float) -> bool:
        """Whether just that value was written, and the answer to it may still come."""
        fine = noise(self.param)
        return any(abs(value - self.sent[index]) <= fine for index in self._awaited(at))

    def _awaited(self, at: float, *, is_repeated: bool = False) -> Iterator[int]:
        """The writes whose answers may still come; where it `is_repeated`, once more as well."""
        for index, sent_at in enumerate(self.sent_at):
            if at - sent_at <= TOO_LATE_S and (is_repeated or index not in self._answered):
                yield index

    def record_late(self, value: float) -> None:
        """The answer to a write has come after those to later ones."""
        self._answers += 1
        self._answered.add(self._nearest(value)[0])

    def _nearest(self, value: float, first: int = 0) -> tuple[int, float]:
        """The index of the value sent that is nearest, from `first` on, and its distance."""
        distances = [abs(value - sent) for sent in self.sent]
        distances[:first] = [math.inf] * min(first, len(distances))
        nearest = min(range(len(distances)), key=distances.__getitem__)
        return nearest, distances[nearest]


@dataclass(slots=True)
class Advance:
    """What moved the clock on: writes to send, and transits that ended.

    Attributes:
        commands: To be sent now, in order.
        confirmed: Transits that the DAW's last answer confirms after all, each with that value.
        unanswered: Transits whose last write, and its repetition, nobody answered.
        refused: Transits that the guard stopped, each with the reason.
    """

    commands: list[SetParam] = field(default_factory=list)
    confirmed: list[tuple[Transit, float]] = field(default_factory=list)
    unanswered: list[Transit] = field(default_factory=list)
    refused: list[tuple[Transit, str]] = field(default_factory=list)


def ramp_duration_s(param: Param, distance: float, limits: Limits) -> float:
    """How long a move may take: `ramp_s`, or `slow_ramp_s` beyond 1 dB (0.1 of pan).

    Long enough, too, that no single write is a jump (`Limits.jump`).
    """
    large = 0.1 if param is Param.PAN else 1.0
    duration = limits.slow_ramp_s if abs(distance) > large else limits.ramp_s
    jump = limits.jump[COLUMN[param]]
    # A late timer makes one write cover two steps: plan for a quarter of what is allowed.
    writes = math.ceil(abs(distance) / jump * 4.0) if math.isfinite(jump) else 0
    return max(duration, writes * RAMP_STEP_S)
