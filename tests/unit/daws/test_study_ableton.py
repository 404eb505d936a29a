"""The study of what Live is asked: at a small size, with the bounds that the dialect promises."""

import pytest

from bridge.daws.ableton.study import Load, measure, worst_error_db
from bridge.daws.ableton.wire.curves import fader_db, fader_position
from bridge.osc.decode import MAX_DATAGRAM_BYTES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small() -> Load:
    return measure(2, steady_s=3.0)


@pytest.fixture(scope="module")
def large() -> Load:
    return measure(64, steady_s=3.0)


def test_all_of_64_tracks_is_known_in_little_more_than_a_second(small: Load, large: Load) -> None:
    assert small.ticks <= 5
    assert large.ticks <= 12
    assert large.bytes_in > small.bytes_in > 0


def test_the_load_does_not_grow_with_the_tracks(large: Load) -> None:
    assert 100 < large.questions_per_s <= 250
    assert large.bytes_in_per_s < 30_000
    assert large.largest <= MAX_DATAGRAM_BYTES


def test_a_wrong_curve_shows() -> None:
    assert worst_error_db(fader_db, fader_position, low_db=-60.0)[1] < 0.03
    assert worst_error_db(fader_db, lambda level: (level + 34.0) / 40.0, low_db=-30.0)[1] > 1.0
