"""The link: whether the DAW is there, asked by its dumps, believed by its packets.

A DAW that says something is alive. One that has been silent is asked for a dump; if it stays silent
it is stale, and nothing moves until a new dump has said who is who.
"""

from typing import Final

from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    LinkChanged,
    LinkState,
    RequestDump,
)

_ASK_EVERY_S: Final = 1.0
_SILENT_S: Final = 1.5
"""A DAW whose meters stand still is asked whether it is there after this long."""

_STALE_S: Final = 2.8
"""And given up after this: within 3 s of its last word."""


class DawLink:
    """Tells the states of the link apart; the caller gives it every packet and the time.

    Args:
        where: The DAW's address in words, for texts.
    """

    def __init__(self, where: str) -> None:
        self.state = LinkState.OFFLINE
        self._where = where
        self._heard_at = float("-inf")
        self._asked_at = float("-inf")
        self._is_dump_open = False
        self._is_answered = True
        self._refresh = 0
        self._trouble = ""

    def request_dump(self, at: float) -> RequestDump:
        """Ask for a dump, now."""
        self._asked_at = at
        self._is_answered = False
        self._refresh += 1
        return RequestDump(number=self._refresh)

    def note_alive(self, at: float) -> None:
        """A meter came, or another message of the DAW's: it is alive."""
        self._heard_at = at

    def note(self, event: DawEvent) -> LinkChanged | None:
        """The DAW said something; returns what that changes."""
        self._heard_at = event.at
        if isinstance(event, DumpOpened):
            self._is_dump_open = True
        elif isinstance(event, DumpClosed) and self._is_dump_open:
            self._is_dump_open, self._is_answered = False, True
            if self.state is not LinkState.ONLINE:
                return self._enter(LinkState.ONLINE, event.at, f"the DAW at {self._where} is there")
        if self.state is LinkState.OFFLINE:
            return self._enter(
                LinkState.CONNECTING, event.at, f"the DAW at {self._where} speaks; asking for all"
            )
        return None

    def check(self, at: float, trouble: str = "") -> tuple[LinkChanged | None, RequestDump | None]:
        """What time has changed, and what is to be asked; call it some ten times a second.

        Args:
            at: Monotonic seconds.
            trouble: Why the DAW does not answer, where the dialect knows.
        """
        silent_s = at - self._heard_at
        change = None
        was_there = self.state in (LinkState.ONLINE, LinkState.CONNECTING)
        is_other_trouble = self.state is LinkState.STALE and trouble not in ("", self._trouble)
        if (was_there and silent_s > _STALE_S) or is_other_trouble:
            text = f"no word from the DAW at {self._where} for {silent_s:.0f} s; is it running?"
            self._trouble = trouble
            change = self._enter(LinkState.STALE, at, trouble or text)
        is_unfinished = self._is_dump_open or not self._is_answered
        is_wanted = self.state is not LinkState.ONLINE or is_unfinished or silent_s > _SILENT_S
        if is_wanted and at - self._asked_at >= _ASK_EVERY_S:
            return change, self.request_dump(at)
        return change, None

    def _enter(self, state: LinkState, at: float, text: str) -> LinkChanged:
        self.state = state
        return LinkChanged(at=at, state=state, text=text)
