"""The link: whether the DAW is there and has said everything, asked by dumps, believed by packets.

A DAW that says something is alive. One that has been silent is asked for a dump; if it stays silent
it is stale, and nothing moves until a new dump has said who is who.

A dump is complete or it is not: its count says how many strips there are, and each needs a name or
an identity, and a gain. What is missing is asked for again, with growing pauses, and is then left
alone with a sentence that names it. A dump that goes on is waited for. No question
is asked within a second of the last.
"""

from collections import deque
from typing import Final

from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    LinkChanged,
    LinkState,
    ParamChanged,
    RequestDump,
    TrackIdentified,
    TrackNamed,
)
from bridge.mix.params import Param

_ASK_EVERY_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 16.0
_TRIES: Final = 5
"""What so many dumps have not said is not asked for again."""
_TRIES_TO_CLOSE: Final = 3
"""A dump that has never ended so often is taken as it is."""
_PATIENT_REQUESTS: Final = 10
_RESTLESS_S: Final = 30.0
"""More than `_PATIENT_REQUESTS` of the engine in this time that bring nothing new are spread
further and further."""
_LONGEST_REQUEST_PAUSE_S: Final = 5.0
"""Up to this: whoever opens one song after the other does not wait longer for the new one."""

_SILENT_S: Final = 1.5
"""A DAW whose meters stand still is asked whether it is there after this long."""

_STALE_S: Final = 2.8
"""And given up after this: within 3 s of its last word."""

_SHOWN: Final = 4

_UNCOUNTED: Final = "answers, but sends no usable count of its strips"


