"""What the bridge tells everyone who listens; all frozen, values in engineering units."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bridge.mix.contents import ContentChange
from bridge.mix.controls import Control
from bridge.mix.device_events import TaskName
from bridge.mix.devices import DeviceParam
from bridge.mix.messages import MoveState
from bridge.mix.params import Param

MIX_ENDORSED: Final = (
    "noted: this mix is as you want it; what you leave so is left alone in this song"
)
"""What everyone is told once a person has endorsed the mix."""


WISH_NOTED: Final = "noted: you want"
"""Begins what everyone is told once a person has said how they want a track."""


class Actor(StrEnum):
    """Who, beside the bridge, changes a mix."""

    HAND = "hand"
    DAW = "daw"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoMoved:
    """A further parameter of a device that a move changes; values are positions, 0 to 1."""

    param: DeviceParam
    from_value: float
    to_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlMoved:
    """A further control of the mix that a move changes; values in engineering units."""

    track: int
    param: Param
    from_value: float
    to_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReported:
    """A move entered a state; values in engineering units, of a device as positions from 0 to 1.

    Where it moves both halves of a stereo pair, `track` is the left one and `other_half` the number
    of the right one; else that is 0. Where it moves several parameters of a device, `also` has
    those beside the one that goes furthest; `parts` has those of a variant of the mix. Where it
    changes contents, `contents` has all of them, and the values are 0 and 1.
    """

    move: str
    state: MoveState
    track: int
    param: Control
    from_value: float
    to_value: float
    reason: str
    other_half: int = 0
    other_from: float = 0.0
    other_to: float = 0.0
    also: tuple[AlsoMoved, ...] = ()
    parts: tuple[ControlMoved, ...] = ()
    contents: tuple[ContentChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCredited:
    """A reward was taken; to be told only after it is on disk. `move` is empty for none."""

    reward_id: str
    move: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """What the bridge can do now: a state of `/bridge/status`, and why in plain words."""

    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNoticed:
    """Somebody else has changed a parameter, and has settled; values in engineering units."""

    actor: Actor
    track: int
    param: Control
    from_value: float
    to_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefused:
    """A request that was understood and not granted, in one sentence."""

    text: str


class Rateable(StrEnum):
    """What a thumb is about."""

    NOTHING = ""
    SUGGESTION = "suggestion"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateableChanged:
    """What a good or bad is about from now on; `move` is empty where there is nothing to rate."""

    move: str
    kind: Rateable


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Variants to choose from, each a move with a name, in the order of their numbers from 1.

    Without any move the offer is over.
    """

    offer: str
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkChanged:
    """What is worked on from now on: a task, and the track and device in focus; empty for none."""

    task: TaskName
    track: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChanged:
    """What is asked of a person from now on: which role a strip plays.

    Attributes:
        track: The strip's number; 0 where nothing is asked any more.
        role: What its sound suggests; empty where it suggests nothing.
        text: The question, for a person.
    """

    track: int
    role: str
    text: str


Notice = (
    MoveReported
    | RewardCredited
    | StatusChanged
    | ChangeNoticed
    | RequestRefused
    | RateableChanged
    | Offered
    | WorkChanged
    | QuestionChanged
)
