"""A capture: what the loop copies of the engine for the page, some ten times a second.

It is made on the loop, between two events, and must cost it next to nothing: arrays are copied,
names are put into tuples, and everything that takes thought (words, JSON, what has changed) is done
elsewhere, by `bridge.web.views` on the page's own thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.engine.engine import Engine
from bridge.engine.move import Move
from bridge.mix.messages import Mode, Slot, StripSwitch
from bridge.mix.notices import StatusChanged
from bridge.mix.params import CLASS_WORDS, MOVABLE, LockClass
from bridge.mix.spectrum import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class StripNames:
    """Who a strip is; `barred` says why the DAW makes the bridge leave it alone, if it does."""

    key: str
    name: str
    role: str
    role_source: str
    is_muted: bool
    is_solo: bool
    sends: tuple[float | None, ...] = ()
    barred: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Capture:
    """The engine at one moment; arrays (strips, ...) over `MOVABLE` where there are six columns.

    Attributes:
        at: Monotonic seconds.
        epoch: What to add to monotonic seconds to have wall time, seconds since 1970.
        mode: How much the bridge may do.
        status: What it can do now, and why.
        is_playing: Whether the transport runs.
        strips: Who is there.
        values: (n, 6) what the DAW holds.
        snapshot: (n, 6) what panic goes back to.
        bounds: (2, n, 6) least and greatest value that a move may reach, as the guard has them.
        safe: (n, 6) what is locked.
        off: (n, 6) each: what a person has switched off.
        held_s: (n,) seconds for which the bridge still keeps off, since a hand was there.
        levels: (n, 2) RMS and peak now, dBFS; NaN unknown.
        source_db: (n, 10) mean octave levels before fader and EQ, dBFS.
        suggestion: The move that waits for an answer.
        is_auditioned: Whether it is being heard.
        rateable: The name of the move that a thumb is about; empty for none.
        undoable: The name of the move that an undo takes back; empty for none.
        is_comparing: Whether the snapshot is heard.
        pins: When each place was pinned, monotonic seconds.
        beliefs: What is believed of the person; None: as before.
    """

    at: float
    epoch: float
    mode: Mode
    status: StatusChanged
    is_playing: bool
    strips: tuple[StripNames, ...]
    values: FloatArray
    snapshot: FloatArray
    bounds: FloatArray
    safe: NDArray[np.bool_]
    off: dict[StripSwitch, NDArray[np.bool_]]
    held_s: FloatArray
    levels: FloatArray
    source_db: FloatArray
    suggestion: Move | None
    is_auditioned: bool
    rateable: str
    undoable: str
    is_comparing: bool
    pins: dict[Slot, float]
    beliefs: Mapping[str, Any] | None


def _barred(barred: Mapping[LockClass, str]) -> str:
    """Why a strip is left alone, each reason once, with what it is about."""
    by_reason: dict[str, list[str]] = {}
    for kind, why in barred.items():
        by_reason.setdefault(why, []).append(CLASS_WORDS[kind])
    return "; ".join(
        why if kinds == [CLASS_WORDS[LockClass.ALL]] else f"{why} ({', '.join(kinds)})"
        for why, kinds in by_reason.items()
    )


def take_capture(
    engine: Engine,
    *,
    status: StatusChanged,
    levels: FloatArray,
    at: float,
    epoch: float,
    with_beliefs: bool,
) -> Capture:
    """Copy what the page shows; `levels` (n, 2) are the newest of the meters, dBFS."""
    mix, guard = engine.mix, engine.guard
    guards = [guard.strip(strip.key) for strip in mix.strips]
    count = len(guards)
    shape = (count, len(MOVABLE))
    snapshot = np.array([each.snapshot for each in guards]).reshape(shape)
    keys, values = tuple(strip.key for strip in mix.strips), mix.values.copy()
    low, high = guard.bounds(keys, tuple(strip.name for strip in mix.strips), values)
    rateable, undoable = engine.ledger.rateable, engine.moves.last_undoable()
    return Capture(
        at=at,
        epoch=epoch,
        mode=engine.mode,
        status=status,
        is_playing=mix.playing,
        strips=tuple(
            StripNames(
                key=strip.key,
                name=strip.name,
                role=strip.role.value,
                role_source=strip.role_source.value,
                is_muted=strip.mute,
                is_solo=strip.solo,
                sends=tuple(
                    None if np.isnan(level) else float(level)
                    for level in mix.sends[strip.number - 1]
                ),
                barred=_barred(strip.barred),
            )
            for strip in mix.strips
        ),
        values=values,
        snapshot=snapshot,
        bounds=np.stack((low, guard.show.lower_bounds(keys, values, high))),
        safe=np.array([each.safe for each in guards], dtype=np.bool_).reshape(shape),
        off={
            switch: np.array([each.off[switch] for each in guards], dtype=np.bool_).reshape(shape)
            for switch in StripSwitch
        },
        held_s=np.array([max(0.0, each.held_until - at) for each in guards]),
        levels=levels[:count].copy(),
        source_db=mix.source_db.copy(),
        suggestion=engine.moves.suggestion,
        is_auditioned=engine.moves.is_auditioned,
        rateable=rateable.id if rateable else "",
        undoable=undoable.id if undoable else "",
        is_comparing=engine.detours.is_comparing,
        pins={slot: pin.at for slot, pin in engine.detours.pins.items()},
        beliefs=engine.beliefs() if with_beliefs else None,
    )
