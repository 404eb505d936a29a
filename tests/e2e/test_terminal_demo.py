"""The demo in a real terminal of 80 by 24: what is shown, what keys do, what is counted."""

import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminal"),
]

PATIENCE_S = 180.0
_CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\r")


class Terminal:
    """The demo behind a pseudo-terminal."""

    def __init__(self, folder: Path) -> None:
        self.text = ""
        self._end, inner = pty.openpty()
        termios.tcsetwinsize(inner, (24, 80))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bridge", "demo", "--seed", "1"],
            cwd=folder, stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
            env={
                **os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24",
                "PYTHONPATH": str(Path(__file__).parents[2]),
            },
        )  # fmt: skip
        os.close(inner)

    def press(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def wait_for(self, wanted: str) -> str:
        """All that came until `wanted` did; it is forgotten then."""
        until = time.monotonic() + PATIENCE_S
        while wanted not in self.text:
            assert time.monotonic() < until, f"{wanted!r} did not come: {self.text[-3000:]}"
            assert self._read(), f"{wanted!r} did not come: {self.text[-3000:]}"
        seen, _, self.text = self.text.partition(wanted)
        return seen + wanted

    def wait_for_end(self) -> str:
        while self._read():
            pass
        assert self.process.wait(timeout=PATIENCE_S) == 0, self.text[-3000:]
        return self.text

    def _read(self) -> bool:
        if not select.select([self._end], [], [], 1.0)[0]:
            return True
        try:
            part = os.read(self._end, 65_536)
        except OSError:  # the other end has closed
            return False
        self.text += _CODES.sub("", part.decode("utf-8", "replace"))
        return bool(part)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._end)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


def test_keys_judge_what_is_shown_and_all_counts_agree(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("Loading the band")
    shown = terminal.wait_for("Shift+P twice panic")
    assert "mixbridge demo --page" in shown
    for key, answer in (("g", "Good saved"), ("b", "Bad saved")):
        terminal.wait_for("Rate this move")
        terminal.press("\x1b[A\x1b[B\x1b")  # cursor keys and Esc
        terminal.press(key)
        terminal.wait_for(answer)
    terminal.press("P")
    terminal.wait_for("Press Shift+P again")
    terminal.press("P")
    terminal.wait_for("panic: back at the snapshot")
    terminal.press("g")
    terminal.wait_for("There is nothing to rate now")
    terminal.process.send_signal(signal.SIGINT)
    said = terminal.wait_for_end()
    (folder,) = tmp_path.glob("demo-report-*")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(folder / "mixbridge.db")) as store:
        journal = [value for (value,) in store.execute("SELECT value FROM rewards ORDER BY seq")]
    assert journal == [1.0, -1.0]
    assert (summary["liked"], summary["disliked"], summary["answers"]) == (1, 1, 2)
    assert f"{summary['moves']} moves, 1 liked and 1 disliked" in said
