"""The files of a folder of stems: which of them hold audio, how much, and what is wrong with them.

Whatever libsndfile reads is audio, by its content and not by the ending of its name. Nothing here
raises for one bad file: it is left out with a reason, and the others stay.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bridge.errors import AudioError
from bridge.hosts.stem_headers import DataSize, PatchedFile, find_data, has_last_page
from bridge.hosts.stem_names import is_leftover, printable
from bridge.install.extras import demo_library

MAX_FILES: Final = 1024
"""Files in a folder of stems; more is a library of sounds or a whole disk."""

_MAX_DEPTH: Final = 8
_MAX_CHANNELS: Final = 64
_MOST_FRAMES: Final = 1 << 40
"""A file that tells of more does not know."""
_STEP: Final = 4096
_SAME_S: Final = 0.05
"""A header may be wrong by so much: encoders round to frames of their own."""

_CODED: Final = ("FLAC", "OGG", "MP3")
"""Formats whose headers promise samples that only decoding finds."""

_NAMES_END: Final = (
    "wav wave bwf rf64 w64 aif aiff aifc caf flac ogg oga opus mp3 mp2 mp1 au snd voc paf sf ircam "
    "avr sd2 m4a m4b mp4 aac alac wma ape wv tta dsf dff ac3 dts mka webm amr ra mpc"
)
ENDINGS: Final = frozenset(_NAMES_END.split())
"""Of names of audio files, whether they can be read here or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFile:
    """One file with audio in it.

    Attributes:
        path: Where it is.
        shown: Its path inside the folder of the stems, as it can be printed.
        rate: Hz.
        channels: How many.
        frames: Samples a channel that can be read.
        is_float: Its samples may be no numbers, or beyond full scale.
        patches: What must be read in place of parts of its header.
        remark: What is wrong with it, a sentence; "" if nothing is.
    """

    path: Path
    shown: str
    rate: int
    channels: int
    frames: int
    is_float: bool
    patches: tuple[tuple[int, bytes], ...] = ()
    remark: str = ""

    def open(self) -> Any:  # noqa: ANN401 - soundfile is untyped
        """A `soundfile.SoundFile` of it.

        Raises:
            OSError: If it cannot be opened.
            RuntimeError: If it is no audio any more.
        """
        return _open(self.path, self.patches)


def find_files(folder: Path) -> tuple[list[AudioFile], list[str]]:
    """All audio files of a folder and its sub-folders, in natural order; what is left out and why.

    What systems leave behind (names that begin with a dot, ``__MACOSX``) is passed over in silence.

    Raises:
        AudioError: If there is no such folder, or it holds more than `MAX_FILES` files.
    """
    if not folder.is_dir():
        what = f"{folder} is a file" if folder.exists() else f"There is no folder {folder}"
        raise AudioError(f"{what}: give the folder that holds your stems.")
    found: list[AudioFile] = []
    left_out: list[str] = []
    strangers: list[str] = []
    for count, (path, reason) in enumerate(_walk(folder, folder, set(), 0)):
        if count >= MAX_FILES:
            raise AudioError(
                f"The folder {folder} holds more than {MAX_FILES} files: "
                "give the folder that holds the stems of one song."
            )
        shown = _shown(path, folder)
        file = reason or _examine(path, shown)
        if isinstance(file, AudioFile):
            found.append(file)
        elif file == _NO_AUDIO:
            strangers.append(shown)
        else:
            left_out.append(f"{shown} ({file})")
    left_out += [f"{shown} ({_NO_AUDIO})" for shown in strangers[:3]]
    if len(strangers) > 3:
        left_out.append(f"{len(strangers) - 3} more files that are not audio")
    return found, left_out


_NO_AUDIO: Final = "no audio"


def _walk(
    folder: Path, root: Path, seen: set[tuple[int, int]], depth: int
) -> Iterator[tuple[Path, str]]:
    """Every file, and why it cannot be one of the stems; "" if it may be."""
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: _order(entry.name))
    except OSError as error:
        if folder == root:
            raise AudioError(f"The folder {folder} cannot be read: {error.strerror}.") from None
        yield folder, f"a folder that cannot be read: {error.strerror}"
        return
    if (status.st_dev, status.st_ino) in seen and status.st_ino:
        return  # a link to a folder that was seen already
    seen.add((status.st_dev, status.st_ino))
    for entry in entries:
        if is_leftover(entry.name):
            continue
        path = Path(entry.path)
        try:
            if entry.is_dir():
                if depth < _MAX_DEPTH:
                    yield from _walk(path, root, seen, depth + 1)
                else:
                    yield path, "a folder too deep inside"
            elif not path.exists():
                yield path, "a broken link"
            elif not entry.is_file():
                yield path, "no file"
            else:
                yield path, "" if path.stat().st_size else "an empty file"
        except OSError as error:
            yield path, f"cannot be read: {error.strerror}"


