"""Tuning: people are judged on priors that never met them, every agent with the same budget."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridge.agents.tuning import Tuning
from bridge.learning.prior import load_prior
from bridge.studies.training import candidates, tune

pytestmark = pytest.mark.slow

TINY = ["--people", "9", "--listeners", "1", "--workers", "1", "--tracks", "3"]


def make_folds(folder: Path) -> tuple[tune.Fold, ...]:
    return tune.make_folds(folder, people=9, listeners=1, tracks=3, dqn_steps=60)


@pytest.fixture(scope="module")
def folds(tmp_path_factory: pytest.TempPathFactory) -> tuple[tune.Fold, ...]:
    return make_folds(tmp_path_factory.mktemp("folds"))


@pytest.mark.long
def test_nobody_is_judged_on_a_prior_that_met_them(folds: tuple[tune.Fold, ...]) -> None:
    for fold in folds:
        assert not {*fold.people, *fold.finals} & {*fold.others}
        assert not {*fold.people} & {*fold.finals}
        assert (len(fold.people), len(fold.finals)) == (1, 2)
        assert load_prior(fold.prior_file).provenance["folds"] == 3
    assert sorted(number for fold in folds for number in fold.others) == sorted([*range(9)] * 2)


@pytest.mark.long
def test_a_prior_that_is_there_is_not_trained_again(folds: tuple[tune.Fold, ...]) -> None:
    folder = folds[0].prior_file.parent
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert make_folds(folder) == folds
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.long
def test_the_same_candidate_has_the_same_score(folds: tuple[tune.Fold, ...]) -> None:
    now = tune.TUNED["agent"].now
    first, second = (tune.score("agent", now, folds[0], folds[0].people[0]) for _ in range(2))
    assert first == second
    timid = {**now, "least_score": 50.0}
    assert tune.score("agent", timid, folds[0], folds[0].people[0]) == 0.0


def test_dislikes_are_set_against_what_was_reached() -> None:
    record = {"by_thumb": [0.4, 0.8], "ending": 0.8, "changes": [1.0, -2.0, 0.0, 3.0]}
    assert candidates.worth(record, 0.4) == pytest.approx((0.8 * 3 + 0.4) / 4 - 0.125)


def test_what_the_agent_has_is_within_reach_of_the_search() -> None:
    optuna = pytest.importorskip("optuna", reason="the extra `research` is not installed")
    now = dict(tune.TUNED["agent"].now)
    assert tune.TUNED["agent"].suggest(optuna.trial.FixedTrial(now)) == now
    assert Tuning(**now) == Tuning()


@pytest.mark.long
def test_a_search_goes_on_where_it_was_and_ends_at_its_budget(
    folds: tuple[tune.Fold, ...],
) -> None:
    pytest.importorskip("optuna", reason="the extra `research` is not installed")
    folder = folds[0].prior_file.parent
    run = [*TINY, "--out", str(folder), "flat", "--trials"]
    for trials in ("1", "2", "2"):
        done = CliRunner().invoke(tune.main, [*run, trials], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        (result,) = json.loads((folder / "tune.json").read_text())
        assert result["trials"] == int(trials)
    assert set(result["chosen"]) == {"step_size", "discount", "epsilon"}
    assert "flat:" in done.output


def test_of_equally_good_candidates_the_most_restrained_is_chosen() -> None:
    finalists = [
        {"candidate": {"least_score": 0.1}, "behind": 0.0, "se": 0.0},
        {"candidate": {"least_score": 0.2}, "behind": 0.004, "se": 0.005},
        {"candidate": {"least_score": 0.3}, "behind": 0.006, "se": 0.005},
    ]
    assert tune._choose(finalists) == {"least_score": 0.2}
