"""The default agent: gain, EQ and pan per track, from factored tables and a belief about taste.

Theory of operation. A track's errors are where its level, tone and width are, less where this
person is believed to want them. The belief is uncertain, so an error is a spread over cells, and
the score of a move is the Q-table averaged over that spread (`bridge.learning.bins`). The best
allowed move is proposed if it is worth a person's attention. A thumb then teaches three things:

1. the taste: the Q-table says how likely this thumb was for every taste that the person may have;
2. the table itself: one step of Q-learning over the cells that the move was chosen from;
3. how far this person's thumbs can be trusted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Learnt, Proposal
from bridge.agents.as_found import first_doubt
from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.agents.corrections import (
    correct_by_hand,
    correct_by_mix,
    correct_by_wish,
    learn_finished_mix,
)
from bridge.agents.judgements import judge_taste, ups_of, worth_of
from bridge.agents.own_sound import with_own_sounds
from bridge.agents.person import Person
from bridge.agents.reasons import belief_in_words, granted_in_words
from bridge.agents.restraint import Restraint
from bridge.agents.terms import explain
from bridge.agents.thumbs import ThumbModel
from bridge.agents.trace import Trace
from bridge.agents.tuning import Tuning
from bridge.agents.view import DIMENSION_OF_MOVE, View, expect, observe, pictures_of, trace_of
from bridge.agents.whole_mixes import Options, draw_mixes, learn_pick, proposals_of
from bridge.learning.policies import epsilon_greedy
from bridge.learning.prior import Prior
from bridge.learning.q_learning import FloatArray, IntArray
from bridge.mix.params import Param
from bridge.mix.roles import ROLES
from bridge.mix.state import Observation
from bridge.mix.wishes import Wish

_LEAST_THUMB: Final = 0.3
"""A thumb is a sign: it is worth |Q| of the move that it judges, and at least this."""

_CAUTIOUS_CONFIDENCE: Final = 0.25
"""In a gig: only where this person's answers have taken away a quarter of the doubt."""

_UP_ANYHOW: Final = 0.4
"""How often a move is liked of which nobody can tell whether it is good."""

_SHIPPED: Final = Tuning()


