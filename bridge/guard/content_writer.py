"""The guard of contents: what may be written to an item, a clip or a patch, and whose a text is.

Beside the rules for all that is worked on (`work_rules`), a content is never written in gig mode or
in front of people, nor where the DAW bars it, nor without all that it is grouped with. A text has
no way to go: it is written at once, once more after `ANSWER_S` without an answer, and then given
up.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.guard.items import refuse_edit
from bridge.guard.knobs import Whose
from bridge.guard.phrases import refuse_clip
from bridge.guard.work_rules import WorkRules
from bridge.guard.write import Purpose
from bridge.mix.content_events import ContentKind, SetContent
from bridge.mix.contents import (
    CONTENTS,
    MOST_TEXT,
    Content,
    ContentChange,
    Contents,
    Place,
    is_same_text,
)
from bridge.mix.messages import BACK
from bridge.mix.state import MixState

ANSWER_S: Final = 1.5
"""A DAW that edits takes its time: Ardour saves for up to .13 s after an edit, REAPER's companion
looks every .03 s."""
_LATE_S: Final = 2 * ANSWER_S
_PATCH_S: Final = 2.0
"""A device says all of a patch within this: ZynAddSubFX is read anew after it (docs/zyn.md)."""
_RULES: Final[dict[ContentKind, Callable[[str, str], str]]] = {ContentKind.ITEM: refuse_edit}
"""What a change of a kind must keep to beside the rules for all."""


@dataclass(slots=True, kw_only=True)
class ContentWrite:
    """A text on its way."""

    place: Place
    text: str
    purpose: Purpose
    move: str
    due: float
    count: int = 0
    written_at: float = -math.inf


@dataclass(slots=True)
class ContentAdvance:
    """What time has brought: writes, and those that ended without an answer or at the guard."""

    commands: list[SetContent] = field(default_factory=list)
    unanswered: list[ContentWrite] = field(default_factory=list)
    refused: list[tuple[ContentWrite, str]] = field(default_factory=list)


class ContentWriter:
    """The only writer to contents.

    Attributes:
        focus: The identity of the strip whose contents are worked on; empty for none.
        rules: What is common to all writers.
    """

    def __init__(self, rules: WorkRules, mix: MixState, contents: Contents) -> None:
        self.focus = ""
        self.rules = rules
        self._mix = mix
        self._contents = contents
        self._writes: dict[Place, ContentWrite] = {}
        self._ended: deque[ContentWrite] = deque(maxlen=256)
        self._silent: set[Place] = set()
        self._written_at: dict[Place, float] = {}
        self._clips: dict[str, str] = {}
        """What we have written into clips; one that a hand has changed is not ours."""

    # -- the rules -----------------------------------------------------------------------------

    def is_in_focus(self, content: Content) -> bool:
        """Whether it, or something that it is grouped with, is on the strip in focus."""
        return any(each.strip == self.focus for each in self._contents.group_of(content))

    def refusal(self, content: Content, at: float, purpose: Purpose) -> str:
        """Why a content may not be written now, in words; empty where it may."""
        strip = self._mix.by_key(content.strip)
        if why := self.rules.refusal(strip, CONTENTS[content.kind].lock_class, purpose):
            return why
        if content.barred:
            return content.barred
        if purpose is not Purpose.MOVE:
            return ""
        if self.rules.is_gig or self.rules.guard.is_live:
            return "no items, clips or patches change in gig mode, or with the limits live"
        if content.place in self._silent:
            return "the DAW has not answered the last write to it"
        is_in_focus = self.is_in_focus(content)
        return self.rules.focus_refusal(content.place, at, is_in_focus=is_in_focus)

    def _clip_refusal(self, change: ContentChange) -> str:
        """Why notes may not be written: into a clip that is not ours, or beyond their bounds."""
        content = self._contents.get(change.place)
        if change.kind is not ContentKind.CLIP or content is None:
            return ""
        ours = self._clips.get(change.key, "")
        if change.before and not (ours and is_same_text(change.kind, change.before, ours)):
            return f"{content.control.words} is yours: I write into an empty one"
        others = [
            each.text
            for each in self._contents
            if each.kind is ContentKind.CLIP
            and each.strip == content.strip
            and each.text
            and each.key not in self._clips
        ]
        why = refuse_clip(change.after, others)
        return f"{content.control.words}: {why}" if why else ""

    def refusal_of(self, changes: Sequence[ContentChange], at: float, purpose: Purpose) -> str:
        """Why changes may not be made together; empty where they may."""
        places = {change.place for change in changes}
        for place in sorted(places):
            content = self._contents.get(place)
            if content is None:
                return "the DAW does not have it any more"
            if why := self.refusal(content, at, purpose):
                return f"{content.control.words}: {why}"
            for other in self._contents.group_of(content):
                if other.place not in places:
                    return f"{content.control.words} is grouped with {other.control.words}"
        if purpose is Purpose.MOVE:
            for change in changes:
                rule = _RULES.get(change.kind)
                if rule is not None and (why := rule(change.before, change.after)):
                    return why
                if why := self._clip_refusal(change):
                    return why
        longest = max((len(change.after) for change in changes), default=0)
        return f"it is longer than {MOST_TEXT} characters" if longest > MOST_TEXT else ""

    def lock(self, content: Content) -> str:
        """Why a content is never written, not even by panic; empty where it may be."""
        lock_class = CONTENTS[content.kind].lock_class
        return self.rules.lock(self._mix.by_key(content.strip), lock_class) or content.barred

    def is_patch_ours(self, key: str, at: float) -> bool:
        """Whether we have just loaded a patch into a device: what it says then is no hand's."""
        place = (ContentKind.PATCH, key)
        return at - self._written_at.get(place, -math.inf) <= _PATCH_S

    # -- on the way ----------------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._writes

    @property
    def due(self) -> float | None:
        """When `advance` has something to do next; None while idle."""
        return min((write.due for write in self._writes.values()), default=None)

    def heading(self, content: Content) -> str:
        """What is on its way there, or else what stands there."""
        write = self._writes.get(content.place)
        return content.text if write is None else write.text

    def is_wanted(self, command: SetContent) -> bool:
        """Whether a write that had to wait is still meant."""
        write = self._writes.get((command.kind, command.key))
        return write is not None and write.text == command.text

    def begin(self, content: Content, text: str, at: float, purpose: Purpose, move: str) -> None:
        """Let a text be written; what was on its way there ends."""
        self.cancel(content.place)
        self._writes[content.place] = ContentWrite(
            place=content.place, text=text, purpose=purpose, move=move, due=at
        )

    def cancel(self, place: Place) -> None:
        """Leave a content as it is now; an answer to what was written is still known."""
        if write := self._writes.pop(place, None):
            self._ended.append(write)

    def cancel_all(self, *, spare_panic: bool = False) -> list[ContentWrite]:
        """Leave all as it is now; returns what was on its way."""
        stopped = [
            write
            for write in self._writes.values()
            if not (spare_panic and write.purpose is Purpose.PANIC)
        ]
        for write in stopped:
            self.cancel(write.place)
        return stopped

    def advance(self, at: float) -> ContentAdvance:
        """What is to be written now."""
        result = ContentAdvance()
        for place, write in list(self._writes.items()):
            if at < write.due - 1e-9:
                continue
            content = self._contents.get(place)
            why_not = "it is gone" if content is None else self.refusal(content, at, write.purpose)
            if why_not and not write.count:
                self.cancel(place)
                result.refused.append((write, why_not))
            elif why_not or write.count > 1:
                self.cancel(place)
                self._silent.add(place)
                result.unanswered.append(write)
            else:
                write.count += 1
                write.written_at, write.due = at, at + ANSWER_S
                self._written_at[place] = at
                back = BACK if write.purpose is Purpose.UNDO else ""
                kind, key = place
                result.commands.append(
                    SetContent(kind=kind, key=key, text=write.text, move=write.move + back)
                )
        return result

    def receive(self, place: Place, text: str, at: float) -> tuple[Whose, str]:
        """Whose a text is that stands somewhere now, and the move that it belongs to."""
        whose, move = self._find_writer(place, text, at)
        kind, key = place
        if kind is ContentKind.CLIP:
            ours = self._clips.get(key, "")
            if whose is not Whose.FOREIGN and text:
                self._clips[key] = text
            elif ours and not is_same_text(kind, ours, text):
                del self._clips[key]
        return whose, move

    def _find_writer(self, place: Place, text: str, at: float) -> tuple[Whose, str]:
        self._silent.discard(place)
        write = self._writes.get(place)
        if write is not None and write.count and is_same_text(place[0], write.text, text):
            self.cancel(place)
            return Whose.CONFIRMED, write.move
        for old in reversed(self._ended):
            is_lately = at - old.written_at <= _LATE_S
            if old.place == place and is_lately and is_same_text(place[0], old.text, text):
                return Whose.LATE, old.move
        return Whose.FOREIGN, ""
