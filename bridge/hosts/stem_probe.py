"""What a song's tracks sound like in places: which are silent, which is the sum of the others.

Of a long song only some blocks are read, the same ones of every track; where a track is silent in
all of them, the rest of it is searched. So the work hardly grows with the length of the song.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from bridge.mix.spectrum import FloatArray
from bridge.sim.stems import BLOCK, Audio, Track

PROBES: Final = 16
"""Blocks of a long song that are read: 22 s of it at 48 kHz."""

WHOLE: Final = 40
"""A song of no more blocks is read whole: 55 s at 48 kHz."""

THREADS: Final = min(4, os.cpu_count() or 1)

_SILENT_PEAK: Final = 1e-4
"""-80 dBFS: below it there is dither and hum."""
_HEARD_POWER: Final = 1e-7
"""-70 dBFS, the gate of BS.1770-4."""
_ENOUGH: Final = 4
"""Blocks in which a track must be heard before its search ends."""
_STRIDE: Final = 4
"""Every fourth sample is enough to see that one track is the sum of others."""
_SUM_LEFT: Final = 0.02
"""Of a mix no more than this share of its power is left when the tracks are taken from it."""
_SAME: Final = 0.999
"""Two tracks that have so much of their power in common are one twice."""
_POINT_LEFT: Final = 1e-5
"""Two channels with so little between them, of their power, hold one source."""


@dataclass(slots=True, kw_only=True)
class Probe:
    """What one track sounds like.

    Attributes:
        heard_at: Multiples of `BLOCK` from which on it sounds.
        peak: Its highest sample where it was read.
        powers: (2, 2) sums over its left and right channel: their powers and their product.
    """

    heard_at: list[int]
    peak: float
    powers: FloatArray

    @property
    def is_silent(self) -> bool:
        """Whether nothing of it would be heard."""
        return self.peak < _SILENT_PEAK

    def place(self) -> float | None:
        """Where the one source of two channels is, -1 to +1; None if they are no such pair."""
        total = float(np.trace(self.powers))
        values, vectors = np.linalg.eigh(self.powers)
        left, right = np.abs(vectors[:, 1])
        if total <= 0.0 or values[0] > _POINT_LEFT * total:
            return None
        if self.powers[0, 1] < 0.0 and min(left, right) > 1e-2:  # one is the other upside down
            return None
        place = np.arctan2(right, left) * 4.0 / np.pi - 1.0
        return 0.0 if abs(place) < 0.005 else float(np.clip(place, -1.0, 1.0))


def probe(tracks: Sequence[Track]) -> tuple[list[Probe], FloatArray]:
    """Hear all tracks of a song in places.

    Returns:
        What each of them sounds like, and the products of all with all (tracks, tracks): the sums
        over what was read of the samples of one times those of the other.
    """
    samples = tracks[0].shape[0]
    count = -(-samples // BLOCK)
    chosen: Sequence[int] = range(count)
    if count > WHOLE:
        chosen = [int((place + 0.5) * count / PROBES) for place in range(PROBES)]
    found = [Probe(heard_at=[], peak=0.0, powers=np.zeros((2, 2))) for _ in tracks]
    products = np.zeros((len(tracks), len(tracks)))
    with ThreadPoolExecutor(THREADS) as pool:
        for index in chosen:
            start, stop = index * BLOCK, min((index + 1) * BLOCK, samples)
            read = pool.map(partial(_analyse, start=start, stop=stop), tracks, found)
            thin = np.stack(list(read)).astype(np.float64)
            products += thin @ thin.T
        rest = sorted(set(range(count)) - set(chosen))
        if rest:
            rare = [row for row, each in enumerate(found) if len(each.heard_at) < _ENOUGH]
            list(pool.map(lambda row: _search(tracks[row], found[row], rest), rare))
    for each in found:
        each.heard_at.sort()
    return found, products


def _analyse(track: Track, probe_: Probe, start: int, stop: int) -> Audio:
    """Add a stretch to what is known of a track; returns it thinned, left behind right."""
    wave = track[start:stop]
    both = np.stack((wave, wave)) * np.float32(np.sqrt(0.5)) if wave.ndim == 1 else wave.T
    probe_.peak = max(probe_.peak, float(wave.max()), -float(wave.min()))
    powers = np.asarray(both @ both.T, dtype=np.float64)
    if np.trace(powers) > _HEARD_POWER * (stop - start):
        probe_.heard_at.append(start)
    probe_.powers += powers
    return np.asarray(both[:, ::_STRIDE].reshape(-1))


def _search(track: Track, probe_: Probe, blocks: Sequence[int]) -> None:
    """Look for the places where a track that is rarely heard sounds."""
    samples = track.shape[0]
    for index in blocks:
        if len(probe_.heard_at) >= _ENOUGH:
            return
        start = index * BLOCK
        _analyse(track, probe_, start, min(start + BLOCK, samples))


def find_sum(products: FloatArray) -> int | None:
    """The row of the track that is the sum of the others, from `probe`'s products; None if none is.

    Taking all others from it, at whatever level, leaves next to nothing; and that is not so because
    one of them alone is nearly all of it.
    """
    power = np.maximum(np.diag(products), 1e-12)
    alike = products**2 / np.outer(power, power)
    left = np.full(len(products), np.inf)
    for row in range(len(products)):
        others = np.flatnonzero(alike[row] < _SAME)  # not itself, nor another print of the same
        if len(others) < 3:
            continue
        together = products[np.ix_(others, others)].sum()
        common = max(products[row, others].sum(), 0.0) ** 2
        left_by_sum = 1.0 - common / (power[row] * max(together, 1e-12))
        left_by_one = 1.0 - alike[row, others].max()
        if left_by_sum < min(_SUM_LEFT, 0.1 * left_by_one):
            left[row] = left_by_sum
    return int(left.argmin()) if np.isfinite(left).any() else None
