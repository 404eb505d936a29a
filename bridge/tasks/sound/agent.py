"""The sound agent: moves a synth's knobs towards a target, or towards what a person likes.

One device is worked on at a time (`attend`). With a target (`aim`) nobody need answer: the agent
proposes, a note is heard, and `hear` says whether the move is kept. Without one it works towards
the person's taste: it offers A and B beside what is there, and learns from the pick; or proposes
one move, and learns from a thumb. Level, tuning, ratios, voices and switches are never moved; a
move is at most .35 of a knob's way, and goes back where it makes the note 3 dB louder.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.errors import PriorError, RefusedError
from bridge.learning.carrying import CARRIES_MUCH
from bridge.learning.comparisons import ComparedTaste
from bridge.learning.q_learning import FloatArray, QTable
from bridge.tasks.sound.distance import FEATURES, LESS_WORDS, MORE_WORDS, distance
from bridge.tasks.sound.effects import LEVEL
from bridge.tasks.sound.hearing import Hearing
from bridge.tasks.sound.note import Note
from bridge.tasks.sound.prior import SOUND_ROLES, SOUND_WORDS, SoundPrior, SoundRole
from bridge.tasks.sound.roles import Knob, KnobRole, find_knobs
from bridge.tasks.sound.search import LARGEST_WAY, Search, Step
from bridge.tasks.sound.words import describe_change, describe_error, describe_turns

_STATE_SCHEMA: Final = 1
_PICK_WEIGHT: Final = 0.8
"""A pick is two comparisons, and they are no independent ones."""

_HAND_WEIGHT: Final = 0.8
_DRAWS: Final = 6
_LEAST_DIFFERENCE: Final = 0.1
"""Two variants whose knobs differ by less, together, are the same."""

_SURE_ENOUGH: Final = 0.25
_LIKED_OFTEN: Final = 3
_AGAIN: Final = "I listen once more: two notes of one sound differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One knob's part of a move; positions 0 to 1."""

    index: int
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundMove:
    """A proposed change of a sound.

    Attributes:
        turns: Which parameters of the device turn, from where to where; none: the note is to be
            played once more.
        reason: Why, in an engineer's words.
        gain: By how much the distance is expected to fall.
        probability: With which it was chosen.
        step: For `SoundAgent.hear`.
    """

    turns: tuple[Turn, ...]
    reason: str
    gain: float
    probability: float
    step: Step

    def apply(self, positions: FloatArray) -> FloatArray:
        """The device's positions (parameters,) after it."""
        moved = positions.copy()
        for turn in self.turns:
            moved[turn.index] = turn.end
        return moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of a move.

    Attributes:
        is_kept: False: it goes back.
        gain: By how much the distance fell.
        reason: Why, in words.
    """

    is_kept: bool
    gain: float
    reason: str


class SoundAgent:
    """See the module's page.

    Args:
        prior: What is known of synths and people.
        seed: Of the agent's only randomness.
        is_learning: False: learn nothing, choose by what is known.
        has_joint_steps: False: single steps by the table alone.
    """

    def __init__(
        self,
        prior: SoundPrior,
        *,
        seed: int = 0,
        is_learning: bool = True,
        has_joint_steps: bool = True,
    ) -> None:
        self.taste = ComparedTaste(prior.taste, carries=CARRIES_MUCH)
        self._prior = prior
        self._table = QTable(prior.steps)
        self._rng = np.random.default_rng(seed)
        self._is_learning = is_learning
        self._has_joint_steps = has_joint_steps
        self._search: Search | None = None
        self._device = ""
        self._role = SoundRole.BASS
        self._limit = LARGEST_WAY
        self._target: FloatArray | None = None
        self._shown: Mapping[int, str] = {}
        self._rest = ""

    # -- what is worked on ---------------------------------------------------------------------

    def attend(
        self,
        device: str,
        names: Sequence[str],
        *,
        steps: Sequence[int] = (),
        role: SoundRole = SoundRole.BASS,
        taught: Mapping[str, str] | None = None,
        unlocked: Sequence[str] = (),
        limit: float = LARGEST_WAY,
        risen_db: float = 0.0,
        shown: Mapping[int, str] | None = None,
    ) -> tuple[Knob, ...]:
        """Begin to work on a device; returns the knobs that may move.

        What was learnt of its knobs stays as long as device and knobs are the same.

        Args:
            device: Its key.
            names: Of all its parameters.
            steps: How many steps each has, 0 for continuous; empty: all continuous.
            role: What the sound plays.
            taught: Roles of names that a person gave.
            unlocked: Names that a person unlocked.
            limit: The largest way of one move.
            risen_db: How much louder the moves that stand have made it, dB.
            shown: What the device shows for parameters now, for reasons.

        Raises:
            RefusedError: If no parameter is known.
        """
        knobs = find_knobs(names, steps=steps, taught=taught, unlocked=unlocked)
        search = Search(
            self._table,
            self._prior.effects,
            knobs,
            limit=limit,
            risen_db=risen_db,
            is_learning=self._is_learning,
            has_joint_steps=self._has_joint_steps,
        )
        if self._search is not None and device == self._device and knobs == self._search.knobs:
            search.load_state(self._search.state())
        self._search, self._device, self._role, self._limit = search, device, role, limit
        self._shown = shown or {}
        self.taste.attend(device, SOUND_ROLES.index(role))
        return knobs

    def aim(self, target: Note | None) -> None:
        """Work towards a sound from now on, or, with None, towards the person's taste."""
        found = None if target is None else self._prior.scale.features(target)
        wanted = None if found is None else np.where(np.isnan(found), 0.0, found)
        before = self._target
        is_same = wanted is before if wanted is None or before is None else all(wanted == before)
        if self._search is not None and not is_same:
            self._search.restart()
        self._target = wanted

    def features(self, note: Note) -> FloatArray:
        """(6,) a note's features in standard deviations.

        What could not be measured is the target's, or the average patch's: nothing is learnt of it.
        """
        heard = self._prior.scale.features(note)
        usual = np.zeros(heard.size) if self._target is None else self._target
        return np.where(np.isnan(heard), usual, heard)

    def distance(self, note: Note) -> float:
        """How far a note is from the target, or from what this person is believed to want."""
        return distance(self.features(note) - self._wanted())

    @property
    def rest(self) -> str:
        """Why nothing was proposed when it was last asked for; empty: it was."""
        return self._rest

    def _wanted(self) -> FloatArray:
        return self.taste.target()[0] if self._target is None else self._target

    def _working(self) -> Search:
        if self._search is None:
            raise RefusedError("No device is in focus: choose the track whose sound I work on.")
        return self._search

    # -- one move ------------------------------------------------------------------------------

    def propose(
        self, positions: FloatArray, heard: Note, *, epsilon: float = 0.0
    ) -> SoundMove | None:
        """The move that is expected to help most, or None where none is worth making.

        Args:
            positions: (parameters,) of the device, 0 to 1.
            heard: The note as it is now.
            epsilon: Probability of another plausible step.
        """
        search, hearing = self._working(), self._recall(positions, heard)
        error = hearing.mean[:LEVEL] - self._wanted()
        self._rest = ""
        if search.is_to_hear_again(error):
            still = Step(way=np.zeros(len(search.knobs)), gain=0.0)
            return SoundMove(turns=(), reason=_AGAIN, gain=0.0, probability=1.0, step=still)
        if (back := search.step_back(positions, self._wanted())) is not None:
            return self._move(back, positions, "another note says that this came no nearer")
        if search.is_near(error):
            self._rest = f"this is as near to {self._goal()} as one note is to itself"
            return None
        step = search.choose(positions[search.indices], error, self._rng, epsilon=epsilon)
        if step is None:
            self._rest = "every knob that I may turn is at its limit"
            return None
        return self._move(step, positions, self._reason(error, step))

    def _recall(self, positions: FloatArray, heard: Note) -> Hearing:
        """What is believed of the sound with the knobs here; the first time, this note."""
        hearing = self._working().hearing
        if not hearing.is_at(positions):
            hearing.begin(positions.tolist(), self._vector(heard))
        return hearing

    def _vector(self, note: Note) -> FloatArray:
        return np.append(self.features(note), note.level_db)

    def learn(self, move: SoundMove, positions: FloatArray, before: Note, after: Note) -> Heard:
        """Learn from a move that was heard, and say whether it stays.

        Args:
            move: What was proposed.
            positions: (parameters,) before it.
            before: The note before it.
            after: The note after it.
        """
        search, hearing = self._working(), self._recall(positions, before)
        error, then = hearing.mean[:LEVEL] - self._wanted(), self._vector(after)
        if not move.turns:
            hearing.repeat(then)
            return Heard(is_kept=True, gain=0.0, reason="heard once more")
        start, change = positions[search.indices], then - hearing.mean
        belief = hearing.update(*search.effects.forecast(start, start + move.step.way), then)
        gain = search.learn(
            move.step,
            start,
            error,
            change,
            noise=hearing.variance + hearing.noise,
            believed=belief[0] - hearing.mean,
        )
        gain += hearing.unevenness(hearing.notes)
        rise_db = after.level_db - hearing.loudest_db
        is_loud = rise_db > search.most_rise_db
        if is_loud:
            reason = f"it went back: the note became {rise_db:.1f} dB louder"
        elif gain <= search.least_gain:
            reason = f"it went back: the sound came no nearer to {self._goal()}"
        else:
            reason = f"it stays: {describe_change(change[:LEVEL])}"
        if move.step.is_back:
            search.settle(move.step, is_kept=False)
            hearing.go_back(then)
            return Heard(is_kept=True, gain=gain, reason="what was there before is back")
        is_kept = gain > search.least_gain and not is_loud
        search.settle(move.step, is_kept=is_kept, is_loud=is_loud)
        if is_kept:
            hearing.move(move.apply(positions).tolist(), belief, then)
        return Heard(is_kept=is_kept, gain=gain, reason=reason)

    def learn_silence(self, move: SoundMove) -> None:
        """Learn that no note was heard after a move: less of it is tried next."""
        self._working().settle(move.step, is_kept=False, is_loud=True)

    def _move(self, step: Step, positions: FloatArray, reason: str) -> SoundMove:
        search = self._working()
        turns = tuple(
            Turn(index=knob.index, start=float(positions[knob.index]), end=float(end))
            for knob, end, way in zip(
                search.knobs, positions[search.indices] + step.way, step.way, strict=True
            )
            if way != 0.0
        )
        names = {knob.index: knob.name for knob in search.knobs}
        done = describe_turns(
            [(names[t.index], t.start, self._shown.get(t.index, ""), t.end) for t in turns]
        )
        return SoundMove(
            turns=turns,
            reason=f"{reason}: {done}",
            gain=step.gain,
            probability=step.probability,
            step=step,
        )

    # -- variants, and what a person says ------------------------------------------------------

    def offer(self, positions: FloatArray, heard: Note, *, count: int = 2) -> tuple[SoundMove, ...]:
        """Variants A, B, ... of the sound, each towards another target that the person may have.

        Args:
            positions: (parameters,) of the device.
            heard: The note as it is.
            count: How many are wanted; fewer come where the knobs cannot move.
        """
        search, features = self._working(), self.features(heard)
        moves: list[SoundMove] = []
        for _ in range(_DRAWS * count):
            error = features - self.taste.sample(self._rng)
            step = search.choose(positions[search.indices], error, self._rng)
            if step is None or any(
                np.abs(step.way - other.step.way).sum() < _LEAST_DIFFERENCE for other in moves
            ):
                continue
            slopes = search.effects.slopes(positions[search.indices])
            change = (step.way @ slopes)[:LEVEL]
            moves.append(self._move(step, positions, f"{describe_change(change)}, I expect"))
            if len(moves) == count:
                break
        return tuple(moves)

    def learn_variant(
        self, move: SoundMove, positions: FloatArray, before: Note, after: Note
    ) -> bool:
        """Learn what a variant does; False where it is too loud to be offered."""
        search, first = self._working(), self._vector(before)
        change = self._vector(after) - first
        error = first[:LEVEL] - self._wanted()
        search.learn(move.step, positions[search.indices], error, change)
        return bool(change[LEVEL] <= search.most_rise_db)

    def choose(self, notes: Sequence[Note], choice: int) -> None:
        """Learn from a pick among sounds that were all heard.

        Args:
            notes: What was there, then the variants.
            choice: Which was picked, 0 for what was there.
        """
        if not 0 <= choice < len(notes):
            raise RefusedError(f"The pick {choice} is none of 0 to {len(notes) - 1}.")
        heard = [self.features(note) for note in notes]
        for row, other in enumerate(heard):
            if row != choice:
                self._prefer(heard[choice], other, weight=_PICK_WEIGHT)

    def judge(self, before: Note, after: Note, value: float) -> None:
        """Learn from a thumb, or an undo (-1), for a change that was heard; -1 to +1."""
        first, then = self.features(before), self.features(after)
        if value != 0.0:
            better, worse = (then, first) if value > 0.0 else (first, then)
            self._prefer(better, worse, weight=0.5 + 0.5 * min(abs(value), 1.0))

    def correct(self, before: Note, after: Note) -> None:
        """Learn from a hand that turned the sound from one note to another."""
        self._prefer(self.features(after), self.features(before), weight=_HAND_WEIGHT)

    def _prefer(self, better: FloatArray, worse: FloatArray, *, weight: float) -> None:
        if self._is_learning:
            self.taste.compare(better, worse, weight=weight)
            self.taste.count(better - worse)

    # -- words ---------------------------------------------------------------------------------

    def _goal(self) -> str:
        if self._target is not None:
            return "the target"
        sounds = SOUND_WORDS[SOUND_ROLES.index(self._role)]
        is_known = bool(self.taste.taste.answers[SOUND_ROLES.index(self._role)].any())
        return f"how you like {sounds}" if is_known else f"how {sounds} are usually liked"

    def _reason(self, error: FloatArray, step: Step) -> str:
        off = describe_error(error, self._prior.scale, than=self._goal())
        what = f"this is {off}" if off else f"this is nearly {self._goal()}"
        if step.is_try:
            what = f"{what}, and I try what I know least of"
        liked = self._liked(error) if self._target is None else ""
        return f"{what}{liked}"

    def _liked(self, error: FloatArray) -> str:
        """What the person's picks say of the feature that is off most."""
        column = int(np.abs(error).argmax())
        less, more = self.taste.liked[SOUND_ROLES.index(self._role), column].tolist()
        wanted, word = (less, LESS_WORDS) if error[column] > 0.0 else (more, MORE_WORDS)
        if less + more < _LIKED_OFTEN or 2 * wanted <= less + more:
            return ""
        return f"; you preferred the {word[column]} sound {wanted} of {less + more} times"

    def beliefs(self) -> dict[str, Any]:
        """Per role and feature: the average person, this one, how sure, in words where sure."""
        prior = self._prior.taste
        mean, variance = self.taste.taste.of_groups()
        anybody = np.diagonal(prior.covariance, axis1=1, axis2=2).T
        sure = 1.0 - np.sqrt(variance / anybody)
        roles: dict[str, Any] = {}
        for row, role in enumerate(SOUND_ROLES):
            roles[role] = {}
            for column, feature in enumerate(FEATURES):
                off = float(mean[row, column] - prior.mean[row, column])
                words = ""
                if sure[row, column] >= _SURE_ENOUGH and abs(off) >= 0.2:
                    more = (MORE_WORDS if off > 0.0 else LESS_WORDS)[column]
                    words = f"you like {SOUND_WORDS[row]} {more} than usual"
                roles[role][feature] = {
                    "average": round(float(prior.mean[row, column]), 2),
                    "sure": round(float(sure[row, column]), 3),
                    "words": words,
                    "you": round(float(mean[row, column]), 2),
                }
        return {"consistency": round(self.taste.consistency.share, 3), "roles": roles}

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> bytes:
        """All that was learnt, as canonical JSON."""
        search = self._search
        cells, actions = np.nonzero(self._table.visits)
        values, visits = self._table.values[cells, actions], self._table.visits[cells, actions]
        columns = (cells.tolist(), actions.tolist(), values.tolist(), visits.tolist())
        body = {
            "device": self._device,
            "knobs": [[k.index, k.name, k.role] for k in search.knobs] if search else [],
            "limit": self._limit,
            "prior": self._prior.checksum,
            "rng": self._rng.bit_generator.state,
            "role": self._role,
            "schema": _STATE_SCHEMA,
            "search": search.state() if search else None,
            "steps": [list(entry) for entry in zip(*columns, strict=True)],
            "target": None if self._target is None else self._target.tolist(),
            "taste": self.taste.state(),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    def load_state(self, state: bytes) -> None:
        """Take over what `state` gave.

        What was learnt upon another prior keeps the taste, which is about the person; what the
        table and a device's effects learnt is about that prior's numbers, and is left behind.

        Raises:
            PriorError: If it cannot be read, in one sentence.
        """
        try:
            body = json.loads(state)
            if body["schema"] != _STATE_SCHEMA:
                raise ValueError(f"schema {body['schema']!r}")
            self._load(body)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise PriorError(
                f"What was learnt about sounds cannot be read ({error!r}); "
                "import an export of it, or forget the sounds."
            ) from error

    def _load(self, body: dict[str, Any]) -> None:
        self._rng.bit_generator.state = body["rng"]
        self.taste.load_state(body["taste"])
        self._role, self._limit = SoundRole(body["role"]), float(body["limit"])
        self._device, self._search, self._table = "", None, QTable(self._prior.steps)
        self._target = None if body["target"] is None else np.array(body["target"])
        if body["prior"] != self._prior.checksum:
            return
        for cell, action, value, visits in body["steps"]:
            self._table.values[int(cell), int(action)] = value
            self._table.visits[int(cell), int(action)] = visits
        if body["search"] is not None:
            knobs = [Knob(index=int(i), name=n, role=KnobRole(r)) for i, n, r in body["knobs"]]
            self._device = body["device"]
            self._search = Search(
                self._table,
                self._prior.effects,
                knobs,
                limit=self._limit,
                is_learning=self._is_learning,
                has_joint_steps=self._has_joint_steps,
            )
            self._search.load_state(body["search"])
