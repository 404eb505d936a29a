"""An OSC message: an address and its arguments."""

from dataclasses import dataclass

OscArg = int | float | str | bool | None
"""``i h`` are int, ``f d`` float, ``s`` str, ``T F`` bool; ``N I`` carry no value: None."""


@dataclass(frozen=True, slots=True)
class OscMessage:
    """One message, without its datagram.

    Attributes:
        address: Printable ASCII that begins with ``/`` and has no pattern characters.
        args: The arguments in order.
    """

    address: str
    args: tuple[OscArg, ...] = ()
