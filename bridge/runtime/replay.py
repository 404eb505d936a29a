"""Replay: feed a journal to fresh engines, and see whether they decide the same, bit for bit.

A session is replayed from its header (the settings, and what was known at its start) through its
events in order. After each, the moves chosen are compared with those that were recorded, all
fields; where something was learnt, so is all that was known. A session that ended in a crash is
replayed up to its last committed event.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bridge.errors import JournalError
from bridge.mix.messages import Event
from bridge.results import Decision, StepResult
from bridge.runtime.event_codec import decode_event, memory_digest, record_json
from bridge.runtime.store import open_read_only, why


class Replayable(Protocol):
    """What a replay needs of an engine."""

    def handle(self, event: Event) -> StepResult:
        """Take one event; return all that it led to."""

    def memory(self) -> bytes:
        """All that outlives a session."""

    def load_memory(self, memory: bytes) -> None:
        """Take over what `memory` returned in an earlier session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What a replay found.

    Attributes:
        sessions: Sessions with events, replayed to their end or to the first difference.
        events: Events fed to the engines.
        decisions: Recorded decisions that came out the same.
        memories: Times that something was learnt, and all that was known came out the same.
        notes: What could not be replayed and why, a sentence each.
        difference: The first difference in one sentence; empty where there is none.
    """

    sessions: int
    events: int
    decisions: int
    memories: int
    notes: tuple[str, ...]
    difference: str

    @property
    def is_identical(self) -> bool:
        """Whether everything that was compared is the same."""
        return not self.difference

    def __str__(self) -> str:
        """The report for a person."""
        counts = (
            f"{self.sessions} sessions, {self.events} events, {self.decisions} decisions, "
            f"{self.memories} times something learnt"
        )
        verdict = self.difference or "Identical, bit for bit"
        return "\n".join((f"{verdict.rstrip('.')}. Replayed: {counts}.", *self.notes))


def replay(path: Path, make_engine: Callable[[str, int], Replayable]) -> ReplayReport:
    """Replay every session of a profile, live or copied; the file is only read.

    Args:
        path: The profile.
        make_engine: Makes a fresh engine of a session's settings (JSON) and number.

    Raises:
        JournalError: If the file cannot be read.
        BridgeError: If a session's settings or memory are not accepted by this version.
    """
    with closing(open_read_only(path)) as connection:
        run = _Replay(connection)
        try:
            sessions = connection.execute(
                "SELECT session, config, first_seq, memory FROM sessions"
                " WHERE session IN (SELECT DISTINCT session FROM events) ORDER BY session"
            ).fetchall()
            for session, config, first_seq, memory in sessions:
                engine = make_engine(config, session)
                if memory is not None:
                    engine.load_memory(memory)
                run.replay_session(engine, session=session, first_seq=first_seq)
                if run.difference:
                    break
        except sqlite3.Error as error:
            raise JournalError(f"The journal {path} cannot be read: {why(error)}.") from error
        return run.report()


class _Replay:
    """Counts what was compared, over all sessions, until something differs."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.difference = ""
        self._connection = connection
        self._latest = connection.execute("SELECT seq, document FROM memory").fetchone()
        self._sessions = self._events = self._decisions = self._memories = 0
        self._notes: list[str] = []

    def report(self) -> ReplayReport:
        return ReplayReport(
            sessions=self._sessions,
            events=self._events,
            decisions=self._decisions,
            memories=self._memories,
            notes=tuple(self._notes),
            difference=self.difference,
        )

    def replay_session(self, engine: Replayable, *, session: int, first_seq: int) -> None:
        """Feed a session's events to a fresh engine, up to a gap or a difference."""
        self._sessions += 1
        decided = self._recorded_decisions(session)
        rows = self._connection.execute(
            "SELECT seq, kind, payload, levels, memory_digest FROM events"
            " WHERE session = ? AND seq >= ? ORDER BY seq",
            (session, first_seq),
        )
        for expected, (seq, kind, payload, levels, digest) in enumerate(rows, start=first_seq):
            if seq != expected:
                self._notes.append(
                    f"Session {session} lacks its events {expected} to {seq - 1} (the journal had "
                    "no room for them): it was replayed up to there."
                )
                return
            result = engine.handle(decode_event(kind, payload, levels))
            self._events += 1
            where = f"Session {session}, event {seq} ({kind})"
            found = _decision_difference(decided.pop(seq, []), result.decisions)
            found = found or self._memory_difference(engine, seq=seq, digest=digest)
            if found:
                self.difference = f"{where}: {found}."
                return
            self._decisions += len(result.decisions)

    def _recorded_decisions(self, session: int) -> dict[int, list[str]]:
        decided: dict[int, list[str]] = {}
        for seq, payload in self._connection.execute(
            "SELECT seq, payload FROM decisions WHERE session = ? ORDER BY seq, place", (session,)
        ):
            decided.setdefault(seq, []).append(payload)
        return decided

    def _memory_difference(self, engine: Replayable, *, seq: int, digest: bytes | None) -> str:
        if digest is None:
            return ""
        memory = engine.memory()
        if memory_digest(memory) != digest:
            return "what was learnt is not what was learnt then"
        if self._latest and self._latest[0] == seq and self._latest[1] != memory:
            return "what was learnt is not what the profile holds now"
        self._memories += 1
        return ""


def _decision_difference(recorded: Sequence[str], decided: Sequence[Decision]) -> str:
    """How the moves chosen differ from those recorded, as the end of a sentence; empty if not."""
    if len(recorded) != len(decided):
        return f"{len(decided)} moves were chosen, and {len(recorded)} then"
    for text, decision in zip(recorded, decided, strict=True):
        if record_json(decision) == text:
            continue
        then, now = json.loads(text), json.loads(record_json(decision))
        name = next(
            (name for name in {**then, **now} if repr(then.get(name)) != repr(now.get(name))), ""
        )
        return (
            f"the move {decision.move} has the {name} {now.get(name)!r}, and "
            f"{then.get(name)!r} then"
        )
    return ""
