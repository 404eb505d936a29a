"""Train what the sound task knows of synths and people: ``mixbridge study train-sound``.

Patches of toy synths are drawn, every step of every knob is made and heard, and the same note is
heard twice. From these come what one standard deviation of a feature is, what a role of knob
usually does and with what doubt, and the Q-table: each step's true fall of the distance towards
other patches of the same synth, and towards points on the way there. With a discount of 0 and steps
of one over the visits Q-learning ends at the mean reward of each cell, which is what is computed.

Deterministic from the seed. The synths and people of `bridge.studies.sound` are never imported here
(an import contract says so).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import numpy as np

from bridge import __version__
from bridge.errors import AudioError
from bridge.learning.bins import bin_weights
from bridge.learning.comparisons import costs
from bridge.learning.prior import encode_prior
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.learning.taste import TastePrior
from bridge.sim.synths import MAKES, SAMPLE_RATE, Synth, draw_synth
from bridge.sim.taste_listeners import draw_sound_listener
from bridge.tasks.sound.cells import BINS, ERROR_EDGES, STEPS, THIRDS, thirds
from bridge.tasks.sound.distance import FEATURES
from bridge.tasks.sound.effects import HEARD
from bridge.tasks.sound.note import measure_note
from bridge.tasks.sound.roles import KNOB_ROLES, KnobRole, find_knobs

_PATCHES: Final = 4
"""Patches of one synth: each is a target for the others."""

_WAYS: Final = (1.0, 0.5, 0.2)
"""How near to a start its targets are: late in a search all errors are small."""

_LEAST_WAY: Final = 0.05
_LEAST_DOUBT: Final = 0.2
_LEAST_SD: Final = 0.1
_PEOPLE: Final = 2_000
_MEMBER_SD: Final = 0.3
"""How much one person wants two basses to differ, standard deviations; a guess."""

_SONG_SD: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundSamples:
    """What was heard.

    Attributes:
        synth: (patches,) which synth each is of.
        thirds: (patches, roles) where each knob stands.
        heard: (patches, 7) raw features and level, dB.
        again: (patches, 7) the same note a second time.
        ways: (patches, roles, 4) how far each step turned; NaN where the knob was at its end or
            nothing was heard.
        after: (patches, roles, 4, 7) what was heard then.
    """

    synth: IntArray
    thirds: IntArray
    heard: FloatArray
    again: FloatArray
    ways: FloatArray
    after: FloatArray


def record_samples(synths: int, *, seed: int) -> SoundSamples:
    """Play and hear all steps of `_PATCHES` patches of each of so many synths."""
    numbers, places, heard, again, ways, after = [], [], [], [], [], []
    for number in range(synths):
        rng = np.random.default_rng([seed, number])
        synth = draw_synth(MAKES[number % len(MAKES)], rng)
        columns = _columns(synth)
        for _ in range(_PATCHES):
            positions = rng.random(len(synth.names))
            first, second = _measure(synth, positions, rng), _measure(synth, positions, rng)
            if np.isnan(first).any() or np.isnan(second).any():
                continue
            turned = np.clip(positions[columns, None] + STEPS, 0.0, 1.0)
            way = turned - positions[columns, None]
            way[np.abs(way) < _LEAST_WAY] = np.nan
            found = np.full((*way.shape, HEARD), np.nan)
            for row, step in np.argwhere(np.isfinite(way)):
                moved = positions.copy()
                moved[columns[row]] = turned[row, step]
                found[row, step] = _measure(synth, moved, rng)
            way[np.isnan(found).any(axis=-1)] = np.nan
            numbers.append(number)
            places.append(thirds(positions[columns]))
            heard.append(first)
            again.append(second)
            ways.append(way)
            after.append(found)
    return SoundSamples(
        synth=np.array(numbers),
        thirds=np.array(places),
        heard=np.array(heard),
        again=np.array(again),
        ways=np.array(ways),
        after=np.array(after),
    )


def _columns(synth: Synth) -> IntArray:
    """(roles,) which knob of a synth has each role."""
    by_role = {knob.role: knob.index for knob in find_knobs(synth.names)}
    return np.array([by_role[role] for role in KnobRole])


def _measure(synth: Synth, positions: FloatArray, rng: np.random.Generator) -> FloatArray:
    """(7,) raw features and level of a note, NaN for silence."""
    try:
        note = measure_note(synth.render(positions, rng), SAMPLE_RATE)
    except AudioError:
        return np.full(HEARD, np.nan)
    return np.append(note.raw(), note.level_db)


def fit_tables(samples: SoundSamples) -> dict[str, FloatArray]:
    """Scale, noise, effects and Q-table from what was heard."""
    mean = np.append(samples.heard[:, :-1].mean(axis=0), 0.0)
    sd = np.append(samples.heard[:, :-1].std(axis=0), 1.0)
    heard, after = (samples.heard - mean) / sd, (samples.after - mean) / sd
    noise = np.sqrt((((samples.again - samples.heard) / sd) ** 2).mean(axis=0) / 2.0)
    slope, doubt = _fit_effects(samples, after - heard[:, None, None], noise)
    return {
        "steps": _fit_steps(samples, heard[:, :-1], after[..., :-1], noise[:-1]),
        "slope": slope,
        "doubt": doubt,
        "noise": noise,
        "mean": mean[:-1],
        "sd": sd[:-1],
    }


def _fit_effects(
    samples: SoundSamples, change: FloatArray, noise: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean slope and its spread, (roles, thirds, 7) each; long steps count more."""
    slope = np.zeros((len(KNOB_ROLES), THIRDS, HEARD))
    doubt = np.zeros_like(slope)
    for role in range(len(KNOB_ROLES)):
        for third in range(THIRDS):
            is_here = samples.thirds[:, role] == third
            way, moved = samples.ways[is_here, role], change[is_here, role]
            is_made = np.isfinite(way)
            way, moved = way[is_made][:, None], moved[is_made]
            weight, found = way**2, moved / way
            total = weight.sum()
            slope[role, third] = (weight * found).sum(axis=0) / total
            # Two notes differ by their noise even where the knob does nothing.
            spread = weight * ((found - slope[role, third]) ** 2 - 2.0 * (noise / way) ** 2)
            doubt[role, third] = np.sqrt(np.maximum(spread.sum(axis=0) / total, _LEAST_DOUBT**2))
    return slope, doubt


