import numpy as np
import pytest

from bridge.sim import instruments as play
from bridge.sim.stems import SAMPLE_RATE


def _loudest_hz(wave: np.ndarray, near_hz: float) -> float:
    """The strongest frequency within a semitone of `near_hz`."""
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(wave.size), 1 << 19))
    freq = np.fft.rfftfreq(1 << 19, 1.0 / SAMPLE_RATE)
    near = np.abs(np.log2(np.maximum(freq, 1.0) / near_hz)) < 1 / 12
    return float(freq[near][spectrum[near].argmax()])


@pytest.mark.parametrize("pitch_hz", [110.0, 233.08, 440.0, 659.26])
def test_pitched_instruments_are_in_tune_within_three_cents(pitch_hz: float) -> None:
    rng = np.random.default_rng(1)
    notes = [
        play.pluck(rng, pitch_hz, SAMPLE_RATE, 0.8, ring_s=2.0),
        play.electric_piano(pitch_hz, SAMPLE_RATE, 0.7),
        play.bass(pitch_hz, SAMPLE_RATE, 0.7),
        play.voice(rng, np.full(SAMPLE_RATE, pitch_hz), "ao", 0.7, breath=0.02),
    ]
    for note in notes:
        assert abs(1200.0 * np.log2(_loudest_hz(note, pitch_hz) / pitch_hz)) < 3.0


def test_every_note_ends_in_silence_so_that_it_does_not_click() -> None:
    rng = np.random.default_rng(1)
    notes = [
        play.kick(rng, 0.9),
        play.snare(rng, 0.9),
        play.hat(rng, 0.9, tau_s=0.5),
        play.bass(55.0, 9600, 0.9),
        play.pluck(rng, 196.0, 9600, 0.9, ring_s=2.0),
        play.electric_piano(196.0, 9600, 0.9),
        play.pad(rng, 196.0, 96000, 0.5),
        play.voice(rng, np.full(9600, 196.0), "ui", 0.9, breath=0.02),
    ]
    for note in notes:
        assert np.isfinite(note).all()
        assert abs(note[-1]) < 0.02 * np.abs(note).max()


def test_vowels_differ_where_their_formants_are() -> None:
    second_formants_hz = np.array([870.0, 2250.0])
    u, i = (play.formant_levels(second_formants_hz, vowel) for vowel in "ui")
    assert u[0] > 3.0 * i[0]
    assert i[1] > u[1]


def test_a_spectrum_is_shaped_to_half_at_its_corners_and_nothing_far_below() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    for freq_hz, gain in ((100.0, 0.5), (1.0, 1e-4), (1000.0, 0.99)):
        tone = np.sin(2.0 * np.pi * freq_hz * time)
        shaped = play.shape_spectrum(tone, 100.0, 1e6)
        assert np.abs(shaped).max() == pytest.approx(gain, rel=0.02)
