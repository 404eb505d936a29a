"""Requests: what people ask the bridge for over OSC, and how each is answered.

A press is taken once, a release does nothing, and a refusal is told to its sender, whether the
message could not be understood or the engine did not grant it.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from bridge.daw import surface
from bridge.errors import DialectError
from bridge.mix.messages import PersonEvent
from bridge.mix.notices import Notice, RewardCredited
from bridge.osc.decode import Fault
from bridge.osc.message import OscMessage
from bridge.runtime.complaints import Address, Complaints
from bridge.runtime.remotes import Remotes

Value = TypeVar("Value")

_NAMESPACE: Final = (surface.PREFIX, surface.PREFIX.rstrip("/"))


class Host(Protocol):
    """What a request may need of the bridge."""

    def request(self, request: PersonEvent) -> PersonEvent:
        """Put a request before the engine; returns it as the engine will get it."""

    def greeting(self) -> list[OscMessage]:
        """What somebody is told who says hello."""

    def facts(self, at: float) -> dict[str, str | float]:
        """What is known of the DAW beyond the mix."""

    def stats(self) -> dict[str, int]:
        """Every counter by its name."""

    def notify(self, notice: Notice) -> None:
        """Tell everyone."""


def is_request(address: str) -> bool:
    """Whether an address is of the namespace of requests, in whatever case it is written."""
    return address[: len(surface.PREFIX)].lower() in _NAMESPACE


class Requests:
    """Decodes requests, and remembers who asked for what until the engine has answered."""

    def __init__(self, host: Host, remotes: Remotes, *, complaints: Complaints) -> None:
        self._host = host
        self._remotes = remotes
        self._complaints = complaints
        self._counters = remotes.counters
        self._presses = surface.Presses()
        self._askers: dict[int, Address] = {}  # by the `id` of the event that waits

    def receive(self, message: OscMessage, sender: Address, at: float) -> None:
        """Do what a message of the namespace asks for, or refuse it in a sentence."""
        try:
            asked = surface.decode_request(message, at=at)
        except DialectError as error:
            self.refuse(str(error), sender, at)
            return
        match asked:
            case None:
                pass
            case surface.Hello():
                remote = (sender[0], asked.port)
                self._remotes.admit(remote, source=sender)
                self._answer(remote, self._host.greeting())
            case surface.Inquiry() | surface.StatsInquiry():
                if self._remotes.is_told(sender) or self._remotes.may_answer(sender, at):
                    self._answer((sender[0], asked.port or sender[1]), self._knowledge(asked, at))
            case surface.Release():
                self._counters.releases += 1
            case surface.NeutralReward(reward_id=reward_id):
                self._counters.neutral_rewards += 1
                if reward_id:  # whoever sends an id waits for the answer
                    self._host.notify(RewardCredited(reward_id=reward_id, move="", value=0.0))
            case _ if self._presses.is_new(message.address, asked, sender):
                self._askers[id(self._host.request(asked))] = sender
            case _:
                self._counters.repeated_presses += 1

    def refuse(self, text: str, sender: Address, at: float) -> None:
        """Refuse what somebody asks for, in a sentence to them and to everyone who said hello."""
        self._complaints.record(text, sender, at)
        self._remotes.refuse(text, sender, at)

    def refuse_undecodable(self, fault: Fault, sender: Address, at: float) -> None:
        """Refuse a request whose arguments are no OSC; a panic needs its address only."""
        if fault.address == surface.PANIC:
            self.receive(OscMessage(surface.PANIC), sender, at)
        else:
            self.refuse(f"{fault.address}: {fault.reason}", sender, at)

    def release_asker(self, event: object) -> Address | None:
        """Return who asked for an event that is before the engine now; None for nobody by OSC."""
        return self._askers.pop(id(event), None)

    def _knowledge(
        self, asked: surface.Inquiry | surface.StatsInquiry, at: float
    ) -> list[OscMessage]:
        if isinstance(asked, surface.Inquiry):
            return _pairs(surface.fact, self._host.facts(at), ("", ""))
        return _pairs(surface.stat, self._host.stats(), ("", 0))

    def _answer(self, asker: Address, messages: Iterable[OscMessage]) -> None:
        for message in messages:
            self._remotes.send(message, asker)


def _pairs(
    make: Callable[[str, Value], OscMessage], values: dict[str, Value], end: tuple[str, Value]
) -> list[OscMessage]:
    """Names and values as messages, and the one that has no name behind them."""
    return [make(name, value) for name, value in (*values.items(), end)]
