"""What is shown of the tasks: what is worked on, the open offer, and the knobs in focus; frozen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.engine.engine import Engine
from bridge.engine.task_move import TaskMove
from bridge.engine.work import Work
from bridge.mix.content_events import ContentKind
from bridge.mix.contents import ContentChange
from bridge.mix.controls import Control, control_name, value_in_words
from bridge.mix.device_events import TaskName
from bridge.mix.devices import DeviceParam
from bridge.mix.notices import AlsoMoved, ControlMoved, MoveReported
from bridge.tasks.task import Believes, Find, ListsFinds, Sketch, Sketches

_Part = MoveReported | AlsoMoved | ControlMoved
_MOST_BAND: Final = 8
"""Other tracks that are heard with a variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobView:
    """A parameter of the device in focus.

    Attributes:
        index: Its number in the device.
        name: As the DAW says it.
        words: What it holds, for a person.
        position: Where it stands, 0 to 1; NaN unknown.
        low: The lowest position that one move may bring it to now; as `position` where none may.
        high: The highest.
        role: What it is taken for, a `KnobWord`; empty for what is left alone.
        is_taught: Whether a person has said so.
    """

    index: int
    name: str
    words: str
    position: float
    low: float
    high: float
    role: str
    is_taught: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantView:
    """A variant of the open offer.

    Attributes:
        id: The name of its move.
        changes: What it changes, a sentence each.
        reason: Why, in words.
        confidence: 0 to 1.
        contents: The contents that it changes, with their texts.
        sketches: What each of them looks like, in the same order; None where nobody knows.
        is_heard: Whether it is heard now, in place of what is there.
        was_heard: Whether a note was heard of it.
    """

    id: str
    changes: tuple[str, ...]
    reason: str
    confidence: float
    contents: tuple[ContentChange, ...]
    sketches: tuple[Sketch | None, ...]
    is_heard: bool
    was_heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """What is worked on.

    Attributes:
        task: Which task.
        known: Which tasks can be chosen.
        track: The track in focus; empty for none.
        device: The device in focus; empty for none.
        places: What can be in focus: the number of each track that has something, its name, and
            the names of its devices.
        offer: The name of the open offer; empty for none.
        variants: Its variants, in the order of their numbers from 1.
        knobs: The parameters of the device in focus.
        lock: Why what is in focus is never changed, in words; empty where it may be.
        rest: Why nothing is proposed, in words; empty where something is.
        target: The sound file that it is to come near to; empty for none.
        changed: How many knobs and contents stand otherwise than before the bridge came to them.
        tempo_bpm: Quarter notes a minute; NaN where nobody knows.
        finds: What could be offered of the track in focus, the likeliest yes first.
        believed: What the task believes of this person, in words; empty for nothing.
        band: The first clip of each other track, as role and text, to be heard with a variant.
    """

    task: TaskName
    known: tuple[TaskName, ...]
    track: str
    device: str
    places: tuple[tuple[int, str, tuple[str, ...]], ...]
    offer: str
    variants: tuple[VariantView, ...]
    knobs: tuple[KnobView, ...]
    lock: str
    rest: str
    target: str
    changed: int
    tempo_bpm: float
    finds: tuple[Find, ...] = ()
    believed: str = ""
    band: tuple[tuple[str, str], ...] = ()


def make_work_view(engine: Engine, at: float) -> WorkView:
    """Copy what is shown of the tasks of an engine; `at` is now, monotonic seconds."""
    work = engine.work
    track, device = work.focus.bench.names
    offer = work.offers.open
    return WorkView(
        task=work.task,
        known=work.focus.known,
        track=track,
        device=device,
        places=_places(engine),
        offer=offer.id if offer else "",
        variants=tuple(
            _variant(work, move, engine.mix.name_of, is_heard=move is offer.heard)
            for move in offer.moves
        )
        if offer
        else (),
        knobs=make_knob_views(work, at),
        lock=work.focus.bench.lock(),
        rest=work.focus.what_lacks or work.rest,
        target=work.devices.listening.path if work.devices.has_target else "",
        changed=_changed(work),
        tempo_bpm=work.contents.tempo_bpm,
        finds=work.active.finds if isinstance(work.active, ListsFinds) else (),
        believed=work.active.believed if isinstance(work.active, Believes) else "",
        band=_band(work, at) if offer else (),
    )


