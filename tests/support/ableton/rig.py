"""A fake Live in a process of its own, and a bridge beside it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.ports import free_ports
from support.rig import PATIENCE_S, Bridge, Remote

TESTS = Path(__file__).parents[2]
NAMES = ("Kick", "Bass", "Vox")


class Live:
    """The fake's process; `ask` is a person in front of it."""

    def __init__(self, port: int, answer_port: int) -> None:
        path = os.pathsep.join((str(TESTS.parent), str(TESTS)))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.ableton.process", str(port), str(answer_port), *NAMES],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n"

    def ask(self, command: str) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        state: dict[str, Any] = json.loads(self._process.stdout.readline())
        return state

    def until(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_S
        while not is_so(state := self.ask("state")):
            assert time.monotonic() < end, state
            time.sleep(0.02)
        return state

    def close(self) -> None:
        with self._process:  # closes its pipes, which ends it
            pass


class Studio:
    """Live, the bridge, and a person with a remote."""

    def __init__(self, folder: Path) -> None:
        # The bridge's port is the rig's choice: AbletonOSC's own 11001 may be taken here.
        live_port, remote_port = free_ports(2)
        self.bridge = Bridge(
            folder,
            daw={"dialect": "ableton", "port": live_port},
            pace={"interval_s": 0.3},
            guard={"profile": "studio"},
        )
        self.live = Live(live_port, self.bridge.port)
        self.remote = Remote(port=remote_port, bridge_port=self.bridge.port)

    def close(self) -> None:
        """The remote leaves, and Live is quit."""
        self.remote.close()
        self.live.close()
