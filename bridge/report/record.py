"""One recorded session, whole: read from the journal, and decided again for what it does not hold.

The journal keeps what came in, what was chosen, what was answered and what was learnt. What became
of a move, and what hands did, follow from that: a fresh engine is fed with the same events, as
`mixbridge replay` does. Where this version decides otherwise than the one that recorded it, the
record says from where on the rest is missing; what the journal holds is there in any case.
"""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bridge.engine.engine import Engine
from bridge.engine.ledger import Row
from bridge.engine.view import View, make_view
from bridge.errors import BridgeError, JournalError
from bridge.journal.replay import Replay
from bridge.journal.store import open_read_only, why
from bridge.mix.messages import Event

MakeEngine = Callable[[str, int], Engine]
"""Makes a fresh engine of a session's settings (JSON) and number."""

_SESSIONS: Final = """SELECT s.session, s.started, s.ended, s.version, s.config, s.first_seq,
    s.memory,
    (SELECT memory FROM sessions n WHERE n.session > s.session ORDER BY n.session LIMIT 1),
    EXISTS (SELECT 1 FROM sessions n WHERE n.session > s.session)
    FROM sessions s WHERE s.session IN (SELECT DISTINCT session FROM events) ORDER BY s.session"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One judgement of the person.

    Attributes:
        at_s: Seconds since the session began.
        reward_id: Its name; empty where the sender gave none.
        move: The move that it was credited to; empty for none.
        value: -1 to +1.
    """

    at_s: float
    reward_id: str
    move: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """One lesson.

    Attributes:
        at_s: Seconds since the session began.
        move: What was judged; empty for a lesson by hand.
        reward: -1 to +1.
        weight: How much it counted.
        td_error: The error of prediction, in the unit of the reward.
        text: What is believed now, in words.
    """

    at_s: float
    move: str
    reward: float
    weight: float
    td_error: float
    text: str


@dataclass(slots=True, kw_only=True)
class SessionRecord:
    """All that is known of one session.

    Attributes:
        number: From 1.
        started: When, with time zone.
        ended: When; None where it runs or has crashed.
        version: Of the mixbridge that recorded it.
        settings: As they were.
        decisions: The chosen moves by name, with the fields of `bridge.engine.results.Decision`.
        chosen_at_s: When each was chosen, seconds since the session began.
        answers: What was said, oldest first.
        lessons: What was learnt, oldest first.
        before: What was believed at the start, as `Engine.beliefs` says it; empty where unknown.
        after: The same at the end.
        rows: Moves of everybody by name, oldest first, as far as they could be decided again.
        names: The names of strips by identity, as far as they are known.
        began_at: The `at` of the first event, monotonic seconds.
        view: The mix at the end; None where the session could not be decided again to its end.
        notes: What could not be read, a sentence each.
    """

    number: int
    started: datetime
    ended: datetime | None
    version: str
    settings: Mapping[str, Any]
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    chosen_at_s: dict[str, float] = field(default_factory=dict)
    answers: list[Said] = field(default_factory=list)
    lessons: list[Taught] = field(default_factory=list)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    rows: "OrderedDict[str, Row]" = field(default_factory=OrderedDict)
    names: dict[str, str] = field(default_factory=dict)
    began_at: float = 0.0
    view: View | None = None
    notes: list[str] = field(default_factory=list)

    def time(self, at_s: float) -> datetime:
        """Wall time of a moment, from seconds since the session began."""
        return self.started + timedelta(seconds=at_s)


def read_sessions(
    path: Path, make_engine: MakeEngine, *, only: int | None = None
) -> list[SessionRecord]:
    """Read the sessions of a store that have events; the file is only read.

    Args:
        path: The store, of a running bridge or not.
        make_engine: As in `MakeEngine`.
        only: The number of a session, 0 for the last one; None: all.

    Raises:
        JournalError: If the file cannot be read, or there is no such session.
    """
    with closing(open_read_only(path)) as connection:
        try:
            found = connection.execute(_SESSIONS).fetchall()
            if only is not None:
                found = [row for row in found if only in (0, row[0])][-1:]
            if not found:
                known = [row[0] for row in connection.execute(_SESSIONS)]
                raise JournalError(
                    f"{path} holds no session {only}; it holds {', '.join(map(str, known))}."
                    if only and known
                    else f"{path} holds no session with events yet."
                )
            return [_read(connection, make_engine, *row) for row in found]
        except sqlite3.Error as error:
            raise JournalError(f"The journal {path} cannot be read: {why(error)}.") from error