def _band(work: Work, at: float) -> tuple[tuple[str, str], ...]:
    """What the other tracks play beside an offer of clips."""
    if work.active is None or ContentKind.CLIP not in work.active.kinds:
        return ()
    focus, found = work.contents.writer.focus, dict[str, tuple[str, str]]()
    for clip in work.contents.standing(at, (ContentKind.CLIP,)):
        if clip.text and clip.strip != focus:
            found.setdefault(clip.strip, (clip.role, clip.text))
    return tuple(found.values())[:_MOST_BAND]


def _changed(work: Work) -> int:
    knobs = sum(
        abs(device.position(index) - before) > device.specs[index].tolerance
        for device, index, before in work.devices.moves.pinned()
    )
    return knobs + sum(not content.is_text(text) for content, text in work.contents.moves.pinned())


def _places(engine: Engine) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    """Every track, with the devices on it whose parameters are told."""
    devices: dict[int, list[str]] = {}
    for device in engine.work.devices.rack.devices:
        if device.specs:
            devices.setdefault(device.track, []).append(device.name)
    return tuple(
        (strip.number, strip.name, tuple(devices.get(strip.number, ())))
        for strip in engine.mix.strips
    )


def _variant(
    work: Work, move: TaskMove, name_of: Callable[[int], str], *, is_heard: bool
) -> VariantView:
    report = work.moves.report(move)
    parts: tuple[_Part, ...] = ()
    if report is not None:
        parts = (report, *report.also, *report.parts)
    whose = name_of if move.shifts else None
    changes = tuple(_change(each, whose) for each in parts)
    contents = () if report is None else report.contents
    task = work.active
    return VariantView(
        id=move.id,
        changes=() if report is not None and report.contents else changes,
        reason=_why(move.variant.reason, parts),
        confidence=move.variant.confidence,
        contents=contents,
        sketches=tuple(
            task.sketch(change) if isinstance(task, Sketches) else None for change in contents
        ),
        is_heard=is_heard,
        was_heard=move.after is not None,
    )


def _change(part: _Part, name_of: Callable[[int], str] | None) -> str:
    """Which control goes where; with `name_of` whose it is, too."""
    whose = "" if name_of is None or isinstance(part, AlsoMoved) else f"{name_of(part.track)} "
    start, end = (value_in_words(part.param, value) for value in (part.from_value, part.to_value))
    return f"{whose}{_name(part.param)} {start} → {end}"


def _why(reason: str, parts: tuple[_Part, ...]) -> str:
    """A reason without the list of knobs at its end, where each has a line of its own."""
    why, _, rest = reason.partition(": ")
    return why if parts and all(_name(part.param) in rest for part in parts) else reason


def _name(control: Control) -> str:
    """A control without the device that is in focus anyway."""
    return control.spec.name if isinstance(control, DeviceParam) else control_name(control)


def make_knob_views(work: Work, at: float) -> tuple[KnobView, ...]:
    """The parameters of the device in focus; none where no task turns knobs."""
    device = work.devices.focus
    if device is None or work.active is None or work.focus.bench is not work.devices:
        return ()
    scene = work.devices.scene(at, ())
    free = {knob.index: knob for knob in scene.knobs}
    indices = sorted(device.specs)
    sheet = work.focus.read_knobs(device, work.active)
    shown = []
    for place, index in enumerate(indices):
        spec, position = device.specs[index], device.position(index)
        knob = free.get(index)
        shown.append(
            KnobView(
                index=index,
                name=spec.name,
                words=device.param(index).in_words(position),
                position=position,
                low=knob.least if knob else np.nan,
                high=knob.most if knob else np.nan,
                role=sheet.roles[place],
                is_taught=sheet.taught[place],
            )
        )
    return tuple(shown)
