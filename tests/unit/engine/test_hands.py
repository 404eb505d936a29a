"""What the ledger of hands knows of a touch."""

import math

import pytest

from bridge.engine.hands import HandLedger, Touch
from bridge.mix.params import Param

GAIN = Param.GAIN


def moved(ledger: HandLedger, value: float, at: float, *, is_likely_ours: bool = False) -> None:
    ledger.record(
        Touch(
            key="Vox", param=GAIN, start=0.0, value=value, told=value, at=at, move="",
            is_likely_ours=is_likely_ours,
        )
    )  # fmt: skip


def test_one_value_has_no_way_to_go_on() -> None:
    ledger = HandLedger()
    moved(ledger, 1.0, 10.0)
    assert ledger.singles(9.0) == [("Vox", GAIN)]
    assert not ledger.goes_on("Vox", GAIN, 1.5, 10.1)


@pytest.mark.parametrize(
    ("value", "at", "goes_on"),
    [
        (2.0, 10.2, True),
        (3.0, 10.2, True),  # two were lost
        (3.5, 10.2, False),  # too far
        (1.7, 10.2, False),  # hardly a step
        (1.0, 10.2, False),  # back
        (2.0, 10.5, False),  # too late
    ],
)
def test_a_hand_goes_on_by_steps_like_its_last_one(value: float, at: float, goes_on: bool) -> None:
    ledger = HandLedger()
    moved(ledger, 1.0, 10.0)
    moved(ledger, 1.5, 10.1)
    assert ledger.singles(9.0) == []
    assert ledger.goes_on("Vox", GAIN, value, at) is goes_on


def test_what_was_likely_ours_is_no_step_of_a_hand() -> None:
    ledger = HandLedger()
    moved(ledger, 1.0, 10.0)
    moved(ledger, 1.5, 10.1, is_likely_ours=True)
    assert not ledger.goes_on("Vox", GAIN, 2.0, 10.2)


def test_a_hand_is_remembered_when_its_touch_has_settled() -> None:
    ledger = HandLedger()
    assert ledger.last_at("Vox", GAIN) == -math.inf
    moved(ledger, 1.0, 10.0)
    assert [touch.value for touch in ledger.settle(11.0)] == [1.0]
    assert ledger.last_at("Vox", GAIN) == 10.0
