"""Whether the likes that the agent forecasts come true: ``mixbridge study reliability``.

The agent plays for people of makes that no prior was trained on (`makes`, drawn from the salt).
Before every thumb each prior forecasts how likely a like is, and then learns from the thumb. Of the
thumbs for which it says .7, about .7 should be likes: then its doubts are right, neither too small
nor too large. All priors see the same moves and the same thumbs, so that they compare.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Learnt, Proposal
from bridge.agents.factored import FactoredAgent
from bridge.agents.trace import Trace
from bridge.agents.view import observe, pictures_of
from bridge.errors import ConfigError
from bridge.learning.prior import Prior, load_prior
from bridge.learning.q_learning import FloatArray
from bridge.mix.state import Observation
from bridge.studies.command import salt_of, save
from bridge.studies.learning.session import Conditions, Session, Stage
from bridge.studies.pool import run_all
from bridge.studies.training.makes import draw_make

_TRACKS: Final = 16
_THUMBS: Final = 100
_MOVES: Final = 400
_ORACLE_MOVES: Final = 1
_TENTHS: Final = 10
_LEAST: Final = 1e-6
_LEAST_SHOWN: Final = 10
"""The picture leaves out what fewer thumbs say."""

_WORD: Final = 4_202
_UP_ANYHOW: Final = 0.4
"""As the agent has it: how often a move is liked of which nobody can tell whether it is good."""

Forecasts = FloatArray
"""(k, 2) of each thumb: how likely a like was, and whether it was one."""


class _Forecaster(FactoredAgent):
    """The agent, which writes down what it forecasts of each thumb, and may follow another."""

    def __init__(self, prior: Prior, *, seed: int) -> None:
        super().__init__(prior, seed=seed)
        self.heard: list[tuple[float, float]] = []

    def follow(self, observation: Observation, proposal: Proposal) -> Proposal:
        """The move that another has chosen, as this one sees it."""
        self._person.decisions += 1
        return self._proposal(
            observation,
            observe(observation, self._person),
            row=proposal.row,
            move=proposal.trace.move,
            step=proposal.step,
            probability=proposal.probability,
            score=proposal.score,
            reason="",
            is_asked=proposal.trace.is_asked,
        )

    def _learn_taste(self, trace: Trace, reward: float, *, credit: float) -> str:
        person = self._person
        row = person.taste.members.index(trace.key)
        ups = [self._worth(picture, row)[1] for picture in pictures_of(trace)]
        up = float(np.array([*ups, _UP_ANYHOW]) @ person.pictures[trace.family].shares)
        meant = person.consistency.share
        self.heard.append((meant * up + (1.0 - meant) * (1.0 - up), float(reward > 0.0)))
        return super()._learn_taste(trace, reward, credit=credit)


class _Player(FactoredAgent):
    """The agent that plays; the forecasters see what it does, and learn from the same thumbs."""

    def __init__(self, prior: Prior, forecasters: list[_Forecaster], *, seed: int) -> None:
        super().__init__(prior, seed=seed)
        self._forecasters = forecasters
        self._followed: dict[int, tuple[Proposal, list[Proposal]]] = {}

    def propose(
        self,
        observation: Observation,
        steps: FloatArray,
        allowed: NDArray[np.bool_],
        *,
        at: float,
        explore: bool,
        cautious: bool,
    ) -> Proposal | None:
        """What the agent proposes."""
        proposal = super().propose(
            observation, steps, allowed, at=at, explore=explore, cautious=cautious
        )
        if proposal is not None:
            follow = [each.follow(observation, proposal) for each in self._forecasters]
            self._followed[id(proposal)] = proposal, follow
        return proposal

    def learn(
        self,
        proposal: Proposal,
        reward: float,
        *,
        weight: float,
        at: float,
        observation: Observation,
        next_allowed: Callable[[], NDArray[np.bool_]],
    ) -> Learnt:
        """What the agent learns."""
        _, followed = self._followed[id(proposal)]
        for forecaster, own in zip(self._forecasters, followed, strict=True):
            forecaster.learn(
                own,
                reward,
                weight=weight,
                at=at,
                observation=observation,
                next_allowed=next_allowed,
            )
        return super().learn(
            proposal,
            reward,
            weight=weight,
            at=at,
            observation=observation,
            next_allowed=next_allowed,
        )


def listen(
    player: Prior, priors: Mapping[str, Prior], seed: int, make: int, *, tracks: int = _TRACKS
) -> dict[str, Forecasts]:
    """What each prior forecasts of the thumbs of one person of a make.

    Args:
        player: The prior of the agent that plays.
        priors: Those that forecast.
        seed: Of makes and people.
        make: The make's number.
        tracks: Of the song.
    """
    rng = np.random.default_rng([seed, _WORD, make])
    made = draw_make(seed, make)
    stage = Stage(made.song(rng, tracks=tracks), made.listener(rng), oracle_moves=_ORACLE_MOVES)
    conditions = Conditions(
        flips=made.flips,
        meter_noise_db=made.meter_noise_db,
        nameless=made.nameless,
        noise_jnd=made.noise_jnd,
    )
    forecasters = [_Forecaster(prior, seed=make) for prior in priors.values()]
    agent = _Player(player, forecasters, seed=make)
    session = Session(agent, stage, conditions, seed=[seed, _WORD, make], is_undone=True)
    session.listen(thumbs=_THUMBS, moves=_MOVES)
    return {
        name: np.array(each.heard).reshape(-1, 2)
        for name, each in zip(priors, forecasters, strict=True)
    }


def join(visits: list[dict[str, Forecasts]]) -> dict[str, Forecasts]:
    """The forecasts of all visits, by prior."""
    return {name: np.concatenate([visit[name] for visit in visits]) for name in visits[0]}


def log_loss(forecasts: Forecasts) -> float:
    """How far the forecasts were from the thumbs: 0 is perfect, .693 a coin's."""
    likely, is_liked = forecasts.T
    came = np.where(is_liked > 0.0, likely, 1.0 - likely)
    return float(-np.log(np.maximum(came, _LEAST)).mean())


