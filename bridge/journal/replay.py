"""Replay: feed a journal to fresh engines, and see whether they decide the same, bit for bit.

A session is replayed from its header (the settings, and what was known at its start) through its
events in order. After each, the moves chosen are compared with those that were recorded, all
fields; where something was learnt, so is all that was known. A session that ended in a crash is
replayed up to its last committed event.

A journal may come from another machine. Processors differ in the last digits of a logarithm or a
sum, so a replay there can be the same without being identical: the same moves, and numbers that
agree within `_ROUNDING`.
"""

import json
import math
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from bridge.engine.results import Decision, StepResult
from bridge.errors import JournalError
from bridge.journal.event_codec import decode_event, memory_digest, record_json
from bridge.journal.store import open_read_only, why
from bridge.mix.messages import Event

_ROUNDING: Final = 1e-9
"""Far above what the last digits of a double can add up to in a session, far below any step."""


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
        is_same: Whether all differences, if any, are in the last digits of numbers.
    """

    sessions: int
    events: int
    decisions: int
    memories: int
    notes: tuple[str, ...]
    difference: str
    is_same: bool = True

    @property
    def is_identical(self) -> bool:
        """Whether everything that was compared is the same."""
        return not self.difference

    def __str__(self) -> str:
        """The report for a person."""
        counts = (
            f"{self.sessions} sessions, {self.events} events, {self.decisions} decisions, "
            f"{self.memories} changes of what was learnt"
        )
        verdict = self.difference or "Identical, bit for bit"
        if self.difference and self.is_same:
            verdict = "The same moves; numbers differ in their last digits (another processor)"
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
        run = Replay(connection)
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
                if not run.is_same:
                    break
        except sqlite3.Error as error:
            raise JournalError(f"The journal {path} cannot be read: {why(error)}.") from error
        return run.report()


class Replay:
    """Counts what was compared, over all sessions, until something differs.

    Args:
        connection: A profile, open for reading.

    Attributes:
        difference: The first difference, in one sentence; empty where there is none.
        is_same: Whether all differences, if any, are in the last digits of numbers.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.difference = ""
        self.is_same = True
        self._connection = connection
        self._latest = connection.execute("SELECT seq, document FROM memory").fetchone()
        self._sessions = self._events = self._decisions = self._memories = 0
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be replayed and why, a sentence each."""
        return tuple(self._notes)

    def report(self) -> ReplayReport:
        """What was compared up to now."""
        return ReplayReport(
            sessions=self._sessions,
            events=self._events,
            decisions=self._decisions,
            memories=self._memories,
            notes=tuple(self._notes),
            difference=self.difference,
            is_same=self.is_same,
        )

    def replay_session(
        self,
        engine: Replayable,
        *,
        session: int,
        first_seq: int,
        on_step: Callable[[Event], None] | None = None,
    ) -> None:
        """Feed a session's events to a fresh engine, up to a gap or a difference.

        Args:
            engine: Knows what was known at the start of the session.
            session: Its number.
            first_seq: The number of its first event.
            on_step: Called after each event that came out as it was recorded.
        """
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
            event = decode_event(kind, payload, levels)
            result = engine.handle(event)
            self._events += 1
            where = f"Session {session}, event {seq} ({kind})"
            found, is_same = _decision_difference(decided.pop(seq, []), result.decisions)
            if not found:
                found, is_same = self._memory_difference(engine, seq=seq, digest=digest)
            if found and not (self.difference and is_same):
                self.difference = f"{where}: {found}."
                self.is_same = is_same
            if not self.is_same:
                return
            self._decisions += len(result.decisions)
            if on_step is not None:
                on_step(event)

    def _recorded_decisions(self, session: int) -> dict[int, list[str]]:
        decided: dict[int, list[str]] = {}
        for seq, payload in self._connection.execute(
            "SELECT seq, payload FROM decisions WHERE session = ? ORDER BY seq, place", (session,)
        ):
            decided.setdefault(seq, []).append(payload)
        return decided

    def _memory_difference(
        self, engine: Replayable, *, seq: int, digest: bytes | None
    ) -> tuple[str, bool]:
        if digest is None:
            return "", True
        memory = engine.memory()
        is_latest = self._latest is not None and self._latest[0] == seq
        # Of what was known in between only a digest is kept; it cannot say how far it is off.
        if is_latest and not _is_near(json.loads(self._latest[1]), json.loads(memory)):
            return "what was learnt differs from what the profile holds now", False
        if memory_digest(memory) != digest or (is_latest and self._latest[1] != memory):
            return "what was learnt differs from what was learnt then", True
        self._memories += 1
        return "", True


def _decision_difference(recorded: Sequence[str], decided: Sequence[Decision]) -> tuple[str, bool]:
    """How the moves chosen differ from those recorded, and whether only in the last digits.

    The first is the end of a sentence, empty where there is no difference.
    """
    if len(recorded) != len(decided):
        return f"{len(decided)} moves were chosen, and {len(recorded)} then", False
    found = ""
    for text, decision in zip(recorded, decided, strict=True):
        if record_json(decision) == text:
            continue
        then, now = json.loads(text), json.loads(record_json(decision))
        names = [name for name in {**then, **now} if repr(then.get(name)) != repr(now.get(name))]
        far = [name for name in names if not _is_near(then.get(name), now.get(name))]
        name = (far or names)[0]
        found = (
            f"the move {decision.move} has the {name} {now.get(name)!r}, and "
            f"{then.get(name)!r} then"
        )
        if far:
            return found, False
    return found, True


def _is_near(a: object, b: object) -> bool:
    """Whether two JSON values are the same but for the last digits of their numbers."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_is_near(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_is_near, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
    return type(a) is type(b) and bool(a == b)
