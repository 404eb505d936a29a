"""Listeners whom the learner has never met: no training code may import this module.

`diverse` hears as everyone else and wants something else. `shift` hears differently: level is
judged from the strongest octaves and not from partial loudness, masking is energetic (a track is
lost where another stands 6 dB over it), tone is brightness and body and not four bands, and the
whole population agrees on a few things that nobody told the prior.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES, Role
from bridge.mix.spectrum import FloatArray, eq_curve_db, to_db, to_power
from bridge.sim.listeners import TONE_DB, Hearing, Listener
from bridge.sim.songs import Song

# A population that grew up with other records: vocals further back, low end and cymbals further
# forward, and everything a little darker.
_SHIFT_DB: Final[dict[Role, float]] = {
    Role.LEAD: -1.5,
    Role.BACKING: 1.0,
    Role.KICK: 2.0,
    Role.BASS: 1.5,
    Role.HATS: 2.0,
    Role.GUITAR: -1.0,
    Role.PAD: 1.5,
}
_SHIFT: Final = Hearing(
    level_sd=2.4,
    tone_sd=2.0,
    width_sd=0.18,
    level_shift=tuple(_SHIFT_DB.get(role, 0.0) for role in ROLES),
    tone_shift=(1.5, 0.5, -0.5, -2.0),
)
_DIVERSE: Final = replace(Hearing(), level_sd=4.5, tone_sd=3.5, width_sd=0.25, song_share=0.25)

# Levels count by how the ear weighs octaves at moderate level (A-weighting of IEC 61672, rounded).
_A_WEIGHT_DB: Final[FloatArray] = np.array(
    [-39.4, -26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1, -6.6]
)
_LOUD_OCTAVES: Final = 3


class _ShiftedListener(Listener):
    """One person of `shift`: the taste of a `Listener`, other ears."""

    def utilities(self, song: Song, values: FloatArray) -> FloatArray:
        """How good this person finds mixes (k, n, 6): (k,)."""
        level, tone, width = self._wants_of(song)
        weight = self._weight[song.roles] ** 0.7
        gain, pan, eq = values[..., 0], values[..., COLUMN[Param.PAN]], values[..., 2:]
        octaves_db = song.source_db + gain[..., None] + eq_curve_db(eq)
        heard_db = octaves_db + 0.5 * _A_WEIGHT_DB
        loudest = np.sort(heard_db, axis=-1)[..., -_LOUD_OCTAVES:].mean(-1)
        loudness = loudest - to_db(to_power(loudest).sum(-1))[..., None]

        itself = np.where(np.eye(len(song.roles), dtype=np.bool_)[..., None], -np.inf, 0.0)
        strongest = (heard_db[:, None] + itself).max(2)
        weights = to_power(heard_db - heard_db.max(-1, keepdims=True))
        covered = (weights * (strongest - heard_db > 6.0)).sum(-1) / weights.sum(-1)

        colour = self._colour(octaves_db)
        own_taste = _brightness_and_body(tone) - _brightness_and_body(TONE_DB[song.roles])
        colour_error = colour - self._typical(song) - 0.5 * own_taste

        power = to_power(loudest)
        right = (power * (0.5 + 0.5 * pan)).sum(-1)
        lean_db = to_db(right) - to_db(power.sum(-1) - right)
        mix_colour = self._colour(to_db(to_power(octaves_db).sum(-2)))
        total = -1.2 * (weight * np.minimum(np.abs(loudness - level) / 3.0, 4.0)).sum(-1)
        total -= 0.8 * (weight * covered).sum(-1)
        total -= 0.12 * (weight[:, None] * np.minimum(np.abs(colour_error), 12.0)).sum((-1, -2))
        total -= 0.15 * np.abs(mix_colour - np.array([-17.0, -1.0])).sum(-1)
        total -= 2.2 * (weight * np.abs(np.abs(pan) - width)).sum(-1)
        total -= 0.4 * np.abs(lean_db)
        total -= 0.05 * np.maximum(np.abs(eq) - 3.0, 0.0).sum((-1, -2))
        return np.asarray(total)

    @staticmethod
    def _colour(octaves_db: FloatArray) -> FloatArray:
        """Brightness and body: two octaves' means re the middle, (..., 2) dB."""
        middle = octaves_db[..., 3:6].mean(-1)
        high, low = octaves_db[..., 6:9].mean(-1) - middle, octaves_db[..., 1:3].mean(-1) - middle
        return np.stack([high, low], axis=-1)

    def _typical(self, song: Song) -> FloatArray:
        """How each track would sound well recorded: half way from how it is to its role's mean."""
        colour = self._colour(song.source_db)
        mean = np.array([colour[song.roles == role].mean(0) for role in song.roles])
        return np.asarray(0.5 * (colour + mean))


def _brightness_and_body(tone_db: FloatArray) -> FloatArray:
    """The two colours (n, 2) of a four-band tone (n, 4), dB."""
    low, lowmid, highmid, high = tone_db.T
    return np.stack([(high + highmid) / 2.0 - lowmid, low - lowmid], axis=-1)


def draw_shifted(rng: np.random.Generator) -> Listener:
    """A listener of the population `shift`."""
    return _ShiftedListener(_SHIFT, rng)


def draw_diverse(rng: np.random.Generator) -> Listener:
    """A listener of the population `diverse`."""
    return Listener(_DIVERSE, rng)
