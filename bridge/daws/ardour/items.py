"""The files through which the script in Ardour tells of items: `mixbridge_items.lua`.

A script in Ardour can send OSC and receives none, so it reads what is wanted from a file, ten times
a second. A thread looks as often at what it says; the loop never waits for the disk.
"""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bridge.config import Settings
from bridge.daw.item_files import EDITS, ITEMS
from bridge.osc.message import OscMessage

FOLDER: Final = "MIXBRIDGE_ARDOUR"
"""Names another folder, for both ends."""

_LOOK_S: Final = 0.1
_MAX_BYTES: Final = 4 << 20
_LOGGED: Final = 5
_log = logging.getLogger(__name__)


def items_folder() -> Path:
    """Where both ends look."""
    return Path(os.environ.get(FOLDER) or Path.home() / ".mixbridge" / "ardour")


class ArdourItems:
    """The bridge's end.

    Args:
        folder: Made where it is not there.
        post: Takes each message, on a thread of its own.

    Attributes:
        unwritten: How often a file could not be replaced.
    """

    prefix: Final = "/companion/"

    def __init__(self, folder: Path, post: Callable[[OscMessage], None]) -> None:
        self.unwritten = 0
        self._folder = folder
        self._post = post
        self._seen: tuple[int, int, int] | None = None
        self._edits: str | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="ardour-items", daemon=True)

    def open(self) -> None:
        """Begin to look."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._is_open = False
        self._wake.set()
        self._thread.join(timeout=2.0)

    def send(self, message: OscMessage) -> None:
        """Ask the script for something; the newest text replaces one that waits."""
        if message.address == EDITS:
            with self._lock:
                self._edits = str(message.args[0])
            self._wake.set()

    def notify(self, message: OscMessage) -> None:
        """Nothing is shown in Ardour."""

    def _work(self) -> None:
        while self._is_open:
            self.poll()
            self._wake.wait(_LOOK_S)
            self._wake.clear()

    def poll(self) -> None:
        """Read what is new, write what waits; what the disk refuses is tried again."""
        path = self._folder / "items.txt"
        try:
            status = path.stat()
            seen = status.st_mtime_ns, status.st_ino, status.st_size
            if seen != self._seen and status.st_size <= _MAX_BYTES:
                text = path.read_text(encoding="utf-8", errors="replace")
                self._seen = seen
                if text.endswith("end\n"):
                    self._post(OscMessage(ITEMS, (text,)))
        except OSError:  # no script has spoken yet, or it is replacing the file
            pass
        with self._lock:
            edits = self._edits
        if edits is not None and self._replace(edits):
            with self._lock:
                if self._edits is edits:
                    self._edits = None

    def _replace(self, text: str) -> bool:
        path = self._folder / "edits.txt"
        try:
            path.with_suffix(".tmp").write_text(text, encoding="utf-8", newline="\n")
            os.replace(path.with_suffix(".tmp"), path)
        except OSError as error:
            self.unwritten += 1
            if self.unwritten <= _LOGGED:
                _log.warning("%s cannot be replaced: %s", path, error.strerror)
            return False
        return True


def open_items(settings: Settings, post: Callable[[OscMessage], None]) -> ArdourItems | None:
    """Open the files of the script in Ardour; None where Ardour is on another machine."""
    if not settings.daw.host.startswith("127."):
        return None
    items = ArdourItems(items_folder(), post)
    try:
        items.open()
    except OSError as error:
        _log.warning("Ardour's items are not used: %s: %s", error.filename, error.strerror)
        return None
    return items
