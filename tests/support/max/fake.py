"""A device's own script in a Max and a Live set in memory: `tests/max/harness.js` under node.

Which rules Max and Live follow there, and where they are documented, is said in the harness.
"""

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import pytest

ROOT = Path(__file__).parents[3]
DEVICES = ROOT / "max_patches"
HARNESS = ROOT / "tests" / "max" / "harness.js"

Atom = int | float | str
Said = tuple[int, list[Atom]]
"""An outlet, and the message that left it."""


def node() -> str:
    """The program `node`, or the one that playwright brings along; else the test is skipped."""
    browser = importlib.util.find_spec("playwright")
    driver = Path(browser.origin).parent / "driver" if browser and browser.origin else Path()
    found = shutil.which("node") or shutil.which("node", path=driver)
    if found is None:
        pytest.skip("node is not installed: the scripts of the Live devices cannot be run")
    return found


class Script:
    """A running script; time stands unless `advance` lets it pass, or `udp` is given.

    Args:
        name: Of the file in `max_patches`.
        arguments: Of the js object.
        tracks: Names of the Live set's tracks.
        place: The path of what the device sits on.
        udp: ``{"listen": port, "outlets": {outlet: port}}``: real datagrams and the real clock.
    """

    def __init__(
        self,
        name: str,
        *,
        arguments: Iterable[Atom] = (),
        tracks: Iterable[str] = (),
        place: str = "live_set tracks 0",
        udp: dict[str, Any] | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            [node(), str(HARNESS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        setup = {"script": str(DEVICES / name), "arguments": list(arguments), "place": place}
        self._ask(setup | {"tracks": list(tracks), "udp": udp})

    def ready(self) -> list[Said]:
        """Live has loaded the device."""
        return self.do("ready")

    def message(self, *atoms: Atom) -> list[Said]:
        """A message comes to the inlet, from the wire or from the panel."""
        return self.do("message", atoms=atoms)

    def advance(self, seconds: float) -> list[Said]:
        """Let time pass."""
        return self.do("advance", ms=round(seconds * 1000))

    def do(self, command: str, **arguments: object) -> list[Said]:
        """One of the harness's commands; returns what left the script because of it."""
        answer = self._ask({"do": command, **arguments})
        assert answer["posted"] == [], "a device writes nothing to Live's console"
        return [(outlet, atoms) for outlet, atoms in answer["out"]]

    def state(self) -> dict[str, Any]:
        """What the Live set holds, and how often the script wrote to it."""
        state: dict[str, Any] = self._ask({"do": "state"})["result"]
        return state

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, line: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "fault" not in answer, answer["fault"]
        return answer
