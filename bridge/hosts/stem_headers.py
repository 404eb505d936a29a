"""How much audio a file's header promises, and how much is there.

A recorder that loses power leaves a header that says 0 bytes, or as many as there were minutes
before; a copy that breaks off leaves one that says too much. What is there counts. Sizes of chunks
after the formats' own documents: RIFF and RF64 (EBU Tech 3306), AIFF-C (Apple, 1991), CAF (Apple),
Wave64 (Sonic Foundry),
AU (Sun). Formats with frames of their own have no such size; an OGG file marks its last page
(RFC 3533, section 6), and FLAC and MP3 tell how many samples they hold.
"""

import io
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_HEAD: Final = 1 << 18
"""Bytes in which the audio must begin: broadcast WAV carries some kilobytes of text before it."""
_LEAST_TAIL: Final = 16_384
"""Bytes after the promised end that are no chunks; fewer are padding or a tag."""
_UNKNOWN: Final = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000)
"""Sizes that programs write before they know the real one."""

_OGG_PAGE: Final = 65_307
"""Bytes of the longest page of an OGG file."""
_OGG_LAST: Final = 4
"""In the flags of a page: the last one of its stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSize:
    """The audio of one file.

    Attributes:
        start: First byte of the audio.
        promised: Bytes that the header tells; None if it was never told.
        there: Bytes that are in the file.
        patches: What the header should hold: (offset, bytes).
    """

    start: int
    promised: int | None
    there: int
    patches: tuple[tuple[int, bytes], ...]

    @property
    def is_unfinished(self) -> bool:
        """Whether there is more than the header tells."""
        return self.promised is None or self.promised < self.there

    @property
    def is_cut(self) -> bool:
        """Whether there is less."""
        return self.promised is not None and self.promised > self.there


def find_data(path: Path) -> DataSize | None:
    """Where the audio of a chunked file is; None for other formats and broken heads.

    Raises:
        OSError: If the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
        for magic, find in _FORMATS.items():
            if head.startswith(magic):
                try:
                    return find(head, size, _Tail(file, size))
                except struct.error:
                    return None
    return None


def has_last_page(path: Path) -> bool:
    """Whether an OGG file ends with a whole page that is marked as the last of its stream.

    Raises:
        OSError: If the file cannot be read.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(size - 2 * _OGG_PAGE - _LEAST_TAIL, 0))
        tail = file.read()
    at = tail.rfind(b"OggS\0")  # version 0 is the only one
    if at < 0 or len(tail) < at + 27:
        return False
    segments = tail[at + 27 : at + 27 + tail[at + 26]]
    end = at + 27 + tail[at + 26] + sum(segments)
    return bool(tail[at + 5] & _OGG_LAST) and end <= len(tail)


class PatchedFile(io.RawIOBase):
    """A file for reading in which some bytes of the header are others.

    Args:
        path: The file.
        patches: (offset, bytes) that are read in place of what is there.
    """

    def __init__(self, path: Path, patches: tuple[tuple[int, bytes], ...]) -> None:
        self._file = path.open("rb")
        self._patches = patches

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As in any file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As in any file."""
        return self._file.tell()

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """As in any file, with the patches."""
        at = self._file.tell()
        count = self._file.readinto(buffer)
        view = memoryview(buffer).cast("B")
        for offset, patch in self._patches:
            first, last = max(offset, at), min(offset + len(patch), at + count)
            if first < last:
                view[first - at : last - at] = patch[first - offset : last - offset]
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@dataclass(frozen=True, slots=True)
class _Tail:
    """What stands behind the audio."""

    file: BinaryIO
    size: int

    def is_audio(self, end: int, id_bytes: int, order: str) -> bool:
        """Whether what follows byte `end` is no row of chunks, and enough to be heard."""
        if self.size - end < _LEAST_TAIL:
            return False
        self.file.seek(end)
        bytes_ = self.file.read(id_bytes + 8)
        if id_bytes == 16:  # Wave64: a GUID and 64 bits, which include both
            length = struct.unpack_from("<Q", bytes_, 16)[0] if len(bytes_) >= 24 else 0
            return not 24 <= length <= self.size - end
        if not all(32 <= letter < 127 for letter in bytes_[:4]):
            return True
        form = f"{order}Q" if id_bytes == 8 else f"{order}I"
        length = struct.unpack_from(form, bytes_, 4)[0]
        return bool(length > self.size - end)


