"""The song of a session: a person's own multitrack, or the band that comes with the bridge.

A folder of stems is read as people have them: any format that libsndfile knows, any length, several
sample rates, mono, stereo and stereo in two files. Nothing of a song stays in memory but one block
a track.
"""

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import AudioError
from bridge.hosts.stem_audio import LOUDEST, MAX_OPEN, FileTrack, Part, is_clean
from bridge.hosts.stem_files import ENDINGS, AudioFile, clock, find_files
from bridge.hosts.stem_names import clean_names, distinct_names, kind_of
from bridge.hosts.stem_probe import THREADS, WHOLE, Probe, find_sum, probe
from bridge.mix.pairs import find_stereo_pairs
from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.mix.roles import Role, guess_role
from bridge.mix.spectrum import FloatArray
from bridge.sim.band import make_band, rough_mix
from bridge.sim.stems import BLOCK, SAMPLE_RATE, Stems

MAX_STRIPS: Final = 512
"""As many as a mix has here."""

_UNEVEN_S: Final = 0.1
"""Exports of one session differ by a few samples; that is not worth a word."""
_MIN_RATE_HZ: Final = 32_000  # below it the EQ's 8 kHz shelf and the 16 kHz octave have no room
_MAX_RATE_HZ: Final = 192_000
_MOST_ODD: Final = 0.01
"""A file with a larger share of samples that cannot be sound is left out."""
_MOST_NAMES: Final = 8
"""Names in one line; of more only the number is told."""


@dataclass(frozen=True, slots=True)
class _Strip:
    """A strip to be: its name, the folder that it lies in, and (file, channels) for each side."""

    name: str
    folder: str
    parts: tuple[tuple[AudioFile, tuple[int, ...]], ...]

    @property
    def shown(self) -> str:
        return " + ".join(file.shown for file, _ in self.parts)


def load_session(folder: Path | None, *, seed: int) -> tuple[Stems, FloatArray]:
    """The stems and the start values (tracks, 6) of a session.

    Without a folder it is the band of `seed` in its rough mix; a person's own stems begin as they
    were exported: see `exported_values`.

    Raises:
        AudioError: As `load_stems` does.
    """
    if folder is None:
        band = make_band(seed)
        return band, rough_mix(band.roles, seed=seed)
    stems = load_stems(folder)
    return stems, exported_values(stems)


def exported_values(stems: Stems) -> FloatArray:
    """(tracks, 6) controls at which stems sound as in their files.

    Faders at 0 dB, EQ flat, pans in the centre; a stereo file that holds one source stands where
    that is heard, such as hard left.
    """
    values = np.zeros((len(stems.names), len(MOVABLE)))
    for row in range(len(stems.names)):
        values[row, COLUMN[Param.PAN]] = stems.place(row) or 0.0
    return values


def load_stems(folder: Path) -> Stems:
    """The audio files of a folder and its sub-folders as strips, in the order of their names.

    A stereo file is a stereo strip, and so are two mono files that are the sides of one (``OH L``
    and ``OH R``). A file with more than two channels is a mono strip for each. A track's name is
    its file's, without what stands in front of every name; see `bridge.hosts.stem_names`. Mixes,
    clicks, guides and silent files are left out.

    Returns:
        Stems that read their files when they are asked, with what was left out and what else is to
        be told.

    Raises:
        AudioError: If there is no such folder, or nothing in it that can be mixed.
    """
    files, left_out = find_files(folder)
    files, odd = _without_odd(files, left_out)
    strips = _without_kinds(_strips_of(files), folder.resolve().name, left_out)
    if not strips:
        raise _nothing(folder, left_out)
    if len(strips) > MAX_STRIPS:
        raise AudioError(
            f"The folder {folder} holds {len(strips)} tracks, and a mix has up to {MAX_STRIPS}."
        )
    rate = _best_rate(strips)
    tracks = _tracks_of(strips, rate)
    strips, tracks, probes = _without_silence(strips, tracks, left_out)
    if not strips:
        raise _nothing(folder, left_out)
    samples = tracks[0].shape[0]
    if samples < rate:
        raise AudioError(
            f"The stems in {folder} have {samples / rate:.2f} s of audio; expected 1 s or more."
        )
    names = distinct_names([strip.name for strip in strips], [strip.folder for strip in strips])
    is_long = samples > WHOLE * BLOCK
    return Stems(
        names=names,
        roles=tuple(_role(name, strip) for name, strip in zip(names, strips, strict=True)),
        audio=tuple(tracks),
        sample_rate=rate,
        places=tuple(
            each.place() if len(track.shape) == 2 else None
            for each, track in zip(probes, tracks, strict=True)
        ),
        heard_at=tuple(tuple(each.heard_at) for each in probes) if is_long else (),
        left_out=tuple(left_out),
        remarks=(*_remarks(strips, names, tracks, rate), *odd),
    )


