"""How near phrases come to what a person likes: ``mixbridge study phrase``.

People are those of `bridge.studies.phrase.strangers`, which no training code can import, drawn from
a salt that is made when the study starts and printed. A taste is learnt on the phrases of one
generator and judged on those of another too.
"""

import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge.studies.command import mean_se, salt_of, save, study_options
from bridge.studies.phrase.session import draw_scene
from bridge.studies.phrase.strangers import POPULATIONS, draw_stranger
from bridge.studies.phrase.tastes import PICKS, TEACHERS, measure_tastes
from bridge.studies.pool import run_all
from bridge.tasks.phrase.agent import PhraseAgent
from bridge.tasks.phrase.prior import PhrasePrior, load_phrase_prior

_CONTROLS: Final = ("coin's picks", "inverted picks")
_QUICK: Final = ("A/B/C", "learning off")
_OFFERS: Final = 20
_SECONDS_A_PICK: Final = 16
"""Four phrases of four bars at 120 beats a minute are 32 s; people switch after half."""


def measure_all(
    prior: PhrasePrior, *, salt: str, people: int, teachers: Sequence[str], workers: int
) -> dict[str, Any]:
    """All figures; `salt` is hexadecimal."""
    seed = int(salt, 16)
    jobs = [
        partial(
            measure_tastes,
            prior,
            population,
            number,
            seed,
            [name for name in teachers if population == POPULATIONS[0] or name not in _CONTROLS],
        )
        for population in POPULATIONS
        for number in range(people)
    ]
    return {
        "salt": salt,
        "prior": prior.checksum,
        "offer_ms": offer_ms(prior, seed),
        "tastes": [row for rows in run_all(jobs, workers) for row in rows],
    }


def offer_ms(prior: PhrasePrior, seed: int) -> list[float]:
    """CPU time from a pick until the next offer is ready, ms: the median by kind."""
    found = []
    for row in range(4):
        person = draw_stranger("std", prior.scale, np.random.default_rng([seed, row]))
        scene = draw_scene(prior, person, kind_row=row, seed=[seed, row], place=0, is_second=False)
        agent = PhraseAgent(prior)
        agent.attend(scene.context, "song")
        current, took = scene.start, []
        for _ in range(_OFFERS):
            began = time.process_time()
            offered = agent.offer(current, scene.make(agent.order(current)))
            took.append(1e3 * (time.process_time() - began))
            phrases = [current, *(each.phrase for each in offered)]
            agent.choose(phrases, 1)
            current = phrases[1]
        found.append(float(np.median(took)))
    return found


# -- the tables -----------------------------------------------------------------------------------


def lines(results: dict[str, Any]) -> Iterator[str]:
    """The results as text, with standard errors."""
    took = ", ".join(f"{ms:.0f}" for ms in results["offer_ms"])
    yield f"From a pick to the next offer: {took} ms of the processor"
    yield "(drums, bass, chords, melody)."
    picks = "".join(f"{f'@{count}':>12}" for count in PICKS)
    for population in POPULATIONS:
        here = [row for row in results["tastes"] if row["population"] == population]
        if not here:
            continue
        yield ""
        yield f"{population}: share of a greedy oracle's gain after so many picks"
        yield f"{'':16}{picks}  worse"
        for name in dict.fromkeys(row["agent"] for row in here):
            yield from _row_lines(name, [row for row in here if row["agent"] == name])
    yield ""
    minutes = PICKS[-1] * _SECONDS_A_PICK / 60
    yield f"Forty picks of three phrases are about {minutes:.0f} minutes of listening."


def _row_lines(name: str, own: list[dict[str, Any]]) -> Iterator[str]:
    share = np.array([row["share"] for row in own])
    figures = "".join(f"{mean_se(column):>12}" for column in share.T)
    worse = float(np.mean([row["is_worse"] for row in own]))
    yield f"{name:16}{figures}{worse:>7.0%}"
    if "frozen" in own[0]:
        for key, words in (
            ("frozen", "a new song, nobody answers"),
            ("second", "the same with the second generator"),
        ):
            learnt = np.array([row[key] for row in own])
            fresh = np.array([row[f"{key}_unlearned"] for row in own])
            lift = f"lift {mean_se(learnt - fresh)}"
            yield f"{'':18}{words}: {learnt.mean():.2f}, unlearned {fresh.mean():.2f}, {lift}"
    if name == "A/B/C":
        mean = {key: float(np.mean([row[key] for row in own])) for key in _OFFER_KEYS}
        yield (
            f"{'':18}offers: variants {mean['apart']:.1f} sd apart, "
            f"{mean['playable']:.0%} playable, {mean['repeats']:.1%} of the bars are the person's "
            f"own, {mean['kept']:.0%} kept what was there"
        )


_OFFER_KEYS: Final = ("apart", "playable", "repeats", "kept")


# -- the command ----------------------------------------------------------------------------------


@click.command()
@click.option("--people", type=click.IntRange(1, 1000), help="Of each population; 24, quick 8.")
@study_options
def main(
    *,
    people: int | None,
    salt: str | None,
    quick: bool,
    workers: int | None,
    prior_file: Path | None,
    out: Path | None,
) -> None:
    """How near phrases come to a taste, for people never met."""
    salt = salt_of(salt)
    click.echo(f"Salt {salt}; the same salt gives the same figures.")
    results = measure_all(
        load_phrase_prior(prior_file),
        salt=salt,
        people=people or (8 if quick else 24),
        teachers=_QUICK if quick else tuple(TEACHERS),
        workers=workers or os.cpu_count() or 1,
    )
    for line in lines(results):
        click.echo(line)
    save(results, out)
