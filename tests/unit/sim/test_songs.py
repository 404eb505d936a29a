from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.params import COLUMN, MOVABLE, SPECS, Param
from bridge.mix.roles import ROLE_INDEX, ROLES, Role, guess_role
from bridge.mix.spectrum import loudness_db
from bridge.sim.songs import SimulatedMix, Song, make_song


def song(seed: int = 1, *, tracks: int = 16) -> Song:
    return make_song(np.random.default_rng(seed), tracks=tracks)


def test_the_same_seed_draws_the_same_song() -> None:
    one, same, other = song(1), song(1), song(2)
    assert one.names == same.names
    assert np.array_equal(one.source_db, same.source_db)
    assert np.array_equal(one.start_values, same.start_values)
    assert not np.array_equal(one.source_db, other.source_db)


@given(seed=st.integers(0, 2**32), tracks=st.integers(1, 40))
def test_every_control_of_a_rough_mix_stands_within_its_range(seed: int, tracks: int) -> None:
    drawn = song(seed, tracks=tracks)
    assert drawn.source_db.shape == (tracks, 10)
    assert np.isfinite(drawn.source_db).all()
    for column, param in enumerate(MOVABLE):
        values = drawn.start_values[:, column]
        assert (values >= SPECS[param].minimum).all()
        assert (values <= SPECS[param].maximum).all()


def test_every_song_has_a_lead_and_large_ones_have_several_of_a_role() -> None:
    line_ups = [Counter(song(seed, tracks=24).roles.tolist()) for seed in range(50)]
    assert all(line_up[ROLE_INDEX[Role.LEAD]] == 1 for line_up in line_ups)
    assert all(max(line_up.values()) >= 2 for line_up in line_ups)
    assert len({tuple(sorted(line_up.items())) for line_up in line_ups}) > 40


def test_names_are_unique_and_say_the_role() -> None:
    drawn = song(3, tracks=32)
    assert len(set(drawn.names)) == 32
    guessed = [guess_role(name) for name in drawn.names]
    assert guessed == [ROLES[role] for role in drawn.roles]


def test_rough_mixes_have_wrong_faders_and_lopsided_pans() -> None:
    levels, leads_off_centre = [], 0
    for seed in range(60):
        drawn = song(seed)
        gain = drawn.start_values[:, COLUMN[Param.GAIN]]
        lead = drawn.roles == ROLE_INDEX[Role.LEAD]
        levels.append(float((loudness_db(drawn.source_db) + gain)[lead][0]))
        leads_off_centre += bool(abs(drawn.start_values[lead, COLUMN[Param.PAN]][0]) > 0.1)
    assert 3.0 < np.std(levels) < 6.0
    assert 3 < leads_off_centre < 30


def test_readings_are_averaged_into_the_truth() -> None:
    mix = SimulatedMix(song(), meter_noise_db=2.0)
    rng = np.random.default_rng(0)

    def error_db() -> float:
        return float(np.std(mix.observe(rng).source_db - mix.song.source_db))

    first = error_db()
    later = [error_db() for _ in range(60)][-1]
    assert first == pytest.approx(2.0, rel=0.2)
    assert later < 0.3 * first


def test_meters_without_noise_say_the_truth_at_once() -> None:
    mix = SimulatedMix(song(), meter_noise_db=0.0)
    seen = mix.observe(np.random.default_rng(0))
    assert np.array_equal(seen.source_db, mix.song.source_db)
    assert seen.audible.all()
    assert (seen.reads == 1.0).all()


def test_looking_again_at_the_last_reading_takes_no_new_one() -> None:
    mix = SimulatedMix(song())
    seen = mix.observe(np.random.default_rng(0))
    again = mix.last_observation()
    assert np.array_equal(seen.source_db, again.source_db)
    assert np.array_equal(seen.reads, again.reads)


def test_a_control_goes_no_further_than_its_end() -> None:
    mix = SimulatedMix(song())
    mix.move(2, Param.GAIN, 200.0)
    mix.move(2, Param.PAN, -7.0)
    assert mix.values[2, COLUMN[Param.GAIN]] == SPECS[Param.GAIN].maximum
    assert mix.values[2, COLUMN[Param.PAN]] == -1.0


def test_what_was_observed_does_not_change_with_later_moves() -> None:
    mix = SimulatedMix(song())
    seen = mix.observe(np.random.default_rng(0))
    before = seen.values.copy()
    mix.move(0, Param.GAIN, -3.0)
    assert np.array_equal(seen.values, before)
    assert mix.values[0, 0] == before[0, 0] - 3.0
    assert mix.song.start_values[0, 0] == before[0, 0]
