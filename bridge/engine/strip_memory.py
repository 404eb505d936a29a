"""What a person has said of strips, kept by identity: Safe, Act, Learn, and the role they play."""

import json
import math
from collections.abc import Mapping
from typing import Any

from bridge.engine.move import Move
from bridge.errors import PriorError
from bridge.guard.guard import Guard
from bridge.guard.strip_guard import classes_of, switch
from bridge.mix.device_events import TaskName
from bridge.mix.identity import kept_key
from bridge.mix.messages import LinkState, StripSwitch
from bridge.mix.params import CLASS_WORDS, LOCK_CLASS, MOVABLE, LockClass
from bridge.mix.roles import Role, is_untouchable
from bridge.mix.state import MixState, StripState
from bridge.tasks.task import Task


class StripMemory:
    """Locks and roles that outlive a dump and a session."""

    def __init__(self, mix: MixState, guard: Guard, tasks: Mapping[TaskName, Task]) -> None:
        self._mix = mix
        self._guard = guard
        self._tasks = {name.value: task for name, task in tasks.items()}
        self._unlearnt = {name: task.state() for name, task in self._tasks.items()}
        self._roles: dict[str, Role] = {}
        self._safe: dict[str, list[LockClass]] = {}
        self._off: dict[StripSwitch, dict[str, list[LockClass]]] = {
            each: {} for each in StripSwitch
        }
        self._safe_for_all: set[LockClass] = set()
        self._met: dict[str, str] = {}  # names by key, of every strip of this session
        self._is_scene_new = False
        self._unknown: dict[str, Any] = {}
        self._unknown_parts: dict[str, Any] = {}

    def greet(self, strip: StripState, *, is_new: bool) -> None:
        """Give a strip of a dump what is known of it.

        Args:
            strip: The strip.
            is_new: Whether the last dump did not have it: it is pinned as it stands now, even if
                there was one of that identity before.
        """
        met_as = self._met.get(strip.key, strip.name)
        if self._is_scene_new and met_as != strip.name:
            # The place is the same, and somebody else stands there: their role is read anew.
            self._roles.pop(kept_key(strip.key, self._roles), None)
            strip.given_role = strip.sound_role = None
        self.recall_role(strip)
        self._guard.strip(strip.key).is_nameless = not strip.is_named
        for param in MOVABLE:
            if is_new or math.isnan(self._guard.pinned(strip.key, param)):
                self._guard.pin(strip.key, param, self._mix.value(strip, param))
        for lock_class in self._locks_of(strip):
            self._guard.switch_safe(strip.key, lock_class, on=True)
        for each, kept in self._off.items():
            for lock_class in kept.pop(kept_key(strip.key, kept), ()):
                switch(self._guard.strip(strip.key).off[each], lock_class, on=True)
        self._met[strip.key] = strip.name

    def begin_scene(self) -> None:
        """The next dump is another mix."""
        self._is_scene_new = True

    def end_scene(self) -> None:
        """Who is who in the new mix is known."""
        self._is_scene_new = False

    def take_role(self, track: int, role: Role) -> None:
        """The DAW says a role."""
        self._mix.note_role(track, role)
        if strip := self._mix.by_number(track):
            self.recall_role(strip)

    def recall_role(self, strip: StripState) -> None:
        """A person's word for a role stands, whatever the DAW says."""
        if role := self._roles.get(kept_key(strip.key, self._roles)):
            strip.given_role = role

    def _locks_of(self, strip: StripState) -> list[LockClass]:
        """The locks that a strip gets now: at the first meeting, and with an untouchable name."""
        safe = self._safe.pop(kept_key(strip.key, self._safe), None)
        if safe is not None:
            return safe
        met_as = self._met.get(strip.key)
        safe = sorted(self._safe_for_all) if met_as is None else []
        if met_as != strip.name and is_untouchable(strip.name):
            safe.append(LockClass.ALL)
        return safe

    def switch_safe(self, track: str, lock_class: LockClass, *, on: bool) -> list[StripState]:
        """Lock or free the strips that a person means; ``*`` is those to come as well.

        Returns:
            The strips that are there now.
        """
        if track == "*":
            change = self._safe_for_all.add if on else self._safe_for_all.discard
            change(lock_class)
        strips = self._mix.find(track)
        for strip in strips:
            self._guard.switch_safe(strip.key, lock_class, on=on)
        return strips

    def switch_off(
        self, what: StripSwitch, track: str, lock_class: LockClass, *, off: bool
    ) -> list[StripState]:
        """Forbid or allow again on the strips that a person means; returns those there are."""
        strips = self._mix.find(track)
        for strip in strips:
            switch(self._guard.strip(strip.key).off[what], lock_class, on=off)
        return strips

    def correct_role(self, track: str, role: Role) -> list[StripState]:
        """Take a person's word for the role of a track; returns the strips that are there."""
        strips = [] if track == "*" else self._mix.find(track)
        for strip in strips:
            self._roles[kept_key(strip.key, self._roles)] = strip.given_role = role
        return strips

    def take_bars(self) -> str:
        """Leave alone what the DAW would make go wrong; what is new of that, in words."""
        bars = [
            f"{strip.name}: {', '.join(news)}"
            for strip in self._mix.strips
            if not self._mix.is_dump_open and (news := self._guard.bar(strip.key, strip.barred))
        ]
        more = f", and {len(bars) - 3} more" * (len(bars) > 3)
        return f"left alone: {'; '.join(bars[:3])}{more}" if bars else ""

    def panic_text(self, standing: list[Move], link: tuple[LinkState, str]) -> str:
        """What panic has brought back, what is locked and stays, and what the link to the DAW is.

        Args:
            standing: The moves that are in the mix all the same.
            link: Its state, and why in words.
        """
        kept = set()
        for move in standing:
            for half in move.halves:
                strip, why = self._mix.by_key(half.key), self._guard.lock(half.key, move.param)
                if strip is None or not why:
                    continue
                kept.add(f"{strip.name} {CLASS_WORDS[LOCK_CLASS[move.param]]} ({why})")
        back = f"all but {', '.join(sorted(kept))} is back" if kept else "back"
        lost = "" if link[0] is LinkState.ONLINE else f"; {link[1]}"
        return f"{back} at the snapshot; nothing moves until you rearm{lost}"

    def pack(self, learnt: bytes) -> bytes:
        """All this, and what was learnt of the mix and by each other task, as canonical JSON.

        What an other version has kept and this one does not know is kept as it was.
        """
        own = _canonical(self._unknown | self._to_json())
        states = {name: task.state() for name, task in self._tasks.items()}
        known = {
            name: json.loads(state)
            for name, state in states.items()
            if state != self._unlearnt[name]
        }
        tasks = _canonical(self._unknown_parts | known)
        more = b',"tasks":' + tasks if tasks != b"{}" else b""  # as before there were any
        return own[:-1] + b',"task":' + learnt + more + b',"version":1}'

    def unpack(self, memory: bytes) -> bytes:
        """Take over what `pack` returned; returns what was learnt of the mix.

        Raises:
            PriorError: If it cannot be read.
        """
        try:
            kept = json.loads(memory)
            self._load_json(kept)
            own = {*self._to_json(), "task", "tasks", "version", *map(_off_name, StripSwitch)}
            self._unknown = {name: kept[name] for name in kept if name not in own}
            parts = kept.get("tasks", {})
            self._unknown_parts = {n: part for n, part in parts.items() if n not in self._tasks}
            for name in sorted(parts.keys() & self._tasks.keys()):
                self._tasks[name].load_state(_canonical(parts[name]))
            return _canonical(kept["task"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise PriorError(f"what was learnt cannot be read: {error!r}") from None

    def _to_json(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        safe = dict(self._safe)
        safe.update((key, self._guard.safe_classes(key)) for key in self._met)
        kept: dict[str, Any] = {"roles": self._roles, "safe": safe}
        for each, off in self._off.items():
            off = off | {
                key: classes
                for key in self._met
                if (classes := classes_of(self._guard.strip(key).off[each]))
            }
            if off:  # what nobody has used is not there, as in memories of earlier versions
                kept[_off_name(each)] = off
        return kept

    def _load_json(self, kept: Mapping[str, Any]) -> None:
        """Take over what `_to_json` returned; raises KeyError or ValueError on anything else."""
        roles = {key: Role(role) for key, role in kept["roles"].items()}
        self._safe = {key: [LockClass(c) for c in locks] for key, locks in kept["safe"].items()}
        for each in self._off:
            off = kept.get(_off_name(each), {})
            self._off[each] = {key: [LockClass(c) for c in off[key]] for key in off}
        self._roles = roles


def _off_name(each: StripSwitch) -> str:
    return f"no_{each}"


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
