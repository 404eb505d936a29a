"""Company: controls that a DAW moves along with ours (linked, ganged, grouped, led by a VCA).

What follows a write of ours in step with it is no hand. A follower shows itself at the beginning of
a ramp and keeps to one rule all the way:

- *copy*: it holds what we wrote (a stereo link);
- *shift*: it moves by as much (a group in dB, a VCA);
- *mirror*: it moves by as much the other way (the two pans of a pair);
- *scale*: it moves the same way, by more or less (a group by fader position).

Whoever stops following, or never began with us, is moved by a hand.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

from bridge.guard.grid import Grid, coarsest, may_be_end, noise
from bridge.guard.ramps import Transit
from bridge.guard.ties import GREATEST_RATIO, LEAST_RATIO, Lead, Tie, Ties, is_told_apart
from bridge.mix.params import SPECS, Param

_LAG_S: Final = 0.5
"""A follower is told this long after the write that it follows, at the latest."""
_LATE_LAG_S: Final = 1.0
"""And this long where the leader's own answers come late."""
_PATIENCE_S: Final = 0.6
"""A follower that says nothing more for this long has stopped."""
TOGETHER_S: Final = 0.45
"""Leader and follower begin to move at once; a slow desk's answers may part them by this."""
_WAITS_S: Final = 0.2
"""A ramp that has written nothing for this long waits for something."""
_LAST: Final = 5
"""A follower that has arrived answers one of so many last writes; datagrams overtake each other."""
_STEADY: Final = 2.0
"""Between the greatest and the least of a follower's ratios; a fader's law bends less in a ramp."""


class _Rule(Enum):
    COPY = auto()
    SHIFT = auto()
    MIRROR = auto()
    SCALE = auto()


class Followed(NamedTuple):
    """A control that has moved while ours did.

    Attributes:
        base: What it held before.
        value: What it holds now.
        at: When it moved last, monotonic seconds.
        leader: The strip whose control of ours it kept in step with to the end; empty where a hand
            moved it.
        is_first: Whether it had never followed that leader before.
        is_doubtful: Whether it said too little to tell a hand from a follower.
    """

    key: str
    param: Param
    base: float
    value: float
    at: float
    leader: str
    is_first: bool
    is_doubtful: bool


@dataclass(slots=True, kw_only=True)
class _Leader:
    """What a follower may be following: a control of ours, on its way from `start`.

    Attributes:
        key: The strip.
        start: Where it stood when the follower began.
        rules: Those that explain all that the follower said.
        ratios: The least and the greatest share of the leader's way that the follower went.
    """

    key: str
    start: float
    rules: frozenset[_Rule]
    ratios: tuple[float, float] = (math.inf, 0.0)


@dataclass(slots=True, kw_only=True)
class _Follower:
    """A control that may be following; `leaders` are those that still explain all that it said."""

    base: float
    value: float
    at: float
    leaders: list[_Leader]
    answers: int = 0


