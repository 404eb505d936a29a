"""An observation as the factored agent sees it, and what its moves are expected to earn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.agents.as_found import places_of
from bridge.agents.cells import OWN, STEP_PARAMS, STEPS, Spread, find_cells, spread
from bridge.agents.errors import DIMENSION, ErrorFinder
from bridge.agents.features import Features, measure
from bridge.agents.own_sound import OWN_COLUMNS, own_errors
from bridge.agents.person import Person
from bridge.agents.side_effects import SideEffects, forecast_levels, side_effects
from bridge.agents.trace import Trace
from bridge.learning.q_learning import FloatArray, IntArray, QTable
from bridge.mix.params import COLUMN, EQ_COLUMNS, Param
from bridge.mix.state import Observation

DIMENSION_OF_MOVE: Final = np.array([DIMENSION[param] for param in STEP_PARAMS])
"""(14,) the dimension of taste that each move answers to."""

_OWN_SD_DB: Final = 0.8
_NO_SHARE: Final = np.zeros(4)
_BEYOND_CENTRE: Final = 0.05
"""How far beyond the centre a track may be believed to be wanted, of 1: a quarter of a pan step.
Some tracks are on the wrong side, and the way to the other one goes through the centre. Without any
bound the bridge crosses the centre and comes back, many times."""

_LEAST_WEIGHT: Final = 0.02
"""Cells that a state touches less than this are left out of the update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Errors, beliefs and cells of all tracks.

    Arrays (n, 10) are over the dimensions of taste, and the tone against the own sound behind them.

    Attributes:
        error: Against the average listener; NaN unknown.
        sd: How well that is known.
        taste: What this person is believed to want beyond the average listener.
        taste_sd: How sure that is.
        spreads: Cells and weights by family: (n, k), for both of the EQ (n, 4, k).
        outward: (n,) the side that each track is on.
        across: (n,) how likely each is wanted on the other one.
        side: What the gain and EQ moves do on the side.
        features: Of the mix.
        finder: What made `error`.
    """

    error: FloatArray
    sd: FloatArray
    taste: FloatArray
    taste_sd: FloatArray
    spreads: dict[str, Spread]
    outward: FloatArray
    across: FloatArray
    side: SideEffects
    features: Features
    finder: ErrorFinder


def observe(observation: Observation, person: Person, wanted: FloatArray | None = None) -> View:
    """Measure, and compare with what this person is believed to want.

    Args:
        observation: The mix.
        person: The person.
        wanted: (n, 10) a taste that they may have, instead of what is believed.
    """
    roles = observation.roles
    features = measure(observation)
    person.attend(observation, features.loudness)
    finder = ErrorFinder(features, observation)
    error = finder.errors(person.taste.of_members()[0])
    person.find(places_of(observation, features, error, person.found), roles)
    taste, variance = person.taste.of_members()
    if wanted is not None:
        taste, variance = wanted, np.zeros_like(variance)
    as_believed = finder.errors(taste)
    error = np.concatenate([as_believed, own_errors(observation)], axis=1)
    # Both tones are of the same readings, so that their noise cancels.
    sd = np.concatenate([finder.sd, np.full((len(error), 4), _OWN_SD_DB)], axis=1)
    is_known = ~np.isnan(error)
    wanted, total_sd = np.where(is_known, error - taste, 0.0), np.sqrt(variance + sd**2)
    eq_db = observation.values[:, EQ_COLUMNS]
    cells = find_cells(
        features,
        roles,
        np.where(np.isnan(eq_db), 0.0, eq_db),
        drift_db=features.loudness - person.first_loudness_db,
    )
    # The two pictures of tone have the same cells.
    tone, tone_sd = (np.stack([each[:, 1:5], each[:, OWN_COLUMNS]]) for each in (wanted, total_sd))
    tone_cells, tone_weights = spread("eq", cells.eq, tone, tone_sd)
    across = person.sides.learnt(
        person.found[:, COLUMN[Param.PAN]], features.outward, features.width - wanted[:, 5]
    )
    spreads = {
        "gain": spread("gain", cells.gain, wanted[:, 0], total_sd[:, 0]),
        "eq": (tone_cells, tone_weights[0]),
        "pan": _pan_spread(features, across, cells.pan, wanted[:, 5], total_sd[:, 5]),
        OWN: (tone_cells, tone_weights[1]),
    }
    # What a change of each track's level is worth; nothing where its level is not known.
    good, harm = person.tables["gain"].expect(*spreads["gain"])
    values = np.where(is_known[:, :1], good - harm, 0.0)
    return View(
        error=error,
        sd=sd,
        taste=taste,
        taste_sd=np.sqrt(variance),
        spreads=spreads,
        outward=features.outward,
        across=across,
        side=side_effects(values, *forecast_levels(features.power)),
        features=features,
        finder=finder,
    )


def expect(view: View, tables: Mapping[str, QTable], shares: Mapping[str, float]) -> FloatArray:
    """(2, n, 14) what each move may earn, and what it may cost; NaN unknown.

    Args:
        view: What is seen.
        tables: What moves are worth.
        shares: How likely it is that each of the tables holds for this person.
    """
    tracks = len(view.outward)
    both = np.empty((2, tracks, STEPS.size))
    side, eq_side = view.side.worth[:, :4], view.side.worth[:, 4:].reshape(tracks, 4, 2)
    both[:, :, :4] = tables["gain"].expect(*view.spreads["gain"], side)
    # A level is the fader's business: an EQ move may do harm by it, and earns nothing.
    eq_side = np.minimum(eq_side, 0.0)
    both[:, :, 4:12] = 0.0
    for name in ("eq", OWN):
        found = np.array(tables[name].expect(*view.spreads[name], eq_side))
        both[:, :, 4:12] += shares[name] * found.reshape(2, tracks, 8)
    pan = np.array(tables["pan"].expect(*view.spreads["pan"]))
    is_right = view.outward[:, None] > 0.0
    both[:, :, 12:] = np.where(is_right, pan, pan[:, :, ::-1])
    both[:, np.isnan(view.error)[:, DIMENSION_OF_MOVE]] = np.nan
    return both


def trace_of(view: View, tables: Mapping[str, QTable], key: str, *, row: int, move: int) -> Trace:
    """What must be remembered of one of the 14 moves of the track `key` in `row`."""
    trace = _trace_of(view, tables, key, row=row, move=move)
    if trace.family != "eq":
        return trace
    band = trace.column - 1
    cells, weights = (part[row, band] for part in view.spreads[OWN])
    kept = weights > _LEAST_WEIGHT
    column = OWN_COLUMNS.start + band
    own = replace(
        trace,
        family=OWN,
        column=column,
        cells=cells[kept],
        weights=weights[kept] / weights[kept].sum(),
        error=float(view.error[row, column]),
        sd=float(view.sd[row, column]),
        variance=float(_variances(weights, tables[OWN].values[cells, trace.action])),
    )
    return replace(trace, own=own)


def _trace_of(view: View, tables: Mapping[str, QTable], key: str, *, row: int, move: int) -> Trace:
    dimension = int(DIMENSION_OF_MOVE[move])
    place: tuple[int, ...] = (row,)
    side, side_variance, own_share, own_side, own_side_variance = 0.0, 0.0, _NO_SHARE, 0.0, 0.0
    if dimension == DIMENSION[Param.PAN]:
        family, action = "pan", int(STEPS[move] * view.outward[row] > 0.0)
    else:
        family, action = "gain", move
        side = float(view.side.worth[row, move])
        variances = _level_variances(view, tables["gain"], view.side.share[row, move])
        side_variance = float(variances.sum() - variances[row])
    if 1 <= dimension <= 4:
        family, action, place = "eq", int(STEPS[move] > 0.0), (row, dimension - 1)
        own_share = view.side.own_share[row, move - 4]
        own_side = float(view.side.own_worth[row, move - 4])
        own_side_variance = float(_level_variances(view, tables["gain"], own_share)[row])
    cells, weights = (part[place] for part in view.spreads[family])
    kept = weights > _LEAST_WEIGHT
    return Trace(
        key=key,
        move=move,
        family=family,
        column=dimension,
        action=action,
        first=int(cells[0]),
        most=float(_most_inwards(view.features)[row]) if family == "pan" else np.inf,
        cells=cells[kept],
        weights=weights[kept] / weights[kept].sum(),
        error=float(view.error[row, dimension]),
        sd=float(view.sd[row, dimension]),
        side=side,
        width=float(view.features.width[row]) if family == "pan" else 0.0,
        outward=float(view.outward[row]) if family == "pan" else 0.0,
        own_share=own_share,
        own_side=own_side,
        variance=float(_variances(weights, tables[family].values[cells, action])),
        side_variance=side_variance + own_side_variance,
        own_side_variance=own_side_variance,
        level_first=int(view.spreads["gain"][0][row, 0]),
        level_error=float(view.error[row, 0]),
        level_sd=float(view.sd[row, 0]),
    )


def pictures_of(trace: Trace) -> tuple[Trace, ...]:
    """The trace as each of the pictures of its family has it."""
    return (trace,) if trace.own is None else (trace, trace.own)


def _pan_spread(
    features: Features, across: FloatArray, first: IntArray, error: FloatArray, sd: FloatArray
) -> Spread:
    """The cells of the width errors: of tracks that are wanted on their side, and across."""
    cells, here = spread("pan", first, error, sd, _most_inwards(features))
    width = np.nan_to_num(features.width)
    _, there = spread("pan", first, width + np.maximum(width - error, 0.0), sd)
    return cells, here + across[:, None] * (there - here)


def _most_inwards(features: Features) -> FloatArray:
    """(n,) how far inwards each track may be wanted at most."""
    return np.nan_to_num(features.width) + _BEYOND_CENTRE


def _level_variances(view: View, gain: QTable, share: FloatArray) -> FloatArray:
    """(n,) how uncertain it is what a change of each track's level is worth; 0 where unknown."""
    cells, weights = view.spreads["gain"]
    variances = _variances(weights, gain.values[cells] @ share)
    return np.asarray(np.where(np.isnan(view.error[:, 0]), 0.0, variances))


def _variances(weights: FloatArray, values: FloatArray) -> FloatArray:
    mean = (weights * values).sum(axis=-1)
    return np.asarray(np.maximum((weights * values**2).sum(axis=-1) - mean**2, 0.0))
