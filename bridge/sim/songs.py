"""Songs made of spectra: a line-up, how each track sounds, and a rough mix that needs work.

No audio: a track is its mean octave levels before the fader. That is what a session of hours of
simulated listening can afford, and what the agent's meters would say of real tracks.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.mix.params import COLUMN, MOVABLE, SPECS, Param
from bridge.mix.roles import ROLE_INDEX, ROLES, Role
from bridge.mix.spectrum import FloatArray, eq_curve_db, loudness_db, to_db, to_power
from bridge.mix.state import Observation

# Octave levels of close-miked and synthetic sources relative to their loudest octave, dB, 31.5 Hz
# to 16 kHz: general knowledge of instruments (fundamental ranges, spectral tilt, air), by hand.
_SPECTRA_DB: Final[dict[Role, tuple[int, ...]]] = {
    Role.KICK: (-8, 0, -4, -14, -18, -19, -18, -20, -26, -36),
    Role.SNARE: (-40, -26, -8, 0, -5, -8, -7, -8, -11, -17),
    Role.HATS: (-60, -50, -42, -34, -26, -18, -11, -4, 0, -4),
    Role.DRUMS: (-14, -3, -4, -3, -6, -8, -8, -8, -8, -13),
    Role.BASS: (-9, 0, -2, -6, -12, -18, -22, -30, -40, -52),
    Role.GUITAR: (-48, -24, -6, 0, -2, -3, -5, -10, -20, -34),
    Role.KEYS: (-36, -18, -5, 0, -1, -6, -11, -17, -26, -38),
    Role.LEAD: (-52, -34, -12, -2, 0, -4, -6, -10, -15, -24),
    Role.BACKING: (-54, -36, -14, -4, 0, -3, -6, -9, -14, -22),
    Role.PAD: (-34, -16, -5, 0, -2, -6, -12, -18, -26, -38),
    Role.STRINGS: (-44, -22, -7, -1, 0, -3, -7, -12, -18, -30),
    Role.FX: (-26, -16, -9, -5, -3, -1, 0, -2, -6, -12),
    Role.OTHER: (-34, -18, -7, -2, 0, -3, -7, -12, -18, -28),
}
_SPECTRUM_DB: Final[FloatArray] = np.array([_SPECTRA_DB[role] for role in ROLES], dtype=np.float64)

_CORE: Final = (Role.LEAD, Role.KICK, Role.SNARE, Role.BASS)
# How often a further track has each role: rock and pop sessions have many guitars and voices.
_FURTHER: Final[dict[Role, float]] = {
    Role.HATS: 3,
    Role.DRUMS: 3,
    Role.GUITAR: 6,
    Role.KEYS: 4,
    Role.BACKING: 4,
    Role.PAD: 2,
    Role.STRINGS: 1.5,
    Role.FX: 1.5,
    Role.OTHER: 1,
    Role.BASS: 0.5,
    Role.KICK: 0.5,
    Role.SNARE: 0.7,
}

# Where a hurried engineer leaves each role, K-weighted dB below the mix, before the errors.
_ROUGH_DB: Final[dict[Role, float]] = dict.fromkeys(ROLES, -12.0) | {
    Role.KICK: -9.0,
    Role.SNARE: -9.0,
    Role.BASS: -9.0,
    Role.LEAD: -6.0,
    Role.PAD: -16.0,
    Role.FX: -18.0,
    Role.HATS: -17.0,
}
_CENTRED: Final = (Role.KICK, Role.SNARE, Role.BASS, Role.LEAD)
_MIX_LUFS: Final = -20.0
CARELESS_DB: Final = 4.5
"""How far a hurried engineer leaves faders from where they meant them, standard deviation."""

_MEMORY_READS: Final = 24  # as `bridge.mix.state` averages


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Song:
    """A multitrack, by its spectra, and the mix it comes with.

    Attributes:
        names: The tracks' names.
        roles: (n,) index into `ROLES`.
        source_db: (n, 10) mean octave levels before fader and EQ, dBFS.
        start_values: (n, 6) where the controls stand at first, in the order of `MOVABLE`.
    """

    names: tuple[str, ...]
    roles: NDArray[np.int64]
    source_db: FloatArray
    start_values: FloatArray


def make_song(
    rng: np.random.Generator, *, tracks: int = 16, careless_db: float = CARELESS_DB
) -> Song:
    """Draw a song: who plays, how they were recorded, and a rough mix.

    Args:
        rng: The only source of chance.
        tracks: How many.
        careless_db: How far the rough mix has its faders off, standard deviation.
    """
    roles = _draw_roles(rng, tracks)
    source_db = _draw_sources(rng, roles)
    values = np.zeros((tracks, len(MOVABLE)))
    wanted = np.array([_ROUGH_DB[ROLES[role]] for role in roles])
    errors = rng.normal(0.0, careless_db, tracks)
    gain = _MIX_LUFS + wanted + errors - loudness_db(source_db)
    values[:, COLUMN[Param.GAIN]] = np.clip(gain, -50.0, SPECS[Param.GAIN].maximum)
    values[:, COLUMN[Param.PAN]] = _draw_pans(rng, roles)
    counts = {role: 0 for role in ROLES}
    names = []
    for role in (ROLES[index] for index in roles):
        counts[role] += 1
        names.append(f"{role.capitalize()} {counts[role]}")
    return Song(names=tuple(names), roles=roles, source_db=source_db, start_values=values)


def _draw_roles(rng: np.random.Generator, tracks: int) -> NDArray[np.int64]:
    core = [role for role in _CORE if role is Role.LEAD or rng.random() < 0.92]
    weights = np.array(list(_FURTHER.values()))
    further = rng.choice(
        [ROLE_INDEX[role] for role in _FURTHER], size=tracks, p=weights / weights.sum()
    )
    roles = np.concatenate([[ROLE_INDEX[role] for role in core], further])[:tracks]
    return np.asarray(roles, dtype=np.int64)


def _draw_sources(rng: np.random.Generator, roles: NDArray[np.int64]) -> FloatArray:
    """Spectra with the player's, the microphone's and the recording's own colour."""
    tracks = len(roles)
    tilt = rng.normal(0.0, 0.6, (tracks, 1)) * np.linspace(-4.5, 4.5, 10)
    source_db = _SPECTRUM_DB[roles] + tilt + rng.normal(0.0, 1.5, (tracks, 10))
    is_coloured = rng.random(tracks) < 0.5
    colour = np.zeros((tracks, 4))
    colour[np.arange(tracks), rng.integers(0, 4, tracks)] = rng.uniform(3.0, 7.0, tracks)
    colour *= rng.choice([-1.0, 1.0], (tracks, 1)) * is_coloured[:, None]
    source_db += eq_curve_db(colour)
    rms = to_db(to_power(source_db).sum(axis=1))
    return source_db - rms[:, None] + rng.uniform(-32.0, -16.0, (tracks, 1))


