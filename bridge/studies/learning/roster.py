"""Who is measured on whom: agents by name, populations by name, and one listener's whole visit.

Everything that chance decides about a visit follows from the study's salt and the names of what is
drawn, so every agent meets the same people, songs, meters and thumbs. The words that seeds are made
of begin with `test`; no training code makes seeds from words.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Agent, Proposal
from bridge.agents.cells import STEP_PARAMS
from bridge.agents.factored import FactoredAgent
from bridge.agents.flat import FlatAgent
from bridge.agents.view import View
from bridge.errors import ConfigError
from bridge.learning.prior import Prior, load_prior
from bridge.learning.q_learning import FloatArray
from bridge.mix.params import EQ_BANDS
from bridge.mix.state import Observation
from bridge.sim.listeners import Listener, draw_listener
from bridge.sim.songs import Song, make_song
from bridge.studies.learning.human import draw_human
from bridge.studies.learning.rivals import (
    UNTAUGHT,
    Chance,
    LinUcb,
    MindReader,
    Nothing,
    Rules,
    fit_weights,
    without_tables,
)
from bridge.studies.learning.session import CONDITIONS, Session, Stage
from bridge.studies.learning.strangers import draw_diverse, draw_shifted

POPULATIONS: Final[dict[str, Callable[[np.random.Generator], Listener]]] = {
    "std": draw_listener,
    "shift": draw_shifted,
    "diverse": draw_diverse,
    "human": draw_human,
}


@lru_cache(maxsize=2)
def _prior(path: Path | None) -> Prior:
    return load_prior(path)


@lru_cache(maxsize=2)
def _weights(path: Path | None) -> FloatArray:
    return fit_weights(_prior(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an agent may be made from.

    Attributes:
        stage: The song and the listener, for the oracle alone.
        seed: Of the agent's own chance.
        prior_file: The prior's file; None: the shipped one.
        network_file: The neural network's file; None: there is none.
    """

    stage: Stage
    seed: int
    prior_file: Path | None
    network_file: Path | None = None

    @property
    def prior(self) -> Prior:
        """The prior, read once a process."""
        return _prior(self.prior_file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One row of the table.

    Attributes:
        make: A fresh one for a listener.
        is_undone: Whether a thumb-down takes its move back.
    """

    make: Callable[[Setting], Agent]
    is_undone: bool = True


class WithoutEq(FactoredAgent):
    """The agent, but it never turns an EQ: what its EQ moves are good for shows beside this."""

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
        """The move that is worth most of gain and pan."""
        return super().propose(
            observation, steps, allowed & ~_IS_EQ, at=at, explore=explore, cautious=cautious
        )


class WithoutQuestions(FactoredAgent):
    """The agent, but it makes only moves that it is sure of: what asking is worth, and costs."""

    def _appraise(
        self, view: View, usable: NDArray[np.bool_], steps: FloatArray, *, is_taught: bool
    ) -> tuple[FloatArray, NDArray[np.bool_], bool]:
        scores, usable, is_asked = super()._appraise(view, usable, steps, is_taught=is_taught)
        return scores, usable & (not is_asked), False


_IS_EQ: Final = np.array([param in EQ_BANDS for param in STEP_PARAMS])


def _network_agent(path: Path | None) -> Agent:
    if path is None:
        raise ConfigError("A visit with a neural network needs the network's file.")
    from bridge.studies.learning.dqn import DqnAgent, load

    return DqnAgent(load(path))


AGENT: Final = "agent"
DQN: Final = "dqn"
LEARNING_OFF: Final = "learning off"
NO_EQ: Final = "no eq"
NO_QUESTIONS: Final = "no questions"
ORACLE: Final = "oracle"

AGENTS: Final[dict[str, Contestant]] = {
    AGENT: Contestant(make=lambda at: FactoredAgent(at.prior, seed=at.seed)),
    LEARNING_OFF: Contestant(
        make=lambda at: FactoredAgent(at.prior, seed=at.seed, is_learning=False)
    ),
    NO_EQ: Contestant(make=lambda at: WithoutEq(at.prior, seed=at.seed)),
    NO_QUESTIONS: Contestant(make=lambda at: WithoutQuestions(at.prior, seed=at.seed)),
    "no prior": Contestant(
        make=lambda at: FactoredAgent(without_tables(at.prior), tuning=UNTAUGHT, seed=at.seed)
    ),
    "linucb": Contestant(make=lambda at: LinUcb(_weights(at.prior_file))),
    DQN: Contestant(make=lambda at: _network_agent(at.network_file)),
    "rules+undo": Contestant(make=lambda _: Rules(is_heeding=True)),
    "rules": Contestant(make=lambda _: Rules(), is_undone=False),
    # What `bridge.studies.training.tune` chose for it; its own defaults are those of the settings.
    "flat": Contestant(
        make=lambda at: FlatAgent(step_size=0.76, discount=0.1, epsilon=0.49, seed=at.seed)
    ),
    "random+undo": Contestant(make=lambda at: Chance(seed=at.seed)),
    "random": Contestant(make=lambda at: Chance(seed=at.seed), is_undone=False),
    "nothing": Contestant(make=lambda _: Nothing()),
    ORACLE: Contestant(make=lambda at: MindReader(at.stage.utilities), is_undone=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One listener with two songs, and the agents who have not met them yet.

    Attributes:
        salt: Of the whole study.
        population: Which people; a key of `POPULATIONS`.
        tracks: Of both songs.
        condition: A key of `bridge.studies.learning.session.CONDITIONS`.
        listener: Which of them, from 0.
        agents: Keys of `AGENTS`.
        thumbs: The first song ends after so many thumbs ...
        moves: ... or so many moves.
        frozen_moves: How long the second song is.
        prior_file: The prior's file; None: the shipped one.
        network_file: The neural network's file; None: there is none.
    """

    salt: str
    population: str
    tracks: int
    condition: str
    listener: int
    agents: tuple[str, ...]
    thumbs: int
    moves: int
    frozen_moves: int
    prior_file: Path | None = None
    network_file: Path | None = None

    def seed(self, *words: str) -> int:
        """What a part of this visit is drawn from; the condition changes no person and no song."""
        place = ("test", self.salt, self.population, str(self.tracks), str(self.listener), *words)
        return int.from_bytes(hashlib.sha256("|".join(place).encode()).digest()[:16], "big")

    def rng(self, *words: str) -> np.random.Generator:
        """A generator of its own for a part of this visit."""
        return np.random.default_rng(self.seed(*words))


def meet(visit: Visit) -> tuple[Listener, Song, Song]:
    """The listener of a visit, and the two songs."""
    first, second = (make_song(visit.rng(f"song {place}"), tracks=visit.tracks) for place in (1, 2))
    return POPULATIONS[visit.population](visit.rng("listener")), first, second


def receive(visit: Visit, agents: Mapping[str, Contestant] = AGENTS) -> list[dict[str, Any]]:
    """Let every agent of a visit mix both songs: one record each, as JSON."""
    conditions = CONDITIONS[visit.condition]
    listener, *songs = meet(visit)
    most = visit.frozen_moves
    first, second = (Stage(song, listener, oracle_moves=most) for song in songs)
    changed = None
    if conditions.changes_mind:
        other = POPULATIONS[visit.population](visit.rng("other mind"))
        changed = Stage(songs[0], other, oracle_moves=most)
    records = []
    for name in visit.agents:
        contestant = agents[name]
        seed = visit.seed("agent") % 2**32
        setting = Setting(
            prior_file=visit.prior_file, network_file=visit.network_file, stage=first, seed=seed
        )
        agent = contestant.make(setting)
        session = Session(
            agent,
            first,
            conditions,
            seed=[visit.seed("first")],
            is_undone=contestant.is_undone,
            next_stage=changed,
        )
        moves = most if name == ORACLE else visit.moves
        record = session.listen(thumbs=visit.thumbs, moves=moves).record()
        if name == ORACLE:
            agent = contestant.make(replace(setting, stage=second))
        last = Session(agent, second, conditions, seed=[visit.seed("second")], is_undone=False)
        record["frozen"] = round(last.watch(moves=most).ending, 4)
        records.append(_identity(visit, name) | record)
    return records


def _identity(visit: Visit, agent: str) -> dict[str, Any]:
    return {
        "agent": agent,
        "population": visit.population,
        "tracks": visit.tracks,
        "condition": visit.condition,
        "listener": visit.listener,
    }
