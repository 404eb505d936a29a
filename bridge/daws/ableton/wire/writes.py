"""Writes to Live: by index, so each is looked at before and after it; and the user's undo of them.

AbletonOSC writes by a track's index and knows no condition. So a write follows a look at the list
of tracks at once, mostly into the same reading of AbletonOSC's socket, and carries another look and
the value before and after in its own datagram. Where the list was another by then, the write met
another track, in the tenth of a second in which a person moved tracks: what stood there is
written back, by the same means. So is a hand's value that was there a moment before the write.
Where that overtook the hand once more, the hand is moving: it is written back only where it rests.

Live makes each write a point of undo and says nothing when one is taken back. But a value that goes
back exactly, step by step, to what it was before our move was taken back by Live's undo.
"""

import math
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bridge.daw.dialect import Row
from bridge.daw.scale import PAN, number
from bridge.daws.ableton.wire import eq
from bridge.daws.ableton.wire.curves import TOP_DB, fader_db, fader_position
from bridge.daws.ableton.wire.frames import Frame, Question, Topic
from bridge.daws.ableton.wire.tracks import Desk
from bridge.mix.messages import BACK, DawEvent, MoveRedone, MoveUndone, SetParam
from bridge.mix.params import EQ_BANDS, SILENCE_DB, Param
from bridge.osc.message import OscArg

_AT_ONCE: Final = 16
"""Writes of one frame: more than a person's panic fader by fader, less than Live would feel."""
_WANTED_S: Final = 0.45
"""A write that could not leave by then is not wanted any more: its repetition comes after 0.5 s."""
_UNDO_S: Final = 120.0
"""A value that goes back later than this is a hand's."""
_STEPS_S: Final = 1.5
"""Live's undo takes a move back write by write; a person who stops for longer has stopped there."""
_LEAST_STEP: Final = 0.35
"""Steps of a ramp closer together are left out, in dB or tenths of the pan's way: a move of 3 dB is
7 points of undo instead of 20, and each is under half a dB while the bridge answers in the tick."""
SAME: Final = 1e-5
"""Live holds float32."""

