"""The factored state: which cells of which table a track is in, and the 14 moves of a track.

Three tables, one a family of moves. Every cell is about one track and one error against the
target: a joint state over all tracks would have more cells than a lifetime has thumbs.

=======  ===========================================================  ===================
family   cell                                                         actions
=======  ===========================================================  ===================
gain     role, how well the track is heard, drift of the mix, error   -3, -1, +1, +3 dB
eq       role, band, how well it is heard, its EQ, mix tone, error    -2, +2 dB
pan      role, how heavy its side is, width error                     inwards, outwards 0.2
=======  ===========================================================  ===================
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.agents.features import Features
from bridge.agents.targets import MIX_TONE_TARGET_DB
from bridge.learning.bins import bin_weights
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.mix.params import EQ_BANDS, Param
from bridge.mix.roles import ROLES

GAIN_STEPS_DB: Final = (-3.0, -1.0, 1.0, 3.0)
EQ_STEPS_DB: Final = (-2.0, 2.0)
PAN_STEPS: Final = (-0.2, 0.2)

STEP_PARAMS: Final[tuple[Param, ...]] = (
    *(Param.GAIN for _ in GAIN_STEPS_DB),
    *(band for band in EQ_BANDS for _ in EQ_STEPS_DB),
    *(Param.PAN for _ in PAN_STEPS),
)
"""The parameter of each of the 14 columns of moves."""

STEPS: Final[FloatArray] = np.array([*GAIN_STEPS_DB, *EQ_STEPS_DB * 4, *PAN_STEPS])
"""How far each column moves it."""

LEVEL_EDGES_DB: Final = np.array(
    [-9.0, -7.0, -5.5, -4.0, -2.75, -1.75, -1.0, -0.35, 0.35, 1.0, 1.75, 2.75, 4.0, 5.5, 7.0, 9.0]
)
TONE_EDGES_DB: Final = np.array([-8.0, -5.5, -3.5, -2.0, -1.0, 1.0, 2.0, 3.5, 5.5, 8.0])
WIDTH_EDGES: Final = np.array([-0.55, -0.4, -0.28, -0.18, -0.08, 0.08, 0.18, 0.28, 0.4, 0.55])

_AUDIBILITY_EDGES_DB: Final = np.array([-8.0, 0.0])
_BAND_AUDIBILITY_EDGES_DB: Final = np.array([-18.0, -8.0])
_MIX_TONE_EDGES_DB: Final = np.array([-2.0, 2.0])
_EQ_EDGES_DB: Final = np.array([-2.9, 2.9])
_DRIFT_EDGES_DB: Final = np.array([-2.0, 2.0])
_SIDE_EDGES_DB: Final = np.array([-0.8, 0.8])

GAIN_SHAPE: Final = (len(ROLES), 3, 3, LEVEL_EDGES_DB.size + 1, len(GAIN_STEPS_DB))
EQ_SHAPE: Final = (len(ROLES), 4, 3, 3, 3, TONE_EDGES_DB.size + 1, len(EQ_STEPS_DB))
PAN_SHAPE: Final = (len(ROLES), 3, WIDTH_EDGES.size + 1, len(PAN_STEPS))
SHAPES: Final = {"gain": GAIN_SHAPE, "eq": EQ_SHAPE, "pan": PAN_SHAPE}
"""The tables of a prior's file."""

OWN: Final = "own"
FAMILIES: Final = SHAPES | {OWN: EQ_SHAPE}
"""The tables of an agent: `OWN` judges EQ moves against a track's own sound (`tasks.own_sound`)."""

EDGES: Final = {
    "gain": LEVEL_EDGES_DB,
    "eq": TONE_EDGES_DB,
    "pan": WIDTH_EDGES,
    OWN: TONE_EDGES_DB,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """For each track the first cell of its row of errors, by family.

    Attributes:
        gain: (n,) in the gain table.
        eq: (n, 4) in the EQ table.
        pan: (n,) in the pan table.
    """

    gain: IntArray
    eq: IntArray
    pan: IntArray


def find_cells(features: Features, roles: IntArray, eq_db: FloatArray, *, drift_db: float) -> Cells:
    """Where the tracks are in the tables, apart from their errors.

    Args:
        features: Of the mix.
        roles: (n,) the tracks' roles.
        eq_db: (n, 4) their EQ gains.
        drift_db: How much louder the whole mix has become since it was first seen.
    """
    heard = np.searchsorted(_AUDIBILITY_EDGES_DB, features.audibility)
    band_heard = np.searchsorted(_BAND_AUDIBILITY_EDGES_DB, features.band_audibility)
    mix_tone = np.searchsorted(_MIX_TONE_EDGES_DB, features.mix_tone - MIX_TONE_TARGET_DB)
    side = np.searchsorted(_SIDE_EDGES_DB, features.side)
    eq_row = roles[:, None] * 4 + np.arange(4)
    eq = np.searchsorted(_EQ_EDGES_DB, eq_db)
    drift = int(np.searchsorted(_DRIFT_EDGES_DB, drift_db))
    return Cells(
        gain=((roles * 3 + heard) * 3 + drift) * GAIN_SHAPE[-2],
        eq=(((eq_row * 3 + band_heard) * 3 + eq) * 3 + mix_tone) * EQ_SHAPE[-2],
        pan=(roles * 3 + side) * PAN_SHAPE[-2],
    )


Spread = tuple[IntArray, FloatArray]
"""Cells (..., k) and how much a state is in each of them."""


def spread(
    family: str,
    first: IntArray,
    error: FloatArray,
    sd: FloatArray,
    most: FloatArray | None = None,
) -> Spread:
    """The cells of errors that are known as `error` plus or minus `sd`, and at most `most`.

    All arrays are (...,).
    """
    edges = EDGES[family]
    return first[..., None] + np.arange(edges.size + 1), bin_weights(error, sd, edges, most)
