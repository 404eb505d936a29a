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

_MAX_BYTES: Final = 1 << 20


def state_path(store: Path) -> Path:
    """Where the state file of a store is: ``mixbridge.db`` has ``mixbridge.state.json``."""
    return store.with_suffix(".state.json")


def read_state(store: Path) -> dict[str, Any]:
    """All of it; empty where there is none, or none that can be read."""
    try:
        with state_path(store).open("rb") as file:
            state = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(store: Path, part: str, content: Mapping[str, Any]) -> None:
    """Replace one part of it, whole or not at all; only this user can read it.

    Raises:
        JournalError: If it cannot be written.
    """
    path = state_path(store)
    state = {**read_state(store), part: dict(content)}
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(state, file, indent=1, sort_keys=True)
            file.write("\n")
        os.replace(fresh, path)
    except OSError as error:
        raise JournalError(
            f"{path}: cannot be written: {error.strerror}; look at the folder's permissions."
        ) from None


def state_mtime(store: Path) -> float:
    """When it was last written; 0 where there is none."""
    try:
        return state_path(store).stat().st_mtime
    except OSError:
        return 0.0