class Company:
    """Tells followers of our ramps from hands.

    Args:
        grid: How the DAW rounds.
        recent: What is or was lately on its way to a parameter of any strip, newest first.
        is_over: Whether a transit writes nothing more.

    Attributes:
        pairs: Which controls have followed which: (parameter, leader, follower).
    """

    def __init__(
        self,
        grid: Grid,
        recent: Callable[[Param, float], Iterator[Transit]],
        is_over: Callable[[Transit], bool],
    ) -> None:
        self.pairs: set[tuple[Param, str, str]] = set()
        self._grid = grid
        self._recent = recent
        self._is_over = is_over
        self._followers: dict[tuple[str, Param], _Follower] = {}
        self._ties = Ties()
        self._moved_at: dict[tuple[str, Param], float] = {}
        """When those moved last of which it is not known yet what they go along with."""

    @property
    def due(self) -> float | None:
        """When the next follower may be judged, monotonic seconds; None where there is none."""
        moved = (*(each.at for each in self._followers.values()), *self._moved_at.values())
        return min(moved) + _PATIENCE_S if moved else None

    def clear(self) -> None:
        """Forget who may be following: another mix was loaded."""
        self._followers.clear()
        self._moved_at.clear()
        self._ties.clear()

    def retain(self, told: Mapping[tuple[str, Param], float]) -> None:
        """Strips were rearranged: only who stands where a dump says that it does may go on."""
        self._followers = {
            (key, param): each
            for (key, param), each in self._followers.items()
            if abs(told.get((key, param), math.inf) - each.value) <= noise(param)
        }

    def drop(self, key: str, param: Param) -> None:
        """Forget a follower: a hand has it."""
        self._followers.pop((key, param), None)

    def drop_ties(self, key: str, param: Param) -> None:
        """A hand has a control, for sure: what it did shows nothing."""
        self._moved_at.pop((key, param), None)
        self._ties.drop(key, param)

    def may_be_tied(self, key: str, param: Param, leader: str) -> bool:
        """Whether the last steps of a control may be those of one that goes along with another."""
        return self._ties.is_likely(key, param, leader)

    def part(self, key: str, param: Param) -> None:
        """A control answers us: where it is now says nothing of where its leaders are."""
        self._ties.part(key, param)

    def record(self, key: str, param: Param, before: float, value: float, at: float) -> None:
        """A control has moved from `before`, and no write to it explains that."""
        before = self._ties.add_up(key, param, before, value)
        if math.isnan(before):
            return
        near = self._grid.widest(param, value, before)
        leads: dict[str, Lead] = {}
        found: dict[str, list[Transit]] = {}
        own_at = -math.inf
        for transit in self._recent(param, at):
            if transit.key == key and transit.sent:
                own_at = max(own_at, transit.sent_at[-1])
            mine = found.setdefault(transit.key, [])
            is_late = not transit.sent or at - transit.sent_at[-1] > _lag(transit, at)
            is_past = bool(mine) and mine[-1].is_prompt(at) and math.isfinite(mine[-1].moved_at)
            if transit.key == key or is_late or is_past:
                continue
            mine.append(transit)
        for leader, mine in found.items():
            if not mine:
                continue
            is_told = mine[0].has_spoken and mine[0].is_prompt(at)
            span = mine[0].waiting if is_told else self._window(leader, param, at)
            waits = abs(span[-1] - span[0]) > self._grid.rounding(param, span[0])
            leads[leader] = Lead.of(
                mine, span, own_at=own_at, step=near, is_told=is_told, waits=waits
            )
        self._ties.record(key, param, before=before, value=value, at=at, near=near, leads=leads)
        if leads:
            self._moved_at[key, param] = at

    def rename(self, old: str, new: str) -> set[Param]:
        """A strip has another key now; returns what of it has moved along with others."""
        along = {param for key, param in self._followers if key == old}
        along |= {param for param, _, key in self.pairs if key == old}
        self._followers = {
            (new if key == old else key, param): each
            for (key, param), each in self._followers.items()
        }
        self._moved_at = {
            (new if key == old else key, param): at for (key, param), at in self._moved_at.items()
        }
        self._ties.rename(old, new)
        for each in (leader for one in self._followers.values() for leader in one.leaders):
            each.key = new if each.key == old else each.key
        self.pairs = {
            (param, new if leader == old else leader, new if key == old else key)
            for param, leader, key in self.pairs
        }
        return along

    def receive(
        self, key: str, param: Param, *, base: float, value: float, at: float, is_sure: bool
    ) -> bool:
        """Whether a foreign value may be company of what is on its way to other strips.

        Args:
            key: The strip.
            param: The parameter.
            base: What it held before.
            value: What it holds now.
            at: Monotonic seconds.
            is_sure: Whether a dump says it: then it may be the first that is heard of a follower.
        """
        if (key, param) in self._followers:
            return self.keeps_step(key, param, value, at)
        rules = frozenset(_Rule) - (frozenset() if param is Param.PAN else {_Rule.MIRROR})
        leaders: list[_Leader] = []
        for transit in self._recent(param, at):
            if (
                transit.key == key
                or not transit.sent
                or at - transit.sent_at[-1] > _lag(transit, at)
            ):
                continue
            start = transit.start
            if not (is_sure or _begins(transit, at)):
                if (param, transit.key, key) not in self.pairs:
                    continue
                start = self._window(transit.key, param, at)[0]  # it joins on the way
            leaders.append(_Leader(key=transit.key, start=start, rules=rules))
        # Whom it has followed before comes first.
        leaders.sort(key=lambda each: (param, each.key, key) not in self.pairs)
        follower = _Follower(leaders=leaders, base=base, value=base, at=at)
        if not self._keeps_step(follower, param, value, at):
            return False
        self._followers[key, param] = follower
        return True

    def keeps_step(self, key: str, param: Param, value: float, at: float) -> bool:
        """Whether a control that may be following goes on doing so; takes its value."""
        known = self._followers.get((key, param))
        return known is not None and self._keeps_step(known, param, value, at)

    def is_followed_by(self, key: str, param: Param) -> bool:
        """Whether a control may be following one of ours now."""
        return (key, param) in self._followers

    def pulls(self, key: str, param: Param, at: float) -> bool:
        """Whether a control that we write ourselves is led by another that we write now, too."""
        return any(
            (param, transit.key, key) in self.pairs and at - transit.sent_at[-1] <= _LAG_S
            for transit in self._recent(param, at)
            if transit.sent
        )

    def leaders(self, key: str, param: Param, others: Iterable[str]) -> int:
        """How many of these have led a control."""
        return sum(self._may_lead(param, other, key) for other in others)

    def is_with(self, key: str, param: Param, others: Iterable[str]) -> bool:
        """Whether a control has moved along with one of these, or one of these with it."""
        return any(
            self._may_lead(param, other, key) or (param, key, other) in self.pairs
            for other in others
            if other != key
        )

    def has_any(self, param: Param) -> bool:
        """Whether any control of that parameter has moved along with another."""
        return any(each is param for each, _, _ in self.pairs)

    def _may_lead(self, param: Param, leader: str, key: str) -> bool:
        """Whether one control has moved another along, or may be doing so now."""
        follower = self._followers.get((key, param))
        is_now = follower is not None and any(each.key == leader for each in follower.leaders)
        return is_now or (param, leader, key) in self.pairs

    def _find_ties(self, at: float) -> list[Tie]:
        """Who has shown by now what it goes along with, each judged once it has come to rest."""
        ties = []
        for (key, param), moved_at in list(self._moved_at.items()):
            if at < moved_at + _PATIENCE_S - 1e-9:
                continue
            newest = {t.key: t for t in reversed([*self._recent(param, at)]) if t.sent}
            newest.pop(key, None)
            # What its leader has begun since says where it had arrived.
            ends = {
                leader: each.start if each.sent_at[0] > moved_at else each.arrived
                for leader, each in newest.items()
                if self._is_over(each) or each.sent_at[0] > moved_at
            }
            goes_on = newest.keys() - ends.keys()
            found = self._ties.found(key, param, ends)
            if goes_on and not is_told_apart(found, goes_on):
                self._moved_at[key, param] = at
                continue
            del self._moved_at[key, param]
            known = [tie for tie in found if (param, tie.leader, key) in self.pairs]
            new = [tie for tie in found if tie.is_shown and self._steps_enough(tie, newest)]
            if not known and len(new) > 1 and new[0].steps == new[1].steps:
                continue
            ties += (known or new)[:1]
        return ties

    def _steps_enough(self, tie: Tie, newest: Mapping[str, Transit]) -> bool:
        """Whether a control has moved as often as its leader, where no grid keeps it from that."""
        is_exact = self._grid.rounding(tie.param, tie.value) <= noise(tie.param)
        return not is_exact or tie.leader not in newest or tie.steps >= newest[tie.leader].told // 2

    def judge(self, at: float) -> tuple[list[Followed], list[Tie]]:
        """The followers that have stopped, and the ties that have shown, each once."""
        judged, ties = [], self._find_ties(at)
        tied = {(tie.key, tie.param): tie.leader for tie in ties}
        for (key, param), each in list(self._followers.items()):
            if at < each.at + _PATIENCE_S - 1e-9:
                continue
            if self._is_led_on(each, param, at):
                each.at = at
                continue
            del self._followers[key, param]
            leader, is_doubtful = tied.get((key, param), ""), False
            if not leader:
                leader, is_doubtful = self._leader(each, param, at)
            is_first = (param, leader, key) not in self.pairs
            judged.append(
                Followed(
                    key=key,
                    param=param,
                    base=each.base,
                    value=each.value,
                    at=each.at,
                    leader=leader,
                    is_first=is_first,
                    is_doubtful=is_doubtful,
                )
            )
        self.pairs |= {(each.param, each.leader, each.key) for each in judged if each.leader}
        self.pairs |= {(tie.param, tie.leader, tie.key) for tie in ties}
        return judged, ties

    def _tolerance(self, param: Param, value: float) -> float:
        tolerance = SPECS[param].tolerance
        unseen = min(self._grid.half_step(param, value), tolerance)  # echoes may hide the steps
        return max(self._grid.rounding(param, value), tolerance + unseen)

    def _window(self, key: str, param: Param, at: float) -> list[float]:
        """What was written to a leader lately and may be followed now, the likeliest at the end.

        Where the leader's own answers come late, its followers' come late as well: both are told of
        the same write.
        """
        mine = [t for t in self._recent(param, at) if t.key == key and t.sent]
        lately = [
            sent
            for transit in reversed(mine)
            for index, sent in enumerate(transit.sent)
            if at - transit.sent_at[index] <= _lag(transit, at) or transit.is_unanswered(index)
        ]
        answered = [transit.last_answered for transit in mine if transit.is_answered]
        return [*lately, *answered[:1]] or [transit.sent[-1] for transit in mine[:1]]

    def _keeps_step(self, follower: _Follower, param: Param, value: float, at: float) -> bool:
        """Take the next value of a follower; False where no rule explains it any more."""
        near = self._tolerance(param, value)
        leaders = []
        for each in follower.leaders:
            window = self._window(each.key, param, at)
            fits = each.rules & _fitting(each, follower, param, window, value, near)
            if fits:
                ratios = _ratios(each, follower, param, window, value)
                leaders.append(_Leader(key=each.key, start=each.start, rules=fits, ratios=ratios))
        if not leaders:
            return False
        follower.leaders = leaders
        if abs(value - follower.value) > noise(param):  # a dump may only say it again
            follower.value, follower.at = value, at
            follower.answers += 1
        return True

    def _is_led_on(self, follower: _Follower, param: Param, at: float) -> bool:
        """Whether a leader has more to write: it waits for a dump, or has led to a fader's end."""
        keys = {each.key for each in follower.leaders}
        is_stopped = may_be_end(param, follower.value)
        return any(
            transit.key in keys
            and transit.sent
            and not self._is_over(transit)
            and (is_stopped or transit.sent_at[-1] < at - _WAITS_S)
            for transit in self._recent(param, at)
        )

    def _leader(self, follower: _Follower, param: Param, at: float) -> tuple[str, bool]:
        """Whom a follower kept in step with until nothing more was written; empty for nobody.

        And whether it may have been somebody, though it said too little to be sure.
        """
        is_doubtful = False
        fine, coarse = SPECS[param].tolerance, self._tolerance(param, follower.value)
        for each in follower.leaders:
            mine = [t for t in self._recent(param, follower.at) if t.key == each.key and t.sent]
            if mine and not self._is_over(mine[0]) and mine[0].moved_at <= at - _PATIENCE_S:
                # Its leader goes on, and it does not; on a coarse grid it need not yet.
                is_doubtful |= mine[0].gone_since(follower.at) <= 2.0 * coarsest(param)
                continue
            ended = next((transit for transit in mine if self._is_over(transit)), None)
            if ended is None:
                is_doubtful = True
                continue
            end = ended.sent[-_LAST:]  # answers may come in another order
            gone = max(abs(sent - each.start) for sent in end)
            is_fine = self._grid.rounding(param, follower.value) <= noise(param)
            steps = ended.told or len(ended.sent)
            # On a fine grid it steps as often; where ours are not answered, no grid is known.
            enough = steps // 2 if is_fine or not ended.told else 1
            for near in (fine, coarse):
                if gone <= 1.5 * near:  # it has hardly gone anywhere: that shows nothing
                    is_doubtful = True
                    continue
                fits = each.rules & _fitting(each, follower, param, end, follower.value, near)
                # To believe in a scale takes a tie.
                if fits - {_Rule.SCALE} and follower.answers >= enough:
                    return each.key, False
                is_doubtful |= bool(fits)
        return "", is_doubtful