def _fit_steps(
    samples: SoundSamples, heard: FloatArray, after: FloatArray, noise: FloatArray
) -> FloatArray:
    """(162, 48) the mean reward of every cell and action."""
    shape = (len(FEATURES), BINS, THIRDS, len(KNOB_ROLES), STEPS.size)
    rewards, visits = np.zeros(shape), np.zeros(shape)
    roles = np.arange(len(KNOB_ROLES))
    sd = np.maximum(noise, _LEAST_SD)
    for start in range(len(heard)):
        others = np.flatnonzero(samples.synth == samples.synth[start])
        for target in others[others != start]:
            for share in _WAYS:
                error = share * (heard[start] - heard[target])
                drop = costs(error) - costs(error + after[start] - heard[start])
                weights = bin_weights(error, sd, ERROR_EDGES)[:, :, None, None]
                is_made = np.isfinite(samples.ways[start])
                drop = np.where(is_made[..., None], drop, 0.0)
                place = (slice(None), slice(None), samples.thirds[start], roles)
                # With an index between slices numpy gives (features, bins, roles, steps).
                rewards[place] += weights * np.moveaxis(drop, -1, 0)[:, None]
                visits[place] += weights * is_made
    # A state has a sixth of its weight on each feature; the sum of six means is six times that.
    values = len(FEATURES) * rewards / np.maximum(visits, 1.0)
    return values.reshape(len(FEATURES) * BINS * THIRDS, -1)


def fit_taste(*, seed: int) -> TastePrior:
    """What simulated people want: their average, and how they differ."""
    rng = np.random.default_rng([seed, _PEOPLE])
    ideals = np.array([draw_sound_listener(rng).ideal for _ in range(_PEOPLE)])
    covariance = np.array([np.cov(ideals[:, :, column].T) for column in range(len(FEATURES))])
    return TastePrior(
        mean=ideals.mean(axis=0),
        covariance=covariance,
        song_sd=np.full(len(FEATURES), _SONG_SD),
        member_sd=np.full(len(FEATURES), _MEMBER_SD),
    )


def train_sound(synths: int, *, seed: int, provenance: dict[str, object]) -> bytes:
    """The prior's file."""
    return encode_prior(
        tables=fit_tables(record_samples(synths, seed=seed)),
        taste=fit_taste(seed=seed),
        provenance={**provenance, "seed": seed, "synths": synths},
    )


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--synths", type=click.IntRange(min=3), default=120, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of synths and patches.")
def main(out: Path, synths: int, seed: int) -> None:
    """Train what the sound task knows of synths and people; takes a few minutes."""
    data = train_sound(
        synths,
        seed=seed,
        provenance={
            "command": f"mixbridge study train-sound --synths {synths} --seed {seed}",
            "date": datetime.now(UTC).date().isoformat(),
            "version": __version__,
        },
    )
    out.write_bytes(data)
    click.echo(f"{out}: {len(data)} bytes, from {synths} toy synths, seed {seed}.")
