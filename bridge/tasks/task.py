"""What a task is: the seam between the engine and whatever works on sounds, notes or edits.

The engine keeps devices and contents, their positions and texts, and what was heard; it changes
them through the guard, tells hands from echoes, and knows undo, panic, offers and the journal. A
task does two things: it says what it would change (`propose`), and it learns from what became of
that (`learn`). It never sees a DAW, a file or a clock, and it is deterministic: the same calls
after the same `load_state` give the same answers, bit for bit, since the journal is replayed
through it. What takes longer than a millisecond is a job for its worker (`HasJobs`).
``docs/tasks.md`` says how one is added.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from bridge.mix.content_events import ContentKind, Job, JobDone
from bridge.mix.contents import ContentChange
from bridge.mix.device_events import KnobWord, Note


class World(StrEnum):
    """What a task works on; it decides what can be in focus."""

    DEVICE = "device"
    """The knobs of one device."""
    CONTENTS = "contents"
    """The items or clips of one track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A parameter of the device in focus, as a position on its way.

    Attributes:
        index: Its number in the device.
        name: As the DAW says it.
        position: Where it stands, 0 to 1.
        least: The lowest position that one move may bring it to now.
        most: The highest; both are `position` where it may not be moved.
        steps: How many positions it has; 0 where it is continuous.
        unit: In words; empty where the DAW says none.
        shows: What the device shows for where it stands; empty where nobody knows.
    """

    index: int
    name: str
    position: float
    least: float
    most: float
    steps: int = 0
    unit: str = ""
    shows: str = ""

    @property
    def is_free(self) -> bool:
        """Whether it may be moved now."""
        return self.least < self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A content, and what stands in it.

    Attributes:
        key: Its identity.
        name: For a person.
        text: What stands there; empty for an empty place.
        strip: The identity of its track.
        track: The name of its track.
        role: The role of its track, as `bridge.mix.roles.Role` says it.
        group: What it must be changed with: all contents of its kind that have the same word.
        refusal: Why it may not be changed now, in words; empty where it may.
    """

    kind: ContentKind
    key: str
    name: str
    text: str
    strip: str
    track: str
    role: str
    group: str
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a task may know when it is asked.

    Attributes:
        key: The identity of what is in focus: of the device, or of the track.
        device: The device's name; of a track its own.
        role: The role of its track, as `bridge.mix.roles.Role` says it.
        knobs: The device's parameters whose positions are known, in their order.
        heard: The last note as the device stands now; None where none was heard since it changed.
        target: What it is to come near to; None for a person's taste.
        risen_db: How much louder the moves that stand have made its note, together, dB.
        contents: The contents of the task's kinds, of all tracks; only those without a `refusal`
            may be changed. For a task of devices, those of its track.
        tempo_bpm: Quarter notes a minute; NaN where nobody knows.
        bar_s: Where a bar begins, seconds from the start of the song; NaN where nobody knows.
        bar_beats: Quarter notes a bar; 0 where nobody knows.
    """

    key: str
    device: str
    role: str
    knobs: tuple[Knob, ...] = ()
    heard: Note | None = None
    target: Note | None = None
    risen_db: float = 0.0
    contents: tuple[Standing, ...] = ()
    tempo_bpm: float = math.nan
    bar_s: float = math.nan
    bar_beats: int = 0

    @property
    def is_free(self) -> bool:
        """Whether anything of it may be changed now."""
        return any(knob.is_free for knob in self.knobs) or any(
            not content.refusal for content in self.contents
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A change that a task wants: one move, of parameters (values) or of contents.

    Attributes:
        positions: Where to bring which parameter, by number; within `Knob.least` and `most`. Empty,
            and without `changes`, where the sound is to be heard once more before anything is
            changed: its lesson is `Teaching.HEARD` with that note.
        changes: Which contents to change, all or none; `ContentChange.before` is their text.
        probability: With which the policy chose this one, for off-policy evaluation.
        score: The expected improvement over leaving the sound alone.
        confidence: 0 (a guess) to 1 (this person has said so often).
        reason: Why, in one sentence that a sound designer would say.
        trace: What the task needs to learn from this later; opaque to everyone else.
        is_asked: Whether a person is asked although moves are made unasked.
    """

    probability: float
    score: float
    confidence: float
    reason: str
    positions: Mapping[int, float] = field(default_factory=dict)
    changes: tuple[ContentChange, ...] = ()
    trace: Any = None
    is_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobSheet:
    """What a task takes the parameters of a device for.

    Attributes:
        roles: Of each: a `KnobWord`; empty for one that is left alone.
        taught: Of each: whether a person has said so.
    """

    roles: tuple[str, ...]
    taught: tuple[bool, ...]


