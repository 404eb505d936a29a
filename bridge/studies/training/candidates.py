"""Agents that have hyper-parameters: what may be chosen, and how good a choice is for one person.

A candidate is judged on people of the training who were held out of the prior that it plays with
(`tune`): a third of them as they are, a third of twice the spread, a third with
other ears, which are neither those of the prior nor of the test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np

from bridge.agents.agent import Agent
from bridge.agents.factored import FactoredAgent
from bridge.agents.flat import FlatAgent
from bridge.agents.tuning import Tuning
from bridge.learning.prior import load_prior
from bridge.mix.roles import ROLES, Role
from bridge.sim.listeners import Hearing, Listener
from bridge.sim.songs import make_song
from bridge.studies.learning.figures import at, disliked
from bridge.studies.learning.rivals import LinUcb, fit_weights
from bridge.studies.learning.session import CONDITIONS, Session, Stage

Candidate = Mapping[str, Any]
"""Hyper-parameters by name."""

FOLDS: Final = 3
_THUMBS: Final = 100
_MOVES: Final = 300
SEED: Final = 1
_WORDS: Final = 23_000
"""Added to a person's number for their songs and thumbs: not those of the prior's training."""

_SHIFT_DB: Final = {Role.LEAD: 1.0, Role.SNARE: -1.0, Role.GUITAR: 1.0, Role.KEYS: -1.0}
_HEARINGS: Final = (
    Hearing(),
    replace(Hearing(), level_sd=2.9, tone_sd=2.4, width_sd=0.19),
    replace(
        Hearing(),
        exponent=0.3,
        masking=0.15,
        weights=(1.0, 0.1, 0.5, 0.5, 0.8, 0.3, 0.1, 0.3),
        level_shift=tuple(_SHIFT_DB.get(role, 0.0) for role in ROLES),
        tone_shift=(-0.5, 0.5, 0.3, -0.5),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """People who are judged on, and where the prior of all others is.

    Attributes:
        people: Numbers of the held-out people whom the search judges on.
        finals: Of those whom the finalists are judged on; twice as many.
        others: Numbers of those whom the prior was trained on.
        prior_file: That prior.
        tracks: Of the songs that are judged.
        dqn_steps: Moves of training that a neural network is given.
    """

    people: tuple[int, ...]
    finals: tuple[int, ...]
    others: tuple[int, ...]
    prior_file: Path
    tracks: int
    dqn_steps: int


# -- what may be chosen ----------------------------------------------------------------------------


def _suggest_agent(trial: Any) -> Candidate:  # noqa: ANN401 - optuna is not installed everywhere
    return {
        "least_score": trial.suggest_float("least_score", 0.05, 0.6),
        "harm_counts": trial.suggest_float("harm_counts", 0.0, 3.0),
        "unheard_harm_counts": trial.suggest_float("unheard_harm_counts", 0.0, 2.0),
        "forgiven": trial.suggest_float("forgiven", 0.0, 1.0),
        "scale": trial.suggest_float("scale", 0.25, 1.5, log=True),
        "doubt": trial.suggest_float("doubt", 1.0, 12.0, log=True),
        "own_way": trial.suggest_float("own_way", 0.3, 2.0, log=True),
    }


def _suggest_linucb(trial: Any) -> Candidate:  # noqa: ANN401 - as above
    return {
        "alpha": trial.suggest_float("alpha", 0.01, 1.0, log=True),
        "ridge": trial.suggest_float("ridge", 1.0, 300.0, log=True),
        "least_score": trial.suggest_float("least_score", 0.02, 0.6),
    }


def _suggest_flat(trial: Any) -> Candidate:  # noqa: ANN401 - as above
    return {
        "step_size": trial.suggest_float("step_size", 0.02, 1.0, log=True),
        "discount": trial.suggest_float("discount", 0.0, 0.95),
        "epsilon": trial.suggest_float("epsilon", 0.0, 0.5),
    }


def _suggest_dqn(trial: Any) -> Candidate:  # noqa: ANN401 - as above
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 3e-3, log=True),
        "width": trial.suggest_categorical("width", [64, 128, 256]),
        "batch_size": trial.suggest_categorical("batch_size", [32, 64, 128]),
        "exploration_fraction": trial.suggest_float("exploration_fraction", 0.1, 0.9),
        "target_update_interval": trial.suggest_int("target_update_interval", 100, 3000, log=True),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """An agent that has hyper-parameters.

    Attributes:
        suggest: A candidate, from an Optuna trial.
        make: A fresh agent for one person of a fold.
        now: What it has now, as far as that is within reach of `suggest`.
    """

    suggest: Callable[[Any], Candidate]
    make: Callable[[Candidate, Fold, int], Agent]
    now: Candidate


def _make_agent(candidate: Candidate, fold: Fold, seed: int) -> Agent:
    return FactoredAgent(load_prior(fold.prior_file), tuning=Tuning(**candidate), seed=seed)


@lru_cache(maxsize=FOLDS)
def _weights(prior_file: Path) -> Any:  # noqa: ANN401 - an array
    return fit_weights(load_prior(prior_file))


def _make_linucb(candidate: Candidate, fold: Fold, seed: int) -> Agent:
    return LinUcb(_weights(fold.prior_file), **candidate)


def _make_flat(candidate: Candidate, fold: Fold, seed: int) -> Agent:
    return FlatAgent(seed=seed, **candidate)


@lru_cache(maxsize=1)
def _network(candidate: tuple[tuple[str, Any], ...], fold: Fold) -> Any:  # noqa: ANN401 - as above
    from bridge.studies.learning.dqn import train

    def draw(rng: np.random.Generator) -> Listener:
        return _person(int(rng.choice(fold.others)), Hearing())

    return train(tracks=fold.tracks, steps=fold.dqn_steps, draw=draw, **dict(candidate))


def _make_dqn(candidate: Candidate, fold: Fold, seed: int) -> Agent:
    from bridge.studies.learning.dqn import DqnAgent

    return DqnAgent(_network(tuple(sorted(candidate.items())), fold))


def _now(tuning: Tuning) -> Candidate:
    return {name: getattr(tuning, name) for name in Tuning.__slots__}


TUNED: Final[dict[str, Tuned]] = {
    "agent": Tuned(suggest=_suggest_agent, make=_make_agent, now=_now(Tuning())),
    "linucb": Tuned(suggest=_suggest_linucb, make=_make_linucb, now={}),
    "flat": Tuned(suggest=_suggest_flat, make=_make_flat, now={}),
    "dqn": Tuned(suggest=_suggest_dqn, make=_make_dqn, now={}),
}


# -- how good a candidate is -----------------------------------------------------------------------


def _person(number: int, hearing: Hearing) -> Listener:
    return Listener(hearing, np.random.default_rng([SEED, number]))


@lru_cache(maxsize=512)
def _stages(number: int, tracks: int) -> tuple[Stage, Stage]:
    """Two songs as a person of the training hears them; every third has other ears."""
    listener = _person(number, _HEARINGS[number // FOLDS % len(_HEARINGS)])
    rng = np.random.default_rng([_WORDS, number])
    moves = round(6.25 * tracks)
    first, second = (
        Stage(make_song(rng, tracks=tracks), listener, oracle_moves=moves) for _ in range(2)
    )
    return first, second


def score(name: str, candidate: Candidate, fold: Fold, number: int) -> float:
    """How good an agent is for one person: see `worth`."""
    first, second = _stages(number, fold.tracks)
    agent = TUNED[name].make(candidate, fold, number)
    usual = CONDITIONS["usual"]
    record = (
        Session(agent, first, usual, seed=[_WORDS, number, 1], is_undone=True)
        .listen(thumbs=_THUMBS, moves=_MOVES)
        .record()
    )
    last = Session(agent, second, usual, seed=[_WORDS, number, 2], is_undone=False)
    return worth(record, last.watch(moves=round(6.25 * fold.tracks)).ending)


def worth(record: dict[str, Any], frozen: float) -> float:
    """The mean of the shares at 25, 50, 100 thumbs and of the frozen song, less dislikes.

    Half the share of the first 100 moves that were disliked is taken off: most are taken back.
    """
    shares = [at(record, "by_thumb", thumbs) for thumbs in (25, 50, 100)]
    return fmean([*shares, frozen]) - 0.5 * disliked(record, 100)
