"""Train the shipped prior on simulated listeners: ``mixbridge study train-prior``.

Each training listener's mixes are wandered through; in every state every move of every track is
tried, and its true change of utility is the reward. What these rewards say is fitted in
`bridge.studies.training.fit_prior`. Deterministic from the seed. The test listeners of
`bridge.studies.learning.strangers` are never imported here (an import contract says so).
"""

from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray

from bridge import __version__
from bridge.agents.cells import STEP_PARAMS, STEPS, find_cells
from bridge.agents.errors import DIMENSIONS, find_errors
from bridge.agents.features import measure
from bridge.agents.side_effects import forecast_levels
from bridge.learning.prior import encode_prior
from bridge.learning.q_learning import FloatArray
from bridge.mix.params import COLUMN, EQ_COLUMNS, SPECS
from bridge.sim.listeners import Listener, draw_listener
from bridge.sim.songs import SimulatedMix, make_song
from bridge.studies.pool import cluster_option, pool_of
from bridge.studies.training.fit_prior import Samples, fit_prior

_SIZES: Final = (16, 8, 24)
_SONGS: Final = 2
_STATES: Final = 30
"""States that are looked at on the way through one song."""

_WANDERING: Final = 3.0
"""How wrong the wanderer is about what moves are worth, in just noticeable changes."""

_STRAY: Final = 0.2
"""The share of the wanderer's moves that are made at random."""

_MOST_REWARD: Final = 10.0
"""A move that is worth more just noticeable changes than this counts as this many."""

_LEAST_CHANGE: Final = 1e-6

_COLUMNS: Final = np.array([COLUMN[param] for param in STEP_PARAMS])
_MINIMUM: Final = np.array([SPECS[param].minimum for param in STEP_PARAMS])
_MAXIMUM: Final = np.array([SPECS[param].maximum for param in STEP_PARAMS])


def train_prior(
    people: Iterable[int],
    *,
    seed: int,
    provenance: dict[str, object],
    pool: Executor | None = None,
) -> bytes:
    """A prior's file, from the simulated listeners of these numbers.

    Args:
        people: The numbers.
        seed: Of listeners and songs.
        provenance: What the file says of its making.
        pool: Who plays the listeners; None: this process.
    """
    places = tuple(enumerate(people))
    jobs = ([seed] * len(places), *zip(*places, strict=True))
    found = map(_samples_of, *jobs) if pool is None else pool.map(_samples_of, *jobs)
    tables, taste = fit_prior(Samples.joined([part for parts in found for part in parts]))
    return encode_prior(
        tables=tables,
        taste=taste,
        provenance={**provenance, "seed": seed},
    )


def _samples_of(seed: int, place: int, person: int) -> list[Samples]:
    """What one listener makes of their songs; `place` is theirs among all, from 0."""
    rng = np.random.default_rng([seed, person])
    listener = draw_listener(rng)
    parts = []
    for number in range(_SONGS):
        song = make_song(rng, tracks=_SIZES[(person + number) % len(_SIZES)])
        mix = SimulatedMix(song, meter_noise_db=0.0)
        parts.append(_wander(mix, listener, rng, person=person, song=place * _SONGS + number))
    return parts


def _wander(
    mix: SimulatedMix, listener: Listener, rng: np.random.Generator, *, person: int, song: int
) -> Samples:
    """Walk through a song as somebody who half knows what helps, and note what all moves do."""
    first_loudness = measure(mix.observe(rng)).loudness
    utility = listener.utility(mix.song, mix.values)
    roles = mix.song.roles
    parts = []
    for state in range(_STATES):
        observation = mix.observe(rng)
        features = measure(observation)
        error, _ = find_errors(features, observation, np.zeros((roles.size, len(DIMENSIONS))))
        drift_db = features.loudness - first_loudness
        cells = find_cells(features, roles, mix.values[:, EQ_COLUMNS], drift_db=drift_db)
        mixes, is_change = _one_move_away(mix.values)
        utilities = listener.utilities(mix.song, mixes).reshape(is_change.shape)
        changes = (utilities - utility) / listener.threshold
        rewards = np.where(is_change, np.clip(changes, -_MOST_REWARD, _MOST_REWARD), np.nan)
        mix_db, own_db = forecast_levels(features.power)
        outwards = features.outward[:, None] > 0.0
        rewards[:, 12:] = np.where(outwards, rewards[:, 12:], rewards[:, :11:-1])
        parts.append(
            Samples(
                person=np.full(roles.size, person),
                song=np.full(roles.size, song),
                role=roles,
                first=np.column_stack([cells.gain, cells.eq, cells.pan]),
                error=error,
                rewards=rewards,
                mix_db=mix_db,
                own_db=own_db,
                state=np.full(roles.size, song * _STATES + state),
                is_late=np.full(roles.size, state >= _STATES * 0.6),
            )
        )
        seems = np.where(is_change, np.clip(changes, -20.0, 20.0), -np.inf)
        seems = seems + rng.normal(0.0, _WANDERING, seems.shape)
        chosen = int(seems.argmax())
        if rng.random() < _STRAY:
            chosen = int(rng.choice(np.flatnonzero(is_change)))
        mix.values = mixes[chosen]
        utility = float(utilities.ravel()[chosen])
    return Samples.joined(parts)


def _one_move_away(values: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """All mixes (n * 14, n, 6) that are one move away, and which of them (n, 14) are a change."""
    tracks = len(values)
    moved = np.clip(values[:, _COLUMNS] + STEPS, _MINIMUM, _MAXIMUM)
    mixes = np.broadcast_to(values, (tracks, STEPS.size, *values.shape)).copy()
    row, move = np.arange(tracks)[:, None], np.arange(STEPS.size)
    mixes[row, move, row, _COLUMNS] = moved
    is_change = np.abs(moved - values[:, _COLUMNS]) > _LEAST_CHANGE
    return mixes.reshape(-1, *values.shape), is_change


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--listeners", type=click.IntRange(min=2), default=160, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of listeners and songs.")
@cluster_option
def main(out: Path, listeners: int, seed: int, cluster: str) -> None:
    """Train what the agent knows before it meets anybody; takes a minute or two."""
    provenance: dict[str, object] = {
        "listeners": listeners,
        "command": f"mixbridge study train-prior --listeners {listeners} --seed {seed}",
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
    }
    with pool_of(1, cluster) if cluster else nullcontext() as pool:
        data = train_prior(range(listeners), seed=seed, provenance=provenance, pool=pool)
    out.write_bytes(data)
    click.echo(f"{out}: {len(data)} bytes, from {listeners} simulated listeners, seed {seed}.")
