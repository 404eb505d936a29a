"""What `mixbridge run` says in the terminal: what it waits for, what is missing, and each move."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from bridge.doctor import Finding, Level
from bridge.engine.ledger import strips_of
from bridge.mix.controls import control_name, value_in_words
from bridge.mix.messages import MoveState
from bridge.mix.notices import MoveReported, Notice, RewardCredited
from bridge.runtime.runner import Runner

GRACE_S: Final = 3.0
"""A DAW that runs already is there within this; before, nothing is missing."""

REMINDER_S: Final = 60.0

_WORDS: Final = {
    MoveState.PROPOSED: "Suggestion",
    MoveState.APPLIED: "Move",
    MoveState.UNCONFIRMED: "The DAW did not confirm",
    MoveState.REVERTED: "Taken back:",
    MoveState.SKIPPED: "Skipped:",
    MoveState.EXPIRED: "No answer to",
}
"""A confirmed move says nothing new."""

_WITH_REASON: Final = frozenset((MoveState.PROPOSED, MoveState.APPLIED))
_NOISY_LIBRARIES: Final = ("uvicorn", "websockets", "asyncio")

_log = logging.getLogger("bridge")


def quiet_libraries() -> None:
    """Let libraries be heard only where something is wrong."""
    for name in _NOISY_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


class RunLog:
    """Says one line a move, and while there is no DAW what is missing.

    Args:
        runner: The bridge.
        waits_for: The DAW and where it should be, as a person calls it.
        examine: The doctor's findings of that DAW; takes a second, and is called on a thread.
    """

    def __init__(
        self, runner: Runner, *, waits_for: str, examine: Callable[[], Iterable[Finding]]
    ) -> None:
        self._runner = runner
        self._waits_for = waits_for
        self._examine = examine
        self._missing: tuple[str, ...] = ()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to report."""
        self._runner.watchers.append(self._report)
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """Stop waiting."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        await asyncio.sleep(GRACE_S)
        while True:
            if self._runner.engine.status[0] == "offline":
                await self.explain()
            await asyncio.sleep(REMINDER_S)

    async def explain(self) -> None:
        """Say which DAW is waited for, and what the doctor finds missing, where that is news."""
        findings = await asyncio.to_thread(lambda: list(self._examine()))
        missing = tuple(
            f"{finding.subject}: {finding.text}" + (f" -> {finding.remedy}" * bool(finding.remedy))
            for finding in findings
            if finding.level is not Level.OK
        )
        _log.info("Waiting for %s.", self._waits_for)
        if missing != self._missing:
            self._missing = missing
            for line in missing:
                _log.info("  %s", line)

    def _report(self, notice: Notice) -> None:
        if isinstance(notice, MoveReported) and notice.state in _WORDS:
            what = f"{notice.move}, {self._move_in_words(notice)}"
            reason = f". {notice.reason}" if notice.state in _WITH_REASON else ""
            _log.info("%s %s%s", _WORDS[notice.state], what, reason)
        elif isinstance(notice, RewardCredited) and notice.value != 0.0:
            word = "Good" if notice.value > 0.0 else "Bad"
            _log.info("%s is saved, %s", word, f"for {notice.move}" if notice.move else "for none")

    def _move_in_words(self, move: MoveReported) -> str:
        """Whose control goes where, in one phrase."""
        name = " + ".join(strips_of(move, self._runner.engine.mix.name_of))
        start, end = (
            value_in_words(move.param, value) for value in (move.from_value, move.to_value)
        )
        return f"{name} {control_name(move.param)}: {start} to {end}"
