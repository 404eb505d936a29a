"""What is heard of a take: its level, its onsets and its edges; numpy alone.

An onset is a peak of the spectral flux of log-compressed magnitudes (Bello et al. 2005, "A tutorial
on onset detection in music signals"), placed by the waveform's envelope. About 3 ms of a processor
for a second of audio.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Wave = NDArray[np.float32]

FRAMES_HZ: Final = 100
"""Levels a second."""

SILENT_DB: Final = -120.0
EDGE_S: Final = 0.002
"""An edge is judged against so much of what is beside it."""

_WINDOW_S: Final = 2048 / 48_000
_HOP_S: Final = 0.005
_LAG: Final = 2
_COMPRESSION: Final = 100.0
_AROUND_S: Final = 0.2
_ABOVE_MEAN: Final = 1.3
_ABOVE_MOST: Final = 0.2
_APART_S: Final = 0.05
_ENVELOPE_S: Final = 0.00025
_SLOW_S: Final = 0.010
_FAST_S: Final = 0.004
_PLACE_S: Final = 0.04
_BACK_S: Final = 0.030
_AHEAD_S: Final = 0.020
_ATTACK_SHARE: Final = 0.3
_CHUNK: Final = 512
_ATTACK_S: Final = 0.04
_BLOCK_S: Final = 0.001
_CLICK_RATIO: Final = 6.0
_CLICK_DB: Final = -60.0
_BESIDE: Final = (-4, -3, -2, 2, 3, 4)
_EMPTY_DB: Final = -84.0
_FULL_DB: Final = -46.0
_DROPOUT_BLOCKS: Final = (4, 80)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What was heard of a file, in its own time.

    Attributes:
        level_db: RMS of each hundredth of a second, dBFS.
        onsets_s: When notes begin, ascending.
        peaks_db: How loud each of them becomes within 40 ms, dBFS.
        clicks_s: Where the waveform jumps as nothing within 4 ms beside it does.
        dropouts_s: Where sound breaks off and comes back 4 to 80 ms later.
    """

    level_db: FloatArray
    onsets_s: FloatArray
    peaks_db: FloatArray
    clicks_s: FloatArray = field(default_factory=lambda: np.zeros(0))
    dropouts_s: FloatArray = field(default_factory=lambda: np.zeros(0))

    @property
    def length_s(self) -> float:
        """How long the file is, s."""
        return self.level_db.size / FRAMES_HZ


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The sample at which a piece begins or ends, and what is beside it within.

    Attributes:
        value: The sample, -1 to +1.
        slope: The difference to its neighbour within the piece, towards the edge.
        step: RMS of the differences of neighbours in the 2 ms within.
    """

    value: float = 0.0
    slope: float = 0.0
    step: float = 0.0


def measure_take(wave: Wave, rate: int) -> Heard:
    """Hear a mono take.

    Args:
        wave: (samples,) full scale is +-1.
        rate: Hz.
    """
    level_db = measure_levels(wave, rate)
    onsets_s = find_onsets(wave, rate)
    span = round(_ATTACK_S * FRAMES_HZ)
    firsts = (onsets_s * FRAMES_HZ).astype(int)
    peaks = [float(level_db[first : first + span + 1].max(initial=SILENT_DB)) for first in firsts]
    clicks_s, dropouts_s = find_breaks(wave, rate)
    return Heard(
        level_db=level_db,
        onsets_s=onsets_s,
        peaks_db=np.array(peaks),
        clicks_s=clicks_s,
        dropouts_s=dropouts_s,
    )


def measure_levels(wave: Wave, rate: int) -> FloatArray:
    """RMS of each hundredth of a second, dBFS."""
    edges = np.arange(0, wave.size * FRAMES_HZ // rate + 1) * rate // FRAMES_HZ
    if edges.size < 2:
        return np.zeros(0)
    power = np.add.reduceat(np.square(wave[: edges[-1]], dtype=np.float64), edges[:-1])
    mean = power / np.diff(edges)
    return np.asarray(np.maximum(10.0 * np.log10(mean + 1e-12), SILENT_DB))


def find_breaks(wave: Wave, rate: int) -> tuple[FloatArray, FloatArray]:
    """Clicks and dropouts within a take, s.

    A click is a bend of the waveform (its second difference) six times as sharp as all that are 2
    to 4 ms beside it. An attack is none: behind it the waveform stays bent. The edges of a
    dropout are counted with it.
    """
    step = max(round(_BLOCK_S * rate), 8)
    whole = wave.size // step
    margin = max(_BESIDE)
    if whole <= 2 * margin:
        return np.zeros(0), np.zeros(0)
    wave = wave[: whole * step]
    bends = np.pad(np.abs(np.diff(wave, n=2)), 1).reshape(whole, step).max(axis=1)
    inner = slice(margin, whole - margin)
    beside = np.maximum.reduce([np.roll(bends, by)[inner] for by in _BESIDE])
    near = np.maximum(np.roll(bends, 1), np.roll(bends, -1))[inner]
    top = bends[inner]
    is_click = (top > _CLICK_RATIO * beside) & (top >= near) & (top > 10.0 ** (_CLICK_DB / 20.0))
    clicks = np.flatnonzero(is_click) + margin
    peaks = np.abs(wave).reshape(whole, step).max(axis=1)
    steps = np.diff(np.pad(peaks < 10.0 ** (_EMPTY_DB / 20.0), 1).astype(np.int8))
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    long = ends - begins
    is_short = (long >= _DROPOUT_BLOCKS[0]) & (long <= _DROPOUT_BLOCKS[1])
    is_inside = (begins >= 2) & (ends + 2 <= whole)
    begins, ends = begins[is_short & is_inside], ends[is_short & is_inside]
    full = 10.0 ** (_FULL_DB / 20.0)
    is_full = (np.maximum(peaks[begins - 1], peaks[begins - 2]) > full) & (
        np.maximum(peaks[ends], peaks[np.minimum(ends + 1, whole - 1)]) > full
    )
    begins, ends = begins[is_full], ends[is_full]
    edges = np.concatenate([begins, ends])
    is_edge = np.abs(clicks[:, None] - edges).min(axis=1, initial=whole) <= 1
    return clicks[~is_edge] * step / rate, begins * step / rate


def find_onsets(wave: Wave, rate: int) -> FloatArray:
    """When notes begin, s."""
    hop = round(_HOP_S * rate)
    flux = _flux(wave, rate, hop)
    if flux.size < 3 or flux.max() <= 0.0:
        return np.zeros(0)
    hop_s = hop / rate
    around = round(_AROUND_S / hop_s) | 1
    mean = np.convolve(np.pad(flux, around // 2, mode="edge"), np.ones(around) / around, "valid")
    needed = _ABOVE_MEAN * mean + _ABOVE_MOST * np.quantile(flux, 0.995)
    peaks = np.flatnonzero(
        (flux[1:-1] >= flux[:-2]) & (flux[1:-1] > flux[2:]) & (flux[1:-1] > needed[1:-1])
    )
    kept: list[int] = []
    apart = round(_APART_S / hop_s)
    for peak in peaks + 1:
        if kept and peak - kept[-1] < apart:
            if flux[peak] > flux[kept[-1]]:
                kept[-1] = int(peak)
        else:
            kept.append(int(peak))
    return _place(wave, rate, (np.array(kept) - _LAG / 2) * hop_s + _WINDOW_S / 2)


def _flux(wave: Wave, rate: int, hop: int) -> FloatArray:
    """The rise of all log-compressed magnitudes together, per hop.

    Against the largest of three neighbours of two hops ago, so that vibrato is no onset (Boeck and
    Widmer 2013, "Maximum filter vibrato suppression for onset detection").
    """
    size = 1 << round(np.log2(_WINDOW_S * rate))
    if wave.size < size:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(wave, size)[::hop]
    window = np.hanning(size).astype(np.float32) * np.float32(4.0 / size)
    flux = np.zeros(len(frames))
    before: NDArray[np.float32] | None = None
    for start in range(0, len(frames), _CHUNK):  # a take of an hour must not fill the memory
        spectrum = np.abs(np.fft.rfft(frames[start : start + _CHUNK] * window, axis=1))
        log = np.log1p(np.float32(_COMPRESSION) * spectrum.astype(np.float32))
        log = np.concatenate([log[:1]] * _LAG + [log] if before is None else [before, log])
        around = log[:-_LAG].copy()
        np.maximum(around[:, 1:], log[:-_LAG, :-1], out=around[:, 1:])
        np.maximum(around[:, :-1], log[:-_LAG, 1:], out=around[:, :-1])
        rises = np.maximum(log[_LAG:] - around, 0.0)
        flux[start : start + len(rises)] = rises.sum(axis=1)
        before = log[-_LAG:]
    return flux


def _place(wave: Wave, rate: int, about_s: FloatArray) -> FloatArray:
    """Where each note begins, s.

    First the steepest rise of the envelope, over 10 ms since a bass has no shorter one; then, in
    the envelope of the differences, where the highs of the attack come to a third of their peak.
    """
    step = max(round(_ENVELOPE_S * rate), 1)
    slow = _envelope(wave, step, round(_SLOW_S / _ENVELOPE_S))
    fast = _envelope(np.diff(wave, prepend=wave[:1]), step, round(_FAST_S / _ENVELOPE_S))
    lag = 2 * round(_SLOW_S / _ENVELOPE_S)
    reach, back, ahead = (round(span / _ENVELOPE_S) for span in (_PLACE_S, _BACK_S, _AHEAD_S))
    found = []
    for about in about_s:
        centre = round(about * rate / step)
        piece = slow[max(centre - reach, 0) : centre + reach]
        if piece.size <= lag:
            continue
        rise = piece[lag:] - piece[:-lag]
        steepest = max(centre - reach, 0) + int(rise.argmax()) + lag // 2
        first = max(steepest - back, 0)
        near = fast[first : steepest + ahead]
        if not near.size:
            continue
        top = int(near.argmax())
        least = float(near[: top + 1].min())
        above = near[: top + 1] > least + _ATTACK_SHARE * (near[top] - least)
        start = top + 1 if above.all() else top - int(above[::-1].argmin()) + 1
        found.append((first + (0 if above.all() else start)) * step / rate)
    return np.unique(np.array(found))


def _envelope(wave: Wave, step: int, width: int) -> FloatArray:
    """RMS over `width` steps of the waveform, a value each step."""
    whole = wave.size // step
    power = np.square(wave[: whole * step], dtype=np.float64).reshape(whole, step).mean(axis=1)
    sums = np.cumsum(np.concatenate([[0.0], np.pad(power, (width // 2, width - 1 - width // 2))]))
    return np.asarray(np.sqrt(np.maximum(sums[width:] - sums[:-width], 0.0) / width))


def measure_edge(wave: Wave, rate: int, *, is_end: bool) -> Edge:
    """The first or, with `is_end`, the last sample of a piece (samples,)."""
    span = wave[-max(round(EDGE_S * rate), 3) :][::-1] if is_end else wave[: round(EDGE_S * rate)]
    if span.size < 3:
        return Edge()
    steps = np.diff(span.astype(np.float64))
    return Edge(
        value=float(span[0]),
        slope=-float(steps[0]),
        step=float(np.sqrt(np.mean(steps**2))),
    )
