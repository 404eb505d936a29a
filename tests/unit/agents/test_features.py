"""What is measured of a mix: forecasts hold, and what is unknown stays unknown."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mixes import make_mix, with_gain

from bridge.agents.features import measure


def test_loudness_of_the_tracks_adds_up_to_the_mix() -> None:
    features = measure(make_mix())
    assert (10.0 ** (features.level / 10.0)).sum() == pytest.approx(1.0, abs=1e-6)


def test_a_fader_moves_its_track_against_the_mix_by_a_little_less() -> None:
    mix = make_mix()
    before, after = measure(mix).level, measure(with_gain(mix, 4, 3.0)).level
    assert 2.0 < after[4] - before[4] < 3.0
    assert (after - before)[0] < 0.0


@given(st.floats(-20.0, 20.0))
def test_a_louder_mix_is_the_same_mix(gain_db: float) -> None:
    mix = make_mix()
    louder = replace(mix, values=mix.values + np.array([gain_db, 0, 0, 0, 0, 0]))
    for name in ("level", "tone", "width", "audibility", "band_audibility", "mix_tone", "side"):
        before, after = getattr(measure(mix), name), getattr(measure(louder), name)
        assert after == pytest.approx(before, abs=1e-6)


def test_a_cut_of_the_lows_moves_the_tone_of_a_track_of_lows() -> None:
    mix = make_mix()
    values = mix.values.copy()
    values[3, 2] = -4.0
    tone = measure(replace(mix, values=values)).tone - measure(mix).tone
    assert tone[3, 0] < -1.5


def test_a_centred_track_goes_to_the_lighter_side() -> None:
    mix = make_mix()
    values = mix.values.copy()
    values[4:, 1] = -0.6
    features = measure(replace(mix, values=values))
    assert features.outward[0] == 1.0
    assert features.outward[4] == -1.0
    assert features.side[4] > 0.0 > features.side[0]


def test_a_muted_track_is_no_part_of_the_mix() -> None:
    mix = make_mix()
    audible = mix.audible.copy()
    audible[1] = False
    features = measure(replace(mix, audible=audible))
    assert np.isnan(features.level[1])
    assert (10.0 ** (np.delete(features.level, 1) / 10.0)).sum() == pytest.approx(1.0, abs=1e-6)


def test_without_spectra_there_is_a_level_and_no_tone() -> None:
    mix = make_mix()
    features = measure(replace(mix, source_db=np.full_like(mix.source_db, np.nan)))
    assert np.isfinite(features.level).all()
    assert np.isnan(features.tone).all()


def test_without_meters_nothing_is_known() -> None:
    mix = make_mix()
    unknown = np.full(len(mix.keys), np.nan)
    blind = replace(mix, source_db=np.full_like(mix.source_db, np.nan), level_db=unknown)
    assert np.isnan(measure(blind).level).all()
