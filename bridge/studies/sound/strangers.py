"""Synths and people that the sound task has never met: no training code may import this module.

The makes build their tone in other ways than those of `bridge.sim.synths`: a ladder that loses its
bass as it resonates, phase distortion without a filter (after Casio's patent of 1983), and partials
under a moving tilt. Their attack bends, and their names are other ones. Odd ones have curves that
change late, early, or only in the middle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.sim.synths import (
    BIN_HZ,
    FRAME_S,
    HELD_S,
    SAMPLE_RATE,
    TIME_S,
    Curve,
    Positions,
    Wave,
    draw_curves,
    hiss,
    shape_frames,
)
from bridge.studies.people import Ear


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangeSynth:
    """A synth of another make; see `bridge.sim.synths.Synth` for what its parts mean."""

    make: str
    names: tuple[str, ...]
    meanings: tuple[str, ...]
    curves: Mapping[str, Curve]
    pitch_hz: float
    lfo_hz: float

    def values(self, positions: Positions) -> dict[str, float]:
        """What each knob means at these positions; knobs of no known meaning are left out."""
        return {
            meaning: self.curves[meaning].at(position)
            for meaning, position in zip(self.meanings, positions.tolist(), strict=True)
            if meaning in self.curves
        }

    def render(self, positions: Positions, rng: np.random.Generator) -> Wave:
        """One note, (samples,) at 24 kHz."""
        v = self.values(positions)
        wave = _RENDER[self.make](self, v, rng)
        bent = 1.0 - np.exp(-2.2 * TIME_S / v["attack"])
        falling = v["sustain"] + (1.0 - v["sustain"]) / (1.0 + (1.2 * TIME_S / v["decay"]) ** 2)
        gone = np.exp(-1.3 * np.maximum(TIME_S - HELD_S, 0.0) / v["release"])
        return np.asarray(0.25 * wave * bent * falling * gone, dtype=np.float32)


def _sway(synth: StrangeSynth, v: Mapping[str, float], rng: np.random.Generator) -> Wave:
    """(frames,) octaves by which the tone opens: its envelope, and a triangle."""
    turns = synth.lfo_hz * FRAME_S + rng.random()
    triangle = 4.0 * np.abs(turns % 1.0 - 0.5) - 1.0
    opened = np.maximum(1.0 - FRAME_S / (1.5 * v["decay"]), 0.0) ** 2
    return np.asarray(v["lfo"] * triangle + v["envelope"] * opened, dtype=np.float32)


def _pulse(pitch_hz: float, width: float, phase: float) -> Wave:
    """A pulse as the difference of two saws, softened a little so that it does not fold back."""
    turns = TIME_S.astype(np.float64) * pitch_hz + phase
    step = pitch_hz / SAMPLE_RATE

    def saw(at: np.ndarray) -> np.ndarray:
        way = at % 1.0
        wave = 2.0 * way - 1.0
        # PolyBLEP (Valimaki & Huovilainen 2007): round the jump over two samples.
        low, high = way < step, way > 1.0 - step
        early, late = way[low] / step, (way[high] - 1.0) / step
        wave[low] -= 2.0 * early - early**2 - 1.0
        wave[high] -= late**2 + 2.0 * late + 1.0
        return np.asarray(wave)

    return np.asarray(saw(turns) - saw(turns + width), dtype=np.float32)


def _ladder(synth: StrangeSynth, v: Mapping[str, float], rng: np.random.Generator) -> Wave:
    ratio = 2.0 ** (v["detune"] / 1200.0)
    wave = _pulse(synth.pitch_hz, 0.37, 0.0) + 0.6 * _pulse(
        synth.pitch_hz * ratio, 0.5, rng.random()
    )
    wave = wave + v["sub"] * np.sign(np.sin(np.pi * synth.pitch_hz * TIME_S))
    wave = wave + v["noise"] * hiss(rng)
    push = 1.0 + 6.0 * v["drive"]
    wave = np.arctan(push * wave) / np.arctan(push)
    cutoff_hz = np.clip(v["cutoff"] * 2.0 ** _sway(synth, v, rng), 40.0, 11_500.0)[:, None]
    # Four equal poles with feedback k around them: its peak rises and its bass falls with k.
    feedback = 3.6 * min(v["resonance"] / 16.0, 1.0)
    stage = 1.0 / (1.0 + 1j * (BIN_HZ / cutoff_hz)) ** 4
    return shape_frames(wave, np.abs(stage / (1.0 + feedback * stage)).astype(np.float32))


def _phase(synth: StrangeSynth, v: Mapping[str, float], rng: np.random.Generator) -> Wave:
    open_oct = np.interp(TIME_S, FRAME_S, _sway(synth, v, rng))
    bright = np.clip(np.log2(v["cutoff"] / 60.0) / 7.4 + open_oct / 7.4, 0.0, 1.0)
    knee = 0.5 - 0.47 * bright
    wave = np.zeros(TIME_S.size)
    for share, ratio in ((1.0, 1.0), (0.6, 2.0 ** (v["detune"] / 1200.0))):
        way = (TIME_S.astype(np.float64) * synth.pitch_hz * ratio + 0.25 * (1.0 - share)) % 1.0
        bent = np.where(way < knee, 0.5 * way / knee, 0.5 + 0.5 * (way - knee) / (1.0 - knee))
        wave = wave - share * np.cos(2.0 * np.pi * bent)
        # Resonance: a faster sine under the falling window of each cycle.
        ring = np.sin(2.0 * np.pi * way * (2.0 + 10.0 * bright)) * (1.0 - way)
        wave = wave + share * (v["resonance"] / 16.0) * ring
    wave = np.sin((1.0 + 1.6 * v["drive"]) * wave)
    wave = wave + v["sub"] * np.sin(np.pi * synth.pitch_hz * TIME_S) + 0.6 * v["noise"] * hiss(rng)
    return np.asarray(wave, dtype=np.float32)


def _partials(synth: StrangeSynth, v: Mapping[str, float], rng: np.random.Generator) -> Wave:
    number = np.arange(1, min(40, int(11_000.0 / synth.pitch_hz)) + 1)
    base = np.exp(2j * np.pi * synth.pitch_hz * TIME_S).astype(np.complex64)
    other = base * np.exp(2j * np.pi * 0.035 * v["detune"] * TIME_S + 1j).astype(np.complex64)
    turning, turning_other = np.ones_like(base), np.ones_like(base)
    wave = np.zeros(TIME_S.size, dtype=np.float32)
    for n in number.tolist():
        turning = turning * base
        turning_other = turning_other * other
        odd = 1.0 if n % 2 else 0.5 + 0.5 * v["drive"]
        wave += np.float32(odd / n ** (0.9 - 0.5 * v["drive"])) * (
            turning.imag + 0.5 * turning_other.imag
        )
    wave = wave + 1.5 * v["noise"] * hiss(rng)
    corner = np.clip(v["cutoff"] * 2.0 ** _sway(synth, v, rng), 50.0, 11_000.0)[:, None]
    above = np.maximum(np.log2(BIN_HZ / corner), 0.0)
    bump_db = v["resonance"] * np.exp(-((np.log2(BIN_HZ / corner) / 0.5) ** 2))
    wave = shape_frames(wave, (10.0 ** ((bump_db - 15.0 * above) / 20.0)).astype(np.float32))
    return np.asarray(wave + v["sub"] * np.sin(np.pi * synth.pitch_hz * TIME_S), dtype=np.float32)


_RENDER: Final = {"ladder": _ladder, "phase": _phase, "partials": _partials}

_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "ladder": {
        "glide": "Glide", "cutoff": "VCF Cutoff", "resonance": "VCF Reso",
        "envelope": "VCF Env Amt",
        "drive": "Overdrive", "attack": "VCA Attack", "decay": "VCA Decay",
        "sustain": "VCA Sustain", "release": "VCA Release", "detune": "Detune Amount",
        "noise": "Noise Mix", "sub": "Sub Osc Level", "lfo": "LFO to Cutoff", "tune": "Master Tune",
    },
    "phase": {
        "octave": "Octave", "cutoff": "Brightness", "resonance": "Resonance", "attack": "Attack",
        "decay": "Decay", "sustain": "Sustain", "release": "Release", "envelope": "Env Depth",
        "detune": "Spread", "noise": "Noise Amount", "drive": "Distortion", "sub": "Sub",
        "lfo": "Filter LFO", "voices": "Voices",
    },
    "partials": {
        "volume": "Main Volume", "macro": "Macro 4", "cutoff": "Filter 1 Cutoff",
        "resonance": "Filter 1 Q", "attack": "Env Attack", "decay": "Env Decay",
        "sustain": "Env Sustain", "release": "Env Release", "envelope": "Filter Envelope",
        "detune": "Unison Detune", "noise": "Noise", "drive": "Warmth", "sub": "Sub Level",
        "lfo": "Vibrance LFO Depth", "tune": "Coarse",
    },
}  # fmt: skip

MAKES: Final[tuple[str, ...]] = tuple(_NAMES)


def draw_strange_synth(
    make: str, rng: np.random.Generator, *, is_odd: bool = False
) -> StrangeSynth:
    """A synth of one of `MAKES`; some of its knobs are none that a sound is made with."""
    names = _NAMES[make]
    curves = {k: v for k, v in draw_curves(rng, is_odd=is_odd).items() if k in names}
    return StrangeSynth(
        make=make,
        names=tuple(names.values()),
        meanings=tuple(names),
        curves=curves,
        pitch_hz=float(rng.choice((65.4, 98.0, 146.8, 196.0))),
        lfo_hz=float(rng.uniform(2.0, 8.0)),
    )


# -- people ---------------------------------------------------------------------------------------


def draw_shifted_ideal(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Wants (roles, 5) and weights (5,) of a person of `shift`, in the measure of `own_ear`."""
    own = rng.normal(0.0, 0.4, _SHIFTED.shape[1])
    roles = rng.normal(0.0, 0.5, _SHIFTED.shape)
    return _SHIFTED + own + roles, np.exp(rng.normal(0.0, 0.3, _SHIFTED.shape[1]))


