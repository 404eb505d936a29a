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

from bridge.install.extras import demo_library
from bridge.mix.params import COLUMN, Param
from bridge.mix.spectrum import FloatArray
from bridge.sim.console import fader_gain, pan_gains
from bridge.sim.equaliser import Equaliser
from bridge.sim.stems import BLOCK, Audio, Stems

_HOP_S: Final = 0.1  # gating blocks of BS.1770-4: 0.4 s long, three quarters in common
_HOPS: Final = 4
_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_OFFSET: Final = -0.691
_STRIP_BLOCKS: Final = 40
_PIECE: Final = BLOCK // 4
"""Samples that are mixed at once, which bounds the memory of many tracks."""
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
    voices = _voices(stems, mixes)
    matrix = np.concatenate([voice.gains for voice in voices], axis=1)
    played = np.empty((matrix.shape[1], min(_PIECE, stems.samples)))
    for waves in _blocks(stems):
        count = waves[0].shape[1]
        at = 0
        for voice in voices:
            strip = voice.equaliser.filter(waves[voice.row], np.array(voice.eq))
            played[at : at + len(strip), :count] = strip
            at += len(strip)
            if on_strip is not None:
                on_strip(voice.row, voice.eq, strip)
        heard = matrix @ played[:, :count]
        yield [heard[2 * number : 2 * number + 2].T for number in range(len(mixes))]


def skim_song(stems: Stems, mix: FloatArray, *, stride: int) -> Iterator[FloatArray]:
    """Every `stride`-th sample of what the song sounds like at `mix`, its EQ left out.

    That is enough to see where a song is loud, and takes a fraction of `play_song`'s time.

    Yields:
        (samples, 2) blocks.
    """
    paths = [_path(stems, row, mix).astype(np.float32) for row in range(len(stems.names))]
    matrix = np.concatenate(paths).T
    for waves in _blocks(stems):
        thin = np.concatenate([wave[:, ::stride] for wave in waves])
        yield np.asarray((matrix @ thin).T, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Voice:
    """A strip at one setting of its EQ, and what it adds to each mix.

    Attributes:
        row: The strip.
        eq: Gains of its bands in dB.
        equaliser: That EQ.
        gains: (2 x mixes, channels) from each channel to each mix's left and right.
    """

    row: int
    eq: tuple[float, ...]
    equaliser: Equaliser
    gains: FloatArray


def _voices(stems: Stems, mixes: Sequence[FloatArray]) -> list[_Voice]:
    """One for each strip and each setting that its EQ has in any of the mixes."""
    voices = []
    for row in range(len(stems.names)):
        settings = [tuple(map(float, mix[row, 2:])) for mix in mixes]
        for eq in dict.fromkeys(settings):
            equaliser = Equaliser(stems.sample_rate)
            if any(eq):  # what rings at the end of the song is there at its beginning
                end = stems.read(row, -stems.sample_rate, min(stems.sample_rate, stems.samples))
                equaliser.filter(end, np.array(eq))
            gains = [
                _path(stems, row, mix) * float(eq == setting)
                for mix, setting in zip(mixes, settings, strict=True)
            ]
            voices.append(
                _Voice(row=row, eq=eq, equaliser=equaliser, gains=np.concatenate(gains, axis=1).T)
            )
    return voices


def _path(stems: Stems, row: int, mix: FloatArray) -> FloatArray:
    """(channels, 2) linear gains of a strip's fader and pan."""
    gain, pan = mix[row, COLUMN[Param.GAIN]], mix[row, COLUMN[Param.PAN]]
    return fader_gain(gain) * pan_gains(pan, stems.channels(row), stems.place(row))


def _blocks(stems: Stems) -> Iterator[list[Audio]]:
    """Every piece of the song, of all tracks; files are decoded side by side, block by block."""
    rows = range(len(stems.names))
    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, stems.samples, BLOCK):
            count = min(BLOCK, stems.samples - start)
            waves = list(pool.map(stems.read, rows, [start] * len(rows), [count] * len(rows)))
            for at in range(0, count, _PIECE):
                yield [wave[:, at : at + _PIECE] for wave in waves]


def measure_mixes(
    stems: Stems,
    mixes: Sequence[FloatArray],
    on_block: Callable[[list[FloatArray]], None] = lambda _: None,
) -> list[Measured]:
    """How loud the song is at each of `mixes` (tracks, 6); `on_block` is given what is heard.

    The strips of a long song are measured in places only, a minute in all.
    """
    rate = stems.sample_rate
    strips: dict[tuple[int, tuple[float, ...]], LoudnessMeter] = {}
    every = max(1, stems.samples // (_STRIP_BLOCKS * BLOCK))
    number = 0

    def on_strip(row: int, eq: tuple[float, ...], strip: FloatArray) -> None:
        block, piece = divmod(number, BLOCK // _PIECE)
        if block % every == 0:
            meter = strips.setdefault((row, eq), LoudnessMeter(rate))
            if every > 1 and piece == 0:
                meter.jump()
            meter.add(strip)

    wholes = [LoudnessMeter(rate) for _ in mixes]
    peaks = [0.0 for _ in mixes]
    for heard in play_song(stems, mixes, on_strip):
        for mix, block in enumerate(heard):
            wholes[mix].add(block.T)
            peaks[mix] = max(peaks[mix], float(np.abs(block).max()))
        on_block(heard)
        number += 1
    measured = []
    for values, whole, peak in zip(mixes, wholes, peaks, strict=True):
        # Each channel goes to the two sides by itself, or both are turned, which keeps power.
        strips_lufs = [
            strips[row, tuple(map(float, values[row, 2:]))].lufs(
                np.square(_path(stems, row, values)).sum(axis=1)
            )
            for row in range(len(stems.names))
        ]
        measured.append(Measured(lufs=whole.lufs(), strips_lufs=np.array(strips_lufs), peak=peak))
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

    def jump(self) -> None:
        """What comes next does not follow what came before."""
        self._state = self._rest = None

    def lufs(self, weights: FloatArray | None = None) -> float:
        """The loudness of all that was heard; -inf below the gate, -70 LUFS.

        Args:
            weights: (channels,) what each channel's power is multiplied by; None: 1.
        """
        sums = [*self._sums]
        if not sums:
            return float("-inf")
        if self._rest is not None and 2 * self._rest.shape[1] >= self._hop:  # as pyloudnorm rounds
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