def curve(forecasts: Forecasts) -> list[tuple[float, float, int]]:
    """By tenths of the forecasts: their mean, the share of likes, and how many thumbs."""
    tenth = np.minimum((forecasts[:, 0] * _TENTHS).astype(np.int64), _TENTHS - 1)
    parts = [forecasts[tenth == number] for number in np.unique(tenth)]
    return [(float(part[:, 0].mean()), float(part[:, 1].mean()), len(part)) for part in parts]


def draw_picture(path: Path, curves: dict[str, list[tuple[float, float, int]]]) -> None:
    """Save the picture: the share of likes over its forecast, a line for each prior."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, panel = plt.subplots(figsize=(5.2, 5.0))
    panel.plot([0.0, 1.0], [0.0, 1.0], color="#999999", linewidth=1.0, label="as forecast")
    for name, points in curves.items():
        shown = [point for point in points if point[-1] >= _LEAST_SHOWN]
        forecast, share, count = np.array(shown).reshape(-1, 3).T
        error = np.sqrt(share * (1.0 - share) / count)
        panel.errorbar(forecast, share, yerr=error, marker="o", capsize=2, label=name)
    panel.set_xlabel("how likely a like was, by the forecast")
    panel.set_ylabel("share of likes")
    panel.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    panel.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


# -- the command ----------------------------------------------------------------------------------


@click.command()
@click.option(
    "--salt", help="What makes and people are drawn from, hexadecimal; else a new one is made."
)
@click.option("--makes", type=click.IntRange(2, 1000), default=40, show_default=True)
@click.option(
    "--prior",
    "prior_file",
    type=click.Path(path_type=Path),
    help="Another prior, beside the shipped one.",
)
@click.option("--tracks", type=click.IntRange(2, 64), default=_TRACKS, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("study-reliability"))
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core.")
def main(
    *,
    salt: str | None,
    makes: int,
    tracks: int,
    prior_file: Path | None,
    out: Path,
    workers: int | None,
) -> None:
    """Whether the likes that the agent forecasts come true, on makes that nobody trained on."""
    salt = salt_of(salt)
    click.echo(f"Salt {salt}; the same salt gives the same figures.")
    shipped = load_prior()
    priors = {"shipped": shipped}
    if prior_file is not None:
        priors[prior_file.name] = load_prior(prior_file)
    play = partial(listen, shipped, priors, int(salt, 16), tracks=tracks)
    jobs = [partial(play, make) for make in range(makes)]
    found = join(list(run_all(jobs, workers or os.cpu_count() or 1)))
    curves = {name: curve(forecasts) for name, forecasts in found.items()}
    for name, forecasts in found.items():
        click.echo("\n".join(_report(name, forecasts)))
    try:
        out.mkdir(parents=True, exist_ok=True)
        draw_picture(out / "reliability.png", curves)
    except OSError as error:
        raise ConfigError(f"{out}: the picture cannot be saved: {error.strerror}.") from error
    save({"salt": salt, "makes": makes, "curves": curves}, out / "reliability.json")
    click.echo(f"\nSaved in {out}: reliability.json and reliability.png")


def _report(name: str, forecasts: Forecasts) -> Iterator[str]:
    yield f"\n{name}: log loss {log_loss(forecasts):.4f} (a coin .6931)"
    yield "  forecast  likes  thumbs"
    for forecast, share, count in curve(forecasts):
        yield f"  {forecast:8.2f}  {share:5.2f}  {count:6}"
