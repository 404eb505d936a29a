"""The song of a session: a person's own multitrack, or the band that comes with the bridge."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.errors import AudioError
from bridge.mix.params import MOVABLE
from bridge.mix.roles import guess_role
from bridge.mix.spectrum import FloatArray
from bridge.sim.band import make_band, rough_mix
from bridge.sim.extras import demo_library
from bridge.sim.stems import Audio, Stems

MAX_SAMPLES: Final = 1 << 28
"""All tracks together; 1 GiB in memory, or 46 tracks of two minutes at 48 kHz."""

MAX_UNEVEN_S: Final = 0.1
"""Exports of one session differ by a few samples; shorter ones are filled up with silence."""

_MIN_RATE_HZ: Final = 32_000  # below it the EQ's 8 kHz shelf and the 16 kHz octave have no room
_MAX_RATE_HZ: Final = 192_000
_SUFFIXES: Final = (".wav", ".flac")
_MAX_NAME: Final = 60
_TRACK_NUMBER: Final = re.compile(r"^\d+[\s._-]+(?=.)")


def load_session(folder: Path | None, *, seed: int) -> tuple[Stems, FloatArray]:
    """The stems and the start values (tracks, 6) of a session.

    Without a folder it is the band of `seed` in its rough mix; a person's own stems begin as they
    were exported: faders at 0 dB, pans in the centre, EQ flat.

    Raises:
        AudioError: As `load_stems` does.
    """
    if folder is None:
        band = make_band(seed)
        return band, rough_mix(band.roles, seed=seed)
    stems = load_stems(folder)
    return stems, np.zeros((len(stems.names), len(MOVABLE)))


def load_stems(folder: Path) -> Stems:
    """Every WAV and FLAC file of a folder as a strip, in the order of their names.

    A track's name is its file's, without a leading track number; its role is guessed from that. Of
    namesakes the second is called "Guitar (2)".
    Files with more channels than one are folded to mono, as the mean of their channels.

    Raises:
        AudioError: If there is no such folder, nothing in it, a file cannot be read, sample rates
            or lengths differ, or it is more audio than `MAX_SAMPLES`.
    """
    if not folder.is_dir():
        raise AudioError(f"There is no folder {folder}: give the folder that holds your stems.")
    files = sorted(
        (file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES),
        key=lambda file: file.name.casefold(),
    )
    if not files:
        raise AudioError(
            f"The folder {folder} has no stems: expected WAV or FLAC files, one a track."
        )
    headers = [_header(file) for file in files]
    rate = _one_rate(files, headers)
    samples = _one_length(files, headers, rate)
    if samples * len(files) > MAX_SAMPLES:
        minutes = samples * len(files) / rate / 60.0
        raise AudioError(
            f"The stems in {folder} are {minutes:.0f} minutes of audio in all, more than the "
            f"{MAX_SAMPLES / rate / 60.0:.0f} that fit: export a shorter part or fewer tracks."
        )
    audio = np.zeros((len(files), samples), dtype=np.float32)
    for row, file in enumerate(files):
        mono = _read(file)
        audio[row, : mono.size] = mono
    names = _distinct([_name(file) for file in files])
    roles = tuple(guess_role(name) for name in names)
    return Stems(names=names, roles=roles, audio=audio, sample_rate=rate)


def _header(file: Path) -> Any:  # noqa: ANN401 - soundfile is untyped
    soundfile = demo_library("soundfile")
    try:
        return soundfile.info(str(file))
    except (RuntimeError, OSError) as error:
        raise _unreadable(file, error) from error


def _read(file: Path) -> Audio:
    soundfile = demo_library("soundfile")
    try:
        channels: Audio = soundfile.read(str(file), dtype="float32", always_2d=True)[0]
    except (RuntimeError, OSError) as error:
        raise _unreadable(file, error) from error
    mono: Audio = channels.mean(axis=1)
    if not np.isfinite(mono).all():
        raise AudioError(f"{file} holds samples that are no numbers: export it again.")
    return mono


def _unreadable(file: Path, error: Exception) -> AudioError:
    reason = getattr(error, "error_string", str(error)).rstrip(".")
    return AudioError(f"{file} cannot be read as audio ({reason}): export it again as WAV or FLAC.")


def _one_rate(files: Sequence[Path], headers: Sequence[Any]) -> int:
    rates = [int(header.samplerate) for header in headers]
    for file, rate in zip(files, rates, strict=True):
        if rate != rates[0]:
            raise AudioError(
                f"The stems in {file.parent} differ in sample rate: {files[0].name} has "
                f"{rates[0]} Hz and {file.name} {rate} Hz; export all at one rate."
            )
    if not _MIN_RATE_HZ <= rates[0] <= _MAX_RATE_HZ:
        raise AudioError(
            f"The stems in {files[0].parent} have a sample rate of {rates[0]} Hz; expected "
            f"{_MIN_RATE_HZ} to {_MAX_RATE_HZ} Hz, such as 48000."
        )
    return rates[0]


def _one_length(files: Sequence[Path], headers: Sequence[Any], rate: int) -> int:
    lengths = [int(header.frames) for header in headers]
    shortest, longest = min(lengths), max(lengths)
    short, long = files[lengths.index(shortest)], files[lengths.index(longest)]
    if shortest < rate:
        raise AudioError(f"{short} has {shortest / rate:.2f} s of audio; expected 1 s or more.")
    if longest - shortest > MAX_UNEVEN_S * rate:
        raise AudioError(
            f"The stems in {short.parent} differ in length: {short.name} has "
            f"{shortest / rate:.2f} s and {long.name} {longest / rate:.2f} s; export all from one "
            "start to one end."
        )
    return longest


def _name(file: Path) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in file.stem)
    return _TRACK_NUMBER.sub("", printable)[:_MAX_NAME].strip() or "Track"


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Every name once: a second Gtr is Gtr (2).

    >>> _distinct(("Gtr", "Bass", "Gtr"))
    ('Gtr', 'Bass', 'Gtr (2)')
    """
    found: list[str] = []
    for name in names:
        number, distinct = 1, name
        while distinct.casefold() in (other.casefold() for other in found):
            number += 1
            distinct = f"{name} ({number})"
        found.append(distinct)
    return tuple(found)
