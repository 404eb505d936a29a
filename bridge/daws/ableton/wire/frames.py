"""What is asked of AbletonOSC and how its answers are told apart.

Facts are of its source (github.com/ideoforms/AbletonOSC at 0ca6821, 2025-11) and of measurements of
it; nobody here has run it inside a Live.

AbletonOSC reads its socket ten times a second on Live's main thread, answers always to port 11001,
and never says which question an answer is for. So questions go in **frames**: one bundle, one
datagram, which is read in one go, so that nothing in Live changes between its first answer and its
last, and no other client's answers come between them. A frame begins and ends with a question that
repeats an argument: a tag. A question that fails ends the bundle: then the end does not come.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bridge.daw.scale import MAX_TEXT, TEXT
from bridge.osc.message import OscArg, OscBundle, OscMessage

PORT: Final = 11000
ANSWERS_AT: Final = 11001
"""AbletonOSC sends here and nowhere else, whatever port it was asked from."""

MARK: Final = "/live/song/get/is_playing"
STARTUP: Final = "/live/startup"
ERROR: Final = "/live/error"
UNKNOWN: Final = "Unknown OSC address: "

CHUNK: Final = 32
"""Most tracks of one answer: with four properties each, 128 arguments and mostly some 1.5 kB."""

ROOM: Final = 8000
"""Most bytes of one answer: macOS sends no datagram over 9,216 unless it is told to
(net.inet.udp.maxdgram), and then AbletonOSC says only that it was too long."""

_LONGEST_NAME: Final = 1024
_BESIDE_NAME: Final = 28
"""Bytes of a track's other three values, of its type tags, and padding."""

_KEPT: Final = 8
"""Frames that may still be answered, in a burst after Live was modal."""


_RATE_S: Final = 3.0
_LOOKED_BACK: Final = 64


class Topic(StrEnum):
    """What a question is about: its address."""

    VERSION = "/live/application/get/version"
    LOG = "/live/api/get/log_level"
    COUNT = "/live/song/get/num_tracks"
    TRACKS = "/live/song/get/track_data"
    VOLUME = "/live/track/get/volume"
    PAN = "/live/track/get/panning"
    DEVICES = "/live/track/get/devices/class_name"
    CLASS = "/live/device/get/class_name"
    DEVICE_NAME = "/live/device/get/name"
    NAMES = "/live/device/get/parameters/name"
    MINIMA = "/live/device/get/parameters/min"
    MAXIMA = "/live/device/get/parameters/max"
    QUANTISED = "/live/device/get/parameters/is_quantized"
    VALUES = "/live/device/get/parameters/value"
    NAME = "/live/device/get/parameter/name"
    VALUE = "/live/device/get/parameter/value"
    WORDS = "/live/device/get/parameter/value_string"
    HAS_MIDI = "/live/track/get/has_midi_input"
    CLIP_NAMES = "/live/track/get/clips/name"
    CLIP_LENGTHS = "/live/track/get/clips/length"
    HAS_CLIP = "/live/clip_slot/get/has_clip"
    NOTES = "/live/clip/get/notes"
    CREATE_CLIP = "/live/clip_slot/create_clip"
    DELETE_CLIP = "/live/clip_slot/delete_clip"
    SET_CLIP_NAME = "/live/clip/set/name"
    ADD_NOTES = "/live/clip/add/notes"
    REMOVE_NOTES = "/live/clip/remove/notes"
    CLIP_FILE = "/live/clip/get/file_path"
    LOOPING = "/live/clip/get/looping"
    WARPING = "/live/clip/get/warping"
    LOOP_START = "/live/clip/get/loop_start"
    LOOP_END = "/live/clip/get/loop_end"
    START_MARKER = "/live/clip/get/start_marker"
    END_MARKER = "/live/clip/get/end_marker"
    CLIP_GAIN = "/live/clip/get/gain_display_string"
    PITCH = "/live/clip/get/pitch_coarse"
    FINE_PITCH = "/live/clip/get/pitch_fine"
    IS_RECORDING = "/live/clip/get/is_recording"
    IS_PLAYING = "/live/clip/get/is_playing"
    SET_LOOP_START = "/live/clip/set/loop_start"
    SET_LOOP_END = "/live/clip/set/loop_end"
    SET_START_MARKER = "/live/clip/set/start_marker"
    SET_END_MARKER = "/live/clip/set/end_marker"
    SET_VOLUME = "/live/track/set/volume"
    SET_PAN = "/live/track/set/panning"
    SET_VALUE = "/live/device/set/parameter/value"
    SET_LOG = "/live/api/set/log_level"


