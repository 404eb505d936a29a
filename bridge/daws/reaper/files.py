"""The companion's files: what it writes becomes messages, what is meant for it becomes a file.

A thread of its own looks thirty times a second and waits for the disk, so that the loop does not.
What it reads is posted to the loop as messages: the companion's texts to the dialect, presses of
the actions as the requests that any remote sends. A file is replaced as a whole, never changed.

=================  ==================  ==========================================
``state.txt``      the companion's     what stands in REAPER; once a second at least
``levels.txt``     the companion's     what is heard
``devices.txt``    the companion's     synths, and notes that probes have heard
``commands.txt``   ours                what is asked of it
``items.txt``      the companion's     which audio items lie where
``edits.txt``      ours                which edits of them are wanted
``clips.txt``      the companion's     the notes of MIDI items
``takes.txt``      ours                which takes of the bridge's own are wanted there
``presses.txt``    the actions'        one line a press, appended
``bridge.txt``     ours                what the window shows; once a second at least
=================  ==================  ==========================================
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bridge.config import Settings
from bridge.daw.item_files import EDITS, ITEMS
from bridge.daws.reaper.folder import MAILBOX, find_resource_folder, meter_range
from bridge.daws.reaper.wire.clips import CLIPS, TAKES
from bridge.daws.reaper.wire.companion import (
    COMMANDS,
    DEVICES,
    FRESH_S,
    LEVELS,
    METER_RANGE,
    STATE,
)
from bridge.daws.reaper.wire.texts import escape
from bridge.mix.notices import Rateable
from bridge.mix.params import Param, in_words
from bridge.osc.message import OscArg, OscMessage
from bridge.runtime.thumbs import NOTHING_TO_RATE

LOOK_S: Final = 1.0 / 30.0
_BEAT_S: Final = 1.0
_MAX_BYTES: Final = 4 << 20
_LOGGED: Final = 5

# What an action's word asks for; ``{}`` stands for its argument, which names a move.
_REQUESTS: Final[dict[str, tuple[str, tuple[OscArg, ...]]]] = {
    "up": ("/bridge/reward", (1.0, "{}")),
    "down": ("/bridge/reward", (-1.0, "{}")),
    "endorse": ("/bridge/endorse", ()),
    "undo": ("/bridge/undo", ()),
    "accept": ("/bridge/accept", ("{}",)),
    "skip": ("/bridge/skip", ("{}",)),
    "freeze": ("/bridge/freeze", (1,)),
    "unfreeze": ("/bridge/freeze", (0,)),
    "panic": ("/bridge/panic", ()),
    "rearm": ("/bridge/rearm", ()),
}

_READ: Final = {
    "state.txt": STATE,
    "levels.txt": LEVELS,
    "devices.txt": DEVICES,
    "items.txt": ITEMS,
    "clips.txt": CLIPS,
}
_WRITTEN: Final = {COMMANDS: "commands.txt", EDITS: "edits.txt", TAKES: "takes.txt"}

_ANSWERS: Final = {"up": "accept", "down": "skip"}
"""What a thumb means while a suggestion is open."""

_SHOWN: Final = ("mode", "status", "text", "move", "suggestion", "rateable")

_log = logging.getLogger(__name__)


class ReaperFiles:
    """The bridge's end of the mailbox.

    Args:
        folder: The mailbox; made where it is not there.
        meter_range: The person's, dBFS, for REAPER's own meters.
        post: Takes each message, on the mailbox's thread.

    Attributes:
        unwritten: Files that could not be replaced.
    """

    prefix: Final = "/companion/"

    def __init__(
        self,
        folder: Path,
        *,
        meter_range: tuple[float, float],
        post: Callable[[OscMessage], None],
    ) -> None:
        self.unwritten = 0
        self._folder = folder
        self._meter_range = meter_range
        self._post = post
        self._seen: dict[str, tuple[int, int, int]] = {}
        self._pressed_bytes = 0
        self._wanted: dict[str, str] = {}
        self._shown = dict.fromkeys(_SHOWN, "")
        self._beats = 0
        self._beat_at = 0.0
        self._is_shown = False
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="reaper-files", daemon=True)

    def open(self) -> None:
        """Begin to look."""
        self._prime()
        self._thread.start()

    def close(self) -> None:
        """Stop looking, and leave no word of a bridge that does not run any more."""
        self._is_open = False
        self._wake.set()
        self._thread.join(timeout=2.0)
        for name in ("bridge.txt", *_WRITTEN.values()):
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError:
                self.unwritten += 1

    # -- on the loop ---------------------------------------------------------------------------

    def send(self, message: OscMessage) -> None:
        """Ask the companion for something; the newest text replaces one that waits."""
        if name := _WRITTEN.get(message.address):
            with self._lock:
                self._wanted[name] = str(message.args[0])
            self._wake.set()

    def notify(self, message: OscMessage) -> None:
        """Show in the window what the bridge tells everyone."""
        shown = dict(self._shown)
        match message.address, message.args:
            case "/bridge/heartbeat", (_, mode):
                shown["mode"] = str(mode)
            case "/bridge/status", (status, text):
                shown["status"], shown["text"] = str(status), str(text)
            case "/bridge/move", (str(move), str(state), _, str(param), _, float(to), str(reason)):
                is_strip = param in tuple(Param)
                said = f"{param} to {in_words(Param(param), to) if is_strip else f'{to:.2f}'}"
                shown["move"] = f"{state} {move}: {said}. {reason}"
            case "/bridge/rateable", (str(move), str(kind)):
                shown["suggestion"] = move if kind == Rateable.SUGGESTION else ""
                shown["rateable"] = move if kind == Rateable.MOVE else ""
        if shown != self._shown:
            self._shown, self._is_shown = shown, False

    # -- on the thread -------------------------------------------------------------------------

    def _work(self) -> None:
        while self._is_open:
            self.poll()
            self._wake.wait(LOOK_S)
            self._wake.clear()

    def poll(self) -> None:
        """Read what is new, write what waits; what the disk refuses is tried again."""
        for name, address in _READ.items():
            text = self._read_new(name)
            if text:
                self._post(OscMessage(address, (text,)))
        self._read_presses()
        with self._lock:
            wanted = list(self._wanted.items())
        for name, text in wanted:
            if self._replace(name, text):
                with self._lock:
                    if self._wanted[name] is text:  # else a newer one came meanwhile
                        del self._wanted[name]
        self._show()

    def _prime(self) -> None:
        """Take no notice of what is left of an earlier session."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._post(OscMessage(METER_RANGE, self._meter_range))
        for name in _READ:
            path = self._folder / name
            if path.exists() and time.time() - path.stat().st_mtime > FRESH_S:
                self._seen[name] = _signature(path.stat())
        presses = self._folder / "presses.txt"
        self._pressed_bytes = presses.stat().st_size if presses.exists() else 0

    def _read_new(self, name: str) -> str:
        """A file's text, where it is another than last time."""
        path = self._folder / name
        try:
            signature = _signature(path.stat())
            if signature == self._seen.get(name) or signature[2] > _MAX_BYTES:
                return ""
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:  # between two of its names, on Windows; or the companion has gone
            return ""
        self._seen[name] = signature
        return text if text.endswith("end\n") else ""

    def _read_presses(self) -> None:
        """Requests from lines that were appended, whole ones only."""
        path = self._folder / "presses.txt"
        try:
            size = path.stat().st_size
            if size < self._pressed_bytes:
                self._pressed_bytes = 0  # it was begun anew
            if size == self._pressed_bytes or size > _MAX_BYTES:
                return
            with path.open("rb") as file:
                file.seek(self._pressed_bytes)
                lines, end, _ = file.read().rpartition(b"\n")
        except OSError:
            return
        self._pressed_bytes += len(lines) + len(end)
        for line in lines.decode("utf-8", "replace").splitlines():
            press_id, _, rest = line.partition("\t")
            word, _, argument = rest.partition("\t")
            if word in _ANSWERS and not argument:
                word, argument = self._thumb(word)
            if word in _REQUESTS:
                address, args = _REQUESTS[word]
                named = tuple(argument if arg == "{}" else arg for arg in args)
                is_reward = address == "/bridge/reward"
                more = (f"reaper-{press_id}",) if is_reward else ()  # a second look counts once
                self._post(OscMessage(address, (*named, *more)))

    def _thumb(self, word: str) -> tuple[str, str]:
        """What a thumb that names nothing is about: what the window shows; no word for nothing."""
        shown = self._shown
        if shown["suggestion"]:
            return _ANSWERS[word], shown["suggestion"]
        if shown["rateable"]:
            return word, shown["rateable"]
        _log.info("REAPER: %s", NOTHING_TO_RATE)
        self._shown, self._is_shown = shown | {"move": f"{NOTHING_TO_RATE.capitalize()}."}, False
        return "", ""

    def _show(self) -> None:
        now = time.monotonic()
        if self._is_shown and now - self._beat_at < _BEAT_S:
            return
        self._is_shown, self._beat_at = True, now
        self._beats += 1
        lines = [f"{key}\t{escape(value)}" for key, value in self._shown.items()]
        text = "\n".join(["mixbridge-bridge\t1", f"beat\t{self._beats}", *lines, "end", ""])
        self._replace("bridge.txt", text)

    def _replace(self, name: str, text: str) -> bool:
        path = self._folder / name
        try:
            # Windows lets no name be given to a file that somebody reads: the next look tries.
            path.with_suffix(".tmp").write_text(text, encoding="utf-8", newline="\n")
            os.replace(path.with_suffix(".tmp"), path)
        except OSError as error:
            self.unwritten += 1
            if self.unwritten <= _LOGGED:
                _log.warning("%s cannot be replaced: %s", path, error.strerror)
            return False
        return True


def _signature(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_ino, status.st_size


def open_files(settings: Settings, post: Callable[[OscMessage], None]) -> ReaperFiles | None:
    """Open the mailbox of the script inside REAPER; None where REAPER is not here, or it fails.

    Args:
        settings: Of the bridge; why the companion is not used is logged.
        post: Takes each message, on the mailbox's thread.
    """
    given = settings.reaper.resource_path
    if given is None and not settings.daw.host.startswith("127."):
        return None
    folder = find_resource_folder(given)
    if folder is None:
        _log.warning(
            "REAPER's resource folder was not found, so that its companion is not used: "
            "name the folder in reaper.resource_path."
        )
        return None
    files = ReaperFiles(folder / MAILBOX, meter_range=meter_range(folder), post=post)
    try:
        files.open()
    except OSError as error:
        _log.warning("REAPER's companion is not used: %s: %s", error.filename, error.strerror)
        return None
    return files
