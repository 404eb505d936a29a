"""The thread that writes the journal: many events a commit, every commit all or nothing.

Theory of operation. The loop puts entries into a queue and goes on. The writer takes all that
waits, turns it into rows, and writes them in one transaction: events, decisions, rewards, lessons
and the newest memory together, so that what was learnt is never ahead of, nor behind, the events
that taught it. A reward or something learnt is written at once, anything else within
`_CALM_WAIT_S`, so that an idle bridge syncs its disk four times a second at most.

A transaction that fails leaves nothing behind on disk, and everything here: the batch stays, takes
in what comes after it, and is tried again every `_RETRY_S` until the disk takes it. Rows are keyed
by their event's number, so that a batch whose commit succeeded and was reported as failed can be
written again without doubling anything. Until then its rewards are told as waiting, not as safe.

Where more than `capacity` events wait, further ones are not recorded (a replay ends at such a gap),
while rewards and the newest memory still are.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from bridge.engine.results import Decision, Lesson
from bridge.journal.event_codec import encode_event, memory_digest, record_json
from bridge.journal.schema import roll_back
from bridge.journal.store import Store, utc_now, why
from bridge.mix.messages import Event
from bridge.mix.notices import RequestRefused, RewardCredited

_log = logging.getLogger("bridge.journal")

_CALM_WAIT_S: Final = 0.25
_RETRY_S: Final = 1.0
_CLOSE_S: Final = 10.0
_FULL_BATCH: Final = 1000
"""So many waiting events are written without waiting for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReport:
    """What became of rewards, and whether the journal can write.

    Attributes:
        acknowledged: Rewards that are on disk now, in the order in which they came.
        refused: Rewards that are not, and why.
        trouble: Why nothing can be written, in one sentence; empty while all is well.
    """

    acknowledged: tuple[RewardCredited, ...] = ()
    refused: tuple[RequestRefused, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step of the engine, numbered; the event is None where there was no room for it."""

    seq: int
    event: Event | None
    decisions: tuple[Decision, ...]
    lessons: tuple[Lesson, ...]
    credited: tuple[RewardCredited, ...]
    memory: bytes | None

    @property
    def is_urgent(self) -> bool:
        """Whether somebody waits for it to be on disk."""
        return bool(self.credited) or self.memory is not None

    def without_event(self) -> "Entry":
        """What of it must not be lost where there is no room for the rest."""
        return replace(self, event=None, decisions=(), lessons=())


_Row = tuple[object, ...]


@dataclass(slots=True, kw_only=True)
class _Batch:
    """Rows that belong into one transaction, ready to be written as often as it takes."""

    session: int
    events: list[_Row] = field(default_factory=list)
    decisions: list[_Row] = field(default_factory=list)
    rewards: list[_Row] = field(default_factory=list)
    lessons: list[_Row] = field(default_factory=list)
    memory: _Row | None = None
    credited: list[RewardCredited] = field(default_factory=list)
    told_waiting: int = 0
    ended: str | None = None

    def add(self, entry: Entry) -> None:
        """Take over an entry; of several memories only the newest is kept, and a digest of each."""
        at = (entry.seq, self.session)
        if entry.memory is not None:
            self.memory = (entry.seq, entry.memory)
        if entry.event is not None:
            digest = None if entry.memory is None else memory_digest(entry.memory)
            self.events.append((*at, *encode_event(entry.event), digest))
        for place, decision in enumerate(entry.decisions):
            chosen = (decision.move, decision.probability, record_json(decision))
            self.decisions.append((*at, place, *chosen))
        for place, reward in enumerate(entry.credited):
            self.rewards.append((*at, place, reward.reward_id or None, reward.move, reward.value))
        for place, lesson in enumerate(entry.lessons):
            learnt = (lesson.learnt.td_error, lesson.learnt.text)
            self.lessons.append((*at, place, lesson.move, lesson.reward, lesson.weight, *learnt))
        self.credited += entry.credited

    def write(self, connection: sqlite3.Connection) -> None:
        """Write everything in one transaction, or nothing."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement, rows in (
                (_INSERT_EVENT, self.events),
                (_INSERT_DECISION, self.decisions),
                (_INSERT_REWARD, self.rewards),
                (_INSERT_LESSON, self.lessons),
            ):
                connection.executemany(statement, rows)
            if self.memory is not None:
                connection.execute(_REPLACE_MEMORY, self.memory)
            if self.ended is not None:
                connection.execute(_END_SESSION, (self.ended, self.session))
            connection.execute("COMMIT")
        except sqlite3.Error:
            roll_back(connection)
            raise

    def notify_waiting(self, trouble: str) -> tuple[RequestRefused, ...]:
        """A sentence for each reward that has not been told yet that it waits."""
        fresh = self.credited[self.told_waiting :]
        self.told_waiting = len(self.credited)
        return tuple(waiting(credited.reward_id, trouble) for credited in fresh)


