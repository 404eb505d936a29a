"""What the worker is asked to hear, and what it answers, as the journal keeps them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.errors import DialectError
from bridge.mix.content_events import Job
from bridge.mix.device_events import TaskName
from bridge.mix.items import Piece
from bridge.tasks.edit.hearing import SILENT_DB, Edge, Heard

HEAR: Final = "hear"
_PER_DB: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be heard.

    Attributes:
        path: The file.
        rate: Of the song, Hz; 0 unknown.
        spans: (offset, length) in the file of the pieces whose edges are wanted, s.
    """

    path: str
    rate: int
    spans: tuple[tuple[float, float], ...]

    def job(self) -> Job:
        """It as a job of the edit task."""
        body = {"path": self.path, "rate": self.rate, "spans": self.spans}
        return Job(task=TaskName.EDIT, name=HEAR, text=json.dumps(body, sort_keys=True))


def request_of(path: str, rate: int, pieces: Sequence[Piece]) -> Request:
    """What is to be heard of the pieces of one file."""
    spans = {(round(piece.offset_s, 6), round(piece.length_s, 6)) for piece in pieces}
    return Request(path=path, rate=rate, spans=tuple(sorted(spans)))


def decode_request(text: str) -> Request:
    """The inverse of `Request.job`.

    Raises:
        DialectError: If it is no request.
    """
    try:
        body = json.loads(text)
        spans = tuple((float(offset), float(length)) for offset, length in body["spans"])
        return Request(path=str(body["path"]), rate=int(body["rate"]), spans=spans)
    except (ValueError, TypeError, KeyError) as error:
        raise DialectError(f"edit: expected a job with a path, got {text[:60]!r}.") from error


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What was heard: of the file, and of the edges of each span."""

    heard: Heard
    edges: dict[tuple[float, float], tuple[Edge, Edge]]


def encode_answer(request: Request, heard: Heard, edges: Sequence[tuple[Edge, Edge]]) -> bytes:
    """What was heard, in bytes: half a dB and a tenth of a millisecond are fine enough."""
    head = {
        "onsets": [round(float(onset), 4) for onset in heard.onsets_s],
        "peaks": [round(float(peak), 1) for peak in heard.peaks_db],
        "clicks": [round(float(click), 4) for click in heard.clicks_s],
        "dropouts": [round(float(dropout), 4) for dropout in heard.dropouts_s],
        "edges": [
            [
                *span,
                *(
                    float(f"{number:.4g}")
                    for edge in pair
                    for number in (edge.value, edge.slope, edge.step)
                ),
            ]
            for span, pair in zip(request.spans, edges, strict=True)
        ],
    }
    levels = np.clip(np.round(-_PER_DB * heard.level_db), 0, 255).astype(np.uint8)
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + levels.tobytes()


def decode_answer(data: bytes) -> Answer:
    """The inverse of `encode_answer`.

    Raises:
        DialectError: If it is none.
    """
    try:
        head, levels = data.split(b"\n", 1)
        body: dict[str, Any] = json.loads(head)
        edges = {
            (row[0], row[1]): (
                Edge(value=row[2], slope=row[3], step=row[4]),
                Edge(value=row[5], slope=row[6], step=row[7]),
            )
            for row in body["edges"]
        }
        steps = np.frombuffer(levels, dtype=np.uint8).astype(np.float64)
        level_db = np.maximum(-steps / _PER_DB, SILENT_DB)
        heard = Heard(
            level_db=level_db,
            onsets_s=np.array(body["onsets"], float),
            peaks_db=np.array(body["peaks"], float),
            clicks_s=np.array(body.get("clicks", []), float),  # older journals have none
            dropouts_s=np.array(body.get("dropouts", []), float),
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise DialectError(f"edit: what was heard cannot be read ({error!r}).") from error
    return Answer(heard=heard, edges=edges)
