"""Edits in an engineer's words: what was found, what this person said of the like, what is done."""

from collections.abc import Mapping, Sequence
from typing import Final

from bridge.tasks.edit.candidates import Candidate, Settings
from bridge.tasks.edit.geometry import Kind
from bridge.tasks.edit.prior import SCALES, SETTINGS_OF

_ONE: Final[Mapping[Kind, str]] = {
    Kind.GAP: "a pause of {size}",
    Kind.HEAD: "{size} before the first sound",
    Kind.TAIL: "{size} after the last sound",
    Kind.FADE: "an edge that clicks, {size} over what is beside it",
    Kind.JOIN: "a join that clicks, {size} over what is beside it",
    Kind.TIMING: "a hit that is {size} {late}",
    Kind.HOLE: "a hole of {size}",
    Kind.TAKE: "another take with {size} fewer",
}
_MANY: Final[Mapping[Kind, str]] = {
    Kind.GAP: "pauses",
    Kind.HEAD: "silent beginnings",
    Kind.TAIL: "silent ends",
    Kind.FADE: "edges that click",
    Kind.JOIN: "joins that click",
    Kind.TIMING: "hits off the grid",
    Kind.HOLE: "holes",
    Kind.TAKE: "better takes",
}


def describe_size(kind: Kind, size: float) -> str:
    """A size with its unit."""
    unit = SCALES[kind].unit
    size = abs(size)
    if kind is Kind.TAKE and round(size) == 1:
        unit = unit.removesuffix("s")
    return f"{size:.1f} {unit}" if unit == "s" else f"{size:.0f} {unit}"


def describe_time(at_s: float) -> str:
    """A time of the time line, such as 1:02.3."""
    return f"{int(at_s // 60)}:{at_s % 60:04.1f}"


def describe_find(candidates: Sequence[Candidate], track: str) -> str:
    """What was found on a track."""
    kind = candidates[0].kind
    if len(candidates) == 1:
        late = "early" if candidates[0].size < 0.0 else "late"
        size = describe_size(kind, candidates[0].size)
        at = describe_time(candidates[0].edit.start_s)
        detail = f" ({candidates[0].detail})" if candidates[0].detail else ""
        return f"{_ONE[kind].format(size=size, late=late)} on {track} at {at}{detail}"
    sizes = sorted(abs(candidate.size) for candidate in candidates)
    low, high = describe_size(kind, sizes[0]), describe_size(kind, sizes[-1])
    return f"{len(candidates)} {_MANY[kind]} on {track}, {low} to {high}"


def describe_person(kind: Kind, threshold: float, answers: int) -> str:
    """What this person has said of the like."""
    if not answers:
        return "you have not said yet what of this kind you want"
    many = "answer" if answers == 1 else "answers"
    return f"after {answers} {many} I think you want {_MANY[kind]} from " + describe_size(
        kind, threshold
    )


_SETTINGS: Final[Mapping[str, str]] = {
    "strength": "hits moved {percent:.0f} % of the way to the grid",
    "depth_db": "pauses that are at least {value:.0f} dB under the take's loud level",
    "pad_before_s": "{ms:.0f} ms left before a sound",
    "pad_after_s": "{ms:.0f} ms left after a sound",
    "fade_s": "fades of {ms:.0f} ms",
    "crossfade_s": "crossfades of {ms:.0f} ms",
}


def describe_settings(kind: Kind, settings: Mapping[str, float]) -> tuple[str, ...]:
    """How this person likes edits of a kind made, as far as it is known; a sentence each."""
    return tuple(
        "I think you want "
        + _SETTINGS[name].format(
            value=settings[name], ms=1e3 * settings[name], percent=100 * settings[name]
        )
        for name in SETTINGS_OF[kind]
        if name in settings
    )


def describe_work(candidates: Sequence[Candidate], settings: Settings) -> str:
    """What is done."""
    fade = f"{1e3 * settings.fade_s:.0f} ms"
    crossfade = f"{1e3 * settings.crossfade_s:.0f} ms"
    before, after = 1e3 * settings.pad_before_s, 1e3 * settings.pad_after_s
    match candidates[0].kind:
        case Kind.GAP:
            return (
                f"split and muted; {before:.0f} ms before the sound and {after:.0f} ms after stay"
            )
        case Kind.HEAD:
            sooner = "; after a launch it is heard sooner by that" if candidates[0].item else ""
            return f"trimmed; {before:.0f} ms before the sound stay{sooner}"
        case Kind.TAIL:
            return f"trimmed; {after:.0f} ms after the sound stay"
        case Kind.FADE:
            return f"faded over {fade}"
        case Kind.JOIN:
            return f"crossfaded over {crossfade}"
        case Kind.TIMING:
            moves = [1e3 * abs(candidate.edit.by_s) for candidate in candidates]
            far = f"{max(moves):.0f} ms" if len(moves) == 1 else f"up to {max(moves):.0f} ms"
            share = 100.0 * candidates[0].strength
            return f"moved by {far}, {share:.0f} % of the way to the grid; neighbours crossfaded"
        case Kind.HOLE:
            return f"closed, crossfaded over {crossfade}"
        case _:
            return "played in its place; the take that is heard now is muted and stays"
