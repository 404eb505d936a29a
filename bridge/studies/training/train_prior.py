"""Train the shipped prior on simulated listeners: ``mixbridge study train-prior``.

Each training listener's mixes are wandered through; in every state every move of every track is
tried, and its true change of utility is the reward. What these rewards say is fitted in
`bridge.studies.training.fit_prior`. Deterministic from the seed. The test listeners of
`bridge.studies.learning.strangers` are never imported here (an import contract says so).
"""

from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
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
from bridge.learning.prior import Prior, encode_prior
from bridge.learning.q_learning import FloatArray
from bridge.mix.params import COLUMN, EQ_COLUMNS, SPECS
from bridge.sim.listeners import Listener
from bridge.sim.songs import SimulatedMix
from bridge.studies.pool import cluster_option, pool_of
from bridge.studies.training.fit_prior import Samples, fit_prior
from bridge.studies.training.makes import USUAL, draw_make
from bridge.studies.training.reliability import join, listen, log_loss

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

_DOUBTS: Final = (0.25, 0.4, 0.6, 0.8, 1.0, 1.4)
"""Of a prior over makes, how many times as much people may differ as they did in the training."""

_LEFT_OUT: Final = 24
"""Makes left out of the training, on which that is decided."""

_COLUMNS: Final = np.array([COLUMN[param] for param in STEP_PARAMS])
_MINIMUM: Final = np.array([SPECS[param].minimum for param in STEP_PARAMS])
_MAXIMUM: Final = np.array([SPECS[param].maximum for param in STEP_PARAMS])


def train_prior(
    people: Iterable[int],
    *,
    seed: int,
    provenance: dict[str, object],
    makes: int = 0,
    left_out: int = _LEFT_OUT,
    pool: Executor | None = None,
) -> bytes:
    """A prior's file, from the simulated listeners of these numbers.

    Args:
        people: The numbers.
        seed: Of makes, listeners and songs.
        makes: Over how many makes of listener and song; 0: the usual one alone.
        left_out: Of a prior over makes: how many others say how much people may differ.
        provenance: What the file says of its making.
        pool: Who plays the listeners; None: this process.
    """
    places = tuple(enumerate(people))
    jobs = ([seed] * len(places), [makes] * len(places), *zip(*places, strict=True))
    found = map(_samples_of, *jobs) if pool is None else pool.map(_samples_of, *jobs)
    tables, taste = fit_prior(Samples.joined([part for parts in found for part in parts]))
    provenance = {**provenance, "seed": seed}
    if makes:
        prior = Prior(tables=tables, taste=taste, provenance={}, checksum="")
        losses = _forecast_losses(prior, range(makes, makes + left_out), seed=seed, pool=pool)
        doubt = min(losses, key=losses.__getitem__)
        taste = _doubting(prior, doubt).taste
        provenance |= {"doubt": doubt, "log_losses": {str(k): v for k, v in losses.items()}}
    return encode_prior(tables=tables, taste=taste, provenance=provenance)


def _forecast_losses(
    prior: Prior, left_out: Iterable[int], *, seed: int, pool: Executor | None
) -> dict[float, float]:
    """How far forecasts of likes are off on makes left out, by how much people may differ."""
    priors = {str(doubt): _doubting(prior, doubt) for doubt in _DOUBTS}
    play = partial(listen, prior, priors, seed)
    found = join(list(map(play, left_out) if pool is None else pool.map(play, left_out)))
    return {doubt: round(log_loss(found[str(doubt)]), 4) for doubt in _DOUBTS}


def _doubting(prior: Prior, doubt: float) -> Prior:
    """The prior where the variance of people is so many times as large."""
    taste = replace(prior.taste, covariance=prior.taste.covariance * doubt)
    return replace(prior, taste=taste)


def _samples_of(seed: int, makes: int, place: int, person: int) -> list[Samples]:
    """What one listener makes of their songs; `place` is theirs among all, from 0."""
    rng = np.random.default_rng([seed, person])
    make = draw_make(seed, person % makes) if makes else USUAL
    listener = make.listener(rng)
    parts = []
    for number in range(_SONGS):
        song = make.song(rng, tracks=_SIZES[(person + number) % len(_SIZES)])
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
@click.option(
    "--makes",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of listeners and songs, to which the listeners are dealt; 0: the usual one alone.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of listeners and songs.")
@cluster_option
def main(out: Path, listeners: int, makes: int, seed: int, cluster: str) -> None:
    """Train what the agent knows before it meets anybody; takes a minute or two."""
    command = f"mixbridge study train-prior --listeners {listeners} --seed {seed}"
    provenance: dict[str, object] = {
        "listeners": listeners,
        "command": f"{command} --makes {makes}" if makes else command,
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
    }
    with pool_of(1, cluster) if cluster else nullcontext() as pool:
        data = train_prior(
            range(listeners), seed=seed, provenance=provenance, makes=makes, pool=pool
        )
    out.write_bytes(data)
    made = f" of {makes} makes" if makes else ""
    click.echo(
        f"{out}: {len(data)} bytes, from {listeners} simulated listeners{made}, seed {seed}."
    )
