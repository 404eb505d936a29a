"""The example notebook runs, cell by cell, on a recorded journal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NOTEBOOK = ROOT / "docs/journal.ipynb"

pytestmark = pytest.mark.slow


def test_the_notebook_of_the_docs_runs(tmp_path: Path) -> None:
    store = tmp_path / "golden.db"
    store.write_bytes((ROOT / "tests/replay/golden.db").read_bytes())
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) >= 5
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(code)],
        env={**os.environ, "MIXBRIDGE_STORE": str(store), "MPLBACKEND": "Agg"},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("as it was: +")


def test_the_notebook_holds_no_output_of_somebodys_session() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells)
