"""What a person says without a thumb of where a track is wanted: by hand, in a word, all at once.

Each is a correction: evidence about one member's taste, with how sure it is. It is of this song,
and what it says of the track's role counts for the other tracks of that role too.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.errors import DIMENSION, DIMENSIONS, find_errors
from bridge.agents.features import measure
from bridge.agents.own_sound import OWN_COLUMNS, own_errors
from bridge.agents.person import Person
from bridge.agents.reasons import belief_in_words
from bridge.agents.restraint import family_of
from bridge.agents.view import observe
from bridge.learning.taste import Taste
from bridge.mix.params import COLUMN, EQ_BANDS, Param
from bridge.mix.roles import ROLE_INDEX, ROLES, Role
from bridge.mix.spectrum import four_bands_db
from bridge.mix.state import Observation
from bridge.mix.wishes import WISHES, Wish

_HAND_SD: Final = (2.0, 2.0, 2.0, 2.0, 2.0, 0.15)
"""A hand stops within about this of where its owner wants the track."""

_ENDORSED_SD: Final = np.array([0.7, 1.0, 1.0, 1.0, 1.0, 0.05, 0.7, 0.7, 0.7, 0.7])
"""A mix that a person wants as it is has each track so near to where they want it."""

_WISHED_SD: Final = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.1, 1.0, 1.0, 1.0, 1.0])
"""A word says the way for sure, and how far within about this; our choice."""

_FILLED_DB: Final = -20.0
"""A band so far below a track's fullest says how it was recorded, not how it is wanted."""

_FINISHED_SD: Final = np.array([0.7, 5.5, 5.5, 5.5, 5.5, 0.05, 0.7, 0.7, 0.7, 0.7])
"""As `_ENDORSED_SD`, but for the tone: single sources lie 5.5 dB (SD) from the average of their
role, and people leave them so (90 real mixes, `bridge/data/human`); only many say anything."""

_FARTHEST_TONE_DB: Final = 11.0
"""What lies further from its role is another kind of source."""

_NOTABLE: Final = np.array([0.3, 0.3, 0.3, 0.3, 0.3, 0.03])
"""A belief that has changed by so much is worth a sentence."""

_TEACHES: Final = np.array([0, 2, 3, 4, 5, 1, 2, 3, 4, 5])
"""Which control (a column of `MOVABLE`) teaches each column of taste."""


def correct_by_hand(
    person: Person, observation: Observation, row: int, param: Param, value: float
) -> int | None:
    """A hand has put a track at `value`; `observation` is from after that.

    Returns:
        The dimension of taste that was learnt; None for none.
    """
    if param not in DIMENSION or not np.isfinite(value):
        return None
    taste, dimension = person.taste, DIMENSION[param]
    person.attend(observation, measure(observation).loudness)
    values = observation.values.copy()
    values[row, COLUMN[param]] = value
    held = replace(observation, values=values)
    error, _ = find_errors(measure(held), held, taste.of_members()[0])
    if np.isnan(error[row, dimension]):
        return None
    person.restraint.correct()
    person.wishes.drop(observation.keys[row], param)
    taste.correct(row, dimension, value=float(error[row, dimension]), sd=_HAND_SD[dimension])
    if param is Param.PAN:
        person.sides.correct(row, value)
    if param in EQ_BANDS:
        column = OWN_COLUMNS.start + dimension - 1
        own = own_errors(held)[row, dimension - 1]
        taste.correct(row, column, value=float(own), sd=_HAND_SD[dimension])
    person.pictures[family_of(param)].renew()
    return dimension


def correct_by_mix(person: Person, observation: Observation, teaches: NDArray[np.bool_]) -> int:
    """Every control that teaches (n, 6) is where it is wanted; returns how many tracks taught."""
    view = observe(observation, person)
    is_known = ~np.isnan(view.error) & teaches[:, _TEACHES]
    if not is_known.any():
        return 0
    sure = np.hypot(view.sd, _ENDORSED_SD)
    person.judge_tones(view.error, view.sd, is_known[:, 1:5])
    for row, column in np.argwhere(is_known):
        person.taste.correct(
            int(row), int(column), value=view.error[row, column], sd=sure[row, column]
        )
    for row in np.flatnonzero(is_known[:, DIMENSION[Param.PAN]]).tolist():
        person.sides.correct(row, float(observation.values[row, COLUMN[Param.PAN]]))
    person.restraint.answer()
    person.restraint.endorse(observation.values)
    person.wishes.clear()
    return int(is_known.any(axis=1).sum())


def correct_by_wish(
    person: Person, observation: Observation, row: int, wish: Wish, teaches: NDArray[np.bool_]
) -> bool:
    """A track is wanted at least so far from where it is; `teaches` (6,) says what is learnt.

    Returns:
        Whether anything of what the word is about is known; the moves for it are open then.
    """
    view = observe(observation, person)
    known = [
        (param, amount)
        for param, amount in WISHES[wish]
        if not np.isnan(view.error[row, DIMENSION[param]])
    ]
    for param, amount in known:
        if not teaches[COLUMN[param]]:
            continue
        for column in _columns_of(param):
            value = float(view.error[row, column]) + amount
            if (value - float(person.taste.of_members()[0][row, column])) * amount > 0.0:
                person.taste.correct(row, column, value=value, sd=float(_WISHED_SD[column]))
        person.pictures[family_of(param)].renew()
    if known:
        person.restraint.correct()
        person.wishes.ask(observation.keys[row], wish, [param for param, _ in known])
    return bool(known)


def learn_finished_mix(
    person: Person, name: str, observation: Observation, *, knows_eq: bool
) -> tuple[str, ...]:
    """A finished mix of another song is as it is wanted; see `LearnsSongs.learn_song`."""
    prior, roles = person.prior.taste, observation.roles
    taste = Taste(prior)
    taste.past = person.taste.past
    taste.attend(observation.keys, roles)
    error, sd = find_errors(measure(observation), observation, taste.of_members()[0])
    error = np.concatenate([error, own_errors(observation)], axis=1)
    sd = np.hypot(np.concatenate([sd, np.zeros((len(error), 4))], axis=1), _FINISHED_SD)
    if not knows_eq:
        error[:, OWN_COLUMNS] = np.nan
    tone = error[:, 1:5]
    tone[~_is_filled(observation) | (np.abs(tone) > _FARTHEST_TONE_DB)] = np.nan
    error[roles == ROLE_INDEX[Role.OTHER]] = np.nan
    before = person.taste.of_groups()[0]
    person.taste.learn_song(name, roles, error, sd)
    after = person.taste.of_groups()[0]
    sizes = np.abs(after - before)[:, : len(DIMENSIONS)] / _NOTABLE
    learnt = [(row, column) for row, column in np.argwhere(sizes >= 1.0).tolist()]
    learnt.sort(key=lambda place: -sizes[place])
    differences = after - prior.mean
    return tuple(
        belief_in_words(ROLES[row], column, float(differences[row, column]))
        for row, column in learnt
    )


def _is_filled(observation: Observation) -> NDArray[np.bool_]:
    """(n, 4) the EQ bands in which a track has any sound that its tone could be judged by."""
    bands = four_bands_db(observation.octaves_db())
    return np.asarray(bands >= bands.max(axis=1, keepdims=True) + _FILLED_DB)


def _columns_of(param: Param) -> tuple[int, ...]:
    """The columns of taste that a control answers to: of an EQ band, in both pictures of tone."""
    column = DIMENSION[param]
    return (column, OWN_COLUMNS.start + column - 1) if param in EQ_BANDS else (column,)
