"""What a person is told of the Live at the other end: what is seen of it, and what is wrong."""

from dataclasses import dataclass
from typing import Final

GONE: Final = (
    "AbletonOSC has lost its commands, as it does when it is reloaded: in Live, open Settings > "
    "Link, Tempo & MIDI and set its Control Surface to None and back to AbletonOSC"
)
TOO_OLD: Final = (
    "this AbletonOSC is too old: it does not know all that is asked; replace it by the newest "
    "from github.com/ideoforms/AbletonOSC and restart Live"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is known of the Live at the other end, for a person who asks.

    Attributes:
        version: Of Live, empty until it has said so.
        answers: Frames that AbletonOSC has answered so far, some ten a second.
        tracks: How many there are.
        without_eq: Names of those without an EQ Eight that serves.
        has_hub: Whether the hub has spoken.
        taps: Track devices that speak now.
        put_right: Writes that met another track and were put back.
        error: What AbletonOSC complained of last.
    """

    version: str
    answers: int
    tracks: int
    without_eq: tuple[str, ...]
    has_hub: bool
    taps: int
    put_right: int
    error: str

    def facts(self) -> dict[str, str | float]:
        """The same, by the names of `/bridge/fact` in docs/osc.md."""
        return {
            "live": self.version,
            "answers": float(self.answers),
            "tracks": float(self.tracks),
            "no_eq": ", ".join(self.without_eq),
            "hub": float(self.has_hub),
            "taps": float(self.taps),
            "put_right": float(self.put_right),
            "error": self.error,
        }
