"""The `/bridge` namespace: how a person or a remote drives the bridge, and what it tells them.

It is the same whatever dialect the DAW speaks. A request is a row: the address, what its arguments
may be, and the event that it becomes. What the bridge itself says (`/bridge/error` above all) means
nothing when it comes in: two bridges that found each other would else answer errors with errors
for ever.

A request that takes no value of its own, or texts alone, is a button. Its state may stand before or
behind the texts: a number above 0, ``T`` or nothing presses it, and 0 or ``F`` lets it go, which
does nothing. Panic needs its address only: whatever is not plainly a release presses it.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, Final

from bridge.daw.contents import LONG_TEXT
from bridge.daw.hints import closest
from bridge.daw.scale import SWITCH, TEXT, TRACK, Scale, in_words, number, whole, word
from bridge.errors import DialectError
from bridge.mix.content_events import Job
from bridge.mix.contents import MOST_TEXT
from bridge.mix.device_events import (
    FocusChosen,
    KnobTaught,
    KnobWord,
    PhraseOffered,
    TargetChosen,
    TaskChosen,
    TaskName,
    VariantChosen,
)
from bridge.mix.messages import (
    AuditionSwitched,
    CompareSwitched,
    ForgetRequested,
    FreezeSwitched,
    MixEndorsed,
    MixesRequested,
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
    TrackWished,
    UndoRequested,
)
from bridge.mix.notices import (
    ChangeNoticed,
    MoveReported,
    Notice,
    Offered,
    QuestionChanged,
    RateableChanged,
    RequestRefused,
    RewardCredited,
    StatusChanged,
    WorkChanged,
)
from bridge.mix.params import LockClass
from bridge.mix.roles import Role
from bridge.mix.wishes import Wish
from bridge.osc.message import OscArg, OscMessage

PROTOCOL: Final = 1
"""The number of the contract that `/bridge/welcome` names."""

PREFIX: Final = "/bridge/"
PANIC: Final = "/bridge/panic"

PRESS_S: Final = 0.25
"""The same press within this long is one: buttons bounce, and networks double datagrams."""

_NOTICES: Final = frozenset(
    PREFIX + name
    for name in (
        "welcome",
        "move",
        "rewarded",
        "status",
        "heartbeat",
        "error",
        "change",
        "fact",
        "stat",
        "rateable",
        "offer",
        "working",
        "wanted",
        "question",
        "knob/state",
    )
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
class StatsInquiry:
    """Somebody asks for the counters, once; without a port at the address that this came from."""

    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A button was let go of: nothing is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralReward:
    """A judgement of 0 that names no move: it says nothing, and so it uses nothing up.

    It is what a thumb's button says when it is let go of.
    """

    reward_id: str


Asked = PersonEvent | Hello | Inquiry | StatsInquiry | Release | NeutralReward
"""What a message of the namespace can mean."""


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
    """One row: what an address asks for, and how a person is told of it."""

    event: Callable[..., Any]
    text: str
    arguments: tuple[Argument, ...] = ()

    @property
    def is_button(self) -> bool:
        """Whether a number beside its texts is the state of a button, since it means nothing else.

        A track may be a number.
        """
        return all(arg.tag == "s" and arg.scale is not TRACK for arg in self.arguments)


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
_OFFER: Final = Argument(field="offer", scale=TEXT)
_CHOICE: Final = Argument(field="choice", scale=whole(0, 3), tag="i", span=(0, 3))
_KNOB: Final = Argument(field="knob", scale=TEXT)
_PATH: Final = Argument(field="path", scale=TEXT)
_GENERATOR: Final = Argument(field="generator", scale=TEXT)
_PHRASE: Final = Argument(field="phrase", scale=LONG_TEXT)
_REWARD: Final = (
    Argument(field="value", scale=number(-1.0, 1.0), tag="f", span=(-1.0, 1.0)),
    _ANY_MOVE,
    Argument(field="reward_id", scale=TEXT, default=""),
)
_ROWS: Final[tuple[tuple[str, Callable[..., Any], tuple[Argument, ...], str], ...]] = (
    ("reward", RewardReceived, _REWARD, "Good (+1) or bad (-1)"),
    ("accept", SuggestionAccepted, (_ANY_MOVE,), "Make the suggested move"),
    ("skip", SuggestionSkipped, (_ANY_MOVE,), "Do not make it"),
    ("audition", AuditionSwitched, (_MOVE, _ON), "Hear the suggestion while 1"),
    ("undo", UndoRequested, (_ANY_MOVE,), "Take a move back, or the last one"),
    ("revert", RevertRequested, (_MOVE,), "Take a move and all later ones back"),
    ("compare", CompareSwitched, (_ON,), "Hear the snapshot while 1"),
    ("pin", MixPinned, (_of_words("slot", Slot),), "Remember the mix as it is"),
    ("recall", MixRecalled, (_of_words("slot", Slot),), "Bring a pinned mix back"),
    ("mode", ModeChosen, (_of_words("mode", Mode),), "How much the bridge may do"),
    ("freeze", FreezeSwitched, (_ON,), "Stop all moves while 1"),
    ("rearm", Rearmed, (), "Release panic"),
    ("safe", SafeSwitched, (_OF_TRACK, _LOCK, _ON), "Lock a class of a track"),
    ("learn", _LEARN, (_OF_TRACK, _LOCK, _ON), "Let it teach, or not"),
    ("act", _ACT, (_OF_TRACK, _LOCK, _ON), "Let it be moved unasked, or only suggested"),
    ("role", RoleCorrected, (_OF_TRACK, _of_words("role", Role)), "Correct a guessed role"),
    (
        "wish",
        TrackWished,
        (_OF_TRACK, _of_words("wish", Wish)),
        "Ask for a change of a track in a word",
    ),
    ("endorse", MixEndorsed, (), "The mix is as I want it: learn from every strip"),
    ("forget", ForgetRequested, (_WHAT,), "Forget a role, this song or all"),
    ("task", TaskChosen, (_of_words("task", TaskName),), "Choose the task"),
    (
        "focus",
        FocusChosen,
        (_OF_TRACK, replace(_WHAT, default="")),
        "Choose the track or device in focus",
    ),
    ("variants", MixesRequested, (), "Offer variants of the whole mix, to hear and choose from"),
    ("choose", VariantChosen, (_OFFER, _CHOICE), "Pick a variant of an offer; 0 keeps"),
    ("knob", KnobTaught, (_KNOB, _of_words("word", KnobWord)), "Say what a knob is, or lock it"),
    ("target", TargetChosen, (_PATH,), "The sound file to come near to; empty for none"),
    ("phrases", PhraseOffered, (_GENERATOR, _PHRASE), "Offer a phrase of another generator"),
    ("panic", PanicPressed, (), "Back to the snapshot"),
)
REQUESTS: Final[dict[str, Request]] = {
    PREFIX + name: Request(event=event, arguments=arguments, text=text)
    for name, event, arguments, text in _ROWS
}
"""Every request by its address; what is decoded, described and laid out on remotes."""

_INQUIRIES: Final[dict[str, tuple[Callable[..., Asked], Argument]]] = {
    PREFIX + "hello": (Hello, _PORT),
    PREFIX + "inquire": (Inquiry, _PORT),
    PREFIX + "stats": (StatsInquiry, replace(_PORT, default=0)),
}
_MOMENTARY: Final = frozenset(
    address
    for address, request in REQUESTS.items()
    if request.is_button and all(arg.default is not None for arg in request.arguments)
)
"""Buttons that do something anew at each press."""

_OPPOSITE: Final = {PANIC: f"{PREFIX}rearm", f"{PREFIX}rearm": PANIC}
_MOST_PRESSES: Final = 256


class Presses:
    """Tells a press from its repetition: the same one of the same sender within `PRESS_S`.

    One that names a move is none: it does the same twice as once, and who sends it twice is told.
    A rearm makes the next panic a new one, and a panic the next rearm.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[Hashable, str], PersonEvent] = OrderedDict()

    def is_new(self, address: str, event: PersonEvent, sender: Hashable) -> bool:
        """Whether `event`, asked for at `address`, is no repetition; its time counts."""
        if address not in _MOMENTARY or str(getattr(event, "move", "")):
            return True
        place = sender, address
        last = self._last.get(place)
        if (
            last is not None
            and event.at - last.at < PRESS_S
            and event == replace(last, at=event.at)
        ):
            return False
        self._last[place] = event
        self._last.move_to_end(place)
        while len(self._last) > _MOST_PRESSES:
            self._last.popitem(last=False)
        for other in [other for other in self._last if other[1] == _OPPOSITE.get(address)]:
            del self._last[other]
        return True


