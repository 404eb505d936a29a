"""The profile's file: opening, locking, checking and migrating it.

One SQLite file holds one profile: the journal of its sessions, the rewards, and what was learnt.
The write-ahead log is synced at every commit (WAL with ``synchronous=FULL``), so that what was
committed survives the loss of power.
"""

import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from bridge.errors import JournalError
from bridge.journal.schema import (
    MIGRATIONS,
    free_name,
    migrate,
    missing_table,
    schema_version,
)

# Eight hours of 32 meters at 10 readings a second are about 500 MB. Past this much the events of
# the oldest sessions go; rewards, lessons and what was learnt stay. It also bounds the check of the
# whole file at each opening (measured: 0.6 ms a megabyte).
_EVENTS_KEPT_BYTES: Final = 256 * 2**20

_SHOWN_REWARDS: Final = 1000
_LOCKED_WAIT_S: Final = 1.0

_MAGIC: Final = b"SQLite format 3\0"
"""What every database begins with (https://www.sqlite.org/fileformat2.html, 1.3)."""

OpenMode = Literal["rw", "rwc"]


@dataclass(slots=True, kw_only=True)
class Store:
    """An open profile that nobody else can open for writing.

    Attributes:
        path: The file.
        connection: In autocommit; a transaction is begun and ended in words.
        session: Number of the session that can begin now, from 1.
        memory: What was learnt up to now, as `Engine.memory` returned it; None where nothing was.
        has_crashed: Whether the session before did not come to its end.
        answers: How many judgements this person has given.
        past_rewards: The last of them, oldest first.
        notes: What a person should know of the opening, a sentence each.
    """

    path: Path
    connection: sqlite3.Connection
    session: int
    memory: bytes | None
    has_crashed: bool
    notes: tuple[str, ...]
    answers: int
    past_rewards: list[float]
    lock: sqlite3.Connection

    def reconnect(self) -> None:
        """Open the file anew, after an error that the old connection may not survive."""
        self.connection.close()
        self.connection = connect(self.path, mode="rw")

    def close(self) -> None:
        """Close the file and let others have it."""
        self.connection.close()
        self.lock.close()


def connect(path: Path, mode: OpenMode = "rwc") -> sqlite3.Connection:
    """A connection that may write and syncs at every commit, usable from any one thread.

    Args:
        path: The file.
        mode: ``rwc`` makes the file where there is none, ``rw`` does not.

    Raises:
        sqlite3.Error: If the file cannot be opened or is not a database.
    """
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=_LOCKED_WAIT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # macOS: fsync leaves the data in the drive's cache; without effect elsewhere.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def open_store(path: Path) -> Store:
    """Open a profile for writing, or begin one; nobody else can until it is closed.

    A file that is no sound database is moved aside (``name.broken-<UTC>``), never deleted, and
    `Store.notes` says so.

    Raises:
        JournalError: If the file cannot be used: no such folder, no permission, in use, of another
            program, or written by a newer version.
    """
    with ExitStack() as on_failure:
        try:
            _check_place(path)
            lock = lock_store(path)
            on_failure.callback(lock.close)
            fault = _fault(path)
            notes = [_move_aside(path, fault)] if fault else []
            connection = connect(path)
            on_failure.callback(connection.close)
            if backup := migrate(connection, path):
                notes.append(
                    f"The store {path} was brought up to date; {backup.name} is a copy of the old "
                    "one."
                )
            _drop_old_events(connection)
            store = _store(path, connection, lock, notes)
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"The store {path} cannot be used: {why(error)}.") from error
        on_failure.pop_all()
        return store


