"""Taps: devices that hear a track before its fader, and name it by the DAW's own id.

A tap only sends: ``/mix/tap`` track id, number, RMS, peak, ten octave bands (dBFS), ten times a
second; ``/mix/tap/hello`` track id, name, version, every two seconds; ``/mix/tap/bye`` track id.
One that hears notes says ``/mix/tap/note`` after each: track id, number, and the features of
`NoteHeard`; the level may be left out.
A tap that no hub has told its id says hello with id 0, and no levels.
The core is told what comes after the fader, so the fader is added here, and mute is silence.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.daw.dialect import LevelReading, LevelSlot
from bridge.daw.scale import INT32, MAX_TRACKS, METER_DBFS, TEXT, Scale, in_words, number
from bridge.errors import DialectError
from bridge.mix.device_events import NoteHeard
from bridge.mix.messages import DawEvent, DumpOpened, ParamChanged, TrackIdentified
from bridge.mix.params import SILENCE_DB, Param
from bridge.mix.spectrum import OCTAVES_HZ
from bridge.osc.message import OscArg, OscMessage

LEVELS: Final = "/mix/tap"
HELLO: Final = "/mix/tap/hello"
BYE: Final = "/mix/tap/bye"
NOTE: Final = "/mix/tap/note"
ADDRESSES: Final = (LEVELS, HELLO, BYE, NOTE)

NOTE_FEATURES: Final[dict[str, Scale[float]]] = {
    "attack_s": number(0.0, 60.0, "s"),
    "length_s": number(0.0, 600.0, "s"),
    "bright_oct": number(-10.0, 8.0, "octaves above 1 kHz"),
    "body_db": number(-200.0, 0.0, "dB"),
    "rough": number(-200.0, 200.0, "dB"),
    "motion_oct": number(0.0, 18.0, "octaves"),
}
"""In their order on the wire. 1 Hz to 256 kHz are 18 octaves: no tap hears more."""

FRESH_S: Final = 1.0
"""A tap that has said nothing for this long is not there: ten of its levels are missing."""

HELLO_S: Final = 5.0
"""Two hellos may be lost."""

NOBODY: Final = "0"
"""The id of a tap that does not know its own."""

_MAX_HELLOS: Final = 2 * MAX_TRACKS
_WIDTH: Final = 2 + len(OCTAVES_HZ)


@dataclass(slots=True)
class _Fader:
    gain_db: float = 0.0
    is_muted: bool = False


class Taps:
    """What the taps say, by the numbers that their tracks have now."""

    def __init__(self) -> None:
        self._hellos: dict[tuple[str, str], float] = {}  # track id and name
        self._numbers: dict[str, int] = {}
        self._faders: dict[int, _Fader] = {}
        self._heard_at: dict[str, float] = {}

    def update(self, event: DawEvent) -> None:
        """Take over from what the DAW says which track has which id, and where its fader stands."""
        if isinstance(event, ParamChanged):  # the most frequent comes first
            if event.param is Param.GAIN:
                self._fader(event.track).gain_db = event.value
            elif event.param is Param.MUTE:
                self._fader(event.track).is_muted = event.value != 0.0
        elif isinstance(event, DumpOpened):
            self._numbers.clear()
            self._faders.clear()
        elif isinstance(event, TrackIdentified):
            self._numbers[event.uid] = event.track

    def arrange(self, track_ids: Sequence[str]) -> None:
        """The tracks have these ids, in their order; none while that is not known."""
        self._numbers = {track_id: number for number, track_id in enumerate(track_ids, start=1)}

    def is_fresh(self, track_id: str, at: float) -> bool:
        """Whether that track's tap has spoken lately."""
        return at - self._heard_at.get(track_id, float("-inf")) <= FRESH_S

    def count(self, at: float) -> tuple[int, int]:
        """How many taps have said hello lately: with a track's id, and without."""
        lately = [track_id for (track_id, _), said in self._hellos.items() if at - said <= HELLO_S]
        return len(set(lately) - {NOBODY}), lately.count(NOBODY)

    def decode(
        self, message: OscMessage, *, at: float
    ) -> tuple[LevelReading | NoteHeard, ...] | None:
        """The levels (post-fader) or the note in a tap's message; None for any other address.

        Raises:
            DialectError: If a tap cannot mean that.
        """
        if not message.address.startswith(LEVELS):  # nearly all that comes
            return None
        match message.address:
            case "/mix/tap":
                return self._decode_levels(message, at)
            case "/mix/tap/note":
                return self._decode_note(message, at)
            case "/mix/tap/hello":
                track_id = _track_id(message, 3)
                name, version = map(TEXT.read, message.args[1:])
                if name is None or version is None:
                    raise _not_understood(message)
                if len(self._hellos) > _MAX_HELLOS:
                    self._hellos.clear()
                self._hellos[track_id, name] = at
                return ()
            case "/mix/tap/bye":
                track_id = _track_id(message, 1)
                for place in [place for place in self._hellos if place[0] == track_id]:
                    del self._hellos[place]
                self._heard_at.pop(track_id, None)
                return ()
        return None

    def _decode_levels(self, message: OscMessage, at: float) -> tuple[LevelReading, ...]:
        track_id = _track_id(message, 2 + _WIDTH)
        levels = [METER_DBFS.read(arg) for arg in message.args[2:]]
        heard = [level for level in levels if level is not None]
        if len(heard) != _WIDTH or INT32.read(message.args[1]) is None:
            raise _not_understood(message)
        self._heard_at[track_id] = at
        track = self._numbers.get(track_id)
        if track is None:
            return ()
        fader = self._fader(track)
        gain_db = SILENCE_DB if fader.is_muted else fader.gain_db
        after = tuple(max(level + gain_db, SILENCE_DB) for level in heard)
        return (LevelReading(LevelSlot(track, 0, _WIDTH), after),)

    def _decode_note(self, message: OscMessage, at: float) -> tuple[NoteHeard, ...]:
        features, args = NOTE_FEATURES, message.args
        has_level = len(args) == 3 + len(features)
        track_id = _track_id(message, len(args) if has_level else 2 + len(features))
        scales = (*features.values(), METER_DBFS)
        said = [scale.read(arg) for scale, arg in zip(scales, args[2:], strict=False)]
        heard = [value for value in said if value is not None]
        seq = INT32.read(args[1])
        if seq is None or len(heard) != len(said):
            raise _not_understood(message)
        track = self._numbers.get(track_id)
        if track is None:
            return ()
        level_db = heard[-1] if has_level else math.nan
        by_name = dict(zip(features, heard, strict=False))
        if by_name["rough"] > 0.0:  # nothing is rougher than white noise: it was not measured
            by_name["rough"] = math.nan
        return (NoteHeard(at=at, track=track, seq=seq, level_db=level_db, **by_name),)

    def _fader(self, track: int) -> _Fader:
        return self._faders.setdefault(track, _Fader())


def _track_id(message: OscMessage, width: int) -> str:
    """Live's ids are whole numbers; text is taken as well, as in `/mix/track/{n}/id`."""
    if len(message.args) != width:
        raise _not_understood(message)
    named: OscArg = message.args[0]
    if isinstance(named, str) and named:
        return named
    value = INT32.read(named)
    if value is None:
        raise _not_understood(message)
    return str(value)


def _not_understood(message: OscMessage) -> DialectError:
    expected = {
        LEVELS: f"a track's id, a number, RMS, peak and {len(OCTAVES_HZ)} bands in dBFS",
        HELLO: "a track's id, its name and a version",
        BYE: "a track's id",
        NOTE: "a track's id, a number, attack and length in s, brightness in octaves, body and "
        "roughness in dB, motion in octaves, and maybe the level in dBFS",
    }
    return DialectError(
        f"{message.address}: expected {expected[message.address]}; got {in_words(message.args)}."
    )
