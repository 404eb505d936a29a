"""The `/bridge` namespace: how a person or a remote drives the bridge, and what it tells them.

It is the same whatever dialect the DAW speaks. A request is a row: the address, what its arguments
may be, and the event that it becomes. What the bridge itself says (`/bridge/error` above all) means
nothing when it comes in: two bridges that found each other would else answer errors with errors
for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final

from bridge.daw.scale import SWITCH, TEXT, TRACK, Scale, in_words, number, whole, word
from bridge.errors import DialectError
from bridge.mix.messages import (
    AuditionSwitched,
    CompareSwitched,
    ForgetRequested,
    FreezeSwitched,
    MixEndorsed,
    MixPinned,
    MixRecalled,
    Mode,
    ModeChosen,
    PanicPressed,
    PersonEvent,
    Rearmed,
    RevertRequested,
    RewardReceived,
    RoleCorrected,
    SafeSwitched,
    Slot,
    StripSwitch,
    StripSwitched,
    SuggestionAccepted,
    SuggestionSkipped,
    UndoRequested,
)
from bridge.mix.notices import (
    ChangeNoticed,
    MoveReported,
    Notice,
    RequestRefused,
    RewardCredited,
    StatusChanged,
)
from bridge.mix.params import LockClass
from bridge.mix.roles import Role
from bridge.osc.message import OscMessage

PROTOCOL: Final = 1
"""The number of the contract that `/bridge/welcome` names."""

PREFIX: Final = "/bridge/"

_NOTICES: Final = frozenset(
    PREFIX + name
    for name in ("welcome", "move", "rewarded", "status", "heartbeat", "error", "change", "fact")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Somebody wants to be told, at the address that this came from and this port."""

    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Somebody asks what is known of the DAW, to be told as `Hello` is, once."""

    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a request; `default` where it may be left out.

    Attributes:
        tag: Its OSC type.
        words: What it may be, where that is one of a few words.
        span: Least and greatest, where that is a number.
    """

    field: str
    scale: Scale[Any]
    default: object = None
    tag: str = "s"
    words: tuple[str, ...] = ()
    span: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One row: what an address asks for, and how a person is told of it.

    Panic takes any arguments: a button that sends its state must not fail just then.
    """

    event: Callable[..., Any]
    text: str
    arguments: tuple[Argument, ...] = ()
    is_strict: bool = True


def _of_words(field: str, words: type[StrEnum]) -> Argument:
    return Argument(field=field, scale=word(words), words=tuple(each.value for each in words))


_LEARN: Final = partial(StripSwitched, switch=StripSwitch.LEARN)
_ACT: Final = partial(StripSwitched, switch=StripSwitch.ACT)
_MOVE: Final = Argument(field="move", scale=TEXT)
_ANY_MOVE: Final = Argument(field="move", scale=TEXT, default="")
_ON: Final = Argument(field="on", scale=SWITCH, tag="i", span=(0, 1))
_OF_TRACK: Final = Argument(field="track", scale=TRACK)
_PORT: Final = Argument(field="port", scale=whole(1, 65535), tag="i", span=(1, 65535))
_LOCK: Final = _of_words("lock_class", LockClass)
_WHAT: Final = Argument(field="what", scale=TEXT)
_REWARD: Final = (
    Argument(field="value", scale=number(-1.0, 1.0), tag="f", span=(-1.0, 1.0)),
    _ANY_MOVE,
    Argument(field="reward_id", scale=TEXT, default=""),
)
_ROWS: Final[tuple[tuple[str, Callable[..., Any], tuple[Argument, ...], str], ...]] = (
    ("reward", RewardReceived, _REWARD, "Good (+1) or bad (-1)"),
    ("accept", SuggestionAccepted, (_MOVE,), "Make the suggested move"),
    ("skip", SuggestionSkipped, (_MOVE,), "Do not make it"),
    ("audition", AuditionSwitched, (_MOVE, _ON), "Hear the suggestion while 1"),
    ("undo", UndoRequested, (_ANY_MOVE,), "Take a move back, or the last one"),
    ("revert", RevertRequested, (_MOVE,), "Take a move and all later ones back"),
    ("compare", CompareSwitched, (_ON,), "Hear the snapshot while 1"),
    ("pin", MixPinned, (_of_words("slot", Slot),), "Remember the mix as it is"),
    ("recall", MixRecalled, (_of_words("slot", Slot),), "Bring a pinned mix back"),
    ("mode", ModeChosen, (_of_words("mode", Mode),), "How much the bridge may do"),
    ("freeze", FreezeSwitched, (_ON,), "Touch nothing while 1"),
    ("rearm", Rearmed, (), "Release panic"),
    ("safe", SafeSwitched, (_OF_TRACK, _LOCK, _ON), "Lock a class of a track"),
    ("learn", _LEARN, (_OF_TRACK, _LOCK, _ON), "Let it teach, or not"),
    ("act", _ACT, (_OF_TRACK, _LOCK, _ON), "Let it be moved unasked, or only suggested"),
    ("role", RoleCorrected, (_OF_TRACK, _of_words("role", Role)), "Correct a guessed role"),
    ("endorse", MixEndorsed, (), "The mix is as I want it: learn from every strip"),
    ("forget", ForgetRequested, (_WHAT,), "Forget a role, this song or all"),
)
REQUESTS: Final[dict[str, Request]] = {
    **{
        PREFIX + name: Request(event=event, arguments=arguments, text=text)
        for name, event, arguments, text in _ROWS
    },
    PREFIX + "panic": Request(event=PanicPressed, is_strict=False, text="Back to the snapshot"),
}
"""Every request by its address; what is decoded, described and laid out on remotes."""


def decode_request(message: OscMessage, *, at: float) -> PersonEvent | Hello | Inquiry | None:
    """What a person asks for; None for what the bridge says itself.

    A reward that came without an id has an empty one. The caller gives it one of its own that no
    other session has given (``dataclasses.replace(event, reward_id=...)``), before the event goes
    to the engine or the journal, and the answer names it.

    Raises:
        DialectError: For an unknown address of the namespace or arguments that it cannot mean: one
            sentence for `/bridge/error`.
    """
    if message.address in _NOTICES:
        return None
    if message.address == PREFIX + "hello":
        return Hello(**_fields(message, (_PORT,)))
    if message.address == PREFIX + "inquire":
        return Inquiry(**_fields(message, (_PORT,)))
    request = REQUESTS.get(message.address)
    if request is None:
        names = ", ".join(address.removeprefix(PREFIX) for address in REQUESTS)
        raise DialectError(
            f"{message.address[:80]}: no such request; expected {PREFIX} and one of hello, "
            f"inquire, {names}."
        )
    fields = _fields(message, request.arguments) if request.is_strict else {}
    event: PersonEvent = request.event(at=at, **fields)
    return event


def _fields(message: OscMessage, arguments: tuple[Argument, ...]) -> dict[str, Any]:
    required = sum(argument.default is None for argument in arguments)
    if not required <= len(message.args) <= len(arguments):
        names = ", ".join(
            argument.field if argument.default is None else f"[{argument.field}]"
            for argument in arguments
        )
        raise DialectError(
            f"{message.address}: expected {names or 'no argument'}; got {in_words(message.args)}."
        )
    fields = {argument.field: argument.default for argument in arguments}
    for argument, arg in zip(arguments, message.args, strict=False):
        value = argument.scale.read(arg)
        if value is None:
            raise DialectError(
                f"{message.address}: {argument.field}: expected {argument.scale.expected}; "
                f"got {in_words((arg,))}."
            )
        fields[argument.field] = value
    return fields


def encode_notice(notice: Notice) -> OscMessage:
    """What the engine tells, as everyone who said hello gets it."""
    match notice:
        case MoveReported():
            values = (float(notice.from_value), float(notice.to_value))
            what = (str(notice.state), notice.track, str(notice.param))
            return OscMessage(PREFIX + "move", (notice.move, *what, *values, notice.reason))
        case RewardCredited():
            args = (notice.reward_id, notice.move, float(notice.value))
            return OscMessage(PREFIX + "rewarded", args)
        case StatusChanged():
            return OscMessage(PREFIX + "status", (notice.state, notice.text))
        case ChangeNoticed():
            change = (str(notice.actor), notice.track, str(notice.param))
            values = (float(notice.from_value), float(notice.to_value))
            return OscMessage(PREFIX + "change", (*change, *values))
        case RequestRefused():
            return error(notice.text)


def welcome(version: str) -> OscMessage:
    """The answer to hello."""
    return OscMessage(PREFIX + "welcome", (version, PROTOCOL))


def heartbeat(seq: int, mode: Mode) -> OscMessage:
    """A sign of life, every 2 s; `seq` counts them and starts anew after the last int32."""
    return OscMessage(PREFIX + "heartbeat", (seq % 2**31, str(mode)))


def fact(name: str, value: str | float) -> OscMessage:
    """One thing that is known of the DAW; an empty name says that there are no more."""
    return OscMessage(PREFIX + "fact", (name, value))


def error(text: str) -> OscMessage:
    """The answer to a control message that was refused: what, got, expected."""
    return OscMessage(PREFIX + "error", (text,))
