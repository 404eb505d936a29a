"""The page's JavaScript and the scripts of the Live devices: short lines, and types that agree."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "bridge" / "web" / "static"
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


def test_the_types_agree() -> None:
    """JSDoc's types, checked strictly (jsconfig.json): what the bridge sends is in types.d.ts."""
    tsc = shutil.which("tsc")
    if tsc is None:
        pytest.skip("TypeScript is not installed (Debian: apt install node-typescript)")
    checked = subprocess.run(
        [tsc, "--project", str(STATIC / "jsconfig.json")],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert checked.stdout + checked.stderr == ""
    assert checked.returncode == 0
