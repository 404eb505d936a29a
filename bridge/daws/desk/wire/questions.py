"""Questions to a desk: so many in flight, so many a second, asked again where an answer is lost.

A desk sends faster than Wi-Fi carries, and a router drops what is too much without a word: a window
of a few questions and a pace that every client of these desks keeps are the whole of it.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from bridge.osc.message import OscMessage

WINDOW: Final = 12
"""Questions in flight; a system's smallest socket holds some 256 answers."""

PER_S: Final = 350.0
"""Questions a second, over a moment; with `WINDOW` at once under 400 in any second."""

_PATIENCE_S: Final = 0.2
_TRIES: Final = 5
_REMEMBERED: Final = 64
_JUDGED: Final = 500
_ENOUGH: Final = 100


class Questions:
    """What is to be asked, what is in flight, and what was never answered.

    Attributes:
        unanswered: Addresses that so many questions brought no answer for.
    """

    def __init__(self) -> None:
        self.unanswered: set[str] = set()
        self._waiting: deque[str] = deque()
        self._is_waiting: set[str] = set()
        self._flight: dict[str, tuple[float, int]] = {}
        self._tries: dict[str, int] = {}
        self._credit = float(WINDOW)
        self._at = float("-inf")
        self._round_trips_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._outcomes: deque[str] = deque(maxlen=_JUDGED)

    @property
    def is_done(self) -> bool:
        """Whether nothing waits and nothing is in flight."""
        return not self._is_waiting and not self._flight

    @property
    def round_trips_s(self) -> tuple[float, ...]:
        """How long the last answers took, seconds."""
        return tuple(self._round_trips_s)

    @property
    def lost_share(self) -> float:
        """Share of the last questions that brought no answer in time; 0 while there are few.

        What an answer is still to come for counts later, and what the desk does not know not at
        all.
        """
        if not any(self._outcomes):
            return 0.0
        pending = self.open
        over = [each for each in self._outcomes if each not in pending]
        return sum(map(bool, over)) / len(over) if len(over) >= _ENOUGH else 0.0

    def clear(self) -> None:
        """Ask for nothing more."""
        self._waiting.clear()
        self._is_waiting.clear()
        self._flight.clear()
        self._tries.clear()
        self.unanswered.clear()

    def add(self, addresses: Iterable[str], *, is_urgent: bool = False) -> None:
        """Ask for these; what waits or is in flight already is not asked twice."""
        for address in addresses:
            if address in self._flight or (address in self._is_waiting and not is_urgent):
                continue
            self.unanswered.discard(address)
            self._tries.pop(address, None)
            self._is_waiting.add(address)
            if is_urgent:
                self._waiting.appendleft(address)
            else:
                self._waiting.append(address)

    def drop(self, addresses: Iterable[str]) -> None:
        """The desk does not know these: ask no more, and nothing of them was lost."""
        unknown = set(addresses)
        for address in unknown:
            self._is_waiting.discard(address)
            self._flight.pop(address, None)
            self._tries.pop(address, None)
        self._outcomes = deque(
            (each for each in self._outcomes if each not in unknown), maxlen=_JUDGED
        )

    @property
    def open(self) -> set[str]:
        """What waits to be asked, and what an answer is still to come for."""
        return self._is_waiting | self._flight.keys()

    def tries(self, address: str) -> int:
        """How often an address has been asked for that has brought no answer yet."""
        return self._tries.get(address, _TRIES if address in self.unanswered else 0)

    def receive(self, address: str, at: float) -> bool:
        """Whether a message is the answer to a question in flight."""
        sent = self._flight.pop(address, None)
        if sent is None:
            return False
        self._tries.pop(address, None)
        self._outcomes.append("")
        if sent[1] == 1:  # of a question that was repeated nobody knows which one is answered
            self._round_trips_s.append(at - sent[0])
        return True

    def due(self, at: float) -> list[OscMessage]:
        """The questions that may leave now."""
        self._refill(at)
        self._abandon(at)
        out = []
        while self._waiting and len(self._flight) < WINDOW and self._credit >= 1.0:
            address = self._waiting.popleft()
            if address not in self._is_waiting:
                continue  # asked already, out of its turn
            self._is_waiting.discard(address)
            self._tries[address] = self._tries.get(address, 0) + 1
            self._flight[address] = at, self._tries[address]
            self._credit -= 1.0
            out.append(OscMessage(address))
        return out

    def due_s(self, at: float) -> float | None:
        """How long until another question may leave; None where only an answer can bring one."""
        if not self._waiting or len(self._flight) >= WINDOW:
            return None
        return max(0.0, (1.0 - self._credit) / PER_S - max(0.0, at - self._at))

    def _refill(self, at: float) -> None:
        passed_s = max(0.0, at - self._at) if self._at > float("-inf") else 0.0
        self._credit = min(float(WINDOW), self._credit + passed_s * PER_S)
        self._at = at

    @property
    def _patience_s(self) -> float:
        slowest = max(self._round_trips_s, default=0.0)
        return max(_PATIENCE_S, 2.0 * slowest)

    def _abandon(self, at: float) -> None:
        """Ask again for what was not answered in time, with growing patience; at last do not."""
        late = [
            (address, tries)
            for address, (sent_at, tries) in self._flight.items()
            if at - sent_at >= self._patience_s * min(tries, 3)
        ]
        for address, tries in late:
            del self._flight[address]
            self._outcomes.append(address)
            if tries >= _TRIES:
                self._tries.pop(address, None)
                self.unanswered.add(address)
            else:
                self._is_waiting.add(address)
                self._waiting.append(address)
