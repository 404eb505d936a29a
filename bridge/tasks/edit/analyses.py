"""What the worker has found in the files of items, and what it still has to analyse."""

from collections.abc import Iterable, Sequence

from bridge.errors import DialectError
from bridge.mix.content_events import Job, JobDone
from bridge.mix.items import Piece
from bridge.tasks.edit.candidates import HeardPiece
from bridge.tasks.edit.listening import Answer, decode_answer, decode_request, request_of
from bridge.tasks.edit.scene import pieces_of, takes_of
from bridge.tasks.task import Standing


class Analyses:
    """The answers of the worker, by the text of their jobs."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._troubles: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many answers there are."""
        return len(self._answers)

    def answer(self, job: str) -> Answer | None:
        """The answer to a job, by its text; None before it is done."""
        return self._answers.get(job)

    def trouble(self, source: str) -> str:
        """Why a file could not be analysed, in words; empty where it could or is still to be."""
        return self._troubles.get(source, "")

    def jobs(self, standings: Iterable[Standing]) -> tuple[Job, ...]:
        """A job for each file of the items and of their other takes that has no answer."""
        jobs: dict[Job, None] = {}
        for standing in standings:
            pieces, rate = pieces_of(standing)
            for some in (pieces, takes_of(standing)):
                for source in sorted({piece.source for piece in some}):
                    own = [piece for piece in some if piece.source == source]
                    jobs[request_of(source, rate, own).job()] = None
        return tuple(job for job in jobs if job.text not in self._answers)

    def receive(self, done: JobDone) -> str:
        """Keep an answer; a trouble that is new, in words, or empty."""
        try:
            if not done.trouble:
                self._answers[done.text] = decode_answer(done.data)
                return ""
            path, trouble = decode_request(done.text).path, done.trouble
        except DialectError as error:
            return str(error)
        is_news = self._troubles.get(path) != trouble
        self._troubles[path] = trouble
        return trouble if is_news else ""

    def pieces(self, standing: Standing) -> tuple[HeardPiece, ...] | None:
        """The pieces of an item with the analysis of their audio; None before that is done."""
        pieces, rate = pieces_of(standing)
        return self._analysed(pieces, rate, is_free=not standing.refusal)

    def takes(self, standing: Standing) -> tuple[HeardPiece, ...]:
        """The other takes of an item whose audio has been analysed."""
        rate, takes = pieces_of(standing)[1], takes_of(standing)
        found: list[HeardPiece] = []
        for source in sorted({take.source for take in takes}):
            own = [take for take in takes if take.source == source]
            found += self._analysed(own, rate, is_free=not standing.refusal) or ()
        return tuple(found)

    def _analysed(
        self, pieces: Sequence[Piece], rate: int, *, is_free: bool
    ) -> tuple[HeardPiece, ...] | None:
        heard = []
        for piece in pieces:
            own = [each for each in pieces if each.source == piece.source]
            answer = self._answers.get(request_of(piece.source, rate, own).job().text)
            span = round(piece.offset_s, 6), round(piece.length_s, 6)
            if answer is None or span not in answer.edges:
                return None
            start, end = answer.edges[span]
            heard.append(
                HeardPiece(piece=piece, heard=answer.heard, start=start, end=end, is_free=is_free)
            )
        return tuple(heard)
