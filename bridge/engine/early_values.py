"""Values that may have overtaken the beginning of the dump that they belong to.

Where answers come in another order, a value that nothing explains waits a moment. If a dump begins
then and does not tell that control, the value is the dump's; else it was told live, by a hand.
"""

import math
from typing import Final

from bridge.engine.dump_watch import DumpWatch
from bridge.engine.moves import Moves
from bridge.engine.verdicts import Verdicts
from bridge.mix.messages import ParamChanged
from bridge.mix.params import READ_ONLY
from bridge.mix.state import MixState, StripState

ASTRAY_S: Final = 0.45
"""Where answers go astray, values of a dump come so long before its beginning or after its end."""


class EarlyValues:
    """Keeps such values until it is clear what they are.

    Args:
        mix: The mix as it is known.
        moves: What is on its way.
        verdicts: Which hands are on the desk.
    """

    def __init__(self, mix: MixState, moves: Moves, verdicts: Verdicts) -> None:
        self._mix = mix
        self._moves = moves
        self._verdicts = verdicts
        self._kept: list[ParamChanged] = []

    @property
    def due(self) -> float | None:
        """When the first of them waits no longer, monotonic seconds; None for none."""
        is_waiting = self._kept and not self._mix.is_dump_open
        return self._kept[0].at + ASTRAY_S if is_waiting else None

    def keep(self, event: ParamChanged) -> StripState | None:
        """Keep a value if it may be one of these; returns its strip then, else None."""
        strip, param = self._mix.by_number(event.track), event.param
        if strip is None or param in READ_ONLY or not self._moves.is_astray(event.at, param):
            return None
        is_touched = math.isfinite(self._verdicts.touched_at(strip, param))
        far = abs(event.value - self._mix.settled_value(strip, param))  # NaN: one is not known
        is_where_it_was = not far > self._moves.grid.resolution(param, event.value)
        if is_touched or is_where_it_was or self._moves.is_answer(event):
            return None
        self._kept.append(event)
        return strip

    def pop(self, event: ParamChanged) -> list[ParamChanged]:
        """What a control has said before: as it says more without a dump, that was live, too."""
        place = event.track, event.param
        mine = [each for each in self._kept if (each.track, each.param) == place]
        self._kept = [each for each in self._kept if each not in mine]
        return mine

    def pop_due(self, at: float) -> list[ParamChanged]:
        """Those that have waited long enough: no dump has begun."""
        over: list[ParamChanged] = []
        while (due := self.due) is not None and at >= due - 1e-9:
            over.append(self._kept.pop(0))
        return over

    def sort(self, watch: DumpWatch) -> list[ParamChanged]:
        """A dump ends: record what belongs to it, and return what was told live.

        Args:
            watch: What the dump has told.
        """
        live = []
        for each in self._kept:
            told_at = watch.told_at(each.track, each.param)
            if math.isinf(told_at):
                self._mix.record_change(each)
            elif told_at <= each.at + ASTRAY_S:
                live.append(each)
        self._kept.clear()
        return live
