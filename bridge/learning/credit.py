"""Which move a reward belongs to.

Theory of operation. People answer late: a judgement comes half a second to five seconds after the
sound (Knox and Stone's TAMER credits over such a window). Hence:

1. A reward that names a move belongs to it, however late, with full weight.
2. One that names none is spread evenly over the moves that became audible between `LATEST_S` and
   `EARLIEST_S` before it. Where that is one move, it has all the weight; where it is none, the
   reward is kept and credited to nobody: guessing would teach a lie.
3. A move takes one judgement. A second one teaches nothing (a double press, a retry).
4. A judgement that says how two moves *together* sounded is weak for each: the weight is shared.
5. Silence is not a judgement. A move that nobody judged grows old and drops out.
6. A pause (freeze, panic, a DAW that left, a new layout) closes the window: what comes after it
   does not judge what was heard before, unless it names it.
7. Where moves come faster than anybody reacts it is a program that answers, and at once: what it
   does not name is about the newest move alone.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

EARLIEST_S: Final = 0.3
"""Nobody judges a sound sooner than this: reaction time is at least 0.2 s."""

LATEST_S: Final = 8.0
"""Nor later than this without naming the move."""

_REMEMBERED: Final = 1024


@dataclass(frozen=True, slots=True)
class Credit:
    """A share of a reward: `weight` is 0 to 1."""

    move: str
    weight: float


class CreditWindow:
    """The moves that can still be judged.

    Args:
        pace_s: The least time between two moves.
    """

    def __init__(self, *, pace_s: float = math.inf) -> None:
        self._is_program = pace_s < EARLIEST_S
        self._heard_at: OrderedDict[str, float] = OrderedDict()
        self._judged: set[str] = set()
        self._open_since = float("-inf")

    def record_heard(self, move: str, at: float) -> None:
        """A move became audible."""
        self._heard_at[move] = at
        while len(self._heard_at) > _REMEMBERED:
            old, _ = self._heard_at.popitem(last=False)
            self._judged.discard(old)

    def record_judged(self, move: str) -> None:
        """A move has had its judgement: by a thumb, an undo or a hand."""
        self._judged.add(move)

    def forget_judged(self, move: str) -> None:
        """A judgement was taken back: the move may be judged again."""
        self._judged.discard(move)

    def is_judged(self, move: str) -> bool:
        """Whether a move has had its judgement."""
        return move in self._judged

    def pause(self, at: float) -> None:
        """What was heard before `at` is no longer judged without a name."""
        self._open_since = at

    def assign(self, named: str, at: float) -> tuple[Credit, ...]:
        """Who earns a reward that comes at `at`, newest last; empty for nobody.

        Args:
            named: The move that it names, empty for none.
            at: Monotonic seconds.
        """
        if named:
            return () if named in self._judged else (Credit(named, 1.0),)
        heard, earliest_s = list(self._heard_at.items()), EARLIEST_S
        if self._is_program:
            heard, earliest_s = heard[-1:], 0.0
        candidates = [
            move
            for move, heard_at in heard
            if move not in self._judged
            and heard_at >= self._open_since
            and earliest_s <= at - heard_at <= LATEST_S
        ]
        return tuple(Credit(move, 1.0 / len(candidates)) for move in candidates)