class FactoredAgent:
    """The factored agent; see the module's page. Implements `bridge.agents.agent.Agent`.

    Args:
        prior: Tables and taste to start from.
        tuning: How it weighs what it knows.
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
        tuning: Tuning = _SHIPPED,
        step_size: float = 0.1,
        discount: float = 0.0,
        epsilon: float = 0.05,
        seed: int = 0,
        is_learning: bool = True,
    ) -> None:
        self._tuning = tuning
        self._prior = prior = with_own_sounds(tuning.widen(prior))
        self._step_size = step_size
        self._discount = discount
        self._epsilon = epsilon
        self._is_learning = is_learning
        self._person = Person(prior, seed=seed)
        self._doubt = first_doubt(prior.taste)
        self._rest = ""
        self._thumbs = ThumbModel(self._person.values(), scale=tuning.scale)

    @property
    def step_params(self) -> tuple[Param, ...]:
        """The parameter that each of the 14 columns moves."""
        return STEP_PARAMS

    def steps(self, observation: Observation) -> FloatArray:
        """The same 14 moves for every track; see `bridge.agents.cells`."""
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
        view = observe(observation, self._person)
        self._person.restraint.watch(observation)
        if not cautious and (granted := self._grant(observation, view, steps, allowed)):
            return granted
        is_open = self._person.restraint.open_moves(observation.values, steps, person.doubts())
        usable = allowed & (steps != 0.0) & is_open
        rows = {key: row for row, key in enumerate(observation.keys)}
        for key, move in person.disliked():
            if key in rows:
                usable[rows[key], move] = False
        if cautious:
            sure = self._confidence(view, observation.roles) >= _CAUTIOUS_CONFIDENCE
            usable &= sure[:, DIMENSION_OF_MOVE]
        scores, usable, is_asked = self._appraise(
            view, usable, steps, is_taught=explore and self._is_learning
        )
        choice = epsilon_greedy(
            scores.ravel(),
            usable.ravel(),
            epsilon=self._epsilon if explore else 0.0,
            least_score=self._tuning.least_score,
            rng=person.rng,
        )
        if choice is None or scores.ravel()[choice.index] < self._tuning.least_score:
            self._rest = person.restraint.why_rest(observation, person.doubts())
            return None
        row, move = divmod(choice.index, STEPS.size)
        reason = explain(
            observation,
            view,
            person,
            row=row,
            move=move,
            step=float(steps[row, move]),
            is_try=is_asked or not (scores[row, move] >= scores[usable].max()),
        )
        return self._proposal(
            observation,
            view,
            row=row,
            move=move,
            step=float(steps[row, move]),
            probability=choice.probability,
            score=float(scores[row, move]),
            reason=reason,
            is_asked=is_asked,
        )

    def _grant(
        self,
        observation: Observation,
        view: View,
        steps: FloatArray,
        allowed: NDArray[np.bool_],
    ) -> Proposal | None:
        """The move for a word that the person has said, whatever else would be worth more."""
        person = self._person
        granted = person.wishes.grant(
            observation.keys, observation.values, view.outward, steps, allowed
        )
        if granted is None:
            return None
        row, move, wish = granted
        step = float(steps[row, move])
        good, harm = expect(view, person.tables, person.shares())[:, row, move]
        score = float(np.nan_to_num(good - harm)) * min(1.0, abs(step / float(STEPS[move])))
        return self._proposal(
            observation,
            view,
            row=row,
            move=move,
            step=step,
            probability=1.0,
            score=score,
            reason=granted_in_words(observation.names[row], wish, STEP_PARAMS[move], step),
            is_asked=False,
        )

    def _proposal(
        self,
        observation: Observation,
        view: View,
        *,
        row: int,
        move: int,
        step: float,
        probability: float,
        score: float,
        reason: str,
        is_asked: bool,
    ) -> Proposal:
        """What is proposed, with all that must be remembered of it."""
        self._rest = ""
        person = self._person
        trace = trace_of(view, person.tables, observation.keys[row], row=row, move=move)
        person.restraint.propose(observation, row, STEP_PARAMS[move], step)
        return Proposal(
            row=row,
            param=STEP_PARAMS[move],
            step=step,
            probability=probability,
            score=score,
            confidence=float(self._confidence(view, observation.roles)[row, _dimension(move)]),
            reason=reason,
            trace=replace(trace, is_asked=is_asked),
        )

    @property
    def rest(self) -> str:
        """Why nothing was proposed when it was last asked for, in a sentence; empty: it was."""
        return self._rest

    def open_ways(self) -> None:
        """The person is there: what waited for an answer may go on."""
        self._person.restraint.answer()

    def _appraise(
        self, view: View, usable: NDArray[np.bool_], steps: FloatArray, *, is_taught: bool
    ) -> tuple[FloatArray, NDArray[np.bool_], bool]:
        """Scores (n, 14), which moves are to be chosen from, and whether that is a question.

        First come the moves that hardly anybody would dislike. When a person answers and none of
        these is left, what merely might turn out well is worth asking about: the harm that they
        would take back is not counted.
        """
        person = self._person
        expected = expect(view, person.tables, person.shares())
        good, harm = expected * np.minimum(1.0, np.abs(steps / STEPS))
        least = self._tuning.least_score
        tuning = self._tuning
        counts = tuning.harm_counts if is_taught else tuning.unheard_harm_counts
        sure = usable & (good - (1.0 + counts) * harm >= least)
        if sure.any() or not is_taught:
            return good - harm, sure, False
        trust = person.consistency.trust * person.consistency.credence
        trust *= self._person.restraint.eagerness
        patience = self._person.restraint.patience
        forgiven = tuning.forgiven * trust * person.resolved()
        weight = patience * (1.0 - forgiven) + (1.0 - patience) * (1.0 + counts)
        return good - weight * harm, usable, True

    def _confidence(self, view: View, roles: IntArray) -> FloatArray:
        """(n, 6) how much of the doubt about anybody this person's answers have taken away."""
        return np.clip(1.0 - view.taste_sd / self._doubt[roles], 0.0, 1.0)

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
        """Taste, table and trust, from one judgement."""
        trace: Trace = proposal.trace
        person = self._person
        if reward != 0.0:
            self._person.restraint.answer()
        if not self._is_learning or reward == 0.0:
            return Learnt(td_error=0.0, text="")
        person.restraint.count_answer()
        if trace.is_asked:
            person.restraint.judge_question(reward, weight=weight)
        credit, weight = weight, weight * (0.5 + 0.5 * min(abs(reward), 1.0))
        if reward < 0.0:
            person.dislike(trace.key, trace.move)
            person.wishes.drop(trace.key)
        next_value = 0.0
        if self._discount:
            view = observe(observation, person)
            good, harm = expect(view, person.tables, person.shares())
            next_value = float(np.nan_to_num(good - harm)[next_allowed()].max(initial=0.0))
        shares = person.shares()
        text = self._learn_taste(trace, reward, credit=credit)
        td_error = 0.0
        for picture in pictures_of(trace):
            table = person.tables[picture.family]
            value = float(picture.weights @ table.values[picture.cells, picture.action])
            value += picture.side
            td_error += shares[picture.family] * table.update(
                picture.cells,
                picture.weights,
                picture.action,
                reward=reward * max(abs(value), _LEAST_THUMB) - picture.side,
                next_value=next_value,
                step_size=self._step_size
                * weight
                * person.consistency.trust
                * shares[picture.family],
                discount=self._discount,
            )
        return Learnt(td_error=td_error, text=text)

    def _learn_taste(self, trace: Trace, reward: float, *, credit: float) -> str:
        """Move the belief about the track's taste; returns it in words, empty if it is gone."""
        taste, consistency = self._person.taste, self._person.consistency
        weight = credit * (0.5 + 0.5 * min(abs(reward), 1.0))
        if trace.key not in taste.members:
            return ""
        row = taste.members.index(trace.key)
        worths = [self._worth(picture, row) for picture in pictures_of(trace)]
        ups = np.array([*(up for _, up in worths), _UP_ANYHOW])
        agreements = ups if reward > 0.0 else 1.0 - ups
        pictures, strengths = self._person.pictures[trace.family], self._person.strengths
        consistency.judge(float(agreements @ pictures.shares), weight=weight)
        worth = np.array([worth for worth, _ in worths])
        variance = np.array([each.variance + each.side_variance for each in pictures_of(trace)])
        said = {"share": consistency.share, "credit": credit}
        pictures.weigh(
            np.log(
                strengths.forecasts(
                    self._thumbs, reward, worth, variance, up_anyhow=_UP_ANYHOW, **said
                )
            )
        )
        if trace.family in self._person.finding:
            ups = ups_of(self._person, self._thumbs, trace, row)
            self._person.finding[trace.family].judge(
                ups if reward > 0.0 else 1.0 - ups, weight=weight
            )
        for picture, value in zip(pictures_of(trace), worth.tolist(), strict=True):
            judge_taste(self._person, self._thumbs, picture, row, reward, value, credit=credit)
        strengths.judge(self._thumbs, reward, worth, variance, pictures.shares[:-1], **said)
        taste.rely(consistency.reliance)
        return self._known_of(row, _dimension(trace.move))

    def _worth(self, trace: Trace, row: int) -> tuple[float, float]:
        """What a move was worth by one picture, and how likely a thumb up for it."""
        means, variances = self._person.taste.of_members()
        taste, variance = float(means[row, trace.column]), float(variances[row, trace.column])
        return worth_of(self._person, self._thumbs, trace, row, taste, variance)

    def _known_of(self, row: int, dimension: int) -> str:
        taste = self._person.taste
        role = int(taste.groups[row])
        mean = float(taste.of_members()[0][row, dimension])
        difference = mean - float(self._prior.taste.mean[role, dimension])
        return belief_in_words(ROLES[role], dimension, difference)

    def learn_from_hand(
        self, observation: Observation, row: int, param: Param, value: float, *, at: float
    ) -> Learnt | None:
        """A hand has put a track where its owner wants it; `observation` is from after that."""
        if not self._is_learning:
            return None
        dimension = correct_by_hand(self._person, observation, row, param, value)
        if dimension is None:
            return None
        return Learnt(td_error=0.0, text=self._known_of(row, dimension))

    def learn_from_mix(
        self, observation: Observation, teaches: NDArray[np.bool_], *, at: float
    ) -> Learnt | None:
        """A person wants the mix as it is: every strip is where they want it."""
        count = correct_by_mix(self._person, observation, teaches) if self._is_learning else 0
        if not count:
            return None
        return Learnt(
            td_error=0.0, text=f"you want this mix as it is: I learnt from {count} tracks"
        )

    def learn_from_wish(
        self,
        observation: Observation,
        row: int,
        wish: Wish,
        teaches: NDArray[np.bool_],
        *,
        at: float,
    ) -> Learnt | None:
        """A person has said how they want a track, against how it is now."""
        if not self._is_learning or not correct_by_wish(
            self._person, observation, row, wish, teaches
        ):
            return None
        return Learnt(td_error=0.0, text=f"you want {observation.names[row]} {wish}")

    def offer_mixes(
        self, observation: Observation, options: Options, *, count: int, most: int
    ) -> tuple[tuple[Proposal, ...], ...]:
        """Mixes of several moves that this person may want; see `OffersMixes.offer_mixes`."""
        person, least = self._person, self._tuning.least_score
        mixes = draw_mixes(person, observation, options, count=count, most=most, least_score=least)
        sure = self._confidence(observe(observation, person), observation.roles)
        sure = sure[:, DIMENSION_OF_MOVE]
        return tuple(proposals_of(person, observation, steps, sure) for steps in mixes)

    def learn_from_pick(self, mixes: Sequence[Sequence[Proposal]], choice: int) -> Learnt:
        """A person preferred one of several mixes (from 1), or with 0 what stood."""
        self._person.restraint.correct()
        if self._is_learning:
            learn_pick(self._person, self._thumbs, mixes, choice)
        return Learnt(td_error=0.0, text="")

    @property
    def songs(self) -> tuple[str, ...]:
        """The finished mixes that were learnt."""
        return self._person.taste.past.names

    def learn_song(self, name: str, observation: Observation, *, knows_eq: bool) -> tuple[str, ...]:
        """A finished mix of this person's says what they want of roles."""
        return learn_finished_mix(self._person, name, observation, knows_eq=knows_eq)

    def forget(self, what: str) -> bool:
        """Be as before this person's answers: on a role, this ``song``, a mix or ``all``."""
        self._person.restraint = Restraint()
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
    return int(DIMENSION_OF_MOVE[move])
