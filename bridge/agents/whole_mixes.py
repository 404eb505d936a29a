"""Whole mixes to choose from: up to eight moves at once, and what a pick among them teaches.

Each mix is the best one for a taste that this person may have: one for the taste that is believed,
the others for tastes drawn from the belief (Thompson sampling, 1933). So they differ where the
belief is in doubt. None makes the sum of all tracks louder, since the louder of two mixes is
preferred whatever else is in it.

A pick compares. The worth of a mix is taken as the sum of what its moves are worth; the probability
of a pick is then a softmax over all mixes and what stood, which is worth nothing (Luce, 1959).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Proposal
from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.agents.features import measure
from bridge.agents.person import Person
from bridge.agents.side_effects import forecast_levels
from bridge.agents.thumbs import ThumbModel
from bridge.agents.trace import Trace
from bridge.agents.view import View, expect, observe, pictures_of, trace_of
from bridge.learning.q_learning import FloatArray
from bridge.mix.pairs import SHARED, pairs_of
from bridge.mix.params import COLUMN, SPECS, Param
from bridge.mix.state import Observation

Options = Callable[[Observation], tuple[FloatArray, NDArray[np.bool_]]]
"""Of a mix, what the guard makes of the moves (n, 14), and which may be made."""

_TRIES: Final = 3
"""So many tastes are drawn for each mix that is wanted: two tastes may want the same."""
_DRIFT_DB: Final = 0.6
"""While moves are chosen the mix gets louder or softer by so much at most."""
_HALVINGS: Final = 12
_COLUMNS: Final = np.array([COLUMN[param] for param in STEP_PARAMS])
_MIX_MOVES: Final = 12
"""The moves of faders and EQs come first; pans change no level."""


class Step(NamedTuple):
    """A move of a mix: row of the track, which of its 14 moves, and how far."""

    row: int
    move: int
    size: float


def draw_mixes(
    person: Person,
    observation: Observation,
    options: Options,
    *,
    count: int,
    most: int,
    least_score: float,
) -> list[list[Step]]:
    """Up to `count` mixes of up to `most` moves that differ from each other, in random order.

    Args:
        person: Who is to choose.
        observation: The mix as it stands.
        options: What may be moved.
        count: How many mixes are wanted.
        most: How many moves each may have; every control moves once at most.
        least_score: A move that is worth less is left out.
    """
    view = observe(observation, person)
    mean, sd = view.taste, view.taste_sd
    person.restraint.watch(observation)
    is_open = person.restraint.open_moves(
        observation.values, options(observation)[0], person.doubts()
    )
    rows = {key: row for row, key in enumerate(observation.keys)}
    for key, move in person.disliked():
        if key in rows:
            is_open[rows[key], move] = False
    mixes: list[list[Step]] = []
    for number in range(count * _TRIES):
        taste = None if number == 0 else mean + sd * person.rng.standard_normal(mean.shape)
        steps = _choose(person, observation, options, is_open, taste, most, least_score)
        steps = _level(observation, steps)
        if steps and all(set(steps) != set(other) for other in mixes):
            mixes.append(steps)
        if len(mixes) == count:
            break
    observe(observation, person)  # what is remembered is of the mix as it stands
    return [mixes[place] for place in person.rng.permutation(len(mixes))]


def _choose(
    person: Person,
    observation: Observation,
    options: Options,
    is_open: NDArray[np.bool_],
    taste: FloatArray | None,
    most: int,
    least_score: float,
) -> list[Step]:
    """The best moves for a taste, one after the other; None: the taste that is believed."""
    held, is_left, steps_made = observation, is_open.copy(), list[Step]()
    drift_db = 0.0
    while len(steps_made) < most:
        steps, allowed = options(held)
        view = observe(held, person, taste)
        shares = np.abs(steps / STEPS)
        good, harm = expect(view, person.tables, person.shares()) * np.minimum(1.0, shares)
        louder_db = np.zeros(steps.shape)
        louder_db[:, :_MIX_MOVES] = forecast_levels(view.features.power)[0]
        after_db = drift_db + louder_db * shares
        is_even = (np.abs(after_db) <= _DRIFT_DB) | (np.abs(after_db) < abs(drift_db))
        usable = allowed & is_left & is_even & (steps != 0.0)
        scores = np.where(usable, np.nan_to_num(good - harm, nan=-np.inf), -np.inf)
        place = int(scores.argmax())
        if scores.ravel()[place] < least_score:
            break
        row, move = divmod(place, STEPS.size)
        steps_made.append(Step(row, move, float(steps[row, move])))
        drift_db = float(after_db[row, move])
        is_left[row, _COLUMNS[move] == _COLUMNS] = False
        held = _moved(held, steps_made[-1:])
    return steps_made


def _moved(observation: Observation, steps: Sequence[Step], share: float = 1.0) -> Observation:
    """The mix after moves, of each of which only a share is made."""
    values = observation.values.copy()
    right_of = {pair.left: pair.right for pair in pairs_of(observation.names)}
    for row, move, size in steps:
        param = STEP_PARAMS[move]
        values[row, COLUMN[param]] += share * size
        if param in SHARED and row in right_of:
            values[right_of[row], COLUMN[param]] += share * size
    return replace(observation, values=values)


def _level(observation: Observation, steps: list[Step]) -> list[Step]:
    """Shorten what makes the mix louder until it is as loud as before, or softer."""
    up = [step for step in steps if STEP_PARAMS[step.move] is not Param.PAN and step.size > 0.0]
    rest = [step for step in steps if step not in up]
    before, without = measure(observation).loudness, _moved(observation, rest)

    def is_louder(share: float) -> bool:
        return measure(_moved(without, up, share)).loudness > before

    low, high = 0.0, 1.0
    if not is_louder(high):
        return steps
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if is_louder(middle) else (middle, high)
    kept = [step._replace(size=low * step.size) for step in up]
    return rest + [step for step in kept if step.size >= SPECS[STEP_PARAMS[step.move]].least_step]


def proposals_of(
    person: Person, observation: Observation, steps: Sequence[Step], confidence: FloatArray
) -> tuple[Proposal, ...]:
    """The moves of one mix, each with what must be remembered of it until the pick.

    Args:
        person: Who is to choose.
        observation: The mix as it stands.
        steps: The moves.
        confidence: (n, 14) how much of each is known of this person.
    """
    view = observe(observation, person)
    good, harm = expect(view, person.tables, person.shares())
    return tuple(
        Proposal(
            row=row,
            param=STEP_PARAMS[move],
            step=size,
            probability=1.0,
            score=float(np.nan_to_num((good - harm)[row, move] * _share(move, size))),
            confidence=float(confidence[row, move]),
            reason="",
            trace=_trace(view, person, observation, row, move),
        )
        for row, move, size in steps
    )


def _trace(view: View, person: Person, observation: Observation, row: int, move: int) -> Trace:
    return trace_of(view, person.tables, observation.keys[row], row=row, move=move)


def _share(move: int, size: float) -> float:
    return min(1.0, abs(size / float(STEPS[move])))


class _Part(NamedTuple):
    """A move of a mix as one picture has it, of a row and column of the taste.

    `weight` is how much of it is made, and how likely that picture holds.
    """

    mix: int
    trace: Trace
    weight: float


def learn_pick(
    person: Person, thumbs: ThumbModel, mixes: Sequence[Sequence[Proposal]], choice: int
) -> None:
    """Learn that a person preferred one mix to the others and to what stood.

    Each taste that any of the mixes is about moves by itself, the others at what is believed.

    Args:
        person: Who chose.
        thumbs: How likely they are to like what.
        mixes: The moves of each.
        choice: Which was picked, from 1; 0 for what stood.
    """
    taste, shares = person.taste, person.shares()
    rows = {key: row for row, key in enumerate(taste.members)}
    parts = [
        _Part(number, picture, _share(each.trace.move, each.step) * shares[picture.family])
        for number, mix in enumerate(mixes, start=1)
        for each in mix
        if each.trace.key in rows
        for picture in pictures_of(each.trace)
    ]
    if not parts:
        return
    means, variances = taste.of_members()
    worth, doubt = np.zeros(len(mixes) + 1), np.zeros(len(mixes) + 1)
    worths = []
    for part in parts:
        row, column = rows[part.trace.key], part.trace.column
        value = thumbs.worth(part.trace, means[row, column, None], float(variances[row, column]))
        worths.append(part.weight * float(value[0]))
        worth[part.mix] += worths[-1]
        doubt[part.mix] += part.weight**2 * part.trace.variance
    consistency = person.consistency
    agreement = float(thumbs.p_pick(worth[:, None], doubt)[choice, 0])
    by_chance = 1.0 / len(worth)
    about: dict[tuple[int, int], list[int]] = {}
    for place, part in enumerate(parts):
        about.setdefault((rows[part.trace.key], part.trace.column), []).append(place)
    for (row, column), places in about.items():

        def likelihood(tastes: FloatArray, places: list[int] = places) -> FloatArray:
            values = np.repeat(worth[:, None], tastes.size, axis=1)
            rest = doubt.copy()
            for place in places:
                part = parts[place]
                values[part.mix] += part.weight * thumbs.worth(part.trace, tastes) - worths[place]
                rest[part.mix] -= part.weight**2 * part.trace.variance
            picked = thumbs.p_pick(values, np.maximum(rest, 0.0))[choice]
            return np.asarray(consistency.share * picked + (1.0 - consistency.share) * by_chance)

        taste.judge(row, column, likelihood)
    others = (1.0 - agreement) / (len(worth) - 1)
    consistency.judge(agreement / (agreement + others), weight=1.0)
    taste.rely(consistency.reliance)
