"""What is asked for at the page is in the journal, and is decided the same again."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.rig import apply_one, rows_of, sitting_at
from support.web import paged

pytestmark = pytest.mark.e2e

ASKED = (
    ("/bridge/pin", "A"), ("/bridge/compare", 1), ("/bridge/compare", 0), ("/bridge/undo",),
    ("/bridge/recall", "A"), ("/bridge/learn", "1", "gain", 0), ("/bridge/act", "2", "all", 0),
    ("/bridge/revert", "1-1"), ("/bridge/audition", "1-9", 0), ("/bridge/forget", "all"),
)  # fmt: skip


def test_a_session_at_the_page_replays_bit_for_bit(tmp_path: Path) -> None:
    with paged(tmp_path, mode="suggest") as web:
        with sitting_at(web.bridge) as desk:
            apply_one(desk)
            for address, *args in ASKED:
                assert web.post(address, *args).status == 200
                desk.let_pass(0.2)
            desk.let_pass(0.6)
        kinds = {str(kind) for (kind,) in rows_of(web.bridge, "SELECT DISTINCT kind FROM events")}
        store = web.bridge.store
    assert {
        "MixPinned", "MixRecalled", "CompareSwitched", "StripSwitched", "RevertRequested",
        "AuditionSwitched", "ForgetRequested",
    } <= kinds  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "replay", str(store)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Identical, bit for bit" in done.stdout