def _lag(transit: Transit, at: float) -> float:
    """How long after a write what follows it may be told, in seconds."""
    return _LAG_S if transit.is_prompt(at) else _LATE_LAG_S


def _begins(transit: Transit, at: float) -> bool:
    """Whether a ramp has only just begun to move what it leads: later on nobody joins it."""
    if math.isfinite(transit.moved_at):
        return at - transit.moved_at <= TOGETHER_S
    return at - transit.sent_at[0] <= _LATE_LAG_S


def _fitting(
    leader: _Leader,
    follower: _Follower,
    param: Param,
    window: list[float],
    value: float,
    near: float,
) -> frozenset[_Rule]:
    """The rules that explain `value` by one of the writes of the window, to within `near`."""
    if not window:
        return frozenset()
    moved = value - follower.base
    fits = set()
    for sent in window:
        gone = sent - leader.start
        if abs(value - sent) <= near:
            fits.add(_Rule.COPY)
        if abs(moved - gone) <= near:
            fits.add(_Rule.SHIFT)
        if min(abs(moved + gone), abs(value + sent)) <= near:
            fits.add(_Rule.MIRROR)
        least, most = LEAST_RATIO * abs(gone) - near, GREATEST_RATIO * abs(gone) + near
        is_along = gone * moved > 0 or abs(moved) <= near  # a step that small has no direction yet
        if is_along and least <= abs(moved) <= most:
            fits.add(_Rule.SCALE)
    least, most = _ratios(leader, follower, param, window, value)
    if most > _STEADY * least:
        fits.discard(_Rule.SCALE)
    return frozenset(fits)


def _ratios(
    leader: _Leader, follower: _Follower, param: Param, window: list[float], value: float
) -> tuple[float, float]:
    """The least and the greatest share of its leader's way that a follower has gone.

    Of all writes that it may answer the one counts that changes the share least.
    """
    moved = abs(value - follower.base)
    if moved <= 2.0 * SPECS[param].tolerance:
        return leader.ratios
    least, most = leader.ratios
    shares = [moved / abs(sent - leader.start) for sent in window if sent != leader.start]
    if not shares:
        return leader.ratios
    share = shares[-1]
    if not math.isinf(least):
        share = min(shares, key=lambda each: max(most, each) / min(least, each))
    return min(least, share), max(most, share)
