"""How one note of each instrument sounds: small synthesisers, all of them deterministic.

Pitches are Hz, durations are samples at `SAMPLE_RATE`, velocities 0 to 1. A note is a float64 array
whose peak is about its velocity; levels are made right where the whole stem is known.

Methods: Karplus & Strong 1983 for the plucked string, Chowning 1973 (frequency modulation) for the
electric piano, and harmonics under formant resonances (after Peterson & Barney's 1952 vowels)
for the voices.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.sim.stems import SAMPLE_RATE

Wave = NDArray[np.float64]

# Centre and bandwidth in Hz of three formants, and their levels: round figures for a tenor.
VOWELS: Final[dict[str, tuple[tuple[float, float, float], ...]]] = {
    "a": ((730, 90, 1.0), (1090, 110, 0.5), (2440, 140, 0.25)),
    "e": ((530, 80, 1.0), (1840, 120, 0.35), (2480, 140, 0.25)),
    "i": ((290, 60, 1.0), (2250, 120, 0.25), (3000, 160, 0.2)),
    "o": ((570, 80, 1.0), (840, 90, 0.55), (2410, 140, 0.12)),
    "u": ((320, 60, 1.0), (870, 90, 0.3), (2240, 140, 0.06)),
}
_SINGERS_FORMANT: Final = ((3300.0, 420.0, 0.22),)
_HIGHEST_HZ: Final = 9_000.0


def seconds(duration_s: float) -> int:
    """Samples in a duration."""
    return round(duration_s * SAMPLE_RATE)


def _time(samples: int) -> Wave:
    return np.arange(samples) / SAMPLE_RATE


def _decay(samples: int, tau_s: float) -> Wave:
    """An envelope that falls to 1/e in `tau_s`; its last 8 ms fade to nothing, without a click."""
    envelope = np.exp(-_time(samples) / tau_s)
    fade = min(samples, seconds(0.008))
    envelope[-fade:] *= np.linspace(1.0, 0.0, fade)
    return envelope


def _swell(samples: int, attack_s: float, release_s: float) -> Wave:
    """An envelope that rises and falls in raised cosines and holds between."""
    attack = min(seconds(attack_s), samples // 2)
    release = min(seconds(release_s), samples - attack)
    envelope = np.ones(samples)
    envelope[:attack] = 0.5 - 0.5 * np.cos(np.pi * np.arange(attack) / attack)
    envelope[samples - release :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(release) / release)
    return envelope


def shape_spectrum(wave: Wave, low_hz: float, high_hz: float) -> Wave:
    """Second-order slopes below `low_hz` and above `high_hz`, zero phase, around the loop."""
    spectrum = np.fft.rfft(wave)
    freq = np.maximum(np.fft.rfftfreq(wave.size, 1.0 / SAMPLE_RATE), 1.0)
    return np.fft.irfft(
        spectrum / ((1.0 + (low_hz / freq) ** 2) * (1.0 + (freq / high_hz) ** 2)), wave.size
    )


def _noise(rng: np.random.Generator, samples: int, low_hz: float, high_hz: float) -> Wave:
    """Noise between two corners; made longer than asked for, to a length that transforms fast."""
    longer = 1 << (samples - 1).bit_length()
    return shape_spectrum(rng.standard_normal(longer), low_hz, high_hz)[:samples]


def kick(rng: np.random.Generator, velocity: float) -> Wave:
    """A skin whose pitch falls from 170 to 50 Hz, and the beater's click."""
    samples = seconds(0.34)
    time = _time(samples)
    pitch = 50.0 + 120.0 * np.exp(-time / 0.022)
    body = np.sin(2.0 * np.pi * np.cumsum(pitch) / SAMPLE_RATE) * _decay(samples, 0.11)
    click = _noise(rng, samples, 1200.0, 6000.0) * _decay(samples, 0.004)
    return velocity * np.tanh(1.4 * body + 1.5 * click)


def snare(rng: np.random.Generator, velocity: float) -> Wave:
    """Two modes of the head under the noise of the wires; harder is brighter."""
    samples = seconds(0.3)
    time = _time(samples)
    head = np.sin(2 * np.pi * 187 * time) * _decay(samples, 0.06)
    head += 0.5 * np.sin(2 * np.pi * 331 * time) * _decay(samples, 0.035)
    wires = _noise(rng, samples, 900.0, 5000.0 + 5000.0 * velocity)
    wires *= 1.6 * _decay(samples, 0.075) + 1.4 * _decay(samples, 0.012)
    return velocity * np.tanh(0.9 * head + 0.55 * wires)


def hat(rng: np.random.Generator, velocity: float, *, tau_s: float) -> Wave:
    """Inharmonic squares and high noise; `tau_s` is how far the hat is open."""
    samples = seconds(min(1.2, 6.0 * tau_s))
    time = _time(samples)
    metal = np.zeros(samples)
    for partial_hz in (5327.0, 6263.0, 7993.0, 9619.0, 11171.0):
        metal += np.sign(np.sin(2.0 * np.pi * partial_hz * time + partial_hz))
    hiss = _noise(rng, samples, 6500.0, 15000.0)
    return 0.5 * velocity * (0.12 * metal + 0.9 * hiss) * _decay(samples, tau_s)


