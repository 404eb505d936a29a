"""Fitting how roles sound."""

import numpy as np
import pytest

from bridge.mix.roles import ROLES, Role
from bridge.mix.sound import decode_sounds, encode_sounds, load_sounds
from bridge.studies.training.fit_sounds import crests_of, draw_songs, fit, measure_bands, score

pytestmark = pytest.mark.slow


@pytest.mark.long
def test_the_shipped_table_is_right_about_a_band_and_songs_it_never_heard() -> None:
    band = measure_bands(1, first=1000, seconds=2)
    songs = draw_songs(10, crests_of(band), first=1000)
    for heard, least in ((band, 1), (songs, 10)):
        right, said, could = score(heard, load_sounds())
        assert right == said
        assert could >= said >= least


def test_a_table_is_fitted_and_comes_back_from_its_file() -> None:
    songs = draw_songs(3, crests_of([(role, np.zeros(11)) for role in ROLES]))
    table = fit(songs)
    assert table.mean.shape == table.sd.shape == (len(ROLES), 11)
    back = decode_sounds(encode_sounds(table, provenance={"songs": 3}))
    assert np.allclose(back.mean, table.mean, atol=0.051)
    assert np.allclose(back.sd, table.sd, atol=0.051)


def test_a_role_that_was_not_heard_is_as_everything() -> None:
    heard = [(Role.KICK, np.full(11, -3.0)), (Role.BASS, np.full(11, -9.0))]
    assert fit(heard).mean[ROLES.index(Role.PAD)].tolist() == [-6.0] * 11
