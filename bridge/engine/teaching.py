"""From judgements to lessons: what a thumb, an undo or a hand teaches the agent, and when."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Agent, GrantsWishes, LearnsMixes, OffersMixes, Proposal, Rests
from bridge.engine.hands import Touch
from bridge.engine.move import Move
from bridge.engine.results import Lesson
from bridge.guard.guard import Guard
from bridge.learning.credit import CreditWindow
from bridge.mix.messages import Mode, StripSwitch
from bridge.mix.params import COLUMN, MOVABLE, SPECS, Param, same_value
from bridge.mix.spectrum import FloatArray
from bridge.mix.state import MixState, Observation
from bridge.mix.wishes import WISHES, Wish

UNHEARD_WEIGHT: Final = 0.5
"""Yes or no to a suggestion says less than to a move that was heard."""

_NOTHING_LEARNT: Final = "nothing is learnt now: learning is off, or the mode is gig"

_RESTS: Final = 256
"""So many moves at most are kept from being made again; the oldest gives way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """What is not to be done again from where a control stands.

    Attributes:
        from_value: Where it stood, in the parameter's unit; anywhere else is another mix.
        step: How far it went.
        is_all_that_way: Whether steps of any size in that direction rest; else that one alone.
    """

    from_value: float
    step: float
    is_all_that_way: bool


