"""Setting a DAW up: what is to be changed in its files, told first, then done with a backup.

Each DAW has a module that makes a `Plan` from what it finds; nothing is written before `carry_out`.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.errors import SetupError

BACKUP_SUFFIX: Final = ".before-mixbridge"
OUR_FOLDER: Final = "mixbridge"
"""Folders of this name hold our files alone, and go with the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file as it will be.

    Attributes:
        path: The file.
        content: What it will hold; None deletes it.
        text: What that does, for a person.
        is_ours: It is mixbridge's own; of what was there before, no copy is kept.
    """

    path: Path
    content: bytes | None
    text: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What setting up means here and now.

    Attributes:
        changes: Files to change; empty where everything stands as it should.
        found: What was found, a sentence each.
        remains: What a person must do by hand, a sentence each.
    """

    changes: tuple[Change, ...]
    found: tuple[str, ...]
    remains: tuple[str, ...]


def backup_of(path: Path) -> Path:
    """Where a file is kept as it was before the first change; later changes leave it alone."""
    return path.with_name(path.name + BACKUP_SUFFIX)


def carry_out(plan: Plan) -> list[str]:
    """Make the changes of a plan; returns what was done, a sentence each.

    Every file is replaced whole, and was copied before.

    Raises:
        SetupError: If a file cannot be read or written; the ones before it are changed.
    """
    done = []
    for change in plan.changes:
        path = change.path
        try:
            is_backup = change.is_ours or path.name.endswith(BACKUP_SUFFIX)
            if path.exists() and not is_backup and not backup_of(path).exists():
                backup_of(path).write_bytes(path.read_bytes())
                done.append(f"{path} was copied to {backup_of(path).name}.")
            if change.content is None:
                path.unlink(missing_ok=True)
                if path.parent.name == OUR_FOLDER and not any(path.parent.iterdir()):
                    path.parent.rmdir()
            else:
                _replace(path, change.content)
        except OSError as error:
            raise SetupError(
                f"{path} cannot be changed ({error.strerror}); allow writing there and try again."
            ) from None
        done.append(change.text)
    return done


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if path.exists():
            os.chmod(name, path.stat().st_mode & 0o777)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
