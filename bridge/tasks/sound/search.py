"""The next move of a device's knobs towards wanted features, and what is learnt of it.

Theory of operation. Every single step of every knob has a value: half of it is the Q-table's, which
knows how such steps turn out on many synths, half of it is what this device's effects forecast.
Beside them stands one joint step of several knobs along those effects. The best is made, and what
was heard after it teaches both. A move that did not help goes back; after `_STUCK` of these the
joint step is drawn from the doubt about the effects (Thompson sampling), so that a search that
stands still tries what it knows least.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.guard.limits import HIGHEST_RESONANCE
from bridge.learning.policies import epsilon_greedy
from bridge.learning.q_learning import FloatArray, QTable
from bridge.tasks.sound.cells import STEPS, error_weights, knob_actions, knob_cells
from bridge.tasks.sound.distance import distance
from bridge.tasks.sound.effects import AIMED_RISE_DB, LEVEL, EffectPrior, Effects
from bridge.tasks.sound.hearing import Hearing
from bridge.tasks.sound.roles import Knob, KnobRole

LARGEST_WAY: Final = 0.35
"""A knob is turned by so much of its way at once, at most, in a studio."""

MOST_RISE_DB: Final = 3.0
"""A move goes back after which a note is louder by more, alone or with the moves before it."""

_TABLE_SHARE: Final = 0.5
_STUCK: Final = 2
_LEAST_WAY: Final = 0.05
_NO_WAY: Final = 1e-6
_NO_RISE_DB: Final = 1e-9
_LEAST_SHORTENED: Final = 0.02
_FAILED: Final = 0.5
"""What a step that went back is worth less, until another move helps."""

_GROWS: Final = 1.3
_SHRINKS: Final = 0.6
_SHORTEST: Final = 0.04
"""How the reach of joint steps follows their success, shares of a knob's way."""

_ENOUGH: Final = 0.2
"""A search rests when the distance is this share of what one note heard twice differs by."""

_LEAST_BACK: Final = 0.02
_CHANCE: Final = 0.05
"""What a move has to bring where notes differ much, as a share of how far two of them differ."""

_LEAST_SD: Final = 0.1

_REPEATS: Final = 2
"""So often a sound is heard again after a move that failed: do the notes of this device differ?"""

_HEARINGS: Final = 3
"""So often one sound is heard at most while the search goes on."""

_SURE: Final = 4
_SURE_UNEVEN: Final = 8
"""So many notes say that a sound is near before the search rests: a few may agree by luck."""

