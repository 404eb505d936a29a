"""The rows of contents in the `/mix` namespace: ``/mix/content``, and the song's tempo and bars.

They are pure and keep nothing. A dialect whose DAW says items or clips in a way of its own makes
the same events of it.
"""

import math
from typing import Any, Final

from bridge.daw.scale import MAX_TRACKS, TEXT, Scale, in_words, number, whole, word
from bridge.errors import DialectError
from bridge.mix.content_events import (
    ContentCommand,
    ContentEvent,
    ContentGone,
    ContentKind,
    ContentReported,
    GridChanged,
    RequestContents,
    SetContent,
    TempoChanged,
)
from bridge.mix.contents import MOST_TEXT
from bridge.osc.message import OscArg, OscMessage

PREFIX: Final = "/mix/content"


def _read_long(arg: OscArg) -> str | None:
    is_text = isinstance(arg, str) and arg.isprintable() and len(arg) <= MOST_TEXT
    return str(arg) if is_text else None


_KIND: Final = ("kind", word(ContentKind))
_KEY: Final = ("key", TEXT)
LONG_TEXT: Final = Scale(
    expected=f"a text of at most {MOST_TEXT} plain letters", read=_read_long, write=str
)
_LONG_TEXT: Final = ("text", LONG_TEXT)
_MOVE: Final = ("move", TEXT)
_LONGEST_S: Final = 1e6

_Fields = tuple[tuple[str, Scale[Any]], ...]
_EVENTS: Final[dict[str, tuple[type[Any], _Fields]]] = {
    PREFIX: (
        ContentReported,
        (
            _KIND,
            _KEY,
            ("track", whole(1, MAX_TRACKS)),
            ("name", TEXT),
            _LONG_TEXT,
            ("barred", TEXT),
            ("group", TEXT),
        ),
    ),
    f"{PREFIX}/gone": (ContentGone, (_KIND, _KEY)),
    "/mix/tempo": (TempoChanged, (("bpm", number(1.0, 1000.0)),)),
    "/mix/grid": (
        GridChanged,
        (("first_s", number(-_LONGEST_S, _LONGEST_S)), ("beats", whole(1, 64))),
    ),
}
_COMMANDS: Final[dict[str, tuple[type[Any], _Fields]]] = {
    f"{PREFIX}/set": (SetContent, (_KIND, _KEY, _LONG_TEXT, _MOVE)),
    f"{PREFIX}/ask": (RequestContents, (_KIND, ("track", whole(0, MAX_TRACKS)))),
}
_OPTIONAL: Final = {"barred": "", "group": "", "move": ""}
_UNKNOWN: Final = {
    "/mix/tempo": {"bpm": math.nan},
    "/mix/grid": {"first_s": math.nan, "beats": 0},
}

ADDRESSES: Final = tuple(_EVENTS)
"""What a DAW may say of contents."""


def decode_content(message: OscMessage, *, at: float) -> tuple[ContentEvent, ...] | None:
    """What the DAW said of a content or of the song; None for any other address.

    A tempo or a grid without arguments is unknown from now on.

    Raises:
        DialectError: If it can mean nothing, in a sentence.
    """
    row = _EVENTS.get(message.address)
    if row is None:
        return None
    kind, fields = row
    if not message.args and message.address in _UNKNOWN:
        return (kind(at=at, **_UNKNOWN[message.address]),)
    return (kind(at=at, **_read(message, fields)),)


def encode_content(command: ContentCommand) -> OscMessage:
    """How the DAW is asked for something of a content.

    Raises:
        DialectError: If there are no words for it.
    """
    return _encode(command, _COMMANDS)


def decode_content_command(message: OscMessage) -> ContentCommand | None:
    """The inverse of `encode_content`: what a DAW is asked for; None for anything else.

    Raises:
        DialectError: As `decode_content` does.
    """
    row = _COMMANDS.get(message.address)
    if row is None:
        return None
    command: ContentCommand = row[0](**_read(message, row[1]))
    return command


def encode_content_event(event: ContentEvent) -> OscMessage:
    """The inverse of `decode_content`: how a DAW says it.

    Raises:
        DialectError: As `encode_content` does.
    """
    return _encode(event, _EVENTS)


def _encode(
    message: ContentEvent | ContentCommand, rows: dict[str, tuple[type[Any], _Fields]]
) -> OscMessage:
    for address, (kind, fields) in rows.items():
        if type(message) is kind:
            values = [(scale, getattr(message, name)) for name, scale in fields]
            if address in _UNKNOWN and any(scale.read(value) is None for scale, value in values):
                return OscMessage(address, ())
            args: tuple[OscArg, ...] = tuple(scale.write(value) for scale, value in values)
            if _read_long(getattr(message, "text", "")) is None:
                raise DialectError(
                    f"{address}: expected a text of at most {MOST_TEXT} plain letters."
                )
            return OscMessage(address, args)
    raise DialectError(f"No row of contents has words for {message}.")


def _read(message: OscMessage, fields: _Fields) -> dict[str, Any]:
    values: dict[str, Any] = dict(_OPTIONAL)
    least = sum(name not in _OPTIONAL for name, _ in fields)
    is_fit = least <= len(message.args) <= len(fields)
    for (name, scale), arg in zip(fields, message.args, strict=False):
        values[name] = scale.read(arg)
        if is_fit and scale is LONG_TEXT and values[name] is None:
            raise DialectError(
                f"{message.address}: {name}: expected {scale.expected}; got {in_words([arg])}."
            )
        is_fit = is_fit and values[name] is not None
    if not is_fit or not values.get("key", "one"):
        expected = ", ".join(
            f"[{name}]" if name in _OPTIONAL else name.removesuffix("_s") for name, _ in fields
        )
        got = in_words(message.args)
        raise DialectError(f"{message.address}: expected {expected}; got {got}.")
    return {name: values[name] for name, _ in fields}