def decode_request(message: OscMessage, *, at: float) -> Asked | None:
    """What a person asks for; None for what the bridge says itself.

    A reward that came without an id has an empty one. The caller gives it one of its own that no
    other session has given (``dataclasses.replace(event, reward_id=...)``), before the event goes
    to the engine or the journal, and the answer names it.

    Raises:
        DialectError: For an unknown address of the namespace or arguments that it cannot mean: one
            sentence for `/bridge/error`.
    """
    address = message.address
    if address in _NOTICES:
        return None
    if address in _INQUIRIES:
        inquiry, argument = _INQUIRIES[address]
        return inquiry(**_fields(message, message.args, (argument,)))
    request = REQUESTS.get(address)
    if request is None:
        raise DialectError(_no_such_request(address))
    if address == PANIC:
        is_release = len(message.args) == 1 and _is_pressed(message.args[0]) is False
        return Release() if is_release else PanicPressed(at=at)
    args, is_pressed = _split_state(message) if request.is_button else (message.args, True)
    fields = _fields(message, args, request.arguments)
    if not is_pressed:
        return Release()
    event: PersonEvent = request.event(at=at, **fields)
    if isinstance(event, RewardReceived) and not event.value and not event.move:
        return NeutralReward(reward_id=event.reward_id)
    return event


