"""A whole song through the console, block by block: what is heard, and how loud it is.

Loudness is the integrated one of ITU-R BS.1770-4, with the K-weighting of pyloudnorm.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.mix.params import COLUMN, Param
from bridge.mix.spectrum import FloatArray
from bridge.sim.console import fader_gain, pan_gains
from bridge.sim.equaliser import Equaliser
from bridge.sim.extras import demo_library
from bridge.sim.stems import BLOCK, Audio, Stems

_HOP_S: Final = 0.1  # gating blocks of BS.1770-4: 0.4 s long, three quarters in common
_HOPS: Final = 4
_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_OFFSET: Final = -0.691
_DEAD: Final = 1e-12
"""What rings in a filter below it is over."""

_THREADS: Final = min(4, os.cpu_count() or 1)

StripHeard = Callable[[int, tuple[float, ...], FloatArray], None]
"""Called with a row, its EQ in dB, and (channels, samples) behind that EQ."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """How loud a mix is.

    Attributes:
        lufs: Integrated loudness after BS.1770-4; -inf for silence.
        strips_lufs: (tracks,) that of each strip alone, panned as it is.
        peak: The highest sample, linear.
    """

    lufs: float
    strips_lufs: FloatArray
    peak: float

    def strips_re_mix_lu(self) -> FloatArray:
        """(tracks,) how loud each strip is against the whole mix; NaN where it is silent."""
        audible = np.isfinite(self.strips_lufs)
        return np.where(audible, self.strips_lufs, np.nan) - (self.lufs if audible.any() else 0.0)


def play_song(
    stems: Stems, mixes: Sequence[FloatArray], on_strip: StripHeard | None = None
) -> Iterator[list[FloatArray]]:
    """The whole song through the console at each of `mixes` (tracks, 6).

    Nothing limits it: where a mix exceeds full scale, so do the samples. It sounds as in the loop:
    what rings at its end is there at its beginning.

    Yields:
        One (samples, 2) block for each mix.
    """
    tracks = range(len(stems.names))
    settings = [[tuple(map(float, mix[row, 2:])) for mix in mixes] for row in tracks]
    equalisers = [{eq: Equaliser(stems.sample_rate) for eq in settings[row]} for row in tracks]
    for row in tracks:
        for eq, equaliser in equalisers[row].items():
            if any(eq):
                end = stems.read(row, -stems.sample_rate, min(stems.sample_rate, stems.samples))
                equaliser.filter(end, np.array(eq))
    paths = [
        [
            pan_gains(mix[row, COLUMN[Param.PAN]], stems.channels(row), stems.place(row))
            for row in tracks
        ]
        for mix in mixes
    ]
    gains = [fader_gain(mix[:, COLUMN[Param.GAIN]]) for mix in mixes]
    for waves in _blocks(stems):
        heard = [np.zeros((waves[0].shape[1], 2)) for _ in mixes]
        for row, wave in enumerate(waves):
            strips = {eq: each.filter(wave, np.array(eq)) for eq, each in equalisers[row].items()}
            if on_strip is not None:
                for eq, strip in strips.items():
                    on_strip(row, eq, strip)
            for number, eq in enumerate(settings[row]):
                heard[number] += (strips[eq] * gains[number][row]).T @ paths[number][row]
        yield heard


def _blocks(stems: Stems) -> Iterator[list[Audio]]:
    """Every block of the song, of all tracks; files are decoded side by side."""
    rows = range(len(stems.names))
    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, stems.samples, BLOCK):
            count = min(BLOCK, stems.samples - start)
            yield list(pool.map(stems.read, rows, [start] * len(rows), [count] * len(rows)))


def measure_mixes(
    stems: Stems,
    mixes: Sequence[FloatArray],
    on_block: Callable[[list[FloatArray]], None] = lambda _: None,
) -> list[Measured]:
    """How loud the song is at each of `mixes` (tracks, 6); `on_block` is given what is heard."""
    rate = stems.sample_rate
    strips: dict[tuple[int, tuple[float, ...]], LoudnessMeter] = {}

    def on_strip(row: int, eq: tuple[float, ...], strip: FloatArray) -> None:
        strips.setdefault((row, eq), LoudnessMeter(rate)).add(strip)

    wholes = [LoudnessMeter(rate) for _ in mixes]
    peaks = [0.0 for _ in mixes]
    for heard in play_song(stems, mixes, on_strip):
        for number, block in enumerate(heard):
            wholes[number].add(block.T)
            peaks[number] = max(peaks[number], float(np.abs(block).max()))
        on_block(heard)
    measured = []
    for mix, whole, peak in zip(mixes, wholes, peaks, strict=True):
        strips_lufs = np.empty(len(stems.names))
        for row, values in enumerate(mix):
            path = pan_gains(values[COLUMN[Param.PAN]], stems.channels(row), stems.place(row))
            gain = float(fader_gain(values[COLUMN[Param.GAIN]]))
            meter = strips[row, tuple(map(float, values[2:]))]
            # Each channel goes to the two sides by itself, or both are turned, which keeps power.
            strips_lufs[row] = meter.lufs(gain**2 * np.square(path).sum(axis=1))
        measured.append(Measured(lufs=whole.lufs(), strips_lufs=strips_lufs, peak=peak))
    return measured


def render(stems: Stems, values: FloatArray) -> NDArray[np.float32]:
    """The whole song at `values` (tracks, 6): stereo (samples, 2), all of it in memory."""
    blocks = [heard[0] for heard in play_song(stems, [values])]
    return np.concatenate(blocks).astype(np.float32)


class LoudnessMeter:
    """Integrated loudness after BS.1770-4 of audio that comes in blocks.

    Args:
        sample_rate: Hz.
    """

    def __init__(self, sample_rate: int) -> None:
        self._hop = round(_HOP_S * sample_rate)
        self._sections = _k_weighting(sample_rate)
        self._state: FloatArray | None = None
        self._rest: FloatArray | None = None
        self._sums: list[FloatArray] = []
        self._sosfilt = demo_library("scipy.signal").sosfilt

    def add(self, audio: FloatArray) -> None:
        """Hear the next (channels, samples); as many channels each time."""
        if self._state is None or self._rest is None:
            self._state = np.zeros((2, len(audio), 2))
            self._rest = np.zeros((len(audio), 0))
        if np.abs(self._state).max() < _DEAD and not audio.any():
            weighted = audio
        else:
            weighted, self._state = self._sosfilt(self._sections, audio, zi=self._state)
        weighted = np.concatenate((self._rest, weighted), axis=1)
        whole = weighted.shape[1] - weighted.shape[1] % self._hop
        self._rest = weighted[:, whole:].copy()
        hops = weighted[:, :whole].reshape(len(weighted), -1, self._hop)
        self._sums.append(np.einsum("chs,chs->ch", hops, hops))

    def lufs(self, weights: FloatArray | None = None) -> float:
        """The loudness of all that was heard; -inf below the gate, -70 LUFS.

        Args:
            weights: (channels,) what each channel's power is multiplied by; None: 1.
        """
        if self._rest is None:
            return float("-inf")
        sums = [*self._sums]
        if 2 * self._rest.shape[1] >= self._hop:  # as pyloudnorm rounds
            sums.append(np.square(self._rest).sum(axis=1, keepdims=True))
        hops = np.concatenate(sums, axis=1)
        power = hops.sum(axis=0) if weights is None else weights @ hops
        if power.size < _HOPS:
            return float("-inf")
        blocks = np.convolve(power, np.ones(_HOPS), "valid") / (_HOPS * self._hop)
        levels = _OFFSET + 10.0 * np.log10(np.maximum(blocks, 1e-30))
        gated = blocks[levels >= _GATE_LUFS]
        if not gated.size:
            return float("-inf")
        relative = _OFFSET + 10.0 * np.log10(gated.mean()) + _RELATIVE_GATE_LU
        gated = blocks[(levels > relative) & (levels > _GATE_LUFS)]
        return float(_OFFSET + 10.0 * np.log10(gated.mean())) if gated.size else float("-inf")


@lru_cache(maxsize=8)
def _k_weighting(sample_rate: int) -> FloatArray:
    """The two filters of BS.1770-4 as second-order sections (2, 6), as pyloudnorm has them."""
    pyloudnorm = demo_library("pyloudnorm")
    filters = (
        pyloudnorm.IIRfilter(4.0, np.sqrt(0.5), 1500.0, sample_rate, "high_shelf"),
        pyloudnorm.IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass"),
    )
    return np.array([[*each.b, *each.a] for each in filters])


def loudness_lufs(audio: FloatArray, sample_rate: int) -> float:
    """Integrated loudness of (samples, channels) after BS.1770-4; -inf below its gate."""
    meter = LoudnessMeter(sample_rate)
    meter.add(audio.T)
    return meter.lufs()