# Brightness (centroid of the magnitudes), onset, centre of time, lows, and tonality: what `shift`
# wants of a bass, lead, pad, keys, pluck and drum, in deviations of many patches. They grew up with
# other records: all is darker and slower than the average person that the prior knows.
_SHIFTED: Final[FloatArray] = np.array(
    [
        [-0.9, -0.2, 0.3, 0.8, 0.4],
        [0.3, 0.1, 0.2, -0.2, 0.1],
        [-0.6, 1.1, 0.9, 0.3, 0.2],
        [-0.2, -0.3, 0.0, 0.1, 0.5],
        [0.1, -0.5, -0.8, 0.0, 0.3],
        [0.0, -0.6, -0.9, 0.4, -0.6],
    ]
)


def own_ear(wave: Wave) -> FloatArray:
    """(5,) what `shift` hears, raw: none of it is measured as the learner measures it."""
    magnitude = np.abs(np.fft.rfft(wave)) + 1e-9
    freq = np.fft.rfftfreq(wave.size, 1.0 / SAMPLE_RATE)
    centroid = np.log2(max(float(magnitude @ freq / magnitude.sum()), 20.0))
    block = SAMPLE_RATE // 200
    envelope = np.sqrt(
        (wave[: wave.size // block * block].reshape(-1, block) ** 2).mean(axis=1) + 1e-12
    )
    smooth = np.convolve(envelope, np.ones(5) / 5.0, mode="same")
    top = smooth.max()
    low, high = np.flatnonzero(smooth >= 0.1 * top)[0], np.flatnonzero(smooth >= 0.8 * top)[0]
    onset = np.log2(max(float(high - low), 1.0) / 200.0)
    centre = float(smooth @ np.arange(smooth.size) / smooth.sum()) / 200.0
    lows = np.log2(magnitude[freq < 250.0].sum() / magnitude.sum())
    sorted_level = np.sort(magnitude[freq < 9_000.0])
    tonal = np.log2(sorted_level[-sorted_level.size // 50 :].sum() / sorted_level.sum())
    return np.array([centroid, onset, centre, lows, tonal])


def calibrated_ear(rng: np.random.Generator, *, patches: int = 120) -> Ear:
    """`own_ear` in deviations from many patches of the strange makes."""
    raw = []
    for number in range(patches):
        synth = draw_strange_synth(MAKES[number % len(MAKES)], rng)
        raw.append(own_ear(synth.render(rng.random(len(synth.names)), rng)))
    mean, sd = np.mean(raw, axis=0), np.std(raw, axis=0)
    return lambda wave: (own_ear(wave) - mean) / sd