_SETS: Final = frozenset(
    [
        *(Topic.SET_VOLUME, Topic.SET_PAN, Topic.SET_VALUE, Topic.SET_LOG),
        *(Topic.CREATE_CLIP, Topic.DELETE_CLIP, Topic.SET_CLIP_NAME),
        *(Topic.ADD_NOTES, Topic.REMOVE_NOTES),
        *(Topic.SET_LOOP_START, Topic.SET_LOOP_END),
        *(Topic.SET_START_MARKER, Topic.SET_END_MARKER),
    ]
)
_HEADLESS: Final = frozenset({Topic.VERSION, Topic.LOG, Topic.COUNT, Topic.TRACKS})
ADDRESSES: Final = frozenset({MARK, *map(str, Topic)})
"""All that is ever said to it."""

_PROPERTIES: Final = ("track.name", "track.mute", "track.solo", "track.output_meter_level")
_WIDTH: Final = len(_PROPERTIES)
_FROZEN: Final = "track.is_frozen"


@dataclass(frozen=True, slots=True)
class Question:
    """One message of a frame; the answer begins with the same arguments, where it has any.

    Attributes:
        topic: Its address.
        args: Track from 0, then device and parameter from 0; of a set, the value.
    """

    topic: Topic
    args: tuple[OscArg, ...] = ()

    @property
    def message(self) -> OscMessage:
        """As it is said."""
        return OscMessage(str(self.topic), self.args)

    @property
    def place(self) -> int:
        """The track that it is about, from 0; -1 for none."""
        first = self.args[0] if self.args else None
        return first if isinstance(first, int) and self.topic not in _HEADLESS else -1

    @property
    def is_about_all(self) -> bool:
        """Whether it asks for names, switches and meters of tracks."""
        return self.topic is Topic.TRACKS and self.args[2:] == _PROPERTIES

    @property
    def is_answered(self) -> bool:
        """Whether an answer comes; sets have none."""
        return self.topic not in _SETS

    def accepts(self, message: OscMessage) -> bool:
        """Whether a message can be the answer."""
        if message.address != self.topic:
            return False
        # The answer of notes names track and clip, and not the window that was asked for.
        repeated = self.args[:2] if self.topic is Topic.NOTES else self.args
        return self.topic in _HEADLESS or message.args[: len(repeated)] == repeated


def about_tracks(count: int, names: Sequence[str] = (), room: int = ROOM) -> list[Question]:
    """Names, switches and meters of all tracks, of which there are `count`, or more at the end.

    Args:
        count: How many there are, as far as is known.
        names: Theirs, as far as they are known: one answer holds so many as have room.
        room: Bytes of one answer.
    """
    starts, left = [0], room
    for place in range(count):
        name = len(names[place].encode()) if place < len(names) else _LONGEST_NAME
        left -= name + _BESIDE_NAME
        if place > starts[-1] and (left < 0 or place - starts[-1] >= CHUNK):
            starts.append(place)
            left = room - name - _BESIDE_NAME
    ends = [*starts[1:], -1]
    return [
        Question(Topic.TRACKS, (start, end, *_PROPERTIES))
        for start, end in zip(starts, ends, strict=True)
    ]


def about_freezing(place: int) -> Question:
    """Whether a track, from 0, is frozen."""
    return Question(Topic.TRACKS, (place, place + 1, _FROZEN))


