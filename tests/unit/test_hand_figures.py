"""The count of hands against ramps says the same as the tests that hold them phase by phase."""

import pytest
from support.hand_figures import HANDS, LANES


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("lane", LANES)
def test_a_counted_hand_wins(lane: str, hand: str) -> None:
    for phase in (0.13, 0.58):
        outcome = LANES[lane](phase, HANDS[hand])
        assert outcome.has_won
        assert outcome.points == 0
        assert not outcome.told
        assert outcome.late_s <= (0.14 if lane == "REAPER, OSC alone" else 0.21)
