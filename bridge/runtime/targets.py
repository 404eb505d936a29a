"""Targets: a sound file that a person has named is heard beside the loop; what it is is an event.

So the engine never reads a file, and a replay needs none.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import fields
from typing import Final

from bridge.errors import BridgeError
from bridge.mix.device_events import Note, TargetHeard

_log = logging.getLogger(__name__)

_FEATURES: Final = tuple(field.name for field in fields(Note))


class Targets:
    """Hears files for the engine, one after the other.

    Args:
        submit: Takes what was heard.
        measure: Hears the note in a file, in seconds rather than milliseconds; raises a
            `BridgeError` in one sentence where it is none. None where nothing can read files.
    """

    def __init__(
        self, submit: Callable[[TargetHeard], None], measure: Callable[[str], Note] | None
    ) -> None:
        self._submit = submit
        self._measure = measure
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self, path: str) -> None:
        """Begin to hear a file; its `TargetHeard` follows."""
        task = asyncio.get_running_loop().create_task(self._hear(path))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hear(self, path: str) -> None:
        note, trouble = None, f"{path}: nothing here can read sound files."
        if self._measure is not None:
            try:
                note, trouble = await asyncio.to_thread(self._measure, path), ""
            except BridgeError as error:
                trouble = str(error)
            except Exception:
                _log.exception("fault while %s was heard", path)
                trouble = f"{path} could not be read; see the log."
        values = {name: getattr(note, name) if note else math.nan for name in _FEATURES}
        at = asyncio.get_running_loop().time()
        self._submit(TargetHeard(at=at, path=path, trouble=trouble, **values))
