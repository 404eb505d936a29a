"""The page's JavaScript and the scripts of the Live devices: short lines, and types that agree."""

from pathlib import Path

import pytest
from support.typescript import STATIC, faults

ROOT = Path(__file__).parents[3]
THIRD_PARTY = {"uplot.js"}
OURS = sorted(
    path
    for folder in (STATIC, ROOT / "max_patches")
    for pattern in ("*.js", "*.ts")
    for path in folder.glob(pattern)
    if path.name not in THIRD_PARTY
)
MOST_COLUMNS = 100
"""As in Python."""


def test_there_are_scripts_to_check() -> None:
    assert {"main.js", "types.d.ts", "mixbridge_hub.js"} <= {path.name for path in OURS}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_line_is_too_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [
        f"{path.name}:{number}" for number, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS
    ] == []


@pytest.mark.long
def test_the_types_agree() -> None:
    """JSDoc's types, checked strictly (jsconfig.json), as `make check` does by itself."""
    assert faults("--project", str(STATIC / "jsconfig.json")) == ""
