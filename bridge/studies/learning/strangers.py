"""Listeners whom the learner has never met: no training code may import this module.

`diverse` hears as everyone else and wants something else. `shift` hears differently: loudness is a
power of the whole energy (Stevens) and not a sum over bands, masking is energetic (what the others
cover counts for nothing) and not partial, tone is brightness and body and not four bands, being
wrong costs the same for every further dB, and the whole population agrees on a few things that
nobody told the prior.

How strange they are was set without any learner: an engineer who knows only the average listener
of `std` reaches four fifths of what he reaches there with `shift`, and three quarters with
`diverse`.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from bridge.mix.params import COLUMN, EQ_COLUMNS, Param
from bridge.mix.roles import ROLES, Role
from bridge.mix.spectrum import FloatArray, eq_curve_db, four_bands_db, to_db, to_power
from bridge.sim.listeners import Hearing, Listener
from bridge.sim.songs import Song

# A population that grew up with other records: vocals further back, low end and cymbals further
# forward, and everything a little darker.
_SHIFT_DB: Final[dict[Role, float]] = {
    Role.LEAD: -1.0,
    Role.KICK: 1.5,
    Role.BASS: 1.0,
    Role.HATS: 1.0,
    Role.PAD: 1.0,
}
_SHIFT: Final = Hearing(
    level_sd=1.9,
    tone_sd=1.6,
    width_sd=0.13,
    level_shift=tuple(_SHIFT_DB.get(role, 0.0) for role in ROLES),
    tone_shift=(0.5, 0.2, -0.2, -0.8),
)
_DIVERSE: Final = replace(Hearing(), level_sd=3.0, tone_sd=2.6, width_sd=0.2, song_share=0.3)

# How the ear weighs octaves at moderate level: half of the A-weighting of IEC 61672.
_EAR_DB: Final[FloatArray] = 0.5 * np.array(
    [-39.4, -26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1, -6.6]
)
_COVERED_DB: Final = -9.0
"""An octave so far below the others in it is half covered."""

_USUAL_COVER_DB: Final = -3.5
"""What the others usually cover of a track of a 16-track mix; the wanted levels allow for it."""

_MIX_COLOUR_DB: Final[FloatArray] = np.array([-8.0, 0.0])


class _ShiftedListener(Listener):
    """One person of `shift`: the taste of a `Listener`, other ears."""

    def utilities(self, song: Song, values: FloatArray) -> FloatArray:
        """How good this person finds mixes (k, n, 6): (k,)."""
        level, tone, width = self._wants_of(song)
        weight = np.sqrt(self._weight[song.roles])
        gain, pan, eq = values[..., 0], values[..., COLUMN[Param.PAN]], values[..., EQ_COLUMNS]
        octaves_db = song.source_db + gain[..., None] + eq_curve_db(eq)
        power = to_power(octaves_db + _EAR_DB)
        own, mix = power.sum(-1), power.sum((-1, -2))[..., None]

        others = power.sum(-2, keepdims=True) - power
        is_free = power / (power + to_power(np.array(_COVERED_DB)) * others + 1e-15)
        free_db = to_db((power * is_free).sum(-1)) - to_db(own)
        loudness = to_db(own) - to_db(mix) + 0.5 * (free_db - _USUAL_COVER_DB)

        colour = _brightness_and_body(four_bands_db(octaves_db))
        mix_colour = _brightness_and_body(four_bands_db(to_db(to_power(octaves_db).sum(-2))))
        right = (own * (0.5 + 0.5 * pan)).sum(-1)
        lean_db = to_db(right) - to_db(own.sum(-1) - right)
        costs = (
            1.0 * (weight * _bent((loudness - level) / 2.5)).sum(-1),
            0.45
            * (weight[:, None] * _bent((colour - _brightness_and_body(tone)) / 5.0)).sum((-1, -2)),
            0.5 * _bent((mix_colour - _MIX_COLOUR_DB) / 3.0).sum(-1),
            1.4 * (weight * _bent((np.abs(pan) - width) / 0.25)).sum(-1),
            0.8 * _bent(lean_db / 2.0),
            0.05 * np.maximum(np.abs(eq) - 3.0, 0.0).sum((-1, -2)),
        )
        return np.asarray(-np.sum(costs, axis=0))


def _brightness_and_body(bands_db: FloatArray) -> FloatArray:
    """Two colours (..., 2) of levels in four bands (..., 4), dB: highs and lows re low mids."""
    low, lowmid, highmid, high = np.moveaxis(bands_db, -1, 0)
    return np.stack([(high + highmid) / 2.0 - lowmid, low - lowmid], axis=-1)


def _bent(error: FloatArray) -> FloatArray:
    """A cost that is quadratic near 0 and soon rises evenly (pseudo-Huber)."""
    return np.asarray(np.sqrt(1.0 + error * error) - 1.0)


def draw_shifted(rng: np.random.Generator) -> Listener:
    """A listener of the population `shift`."""
    return _ShiftedListener(_SHIFT, rng)


def draw_diverse(rng: np.random.Generator) -> Listener:
    """A listener of the population `diverse`."""
    return Listener(_DIVERSE, rng)
