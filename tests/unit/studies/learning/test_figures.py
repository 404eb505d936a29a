from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.studies.learning.figures import (
    at,
    decision_p99_ms,
    draw_curves,
    interval,
    lift,
    summarise,
)


def episode(**changed: object) -> dict[str, Any]:
    """Three moves and two thumbs, ending at 0.5, and a second song at 0.4."""
    return {
        "agent": "agent",
        "population": "std",
        "tracks": 8,
        "condition": "usual",
        "listener": 0,
        "by_move": [0.1, 0.3, 0.5],
        "by_thumb": [0.1, 0.5],
        "changes": [2.0, -1.5, -4.0, 0.5],
        "worst_db": 3.0,
        "ending": 0.5,
        "frozen": 0.4,
        "decision_us": [100, 200, 300],
    } | changed


def test_a_curve_is_read_after_so_many_thumbs_or_moves() -> None:
    assert [at(episode(), "by_thumb", count) for count in (0, 1, 2)] == [0.0, 0.1, 0.5]
    assert at(episode(), "by_move", 2) == 0.3


def test_a_session_that_ended_early_keeps_its_last_value() -> None:
    assert at(episode(ending=0.45), "by_thumb", 100) == 0.45


def test_the_interval_of_equal_values_is_that_value() -> None:
    assert interval(np.full(40, 0.7)) == pytest.approx((0.7, 0.7))


def test_the_interval_is_about_two_standard_errors_to_each_side_and_always_the_same() -> None:
    values = np.random.default_rng(1).normal(0.0, 1.0, 400)
    low, high = interval(values)
    assert high - low == pytest.approx(4 * values.std() / 20, rel=0.1)
    assert interval(values) == (low, high)


def test_mean_and_tenth_percentile_are_over_listeners() -> None:
    records = [
        episode(listener=number, by_thumb=[], ending=number / 10, frozen=0.0)
        for number in range(11)
    ]
    found = summarise(records)["thumbs"]["50"]
    assert (found["mean"], found["p10"]) == (0.5, 0.1)


def test_dislikes_are_shares_of_the_moves_that_were_made() -> None:
    found = summarise([episode(), episode(listener=1, changes=[-1.0, 1.0, 2.0, 3.0])])
    assert found["disliked_50"] == 2 / 8
    assert found["clearly_disliked_100"] == 1 / 8
    assert found["heard_dislikes"] == 1.0  # two of one listener's moves, none of the other's


def test_only_the_first_fifty_moves_count_for_the_first_fifty() -> None:
    found = summarise([episode(changes=[1.0] * 50 + [-2.0] * 50 + [-9.0])])
    assert (found["disliked_50"], found["disliked_100"]) == (0.0, 0.5)
    assert found["clearly_disliked_100"] == 0.0


def test_the_worst_move_is_the_worst_of_any_listener() -> None:
    found = summarise([episode(), episode(listener=1, worst_db=7.5, changes=[-11.0])])
    assert (found["worst_db"], found["worst_change"]) == (7.5, -11.0)


def test_both_songs_count_among_those_left_worse_than_found() -> None:
    records = [episode(), episode(listener=1, ending=-0.1), episode(listener=2, frozen=-0.2)]
    assert summarise(records)["left_worse"] == pytest.approx(2 / 6, abs=1e-4)


def test_an_agent_that_never_moves_has_no_dislikes_and_leaves_nothing_worse() -> None:
    still = episode(by_move=[], by_thumb=[], changes=[], worst_db=0.0, ending=0.0, frozen=0.0)
    found = summarise([still])
    assert (found["thumbs"]["100"]["mean"], found["disliked_100"], found["left_worse"]) == (0, 0, 0)


def test_the_lift_is_paired_by_listener() -> None:
    on = [episode(listener=number, frozen=number + 0.1 * number) for number in range(3)]
    off = [episode(listener=number, frozen=float(number)) for number in (2, 0, 1)]
    found = lift(on, off)
    assert found["frozen"] == {"mean": 0.1, "se": round(0.1 / 3**0.5, 4)}
    assert found["50"] == {"mean": 0.0, "se": 0.0}


def test_decision_times_are_pooled_over_sessions() -> None:
    records = [episode(decision_us=[1000] * 99), episode(decision_us=[9000])]
    assert decision_p99_ms(records) == pytest.approx(1.08)
    assert decision_p99_ms([episode(decision_us=[])]) == 0.0


@pytest.mark.slow
def test_the_picture_has_a_panel_for_each_population_that_was_measured(tmp_path: Path) -> None:
    records = [
        episode(agent=agent, population=population)
        for agent in ("agent", "learning off", "rules")
        for population in ("std", "diverse")
    ]
    draw_curves(tmp_path / "two.png", records, tracks=8, thumbs=2)
    draw_curves(tmp_path / "one.png", records[::2], tracks=8, thumbs=2)
    wide, narrow = ((tmp_path / name).read_bytes() for name in ("two.png", "one.png"))
    widths = [int.from_bytes(data[16:20], "big") for data in (wide, narrow)]
    assert widths[0] == 2 * widths[1]
