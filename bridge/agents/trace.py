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
        column: Which column of the taste it is about.
        action: Which action of that table.
        first: The first cell of the track's row of errors.
        cells: (k,) cells of the state.
        weights: (k,) their weights.
        most: What the error against any taste cannot exceed: how far in a pan may be wanted.
        error: Where the track was against the average listener's target.
        sd: How well that was known, taste apart.
        side: What the move is worth through other levels than it is about.
        own_share: (4,) an EQ move's change of its own track's level, as gain moves; else 0.
        own_side: What of `side` that is worth.
        variance: How uncertain the move's worth is for what it is about ...
        side_variance: ... what it is worth on the side ...
        own_side_variance: ... and of that, through its own track's level.
        level_first: The first cell of the track's row of level errors.
        level_error: Its level error, as `error`.
        level_sd: As `sd`.
        is_asked: Whether the move was a question: it merely might have turned out well.
        width: Of a pan, how far from the centre the track was; else 0.
        outward: Of a pan, the side that it was on, -1 or +1; else 0.
        own: The same of an EQ move, against the track's own sound; None for others.
    """

    key: str
    move: int
    family: str
    column: int
    action: int
    first: int
    cells: IntArray
    weights: FloatArray
    most: float
    error: float
    sd: float
    side: float
    own_share: FloatArray
    own_side: float
    variance: float
    side_variance: float
    own_side_variance: float
    level_first: int
    level_error: float
    level_sd: float
    width: float = 0.0
    outward: float = 0.0
    own: "Trace | None" = None
    is_asked: bool = False