def _nothing(folder: Path, left_out: Sequence[str]) -> AudioError:
    why = f"; left out: {', '.join(left_out)}" if left_out else ""
    return AudioError(f"The folder {folder} has no stems: expected audio files, one a track{why}.")


# -- files become strips ---------------------------------------------------------------------------


def _strips_of(files: Sequence[AudioFile]) -> list[_Strip]:
    """A strip for each file, for each pair of files, and for each channel beyond stereo."""
    names = clean_names([_stem(file.path) for file in files])
    folders = [file.shown.rpartition("/")[0] for file in files]
    partner = _pairs(files, names, folders)
    strips = []
    for index, (file, name, folder) in enumerate(zip(files, names, folders, strict=True)):
        if index in partner:
            right, shared = partner[index]
            parts = ((file, (0,)), (files[right], (0,)))
            strips.append(_Strip(shared, folder, parts))
        elif file.channels <= 2:
            strips.append(_Strip(name, folder, ((file, tuple(range(file.channels))),)))
        else:
            for channel in range(file.channels):
                strips.append(_Strip(f"{name} {channel + 1}", folder, ((file, (channel,)),)))
    paired = {files[right].path for right, _ in partner.values()}
    return [strip for strip in strips if strip.parts[0][0].path not in paired]


def _pairs(
    files: Sequence[AudioFile], names: Sequence[str], folders: Sequence[str]
) -> dict[int, tuple[int, str]]:
    """For each left half its right one and what both are called: mono files of one folder."""
    partner = {}
    for folder in dict.fromkeys(folders):
        rows = [
            row for row, file in enumerate(files) if folders[row] == folder and file.channels == 1
        ]
        for pair in find_stereo_pairs([names[row] for row in rows]):
            partner[rows[pair.left]] = (rows[pair.right], pair.name)
    return partner


def _stem(path: Path) -> str:
    """A file's name without its ending, or both endings of a ``Kick.wav.flac``."""
    name = os.fsencode(path.name).decode("utf-8", "replace")
    while "." in name[1:] and name.rpartition(".")[2].lower() in ENDINGS:
        name = name.rpartition(".")[0]
    return name


def _without_kinds(strips: list[_Strip], song: str, left_out: list[str]) -> list[_Strip]:
    """Those that are no mix, click or guide by their names."""
    kept = []
    for strip in strips:
        if kind := kind_of(strip.name, song=song):
            left_out.append(f"{strip.shown} ({kind}, by its name)")
        else:
            kept.append(strip)
    return kept


def _role(name: str, strip: _Strip) -> Role:
    """By its name; where that says nothing, by its folder's."""
    role = guess_role(name)
    return guess_role(f"{strip.folder} {name}") if role is Role.OTHER and strip.folder else role


# -- what is heard of them ------------------------------------------------------------------------


def _best_rate(strips: Sequence[_Strip]) -> int:
    """Hz that most files have, the higher where two are as many; within what the EQ can do."""
    rates = Counter(file.rate for strip in strips for file, _ in strip.parts)
    rate = max(rates, key=lambda hz: (rates[hz], hz))
    return rate if _MIN_RATE_HZ <= rate <= _MAX_RATE_HZ else SAMPLE_RATE


def _tracks_of(strips: Sequence[_Strip], rate: int) -> list[FileTrack]:
    is_kept_open = sum(len(strip.parts) for strip in strips) <= MAX_OPEN
    rows = [
        tuple(
            Part(file, channels, rate=rate, is_kept_open=is_kept_open)
            for file, channels in strip.parts
        )
        for strip in strips
    ]
    return _of_one_length(rows)


