"""A view: the engine at one moment, frozen; page and terminal read it, and the ledger beside it.

It is made on the loop, between two events, some ten times a second, and must cost it next to
nothing: arrays are copied, names are put into tuples. Everything that takes thought (words, JSON,
what has changed) is done by whoever shows it, for the page on a thread of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.engine.engine import Engine
from bridge.engine.move import Move
from bridge.engine.work_view import WorkView, make_work_view
from bridge.guard.guard import Guard
from bridge.mix.messages import Mode, Slot, StripSwitch
from bridge.mix.notices import QuestionChanged, StatusChanged
from bridge.mix.params import MOVABLE, LockClass, bars_in_words
from bridge.mix.spectrum import FloatArray
from bridge.mix.state import MixState, StripState


@dataclass(frozen=True, slots=True, kw_only=True)
class StripView:
    """Who a strip is.

    Attributes:
        safe: The classes that are locked.
        barred: Why the DAW makes the bridge leave it alone, in words; empty where it does not.
    """

    key: str
    name: str
    role: str
    role_source: str
    is_muted: bool
    is_solo: bool
    sends: tuple[float | None, ...] = ()
    safe: tuple[LockClass, ...] = ()
    barred: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """The engine at one moment; arrays (strips, ...) over `MOVABLE` where there are six columns.

    Attributes:
        at: Monotonic seconds.
        epoch: What to add to monotonic seconds to have wall time, seconds since 1970.
        mode: How much the bridge may do.
        status: What it can do now, and why.
        is_playing: Whether the transport runs.
        scene: What the desk calls the mix that is loaded; empty where nobody says.
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
        question: What a person is asked of a strip; track 0 for nothing.
        pins: When each place was pinned, monotonic seconds.
        beliefs: What is believed of the person; None: as before.
        work: What else is worked on than the mix.
    """

    at: float
    epoch: float
    mode: Mode
    status: StatusChanged
    is_playing: bool
    scene: str
    strips: tuple[StripView, ...]
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
    question: QuestionChanged
    pins: dict[Slot, float]
    beliefs: Mapping[str, Any] | None
    work: WorkView


def make_view(
    engine: Engine,
    *,
    at: float,
    epoch: float = 0.0,
    status: StatusChanged | None = None,
    levels: FloatArray | None = None,
    with_beliefs: bool = True,
    scene: str = "",
) -> View:
    """Copy what is shown of an engine.

    Args:
        engine: What is looked at.
        at: Now, monotonic seconds.
        epoch: As in `View`.
        status: What it can do now, where the edge knows more than the engine.
        levels: (n, 2) the newest of the meters, dBFS; None: the engine's last reading.
        with_beliefs: Whether beliefs may have changed since the last view.
        scene: What the desk calls the mix that is loaded.
    """
    mix, guard = engine.mix, engine.guard
    state, text = engine.status
    status = status or StatusChanged(state=state, text=text)
    if levels is None:
        levels = np.stack((mix.rms_dbfs, mix.peak_dbfs), axis=1)
    guards = [guard.strip(strip.key) for strip in mix.strips]
    shape = (len(guards), len(MOVABLE))
    snapshot = np.array([each.snapshot for each in guards]).reshape(shape)
    keys, values = tuple(strip.key for strip in mix.strips), mix.values.copy()
    low, high = guard.bounds(keys, tuple(strip.name for strip in mix.strips), values)
    return View(
        at=at,
        epoch=epoch,
        mode=engine.mode,
        status=status,
        is_playing=mix.playing,
        scene=scene,
        strips=tuple(_view_strip(strip, mix, guard) for strip in mix.strips),
        values=values,
        snapshot=snapshot,
        bounds=np.stack((low, guard.show.lower_bounds(keys, values, high))),
        safe=np.array([each.safe for each in guards], dtype=np.bool_).reshape(shape),
        off={
            switch: np.array([each.off[switch] for each in guards], dtype=np.bool_).reshape(shape)
            for switch in StripSwitch
        },
        held_s=np.array([max(0.0, each.held_until - at) for each in guards]),
        levels=levels[: len(guards)].copy(),
        source_db=mix.source_db.copy(),
        suggestion=engine.moves.suggestion,
        is_auditioned=engine.moves.is_auditioned,
        rateable=row.id if (row := engine.ledger.rateable) else "",
        undoable=_undoable(engine),
        is_comparing=engine.detours.is_comparing,
        question=engine.questions.report(),
        pins={slot: pin.at for slot, pin in engine.detours.pins.items()},
        beliefs=engine.beliefs() if with_beliefs else None,
        work=make_work_view(engine, at),
    )


def _undoable(engine: Engine) -> str:
    """The move that an undo without a name takes back: of the task at work, or of the mix."""
    work = engine.work
    move = engine.moves.last_undoable() if work.active is None else work.moves.last()
    return getattr(move, "group", "") or move.id if move else ""


def _view_strip(strip: StripState, mix: MixState, guard: Guard) -> StripView:
    sends = mix.sends[strip.number - 1]
    return StripView(
        key=strip.key,
        name=strip.name,
        role=strip.role.value,
        role_source=strip.role_source.value,
        is_muted=strip.mute,
        is_solo=strip.solo,
        sends=tuple(None if np.isnan(level) else float(level) for level in sends),
        safe=tuple(guard.safe_classes(strip.key)),
        barred=bars_in_words(strip.barred),
    )
