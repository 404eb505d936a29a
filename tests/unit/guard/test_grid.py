"""How a DAW rounds is learnt from its answers."""

import random

import pytest

from bridge.guard.grid import Grid, coarsest, noise
from bridge.mix.params import Param


def test_until_enough_is_known_the_coarsest_device_is_allowed_for() -> None:
    assert Grid().rounding(Param.GAIN, -10.0) == coarsest(Param.GAIN)


def test_a_told_step_needs_no_answers() -> None:
    grid = Grid({Param.PAN: 0.02})
    assert grid.rounding(Param.PAN, 0.3) == pytest.approx(0.0105)
    assert grid.resolution(Param.PAN, 0.3) == 0.02


def test_a_told_scale_that_is_not_even_is_asked_near_the_value() -> None:
    grid = Grid({Param.GAIN: lambda value: 0.04 if value > -10.0 else 0.08})
    assert grid.resolution(Param.GAIN, -5.0) == 0.04
    assert grid.rounding(Param.GAIN, -20.0) == pytest.approx(0.042)


@pytest.mark.parametrize(("target", "aimed"), [(0.5, 0.4), (-0.5, -0.4), (0.41, 0.4), (0.05, 0.0)])
def test_what_is_aimed_at_is_a_place_and_no_further_than_what_was_wanted(
    target: float, aimed: float
) -> None:
    grid = Grid({Param.GAIN: 0.4}, lambda _, value: round(value / 0.2) * 0.2)
    assert grid.aim(Param.GAIN, 0.0, target) == pytest.approx(aimed)


def test_without_a_told_grid_the_aim_is_the_target() -> None:
    assert Grid().aim(Param.GAIN, 0.0, 0.123) == 0.123


@pytest.mark.parametrize("step", [0.04, 0.1, 0.5])
def test_the_rounding_that_is_learnt_covers_the_step_and_not_much_more(step: float) -> None:
    grid, dice = Grid(), random.Random(1)
    for _ in range(40):
        grid.record(Param.GAIN, -5.0, dice.uniform(0.0, step / 2.0))
    assert step / 2.0 <= grid.rounding(Param.GAIN, -5.0) <= step


def test_exact_answers_are_believed_soon() -> None:
    grid = Grid()
    for _ in range(4):
        grid.record(Param.GAIN, -5.0, 1e-7)
    assert grid.rounding(Param.GAIN, -5.0) == noise(Param.GAIN)


def test_a_fader_is_coarser_further_down() -> None:
    grid = Grid()
    for _ in range(40):
        grid.record(Param.GAIN, -5.0, 0.02)
    assert grid.rounding(Param.GAIN, -45.0) == coarsest(Param.GAIN)


def test_above_a_change_of_the_law_the_coarser_steps_below_may_round() -> None:
    """The places of an X32 next to -30 dB: .16 dB apart below, .08 above, .14 across."""
    grid = Grid()
    for first, second, third in ((-31.0, -30.2737, -30.1173), (-29.0, -29.9022, -29.9804)):
        grid.record_place("a", Param.GAIN, second, first)
        grid.record_place("a", Param.GAIN, third, second)
    across = (-29.9804 + 30.1173) / 2.0
    assert grid.rounding(Param.GAIN, -29.9804) >= across
    assert grid.rounding(Param.GAIN, -29.8) < across


def test_where_a_file_has_put_a_control_need_not_be_a_place_of_its_scale() -> None:
    grid = Grid()
    grid.record_place("a", Param.GAIN, -18.0, -18.2)
    assert not grid.is_place("a", Param.GAIN, -18.2)
    assert grid.is_place("a", Param.GAIN, -18.0)
    assert grid.rounding(Param.GAIN, -18.0) == coarsest(Param.GAIN)
    grid.record_place("a", Param.GAIN, -18.1, -18.0)
    assert grid.rounding(Param.GAIN, -18.0) == pytest.approx(0.06)


def test_a_scene_that_has_moved_a_control_leaves_no_place() -> None:
    grid = Grid()
    grid.record_place("a", Param.GAIN, -12.0, -13.0)
    grid.record_place("a", Param.GAIN, -15.0, -15.01)  # in between a scene was loaded
    assert grid.rounding(Param.GAIN, -15.0) == coarsest(Param.GAIN)
