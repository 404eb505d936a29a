"""Live's Session clips: which notes stand in them, and how an empty slot is filled.

AbletonOSC's rows are of its source (0ca6821). Three traps of it are kept away from: a span of 127
pitches leaves out the highest note (issue 190), so all 128 are named; the notes of a long clip are
more than a datagram holds (88), so they are read in windows of a bar; notes that are added to a
clip in the moment in which it is made may be lost (60), so it is looked for first.

A slot is written only if it is empty, or holds what we wrote: it is read in the frame before.
Arrangement clips have no notes for AbletonOSC and are not told.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from bridge.daws.ableton.wire.frames import Frame, Question, Topic
from bridge.errors import RefusedError
from bridge.mix.content_events import ContentKind, ContentReported, SetContent
from bridge.mix.phrases import (
    BEATS_A_BAR,
    MOST_BARS,
    Phrase,
    PhraseNote,
    decode_phrase,
    is_same_phrase,
    phrase_of,
)
from bridge.osc.message import OscArg

SLOTS: Final = 16
"""Scenes that are read; more are not a song that somebody sketches."""
_EMPTY: Final = 2
"""Empty slots of a track that are told."""
_NOTES_A_MESSAGE: Final = 40
_NOTE: Final = 5
"""Values of a note: pitch, start, length, velocity, mute."""
_WHOLE: Final = (0, 128, -8192.0, 16384.0)
_LOST_S: Final = 3.0
"""A frame that has no answer by then is lost, and what was asked in it with it."""
_LOOK_S: Final = 2.0
"""How often what we wrote is read again, to see a hand."""


class _Step(Enum):
    LIST = auto()
    READ = auto()
    LOOK = auto()
    MAKE = auto()
    FILL = auto()
    DELETE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipJob:
    """What is to be asked next of one slot, or of a track's.

    Attributes:
        step: What it is.
        place: The track, from 0.
        uid: Its identity when it was asked for: another one there ends the job.
        slot: From 0.
        length: Beats of the clip.
        wanted: What is to be written, if anything.
    """

    step: _Step
    place: int
    uid: str
    slot: int = 0
    length: float = 0.0
    wanted: SetContent | None = None

    @property
    def key(self) -> str:
        """The content's identity."""
        return f"{self.uid}/{self.slot}"

    def questions(self) -> list[Question]:
        """What is said for it, behind the names of all tracks."""
        at: tuple[OscArg, ...] = (self.place, self.slot)
        has_clip = Question(Topic.HAS_CLIP, at)
        match self.step:
            case _Step.LIST:
                topics = (Topic.HAS_MIDI, Topic.CLIP_NAMES, Topic.CLIP_LENGTHS)
                return [Question(topic, (self.place,)) for topic in topics]
            case _Step.READ:
                return [has_clip, *self._windows()]
            case _Step.LOOK:
                return [has_clip, *(self._windows() if self.length else [])]
            case _Step.MAKE:
                make = Question(Topic.CREATE_CLIP, (*at, self._phrase.length))
                return [make, has_clip]
            case _Step.FILL:
                return [Question(Topic.REMOVE_NOTES, (*at, *_WHOLE)), *self._fill(at), has_clip,
                        *self._windows()]  # fmt: skip
            case _Step.DELETE:
                return [Question(Topic.DELETE_CLIP, at), has_clip]

    @property
    def _phrase(self) -> Phrase:
        return decode_phrase(self.wanted.text) if self.wanted else Phrase(0.0, ())

    def _fill(self, at: tuple[OscArg, ...]) -> list[Question]:
        name = f"mixbridge {self.wanted.move}" if self.wanted else "mixbridge"
        asked = [Question(Topic.SET_CLIP_NAME, (*at, name.strip()))]
        notes = self._phrase.notes
        for start in range(0, len(notes), _NOTES_A_MESSAGE):
            args: list[OscArg] = [*at]
            for note in notes[start : start + _NOTES_A_MESSAGE]:
                args += [note.pitch, note.start, note.length, note.velocity, 0]
            asked.append(Question(Topic.ADD_NOTES, tuple(args)))
        return asked

    def _windows(self) -> list[Question]:
        length = self.length or self._phrase.length
        return [
            Question(Topic.NOTES, (self.place, self.slot, 0, 128, float(start), float(BEATS_A_BAR)))
            for start in range(0, round(length), BEATS_A_BAR)
        ]


