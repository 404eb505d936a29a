"""The journal: what happened, what was decided, what was learnt; safe before it is acknowledged.

Everything here is called on the loop, and nothing of it waits for the disk: `journal_writer` does.

What may be relied on:

- A reward is acknowledged after the transaction that holds it, the events before it and what was
  learnt from it is on disk. It is then never lost, and never counted twice.
- What was learnt and is not on disk stays in memory and is tried again until it is, or until the
  bridge ends; `Journal.close` says so in a sentence. After a crash the bridge knows what was on
  disk, and that is a state in which it has been: never half of a step.
- While nothing can be written, `Journal.trouble` says why, and rewards are refused before they
  teach. Moves, hands, freeze and panic need no journal.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import bridge
from bridge.engine.results import StepResult
from bridge.errors import JournalError
from bridge.journal.store import Store, utc_now, why
from bridge.journal.writer import Entry, JournalReport, Writer, waiting
from bridge.mix.messages import Event, RewardReceived
from bridge.mix.notices import RequestRefused, RewardCredited

REMEMBERED_REWARDS: Final = 100_000
"""A retry that comes later than this many other rewards would be taken for a new one."""

CAPACITY: Final = 8192
"""Events that may wait for the disk: minutes of a busy session, some 50 MB at 128 tracks."""


class Journal:
    """One session's journal in an open profile.

    Args:
        store: The open profile; the journal closes it.
        config_json: The settings that made the engine, for a replay.
        memory: What the engine was given by `load_memory`; None where nothing was.
        loop: On which `listen` is called, and every method of the journal.
        listen: Takes each report that tells something new; never called from inside a method.
        capacity: Events that may wait for the disk; further ones are not recorded.

    Attributes:
        trouble: Why nothing can be written now, in one sentence; empty while all is well.
        lost_events: Events of this session that were not recorded, for want of room.

    Raises:
        JournalError: If the session's header cannot be written.
    """

    def __init__(
        self,
        store: Store,
        *,
        config_json: str,
        memory: bytes | None,
        loop: asyncio.AbstractEventLoop,
        listen: Callable[[JournalReport], None],
        capacity: int = CAPACITY,
    ) -> None:
        self.trouble = ""
        self.lost_events = 0
        self._store = store
        self._loop = loop
        self._listen = listen
        self._due: dict[str, int] = {}  # answers owed, by id, for rewards not on disk yet
        try:
            self._seq = _last_seq(store.connection)
            self._on_disk = _known_rewards(store.connection)
            header = (
                store.session, utc_now(), bridge.__version__, config_json, self._seq + 1, memory
            )  # fmt: skip
            store.connection.execute(
                "INSERT INTO sessions (session, started, version, config, first_seq, memory)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                header,
            )
        except sqlite3.Error as error:
            raise JournalError(
                f"The store {store.path} cannot begin a session: {why(error)}."
            ) from error
        self._writer = Writer(store, capacity=capacity, post=self._post)

    def settle(self, reward: RewardReceived) -> bool:
        """Answer a reward that the engine must not see; ask before each one.

        That is a retry, which is acknowledged again once the original is on disk, and any reward
        while nothing can be written, which is refused.

        Returns:
            Whether the reward has been dealt with; False: hand it to the engine, then `append`.
        """
        if known := self._on_disk.get(reward.reward_id):
            self._report_trouble(JournalReport(acknowledged=(known,), trouble=self.trouble))
        elif self.trouble:
            if reward.reward_id in self._due:
                refusal = waiting(reward.reward_id, self.trouble)
            else:
                name = f"reward {reward.reward_id}" if reward.reward_id else "reward"
                refusal = RequestRefused(
                    text=f"{name}: not accepted; send it again. {self.trouble}"
                )
            self._report_trouble(JournalReport(refused=(refusal,), trouble=self.trouble))
        elif reward.reward_id in self._due:
            self._due[reward.reward_id] += 1
        else:
            return False
        return True

    def append(self, event: Event, result: StepResult, memory: bytes | None) -> None:
        """Record one step of the engine.

        Args:
            event: What the engine was given.
            result: What it answered.
            memory: `Engine.memory` after the step where the step changed it, else None.
        """
        self._seq += 1
        credited = tuple(note for note in result.notices if isinstance(note, RewardCredited))
        for reward in credited:
            if reward.reward_id:
                self._due[reward.reward_id] = 1
        entry = Entry(
            seq=self._seq,
            event=event,
            decisions=result.decisions,
            lessons=result.lessons,
            credited=credited,
            memory=memory,
        )
        if not self._writer.add(entry):
            self._record_less(entry)

    def close(self) -> str:
        """Write what waits, mark the end, and let others have the profile.

        Waits for the disk, 10 s at most: call it in a thread (`asyncio.to_thread`) where the loop
        goes on. The last acknowledgements are posted to the loop.

        Returns:
            Why something could not be written, in a sentence; empty where all was.
        """
        left = self._writer.close()
        if not self._writer.is_alive:
            self._store.close()
        return left

    def _record_less(self, entry: Entry) -> None:
        """There is no room for the event: keep what must not be lost."""
        self.lost_events += 1
        if entry.is_urgent:
            self._writer.add(entry.without_event())
        if not self.trouble:
            self._report_trouble(
                JournalReport(
                    trouble="The disk is too slow for the journal; some events are not recorded, "
                    "and this session can be replayed only up to here."
                )
            )

    def _post(self, report: JournalReport) -> None:
        """Bring a report from the writer's thread to the loop, if that still runs."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._receive_report, report)

    def _receive_report(self, report: JournalReport) -> None:
        acknowledged: list[RewardCredited] = []
        for reward in report.acknowledged:
            acknowledged += [reward] * self._due.pop(reward.reward_id, 1)
            if reward.reward_id:
                self._on_disk[reward.reward_id] = reward
        while len(self._on_disk) > REMEMBERED_REWARDS:
            del self._on_disk[next(iter(self._on_disk))]
        if acknowledged or report.refused or report.trouble != self.trouble:
            self.trouble = report.trouble
            self._listen(
                JournalReport(
                    acknowledged=tuple(acknowledged),
                    refused=report.refused,
                    trouble=report.trouble,
                )
            )

    def _report_trouble(self, report: JournalReport) -> None:
        self.trouble = report.trouble
        self._loop.call_soon(self._listen, report)


def _last_seq(connection: sqlite3.Connection) -> int:
    """The highest number that a step has; some steps have no event."""
    tables = ("events", "decisions", "rewards", "lessons")
    query = " UNION ALL ".join(f"SELECT max(seq) AS seq FROM {table}" for table in tables)  # noqa: S608 - names
    return int(connection.execute(f"SELECT coalesce(max(seq), 0) FROM ({query})").fetchone()[0])  # noqa: S608 - names


def _known_rewards(connection: sqlite3.Connection) -> dict[str, RewardCredited]:
    """The newest rewards by their id, oldest first."""
    newest_first = connection.execute(
        "SELECT reward_id, move, value FROM rewards WHERE reward_id IS NOT NULL"
        " ORDER BY seq DESC, place DESC LIMIT ?",
        (REMEMBERED_REWARDS,),
    ).fetchall()
    return {
        reward_id: RewardCredited(reward_id=reward_id, move=move, value=value)
        for reward_id, move, value in reversed(newest_first)
    }