def _read(
    connection: sqlite3.Connection,
    make_engine: MakeEngine,
    number: int,
    started: str,
    ended: str | None,
    version: str,
    config: str,
    first_seq: int,
    memory: bytes | None,
    next_memory: bytes | None,
    is_followed: int,
) -> SessionRecord:
    record = SessionRecord(
        number=number,
        started=datetime.fromisoformat(started),
        ended=datetime.fromisoformat(ended) if ended else None,
        version=version,
        settings=json.loads(config),
    )
    _read_rows(connection, record)
    if not is_followed:
        latest = connection.execute("SELECT document FROM memory").fetchone()
        next_memory = latest[0] if latest else None
    try:
        record.before = _beliefs(make_engine(config, number), memory)
        record.after = _beliefs(make_engine(config, number), next_memory)
        engine = make_engine(config, number)
        if memory is not None:
            engine.load_memory(memory)
        _replay(connection, engine, record, first_seq)
    except (BridgeError, ValueError) as error:
        record.notes.append(f"Session {number} cannot be replayed: {error}")
    return record


def _beliefs(engine: Engine, memory: bytes | None) -> Mapping[str, Any]:
    if memory is not None:
        engine.load_memory(memory)
    return engine.beliefs()


def _read_rows(connection: sqlite3.Connection, record: SessionRecord) -> None:
    of_session = (record.number,)
    times = {
        seq: float(at)
        for seq, at in connection.execute(
            "SELECT seq, json_extract(payload, '$.at') FROM events WHERE session = ? ORDER BY seq",
            of_session,
        )
        if at is not None
    }
    record.began_at = next(iter(times.values()), 0.0)

    def at_s(seq: int) -> float:
        return round(times.get(seq, record.began_at) - record.began_at, 3)

    for seq, payload in connection.execute(
        "SELECT seq, payload FROM decisions WHERE session = ? ORDER BY seq, place", of_session
    ):
        decision = json.loads(payload)
        record.decisions[decision["move"]] = decision
        record.chosen_at_s[decision["move"]] = at_s(seq)
    record.answers = [
        Said(at_s=at_s(seq), reward_id=reward_id or "", move=move, value=value)
        for seq, reward_id, move, value in connection.execute(
            "SELECT seq, reward_id, move, value FROM rewards WHERE session = ? ORDER BY seq, place",
            of_session,
        )
    ]
    record.lessons = [
        Taught(at_s=at_s(seq), move=move, reward=reward, weight=weight, td_error=error, text=text)
        for seq, move, reward, weight, error, text in connection.execute(
            "SELECT seq, move, reward, weight, td_error, text FROM lessons"
            " WHERE session = ? ORDER BY seq, place",
            of_session,
        )
    ]


def _replay(
    connection: sqlite3.Connection, engine: Engine, record: SessionRecord, first_seq: int
) -> None:
    ledger, run = engine.ledger, Replay(connection)
    seen, last_at = 0, record.began_at

    def keep(event: Event) -> None:
        nonlocal seen, last_at
        last_at = event.at
        if ledger.version != seen:
            record.rows |= {row.id: row for row in ledger.since(seen)}
            seen = ledger.version
            record.names |= {strip.key: strip.name for strip in engine.mix.strips}

    run.replay_session(engine, session=record.number, first_seq=first_seq, on_step=keep)
    record.notes += run.notes
    record.names |= {strip.key: strip.name for strip in engine.mix.strips}
    if run.is_same:
        record.view = None if run.notes else make_view(engine, at=last_at)
    else:
        record.notes.append(
            f"This version decides differently from {record.version} "
            f"({run.difference.rstrip('.')}). What became of later moves, and what hands did, is "
            "not known; what was chosen, answered and learnt is."
        )
