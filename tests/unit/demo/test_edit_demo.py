"""The demo of edits, from its take to its report."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.demo.edit import ANSWERS, FAULTS, play_edit_demo

pytestmark = pytest.mark.slow


def test_six_answers_mend_most_of_twelve_faults_and_leave_a_report(tmp_path: Path) -> None:
    summary = play_edit_demo(tmp_path / "demo", seed=0)
    assert (summary["asked"], summary["faults"]) == (ANSWERS, FAULTS)
    assert summary["mended"] >= 8
    before, after = (soundfile.read(str(tmp_path / "demo" / f"{name}.wav"))[0]
                     for name in ("before", "after"))  # fmt: skip
    assert before.shape == after.shape
    assert not np.array_equal(before, after)
    assert (tmp_path / "demo" / "edits.png").stat().st_size > 10_000
    assert json.loads((tmp_path / "demo" / "summary.json").read_text()) == json.loads(
        json.dumps(summary)
    )


@pytest.mark.long
def test_who_says_no_to_all_is_left_alone(tmp_path: Path) -> None:
    summary = play_edit_demo(tmp_path, seed=0, ask=lambda _: False)
    assert summary["edits"] < 8
