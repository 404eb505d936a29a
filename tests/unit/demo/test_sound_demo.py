"""The demo of sounds."""

import json
from pathlib import Path

import pytest

from bridge.demo.sound import run_sound_demo
from bridge.tasks.sound.note import measure_note

pytestmark = pytest.mark.slow


def test_the_dull_bass_comes_near_and_the_report_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile = pytest.importorskip("soundfile")
    assert run_sound_demo(seed=0, folder=tmp_path) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["rest"] < 0.3
    assert summary["nearer"] > 0.0
    assert summary["others"] > 0.0
    for name in ("before", "target", "after", "picked", "other", "other-unlearned"):
        assert (tmp_path / f"{name}.wav").stat().st_size > 10_000
    report = (tmp_path / "report.html").read_text()
    assert f"left {summary['rest']:.0%} of the distance" in report
    assert "than the target: Filter Cutoff" in report
    heard = [soundfile.read(tmp_path / f"{name}.wav") for name in ("before", "after")]
    levels = [measure_note(*each).level_db for each in heard]
    assert levels[0] == pytest.approx(levels[1], abs=0.01)
    assert "than the target: Filter Cutoff" in capsys.readouterr().out
