"""What the factored agent remembers of a move until it is judged."""

from dataclasses import dataclass

from bridge.learning.q_learning import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a proposal must remember until it is judged.

    Attributes:
        key: The track.
        move: Which of its 14 moves.
        family: Which table.
        action: Which action of that table.
        first: The first cell of the track's row of errors.
        cells: (k,) cells of the state.
        weights: (k,) their weights.
        error: Where the track was against the average listener's target.
        sd: How well that was known, taste apart.
    """

    key: str
    move: int
    family: str
    action: int
    first: int
    cells: IntArray
    weights: FloatArray
    error: float
    sd: float
