"""The `/bridge` namespace: how a person or a remote drives the bridge, and what it tells them.

It is the same whatever dialect the DAW speaks. A request is a row: the address, what its arguments
may be, and the event that it becomes. What the bridge itself says (`/bridge/error` above all) means
nothing when it comes in: two bridges that found each other would else answer errors with errors
for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from bridge.daw.scale import SWITCH, TEXT, TRACK, Scale, in_words, number, whole, word
from bridge.errors import DialectError
from bridge.mix.messages import (
    AuditionSwitched,
    ChangeNoticed,
    CompareSwitched,
    ForgetRequested,
    FreezeSwitched,
    MixPinned,
    MixRecalled,
    Mode,
    ModeChosen,
    MoveReported,
    Notice,
    PanicPressed,
    PersonEvent,
    Rearmed,
    RequestRefused,
    RevertRequested,
    RewardCredited,
    RewardReceived,
    RoleCorrected,
    SafeSwitched,
    Slot,
    StatusChanged,
    StripSwitch,
    StripSwitched,
    SuggestionAccepted,
    SuggestionSkipped,
    UndoRequested,
)
from bridge.mix.params import LockClass
from bridge.mix.roles import Role
from bridge.osc.message import OscMessage

PROTOCOL: Final = 1
"""The number of the contract that `/bridge/welcome` names."""

PREFIX: Final = "/bridge/"

_NOTICES: Final = frozenset(
    PREFIX + name
    for name in ("welcome", "move", "rewarded", "status", "heartbeat", "error", "change")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Somebody wants to be told, at the address that this came from and this port."""

    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Argument:
    """One argument of a request; `default` where it may be left out."""

    field: str
    scale: Scale[Any]
    default: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One row: what an address asks for.

    Panic takes any arguments: a button that sends its state must not fail just then.
    """

    event: Callable[..., Any]
    arguments: tuple[_Argument, ...] = ()
    is_strict: bool = True


_MOVE: Final = _Argument(field="move", scale=TEXT)
_ANY_MOVE: Final = _Argument(field="move", scale=TEXT, default="")
_ON: Final = _Argument(field="on", scale=SWITCH)
_OF_TRACK: Final = _Argument(field="track", scale=TRACK)
_PORT: Final = _Argument(field="port", scale=whole(1, 65535))
_MODE: Final = _Argument(field="mode", scale=word(Mode))
_ROLE: Final = _Argument(field="role", scale=word(Role))
_LOCK: Final = _Argument(field="lock_class", scale=word(LockClass))
_SLOT: Final = _Argument(field="slot", scale=word(Slot))
_WHAT: Final = _Argument(field="what", scale=TEXT)
_LEARN: Final = partial(StripSwitched, switch=StripSwitch.LEARN)
_ACT: Final = partial(StripSwitched, switch=StripSwitch.ACT)
_REWARD: Final = (
    _Argument(field="value", scale=number(-1.0, 1.0)),
    _ANY_MOVE,
    _Argument(field="reward_id", scale=TEXT, default=""),
)
_REQUESTS: Final[dict[str, _Request]] = {
    PREFIX + "reward": _Request(event=RewardReceived, arguments=_REWARD),
    PREFIX + "accept": _Request(event=SuggestionAccepted, arguments=(_MOVE,)),
    PREFIX + "skip": _Request(event=SuggestionSkipped, arguments=(_MOVE,)),
    PREFIX + "undo": _Request(event=UndoRequested, arguments=(_ANY_MOVE,)),
    PREFIX + "mode": _Request(event=ModeChosen, arguments=(_MODE,)),
    PREFIX + "freeze": _Request(event=FreezeSwitched, arguments=(_ON,)),
    PREFIX + "panic": _Request(event=PanicPressed, is_strict=False),
    PREFIX + "rearm": _Request(event=Rearmed),
    PREFIX + "safe": _Request(event=SafeSwitched, arguments=(_OF_TRACK, _LOCK, _ON)),
    PREFIX + "learn": _Request(event=_LEARN, arguments=(_OF_TRACK, _LOCK, _ON)),
    PREFIX + "act": _Request(event=_ACT, arguments=(_OF_TRACK, _LOCK, _ON)),
    PREFIX + "audition": _Request(event=AuditionSwitched, arguments=(_MOVE, _ON)),
    PREFIX + "compare": _Request(event=CompareSwitched, arguments=(_ON,)),
    PREFIX + "revert": _Request(event=RevertRequested, arguments=(_MOVE,)),
    PREFIX + "pin": _Request(event=MixPinned, arguments=(_SLOT,)),
    PREFIX + "recall": _Request(event=MixRecalled, arguments=(_SLOT,)),
    PREFIX + "forget": _Request(event=ForgetRequested, arguments=(_WHAT,)),
    PREFIX + "role": _Request(event=RoleCorrected, arguments=(_OF_TRACK, _ROLE)),
}


def decode_request(message: OscMessage, *, at: float) -> PersonEvent | Hello | None:
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
    request = _REQUESTS.get(message.address)
    if request is None:
        names = ", ".join(address.removeprefix(PREFIX) for address in _REQUESTS)
        raise DialectError(
            f"{message.address[:80]}: no such request; expected {PREFIX} and one of hello, {names}."
        )
    fields = _fields(message, request.arguments) if request.is_strict else {}
    event: PersonEvent = request.event(at=at, **fields)
    return event


def _fields(message: OscMessage, arguments: tuple[_Argument, ...]) -> dict[str, Any]:
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


def error(text: str) -> OscMessage:
    """The answer to a control message that was refused: what, got, expected."""
    return OscMessage(PREFIX + "error", (text,))
