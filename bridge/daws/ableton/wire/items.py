"""Live's audio clips of the Session: where each begins and ends in its file, and how it is trimmed.

Facts: AbletonOSC has the properties of a clip (abletonosc/clip.py at 0ca6821), and neither fades
nor splits. With Loop off `loop_start` and `loop_end` are the ends that are played (Cycling '74's
reference of `Clip`); they are seconds where Warp is off, else beats (Live's own docstrings). So a
clip that is neither looped nor warped can be trimmed, and no other. Nobody here has tried a Live.

A clip has no place on the time line. Its item is *launched*: its position is its offset.

A write by index has no condition. So a clip is read first, and once more in the datagram that
writes. Where that met another clip, or a hand was quicker, what stood there is written back.
"""

import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from bridge.daw.scale import MAX_TEXT, TEXT, is_on
from bridge.daws.ableton.wire.audio_clip import (
    BEFORE,
    FIELDS,
    LASTING,
    AudioClip,
    Ends,
    Said,
    by_topic,
    read_clip,
)
from bridge.daws.ableton.wire.clips import SLOTS
from bridge.daws.ableton.wire.frames import Frame, Question, Topic, about_freezing
from bridge.mix.content_events import (
    ContentEvent,
    ContentGone,
    ContentKind,
    ContentReported,
    SetContent,
)
from bridge.mix.items import SAME_S, decode_item
from bridge.mix.messages import BACK
from bridge.osc.message import OscArg

_LOST_S: Final = 1.2
"""AbletonOSC answers within two of its ticks of .1 s; a frame without an answer by then is lost."""
_MOST_TRIES: Final = 3
_WANTED_S: Final = 1.5
"""The core asks once more after so long, and gives a move up after as long again: a trim that was
made later than that is put back."""
_PACE_S: Final = 0.3
"""One clip is read anew so often, so that faders are read in between."""
_ROUND_S: Final = 5.0
"""The clips of all tracks are listed anew at most so often."""


class _Step(Enum):
    LIST = auto()
    READ = auto()
    CHECK = auto()
    WRITE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """Where the ends of a clip are to be, while it is still as it was when that was wanted.

    Attributes:
        ends: NaN leaves a marker as it is.
        before: The clip that is meant.
        at: When it was wanted.
        tries: How many frames for it are lost, or were put right.
        is_repair: It puts something back.
        is_back: It takes a trim back, which is never too late.
        is_any: The clip that is meant may stand anywhere: a write to it has failed half-way.
    """

    ends: Ends
    before: AudioClip
    at: float
    tries: int = 0
    is_repair: bool = False
    is_back: bool = False
    is_any: bool = False

    def is_meant(self, clip: AudioClip) -> bool:
        """Whether a clip is as it was."""
        is_there = self.is_any or clip.ends.is_near(self.before.ends)
        return clip.path == self.before.path and is_there


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemJob:
    """What is to be asked next of one slot, or of a track's.

    Attributes:
        step: What it is.
        place: The track, from 0.
        uid: Its identity; empty for a repair, which is meant for whoever stands there.
        names: Of all tracks, for a repair.
        slot: From 0.
        name: Of the clip.
        goal: Where its ends are to be, if a write is wanted.
        is_round: It is not in a hurry.
    """

    step: _Step
    place: int
    uid: str
    names: tuple[str, ...] = ()
    slot: int = 0
    name: str = ""
    goal: _Goal | None = None
    is_round: bool = False

    @property
    def key(self) -> str:
        """The item's identity."""
        return f"{self.uid}/{self.slot}"

    def questions(self) -> list[Question]:
        """What is asked and written, behind the names of all tracks."""
        at: tuple[OscArg, ...] = (self.place, self.slot)
        fields = [about_freezing(self.place), *(Question(topic, at) for topic in FIELDS)]
        match self.step:
            case _Step.LIST:
                topics = (Topic.HAS_MIDI, Topic.CLIP_NAMES)
                return [Question(topic, (self.place,)) for topic in topics]
            case _Step.WRITE if self.goal:
                before = [Question(topic, at) for topic in BEFORE]
                return [*before, *self.goal.ends.questions(self.goal.before.ends, at), *fields]
            case _:
                return fields


