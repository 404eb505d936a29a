"""Detours: values that leave the mix and come back, to compare, or to be where the mix once was.

Only what is the bridge's own takes part. What a hand moves meanwhile is the hand's: it neither
goes away nor comes back any more.
"""

import math
from dataclasses import dataclass
from typing import Final

from bridge.engine.move import Move
from bridge.engine.moves import Moves
from bridge.engine.work import Work
from bridge.engine.work_detours import WorkDetours, WorkPin
from bridge.guard.guard import Guard
from bridge.guard.write import Purpose
from bridge.mix.messages import MoveState, Slot
from bridge.mix.params import MOVABLE, Param, same_value
from bridge.mix.state import MixState

COMPARE_LIFE_S: Final = 30.0
"""Whoever holds the button longer than this has gone, and the mix comes back."""

_Place = tuple[str, Param]


@dataclass(slots=True, kw_only=True)
class Pin:
    """A mix as it stood.

    Attributes:
        at: When it was pinned, monotonic seconds.
        values: What every parameter held; a hand's touch takes it out.
        moves: Names of the moves that stood in it.
        work: The same of devices and contents.
    """

    at: float
    values: dict[_Place, float]
    moves: frozenset[str]
    work: WorkPin


class Detours:
    """Comparing with the snapshot, and four places to come back to.

    Attributes:
        pins: What is pinned now.
    """

    def __init__(self, *, mix: MixState, guard: Guard, moves: Moves, work: Work) -> None:
        self.pins: dict[Slot, Pin] = {}
        self._mix = mix
        self._guard = guard
        self._moves = moves
        self._away: dict[_Place, float] = {}
        self._until: float | None = None
        self._work = WorkDetours(work)

    @property
    def is_comparing(self) -> bool:
        """Whether the snapshot is heard in place of the mix."""
        return self._until is not None

    @property
    def due(self) -> float | None:
        """When a comparison ends by itself; None where there is none."""
        return self._until

    # -- comparing -----------------------------------------------------------------------------

    def compare(self, at: float) -> str | None:
        """Let the snapshot be heard; returns why not, or None."""
        if self.is_comparing:
            return None
        refusal = "the mix is as it was: there is nothing to compare"
        for strip in self._mix.strips:
            for param in MOVABLE:
                now = self._moves.left_at(strip, param)
                pinned = self._guard.pinned(strip.key, param)
                is_ours = self._guard.is_ours(strip.key, param)
                is_known = not (math.isnan(now) or math.isnan(pinned))
                if not (is_ours and is_known) or same_value(param, now, pinned):
                    continue
                if why_not := self._moves.why_not(strip, param, at, Purpose.UNDO):
                    refusal = why_not
                    continue
                self._away[strip.key, param] = now
                self._moves.begin(strip.key, param, now, pinned, at, purpose=Purpose.UNDO)
        is_any, why_not = self._work.compare(at)
        if not self._away and not is_any:
            return why_not or refusal
        self._until = at + COMPARE_LIFE_S
        return None

    def come_back(self, at: float) -> None:
        """Let the mix be heard again; what may not come back has been reverted, and is told so."""
        away, self._away, self._until = self._away, {}, None
        self._work.come_back(at)
        for (key, param), value in away.items():
            strip = self._mix.by_key(key)
            why_not = (
                "the track is gone"
                if strip is None
                else self._moves.why_not(strip, param, at, Purpose.UNDO)
            )
            if strip is None or why_not:
                for move in self._moves.of_param(key, param):
                    self._moves.enter(move, MoveState.REVERTED, at, f"while comparing: {why_not}")
                continue
            now = self._moves.on_the_wire(strip, param)
            ours = self._moves.of_param(key, param)
            self._moves.begin(
                key,
                param,
                now,
                value,
                at,
                purpose=Purpose.UNDO,
                move=ours[-1].id if ours else "",
            )

    # -- A to D --------------------------------------------------------------------------------

    def pin(self, slot: Slot, at: float) -> str | None:
        """Remember the mix as it stands now; returns why not, or None."""
        values = {
            (strip.key, param): value
            for strip in self._mix.strips
            for param in MOVABLE
            if not math.isnan(value := self._mix.value(strip, param))
        }
        work = self._work.pin()
        if not values and not work.knobs:
            return "nothing is known of the mix yet"
        standing = frozenset(move.id for move in self._moves.standing())
        self.pins[slot] = Pin(at=at, values=values, moves=standing, work=work)
        return None

    def recall(self, slot: Slot, at: float) -> str | None:
        """Bring back what was pinned; returns what could not be brought back and why, or None."""
        pin = self.pins.get(slot)
        if pin is None:
            return f"nothing is pinned to {slot}"
        refusal = self._work.recall(pin.work, slot, at) or None
        for (key, param), value in pin.values.items():
            strip = self._mix.by_key(key)
            if strip is None or same_value(
                param, now := self._moves.on_the_wire(strip, param), value
            ):
                continue
            if why_not := self._moves.why_not(strip, param, at, Purpose.UNDO):
                refusal = f"{strip.name} {param} stays: {why_not}"
                continue
            back = self._revive(pin, key, param, f"back to {slot}", at)
            self._moves.begin(
                key, param, now, value, at, purpose=Purpose.UNDO, move=back.id if back else ""
            )
        return refusal

    def _revive(self, pin: Pin, key: str, param: Param, reason: str, at: float) -> Move | None:
        """End the later moves of a parameter, and let those stand again that stood then."""
        back = None
        for move in self._moves.all_of_param(key, param):
            if move.id in pin.moves and move.state is MoveState.REVERTED:
                self._moves.enter(move, MoveState.APPLIED, at, reason)
                back = move
            elif move.id not in pin.moves and move.is_undoable:
                self._moves.enter(move, MoveState.REVERTED, at, reason)
        return back

    # -- hands and other mixes -----------------------------------------------------------------

    def exclude(self, key: str, param: Param) -> None:
        """A hand has moved it: it takes no part any more."""
        self._away.pop((key, param), None)
        for pin in self.pins.values():
            pin.values.pop((key, param), None)

    def forget(self) -> None:
        """Another mix was loaded: nothing of the old one comes back."""
        self.pins.clear()
        self.drop_comparison()

    def drop_comparison(self) -> None:
        """The snapshot stands, by panic: nothing comes back."""
        self._away.clear()
        self._work.drop()
        self._until = None
