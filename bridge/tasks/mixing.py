"""The default agent: gain, EQ and pan per track, from factored tables and a belief about taste.

Theory of operation. A track's errors are where its level, tone and width are, less where this
person is believed to want them. The belief is uncertain, so an error is a spread over cells, and
the score of a move is the Q-table averaged over that spread (`bridge.learning.bins`). The best
allowed move is proposed if it is worth a person's attention. A thumb then teaches three things:

1. the taste: the Q-table says how likely this thumb was for every taste that the person may have;
2. the table itself: one step of Q-learning over the cells that the move was chosen from;
3. how far this person's thumbs can be trusted.

The prior's own tables, which never change, are the likelihood of a thumb: what is learnt online
must not change what an old answer meant.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import PriorError
from bridge.learning.policies import epsilon_greedy
from bridge.learning.prior import Prior
from bridge.learning.q_learning import FloatArray, IntArray, QTable
from bridge.learning.taste import Consistency, Taste
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES
from bridge.mix.state import Observation
from bridge.tasks.cells import (
    SHAPES,
    STEP_PARAMS,
    STEPS,
    find_cells,
    spread,
)
from bridge.tasks.errors import DIMENSION, DIMENSIONS, TARGET, find_errors
from bridge.tasks.features import measure
from bridge.tasks.reasons import belief_in_words, reason
from bridge.tasks.task import Learnt, Proposal

STATE_SCHEMA: Final = 1

_TABU_DECISIONS: Final = 15
"""A move that was just disliked is not tried again for so many decisions."""

_LEAST_THUMB: Final = 0.3
"""A thumb is a sign: it is worth |Q| of the move that it judges, and at least this."""

_UNHEARD: Final = 0.5
"""What the judgement of a suggestion that was not heard counts against one that was."""

_HAND_SD: Final = np.array([2.0, 2.0, 2.0, 2.0, 2.0, 0.15])
"""A hand stops within about this of where its owner wants the track."""

_FORGIVEN: Final = 0.4
"""A listener who teaches takes back this share of the harm, so a promising move may be tried."""

_CAUTIOUS_CONFIDENCE: Final = 0.25
_LEAST_WEIGHT: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a proposal must remember until it is judged.

    Attributes:
        key: The track.
        family: Which table.
        action: Which action of that table.
        column: Which move of the track.
        first: The first cell of the track's row of errors.
        cells: (k,) cells of the state.
        weights: (k,) their weights.
        error: Where the track was against the average listener's target.
        sd: How well that was known, taste apart.
    """

    key: str
    family: str
    action: int
    column: int
    first: int
    cells: IntArray
    weights: FloatArray
    error: float
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """One observation as the agent sees it: (n, 6) arrays over the dimensions of taste."""

    error: FloatArray
    sd: FloatArray
    taste: FloatArray
    taste_sd: FloatArray
    gain: tuple[IntArray, FloatArray]
    eq: tuple[IntArray, FloatArray]
    pan: tuple[IntArray, FloatArray]
    scores: FloatArray
    outward: FloatArray


