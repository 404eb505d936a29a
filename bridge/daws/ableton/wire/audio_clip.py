"""One audio clip of Live's Session: where its ends are, and why it may not be trimmed.

Facts are of the page of `bridge.daws.ableton.wire.items`.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from bridge.daw.scale import is_on
from bridge.daws.ableton.wire.frames import Frame, Question, Topic
from bridge.mix.items import SAME_S, Piece, encode_item
from bridge.osc.message import OscArg

LOOPED: Final = "its loop is on, and its ends are the loop that you chose"
WARPED: Final = "it is warped, so its ends are beats of the song"
TRANSPOSED: Final = "it is transposed without warp, so its seconds are not those of its file"
FROZEN: Final = "its track is frozen"
RECORDING: Final = "it is being recorded"
PLAYING: Final = "it is playing; stop it first"

LASTING: Final = {LOOPED: "looped", WARPED: "warped", TRANSPOSED: "transposed", FROZEN: "frozen"}
"""Why a clip is left alone, in a word for the doctor; the other reasons pass."""

BEFORE: Final = (
    Topic.CLIP_FILE, Topic.LOOPING, Topic.WARPING, Topic.LOOP_START, Topic.LOOP_END,
    Topic.START_MARKER, Topic.END_MARKER,
)  # fmt: skip
"""What tells whether a clip is still the one that was read."""

FIELDS: Final = (
    *BEFORE, Topic.CLIP_GAIN, Topic.PITCH, Topic.FINE_PITCH, Topic.IS_RECORDING, Topic.IS_PLAYING,
)  # fmt: skip
_DB: Final = re.compile(r"([-+]?[0-9]+(?:[.,][0-9]+)?) *dB")
_SILENT_DB: Final = -150.0
Said = dict[Topic, list[tuple[OscArg, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Where a clip begins and ends in its file, s: what is played, and Live's two markers.

    With Loop off a marker is mostly the same as the end beside it.
    """

    start: float
    end: float
    start_marker: float
    end_marker: float

    def is_near(self, other: "Ends") -> bool:
        """Whether both play the same, to the sample."""
        return abs(self.start - other.start) <= SAME_S and abs(self.end - other.end) <= SAME_S

    def questions(self, now: "Ends", at: tuple[OscArg, ...]) -> list[Question]:
        """The writes that lead here, each a point of undo; the start never passes the end."""
        pairs = [
            (Topic.SET_LOOP_START, self.start, now.start),
            (Topic.SET_LOOP_END, self.end, now.end),
        ]
        if self.start >= now.end:
            pairs.reverse()
        markers = [
            (Topic.SET_START_MARKER, self.start_marker, now.start_marker),
            (Topic.SET_END_MARKER, self.end_marker, now.end_marker),
        ]
        if self.start_marker >= now.end_marker:
            markers.reverse()
        return [
            Question(topic, (*at, value))
            for topic, value, old in (*pairs, *markers)
            if value != old and not math.isnan(value)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioClip:
    """One audio clip, as it was read last.

    Attributes:
        path: Of its file.
        ends: Where it begins and ends, in seconds where it is not warped.
        gain_db: Its own gain.
        bar: Why it may not be trimmed now; empty where it may.
    """

    path: str
    ends: Ends
    gain_db: float
    bar: str

    @property
    def text(self) -> str:
        """It as an item."""
        piece = Piece(
            source=self.path,
            position_s=self.ends.start,
            length_s=self.ends.end - self.ends.start,
            offset_s=self.ends.start,
            gain_db=self.gain_db,
        )
        return encode_item([piece], is_launched=True)


def by_topic(frame: Frame) -> Said:
    """The answers of a frame, by what was asked."""
    said: Said = {}
    for question, answer in frame.answered:
        said.setdefault(question.topic, []).append(answer)
    return said


def read_clip(said: Said, which: int) -> AudioClip | None:
    """The clip that a frame tells of; None where it does not, or it is no audio.

    Args:
        said: The answers.
        which: 0 for before a write, -1 for the last answers.
    """
    if any(topic not in said for topic in BEFORE):
        return None
    path, looping, warping, *times = (said[topic][which][-1] for topic in BEFORE)
    if not isinstance(path, str) or not path or not all(map(_is_time, times)):
        return None
    start, end, start_marker, end_marker = map(float, times)  # type: ignore[arg-type]
    bars = [
        (RECORDING, Topic.IS_RECORDING in said and is_on(said[Topic.IS_RECORDING][-1][-1])),
        (FROZEN, is_on(said[Topic.TRACKS][-1][-1]) if len(said[Topic.TRACKS][-1]) == 1 else False),
        (LOOPED, is_on(looping)),
        (WARPED, is_on(warping)),
        (
            TRANSPOSED,
            any(said[t][-1][-1] != 0 for t in (Topic.PITCH, Topic.FINE_PITCH) if t in said),
        ),
        (PLAYING, Topic.IS_PLAYING in said and is_on(said[Topic.IS_PLAYING][-1][-1])),
    ]
    return AudioClip(
        path=path,
        ends=Ends(start=start, end=end, start_marker=start_marker, end_marker=end_marker),
        gain_db=_read_gain(said[Topic.CLIP_GAIN][-1][-1]) if Topic.CLIP_GAIN in said else 0.0,
        bar=next((reason for reason, holds in bars if holds), ""),
    )


def _is_time(value: OscArg) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _read_gain(shown: OscArg) -> float:
    """The gain of a clip as Live shows it, dB; 0 where that cannot be read."""
    found = _DB.search(str(shown))
    if found is None:
        return _SILENT_DB if "inf" in str(shown) else 0.0
    return float(found[1].replace(",", "."))
