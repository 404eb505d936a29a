"""An encoder of OSC 1.0 packets: ``i``, ``f`` and ``s``, which every receiver knows, and ``b``.

What does not depend on the arguments' values (address, type tags, layout) is worked out once and
kept, so that a fader move costs a look-up and a `struct.pack`.
"""

import math
import struct
from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from typing import Final

from bridge.osc.message import OscArg, OscBundle, OscMessage, OscPacket

_MAX_LAYOUTS: Final = 16_384
"""1,024 tracks with a dozen addresses each, and some."""


_BUNDLE_NOW: Final = b"#bundle\0" + struct.pack(">Q", 1)
"""The head of a bundle; OSC 1.0: the time tag 1 means immediately."""


def encode(packet: OscPacket) -> bytes:
    """The datagram of a message, or of a bundle of them.

    Raises:
        ValueError: If an argument is no int32, finite float32, text without zero characters or
            bytes, or the address is not ASCII: a mistake in this program, since dialects check what
            they say.
    """
    if isinstance(packet, OscBundle):
        elements = (_message(message) for message in packet.messages)
        return _BUNDLE_NOW + b"".join(
            struct.pack(">i", len(element)) + element for element in elements
        )
    return _message(packet)


def _message(message: OscMessage) -> bytes:
    header, numbers = _layout(message.address, tuple(map(type, message.args)))
    if numbers is not None:
        return header + _packed(numbers, message.args)
    fields = [_bytes(arg) for arg in message.args]
    codes = (
        f"{len(field)}s" if isinstance(field, bytes) else _tag(type(field)) for field in fields
    )
    return header + _packed(Struct(f">{''.join(codes)}"), fields)


def _packed(layout: Struct, fields: Sequence[OscArg | bytes]) -> bytes:
    try:
        packed = layout.pack(*fields)
    except (struct.error, OverflowError):
        packed = None
    if packed is None or not all(
        math.isfinite(field) for field in fields if isinstance(field, float)
    ):
        raise ValueError(f"OSC numbers are int32 or finite float32, got {fields}.")
    return packed


@lru_cache(maxsize=_MAX_LAYOUTS)
def _layout(address: str, kinds: tuple[type, ...]) -> tuple[bytes, Struct | None]:
    """Address and type tags as bytes, and the arguments' layout where all are numbers."""
    if not address.startswith("/") or not address.isascii():
        raise ValueError(f"An OSC address is ASCII and begins with '/', got {address!r}.")
    tags = "".join(map(_tag, kinds))
    header = _padded(address) + _padded(f",{tags}")
    return header, None if set(tags) & {"s", "b"} else Struct(f">{tags}")


def _tag(kind: type) -> str:
    if not issubclass(kind, bool):
        for base, tag in ((float, "f"), (int, "i"), (str, "s"), (bytes, "b")):
            if issubclass(kind, base):
                return tag
    raise ValueError(f"An OSC argument is int, float, str or bytes, got {kind.__name__}.")


def _bytes(arg: OscArg) -> OscArg | bytes:
    """Text and blobs as they stand on the wire; a number is packed with the others."""
    if isinstance(arg, bytes):
        return struct.pack(">i", len(arg)) + arg + b"\0" * (-len(arg) % 4)
    return _padded(arg) if isinstance(arg, str) else arg


def _padded(text: str) -> bytes:
    raw = text.encode()
    if b"\0" in raw:
        raise ValueError(f"OSC text ends at its first zero character, got {text!r}.")
    return raw + b"\0" * (4 - len(raw) % 4)
