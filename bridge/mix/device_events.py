"""What is said of devices (synths and effects on a track), and what they are asked for.

A device stands in the DAW's order, from 1, within one dump, and so does each of its parameters.
What a parameter is, the dump says (`DeviceParamDescribed`): nothing about devices is built in.
Values are in the device's own unit, as it says them; `bridge.mix.devices` makes positions of them.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Curve(StrEnum):
    """How a parameter's way is spread over its range."""

    LIN = "lin"
    LOG = "log"


class TaskName(StrEnum):
    """What the bridge works on; one at a time."""

    MIX = "mix"
    SOUND = "sound"
    PHRASE = "phrase"
    EDIT = "edit"
    OFF = "off"


class KnobWord(StrEnum):
    """What a person may say that a knob is."""

    CUTOFF = "cutoff"
    RESONANCE = "resonance"
    ATTACK = "attack"
    DECAY = "decay"
    SUSTAIN = "sustain"
    RELEASE = "release"
    ENVELOPE = "envelope"
    DETUNE = "detune"
    NOISE = "noise"
    DRIVE = "drive"
    SUB = "sub"
    LFO = "lfo"
    NEVER = "never"
    """It is never moved."""
    AUTO = "auto"
    """What its name says, as if nobody had said anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceIdentified:
    """A device's stable identity, where the DAW has one."""

    at: float
    device: int
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceNamed:
    """A device's name."""

    at: float
    device: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlaced:
    """The track that a device is on, from 1."""

    at: float
    device: int
    track: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceParamDescribed:
    """What a parameter of a device is.

    Attributes:
        minimum: Its least value, in `unit`.
        maximum: Its greatest value, above `minimum`.
        unit: In words for a person; empty where the DAW says none.
        curve: How its way is spread; `Curve.LOG` only where `minimum` is above 0.
        steps: How many values it may have, evenly spread over its way; 0 where it is continuous.
    """

    at: float
    device: int
    param: int
    name: str
    minimum: float
    maximum: float
    unit: str
    curve: Curve
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceParamChanged:
    """What a device holds, in its parameter's unit; NaN where that is not known (any more)."""

    at: float
    device: int
    param: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceParamWorded:
    """What a device shows a person for a value: "1.2 kHz"."""

    at: float
    device: int
    param: int
    value: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a note sounds like.

    Attributes:
        attack_s: From the onset to 3 dB below the peak, seconds.
        length_s: From the onset to 20 dB below the peak, seconds.
        bright_oct: Mean log2 of the frequency, by octave powers, octaves above 1 kHz.
        body_db: The share below 177 Hz, dB of all.
        rough: Flatness of the spectrum and fast beating, dB below white noise; NaN where the tap
            cannot tell.
        motion_oct: Standard deviation of the brightness over the note, octaves.
        level_db: The loudest 20 ms, dBFS, for the guard; NaN where nobody says it.
    """

    attack_s: float
    length_s: float
    bright_oct: float
    body_db: float
    rough: float
    motion_oct: float
    level_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteHeard(Note):
    """What a tap heard of one note of a track, when it has been released.

    Attributes:
        track: The strip's number, from 1.
        seq: The tap's count of its notes.
    """

    at: float
    track: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChosen:
    """A person chose what is worked on."""

    at: float
    task: TaskName


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusChosen:
    """A person says which device is worked on: a track, and a device on it by name or number.

    `track` is as in `bridge.mix.messages.SafeSwitched`, but not ``*``.
    `what` is empty for the first device of the track whose parameters are told.
    """

    at: float
    track: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantChosen:
    """A person picked a variant of an offer, from 1; 0 keeps what is there. Empty: the open one."""

    at: float
    offer: str
    choice: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChosen:
    """A person names a sound file to come near to; an empty path: no target any more."""

    at: float
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseOffered:
    """Another program offers a phrase for what is worked on; it is ranked with ours.

    Attributes:
        generator: Its name.
        phrase: The text of a `bridge.mix.phrases.Phrase`.
    """

    at: float
    generator: str
    phrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobTaught:
    """A person says what a knob of the device in focus is; it is kept for devices of that name.

    A role unlocks a knob that is never moved by its name, such as a level.

    Attributes:
        knob: Its name or number.
    """

    at: float
    knob: str
    word: KnobWord


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHeard(Note):
    """What was heard of the file of `TargetChosen`.

    Attributes:
        path: The file.
        trouble: Why it can be no target, in a sentence; empty where it can.
    """

    at: float
    path: str
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDeviceParam:
    """Ask a device to hold `value`, in its parameter's unit; the rest as in `SetParam`.

    Attributes:
        others_left: How many other parameters of the same move have their last write before them:
            with 0 and `is_last` the move is complete.
    """

    device: int
    param: int
    value: float
    key: str = ""
    move: str = field(default="", compare=False)
    is_last: bool = field(default=True, compare=False)
    others_left: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayNote:
    """Ask for a note to listen to, from a DAW that plays notes (`Capabilities.plays_notes`).

    Attributes:
        device: The device that is to play.
        pitch: MIDI note number.
        velocity: 1 to 127.
        length_s: Until it is released, seconds.
    """

    device: int
    pitch: int
    velocity: int
    length_s: float


DeviceEvent = (
    DeviceIdentified
    | DeviceNamed
    | DevicePlaced
    | DeviceParamDescribed
    | DeviceParamChanged
    | DeviceParamWorded
    | NoteHeard
)
TaskEvent = TaskChosen | FocusChosen | VariantChosen | TargetChosen | KnobTaught | PhraseOffered
DeviceCommand = SetDeviceParam | PlayNote
