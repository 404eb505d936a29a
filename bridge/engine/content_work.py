"""Items, clips and patches: the DAW's reports of them, and who made each change.

A text that was not asked for is a hand. Where it has settled it is a lesson, above all where a move
of ours stood there: then it is a correction. Many contents at once are no hand's (another take of
the song, an undo of the DAW): what stands is taken over, nothing of it is ours any more.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bridge.engine.bench import WorkHost
from bridge.engine.content_moves import ContentMoves
from bridge.engine.results import StepBuilder
from bridge.engine.task_move import TaskMove
from bridge.guard.content_writer import ContentWriter
from bridge.guard.knobs import Whose
from bridge.guard.write import Purpose
from bridge.mix import content_events as c
from bridge.mix.content_events import ContentKind
from bridge.mix.contents import MAX_CONTENTS, Content, ContentChange, Contents, Place
from bridge.mix.notices import Actor, ChangeNoticed
from bridge.mix.state import MixState
from bridge.tasks.task import Lesson, Scene, Standing, Teaching, Variant

_SETTLE_S: Final = 1.0
"""A content that has not changed for this long has arrived."""
_MANY_WITHIN_S: Final = 0.8
_MANY: Final = 4
"""Nobody changes so many contents in a moment; a group counts once."""


@dataclass(slots=True, kw_only=True)
class _Touch:
    """A person's change of a content that may still go on."""

    content: Content
    start: str
    at: float
    scene: Scene
    ours: TaskMove | None


