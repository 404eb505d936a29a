"""Whether the desk is there, and whether it tells us what others do.

A desk tells four clients (X32) or eight (X Air) of changes and gives no word to any other. Two
signs show that: a fader that stands elsewhere although nobody told us; and our own writes, which
leave by a second socket (`bridge.daws.desk.door`), so that the first is told of them like of
anybody's.

Where datagrams get lost, one word that did not come shows nothing: two do. A desk that was
restarted has forgotten us, and that is no lack of places: its meters stop, so it is subscribed to
and read anew.
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
_MISSES_S: Final = 60.0
_FLOW_S: Final = 0.15
_FLOWS: Final = 20
"""So many blobs of levels that followed each other within `_FLOW_S` are a flow."""

_GAP_S: Final = 0.5
"""A flow that is interrupted for so long (ten blobs): the desk may have forgotten us."""

_DRY_S: Final = 4.0
"""And for so long: this desk tells levels in another way."""

_UNTOLD_S: Final = 0.3
_UNTOLD: Final = 6
"""So many of our own writes that nobody told us of are no chance, where a tenth gets lost."""


class Presence:
    """What keeps the desk talking, and what its silence means.

    Attributes:
        is_away: Whether nothing has been heard lately.
        was_away: Whether it was so since everything was read: all may be another by now.
        is_back: It was away until now; whoever reads it anew clears this.
        trouble: Why the bridge must not act, in words; empty where it may.
    """

    def __init__(self) -> None:
        self.is_away = False
        self.was_away = False
        self.is_back = False
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
        self._missed = ""
        self._earlier_miss_at = -math.inf
        self._flows = 0
        self._is_gap_known = False
        self._is_identity_asked = False
        self._untold = 0
        self._untold_at = -math.inf
        self._is_echo_expected = True
        self._next = 0
        self._polls: set[str] = set()

    @property
    def is_told(self) -> bool:
        """Whether hands on the desk are told to us, as far as anybody knows."""
        return not self.trouble and not self.was_away

    def is_interrupted(self, at: float) -> bool:
        """Whether the flow of levels has stopped: the desk may have been restarted."""
        return self._flows >= _FLOWS and at - self._levels_at > _GAP_S

    def begin(self, family: t.Family) -> None:
        """The desk has said what it is."""
        self._family = family
        self._bank = 0
        self.trouble = ""
        self._next = 0

    def record_heard(self, at: float) -> None:
        """Something came from the desk."""
        if not at - self._heard_at <= _AWAY_S:  # what was said before may have reached nobody
            self._begin_anew()
        self._heard_at = at
        self.is_away = False

    def ask_identity(self) -> None:
        """Ask who is there, the next time that something is said."""
        self._is_identity_asked = True

    def record_meters(self, at: float) -> None:
        """Levels have come."""
        if self._is_gap_known:
            self._is_gap_known, self.was_away, self.is_back = False, True, True
        is_flow = at - self._levels_at <= _FLOW_S
        self._flows = min(self._flows + 1, _FLOWS) if is_flow else 0
        self._levels_at = at

    def _notice_gap(self, at: float) -> None:
        if not self.is_interrupted(at):
            return
        if not self._is_gap_known:
            self._is_gap_known = True
            self._begin_anew()
        if at - self._levels_at > _DRY_S:
            self._flows, self._is_gap_known = 0, False

    def _begin_anew(self) -> None:
        """The desk may have forgotten us, and who had its places."""
        self.was_away = self.is_back = True
        self.trouble = ""
        self._is_identity_asked = True
        self._renewed_at = self._metered_at = -math.inf
        self._missed_at = math.inf
        self._untold = 0

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
        self._notice_gap(at)
        self._judge(at)
        out = []
        if self._is_identity_asked:
            self._is_identity_asked = False
            out.append(OscMessage("/xinfo"))
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
            banks = tuple(self._family.meters)
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

    def record_write(self, at: float) -> None:
        """Something was written, by the other socket; we should be told of it."""
        if not self._untold:
            self._untold_at = at
        self._untold += 1
        is_late = at - self._untold_at > _UNTOLD_S
        if self._is_echo_expected and self._untold >= _UNTOLD and is_late:
            self._begin_trouble()

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
        self._earlier_miss_at = -math.inf
        self.trouble = ""

    def repeated(self, address: str, at: float) -> None:
        """The desk told unasked what is known already.

        A word that came while a question was on its way passes for the answer; then the answer
        comes in its place, and shows that we are told.
        """
        if address == self._missed and math.isfinite(self._missed_at):
            self.pushed(at, is_ours=False)

    def miss(self, address: str, at: float, *, is_lossy: bool) -> None:
        """A fader stands elsewhere, and nobody told us; a push may still be on its way.

        Args:
            address: Of the fader.
            at: Monotonic seconds.
            is_lossy: Whether datagrams get lost, so that one such word proves nothing.
        """
        if at - self._pushed_at <= _LATELY_S or self.was_away:
            return
        if is_lossy and not _LATE_S < at - self._earlier_miss_at <= _MISSES_S:
            self._earlier_miss_at = at
            return
        self._missed = address
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
