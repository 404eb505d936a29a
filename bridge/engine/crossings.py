"""Where a write of ours and a hand have crossed on their way: only a dump tells which stands.

The hand's value is what a person wants. If our write stands, it is put back.
"""

import math

from bridge.engine.moves import Moves
from bridge.engine.verdicts import Verdicts
from bridge.guard.grid import coarsest
from bridge.guard.guard import Guard
from bridge.guard.limits import RESTS_S
from bridge.mix.messages import ParamChanged
from bridge.mix.params import Param, same_value
from bridge.mix.state import MixState, StripState


class Crossings:
    """The controls of which nobody knows yet whether our write or a hand's value stands.

    Args:
        mix: The mix as it is known.
        guard: Which strips are left alone.
        moves: What is on its way.
        verdicts: Which hands are on the desk.
    """

    def __init__(self, mix: MixState, guard: Guard, moves: Moves, verdicts: Verdicts) -> None:
        self._mix = mix
        self._guard = guard
        self._moves = moves
        self._verdicts = verdicts
        self._values: dict[tuple[str, Param], float] = {}

    def has(self, strip: StripState, param: Param) -> bool:
        """Whether one is open on that control."""
        return (strip.key, param) in self._values

    def is_value(self, strip: StripState, event: ParamChanged, *, is_dumped: bool) -> bool:
        """Whether a value is what our write would have made of the control.

        A dump tells what the DAW holds, where its answers may be what it was asked for.
        """
        ours = self._values.get((strip.key, event.param), math.nan)
        near, coarse = self._moves.grid.resolution(event.param, event.value), coarsest(event.param)
        is_no_hand = abs(self._guard.pinned(strip.key, event.param) - event.value) > coarse
        return abs(ours - event.value) <= (coarse if is_dumped and is_no_hand else near)

    def close(self, strip: StripState, param: Param) -> None:
        """The DAW has told something else of that control: what stands there is known."""
        self._values.pop((strip.key, param), None)
        self._guard.strip(strip.key).silent.discard(param)

    def open(self, strip: StripState, event: ParamChanged) -> None:
        """A write of ours, of that value, and a hand have crossed: ask for a dump."""
        self._values[strip.key, event.param] = event.value
        self._guard.strip(strip.key).silent.add(event.param)
        self._moves.is_dump_wanted = True

    def is_against_hand(self, strip: StripState, event: ParamChanged, *, was_crossed: bool) -> bool:
        """Whether a write of ours stands where a hand has been since."""
        pinned = self._guard.pinned(strip.key, event.param)
        is_doubted = self._guard.is_pin_doubted(strip.key, event.param)
        if is_doubted and self._moves.was_written(strip, event.param, pinned):
            return False  # that was no hand's, but ours
        return (
            (was_crossed or event.at < self._guard.strip(strip.key).held_until)
            and not self._guard.is_ours(strip.key, event.param)
            and not same_value(event.param, pinned, event.value)
        )

    def resolve(
        self, strip: StripState, event: ParamChanged, said: float, *, is_sure: bool, is_dumped: bool
    ) -> None:
        """Put the hand's value back if a dump is sure that ours stands; else ask for another.

        Args:
            strip: The strip.
            event: The value that answers our write.
            said: What the DAW said before; NaN where that was the crossing.
            is_sure: Whether the DAW holds that now.
            is_dumped: Whether a dump tells it.
        """
        touched_at = self._verdicts.touched_at(strip, event.param)
        if is_sure and same_value(event.param, said, event.value):
            pass  # the hand's own value, which was told before
        elif is_sure and event.at >= touched_at + RESTS_S:
            self._mix.confirm(strip, event.param, event.value, event.at)
            self._moves.restore(strip, event.param, event.at)
        else:  # or it came late, or the hand goes on
            if not is_dumped:
                self._moves.record_crossing(strip, event)
            self.open(strip, event)

    def yield_to(self, strip: StripState, event: ParamChanged, hand: ParamChanged) -> None:
        """A write of ours has moved on what a hand had moved while a dump was told."""
        self._moves.stop(hand.at, "your hand took over", key=strip.key, hand_on=event.param)
        self._guard.pin(strip.key, event.param, hand.value)
        self._guard.hold(strip.key, hand.at)
        self._mix.confirm(strip, event.param, event.value, event.at)
        self._mix.settle(strip, event.param)
        self.open(strip, event)