class ContentWork:
    """The bench of tasks that change contents.

    Attributes:
        contents: What the DAW has told of.
        writer: Who may write to them.
        moves: Who does.
        has_target: Contents have none.
        tempo_bpm: Quarter notes a minute; NaN where nobody knows.
    """

    has_target = False

    def __init__(self, work: WorkHost, *, mix: MixState, out: StepBuilder) -> None:
        self.contents = Contents()
        self.writer = ContentWriter(work.rules, mix, self.contents)
        self.moves = ContentMoves(
            work.moves, self.contents, self.writer, mix, out.content_commands.append, work.notify
        )
        self._work = work
        self._mix = mix
        self._out = out
        self.tempo_bpm = math.nan
        self._grid = (math.nan, 0)
        self._waiting: deque[c.ContentReported | c.ContentGone] = deque(maxlen=2 * MAX_CONTENTS)
        """What was said while nobody knew which strip is which."""
        self._touches: dict[Place, _Touch] = {}
        self._changed: deque[tuple[float, str]] = deque()
        self._is_full_told = False

    # -- as a bench ----------------------------------------------------------------------------

    @property
    def has_focus(self) -> bool:
        """Whether a track is worked on."""
        return self._mix.by_key(self.writer.focus) is not None

    @property
    def names(self) -> tuple[str, str]:
        """The track in focus; there is no device."""
        strip = self._mix.by_key(self.writer.focus)
        return (strip.name if strip else "", "")

    @property
    def is_free(self) -> bool:
        """Whether something is in focus, and nothing on its way."""
        return self.has_focus and self.writer.is_idle

    @property
    def free_at(self) -> float:
        """A content that a hand is on is left out by itself: nothing has to wait."""
        return -math.inf

    @property
    def due(self) -> float | None:
        """When there is something to write or to conclude."""
        dues = [touch.at + _SETTLE_S for touch in self._touches.values()]
        if (due := self.writer.due) is not None:
            dues.append(due)
        return min(dues, default=None)

    def lock(self) -> str:
        """Each content has its own; an offer about a locked one cannot be picked."""
        return ""

    def listen_first(self, at: float) -> bool:
        """Nothing has to be heard: whether there is something to wait for."""
        return False

    def scene(self, at: float, kinds: Iterable[ContentKind]) -> Scene:
        """What a task may know of the track in focus and all contents of its kinds."""
        strip = self._mix.by_key(self.writer.focus)
        return Scene(
            key=self.writer.focus,
            device=strip.name if strip else "",
            role=strip.role.value if strip else "other",
            contents=self.standing(at, kinds),
            tempo_bpm=self.tempo_bpm,
            bar_s=self._grid[0],
            bar_beats=self._grid[1],
        )

    def standing(
        self, at: float, kinds: Iterable[ContentKind], key: str = ""
    ) -> tuple[Standing, ...]:
        """The contents of some kinds as a task may know them, or the one of that identity."""
        found = []
        wanted = frozenset(kinds)
        for content in self.contents:
            strip = self._mix.by_key(content.strip)
            if content.kind not in wanted or strip is None or key not in ("", content.key):
                continue
            standing = Standing(
                kind=content.kind,
                key=content.key,
                name=content.name,
                text=content.text,
                strip=strip.key,
                track=strip.name,
                role=strip.role.value,
                group=content.group,
                refusal=self.writer.refusal(content, at, Purpose.MOVE),
            )
            found.append(standing)
        return tuple(found)

    # -- what is said --------------------------------------------------------------------------

    def receive(self, event: c.ContentEvent) -> None:
        """Apply a report of the DAW."""
        match event:
            case c.TempoChanged():
                self.tempo_bpm = event.bpm
            case c.GridChanged():
                self._grid = event.first_s, event.beats
            case c.ContentReported() | c.ContentGone():
                if self._mix.is_dump_open:
                    self._waiting.append(event)
                else:
                    self._apply(event)

    def close_dump(self, at: float) -> None:
        """Close a dump: the list of strips is complete."""
        self.contents.keep_strips(frozenset(strip.key for strip in self._mix.strips))
        for place in [place for place in self._touches if self.contents.get(place) is None]:
            del self._touches[place]
        waiting = list(self._waiting)
        self._waiting.clear()
        for event in waiting:
            self._apply(event)
        self.settle(at)

    def _apply(self, event: c.ContentReported | c.ContentGone) -> None:
        if isinstance(event, c.ContentGone):
            self._remove(event)
            return
        strip = self._mix.by_number(event.track)
        content = self.contents.receive(event, strip.key) if strip else None
        if content is None:
            self._notify_of_too_many(is_known=strip is not None)
            return
        whose = self.moves.receive(content, event.text, event.at)
        if whose is Whose.FOREIGN and not content.is_text(event.text):
            if content.kind is ContentKind.PATCH:  # another copy; hands are seen by the knobs
                self._yield(content, event.at, "another patch was loaded")
            else:
                self._touch(content, event.at)
        content.text = event.text
        if content.place not in self._touches:
            content.settled = content.text

    def _notify_of_too_many(self, *, is_known: bool) -> None:
        """Notify people once that a content of a known strip was left out."""
        if is_known and not self._is_full_told:
            self._is_full_told = True
            self._work.notify(
                f"more than {MAX_CONTENTS} items, clips and patches: I leave the rest out"
            )

    def forget(self) -> None:
        """The DAW was away, and says anew what there is; what we did is remembered by its names."""
        self.contents.clear()
        self._touches.clear()

    def _remove(self, event: c.ContentGone) -> None:
        content = self.contents.get((event.kind, event.key))
        if content is not None:
            self._yield(content, event.at, "it is gone")
            self._touches.pop(content.place, None)
            self.contents.remove(event)

    def _touch(self, content: Content, at: float) -> None:
        """Somebody else has changed a content: a hand, or something larger where it is many."""
        place = content.place
        touch = self._touches.get(place)
        scene = touch.scene if touch else self.scene(at, (content.kind,))
        ours = self._yield(content, at, "your hand took over") or (touch.ours if touch else None)
        self.writer.rules.hold(place, at)
        if touch is None:
            self._changed.append((at, content.group or content.key))
        while self._changed and self._changed[0][0] < at - _MANY_WITHIN_S:
            self._changed.popleft()
        if len({what for _, what in self._changed}) >= _MANY:
            self._touches.clear()
            return
        start = touch.start if touch else content.settled
        self._touches[place] = _Touch(content=content, start=start, at=at, scene=scene, ours=ours)

    def release_patch(self, key: str, at: float) -> None:
        """A hand is on a device: its patch is not ours any more, and its copy is out of date."""
        content = self.contents.get((ContentKind.PATCH, key))
        if content is None:
            return
        self._yield(content, at, "your hand took over")
        content.text = content.settled = ""  # there is nothing that could be written back

    def copy_patch(self, key: str) -> None:
        """Ask for a fresh copy of a device's patch, where it is out of date."""
        content = self.contents.get((ContentKind.PATCH, key))
        if content is not None and not content.text:
            strip = self._mix.by_key(content.strip)
            track = strip.number if strip else 0
            self._out.content_commands.append(c.RequestContents(kind=content.kind, track=track))

    def _yield(self, content: Content, at: float, reason: str) -> TaskMove | None:
        """A content is another's now; returns our last move of it."""
        place = content.place
        self._work.interrupt(lambda move: _is_about(move, place), at, reason, hand_on=place)
        return self.moves.yield_to_hand(content, at)

    def settle(self, at: float) -> None:
        """Learn from the changes that have arrived."""
        for place, touch in list(self._touches.items()):
            if at < touch.at + _SETTLE_S - 1e-9:
                continue
            del self._touches[place]
            content = touch.content
            content.settled = content.text
            if content.is_text(touch.start):
                continue
            strip = self._mix.by_key(content.strip)
            self._out.notices.append(
                ChangeNoticed(
                    actor=Actor.HAND,
                    track=strip.number if strip else 0,
                    param=content.control,
                    from_value=0.0,
                    to_value=1.0,
                )
            )
            self._learn(touch)

    def _learn(self, touch: _Touch) -> None:
        task, content = self._work.active, touch.content
        if task is None or content.kind not in task.kinds:
            return
        by_hand = Variant(
            changes=(
                ContentChange(
                    kind=content.kind, key=content.key, before=touch.start, after=content.text
                ),
            ),
            probability=1.0,
            score=0.0,
            confidence=1.0,
            reason="your hand",
        )
        variants = (touch.ours.variant, by_hand) if touch.ours else (by_hand,)
        lesson = Lesson(
            teaching=Teaching.HAND,
            scene=touch.scene,
            variants=variants,
            after=(None,) * len(variants),
        )
        self._work.teach(lesson)


def _is_about(move: TaskMove, place: Place) -> bool:
    return any(edit.change.place == place for edit in move.edits)
