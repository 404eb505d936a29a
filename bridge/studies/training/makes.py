"""Makes of listeners and songs: what the prior is trained over, so that no single one decides.

Nobody knows how people hear, what they weigh, how far they differ, or how songs come to the bridge.
A make is one guess at all of that: a model of hearing, a utility, a spread of tastes, how answers
come about, how songs were recorded, roughly mixed and named. Many makes are drawn; where they
agree, the prior is sure, and where they do not, it is in doubt. Makes that are left out of a
training show whether it is in enough doubt (`reliability`).

The ranges are this module's own guesses around the listener of `bridge.sim.listeners`, made as wide
as its author could believe. The listeners of the published figures are not among them.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.mix.params import COLUMN, SPECS, Param
from bridge.mix.roles import ROLES
from bridge.mix.spectrum import FloatArray
from bridge.sim.listeners import EAR_NOISE_JND, FLIPS, Hearing, Listener
from bridge.sim.songs import CARELESS_DB, Song, make_song

_WORD: Final = 4_201
"""Added to the seed of a make, so that no person is drawn from the same numbers."""

_GAIN: Final = COLUMN[Param.GAIN]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Make:
    """One make of listener and song.

    Attributes:
        hearing: How its listeners hear, weigh and differ.
        noise_jnd: How uncertain their ears are, just noticeable changes.
        flips: Share of their thumbs that say the opposite of what was heard.
        meter_noise_db: Standard deviation of one reading of one octave.
        careless_db: How far a rough mix has its faders off, standard deviation.
        sound_db: (roles, 10) how its sources of a role differ from the usual, dB by octave.
        rough_db: (roles,) how its rough mixes differ from the usual, dB.
        nameless: Share of its tracks whose names show no role.
    """

    hearing: Hearing
    noise_jnd: float
    flips: float
    meter_noise_db: float
    careless_db: float
    sound_db: FloatArray
    rough_db: FloatArray
    nameless: float

    def listener(self, rng: np.random.Generator) -> Listener:
        """One person of this make."""
        return Listener(self.hearing, rng)

    def song(self, rng: np.random.Generator, *, tracks: int) -> Song:
        """One of its songs, with a rough mix."""
        song = make_song(rng, tracks=tracks, careless_db=self.careless_db)
        values = song.start_values.copy()
        values[:, _GAIN] = np.clip(
            values[:, _GAIN] + self.rough_db[song.roles], -50.0, SPECS[Param.GAIN].maximum
        )
        return replace(
            song, source_db=song.source_db + self.sound_db[song.roles], start_values=values
        )


USUAL: Final = Make(
    hearing=Hearing(),
    noise_jnd=EAR_NOISE_JND,
    flips=FLIPS,
    meter_noise_db=1.0,
    careless_db=CARELESS_DB,
    sound_db=np.zeros((len(ROLES), 10)),
    rough_db=np.zeros(len(ROLES)),
    nameless=0.0,
)
"""The make that all others are drawn around."""


def draw_make(seed: int, number: int) -> Make:
    """The make of that number."""
    rng = np.random.default_rng([seed, _WORD, number])
    spread = float(np.exp(rng.normal(0.0, 0.35)))
    hearing = Hearing(
        exponent=float(rng.uniform(0.18, 0.4)),
        masking=float(rng.uniform(0.0, 0.7)) if rng.random() < 0.8 else 0.0,
        weights=_draw_weights(rng),
        tolerance=float(np.exp(rng.normal(0.0, 0.3))),
        level_sd=1.8 * spread,
        tone_sd=1.5 * spread * float(np.exp(rng.normal(0.0, 0.2))),
        width_sd=0.12 * spread * float(np.exp(rng.normal(0.0, 0.2))),
        song_share=float(rng.uniform(0.3, 1.2)),
        level_shift=tuple(rng.normal(0.0, 0.8, len(ROLES)).tolist()),
        tone_shift=tuple(rng.normal(0.0, 0.5, 4).tolist()),
    )
    return Make(
        hearing=hearing,
        noise_jnd=float(rng.uniform(0.4, 1.5)),
        flips=float(rng.uniform(0.03, 0.2)),
        meter_noise_db=float(rng.uniform(0.0, 1.5)),
        careless_db=float(rng.uniform(3.0, 6.5)),
        sound_db=rng.normal(0.0, 1.5, (len(ROLES), 10)),
        rough_db=rng.normal(0.0, 1.0, len(ROLES)),
        nameless=float(rng.choice([0.0, 0.1, 0.2])),
    )


def _draw_weights(rng: np.random.Generator) -> tuple[float, ...]:
    """How much each term of the utility counts, some of them nothing; the level stays the unit."""
    weights = np.array(Hearing().weights) * np.exp(rng.normal(0.0, 0.5, len(Hearing().weights)))
    is_absent = rng.random(weights.size) < 0.15
    weights[1:][is_absent[1:]] = 0.0
    weights[0] = 1.0
    return tuple(weights.tolist())