def _no_such_request(address: str) -> str:
    names = [name.removeprefix(PREFIX) for name in (*_INQUIRIES, *REQUESTS)]
    near = closest(address, (*_INQUIRIES, *REQUESTS))
    hint = f"; did you mean {near}?" if near else ""
    return (
        f"{address[:80]}: no such request{hint or ';'} "
        f"expected {PREFIX} and one of {', '.join(names)}."
    )


def _split_state(message: OscMessage) -> tuple[tuple[OscArg, ...], bool]:
    """Part the arguments of a button from its state, which stands before or behind them."""
    args = message.args
    places = [place for place, arg in enumerate(args) if not isinstance(arg, str)]
    if not places:
        return args, True
    (place, *more) = places
    is_pressed = _is_pressed(args[place])
    if more or place not in (0, len(args) - 1) or is_pressed is None:
        raise DialectError(
            f"{message.address}: expected one state of a button, which is a number above 0 or T "
            f"(pressed) or 0 or F (let go of); got {in_words(args)}."
        )
    return args[:place] + args[place + 1 :], is_pressed


def _is_pressed(state: OscArg) -> bool | None:
    """What a button says of itself; None for what no button says.

    A number above 0 is a press whatever it is: pads send how hard they were hit, 0 to 1 or to 127.
    """
    if state is None:  # the tags N and I, which carry no value
        return True
    if isinstance(state, str | bytes) or not math.isfinite(state) or state < 0:
        return None
    return bool(state)