def _riff(head: bytes, size: int, tail: _Tail) -> DataSize | None:
    order = ">" if head.startswith(b"RIFX") else "<"
    at, long_size, long_at = 12, None, 0
    while at + 8 <= len(head):
        name, length = head[at : at + 4], struct.unpack_from(f"{order}I", head, at + 4)[0]
        if name == b"ds64":
            long_at = at + 16
            long_size = struct.unpack_from("<Q", head, long_at)[0]
        if name == b"data":
            start = at + 8
            if long_size is not None and length == 0xFFFFFFFF:
                length = long_size
            there = size - start
            limit = 0xFFFFFFFE  # what 32 bits hold; longer ones play as far
            patches: tuple[tuple[int, bytes], ...]
            if long_size is not None:
                patches = ((long_at, struct.pack("<Q", there)),)
            else:
                sizes = (min(size - 8, limit), min(there, limit))
                patches = tuple(
                    (offset, struct.pack(f"{order}I", value))
                    for offset, value in zip((4, at + 4), sizes, strict=True)
                )
            return _judge(start, length, there, patches, lambda end: tail.is_audio(end, 4, order))
        at += 8 + length + length % 2
    return None


def _wave64(head: bytes, size: int, tail: _Tail) -> DataSize | None:
    at = 40
    while at + 24 <= len(head):
        length = struct.unpack_from("<Q", head, at + 16)[0]
        if head[at : at + 4] == b"data":
            start, there = at + 24, size - at - 24
            patches = ((16, struct.pack("<Q", size)), (at + 16, struct.pack("<Q", size - at)))
            promised = max(length - 24, 0)
            return _judge(start, promised, there, patches, lambda end: tail.is_audio(end, 16, "<"))
        at += max(24, length + -length % 8)
    return None


def _aiff(head: bytes, size: int, tail: _Tail) -> DataSize | None:
    at, frames_at, frame_bytes = 12, 0, 0
    while at + 8 <= len(head):
        name, length = head[at : at + 4], struct.unpack_from(">I", head, at + 4)[0]
        if name == b"COMM":
            channels, _, bits = struct.unpack_from(">hIh", head, at + 8)
            frames_at, frame_bytes = at + 10, channels * ((bits + 7) // 8)
        if name == b"SSND" and frame_bytes:
            start = at + 16
            there = size - start
            frames = struct.pack(">I", there // frame_bytes)
            sizes = (struct.pack(">I", size - 8), struct.pack(">I", there + 8))
            patches = ((4, sizes[0]), (frames_at, frames), (at + 4, sizes[1]))
            promised = max(length - 8, 0)
            return _judge(start, promised, there, patches, lambda end: tail.is_audio(end, 4, ">"))
        at += 8 + length + length % 2
    return None


def _caf(head: bytes, size: int, tail: _Tail) -> DataSize | None:
    at = 8
    while at + 12 <= len(head):
        name, length = head[at : at + 4], struct.unpack_from(">q", head, at + 4)[0]
        if name == b"data":
            start, there = at + 16, size - at - 16  # behind the edit count
            if length == -1:  # to the end of the file, as the format allows
                return DataSize(start=start, promised=there, there=there, patches=())
            patches = ((at + 4, struct.pack(">q", there + 4)),)
            promised = max(length - 4, 0)
            return _judge(start, promised, there, patches, lambda end: tail.is_audio(end, 8, ">"))
        at += 12 + max(length, 0)
    return None


def _au(head: bytes, size: int, tail: _Tail) -> DataSize | None:
    del tail  # an AU file has nothing behind its audio
    start, promised = struct.unpack_from(">II", head, 4)
    there = size - start
    patches = ((8, struct.pack(">I", min(there, 0xFFFFFFFE))),)
    return _judge(start, promised, there, patches, lambda _: True)


def _judge(
    start: int,
    promised: int,
    there: int,
    patches: tuple[tuple[int, bytes], ...],
    is_audio: Callable[[int], bool],
) -> DataSize:
    """What the header tells against what is there."""
    if promised < there and not is_audio(start + promised + promised % 2):
        there = promised  # chunks follow: the file is whole
    is_told = promised == there or promised not in _UNKNOWN
    told = promised if is_told else None
    return DataSize(start=start, promised=told, there=there, patches=patches)


_FORMATS: Final[dict[bytes, Callable[[bytes, int, _Tail], DataSize | None]]] = {
    b"RIFF": _riff,
    b"RIFX": _riff,
    b"RF64": _riff,
    b"BW64": _riff,
    b"riff\x2e\x91\xcf\x11": _wave64,
    b"FORM": _aiff,
    b"caff": _caf,
    b".snd": _au,
}
