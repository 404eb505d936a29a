"""One listener, one song, one agent: a session as it would go in a room, without the waiting.

The agent sees what the bridge would show it (an `Observation`, and the guard's mask with profile
`off`) and hears thumbs; the listener's utility is only for the record. A thumb-down that surely
means one move takes it back, as the engine does, and the way back counts as a move.
"""

import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Agent, Proposal
from bridge.guard.guard import Guard
from bridge.guard.limits import LIMITS, Profile
from bridge.learning.credit import CreditWindow
from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.mix.roles import ROLE_INDEX, ROLES, Role
from bridge.mix.sound import READS
from bridge.mix.spectrum import FloatArray, to_db, to_power
from bridge.mix.state import Observation
from bridge.sim.listeners import EAR_NOISE_JND, FLIPS, Listener, oracle
from bridge.sim.songs import SimulatedMix, Song

_IDLE: Final = 40
"""A session ends when the agent has nothing to propose so often in a row."""

_SURE: Final = 0.5
"""With less credit than this nothing is taken back; the engine's own rule."""

_PROBE_DB: Final = 3.0

_WEAKEST: Final = 0.25
"""The strength of the weakest thumb, as `Listener.judge` gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is unlike a usual session.

    Attributes:
        is_graded: Whether a thumb says how much was heard; else it is +1 or -1.
        is_strength_random: Whether a thumb's strength says nothing: any, by chance.
        flips: Share of thumbs that say the opposite of what was heard: 0.5 is pure noise.
        meter_noise_db: Of one reading of one octave, standard deviation.
        pace_s: Seconds from one move to the next.
        is_named: Whether a thumb says which move it judges.
        changes_mind: Whether the listener becomes somebody else after half of the thumbs.
        wrong_roles: Share of the tracks whose role the agent is told wrongly.
        nameless: Share of the tracks whose name says no role.
        answers_roles: Whether the listener answers when the bridge asks what such a track plays.
        noise_jnd: How uncertain the listener's ear is, just noticeable changes.
    """

    is_graded: bool = True
    is_strength_random: bool = False
    flips: float = FLIPS
    meter_noise_db: float = 1.0
    pace_s: float = 6.0
    is_named: bool = True
    changes_mind: bool = False
    wrong_roles: float = 0.0
    nameless: float = 0.0
    answers_roles: bool = False
    noise_jnd: float = EAR_NOISE_JND


CONDITIONS: Final[dict[str, Conditions]] = {
    "usual": Conditions(),
    "signs": Conditions(is_graded=False),
    "random-strengths": Conditions(is_strength_random=True),
    "inverted": Conditions(flips=1.0 - FLIPS),
    "noise": Conditions(flips=0.5),
    "clean-meters": Conditions(meter_noise_db=0.0),
    "fast": Conditions(pace_s=1.5, is_named=False),
    "new-mind": Conditions(changes_mind=True),
    "wrong-roles": Conditions(wrong_roles=0.1),
    # Of 2,348 strips that people labelled, so many had names that say nothing or the wrong thing.
    "real-names": Conditions(wrong_roles=0.05, nameless=0.45),
    "real-names-asked": Conditions(wrong_roles=0.05, nameless=0.45, answers_roles=True),
    # Two people agree which of two mixes is better in 62 % of the cases (De Man & Reiss 2017).
    "hard-to-read": Conditions(flips=0.25, noise_jnd=2.0),
}


class Stage:
    """A song as one listener hears it, on the scale from 0 (as found) to 1 (the oracle's mix).

    Attributes:
        song: What is mixed.
        listener: Who listens.
        least_db: What 1 dB of one fader costs in the oracle's mix, on average, in utility.
    """

    def __init__(self, song: Song, listener: Listener, *, oracle_moves: int) -> None:
        self.song = song
        self.listener = listener
        best = oracle(song, listener, moves=oracle_moves)
        self._found, self._best = best.utilities[0], best.utilities[-1]
        tracks = len(song.names)
        off = np.tile(best.values, (2 * tracks, 1, 1))
        rows = np.arange(tracks)
        off[rows, rows, COLUMN[Param.GAIN]] += _PROBE_DB
        off[tracks + rows, rows, COLUMN[Param.GAIN]] -= _PROBE_DB
        losses = self._best - listener.utilities(song, off)
        self.least_db = float(max(losses.mean() / _PROBE_DB, 1e-6))

    def utility(self, values: FloatArray) -> float:
        """The listener's own number."""
        return self.listener.utility(self.song, values)

    def utilities(self, mixes: FloatArray) -> FloatArray:
        """The same of many mixes (k, n, 6): (k,)."""
        return self.listener.utilities(self.song, mixes)

    def fraction(self, utility: float) -> float:
        """How much of the oracle's gain that is."""
        return (utility - self._found) / max(self._best - self._found, 1e-9)


