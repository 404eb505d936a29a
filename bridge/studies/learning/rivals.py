"""Who the agent is compared with: nothing, chance, static rules, a linear bandit, an oracle.

Each makes the same 14 moves a track and sees what the agent sees, but for the oracle, which reads
the listener's mind.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Learnt, Proposal
from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.agents.errors import DIMENSION, find_errors
from bridge.agents.factored import FactoredAgent
from bridge.agents.features import Features, measure
from bridge.agents.reasons import Claim
from bridge.agents.tuning import Tuning
from bridge.learning.prior import Prior
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES
from bridge.mix.state import Observation
from bridge.sim.songs import SimulatedMix, make_song

_COLUMNS: Final = np.array([COLUMN[param] for param in STEP_PARAMS])
_DIMENSION: Final = np.array([DIMENSION[param] for param in STEP_PARAMS])

_UNITS: Final[FloatArray] = np.array([3.0, 4.0, 4.0, 4.0, 4.0, 0.2])
"""Errors of level, tone and width that are about equally bad."""


class Rival:
    """What all rivals share: the moves, and that they learn nothing. `_score` is their own."""

    _why = "the best of all moves by this agent's own score"

    @property
    def step_params(self) -> tuple[Param, ...]:
        """The parameter that each of the 14 columns moves."""
        return STEP_PARAMS

    def steps(self, observation: Observation) -> FloatArray:
        """The same 14 moves for every track."""
        return np.tile(STEPS, (len(observation.keys), 1))

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
        """The best move, if it is worth more than leaving the mix alone."""
        scores = np.where(allowed, self._score(observation, steps), -np.inf)
        best = int(scores.argmax()) if scores.size else 0
        if not scores.size or scores.flat[best] <= 0.0:
            return None
        row, column = divmod(best, STEPS.size)
        return Proposal(
            row=row,
            param=STEP_PARAMS[column],
            step=float(steps[row, column]),
            probability=1.0,
            score=float(scores[row, column]),
            confidence=0.0,
            reason=self._reason(observation, row, column),
            trace=self._trace(best),
        )

    def _score(self, observation: Observation, steps: FloatArray) -> FloatArray:
        """What each move (n, 14) is worth; 0 or less: not worth making."""
        raise NotImplementedError

    def _reason(self, observation: Observation, row: int, column: int) -> str:
        """Why that move."""
        return f"{observation.names[row]}: {self._why}"

    def _trace(self, index: int) -> object:
        """What `learn` needs of the move of this index in (n * 14)."""
        return None

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
        """Nothing is learnt."""
        return Learnt(td_error=0.0, text="")

    def learn_from_hand(
        self,
        observation: Observation,
        row: int,
        param: Param,
        value: float,
        *,
        at: float,
    ) -> Learnt | None:
        """Nothing is learnt."""
        return None

    def beliefs(self) -> Mapping[str, Any]:
        """None."""
        return {}

    def state(self) -> bytes:
        """Nothing is kept."""
        return b""

    def load_state(self, state: bytes) -> None:
        """Nothing was kept."""


class Nothing(Rival):
    """Leaves the mix alone: 0 by definition."""

    def _score(self, observation: Observation, steps: FloatArray) -> FloatArray:
        return np.zeros_like(steps)


class Chance(Rival):
    """Makes any allowed move."""

    _why = "drawn by chance"

    def __init__(self, *, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def _score(self, observation: Observation, steps: FloatArray) -> FloatArray:
        return 1.0 - self._rng.random(steps.shape)


class Rules(Rival):
    """Moves the worst error against `bridge.agents.targets` by the step that mends it best.

    Args:
        is_heeding: Leave a control alone for the rest of the song once a move of it was disliked:
            rules that repeat what was just taken back would be a straw man.
    """

    def __init__(self, *, is_heeding: bool = False) -> None:
        self._is_heeding = is_heeding
        self._keys: tuple[str, ...] = ()
        self._refused: set[tuple[int, Param]] = set()

    def _score(self, observation: Observation, steps: FloatArray) -> FloatArray:
        if observation.keys != self._keys:
            self._keys, self._refused = observation.keys, set()
        error, left = _errors_after(observation, measure(observation), steps)
        # The worst error comes first; of its steps the one that leaves least. No step leaves less
        # once an error is within half the smallest.
        is_better = left < np.abs(error)
        for row, param in self._refused:
            is_better[row, [column == param for column in STEP_PARAMS]] = False
        return np.where(is_better, np.abs(error) + 0.01 * (np.abs(error) - left), 0.0)

    def _reason(self, observation: Observation, row: int, column: int) -> str:
        nobody = np.zeros((len(observation.keys), len(_UNITS)))
        error, _ = find_errors(measure(observation), observation, nobody)
        off, name = float(error[row, _DIMENSION[column]]), observation.names[row]
        return Claim(name=name, param=STEP_PARAMS[column], error=off).words()

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
        """Which control a thumb-down was about."""
        if self._is_heeding and reward < 0.0:
            self._refused.add((proposal.row, proposal.param))
        return Learnt(td_error=0.0, text="")


class MindReader(Rival):
    """The greedy oracle: makes the move that the listener would like best.

    Args:
        worth: The listener's utility of each of an array of mixes (k, n, 6): (k,).
    """

    _why = "this listener would like no move better"

    def __init__(self, worth: Callable[[FloatArray], FloatArray]) -> None:
        self._worth = worth

    def _score(self, observation: Observation, steps: FloatArray) -> FloatArray:
        values = observation.values
        rows, columns = np.arange(len(values))[:, None], np.arange(STEPS.size)
        mixes = np.broadcast_to(values, (*steps.shape, *values.shape)).copy()
        mixes[rows, columns, rows, _COLUMNS] += steps
        gains = self._worth(mixes.reshape(-1, *values.shape)) - self._worth(values[None])[0]
        return np.where(gains > _ROUNDING, gains, 0.0).reshape(steps.shape)


_ROUNDING: Final = 1e-9


class LinUcb(Rival):
    """A linear bandit (Li et al. 2010) that starts where the shipped prior is.

    What a move is worth is linear in features of the move and its error. The weights start as the
    ridge regression of the prior's scores and move with the thumbs, which count |score|, as they do
    for the agent.

    Args:
        weights: What it starts from; see `fit_weights`.
        alpha: How much a doubtful move is favoured: standard deviations of its worth.
        ridge: How many thumbs on one feature weigh as much as the prior does.
        least_score: A move of less is not made.
    """

    _LEAST_THUMB: Final = 0.3
    _TABU_DECISIONS: Final = 15

    def __init__(
        self,
        weights: FloatArray,
        *,
        alpha: float = 0.03,
        ridge: float = 1.25,
        least_score: float = 0.53,
    ) -> None:
        self._alpha = alpha
        self._inverse = np.eye(weights.size) / ridge
        self._weighted = ridge * weights
        self._least = least_score
        self._seen = np.zeros((0, _TOUCHED), dtype=np.int64), np.zeros((0, _TOUCHED))
        self._decisions = 0
        self._tabu: dict[int, int] = {}

    def _score(self, observation: Observation, steps: FloatArray) -> FloatArray:
        self._decisions += 1
        self._seen = places, bends = _linear_features(observation, steps)
        inverse = self._inverse[places[:, :, None], places[:, None, :]]
        variance = np.einsum("kf,kfg,kg->k", bends, inverse, bends)
        expected = (bends * (self._inverse @ self._weighted)[places]).sum(axis=1)
        scores = expected + self._alpha * np.sqrt(np.maximum(variance, 0.0))
        scores[[index for index, until in self._tabu.items() if self._decisions <= until]] = 0.0
        return np.asarray(np.where(scores >= self._least, scores, 0.0).reshape(steps.shape))

    def _trace(self, index: int) -> tuple[int, FloatArray]:
        places, bends = self._seen
        row = np.zeros(self._weighted.size)
        row[places[index]] = bends[index]
        return index, row

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
        """One more row of the regression (Sherman-Morrison); what was disliked rests a while."""
        index, features = proposal.trace
        if reward < 0.0:
            self._tabu[index] = self._decisions + self._TABU_DECISIONS
        row = np.sqrt(weight) * features
        predicted = float(features @ (self._inverse @ self._weighted))
        worth = reward * max(abs(predicted), self._LEAST_THUMB)
        leaned = self._inverse @ row
        self._inverse -= np.outer(leaned, leaned) / (1.0 + float(row @ leaned))
        self._weighted = self._weighted + np.sqrt(weight) * worth * row
        return Learnt(td_error=worth - predicted, text="")


UNTAUGHT: Final = Tuning(least_score=0.0)
"""For an agent whose tables say that nothing is worth anything: it must move all the same."""


def without_tables(prior: Prior) -> Prior:
    """The prior of somebody who knows nothing: every move is worth 0, targets are the rules'."""
    blank = replace(prior.taste, mean=np.zeros_like(prior.taste.mean))
    tables = {name: np.zeros_like(table) for name, table in prior.tables.items()}
    return replace(prior, tables=tables, taste=blank)


