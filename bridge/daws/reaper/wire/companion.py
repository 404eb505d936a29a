"""What the companion, a script inside REAPER, says and takes: lines of text with tabs.

The companion publishes two texts, what stands (`state`) and what is heard (`levels`), and reads one
(`commands`). Each is replaced as a whole, begins with its kind and schema and ends with ``end``, so
that half of one is never taken for all. How they travel is not known here.

- **Nothing is done twice.** Commands have rising numbers, and stand in the text until the companion
  says that it has come so far, or until they expire by the companion's own clock. They are meant
  for one run of it: a companion that is started again does not do what was meant for the last.
- **Undo.** Each move is one point of REAPER's undo, by a name of its own. Where that name stands
  (`undo` or `redo`) says whether a person took the move back.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.daw.dialect import LevelReading, LevelSlot
from bridge.daw.roll import Strip
from bridge.daw.scale import FADER_DB, PAN, SWITCH_VALUE, Scale
from bridge.daws.reaper.wire import rows
from bridge.daws.reaper.wire.bank import DUAL_PAN
from bridge.daws.reaper.wire.synths import Knob
from bridge.daws.reaper.wire.texts import SCHEMA, UPGRADE, escape, split, unescape
from bridge.errors import DialectError
from bridge.mix.device_events import SetDeviceParam
from bridge.mix.messages import BACK, DawEvent, MoveRedone, MoveUndone, SetParam
from bridge.mix.params import EQ_BANDS, SILENCE_DB, LockClass, Param, in_words
from bridge.mix.spectrum import OCTAVES_HZ

PREFIX: Final = "/companion/"
STATE: Final = f"{PREFIX}state"
LEVELS: Final = f"{PREFIX}levels"
DEVICES: Final = f"{PREFIX}devices"
METER_RANGE: Final = f"{PREFIX}range"
COMMANDS: Final = f"{PREFIX}commands"

FRESH_S: Final = 2.4
"""The companion speaks once a second at least; one that has not for this long is gone. The link has
then asked twice, and gives REAPER up soon after: its OSC has time to answer."""

EXPIRY_S: Final = 0.6
"""A command that was not done by then is not wanted any more: its repetition comes after 0.5 s."""

# The two bells of ReaEQ are bands 0 and 1 of type 2; its shelves are types 1 and 4.
_WORDS: Final[dict[Param, str]] = {
    Param.GAIN: "volume",
    Param.PAN: "pan",
    **dict(zip(EQ_BANDS, ("eq/1/0", "eq/2/0", "eq/2/1", "eq/4/0"), strict=True)),
}
_PARAM: Final = {word: param for param, word in _WORDS.items()}
_AUTOMATION: Final = {"1": "Read", "2": "Touch", "3": "Write", "4": "Latch", "5": "Latch Preview"}
_OVERRIDE: Final = "g"
"""Among a track's envelopes: its mode is that of the global automation override."""
_DUAL_PAN_MODE: Final = "6"
_TRACK_FIELDS: Final = 10 + 2 * len(EQ_BANDS)
_OURS: Final = re.compile(r"mixbridge ([0-9]+-[0-9]+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionState:
    """What stands in REAPER, as the companion said it.

    Attributes:
        version: The companion's.
        run: Names this run of the companion.
        clock: Its own clock, seconds.
        done: The last command that it has done or refused.
        refresh: The last refresh that it has answered.
        project: Which project this is.
        layout: Changes with the list of tracks; levels belong to one.
        undo: The name of what undo would take back.
        redo: The name of what redo would bring back.
        is_playing: Whether the transport runs.
        meter_range: The user's, dBFS.
        strips: All tracks.
    """

    version: str
    run: str
    clock: float
    done: int
    refresh: int
    project: str
    layout: int
    undo: str
    redo: str
    is_playing: bool
    meter_range: tuple[float, float]
    strips: tuple[Strip, ...]


class StateReader:
    """Reads state texts; a track that said the same last time costs nothing again."""

    def __init__(self) -> None:
        self._strips: dict[str, Strip] = {}

    def read(self, text: str) -> CompanionState:
        """What a state text says.

        Raises:
            DialectError: If it is no whole state of this schema.
        """
        fields, tracks = split(text, "state", "track")
        try:
            strips = {line: self._strips.get(line) or _strip(line) for line in tracks}
            self._strips = strips
            low, high = fields["meter"]
            return CompanionState(
                version=fields["version"][0],
                run=fields["run"][0],
                clock=float(fields["clock"][0]),
                done=int(fields["done"][0]),
                refresh=int(fields["refresh"][0]),
                project=unescape(fields["project"][0]),
                layout=int(fields["layout"][0]),
                undo=unescape(fields["undo"][0]),
                redo=unescape(fields["redo"][0]),
                is_playing=fields["playing"][0] == "1",
                meter_range=(float(low), float(high)),
                strips=tuple(strips[line] for line in tracks),
            )
        except (KeyError, IndexError, ValueError) as error:
            raise DialectError(
                f"The companion's state cannot be read ({error}); {UPGRADE}."
            ) from None


def read_levels(text: str, strips: Sequence[Strip], layout: int) -> list[LevelReading]:
    """The levels that a text says, post-fader; none where it is of another list of tracks.

    Raises:
        DialectError: If it is no whole text of levels of this schema.
    """
    fields, lines = split(text, "levels", "level")
    try:
        if int(fields["layout"][0]) != layout:
            return []
        readings = []
        for line in lines:
            track, *said = line.split("\t")[1:]
            values = [max(float(value), SILENCE_DB) for value in said]
            number = int(track)
            if not (1 <= number <= len(strips) and all(map(math.isfinite, values))):
                continue
            readings.append(LevelReading(LevelSlot(number, 1, 1), (values[0],)))
            if len(values) == 2 + len(OCTAVES_HZ):
                # The probe hears before the fader; the core is told what comes after it.
                fader = strips[number - 1].values[Param.GAIN]
                rms, *octaves = (max(value + fader, SILENCE_DB) for value in values[1:])
                readings.append(LevelReading(LevelSlot(number, 0, 1), (rms,)))
                readings.append(LevelReading(LevelSlot(number, 2, len(octaves)), tuple(octaves)))
        return readings
    except (KeyError, IndexError, ValueError) as error:
        raise DialectError(f"The companion's levels cannot be read ({error}); {UPGRADE}.") from None


def _strip(line: str) -> Strip:
    said = line.split("\t")[1:]
    if len(said) != _TRACK_FIELDS:
        raise ValueError(f"a track has {_TRACK_FIELDS} fields, got {len(said)}")
    guid, name, volume, pan, pan_mode, mode, envelopes, mute, solo, _ = said[:10]
    values = {
        Param.GAIN: _value(FADER_DB, float(volume)),
        Param.PAN: _value(PAN, min(max(float(pan), -1.0), 1.0)),
        Param.MUTE: _value(SWITCH_VALUE, float(mute)),
        Param.SOLO: _value(SWITCH_VALUE, float(solo)),
    }
    gains, freqs = said[10 : 10 + len(EQ_BANDS)], said[10 + len(EQ_BANDS) :]
    for param, gain, freq in zip(EQ_BANDS, gains, freqs, strict=True):
        is_there = bool(gain) and rows.is_in_reach(param, rows.eq_freq_hz(float(freq)))
        values[param] = max(rows.eq_gain_db(float(gain)), -48.0) if is_there else math.nan
    barred = {}
    if pan_mode == _DUAL_PAN_MODE:
        barred[LockClass.PAN] = DUAL_PAN
    if mode in _AUTOMATION:
        whose = "the global automation override" if _OVERRIDE in envelopes else "the track"
        reason = f"has an envelope, and {whose} is in {_AUTOMATION[mode]}"
        for letter, kind in (("v", LockClass.GAIN), ("p", LockClass.PAN), ("e", LockClass.EQ)):
            if letter in envelopes:
                barred[kind] = reason
    return Strip(guid=guid, name=unescape(name), values=values, barred=barred)


def _value(scale: Scale[float], said: float) -> float:
    """Read a value; what it cannot mean is unknown."""
    value = scale.read(said)
    return math.nan if value is None else value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    number: int
    expires: float
    guid: str
    param: Param | str
    value: float
    known: float
    is_last: bool
    move: str
    label: str

    @property
    def place(self) -> tuple[str, Param | str]:
        """Which control it is for; of a synth the word of its parameter."""
        return self.guid, self.param


class Mailbox:
    """Commands on their way to the companion.

    Attributes:
        run: The run of the companion that they are for.
    """

    def __init__(self) -> None:
        self.run = ""
        self._number = 0
        self._refresh = 0
        self._clock = 0.0
        self._clock_at = 0.0
        self._waiting: list[_Command] = []

    def acknowledge(self, state: CompanionState, at: float) -> set[tuple[str, Param | str]]:
        """Note how far the companion has come; returns what it did, by GUID and parameter."""
        if state.run != self.run:
            self.run, self._number = state.run, state.done
            self._waiting.clear()
        self._clock, self._clock_at = state.clock, at
        done = {command.place for command in self._waiting if command.number <= state.done}
        self._waiting = [command for command in self._waiting if command.number > state.done]
        return done

    def add(self, strip: Strip, command: SetParam, *, at: float) -> str:
        """Add a write; returns the whole text.

        It takes the place of what waits for that control, save the last value of another move,
        which has a point of undo of its own.
        """
        label = label_of(command, strip.name)
        known = strip.values[command.param]
        return self._add(command, strip.guid, command.param, known, label, command.is_last, at)

    def add_knob(self, command: SetDeviceParam, place: Knob, label: str, *, at: float) -> str:
        """Add a write to a synth; returns the whole text.

        Only the last value of a whole move gets a point of undo, by the name `label`.
        """
        is_last = is_complete(command)
        return self._add(command, place.track, place.word, place.known, label, is_last, at)

    def _add(
        self,
        command: SetParam | SetDeviceParam,
        guid: str,
        param: Param | str,
        known: float,
        label: str,
        is_last: bool,
        at: float,
    ) -> str:
        self._number += 1
        wanted = _Command(
            number=self._number,
            expires=self._clock + at - self._clock_at + EXPIRY_S,
            guid=guid,
            param=param,
            value=command.value,
            known=known,
            is_last=is_last,
            move=command.move,
            label=label,
        )
        self._waiting = [
            waits
            for waits in self._waiting
            if waits.place != wanted.place or (waits.is_last and waits.move != wanted.move)
        ]
        self._waiting.append(wanted)
        return self.text(at)

    def refresh(self, number: int, *, at: float) -> str:
        """Ask for everything; returns the whole text."""
        self._refresh = number
        return self.text(at)

    def clear(self, at: float) -> str:
        """Want nothing any more; returns the whole text."""
        self._waiting.clear()
        return self.text(at)

    def text(self, at: float) -> str:
        """All that is still wanted."""
        now = self._clock + at - self._clock_at
        lines = [f"mixbridge-commands\t{SCHEMA}", f"run\t{self.run}", f"refresh\t{self._refresh}"]
        self._waiting = [command for command in self._waiting if command.expires >= now]
        for command in self._waiting:
            value, known = (_wire(command.param, v) for v in (command.value, command.known))
            word = _WORDS[command.param] if isinstance(command.param, Param) else command.param
            lines.append(
                f"set\t{command.number}\t{command.expires:.3f}\t{command.guid}\t"
                f"{word}\t{value:.9f}\t{int(command.is_last)}\t"
                f"{escape(command.label)}\t{known:.9f}"
            )
        return "\n".join([*lines, "end", ""])


def _wire(param: Param | str, value: float) -> float:
    """A fader in dB, pan from -1 to +1, a gain of ReaEQ as its own position."""
    return rows.eq_gain_normalised(value) if param in EQ_BANDS else value


def label_of(command: SetParam, name: str) -> str:
    """The name of a write's point of undo: for a move, one that no other has."""
    what = f"{name} {command.param} to {in_words(command.param, command.value)}"
    return f"mixbridge {command.move or 'panic'}: {what}"


def is_complete(command: SetParam | SetDeviceParam) -> bool:
    """Whether a write is the last of its whole move."""
    return command.is_last and not getattr(command, "others_left", 0)


class KnobLabels:
    """The names of the points of undo of moves that turn knobs: all that a move has turned."""

    def __init__(self) -> None:
        self._move = ""
        self._is_complete = False
        self._turned: dict[str, str] = {}

    def label(self, command: SetDeviceParam, place: Knob) -> str:
        """The name of the point with this write in it."""
        is_another = self._is_complete and not command.move  # a panic has no name of its own
        if command.move != self._move or is_another:
            self._move, self._turned = command.move, {}
        self._is_complete = is_complete(command)
        self._turned[place.name] = f"{place.name} to {command.value:.2f}"
        return (
            f"mixbridge {self._move or 'panic'}: {place.device} {', '.join(self._turned.values())}"
        )


class UndoWatch:
    """Which of our points of undo a person has taken back, by the names that REAPER shows."""

    def __init__(self) -> None:
        self._labels: list[str] = []
        self._undone: set[str] = set()

    def record(self, command: SetParam | SetDeviceParam, label: str) -> None:
        """A move is about to get its point; what was undone before can't be redone any more."""
        is_ours = is_complete(command) and command.move and not command.move.endswith(BACK)
        if is_ours and label not in self._labels[-1:]:
            self._labels = [known for known in self._labels if known not in self._undone]
            self._labels = [*self._labels[-511:], label]
            self._undone.clear()

    def observe(self, undo: str, redo: str, *, at: float) -> list[DawEvent]:
        """What the newest names say; several steps between two looks are all seen."""
        before = self._undone
        if redo in self._labels:
            self._undone = set(self._labels[self._labels.index(redo) :])
        elif undo in self._labels:
            self._undone = before - set(self._labels[: self._labels.index(undo) + 1])
        taken = [label for label in reversed(self._labels) if label in self._undone - before]
        back = [label for label in self._labels if label in before - self._undone]
        return [
            *(MoveUndone(at=at, move=_move_of(label)) for label in taken),
            *(MoveRedone(at=at, move=_move_of(label)) for label in back),
        ]


def _move_of(label: str) -> str:
    found = _OURS.match(label)
    return found[1] if found else ""
