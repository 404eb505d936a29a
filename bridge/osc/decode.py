"""A strict decoder of OSC 1.0 datagrams, for input that nobody vouches for.

Every datagram becomes messages and faults, in time that is linear in its size. There is no
recursion, no pattern is ever matched, and no time tag is waited for: whoever sends a bundle for
later gets it now. One bad element of a bundle costs that element: a fault says which address it
had, as far as that could be read.

Numbers need not be finite. Minus infinity is how some desks say a closed fader, and what else
cannot be meant is refused by the scale of the value (`bridge.daw.scale`), which knows the control.

Accepted type tags: ``i f s b h d T F N I``. Refused: time tags, MIDI, arrays and the rest, which
nothing in our namespaces means. Blobs are how desks say their meters; what is in one only the
dialect knows. Text that is not UTF-8 is read as Latin-1, as older DAWs on
Windows send it: a track name with an umlaut wrong is better than a track without a name.
"""

import re
from dataclasses import dataclass
from struct import Struct
from typing import Final, NamedTuple

from bridge.errors import OscDecodeError
from bridge.osc.message import OscArg, OscMessage

MAX_DATAGRAM_BYTES: Final = 65_535
"""More than UDP can carry over IPv4 (65,507): a program may say a whole mix in one bundle."""

MAX_DEPTH: Final = 4
"""Bundles within bundles; one level is what programs send."""

MAX_MESSAGES: Final = 2048
"""Messages of one datagram: bounds what one datagram can make us do. As many as the largest one
holds, at 32 bytes each: shorter ones say nothing of a mix."""

MAX_ARGS: Final = 256
"""Arguments of one message. Ours have at most 15; of Live's EQ Eight come 84 parameters at once,
and of 32 tracks four values each."""

MAX_ADDRESS_BYTES: Final = 255
"""Our longest address has about 30 bytes; addresses are keys of bounded caches."""

# Printable ASCII without the characters that OSC 1.0 reserves for patterns, type tags and bundles.
_ADDRESS: Final = re.compile(rb"/[^\x00-\x20#*,?\[\]{}\x7f-\xff]+")
_BUNDLE: Final = b"#bundle\0"
_BUNDLE_HEADER_BYTES: Final = 16  # the word and a time tag
_SHOWN_BYTES: Final = 64
_SIZE: Final = Struct(">i")
_NUMBERS: Final = {
    ord("i"): Struct(">i"),
    ord("f"): Struct(">f"),
    ord("h"): Struct(">q"),
    ord("d"): Struct(">d"),
}
_CONSTANTS: Final = {ord("T"): True, ord("F"): False, ord("N"): None, ord("I"): None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A message, a bundle or a datagram that is not OSC that we accept.

    Attributes:
        reason: What is wrong, in a sentence.
        address: Of the message, as far as it could be read; else empty.
        data: How the message or the datagram begins.
    """

    reason: str
    address: str = ""
    data: bytes = b""


class _Element(NamedTuple):
    start: int
    end: int
    depth: int


def decode(datagram: bytes) -> list[OscMessage]:
    """Decode a datagram of a sender that is known to say nothing wrong.

    Raises:
        OscDecodeError: If any part of it is not OSC that we accept.
    """
    messages, faults = decode_each(datagram)
    if faults:
        raise OscDecodeError(faults[0].reason)
    return messages


def decode_each(datagram: bytes) -> tuple[list[OscMessage], list[Fault]]:
    """Decode the messages of a datagram, bundles flattened in their order, and what is wrong."""
    size = len(datagram)
    whole = _Element(0, size, 0)
    if size > MAX_DATAGRAM_BYTES:
        reason = f"A datagram may have {MAX_DATAGRAM_BYTES} bytes, got {size}."
        return [], [_fault(reason, datagram, whole)]
    if size == 0 or size % 4:
        reason = f"A datagram has a multiple of 4 bytes, got {size}."
        return [], [_fault(reason, datagram, whole)]
    messages: list[OscMessage] = []
    faults: list[Fault] = []
    pending = [whole]
    while pending:
        element = pending.pop()
        try:
            if datagram.startswith(_BUNDLE, element.start, element.end):
                elements, rest = _elements_of(datagram, element)
                pending.extend(reversed(elements))
                if rest is not None:
                    raise rest
            elif len(messages) + len(faults) >= MAX_MESSAGES:
                raise OscDecodeError(f"A datagram may hold {MAX_MESSAGES} messages, got more.")
            else:
                messages.append(_message(datagram, element.start, element.end))
        except OscDecodeError as error:
            faults.append(_fault(str(error), datagram, element))
            if len(messages) + len(faults) > MAX_MESSAGES:
                break
    return messages, faults


def _fault(reason: str, datagram: bytes, element: _Element) -> Fault:
    end = datagram.find(b"\0", element.start, element.end)
    address = datagram[element.start : end if end > 0 else element.end]
    is_readable = len(address) <= MAX_ADDRESS_BYTES and _ADDRESS.fullmatch(address)
    return Fault(
        reason=reason,
        address=address.decode("ascii") if is_readable else "",
        data=datagram[element.start : min(element.end, element.start + _SHOWN_BYTES)],
    )


def _elements_of(datagram: bytes, bundle: _Element) -> tuple[list[_Element], OscDecodeError | None]:
    """Find the elements of a bundle, and what is wrong behind the last of them.

    Their bounds are certain; their content is not looked at.
    """
    if bundle.depth == MAX_DEPTH:
        return [], OscDecodeError(f"Bundles may be nested {MAX_DEPTH} deep, got more.")
    position = bundle.start + _BUNDLE_HEADER_BYTES
    if position > bundle.end:
        return [], OscDecodeError("A bundle ends before its time tag does.")
    elements: list[_Element] = []
    while position < bundle.end:
        (size,) = _SIZE.unpack_from(datagram, position)
        position += 4
        if size <= 0 or size % 4 or size > bundle.end - position:
            return elements, OscDecodeError(
                f"A bundle element has a positive multiple of 4 bytes, at most the "
                f"{bundle.end - position} that are left; got {size}."
            )
        elements.append(_Element(position, position + size, bundle.depth + 1))
        position += size
    return elements, None


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
            position += number.size
            args.append(value)
        elif tag == ord("s"):
            text, position = _string(datagram, position, end, f"argument {len(args) + 1}")
            args.append(_text(text))
        elif tag == ord("b"):
            blob, position = _blob(datagram, position, end, len(args) + 1)
            args.append(blob)
        elif tag in _CONSTANTS:
            args.append(_CONSTANTS[tag])
        else:
            raise OscDecodeError(f"Type tags are of i f s b h d T F N I; got {chr(tag)!r}.")
    if position != end:
        raise OscDecodeError(f"The message has {end - position} bytes after its last argument.")
    return tuple(args)


def _blob(datagram: bytes, start: int, end: int, number: int) -> tuple[bytes, int]:
    """A blob without its padding, and where the next thing begins."""
    size = _SIZE.unpack_from(datagram, start)[0] if start + 4 <= end else -1
    after = start + 4 + (size + 3 & ~3)
    if size < 0 or after > end:
        raise OscDecodeError(f"The blob of argument {number} is longer than the message.")
    return datagram[start + 4 : start + 4 + size], after


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
