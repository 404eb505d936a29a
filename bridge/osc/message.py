"""An OSC message: an address and its arguments; and a bundle of several in one datagram."""

from dataclasses import dataclass

OscArg = int | float | str | bool | bytes | None
"""``i h`` are int, ``f d`` float, ``s`` str, ``T F`` bool, ``b`` bytes; ``N I`` are None."""


@dataclass(frozen=True, slots=True)
class OscMessage:
    """One message, without its datagram.

    Attributes:
        address: Printable ASCII that begins with ``/`` and has no pattern characters.
        args: The arguments in order.
    """

    address: str
    args: tuple[OscArg, ...] = ()


@dataclass(frozen=True, slots=True)
class OscBundle:
    """Messages that arrive together or not at all, for whoever takes a datagram in one go.

    Attributes:
        messages: In order; its time tag says "now".
    """

    messages: tuple[OscMessage, ...]

    @property
    def address(self) -> str:
        """What a bundle begins with, for a log."""
        return "#bundle"


OscPacket = OscMessage | OscBundle
"""What one datagram says."""
