"""Audio items: pieces of sound files on a track, and the text in which an item is written down.

An edit never changes a file. It lets other pieces of the same files stand where an item stood, and
its way back lets the item stand there again. So the text of an item (`ContentKind.ITEM`) is a list
of pieces: one at first, several where it was split.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from bridge.errors import DialectError

SAME_S: Final = 3e-5
"""Nearer times are the same: 1.4 samples at 48 kHz, since a DAW rounds to whole ones."""

_SAME_DB: Final = 0.01
_NUMBERS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Where a stretch of a file lies on a track, in seconds.

    Attributes:
        source: The file's path.
        position_s: Where it begins on the time line.
        length_s: How long it is.
        offset_s: Where in the file it begins.
        fade_in_s: Length of the fade at its beginning.
        fade_out_s: Length of the fade at its end.
        gain_db: Its own gain.
        is_muted: Whether it is silent.
        key: The item that it is of; not in the text.
    """

    source: str
    position_s: float
    length_s: float
    offset_s: float = 0.0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    gain_db: float = 0.0
    is_muted: bool = False
    key: str = ""

    @property
    def end_s(self) -> float:
        """Where it ends on the time line."""
        return self.position_s + self.length_s

    @property
    def shift_s(self) -> float:
        """What to add to a time in the file to get the time on the time line."""
        return self.position_s - self.offset_s

    @property
    def numbers(self) -> tuple[float, ...]:
        """Position, length, offset, fades and gain, as in the text."""
        return (
            self.position_s, self.length_s, self.offset_s, self.fade_in_s, self.fade_out_s,
            self.gain_db,
        )  # fmt: skip

    def cut(self, start_s: float, end_s: float) -> "Piece":
        """The part between two times of the time line, without fades at new ends."""
        start, end = max(start_s, self.position_s), min(end_s, self.end_s)
        return replace(
            self,
            position_s=start,
            length_s=end - start,
            offset_s=self.offset_s + start - self.position_s,
            fade_in_s=self.fade_in_s if start <= self.position_s else 0.0,
            fade_out_s=self.fade_out_s if end >= self.end_s else 0.0,
        )

    def is_same(self, other: "Piece") -> bool:
        """Whether a DAW that rounds to samples would hold both alike."""
        *times, gain_db = self.numbers
        *other_times, other_gain_db = other.numbers
        return (
            (self.source, self.is_muted) == (other.source, other.is_muted)
            and all(abs(a - b) <= SAME_S for a, b in zip(times, other_times, strict=True))
            and abs(gain_db - other_gain_db) <= _SAME_DB
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTake:
    """Another recording that the DAW keeps beside the one that plays.

    Attributes:
        source: The file's path.
        shift_s: What to add to a time in the file to get the time on the time line.
        name: In the DAW.
    """

    source: str
    shift_s: float
    name: str = ""


def encode_item(
    pieces: Iterable[Piece],
    *,
    rate: int = 0,
    takes: Iterable[OtherTake] = (),
    is_stacked: bool = False,
    is_launched: bool = False,
) -> str:
    """The canonical text of an item: ``{"files": [...], "pieces": [[file, ...], ...], "rate": 0}``.

    Args:
        pieces: All that stands there.
        rate: Of the song, Hz; 0 where the DAW does not tell.
        takes: What could play instead, where the item is one piece; also ``"takes": [[file path,
            shift, name], ...]`` in the text.
        is_stacked: Whether something lies beneath that would be heard where the item is cut; also
            ``"stacked": true`` in the text.
        is_launched: Whether it starts when somebody launches it and has no place on the time line:
            its position is then its offset, and only its ends can be trimmed; also ``"launched":
            true`` in the text.
    """
    all_pieces = list(pieces)
    files = sorted({piece.source for piece in all_pieces})
    rows = sorted(
        (
            [
                *(round(number, 6) + 0.0 for number in piece.numbers),
                files.index(piece.source),
                int(piece.is_muted),
            ]
            for piece in all_pieces
        ),
    )
    rows = [[file, *numbers, is_muted] for *numbers, file, is_muted in rows]
    body: dict[str, Any] = {"files": files, "pieces": rows, "rate": rate}
    others = [[take.source, round(take.shift_s, 6) + 0.0, take.name] for take in takes]
    if others:
        body["takes"] = others
    if is_stacked:
        body["stacked"] = True
    if is_launched:
        body["launched"] = True
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def decode_item(text: str, *, key: str = "") -> tuple[Piece, ...]:
    """The pieces of a text that `encode_item` made, in the order of their positions.

    Raises:
        DialectError: If it is none.
    """
    try:
        body = json.loads(text)
        pieces = tuple(_decode_piece(row, body["files"], key) for row in body["pieces"])
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise DialectError(
            "An item: expected {files, pieces, rate} with rows of file, position, length, offset, "
            f"fade in, fade out, gain, muted; got {text[:60]!r}."
        ) from error
    return tuple(sorted(pieces, key=lambda piece: piece.position_s))


def item_rate(text: str) -> int:
    """The rate of the song, Hz, as an item's text says it; 0 unknown."""
    rate = json.loads(text).get("rate", 0)
    return rate if isinstance(rate, int) else 0


def item_takes(text: str) -> tuple[OtherTake, ...]:
    """The other takes that an item's text names; none where it names them otherwise."""
    try:
        return tuple(
            OtherTake(source=str(source), shift_s=float(shift_s), name=str(name))
            for source, shift_s, name in json.loads(text).get("takes", [])
            if isfinite(float(shift_s))
        )
    except (ValueError, TypeError, AttributeError):
        return ()


def is_stacked(text: str) -> bool:
    """Whether something lies beneath an item that would be heard where it is cut."""
    return _has_mark(text, "stacked")


def is_launched(text: str) -> bool:
    """Whether an item has no place on the time line, and only its ends can be trimmed."""
    return _has_mark(text, "launched")


def _has_mark(text: str, mark: str) -> bool:
    body = json.loads(text)
    return isinstance(body, dict) and body.get(mark) is True


def _decode_piece(row: list[Any], files: list[Any], key: str) -> Piece:
    file, *numbers, is_muted = row
    values = [float(number) for number in numbers]
    if len(values) != _NUMBERS or not all(map(isfinite, values)) or file < 0:
        raise ValueError(row)
    position_s, length_s, offset_s, fade_in_s, fade_out_s, gain_db = values
    return Piece(
        source=str(files[file]),
        position_s=position_s,
        length_s=length_s,
        offset_s=offset_s,
        fade_in_s=fade_in_s,
        fade_out_s=fade_out_s,
        gain_db=gain_db,
        is_muted=bool(is_muted),
        key=key,
    )


@lru_cache(maxsize=256)
def is_same_item(text: str, other: str) -> bool:
    """Whether two texts are the same item, to the sample."""
    try:
        rest = list(decode_item(other))
        pieces = decode_item(text)
    except DialectError:
        return False
    for piece in pieces:
        match = next((each for each in rest if piece.is_same(each)), None)
        if match is None:
            return False
        rest.remove(match)
    return not rest
