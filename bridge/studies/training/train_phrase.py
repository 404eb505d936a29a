"""Train what the phrase task knows of notes and people: ``mixbridge study train-phrase``.

The generator's tables play their games by Q-learning; then phrases are drawn and every
transformation is made, from which come what one standard deviation of a feature is, and the Q-table
over transformations: with a discount of 0 and steps of one over the visits Q-learning ends at the
mean reward of each cell, which is what is computed.

Deterministic from the seed. The people of `bridge.studies.phrase` are never imported here (an
import contract says so).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import numpy as np

from bridge import __version__
from bridge.learning.bins import bin_weights
from bridge.learning.comparisons import costs
from bridge.learning.prior import encode_prior
from bridge.learning.q_learning import FloatArray
from bridge.learning.taste import TastePrior
from bridge.mix.phrases import PHRASE_KINDS, PhraseKind
from bridge.sim.taste_listeners import draw_phrase_listener
from bridge.tasks.phrase.context import Context, context_in_key
from bridge.tasks.phrase.features import FEATURES, Scale, raw_features
from bridge.tasks.phrase.generator import QGenerator, train
from bridge.tasks.phrase.prior import ERROR_CELLS, ERROR_EDGES
from bridge.tasks.phrase.transforms import TRANSFORMATIONS, transform

EPISODES: Final = 2_500
_CONTEXTS: Final = 24
_DRAWS: Final = 600
_STARTS: Final = 120
_TARGETS: Final = 60
_LEAST_SD: Final = 0.1
_PEOPLE: Final = 2_000
_MEMBER_SD: Final = 0.3
"""How much one person wants two bass lines to differ, standard deviations; a guess."""

_SONG_SD: Final = 0.3


def draw_context(kind: PhraseKind, rng: np.random.Generator) -> Context:
    """A key and four chords, of which the first is the tonic's."""
    return context_in_key(
        kind,
        tonic=int(rng.integers(12)),
        is_minor=bool(rng.random() < 0.5),
        degrees=[0, *rng.integers(0, 7, 3).tolist()],
    )


def train_notes(*, episodes: int, seed: int) -> tuple[dict[PhraseKind, FloatArray], list[str]]:
    """The generator's tables, and a line about each."""
    tables, lines = {}, []
    for row, kind in enumerate(PHRASE_KINDS):
        rng = np.random.default_rng([seed, row])
        contexts = [draw_context(kind, rng) for _ in range(_CONTEXTS)]
        tables[kind], paid = train(kind, contexts, phrases=episodes, rng=rng)
        count = max(min(100, episodes // 4), 1)
        first, last = np.mean(paid[:count]), np.mean(paid[-count:])
        lines.append(f"{kind}: the rules paid {first:.1f} a phrase at first, {last:.1f} at the end")
    return tables, lines


def fit_features(
    notes: dict[PhraseKind, FloatArray], *, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, sd and the Q-table of the transformations."""
    kinds = len(PHRASE_KINDS)
    mean, sd = np.zeros((kinds, FEATURES)), np.ones((kinds, FEATURES))
    ways = np.zeros((kinds, ERROR_CELLS, TRANSFORMATIONS))
    generator = QGenerator(notes)
    for row, kind in enumerate(PHRASE_KINDS):
        rng = np.random.default_rng([seed, row, 1])
        contexts = [draw_context(kind, rng) for _ in range(_CONTEXTS)]
        drawn = [generator.draw(contexts[k % _CONTEXTS], rng) for k in range(_DRAWS)]
        raw = np.array(
            [raw_features(phrase, contexts[k % _CONTEXTS]) for k, phrase in enumerate(drawn)]
        )
        mean[row], sd[row] = raw.mean(axis=0), raw.std(axis=0)
        scale = Scale(mean=mean, sd=sd)
        before, change = [], []
        for k in range(_STARTS):
            context = contexts[k % _CONTEXTS]
            here = scale.features(drawn[k], context)
            before.append(here)
            change.append(
                [
                    scale.features(transform(drawn[k], context, way, scale, rng), context) - here
                    for way in range(TRANSFORMATIONS)
                ]
            )
        moved = np.array(change)
        ways[row] = _fit_ways(np.array(before), moved, rng)
    return mean, sd, ways


def _fit_ways(before: FloatArray, moved: FloatArray, rng: np.random.Generator) -> FloatArray:
    """(54, 12) the mean fall of the distance in every cell."""
    rewards, visits = np.zeros((ERROR_CELLS, TRANSFORMATIONS)), np.zeros((ERROR_CELLS, 1))
    sd = np.full(FEATURES, _LEAST_SD)
    for here, change in zip(before, moved, strict=True):
        for _ in range(_TARGETS):
            error = here - rng.normal(0.0, 1.0, FEATURES)
            drop = (costs(error) - costs(error + change)).sum(axis=1)
            weights = bin_weights(error, sd, ERROR_EDGES).ravel()[:, None]
            rewards += weights * drop
            visits += weights
    values = rewards / np.maximum(visits, 1.0)
    # A state has a sixth of its weight on each feature. The mean over all states is in each of
    # the six; what a cell adds to it counts six times.
    overall = values.reshape(FEATURES, -1, TRANSFORMATIONS).mean(axis=(0, 1))
    return np.asarray(overall + FEATURES * (values - overall))


def fit_taste(*, seed: int) -> TastePrior:
    """What simulated people want: their average, and how they differ."""
    rng = np.random.default_rng([seed, _PEOPLE])
    ideals = np.array([draw_phrase_listener(rng).ideal for _ in range(_PEOPLE)])
    covariance = np.array([np.cov(ideals[:, :, column].T) for column in range(FEATURES)])
    return TastePrior(
        mean=ideals.mean(axis=0),
        covariance=covariance,
        song_sd=np.full(FEATURES, _SONG_SD),
        member_sd=np.full(FEATURES, _MEMBER_SD),
    )


def train_phrase(
    *, episodes: int, seed: int, provenance: dict[str, object]
) -> tuple[bytes, list[str]]:
    """The prior's file, and what to print."""
    notes, lines = train_notes(episodes=episodes, seed=seed)
    mean, sd, ways = fit_features(notes, seed=seed)
    tables = {f"notes_{kind}": table for kind, table in notes.items()}
    data = encode_prior(
        tables=tables | {"ways": ways, "mean": mean, "sd": sd},
        taste=fit_taste(seed=seed),
        provenance={**provenance, "seed": seed, "episodes": episodes},
    )
    return data, lines


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--episodes", type=click.IntRange(min=10), default=EPISODES, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def main(out: Path, episodes: int, seed: int) -> None:
    """Train what the phrase task knows of notes and people; takes less than a minute."""
    data, lines = train_phrase(
        episodes=episodes,
        seed=seed,
        provenance={
            "command": f"mixbridge study train-phrase --episodes {episodes} --seed {seed}",
            "date": datetime.now(UTC).date().isoformat(),
            "version": __version__,
        },
    )
    out.write_bytes(data)
    for line in lines:
        click.echo(line)
    click.echo(f"{out}: {len(data)} bytes, {episodes} phrases a kind, seed {seed}.")
