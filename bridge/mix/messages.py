"""The messages of the core: events (what has happened) and commands (what is asked for).

All are frozen. ``at`` is monotonic seconds, stamped where the message arrived; nothing behind the
edge reads a clock. Strips are named by their number in the DAW, from 1.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bridge.mix.content_events import ContentCommand, ContentEvent, JobDone, SetContent
from bridge.mix.device_events import (
    DeviceCommand,
    DeviceEvent,
    SetDeviceParam,
    TargetHeard,
    TaskEvent,
)
from bridge.mix.params import LockClass, Param
from bridge.mix.roles import Role
from bridge.mix.wishes import Wish


class Mode(StrEnum):
    """How much the bridge may do by itself."""

    OBSERVE = "observe"
    SUGGEST = "suggest"
    ASSIST = "assist"
    GIG = "gig"


class LinkState(StrEnum):
    """What is known of the DAW at the other end."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    STALE = "stale"


class MoveState(StrEnum):
    """Where a move is in its life; the words of `/bridge/move`."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    REVERTED = "reverted"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class Slot(StrEnum):
    """Where a mix can be pinned, to come back to."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class StripSwitch(StrEnum):
    """What a person can allow the bridge on a strip; both are on at first."""

    LEARN = "learn"
    ACT = "act"


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpOpened:
    """The DAW begins to say everything it has: `count` strips."""

    at: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpClosed:
    """The DAW has said everything; `number` echoes the refresh that asked for it."""

    at: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackIdentified:
    """A strip's stable identity, where the DAW has one."""

    at: float
    track: int
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackNamed:
    """A strip's name."""

    at: float
    track: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven:
    """The DAW says which role a strip plays."""

    at: float
    track: int
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamChanged:
    """The DAW says what it holds, in engineering units; NaN where the control itself is gone."""

    at: float
    track: int
    param: Param
    value: float


SOON: Final = "waits"
"""A reason of `TrackBarred` that begins so is over in a moment: nobody need be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackBarred:
    """Writes of that class would go wrong; `reason` says why, empty: no more. A dump says all."""

    at: float
    track: int
    lock_class: LockClass
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUndone:
    """A person took a move of ours back with the DAW's own undo."""

    at: float
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRedone:
    """A person brought a move back with the DAW's own redo."""

    at: float
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportChanged:
    """The DAW plays, or has stopped."""

    at: float
    playing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DawComplained:
    """Something is wrong at the DAW's end; `text` says what, and what to do about it."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneRecalled:
    """The DAW says that another mix is loaded: until the next dump nothing is a hand's."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetersRead:
    """Post-fader levels of all strips since ``since``: mean powers, and the highest peak.

    Attributes:
        since: When the mean begins, monotonic seconds.
        levels: Little-endian float32 (strips, 12): RMS, peak, ten octave bands, dBFS; NaN where
            nothing new was heard. Bytes: the journal holds exactly what the engine saw.
    """

    at: float
    since: float
    levels: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """The link to the DAW came up, went down or fell silent."""

    at: float
    state: LinkState
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardReceived:
    """A person's judgement, -1 to +1; `move` is empty where it names none."""

    at: float
    value: float
    move: str
    reward_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionAccepted:
    """A person said yes to a suggestion."""

    at: float
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionSkipped:
    """A person said no to a suggestion that they have not heard."""

    at: float
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRequested:
    """A person wants a move taken back; `move` is empty for the last one."""

    at: float
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChosen:
    """A person chose a mode."""

    at: float
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeSwitched:
    """A person froze the mix, or let it go on."""

    at: float
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicPressed:
    """A person wants the snapshot back."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearmed:
    """A person releases panic."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeSwitched:
    """A person locks or frees a class of parameters of a track.

    `track` is a name, else a number; ``#2`` is the number 2, whatever a track is called; ``*`` is
    all, and all to come (`MixState.find`).
    """

    at: float
    track: str
    lock_class: LockClass
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StripSwitched:
    """A person says whether a class of a track teaches, or is moved unasked; as `SafeSwitched`."""

    at: float
    switch: StripSwitch
    track: str
    lock_class: LockClass
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditionSwitched:
    """A person wants to hear a suggestion before they answer it, or has heard enough."""

    at: float
    move: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSwitched:
    """A person wants to hear the snapshot for a while, or the mix again."""

    at: float
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertRequested:
    """A person wants a move and all later ones taken back; it judges none of them."""

    at: float
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MixPinned:
    """A person wants to be able to come back to what the bridge has made of the mix by now."""

    at: float
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class MixRecalled:
    """A person wants what was pinned there."""

    at: float
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetRequested:
    """A person wants something forgotten: `what` is a role, ``song`` or ``all``."""

    at: float
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCorrected:
    """A person says which role a track plays; `track` as in `SafeSwitched`, but not ``*``."""

    at: float
    track: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class MixEndorsed:
    """A person says that the mix is as they want it: every strip is a lesson."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MixesRequested:
    """A person wants to hear variants of the whole mix, and to choose among them."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackWished:
    """A person says in a word how they want a track; `track` as in `RoleCorrected`, and one."""

    at: float
    track: str
    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed; sent when the engine's deadline falls due."""

    at: float


DawEvent = (
    DumpOpened
    | DumpClosed
    | TrackIdentified
    | TrackNamed
    | RoleGiven
    | ParamChanged
    | TrackBarred
    | MoveUndone
    | MoveRedone
    | TransportChanged
    | DawComplained
    | SceneRecalled
    | DeviceEvent
    | ContentEvent
)
MixEvent = (
    RewardReceived
    | SuggestionAccepted
    | SuggestionSkipped
    | UndoRequested
    | ModeChosen
    | FreezeSwitched
    | PanicPressed
    | Rearmed
    | SafeSwitched
    | RoleCorrected
    | StripSwitched
    | AuditionSwitched
    | CompareSwitched
    | RevertRequested
    | MixPinned
    | MixRecalled
    | ForgetRequested
    | MixEndorsed
    | TrackWished
    | MixesRequested
)
"""What a person asks for, of the mix or of everything."""
PersonEvent = MixEvent | TaskEvent
WorkEvent = DeviceEvent | ContentEvent | TargetHeard | JobDone
"""What is said of what other tasks than the mix work on."""
Event = DawEvent | PersonEvent | MetersRead | LinkChanged | TargetHeard | JobDone | Tick


BACK: Final = " back"
"""Ends `SetParam.move` of a write that takes a move back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParam:
    """Ask the DAW to hold `value`, in engineering units.

    `key` is the strip's identity: its number may be another's by now. `move` names the move that it
    serves, with `BACK` behind it on the way back, empty for panic; `is_last`: its last write.
    """

    track: int
    param: Param
    value: float
    key: str = ""
    move: str = field(default="", compare=False)
    is_last: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDump:
    """Ask the DAW to say everything; `number` comes back in `DumpClosed`."""

    number: int


Command = SetParam | RequestDump
Write = SetParam | SetDeviceParam | SetContent
"""What sets something; it may have to wait, and then not be meant any more."""
AnyCommand = Command | DeviceCommand | ContentCommand
