"""What is said of contents: items of audio, clips of notes, patches of synths; all text.

A content is known by its kind and by the identity that the DAW gives it, not by a number: items
come and go. What stands in it is one *text*, whose form is its kind's (JSON, a path); the core
compares texts, keeps them and writes them back, and never reads them. An empty text is an empty
place.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bridge.mix.device_events import PhraseOffered, TaskName


class ContentKind(StrEnum):
    """What a content is; its row is in `bridge.mix.contents`."""

    ITEM = "item"
    """A piece of audio, or several that were one: where it lies, its fades, its gain."""
    CLIP = "clip"
    """Notes."""
    PATCH = "patch"
    """All that a device holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentReported:
    """The DAW says what stands in a content, at first, when asked, and whenever it changes.

    Attributes:
        key: Its identity, as the DAW has it; no two of a kind have the same.
        track: The number of its strip, from 1.
        name: For a person.
        text: What stands there; empty for an empty place.
        barred: Why it may not be changed, in words ("it is locked"); empty where it may.
        group: What it moves with: all contents of a kind with that word; empty for none.
    """

    at: float
    kind: ContentKind
    key: str
    track: int
    name: str
    text: str
    barred: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentGone:
    """The DAW does not have that content any more."""

    at: float
    kind: ContentKind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoChanged:
    """How fast the song is; NaN where nobody knows.

    Attributes:
        bpm: Quarter notes a minute.
    """

    at: float
    bpm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GridChanged:
    """Where the bars of the song lie.

    Attributes:
        first_s: Where a bar begins, seconds from the start of the song; NaN where there is none.
        beats: Quarter notes a bar; 0 where nobody knows.
    """

    at: float
    first_s: float
    beats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that would take the loop too long, for the worker of a task (`bridge.tasks.registry`).

    Attributes:
        name: Which of it, as the task calls it.
        text: All that the worker gets to know.
        is_open: Whether other programs may do it as well: they are told of it (`/bridge/wanted`).
        is_ahead: Whether it only prepares a later job: nothing comes back, and the next job that is
            none goes first.
    """

    task: TaskName
    name: str
    text: str
    is_open: bool = False
    is_ahead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDone:
    """What a worker found; journalled, so that a replay needs neither files nor the worker.

    Attributes:
        name: The job's.
        text: The job's.
        trouble: Why there is no result, in a sentence; empty where there is.
        data: What was found, in a form that the task and its worker agree on.
    """

    at: float
    task: TaskName
    name: str
    text: str
    trouble: str
    data: bytes


OWN_CLIP: Final = "mixbridge/"
"""The keys of clips that are the bridge's own, and no DAW's, begin with it."""

OFFERED: Final = "offered"
"""The `JobDone.name` of what another program offers; its `text` names the program."""


def offered_phrase(event: PhraseOffered) -> JobDone:
    """What another program offers, as the task of phrases gets it: like a worker's result."""
    return JobDone(
        at=event.at,
        task=TaskName.PHRASE,
        name=OFFERED,
        text=event.generator,
        trouble="",
        data=event.phrase.encode(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetContent:
    """Ask the DAW to let `text` stand in a content; it answers with `ContentReported`.

    Attributes:
        key: Its identity.
        text: What is to stand there; empty: nothing.
        move: As in `bridge.mix.messages.SetParam`; it names the DAW's point of undo.
    """

    kind: ContentKind
    key: str
    text: str
    move: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContents:
    """Ask the DAW to say what stands in the contents of a kind, each by `ContentReported`.

    Attributes:
        track: The strip whose contents are meant, from 1; 0 for all.
    """

    kind: ContentKind
    track: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayContent:
    """Let a text be heard without writing it, for kinds that are played; empty: no more.

    Attributes:
        key: The content in whose place it is heard.
        track: Its strip's number.
    """

    kind: ContentKind
    key: str
    track: int
    text: str


ContentEvent = ContentReported | ContentGone | TempoChanged | GridChanged
ContentCommand = SetContent | RequestContents | PlayContent
