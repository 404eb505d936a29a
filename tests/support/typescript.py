"""TypeScript's compiler, which checks the page's JavaScript by its JSDoc."""

import shutil
import subprocess
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "bridge" / "web" / "static"


def faults(*args: str) -> str:
    """What the compiler says; empty where all types agree. The test skips without a compiler."""
    tsc = shutil.which("tsc")
    if tsc is None:
        pytest.skip("TypeScript is not installed (Debian: apt install node-typescript)")
    done = subprocess.run(
        [tsc, *args], capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    said = done.stdout + done.stderr
    return said or (f"tsc ended with {done.returncode}" if done.returncode else "")
