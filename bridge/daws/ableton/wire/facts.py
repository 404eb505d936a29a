"""What a person is told of the Live at the other end: what is known of it, and what is wrong."""

from collections.abc import Collection
from typing import Final

from bridge.daw.taps import Taps
from bridge.daws.ableton.wire.frames import Wire
from bridge.daws.ableton.wire.tracks import Desk

GONE: Final = (
    "AbletonOSC has lost its commands, as it does when it is reloaded: in Live, open Settings > "
    "Link, Tempo & MIDI and set its Control Surface to None and back to AbletonOSC"
)
TOO_OLD: Final = (
    "this AbletonOSC is too old: it does not know all that is asked; replace it by the newest "
    "from github.com/ideoforms/AbletonOSC and restart Live"
)


def facts_of(
    wire: Wire, desk: Desk, taps: Taps, *, version: str, missing: Collection[str], at: float
) -> dict[str, str | float]:
    """Everything that is known, by name; what is not known is left out.

    ``live`` Live's version; ``answers_per_s`` frames that AbletonOSC answered, ``silent_s`` seconds
    since the last, ``unanswered`` frames that wait; ``missing`` addresses that it does not know;
    ``tracks`` and ``no_eq``, the names of those without an EQ Eight that serves; ``hub_silent_s``;
    ``taps`` track devices that were heard lately, ``taps_astray`` those without a hub.
    """
    facts: dict[str, str | float] = {"unanswered": float(wire.unanswered)}
    if wire.answered:
        facts["answers_per_s"] = round(wire.answers_per_s(at), 1)
        facts["silent_s"] = round(at - wire.answered_at, 1)
    if version:
        facts |= {"live": version, "log_level": "warning", "missing": ", ".join(sorted(missing))}
    elif missing:
        facts["missing"] = ", ".join(sorted(missing))
    if desk.tracks:
        without = [track.name for track in desk.tracks if isinstance(track.bands, str)]
        facts |= {"tracks": float(len(desk.tracks)), "no_eq": ", ".join(without)}
    if desk.hub.heard_at > float("-inf"):
        facts["hub_silent_s"] = round(at - desk.hub.heard_at, 1)
    present, astray = taps.count(at)
    return facts | {"taps": float(present), "taps_astray": float(astray)}
