"""Which of our writes may have led a control somewhere, as far as anybody can tell."""

import pytest

from bridge.guard.ramps import Transit
from bridge.guard.traffic import Traffic
from bridge.guard.write import Purpose
from bridge.mix.params import Param


def traffic(param: Param, *writes: float) -> Traffic:
    """A control of the strip Bass that was written from 0 on, 20 ms apart, and not answered."""
    known = Traffic()
    transit = Transit(
        key="Bass", param=param, start=0.0, target=writes[-1], began=0.0, duration=1.0,
        purpose=Purpose.MOVE,
    )  # fmt: skip
    for index, write in enumerate(writes):
        transit.record_sent(write, 0.02 * index)
    known._transits["Bass", param] = transit
    return known


def may_lead(known: Traffic, param: Param, *bases: float, value: float) -> bool:
    """Whether those writes may have led the same control of Vox from one of `bases` to `value`."""
    found = known.explanations(
        "Vox", param, bases=bases, value=value, at=0.1, since=0.0, near=0.05, is_untold=False
    )
    return bool(found)


def test_what_goes_as_far_the_same_way_may_go_along() -> None:
    assert may_lead(traffic(Param.GAIN, 0.5, 1.0), Param.GAIN, -10.0, value=-9.0)


def test_nothing_goes_along_the_other_way() -> None:
    assert not may_lead(traffic(Param.GAIN, 0.5, 1.0), Param.GAIN, -10.0, value=-11.0)


def test_a_small_step_back_may_be_the_grid() -> None:
    assert may_lead(traffic(Param.GAIN, 0.5, 1.0), Param.GAIN, -10.0, value=-10.08)


def test_the_last_step_of_a_way_tells_its_direction() -> None:
    known = traffic(Param.GAIN, 0.5, 1.0)
    assert not may_lead(known, Param.GAIN, -10.0, -10.0, -9.0, value=-9.05)
    assert may_lead(known, Param.GAIN, -10.0, -10.0, -9.1, value=-9.05)


def test_a_pair_may_mirror_its_pans() -> None:
    assert may_lead(traffic(Param.PAN, 0.1, 0.2), Param.PAN, 0.0, value=-0.2)


@pytest.mark.parametrize("value", [-11.0, -9.0])
def test_where_answers_are_lost_any_way_may_be_one_that_went_along(value: float) -> None:
    known = traffic(Param.GAIN, 0.5, 1.0)
    known._strayed_at = 0.0
    known.record_spoken()
    assert may_lead(known, Param.GAIN, -10.0, value=value)
