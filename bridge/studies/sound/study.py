"""How near sounds come to a target or to a taste: ``mixbridge study sound``.

Synths and people are those of `bridge.studies.sound.strangers`, which no training code can import,
drawn from a salt that is made when the study starts and printed. Distances are reported in the
features that the agent hears and between log-mel spectrograms that it never sees.
"""

import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge.install.installation import install_command
from bridge.sim.synths import NOTE_S
from bridge.studies.command import mean_se, salt_of, save, study_options
from bridge.studies.pool import run_all
from bridge.studies.sound.real import jobs, real_lines
from bridge.studies.sound.targets import (
    BUDGETS,
    SEARCHERS,
    WORLDS,
    draw_task,
    measure_search,
    repeat_distance,
)
from bridge.studies.sound.tastes import FROZEN_NOTES, PICKS, POPULATIONS, TEACHERS, measure_tastes
from bridge.tasks.sound.agent import SoundAgent
from bridge.tasks.sound.prior import SoundPrior, load_sound_prior

_CONTROLS: Final = ("coin's picks", "inverted picks")
_QUICK_SEARCHERS: Final = ("agent", "table alone", "learning off", "CMA-ES", "own knobs")
_QUICK_TEACHERS: Final = ("A/B/C", "learning off", "oracle's sound")
_BOUNDS: Final = {
    "own knobs": "no search; the target's own knobs, of which no two notes are alike",
    "oracle's sound": "no picks; the agent gets the oracle's own sound on each synth as a target",
}
_MANY_KNOBS: Final = 64
_BATCH, _BATCHES = 20, 15


def measure_all(
    prior: SoundPrior,
    *,
    salt: str,
    targets: int,
    people: int,
    searchers: Sequence[str],
    teachers: Sequence[str],
    workers: int,
) -> dict[str, Any]:
    """All figures; `salt` is hexadecimal."""
    seed = int(salt, 16)
    repeats = [repeat_distance(prior, "standard", number, seed) for number in range(targets or 9)]
    searches = [
        partial(measure_search, prior, world, number, seed, name)
        for world in WORLDS
        for name in searchers
        for number in range(targets)
    ]
    tastes = [
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
        "repeat": float(np.mean(repeats)),
        "decision_ms": decision_ms(prior),
        "searches": list(run_all(searches, workers)),
        "tastes": [row for rows in run_all(tastes, workers) for row in rows],
    }


def decision_ms(prior: SoundPrior) -> float:
    """CPU time of a decision on a device with 64 parameters, ms: the median of batches."""
    task = draw_task(prior, "standard", 0, 1)
    agent = SoundAgent(prior)
    names = [f"{name} {copy}" for copy in range(6) for name in task.player.synth.names]
    names = names[:_MANY_KNOBS]
    agent.attend("large", names)
    agent.aim(task.target)
    positions = np.random.default_rng(1).random(len(names))
    took = []
    for _ in range(_BATCHES):  # a clock of the processor is slow to read
        began = time.process_time()
        for _ in range(_BATCH):
            agent.propose(positions, task.heard)
        took.append(1e3 * (time.process_time() - began) / _BATCH)
    return float(np.median(took))


# -- the tables -----------------------------------------------------------------------------------


def lines(results: dict[str, Any]) -> Iterator[str]:
    """The results as text, with standard errors."""
    yield f"One note heard twice differs by {results['repeat']:.2f} (distance in the features)."
    took = results["decision_ms"]
    yield f"A decision among {_MANY_KNOBS} parameters takes {took:.2f} ms of the processor."
    yield from _target_lines(results["searches"])
    yield from _taste_lines(results["tastes"])


def _target_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    budgets = "".join(f"{f'@{budget}':>13}" for budget in BUDGETS)
    for world in WORLDS:
        here = [row for row in rows if row["world"] == world]
        if not here:
            continue
        starts = [row["start"] for row in here]
        yield ""
        yield f"Towards a target, {world}: rest of the distance after so many notes"
        yield f"(mean ± se; the start is {np.mean(starts):.1f} away on average)"
        yield f"{'':15}{budgets}   log-mel @10, @40   p90 @40  worse"
        for name in dict.fromkeys(row["agent"] for row in here):
            own = [row for row in here if row["agent"] == name]
            rest, mel = (np.array([row[key] for row in own]) for key in ("rest", "mel"))
            at_40 = rest[:, BUDGETS.index(40)]
            figures = "".join(f"{mean_se(column):>13}" for column in rest.T)
            mels = ", ".join(f"{mel[:, BUDGETS.index(budget)].mean():.2f}" for budget in (10, 40))
            yield (
                f"{name:15}{figures}   {mels:>16}{np.quantile(at_40, 0.9):>10.2f}"
                f"{(at_40 > 1.0).mean():>7.0%}"
            )


