"""Choose hyper-parameters by cross-validation over training listeners: ``mixbridge study tune``.

The people of the training are dealt into folds. A prior is trained without the people of one fold,
and every candidate is then judged on just these (`candidates`); the people of the
test are never met here. Every agent that has hyper-parameters is given the same number of trials,
the first with what it has now. The best of a search are partly lucky, so the finalists, and what
the agent has now, are judged once more on people of the folds whom the search has not met. Of those
that are then within one standard error of the best (paired, over people), the one is taken that
asks least of a person: the one with the highest `least_score`. Needs the extra `research`.
"""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import click
import numpy as np

from bridge.errors import ConfigError
from bridge.install.installation import install_command
from bridge.studies.pool import cluster_option, pool_of
from bridge.studies.training.candidates import FOLDS, SEED, TUNED, Candidate, Fold, score
from bridge.studies.training.train_prior import train_prior

_FINALISTS: Final = 5


def make_folds(
    folder: Path, *, people: int, listeners: int, tracks: int, dqn_steps: int
) -> tuple[Fold, ...]:
    """The folds of so many people, `listeners` of each fold judged on; priors are trained once."""
    folds = []
    for place in range(FOLDS):
        others = tuple(number for number in range(people) if number % FOLDS != place)
        held_out = tuple(range(place, people, FOLDS))
        path = folder / f"prior-without-{place}-of-{FOLDS}-{people}.json"
        if not path.exists():
            click.echo(f"Training on {len(others)} people, without fold {place + 1} of {FOLDS}.")
            path.write_bytes(train_prior(others, seed=SEED, provenance={"folds": FOLDS}))
        folds.append(
            Fold(
                people=held_out[:listeners],
                finals=held_out[listeners : 3 * listeners],
                others=others,
                prior_file=path,
                tracks=tracks,
                dqn_steps=dqn_steps,
            )
        )
    return tuple(folds)


# -- the search ------------------------------------------------------------------------------------


def _scores(
    pool: Executor, name: str, candidate: Candidate, fold: Fold, people: tuple[int, ...]
) -> list[float]:
    jobs = product((name,), (candidate,), (fold,), people)
    return list(pool.map(score, *zip(*jobs, strict=True)))


def _objective(name: str, folds: tuple[Fold, ...], pool: Executor) -> Callable[[Any], float]:
    """What Optuna maximises: the mean score over all people of all folds, a fold at a time."""
    from optuna import TrialPruned

    def objective(trial: Any) -> float:  # noqa: ANN401 - as above
        candidate = TUNED[name].suggest(trial)
        values: list[float] = []
        for step, fold in enumerate(folds):
            values += _scores(pool, name, candidate, fold, fold.people)
            trial.report(fmean(values), step)
            if trial.should_prune():
                raise TrialPruned
        return fmean(values)

    return objective


