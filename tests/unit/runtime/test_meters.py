from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bridge.daw.generic import GenericDialect
from bridge.mix.messages import MetersRead
from bridge.mix.params import SILENCE_DB
from bridge.mix.spectrum import FLOOR_DB
from bridge.runtime.meters import LevelMeters

OCTAVES = tuple(-20.0 - octave for octave in range(10))


@pytest.fixture
def meters() -> LevelMeters:
    return LevelMeters(GenericDialect(), at=1.0)


def hear(meters: LevelMeters, address: str, *levels_dbfs: float) -> None:
    slot = meters.slot(address, len(levels_dbfs))
    assert slot is not None
    meters.record(slot, levels_dbfs)


def table(event: MetersRead | None) -> NDArray[np.float32]:
    assert event is not None
    return np.frombuffer(event.levels, dtype="<f4").reshape(-1, 12)


def test_nothing_heard_is_nothing_said(meters: LevelMeters) -> None:
    meters.sample()
    assert meters.collect(at=2.0) is None


def test_a_sample_tells_whether_anything_was_new(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/1/meter", -18.0, -9.0)
    assert [meters.sample(), meters.sample()] == [True, False]


def test_one_reading_is_said_as_it_was(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/2/meter", -18.0, -9.0)
    hear(meters, "/mix/track/2/bands", *OCTAVES)
    levels = table(meters.collect(at=2.0))
    assert levels.shape == (2, 12)
    assert np.isnan(levels[0]).all()
    np.testing.assert_allclose(levels[1], (-18.0, -9.0, *OCTAVES), rtol=1e-6)


def test_a_strip_without_spectrum_has_only_levels(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/1/meter", -18.0, -9.0)
    levels = table(meters.collect(at=2.0))
    assert np.isnan(levels[0, 2:]).all()
    assert not np.isnan(levels[0, :2]).any()


class ChangesOnly:
    """A dialect whose DAW says a level only when it changes."""

    def __init__(self) -> None:
        self.rows = GenericDialect()
        self.capabilities = replace(self.rows.capabilities, repeats_levels=False)

    def __getattr__(self, name: str) -> object:
        return getattr(self.rows, name)


def test_a_level_that_the_daw_does_not_repeat_still_stands() -> None:
    meters = LevelMeters(ChangesOnly(), at=1.0)
    hear(meters, "/mix/track/1/meter", -18.0, -9.0)
    assert [meters.sample(), meters.sample()] == [True, False]
    meters.collect(at=2.0)
    assert table(meters.collect(at=3.0))[0, :2].tolist() == [-18.0, -9.0]
    meters.clear(at=4.0)
    assert meters.collect(at=5.0) is None


def test_levels_are_averaged_as_power_and_the_peak_is_the_highest(meters: LevelMeters) -> None:
    for rms_dbfs, peak_dbfs in ((-10.0, -6.0), (-20.0, -3.0), (-20.0, -9.0)):
        hear(meters, "/mix/track/1/meter", rms_dbfs, peak_dbfs)
        meters.sample()
    levels = table(meters.collect(at=2.0))
    assert levels[0, 0] == pytest.approx(10 * np.log10((0.1 + 0.01 + 0.01) / 3), abs=1e-4)
    assert levels[0, 1] == pytest.approx(-3.0)


def test_of_readings_between_two_samples_the_newest_wins(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/1/meter", -10.0, -1.0)
    hear(meters, "/mix/track/1/meter", -30.0, -20.0)
    assert table(meters.collect(at=2.0))[0, :2].tolist() == [-30.0, -20.0]


def test_a_reading_is_sampled_once(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/1/meter", -10.0, -1.0)
    meters.sample()
    hear(meters, "/mix/track/2/meter", -10.0, -1.0)
    meters.sample()
    hear(meters, "/mix/track/1/meter", -20.0, -1.0)
    mean_dbfs = 10 * np.log10((0.1 + 0.01) / 2)
    assert table(meters.collect(at=2.0))[0, 0] == pytest.approx(mean_dbfs, abs=1e-4)


def test_strips_that_fell_silent_keep_their_rows(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/3/meter", -10.0, -1.0)
    meters.sample()
    hear(meters, "/mix/track/1/meter", -20.0, -2.0)
    assert table(meters.collect(at=2.0))[:, 0].tolist() == pytest.approx(
        [-20.0, np.nan, -10.0], nan_ok=True
    )


def test_a_take_says_nothing_of_the_one_before(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/1/meter", -10.0, -1.0)
    meters.collect(at=2.0)
    hear(meters, "/mix/track/1/meter", -30.0, -20.0)
    assert table(meters.collect(at=3.0))[0, :2].tolist() == [-30.0, -20.0]


def test_each_take_begins_where_the_last_one_ended(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/3/meter", -10.0, -1.0)
    first = meters.collect(at=2.0)
    hear(meters, "/mix/track/1/meter", -30.0, -20.0)
    second = meters.collect(at=3.5)
    assert first is not None
    assert second is not None
    assert (first.since, first.at, second.since, second.at) == (1.0, 2.0, 2.0, 3.5)
    assert table(second).shape == (1, 12)
    assert meters.collect(at=4.0) is None


def test_a_new_dump_forgets_what_its_numbers_meant(meters: LevelMeters) -> None:
    hear(meters, "/mix/track/1/meter", -10.0, -1.0)
    meters.sample()
    hear(meters, "/mix/track/2/meter", -10.0, -1.0)
    meters.clear(at=5.0)
    assert meters.collect(at=6.0) is None
    hear(meters, "/mix/track/1/meter", -20.0, -2.0)
    event = meters.collect(at=7.0)
    assert event is not None
    assert event.since == 6.0


@given(level=st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_no_finite_reading_becomes_anything_but_a_level(level: float) -> None:
    meters = LevelMeters(GenericDialect(), at=0.0)
    hear(meters, "/mix/track/1/meter", level, level)
    rms_dbfs, peak_dbfs = table(meters.collect(at=1.0))[0, :2]
    assert FLOOR_DB <= rms_dbfs <= 60.0
    assert SILENCE_DB <= peak_dbfs <= 60.0
