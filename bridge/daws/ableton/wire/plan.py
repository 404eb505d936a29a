"""What is asked of Live, and when: everything at first, then in turn, little at a time."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from bridge.daws.ableton.wire.frames import Question, Topic

_BUDGET: Final = 64
"""Answers of one frame, an EQ's counting for more: a system's smallest buffer holds 256 small ones,
and Linux's default 200 kB."""
_WEIGHT: Final = {
    Topic.VALUES: 4, Topic.NAMES: 16, Topic.MINIMA: 4, Topic.MAXIMA: 4, Topic.QUANTISED: 4,
}  # fmt: skip
_FADERS_A_TURN: Final = 8
"""So 16 tracks are read five times a second, and 64 once in 0.8 s."""


class Plan:
    """Questions that wait for a frame.

    Attributes:
        is_reading: Everything is being read, and not all of it has been asked and answered.
    """

    def __init__(self) -> None:
        self.is_reading = False
        self._waiting: deque[Question] = deque()
        self._fader = self._device = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def begin(self, tracks: int) -> None:
        """Ask for everything that there is of each track."""
        self.is_reading = True
        self._waiting.clear()
        for place in range(tracks):
            self.add([_about(Topic.VOLUME, place), _about(Topic.PAN, place)])
            self.add([_about(Topic.DEVICES, place)])

    def add(self, questions: Iterable[Question]) -> None:
        """Ask more, later; nothing twice."""
        waiting = set(self._waiting)
        self._waiting += [question for question in questions if question not in waiting]

    def ask_again(self, questions: list[Question]) -> None:
        """What was behind a fault is asked first."""
        self._waiting.extendleft(reversed(questions))

    def next_questions(self, tracks: int) -> list[Question]:
        """The questions of one frame, for so many tracks."""
        if not self.is_reading and tracks:
            for _ in range(min(_FADERS_A_TURN, tracks)):
                self._fader = (self._fader + 1) % tracks
                self.add([_about(Topic.VOLUME, self._fader), _about(Topic.PAN, self._fader)])
            self._device = (self._device + 1) % tracks
            self.add([_about(Topic.DEVICES, self._device)])
        taken: list[Question] = []
        weight = 0
        while self._waiting and weight < _BUDGET:
            taken.append(self._waiting.popleft())
            weight += _WEIGHT.get(taken[-1].topic, 1)
        return taken


def _about(topic: Topic, place: int) -> Question:
    return Question(topic, (place,))
