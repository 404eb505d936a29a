"""What is and was on its way to the DAW, and what that says of how the DAW answers."""

import math
from collections import deque
from collections.abc import Iterator
from typing import Final

from bridge.guard.grid import noise
from bridge.guard.ramps import LATE_ECHO_S, TOO_LATE_S, Transit
from bridge.mix.params import SPECS, Param

_MOST_ALONG: Final = 2.0
"""What the DAW moves along goes at most so many times as far, where nothing better is known."""

_STRAY_S: Final = 60.0
"""Where answers came in another order or not at all, they may do so again for so long."""

_ASTRAY_S: Final = 3.0
"""Where answers go astray, one may come this long after its write."""

_SILENCES: Final = 2
"""A DAW that has never answered, and not that many moves either, answers none."""


class Traffic:
    """The transits, at most one a parameter, those that have ended, and how they were answered."""

    def __init__(self) -> None:
        self._transits: dict[tuple[str, Param], Transit] = {}
        self._ended: deque[tuple[float, Transit]] = deque(maxlen=256)
        self._strayed_at = -math.inf
        self._silences = 0
        self._has_answered = self._has_told = False

    @property
    def is_mute(self) -> bool:
        """Whether the DAW answers no write: what it says unasked, a hand has moved."""
        return not self._has_answered and self._silences >= _SILENCES

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._transits

    def recent(self, param: Param, at: float) -> Iterator[Transit]:
        """What is or was on its way to any strip's `param` within the time of a late echo."""
        yield from (t for (_, each), t in self._transits.items() if each is param)
        yield from (
            t
            for ended_at, t in reversed(self._ended)
            if t.param is param and at - ended_at <= LATE_ECHO_S
        )

    def is_astray(self, at: float) -> bool:
        """Whether answers have come in another order or not at all in the last minute.

        What a DAW never says cannot go astray.
        """
        return self._has_told and at - self._strayed_at <= _STRAY_S

    def explanations(
        self,
        key: str,
        param: Param,
        *,
        bases: tuple[float, ...],
        value: float,
        at: float,
        since: float,
        near: float,
        is_untold: bool,
    ) -> list[Transit]:
        """What of ours may have led a control from one of `bases` to `value`.

        Those to the control itself by a late answer or one that was lost, those to others by what
        the DAW moves along with them. A hand may have done so as well: nobody can tell.

        Args:
            key: The strip.
            param: The parameter.
            bases: What it held when that was known, and last.
            value: What it holds now.
            at: When the DAW said so, monotonic seconds.
            since: Writes from then on count, monotonic seconds.
            near: How far an answer may be from what was asked for, in the unit of `param`.
            is_untold: Whether nothing but a dump told it.
        """
        found = []
        ways = [value - base for base in bases]
        is_astray = self.is_astray(at)
        ended = (transit for _, transit in self._ended)
        for transit in (*ended, *self._transits.values()):
            if transit.param is not param or not transit.sent:
                continue
            is_quick = transit.is_prompt(at) and not is_astray
            stray_s = TOO_LATE_S if transit.is_wholly_answered else _ASTRAY_S
            first = since if is_quick else min(since, at - stray_s)
            if transit.sent_at[-1] < first:
                continue
            if transit.key == key:
                is_told = transit.is_read and at - transit.sent_at[-1] > TOO_LATE_S
                if is_told and not (is_astray or is_untold):
                    continue  # a dump has said what came of it
                is_unasked = (self.is_mute or self._is_mute_to(transit, at)) and not is_untold
                is_answer = transit.is_late_answer(value, at) or transit.may_answer(
                    value, near, is_astray=is_astray or is_untold, is_dumped=is_untold
                )
                if is_answer and not is_unasked:
                    found.append(transit)
            else:
                is_copy = transit.miss(value) <= min(near, SPECS[param].tolerance)
                most = _MOST_ALONG * transit.gone + 2.0 * near
                is_back = not is_astray and _goes_back(transit, ways, near)
                if is_copy or (not is_back and any(abs(way) <= most for way in ways)):
                    found.append(transit)
        return found

    def under_way(self, param: Param) -> list[str]:
        """The strips to which a value of that parameter is on its way."""
        return [key for key, each in self._transits if each is param]

    def is_over(self, transit: Transit) -> bool:
        """Whether nothing more is written for a transit."""
        return transit.is_sent or self._transits.get((transit.key, transit.param)) is not transit

    def left_at(self, key: str, param: Param, since: float) -> float:
        """What was written last to a parameter, if that is not answered yet; else NaN.

        Args:
            key: The strip.
            param: The parameter.
            since: When the DAW spoke of it last, monotonic seconds.
        """
        last = self._last(key, param)
        if last is None or not last.sent or last.is_crossed or last.is_read:
            return math.nan
        is_answered = last.is_confirmed or last.is_last_answered
        return math.nan if is_answered and last.sent_at[-1] <= since else last.sent[-1]

    def written_at(self, key: str, param: Param) -> float:
        """When a parameter was written last, monotonic seconds; minus infinity for long ago."""
        mine = [t for (_, t) in self._ended if t.key == key and t.param is param and t.sent_at]
        if (transit := self._transits.get((key, param))) and transit.sent_at:
            mine.append(transit)
        return max((t.sent_at[-1] for t in mine), default=-math.inf)

    def transit(self, key: str, param: Param) -> Transit | None:
        """What is on its way to that parameter."""
        return self._transits.get((key, param))

    def cross(self, key: str, param: Param) -> None:
        """A hand has moved a parameter: of our writes only the answers still to come are ours."""
        for _, transit in self._ended:
            if transit.key == key and transit.param is param:
                transit.is_done |= transit.is_last_answered and not transit.is_crossed
                transit.is_crossed = True

    def record_spoken(self) -> None:
        """The DAW answers writes: it has just done so while a dump is told."""
        self._has_told = True

    def _is_mute_to(self, transit: Transit, at: float) -> bool:
        """Whether a DAW that has never answered has not answered a long way for a long time."""
        is_late = bool(transit.sent) and at - transit.sent_at[0] > TOO_LATE_S
        return is_late and transit.is_in_vain and not self._has_told

    def _last(self, key: str, param: Param) -> Transit | None:
        """What was on its way to a parameter last, and is over."""
        mine = (t for _, t in reversed(self._ended) if t.key == key and t.param is param)
        return next(mine, None)

    def _is_limit(self, transit: Transit, value: float, at: float) -> bool:
        """Whether the DAW goes no further, and `value` answers no write of what has ended."""
        mine = (t for _, t in self._ended if (t.key, t.param) == (transit.key, transit.param))
        return transit.is_limit(value) and not any(each.owes(value, at) for each in mine)

    def was_written(self, key: str, param: Param, value: float) -> bool:
        """Whether the last that was on its way to a parameter wrote `value`."""
        last = self._transits.get((key, param)) or self._last(key, param)
        return last is not None and last.miss(value) <= noise(param)


def _goes_back(transit: Transit, ways: list[float], near: float) -> bool:
    """Whether a control has gone the other way than one of ours: what goes along never does.

    Save pans, which a pair may mirror. It may round, where it stood between two places of its grid.
    """
    slack = noise(transit.param) if len(ways) > 1 else 2.0 * near
    way = ways[-1] * math.copysign(1.0, transit.target - transit.start)
    return transit.param is not Param.PAN and way < -slack