def _store(
    path: Path, connection: sqlite3.Connection, lock: sqlite3.Connection, notes: list[str]
) -> Store:
    last = connection.execute(
        "SELECT session, ended IS NULL FROM sessions ORDER BY session DESC LIMIT 1"
    ).fetchone() or (0, 0)
    memory = connection.execute("SELECT document FROM memory").fetchone()
    rewards = connection.execute(
        "SELECT value FROM rewards ORDER BY seq DESC, place DESC LIMIT ?", (_SHOWN_REWARDS,)
    ).fetchall()
    return Store(
        path=path,
        connection=connection,
        lock=lock,
        session=last[0] + 1,
        memory=memory[0] if memory else None,
        has_crashed=bool(last[1]),
        notes=tuple(notes),
        answers=connection.execute("SELECT count(*) FROM rewards").fetchone()[0],
        past_rewards=[value for (value,) in reversed(rewards)],
    )


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection that reads one unchanging state of a profile, live or copied.

    Raises:
        JournalError: If there is no such file, or it is not a profile of this version.
    """
    try:
        if not path.is_file():
            raise JournalError(
                f"There is no journal {path}; name another file, or set `store` in the settings."
            )
        connection = _reader(path)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"The journal {path} cannot be read: {why(error)}.") from error
    try:
        fault = (
            "" if schema_version(connection, path) == len(MIGRATIONS) else "it has an older schema"
        )
        fault = fault or missing_table(connection)
        if fault:
            raise JournalError(
                f"The journal {path} cannot be read: {fault}; start the bridge with it once."
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _reader(path: Path) -> sqlite3.Connection:
    """Read-only, in a transaction, so that a bridge that writes meanwhile is not seen."""
    uri = path.resolve().as_uri()
    # A read-only folder has no place for the index of the write-ahead log; a file without such a
    # log does not change under the reader, and SQLite may be told so.
    for options in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(
            f"{uri}?{options}", uri=True, timeout=_LOCKED_WAIT_S, isolation_level=None
        )
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error as error:
            connection.close()
            can_be_frozen = not Path(f"{path}-wal").exists()
            if error.sqlite_errorname != "SQLITE_CANTOPEN" or not can_be_frozen:
                raise
            failure = error
        else:
            return connection
    raise failure


def utc_now() -> str:
    """Wall time for a person, ISO 8601 to the second, UTC."""
    return datetime.now(tz=UTC).isoformat(timespec="seconds")


def why(error: sqlite3.Error | OSError) -> str:
    """What could not be done, as half a sentence with what to do."""
    if isinstance(error, OSError):
        return f"the system says {error.strerror!r}; look at the path and its permissions"
    name = getattr(error, "sqlite_errorname", "")
    for start, text in _REASONS.items():
        if name.startswith(start):
            return text
    return f"the database says {str(error)!r}"


_REASONS: Final = {
    "SQLITE_FULL": "the disk is full; free some space",
    "SQLITE_READONLY": "the file or its disk is read-only; make it writable or set another `store`",
    "SQLITE_BUSY": "another program has locked the file; close that program",
    "SQLITE_CANTOPEN": "the file cannot be opened or made; look at the folder's permissions",
    "SQLITE_IOERR": "the disk reports an error; look at its free space, its health and its cable",
    "SQLITE_CORRUPT": "the file is damaged; the next start moves it aside",
    "SQLITE_NOTADB": "it is not a database of mixbridge",
}


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise JournalError(
            f"The store {path} cannot be opened: there is no folder {path.parent}; make it, or set "
            "`store` to a file elsewhere."
        )
    if path.exists() and not path.is_file():
        raise JournalError(f"The store {path} is not a file; set `store` to the name of a file.")


def lock_store(path: Path) -> sqlite3.Connection:
    """Hold ``name.lock`` of a store until the connection is closed or the process ends.

    SQLite's own lock on an empty database is used, since it works alike on every system.
    """
    with ExitStack() as on_failure:
        try:
            lock = sqlite3.connect(
                f"{path}.lock", timeout=0, isolation_level=None, check_same_thread=False
            )
            on_failure.callback(lock.close)
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorname == "SQLITE_BUSY":
                raise JournalError(
                    f"The store {path} is in use by another mixbridge; stop that one, or set "
                    "`store` to another file."
                ) from error
            raise JournalError(f"The store {path} cannot be locked: {why(error)}.") from error
        on_failure.pop_all()
        return lock


def _fault(path: Path) -> str:
    """What is wrong with the file in half a sentence, empty where nothing is."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        # SQLite would delete the log of such a file as not belonging to it.
        if file.read(len(_MAGIC)) not in (_MAGIC, b""):
            return "it is not a database"
    try:
        connection = connect(path)
        try:
            version = schema_version(connection, path)
            if version == len(MIGRATIONS) and (missing := missing_table(connection)):
                return missing
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.OperationalError:
        raise  # the disk or a permission, not the content
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if verdict == "ok" else " ".join(str(verdict).split())


def _move_aside(path: Path, fault: str) -> str:
    """Keep a broken file, and its log, under another name; a sentence for a person."""
    aside = free_name(path, "broken")
    for suffix in ("-wal", "-shm", ""):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return (
        f"The store {path} was broken ({fault}): it was kept as {aside.name}, and a new one was "
        "begun, which has learnt nothing yet."
    )


def _drop_old_events(connection: sqlite3.Connection) -> None:
    """Drop the events and decisions of the oldest sessions until the rest is small enough."""
    page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
    while True:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
        oldest, newest = connection.execute(
            "SELECT (SELECT session FROM events ORDER BY seq LIMIT 1),"
            " (SELECT max(session) FROM sessions)"
        ).fetchone()
        if (pages - free) * page_bytes <= _EVENTS_KEPT_BYTES or oldest in (None, newest):
            return
        connection.execute("BEGIN IMMEDIATE")
        until = "seq < (SELECT first_seq FROM sessions WHERE session > ? ORDER BY session LIMIT 1)"
        for table in ("events", "decisions"):
            connection.execute(f"DELETE FROM {table} WHERE {until}", (oldest,))  # noqa: S608 - names
        connection.execute("COMMIT")
