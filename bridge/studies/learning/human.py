"""Listeners whose tastes are spread as people's are: no training code may import this module.

They hear as everyone else does (`bridge.sim.listeners`). What they want follows what 46 people did
in 90 mixes of 13 songs (`bridge/data/human`, with source and licence):

* Of a role's level a person keeps little from song to song: a standard deviation of 1.4 dB is the
  person's, 2.5 dB the song's.
* The tone that is wanted of a track is the one that it has. On top come what people's filters do to
  its role on average, and a spread with a long tail: in half of the bands they stay within 1 dB, in
  one of ten they go beyond 4. What deviates from the role by more than 6 dB is a fault, and wanted
  back.
* Distance from the centre: .06 is the person's, .20 the song's.

A person hard to read is the same with a noisier ear and more slips: the condition `hard-to-read`.
"""

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from bridge.mix.roles import ROLES, Role
from bridge.mix.spectrum import FloatArray, four_bands_db, to_db, to_power
from bridge.sim.listeners import TONE_DB, Hearing, Listener
from bridge.sim.songs import Song

_PERSON: Final = Hearing(level_sd=1.4, tone_sd=0.6, width_sd=0.06)
_SONG_LEVEL_SD: Final = 2.5
_SONG_WIDTH_SD: Final = 0.2
_TAIL_SHARE: Final = 0.35
_TAIL_SD: Final = 3.5
_FAULT_DB: Final = 6.0

# Roles that the data has no row for, and whose filters are taken for theirs.
_LIKE: Final = {Role.PAD: Role.KEYS, Role.STRINGS: Role.KEYS, Role.FX: Role.OTHER}
_TONES: Final = ("tone_low", "tone_lowmid", "tone_highmid", "tone_high")
_USUAL_SD: Final = 1.0


@lru_cache(maxsize=1)
def _filters() -> tuple[FloatArray, FloatArray]:
    """(roles, 4) what people's EQ does to a role beyond its loudness, dB: mean, and spread."""
    text = (files("bridge") / "data" / "human" / "role_stats.tsv").read_text(encoding="utf-8")
    rows = {row["role"]: row for row in csv.DictReader(text.splitlines(), delimiter="\t")}
    own = [rows[_LIKE.get(role, role)] for role in ROLES]
    share = np.array([[float(row["eq_share"])] for row in own])
    mean = np.array([[float(row[tone] or 0.0) for tone in _TONES] for row in own])
    sd = np.array([[float(row[f"{tone}_sd"] or _USUAL_SD) for tone in _TONES] for row in own])
    return mean * share, np.minimum(sd, 2.0 * _USUAL_SD) * share


class HumanListener(Listener):
    """One person of the population `human`."""

    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(_PERSON, rng)
        mean, _ = _filters()
        self._eq = mean + self._tone - TONE_DB

    def _wants_of(self, song: Song) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Wanted level (n,), tone (n, 4) and width (n,) in a song."""
        if self._wants is None or self._wants[0] is not song:
            fingerprint = int(np.abs(song.source_db).sum() * 1000.0)
            rng = np.random.Generator(np.random.PCG64([self._song_seed, fingerprint]))
            roles = song.roles
            level = self._level + rng.normal(0.0, _SONG_LEVEL_SD, len(ROLES))
            width = self._width + rng.normal(0.0, _SONG_WIDTH_SD, len(ROLES))
            others = np.array([np.sum(roles == role) for role in roles])
            tone = self._tone_of(song, rng)
            wants = (
                level[roles] - 5.0 * np.log10(others),
                tone,
                np.clip(width[roles], 0.0, 1.0),
            )
            self._wants = (song, wants)
        return self._wants[1]

    def _tone_of(self, song: Song, rng: np.random.Generator) -> FloatArray:
        """(n, 4) the tone that is wanted of each track of a song."""
        _, spread = _filters()
        bands = four_bands_db(song.source_db)
        own = bands - to_db(to_power(bands).sum(-1))[:, None]
        off = own - TONE_DB[song.roles]
        fault = np.sign(off) * np.maximum(np.abs(off) - _FAULT_DB, 0.0)
        # Bands in which a track has next to nothing are no fault of it.
        is_filled = np.maximum(own, TONE_DB[song.roles]) > -_FAULT_DB * 2.0
        tail = np.where(rng.random(off.shape) < _TAIL_SHARE, _TAIL_SD, 0.0)
        sd = np.hypot(0.7 * spread[song.roles], tail)
        drawn = rng.normal(0.0, 1.0, off.shape) * sd
        return np.asarray(own - fault * is_filled + self._eq[song.roles] + drawn)


def draw_human(rng: np.random.Generator) -> Listener:
    """A listener of the population `human`."""
    return HumanListener(rng)