def tune(
    name: str,
    folds: tuple[Fold, ...],
    *,
    trials: int,
    storage: str,
    workers: int,
    cluster: str = "",
) -> dict[str, Any]:
    """Search until the study in `storage` has `trials` trials, whoever made them.

    Returns:
        The candidate that was chosen, the finalists with their values in the search and in the
        finals, the best first, and the number of trials.
    """
    import optuna
    from optuna.study import MaxTrialsCallback
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=storage,
        study_name=f"mixbridge-{name}",
        load_if_exists=True,
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=SEED),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
    )
    finished = (TrialState.COMPLETE, TrialState.PRUNED)
    if not study.trials and TUNED[name].now:
        study.enqueue_trial(dict(TUNED[name].now))

    def tell(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        value = "pruned" if trial.state is TrialState.PRUNED else f"{trial.value:.4f}"
        click.echo(f"{name} {trial.number + 1:3}/{trials}: {value}  best {study.best_value:.4f}")

    with pool_of(workers, cluster) as pool:
        if sum(trial.state in finished for trial in study.trials) < trials:
            stop = MaxTrialsCallback(trials, states=finished)
            objective = _objective(name, folds, pool)
            study.optimize(objective, callbacks=[stop, tell])
        finalists = _finals(name, study, folds, pool)
    return {
        "agent": name,
        "chosen": _choose(finalists),
        "finalists": finalists,
        "trials": sum(trial.state in finished for trial in study.trials),
    }


def _finals(
    name: str,
    study: Any,  # noqa: ANN401 - as above
    folds: tuple[Fold, ...],
    pool: Executor,
) -> list[dict[str, Any]]:
    """The best candidates of a search and the first, judged on other people; the best first.

    `behind` is how far each is behind the best, `se` the standard error of that.
    """
    judged = [trial for trial in study.trials if trial.value is not None]
    ranked = sorted(judged, key=lambda trial: -trial.value)[:_FINALISTS]
    if judged[0].number not in {trial.number for trial in ranked}:
        ranked.append(judged[0])
    found = []
    for trial in ranked:
        values = [_scores(pool, name, trial.params, fold, fold.finals) for fold in folds]
        found.append((trial, np.concatenate(values)))
    found.sort(key=lambda place: -place[1].mean())
    best = found[0][1]
    return [
        {
            "candidate": dict(trial.params),
            "trial": trial.number + 1,
            "searched": round(trial.value, 4),
            "value": round(float(values.mean()), 4),
            "behind": round(float((best - values).mean()), 4),
            "se": round(float((best - values).std() / np.sqrt(values.size)), 4),
        }
        for trial, values in found
    ]


def _choose(finalists: list[dict[str, Any]]) -> Candidate:
    """The one that asks least of a person, of those that are as good as the best."""
    as_good = [place for place in finalists if place["behind"] <= place["se"]]
    return dict(max(as_good, key=_restraint)["candidate"])


def _restraint(finalist: dict[str, Any]) -> float:
    return float(finalist["candidate"].get("least_score", 0.0))


def report(results: list[dict[str, Any]]) -> Iterator[str]:
    """The results as lines of text."""
    for result in results:
        yield ""
        yield f"{result['agent']}: {result['trials']} trials; the finalists on other people:"
        for place in result["finalists"]:
            behind = f"behind {place['behind']:.4f} +- {place['se']:.4f}"
            was = f"{place['searched']:.4f} in the search"
            yield f"    trial {place['trial']}: {place['value']:.4f}, {behind}, {was}"
        yield "  chosen:"
        for key, value in result["chosen"].items():
            yield f"    {key} = {value:.4g}"


@click.command()
@click.argument("agents", nargs=-1, type=click.Choice(list(TUNED)))
@click.option("--trials", default=40, show_default=True, type=click.IntRange(1), help="Each.")
@click.option("--people", default=150, show_default=True, type=click.IntRange(9, 5000))
@click.option(
    "--listeners",
    default=8,
    show_default=True,
    type=click.IntRange(1),
    help="A fold; as many again twice for the finals.",
)
@click.option("--tracks", default=16, show_default=True, type=click.IntRange(2, 64))
@click.option("--dqn-steps", default=10_000, show_default=True, type=click.IntRange(200))
@click.option("--storage", help="An Optuna storage URL; several processes may share one study.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("study-tune"))
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core.")
@cluster_option
def main(
    *,
    agents: tuple[str, ...],
    trials: int,
    people: int,
    listeners: int,
    tracks: int,
    dqn_steps: int,
    storage: str | None,
    out: Path,
    workers: int | None,
    cluster: str,
) -> None:
    """Choose hyper-parameters by cross-validation; an interrupted search goes on where it was."""
    try:
        import optuna  # noqa: F401 - asked for before an hour of training
    except ImportError:
        raise ConfigError(
            f"The study needs Optuna, which is not installed: {install_command('research')}"
        ) from None
    try:
        out.mkdir(parents=True, exist_ok=True)
        folds = make_folds(
            out, people=people, listeners=listeners, tracks=tracks, dqn_steps=dqn_steps
        )
    except OSError as error:
        raise ConfigError(f"{out}: the study cannot be saved: {error.strerror}.") from error
    results = []
    for name in agents or TUNED:
        results.append(
            tune(
                name,
                folds,
                trials=trials,
                storage=storage or f"sqlite:///{out / 'tune.db'}",
                workers=workers or os.cpu_count() or 1,
                cluster=cluster,
            )
        )
        (out / "tune.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for line in report(results):
        click.echo(line)
    click.echo(f"\nSaved in {out}: tune.json and the priors of the folds.")
