"""The writer: every value on its way to the DAW, and what the DAW says of it.

It holds the transits, at most one a parameter, and asks the guard before each write. It tells
echoes from hands: a value that we have just sent is ours coming back, any other is a person's.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from bridge.guard.guard import Guard, Purpose, Write
from bridge.guard.ramps import ECHO_TIMEOUT_S, Transit
from bridge.mix.messages import BACK, SetParam
from bridge.mix.params import COLUMN, Param, same_value

_LATE_ECHO_S: Final = 2 * ECHO_TIMEOUT_S
"""An echo may arrive this long after its transit ended, and is still ours."""

_LOST_ECHO_S: Final = 30.0
"""Where nobody answered, our value may still be read back in a later dump."""


class Answer(Enum):
    """What a value from the DAW is to us."""

    ECHO = auto()
    CONFIRMED = auto()
    HAND = auto()


@dataclass(slots=True)
class Advance:
    """What moved the clock on: writes to send, and transits that ended.

    Attributes:
        commands: To be sent now, in order.
        unanswered: Transits whose last write, and its repetition, nobody answered.
        refused: Transits that the guard stopped, each with the reason.
    """

    commands: list[SetParam] = field(default_factory=list)
    unanswered: list[Transit] = field(default_factory=list)
    refused: list[tuple[Transit, str]] = field(default_factory=list)


class Writer:
    """The only writer to the DAW."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._transits: dict[tuple[str, Param], Transit] = {}
        self._ended: deque[tuple[float, Transit]] = deque(maxlen=256)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._transits

    @property
    def due(self) -> float | None:
        """When `advance` has something to do next; None while idle."""
        return min((transit.due for transit in self._transits.values()), default=None)

    def transit(self, key: str, param: Param) -> Transit | None:
        """What is on its way to that parameter."""
        return self._transits.get((key, param))

    def is_wanted(self, command: SetParam) -> bool:
        """Whether a write that had to wait is still meant.

        It is not once its transit was stopped. A transit that is over because an echo was near
        enough to its target is no reason to keep the target itself back.
        """
        place = command.key, command.param
        if place in self._transits:
            return True
        ended = (t for _, t in reversed(self._ended) if (t.key, t.param) == place)
        last = next(ended, None)
        return last is not None and last.is_confirmed and last.target == command.value

    def begin(self, transit: Transit, at: float) -> None:
        """Put a value on its way, in place of what was there for that parameter."""
        if old := self._transits.pop((transit.key, transit.param), None):
            transit.start = old.before if old.sent else transit.start
            self._ended.append((at, old))
        transit.due = at
        self._transits[transit.key, transit.param] = transit

    def cancel(
        self, at: float, *, key: str | None = None, spare_panic: bool = False
    ) -> list[Transit]:
        """Stop what is on its way, where it is: to one strip, or everywhere."""
        stopped = [
            transit
            for transit in self._transits.values()
            if key in (None, transit.key) and not (spare_panic and transit.purpose is Purpose.PANIC)
        ]
        for transit in stopped:
            self._end(transit, at)
        return stopped

    def expect(self, key: str, param: Param, value: float, at: float) -> None:
        """A value that comes back although we did not write it: no hand, when it arrives."""
        known = Transit(
            key=key, param=param, start=value, target=value, began=at, duration=0.0,
            purpose=Purpose.UNDO, sent=[value],
        )  # fmt: skip
        self._ended.append((at, known))

    def receive(self, key: str, param: Param, value: float, at: float) -> tuple[Answer, str]:
        """What a value from the DAW means, and the move that it confirms (or empty).

        A value that the DAW already held is the caller's to recognise.
        """
        transit = self._transits.get((key, param))
        if transit is None or not (transit.is_echo(value) or transit.is_limit(value)):
            return self._receive_late(key, param, value, at)
        if not transit.is_sent or (
            transit.is_echo(value) and not same_value(param, value, transit.target)
        ):
            return Answer.ECHO, ""
        transit.is_confirmed = True
        self._end(transit, at)
        return Answer.CONFIRMED, transit.move

    def advance(self, at: float, number_of: Callable[[str], int | None]) -> Advance:
        """Write what is due.

        Args:
            at: Monotonic seconds.
            number_of: The number that a strip has in the DAW now, None if it is gone.
        """
        result = Advance()
        for transit in list(self._transits.values()):
            if transit.due > at + 1e-9:
                continue
            number = number_of(transit.key)
            if number is None:
                self._end(transit, at)
                result.refused.append((transit, "the track is gone"))
            elif transit.is_sent and transit.is_retried:
                self._end(transit, at)
                result.unanswered.append(transit)
            else:
                self._write(transit, number, at, result)
        return result

    def _write(self, transit: Transit, number: int, at: float, result: Advance) -> None:
        transit.is_retried = transit.is_sent
        value = self._next_value(transit, at)
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
        transit.note_sent(value, at)
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
        if transit.purpose is Purpose.PANIC:
            return value
        jump = float(self._guard.limits.jump[COLUMN[transit.param]])
        return min(max(value, transit.before - jump), transit.before + jump)

    def _end(self, transit: Transit, at: float) -> None:
        del self._transits[transit.key, transit.param]
        self._ended.append((at, transit))

    def _receive_late(self, key: str, param: Param, value: float, at: float) -> tuple[Answer, str]:
        """What a value means for transits that have ended, newest first."""
        for ended_at, transit in reversed(self._ended):
            patience = _LOST_ECHO_S if transit.is_retried else _LATE_ECHO_S
            is_mine = transit.key == key and transit.param is param
            if is_mine and at - ended_at <= patience and transit.is_echo(value):
                is_end = transit.is_sent and same_value(param, value, transit.target)
                return (Answer.CONFIRMED if is_end else Answer.ECHO), transit.move
        return Answer.HAND, ""
