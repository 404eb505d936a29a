"""A model of a real desk: what it holds, what moves with what, what it says and when.

Pure: the clock, the wire and every chance are given. Each way in which a real desk differs from an
ideal one is a `Feature` that can be switched on alone; `desk_world` lets it run beside a bridge.
"""

import math
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bridge.mix.params import EQ_BANDS, MOVABLE, Param
from bridge.osc.message import OscArg, OscMessage

Place = tuple[int, Param]
"""A strip's number and a parameter."""

OFF = -math.inf
"""A fader at the bottom of its way."""


class Feature(StrEnum):
    """One way in which a desk, a wire or a person is real; none is the ideal desk, alone."""

    # What a control can hold.
    GRID_FINE = "grid-fine"
    GRID_X32 = "grid-x32"
    GRID_TENTH = "grid-tenth"
    GRID_HALF = "grid-half"
    GRID_PAN = "grid-pan"
    OFF_GRID = "off-grid"  # that of OSC alone: files and hands put controls between its places
    # What moves with what.
    LINK = "link"
    GANG = "gang"
    VCA = "vca"
    VCA_RATIO = "vca-ratio"
    # The wire.
    LOST = "lost"
    DOUBLED = "doubled"
    LATE = "late"
    REORDERED = "reordered"
    # What is said of a write.
    ECHO_LATE = "echo-late"
    ECHO_CHANGED = "echo-changed"
    ECHO_ASKED = "echo-asked"
    ECHO_NONE = "echo-none"
    # Dumps.
    DUMP_LACKS = "dump-lacks"
    DUMP_NAMELESS = "dump-nameless"
    DUMP_SLOW = "dump-slow"
    COUNT_LIES = "count-lies"
    NAME_BEYOND = "name-beyond"
    STILL = "still"
    # Values.
    CLOSED = "closed"
    NAN = "nan"
    SWITCHES = "switches"
    RECALL = "recall"
    # People.
    HAND_004 = "hand-.004"
    HAND_04 = "hand-.04"
    HAND_4 = "hand-.4"
    HAND_40 = "hand-4"
    TOUCH = "touch"
    PANIC = "panic"
    UNDO = "undo"
    FREEZE = "freeze"
    THUMBS = "thumbs"


F = Feature
HAND_STEPS_DB = {F.HAND_004: 0.004, F.HAND_04: 0.04, F.HAND_4: 0.4, F.HAND_40: 4.0}
GRIDS = (F.GRID_FINE, F.GRID_X32, F.GRID_TENTH, F.GRID_HALF)
_ALL_GRIDS = {*GRIDS, F.GRID_PAN}
ECHOES = (F.ECHO_CHANGED, F.ECHO_ASKED, F.ECHO_NONE)
LOSSY = frozenset({F.LOST, F.ECHO_NONE})
_STEP_DB = {F.GRID_FINE: 0.004, F.GRID_TENTH: 0.1, F.GRID_HALF: 0.5}
_PEOPLE = frozenset({F.PANIC, F.FREEZE, F.UNDO, F.THUMBS, F.HAND_04, F.HAND_4, F.HAND_40, F.CLOSED})
_X32 = _PEOPLE | {F.GRID_X32, F.GRID_PAN, F.LINK, F.ECHO_LATE, F.RECALL}
LIKE = {
    "x32": _X32,
    "x32-wifi": _X32 | {F.LOST, F.LATE, F.DUMP_SLOW, F.DUMP_LACKS},
    "wing": _PEOPLE | {F.GRID_TENTH, F.GRID_PAN, F.LINK, F.ECHO_ASKED, F.RECALL, F.STILL},
    "ardour": _PEOPLE | {F.HAND_004, F.ECHO_CHANGED, F.GANG, F.VCA},
    "reaper": _PEOPLE | {F.GRID_FINE, F.ECHO_CHANGED, F.GANG, F.VCA, F.SWITCHES, F.DUMP_SLOW},
    "live": _PEOPLE | {F.GRID_FINE, F.HAND_004, F.ECHO_CHANGED, F.STILL},
    "controller": _PEOPLE | {F.GRID_HALF, F.ECHO_NONE, F.SWITCHES},
    "script": _PEOPLE | {F.GRID_TENTH, F.GRID_PAN, F.OFF_GRID, F.SWITCHES},
}
"""What is real at one kind of desk, all at once, and people who do everything."""

_BOTTOM_DB, _TOP_DB = -90.0, 10.0
_NAMES = ("Kick", "Snare", "Bass", "Gtr", "Keys", "Lead Vox", "Choir", "Pad", "Horns", "Perc")


def coherent(features: frozenset[Feature]) -> frozenset[Feature]:
    """The features without those that exclude each other: the first of a kind stays."""
    drop: set[Feature] = set()
    for kind in (GRIDS, ECHOES):
        drop.update([each for each in kind if each in features][1:])
    return features - drop


# -- what a control can hold --------------------------------------------------------------------


