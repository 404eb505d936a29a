"""What is told of the worth of gestures."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridge.studies.learning.gestures import YARDSTICK, gather, main, table


def test_what_was_learnt_is_compared_listener_by_listener() -> None:
    rows = gather(
        [
            {"nothing": (0.0, 0.5), YARDSTICK: (0.7, 0.8)},
            {"nothing": (0.2, 0.7), YARDSTICK: (0.9, 0.8)},
        ]
    )
    assert [row["way"] for row in rows] == ["nothing", YARDSTICK]
    assert (rows[0]["now"], rows[0]["again"], rows[0]["more"]) == (0.1, 0.6, -0.2)
    assert rows[0]["error"] == 0.1
    assert (rows[1]["more"], rows[1]["error"]) == (0.0, 0.0)
    assert "-0.200 +- 0.100" in list(table(rows))[1]


@pytest.mark.long
def test_every_gesture_is_measured_and_a_salt_repeats_it(tmp_path: Path) -> None:
    figures = []
    for name in ("a.json", "b.json"):
        line = f"--listeners 2 --tracks 2 --salt c0ffee --workers 1 --out {tmp_path / name}"
        result = CliRunner().invoke(main, line.split())
        assert result.exit_code == 0, result.output
        figures.append(json.loads((tmp_path / name).read_text())["rows"])
    assert figures[0] == figures[1]
    ways = [row["way"] for row in figures[0]]
    assert {"nothing", "1 word", "3 picks", "a finished mix, endorsed"} <= set(ways)
