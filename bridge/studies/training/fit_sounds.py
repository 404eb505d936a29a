"""How roles sound, for strips whose name says nothing: ``mixbridge study fit-sounds``.

There is no recorded music in this project, so two makers of sound are heard that know nothing of
each other: the band of `bridge.sim.band`, as audio through the console's meters, and the songs of
`bridge.sim.songs`, spectra written from general knowledge of instruments. What is told is how far
a table of one of them goes on the other; the shipped table is of both.
"""

from pathlib import Path
from typing import Final

import click
import numpy as np

from bridge import __version__
from bridge.mix.params import MOVABLE
from bridge.mix.roles import ROLES, Role
from bridge.mix.sound import (
    AUDIBLE_ROLES,
    FEATURES,
    SoundTable,
    encode_sounds,
    features_of,
    role_by_sound,
)
from bridge.mix.spectrum import FloatArray, to_db, to_power
from bridge.mix.state import METER_COLUMNS
from bridge.sim.band import make_band
from bridge.sim.console import Console
from bridge.sim.songs import make_song
from bridge.sim.stems import Stems

_BLOCK_S: Final = 0.25
_BLOCKS: Final = 4  # a reading a second, as the engine gets them
_BANDS: Final = 3
_SECONDS: Final = 8
_SONGS: Final = 40
_TRACKS: Final = 24
_LEAST_SD_DB: Final = 5.0
"""Players, microphones and rooms differ by more than what was simulated."""

# Crests of the roles that the band lacks, dB: general knowledge. Drum rooms and loops are struck,
# strings are bowed, effects and whatever else may be anything.
_CRESTS_DB: Final = {Role.DRUMS: 16.0, Role.STRINGS: 11.0, Role.FX: 12.0, Role.OTHER: 13.0}
_CREST_SD_DB: Final = 3.0

Heard = list[tuple[Role, FloatArray]]
"""Strips: the role, and the `FEATURES`."""


def measure_bands(count: int, *, first: int = 0, seconds: int = _SECONDS) -> Heard:
    """The strips of some bands, as the engine would hear them.

    Args:
        count: Bands.
        first: The first one's seed.
        seconds: How long each plays.
    """
    return [
        each for seed in range(first, first + count) for each in _measure(make_band(seed), seconds)
    ]


def _measure(stems: Stems, seconds: int) -> Heard:
    console = Console(stems, np.zeros((len(stems.names), len(MOVABLE))))
    power = np.zeros((len(stems.names), METER_COLUMNS))
    crest = np.zeros(len(stems.names))
    for _ in range(seconds):
        blocks = to_power(np.array([console.play(_BLOCK_S) for _ in range(_BLOCKS)]))
        reading = blocks.mean(axis=0)
        crest += to_db(blocks[:, :, 1].max(axis=0)) - to_db(reading[:, 0])
        power += reading
    octaves = to_db(power[:, 2:] / seconds)
    return [
        (role, features_of(octaves[row], float(crest[row]) / seconds))
        for row, role in enumerate(stems.roles)
    ]


def draw_songs(count: int, crests_db: dict[Role, float], *, first: int = 0) -> Heard:
    """The strips of some songs, with the crests that their roles are known to have."""
    heard: Heard = []
    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        song = make_song(rng, tracks=_TRACKS)
        for row, index in enumerate(song.roles):
            role = ROLES[index]
            crest_db = crests_db[role] + rng.normal(0.0, _CREST_SD_DB)
            heard.append((role, features_of(song.source_db[row], crest_db)))
    return heard


def crests_of(heard: Heard) -> dict[Role, float]:
    """The mean crest of each role, dB: as heard, or else as is generally known."""
    found = {
        role: float(np.mean([features[-1] for each, features in heard if each is role]))
        for role in {each for each, _ in heard}
    }
    return _CRESTS_DB | found


def fit(heard: Heard) -> SoundTable:
    """Means and deviations a role; one that was not heard gets those of everything."""
    everything = np.array([features for _, features in heard])
    mean, sd = np.zeros((2, len(ROLES), FEATURES))
    for row, role in enumerate(ROLES):
        own = np.array([features for each, features in heard if each is role])
        own = own if own.size else everything
        mean[row], sd[row] = own.mean(axis=0), own.std(axis=0)
    return SoundTable(mean=mean, sd=np.hypot(sd, _LEAST_SD_DB))


def score(heard: Heard, table: SoundTable) -> tuple[int, int, int]:
    """How many strips were told and rightly, told at all, and could have been told."""
    told = [(role, role_by_sound(each[:-1], float(each[-1]), table)[0]) for role, each in heard]
    right = sum(said is role for role, said in told)
    right -= sum(said is role is Role.OTHER for role, said in told)
    said = sum(said is not Role.OTHER for _, said in told)
    return right, said, sum(role in AUDIBLE_ROLES for role, _ in told)


@click.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the table here."
)
def main(out: Path | None) -> None:
    """Fit how roles sound, and say how far that goes."""
    bands = measure_bands(_BANDS)
    crests = crests_of(bands)
    songs = draw_songs(_SONGS, crests)
    of_both = fit(bands + songs)
    rows = (
        ("songs", "other songs", fit(songs), draw_songs(_SONGS, crests, first=_SONGS)),
        ("songs", "the bands", fit(songs), bands),
        ("both", "other bands", of_both, measure_bands(2, first=_BANDS)),
        ("both", "other songs", of_both, draw_songs(_SONGS, crests, first=_SONGS)),
    )
    for fitted, on, table, heard in rows:
        right, said, could = score(heard, table)
        click.echo(
            f"fitted on {fitted}, tried on {on}: {right} of {said} right, {could} could be told"
        )
    if out:
        provenance = {
            "command": "mixbridge study fit-sounds",
            "version": __version__,
            "bands": _BANDS,
            "songs": _SONGS,
        }
        out.write_bytes(encode_sounds(of_both, provenance=provenance))