def x32_position(db: float) -> float:
    """0 to 1 on the fader of an X32 (P.-G. Maillot, "Unofficial X32/M32 OSC Remote Protocol")."""
    if db >= -10.0:
        return (db + 30.0) / 40.0
    if db >= -30.0:
        return (db + 50.0) / 80.0
    if db >= -60.0:
        return (db + 70.0) / 160.0
    return max(0.0, (db + 90.0) / 480.0)


def x32_db(position: float) -> float:
    """The inverse of `x32_position`; 0 is off."""
    if position <= 0.0:
        return OFF
    if position >= 0.5:
        return position * 40.0 - 30.0
    if position >= 0.25:
        return position * 80.0 - 50.0
    if position >= 0.0625:
        return position * 160.0 - 70.0
    return position * 480.0 - 90.0


def nearest(features: frozenset[Feature], param: Param, value: float) -> float:
    """What a desk holds when `value` is asked for: its nearest grid value."""
    if not math.isfinite(value):
        return value
    if param is Param.PAN:
        value = min(max(value, -1.0), 1.0)
        return round(value * 50.0) / 50.0 if F.GRID_PAN in features else value
    if param is Param.GAIN and F.GRID_X32 in features:
        position = min(max(x32_position(value), 0.0), 1.0)
        return x32_db(round(position * 1023.0) / 1023.0)
    if param is Param.GAIN and value < _BOTTOM_DB:
        return OFF
    low, high = (_BOTTOM_DB, _TOP_DB) if param is Param.GAIN else (-15.0, 15.0)
    value = min(max(value, low), high)
    grid = next((_STEP_DB[each] for each in GRIDS if each in features and each in _STEP_DB), 0.0)
    return round(value / grid) * grid if grid else value


def placed(features: frozenset[Feature], param: Param, value: float) -> float:
    """What a desk holds when a file, a scene or a hand sets `value`."""
    return nearest(features - _ALL_GRIDS if F.OFF_GRID in features else features, param, value)


def grid_step(features: frozenset[Feature], param: Param) -> float:
    """The widest step of that grid where the model's faders stand; 0 for none."""
    if param is Param.PAN:
        return 0.02 if F.GRID_PAN in features else 0.0
    if F.GRID_X32 in features:
        return 0.16 if param is Param.GAIN else 0.0
    return next((_STEP_DB[each] for each in GRIDS if each in features and each in _STEP_DB), 0.0)


