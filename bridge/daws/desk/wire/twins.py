"""Two desks at one address: both answer every question, and nobody knows whose word is whose."""

import math
from typing import Final

_APART_S: Final = 10.0
"""Of two that answered, one has been silent for so long: it is gone."""

_AGAIN_S: Final = 1.0

Identity = tuple[str, str]


class Twins:
    """Tells a desk that was renamed from two that answer in turn.

    Attributes:
        text: Why nothing may be done, in words; empty where there is one desk.
    """

    def __init__(self) -> None:
        self.text = ""
        self._is: Identity | None = None
        self._heard_at = -math.inf
        self._was: Identity | None = None
        self._changed_at = -math.inf
        self._both_at = -math.inf
        self._asked_at = -math.inf

    def receive(self, identity: Identity, at: float) -> bool:
        """A desk says its name and model; whether it is the one that is spoken to from now on."""
        if identity == self._is:
            self._heard_at = at
            if at - self._both_at > _APART_S:
                self.text = ""
            return True
        if self.text and at - self._heard_at <= _APART_S:
            self._both_at = at
            return False
        if identity == self._was and at - self._changed_at <= _APART_S and self._is is not None:
            self._both_at = at
            ours, other = self._is, identity
            self.text = (
                f"two desks answer at one address, {ours[1]} {ours[0]} and {other[1]} {other[0]}: "
                f"give one of them another address (Setup > Network on the desk)"
            )
            return False
        self.text = ""
        self._was, self._is = self._is, identity
        self._heard_at = self._changed_at = at
        return True

    def is_question_due(self, at: float) -> bool:
        """Whether it is time to ask who is there; never while there is one desk."""
        is_due = bool(self.text) and at - self._asked_at >= _AGAIN_S
        if is_due:
            self._asked_at = at
        return is_due
