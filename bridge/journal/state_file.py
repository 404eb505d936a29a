"""The state file: small things that mixbridge learns of its surroundings, beside the store.

Pads that were bound and phones that were paired. It is no setting (a person's YAML is never
written) and no journal; who deletes it unpairs and unbinds everything, and nothing else.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bridge.errors import JournalError
from bridge.text_file import NotTextError, decode_text, read_bytes, shown

_MAX_BYTES: Final = 1 << 20


def state_path(store: Path) -> Path:
    """Where the state file of a store is: ``mixbridge.db`` has ``mixbridge.state.json``."""
    return store.with_suffix(".state.json")


def read_state(store: Path) -> dict[str, Any]:
    """All of it; empty where there is none, or none that can be read."""
    return read_state_or_why(store)[0]


def read_state_or_why(store: Path) -> tuple[dict[str, Any], str]:
    """All of it, and in a sentence why it cannot be read; empty where it can, or is not there."""
    path = state_path(store)
    try:
        state = json.loads(decode_text(read_bytes(path, most=_MAX_BYTES)))
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"{shown(path)}: cannot be read: {error.strerror}; its contents are not used."
    except NotTextError as error:
        return {}, f"{shown(path)}: {error}; its contents are not used."
    except json.JSONDecodeError as error:
        text = f"expected JSON, and it ends or breaks in line {error.lineno}"
        return {}, f"{shown(path)}: {text}; its contents are not used."
    except (ValueError, RecursionError):
        return {}, f"{shown(path)}: expected JSON of mixbridge; its contents are not used."
    if not isinstance(state, dict):
        return {}, f"{shown(path)}: expected JSON of mixbridge; its contents are not used."
    return state, ""


def write_state(store: Path, part: str, content: Mapping[str, Any]) -> None:
    """Replace one part of it, whole or not at all; only this user can read it.

    A file that cannot be understood is kept beside it, as ``...broken``.

    Raises:
        JournalError: If it cannot be written.
    """
    path = state_path(store)
    old, fault = read_state_or_why(store)
    state = {**old, part: dict(content)}
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(state, file, indent=1, sort_keys=True)
            file.write("\n")
        if fault and path.is_file():
            os.replace(path, path.with_name(f"{path.name}.broken"))
        os.replace(fresh, path)
    except OSError as error:
        raise JournalError(
            f"{shown(path)}: cannot be written: {error.strerror}; look at the folder's permissions."
        ) from None


def state_mtime(store: Path) -> float:
    """When it was last written; 0 where there is none."""
    try:
        return state_path(store).stat().st_mtime
    except OSError:
        return 0.0
