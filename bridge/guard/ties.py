"""Ties: what has gone along with what, by all that both did over several ramps.

A VCA of a ratio moves its members by a share of its own way. On a coarse grid one ramp moves them
by a step or two, which a hand may have done as well. So what a control did is kept: it is tied to a
leader once all its steps lie on one straight line over where that leader stood, and tell the
ratio, or have turned as the leader did. Whatever does not fit begins the count anew.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bridge.guard.grid import may_be_end, noise
from bridge.guard.limits import RESTS_S
from bridge.guard.ramps import Transit
from bridge.mix.params import Param

LEAST_RATIO: Final = 0.1
GREATEST_RATIO: Final = 8.0
"""Of two faders moved by position, one at the top and one near the bottom (X32: .04 and .32 dB)."""
_SURE: Final = 2.1
"""The ratio is known where it is at most so many times the least that it may be: of three steps of
a grid the first and the last may be half a step off."""
_REMEMBERED: Final = 16


class Span(NamedTuple):
    """Where a leader stood at most, when a control that may follow it moved."""

    low: float
    high: float


class Tie(NamedTuple):
    """A control that goes along with another.

    Attributes:
        began: When the first step came that shows it, monotonic seconds.
        steps: How many show it.
        value: Where it has come to.
        is_shown: Whether they are enough: they tell the ratio, or went both ways as the leader did.
    """

    param: Param
    leader: str
    key: str
    began: float
    steps: int
    value: float
    is_shown: bool


@dataclass(slots=True)
class Lead:
    """What a leader did when a control that may follow it moved.

    Attributes:
        began: When its ramp began, monotonic seconds.
        start: Where that was; None where the control itself has been written since.
        span: Where it stood.
        ways: The directions in which it was written lately: 1 and -1.
        answer: What the DAW said of it last: what goes along moves once for each; NaN where its
            answers come late.
        asked: What was written to it last, which may have moved it, if its answer is still to come
            or was lost; else NaN.
        is_unanswered: Whether the DAW has not answered that ramp yet: where it stood, nobody knows.
    """

    began: float
    start: Span | None
    span: Span
    ways: set[float]
    answer: float
    asked: float = math.nan
    is_unanswered: bool = False

    @classmethod
    def of(
        cls,
        ramps: list[Transit],
        stood: list[float],
        *,
        own_at: float,
        step: float,
        is_told: bool,
        waits: bool,
    ) -> "Lead":
        """What the ramps of a leader show.

        Args:
            ramps: Those that may have led, newest first.
            stood: Where it may stand, the likeliest at the end.
            own_at: When the control that may follow was written last, monotonic seconds.
            step: How wide the steps of both are at most: what is not answered was rounded to them.
            is_told: Whether the DAW answers the leader at once.
            waits: Whether the answer to its last write is still to come.
        """
        starts, began = [each.start for each in ramps], ramps[-1].sent_at[0]
        is_unanswered = not ramps[0].has_spoken
        off = 0.5 * step if is_unanswered else 0.0
        return cls(
            began=began,
            start=Span(min(starts), max(starts)) if own_at < began else None,
            span=Span(min(stood) - off, max(stood) + off),
            ways={math.copysign(1.0, each.target - each.start) for each in ramps},
            answer=ramps[0].answer if is_told else math.nan,
            asked=stood[-1] if is_told and waits else math.nan,
            is_unanswered=is_unanswered,
        )


@dataclass(slots=True)
class _Line:
    """What a control has done while one leader moved.

    Attributes:
        began: When the first step came, monotonic seconds.
        at: When the last one came.
        near: How far two of its values may be rounded apart.
        answer: What the DAW had said of the leader when the last step came.
        asked: What had been asked of it then, and was not answered.
        points: Where the leader stood and what the control held, since something else moved it.
        least, most: Between these is the ratio.
        ups, downs: The steps in each direction, each of which the leader took, too.
        is_unanswered: Whether the DAW has not answered the leader's last ramp.
        is_joined: Whether it was moving already when the leader's ramp began to explain that.
        is_stopped: Whether it may have come to the end of its fader, and its leader gone on.
        was_likely: Whether the steps before these, of which one did not fit, had looked like a tie.
        late: What it has told since, one step back on its way: what alone does so came late.
    """

    began: float
    at: float
    near: float
    answer: float = math.nan
    asked: float = math.nan
    points: list[tuple[Span, float]] = field(default_factory=list)
    least: float = LEAST_RATIO
    most: float = GREATEST_RATIO
    ups: int = 0
    downs: int = 0
    is_unanswered: bool = False
    is_joined: bool = False
    is_stopped: bool = False
    was_likely: bool = False
    late: float = math.nan

    @property
    def steps(self) -> int:
        """How many steps fit."""
        return self.ups + self.downs

    @property
    def fits(self) -> bool:
        """Whether one ratio explains all."""
        return self.least <= self.most

    @property
    def is_shown(self) -> bool:
        """Whether that is no chance: the ratio is told, or all has turned as the leader has.

        A step beside a long way fits only near the least that any ratio is: that tells none.
        """
        is_known = not (self.is_unanswered or self.is_joined)
        has_turned = self.ups > 0 and self.downs > 0 and self.most < GREATEST_RATIO
        is_narrow = self.least > LEAST_RATIO and self.most <= _SURE * self.least
        return has_turned or (is_known and is_narrow)

    def record_late(self, before: float, value: float, *, is_back: bool) -> bool:
        """Note a value that comes after later ones; whether it does. A hand turns back further."""
        held = [each for _, each in self.points]
        was_late = before == self.late
        is_behind = was_late and bool(held) and (value - held[-1]) * (value - before) <= 0.0
        if not held or not (is_back or is_behind):
            return False
        has_turned = was_late and is_back
        if has_turned or not min(held) <= value <= max(held):
            return False
        self.late = value
        return True

    def falls_short(self, span: Span, value: float) -> bool:
        """Whether the control has gone less far than a leader in `span` takes it."""
        if not (self.is_shown and self.points):
            return False
        other, held = self.points[-1]
        gone = max(span.low - other.high, other.low - span.high, 0.0)
        return abs(value - held) < self.least * gone

    def begun_anew(self, at: float, near: float, lead: Lead, value: float) -> "_Line":
        """One that counts from `value` on, since that does not fit this one."""
        was_likely = self.steps > 2
        line = _Line(at, at, near, lead.answer, lead.asked, is_joined=True, was_likely=was_likely)
        line.add(lead.span, value)
        return line

    def add(self, span: Span, value: float) -> None:
        """The control holds `value` where the leader is in `span`."""
        for other, held in self.points:
            least = max(span.low - other.high, other.low - span.high, 0.0)
            most = max(span.high - other.low, other.high - span.low)
            moved = held - value if span.high < other.low else value - held
            if least > 0.0:
                self.most = min(self.most, (moved + self.near) / least)
            if most > 0.0:
                along = moved if least > 0.0 else abs(moved)
                self.least = max(self.least, (along - self.near) / most)
            elif abs(moved) > self.near:
                self.most = -math.inf  # the leader stood still
        if len(self.points) >= _REMEMBERED:
            del self.points[1:-1:2]
        self.points.append((span, value))


def is_told_apart(found: list[Tie], goes_on: set[str]) -> bool:
    """Whether a leader that has arrived explains more than any of those that still move.

    Args:
        found: What explains a control, what explains most first.
        goes_on: Who still moves.
    """
    most = max((tie.steps for tie in found if tie.leader in goes_on), default=0)
    return bool(found) and found[0].leader not in goes_on and found[0].steps > 2 * most


def _around(one: Span, other: Span) -> Span:
    """From where to where both reach."""
    return Span(min(one.low, other.low), max(one.high, other.high))


class Ties:
    """Adds up what controls do while others are moved."""

    def __init__(self) -> None:
        self._lines: defaultdict[tuple[str, Param], dict[str, _Line]] = defaultdict(dict)
        self._moved_at: dict[tuple[str, Param], float] = {}
        self._crept_from: dict[tuple[str, Param], float] = {}

    def clear(self) -> None:
        """Forget everything: another mix was loaded."""
        self._lines.clear()
        self._moved_at.clear()
        self._crept_from.clear()

    def rename(self, old: str, new: str) -> None:
        """A strip has another key now."""
        for lines in self._lines.values():
            if old in lines:
                lines[new] = lines.pop(old)
        for key, param in [place for place in self._lines if place[0] == old]:
            self._lines[new, param] = self._lines.pop((key, param))
        self._crept_from.clear()

    def part(self, key: str, param: Param) -> None:
        """Something else has moved a control: what it does next is measured from there."""
        self._crept_from.pop((key, param), None)
        for line in self._lines[key, param].values():
            line.points.clear()

    def drop(self, key: str, param: Param) -> None:
        """A hand has moved a control: nothing that it did so far shows anything."""
        self._crept_from.pop((key, param), None)
        lines = self._lines[key, param]
        for leader, line in lines.items():
            lines[leader] = _Line(
                line.at, line.at, line.near, line.answer, line.asked, line.points[-1:]
            )

    def is_likely(self, key: str, param: Param, leader: str) -> bool:
        """Whether a leader explains the last steps of a control, or the last one went as far."""
        line = self._lines[key, param].get(leader)
        if line is None or not line.steps:
            return line is not None and line.was_likely
        if len(line.points) < 2:  # a write of ours came between
            return line.steps > 1
        (other, held), (span, value) = line.points[-2:]
        gone = max(abs(span.high - other.low), abs(span.low - other.high))
        return line.steps > 1 or abs(value - held) <= GREATEST_RATIO * gone

    def add_up(self, key: str, param: Param, before: float, value: float) -> float:
        """Where the step to `value` began, with those before it that were too small to count.

        NaN while it still is: a VCA of a ratio moves its members by less than noise, too.
        """
        before = self._crept_from.pop((key, param), before)
        if abs(value - before) > noise(param):
            return before
        self._crept_from[key, param] = before
        return math.nan

    def record(
        self,
        key: str,
        param: Param,
        *,
        before: float,
        value: float,
        at: float,
        near: float,
        leads: dict[str, Lead],
    ) -> None:
        """A control has moved, and no write to it explains that.

        Args:
            key: The strip.
            param: The parameter.
            before: What it held.
            value: What it holds now.
            at: Monotonic seconds.
            near: How wide that step is at most; two of its values may be rounded apart by the
                least of its steps.
            leads: What those did that may lead it.
        """
        lines = self._lines[key, param]
        for leader in lines.keys() - leads:
            del lines[leader]
        moved_at = self._moved_at.get((key, param), -math.inf)
        is_joined = at < moved_at + RESTS_S
        self._moved_at[key, param] = at
        way = math.copysign(1.0, value - before)
        for leader, lead in leads.items():
            is_new = leader not in lines
            line = lines.setdefault(leader, _Line(at, at, near, is_joined=is_joined))
            if line.record_late(before, value, is_back=way not in lead.ways):
                continue
            if way not in lead.ways:
                del lines[leader]
                continue
            line.is_stopped = may_be_end(param, value) and line.falls_short(lead.span, value)
            if line.is_stopped:
                continue  # the end has cut that step short
            line.near = min(line.near, near)
            if before not in {line.late, *(held for _, held in line.points)}:
                line.points.clear()
            if lead.start and is_new and moved_at >= lead.began:  # a hand, somewhere on its way
                line.add(_around(lead.start, lead.span), before)
            elif lead.start and (is_new or line.at < lead.began):
                line.add(lead.start, before)
            may_have_moved = not (math.isnan(lead.asked) or lead.asked == line.asked)
            stands = lead.answer == line.answer and not (may_have_moved or line.at < lead.began)
            line.answer, line.asked = lead.answer, lead.asked
            line.add(lead.span, value)
            line.at, line.is_unanswered = at, lead.is_unanswered
            if stands or not line.fits:
                lines[leader] = line.begun_anew(at, near, lead, value)
                continue
            line.ups += way > 0.0
            line.downs += way < 0.0

    def found(self, key: str, param: Param, ends: dict[str, float]) -> list[Tie]:
        """The leaders that explain what a control has done, now that all have arrived.

        Args:
            key: The strip.
            param: The parameter.
            ends: Where its leaders stand, as far as is known.

        Returns:
            The one that explains most comes first.
        """
        ties, lines = [], self._lines[key, param]
        for leader, line in list(lines.items()):
            if not line.points:
                continue
            value = line.points[-1][1]
            if leader in ends and not line.is_stopped:
                line.add(Span(ends[leader], ends[leader]), value)
            if not line.fits:
                del lines[leader]
            elif line.steps:
                ties.append(Tie(param, leader, key, line.began, line.steps, value, line.is_shown))
        return sorted(ties, key=lambda tie: -tie.steps)