# -- the desk -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Controls that move together.

    Attributes:
        kind: `LINK` makes them equal, `GANG` keeps their distance, a VCA's leader leads alone.
        leader: The VCA's own strip, else 0.
        members: Numbers of strips.
        ratio: How far a member goes with its leader.
    """

    kind: Feature
    leader: int
    members: tuple[int, ...]
    ratio: float = 1.0

    def followers(self, track: int) -> tuple[int, ...]:
        """Who goes along when `track` moves."""
        if self.leader:
            return self.members if track == self.leader else ()
        return tuple(m for m in self.members if m != track) if track in self.members else ()


@dataclass(slots=True)
class ModelDesk:
    """A desk in memory.

    Attributes:
        names: Of its strips, from 1.
        values: What it holds.
        switches: Mute and solo of a strip.
        groups: What moves with what; gains alone.
        hushed: What no dump says: strips (all of it), names, gains.
        exact: Where followers stand between two grid values.
    """

    features: frozenset[Feature]
    names: list[str]
    values: dict[Place, float] = field(default_factory=dict)
    switches: dict[Place, float] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    hushed: set[tuple[int, str]] = field(default_factory=set)
    exact: dict[Place, float] = field(default_factory=dict)

    @classmethod
    def make(cls, features: frozenset[Feature], dice: random.Random) -> "ModelDesk":
        """A desk with those features, and four to ten strips."""
        count = dice.randint(6 if F.RECALL in features else 4, len(_NAMES))
        desk = cls(features, list(_NAMES[:count]))
        for track in range(1, count + 1):
            for param in MOVABLE:
                value = dice.uniform(-0.7, 0.7) if param is Param.PAN else dice.uniform(-9.0, 9.0)
                value = dice.uniform(-24.0, 3.0) if param is Param.GAIN else value
                desk.values[track, param] = placed(features, param, value)
        desk._group(dice)
        tracks = range(1, count + 1)
        if F.CLOSED in features:
            for track in dice.sample(tracks, 1 + count // 4):
                desk.values[track, Param.GAIN] = OFF
                for group in desk.groups:
                    if group.kind is F.LINK and track in group.members:
                        desk.values.update({(each, Param.GAIN): OFF for each in group.members})
        if F.DUMP_NAMELESS in features:
            what = dice.choice(("name", "gain", "all"))
            desk.hushed = {(track, what) for track in dice.sample(tracks, dice.randint(1, 2))}
        return desk

    def _group(self, dice: random.Random) -> None:
        tracks = list(range(1, len(self.names) + 1))
        dice.shuffle(tracks)
        for kind in (F.LINK, F.GANG):
            if kind in self.features and len(tracks) >= 2:
                pair = (tracks.pop(), tracks.pop())
                self.groups.append(Group(kind=kind, leader=0, members=pair))
                for param in () if kind is F.GANG else (Param.GAIN, *EQ_BANDS):
                    self.values[pair[1], param] = self.values[pair[0], param]
        for kind, ratio in ((F.VCA, 1.0), (F.VCA_RATIO, dice.choice((0.3, 0.5, 2.0)))):
            if kind in self.features and len(tracks) >= 2:
                size = min(len(tracks) - 1, dice.randint(1, 4))
                leader, members = tracks.pop(), tuple(tracks.pop() for _ in range(size))
                self.groups.append(Group(kind=kind, leader=leader, members=members, ratio=ratio))

    def company(self, track: int) -> set[int]:
        """All strips that can move with `track`, or that it can move with, and itself."""
        mine = {track}
        for group in self.groups:
            everyone = {*group.members, group.leader} - {0}
            if track in everyone:
                mine |= everyone
        return mine

    def assign(
        self, track: int, param: Param, value: float, *, is_hand: bool
    ) -> dict[Place, float]:
        """Move a control, by hand or by OSC.

        Returns:
            All that the desk holds otherwise now.
        """
        place = track, param
        before = self.values[place]
        after = (placed if is_hand else nearest)(self.features, param, value)
        self.exact.pop(place, None)
        if after == before:
            return {}
        self.values[place] = after
        changed = {place: after}
        for group in self.groups:
            for follower in group.followers(track):
                there = follower, param
                held = self._follow(group, there, before, after)
                if held != self.values[there]:
                    changed[there] = self.values[there] = held
        return changed

    def _follow(self, group: Group, there: Place, before: float, after: float) -> float:
        """What a follower holds then."""
        held, param = self.values[there], there[1]
        if group.kind is F.LINK:
            return held if param is Param.PAN else after
        if param is not Param.GAIN or not all(map(math.isfinite, (before, after, held))):
            return held
        self.exact[there] = self.exact.get(there, held) + (after - before) * group.ratio
        return nearest(self.features, param, self.exact[there])

    def load(self, scene: dict[Place, float]) -> dict[Place, float]:
        """Recall a scene: every value by itself.

        Returns:
            All that the desk holds otherwise now.
        """
        changed = {place: value for place, value in scene.items() if self.values[place] != value}
        self.values.update(changed)
        for place in changed:
            self.exact.pop(place, None)
        return changed

    # -- what it says ----------------------------------------------------------------------------

    def said(self, track: int, param: Param) -> OscMessage:
        """The message that tells what it holds now."""
        table = self.values if param in MOVABLE else self.switches
        return value_message(track, param, table[track, param])

    def dump(self, number: int, dice: random.Random) -> Iterator[Callable[[], OscMessage]]:
        """All that it says when it is asked for all, each as it stands when it is said."""
        count = len(self.names)
        lies = F.COUNT_LIES in self.features
        said_count = count + dice.choice((-2, -1, 1, 2)) if lies else count
        yield _constant("/mix/tracks", said_count)
        for track, name in enumerate(self.names, start=1):
            if (track, "all") in self.hushed or self._is_dropped(dice, 0.05):
                continue
            if (track, "name") not in self.hushed and not self._is_dropped(dice, 0.05):
                yield _constant(f"/mix/track/{track}/name", name)
            for param in MOVABLE:
                is_hushed = param is Param.GAIN and (track, "gain") in self.hushed
                if not is_hushed and not self._is_dropped(dice, 0.03):
                    yield _later(self, track, param)
            for place in self.switches:
                if place[0] == track:
                    yield _later(self, *place)
        yield _constant("/mix/synced", number)
        if F.NAME_BEYOND in self.features:
            for beyond, name in enumerate(("Master", "FX Return"), start=count + 1):
                yield _constant(f"/mix/track/{beyond}/name", name)
                yield _constant(f"/mix/track/{beyond}/gain", 0.0)

    def _is_dropped(self, dice: random.Random, share: float) -> bool:
        return F.DUMP_LACKS in self.features and dice.random() < share


def value_message(track: int, param: Param, value: float) -> OscMessage:
    """A value as this desk says it."""
    return OscMessage(f"/mix/track/{track}/{param}", (float(value),))


def _constant(address: str, arg: OscArg) -> Callable[[], OscMessage]:
    return lambda: OscMessage(address, (arg,))


def _later(desk: ModelDesk, track: int, param: Param) -> Callable[[], OscMessage]:
    return lambda: desk.said(track, param)


def float32(value: float) -> float:
    """A value as the wire carries it."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def wire(message: OscMessage) -> OscMessage:
    """A message as the wire carries it."""
    args = tuple(float32(arg) if isinstance(arg, float) else arg for arg in message.args)
    return replace(message, args=args)
