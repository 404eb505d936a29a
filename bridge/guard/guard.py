"""The guard: the only door to the DAW.

Theory of operation:

1. Safe is absolute. Nothing is ever written to a parameter that is Safe, not even by undo or panic:
   whoever locks a strip says "leave this as it is".
2. Hands win. A touched strip is held for `HOLD_OFF_S`, and the hand's value becomes the snapshot's:
   panic and bounds measure from there.
3. Each rule is one small function in `RULES`; a write must pass all of them. `shape` applies the
   same rules to many moves at once, ahead of the choice.
4. A number may name another strip by now while a dump is open or the layout is in doubt: then
   nothing leaves, and what is on its way waits. To a DAW that does not answer only panic is sent,
   and a hand's value that a write of ours has crossed: it may hear all the same.
5. Budgets are booked when a move begins, so that a ramp is one move.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.guard.limits import HOLD_OFF_S, Limits
from bridge.guard.show import Show
from bridge.guard.strip_guard import StripGuard, classes_of, switch
from bridge.guard.write import Purpose, Write
from bridge.mix.messages import SOON, StripSwitch
from bridge.mix.pairs import SHARED, pairs_of
from bridge.mix.params import (
    COLUMN,
    LOCK_CLASS,
    MOVABLE,
    SPECS,
    WORK_CLASSES,
    LockClass,
    Param,
    in_words,
)
from bridge.mix.spectrum import FloatArray, to_power
from bridge.mix.state import Observation

BEING_READ: Final = "the tracks are being read anew"
"""Why nothing is written while nobody knows which strip is which."""

_MINUTE_S: Final = 60.0
_DOUBTS: Final = 256
_ROUNDING: Final = 1e-6
"""Sums of steps in float64 may miss a bound by this much."""

_MINIMUM: Final = np.array([SPECS[param].minimum for param in MOVABLE])
_MAXIMUM: Final = np.array([SPECS[param].maximum for param in MOVABLE])
_COVERS: Final = {
    kind: np.array([kind in (LockClass.ALL, LOCK_CLASS[param]) for param in MOVABLE])
    for kind in LockClass
}
_SHARED: Final = np.array([COLUMN[param] for param in SHARED])
_LEAST_STEP: Final = np.array([SPECS[param].least_step for param in MOVABLE])


class Guard:
    """Keeps what every strip may do, and says no in one sentence."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.is_online = False
        self.is_layout_known = True
        """Whether the numbers of the strips are certain: no dump is open or asked for in doubt."""
        self.is_frozen = False
        self.is_panicked = False
        self.scale = 1.0
        """0.5 in gig mode: half of every step and span."""
        self.show = Show()
        self.is_live = False
        """People hear what the DAW plays: what is muted or closed may be opened at any moment."""
        self._strips: dict[str, StripGuard] = {}
        self._booked: deque[tuple[float, str, Param]] = deque()
        self._in_this_minute: Counter[tuple[str, Param]] = Counter()
        self._links: set[tuple[Param, str, str]] = set()

    def strip(self, key: str) -> StripGuard:
        """What is remembered of a strip; begun empty."""
        found = self._strips.get(key)
        if found is None:
            found = self._strips[key] = StripGuard()
        return found

    def rename(self, old: str, new: str) -> None:
        """What had no name has one now, unless that name is known from before."""
        if old in self._strips and new not in self._strips:
            self._strips[new] = self._strips.pop(old)

    def pin(self, key: str, param: Param, value: float, *, doubted_at: float | None = None) -> None:
        """Take `value` as the snapshot's: at the first dump, and after a hand.

        A hand that came at `doubted_at` may have been none: what was pinned is kept.
        """
        strip, column = self.strip(key), COLUMN[param]
        if doubted_at is None:
            strip.doubts.pop(column, None)
        else:
            pinned, is_ours = float(strip.snapshot[column]), bool(strip.ours[column])
            doubts = strip.doubts.setdefault(column, deque(maxlen=_DOUBTS))
            doubts.append((doubted_at, pinned, is_ours))
        strip.snapshot[column] = value
        strip.ours[column] = False

    def is_pin_doubted(self, key: str, param: Param) -> bool:
        """Whether the value pinned last may be no hand's."""
        return bool(self.strip(key).doubts.get(COLUMN[param]))

    def withdraw_hand(self, key: str, param: Param, since: float) -> None:
        """What was taken for a hand from `since` on was none: pin again what was pinned before."""
        strip, column = self.strip(key), COLUMN[param]
        doubts, was_ours = strip.doubts.get(column), False
        while doubts and doubts[-1][0] >= since:
            _, strip.snapshot[column], is_ours = doubts.pop()
            was_ours |= is_ours
        strip.ours[column] |= was_ours

    def claim(self, key: str, param: Param) -> None:
        """We have written it: from now on it is ours to take back."""
        self.strip(key).ours[COLUMN[param]] = True

    def disown(self) -> None:
        """Another mix: nothing that stands in it is ours."""
        for strip in self._strips.values():
            strip.ours[:] = False
            strip.doubts.clear()

    def is_ours(self, key: str, param: Param) -> bool:
        """Whether we have written it since it was pinned."""
        return bool(self.strip(key).ours[COLUMN[param]])

    def link(self, param: Param, leader: str, follower: str) -> None:
        """The DAW moves `follower` along with `leader`: one may only go where both may."""
        self._links.add((param, leader, follower))

    def pinned(self, key: str, param: Param) -> float:
        """The snapshot's value, NaN where there is none."""
        return float(self.strip(key).snapshot[COLUMN[param]])

    def switch_safe(self, key: str, lock_class: LockClass, *, on: bool) -> None:
        """Lock or free a class of parameters of a strip."""
        strip = self.strip(key)
        switch(strip.safe, lock_class, on=on)
        if lock_class in WORK_CLASSES and on:
            strip.safe_work.add(lock_class)
        elif lock_class in WORK_CLASSES:
            strip.safe_work.discard(lock_class)
        elif lock_class is LockClass.ALL and not on:
            strip.safe_work.clear()  # what is all Safe is so in any case

    def bar(self, key: str, barred: Mapping[LockClass, str]) -> list[str]:
        """Take over what the DAW would make go wrong on a strip; what of it is new, in words."""
        strip = self.strip(key)
        news = [
            why if kind is LockClass.ALL else f"its {kind} {why}"
            for kind, why in barred.items()
            if strip.barred.get(kind) != why and not why.startswith(SOON)
        ]
        strip.barred = dict(barred)
        return news

    def safe_classes(self, key: str) -> list[LockClass]:
        """The classes of a strip that are Safe, `[ALL]` where gain, pan and EQ are."""
        strip = self.strip(key)
        classes = classes_of(strip.safe)
        if LockClass.ALL in classes:
            return classes
        return [*classes, *(each for each in WORK_CLASSES if each in strip.safe_work)]

    def may(self, what: StripSwitch, key: str, param: Param) -> bool:
        """Whether it may be moved unasked, or teaches, as far as a person has switched."""
        return not self.strip(key).off[what][COLUMN[param]]

    def lock(self, key: str, param: Param) -> str:
        """Why nothing is ever sent there, not even by panic, in a word; empty where it may be."""
        if self.strip(key).safe[COLUMN[param]]:
            return "Safe"
        barred = self.strip(key).barred
        return "barred" if {LOCK_CLASS[param], LockClass.ALL} & barred.keys() else ""

    def hold(self, key: str, at: float, seconds: float = HOLD_OFF_S) -> None:
        """A hand is on that strip, or may be: keep off for so many seconds."""
        strip = self.strip(key)
        strip.held_until = max(strip.held_until, at + seconds)

    def is_held(self, key: str, at: float) -> bool:
        """Whether a hand is on that strip, or was a moment ago."""
        return at < self.strip(key).held_until

    def doubt(self, key: str, at: float, seconds: float) -> None:
        """A hand may be on that strip: take nothing back there for so many seconds."""
        self.strip(key).doubted_until = at + seconds

    def book(self, key: str, param: Param, at: float) -> None:
        """Count a move that begins now."""
        self._booked.append((at, key, param))
        self._in_this_minute[key, param] += 1

    def refusal(self, write: Write) -> str | None:
        """Why a write may not leave, in words; None where it may."""
        return next((no for rule in RULES if (no := rule(self, write)) is not None), None)

    def shape(
        self,
        observation: Observation,
        steps: FloatArray,
        step_params: tuple[Param, ...],
        *,
        at: float,
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Fit moves to the limits: shorten what goes too far, and say which may be made.

        Args:
            observation: What is known of the mix.
            steps: (n, actions) how far each move goes, in its parameter's unit.
            step_params: The parameter of each column.
            at: Monotonic seconds.

        Returns:
            The steps, shortened, and which of them are allowed: (n, actions) each.
        """
        columns = np.array([COLUMN[param] for param in step_params], dtype=np.int64)
        values = observation.values[:, columns]
        low, high = self.bounds(observation.keys, observation.names, observation.values)
        most = self.limits.step[columns] * self.scale
        within = np.minimum(np.maximum(steps, -most), most)  # twice as fast as `np.clip`
        targets = np.minimum(np.maximum(values + within, low[:, columns]), high[:, columns])
        shortened = targets - values
        allowed = np.abs(shortened) >= _LEAST_STEP[columns] - _ROUNDING
        allowed &= np.sign(shortened) == np.sign(steps)
        allowed &= ~self._blocked(observation, at)[:, columns]
        allowed &= self._within_total_boost(observation, shortened, columns)
        allowed &= self.show.allowed(
            observation.keys, observation.values, shortened, columns, at=at
        )
        return np.where(allowed, shortened, 0.0), allowed

    def bounds(
        self, keys: tuple[str, ...], names: tuple[str, ...], values: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Compute how far a move may go now: (n, 6) least and greatest value, in each unit.

        Args:
            keys: (n) the strips.
            names: (n) what they are called: the halves of a stereo pair are bound together.
            values: (n, 6) what they hold.
        """
        snapshot = np.array([self.strip(key).snapshot for key in keys]).reshape(values.shape)
        span = self.limits.span * self.scale
        # What stands beyond the span (gig mode halves it), or beyond the range as some faders can,
        # may come back in several steps.
        low = np.fmax(np.fmin(_MINIMUM, values), np.fmin(snapshot - span, values))
        high = np.fmin(np.fmax(_MAXIMUM, values), np.fmax(snapshot + span, values))
        for columns, leader, follower in self._linked_rows(keys, names):
            own, other = values[leader, columns], values[follower, columns]
            low[leader, columns] = np.fmax(
                low[leader, columns], own - (other - low[follower, columns])
            )
            high[leader, columns] = np.fmin(
                high[leader, columns], own + (high[follower, columns] - other)
            )
        return low, high

    def _linked_rows(
        self, keys: tuple[str, ...], names: tuple[str, ...]
    ) -> Iterator[tuple[NDArray[np.int64], int, int]]:
        """Columns, row of the leader and row of the follower: links of the DAW, stereo pairs."""
        if self._links:
            rows = {key: row for row, key in enumerate(keys)}
            for param, leader, follower in self._links:
                if leader in rows and follower in rows:
                    yield np.array([COLUMN[param]]), rows[leader], rows[follower]
        for pair in pairs_of(names):
            yield _SHARED, pair.left, pair.right

    def _blocked(self, observation: Observation, at: float) -> NDArray[np.bool_]:
        """(n, 6) what may not be moved now, whatever the value."""
        self._forget_old(at)
        is_mix_spent = len(self._booked) >= self.limits.moves_per_minute
        if self.is_frozen or self.is_panicked or is_mix_spent:
            return np.ones(observation.values.shape, dtype=np.bool_)
        gain = COLUMN[Param.GAIN]
        is_closed = observation.values[:, gain] < _MINIMUM[gain]
        blocked = np.zeros(observation.values.shape, dtype=np.bool_)
        blocked[:, gain] = is_closed
        if self.is_live:
            blocked |= (is_closed | ~observation.audible)[:, None]
        for row, key in enumerate(observation.keys):
            strip = self.strip(key)
            if at < strip.held_until or strip.silent or strip.is_nameless:
                blocked[row] = True
                continue
            blocked[row] |= strip.safe
            for lock_class in strip.barred:
                blocked[row] |= _COVERS[lock_class]
        rows = {key: row for row, key in enumerate(observation.keys)}
        for (key, param), moves in self._in_this_minute.items():
            if moves >= self.limits.moves_per_param_minute and key in rows:
                blocked[rows[key], COLUMN[param]] = True
        for columns, leader, follower in self._linked_rows(observation.keys, observation.names):
            is_unknown = np.isnan(observation.values[follower, columns])
            blocked[leader, columns] |= blocked[follower, columns] | is_unknown
        for pair in pairs_of(observation.names):
            blocked[pair.right] = True  # it goes with the left half
            blocked[pair.left, COLUMN[Param.PAN]] = True
        return blocked

    def _within_total_boost(
        self, observation: Observation, steps: FloatArray, columns: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """(n, actions) whether the sum of all strips stays near the snapshot's.

        A move that makes nothing louder is always allowed.
        """
        gain_column = COLUMN[Param.GAIN]
        raises = (columns == gain_column) & (steps > 0)
        if not np.isfinite(self.limits.total_boost_db) or not raises.any():
            return np.ones(steps.shape, dtype=np.bool_)
        # A strip that has never been heard counts as loud as the others: better too careful.
        level = np.where(np.isnan(observation.level_db), -20.0, observation.level_db)
        gain = np.nan_to_num(observation.values[:, gain_column], nan=-60.0)
        pinned = np.array([self.pinned(key, Param.GAIN) for key in observation.keys])
        pinned = np.where(np.isnan(pinned), gain, pinned)
        power, ceiling = to_power(level + gain), to_power(level + pinned).sum()
        ceiling *= to_power(np.array(self.limits.total_boost_db * self.scale))
        moved = power.copy()
        for pair in pairs_of(observation.names):
            moved[pair.left] += power[pair.right]
        after = power.sum() + moved[:, None] * (to_power(steps) - 1.0)
        return np.asarray(~raises | (after <= ceiling))

    def _forget_old(self, at: float) -> None:
        """Bookings count for a minute."""
        while self._booked and self._booked[0][0] <= at - _MINUTE_S:
            _, key, param = self._booked.popleft()
            self._in_this_minute[key, param] -= 1


# -- the rules: each returns why not, or None ---------------------------------------------------


def _must_know_the_value(_: Guard, write: Write) -> str | None:
    if not np.isnan(write.before):
        return None
    return f"the DAW has not said what its {write.param} holds"


def _must_stay_closed(_: Guard, write: Write) -> str | None:
    lowest = SPECS[Param.GAIN].minimum
    is_closed = write.param is Param.GAIN and write.before < lowest
    closes = write.purpose is Purpose.HAND and write.value < lowest  # as a person had it
    return "its fader is closed" if is_closed and not closes else None


def _must_know_the_name(guard: Guard, write: Write) -> str | None:
    if not guard.strip(write.key).is_nameless:
        return None
    return "the DAW has not said what it is called"


def _must_be_in_range(guard: Guard, write: Write) -> str | None:
    if write.purpose is Purpose.HAND and np.isfinite(write.value):
        return None  # where a person has put it
    spec = SPECS[write.param]
    # A value beyond the range where it stood is no further than a person had it.
    stood = (write.before, guard.pinned(write.key, write.param))
    lowest = spec.minimum if write.param is Param.GAIN else np.fmin.reduce([spec.minimum, *stood])
    highest = np.fmax.reduce([spec.maximum, *stood])
    # NaN compares as False, so that it is refused as well.
    if lowest - _ROUNDING <= write.value <= highest + _ROUNDING:
        return None
    return (
        f"{in_words(write.param, write.value)} is outside "
        f"{in_words(write.param, spec.minimum)} to {in_words(write.param, spec.maximum)}"
    )


def _must_know_the_strip(guard: Guard, _: Write) -> str | None:
    if guard.is_layout_known:
        return None
    return BEING_READ


def _must_be_online(guard: Guard, write: Write) -> str | None:
    if guard.is_online or write.purpose in (Purpose.PANIC, Purpose.HAND):
        return None
    return "the DAW does not answer"


def _must_not_be_safe(guard: Guard, write: Write) -> str | None:
    if not guard.strip(write.key).safe[COLUMN[write.param]]:
        return None
    return f"its {LOCK_CLASS[write.param]} is Safe"


def _must_not_be_barred(guard: Guard, write: Write) -> str | None:
    kind = LOCK_CLASS[write.param]
    barred = guard.strip(write.key).barred
    if LockClass.ALL in barred:
        return f"it {barred[LockClass.ALL]}"
    return None if kind not in barred else f"its {kind} {barred[kind]}"


def _must_not_be_frozen(guard: Guard, write: Write) -> str | None:
    if not guard.is_frozen or write.purpose is Purpose.PANIC:
        return None
    return "the mix is frozen"


def _must_not_cross_panic(guard: Guard, write: Write) -> str | None:
    if not guard.is_panicked or write.purpose in (Purpose.PANIC, Purpose.HAND):
        return None  # a hand's value that a write of ours has crossed is given back as well
    return "panic is latched: rearm first"


def _must_leave_hands_alone(guard: Guard, write: Write) -> str | None:
    if write.purpose is not Purpose.MOVE or write.at >= guard.strip(write.key).held_until:
        return None
    return f"a hand was on it less than {HOLD_OFF_S:g} s ago"


def _must_not_overrule_a_doubt(guard: Guard, write: Write) -> str | None:
    if write.purpose is not Purpose.UNDO or write.at >= guard.strip(write.key).doubted_until:
        return None
    return "a hand may be on it; ask again in a moment"


def _must_be_answered(guard: Guard, write: Write) -> str | None:
    if write.purpose is not Purpose.MOVE or not guard.strip(write.key).silent:
        return None
    return "the DAW has not answered the last write to this strip"


def _must_stay_near_snapshot(guard: Guard, write: Write) -> str | None:
    pinned = guard.pinned(write.key, write.param)
    span = guard.limits.span[COLUMN[write.param]] * guard.scale + _ROUNDING
    # Going back is never too far: a snapshot or a mode may have changed under the value.
    goes_back = abs(write.value - pinned) <= abs(write.before - pinned) + _ROUNDING
    if write.purpose is not Purpose.MOVE or np.isnan(pinned) or goes_back:
        return None
    if abs(write.value - pinned) <= span:
        return None
    return f"{in_words(write.param, write.value)} is too far from the snapshot"


def _must_be_a_small_step(guard: Guard, write: Write) -> str | None:
    step = guard.limits.step[COLUMN[write.param]] * guard.scale + _ROUNDING
    if write.purpose is not Purpose.MOVE or abs(write.value - write.start) <= step:
        return None
    return f"{in_words(write.param, write.value)} is too far for one move"


def _must_not_jump(guard: Guard, write: Write) -> str | None:
    jump = guard.limits.jump[COLUMN[write.param]] + _ROUNDING
    is_at_once = write.purpose in (Purpose.PANIC, Purpose.HAND)
    if is_at_once or abs(write.value - write.before) <= jump:
        return None
    return f"{in_words(write.param, write.value)} is a jump; it must be a ramp"


def _must_suit_the_show(guard: Guard, write: Write) -> str | None:
    return guard.show.refusal(write)


RULES: Final[tuple[Callable[[Guard, Write], str | None], ...]] = (
    _must_know_the_value,
    _must_know_the_name,
    _must_stay_closed,
    _must_be_in_range,
    _must_know_the_strip,
    _must_be_online,
    _must_not_be_safe,
    _must_not_be_barred,
    _must_not_be_frozen,
    _must_not_cross_panic,
    _must_leave_hands_alone,
    _must_not_overrule_a_doubt,
    _must_be_answered,
    _must_stay_near_snapshot,
    _must_be_a_small_step,
    _must_suit_the_show,
    _must_not_jump,
)
