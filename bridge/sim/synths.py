"""Toy synthesisers: one note from knobs at positions 0 to 1, in a few milliseconds.

Each of three makes builds its tone in its own way (a subtractive one, one of frequency modulation
after Chowning 1973, one that folds a wave), and every synth that is drawn of a make has curves of
its own: what half of a knob's way means differs, as between products. The filter and its movement
are applied to short overlapping spectra, so that a note needs no loop over samples.

The studies judge on makes that this module does not know (`bridge.studies.sound.strangers`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]
Positions = NDArray[np.float64]

SAMPLE_RATE: Final = 24_000
"""Hz; brightness is heard up to 8 kHz and a little beyond."""

HELD_S: Final = 0.6
"""How long a note is held, seconds."""

NOTE_S: Final = 1.3
"""How long a note is listened to, seconds: what is held, and the release."""

_SAMPLES: Final = round(NOTE_S * SAMPLE_RATE)
_WINDOW: Final = 1024
_HOP: Final = 512
_FRAMES: Final = _SAMPLES // _HOP + 2
FRAME_S: Final[Wave] = (np.arange(_FRAMES) * _HOP / SAMPLE_RATE).astype(np.float32)
"""(frames,) where the frames of `shape_frames` are centred, seconds."""

BIN_HZ: Final[Wave] = np.maximum(np.fft.rfftfreq(_WINDOW, 1.0 / SAMPLE_RATE), 10.0).astype(
    np.float32
)
"""(bins,) the frequencies of one such frame, Hz."""

TIME_S: Final[Wave] = (np.arange(_SAMPLES) / SAMPLE_RATE).astype(np.float32)
"""(samples,) of a note, seconds."""

_HANN: Final[Wave] = np.sin(np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW).astype(np.float32)
_LOG_BIN: Final[Wave] = np.log2(BIN_HZ)
_TABLE: Final = 4096
_SAMPLE: Final = np.arange(_SAMPLES, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What a knob's way means: from `low` to `high`, evenly in ratio where `is_log`.

    Attributes:
        low: The value at position 0.
        high: The value at position 1.
        is_log: Whether equal ways are equal ratios; both ends are above 0 then.
        bend: Exponent of the position: above 1 most of the change comes late.
        is_s: Whether the way is flat at both ends.
    """

    low: float
    high: float
    is_log: bool = False
    bend: float = 1.0
    is_s: bool = False

    def at(self, position: float) -> float:
        """The value at a position 0 to 1."""
        way = float(min(max(position, 0.0), 1.0) ** self.bend)
        if self.is_s:
            way = way * way * (3.0 - 2.0 * way)
        if self.is_log:
            return float(self.low * (self.high / self.low) ** way)
        return self.low + (self.high - self.low) * way


@dataclass(frozen=True, slots=True, kw_only=True)
class Synth:
    """One synth that plays one note.

    Attributes:
        make: What it is, such as ``subtractive``.
        names: (knobs,) as its surface has them, in the order of positions.
        meanings: (knobs,) what each does; the keys of `curves`.
        curves: What each knob's way means.
        pitch_hz: Of the note.
        tone: Makes the wave before the filter; see `Tone`.
        poles: Slope of the filter, 6 dB an octave each.
        is_linear: Whether the loudness falls evenly in dB (False) or in amplitude (True).
        driven: Where overdrive is: ``before`` or ``after`` the filter, or in the ``tone`` itself.
        lfo_hz: How fast the filter sways.
    """

    make: str
    names: tuple[str, ...]
    meanings: tuple[str, ...]
    curves: Mapping[str, Curve]
    pitch_hz: float
    tone: Callable[["Synth", Mapping[str, float], np.random.Generator], Wave] = field(repr=False)
    poles: float = 2.0
    is_linear: bool = False
    driven: str = "after"
    lfo_hz: float = 4.0

    def values(self, positions: Positions) -> dict[str, float]:
        """What each knob means at these positions, in its own unit."""
        return {
            meaning: self.curves[meaning].at(position)
            for meaning, position in zip(self.meanings, positions.tolist(), strict=True)
        }

    def render(self, positions: Positions, rng: np.random.Generator) -> Wave:
        """One note, (samples,) at `SAMPLE_RATE`; full scale is about 1.

        Args:
            positions: (knobs,) each 0 to 1.
            rng: For the noise and where the sway begins, which differ from note to note.
        """
        v = self.values(positions)
        wave = self.tone(self, v, rng)
        drive = v.get("drive", 0.0)
        if self.driven == "before":
            wave = overdrive(wave, drive)
        sway = v.get("lfo", 0.0) * np.sin(2.0 * np.pi * (self.lfo_hz * FRAME_S + rng.random()))
        opened = v.get("envelope", 0.0) * np.exp(-FRAME_S / max(0.7 * v.get("decay", 0.3), 0.02))
        cutoff_hz = np.clip(v["cutoff"] * 2.0 ** (opened + sway), 30.0, 0.49 * SAMPLE_RATE)
        gains = low_pass(cutoff_hz, resonance_db=v.get("resonance", 0.0), poles=self.poles)
        wave = shape_frames(wave, gains)
        if self.driven == "after":
            wave = overdrive(wave, drive)
        envelope = loudness_envelope(v, is_linear=self.is_linear)
        level_db = v.get("level", -12.0)
        return np.asarray(wave * envelope * 10.0 ** (level_db / 20.0))


