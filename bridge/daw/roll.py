"""The roll of a DAW's strips: who they are, and what the engine has been told of each.

Two lanes may know a DAW's strips: its OSC, by number and name, and a script inside the DAW, by an
identity of the DAW's own (REAPER's GUIDs, Live's object ids). Either gives the whole list as it
stands, and the roll says what is new of it; so it makes no difference to the engine which lane
speaks, and a strip keeps its identity when the lane changes.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    TrackBarred,
    TrackIdentified,
    TrackNamed,
)
from bridge.mix.params import LockClass, Param

NOBODY: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One strip as a lane knows it.

    Attributes:
        name: In the DAW.
        guid: The DAW's own identity; empty where only OSC is heard.
        values: In the units of the core; NaN where there is no such control.
        barred: Why writes of a class would go wrong.
    """

    name: str
    guid: str = ""
    values: Mapping[Param, float] = field(default_factory=dict)
    barred: Mapping[LockClass, str] = field(default_factory=dict)


class Roll:
    """The strips as they were last told, with an identity each.

    Args:
        are_ids_lasting: The DAW's identities are the same in its next session (REAPER's GUIDs), and
            not given anew (Live's ids): then a strip's own is its name, which locks and roles keep.

    Attributes:
        strips: In the DAW's order.
        uids: The identity of each, for the engine.
        is_open: The engine was told that numbers may have changed, and not yet what they are.
    """

    def __init__(self, *, are_ids_lasting: bool = True) -> None:
        self._are_ids_lasting = are_ids_lasting
        self.strips: tuple[Strip, ...] = ()
        self.uids: tuple[str, ...] = ()
        self.is_open = True
        self._uid_of_guid: dict[str, str] = {}

    def forget_ids(self) -> None:
        """The DAW's identities may be another's from now on; who is who is known by name."""
        self._uid_of_guid.clear()

    def place(self, number: int, key: str) -> int:
        """The index of the strip that a write is for; `NOBODY` where the number is another's."""
        is_known = not self.is_open and 1 <= number <= len(self.uids)
        return number - 1 if is_known and self.uids[number - 1] == key else NOBODY

    def is_same_layout(self, strips: Sequence[Strip]) -> bool:
        """Whether these are the strips that were told, in their order."""
        return [_identity(strip) for strip in strips] == [_identity(old) for old in self.strips]

    def doubt(self, at: float) -> tuple[DawEvent, ...]:
        """Numbers may mean other strips from now on: nothing is written until a `dump`."""
        was_open, self.is_open = self.is_open, True
        return () if was_open else (DumpOpened(at=at, count=0),)

    def dump(self, strips: Sequence[Strip], *, number: int, at: float) -> Iterator[DawEvent]:
        """Tell everything."""
        before = dict(zip(self.uids, self.strips, strict=True))
        self.uids = self._identify(strips)
        self.strips = tuple(strips)
        self.is_open = False
        yield DumpOpened(at=at, count=len(strips))
        for track, (uid, strip) in enumerate(zip(self.uids, strips, strict=True), start=1):
            yield TrackIdentified(at=at, track=track, uid=uid)
            yield TrackNamed(at=at, track=track, name=strip.name)
            known = before[uid].values if uid in before else {}
            for param, value in strip.values.items():
                if not math.isnan(value) or not math.isnan(known.get(param, math.nan)):
                    yield ParamChanged(at=at, track=track, param=param, value=value)
            for kind, reason in strip.barred.items():
                yield TrackBarred(at=at, track=track, lock_class=kind, reason=reason)
        yield DumpClosed(at=at, number=number)

    def changes(
        self, strips: Sequence[Strip], said: set[tuple[int, Param]], *, at: float
    ) -> Iterator[DawEvent]:
        """Tell what differs from what was told, and what is `said` in any case (track, param)."""
        told, self.strips = self.strips, tuple(strips)
        for track, (old, strip) in enumerate(zip(told, strips, strict=True), start=1):
            if strip is old and not said:
                continue
            if strip.name != old.name:
                yield TrackNamed(at=at, track=track, name=strip.name)
            for param, value in strip.values.items():
                if (track, param) in said or not _is_same(value, old.values.get(param, math.nan)):
                    yield ParamChanged(at=at, track=track, param=param, value=value)
            for kind in LockClass:
                if (why := strip.barred.get(kind, "")) != old.barred.get(kind, ""):
                    yield TrackBarred(at=at, track=track, lock_class=kind, reason=why)

    def _identify(self, strips: Sequence[Strip]) -> tuple[str, ...]:
        """Each strip's identity: by GUID; else that of the same name and place, or name alone."""
        uids = [self._uid_of_guid.get(strip.guid, "") for strip in strips]
        taken = set(uids) - {""}
        old = list(zip(self.strips, self.uids, strict=True))
        # Two GUIDs that differ are two tracks, whatever their names; unless all were given anew.
        are_anew = not self._are_ids_lasting and not taken
        for is_same_place in (True, False):
            for place, strip in enumerate(strips):
                if uids[place]:
                    continue
                namesakes = [
                    uid
                    for number, (other, uid) in enumerate(old)
                    if other.name == strip.name
                    if are_anew or not (other.guid and strip.guid)
                    if uid not in taken and (number == place or not is_same_place)
                ]
                if len(namesakes) == 1:
                    uids[place] = namesakes[0]
                    taken.add(namesakes[0])
        for place, strip in enumerate(strips):
            if not uids[place]:
                names = (strip.name, *(f"{strip.name}#{number}" for number in range(2, 2000)))
                own = [strip.guid] if strip.guid and self._are_ids_lasting else []
                fresh = chain(own, names)
                uids[place] = next(uid for uid in fresh if uid not in taken)
                taken.add(uids[place])
            if strip.guid:
                self._uid_of_guid[strip.guid] = uids[place]
        return tuple(uids)


def _identity(strip: Strip) -> str:
    return strip.guid or strip.name


def _is_same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))
