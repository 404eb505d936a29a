"""Tracks that are read from files block by block: at one rate, padded at the end, and cleaned.

A track holds one block in memory, so that a song of an hour costs no more than one of a minute.
"""

import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, gcd
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final
from weakref import finalize

import numpy as np

from bridge.errors import AudioError
from bridge.hosts.stem_files import AudioFile
from bridge.install.extras import demo_library
from bridge.mix.spectrum import FloatArray
from bridge.sim.stems import BLOCK, Audio, Stems

LOUDEST: Final = 100.0
"""Samples above it (+40 dB over full scale) are no sound, and are read as 0."""

MAX_OPEN: Final = 96
"""Files that are held open; systems allow some hundred a process."""

_FIR_HALF: Final = 10
"""Half the length of the resampler's filter, in periods of the lower rate: scipy's own choice."""


class Part:
    """Some channels of one file, at the rate of the song.

    Args:
        file: The file.
        channels: Which of its channels, from 0.
        rate: Hz that are wanted.
        is_kept_open: Whether the file stays open from block to block.
    """

    def __init__(
        self, file: AudioFile, channels: tuple[int, ...], *, rate: int, is_kept_open: bool
    ) -> None:
        self.file = file
        self.channels = channels
        common = gcd(rate, file.rate)
        self._up, self._down = rate // common, file.rate // common
        self.samples = ceil(file.frames * self._up / self._down)
        self._is_kept_open = is_kept_open
        self._sound: Any = None

    def read(self, start: int, stop: int) -> Audio:
        """(stop - start, channels) samples at the song's rate; 0 behind the file's end."""
        if stop <= start or start >= self.samples:
            return np.zeros((max(stop - start, 0), len(self.channels)), dtype=np.float32)
        if self._up == self._down:
            return self._decode(start, stop)
        up, down = self._up, self._down
        margin = ceil((_FIR_HALF + 1) * max(up, down) / (up * down)) + 1
        first = start // up - margin
        last = ceil(stop / up) + margin
        wave = self._decode(first * down, last * down)
        resampled = demo_library("scipy.signal").resample_poly(
            wave, up, down, axis=0, window=_filter(up, down)
        )
        offset = start - first * up
        return np.asarray(resampled[offset : offset + stop - start], dtype=np.float32)

    def _decode(self, start: int, stop: int) -> Audio:
        """Frames of the file, cleaned; 0 before its beginning and behind its end."""
        wave = np.zeros((stop - start, len(self.channels)), dtype=np.float32)
        first, last = max(start, 0), min(stop, self.file.frames)
        if first >= last:
            return wave
        try:
            if self._sound is None:
                self._sound = self.file.open()
            if self._sound.tell() != first:
                self._sound.seek(first)
            frames = self._sound.read(last - first, dtype="float32", always_2d=True)
        except (RuntimeError, OSError):  # it has gone, or is broken there: silence
            self._close()
            return wave
        if not self._is_kept_open:
            self._close()
        found = frames[:, list(self.channels)] if frames.shape[1] != len(self.channels) else frames
        if self.file.is_float and not is_clean(found):
            found = np.where(np.isfinite(found) & (np.abs(found) <= LOUDEST), found, 0.0)
        wave[first - start : first - start + len(found)] = found
        return wave

    def _close(self) -> None:
        if self._sound is not None:
            self._sound.close()
            self._sound = None


def is_clean(wave: Audio) -> bool:
    """Whether all samples are numbers that can be sound."""
    return wave.size == 0 or bool(wave.max() <= LOUDEST and wave.min() >= -LOUDEST)


@lru_cache(maxsize=16)
def _filter(up: int, down: int) -> FloatArray:
    """The low pass of `scipy.signal.resample_poly`, made once for a pair of rates."""
    most = max(up, down)
    taps = demo_library("scipy.signal").firwin(
        2 * _FIR_HALF * most + 1, 1.0 / most, window=("kaiser", 5.0)
    )
    return np.asarray(taps, dtype=np.float64)


class FileTrack:
    """A track whose channels come from one file or from two; see `bridge.sim.stems.Track`.

    Args:
        parts: One part, or a left and a right one.
        samples: How many samples the song has; silence behind the parts' ends.
    """

    def __init__(self, parts: tuple[Part, ...], samples: int) -> None:
        self.parts = parts
        self._samples = samples
        self._block: tuple[int, Audio] | None = None
        self._lock = threading.Lock()
        channels = sum(len(part.channels) for part in parts)
        self.shape: tuple[int, ...] = (samples,) if channels == 1 else (samples, 2)

    def __getitem__(self, span: slice, /) -> Audio:
        """The samples of a stretch, (n,) or (n, 2)."""
        start, stop = int(span.start), int(span.stop)
        pieces = []
        with self._lock:
            while start < stop:
                index = start // BLOCK
                until = min(stop, (index + 1) * BLOCK)
                block = self._read(index)
                pieces.append(block[start - index * BLOCK : until - index * BLOCK])
                start = until
        wave = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        return wave[:, 0] if len(self.shape) == 1 else wave

    def _read(self, index: int) -> Audio:
        if self._block is not None and self._block[0] == index:
            return self._block[1]
        start = index * BLOCK
        stop = min(start + BLOCK, self._samples)
        waves = [part.read(start, stop) for part in self.parts]
        block = waves[0] if len(waves) == 1 else np.concatenate(waves, axis=1)
        self._block = (index, block)
        return block


class Stretch:
    """A file of 32-bit floats that goes when nobody here reads it any more.

    Args:
        path: The file, alone in its folder.
        is_ours: Whether it goes with this object; a copy in another process leaves it.
    """

    def __init__(self, path: Path, *, is_ours: bool = False) -> None:
        self.path = path
        if is_ours:
            finalize(self, rmtree, path.parent, ignore_errors=True)

    def __reduce__(self) -> tuple[type["Stretch"], tuple[Path]]:
        """A copy for another process."""
        return Stretch, (self.path,)


@dataclass(frozen=True, slots=True)
class CutTrack:
    """A stretch of a track in a file, which every process can read.

    Attributes:
        file: The file.
        offset: Its first byte there.
        shape: As of a `bridge.sim.stems.Track`.
    """

    file: Stretch
    offset: int
    shape: tuple[int, ...]

    def __getitem__(self, span: slice, /) -> Audio:
        """The samples of a stretch, (n,) or (n, 2)."""
        start, stop = int(span.start), int(span.stop)
        channels = len(self.shape)
        at = self.offset + 4 * channels * start
        wave = np.fromfile(self.file.path, np.float32, count=channels * (stop - start), offset=at)
        return wave if channels == 1 else wave.reshape(-1, 2)


def cut_stems(stems: Stems, *, start: int, count: int) -> Stems:
    """Write a stretch of all tracks to a file; the stems that read it from there.

    Raises:
        AudioError: If there is no room for it.
    """
    tracks = []
    try:
        stretch = Stretch(Path(mkdtemp(prefix="mixbridge-")) / "stretch.f32", is_ours=True)
        with stretch.path.open("wb") as file:
            for track in stems.audio:
                shape = (count, *track.shape[1:])
                tracks.append(CutTrack(stretch, file.tell(), shape))
                for at in range(start, start + count, BLOCK):
                    wave = track[at : min(at + BLOCK, start + count)]
                    file.write(np.ascontiguousarray(wave, dtype=np.float32).tobytes())
    except OSError as error:
        raise AudioError(
            f"The part of the song that is heard cannot be written: {error.strerror}."
        ) from None
    return replace(stems, audio=tuple(tracks), heard_at=())
