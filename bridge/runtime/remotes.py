"""Remotes: who is told what happens, and who is answered without having said hello.

Whoever says hello is told everything. Whoever asks for something wrong is answered where they
asked from: the first ten minutes with a new remote are made of such mistakes. Over UDP a sender's
address proves nothing, so these answers are few: so many a second for one sender and for all, and
none to ourselves.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from bridge.daw.surface import error
from bridge.osc.message import OscMessage, OscPacket
from bridge.runtime.complaints import Address, Bucket
from bridge.runtime.counters import Counters

ANSWERS_PER_S: Final = 4
"""To one sender that has not said hello; a person reads no faster."""

ALL_ANSWERS_PER_S: Final = 20
"""To all of them together: what somebody could make us send to an address that is not theirs."""

_MOST_REMOTES: Final = 32
_MOST_ASKERS: Final = 64


class DawDoor(Protocol):
    """A socket that is the DAW's alone: what comes there is the DAW's word and nothing else."""

    @property
    def peer(self) -> Address | None:
        """Who is the DAW although it speaks at the port where people do: only in a trace."""

    def send(self, packet: OscPacket) -> None:
        """Say something to the DAW; nothing while it is not found."""

    def close(self) -> None:
        """Part from it."""


class SideDoor(Protocol):
    """A way to a script inside the DAW, beside the DAW's own OSC."""

    @property
    def prefix(self) -> str:
        """Messages of the dialect to addresses that begin so go there."""

    def send(self, message: OscMessage) -> None:
        """Ask the script for something; does not wait."""

    def notify(self, message: OscMessage) -> None:
        """Hear what everyone who said hello is told; does not wait."""

    def close(self) -> None:
        """End it; may wait for the disk."""


class Remotes:
    """Who said hello, from where, and how many answers the others may still get.

    Args:
        send: Sends a message to an address.
        counters: Where refusals are counted.

    Attributes:
        own: Our address: what comes from there is not answered.
        side_door: Where the DAW has one: it is told what remotes are.
    """

    def __init__(self, send: Callable[[OscMessage, Address], None], counters: Counters) -> None:
        self.own: Address = ("", 0)
        self.side_door: SideDoor | None = None
        self.send = send
        self.counters = counters
        self._hellos: OrderedDict[Address, Address] = OrderedDict()
        self._askers: OrderedDict[Address, Bucket] = OrderedDict()
        self._all = Bucket(per_s=ALL_ANSWERS_PER_S, burst=ALL_ANSWERS_PER_S)

    def admit(self, remote: Address, *, source: Address) -> None:
        """Remember who wants to be told; the one unheard of for longest gives way.

        Args:
            remote: Where it listens.
            source: Where its hello came from.
        """
        self._hellos[remote] = source
        self._hellos.move_to_end(remote)
        while len(self._hellos) > _MOST_REMOTES:
            self._hellos.popitem(last=False)

    def is_told(self, sender: Address) -> bool:
        """Whether that sender is told everything: it said hello, or is a script inside the DAW."""
        return not sender[1] or sender in self._hellos or sender in self._hellos.values()

    def may_answer(self, sender: Address, at: float) -> bool:
        """Whether one more answer may go to a sender that is not told everything."""
        is_here = sender[0] == self.own[0] or sender[0].startswith("127.")
        if is_here and sender[1] == self.own[1]:
            return False
        bucket = self._askers.get(sender)
        if bucket is None:
            bucket = self._askers[sender] = Bucket(per_s=ANSWERS_PER_S, burst=ANSWERS_PER_S)
            if len(self._askers) > _MOST_ASKERS:
                self._askers.popitem(last=False)
        return bucket.spend(at) and self._all.spend(at)

    def broadcast(self, message: OscMessage) -> None:
        """Tell everyone who said hello."""
        if self.side_door is not None:
            self.side_door.notify(message)
        for remote in self._hellos:
            self.send(message, remote)

    def refuse(self, text: str, sender: Address, at: float) -> None:
        """Tell everyone, and the sender of a request, why it was refused; count what is not told.

        Args:
            text: One sentence.
            sender: Where the request came from.
            at: Monotonic seconds.
        """
        self.counters.refused += 1
        if self.is_told(sender):
            self.broadcast(error(text))
        elif self.may_answer(sender, at):
            self.broadcast(error(text))
            if self._all.is_spent or self._askers[sender].is_spent:
                text += (
                    f" At most {ANSWERS_PER_S} refusals a second are sent; the rest are counted."
                )
            self.send(error(text), sender)
        else:
            self.counters.unanswered_errors += 1