class Teaching(StrEnum):
    """How a lesson came about."""

    HEARD = "heard"
    """The move was made and its note heard, or none was: nobody has judged it."""
    THUMB = "thumb"
    """A person judged the move, or took it back (-1)."""
    PICK = "pick"
    """A person chose among the variants of an offer, or kept what was there."""
    HAND = "hand"
    """A person moved parameters themselves; if a note was heard before, it waits for the next. Or
    they changed a content; where a move of ours stood there, that is the first variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What became of a change.

    Attributes:
        teaching: How it came about.
        scene: The scene in which the change was made; its `heard` is the sound before.
        variants: What it is about: one move; all variants of the offer; for a hand, the last one
            has where the person left the parameters or contents, and nothing else in it.
        after: What each of them sounded like; None where it was not heard.
        value: -1 to +1 for a thumb. For a pick the number of the variant, from 1, or 0. Else 0.
        weight: How much it counts, 0 to 1.
    """

    teaching: Teaching
    scene: Scene
    variants: tuple[Variant, ...]
    after: tuple[Note | None, ...]
    value: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a lesson led to.

    Attributes:
        text: What is believed now that was not before, in words; empty for nothing.
        takes_back: Why a move that was heard is to go back, in words; empty where it stays. Asked
            for `Teaching.HEARD` alone: with a target nobody else judges.
    """

    text: str = ""
    takes_back: str = ""


class Task(Protocol):
    """What the engine needs of a task.

    Attributes:
        world: What it works on.
        kinds: The contents that it may change.
    """

    world: World
    kinds: tuple[ContentKind, ...]

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        """Up to `count` different changes wanted now, best first.

        Nothing is an answer: all is left alone. What goes beyond a knob's bounds is shortened;
        what changes nothing or may not be made is left out.

        Args:
            scene: What is known.
            count: 1 for a move, more for an offer.
            explore: Whether an exploratory choice is permitted (never in gig mode).
        """

    def learn(self, lesson: Lesson) -> Outcome:
        """Learn from what became of a change."""

    def beliefs(self) -> Mapping[str, Any]:
        """What is believed of this person, as JSON that a person can read."""

    def state(self) -> bytes:
        """All that has been learnt, as canonical JSON; equal bytes mean equal beliefs."""

    def load_state(self, state: bytes) -> None:
        """Take over what `state` returned, of this or an earlier version.

        Raises:
            PriorError: If it cannot be read, in one sentence.
        """


@runtime_checkable
class Advised(Protocol):
    """A task that can say why it proposes nothing."""

    @property
    def rest(self) -> str:
        """Why the last `propose` gave nothing, in a sentence; empty where it gave something."""


@runtime_checkable
class Prompt(Task, Protocol):
    """A task whose next offer need not wait for the pace: a person's own pick brings it."""

    is_prompt: bool


@runtime_checkable
class ReadsKnobs(Task, Protocol):
    """A task that knows what knobs are for, and can be taught."""

    def read_knobs(self, device: str, names: tuple[str, ...], steps: tuple[int, ...]) -> KnobSheet:
        """What it takes the parameters of a device for; cheap to ask again."""

    def teach_knob(self, device: str, knob: str, word: KnobWord) -> None:
        """Take a person's word for a knob, for all devices of that name."""


@runtime_checkable
class HasJobs(Task, Protocol):
    """A task that lets a worker find what takes longer than a millisecond."""

    def jobs(self, scene: Scene) -> tuple[Job, ...]:
        """What it has to know before it can propose; asked before `propose`, each job done once.

        A job that is on its way is not begun again; what was done is asked for again only if the
        task does so.
        """

    def receive(self, done: JobDone) -> str:
        """Take over what a worker found; what a person is told of it, empty for nothing.

        Raises:
            RefusedError: If it is what another program offered, and can mean nothing.
        """


@runtime_checkable
class Foresees(Task, Protocol):
    """A task that prepares, while a person listens to an offer, what their answer will need."""

    def foresee(self) -> tuple[Job, ...]:
        """Jobs (`Job.is_ahead`) for the answers that the offer just made may get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What a change of a content looks like before it is made: a stretch of sound.

    Attributes:
        start_s: Where the stretch begins on the time line.
        end_s: Where it ends.
        levels: How loud it is there, 0 (silent) to 1, evenly spaced.
    """

    start_s: float
    end_s: float
    levels: tuple[float, ...]


@runtime_checkable
class Sketches(Task, Protocol):
    """A task that can show what it would change."""

    def sketch(self, change: ContentChange) -> Sketch | None:
        """The stretch that a change is about; None where nothing is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """Something that a task could propose.

    Attributes:
        name: By which a person chooses it, unique within what is in focus.
        text: What it is, in words.
        likelihood: Of a yes, 0 to 1.
    """

    name: str
    text: str
    likelihood: float


@runtime_checkable
class Believes(Task, Protocol):
    """A task that can put in words what it believes of this person."""

    @property
    def believed(self) -> str:
        """What is wanted of what is in focus, beside the average person; empty for nothing sure."""


@runtime_checkable
class ListsFinds(Task, Protocol):
    """A task that can list what it found, so that a person chooses what is offered next."""

    @property
    def finds(self) -> tuple[Find, ...]:
        """What the last `propose` found, the likeliest yes first."""

    def choose_find(self, find: str) -> None:
        """Offer the find of that name next, likely or not."""
