"""When the factored agent holds back: unanswered ways, questions that were not liked, rest.

1. What stands as the person has said that they want it stays.
2. A control that was moved and got no answer is not turned back, and goes no further than a bound:
   what nobody answered is not yet liked. Any answer, and any hand, opens the way again.
3. Asking what merely might turn out well costs a person's patience. It goes on as long as they like
   about as many of these questions as not, and less and less after many answers in one song.
4. A family of moves whose forecasts fail is made smaller first, and then left alone.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.learning.q_learning import FloatArray
from bridge.mix.params import COLUMN, Param
from bridge.mix.state import Observation

FARTHEST: Final[dict[Param, float]] = {Param.GAIN: 12.0, Param.PAN: 0.8}
_FARTHEST_EQ_DB: Final = 6.0
"""How far a control may go without any answer of the person, dB or of 1, in a family that is sure
to hold for them; a doubtful one goes less far."""

_MOVES_A_TRACK: Final = 7.0
"""How many moves of a mix may go without any answer, a track."""

SMALLER: Final = 0.4
SILENT: Final = 0.65
"""How likely it must be that a family's forecasts fail, for its moves to be smaller, and none."""

_ASKED_MEMORY: Final = 0.95
_ASKED_PRIOR: Final = (5.0, 3.3)
_LEAST_LIKED: Final = 0.22
_MOST_LIKED: Final = 0.42

_WORTH_ASKING: Final = 40
_ASKED_ENOUGH: Final = 100
"""Up to so many answers of a song a question may cost its full harm; from so many on none is worth
asking: few moves are left that could use what the answer teaches."""

_UNHEEDED: Final = 8
"""After so many moves without an answer fewer questions are asked, after twice as many none."""

_SAME: Final = np.array([0.3, 0.03, 0.3, 0.3, 0.3, 0.3])
"""A control so near to where it was endorsed is there; dB, and of 1 for the pan."""

_COLUMNS: Final = np.array([COLUMN[param] for param in STEP_PARAMS])
_IS_LARGE: Final = np.array(
    [
        param is Param.GAIN and abs(step) > 1.0
        for param, step in zip(STEP_PARAMS, STEPS, strict=True)
    ]
)
_FAMILY: Final = {Param.GAIN: "gain", Param.PAN: "pan"}


_FAMILY_WORDS: Final = {"gain": "faders", "eq": "EQ", "pan": "pans"}
_FAMILIES: Final = ("gain", "eq", "pan")
_FAMILY_OF: Final = np.array([_FAMILIES.index(_FAMILY.get(param, "eq")) for param in STEP_PARAMS])
_FARTHEST: Final = np.array([FARTHEST.get(param, _FARTHEST_EQ_DB) for param in STEP_PARAMS])


def family_of(param: Param) -> str:
    """The family of moves of a parameter: ``gain``, ``eq`` or ``pan``."""
    return _FAMILY.get(param, "eq")


