"""Terms: what made the score of a move of the factored agent, and what of it can be said.

The score of a move is a sum (`view.expect`): what it is worth for the error that it is
about (an EQ move for the role's tone and for the track's own sound), and what each other track's
level is worth to it. A term becomes a claim only where the move really mends what the claim names:
errors are measured before and after, on the mix as it would be.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from bridge.agents.cells import OWN, STEP_PARAMS
from bridge.agents.errors import DIMENSION
from bridge.agents.features import levels_after, tone_after
from bridge.agents.own_sound import OWN_COLUMNS, own_errors
from bridge.agents.person import Person
from bridge.agents.reasons import Claim, across_in_words, habit, reason
from bridge.agents.view import DIMENSION_OF_MOVE, View
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.mix.params import COLUMN, SPECS, Param
from bridge.mix.state import Observation

_LEVEL: Final = DIMENSION[Param.GAIN]
_WIDTH: Final = DIMENSION[Param.PAN]
_MOST_CLAIMS: Final = 2
_SECOND_SHARE: Final = 0.5
"""A second term is said where it is worth at least this share of the first one."""
_LIKELY: Final = 0.3
"""A track that is wanted across the centre with this probability moves inwards for that."""


def explain(
    observation: Observation,
    view: View,
    person: Person,
    *,
    row: int,
    move: int,
    step: float,
    is_try: bool,
) -> str:
    """Why this move: the terms that made its score, the largest first.

    Args:
        observation: The mix as it stands.
        view: The same, as the agent has seen it.
        person: Whose answers stand behind what is wanted.
        row: The strip's row.
        move: Which of its 14 moves.
        step: How far it really goes, in the parameter's unit.
        is_try: Whether it was chosen to learn.
    """
    param = STEP_PARAMS[move]
    change = _changes(observation, view, row, param, step)
    before = view.error - view.taste
    terms = _terms(view, person, row, move)
    found = sorted(
        ((worth, (at, about)) for worth, at, about in terms if worth > 0.0), reverse=True
    )
    claims: list[Claim] = []
    is_other_said = False
    for worth, (subject, column) in found:
        error, moved = float(before[subject, column]), float(change[subject, column])
        if worth < _SECOND_SHARE * found[0][0] or len(claims) == _MOST_CLAIMS:
            break
        if not abs(error + moved) < abs(error) or (is_other_said and subject != row):
            continue
        is_other_said |= subject != row
        is_moved = (
            subject == row and column != _LEVEL if param is not Param.GAIN else subject == row
        )
        if is_moved and any(claim.is_moved for claim in claims):
            continue  # the role's tone and the own sound say the same of it
        answers = person.taste.answers_about(int(observation.roles[subject]), column)
        claims.append(
            Claim(
                name=observation.names[subject],
                param=param if is_moved else Param.GAIN,
                error=error,
                change=moved,
                is_moved=is_moved,
                answers=answers,
            )
        )
    name = observation.names[row]
    far = float(change[row, _WIDTH]) if param is Param.PAN else step
    usually = habit(name, param, far)
    if param is Param.PAN and step * view.outward[row] < 0.0 and view.across[row] >= _LIKELY:
        usually = across_in_words(name)
    return reason(tuple(claims), habit=usually, is_try=is_try)


def _terms(view: View, person: Person, row: int, move: int) -> Iterator[tuple[float, int, int]]:
    """The parts of the score: what each is worth, and row and dimension of its error."""
    dimension = int(DIMENSION_OF_MOVE[move])
    if dimension == _WIDTH:
        is_right = bool(view.outward[row] > 0.0)
        action = int((move == len(STEP_PARAMS) - 1) is is_right)
        yield _own_worth(view, person, "pan", (row,), action), row, dimension
    elif dimension != _LEVEL:  # what an EQ move does to levels earns it nothing
        shares, place = person.shares(), (row, dimension - 1)
        for family, column in (("eq", dimension), (OWN, OWN_COLUMNS.start + dimension - 1)):
            worth = _own_worth(view, person, family, place, move % 2)
            yield shares[family] * worth, row, column
    else:
        yield _own_worth(view, person, "gain", (row,), move), row, dimension
        others = view.side.values @ view.side.share[row, move]
        for other, worth in enumerate(others.tolist()):
            if other != row:
                yield worth, other, _LEVEL


def _own_worth(
    view: View, person: Person, family: str, place: tuple[int, ...], action: int
) -> float:
    """What the move is worth for the very error that it is about."""
    cells: IntArray
    weights: FloatArray
    cells, weights = (part[place] for part in view.spreads[family])
    return float(weights @ person.tables[family].values[cells, action])


def _changes(
    observation: Observation, view: View, row: int, param: Param, step: float
) -> FloatArray:
    """(n, 10) how the errors that a move is about change if it is made; 0 for all others."""
    values = observation.values.copy()
    before = values[row, COLUMN[param]]
    values[row, COLUMN[param]] = SPECS[param].clip(before + step, before)
    moved = replace(observation, values=values)
    change = np.zeros_like(view.error)
    if param is Param.GAIN:
        level = levels_after(view.features, moved, row)
        change[:, _LEVEL] = view.finder.level_errors(level, view.taste) - view.error[:, _LEVEL]
    elif param is Param.PAN:
        pan = COLUMN[Param.PAN]
        change[row, _WIDTH] = abs(values[row, pan]) - abs(observation.values[row, pan])
    else:
        tone = slice(1, 5)
        change[row, tone] = tone_after(moved, row) - view.features.tone[row]
        change[row, OWN_COLUMNS] = (
            own_errors(moved, slice(row, row + 1))[0] - view.error[row, OWN_COLUMNS]
        )
    return change
