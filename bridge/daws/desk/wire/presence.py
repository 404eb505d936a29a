"""Whether the desk is there, and whether it tells us what others do.

A desk tells four clients (X32) or eight (X Air) of changes and gives no word to any other. Two
signs show that: a fader that stands elsewhere although nobody told us; and our own writes, which
leave by a second socket (`bridge.daws.desk.door`), so that the first is told of them like of
anybody's.
"""

import math
from typing import Final

from bridge.daws.desk.wire import tables as t
from bridge.daws.desk.wire.console import Console
from bridge.osc.message import OscMessage

RENEW_S: Final = 3.0
"""``/xremote`` lasts 10 s: three renewals may be lost."""

_METERS_S: Final = 4.0
_NO_METERS_S: Final = 2.0
"""A bank that brings nothing for this long is not there: the next one is asked for."""

_XINFO_S: Final = 0.25
"""A desk that has not said what it is, is asked again."""

_STATUS_S: Final = 0.9
"""Without meters a desk that nobody touches says nothing; then it is asked whether it is there."""

_AWAY_S: Final = 2.5
"""Meters come twenty times a second: a desk that is silent for so long may have been restarted."""

_POLL_S: Final = 0.125
_LATELY_S: Final = 10.0
_LATE_S: Final = 0.5
_UNTOLD: Final = 6
"""So many of our own writes that nobody told us of are no chance, where a tenth gets lost."""


class Presence:
    """What keeps the desk talking, and what its silence means.

    Attributes:
        is_away: Whether nothing has been heard lately.
        was_away: Whether it was so since everything was read: all may be another by now.
        trouble: Why the bridge must not act, in words; empty where it may.
    """

    def __init__(self) -> None:
        self.is_away = False
        self.was_away = False
        self.trouble = ""
        self._family: t.Family | None = None
        self._is_begun = False
        self._bank = 0
        self._levels_at = -math.inf
        self._asked_at = -math.inf
        self._heard_at = math.nan
        self._renewed_at = -math.inf
        self._metered_at = -math.inf
        self._polled_at = -math.inf
        self._pushed_at = -math.inf
        self._missed_at = math.inf
        self._untold = 0
        self._is_echo_expected = True
        self._next = 0
        self._polls: set[str] = set()

    @property
    def is_told(self) -> bool:
        """Whether hands on the desk are told to us, as far as anybody knows."""
        return not self.trouble

    def begin(self, family: t.Family) -> None:
        """The desk has said what it is."""
        self._family = family
        self._bank = 0
        self.trouble = ""
        self._next = 0

    def record_heard(self, at: float) -> None:
        """Something came from the desk."""
        if not at - self._heard_at <= _AWAY_S:  # what was said before may have reached nobody
            self.was_away = True
            self._renewed_at = self._metered_at = -math.inf
        self._heard_at = at
        self.is_away = False

    def record_meters(self, at: float) -> None:
        """Levels have come."""
        self._levels_at = at

    def hello(self) -> tuple[OscMessage, ...]:
        """What is said to a desk that is to tell everything."""
        self._is_begun = True
        return (OscMessage("/xinfo"),)

    def renewals(self, at: float) -> list[OscMessage]:
        """What must be said again and again, so that the desk goes on telling."""
        if not self._is_begun:
            return []
        if at - self._heard_at > _AWAY_S:
            self.is_away = self.was_away = True
        self._judge(at)
        out = []
        if at - self._renewed_at >= RENEW_S:
            self._renewed_at = at
            out.append(OscMessage("/xremote"))
        if self._family is None:
            if at - self._asked_at >= _XINFO_S:
                self._asked_at = at
                out.append(OscMessage("/xinfo"))
            return out
        since_asked = at - self._metered_at
        is_mute = at - self._levels_at > _NO_METERS_S and not self.is_away
        if since_asked >= _METERS_S or (is_mute and since_asked >= _NO_METERS_S):
            banks = self._family.meters
            if is_mute and math.isfinite(self._metered_at):
                self._bank = (self._bank + 1) % len(banks)
            self._metered_at = at
            out.append(OscMessage("/meters", (banks[self._bank],)))
        if at - self._heard_at > _STATUS_S and at - self._asked_at >= _STATUS_S:
            self._asked_at = at
            out.append(OscMessage("/status"))
        return out

    def read(self) -> None:
        """Everything has been read."""
        self.was_away = False
        self._missed_at = math.inf

    # -- whether we are told ---------------------------------------------------------------------

    def poll(self, console: Console, at: float) -> list[str]:
        """The next fader to be asked for, one after the other."""
        if at - self._polled_at < _POLL_S:
            return []
        self._polled_at = at
        for _ in console.bases:
            self._next = (self._next + 1) % len(console.bases)
            if console.is_wanted(self._next):
                address = f"{console.bases[self._next]}/{t.FADER}"
                self._polls.add(address)
                return [address]
        return []

    def is_poll(self, address: str) -> bool:
        """Whether an answer is that to a poll, which is over then."""
        is_mine = address in self._polls
        self._polls.discard(address)
        return is_mine

    def record_write(self) -> None:
        """Something was written, by the other socket."""
        self._untold += 1

    def record_untold(self) -> None:
        """The desk holds what we wrote, as it says when it is asked."""
        if self._is_echo_expected and self._untold >= _UNTOLD:
            self._begin_trouble()

    def pushed(self, at: float, *, is_ours: bool) -> None:
        """The desk told a change by itself: we have a place."""
        if not is_ours and self._untold >= _UNTOLD:
            self._is_echo_expected = False  # it tells what others do, and not what we do
        self._untold = 0
        self._pushed_at = at
        self._missed_at = math.inf
        self.trouble = ""

    def miss(self, at: float) -> None:
        """A fader stands elsewhere, and nobody told us; a push may still be on its way."""
        if at - self._pushed_at > _LATELY_S:
            self._missed_at = min(self._missed_at, at)

    def _judge(self, at: float) -> None:
        if at - self._missed_at > _LATE_S:
            self._missed_at = math.inf
            self._begin_trouble()

    def _begin_trouble(self) -> None:
        if self._family is not None:
            self.trouble = (
                f"the desk does not tell me what others do: other remotes have all "
                f"{self._family.places} places; close one (X32-Edit, X AIR Edit, Mixing Station, "
                f"Companion, a tablet), then move any fader"
            )
