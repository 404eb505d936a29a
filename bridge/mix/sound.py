"""What a strip plays by its sound, where its name says nothing: only what is plain to hear.

A role is a bell curve (Gaussian) a feature: the ten octaves against the whole, and how far peaks
stand above the mean (crest). The curves come from `mixbridge study fit-sounds`, which hears this
project's own band and songs, not recordings. So a strip must fit one role far better than all
others before anything is said of it, and most strips stay `Role.OTHER`.
"""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from bridge.mix.roles import ROLES, Role, RoleSource
from bridge.mix.spectrum import FloatArray, to_db, to_power
from bridge.mix.state import MixState, StripState

FEATURES: Final = 11
"""Ten octaves, dB against their sum, and the crest, dB."""

_FLOOR_DB: Final = -40.0
"""An octave that lies so far below the whole says no more by lying lower."""

_EVIDENCE: Final = 0.5
"""Neighbouring octaves say nearly the same: eleven features count as half as many."""

_SURE: Final = 0.9

_LIKELY: Final = 0.5

READS: Final = 8
"""Readings, about one a second, before a role is guessed."""

AUDIBLE_ROLES: Final[frozenset[Role]] = frozenset({Role.KICK, Role.BASS, Role.HATS})
"""The roles that are told by sound. The spectra of all others overlap too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTable:
    """How roles sound.

    Attributes:
        mean: (roles, `FEATURES`) in the order of `ROLES`.
        sd: (roles, `FEATURES`) how far strips of a role lie apart, dB.
    """

    mean: FloatArray
    sd: FloatArray


def features_of(source_db: FloatArray, crest_db: float) -> FloatArray:
    """The features of a strip.

    Args:
        source_db: (10,) mean octave levels before fader and EQ, dBFS.
        crest_db: Mean distance of the peak from the RMS of a reading, dB.
    """
    whole_db = to_db(to_power(source_db).sum())
    return np.append(np.maximum(source_db - whole_db, _FLOOR_DB), crest_db)


def encode_sounds(table: SoundTable, *, provenance: dict[str, Any]) -> bytes:
    """The file's bytes, rounded to a tenth of a dB."""
    rows = {
        str(role): {
            "mean": np.round(table.mean[row], 1).tolist(),
            "sd": np.round(table.sd[row], 1).tolist(),
        }
        for row, role in enumerate(ROLES)
    }
    return json.dumps({"provenance": provenance, "roles": rows}, indent=1).encode() + b"\n"


def decode_sounds(data: bytes) -> SoundTable:
    """The table in a file's bytes.

    Raises:
        ValueError, KeyError: If it is none; a test keeps that from being shipped.
    """
    rows = json.loads(data)["roles"]
    mean, sd = (np.array([rows[str(role)][key] for role in ROLES]) for key in ("mean", "sd"))
    return SoundTable(mean=mean.astype(np.float64), sd=sd.astype(np.float64))


@lru_cache(maxsize=1)
def load_sounds() -> SoundTable:
    """The table that is shipped."""
    return decode_sounds((files("bridge") / "data" / "sounds.json").read_bytes())


def role_by_sound(
    source_db: FloatArray, crest_db: float, table: SoundTable | None = None
) -> tuple[Role, float]:
    """What a strip plays, and how sure that is.

    Args:
        source_db: As for `features_of`; NaN where unknown.
        crest_db: Likewise.
        table: How roles sound; the shipped table where none is given.

    Returns:
        A role of `AUDIBLE_ROLES` and its probability among all roles, .9 to 1; or `Role.OTHER`
        and 0, where nothing is sure.
    """
    if np.isnan(source_db).any() or math.isnan(crest_db):
        return Role.OTHER, 0.0
    role, chance = _nearest_role(source_db, crest_db, table or load_sounds())
    if role in AUDIBLE_ROLES and chance >= _SURE:
        return role, chance
    return Role.OTHER, 0.0


def likely_role(source_db: FloatArray, crest_db: float, table: SoundTable | None = None) -> Role:
    """What a strip may play, to ask a person; arguments as for `role_by_sound`.

    Returns:
        The role that its sound fits better than all others together, else `Role.OTHER`.
    """
    if np.isnan(source_db).any() or math.isnan(crest_db):
        return Role.OTHER
    role, chance = _nearest_role(source_db, crest_db, table or load_sounds())
    return role if chance >= _LIKELY else Role.OTHER


def _nearest_role(source_db: FloatArray, crest_db: float, table: SoundTable) -> tuple[Role, float]:
    """The role that fits best, and its probability among all; `Role.OTHER` and 0 for none."""
    away = (features_of(source_db, crest_db) - table.mean) / table.sd
    fit = -_EVIDENCE * (0.5 * away**2 + np.log(table.sd)).sum(axis=1)
    chance = np.exp(fit - fit.max())
    chance /= chance.sum()
    row = int(chance.argmax())
    # The nearest role of all may still be far: more than two deviations off is none of them.
    is_near = float(np.sqrt((away[row] ** 2).mean())) < 2.0
    return (ROLES[row], float(chance[row])) if is_near else (Role.OTHER, 0.0)


def guess_roles(mix: MixState) -> list[StripState]:
    """Give strips a role by their sound, where nothing else says it and it is plain to hear.

    Such a role stays until the strips play something else. Call this only while no move is on its
    way.

    Returns:
        The strips that have one now and had none.
    """
    found = []
    for row in np.flatnonzero(mix.reads >= READS):
        strip = mix.strips[row]
        if strip.role_source is RoleSource.NOTHING:
            role, _ = role_by_sound(mix.source_db[row], float(mix.crest_db[row]))
            if role is not Role.OTHER:
                strip.sound_role = role
                found.append(strip)
    return found
