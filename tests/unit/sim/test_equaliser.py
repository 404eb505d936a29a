import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from bridge.mix.spectrum import OCTAVES_HZ, eq_curve_db
from bridge.sim.equaliser import Equaliser, eq_sections

RATE = 48_000


def _response_db(eq_db: list[float], freq_hz: np.ndarray) -> np.ndarray:
    _, response = signal.freqz_sos(eq_sections(eq_db, RATE), worN=freq_hz, fs=RATE)
    return 20.0 * np.log10(np.abs(response))


def _pink(samples: int) -> np.ndarray:
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(samples))
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.size), 1.0))
    return np.fft.irfft(spectrum, samples).astype(np.float32)


def _octaves_db(wave: np.ndarray) -> np.ndarray:
    power = np.abs(np.fft.rfft(wave)) ** 2
    freq = np.fft.rfftfreq(wave.size, 1.0 / RATE)
    return 10.0 * np.log10(
        [power[(freq >= c / 2**0.5) & (freq < c * 2**0.5)].sum() for c in OCTAVES_HZ]
    )


@pytest.mark.parametrize("band", range(4))
@pytest.mark.parametrize("gain_db", [-6.0, 6.0])
def test_octaves_of_pink_noise_change_as_the_model_of_the_mix_says(
    band: int, gain_db: float
) -> None:
    eq_db = np.zeros(4)
    eq_db[band] = gain_db
    pink = _pink(4 * RATE)
    measured = _octaves_db(Equaliser(RATE).filter(pink, eq_db)) - _octaves_db(pink)
    assert measured == pytest.approx(eq_curve_db(eq_db), abs=0.4)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_shelves_reach_their_gain_at_the_ends_and_bells_at_their_centres(rate: int) -> None:
    eq = eq_sections([5.0, 0.0, 0.0, -4.0], rate)
    _, ends = signal.freqz_sos(eq, worN=[2.0, 0.497 * rate], fs=rate)
    assert 20 * np.log10(np.abs(ends)) == pytest.approx([5.0, -4.0], abs=0.05)
    _, centre = signal.freqz_sos(eq_sections([0, 6.0, 0, 0], rate), worN=[400.0], fs=rate)
    assert 20 * np.log10(np.abs(centre)) == pytest.approx([6.0], abs=1e-6)


def test_a_flat_eq_returns_its_input() -> None:
    pink = _pink(4800)
    assert Equaliser(RATE).filter(pink, np.zeros(4)) == pytest.approx(pink, abs=1e-12)


@given(eq_db=st.lists(st.floats(-12.0, 12.0), min_size=4, max_size=4))
def test_a_cut_undoes_the_same_boost(eq_db: list[float]) -> None:
    freq = np.geomspace(20.0, 20_000.0, 50)
    undone = _response_db(eq_db, freq) + _response_db([-gain for gain in eq_db], freq)
    assert undone == pytest.approx(np.zeros(50), abs=1e-6)


@given(eq_db=st.lists(st.floats(-12.0, 12.0), min_size=4, max_size=4))
def test_every_setting_is_stable(eq_db: list[float]) -> None:
    for section in eq_sections(eq_db, RATE):
        assert np.abs(np.roots(section[3:])).max() < 1.0


def test_blocks_sound_like_the_whole() -> None:
    pink, eq_db = _pink(9600), np.array([3.0, -6.0, 2.0, 6.0])
    whole, parts = Equaliser(RATE), Equaliser(RATE)
    expected = whole.filter(pink, eq_db)
    blocks = [parts.filter(pink[:2400], eq_db)]
    blocks += [parts.filter(pink[start : start + 1200], eq_db) for start in range(2400, 9600, 1200)]
    assert np.concatenate(blocks) == pytest.approx(expected, abs=1e-9)


def test_a_turned_knob_clicks_far_less_than_a_switched_filter() -> None:
    tone = np.sin(2.0 * np.pi * 60.0 * np.arange(RATE) / RATE).astype(np.float32)
    turned_at = RATE // 2 + 200  # where the sine is at its peak
    before, after = np.split(tone, [turned_at])
    boost_db = np.array([12.0, 0.0, 0.0, 0.0])
    equaliser = Equaliser(RATE)
    turned = np.concatenate(
        [equaliser.filter(before, np.zeros(4)), equaliser.filter(after, boost_db)]
    )
    switched = np.concatenate([before, signal.sosfilt(eq_sections(boost_db, RATE), after)])
    click = slice(turned_at - 10, turned_at + 10)
    assert np.abs(np.diff(turned[click], 2)).max() < 0.1 * np.abs(np.diff(switched[click], 2)).max()