class Clips:
    """The clips of one Live, and what is to be asked and written of them."""

    def __init__(self) -> None:
        self._jobs: deque[ClipJob] = deque()
        self._open: dict[str, ClipJob] = {}
        self._texts: dict[str, str] = {}
        self._ours: dict[str, ClipJob] = {}
        self._looked_at = self._begun_at = float("-inf")

    def forget(self) -> None:
        """Nobody knows which track is which: what is ours is known by its key."""
        self._jobs.clear()
        self._open.clear()
        self._texts.clear()

    def list_tracks(self, uids: Sequence[str], track: int) -> None:
        """Read the clips of a track from 1, or, with 0, of all."""
        self._texts.clear()
        for place, uid in enumerate(uids):
            if track in (0, place + 1):
                self._jobs.append(ClipJob(step=_Step.LIST, place=place, uid=uid))

    def write(self, command: SetContent, uids: Sequence[str], _at: float) -> None:
        """Let a slot hold other notes; nothing is done where it is not empty, or ours."""
        uid, _, slot = command.key.rpartition("/")
        if uid not in uids or not slot.isdigit():
            return
        ours = self._ours.get(command.key)
        job = ClipJob(
            step=_Step.LOOK,
            place=list(uids).index(uid),
            uid=uid,
            slot=int(slot),
            length=ours.length if ours else 0.0,
            wanted=command,
        )
        self._jobs.appendleft(job)

    def next_job(self, at: float) -> ClipJob | None:
        """What is asked now; None while an answer is awaited, or nothing is wanted."""
        if self._open and at - self._begun_at < _LOST_S:
            return None
        self._open.clear()
        if not self._jobs and at - self._looked_at >= _LOOK_S:
            self._looked_at = at
            self._jobs += [
                replace(job, step=_Step.READ, wanted=None) for job in self._ours.values()
            ]
        return self._jobs.popleft() if self._jobs else None

    def begin(self, job: ClipJob, tag: str, at: float) -> None:
        """A job is on its way in the frame of that tag."""
        self._open[tag], self._begun_at = job, at

    def end(self, tag: str) -> ClipJob | None:
        """The job of a frame that has ended, if it had one."""
        return self._open.pop(tag, None)

    # -- what is answered ----------------------------------------------------------------------

    def conclude(
        self, job: ClipJob, frame: Frame, uids: Sequence[str], at: float
    ) -> list[ContentReported]:
        """What a frame says of a job's clips, and what is asked next."""
        if not frame.is_complete or job.place >= len(uids) or uids[job.place] != job.uid:
            return []
        said = _by_topic(frame)
        if job.step is _Step.LIST:
            return self._conclude_list(job, said, at)
        has_clip = bool(said[Topic.HAS_CLIP][0][-1])
        match job.step:
            case _Step.MAKE if has_clip:
                self._jobs.appendleft(replace(job, step=_Step.FILL))
                return []
            case _Step.LOOK:
                return self._conclude_look(job, said, at, has_clip=has_clip)
            case _Step.FILL if job.wanted:
                text = _text_of(said.get(Topic.NOTES, []), job._phrase.length)
                self._ours[job.key] = replace(job, length=job._phrase.length)
                return self._report(job, text, at)
            case _Step.DELETE | _Step.READ if not has_clip:
                self._ours.pop(job.key, None)
                return self._report(job, "", at)
            case _Step.READ:
                return self._report(job, _text_of(said.get(Topic.NOTES, []), job.length), at)
        return []

    def _conclude_list(
        self, job: ClipJob, said: dict[Topic, list[tuple[OscArg, ...]]], at: float
    ) -> list[ContentReported]:
        if not said[Topic.HAS_MIDI][0][-1]:
            return []
        reports: list[ContentReported] = []
        names, lengths = said[Topic.CLIP_NAMES][0][1:], said[Topic.CLIP_LENGTHS][0][1:]
        empty = 0
        for slot, (name, length) in enumerate(zip(names, lengths, strict=False)):
            here = replace(job, slot=slot)
            if slot >= SLOTS:
                break
            if name is None:
                empty += 1
                if empty <= _EMPTY:
                    reports += self._report(here, "", at)
            elif isinstance(length, int | float) and _is_whole_bars(float(length)):
                self._jobs.append(replace(here, step=_Step.READ, length=float(length)))
        return reports

    def _conclude_look(
        self,
        job: ClipJob,
        said: dict[Topic, list[tuple[OscArg, ...]]],
        at: float,
        *,
        has_clip: bool,
    ) -> list[ContentReported]:
        """A slot that is to be written was read: write it, or say what stands there."""
        wanted = job.wanted
        if wanted is None:
            return []
        if not has_clip:
            if not wanted.text:
                return self._report(job, "", at, is_answer=True)
            self._jobs.appendleft(replace(job, step=_Step.MAKE, length=0.0))
            return []
        stands = _text_of(said.get(Topic.NOTES, []), job.length) if job.length else ""
        if not stands or not is_same_phrase(stands, self._texts.get(job.key, "")):
            return self._report(job, stands, at) if stands else []  # a hand's
        step = _Step.FILL if wanted.text else _Step.DELETE
        self._jobs.appendleft(replace(job, step=step, length=0.0))
        return []

    def _report(
        self, job: ClipJob, text: str, at: float, *, is_answer: bool = False
    ) -> list[ContentReported]:
        old = self._texts.get(job.key)
        if old == text and not is_answer and not job.wanted:
            return []
        self._texts[job.key] = text
        report = ContentReported(
            at=at,
            kind=ContentKind.CLIP,
            key=job.key,
            track=job.place + 1,
            name=f"slot {job.slot + 1}",
            text=text,
            barred="",
            group="",
        )
        return [report]


def _by_topic(frame: Frame) -> dict[Topic, list[tuple[OscArg, ...]]]:
    said: dict[Topic, list[tuple[OscArg, ...]]] = {}
    for question, answer in frame.answered:
        said.setdefault(question.topic, []).append(answer)
    return said


def _is_whole_bars(length: float) -> bool:
    bars = length / BEATS_A_BAR
    return 0 < bars <= MOST_BARS and abs(bars - round(bars)) < 1e-6


def _text_of(answers: Sequence[tuple[OscArg, ...]], length: float) -> str:
    """The text of a clip whose notes were read in windows; what is muted is not heard."""
    notes = []
    for answer in answers:
        values = answer[2:]
        for start in range(0, len(values) - _NOTE + 1, _NOTE):
            pitch, begin, held, velocity, mute = values[start : start + _NOTE]
            if isinstance(pitch, int) and not mute:
                loud = min(max(round(float(velocity or 0)), 1), 127)
                notes.append(PhraseNote(float(begin or 0), pitch, float(held or 0), loud))
    phrase = phrase_of(notes, length)
    try:
        return decode_phrase(phrase.text).text
    except RefusedError:
        return ""
