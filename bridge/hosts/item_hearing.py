"""The worker of the edit task: reads a sound file, and hears it once.

Files are opened for reading alone, and only here on this machine. What was heard of a file is kept
by its path, size and time of change, so that only edges are read anew where pieces have moved.
"""

from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import AudioError
from bridge.install.extras import demo_library
from bridge.mix.content_events import Job
from bridge.tasks.edit.hearing import Edge, Heard, Wave, measure_edge, measure_take
from bridge.tasks.edit.listening import decode_request, encode_answer

LONGEST_S: Final = 3600.0
_KEPT: Final = 64
_PLAIN: Final = frozenset(
    {".wav", ".w64", ".rf64", ".bwf", ".aif", ".aiff", ".aifc", ".caf", ".flac"}
)
_COMPRESSED: Final = frozenset({".mp3", ".ogg", ".opus", ".m4a", ".aac", ".wma"})
_NETWORK: Final = ("\\\\", "//", "smb:", "afp:", "nfs:", "http:", "https:", "ftp:")

_Stamp = tuple[str, int, int]
_kept: OrderedDict[_Stamp, Heard] = OrderedDict()


def measure_item(job: Job) -> bytes:
    """Do a job of `bridge.tasks.edit.listening`.

    Raises:
        AudioError: If the file cannot be heard; one sentence.
        DialectError: If the job is no such job.
    """
    request = decode_request(job.text)
    path = _check(request.path)
    soundfile = demo_library("soundfile")
    try:
        with soundfile.SoundFile(str(path)) as file:
            rate = int(file.samplerate)
            _check_file(path, rate, request.rate, file.frames / rate)
            heard = _recall(path)
            if heard is None:
                wave = _mono(file.read(dtype="float32", always_2d=True))
                heard = _keep(path, measure_take(wave, rate))
            edges = [
                _edges(file, rate, round(offset * rate), round(length * rate))
                for offset, length in request.spans
            ]
    except (OSError, RuntimeError) as error:  # soundfile raises a RuntimeError of its own
        raise AudioError(f"{path.name}: cannot be read as audio ({error}).") from error
    return encode_answer(request, heard, edges)


def _check(text: str) -> Path:
    """A path that may be opened."""
    if text.lower().startswith(_NETWORK):
        raise AudioError(f"{text}: is on a network; I only listen to files of this computer.")
    path = Path(text)
    if not path.is_absolute() or not path.is_file():
        raise AudioError(f"{text}: there is no such file here; is the bridge on another computer?")
    suffix = path.suffix.lower()
    if suffix in _COMPRESSED:
        raise AudioError(
            f"{path.name}: is compressed, so its samples do not match those in the DAW; "
            "convert it to WAV in the DAW."
        )
    if suffix not in _PLAIN:
        raise AudioError(
            f"{path.name}: expected a WAV, AIFF, CAF or FLAC file, got {suffix or 'none'}."
        )
    return path


def _check_file(path: Path, rate: int, song_rate: int, length_s: float) -> None:
    if length_s > LONGEST_S:
        raise AudioError(
            f"{path.name}: lasts {length_s / 60.0:.0f} minutes, I listen to 60 at most; "
            "cut the take in the DAW and glue it."
        )
    if song_rate and rate != song_rate:
        raise AudioError(
            f"{path.name}: has {rate} samples a second, the song {song_rate}; "
            "convert it in the DAW, so that cuts are where I hear them."
        )


def _mono(wave: Wave) -> Wave:
    return np.asarray(wave.mean(axis=1) if wave.shape[1] > 1 else wave[:, 0])


def _stamp(path: Path) -> _Stamp:
    stat = path.stat()
    return str(path), stat.st_size, stat.st_mtime_ns


def _recall(path: Path) -> Heard | None:
    return _kept.get(_stamp(path))


def _keep(path: Path, heard: Heard) -> Heard:
    _kept[_stamp(path)] = heard
    while len(_kept) > _KEPT:
        _kept.popitem(last=False)
    return heard


def _edges(file: object, rate: int, first: int, count: int) -> tuple[Edge, Edge]:
    """The first and last samples of a span, of the channel that is loudest there."""
    reach = min(max(round(0.005 * rate), 8), max(count, 1))
    spans = []
    for start in (first, first + count - reach):
        file.seek(min(max(start, 0), max(file.frames - 1, 0)))  # type: ignore[attr-defined]
        wave = file.read(reach, dtype="float32", always_2d=True)  # type: ignore[attr-defined]
        spans.append(wave[:, int(np.abs(wave).max(axis=0).argmax())] if wave.size else wave[:, 0])
    return measure_edge(spans[0], rate, is_end=False), measure_edge(spans[1], rate, is_end=True)
