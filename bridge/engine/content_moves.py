"""Moves of contents: texts that are written, and written back.

A move changes one content or several, all or none. It is confirmed when the DAW has said of each
that it holds what was wanted. It is taken back only where that still stands: else it belongs to
the hand.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from bridge.engine.results import Decision
from bridge.engine.task_move import Edit, TaskMove, TaskMoves
from bridge.guard.content_writer import ContentWriter
from bridge.guard.knobs import Whose
from bridge.guard.write import Purpose
from bridge.mix.content_events import ContentCommand, ContentKind, PlayContent
from bridge.mix.contents import CONTENTS, Content, ContentChange, Contents, Place, is_same_text
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import MoveReported
from bridge.mix.state import MixState
from bridge.tasks.task import Scene, Variant

_CHANGED: Final = "it has changed since"


class ContentMoves:
    """Makes and unmakes the moves that change contents; see `Mover`."""

    def __init__(
        self,
        moves: TaskMoves,
        contents: Contents,
        writer: ContentWriter,
        mix: MixState,
        send: Callable[[ContentCommand], None],
        notify: Callable[[str], None],
    ) -> None:
        self._moves = moves
        self._contents = contents
        self._writer = writer
        self._mix = mix
        self._send = send
        self._notify = notify
        self._pinned: dict[Place, str] = {}
        """What stood in a content before we first wrote it: what panic brings back."""
        self._played: PlayContent | None = None

    def make(self, variant: Variant, scene: Scene, task: TaskName, at: float) -> TaskMove | None:
        """Give a variant a name; None where it changes nothing or may not be made."""
        changes = variant.changes
        if all(is_same_text(each.kind, each.before, each.after) for each in changes):
            return None
        edits = tuple(Edit(change=change) for change in changes)  # of a group some may stay
        if self._why_not(edits, at):
            return None
        return self._moves.add(scene, variant, task, at, edits=edits)

    def report(self, move: TaskMove, reason: str) -> MoveReported | None:
        """A move as a notice; None where its first content is gone."""
        content = self._contents.get(move.edits[0].change.place)
        if content is None:
            return None
        return MoveReported(
            move=move.id,
            state=move.state,
            track=self._track(content),
            param=content.control,
            from_value=0.0,
            to_value=1.0,
            reason=reason or move.variant.reason,
            contents=tuple(edit.change for edit in move.edits),
        )

    def _track(self, content: Content) -> int:
        strip = self._mix.by_key(content.strip)
        return strip.number if strip else 0

    # -- forward -------------------------------------------------------------------------------

    def _why_not(self, edits: Iterable[Edit], at: float) -> str:
        """Why edits may not be made now, in words; empty where they may."""
        changes = [edit.change for edit in edits]
        if why_not := self._writer.refusal_of(changes, at, Purpose.MOVE):
            return why_not
        for change in changes:
            content = self._contents.get(change.place)
            stands = "" if content is None else self._writer.heading(content)
            if not any(_is(change, stands, each) for each in (change.before, change.after)):
                return _CHANGED
        return ""

    def apply(self, move: TaskMove, at: float) -> str:
        """Send a move on its way; why not, and then it has expired."""
        if why_not := self._why_not(move.edits, at):
            self._moves.enter(move, MoveState.EXPIRED, at, why_not)
            return why_not
        self.hush()
        move.is_heard = True
        self._moves.enter(move, MoveState.APPLIED, at)
        move.awaited = {edit.change.place for edit in move.edits}
        for change in [edit.change for edit in move.edits]:
            content = self._contents[change.place]  # `refusal_of` has found it
            self._pinned.setdefault(change.place, change.before)
            if content.is_text(change.after) and _is(
                change, self._writer.heading(content), change.after
            ):
                self._moves.confirm(move, change.place, at)  # it was auditioned
            else:
                self._writer.begin(content, change.after, at, Purpose.MOVE, move.id)
        return ""

    def audition(self, move: TaskMove, at: float, *, on: bool, hand_on: object) -> str:
        """Play or write a variant for listening, or restore what was there; returns why not."""
        purpose = Purpose.MOVE if on else Purpose.UNDO
        changes = [edit.change for edit in move.edits]
        is_played = all(CONTENTS[change.kind].is_played for change in changes)
        if not is_played and (why_not := self._writer.refusal_of(changes, at, purpose)):
            return why_not
        for change in changes:
            content = self._contents.get(change.place)
            if content is None or change.place == hand_on:
                continue
            text = change.after if on else change.before
            if is_played:
                self._play(content, text if on else "")
                continue
            self._pinned.setdefault(change.place, change.before)
            self._writer.begin(content, text, at, purpose, "")
        return ""

    def _play(self, content: Content, text: str) -> None:
        """Play a text in place of a content; an empty one ends that."""
        self.hush()
        if not text:
            return
        self._played = PlayContent(
            kind=content.kind, key=content.key, track=self._track(content), text=text
        )
        self._send(self._played)

    def hush(self) -> None:
        """End what is played."""
        played, self._played = self._played, None
        if played is not None:
            self._send(replace(played, text=""))

    def receive(self, content: Content, text: str, at: float) -> Whose:
        """Match a text from the DAW to its writer; confirms a move with its last content."""
        whose, move_id = self._writer.receive(content.place, text, at)
        move = self._moves.get(move_id)
        if move is None or whose not in (Whose.CONFIRMED, Whose.LATE):
            return whose
        change = next(edit.change for edit in move.edits if edit.change.place == content.place)
        if whose is Whose.CONFIRMED and move.state is MoveState.APPLIED:
            self._moves.confirm(move, content.place, at)
        elif _is(change, text, change.before):
            self._moves.confirm_back(move, content.place, at)
        return whose

    def advance(self, at: float) -> None:
        """Send what is to be written now."""
        progress = self._writer.advance(at)
        ended = [(write, "the DAW did not do it") for write in progress.unanswered]
        for write, why_not in (*ended, *progress.refused):
            is_back = write.purpose is Purpose.UNDO
            self._moves.end(write.move, at, why_not, is_back=is_back)
            content = self._contents.get(write.place)
            if not write.move and content is not None:  # it was to be heard, or heard no longer
                self._notify(f"{content.control.words} stays as it is: {why_not}")
        for command in progress.commands:
            self._send(command)

    # -- back ----------------------------------------------------------------------------------

    def stop(self, at: float, reason: str, *, spare_panic: bool = False) -> None:
        """Leave everything as it is now."""
        for write in self._writer.cancel_all(spare_panic=spare_panic):
            self._moves.end(write.move, at, reason)

    def revert(self, move: TaskMove, at: float, reason: str) -> str:
        """Take a move back where the DAW still holds what it wrote; returns why not."""
        ours = [edit.change for edit in move.edits if not edit.belongs_to_hand]
        if why_not := self._writer.refusal_of([e.change for e in move.edits], at, Purpose.UNDO):
            return why_not
        if len(ours) < len(move.edits):
            return "a hand has changed a part of it since, and the rest belongs to that"
        for change in ours:
            content = self._contents.get(change.place)
            stands = "" if content is None else self._writer.heading(content)
            if not any(_is(change, stands, each) for each in (change.before, change.after)):
                name = content.control.words if content else change.key
                return f"{name} stays as it is: a later move builds on it"
        self._moves.enter(move, MoveState.REVERTED, at, reason)
        move.awaited.clear()
        for change in ours:
            if content := self._contents.get(change.place):
                self._writer.begin(content, change.before, at, Purpose.UNDO, move.id)
                move.returning.add(change.place)
        return ""

    def pinned(self) -> Iterator[tuple[Content, str]]:
        """What we have changed, and what stood there before."""
        for place, text in list(self._pinned.items()):
            if content := self._contents.get(place):
                yield content, text

    def back_to_snapshot(self, at: float) -> frozenset[str]:
        """Panic: bring all that we have changed back; what was empty before is not emptied.

        Returns:
            The devices whose patch goes back, with all that was turned since.
        """
        self._writer.cancel_all()
        patches: set[str] = set()
        back = {place: text for place, text in self._pinned.items() if text}
        for move in self._moves.editing():
            places = {edit.change.place for edit in move.edits}
            contents = [content for place in places if (content := self._contents.get(place))]
            is_locked = any(self._writer.lock(content) for content in contents)
            if move.is_undoable and places <= back.keys() and not is_locked:
                self._moves.enter(move, MoveState.REVERTED, at, "panic")
        for place, text in back.items():
            content = self._contents.get(place)
            if content is None or content.is_text(text):
                continue
            if any(each.place not in self._pinned for each in self._contents.group_of(content)):
                continue  # a hand has changed a part of its group, and the rest belongs to that
            if not self._writer.refusal(content, at, Purpose.PANIC):
                self._writer.begin(content, text, at, Purpose.PANIC, "")
                patches |= {content.key} if content.kind is ContentKind.PATCH else set()
        return frozenset(patches)

    def yield_to_hand(self, content: Content, at: float) -> TaskMove | None:
        """A hand has changed a content: it is the hand's; returns our last move of it."""
        self._writer.cancel(content.place)
        self._pinned.pop(content.place, None)
        last = None
        for move in self._moves.editing():
            for edit in move.edits:
                if edit.change.place != content.place or edit.belongs_to_hand:
                    continue
                if move.is_undoable:
                    last = move
                    self._moves.end(move.id, at, "your hand took over")
                edit.belongs_to_hand = True
        return last

    def decision(self, move: TaskMove, mode: Mode) -> Decision:
        """The move as it has just been chosen."""
        first = move.edits[0].change
        content = self._contents.get(first.place)
        changes = [edit.change for edit in move.edits]
        return Decision(
            move=move.id,
            at=move.at,
            mode=mode,
            key=move.key,
            track=self._track(content) if content else 0,
            param=f"{first.kind}/{first.key}",
            from_value=0.0,
            to_value=1.0,
            probability=move.variant.probability,
            score=move.variant.score,
            confidence=move.variant.confidence,
            reason=move.variant.reason,
            content=json.dumps(
                [[each.kind.value, each.key, each.before, each.after] for each in changes],
                separators=(",", ":"),
            ),
        )


def _is(change: ContentChange, a: str, b: str) -> bool:
    return is_same_text(change.kind, a, b)