def bass(pitch_hz: float, samples: int, velocity: float) -> Wave:
    """A picked bass string: harmonics that die the sooner the higher they are."""
    time = _time(samples)
    number = np.arange(1, int(min(24, 3500.0 / pitch_hz)) + 1)
    comb = np.abs(np.sin(np.pi * number * 0.18)) + 0.1  # picked at 18 % of the string
    levels = comb * velocity**0.5 / number**0.9
    wave = _harmonics(2.0 * np.pi * pitch_hz * time, levels, damping=0.39 * time)
    wave *= np.exp(-time / 0.9)
    return velocity * np.tanh(0.9 * wave) * _swell(samples, 0.004, 0.03)


def pluck(
    rng: np.random.Generator, pitch_hz: float, samples: int, velocity: float, *, ring_s: float
) -> Wave:
    """A plucked string after Karplus and Strong: a period of noise, averaged again and again.

    The period is a whole number of samples; the result is stretched to the true pitch.
    `ring_s` is how long it takes to fall by 60 dB.
    """
    period = int(SAMPLE_RATE / pitch_hz)
    cycle = rng.uniform(-1.0, 1.0, period)
    for _ in range(2 if velocity > 0.6 else 5):  # a soft pick is a dull pick
        cycle = 0.5 * (cycle + np.roll(cycle, 1))
    cycle -= cycle.mean()
    cycle /= np.abs(cycle).max()
    loss = 10.0 ** (-3.0 * period / (ring_s * SAMPLE_RATE))
    cycles = np.empty((samples // period + 3, period))
    before = np.arange(period) - 1
    for row in cycles:
        row[:] = cycle
        cycle = 0.5 * loss * (cycle + cycle[before])
    true_period = SAMPLE_RATE / pitch_hz
    position = np.arange(samples) * ((period + 0.5) / true_period)  # the average delays by half
    string = np.interp(position, np.arange(cycles.size), cycles.ravel())
    return np.asarray(velocity * string * _swell(samples, 0.001, 0.02))


def electric_piano(pitch_hz: float, samples: int, velocity: float) -> Wave:
    """Two pairs of operators: the tone 1:1 and the tine 1:14; harder is brighter and barks."""
    time = _time(samples)
    angle = 2.0 * np.pi * pitch_hz * time
    bark = 2.4 * velocity * np.exp(-time / 0.35) * np.sin(angle)
    tine = 1.1 * velocity * np.exp(-time / 0.09) * np.sin(14.0 * angle)
    tone = 0.75 * np.sin(angle + bark) + 0.25 * np.sin(angle + tine)
    return velocity * tone * np.exp(-time / 0.9) * _swell(samples, 0.003, 0.06)


def pad(rng: np.random.Generator, pitch_hz: float, samples: int, brightness: float) -> Wave:
    """Three detuned saws behind a gentle low pass, slowly in and slowly out."""
    time = _time(samples)
    wave = np.zeros(samples)
    for detune_cents in (-7.0, 0.5, 6.0):
        angle = 2 * np.pi * pitch_hz * 2 ** (detune_cents / 1200) * time + rng.uniform(0, 2 * np.pi)
        wave += _harmonics(angle, _saw_levels(pitch_hz, cutoff_hz=900.0 + 2600.0 * brightness))
    return wave * _swell(samples, 0.35, 0.6)


def voice(
    rng: np.random.Generator, pitch_hz: Wave, vowels: str, velocity: float, *, breath: float
) -> Wave:
    """A sung note along a contour of pitch, moving from one vowel to another.

    Args:
        rng: For the breath.
        pitch_hz: One value a sample: glides and vibrato are the singer's.
        vowels: Two letters of `VOWELS`: where the mouth begins and where it ends.
        velocity: 0 to 1; louder is brighter.
        breath: How much noise goes with it.
    """
    samples = pitch_hz.size
    angle = 2.0 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE
    mean_hz = float(pitch_hz.mean())
    freq = mean_hz * np.arange(1.0, int(_HIGHEST_HZ / mean_hz) + 1.0)
    tilt = (freq / mean_hz) ** (-1.05 + 0.45 * velocity)
    start, end = (_harmonics(angle, tilt * formant_levels(freq, vowel)) for vowel in vowels)
    mouth = np.linspace(0.0, 1.0, samples) ** 0.7
    air = _noise(rng, samples, 3000.0, 9000.0)
    sung = start + mouth * (end - start)
    return velocity * (sung + breath * air) * _swell(samples, 0.045, 0.09)


def formant_levels(freq_hz: Wave, vowel: str) -> Wave:
    """The mouth's gain at each frequency for a vowel, with a little singer's formant."""
    level = np.full(freq_hz.shape, 0.02)
    for centre_hz, width_hz, gain in (*VOWELS[vowel], *_SINGERS_FORMANT):
        level += gain / (1.0 + ((freq_hz - centre_hz) / (0.9 * width_hz)) ** 2)
    return level


def _saw_levels(pitch_hz: float, *, cutoff_hz: float) -> Wave:
    number = np.arange(1, int(3.0 * cutoff_hz / pitch_hz) + 1)
    return 1.0 / (number * (1.0 + (number * pitch_hz / cutoff_hz) ** 2))


def _harmonics(angle: Wave, levels: Wave, damping: Wave | float = 0.0) -> Wave:
    """Sum of sin(k x angle) x exp(-k x damping) x levels[k - 1], one complex product a harmonic."""
    base = np.exp(1j * angle - damping).astype(np.complex64)
    turning = base.copy()
    wave = np.float32(levels[0]) * turning.imag
    for level in levels[1:].astype(np.float32):
        turning *= base
        wave += level * turning.imag
    return np.asarray(wave, dtype=np.float64)