def _draw_pans(rng: np.random.Generator, roles: NDArray[np.int64]) -> FloatArray:
    tracks = len(roles)
    is_centred = np.array([ROLES[role] in _CENTRED for role in roles])
    side = rng.choice([-1.0, 1.0], tracks)
    kept = np.where(is_centred, 0.0, side * rng.uniform(0.1, 0.6, tracks))
    careless = np.where(rng.random(tracks) < 0.6, 0.0, rng.uniform(-0.8, 0.8, tracks))
    return np.where(rng.random(tracks) < 0.45, careless, kept)


class SimulatedMix:
    """A console without sound: holds the values of a song and says what meters would.

    Args:
        song: What is mixed.
        meter_noise_db: Standard deviation of one reading of one octave; readings are averaged.
    """

    def __init__(self, song: Song, *, meter_noise_db: float = 1.0) -> None:
        self.song = song
        self.values = song.start_values.copy()
        self._noise_db = meter_noise_db
        self._error_db = np.zeros_like(song.source_db)
        self._reads = 0

    def observe(self, rng: np.random.Generator) -> Observation:
        """One more reading of all meters, and what is known then."""
        share = 1.0 / (min(self._reads, _MEMORY_READS) + 1.0)
        noise = rng.normal(0.0, 1.0, self.song.source_db.shape) * self._noise_db
        self._error_db += share * (noise - self._error_db)
        self._reads += 1
        return self.last_observation()

    def last_observation(self) -> Observation:
        """What is known without another reading."""
        source_db = self.song.source_db + self._error_db
        count = len(self.song.names)
        return Observation(
            keys=self.song.names,
            names=self.song.names,
            roles=self.song.roles,
            values=self.values.copy(),
            source_db=source_db,
            level_db=to_db(to_power(source_db).sum(axis=1)),
            audible=np.ones(count, dtype=np.bool_),
            reads=np.full(count, float(self._reads)),
        )

    def move(self, row: int, param: Param, step: float) -> None:
        """Move a control, no further than it goes."""
        spec, column = SPECS[param], COLUMN[param]
        moved = self.values[row, column] + step
        self.values[row, column] = min(max(moved, spec.minimum), spec.maximum)