# -- parts that any synth may be made of ----------------------------------------------------------


@lru_cache(maxsize=512)
def _harmonic_table(kind: str, harmonics: int) -> Wave:
    number = np.arange(1, harmonics + 1)
    levels = {
        "saw": 1.0 / number,
        "square": np.where(number % 2 == 1, 1.0 / number, 0.0),
        "triangle": np.where(number % 2 == 1, 1.0 / number**2, 0.0),
        "sine": np.where(number == 1, 1.0, 0.0),
    }[kind]
    spectrum = np.zeros(_TABLE // 2 + 1, dtype=np.complex128)
    spectrum[1 : harmonics + 1] = -1j * levels
    table = np.fft.irfft(spectrum, _TABLE)
    return np.asarray(table / np.sqrt((table**2).mean()), dtype=np.float32)


def oscillator(kind: str, pitch_hz: float, *, phase: float = 0.0) -> Wave:
    """A band-limited wave of RMS 1: ``saw``, ``square``, ``triangle`` or ``sine``."""
    harmonics = max(1, min(int(0.45 * SAMPLE_RATE / pitch_hz), _TABLE // 2 - 1))
    table = _harmonic_table(kind, harmonics)
    places = (_SAMPLE * (pitch_hz * _TABLE / SAMPLE_RATE) + phase * _TABLE).astype(np.int64)
    return np.asarray(table[places % _TABLE])


@lru_cache(maxsize=1)
def _hiss() -> Wave:
    return np.random.default_rng(1).standard_normal(4 * _SAMPLES, dtype=np.float32)


def hiss(rng: np.random.Generator) -> Wave:
    """White noise of RMS 1: a random place of a long stretch of it."""
    start = int(rng.integers(3 * _SAMPLES))
    return _hiss()[start : start + _SAMPLES]


def low_pass(cutoff_hz: Wave, *, resonance_db: float, poles: float) -> Wave:
    """(frames, bins) gains of a low pass: a peak of `resonance_db` at the corner, then a slope."""
    octaves = _LOG_BIN - np.log2(cutoff_hz.astype(np.float32))[:, None]
    gain = 1.0 / np.sqrt(1.0 + np.exp2(2.0 * poles * octaves))
    if resonance_db > 0.0:
        gain *= 1.0 + (10.0 ** (resonance_db / 20.0) - 1.0) * np.exp(-((4.0 * octaves) ** 2))
    return np.asarray(gain)


def shape_frames(wave: Wave, gains: Wave) -> Wave:
    """Give every frame of a note its own spectrum; gains are (frames, bins)."""
    padded = np.zeros((_FRAMES + 1) * _HOP, dtype=np.float32)
    padded[_HOP : _HOP + wave.size] = wave
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    shaped = np.fft.irfft(np.fft.rfft(frames * _HANN) * gains[: len(frames)], _WINDOW) * _HANN
    out = np.zeros((len(frames) + 1, _HOP), dtype=np.float32)
    out[:-1] += shaped[:, :_HOP]
    out[1:] += shaped[:, _HOP:]
    return out.ravel()[_HOP : _HOP + wave.size]


def overdrive(wave: Wave, amount: float) -> Wave:
    """Push a wave into a soft bend; `amount` 0 changes nothing, 1 is heavy; its RMS stays."""
    if amount <= 0.0:
        return wave
    rms = np.sqrt((wave**2).mean()) + 1e-9
    bent = np.tanh(wave * (0.3 + 9.0 * amount**2) / rms)
    bent = bent * rms / (np.sqrt((bent**2).mean()) + 1e-9)
    share = min(3.0 * amount, 1.0)
    return np.asarray((1.0 - share) * wave + share * bent)


def loudness_envelope(v: Mapping[str, float], *, is_linear: bool) -> Wave:
    """(samples,) attack, decay to the sustain level, and release after `HELD_S`."""
    attack = max(v.get("attack", 0.005), 0.002)
    decay = max(v.get("decay", 0.3), 0.01)
    sustain = v.get("sustain", 0.7)
    release = max(v.get("release", 0.15), 0.01)
    rising = np.minimum(TIME_S / attack, 1.0)
    since = np.maximum(TIME_S - attack, 0.0)
    envelope = rising * (sustain + (1.0 - sustain) * _fall(since / decay, is_linear=is_linear))
    gone = np.maximum(TIME_S - HELD_S, 0.0)
    return np.asarray(envelope * _fall(gone / release, is_linear=is_linear))


def _fall(turns: Wave, *, is_linear: bool) -> Wave:
    """A fall from 1, evenly in dB or in a straight line, after so many time constants."""
    return np.asarray(np.maximum(1.0 - turns / 2.5, 0.0) if is_linear else np.exp(-turns))


# -- the three makes ------------------------------------------------------------------------------


def _subtractive(synth: Synth, v: Mapping[str, float], rng: np.random.Generator) -> Wave:
    other_hz = synth.pitch_hz * 2.0 ** (v.get("detune", 0.0) / 1200.0)
    wave = oscillator("saw", synth.pitch_hz)
    wave = wave + 0.7 * oscillator("saw", other_hz, phase=rng.random())
    wave = wave + v.get("sub", 0.0) * oscillator("sine", 0.5 * synth.pitch_hz)
    return np.asarray(wave + v.get("noise", 0.0) * hiss(rng))


def _modulated(synth: Synth, v: Mapping[str, float], rng: np.random.Generator) -> Wave:
    detune = 2.0 ** (v.get("detune", 0.0) / 1200.0)
    angle = np.float32(2.0 * np.pi * synth.pitch_hz) * TIME_S
    index = 1.2 + 5.0 * v.get("drive", 0.0)
    wave = np.sin(angle + index * np.sin(angle))
    wave = wave + 0.7 * np.sin(
        angle * detune + index * np.sin(2.0 * angle * detune + float(6.0 * rng.random()))
    )
    wave = wave + 1.2 * v.get("sub", 0.0) * np.sin(0.5 * angle)
    return np.asarray(wave + 0.7 * v.get("noise", 0.0) * hiss(rng))


def _folded(synth: Synth, v: Mapping[str, float], rng: np.random.Generator) -> Wave:
    other_hz = synth.pitch_hz * 2.0 ** (v.get("detune", 0.0) / 1200.0)
    push = 1.0 + 2.5 * v.get("drive", 0.0)
    wave = np.sin(push * oscillator("triangle", synth.pitch_hz))
    wave = wave + 0.6 * oscillator("square", other_hz, phase=rng.random())
    wave = wave + 0.8 * v.get("sub", 0.0) * oscillator("triangle", 0.5 * synth.pitch_hz)
    return np.asarray(wave + 0.8 * v.get("noise", 0.0) * hiss(rng))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Make:
    tone: Callable[[Synth, Mapping[str, float], np.random.Generator], Wave]
    names: Mapping[str, str]
    driven: tuple[str, ...]
    poles: tuple[float, ...]


_MAKES: Final[Mapping[str, _Make]] = {
    "subtractive": _Make(
        tone=_subtractive,
        names={
            "cutoff": "Filter Cutoff", "resonance": "Filter Resonance", "attack": "Amp Attack",
            "decay": "Amp Decay", "sustain": "Amp Sustain", "release": "Amp Release",
            "envelope": "Filter Env Amount", "detune": "Osc 2 Detune", "noise": "Noise Level",
            "drive": "Drive", "sub": "Sub Level", "lfo": "LFO Depth", "level": "Volume",
        },
        driven=("before", "after"),
        poles=(2.0, 3.0),
    ),
    "modulated": _Make(
        tone=_modulated,
        names={
            "cutoff": "Filter Freq", "resonance": "Filter Res", "attack": "Ae Attack",
            "decay": "Ae Decay", "sustain": "Ae Sustain", "release": "Ae Release",
            "envelope": "Fe Amount", "detune": "Detune", "noise": "Noise", "drive": "FM Depth",
            "sub": "Sub Osc", "lfo": "LFO Amt", "level": "Gain",
        },
        driven=("tone",),
        poles=(2.0, 4.0),
    ),
    "folded": _Make(
        tone=_folded,
        names={
            "cutoff": "LP Freq", "resonance": "LP Reso", "attack": "Env 1 Attack",
            "decay": "Env 1 Decay", "sustain": "Env 1 Sustain", "release": "Env 1 Release",
            "envelope": "LP Mod Amt 1", "detune": "Unison Detune", "noise": "Noise Gain",
            "drive": "Saturation", "sub": "Sub Gain", "lfo": "LFO Amount", "level": "Level",
        },
        driven=("tone",),
        poles=(3.0, 4.0),
    ),
}  # fmt: skip

MAKES: Final[tuple[str, ...]] = tuple(_MAKES)
"""The makes that training knows."""

PITCHES_HZ: Final = (55.0, 110.0, 220.0)
"""Notes that are played: A1 to A3."""


def draw_synth(make: str, rng: np.random.Generator) -> Synth:
    """A synth of one of `MAKES`, with curves, slope and note of its own; level is its last knob."""
    kind = _MAKES[make]
    meanings = tuple(kind.names)
    return Synth(
        make=make,
        names=tuple(kind.names.values()),
        meanings=meanings,
        curves=draw_curves(rng, is_odd=False),
        pitch_hz=float(rng.choice(PITCHES_HZ)),
        tone=kind.tone,
        poles=float(rng.choice(kind.poles)),
        is_linear=bool(rng.random() < 0.5),
        driven=str(rng.choice(kind.driven)),
        lfo_hz=float(rng.uniform(2.5, 7.0)),
    )


def draw_curves(rng: np.random.Generator, *, is_odd: bool) -> dict[str, Curve]:
    """What the knobs of one synth mean; odd ones change late, early, or only in the middle."""

    def curve(low: float, high: float, *, is_log: bool = False) -> Curve:
        bend = 2.0 ** rng.uniform(-1.3, 1.3) if is_odd else 2.0 ** rng.uniform(-0.4, 0.4)
        is_s = bool(is_odd and rng.random() < 0.4)
        return Curve(low=low, high=high, is_log=is_log, bend=float(bend), is_s=is_s)

    def about(value: float, spread: float = 0.3) -> float:
        return float(value * np.exp(rng.uniform(-spread, spread)))

    return {
        "cutoff": curve(about(60.0), about(10_000.0, 0.2), is_log=True),
        "resonance": curve(0.0, about(16.0)),
        "attack": curve(0.003, about(0.7), is_log=True),
        "decay": curve(about(0.03), about(1.5), is_log=True),
        "sustain": curve(0.0, 1.0),
        "release": curve(0.015, about(0.8), is_log=True),
        "envelope": curve(0.0, about(4.5)),
        "detune": curve(0.0, about(35.0)),
        "noise": curve(0.0, about(1.2)),
        "drive": curve(0.0, 1.0),
        "sub": curve(0.0, about(2.0)),
        "lfo": curve(0.0, about(1.8)),
        "level": curve(-30.0, 0.0),
    }