Key = tuple[str, Param]


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """One write.

    Attributes:
        names: The list of tracks that it is meant for.
        place: Which of them, from 0.
        param: What is written.
        path: Of an EQ: device and parameter in it, from 0, and the parameter's name.
        raw: The value, in Live's terms.
        key: Strip and parameter; None for one that puts back what stood there.
        move: The move that it serves.
        over: What it is to replace, for one that puts back a hand's; NaN for any other.
    """

    names: tuple[str, ...]
    place: int
    param: Param
    path: tuple[int, int, str] | None
    raw: float
    key: Key | None
    move: str = ""
    over: float = math.nan

    def get(self) -> Question:
        """The question what it holds."""
        if self.path is not None:
            return Question(Topic.VALUE, (self.place, *self.path[:2]))
        return Question(Topic.VOLUME if self.param is Param.GAIN else Topic.PAN, (self.place,))

    def questions(self) -> list[Question]:
        """Who stands there, what it holds, the write, and what it holds then."""
        get = self.get()
        if self.path is None:
            topic = Topic.SET_VOLUME if self.param is Param.GAIN else Topic.SET_PAN
            return [get, Question(topic, (self.place, self.raw)), get]
        device, number, _ = self.path
        return [
            Question(Topic.CLASS, (self.place, device)),
            Question(Topic.NAME, (self.place, device, number)),
            get,
            Question(Topic.SET_VALUE, (self.place, device, number, self.raw)),
            get,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a write; values are Live's own, None where Live did not say."""

    put: Put
    before: float | None
    after: float | None
    is_right_device: bool = True

    @property
    def has_followed(self) -> bool:
        """Whether the parameter holds what was written."""
        return self.after is not None and abs(self.after - self.put.raw) <= SAME * 15.0


def rows() -> Iterator[Row]:
    """What may be written at which range; Live's own values are only in `Put`."""
    fader = number(SILENCE_DB, TOP_DB, "dB")
    yield Row(address=Topic.SET_VOLUME, message=SetParam, scale=fader, param=Param.GAIN)
    yield Row(address=Topic.SET_PAN, message=SetParam, scale=PAN, param=Param.PAN)
    gain = number(-eq.GAIN_DB, eq.GAIN_DB, "dB")
    for band in EQ_BANDS:
        yield Row(address=Topic.SET_VALUE, message=SetParam, scale=gain, param=band)


def make_put(command: SetParam, desk: Desk, place: int) -> Put | None:
    """A command as a write to the track at `place`, from 0; None where it has no such control."""
    track = desk.tracks[place]
    if track.held(command.param) is None:
        return None
    path = None
    if command.param in EQ_BANDS:
        if isinstance(track.bands, str) or track.eq is None or desk.eq is None:
            return None
        parameter = track.bands[command.param]
        path = (track.eq, parameter, desk.eq.names[parameter])
    is_fader = command.param is Param.GAIN
    return Put(
        names=tuple(desk.names),
        place=place,
        param=command.param,
        path=path,
        raw=fader_position(command.value) if is_fader else command.value,
        key=(command.key, command.param),
        move=command.move,
    )


def read_outcomes(frame: Frame, puts: Sequence[Put]) -> list[Outcome]:
    """What a frame says of the writes in it; those behind a fault were not made and are left out.

    A write whose value was told before it and not after it is one that Live refused.
    """
    answers = [answer for question, answer in frame.answered if question.topic is not Topic.TRACKS]
    outcomes = []
    for put in puts:
        width = 2 if put.path is None else 4
        said, answers = answers[:width], answers[width:]
        if len(said) < width - 1:
            break
        is_right = put.path is None or (
            said[0][-1:] == (eq.CLASS_NAME,) and said[1][-1:] == (put.path[2],)
        )
        after = _value(said[-1]) if len(said) == width else None
        before = _value(said[width - 2])
        outcomes.append(Outcome(put=put, before=before, after=after, is_right_device=is_right))
    return outcomes


def _value(answer: tuple[OscArg, ...]) -> float | None:
    last = answer[-1] if answer else None
    return float(last) if isinstance(last, int | float) and not isinstance(last, bool) else None


def _distance(param: Param, before: float, after: float) -> float:
    """How far apart two of Live's own values are: dB, for the pan in tenths of its way."""
    if param is Param.GAIN:
        return abs(fader_db(after) - fader_db(before))
    return abs(after - before) * (10.0 if param is Param.PAN else 1.0)


class Writes:
    """Writes that wait, the newest of each parameter, and those that put right.

    Attributes:
        put_right: How many writes met another track and were put back.
        resting: What puts a hand's value back once the hand rests.
    """

    def __init__(self) -> None:
        self.put_right = 0
        self.resting: list[Put] = []
        self._wanted: dict[Key, tuple[Put, float]] = {}
        self._left: dict[Key, float] = {}  # what left last, while nobody else has been there
        self._repairs: list[Put] = []

    def request(self, put: Put, at: float, *, held: float, is_last: bool) -> None:
        """A write is wanted, in place of what waits for that parameter.

        Args:
            put: The write.
            at: Monotonic seconds.
            held: What Live holds, as far as is known.
            is_last: It ends a ramp; of the others those are left out that hardly go further.
        """
        if put.key is None:
            return
        stands = self._left.get(put.key, held)
        if is_last or _distance(put.param, stands, put.raw) >= _LEAST_STEP:
            self._wanted[put.key] = (put, at)

    def drop(self, key: Key | None = None) -> None:
        """A hand was there, or who is who is not known: write nothing of that, or nothing."""
        for own in (self._wanted, self._left):
            if key is None:
                own.clear()
            else:
                own.pop(key, None)

    def waiting(self, at: float) -> list[Put]:
        """What is still wanted, oldest first."""
        self._wanted = {k: w for k, w in self._wanted.items() if at - w[1] <= _WANTED_S}
        return [put for put, _ in self._wanted.values()][:_AT_ONCE]

    def release(self, keys: Container[Key], at: float) -> list[Put]:
        """What may leave now, of those parameters."""
        puts = [put for put in self.waiting(at) if put.key in keys]
        for put in puts:
            if put.key is not None:
                del self._wanted[put.key]
                self._left[put.key] = put.raw
        return puts

    @property
    def is_repairing(self) -> bool:
        """Whether something waits to be put back."""
        return bool(self._repairs)

    def release_repairs(self) -> list[Put]:
        """What puts right; it leaves in any case, and before everything else."""
        repairs, self._repairs = self._repairs[:_AT_ONCE], self._repairs[_AT_ONCE:]
        return repairs

    def restore(self, outcome: Outcome) -> None:
        """A write was made over a hand's value: that is wanted back."""
        put = outcome.put
        after = put.raw if outcome.after is None else outcome.after
        if outcome.before is None:
            return
        back = replace(put, raw=outcome.before, key=None, move="", over=after)
        (self._repairs if math.isnan(put.over) else self.resting).append(back)

    def release_resting(self, question: Question, raw: float) -> None:
        """A parameter was read: what waits for it goes where the hand rests, else never."""
        for put in [put for put in self.resting if put.get() == question]:
            self.resting.remove(put)
            if abs(raw - put.over) <= SAME:
                self._repairs.append(put)

    def repair(self, outcome: Outcome, names: tuple[str, ...]) -> None:
        """A write met another track or device: what stood there is wanted back.

        Args:
            outcome: The write.
            names: The list of tracks that it met.
        """
        put, name = outcome.put, outcome.put.names[outcome.put.place]
        is_there = put.place < len(names) and names[put.place] == name
        if outcome.is_right_device and is_there and names.count(name) == put.names.count(name) == 1:
            return  # the list changed elsewhere
        if outcome.before is not None and outcome.after is not None:
            self.put_right += 1
            raw, over = outcome.before, math.nan
            self._repairs.append(replace(put, names=names, raw=raw, key=None, move="", over=over))
        if put.key is None and names != put.names and names.count(name) == 1:
            # What was to be put right has moved on: follow it by its name.
            self._repairs.append(replace(put, names=names, place=names.index(name)))


@dataclass(slots=True)
class _Trail:
    move: str
    before: float
    steps: list[float] = field(default_factory=list)
    at: float = 0.0
    half_way: tuple[float, float] = (math.nan, 0.0)  # where it stands, and since when
    is_undone: bool = False


class UndoWatch:
    """What our last move of each parameter wrote, to know it when it is taken back."""

    def __init__(self) -> None:
        self._trails: dict[Key, _Trail] = {}

    def wrote(self, put: Put, before: float, after: float, at: float) -> None:
        """A write was made."""
        if put.key is None:
            return
        trail = self._trails.get(put.key)
        if not put.move or put.move.endswith(BACK):
            self._trails.pop(put.key, None)
        elif trail is not None and trail.move == put.move and not trail.is_undone:
            trail.steps.append(after)
            trail.at = at
        else:
            self._trails[put.key] = _Trail(put.move, before, [after], at)

    def observe(self, key: Key, raw: float, at: float) -> tuple[bool, DawEvent | None]:
        """A parameter holds something new.

        Returns:
            Whether that is to be told, and whether a move was undone or redone by it.
        """
        trail = self._trails.get(key)
        if trail is None:
            return True, None
        if at - trail.at <= _UNDO_S:
            if not trail.is_undone and raw == trail.before:
                trail.is_undone = True
                return True, MoveUndone(at=at, move=trail.move)
            if trail.is_undone and raw == trail.steps[-1]:
                trail.is_undone = False
                return True, MoveRedone(at=at, move=trail.move)
            if raw in trail.steps:
                if trail.half_way[0] != raw:
                    trail.half_way = (raw, at)
                if at - trail.half_way[1] < _STEPS_S:
                    return False, None
        del self._trails[key]
        return True, None