def _taste_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    picks = "".join(f"{f'@{count}':>12}" for count in PICKS)
    for population in POPULATIONS:
        here = [row for row in rows if row["population"] == population]
        if not here:
            continue
        yield ""
        yield f"Towards a taste, {population}: share of a greedy oracle's gain after so many picks"
        yield f"{'':17}{picks}     p10  worse  refused   another synth, {FROZEN_NOTES} notes"
        for name in dict.fromkeys(row["agent"] for row in here):
            own = [row for row in here if row["agent"] == name]
            share = np.array([row["share"] for row in own])
            figures = "".join(f"{mean_se(column):>12}" for column in share.T)
            worse = float(np.mean([row["is_worse"] for row in own]))
            text = f"{name:17}{figures}{np.quantile(share[:, -1], 0.1):>8.2f}{worse:>7.0%}"
            if "refused" in own[0]:
                text += f"{np.mean([row['refused'] for row in own]):>9.0%}"
            if "frozen" in own[0]:
                frozen, fresh = (np.array([r[k] for r in own]) for k in ("frozen", "unlearned"))
                lift = f"lift {mean_se(frozen - fresh)}"
                text += f"   {frozen.mean():.2f}, unlearned {fresh.mean():.2f}, {lift}"
            yield text
    yield ""
    for name, meaning in _BOUNDS.items():
        yield f"{name}: {meaning}."
    yield (
        f"A note lasts {NOTE_S:.1f} s: 40 notes are about a minute, 40 picks of three sounds about "
        "four minutes of listening."
    )


# -- the command ----------------------------------------------------------------------------------


@click.command()
@click.option("--targets", type=click.IntRange(0, 1000), help="Of each kind; 40, quick 9.")
@click.option("--people", type=click.IntRange(0, 1000), help="Of each population; 24, quick 6.")
@click.option("--daw", metavar="NAME", help="A real synth, towards 12 targets, in place of all.")
@study_options
def main(
    *,
    targets: int | None,
    people: int | None,
    salt: str | None,
    quick: bool,
    workers: int | None,
    daw: str | None,
    prior_file: Path | None,
    out: Path | None,
) -> None:
    """How near sounds come to a target or a taste, on synths and for people never met."""
    salt = salt_of(salt)
    searchers, teachers = list(SEARCHERS), list(TEACHERS)
    if quick:
        searchers, teachers = list(_QUICK_SEARCHERS), list(_QUICK_TEACHERS)
    if find_spec("cma") is None:
        searchers.remove("CMA-ES")
        click.echo(f"Without CMA-ES, which needs more: {install_command('research')}", err=True)
    prior = load_sound_prior(prior_file)
    if daw is not None:
        names = ["agent"] if quick or "CMA-ES" not in searchers else ["agent", "CMA-ES"]
        _measure_real(
            prior, daw, salt, 12 if targets is None else targets, names, workers or 1, out
        )
        return
    click.echo(f"Salt {salt}; the same salt gives the same figures.")
    results = measure_all(
        prior,
        salt=salt,
        targets=(9 if quick else 40) if targets is None else targets,
        people=(6 if quick else 24) if people is None else people,
        searchers=searchers,
        teachers=teachers,
        workers=workers or os.cpu_count() or 1,
    )
    for line in lines(results):
        click.echo(line)
    save(results, out)


def _measure_real(
    prior: SoundPrior,
    daw: str,
    salt: str,
    targets: int,
    names: Sequence[str],
    workers: int,
    out: Path | None,
) -> None:
    """The same on a real synth, in real time."""
    click.echo(
        f"Salt {salt}; it chooses patches and targets, a real synth is never quite the same."
    )
    made = jobs(prior, daw, salt=int(salt, 16), targets=targets, names=names)
    rows = [row for found in run_all(made, workers) for row in found]
    for line in real_lines(rows):
        click.echo(line)
    save({"daw": daw, "salt": salt, "prior": prior.checksum, "rows": rows}, out)
