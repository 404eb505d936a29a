"""How likely a person's answer to a move was, and what it teaches of where they want its track."""

import numpy as np

from bridge.agents.errors import DIMENSION
from bridge.agents.person import Person
from bridge.agents.thumbs import ThumbModel
from bridge.agents.trace import Trace
from bridge.learning.q_learning import FloatArray
from bridge.mix.params import COLUMN, Param


def worth_of(
    person: Person, thumbs: ThumbModel, trace: Trace, row: int, taste: float, variance: float
) -> tuple[float, float]:
    """What a move was worth by one picture, and how likely a thumb up for it.

    Args:
        person: Who judges.
        thumbs: How likely they are to like what.
        trace: The move.
        row: Its track.
        taste: Where they want the track in what the move is about ...
        variance: ... give or take, squared.
    """
    at, rest = np.array([taste]), trace.variance + trace.side_variance
    worth = thumbs.worth(trace, at, variance)
    up = thumbs.p_up(worth, rest)
    if across := _across(person, trace, row):
        there = thumbs.worth_across(trace, at, variance)
        up = (1.0 - across) * up + across * thumbs.p_up(there, rest)
        worth = (1.0 - across) * worth + across * there
    return float(worth[0]), float(up[0])


def ups_of(person: Person, thumbs: ThumbModel, trace: Trace, row: int) -> FloatArray:
    """(2,) how likely a thumb up was, where strips are wanted as their roles and as found."""
    column = trace.column
    means, variances = (part[:, row, column].tolist() for part in person.taste.of_pictures())
    return np.array(
        [
            worth_of(person, thumbs, trace, row, mean, variance)[1]
            for mean, variance in zip(means, variances, strict=True)
        ]
    )


def judge_taste(
    person: Person,
    thumbs: ThumbModel,
    trace: Trace,
    row: int,
    reward: float,
    worth: float,
    *,
    credit: float,
) -> None:
    """Move what one picture says of a track.

    Args:
        person: Who has judged.
        thumbs: How likely they are to like what.
        trace: The move.
        row: Its track.
        reward: The thumb.
        worth: What the move was expected to be worth.
        credit: How surely the thumb was an answer to this move, 0 to 1.
    """
    share = person.consistency.share

    def likely(worth: FloatArray, variance: float, *, is_graded: bool = True) -> FloatArray:
        return person.strengths.likelihood(
            thumbs, reward, worth, variance, share=share, credit=credit, is_graded=is_graded
        )

    across = _across(person, trace, row)
    on_sides = None
    if across:
        mean, variance = (part[row, trace.column, None] for part in person.taste.of_members())
        worths = [
            worth_if(trace, mean, float(variance[0]))
            for worth_if in (thumbs.worth, thumbs.worth_across)
        ]
        on_sides = likely(np.concatenate(worths), trace.side_variance)

    def of_tastes(tastes: FloatArray) -> FloatArray:
        here = likely(thumbs.worth(trace, tastes), trace.side_variance)
        if not across:
            return here
        there = likely(thumbs.worth_across(trace, tastes), trace.side_variance)
        return np.asarray((1.0 - across) * here + across * there)

    person.taste.judge(row, trace.column, of_tastes)
    if on_sides is not None:
        person.sides.judge(row, trace.outward, across, on_sides)
    # A strong thumb for an EQ move is about the tone sooner than about the level.
    if trace.own_share.any() and trace.family == "eq":
        rest = worth - trace.own_side
        variance_beside = trace.variance + trace.side_variance - trace.own_side_variance
        person.taste.judge(
            row,
            DIMENSION[Param.GAIN],
            lambda tastes: likely(
                thumbs.worth_by_level(trace, tastes, rest), variance_beside, is_graded=False
            ),
        )


def _across(person: Person, trace: Trace, row: int) -> float:
    """How likely a track whose pan was moved is wanted across the centre; 0 for other moves."""
    if trace.family != "pan":
        return 0.0
    taste = float(person.taste.of_members()[0][row, trace.column])
    wanted = np.array([trace.width - trace.error + taste])
    found = person.found[row, COLUMN[Param.PAN], None]
    return float(person.sides.across(found, np.array([trace.outward]), wanted)[0])
