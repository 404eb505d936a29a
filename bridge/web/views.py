"""Views: what the page shows, section by section, as JSON; pure functions of a view.

A section is sent when its text has changed, so that what changes often (levels) stands apart from
what hardly ever does (who is there).
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from bridge.engine.ledger import Row
from bridge.engine.view import View
from bridge.mix.device_events import TaskName
from bridge.mix.messages import StripSwitch
from bridge.mix.params import (
    CLASS_WORDS,
    COLUMN,
    EQ_COLUMNS,
    LOCK_CLASS,
    MOVABLE,
    PARAM_WORDS,
    SENDS,
    SPECS,
    LockClass,
    Param,
    in_words,
)
from bridge.mix.roles import ROLES
from bridge.mix.spectrum import FloatArray, eq_curve_db, loudness_db, to_db, to_power
from bridge.mix.wishes import Wish
from bridge.web.work_views import knob_words, task_words, work_to_json

_CLASSES: Final = (LockClass.GAIN, LockClass.EQ, LockClass.PAN)
_LAST_MOVES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of what is shown.

    Attributes:
        key: Equal keys mean equal content: then it need not be made again.
        make: Makes the content, plain JSON.
    """

    key: Hashable
    make: Callable[[], Any]


def schema() -> dict[str, Any]:
    """The tables that the page shares with the bridge; they never change while it runs.

    Returns:
        `params`: what the bridge may move, in the order of every row of values: name, words, class,
        and the least and greatest value that is ever sent; `classes`: the words of each class;
        `roles`: the words of `/mix/track/{n}/role`; `tasks`: title and text of each task that there
        is; `knobs`: what a knob may be said to be, and the words for that; `wishes`: the words of
        `/bridge/wish`.
    """
    return {
        "params": [
            {
                "name": param.value,
                "words": PARAM_WORDS[param],
                "class": LOCK_CLASS[param].value,
                "range": [SPECS[param].minimum, SPECS[param].maximum],
            }
            for param in MOVABLE
        ],
        "classes": {each.value: CLASS_WORDS[each] for each in _CLASSES},
        "roles": [role.value for role in ROLES],
        "tasks": task_words(),
        "knobs": knob_words(),
        "wishes": [wish.value for wish in Wish],
    }


def sections(
    view: View,
    rows: OrderedDict[str, Row],
    *,
    rows_version: int,
    rewards: Sequence[float],
    beliefs: Mapping[str, Any],
) -> dict[str, Section]:
    """Everything that changes while the bridge runs, by section.

    Args:
        view: The engine.
        rows: What the ledger has of each move by its name, oldest first.
        rows_version: Changes whenever a row does.
        rewards: The last judgements, oldest first.
        beliefs: What is believed of the person; another object whenever they are others.
    """
    held = tuple(math.ceil(seconds) for seconds in view.held_s.tolist())
    pins = tuple(sorted(slot.value for slot in view.pins))
    status = (view.mode, view.status, view.is_playing, view.scene, pins, view.question)
    values, snapshot = view.values.tobytes(), view.snapshot.tobytes()
    suggested = None if view.suggestion is None else view.suggestion.id
    answerable = (suggested, view.rateable, view.undoable)
    now = (status, view.strips, rows_version, answerable, values)
    flags = (view.is_auditioned, view.is_comparing)
    allowed = (view.safe.tobytes(), *(each.tobytes() for each in view.off.values()))
    strips = (view.strips, snapshot, view.bounds.tobytes(), allowed, rows_version)
    sound = (view.strips, view.source_db.tobytes())
    return {
        "status": Section(key=status, make=lambda: _status(view)),
        "strips": Section(key=strips, make=lambda: _strips(view, rows)),
        "values": Section(key=values, make=lambda: _table(view.values)),
        "held": Section(key=held, make=lambda: list(held)),
        "levels": Section(key=None, make=lambda: _levels(view.levels)),
        "now": Section(key=(now, flags), make=lambda: _now(view)),
        "learning": Section(
            key=(id(beliefs), len(rewards), rows_version), make=lambda: _learning(beliefs, rewards)
        ),
        "work": Section(key=view.work, make=lambda: work_to_json(view.work)),
        "compare": Section(
            key=(values, snapshot, sound, view.work.changed), make=lambda: _compare(view)
        ),
    }


