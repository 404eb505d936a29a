"""Writes to a desk, and the questions that show what became of them.

A write has no acknowledgement, an X32 does not tell a writer of its own writes, and both writes and
answers get lost. So the last write of every ramp is asked for, twice: the first question may
overtake the write.
"""

from collections import deque
from typing import Final

from bridge.mix.params import Param
from bridge.osc.message import OscMessage, OscPacket

_ASK_AFTER_S: Final = (0.15, 0.4)
_AWAITED_S: Final = 1.5
_OURS_S: Final = 1.5
_ONE_PLACE: Final = 1.5
"""In places of the control's grid: firmware may round down."""

_PLACES: Final = {Param.GAIN: 1023, Param.PAN: 100}
_EQ_PLACES: Final = 120


def is_write(packet: OscPacket) -> bool:
    """Whether a message sets something of an input: it leaves by a socket of its own."""
    return (
        isinstance(packet, OscMessage)
        and bool(packet.args)
        and packet.address.startswith(("/ch/", "/auxin/", "/rtn/"))
    )


class DeskWrites:
    """What was written lately, and what of it is still to be asked for."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._recent: deque[tuple[float, str, float, float]] = deque(maxlen=256)
        self._due: list[tuple[float, str]] = []
        self._awaited: dict[str, float] = {}

    def write(
        self, param: Param, address: str, position: float, *, at: float, is_last: bool
    ) -> tuple[OscMessage, ...]:
        """The message of a write; none where the desk was asked for that place already.

        Args:
            param: What is written.
            address: Where it stands.
            position: A place of its grid, 0 to 1.
            at: Monotonic seconds.
            is_last: Whether the ramp ends here: then it is written in any case, and asked for.
        """
        if not is_last and self._last.get(address) == position:
            return ()
        self._last[address] = position
        near = _ONE_PLACE / _PLACES.get(param, _EQ_PLACES)
        self._recent.append((at, address, position, near))
        self._due = [each for each in self._due if each[1] != address]
        if is_last:
            self._last.pop(address)
            self._due += [(at + after, address) for after in _ASK_AFTER_S]
            self._awaited[address] = at + _AWAITED_S
        return (OscMessage(address, (position,)),)

    def due(self, at: float) -> list[str]:
        """The addresses that are to be asked for now."""
        now = [address for due, address in self._due if due <= at]
        self._due = [each for each in self._due if each[0] > at]
        self._awaited = {a: until for a, until in self._awaited.items() if until > at}
        return now

    def is_awaited(self, address: str) -> bool:
        """Whether what the desk holds there is to be told although it is nothing new."""
        return address in self._awaited

    def is_ours(self, address: str, position: float, at: float) -> bool:
        """Whether a value is one that we wrote there lately."""
        return any(
            where == address and abs(written - position) <= near
            for written_at, where, written, near in self._recent
            if at - written_at <= _OURS_S
        )

    def clear(self) -> None:
        """Another scene: nothing that was written stands."""
        self._last.clear()
        self._recent.clear()
        self._due.clear()
        self._awaited.clear()
