"""What the bridge asks of a person: which role a strip plays whose name and sound do not say it.

One question is open at a time, and each strip is asked about once a session: a person who does not
answer has said that they do not care. What else is being listened to or stopped is not disturbed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.engine.detours import Detours
from bridge.engine.moves import Moves
from bridge.guard.guard import Guard
from bridge.mix.messages import Mode
from bridge.mix.notices import QuestionChanged
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import Role, RoleSource
from bridge.mix.sound import READS, likely_role
from bridge.mix.state import MixState, StripState

QUESTION_LIFE_S: Final = 60.0
"""A question that nobody answers for this long is over, as a suggestion is."""

_WORDS: Final[dict[Role, str]] = {
    Role.KICK: "a kick",
    Role.SNARE: "a snare",
    Role.HATS: "a hi-hat or a cymbal",
    Role.DRUMS: "drums",
    Role.BASS: "a bass",
    Role.GUITAR: "a guitar",
    Role.KEYS: "keys",
    Role.LEAD: "a lead voice",
    Role.BACKING: "backing voices",
    Role.PAD: "a pad",
    Role.STRINGS: "strings",
    Role.FX: "an effect",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which role a strip plays.

    Attributes:
        key: The strip's identity.
        name: Its name.
        role: What its sound suggests, `Role.OTHER` for nothing.
        at: When it was asked, monotonic seconds.
    """

    key: str
    name: str
    role: Role
    at: float

    @property
    def text(self) -> str:
        """The question, for a person."""
        if self.role is Role.OTHER:
            return f"what does '{self.name}' play?"
        return f"is '{self.name}' {_WORDS[self.role]}?"


class Questions:
    """Asks, and knows when a question is over.

    Attributes:
        open: The question that waits for an answer.
    """

    def __init__(self, *, mix: MixState, guard: Guard, moves: Moves, detours: Detours) -> None:
        self.open: Question | None = None
        self._mix = mix
        self._guard = guard
        self._moves = moves
        self._detours = detours
        self._asked: set[str] = set()

    def report(self) -> QuestionChanged:
        """The open question, as everyone is told of it."""
        strip = self._mix.by_key(self.open.key) if self.open else None
        if self.open is None or strip is None:
            return QuestionChanged(track=0, role="", text="")
        role = "" if self.open.role is Role.OTHER else str(self.open.role)
        return QuestionChanged(track=strip.number, role=role, text=self.open.text)

    def review(self, at: float, mode: Mode, *, is_heard: bool) -> Iterator[QuestionChanged]:
        """End the open question where it is over, and ask another one where there is one.

        Args:
            at: Monotonic seconds.
            mode: In gig mode nothing is asked.
            is_heard: Whether the strips have just been heard anew.
        """
        before = self.open
        if before is not None and self._is_over(before, at, mode):
            self.open = None
        if self.open is None and is_heard and self._may_ask(mode):
            self.open = self._find(at)
            if self.open is not None:
                self._asked.add(self.open.key)
        if self.open is not before:
            yield self.report()

    def _is_over(self, question: Question, at: float, mode: Mode) -> bool:
        strip = self._mix.by_key(question.key)
        return (
            strip is None
            or strip.name != question.name
            or strip.role_source is not RoleSource.NOTHING
            or mode is Mode.GIG
            or at >= question.at + QUESTION_LIFE_S
        )

    def _may_ask(self, mode: Mode) -> bool:
        return (
            mode is not Mode.GIG
            and self._guard.is_online
            and self._guard.is_layout_known
            and not self._guard.is_frozen
            and not self._guard.is_panicked
            and not self._detours.is_comparing
            and not self._moves.is_auditioned
        )

    def _find(self, at: float) -> Question | None:
        """A question about the loudest strip that has no role, has been heard and may be moved."""
        strips = [
            self._mix.strips[row]
            for row in np.flatnonzero(self._mix.reads >= READS)
            if self._is_unknown(self._mix.strips[row])
        ]
        if not strips:
            return None
        strip = max(strips, key=lambda each: (self._level_db(each), -each.number))
        row = strip.number - 1
        role = likely_role(self._mix.source_db[row], float(self._mix.crest_db[row]))
        return Question(key=strip.key, name=strip.name, role=role, at=at)

    def _is_unknown(self, strip: StripState) -> bool:
        return (
            strip.key not in self._asked
            and strip.is_named
            and not strip.mute
            and strip.role_source is RoleSource.NOTHING
            and not self._guard.lock(strip.key, Param.GAIN)
        )

    def _level_db(self, strip: StripState) -> float:
        row = strip.number - 1
        return float(self._mix.level_db[row] + self._mix.values[row, COLUMN[Param.GAIN]])
