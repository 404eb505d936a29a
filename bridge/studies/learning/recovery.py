"""Can a balance be found again? Listeners who believe in it, and one seed of `study recover`.

A listener built from a balance wants what they hear there: each track's level under the others
(partial loudness with masking), its tone and its place, the tone and the lean of the mix. Nothing
is better to them than that balance. Their ears are those of the population that the prior was
trained on, not the agent's meters; but both know the stems by the same octave levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.mix.params import COLUMN, EQ_BANDS, EQ_COLUMNS, Param
from bridge.mix.spectrum import FloatArray
from bridge.sim.listeners import Heard, Hearing, Listener
from bridge.sim.songs import Song
from bridge.studies.learning.balance import HIGHEST, LOWEST, Balance, find_errors, load_balance
from bridge.studies.learning.roster import AGENT, AGENTS, LEARNING_OFF, NO_EQ, ORACLE, Setting
from bridge.studies.learning.session import CONDITIONS, Session, Stage

THUMBS: Final = (0, 10, 25, 50)
"""After how many thumbs the errors are measured."""

RULES: Final = "rules"
WHO: Final = (AGENT, LEARNING_OFF, NO_EQ, "rules+undo", RULES, ORACLE)
"""The agent, and who is beside it."""

MOVES: Final = 400
"""A session ends after so many moves, if the thumbs are not spent before."""

_ORACLE_MOVES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets:
    """How far the controls are moved away: standard deviations.

    Attributes:
        gain_db: Of every fader.
        pan: Of every pan, -1 to +1.
        eq_db: Of every EQ band in which the track has anything.
    """

    gain_db: float = 4.0
    pan: float = 0.3
    eq_db: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be measured.

    Attributes:
        folder: The stems; None: the band.
        file: The balance; None: see `bridge.studies.learning.balance`.
        seconds: How much of the song is heard, where it is loudest.
        offsets: How far the mixes are from the balance at first.
        agents: Keys of `AGENTS`; `RULES` must be among them.
        prior_file: The prior's file; None: the shipped one.
        is_rendered: Whether levels, tones and pans are measured too, on rendered audio; else only
            what the listener misses.
    """

    folder: Path | None = None
    file: Path | None = None
    seconds: float = 30.0
    offsets: Offsets = Offsets()
    agents: tuple[str, ...] = WHO
    prior_file: Path | None = None
    is_rendered: bool = True


class Believer(Listener):
    """One person who would have a song exactly as it is in a balance.

    Args:
        song: The song.
        values: (tracks, 6) the balance.
        rng: Draws how much each role counts to this person.
    """

    def __init__(self, song: Song, values: FloatArray, rng: np.random.Generator) -> None:
        super().__init__(Hearing(), rng)
        self._believed = self._perceive(song, values[None])

    def _perceive(self, song: Song, values: FloatArray) -> Heard:
        # Whoever has a mix in mind knows which side a track is on.
        heard = super()._perceive(song, values)
        return replace(heard, place=values[..., COLUMN[Param.PAN]])

    def _wanted_of(self, song: Song) -> Heard:
        return self._believed


class _Seat(Stage):
    """A stage that remembers the mix as it was heard last, and how bad one ever was."""

    heard: FloatArray
    least: float = np.inf

    def utility(self, values: FloatArray) -> float:
        self.heard = values.copy()
        utility = super().utility(values)
        self.least = min(self.least, utility)
        return utility


_load = lru_cache(maxsize=1)(load_balance)


def material(plan: Plan) -> Balance:
    """The balance of a plan; read once a process."""
    return _load(plan.folder, plan.file, seconds=plan.seconds)


def perturb(balance: Balance, offsets: Offsets, rng: np.random.Generator) -> FloatArray:
    """The balance (tracks, 6) with every control moved away, no further than it goes."""
    sizes = np.array([offsets.gain_db, offsets.pan, *[offsets.eq_db] * len(EQ_BANDS)])
    moved = rng.normal(0.0, 1.0, balance.values.shape) * sizes
    moved[:, EQ_COLUMNS] *= balance.is_filled
    return np.asarray(np.clip(balance.values + moved, LOWEST, HIGHEST))


def recover(plan: Plan, seed: int, balance: Balance | None = None) -> list[dict[str, Any]]:
    """Let every agent of a plan mix the balance of one seed, moved away, for one listener.

    Args:
        plan: What is to be measured.
        seed: Of the offsets, the listener and the thumbs.
        balance: The plan's, if it was loaded already.

    Returns:
        One record an agent: seed, agent, errors after each of `THUMBS` (see
        `balance.find_errors`; ``missed``: what the listener still misses, as a
        share of what was missing at first), the most that was ever missed, and how many thumbs and
        moves there were.
    """
    balance = balance or material(plan)
    rng = np.random.default_rng([seed, 1])
    start = perturb(balance, plan.offsets, rng)
    listener = Believer(balance.song, balance.values, rng)
    seat = _Seat(replace(balance.song, start_values=start), listener, oracle_moves=_ORACLE_MOVES)
    known: dict[bytes, dict[str, float]] = {}
    records = []
    at_first = min(seat.utility(start), -1e-9)
    for name in plan.agents:
        seat.least = at_first
        mixes, thumbs, moves = _play(plan, name, seat, seed=seed)
        most_missed = seat.least / at_first
        for mix in mixes:
            if mix.tobytes() not in known:
                missed = seat.utility(mix) / at_first
                errors_of = find_errors(balance, mix) if plan.is_rendered else {}
                known[mix.tobytes()] = errors_of | {"missed": missed}
        errors = [known[mix.tobytes()] for mix in mixes]
        records.append(
            {
                "seed": seed,
                "agent": name,
                "errors": dict(zip(map(str, THUMBS), errors, strict=True)),
                "most_missed": most_missed,
                "thumbs": thumbs,
                "moves": moves,
            }
        )
    return records


def _play(
    plan: Plan, name: str, seat: _Seat, *, seed: int
) -> tuple[Sequence[FloatArray], int, int]:
    """The mix after each of `THUMBS`; who ends before keeps the last. Thumbs and moves made."""
    contestant = AGENTS[name]
    agent = contestant.make(Setting(prior_file=plan.prior_file, stage=seat, seed=seed))
    session = Session(
        agent, seat, CONDITIONS["usual"], seed=[seed, 2], is_undone=contestant.is_undone
    )
    mixes = []
    for thumbs in THUMBS:
        session.listen(thumbs=thumbs, moves=MOVES)
        mixes.append(seat.heard)
    return mixes, len(session.episode.by_thumb), len(session.episode.by_move)