@dataclass(slots=True)
class Frame:
    """Questions of one datagram, and the answers so far.

    Attributes:
        tag: Names it.
        questions: In their order.
        sent_at: Monotonic seconds.
        is_playing: Whether Live played when it was read.
        checks: How many answers say whether a write may go.
        answers: Of the questions that have one, in order.
    """

    tag: str
    questions: tuple[Question, ...]
    sent_at: float
    is_playing: bool = False
    checks: int = 0
    answers: list[tuple[OscArg, ...]] = field(default_factory=list)

    @property
    def asked(self) -> list[Question]:
        """The questions that have an answer."""
        return [question for question in self.questions if question.is_answered]

    @property
    def is_complete(self) -> bool:
        """Whether every question has its answer."""
        return len(self.answers) == len(self.asked)

    @property
    def answered(self) -> list[tuple[Question, tuple[OscArg, ...]]]:
        """Each question with its answer, as far as they have come."""
        return list(zip(self.asked, self.answers, strict=False))

    @property
    def tracks(self) -> list[tuple[OscArg, ...]]:
        """Name, mute, solo and meter of each track."""
        return [
            answer[start : start + _WIDTH]
            for question, answer in self.answered
            if question.is_about_all
            for start in range(0, len(answer) - _WIDTH + 1, _WIDTH)
        ]

    @property
    def names(self) -> list[str] | None:
        """The names of all tracks; None where the frame does not say them."""
        asked = sum(question.is_about_all for question in self.asked)
        if not asked or len(self.answers) < asked:
            return None
        return [TEXT.read(str(name)[:MAX_TEXT]) or "" for name, *_ in self.tracks]

    def bundle(self) -> OscBundle:
        """As it is said."""
        return OscBundle(
            (
                OscMessage(MARK, (f"{self.tag}<",)),
                *(question.message for question in self.questions),
                OscMessage(MARK, (f"{self.tag}>",)),
            )
        )

    def accept(self, message: OscMessage) -> bool:
        """Take a message as the next answer, if it is that."""
        asked = self.asked
        place = len(self.answers)
        if place == len(asked) or not asked[place].accepts(message):
            return False
        self.answers.append(message.args)
        return True


class Wire:
    """The frames on their way.

    Attributes:
        open: The frame whose answers are coming.
        answered: How many frames have been answered.
        is_tagged: Whether tags ever came back; before 2025 AbletonOSC did not repeat them.
    """

    def __init__(self) -> None:
        self.open: Frame | None = None
        self.answered = 0
        self.is_tagged = False
        self._answered_at: deque[float] = deque(maxlen=_LOOKED_BACK)
        self._frames: dict[str, Frame] = {}
        self._count = 0

    @property
    def answered_at(self) -> float:
        """When the last frame was answered, monotonic seconds."""
        return self._answered_at[-1] if self._answered_at else -math.inf

    @property
    def unanswered(self) -> int:
        """How many frames wait for their answers."""
        return len(self._frames)

    def answers_per_s(self, at: float) -> float:
        """Frames answered a second, over the last few."""
        return sum(at - each <= _RATE_S for each in self._answered_at) / _RATE_S

    @property
    def newest(self) -> Frame | None:
        """The frame that was sent last, while it is not answered."""
        return next(reversed(self._frames.values()), None)

    def send(self, questions: list[Question], at: float) -> Frame:
        """Put questions on their way."""
        self._count += 1
        frame = Frame(f"{int(at * 1000)}-{self._count}", tuple(questions), at)
        self._frames[frame.tag] = frame
        while len(self._frames) > _KEPT:
            del self._frames[next(iter(self._frames))]
        return frame

    def forget(self) -> None:
        """Wait for nothing any more."""
        self._frames.clear()
        self.open = None

    def mark(self, args: tuple[OscArg, ...], at: float) -> Frame | None:
        """The beginning or the end of a frame; returns the one that has ended."""
        match args:
            case (bool() | int() as playing, str(text)) if text[:-1] in self._frames:
                frame = self._frames[text[:-1]]
            case _:
                return None
        self.is_tagged = True
        if text.endswith("<"):
            for tag in list(self._frames):  # what was sent before it and not answered is lost
                if tag == frame.tag:
                    break
                del self._frames[tag]
            self.open, frame.answers = frame, []
            frame.is_playing = bool(playing)
            return None
        if self.open is not frame:
            return None
        del self._frames[frame.tag]
        self.open = None
        self.answered += 1
        self._answered_at.append(at)
        return frame

    def fail(self) -> Frame | None:
        """The open frame has failed: what is behind the fault was dropped. Returns it."""
        frame, self.open = self.open, None
        if frame is not None:
            self._frames.pop(frame.tag, None)
        return frame
