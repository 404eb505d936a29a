import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.hosts.mixdown import LoudnessMeter, loudness_lufs, measure_mixes, render
from bridge.mix.params import COLUMN, MOVABLE, SILENCE_DB, Param
from bridge.mix.roles import Role
from bridge.sim import stems as stems_module
from bridge.sim.stems import Stems

RATE = 48_000
GAIN, PAN, LOW = (COLUMN[param] for param in (Param.GAIN, Param.PAN, Param.EQ_LOW))


def _stems(*tracks: np.ndarray, places: tuple[float | None, ...] = ()) -> Stems:
    return Stems(
        names=tuple(f"Strip {row}" for row in range(len(tracks))),
        roles=(Role.OTHER,) * len(tracks),
        audio=tuple(track.astype(np.float32) for track in tracks),
        sample_rate=RATE,
        places=places,
    )


def _noise(seconds: float, seed: int, channels: int = 1) -> np.ndarray:
    shape = (round(seconds * RATE), channels)[: 1 if channels == 1 else 2]
    return 0.1 * np.random.default_rng(seed).standard_normal(shape)


def test_a_rendered_song_is_the_sum_of_its_panned_strips() -> None:
    stems = _stems(_noise(1.0, 1), _noise(1.0, 2))
    values = np.zeros((2, len(MOVABLE)))
    values[:, PAN] = (-1.0, 1.0)
    values[:, GAIN] = (-6.0, SILENCE_DB)
    song = render(stems, values)
    assert song.shape == (RATE, 2)
    np.testing.assert_allclose(song[:, 0], stems.audio[0] * 10 ** (-6.0 / 20.0), rtol=0, atol=1e-6)
    assert np.abs(song[:, 1]).max() < 1e-6


def test_a_rendered_song_meets_its_own_beginning() -> None:
    time = np.arange(RATE) / RATE
    values = np.zeros((1, len(MOVABLE)))
    values[:, LOW] = 6.0
    wave = render(_stems(0.1 * np.sin(2.0 * np.pi * 125.0 * time)), values)[:, 0]
    twice = np.diff(np.concatenate((wave[-100:], wave[:100])), 2)
    assert np.abs(twice).max() <= 1.01 * np.abs(np.diff(wave[1000:5000], 2)).max()


def test_a_song_sounds_the_same_in_blocks_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    stems = _stems(_noise(1.0, 1), _noise(1.0, 2, channels=2), places=(None, 0.3))
    values = np.zeros((2, len(MOVABLE)))
    values[:, LOW], values[:, PAN] = (4.0, -3.0), (0.5, -0.2)
    whole = render(stems, values)
    monkeypatch.setattr("bridge.hosts.mixdown.BLOCK", 4 * 777)
    monkeypatch.setattr("bridge.hosts.mixdown._PIECE", 777)
    assert stems_module.BLOCK != 777
    np.testing.assert_allclose(render(stems, values), whole, rtol=0, atol=1e-7)


def test_a_stereo_song_at_its_exported_values_is_the_sum_of_its_files() -> None:
    wide, left = _noise(1.0, 1, channels=2), np.outer(_noise(1.0, 2), (1.0, 0.0))
    values = np.zeros((2, len(MOVABLE)))
    values[1, PAN] = -1.0
    song = render(_stems(wide, left, places=(None, -1.0)), values)
    np.testing.assert_allclose(song, wide + left, rtol=0, atol=1e-6)


@given(
    levels=st.lists(st.floats(-90.0, 0.0), min_size=5, max_size=40),
    cut=st.integers(1, 4000),
    rate=st.sampled_from([44_100, 48_000, 96_000]),
)
@settings(max_examples=25)
def test_loudness_in_blocks_is_pyloudnorms(levels: list[float], cut: int, rate: int) -> None:
    """Steps of 0.2 s of noise at many levels, heard in blocks of any length."""
    rng = np.random.default_rng(len(levels))
    steps = [10.0 ** (level / 20.0) * rng.standard_normal((rate // 5, 2)) for level in levels]
    audio = np.concatenate(steps)[: -cut or None]
    meter = LoudnessMeter(rate)
    for block in np.array_split(audio, 7):
        meter.add(block.T)
    expected = pyloudnorm.Meter(rate).integrated_loudness(audio)
    assert meter.lufs() == pytest.approx(expected, abs=0.02)


def test_loudness_is_that_of_the_standard() -> None:
    tone = np.sin(2 * np.pi * 997.0 * np.arange(5 * RATE) / RATE)
    one_channel = np.column_stack((tone, np.zeros_like(tone)))
    assert loudness_lufs(one_channel, RATE) == pytest.approx(-3.01, abs=0.05)  # BS.1770-4
    for silence in (0.0, 1e-6):
        assert loudness_lufs(silence * one_channel, RATE) == float("-inf")
    assert loudness_lufs(one_channel[:1000], RATE) == float("-inf")
    assert LoudnessMeter(RATE).lufs() == float("-inf")


def test_each_strips_loudness_is_that_of_the_strip_alone() -> None:
    stems = _stems(
        _noise(2.0, 1), _noise(2.0, 2, channels=2), np.outer(_noise(2.0, 3), (0.6, 0.8)),
        places=(None, None, 0.18),
    )  # fmt: skip
    values = np.zeros((3, len(MOVABLE)))
    values[:, GAIN], values[:, PAN], values[0, LOW] = (-3.0, 2.0, 0.0), (0.2, -0.7, 0.5), 5.0
    (measured,) = measure_mixes(stems, [values])
    for row in range(3):
        alone = values.copy()
        alone[[other for other in range(3) if other != row], GAIN] = SILENCE_DB
        lufs = loudness_lufs(render(stems, alone).astype(np.float64), RATE)
        assert measured.strips_lufs[row] == pytest.approx(lufs, abs=0.01)


def test_two_mixes_are_measured_as_each_by_itself() -> None:
    stems = _stems(_noise(1.0, 1), _noise(1.0, 2))
    first, second = np.zeros((2, len(MOVABLE))), np.zeros((2, len(MOVABLE)))
    second[0, LOW], second[1, GAIN] = 6.0, -9.0
    both = measure_mixes(stems, [first, second])
    for together, values in zip(both, (first, second), strict=True):
        (alone,) = measure_mixes(stems, [values])
        assert together.lufs == alone.lufs
        assert together.peak == alone.peak == pytest.approx(np.abs(render(stems, values)).max())
