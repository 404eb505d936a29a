"""Detours of devices and contents: comparing with how they were, and pins; as those of strips.

Only what is the bridge's own takes part: what it has written, and no hand has changed since. Where
a hand has come meanwhile is seen by what stands there: it is not what the detour has put there.
A device whose patch and knobs were both changed takes no part: a patch brings its own values.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bridge.engine.task_move import TaskMove
from bridge.engine.work import Work
from bridge.guard.knobs import Place as KnobPlace
from bridge.guard.write import Purpose
from bridge.mix.content_events import ContentKind
from bridge.mix.contents import Content
from bridge.mix.contents import Place as ContentPlace
from bridge.mix.devices import Device
from bridge.mix.messages import MoveState

_HALF: Final = "a hand has changed a part of its group"


@dataclass(slots=True, kw_only=True)
class WorkPin:
    """Devices and contents as they stood, each beside what it was before the bridge came to it.

    Attributes:
        knobs: Positions, and where they stood before we first wrote them; NaN for never.
        texts: Texts, and what stood there before we first wrote them; None for never.
        moves: Names of the moves that stood.
    """

    knobs: dict[KnobPlace, tuple[float, float]] = field(default_factory=dict)
    texts: dict[ContentPlace, tuple[str, str | None]] = field(default_factory=dict)
    moves: frozenset[str] = frozenset()


class WorkDetours:
    """Lets devices and contents be heard as they were, and brings them back."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._away_knobs: dict[KnobPlace, tuple[float, float]] = {}
        self._away_texts: dict[ContentPlace, tuple[str, str]] = {}

    # -- comparing -----------------------------------------------------------------------------

    def compare(self, at: float) -> tuple[bool, str]:
        """Let what was before be heard: whether anything goes there, and why something does not."""
        mixed = self._mixed()
        why_not = next((f"{name} stays: its patch has changed too" for name in mixed.values()), "")
        for device, index, before in self._work.devices.moves.pinned():
            if device.key in mixed:
                continue
            now = self._work.devices.knobs.heading(device, index)
            if math.isnan(now) or abs(now - before) <= device.specs[index].tolerance:
                continue
            if refusal := self._work.devices.knobs.refusal(device, at, Purpose.UNDO):
                why_not = f"{device.name} stays: {refusal}"
                continue
            self._away_knobs[device.key, index] = now, before
            self._turn(device, index, before, at)
        for content, text in self._work.contents.moves.pinned():
            if not text or content.is_text(text) or content.key in mixed:
                continue  # nothing is emptied to be compared
            if not self._is_whole(content):
                why_not = f"{content.control.words} stays: {_HALF}"
                continue
            if refusal := self._work.contents.writer.refusal(content, at, Purpose.UNDO):
                why_not = f"{content.control.words} stays: {refusal}"
                continue
            self._away_texts[content.place] = content.text, text
            self._work.contents.writer.begin(content, text, at, Purpose.UNDO, "")
        is_away = bool(self._away_knobs or self._away_texts)
        self._work.devices.is_away = is_away
        return is_away, why_not

    def come_back(self, at: float) -> None:
        """Bring back what went; where something else stands by now, a hand was there."""
        knobs, self._away_knobs = self._away_knobs, {}
        texts, self._away_texts = self._away_texts, {}
        self._end()
        for (key, index), (value, put) in knobs.items():
            device = self._work.devices.rack.by_key(key)
            if device is None or index not in device.specs:
                continue
            stands = self._work.devices.knobs.heading(device, index)
            if abs(stands - put) <= device.specs[index].tolerance:
                self._turn(device, index, value, at)
        for place, (text, put_text) in texts.items():
            content = self._work.contents.contents.get(place)
            if content is None:
                continue
            writer = self._work.contents.writer
            if content.is_text(put_text) or writer.heading(content) == put_text:
                writer.begin(content, text, at, Purpose.UNDO, "")

    def drop(self) -> None:
        """What was before stays: nothing comes back."""
        self._away_knobs.clear()
        self._away_texts.clear()
        self._end()

    def _end(self) -> None:
        self._work.devices.is_away = False
        self._work.devices.listening.forget()

    def _is_whole(self, content: Content) -> bool:
        """Whether all that it is grouped with is ours: then they go together."""
        ours = {each.place for each, _ in self._work.contents.moves.pinned()}
        group = self._work.contents.contents.group_of(content)
        return all(each.place in ours for each in group)

    def _mixed(self) -> dict[str, str]:
        """The devices whose patch and knobs we have both changed: their names by their keys."""
        turned = {device.key: device.name for device, _, _ in self._work.devices.moves.pinned()}
        patched = {
            content.key
            for content, text in self._work.contents.moves.pinned()
            if content.kind is ContentKind.PATCH and not content.is_text(text)
        }
        return {key: name for key, name in turned.items() if key in patched}

    def _turn(self, device: Device, index: int, to: float, at: float, move: str = "") -> None:
        knobs = self._work.devices.knobs
        knobs.begin(device, index, to, at, purpose=Purpose.UNDO, move=move, stood=to)
        self._work.devices.listening.forget()

    # -- A to D --------------------------------------------------------------------------------

    def pin(self) -> WorkPin:
        """How everything stands now."""
        ours = {(d.key, index): before for d, index, before in self._work.devices.moves.pinned()}
        texts = {c.place: text for c, text in self._work.contents.moves.pinned()}
        return WorkPin(
            knobs={
                (device.key, index): (
                    device.position(index),
                    ours.get((device.key, index), math.nan),
                )
                for device in self._work.devices.rack.devices
                for index in device.specs
                if not math.isnan(device.position(index))
            },
            texts={
                content.place: (content.text, texts.get(content.place))
                for content in self._work.contents.contents
            },
            moves=frozenset(move.id for move in self._work.moves.standing()),
        )

    def recall(self, pin: WorkPin, slot: str, at: float) -> str:
        """Bring back what was pinned, as far as no hand came since; what stays, and why."""
        mixed = self._mixed()
        why_not = next((f"{name} stays: its patch has changed too" for name in mixed.values()), "")
        back = self._revive(pin, f"back to {slot}", at)
        for device, index, before in list(self._work.devices.moves.pinned()):
            if device.key in mixed:
                continue
            value, base = pin.knobs.get((device.key, index), (math.nan, math.nan))
            is_ours = before in (base, value) if math.isnan(base) else before == base
            now = self._work.devices.knobs.heading(device, index)
            if not is_ours or math.isnan(value):
                continue
            if abs(now - value) <= device.specs[index].tolerance:
                self._confirm(back.get((device.key, index), ""), index, at)
                continue
            if refusal := self._work.devices.knobs.refusal(device, at, Purpose.UNDO):
                why_not = f"{device.name} stays: {refusal}"
                continue
            self._turn(device, index, value, at, back.get((device.key, index), ""))
        for content, text in list(self._work.contents.moves.pinned()):
            wanted, was = pin.texts.get(content.place, ("", None))
            is_ours = text == (wanted if was is None else was)
            if not wanted or not is_ours or content.key in mixed:
                continue
            if content.is_text(wanted):
                self._confirm(back.get(content.place, ""), content.place, at)
                continue
            if refusal := self._work.contents.writer.refusal(content, at, Purpose.UNDO):
                why_not = f"{content.control.words} stays: {refusal}"
                continue
            if not self._is_whole(content):
                why_not = f"{content.control.words} stays: {_HALF}"
                continue
            name = back.get(content.place, "")
            self._work.contents.writer.begin(content, wanted, at, Purpose.UNDO, name)
        return why_not

    def _confirm(self, move_id: str, part: int | ContentPlace, at: float) -> None:
        """A part of a move that stands again is there already."""
        if move := self._work.moves.get(move_id):
            self._work.moves.confirm(move, part, at)

    def _revive(self, pin: WorkPin, reason: str, at: float) -> dict[object, str]:
        """End the moves made since, and let those stand again that stood then, by their places."""
        moves, back = self._work.moves, dict[object, str]()
        for move in moves.every():
            if move.id in pin.moves and move.state is MoveState.REVERTED:
                move.awaited = set(_parts(move))
                moves.enter(move, MoveState.APPLIED, at, reason)
                for part in _parts(move):
                    back[(move.key, part) if isinstance(part, int) else part] = move.id
            elif move.id not in pin.moves and move.is_undoable:
                moves.enter(move, MoveState.REVERTED, at, reason)
        return back


def _parts(move: TaskMove) -> Iterator[int | ContentPlace]:
    for turn in move.turns:
        yield turn.index
    for edit in move.edits:
        yield edit.change.place
