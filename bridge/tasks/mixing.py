"""The default agent: gain, EQ and pan per track, from factored tables and a belief about taste.

Theory of operation. A track's errors are where its level, tone and width are, less where this
person is believed to want them. The belief is uncertain, so an error is a spread over cells, and
the score of a move is the Q-table averaged over that spread (`bridge.learning.bins`). The best
allowed move is proposed if it is worth a person's attention. A thumb then teaches three things:

1. the taste: the Q-table says how likely this thumb was for every taste that the person may have;
2. the table itself: one step of Q-learning over the cells that the move was chosen from;
3. how far this person's thumbs can be trusted.

The prior's own tables, which never change, are the likelihood of a thumb: what is learnt online
must not change what an old answer meant. They are rewards, not returns, so this holds for any
discount.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.learning.policies import epsilon_greedy
from bridge.learning.prior import Prior
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES
from bridge.mix.state import Observation
from bridge.tasks.cells import STEP_PARAMS, STEPS, Spread, find_cells, spread
from bridge.tasks.errors import DIMENSION, find_errors
from bridge.tasks.features import measure
from bridge.tasks.person import Person
from bridge.tasks.reasons import belief_in_words, reason
from bridge.tasks.task import Learnt, Proposal
from bridge.tasks.trace import Trace

_LEAST_THUMB: Final = 0.3
"""A thumb is a sign: it is worth |Q| of the move that it judges, and at least this."""

_UNHEARD: Final = 0.5
"""What the judgement of a suggestion that was not heard counts against one that was."""

_HAND_SD: Final = (2.0, 2.0, 2.0, 2.0, 2.0, 0.15)
"""A hand stops within about this of where its owner wants the track."""

_HARM_COUNTS: Final = 1.0
"""A sure move is one that is worth making even if harm counts so many times more."""

_FORGIVEN: Final = 0.5
"""A listener who can be trusted takes back about this share of the harm."""

_CAUTIOUS_CONFIDENCE: Final = 0.25
"""In a gig: only where this person's answers have taken away a quarter of the doubt."""

_LEAST_WEIGHT: Final = 0.02
"""Cells that a state touches less than this are left out of the update."""