def _fields(
    message: OscMessage, args: Sequence[OscArg], arguments: tuple[Argument, ...]
) -> dict[str, Any]:
    required = sum(argument.default is None for argument in arguments)
    if not required <= len(args) <= len(arguments):
        names = ", ".join(map(_in_words, arguments))
        raise DialectError(
            f"{message.address}: expected {names or 'no argument'}; got {in_words(message.args)}."
        )
    fields = {argument.field: argument.default for argument in arguments}
    for argument, arg in zip(arguments, args, strict=False):
        value = argument.scale.read(arg)
        if value is None:
            raise DialectError(
                f"{message.address}: {argument.field}: expected {argument.scale.expected}; "
                f"got {in_words((arg,))}."
            )
        fields[argument.field] = value
    return fields


def _in_words(argument: Argument) -> str:
    """An argument by its name and what it may be, in brackets where it may be left out."""
    words = f" ({argument.scale.expected})" if argument.words else ""
    return f"{argument.field}{words}" if argument.default is None else f"[{argument.field}]"


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
        case RateableChanged():
            return OscMessage(PREFIX + "rateable", (notice.move, notice.kind.value))
        case Offered():
            variants: tuple[OscArg, ...] = (notice.offer, len(notice.moves), *notice.moves)
            return OscMessage(PREFIX + "offer", variants)
        case WorkChanged():
            work = (notice.task.value, notice.track, notice.device)
            return OscMessage(PREFIX + "working", work)
        case QuestionChanged():
            return OscMessage(PREFIX + "question", (notice.track, notice.role, notice.text))


def rest_of(move: Notice) -> tuple[OscMessage, ...]:
    """What is said after a move beside its first control: another half, more knobs, texts.

    `/bridge/move/other` names the right half of a stereo pair, `/bridge/move/also` each further
    parameter of a device, `/bridge/move/part` each further control of the mix,
    `/bridge/move/content` each content that it changes.
    """
    if not isinstance(move, MoveReported):
        return ()
    also = tuple(
        OscMessage(
            PREFIX + "move/content",
            (move.move, each.kind.value, each.key, each.before, each.after),
        )
        for each in move.contents
    ) + tuple(
        OscMessage(
            PREFIX + "move/also",
            (move.move, str(each.param), float(each.from_value), float(each.to_value)),
        )
        for each in move.also
    )
    for part in move.parts:
        way = (float(part.from_value), float(part.to_value))
        what = (move.move, part.track, str(part.param))
        also += (OscMessage(PREFIX + "move/part", (*what, *way)),)
    if not move.other_half:
        return also
    values = (float(move.other_from), float(move.other_to))
    return (OscMessage(PREFIX + "move/other", (move.move, move.other_half, *values)), *also)


def wanted(job: Job) -> tuple[OscMessage, ...]:
    """What a worker makes now, where other programs may offer theirs (`/bridge/phrases`)."""
    if not job.is_open or len(job.text) > MOST_TEXT:
        return ()
    return (OscMessage(PREFIX + "wanted", (job.task.value, job.name, job.text)),)


def welcome(version: str) -> OscMessage:
    """The answer to hello."""
    return OscMessage(PREFIX + "welcome", (version, PROTOCOL))


def heartbeat(seq: int, mode: Mode) -> OscMessage:
    """A sign of life, every 2 s; `seq` counts them and starts anew after the last int32."""
    return OscMessage(PREFIX + "heartbeat", (seq % 2**31, str(mode)))


def knob_state(
    place: int, count: int, *, name: str, value: str, role: str, is_taught: bool
) -> OscMessage:
    """One knob of the device in focus, from 1 to `count`; without a role it is never moved."""
    state = (place, count, name, value, role, int(is_taught))
    return OscMessage(PREFIX + "knob/state", state)


def fact(name: str, value: str | float) -> OscMessage:
    """One thing that is known of the DAW; an empty name says that there are no more."""
    return OscMessage(PREFIX + "fact", (name, value))


def stat(name: str, value: int) -> OscMessage:
    """One counter, at most the greatest int32; an empty name says that there are no more."""
    return OscMessage(PREFIX + "stat", (name, min(value, 2**31 - 1)))


def error(text: str) -> OscMessage:
    """The answer to a control message that was refused: what, got, expected."""
    return OscMessage(PREFIX + "error", (text,))
