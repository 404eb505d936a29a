"""Where a person is remembered: one place on this computer, whatever folder a bridge starts in.

Earlier versions kept the store in the folder that they were started in. Such a store is moved once,
with what belongs to it, and is never deleted.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from bridge.config import DEFAULT_PROFILE, Settings, default_store
from bridge.errors import JournalError
from bridge.journal.schema import APPLICATION_ID
from bridge.journal.state_file import state_path
from bridge.journal.store import lock_store, why
from bridge.text_file import shown

OLDER_STORE: Final = Path("mixbridge.db")
"""Where it was in earlier versions: in the current folder."""


def prepare_store(settings: Settings) -> str:
    """Make the place of the store where it is mixbridge's own, and move an older store there.

    Returns:
        A sentence for the person; empty where nothing was done.

    Raises:
        JournalError: If the folder cannot be made, or the older store cannot be moved or is in use.
    """
    store = settings.store
    if store != default_store(settings.profile):
        return ""  # a person chose it: it is theirs
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(
            f"{shown(store.parent)}: the folder for what is learnt cannot be made: "
            f"{error.strerror}; set `store` to a file elsewhere."
        ) from None
    older = OLDER_STORE.absolute()
    if settings.profile != DEFAULT_PROFILE or older == store or not is_store(older):
        return ""
    if store.exists():
        return (
            f"There is a mixbridge.db in this folder too. {shown(store)} is used; to use the "
            "other, set 'store: ./mixbridge.db' in your settings."
        )
    _move(older, store)
    return f"What was learnt up to now was moved from {shown(older)} to {shown(store)}."


def is_store(path: Path) -> bool:
    """Whether a file is a store of mixbridge; reads its header alone (SQLite's format, 1.3)."""
    try:
        with path.open("rb") as file:
            header = file.read(72)
    except OSError:
        return False
    return header.startswith(b"SQLite format 3\0") and header[68:] == APPLICATION_ID.to_bytes(4)


def _move(older: Path, store: Path) -> None:
    """Move a store and its state file, whole or not at all, also to another disk."""
    lock = lock_store(older)  # a bridge that runs on it keeps it
    try:
        # What is in the log goes into the file, and the log goes: one file is left to move.
        with closing(sqlite3.connect(older, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
        for old, new in ((state_path(older), state_path(store)), (older, store)):
            if old.exists() and not new.exists():
                _move_file(old, new)
    except (OSError, sqlite3.Error) as error:
        raise JournalError(
            f"{shown(older)}: what was learnt cannot be moved to {shown(store)}: {why(error)}."
        ) from None
    finally:
        lock.close()
    Path(f"{older}.lock").unlink(missing_ok=True)


def _move_file(old: Path, new: Path) -> None:
    try:
        old.rename(new)
    except OSError:  # another disk: copy, and keep the old one under a name that nobody opens
        fresh = new.with_name(f"{new.name}.{os.getpid()}")
        shutil.copy2(old, fresh)
        fresh.replace(new)
        old.rename(f"{old}.moved")