class MixingTask:
    """The factored agent; see the module's page. Implements `bridge.tasks.task.Task`.

    Args:
        prior: Tables and taste to start from.
        step_size: Of the Q-learning step, 0 to 1.
        discount: Of the next state, 0 to below 1.
        epsilon: Probability of a guarded exploratory choice.
        seed: Of the agent's only randomness.
        is_learning: False: judge and learn nothing, choose by what is known.
    """

    def __init__(
        self,
        prior: Prior,
        *,
        step_size: float = 0.1,
        discount: float = 0.0,
        epsilon: float = 0.05,
        seed: int = 0,
        is_learning: bool = True,
    ) -> None:
        self._prior = prior
        self._step_size = step_size
        self._discount = discount
        self._epsilon = epsilon
        self._is_learning = is_learning
        self._base = {name: _flat(prior.tables[name], name) for name in SHAPES}
        self._rng = np.random.Generator(np.random.PCG64(seed))
        self._forget()

    def _forget(self) -> None:
        self._tables = {name: QTable(values) for name, values in self._base.items()}
        self._taste = Taste(self._prior.taste)
        self._consistency = Consistency()
        self._decisions = 0
        self._first_loudness_db = 0.0
        self._tabu: dict[tuple[str, int], int] = {}

    @property
    def step_params(self) -> tuple[Param, ...]:
        """The parameter that each of the 14 columns moves."""
        return STEP_PARAMS

    def steps(self, observation: Observation) -> FloatArray:
        """The same 14 moves for every track; see `bridge.tasks.cells`."""
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
        """The move that is worth most, or None where none is worth a person's attention."""
        self._decisions += 1
        if not len(observation.keys):
            return None
        is_learning = explore and self._is_learning
        view = self._look(observation, forgiven=_FORGIVEN if is_learning else 0.0)
        scores = view.scores * np.minimum(1.0, np.abs(steps / STEPS))
        usable = allowed & (steps != 0.0) & self._not_tabu(observation)
        if cautious:
            sure = self._confidence(view.taste_sd, observation.roles) >= _CAUTIOUS_CONFIDENCE
            usable &= sure[:, _DIMENSION_OF_COLUMN]
        choice = epsilon_greedy(
            scores.ravel(),
            usable.ravel(),
            epsilon=self._epsilon if explore else 0.0,
            least_score=0.0,
            rng=self._rng,
        )
        if choice is None:
            return None
        row, column = divmod(choice.index, STEPS.size)
        if scores[row, column] < self._prior.least_score:
            return None
        return self._proposal(
            observation, view, row, column,
            step=float(steps[row, column]),
            score=float(scores[row, column]),
            probability=choice.probability,
        )  # fmt: skip

    def _look(self, observation: Observation, *, forgiven: float = 0.0) -> _View:
        roles = observation.roles
        features = measure(observation)
        if observation.keys != self._taste.members:
            self._first_loudness_db = features.loudness
        self._taste.attend(observation.keys, roles)
        taste, variance = self._taste.of_members()
        error, sd = find_errors(features, observation, taste)
        total_sd = np.sqrt(variance + sd**2)
        eq_db = np.nan_to_num(observation.values[:, 2:])
        drift_db = features.loudness - self._first_loudness_db
        found = find_cells(features, roles, eq_db, drift_db=drift_db)
        wanted = np.nan_to_num(error - taste)
        gain = spread(found.gain, wanted[:, 0], total_sd[:, 0], "gain")
        eq = spread(found.eq, wanted[:, 1:5], total_sd[:, 1:5], "eq")
        pan = spread(found.pan, wanted[:, 5], total_sd[:, 5], "pan")
        scores = np.empty((roles.size, STEPS.size))
        scores[:, :4] = self._tables["gain"].expect(*gain, forgiven=forgiven)
        scores[:, 4:12] = self._tables["eq"].expect(*eq, forgiven=forgiven).reshape(-1, 8)
        inwards_outwards = self._tables["pan"].expect(*pan, forgiven=forgiven)
        is_right = features.outward[:, None] > 0.0
        scores[:, 12:] = np.where(is_right, inwards_outwards, inwards_outwards[:, ::-1])
        scores[np.isnan(error)[:, _DIMENSION_OF_COLUMN]] = np.nan
        return _View(
            error=error, sd=sd, taste=taste, taste_sd=np.sqrt(variance),
            gain=gain, eq=eq, pan=pan, scores=scores, outward=features.outward,
        )  # fmt: skip

    def _not_tabu(self, observation: Observation) -> NDArray[np.bool_]:
        free = np.ones((len(observation.keys), STEPS.size), dtype=np.bool_)
        if self._tabu:
            rows = {key: row for row, key in enumerate(observation.keys)}
            for (key, column), until in self._tabu.items():
                if self._decisions <= until and key in rows:
                    free[rows[key], column] = False
        return free

    def _confidence(self, taste_sd: FloatArray, roles: IntArray) -> FloatArray:
        """(n, 6) how much of the doubt about anybody this person's answers have taken away."""
        taste = self._prior.taste
        anybody = np.diagonal(taste.covariance, axis1=1, axis2=2).T + taste.member_sd**2
        return np.clip(1.0 - taste_sd / np.sqrt(anybody[roles]), 0.0, 1.0)

    def _proposal(
        self,
        observation: Observation,
        view: _View,
        row: int,
        column: int,
        *,
        step: float,
        score: float,
        probability: float,
    ) -> Proposal:
        param = STEP_PARAMS[column]
        dimension = DIMENSION[param]
        role = int(observation.roles[row])
        confidence = float(self._confidence(view.taste_sd, observation.roles)[row, dimension])
        family, action, cells, weights = _place(view, row, column)
        kept = weights > _LEAST_WEIGHT
        error, taste = float(view.error[row, dimension]), float(view.taste[row, dimension])
        return Proposal(
            row=row,
            param=param,
            step=step,
            probability=probability,
            score=score,
            confidence=confidence,
            reason=reason(
                observation.names[row],
                param,
                error=error - taste,
                belief=taste - float(self._prior.taste.mean[role, dimension]),
                answers=int(self._taste.answers[role, dimension]),
                confidence=confidence,
            ),
            trace=Trace(
                key=observation.keys[row],
                family=family,
                action=action,
                column=column,
                first=int(cells[0]),
                cells=cells[kept],
                weights=weights[kept] / weights[kept].sum(),
                error=error,
                sd=float(view.sd[row, dimension]),
            ),
        )

    def learn(
        self,
        proposal: Proposal,
        reward: float,
        *,
        weight: float,
        heard: bool,
        at: float,
        observation: Observation,
        allowed: NDArray[np.bool_],
    ) -> Learnt:
        """Taste, table and trust, from one judgement."""
        trace: Trace = proposal.trace
        if not self._is_learning or reward == 0.0:
            return Learnt(td_error=0.0, text="")
        weight = weight * (1.0 if heard else _UNHEARD)
        if reward < 0.0:
            self._tabu[trace.key, trace.column] = self._decisions + _TABU_DECISIONS
        self._taste.attend(observation.keys, observation.roles)
        if trace.key in self._taste.members:
            self._learn_taste(proposal, reward, weight=weight * (0.5 + 0.5 * min(abs(reward), 1.0)))
        table = self._tables[trace.family]
        worth = max(
            abs(float(trace.weights @ table.values[trace.cells, trace.action])), _LEAST_THUMB
        )
        td_error = table.update(
            trace.cells,
            trace.weights,
            trace.action,
            reward=reward * worth,
            next_value=self._best_next(observation, allowed) if self._discount else 0.0,
            step_size=self._step_size * weight * (2.0 * self._consistency.share - 1.0),
            discount=self._discount,
        )
        return Learnt(td_error=td_error, text=self._told(trace, proposal.param))

    def _best_next(self, observation: Observation, allowed: NDArray[np.bool_]) -> float:
        scores = self._look(observation).scores
        return float(np.where(allowed & ~np.isnan(scores), scores, 0.0).max(initial=0.0))

    def _learn_taste(self, proposal: Proposal, reward: float, *, weight: float) -> None:
        trace: Trace = proposal.trace
        row, dimension = self._taste.members.index(trace.key), DIMENSION[proposal.param]
        mean, variance = self._taste.of_members()
        belief = float(mean[row, dimension]), float(variance[row, dimension])
        agreement = float(self._p_up(trace, np.array([belief[0]]), variance=belief[1])[0])
        self._consistency.judge(agreement if reward > 0.0 else 1.0 - agreement, weight=weight)
        share = self._consistency.share

        def likelihood(tastes: FloatArray) -> FloatArray:
            up = self._p_up(trace, tastes, variance=0.0)
            right = up if reward > 0.0 else 1.0 - up
            meant = share * right + (1.0 - share) * (1.0 - right)
            return weight * meant + (1.0 - weight) * 0.5

        self._taste.judge(row, dimension, likelihood)

    def _p_up(self, trace: Trace, tastes: FloatArray, *, variance: float) -> FloatArray:
        """P(thumb up) of somebody consistent, for each of an array of tastes."""
        sd = np.full(tastes.shape, np.sqrt(trace.sd**2 + variance))
        first = np.full(tastes.shape, trace.first)
        cells, weights = spread(first, trace.error - tastes, sd, trace.family)
        q = (weights * self._base[trace.family][cells, trace.action]).sum(axis=-1)
        return np.asarray(1.0 / (1.0 + np.exp(-self._prior.scale * q)))

    def _told(self, trace: Trace, param: Param) -> str:
        if trace.key not in self._taste.members:
            return ""
        row = self._taste.members.index(trace.key)
        role = int(self._taste.groups[row])
        dimension = DIMENSION[param]
        mean = float(self._taste.of_members()[0][row, dimension])
        return belief_in_words(
            ROLES[role], dimension, mean - float(self._prior.taste.mean[role, dimension])
        )

    def learn_from_hand(
        self,
        observation: Observation,
        row: int,
        param: Param,
        value: float,
        *,
        at: float,
    ) -> Learnt | None:
        """A hand has put a track where its owner wants it; `observation` is from after that."""
        if not self._is_learning or param not in DIMENSION:
            return None
        self._taste.attend(observation.keys, observation.roles)
        values = observation.values.copy()
        values[row, COLUMN[param]] = value
        error, _ = find_errors(measure(observation), observation, self._taste.of_members()[0])
        dimension = DIMENSION[param]
        if np.isnan(error[row, dimension]):
            return None
        self._taste.correct(
            row, dimension, value=float(error[row, dimension]), sd=float(_HAND_SD[dimension])
        )
        mean = float(self._taste.of_members()[0][row, dimension])
        role = int(observation.roles[row])
        difference = mean - float(self._prior.taste.mean[role, dimension])
        return Learnt(td_error=0.0, text=belief_in_words(ROLES[role], dimension, difference))

    def beliefs(self) -> Mapping[str, Any]:
        """What is believed of this person, per role: JSON that a person can read."""
        mean, variance = self._taste.of_groups()
        anybody = np.diagonal(self._prior.taste.covariance, axis1=1, axis2=2).T
        difference = mean - self._prior.taste.mean
        sure = 1.0 - np.sqrt(variance / anybody)
        average = self._prior.taste.mean + TARGET
        return {
            "consistency": round(self._consistency.share, 3),
            "roles": {
                str(role): {
                    name: {
                        "average": round(float(average[row, column]), 2),
                        "you": round(float(average[row, column] + difference[row, column]), 2),
                        "sure": round(float(sure[row, column]), 3),
                        "answers": int(self._taste.answers[row, column]),
                        "words": belief_in_words(role, column, float(difference[row, column])),
                    }
                    for column, name in enumerate(DIMENSIONS)
                }
                for row, role in enumerate(ROLES)
            },
        }

    def state(self) -> bytes:
        """What was learnt beyond the prior, as canonical JSON."""
        tabu = [
            [key, column, until]
            for (key, column), until in sorted(self._tabu.items())
            if until > self._decisions
        ]
        body = {
            "schema": STATE_SCHEMA,
            "agent": "factored",
            "prior": self._prior.checksum,
            "tables": {name: self._changes(name) for name in SHAPES},
            "taste": self._taste.state(),
            "consistency": self._consistency.weights.tolist(),
            "decisions": self._decisions,
            "first_loudness": self._first_loudness_db,
            "tabu": tabu,
            "rng": _rng_state(self._rng),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    def _changes(self, name: str) -> list[list[float]]:
        """[cell, action, value, visits] of all that was updated."""
        table = self._tables[name]
        cells, actions = np.nonzero(table.visits)
        columns = (cells, actions, table.values[cells, actions], table.visits[cells, actions])
        return [list(entry) for entry in zip(*(c.tolist() for c in columns), strict=True)]

    def load_state(self, state: bytes) -> None:
        """Take over what `state` gave.

        What was learnt upon another prior keeps its taste and its trust, which are about the
        person; the changes of the tables, which are about that prior's values, are left behind.

        Raises:
            PriorError: If it cannot be read, in one sentence; then nothing has changed.
        """
        body = _parse_state(state)
        fresh = (self._tables, self._taste, self._consistency, self._decisions, self._tabu)
        try:
            self._forget()
            self._taste.load_state(body["taste"])
            self._consistency.weights = np.array(body["consistency"], dtype=np.float64)
            self._decisions = int(body["decisions"])
            self._first_loudness_db = float(body["first_loudness"])
            self._tabu = {(key, int(column)): int(until) for key, column, until in body["tabu"]}
            if body["prior"] == self._prior.checksum:
                self._load_changes(body["tables"])
            rng = np.random.PCG64()
            rng.state = body["rng"]
        except (KeyError, ValueError, TypeError, IndexError) as error:
            self._tables, self._taste, self._consistency, self._decisions, self._tabu = fresh
            raise PriorError(
                f"what was learnt cannot be read: a part is missing or of the wrong form "
                f"({error!r}); import an export of it, or start with a new store."
            ) from error
        self._rng = np.random.Generator(rng)

    def _load_changes(self, tables: dict[str, list[list[float]]]) -> None:
        for name, changes in tables.items():
            table = self._tables[name]
            for cell, action, value, visits in changes:
                table.values[int(cell), int(action)] = value
                table.visits[int(cell), int(action)] = visits


_DIMENSION_OF_COLUMN: Final = np.array([DIMENSION[param] for param in STEP_PARAMS])


def _flat(table: FloatArray, name: str) -> FloatArray:
    if table.shape != SHAPES[name]:
        raise PriorError(
            f"the prior's table {name!r} has the shape {table.shape}, expected {SHAPES[name]}; "
            "train it anew with `mixbridge study train-prior`."
        )
    return table.reshape(-1, table.shape[-1])


def _place(view: _View, row: int, column: int) -> tuple[str, int, IntArray, FloatArray]:
    """Family, action, cells and weights of one of the 14 moves of a track."""
    if column < 4:
        return "gain", column, view.gain[0][row], view.gain[1][row]
    if column < 12:
        band, action = divmod(column - 4, 2)
        return "eq", action, view.eq[0][row, band], view.eq[1][row, band]
    is_right_move = column == 13
    is_outwards = is_right_move == (view.outward[row] > 0.0)
    return "pan", int(is_outwards), view.pan[0][row], view.pan[1][row]


def _rng_state(rng: np.random.Generator) -> dict[str, Any]:
    return dict(rng.bit_generator.state)


def _parse_state(state: bytes) -> dict[str, Any]:
    try:
        body = json.loads(state)
        schema = body["schema"]
    except (ValueError, TypeError, KeyError) as error:
        raise PriorError(
            f"what was learnt cannot be read ({error!r}); import an export of it, or start with a "
            "new store."
        ) from error
    if schema != STATE_SCHEMA or body.get("agent") != "factored":
        raise PriorError(
            f"what was learnt is of agent {body.get('agent')!r}, schema {schema!r}; this is agent "
            f"'factored', schema {STATE_SCHEMA}: use the version and agent that wrote it."
        )
    return dict(body)
