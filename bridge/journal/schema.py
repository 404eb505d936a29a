"""The schema of a profile's file: numbered, migrated in steps, copied before.

``user_version`` numbers the schema, ``application_id`` says whose file it is.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bridge.errors import JournalError

APPLICATION_ID: Final = 0x6D697862
"""Marks the file as one of mixbridge (the letters ``mixb``)."""

MIGRATIONS: Final = (
    """
    CREATE TABLE sessions (
        session INTEGER PRIMARY KEY,
        started TEXT NOT NULL,       -- ISO 8601, UTC
        ended TEXT,                  -- NULL: it runs, or it crashed
        version TEXT NOT NULL,
        config TEXT NOT NULL,        -- JSON
        first_seq INTEGER NOT NULL,
        memory BLOB                  -- what was known at the start
    );
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY,     -- counts on from session to session
        session INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,       -- JSON
        levels BLOB,                 -- of a meter reading
        memory_digest BLOB           -- where the event changed what is known
    );
    CREATE TABLE decisions (
        seq INTEGER NOT NULL,
        place INTEGER NOT NULL,
        session INTEGER NOT NULL,
        move TEXT NOT NULL,
        probability REAL NOT NULL,
        payload TEXT NOT NULL,       -- JSON
        PRIMARY KEY (seq, place)
    ) WITHOUT ROWID;
    CREATE TABLE rewards (
        seq INTEGER NOT NULL,
        place INTEGER NOT NULL,
        session INTEGER NOT NULL,
        reward_id TEXT UNIQUE,       -- NULL where the sender gave none
        move TEXT NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (seq, place)
    ) WITHOUT ROWID;
    CREATE TABLE lessons (
        seq INTEGER NOT NULL,
        place INTEGER NOT NULL,
        session INTEGER NOT NULL,
        move TEXT NOT NULL,
        reward REAL NOT NULL,
        weight REAL NOT NULL,
        td_error REAL NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (seq, place)
    ) WITHOUT ROWID;
    CREATE TABLE memory (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        seq INTEGER,                 -- the event that it belongs to; NULL: imported
        document BLOB NOT NULL       -- JSON
    );
    """,
)
"""Script n brings the schema from version n to n + 1; a script that was released never changes."""

_TABLES: Final = {"sessions", "events", "decisions", "rewards", "lessons", "memory"}


def migrate(
    connection: sqlite3.Connection, path: Path, scripts: Sequence[str] = MIGRATIONS
) -> Path | None:
    """Bring the schema to version ``len(scripts)``, each step in one transaction.

    Returns:
        The copy that was made before, or None where there was nothing to change or to keep.

    Raises:
        sqlite3.Error: If a step fails; the file is as it was before that step.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version >= len(scripts):
        return None
    backup = save_copy(connection, path) if version else None
    for number, script in enumerate(scripts[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {APPLICATION_ID}; "
                f"PRAGMA user_version = {number}; COMMIT;"
            )
        except sqlite3.Error:
            roll_back(connection)
            raise
    return backup


def save_copy(connection: sqlite3.Connection, path: Path) -> Path:
    """Copy the profile to ``name.backup-<UTC>`` beside it, and return where."""
    backup = free_name(path, "backup")
    target = sqlite3.connect(backup)
    try:
        connection.backup(target)
    finally:
        target.close()
    return backup


def schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema's version, 0 for an empty file.

    Raises:
        JournalError: If the file is newer than this version, or of another program.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if owner != APPLICATION_ID:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise JournalError(
                f"The file {path} is a database of another program; set `store` to another file."
            )
    elif version > len(MIGRATIONS):
        raise JournalError(
            f"The store {path} is of a newer mixbridge: its schema is {version}, this one knows up "
            f"to {len(MIGRATIONS)}; install the newer version, or set `store` to another file."
        )
    return version


def missing_table(connection: sqlite3.Connection) -> str:
    """Which table is not there, in half a sentence; empty where all are."""
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    missing = sorted(_TABLES - there)
    return f"the table {missing[0]} is missing" if missing else ""


def roll_back(connection: sqlite3.Connection) -> None:
    """Take back an open transaction, if SQLite has not done so itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def free_name(path: Path, what: str) -> Path:
    """A name beside the file that nothing has yet: ``name.what-<UTC>``."""
    stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    name = path.with_name(f"{path.name}.{what}-{stamp}")
    number = 1
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}.{what}-{stamp}-{number}")
    return name
