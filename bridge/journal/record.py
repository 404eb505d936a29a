"""Where a runner keeps every step that it makes."""

from typing import Protocol

from bridge.engine.results import StepResult
from bridge.mix.messages import Event, RewardReceived


class Record(Protocol):
    """Where every step is kept: the journal, or a list where a trace is played."""

    @property
    def trouble(self) -> str:
        """Why nothing can be kept now, in one sentence; empty while all is well."""

    def settle(self, reward: RewardReceived) -> bool:
        """Answer a reward that the engine must not see; True where that is done."""

    def append(self, event: Event, result: StepResult, memory: bytes | None) -> None:
        """Keep one step: what the engine was given, what it answered, what it has learnt."""