class Restraint:
    """What was moved since the person last answered, and how they liked to be asked."""

    def __init__(self) -> None:
        self._keys: tuple[str, ...] = ()
        self._came: FloatArray = np.zeros((0, len(COLUMN)))
        self._way: FloatArray = np.zeros((0, len(COLUMN)))
        self._moves = 0
        self._wanted: tuple[int, int, float, float] | None = None
        self._asked = _ASKED_PRIOR
        self._answers = 0
        self._endorsed: FloatArray | None = None
        self.is_waiting = False

    def watch(self, observation: Observation) -> None:
        """See whether the last proposal has been carried out; another song begins anew."""
        if observation.keys != self._keys:
            self._keys = observation.keys
            self.answer()
            self._asked = _ASKED_PRIOR
            self._answers = 0
            self._endorsed = None
        if self._wanted is None:
            return
        row, column, before, step = self._wanted
        moved = observation.values[row, column] - before
        if moved * step > 0.0:
            self._way[row, column] += moved
            self._moves += 1
            self._wanted = None

    def propose(self, observation: Observation, row: int, param: Param, step: float) -> None:
        """Remember what is proposed."""
        column = COLUMN[param]
        self._wanted = row, column, float(observation.values[row, column]), step

    def answer(self) -> None:
        """The person has said or done something: every way is open again."""
        self._way = np.zeros((len(self._keys), len(COLUMN)))
        self._moves = 0
        self._wanted = None

    def endorse(self, values: FloatArray) -> None:
        """The mix (n, 6) is as the person wants it: in this song what stands so is left alone."""
        self._endorsed = values.copy()

    def judge_question(self, reward: float, *, weight: float) -> None:
        """A move that was asked about was judged."""
        likes, dislikes = (_ASKED_MEMORY * count for count in self._asked)
        size = weight * abs(reward)
        self._asked = (likes + size, dislikes) if reward > 0.0 else (likes, dislikes + size)

    @property
    def eagerness(self) -> float:
        """How willingly to ask, 0 to 1."""
        likes, dislikes = self._asked
        liked = (likes / (likes + dislikes) - _LEAST_LIKED) / (_MOST_LIKED - _LEAST_LIKED)
        heeded = 1.0 - (self._moves - _UNHEEDED) / _UNHEEDED
        return float(np.clip(liked, 0.0, 1.0) * np.clip(heeded, 0.0, 1.0))

    def count_answer(self) -> None:
        """The person has judged a move."""
        self._answers += 1

    def correct(self) -> None:
        """The person has shown what they want, by more than a thumb: there is more to ask about."""
        self.answer()
        self._answers = min(self._answers, _WORTH_ASKING)

    @property
    def patience(self) -> float:
        """How much a question may still cost, 1 (as at first) to 0 (only sure moves are left)."""
        left = (_ASKED_ENOUGH - self._answers) / (_ASKED_ENOUGH - _WORTH_ASKING)
        return float(np.clip(left, 0.0, 1.0))

    def why_rest(self, observation: Observation, doubts: dict[str, float]) -> str:
        """Why no move is made, in a sentence; `doubts` as in `open_moves`."""
        if self.is_waiting:
            return (
                "I have moved enough without an answer from you: give a thumb or move a control, "
                "and I go on"
            )
        failed = [words for family, words in _FAMILY_WORDS.items() if doubts[family] >= SILENT]
        if failed:
            return (
                f"you disliked most of what I did with {' and '.join(failed)}: I leave that alone "
                "in this song, unless your hand or another answer shows me what you want"
            )
        if self.patience == 0.0:
            return (
                "I have asked enough in this song: move a control, choose a word for a track or "
                "pick a variant of the mix, and I go on"
            )
        if not np.isfinite(observation.level_db).any():
            return "no track has shown a level on its meter yet: play the song, and I begin"
        return "no move would be worth hearing now: I wait until the mix changes"

    def state(self) -> dict[str, Any]:
        """All of this, as plain data: what nobody answered is not yet liked after a restart."""
        return {
            "answers": self._answers,
            "asked": list(self._asked),
            "endorsed": None if self._endorsed is None else _plain(self._endorsed),
            "keys": list(self._keys),
            "moves": self._moves,
            "wanted": None if self._wanted is None else list(self._wanted),
            "way": _plain(self._way),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self._keys = tuple(state["keys"])
        likes, dislikes = state["asked"]
        self._asked = float(likes), float(dislikes)
        self._answers = int(state.get("answers", 0))
        self._moves = int(state["moves"])
        self._way = _array(state["way"])
        self._endorsed = None if state["endorsed"] is None else _array(state["endorsed"])
        self._wanted = None
        if state["wanted"] is not None:
            row, column, before, step = state["wanted"]
            self._wanted = int(row), int(column), float(before), float(step)

    def open_moves(
        self, values: FloatArray, steps: FloatArray, doubts: dict[str, float]
    ) -> NDArray[np.bool_]:
        """(n, 14) which moves are not held back.

        Args:
            values: (n, 6) the mix.
            steps: (n, 14) how far each would go.
            doubts: By family, how likely it is that its forecasts do not hold for this person.
        """
        way = self._way[:, _COLUMNS]
        doubt = np.array([doubts[family] for family in _FAMILIES])[_FAMILY_OF]
        farthest = _FARTHEST * (1.0 - doubt) / 0.9
        is_open = (way * steps >= 0.0) & (np.abs(way + steps) <= farthest)
        self.is_waiting = self._moves >= _MOVES_A_TRACK * len(self._keys)
        if self.is_waiting:
            is_open[:] = False
        if self._endorsed is not None:
            is_moved = np.abs(values - self._endorsed) > _SAME
            is_open &= is_moved[:, _COLUMNS]
        is_open &= doubt < SILENT
        is_open[:, _IS_LARGE & (doubt >= SMALLER)] = False
        return np.asarray(is_open)


def _plain(values: FloatArray) -> list[list[float | None]]:
    """(n, 6) as JSON, which knows no NaN."""
    return [[None if np.isnan(v) else v for v in row] for row in values.tolist()]


def _array(plain: list[list[float | None]]) -> FloatArray:
    return np.array(plain, dtype=np.float64).reshape(-1, len(COLUMN))
