"""The study on a real synth: what counts as reached, what is printed, and what is refused."""

from typing import Any

import pytest
from click.testing import CliRunner

from bridge.errors import ConfigError
from bridge.studies.sound.real import is_reached, real_lines
from bridge.studies.sound.study import main


def row(
    far: float, repeat: float, *, own: float | None = None, is_reachable: bool = True
) -> dict[str, Any]:
    return {
        "agent": "agent", "start": "Bass/1", "target": "Pads/2", "is_reachable": is_reachable,
        "first": 4.0, "repeat": repeat, "own": repeat if own is None else own,
        "far": [2.0, 1.0, far], "mel": [8.0, 3.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("far", "repeat", "so"),
    [(0.3, 0.0, True), (0.31, 0.1, False), (0.79, 0.4, True), (0.81, 0.4, False)],
)
def test_reached_is_near_or_within_twice_what_notes_differ_by(
    far: float, repeat: float, so: bool
) -> None:
    assert is_reached(row(far, repeat)) is so


def test_what_notes_differ_by_is_heard_before_and_after_the_search() -> None:
    assert is_reached(row(1.0, 0.2, own=0.8))
    text = "\n".join(real_lines([row(1.0, 0.2, own=0.8)]))
    assert "before the search alone: 0 of 1 reached, and 0 of 1 by the target's own knobs" in text


def test_reachable_targets_and_others_are_counted_apart() -> None:
    text = "\n".join(real_lines([row(0.1, 0.1), row(2.0, 0.1, is_reachable=False)]))
    assert "1 of 1 reached (knobs)" in text
    assert "0 of 1 reached (other patch)" in text
    assert "1 of 2 reached in 40 notes" in text


def test_what_is_no_synth_that_can_be_run_is_refused() -> None:
    with pytest.raises(ConfigError, match="ardour: expected a synth that can be run here: zyn"):
        CliRunner().invoke(
            main, ["--daw", "ardour", "--quick", "--targets", "1"], catch_exceptions=False
        )
