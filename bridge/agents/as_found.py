"""The second picture of levels and places: a strip is wanted about where its owner left it.

The role's usual level says little of a strip whose owner wants it elsewhere: in songs that people
mixed, single strips lie 4 to 7 dB from the average of their role. But people seldom leave a fader
far from where they want it. So the agent keeps two beliefs of levels and of widths. In the first a
strip is wanted as its role usually is; in the second about as it was found when the song began, and
its role says little. Thumbs on faders and on pans tell which of them holds for this person.

Of a strip without a telling name only where it was found says anything, in either of them.
"""

from typing import Final

import numpy as np

from bridge.agents.errors import DIMENSION, DIMENSIONS
from bridge.agents.features import Features
from bridge.learning.pictures import Pictures
from bridge.learning.q_learning import FloatArray
from bridge.learning.taste import AsFound, TastePrior
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES, Role
from bridge.mix.spectrum import to_db, to_power
from bridge.mix.state import Observation

_LEVEL, _WIDTH = DIMENSION[Param.GAIN], DIMENSION[Param.PAN]
_GAIN, _PAN = COLUMN[Param.GAIN], COLUMN[Param.PAN]

_PLACE_SD: Final = {_LEVEL: 4.5, _WIDTH: 0.3}
"""How far from where it is wanted a rough mix has a strip: dB, and of 1 for the width."""

_MEMBER_SD: Final = {_LEVEL: 7.0, _WIDTH: 0.3}
"""How far the strips of one role lie apart where the role says little."""

_CLOSED_DB: Final = -60.0
"""A fader so far down was closed, which says nothing of where it is wanted open."""

_FOUND_SD: Final = {_LEVEL: (5.2, 7.5), _WIDTH: (0.25, 0.42)}
"""How far from its role's usual a strip is found, where it is wanted there, and where not."""

_DEPENDENT: Final = 0.5
"""The strips of one mix are no independent witnesses: each counts so much."""

_MOST: Final = 3.0

SHARES: Final = np.array([0.7, 0.3])
"""How likely each of the two pictures holds for anybody."""

DIMENSION_OF: Final = {"gain": _LEVEL, "pan": _WIDTH}
"""The families of moves whose thumbs tell, and what of a taste they are about."""


def as_found(dimensions: int) -> AsFound:
    """What being found somewhere says, over so many dimensions of taste."""
    place_sd, member_sd = np.full(dimensions, np.inf), np.zeros(dimensions)
    for column in (_LEVEL, _WIDTH):
        place_sd[column], member_sd[column] = _PLACE_SD[column], _MEMBER_SD[column]
    is_unknown = np.array([role is Role.OTHER for role in ROLES])
    return AsFound(place_sd=place_sd, member_sd=member_sd, is_group_unknown=is_unknown)


def first_doubt(prior: TastePrior) -> FloatArray:
    """(groups, dimensions) how unsure it is what anybody wants of a strip, as found."""
    found = as_found(prior.mean.shape[1])
    variance = np.diagonal(prior.covariance, axis1=1, axis2=2).T + prior.member_sd**2
    anchor = found.is_group_unknown[:, None] * found.place_sd**-2
    return np.asarray(1.0 / np.sqrt(1.0 / variance + anchor))


def places_of(
    observation: Observation, features: Features, error: FloatArray, found: FloatArray
) -> FloatArray:
    """The tastes (n, 10) of somebody who wants every strip where it was found; NaN unknown.

    Both levels are of the same readings, so that their noise cancels.

    Args:
        observation: The mix as it stands.
        features: Of it.
        error: (n, 6) of it against the average listener.
        found: (n, 6) the controls when the song began.
    """
    places = np.full((len(found), len(DIMENSIONS) + 4), np.nan)
    moved_db = np.nan_to_num(found[:, _GAIN] - observation.values[:, _GAIN])
    own = features.power.sum(axis=1)
    before = own * to_power(np.minimum(moved_db, 60.0))
    mix_db = to_db(before.sum()) - to_db(own.sum())
    places[:, _LEVEL] = error[:, _LEVEL] + moved_db - mix_db
    is_open = found[:, _GAIN] > _CLOSED_DB  # and known
    places[~is_open, _LEVEL] = np.nan
    width = np.abs(found[:, _PAN]) - np.abs(observation.values[:, _PAN])
    places[:, _WIDTH] = error[:, _WIDTH] + width
    return places


def shares_of(off: FloatArray, pictures: dict[str, Pictures]) -> FloatArray:
    """(dimensions,) how likely the second picture is in each dimension of taste.

    A mix that was found far from what is usual says it too: of strips that are wanted as their
    roles are, only the carelessness of the rough mix is seen.

    Args:
        off: (tracks, dimensions) where strips of a known role were found against the usual.
        pictures: What the thumbs have said.
    """
    shares = np.zeros(off.shape[1])
    for family, column in DIMENSION_OF.items():
        known = off[:, column][~np.isnan(off[:, column])]
        usual, wide = _FOUND_SD[column]
        said = np.log(usual / wide) * known.size
        said += 0.5 * float(known @ known) * (usual**-2 - wide**-2)
        odds = np.exp(np.clip(_DEPENDENT * said, -_MOST, _MOST))
        first, second = pictures[family].shares.tolist()
        shares[column] = second * odds / (first + second * odds)
    return shares