class Teacher:
    """Knows who earns a judgement, and whether anything is learnt now.

    Attributes:
        credit: Which moves can still be judged.
        mode: Gig mode learns nothing.
        lessons: What was taught since the owner last emptied this list.
        sentences: What a person is to be told of the last choice: why there was none.
        goes_on: Whether the last choice was the first after such a sentence: it holds no more.
    """

    def __init__(
        self, *, agent: Agent, mix: MixState, guard: Guard, pace_s: float, learns: bool
    ) -> None:
        self.credit = CreditWindow(pace_s=pace_s)
        self.mode = Mode.OBSERVE
        self.lessons: list[Lesson] = []
        self._agent = agent
        self._mix = mix
        self._guard = guard
        self._learns = learns
        self._rests: OrderedDict[tuple[str, Param], _Rest] = OrderedDict()
        self.sentences: list[str] = []
        self.goes_on = False
        self._rest = ""

    @property
    def is_on(self) -> bool:
        """Whether judgements teach now."""
        return self._learns and self.mode is not Mode.GIG

    def options(self, observation: Observation, at: float) -> tuple[FloatArray, NDArray[np.bool_]]:
        """The moves that the agent knows from here, shortened, and which of them may be chosen."""
        params = self._agent.step_params
        steps, allowed = self._guard.shape(
            observation, self._agent.steps(observation), params, at=at
        )
        rows = {key: row for row, key in enumerate(observation.keys)} if self._rests else {}
        for (key, param), rest in self._rests.items():
            row = rows.get(key)
            value = math.nan if row is None else observation.values[row, COLUMN[param]]
            if row is None or not same_value(param, float(value), rest.from_value):
                continue
            is_same = np.array([each is param for each in params])
            if rest.is_all_that_way:
                is_same &= np.sign(steps[row]) == np.sign(rest.step)
            else:
                is_same &= np.abs(steps[row] - rest.step) <= SPECS[param].tolerance
            allowed[row] &= ~is_same
        return np.where(allowed, steps, 0.0), allowed

    def rest(self, move: Move, *, is_undone: bool) -> None:
        """Leave alone what a person has just taken back or disliked.

        What was undone rests in that direction, until a lesson about that control has come; what
        was disliked rests as that very step, until any lesson has come and moved the belief (a
        agent may let it rest for longer). Neither rests where the control stands elsewhere.
        """
        place = move.key, move.param
        self._rests[place] = _Rest(
            from_value=move.from_value,
            step=move.to_value - move.from_value,
            is_all_that_way=is_undone,
        )
        self._rests.move_to_end(place)
        while len(self._rests) > _RESTS:
            self._rests.popitem(last=False)

    def _wake(self, key: str, param: Param) -> None:
        """A lesson about that control was learnt: what rested until then may be done again."""
        self._rests.pop((key, param), None)
        for place in [place for place, rest in self._rests.items() if not rest.is_all_that_way]:
            del self._rests[place]

    def judge(self, move: Move, reward: float, *, weight: float = 1.0, at: float) -> None:
        """A person judged a move; one judgement a move, and zero says nothing."""
        if move.is_heard:
            self.credit.record_judged(move.id)
        elif move.is_answered:
            return
        else:
            move.is_answered = True
            weight *= UNHEARD_WEIGHT
        self._open_ways()
        may_teach = self._guard.may(StripSwitch.LEARN, move.key, move.param)
        if not self.is_on or not may_teach or reward == 0.0:
            return
        observation = self._mix.observe()
        learnt = self._agent.learn(
            move.proposal,
            reward,
            weight=weight,
            at=at,
            observation=observation,
            next_allowed=lambda: self.options(observation, at)[1],
        )
        self.lessons.append(Lesson(move=move.id, reward=reward, weight=weight, learnt=learnt))
        self._wake(move.key, move.param)

    def _open_ways(self) -> None:
        if isinstance(self._agent, Rests):
            self._agent.open_ways()

    def endorse(self, at: float) -> str | None:
        """A person wants the mix as it is; returns why nothing was learnt from that, or None."""
        if not self.is_on:
            return _NOTHING_LEARNT
        if not isinstance(self._agent, LearnsMixes):
            return "this agent learns from single moves alone"
        observation = self._mix.observe()
        teaches = [
            [self._guard.may(StripSwitch.LEARN, key, param) for param in MOVABLE]
            for key in observation.keys
        ]
        learnt = self._agent.learn_from_mix(observation, np.array(teaches, dtype=np.bool_), at=at)
        if learnt is None:
            return "nothing of this mix is known yet: play it, and press again"
        self.lessons.append(Lesson(move="", reward=0.0, weight=1.0, learnt=learnt))
        return None

    def wish(self, key: str, wish: Wish, at: float) -> str | None:
        """A person says how they want a strip; returns why nothing comes of it, or None."""
        if not self.is_on:
            return _NOTHING_LEARNT
        if not isinstance(self._agent, GrantsWishes):
            return "this agent understands no words"
        observation = self._mix.observe()
        teaches = [self._guard.may(StripSwitch.LEARN, key, param) for param in MOVABLE]
        learnt = self._agent.learn_from_wish(
            observation, observation.keys.index(key), wish, np.array(teaches), at=at
        )
        if learnt is None:
            return "nothing of that track is known yet: play it, and ask again"
        self.lessons.append(Lesson(move="", reward=0.0, weight=1.0, learnt=learnt))
        for param, _ in WISHES[wish]:
            self._wake(key, param)
        return None

    def offer_mixes(
        self, at: float, *, count: int, most: int
    ) -> tuple[tuple[Proposal, ...], ...] | str:
        """Variants of the whole mix; or why there are none, in words."""
        if not isinstance(self._agent, OffersMixes):
            return "this agent knows single moves alone"
        self._open_ways()
        return self._agent.offer_mixes(
            self._mix.observe(), lambda mix: self.options(mix, at), count=count, most=most
        )

    def learn_pick(self, mixes: Sequence[Sequence[tuple[str, Proposal]]], choice: int) -> str:
        """A person preferred a mix (from 1), or 0 what stood; what is believed now, in words.

        Args:
            mixes: The strip's key and the move of each part of each mix.
            choice: Which was preferred.
        """
        if not self.is_on or not isinstance(self._agent, OffersMixes):
            return ""
        teaches = [
            [each for key, each in mix if self._guard.may(StripSwitch.LEARN, key, each.param)]
            for mix in mixes
        ]
        return self._agent.learn_from_pick(teaches, choice).text

    def propose(self, observation: Observation, at: float) -> Proposal | None:
        """The move that the agent wants now, of those that the guard allows."""
        steps, allowed = self.options(observation, at)
        proposal = self._agent.propose(
            observation,
            steps,
            allowed,
            at=at,
            explore=self.is_on,
            cautious=self.mode is Mode.GIG,
        )
        text = "" if proposal or not isinstance(self._agent, Rests) else self._agent.rest
        self.sentences = [text] if text and text != self._rest else []
        self.goes_on = bool(self._rest and proposal)
        self._rest = text
        return proposal

    def watch(self, touch: Touch) -> None:
        """A person has moved a control to where they want it."""
        self._open_ways()
        strip = self._mix.by_key(touch.key)
        if not self.is_on or strip is None:
            return
        if not self._guard.may(StripSwitch.LEARN, touch.key, touch.param):
            return
        learnt = self._agent.learn_from_hand(
            self._mix.observe(), strip.number - 1, touch.param, touch.value, at=touch.at
        )
        if learnt is not None:
            self._wake(touch.key, touch.param)
            self.lessons.append(Lesson(move="", reward=0.0, weight=1.0, learnt=learnt))
