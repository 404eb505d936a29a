"""A synth that is played and heard: what every agent of the study works on.

The agents hear single notes, each a little different. What is reported is measured apart from
that, on the mean of several notes, and in two ways: in the six features, and by a distance between
log-mel spectrograms that no agent ever sees.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import numpy as np

from bridge.errors import AudioError
from bridge.learning.q_learning import FloatArray
from bridge.sim.synths import SAMPLE_RATE, Wave
from bridge.tasks.sound.distance import Scale, distance
from bridge.tasks.sound.note import Note, measure_note

_HEARINGS: Final = 4
"""Notes whose mean is reported."""

_WINDOWS: Final = (512, 1024, 2048)
_MELS: Final = 40
_RANGE_DB: Final = 60.0


class AnySynth(Protocol):
    """What can be played."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of its parameters."""

    def render(self, positions: FloatArray, rng: np.random.Generator, /) -> Wave:
        """One note."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Player:
    """One synth, and ears.

    Attributes:
        synth: What is played.
        scale: Of the features.
        rng: For what differs from note to note in what the agent hears.
        judge_rng: The same for what is reported.
        sample_rate: Of what the synth renders, Hz.
    """

    synth: AnySynth
    scale: Scale
    rng: np.random.Generator
    judge_rng: np.random.Generator
    sample_rate: int = SAMPLE_RATE

    def play(self, positions: FloatArray) -> Note | None:
        """The note as an agent hears it; None for silence."""
        try:
            return measure_note(self.synth.render(positions, self.rng), self.sample_rate)
        except AudioError:
            return None

    def sound(self, positions: FloatArray) -> "Sound | None":
        """What a patch sounds like, for the report."""
        waves = [self.synth.render(positions, self.judge_rng) for _ in range(_HEARINGS)]
        try:
            features = [self._features(wave) for wave in waves]
        except AudioError:
            return None
        return Sound(features=np.mean(features, axis=0), wave=waves[0])

    def record(self, positions: FloatArray) -> "Sound | None":
        """One note of a patch, as a target: it is what it is, and no average."""
        wave = self.synth.render(positions, self.judge_rng)
        try:
            return Sound(features=self._features(wave), wave=wave)
        except AudioError:
            return None

    def _features(self, wave: Wave) -> FloatArray:
        return self.scale.features(measure_note(wave, self.sample_rate))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """A patch as it is reported.

    Attributes:
        features: (6,) of a note, or the mean of several.
        wave: One of them.
    """

    features: FloatArray
    wave: Wave

    def distances(self, target: "Sound") -> FloatArray:
        """(2,) how far from a target: in the features, and between log-mel spectrograms."""
        return np.array(
            [distance(self.features - target.features), log_mel_distance(self.wave, target.wave)]
        )


def log_mel_distance(first: Wave, second: Wave) -> float:
    """The mean difference of two notes' log-mel spectrograms over three windows, dB.

    Both are taken as loud as their loudest frame; what is 60 dB below it is silence.
    """
    return float(np.mean([_mel_difference(first, second, size) for size in _WINDOWS]))


def _mel_difference(first: Wave, second: Wave, size: int) -> float:
    levels = []
    for wave in (first, second):
        frames = np.lib.stride_tricks.sliding_window_view(wave, size)[:: size // 2]
        power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2 @ _mel_bank(size)
        db = 10.0 * np.log10(power + 1e-12)
        levels.append(np.maximum(db - db.max(), -_RANGE_DB))
    return float(np.abs(levels[0] - levels[1]).mean())


@lru_cache(maxsize=len(_WINDOWS))
def _mel_bank(size: int) -> FloatArray:
    """(bins, mels) triangles that are even on the mel scale (O'Shaughnessy 1987)."""
    top = 2595.0 * np.log10(1.0 + 0.5 * SAMPLE_RATE / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(0.0, top, _MELS + 2) / 2595.0) - 1.0)
    freq = np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE)[:, None]
    rising = (freq - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - freq) / (edges[2:] - edges[1:-1])
    bank = np.maximum(np.minimum(rising, falling), 0.0)
    return np.asarray(bank / (bank.sum(axis=0) + 1e-9))