def _status(view: View) -> dict[str, Any]:
    return {
        "mode": view.mode.value,
        "state": view.status.state,
        "text": view.status.text,
        "playing": view.is_playing,
        "scene": view.scene,
        "question": asdict(view.question) if view.question.track else None,
        "pins": sorted(slot.value for slot in view.pins),
    }


# -- the desk ------------------------------------------------------------------------------------


def _strips(view: View, rows: OrderedDict[str, Row]) -> list[dict[str, Any]]:
    last = _last_moves(reversed(rows.values()))
    snapshot = _table(view.snapshot)
    low, high = _table(view.bounds[0]), _table(view.bounds[1])
    return [
        {
            "name": strip.name,
            "role": strip.role,
            "roleSource": strip.role_source,
            "mute": strip.is_muted,
            "solo": strip.is_solo,
            "sends": {
                PARAM_WORDS[param]: level
                for param, level in zip(SENDS, strip.sends, strict=False)
                if level is not None
            },
            "snapshot": snapshot[row],
            "low": low[row],
            "high": high[row],
            "barred": strip.barred,
            "safe": _classes(view.safe[row]),
            "noLearn": _classes(view.off[StripSwitch.LEARN][row]),
            "noAct": _classes(view.off[StripSwitch.ACT][row]),
            "moves": last.get(strip.name, []),
        }
        for row, strip in enumerate(view.strips)
    ]


def _classes(flags: Iterable[bool]) -> list[str]:
    """The classes of which any parameter has its flag set."""
    on = {LOCK_CLASS[param] for param, flag in zip(MOVABLE, flags, strict=True) if flag}
    return [each.value for each in _CLASSES if each in on]


def _last_moves(newest_first: Iterable[Row]) -> dict[str, list[str]]:
    """The names of the last moves of each track, newest first."""
    moves: dict[str, list[str]] = {}
    for row in newest_first:
        for strip in row.strips:
            mine = moves.setdefault(strip, [])
            if len(mine) < _LAST_MOVES:
                mine.append(row.id)
    return moves


def _table(values: FloatArray) -> list[list[float | None]]:
    """Rows of values for JSON, which has no NaN and no infinity."""
    if np.isfinite(values).all():
        rows: list[list[float | None]] = np.round(values, 3).tolist()
        return rows
    return [
        [round(value, 3) if math.isfinite(value) else None for value in row]
        for row in values.tolist()
    ]


def _levels(levels: FloatArray) -> list[list[float | None]]:
    """RMS and peak of every strip, dBFS to a tenth: finer nobody sees."""
    return [
        [round(value, 1) if value > -100.0 else None for value in row] for row in levels.tolist()
    ]


# -- what can be answered now ----------------------------------------------------------------------


def _now(view: View) -> dict[str, Any]:
    suggestion = _suggestion(view)
    rating = None if suggestion else view.rateable or None
    return {
        "suggestion": suggestion,
        "rating": rating,
        "undo": view.undoable or None,
        "auditioned": view.is_auditioned,
        "comparing": view.is_comparing,
        "why": _why_nothing(view) if suggestion is None and rating is None else "",
    }


def _why_nothing(view: View) -> str:
    """Why there is nothing to judge, for a person who looks at two grey buttons."""
    if view.status.state != "online":
        return view.status.text
    if view.mode == "observe":
        return "The bridge only watches. Choose suggest or assist to let it work."
    if view.work.variants:
        return "Choose one of what is offered, or keep what is there."
    if view.work.task is not TaskName.MIX:
        return view.work.lock or view.work.rest or "The next offer comes by itself."
    if not view.is_playing:
        return "The DAW has stopped. Press play there."
    if any(strip.is_solo for strip in view.strips):
        return "A solo is on. The bridge waits."
    return "Listening. The next move comes by itself."