_EVEN_DB: Final = 1.0
"""Notes whose levels differ by more do not tell by one whether a move made them louder."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """A move of the knobs.

    Attributes:
        way: (knobs,) how far each turns.
        gain: By how much the distance is expected to fall.
        knob: Which knob, for a single step; -1 for a joint one.
        step: Which of `STEPS`; -1 for a joint one.
        probability: With which it was chosen.
        is_try: Whether it was drawn from doubt, since nothing that is known helped.
        is_back: Whether it takes the last move that stayed back.
    """

    way: FloatArray
    gain: float
    knob: int = -1
    step: int = -1
    probability: float = 1.0
    is_try: bool = False
    is_back: bool = False

    @property
    def is_joint(self) -> bool:
        """Whether several knobs turn along the effects, and no action of the table."""
        return self.knob < 0


class Search:
    """The search on one device.

    Args:
        table: The Q-table; it is updated in place.
        prior: What the roles of knobs usually do.
        knobs: Those that may move.
        limit: The largest way of one move.
        risen_db: How much louder the moves before have made the note, dB: the next may add less.
        step_size: Of the Q-learning step, 0 to 1.
        is_learning: False: neither table nor effects learn.
        has_joint_steps: False: single steps only, valued by the table alone.

    Attributes:
        hearing: What is believed of the sound as it stands.
        most_rise_db: How much louder the next move may make the note, dB.
        failures: How many moves went back since the last that stayed.
    """

    def __init__(
        self,
        table: QTable,
        prior: EffectPrior,
        knobs: Sequence[Knob],
        *,
        limit: float = LARGEST_WAY,
        risen_db: float = 0.0,
        step_size: float = 0.5,
        is_learning: bool = True,
        has_joint_steps: bool = True,
    ) -> None:
        self.knobs = tuple(knobs)
        self.indices = np.array([knob.index for knob in knobs], dtype=np.int64)
        self.effects = Effects(prior, knobs)
        self.hearing = Hearing(prior.noise**2)
        self._table = table
        self.most_rise_db = MOST_RISE_DB - min(max(risen_db, 0.0), MOST_RISE_DB)
        self._aimed_db = AIMED_RISE_DB * self.most_rise_db / MOST_RISE_DB
        self._limit = limit
        self._step_size = step_size
        self._is_learning = is_learning
        self._has_joint_steps = has_joint_steps
        self._actions = knob_actions(knobs)
        is_resonance = np.array([knob.role is KnobRole.RESONANCE for knob in knobs])
        self._top = np.where(is_resonance, HIGHEST_RESONANCE, 1.0)
        self.restart()

    def restart(self) -> None:
        """Something else is wanted: what did not help until now may help."""
        self._failed = np.zeros((len(self.knobs), STEPS.size))
        self._reach = self._limit
        self.failures = 0
        self._has_failed = False

    def is_near(self, error: FloatArray) -> bool:
        """Whether a sound (its error, (6,)) is as near as ears can tell."""
        return distance(error) < _ENOUGH * self.hearing.usual_scatter

    @property
    def least_gain(self) -> float:
        """A move that brings less goes back: it may be chance."""
        return _CHANCE * self.hearing.scatter if self.hearing.is_uneven else 0.0

    def is_to_hear_again(self, error: FloatArray) -> bool:
        """Whether to hear once more what stands there (its error, (6,)) before anything moves."""
        hearing = self.hearing
        if not self._is_learning:
            return False
        if self.is_near(error):
            return hearing.count < (_SURE_UNEVEN if hearing.is_uneven else _SURE)
        if hearing.count >= _HEARINGS:
            return False
        is_loud = self._has_failed and hearing.noise[LEVEL] > _EVEN_DB**2
        is_new = self._has_failed and hearing.repeats < _REPEATS
        # One lucky note is no reason to go on from there.
        is_lucky = hearing.count == 1 and hearing.is_uneven
        return is_new or is_loud or is_lucky or self.failures > 2 * hearing.count

    def step_back(self, positions: FloatArray, wanted: FloatArray) -> Step | None:
        """The way back where the last move that stayed was luck: more notes say it went wrong.

        Args:
            positions: (parameters,) where they stand.
            wanted: (6,) the features.
        """
        hearing = self.hearing
        if hearing.count < _REPEATS or not hearing.left:
            return None
        place, mean, _, notes = hearing.left[-1]
        way = (np.array(place) - positions)[self.indices]
        gain = distance(hearing.mean[:LEVEL] - wanted) - distance(mean[:LEVEL] - wanted)
        gain += hearing.unevenness(hearing.notes) - hearing.unevenness(notes)
        if gain <= max(self.least_gain, _LEAST_BACK) or np.abs(way).max() > self._limit + _NO_WAY:
            return None
        return Step(way=way, gain=gain, is_back=True)

    def _error_weights(self, error: FloatArray) -> FloatArray:
        sd = np.sqrt(self.hearing.noise[:LEVEL])
        return error_weights(error, np.maximum(sd, _LEAST_SD))

    def choose(
        self,
        positions: FloatArray,
        error: FloatArray,
        rng: np.random.Generator,
        *,
        epsilon: float = 0.0,
    ) -> Step | None:
        """The move that is expected to help most, or None where no knob can move.

        Args:
            positions: (knobs,) where they stand.
            error: (6,) what was heard less what is wanted.
            rng: The only source of chance.
            epsilon: Probability of another single step that is not expected to harm.
        """
        slopes = self.effects.slopes(positions)
        ways, is_open = self._single_ways(positions)
        if self._has_joint_steps:
            # A step that would be too loud is made smaller, and not given up.
            rise_db = ways * slopes[:, LEVEL, None]
            shorter = self._aimed_db / np.maximum(rise_db, max(self.most_rise_db, _NO_RISE_DB))
            ways = np.where(rise_db > self.most_rise_db, ways * shorter, ways)
            is_open &= np.abs(ways) >= _LEAST_SHORTENED
        values = self._single_values(positions, error)
        scores = values
        if self._has_joint_steps:
            gains = self.effects.single_gains(error, slopes, ways)
            scores = _TABLE_SHARE * values + (1.0 - _TABLE_SHARE) * gains
        scores = scores - self._failed
        joint, joint_gain = self._joint(positions, error, slopes, rng)
        is_stuck = self.failures >= _STUCK
        # What is drawn from doubt is to be tried, whatever is expected of it.
        joint_score = np.inf if is_stuck and joint.any() else joint_gain
        choice = epsilon_greedy(
            np.append(scores.ravel(), joint_score),
            np.append(is_open.ravel(), joint.any()),
            epsilon=epsilon,
            least_score=0.0,
            rng=rng,
        )
        if choice is None:
            return None
        if choice.index == scores.size:
            way, knob, step, gain = joint, -1, -1, joint_gain
        else:
            knob, step = divmod(choice.index, STEPS.size)
            way, gain = np.zeros(len(positions)), float(scores[knob, step])
            way[knob] = ways[knob, step]
        return Step(
            way=way,
            gain=gain,
            knob=knob,
            step=step,
            probability=choice.probability,
            is_try=knob < 0 and is_stuck,
        )

    def _single_ways(self, positions: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """(knobs, 4) how far each step turns each knob, and which turn it far enough."""
        steps = np.clip(STEPS, -self._limit, self._limit)
        ends = np.clip(positions[:, None] + steps, 0.0, np.maximum(self._top, positions)[:, None])
        ways = ends - positions[:, None]
        return ways, np.abs(ways) >= max(min(_LEAST_WAY, self._limit), _NO_WAY)

    def _single_values(self, positions: FloatArray, error: FloatArray) -> FloatArray:
        cells = knob_cells(positions)
        weights = self._error_weights(error)
        good, harm = self._table.expect(cells, np.broadcast_to(weights, cells.shape))
        return np.asarray(np.take_along_axis(good - harm, self._actions, axis=1))

    def _joint(
        self, positions: FloatArray, error: FloatArray, slopes: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, float]:
        if not self._has_joint_steps:
            return np.zeros(positions.size), -np.inf
        is_stuck = self.failures >= _STUCK
        reach = self._reach
        if is_stuck and self._limit > _SHORTEST:  # of any length: near a target long steps pass it
            reach = self._limit * (_SHORTEST / self._limit) ** rng.random()
        low = -np.minimum(reach, positions)
        high = np.minimum(reach, np.maximum(self._top - positions, 0.0))
        if is_stuck:
            slopes = slopes + self.effects.sample(rng)
        way = self.effects.joint_step(error, slopes, low, high, aimed_db=self._aimed_db)
        return way, self.effects.gain(error, slopes, way)

    def learn(
        self,
        step: Step,
        positions: FloatArray,
        error: FloatArray,
        change: FloatArray,
        *,
        noise: FloatArray | None = None,
        believed: FloatArray | None = None,
    ) -> float:
        """Learn from a move that was heard.

        Args:
            step: The move.
            positions: (knobs,) where they stood before.
            error: (6,) what was heard before, less what is wanted.
            change: (7,) what is heard now, less what was heard before.
            noise: (7,) the variance of that; without it that of two notes.
            believed: (7,) what is believed to be heard now, less what was believed before;
                without it `change`.

        Returns:
            By how much the distance fell: the reward.
        """
        believed = change if believed is None else believed
        reward = distance(error) - distance(error + believed[:LEVEL])
        if not self._is_learning:
            return reward
        noise = 2.0 * self.hearing.noise if noise is None else noise
        self.effects.learn(positions, positions + step.way, change, noise)
        if not step.is_joint:
            self._table.update(
                knob_cells(positions)[step.knob],
                self._error_weights(error),
                int(self._actions[step.knob, step.step]),
                reward=reward,
                next_value=0.0,
                step_size=self._step_size,
                discount=0.0,
            )
        return reward

    def settle(self, step: Step, *, is_kept: bool, is_loud: bool = False) -> None:
        """Say whether a move was kept or went back, and whether since it was too loud."""
        self._has_failed = not is_kept
        if is_kept:
            self._failed[:] = 0.0
            self.failures = 0
            if step.is_joint:
                self._reach = min(self._limit, _GROWS * self._reach)
            return
        # What was too loud is tried again by a smaller way.
        self.failures += not is_loud
        if not step.is_joint:
            self._failed[step.knob, step.step] += _FAILED
        elif is_loud or self.failures <= _STUCK:
            self._reach = max(min(_SHORTEST, self._limit), _SHRINKS * self._reach)

    def state(self) -> dict[str, Any]:
        """What was learnt of this device, as plain data; the table is kept by its owner."""
        return {
            "effects": self.effects.state(),
            "failed": self._failed.tolist(),
            "failures": self.failures,
            "has_failed": self._has_failed,
            "hearing": self.hearing.state(),
            "reach": self._reach,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave for the same knobs."""
        self.effects.load_state(state["effects"])
        self._failed = np.array(state["failed"], dtype=np.float64)
        self.failures = int(state["failures"])
        if "hearing" in state:  # the first memories have none
            self._has_failed = bool(state["has_failed"])
            self.hearing.load_state(state["hearing"])
        self._reach = min(float(state["reach"]), self._limit)
