"""The track device measures what our console would: its own patch, in numpy."""

import numpy as np
import pytest
from support.max.dsp import TrackDevice
from support.max.fake import DEVICES

from bridge.mix.spectrum import OCTAVES_HZ, FloatArray, to_db, to_power
from bridge.sim.console import _OctaveMeter
from max_patches.patching import read_amxd

pytestmark = pytest.mark.slow

RATES = (44_100, 48_000, 96_000)


def device(rate: float) -> TrackDevice:
    content = (DEVICES / "mixbridge Track.amxd").read_bytes()
    return TrackDevice(read_amxd(content)[1], rate)


def tone(hz: float, rate: int, seconds: float = 0.6, amplitude: float = 0.5) -> FloatArray:
    return amplitude * np.sin(2.0 * np.pi * hz * np.arange(round(rate * seconds)) / rate)


def pink(rate: int, seconds: float, seed: int) -> FloatArray:
    """Noise of the same power in each octave from 20 Hz up, at about -18 dBFS RMS."""
    count = round(rate * seconds)
    freq = np.fft.rfftfreq(count, 1.0 / rate)
    rng = np.random.default_rng(seed)
    bins = rng.normal(size=len(freq)) + 1j * rng.normal(size=len(freq))
    bins *= np.where(freq >= 20.0, 1.0 / np.sqrt(np.maximum(freq, 20.0)), 0.0)
    noise = np.fft.irfft(bins, count)
    return noise * (0.125 / np.sqrt(np.mean(noise**2)))


def console(sound: FloatArray, rate: int) -> FloatArray:
    """What our console's meter says of it, as a mean over all of it."""
    meter = _OctaveMeter((1,), rate)
    parts = [meter.measure(part[None, :])[0] for part in np.array_split(sound, 16)]
    return to_db(np.mean(to_power(np.array(parts)), axis=0))


def test_the_sound_passes_to_the_bit() -> None:
    rng = np.random.default_rng(1)
    left, right = rng.uniform(-1.0, 1.0, (2, 4800))
    out = device(48_000).passes(left, right)
    assert np.array_equal(out[0], left)
    assert np.array_equal(out[1], right)


@pytest.mark.parametrize("rate", [*RATES, 88_200, 192_000])
def test_a_frame_is_a_tenth_of_a_second_at_any_rate(rate: int) -> None:
    assert device(rate).frame_samples == rate // 10


@pytest.mark.parametrize("rate", RATES)
def test_frames_of_notes_are_a_fiftieth_of_a_second_and_the_same_powers(rate: int) -> None:
    assert device(rate).note_samples == rate // 50
    sound = tone(1000.0, rate)
    power, *octaves = device(rate).note_frame(sound, sound)
    assert 10 * np.log10(power / 2) == pytest.approx(20 * np.log10(0.5) - 3.01, abs=0.1)
    assert int(np.argmax(octaves)) == 5


@pytest.mark.parametrize("rate", RATES)
def test_rms_and_peak_are_those_of_both_channels(rate: int) -> None:
    left, right = tone(997.0, rate), np.zeros(round(0.6 * rate))
    rms, peak, *_ = device(rate).measure(left, right)
    assert rms == pytest.approx(20 * np.log10(0.5) - 6.02, abs=0.02)
    assert peak == pytest.approx(20 * np.log10(0.5), abs=0.02)
    assert device(rate).measure(right, left)[1] == pytest.approx(peak, abs=1e-9)


def test_channels_out_of_phase_do_not_cancel() -> None:
    sound = tone(1000.0, 48_000)
    assert device(48_000).measure(sound, -sound) == pytest.approx(
        device(48_000).measure(sound, sound), abs=1e-9
    )


@pytest.mark.parametrize("rate", RATES)
def test_pink_noise_is_measured_as_our_console_does(rate: int) -> None:
    sound = pink(rate, 5.0, seed=5)
    ours = console(sound, rate)
    theirs = device(rate).measure(sound, sound, samples=len(sound))
    error = theirs - ours
    print(f"{rate} Hz, pink: RMS {error[0]:+.2f}, octaves {np.round(error[2:], 2)} dB")  # noqa: T201
    assert abs(error[0]) < 0.05
    assert np.abs(error[2:]).max() < 0.4
    assert to_db(to_power(theirs[2:]).sum()) == pytest.approx(theirs[0], abs=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_is_heard_in_its_octave(rate: int) -> None:
    errors, neighbours = [], []
    at_rate = device(rate)
    for octave, hz in enumerate(OCTAVES_HZ):
        sound = tone(hz, rate, 0.5)
        measured = at_rate.measure(sound, sound, samples=round(0.32 * rate))
        errors.append(measured[2 + octave] - measured[0])
        others = np.delete(measured[2:], octave)
        neighbours.append(others.max() - measured[0])
    print(f"{rate} Hz, tones: own octave {np.round(errors, 2)}, loudest other "  # noqa: T201
          f"{np.round(neighbours, 1)} dB")  # fmt: skip
    assert np.abs(errors).max() < 1.05  # -0.51 dB at each of its edges, by the law of the filter
    assert max(neighbours) < -8.0