def _suggestion(view: View) -> dict[str, Any] | None:
    move = view.suggestion
    if move is None:
        return None
    row = next((i for i, strip in enumerate(view.strips) if strip.key == move.key), None)
    if row is None:
        return None
    start, end = (in_words(move.param, value) for value in (move.from_value, move.to_value))
    ends = {
        i: move.half(strip.key).to_value
        for i, strip in enumerate(view.strips)
        if move.moves(strip.key)
    }
    name = " + ".join(view.strips[i].name for i in sorted(ends, key=lambda i: i != row))
    return {
        "id": move.id,
        "track": name,
        "number": row + 1,
        "param": move.param.value,
        "class": LOCK_CLASS[move.param].value,
        "what": f"{name} {PARAM_WORDS[move.param]}: {start} → {end}",
        "why": move.proposal.reason,
        "sure": round(move.proposal.confidence, 2),
        "sureWords": how_sure(move.proposal.confidence),
        "effect": predicted(view, row, move.param, ends),
    }


def how_sure(confidence: float) -> str:
    """How far this person's answers stand behind a move, in words.

    >>> how_sure(0.0), how_sure(0.3), how_sure(0.7)
    ('a guess: most listeners want it so', 'some of your answers agree', 'you have often said so')
    """
    if confidence < 0.1:
        return "a guess: most listeners want it so"
    if confidence < 0.5:
        return "some of your answers agree"
    return "you have often said so"


def predicted(view: View, row: int, param: Param, ends: Mapping[int, float]) -> str:
    """What a move would change, in a sentence: how loud the track of a row gets, and the mix.

    `ends` are the values that the parameter would have, by row.

    Loudness is K-weighted (ITU-R BS.1770, without its gates), from what was heard of the tracks.
    """
    if param is Param.PAN:
        return "It moves sideways; nothing gets louder or softer."
    after = view.values.copy()
    for each, value in ends.items():
        after[each, COLUMN[param]] = value
    before_db, after_db = track_loudness(view, view.values), track_loudness(view, after)
    if not np.isfinite(before_db[row]):
        return "It has not been heard yet, so nothing can be predicted."
    track = float(after_db[row] - before_db[row])
    mix = _mix_loudness(view, after_db) - _mix_loudness(view, before_db)
    return f"The track gets {_louder(track)}, the whole mix {_louder(mix)}."


def _louder(db: float) -> str:
    if abs(db) < 0.05:
        return "no louder"
    return f"{abs(db):.1f} dB {'louder' if db > 0.0 else 'softer'}"


def track_loudness(view: View, values: FloatArray) -> FloatArray:
    """(n,) K-weighted level of every track at `values` (n, 6), dBFS; NaN where not heard."""
    gain = values[:, :1]
    octaves = view.source_db + gain + eq_curve_db(np.nan_to_num(values[:, EQ_COLUMNS]))
    return loudness_db(octaves)


def _mix_loudness(view: View, track_db: FloatArray) -> float:
    """K-weighted level of the sum of what is not muted, dBFS; NaN where nothing was heard."""
    open_ = np.array([not strip.is_muted for strip in view.strips], dtype=np.bool_)
    heard = track_db[open_ & np.isfinite(track_db)]
    return float(to_db(to_power(heard).sum())) if heard.size else math.nan


def _compare(view: View) -> dict[str, Any]:
    """How much louder the mix is than the snapshot, so that both can be heard equally loud."""
    before = np.where(np.isfinite(view.snapshot), view.snapshot, view.values)
    differs = ~np.isclose(before, view.values, atol=0.051) & np.isfinite(view.values)
    louder = _mix_loudness(view, track_loudness(view, view.values)) - _mix_loudness(
        view, track_loudness(view, before)
    )
    return {
        "changed": view.work.changed + (int(differs.any(axis=1).sum()) if differs.size else 0),
        "louder": round(louder, 2) if math.isfinite(louder) else 0.0,
        "before": _table(before),
    }


# -- what is believed ------------------------------------------------------------------------------


def _learning(beliefs: Mapping[str, Any], rewards: Sequence[float]) -> dict[str, Any]:
    roles = beliefs.get("roles", {})
    known = {
        role: {name: each for name, each in dimensions.items() if each["answers"]}
        for role, dimensions in roles.items()
    }
    return {
        "roles": {role: each for role, each in known.items() if each},
        "consistency": beliefs.get("consistency"),
        "note": beliefs.get("note", ""),
        "rewards": [round(value, 2) for value in rewards],
    }