_DIMENSION_OF_MOVE: Final = np.array([DIMENSION[param] for param in STEP_PARAMS])


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """An observation as the agent sees it; arrays (n, 6) over the dimensions of taste.

    Attributes:
        error: Against the average listener; NaN unknown.
        sd: How well that is known.
        taste: What this person is believed to want beyond the average listener.
        taste_sd: How sure that is.
        spreads: Cells and weights by family: (n, k), for the EQ (n, 4, k).
        outward: (n,) the side that each track is on.
    """

    error: FloatArray
    sd: FloatArray
    taste: FloatArray
    taste_sd: FloatArray
    spreads: dict[str, Spread]
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
        self._person = Person(prior, seed=seed)
        self._rewards = {name: table.values.copy() for name, table in self._person.tables.items()}

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
        person = self._person
        person.decisions += 1
        view = self._look(observation)
        usable = allowed & (steps != 0.0)
        rows = {key: row for row, key in enumerate(observation.keys)}
        for key, move in person.disliked():
            if key in rows:
                usable[rows[key], move] = False
        if cautious:
            sure = self._confidence(view, observation.roles) >= _CAUTIOUS_CONFIDENCE
            usable &= sure[:, _DIMENSION_OF_MOVE]
        scores, usable = self._appraise(
            view, usable, steps, is_taught=explore and self._is_learning
        )
        choice = epsilon_greedy(
            scores.ravel(),
            usable.ravel(),
            epsilon=self._epsilon if explore else 0.0,
            least_score=self._prior.least_score,
            rng=person.rng,
        )
        if choice is None or scores.ravel()[choice.index] < self._prior.least_score:
            return None
        row, move = divmod(choice.index, STEPS.size)
        trace = _trace(view, observation.keys[row], row, move)
        return Proposal(
            row=row,
            param=STEP_PARAMS[move],
            step=float(steps[row, move]),
            probability=choice.probability,
            score=float(scores[row, move]),
            confidence=float(self._confidence(view, observation.roles)[row, _dimension(move)]),
            reason=self._reason(observation, view, row, move),
            trace=trace,
        )

    def _appraise(
        self, view: _View, usable: NDArray[np.bool_], steps: FloatArray, *, is_taught: bool
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Scores (n, 14), and which moves are to be chosen from.

        First come the moves that hardly anybody would dislike. When a person answers and none of
        these is left, what merely might turn out well is worth asking about: the harm that they
        would take back is not counted.
        """
        good, harm = self._expect(view) * np.minimum(1.0, np.abs(steps / STEPS))
        least = self._prior.least_score
        if not is_taught:
            return good - harm, usable
        sure = usable & (good - (1.0 + _HARM_COUNTS) * harm >= least)
        if sure.any():
            return good - harm, sure
        return good - (1.0 - _FORGIVEN * self._person.consistency.trust) * harm, usable

    def _look(self, observation: Observation) -> _View:
        """Measure, and compare with what this person is believed to want."""
        person, roles = self._person, observation.roles
        features = measure(observation)
        if observation.keys != person.taste.members:
            person.first_loudness_db = features.loudness
        person.taste.attend(observation.keys, roles)
        taste, variance = person.taste.of_members()
        error, sd = find_errors(features, observation, taste)
        wanted, total_sd = np.nan_to_num(error - taste), np.sqrt(variance + sd**2)
        cells = find_cells(
            features,
            roles,
            np.nan_to_num(observation.values[:, 2:]),
            drift_db=features.loudness - person.first_loudness_db,
        )
        spreads = {
            "gain": spread("gain", cells.gain, wanted[:, 0], total_sd[:, 0]),
            "eq": spread("eq", cells.eq, wanted[:, 1:5], total_sd[:, 1:5]),
            "pan": spread("pan", cells.pan, wanted[:, 5], total_sd[:, 5]),
        }
        return _View(
            error=error,
            sd=sd,
            taste=taste,
            taste_sd=np.sqrt(variance),
            spreads=spreads,
            outward=features.outward,
        )

    def _expect(self, view: _View) -> FloatArray:
        """(2, n, 14) what each move may earn, and what it may cost; NaN unknown."""
        tables, tracks = self._person.tables, len(view.outward)
        both = np.empty((2, tracks, STEPS.size))
        both[:, :, :4] = tables["gain"].expect(*view.spreads["gain"])
        eq = tables["eq"].expect(*view.spreads["eq"])
        both[:, :, 4:12] = np.reshape(eq, (2, tracks, 8))
        pan = np.array(tables["pan"].expect(*view.spreads["pan"]))
        is_right = view.outward[:, None] > 0.0
        both[:, :, 12:] = np.where(is_right, pan, pan[:, :, ::-1])
        both[:, np.isnan(view.error)[:, _DIMENSION_OF_MOVE]] = np.nan
        return both

    def _confidence(self, view: _View, roles: IntArray) -> FloatArray:
        """(n, 6) how much of the doubt about anybody this person's answers have taken away."""
        taste = self._prior.taste
        anybody = np.diagonal(taste.covariance, axis1=1, axis2=2).T + taste.member_sd**2
        return np.clip(1.0 - view.taste_sd / np.sqrt(anybody[roles]), 0.0, 1.0)

    def _reason(self, observation: Observation, view: _View, row: int, move: int) -> str:
        dimension, role = _dimension(move), int(observation.roles[row])
        taste = float(view.taste[row, dimension])
        return reason(
            observation.names[row],
            STEP_PARAMS[move],
            error=float(view.error[row, dimension]) - taste,
            belief=taste - float(self._prior.taste.mean[role, dimension]),
            answers=int(self._person.taste.answers[role, dimension]),
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
        person = self._person
        if not self._is_learning or reward == 0.0:
            return Learnt(td_error=0.0, text="")
        weight *= (1.0 if heard else _UNHEARD) * (0.5 + 0.5 * min(abs(reward), 1.0))
        if reward < 0.0:
            person.dislike(trace.key, trace.move)
        next_value = 0.0
        if self._discount:
            good, harm = self._expect(self._look(observation))
            next_value = float(np.nan_to_num(good - harm)[allowed].max(initial=0.0))
        text = self._learn_taste(trace, reward, weight=weight)
        table = person.tables[trace.family]
        value = float(trace.weights @ table.values[trace.cells, trace.action])
        td_error = table.update(
            trace.cells,
            trace.weights,
            trace.action,
            reward=reward * max(abs(value), _LEAST_THUMB),
            next_value=next_value,
            step_size=self._step_size * weight * person.consistency.trust,
            discount=self._discount,
        )
        return Learnt(td_error=td_error, text=text)

    def _learn_taste(self, trace: Trace, reward: float, *, weight: float) -> str:
        """Move the belief about the track's taste; returns it in words, empty if it is gone."""
        taste, consistency = self._person.taste, self._person.consistency
        if trace.key not in taste.members:
            return ""
        row, dimension = taste.members.index(trace.key), _dimension(trace.move)
        means, variances = taste.of_members()
        expected = self._p_up(trace, means[row, dimension, None], variances[row, dimension])
        agreement = float(expected[0])
        consistency.judge(agreement if reward > 0.0 else 1.0 - agreement, weight=weight)
        share = consistency.share

        def likelihood(tastes: FloatArray) -> FloatArray:
            up = self._p_up(trace, tastes, 0.0)
            agreed = up if reward > 0.0 else 1.0 - up
            meant = share * agreed + (1.0 - share) * (1.0 - agreed)
            return weight * meant + (1.0 - weight) * 0.5

        taste.judge(row, dimension, likelihood)
        taste.rely(consistency.reliance)
        return self._told(row, dimension)

    def _p_up(self, trace: Trace, tastes: FloatArray, variance: float) -> FloatArray:
        """P(thumb up) of somebody consistent, for each taste, give or take `variance`."""
        sd = np.full(tastes.shape, np.sqrt(trace.sd**2 + variance))
        first = np.full(tastes.shape, trace.first)
        cells, weights = spread(trace.family, first, trace.error - tastes, sd)
        value = (weights * self._rewards[trace.family][cells, trace.action]).sum(axis=-1)
        return np.asarray(1.0 / (1.0 + np.exp(-self._prior.scale * value)))

    def _told(self, row: int, dimension: int) -> str:
        taste = self._person.taste
        role = int(taste.groups[row])
        mean = float(taste.of_members()[0][row, dimension])
        difference = mean - float(self._prior.taste.mean[role, dimension])
        return belief_in_words(ROLES[role], dimension, difference)

    def learn_from_hand(
        self, observation: Observation, row: int, param: Param, value: float, *, at: float
    ) -> Learnt | None:
        """A hand has put a track where its owner wants it; `observation` is from after that."""
        if not self._is_learning or param not in DIMENSION or not np.isfinite(value):
            return None
        taste, dimension = self._person.taste, DIMENSION[param]
        taste.attend(observation.keys, observation.roles)
        values = observation.values.copy()
        values[row, COLUMN[param]] = value
        held = replace(observation, values=values)
        error, _ = find_errors(measure(held), held, taste.of_members()[0])
        if np.isnan(error[row, dimension]):
            return None
        taste.correct(row, dimension, value=float(error[row, dimension]), sd=_HAND_SD[dimension])
        return Learnt(td_error=0.0, text=self._told(row, dimension))

    def forget(self, what: str) -> bool:
        """Be as before this person's answers: on a role, this ``song`` or ``all``."""
        return self._person.forget(what)

    def beliefs(self) -> Mapping[str, Any]:
        """What is believed of this person, per role: JSON that a person can read."""
        return self._person.beliefs()

    def state(self) -> bytes:
        """What was learnt beyond the prior, as canonical JSON."""
        return self._person.state()

    def load_state(self, state: bytes) -> None:
        """Take over what `state` gave; see `Person.from_state`.

        Raises:
            PriorError: If it cannot be read, in one sentence; then nothing has changed.
        """
        self._person = Person.from_state(state, self._prior)


def _dimension(move: int) -> int:
    return int(_DIMENSION_OF_MOVE[move])


def _trace(view: _View, key: str, row: int, move: int) -> Trace:
    """What must be remembered of one of the 14 moves of a track."""
    dimension = _dimension(move)
    place: tuple[int, ...]
    if dimension == DIMENSION[Param.GAIN]:
        family, action, place = "gain", move, (row,)
    elif dimension == DIMENSION[Param.PAN]:
        family, place = "pan", (row,)
        action = int(STEPS[move] * view.outward[row] > 0.0)
    else:
        family, action, place = "eq", int(STEPS[move] > 0.0), (row, dimension - 1)
    all_cells, all_weights = view.spreads[family]
    cells, weights = all_cells[place], all_weights[place]
    kept = weights > _LEAST_WEIGHT
    return Trace(
        key=key,
        move=move,
        family=family,
        action=action,
        first=int(cells[0]),
        cells=cells[kept],
        weights=weights[kept] / weights[kept].sum(),
        error=float(view.error[row, dimension]),
        sd=float(view.sd[row, dimension]),
    )