class DawLink:
    """Tells the states of the link apart; the caller gives it every packet and the time.

    Args:
        where: The DAW's address in words, for texts.
        sends_dumps: Whether the DAW itself sends dumps, whose end may be lost; a dialect that
            collects them from answers ends each as it means it.

    Attributes:
        state: What is known of the DAW.
        asked_again: Dumps that a DAW that speaks was asked for again: it did not answer, or not
            completely.
    """

    def __init__(self, where: str, *, sends_dumps: bool = False) -> None:
        self.state = LinkState.OFFLINE
        self.asked_again = 0
        self._text = ""
        self._trouble = ""
        self._where = where
        self._sends_dumps = sends_dumps
        self._heard_at = float("-inf")
        self._asked_at = float("-inf")
        self._said_at = float("-inf")
        self._requests: deque[float] = deque(maxlen=32)
        self._is_wanted = False
        self._is_answered = True
        self._unanswered = 0
        self._incomplete = 0
        self._count: int | None = None
        self._closed: int | None = None
        self._is_uncounted = False
        self._named: dict[int, str] = {}
        self._layout: dict[int, str] = {}
        self._gains: set[int] = set()
        self._missing = ""
        self._refresh = 0

    @property
    def text(self) -> str:
        """What the DAW does, in words; empty before its first word."""
        return self._text

    @property
    def missing(self) -> str:
        """What its last dump has not said, in words; empty where it is complete."""
        return self._missing

    def is_there(self) -> bool:
        """Return whether there is a DAW that nobody should be parted from."""
        return self.state in (LinkState.CONNECTING, LinkState.ONLINE)

    @property
    def has_spoken(self) -> bool:
        """Whether the DAW has been heard since the start."""
        return self._heard_at > float("-inf")

    def is_alive(self, at: float) -> bool:
        """Return whether the DAW has been heard lately."""
        return at - self._heard_at <= _STALE_S

    def request_dump(self, at: float) -> RequestDump | None:
        """Ask for a dump, now; None where the last is too fresh: it follows (`check`)."""
        while self._requests and self._requests[0] <= at - _RESTLESS_S:
            self._requests.popleft()
        if not self._is_wanted:
            self._requests.append(at)
        if at - self._asked_at < self._request_pause_s:
            self._is_wanted = True
            return None
        return self._ask(at)

    def record_alive(self, at: float) -> None:
        """A meter came, or another message of the DAW's: it is alive."""
        if at - self._heard_at > _SILENT_S:
            self._unanswered = 0  # nobody was there to answer
        self._heard_at = at

    def record(self, event: DawEvent) -> LinkChanged | None:
        """The DAW said something; returns what that changes."""
        self.record_alive(event.at)
        self._said_at = event.at
        match event:
            case DumpOpened():
                self._count, self._is_uncounted = event.count, False
                self._named.clear()
                self._gains.clear()
            case TrackNamed(name=text) | TrackIdentified(uid=text) if text:
                self._named[event.track] = f"{self._named.get(event.track, '')}/{text}"
            case ParamChanged(param=Param.GAIN):
                self._gains.add(event.track)
            case DumpClosed():
                return self._close_dump(event)
        if self.state in (LinkState.OFFLINE, LinkState.STALE):
            return self._enter(LinkState.CONNECTING, event.at, "sends; asking for all its strips")
        return None

    def check(
        self, at: float, trouble: str = ""
    ) -> tuple[LinkChanged | DumpClosed | None, RequestDump | None]:
        """What time has changed, and what is to be asked; call it some ten times a second.

        Args:
            at: Monotonic seconds.
            trouble: Why the DAW does not answer, where the dialect knows.
        """
        silent_s = at - self._heard_at
        change: LinkChanged | DumpClosed | None = None
        was_there = self.state in (LinkState.ONLINE, LinkState.CONNECTING)
        is_waiting = self.state in (LinkState.STALE, LinkState.OFFLINE)
        is_other_trouble = is_waiting and trouble not in ("", self._trouble)
        if (was_there and silent_s > _STALE_S) or is_other_trouble:
            self._count = None
            self._trouble = trouble
            text = f"nothing from the DAW at {self._where} for {silent_s:.0f} s; is it running?"
            change = self._enter(LinkState.STALE, at, trouble or text, is_whole=True)
        elif self.state is not LinkState.ONLINE and silent_s <= _STALE_S:
            change = self._describe_silence(at)
        if self._is_dump_whole(at):
            return DumpClosed(at=at, number=self._refresh), None
        if at - self._asked_at < _ASK_EVERY_S or not self._is_due(at, silent_s):
            return change, None
        return change, self._ask(at)

    # -- asking --------------------------------------------------------------------------------

    @property
    def _request_pause_s(self) -> float:
        too_many = max(0, len(self._requests) - _PATIENT_REQUESTS)
        return min(_ASK_EVERY_S * 2.0**too_many, _LONGEST_REQUEST_PAUSE_S)

    def _is_due(self, at: float, silent_s: float) -> bool:
        """Whether a dump is to be asked for now; a second has passed since the last question."""
        if silent_s > _SILENT_S:
            return True
        is_open = self._count is not None
        tries = self._unanswered if is_open or not self._is_answered else self._incomplete
        pause = min(_ASK_EVERY_S * 2.0 ** max(0, tries - 1), _LONGEST_PAUSE_S)
        since = at - max(self._asked_at, self._said_at if is_open else float("-inf"))
        if is_open or not self._is_answered or self.state is not LinkState.ONLINE:
            return since >= pause
        if self._missing and self._incomplete < _TRIES:
            return since >= pause
        return self._is_wanted and since >= self._request_pause_s

    def _ask(self, at: float) -> RequestDump:
        if not self._is_answered:
            self._unanswered += 1
        if at - self._heard_at <= _STALE_S and (self._missing or not self._is_answered):
            self.asked_again += 1
        self._asked_at = at
        self._is_answered = self._is_wanted = False
        self._refresh += 1
        return RequestDump(number=self._refresh)

    # -- dumps ---------------------------------------------------------------------------------

    def _is_dump_whole(self, at: float) -> bool:
        """Whether an open dump is over although nothing has said so."""
        if not self._sends_dumps or self._count is None or at - self._said_at < _ASK_EVERY_S:
            return False
        return not self._describe_missing() or self._unanswered >= _TRIES_TO_CLOSE

    def _close_dump(self, event: DumpClosed) -> LinkChanged | None:
        at = event.at
        if self._count is None:
            if self._is_answered and event.number == self._closed:
                return None  # that end came twice
            self._is_uncounted = True
            return self._enter(LinkState.CONNECTING, at, _UNCOUNTED)
        self._missing, count, self._closed = self._describe_missing(), self._count, event.number
        self._count, self._is_answered, self._unanswered = None, True, 0
        if self._named != self._layout:
            self._layout = dict(self._named)
            self._requests.clear()  # asking was of use: somebody works on the tracks
        self._incomplete = self._incomplete + 1 if self._missing else 0
        text = "is there" if count else "is there, and says that it has no strips"
        if self._missing:
            is_last = self._incomplete >= _TRIES
            text += f"; {self._missing}: {'left alone' if is_last else 'asking again'}"
        return self._enter(LinkState.ONLINE, at, text)

    def _describe_missing(self) -> str:
        """What the dump has not said, in words; empty where it is complete."""
        strips = set(range(1, (self._count or 0) + 1))
        nameless, gainless = strips - self._named.keys(), strips - self._gains
        parts = (
            _in_words(nameless & gainless, "sent nothing"),
            _in_words(nameless - gainless, "not sent its name"),
            _in_words(gainless - nameless, "not sent its gain"),
        )
        return ", ".join(part for part in parts if part)

    def _describe_silence(self, at: float) -> LinkChanged | None:
        """A DAW that speaks and has not said everything: what it has not answered."""
        text = "sends; asking for all its strips"
        if self._is_uncounted:
            text = _UNCOUNTED
        elif self._unanswered >= _TRIES_TO_CLOSE:
            text = (
                "sends, but does not answer when it is asked for all its strips "
                f"({self._unanswered} times): check where its OSC is sent, and where it listens"
            )
        elif self.state is LinkState.CONNECTING:
            return None
        return self._enter(LinkState.CONNECTING, at, text)

    def _enter(
        self, state: LinkState, at: float, text: str, *, is_whole: bool = False
    ) -> LinkChanged | None:
        """Take on a state, unless it is told already; `text` is what the DAW does."""
        text = text if is_whole else f"the DAW at {self._where} {text}"
        if (state, text) == (self.state, self._text):
            return None
        self.state, self._text = state, text
        return LinkChanged(at=at, state=state, text=text)


def _in_words(strips: set[int], what: str) -> str:
    """Which strips have not said what they should; empty for none."""
    if not strips:
        return ""
    numbers = [str(strip) for strip in sorted(strips)]
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    who = f"strips {', '.join(numbers[:_SHOWN])}{more} have"
    if len(numbers) == 1:
        who = f"strip {numbers[0]} has"
    return f"{who} {what}"