class Items:
    """The audio clips of one Live, and what is to be asked and written of them.

    Attributes:
        put_right: How many writes met another clip, or a quicker hand, and were put back.
    """

    def __init__(self) -> None:
        self.put_right = 0
        self._jobs: deque[ItemJob] = deque()
        self._repairs: deque[ItemJob] = deque()
        self._round: deque[ItemJob] = deque()
        self._open: dict[str, ItemJob] = {}
        self._clips: dict[str, AudioClip] = {}
        self._told: dict[str, ContentReported] = {}
        self._first: dict[str, AudioClip] = {}
        """Each clip as it was before our first write to it."""
        self._wanted_at: dict[str, float] = {}
        self._tracks: dict[str, int] = {}
        self._is_wanted = False
        self._begun_at = self._round_at = -math.inf

    def forget(self, job: ItemJob | None, frame: Frame) -> None:
        """Nobody knows which track is which; what we have written is known by its key.

        Args:
            job: Of the frame, if it has one: what that wrote met another clip, and is put back.
            frame: In which another list of tracks was read.
        """
        for own in (self._jobs, self._round, self._open, self._clips, self._told, self._tracks):
            own.clear()
        if job is not None and job.step is _Step.WRITE and job.goal:
            repair = replace(job, uid="", names=tuple(frame.names or ()))
            self._restore(repair, job.goal, by_topic(frame), is_complete=frame.is_complete)

    def list_tracks(self, uids: Sequence[str], track: int) -> None:
        """Read the clips of a track from 1, or, with 0, of all; from then on they are watched."""
        self._is_wanted = True
        self._told.clear()
        for place, uid in enumerate(uids):
            if track in (0, place + 1):
                self._tracks[uid] = place
                self._jobs.append(ItemJob(step=_Step.LIST, place=place, uid=uid))

    def write(self, command: SetContent, uids: Sequence[str], at: float) -> None:
        """Trim a clip, or let its old ends stand again; nothing where it is not known."""
        key = command.key
        clip = self._clips.get(key)
        uid, _, slot = key.rpartition("/")
        if clip is None or uid not in uids:
            return
        self._wanted_at[key] = at
        self._jobs = deque(job for job in self._jobs if not (job.goal and job.key == key))
        self._jobs.appendleft(
            ItemJob(
                step=_Step.CHECK,
                place=list(uids).index(uid),
                uid=uid,
                slot=int(slot),
                name=self._told[key].name if key in self._told else f"slot {int(slot) + 1}",
                goal=_Goal(
                    ends=self._ends_of(command, clip),
                    before=clip,
                    at=at,
                    is_back=not command.move or command.move.endswith(BACK),
                ),
            )
        )

    def _ends_of(self, command: SetContent, clip: AudioClip) -> Ends:
        """What a text wants, in Live's own numbers where it is what stands or what once stood."""
        (piece,) = decode_item(command.text)
        first = self._first.get(command.key, clip)
        found = {}
        for name, value in (("start", piece.offset_s), ("end", piece.offset_s + piece.length_s)):
            marker = f"{name}_marker"
            known = [each.ends for each in (clip, first) if each.path == piece.source]
            same = [each for each in known if abs(getattr(each, name) - value) <= SAME_S]
            found[name] = getattr(same[-1], name) if same else value
            found[marker] = getattr(same[-1], marker) if same else math.nan
        return Ends(**found)

    def facts(self) -> dict[str, str | float]:
        """How many clips can be trimmed, and how many others cannot, why; nothing before any."""
        if not self._clips:
            return {}
        left = Counter(LASTING[c.bar] for c in self._clips.values() if c.bar in LASTING)
        return {
            "clips": float(len(self._clips) - left.total()),
            "clips_left": ", ".join(f"{count} {why}" for why, count in sorted(left.items())),
        }

    # -- what is asked -------------------------------------------------------------------------

    def next_job(self, names: Sequence[str], uids: Sequence[str], at: float) -> ItemJob | None:
        """What is asked now; None while an answer is awaited, or nothing is wanted."""
        if self._open:
            if at - self._begun_at < _LOST_S:
                return None
            self._ask_again()
        while self._repairs:
            repair = self._repairs.popleft()
            if repair.names == tuple(names):
                return repair
        if self._is_wanted and not self._tracks:  # they are numbered anew
            self.list_tracks(uids, 0)
        while job := self._next(at):
            if job.place < len(uids) and uids[job.place] == job.uid:
                return job
        return None

    def _next(self, at: float) -> ItemJob | None:
        if self._jobs:
            return self._jobs.popleft()
        if at - self._begun_at < _PACE_S:
            return None
        if not self._round and at - self._round_at >= _ROUND_S:
            self._round_at = at
            self._round += [
                ItemJob(step=_Step.LIST, place=place, uid=uid, is_round=True)
                for uid, place in self._tracks.items()
            ]
        return self._round.popleft() if self._round else None

    def _ask_again(self) -> None:
        """A frame is lost: what it wrote may stand or not, so read the clip first."""
        for job in self._open.values():
            if job.goal and job.goal.tries < _MOST_TRIES and self._is_wanted_still(job, job.goal):
                goal = replace(job.goal, tries=job.goal.tries + 1)
                self._ask_next(replace(job, step=_Step.CHECK, goal=goal))
        self._open.clear()

    def begin(self, job: ItemJob, tag: str, at: float) -> None:
        """A job is on its way in the frame of that tag."""
        self._open[tag], self._begun_at = job, at

    def end(self, tag: str) -> ItemJob | None:
        """The job of a frame that has ended, if it had one."""
        return self._open.pop(tag, None)

    # -- what is answered ----------------------------------------------------------------------

    def conclude(
        self, job: ItemJob, frame: Frame, uids: Sequence[str], at: float
    ) -> list[ContentEvent]:
        """What a frame says of a job's clips, and what is asked next."""
        said = by_topic(frame)
        is_known = job.place < len(uids) and uids[job.place] == job.uid
        if job.step is _Step.LIST:
            return self._conclude_list(job, said, at) if frame.is_complete and is_known else []
        clip = read_clip(said, -1) if frame.is_complete else None
        goal = job.goal
        if job.step is _Step.CHECK and goal and clip is not None:
            return self._conclude_check(job, goal, clip, at)
        if job.step is _Step.WRITE and goal:
            return self._conclude_write(job, goal, said, at, is_complete=frame.is_complete)
        return self._report(job, clip, at) if clip is not None and is_known else []

    def _conclude_write(
        self, job: ItemJob, goal: _Goal, said: Said, at: float, *, is_complete: bool
    ) -> list[ContentEvent]:
        before, after = read_clip(said, 0), read_clip(said, -1)
        if before is None:  # the clip is gone, so nothing was written
            return []
        is_made = is_complete and after is not None and after.ends.is_near(goal.ends)
        is_made &= not self._is_late(job, goal, at)
        if after is None or not (goal.is_meant(before) and (is_made or goal.is_repair)):
            self._restore(job, goal, said, is_complete=is_complete)
            return []
        if not goal.is_repair:
            self._first.setdefault(job.key, goal.before)
            self._wanted_at.pop(job.key, None)
        return self._report(job, after, at, is_answer=True) if job.uid else []

    def _restore(self, job: ItemJob, goal: _Goal, said: Said, *, is_complete: bool) -> None:
        """A write met something else than what was read, or was not made as it was wanted."""
        before, after = read_clip(said, 0), read_clip(said, -1)
        if before is None or after is None or goal.tries >= _MOST_TRIES:
            return
        self.put_right += 1
        goal = _Goal(
            ends=before.ends, before=after, at=goal.at, tries=goal.tries + 1, is_repair=True,
            is_any=not is_complete,
        )  # fmt: skip
        self._ask_next(replace(job, step=_Step.CHECK, goal=goal))

    def _is_late(self, job: ItemJob, goal: _Goal, at: float) -> bool:
        """Whether nobody waits for a trim any more."""
        is_trim = not (goal.is_repair or goal.is_back)
        return is_trim and at - self._wanted_at.get(job.key, at) > _WANTED_S

    def _is_wanted_still(self, job: ItemJob, goal: _Goal) -> bool:
        """Whether nothing newer is wanted of the clip, and this was not done."""
        return goal.is_repair or self._wanted_at.get(job.key) == goal.at

    def _ask_next(self, job: ItemJob) -> None:
        (self._repairs if job.names else self._jobs).appendleft(job)

    def _conclude_check(
        self, job: ItemJob, goal: _Goal, clip: AudioClip, at: float
    ) -> list[ContentEvent]:
        """A clip that is to be trimmed was read: trim it, or report what stands there."""
        is_late, is_wanted = self._is_late(job, goal, at), self._is_wanted_still(job, goal)
        stands = clip.path == goal.before.path and clip.ends.is_near(goal.ends)
        if is_late and is_wanted and stands:
            # The answer to its write was lost, and the core has given it up.
            goal = replace(goal, ends=goal.before.ends, before=clip, is_repair=True)
        is_free = goal.is_repair or not (clip.bar or is_late)
        if is_free and is_wanted and goal.is_meant(clip):
            goal = replace(goal, before=clip, is_any=False)
            self._ask_next(replace(job, step=_Step.WRITE, goal=goal))
            return []
        if stands:
            self._wanted_at.pop(job.key, None)
        return self._report(job, clip, at, is_answer=True) if job.uid else []

    def _conclude_list(self, job: ItemJob, said: Said, at: float) -> list[ContentEvent]:
        names = said[Topic.CLIP_NAMES][-1][1:]
        here = {} if is_on(said[Topic.HAS_MIDI][-1][-1]) else {
            slot: TEXT.read(str(name)[:MAX_TEXT]) or ""
            for slot, name in enumerate(names[:SLOTS])
            if name is not None
        }  # fmt: skip
        queue = self._round if job.is_round else self._jobs
        for slot, name in here.items():
            queue.append(replace(job, step=_Step.READ, slot=slot, name=name or f"slot {slot + 1}"))
        keys = {f"{job.uid}/{slot}" for slot in here}
        gone = [k for k in self._clips if k.rpartition("/")[0] == job.uid and k not in keys]
        return [self._remove(key, at) for key in gone]

    def _remove(self, key: str, at: float) -> ContentGone:
        for own in (self._clips, self._told, self._first):
            own.pop(key, None)
        return ContentGone(at=at, kind=ContentKind.ITEM, key=key)

    def _report(
        self, job: ItemJob, clip: AudioClip, at: float, *, is_answer: bool = False
    ) -> list[ContentEvent]:
        self._clips[job.key] = clip
        report = ContentReported(
            at=0.0,
            kind=ContentKind.ITEM,
            key=job.key,
            track=job.place + 1,
            name=job.name,
            text=clip.text,
            barred=clip.bar,
            group="",
        )
        if report == self._told.get(job.key) and not is_answer:
            return []
        self._told[job.key] = report
        return [replace(report, at=at)]