def _of_one_length(rows: Sequence[tuple[Part, ...]]) -> list[FileTrack]:
    samples = max(part.samples for parts in rows for part in parts)
    return [FileTrack(parts, samples) for parts in rows]


def _without_silence(
    strips: list[_Strip], tracks: list[FileTrack], left_out: list[str]
) -> tuple[list[_Strip], list[FileTrack], list[Probe]]:
    """Those that sound, and are not the sum of all others."""
    probes, products = probe(tracks)
    rows = []
    for row, (strip, each) in enumerate(zip(strips, probes, strict=True)):
        if each.is_silent:
            left_out.append(f"{strip.shown} (silent)")
        else:
            rows.append(row)
    while (found := find_sum(products[np.ix_(rows, rows)])) is not None:
        left_out.append(f"{strips[rows.pop(found)].shown} (a mix: it is the sum of the others)")
    tracks = [tracks[row] for row in rows]
    if tracks:
        tracks = _of_one_length([track.parts for track in tracks])
    return [strips[row] for row in rows], tracks, [probes[row] for row in rows]


def _without_odd(files: list[AudioFile], left_out: list[str]) -> tuple[list[AudioFile], list[str]]:
    """The files but those whose samples are no sound; where others have a sample that is none."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(_odd_samples, files))
    kept, remarks = [], []
    for file, (count, first) in zip(files, found, strict=True):
        if count > _MOST_ODD * file.frames * file.channels:
            left_out.append(f"{file.shown} (its samples are not sound)")
            continue
        kept.append(file)
        if count:
            samples = "1 sample is" if count == 1 else f"{count} samples are"
            where = f"{first / file.rate:.3f} s"
            remarks.append(
                f"{file.shown}: {samples} not a number or far too large, the first at {where}; "
                "read as zero."
            )
    return kept, remarks


def _odd_samples(file: AudioFile) -> tuple[int, int]:
    """How many samples of a file cannot be sound, and the frame of the first."""
    count, first, at = 0, -1, 0
    if not file.is_float:
        return 0, first
    with suppress(RuntimeError, OSError), file.open() as sound:  # broken there: read as silence
        while len(wave := sound.read(BLOCK, dtype="float32", always_2d=True)):
            if not is_clean(wave):
                is_odd = ~(np.abs(wave) <= LOUDEST)
                count += int(is_odd.sum())
                first = at + int(is_odd.any(axis=1).argmax()) if first < 0 else first
            at += len(wave)
    return count, first


# -- what is told of them -------------------------------------------------------------------------


def _remarks(
    strips: Sequence[_Strip], names: Sequence[str], tracks: Sequence[FileTrack], rate: int
) -> list[str]:
    """What was done to the files, a sentence each."""
    rows = list(zip(names, strips, tracks, strict=True))
    remarks = []
    if pairs := [name for name, strip, _ in rows if len(strip.parts) == 2]:
        remarks.append(f"Stereo from two files each: {_row(pairs)}.")
    many = {strip.parts[0][0] for strip in strips if strip.parts[0][0].channels > 2}
    for file in sorted(many, key=lambda file: file.shown):
        remarks.append(f"{file.shown}: a mono strip for each of its {file.channels} channels.")
    if other := [
        f"{name} ({strip.parts[0][0].rate:,} Hz)"
        for name, strip, _ in rows
        if any(file.rate != rate for file, _ in strip.parts)
    ]:
        remarks.append(f"Resampled to {rate:,} Hz: {_row(other)}.")
    samples = tracks[0].shape[0]
    if short := [
        f"{name} ({clock(longest / rate)})"
        for name, _, track in rows
        if samples - (longest := max(part.samples for part in track.parts)) > _UNEVEN_S * rate
    ]:
        whole = clock(samples / rate)
        remarks.append(f"Padded with silence at the end to {whole}: {_row(short)}.")
    files = dict.fromkeys(file for strip in strips for file, _ in strip.parts)
    return [*remarks, *(file.remark for file in files if file.remark)]


def _row(items: Sequence[str]) -> str:
    """Some names in a line."""
    more = len(items) - _MOST_NAMES
    return ", ".join(items[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