def _order(name: str) -> tuple[list[tuple[int, str]], str]:
    """By the name without its ending, so that Gtr comes before Gtr (2)."""
    return natural(os.path.splitext(name)[0]), name


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names as a person does: Gtr 2 before Gtr 10.

    >>> sorted(("Gtr 10", "gtr 2", "Bass"), key=natural)
    ['Bass', 'gtr 2', 'Gtr 10']
    """
    pieces: list[tuple[int, str]] = []
    digits = ""
    for letter in f"{name.casefold()}\0":
        if letter.isdecimal() and letter.isascii():
            digits += letter
            continue
        if digits:
            pieces.append((int(digits[-18:]), ""))
            digits = ""
        pieces.append((-1, letter))
    return pieces


def _shown(path: Path, folder: Path) -> str:
    """A path inside the folder, as any terminal can print it."""
    text = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")
    return printable(text)


def _examine(path: Path, shown: str) -> AudioFile | str:
    """What is in a file, or why it is none of the stems."""
    ending = path.suffix.lower().lstrip(".")
    try:
        with path.open("rb") as file:
            file.read(1)
        data = find_data(path)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    try:
        return _measure(path, shown, data)
    except (RuntimeError, OSError, TypeError, ValueError) as error:
        if ending not in ENDINGS:
            return _NO_AUDIO
        reason = str(getattr(error, "error_string", error)).strip().rstrip(".")
        return f"cannot be read as audio ({reason[:1].lower()}{reason[1:]}): export WAV or FLAC"


def _measure(path: Path, shown: str, data: DataSize | None) -> AudioFile | str:
    """The facts of an audio file; how much of it can be read."""
    patches = data.patches if data is not None and data.is_unfinished else ()
    try:
        sound = _open(path, patches)
    except (RuntimeError, ValueError):
        if data is None or not data.patches or patches:
            raise
        patches = data.patches
        sound = _open(path, patches)
    with sound:
        rate, channels = int(sound.samplerate), int(sound.channels)
        promised = int(sound.frames)
        frames = promised
        is_float = sound.subtype in ("FLOAT", "DOUBLE")
        is_told = 0 < promised < _MOST_FRAMES
        is_packed = sound.subtype.startswith("ALAC")  # decoded as silence where packets are missing
        is_whole = is_told and (sound.format not in _CODED or _ends_there(sound, promised))
        is_torn = sound.format == "OGG" and not has_last_page(path)
    if not is_whole:
        with _open(path, patches) as sound:  # after a fault the first is of no use
            frames = _count_frames(sound)
    if frames < 1:
        return "holds no audio"
    if not (1000 <= rate <= 768_000 and channels <= _MAX_CHANNELS):
        return f"{channels} channels at {rate} Hz cannot be a stem"
    if data is not None and data.is_cut and data.promised is not None:
        if is_packed:
            frames = max(frames * data.there // data.promised, 1)
        else:
            promised = round(frames * data.promised / max(data.there, 1))
    remark, there = "", clock(frames / rate)
    if data is not None and data.is_unfinished:
        remark = f"{shown}: its header was never finished; all {there} of it play."
    elif is_told and promised - frames > _SAME_S * rate:
        all_ = clock(promised / rate)
        remark = f"{shown}: the file is cut off; {there} of {all_} are there and play."
    elif is_torn:
        remark = f"{shown}: the file is cut off, its end is missing; {there} are there and play."
    return AudioFile(
        path=path,
        shown=shown,
        rate=rate,
        channels=channels,
        frames=frames,
        is_float=is_float,
        patches=patches,
        remark=remark,
    )


def _open(path: Path, patches: tuple[tuple[int, bytes], ...]) -> Any:  # noqa: ANN401 - untyped
    soundfile = demo_library("soundfile")
    if patches:
        return soundfile.SoundFile(PatchedFile(path, patches))
    # As bytes, a name that is no UTF-8 can be opened too.
    return soundfile.SoundFile(str(path) if os.name == "nt" else os.fsencode(path))


def _ends_there(sound: Any, frames: int) -> bool:  # noqa: ANN401 - untyped
    """Whether the last of so many frames can be decoded."""
    try:
        sound.seek(frames - 1)
        return len(sound.read(1)) == 1
    except RuntimeError:
        return False


def _count_frames(sound: Any) -> int:  # noqa: ANN401 - untyped
    """How many frames can be decoded, by decoding them."""
    frames = 0
    try:
        while count := len(sound.read(_STEP, dtype="float32")):
            frames += count
    except RuntimeError:
        pass
    return frames


def clock(seconds: float) -> str:
    """A length of time in words.

    >>> clock(4.04), clock(83.2), clock(3700.0)
    ('4.0 s', '1:23', '1:01:40')
    """
    if seconds < 60.0:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