# OR IGNORE: a row that is there already comes from a commit that was reported as failed, or is a
# reward id older than those that `Journal` remembers.
_INSERT_EVENT: Final = (
    "INSERT OR IGNORE INTO events (seq, session, kind, payload, levels, memory_digest)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_DECISION: Final = (
    "INSERT OR IGNORE INTO decisions (seq, session, place, move, probability, payload)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_REWARD: Final = (
    "INSERT OR IGNORE INTO rewards (seq, session, place, reward_id, move, value)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_LESSON: Final = (
    "INSERT OR IGNORE INTO lessons (seq, session, place, move, reward, weight, td_error, text)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_REPLACE_MEMORY: Final = "INSERT OR REPLACE INTO memory (id, seq, document) VALUES (1, ?, ?)"
_END_SESSION: Final = "UPDATE sessions SET ended = ? WHERE session = ?"


def waiting(reward_id: str, trouble: str) -> RequestRefused:
    """Tell a person that a reward counts but is not on disk."""
    name = f"reward {reward_id}" if reward_id else "reward"
    return RequestRefused(text=f"{name}: it waits, and is acknowledged once it is safe. {trouble}")


class Writer:
    """Writes entries in the order of `put`, on a thread of its own.

    Args:
        store: The open profile; from here on only the writer uses its connection.
        capacity: Events that may wait, in the queue and in a batch that fails.
        post: Takes each report; called on the writer's thread.
    """

    def __init__(
        self, store: Store, *, capacity: int, post: Callable[[JournalReport], None]
    ) -> None:
        self._store = store
        self._capacity = capacity
        self._post = post
        self._wake = threading.Condition()
        self._queue: list[Entry] = []
        self._held = 0
        self._is_urgent = False
        self._is_closing = False
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs, and may be using the connection."""
        return self._thread.is_alive()

    def add(self, entry: Entry) -> bool:
        """Queue an entry, without waiting for the disk; False where there is no room for it."""
        with self._wake:
            if self._held + len(self._queue) >= self._capacity and entry.event is not None:
                return False
            self._queue.append(entry)
            self._is_urgent |= entry.is_urgent or len(self._queue) >= _FULL_BATCH
            if self._is_urgent or len(self._queue) == 1:
                self._wake.notify()
        return True

    def close(self) -> str:
        """Write what waits and end the thread; why something was left, or the empty string."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        self._thread.join(_CLOSE_S)
        if self._thread.is_alive():
            return "The disk did not answer while the journal was closed."
        return self._trouble

    def _run(self) -> None:
        try:
            while not self._write_batch():
                pass
        except Exception:
            # A bug, not the disk: no acknowledgement goes out from here on, and a person knows why.
            _log.exception("the journal's writer has stopped")
            self._trouble = "The journal has stopped for an internal reason; see the log."
            self._post(JournalReport(trouble=self._trouble))

    def _write_batch(self) -> bool:
        """Write the next batch, however long the disk takes; True when that was the last one."""
        batch = _Batch(session=self._store.session)
        while True:
            entries, is_closing = self._collect()
            for entry in entries:
                batch.add(entry)
            batch.ended = utc_now() if is_closing else None
            try:
                if self._trouble:
                    self._store.reconnect()
                batch.write(self._store.connection)
            except sqlite3.Error as error:
                trouble = f"Nothing can be written to {self._store.path}: {why(error)}."
                if trouble != self._trouble:
                    _log.warning("%s", trouble)
                self._trouble = trouble
                refused = batch.notify_waiting(self._trouble)
                self._post(JournalReport(refused=refused, trouble=self._trouble))
                self._held = len(batch.events)
                if is_closing:
                    return True
            else:
                if self._trouble:
                    _log.info("%s is written again", self._store.path)
                self._trouble = ""
                self._held = 0
                self._post(JournalReport(acknowledged=tuple(batch.credited)))
                return is_closing

    def _collect(self) -> tuple[list[Entry], bool]:
        """All that waits, after waiting for as long as makes sense."""
        with self._wake:
            if self._trouble:
                self._wake.wait_for(lambda: self._is_closing, _RETRY_S)
            else:
                self._wake.wait_for(lambda: self._queue or self._is_closing)
                self._wake.wait_for(lambda: self._is_urgent or self._is_closing, _CALM_WAIT_S)
            entries, self._queue = self._queue, []
            self._is_urgent = False
            return entries, self._is_closing