def _errors_after(
    observation: Observation, features: Features, steps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Errors (n, 14) against the rules before each move, and their sizes after it, in `_UNITS`."""
    nobody = np.zeros((len(observation.keys), len(_UNITS)))
    error, _ = find_errors(features, observation, nobody)
    error = np.nan_to_num(error)
    pan = observation.values[:, COLUMN[Param.PAN]]
    moved = error[:, _DIMENSION] + steps
    is_pan = DIMENSION[Param.PAN] == _DIMENSION
    width_change = np.abs(pan[:, None] + steps) - np.abs(pan)[:, None]
    moved = np.where(is_pan, error[:, _DIMENSION] + width_change, moved)
    return error[:, _DIMENSION] / _UNITS[_DIMENSION], np.abs(moved) / _UNITS[_DIMENSION]


# -- the linear bandit's features -----------------------------------------------------------------

_KINDS: Final = np.array([1, 0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
"""1 dB, 3 dB, four bands, pan: moves that differ only in direction share their weights."""

_BENDS: Final = 6
_TOUCHED: Final = _BENDS + 1
_WEIGHTS: Final = 7 * _BENDS + 6 * len(ROLES)


def _linear_features(observation: Observation, steps: FloatArray) -> tuple[IntArray, FloatArray]:
    """Which 7 of the weights each of the n * 14 moves touches, and the features there.

    By kind of move a few bends of the error; by role and dimension how far the move goes, which is
    how a person who wants a role otherwise than the average shows.
    """
    features = measure(observation)
    error, left = _errors_after(observation, features, steps)
    mended = np.clip(np.abs(error) - left, -1.0, 1.0)
    size = np.clip(np.abs(error), 0.0, 3.0)
    heard = np.clip(features.audibility, -20.0, 10.0)[:, None] / 10.0 * np.ones(STEPS.size)
    far = steps / _UNITS[_DIMENSION]
    bends = (np.ones_like(error), mended, mended * size, size, heard, heard * mended, far)
    role = 7 * _BENDS + observation.roles[:, None] * 6 + _DIMENSION
    places = np.empty((*steps.shape, _TOUCHED), dtype=np.int64)
    places[..., :_BENDS] = (_KINDS * _BENDS)[:, None] + np.arange(_BENDS)
    places[..., _BENDS] = role
    found = np.nan_to_num(np.stack(bends, axis=-1))
    return places.reshape(-1, _TOUCHED), found.reshape(-1, _TOUCHED)


_FIT_SONGS: Final = 12
_FIT_LOOKS: Final = 6
_FIT_MOVES: Final = 40


def fit_weights(prior: Prior) -> FloatArray:
    """Weights that come nearest to the prior's own scores on songs that nobody is tested on."""
    rng = np.random.default_rng([20260101, 7])
    teacher = FactoredAgent(prior, tuning=Tuning(least_score=-np.inf), is_learning=False)
    rows, scores = [], []
    for _ in range(_FIT_SONGS):
        mix = SimulatedMix(make_song(rng, tracks=12))
        for _ in range(_FIT_LOOKS):
            observation = mix.observe(rng)
            steps = teacher.steps(observation)
            places, bends = _linear_features(observation, steps)
            for index in rng.choice(steps.size, _FIT_MOVES, replace=False):
                only = np.zeros(steps.size, dtype=np.bool_)
                only[index] = True
                said = teacher.propose(
                    observation,
                    steps,
                    only.reshape(steps.shape),
                    at=0.0,
                    explore=False,
                    cautious=False,
                )
                if said is not None:
                    row = np.zeros(_WEIGHTS)
                    row[places[index]] = bends[index]
                    rows.append(row)
                    scores.append(said.score)
            _mend(mix, rng)
    seen, wanted = np.array(rows), np.array(scores)
    return np.linalg.solve(seen.T @ seen + np.eye(_WEIGHTS), seen.T @ wanted)


def _mend(mix: SimulatedMix, rng: np.random.Generator) -> None:
    """Let the rules go some way, so that nearly finished mixes are fitted too."""
    rules = Rules()
    for _ in range(10):
        observation = mix.observe(rng)
        steps = rules.steps(observation)
        move = rules.propose(
            observation,
            steps,
            np.ones(steps.shape, dtype=np.bool_),
            at=0.0,
            explore=False,
            cautious=False,
        )
        if move is not None:
            mix.move(move.row, move.param, move.step)
