"""Carry what was learnt to another machine: one JSON file that a person can read.

The file holds the memory as it is (numbers exact: JSON's shortest decimals), who wrote it and when,
and a checksum over the memory, so that a file that was cut off or edited is refused.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import bridge
from bridge.errors import JournalError
from bridge.journal.schema import save_copy
from bridge.journal.store import open_read_only, open_store, utc_now, why
from bridge.text_file import NotTextError, decode_text, read_bytes, shown

_FORMAT: Final = "mixbridge memory"
_VERSION: Final = 1
_MAX_BYTES: Final = 64 << 20
"""What was learnt in years is well under a megabyte."""


def export_json(path: Path) -> str:
    """What a profile has learnt, as JSON text for a person and for `import_json`.

    Raises:
        JournalError: If the profile cannot be read, or has learnt nothing.
    """
    memory = read_memory(path)
    if memory is None:
        raise JournalError(f"The journal {path} has nothing to export: nothing was learnt yet.")
    return _export(memory)


def read_memory(path: Path) -> bytes | None:
    """What a profile has learnt, as `Engine.load_memory` takes it; None for nothing.

    Raises:
        JournalError: If the profile cannot be read.
    """
    with closing(open_read_only(path)) as connection:
        try:
            row = connection.execute("SELECT document FROM memory").fetchone()
        except sqlite3.Error as error:
            raise JournalError(f"The journal {path} cannot be read: {why(error)}.") from error
    return None if row is None else bytes(row[0])


def read_export_file(file: Path) -> str:
    """The text of a file, whatever editor saved it again.

    Raises:
        JournalError: If it cannot be read, or is no text.
    """
    try:
        return decode_text(read_bytes(file, most=_MAX_BYTES))
    except OSError as error:
        raise JournalError(f"{shown(file)}: cannot be read: {error.strerror}.") from None
    except ValueError as error:
        reason = str(error) if isinstance(error, NotTextError) else "no file has such a name"
        raise JournalError(f"{shown(file)}: {reason}.") from None


def read_export(text: str) -> bytes:
    """The memory in an exported file, as `Engine.load_memory` takes it.

    Raises:
        JournalError: If the text is no export, is of a newer version, or was changed or cut off.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise JournalError(
            f"The file is not from `mixbridge export`, or was cut off: it breaks in line "
            f"{error.lineno}."
        ) from None
    except (ValueError, RecursionError):
        raise JournalError("The file is not JSON from `mixbridge export`.") from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise JournalError("The file is JSON, but not from `mixbridge export`.")
    if document.get("format_version") != _VERSION:
        version, program = (shown(document.get(key)) for key in ("format_version", "mixbridge"))
        raise JournalError(
            f"The export has the format version {version}, and this mixbridge reads version "
            f"{_VERSION}; use the version {program!r}."
        )
    try:
        memory = _compact(document.get("memory"))
    except (ValueError, RecursionError):
        raise JournalError("The file is not JSON from `mixbridge export`.") from None
    if hashlib.sha256(memory).hexdigest() != document.get("sha256"):
        raise JournalError(
            "The export was changed or damaged after it was written: its checksum does not match; "
            "export it again."
        )
    return memory


def import_json(
    path: Path, text: str, *, check: Callable[[bytes], None] = lambda _memory: None
) -> Path:
    """Put an exported memory in the place of what a profile has learnt.

    Args:
        path: The profile; it is made where there is none. No bridge may run on it.
        text: What `export_json` returned, here or elsewhere.
        check: Raises where a bridge could not use the memory.

    Returns:
        The copy of the profile as it was before.

    Raises:
        JournalError: If the text is no sound export, or the profile is in use or cannot be written.
    """
    memory = read_export(text)
    check(memory)
    return change_memory(path, lambda _before: memory)


def change_memory(path: Path, change: Callable[[bytes | None], bytes]) -> Path:
    """Put another memory in the place of what a profile has learnt.

    Args:
        path: The profile; it is made where there is none. No bridge may run on it.
        change: Makes the new memory of the old one, which is None where nothing was learnt.

    Returns:
        The copy of the profile as it was before.

    Raises:
        JournalError: If the profile is in use or cannot be written.
    """
    store = open_store(path)
    try:
        memory = change(store.memory)
        backup = save_copy(store.connection, path)
        store.connection.execute(
            "INSERT OR REPLACE INTO memory (id, seq, document) VALUES (1, NULL, ?)", (memory,)
        )
    except sqlite3.Error as error:
        raise JournalError(f"The store {path} cannot be written: {why(error)}.") from error
    finally:
        store.close()
    return backup


def _export(memory: bytes) -> str:
    said = json.loads(memory)
    document = {
        "format": _FORMAT,
        "format_version": _VERSION,
        "exported": utc_now(),
        "mixbridge": bridge.__version__,
        "sha256": hashlib.sha256(_compact(said)).hexdigest(),
        "memory": said,
    }
    return json.dumps(document, indent=1) + "\n"


def _compact(memory: object) -> bytes:
    """The bytes that `Engine.memory` returned: JSON without spaces, keys in their order."""
    return json.dumps(memory, separators=(",", ":")).encode()
