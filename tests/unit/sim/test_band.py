import numpy as np
import pytest

from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import Role, guess_role
from bridge.sim.band import make_band, rough_mix
from bridge.sim.stems import SAMPLE_RATE, Stems

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def band() -> Stems:
    return make_band(3)


def _rms_dbfs(audio: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(np.mean(audio.astype(np.float64) ** 2, axis=-1))


def test_nine_stems_of_twenty_to_thirty_seconds(band: Stems) -> None:
    assert band.audio.shape[0] == len(band.names) == len(band.roles) == 9
    assert band.audio.dtype == np.float32
    assert 20.0 <= band.duration_s <= 30.0


def test_the_same_seed_is_the_same_recording_to_the_bit(band: Stems) -> None:
    assert np.array_equal(make_band(3).audio, band.audio)


def test_another_seed_is_another_song(band: Stems) -> None:
    other, second = make_band(4).audio, 48_000
    assert not np.allclose(other[:, :second], band.audio[:, :second], atol=1e-3)


def test_no_stem_is_silent_or_near_full_scale(band: Stems) -> None:
    assert (_rms_dbfs(band.audio) > -32.0).all()
    assert (np.abs(band.audio).max(axis=1) < 0.8).all()


def test_the_sum_of_all_faders_at_zero_does_not_clip(band: Stems) -> None:
    centred = band.audio.sum(axis=0) / np.sqrt(2.0)
    assert np.abs(centred).max() < 1.0


def test_every_name_tells_its_role(band: Stems) -> None:
    assert tuple(map(guess_role, band.names)) == band.roles


def test_the_chorus_is_louder_than_the_verse_on_every_pitched_stem_but_the_bass(
    band: Stems,
) -> None:
    verse, chorus = np.split(band.audio, 2, axis=1)
    lift = _rms_dbfs(chorus) - _rms_dbfs(verse)
    assert (lift[[band.roles.index(role) for role in (Role.GUITAR, Role.LEAD, Role.PAD)]] > 2).all()
    assert (lift > 0.0).all()


def test_what_rings_at_the_end_is_heard_at_the_beginning(band: Stems) -> None:
    pad = band.audio[band.roles.index(Role.PAD)]
    before, after = pad[-4800:], pad[:480]  # a pad's own attack takes 350 ms
    assert _rms_dbfs(after) > _rms_dbfs(before) - 8.0
    assert abs(pad[0] - pad[-1]) < np.abs(np.diff(pad)).max()


@pytest.mark.parametrize(
    ("role", "low_hz", "high_hz"),
    [(Role.KICK, 35, 150), (Role.BASS, 35, 300), (Role.HATS, 4000, 20000), (Role.LEAD, 180, 4000)],
)
def test_an_instrument_sounds_where_it_belongs(
    band: Stems, role: Role, low_hz: float, high_hz: float
) -> None:
    power = np.abs(np.fft.rfft(band.audio[band.roles.index(role)])) ** 2
    freq = np.fft.rfftfreq(band.audio.shape[1], 1.0 / SAMPLE_RATE)
    inside = (freq >= low_hz) & (freq <= high_hz)
    assert power[inside].sum() > 0.9 * power.sum()


@pytest.mark.parametrize("seed", range(20))
def test_a_rough_mix_is_wrong_within_bounds(band: Stems, seed: int) -> None:
    values = rough_mix(band.roles, seed=seed)
    gain_db, pan, eq_db = values[:, 0], values[:, 1], values[:, 2:]
    assert gain_db.min() >= -20.0
    assert gain_db.max() <= 3.0
    assert np.abs(pan).max() <= 1.0
    assert np.abs(eq_db).max() <= 6.0
    lead, bass = band.roles.index(Role.LEAD), band.roles.index(Role.BASS)
    assert gain_db[lead] < gain_db[bass] - 10.0
    assert (np.abs(eq_db) > 3.0).sum() >= 3
    assert abs(pan.mean()) > 0.05


def test_a_rough_mix_repeats_by_its_seed(band: Stems) -> None:
    assert np.array_equal(rough_mix(band.roles, seed=5), rough_mix(band.roles, seed=5))
    assert not np.array_equal(rough_mix(band.roles, seed=5), rough_mix(band.roles, seed=6))
    assert rough_mix(band.roles, seed=5)[:, COLUMN[Param.GAIN]].shape == (9,)
