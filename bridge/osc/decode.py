"""A strict decoder of OSC 1.0 datagrams, for input that nobody vouches for.

Every datagram either becomes messages or raises `OscDecodeError`, in time that is linear in its
size. There is no recursion, no pattern is ever matched, and no time tag is waited for: whoever
sends a bundle for later gets it now. A datagram is taken whole or not at all: one bad element of
a bundle refuses the bundle, so that nothing is ever applied by half.

Accepted type tags: ``i f s h d T F N I``. Refused: blobs, time tags, MIDI, arrays and the rest,
which nothing in our namespaces means. Text that is not UTF-8 is read as Latin-1, as older DAWs on
Windows send it: a track name with an umlaut wrong is better than a track without a name.
"""

import math
import re
from struct import Struct
from typing import Final, NamedTuple

from bridge.errors import OscDecodeError
from bridge.osc.message import OscArg, OscMessage

MAX_DATAGRAM_BYTES: Final = 8192
"""A bundle of some 200 fader moves; more than most senders put into one datagram."""

MAX_DEPTH: Final = 4
"""Bundles within bundles; one level is what programs send."""

MAX_MESSAGES: Final = 256
"""Messages of one datagram: bounds what one datagram can make us do."""

MAX_ARGS: Final = 256
"""Arguments of one message. Ours have at most 15; of Live's EQ Eight come 84 parameters at once,
and of 32 tracks four values each."""

MAX_ADDRESS_BYTES: Final = 255
"""Our longest address has about 30 bytes; addresses are keys of bounded caches."""

# Printable ASCII without the characters that OSC 1.0 reserves for patterns, type tags and bundles.
_ADDRESS: Final = re.compile(rb"/[^\x00-\x20#*,?\[\]{}\x7f-\xff]+")
_BUNDLE: Final = b"#bundle\0"
_BUNDLE_HEADER_BYTES: Final = 16  # the word and a time tag
_SIZE: Final = Struct(">i")
_NUMBERS: Final = {
    ord("i"): Struct(">i"),
    ord("f"): Struct(">f"),
    ord("h"): Struct(">q"),
    ord("d"): Struct(">d"),
}
_CONSTANTS: Final = {ord("T"): True, ord("F"): False, ord("N"): None, ord("I"): None}


class _Element(NamedTuple):
    start: int
    end: int
    depth: int


def decode(datagram: bytes) -> list[OscMessage]:
    """The messages of a datagram, bundles flattened in their order.

    Raises:
        OscDecodeError: If any part of it is not OSC that we accept.
    """
    size = len(datagram)
    if size > MAX_DATAGRAM_BYTES:
        raise OscDecodeError(f"A datagram may have {MAX_DATAGRAM_BYTES} bytes, got {size} or more.")
    if size == 0 or size % 4:
        raise OscDecodeError(f"A datagram has a multiple of 4 bytes, got {size}.")
    if datagram.startswith(b"/"):
        return [_message(datagram, 0, size)]
    messages: list[OscMessage] = []
    pending = [_Element(0, size, 0)]
    while pending:
        element = pending.pop()
        if datagram.startswith(_BUNDLE, element.start, element.end):
            pending.extend(reversed(_elements_of(datagram, element)))
        elif len(messages) == MAX_MESSAGES:
            raise OscDecodeError(f"A datagram may hold {MAX_MESSAGES} messages, got more.")
        else:
            messages.append(_message(datagram, element.start, element.end))
    return messages


def _elements_of(datagram: bytes, bundle: _Element) -> list[_Element]:
    """The elements of a bundle, whose bounds are certain and whose content is not looked at."""
    if bundle.depth == MAX_DEPTH:
        raise OscDecodeError(f"Bundles may be nested {MAX_DEPTH} deep, got more.")
    position = bundle.start + _BUNDLE_HEADER_BYTES
    if position > bundle.end:
        raise OscDecodeError("A bundle ends before its time tag does.")
    elements = []
    while position < bundle.end:
        (size,) = _SIZE.unpack_from(datagram, position)
        position += 4
        if size <= 0 or size % 4 or size > bundle.end - position:
            raise OscDecodeError(
                f"A bundle element has a positive multiple of 4 bytes, at most the "
                f"{bundle.end - position} that are left; got {size}."
            )
        elements.append(_Element(position, position + size, bundle.depth + 1))
        position += size
    return elements


def _message(datagram: bytes, start: int, end: int) -> OscMessage:
    address, position = _string(datagram, start, end, "address")
    if len(address) > MAX_ADDRESS_BYTES or not _ADDRESS.fullmatch(address):
        raise OscDecodeError(
            f"An address begins with '/' and has at most {MAX_ADDRESS_BYTES} printable ASCII "
            f"characters without blanks or any of #*,?[]{{}}; got {_text(address[:40])!r}."
        )
    if position == end:  # OSC 1.0: older senders leave out an empty type tag string
        return OscMessage(address.decode("ascii"))
    tags, position = _string(datagram, position, end, "type tags")
    if not tags.startswith(b",") or len(tags) > MAX_ARGS + 1:
        raise OscDecodeError(
            f"Type tags begin with ',' and name at most {MAX_ARGS} arguments; "
            f"got {_text(tags[:40])!r}."
        )
    return OscMessage(address.decode("ascii"), _arguments(datagram, position, end, tags[1:]))


def _arguments(datagram: bytes, position: int, end: int, tags: bytes) -> tuple[OscArg, ...]:
    args: list[OscArg] = []
    for tag in tags:
        if tag in _NUMBERS:
            number = _NUMBERS[tag]
            if position + number.size > end:
                raise OscDecodeError(f"The message ends within argument {len(args) + 1}.")
            (value,) = number.unpack_from(datagram, position)
            if not math.isfinite(value):
                raise OscDecodeError(f"Argument {len(args) + 1} must be finite, got {value}.")
            position += number.size
            args.append(value)
        elif tag == ord("s"):
            text, position = _string(datagram, position, end, f"argument {len(args) + 1}")
            args.append(_text(text))
        elif tag in _CONSTANTS:
            args.append(_CONSTANTS[tag])
        else:
            raise OscDecodeError(f"Type tags are of i f s h d T F N I; got {chr(tag)!r}.")
    if position != end:
        raise OscDecodeError(f"The message has {end - position} bytes after its last argument.")
    return tuple(args)


def _string(datagram: bytes, start: int, end: int, what: str) -> tuple[bytes, int]:
    """A string without its padding, and where the next thing begins."""
    nul = datagram.find(b"\0", start, end)
    after = (nul + 4) & ~3  # never beyond `end`, which is a multiple of 4 like every element's
    if nul < 0 or datagram.count(b"\0", nul, after) != after - nul:
        raise OscDecodeError(f"The {what} must end in 1 to 4 zero bytes, to a multiple of 4.")
    return datagram[start:nul], after


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