@dataclass(slots=True, kw_only=True)
class Episode:
    """What is kept of one session; fractions are of the oracle's gain.

    Attributes:
        by_move: After each move, undos included.
        by_thumb: After each thumb and what it took back.
        changes: The true change that each of the agent's own moves made, in just noticeable ones.
        worst_db: The worst of them, in dB that one fader would have to be off to hurt as much.
        ending: Where the session ended.
        decision_us: Processor time that each look took the agent, microseconds.
    """

    by_move: list[float] = field(default_factory=list)
    by_thumb: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    worst_db: float = 0.0
    ending: float = 0.0
    decision_us: list[float] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """As JSON, to three decimals."""
        return {
            "by_move": np.round(self.by_move, 3).tolist(),
            "by_thumb": np.round(self.by_thumb, 3).tolist(),
            "changes": np.round(self.changes, 2).tolist(),
            "worst_db": round(self.worst_db, 2),
            "ending": round(self.ending, 4),
            "decision_us": np.round(self.decision_us).astype(int).tolist(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thumb:
    at: float
    value: float
    move: str


class Session:
    """An agent at work for one listener.

    Args:
        agent: The agent.
        stage: The song and who listens.
        conditions: What is unusual.
        seed: Of meters, thumbs and wrong roles; the same for every agent, so that agents compare.
        is_undone: Whether a thumb-down takes its move back.
        next_stage: The same song for the listener's other mind, where they change it.
    """

    def __init__(
        self,
        agent: Agent,
        stage: Stage,
        conditions: Conditions,
        *,
        seed: list[int],
        is_undone: bool,
        next_stage: Stage | None = None,
    ) -> None:
        self._agent = agent
        self._stage = stage
        self._conditions = conditions
        self._is_undone = is_undone
        self._next_stage = next_stage
        roles_rng, self._meter_rng, self._thumb_rng = np.random.default_rng(seed).spawn(3)
        told = _with_names(stage.song, conditions, roles_rng)
        self._mix = SimulatedMix(told, meter_noise_db=conditions.meter_noise_db)
        self._guard = open_guard(self._mix)
        self._credit = CreditWindow(pace_s=conditions.pace_s)
        self._unknown = _loudest_first(told) if conditions.answers_roles else []
        self._moves: dict[str, tuple[Proposal, bool]] = {}
        self._waiting: deque[_Thumb] = deque()
        self._at = 0.0
        self._idle = 0
        self._utility = stage.utility(self._mix.values)
        self.episode = Episode()

    def listen(self, *, thumbs: int, moves: int) -> Episode:
        """Play with thumbs, undos and learning, until either budget is spent or nothing is left."""
        episode = self.episode
        while (
            len(episode.by_thumb) < thumbs and len(episode.by_move) < moves and self._idle < _IDLE
        ):
            self._decide(is_live=True)
            self._at += self._conditions.pace_s
            self._answer(until=self._at, half=thumbs // 2)
        return self._end()

    def watch(self, *, moves: int) -> Episode:
        """Play with no thumbs, no undos and no learning: what is known already."""
        while len(self.episode.by_move) < moves and self._idle < _IDLE:
            self._decide(is_live=False)
            self._at += self._conditions.pace_s
        return self._end()

    def _end(self) -> Episode:
        self.episode.ending = self._stage.fraction(self._utility)
        return self.episode

    def _decide(self, *, is_live: bool) -> None:
        if is_live and self._at >= READS:  # a reading a second
            self._answer_role()
        look = _view(self._agent, self._mix, self._guard, self._meter_rng, at=self._at)
        began = time.thread_time()
        proposal = self._agent.propose(*look, at=self._at, explore=is_live, cautious=False)
        self.episode.decision_us.append((time.thread_time() - began) * 1e6)
        self._idle = 0 if proposal else self._idle + 1
        if proposal is None:
            return
        before = self._utility
        self._move(proposal, proposal.step)
        change = self._utility - before
        self.episode.changes.append(change / self._stage.listener.threshold)
        self.episode.worst_db = max(self.episode.worst_db, -change / self._stage.least_db)
        if is_live:
            self._judge(proposal, before)

    def _answer_role(self) -> None:
        """Answer what a track plays: one question a decision, the loudest first, as the engine."""
        if self._unknown:
            row = self._unknown.pop(0)
            roles = self._mix.song.roles.copy()
            roles[row] = self._stage.song.roles[row]
            self._mix.song = replace(self._mix.song, roles=roles)

    def _move(self, proposal: Proposal, step: float) -> None:
        self._mix.move(proposal.row, proposal.param, step)
        self._utility = self._stage.utility(self._mix.values)
        self.episode.by_move.append(self._stage.fraction(self._utility))

    def _judge(self, proposal: Proposal, before: float) -> None:
        listener, rng = self._stage.listener, self._thumb_rng
        move = str(len(self._moves))
        self._moves[move] = proposal, True
        self._credit.record_heard(move, self._at)
        conditions = self._conditions
        value = listener.judge(
            before,
            self._utility,
            rng,
            flips=conditions.flips,
            is_graded=conditions.is_graded,
            noise_jnd=conditions.noise_jnd,
        )
        if value is not None:
            if conditions.is_strength_random:
                value = float(np.copysign(rng.uniform(_WEAKEST, 1.0), value))
            at = self._at + listener.delay_s(rng)
            self._waiting.append(_Thumb(at=at, value=value, move=move))

    def _answer(self, *, until: float, half: int) -> None:
        for thumb in sorted(self._waiting, key=lambda thumb: thumb.at):
            if thumb.at > until:
                break
            self._waiting.remove(thumb)
            self._credit_to(thumb)
            self.episode.by_thumb.append(self._stage.fraction(self._utility))
            if self._next_stage and len(self.episode.by_thumb) == half:
                self._stage = self._next_stage
                self._utility = self._stage.utility(self._mix.values)

    def _credit_to(self, thumb: _Thumb) -> None:
        named = thumb.move if self._conditions.is_named else ""
        for credit in self._credit.assign(named, thumb.at):
            proposal, stands = self._moves[credit.move]
            self._credit.record_judged(credit.move)
            self._teach(proposal, thumb.value, weight=credit.weight)
            if thumb.value < 0.0 and credit.weight > _SURE and stands and self._is_undone:
                self._moves[credit.move] = proposal, False
                self._move(proposal, -proposal.step)

    def _teach(self, proposal: Proposal, value: float, *, weight: float) -> None:
        observation = self._mix.last_observation()

        def allowed() -> NDArray[np.bool_]:
            steps = self._agent.steps(observation)
            return self._guard.shape(observation, steps, self._agent.step_params, at=self._at)[1]

        self._agent.learn(
            proposal,
            value,
            weight=weight,
            at=self._at,
            observation=observation,
            next_allowed=allowed,
        )


def play_frozen(agent: Agent, mix: SimulatedMix, *, moves: int) -> FloatArray:
    """Let an agent mix by itself, with nobody listening: the values (n, 6) where it ends."""
    guard, rng = open_guard(mix), np.random.default_rng(0)
    idle = made = 0
    while made < moves and idle < _IDLE:
        at = float(made + idle)
        look = _view(agent, mix, guard, rng, at=at)
        proposal = agent.propose(*look, at=at, explore=False, cautious=False)
        if proposal is None:
            idle += 1
            continue
        idle = 0
        made += 1
        mix.move(proposal.row, proposal.param, proposal.step)
    return mix.values


def open_guard(mix: SimulatedMix) -> Guard:
    """The guard of profile `off`, with its snapshot taken: absolute bounds, no idle moves."""
    guard = Guard(LIMITS[Profile.OFF])
    for key, values in zip(mix.song.names, mix.values, strict=True):
        for param, value in zip(MOVABLE, values, strict=True):
            guard.pin(key, param, float(value))
    return guard


def _view(
    agent: Agent, mix: SimulatedMix, guard: Guard, rng: np.random.Generator, *, at: float
) -> tuple[Observation, FloatArray, NDArray[np.bool_]]:
    """What an agent is shown: one more reading, its moves as the guard shortens them, the mask."""
    observation = mix.observe(rng)
    steps, allowed = guard.shape(observation, agent.steps(observation), agent.step_params, at=at)
    return observation, steps, allowed


def _with_names(song: Song, conditions: Conditions, rng: np.random.Generator) -> Song:
    """The song as the agent is told of it."""
    tracks, count = len(song.roles), len(ROLES)
    others = (song.roles + rng.integers(1, count, tracks)) % count
    roles = np.where(rng.random(tracks) < conditions.wrong_roles, others, song.roles)
    is_nameless = rng.random(tracks) < conditions.nameless
    return replace(song, roles=np.where(is_nameless, ROLE_INDEX[Role.OTHER], roles))


def _loudest_first(song: Song) -> list[int]:
    """The rows of which neither name nor role is known."""
    level_db = to_db(to_power(song.source_db).sum(axis=1))
    level_db += song.start_values[:, COLUMN[Param.GAIN]]
    rows = np.flatnonzero(song.roles == ROLE_INDEX[Role.OTHER])
    return [int(row) for row in rows[np.argsort(-level_db[rows], kind="stable")]]
