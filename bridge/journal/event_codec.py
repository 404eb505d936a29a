"""Events and decisions as the journal keeps them: strict JSON, and bytes beside it.

Every float survives bit for bit: JSON carries the shortest decimal that reads back as the same
double, and what JSON has no word for (NaN and the infinities) is written as text. An event has one
field of bytes at most (meter levels, what a worker found), which stays the bytes that it is.
"""

import hashlib
import json
import math
from enum import StrEnum
from typing import Any, Final, get_type_hints

from bridge.engine.results import Decision
from bridge.errors import JournalError
from bridge.mix import content_events as c
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.messages import Event

KINDS: Final[dict[str, type[Any]]] = {
    "DumpOpened": m.DumpOpened,
    "DumpClosed": m.DumpClosed,
    "TrackIdentified": m.TrackIdentified,
    "TrackNamed": m.TrackNamed,
    "RoleGiven": m.RoleGiven,
    "ParamChanged": m.ParamChanged,
    "TrackBarred": m.TrackBarred,
    "MoveUndone": m.MoveUndone,
    "MoveRedone": m.MoveRedone,
    "TransportChanged": m.TransportChanged,
    "DawComplained": m.DawComplained,
    "SceneRecalled": m.SceneRecalled,
    "RewardReceived": m.RewardReceived,
    "SuggestionAccepted": m.SuggestionAccepted,
    "SuggestionSkipped": m.SuggestionSkipped,
    "UndoRequested": m.UndoRequested,
    "ModeChosen": m.ModeChosen,
    "FreezeSwitched": m.FreezeSwitched,
    "PanicPressed": m.PanicPressed,
    "Rearmed": m.Rearmed,
    "SafeSwitched": m.SafeSwitched,
    "RoleCorrected": m.RoleCorrected,
    "StripSwitched": m.StripSwitched,
    "AuditionSwitched": m.AuditionSwitched,
    "CompareSwitched": m.CompareSwitched,
    "RevertRequested": m.RevertRequested,
    "MixPinned": m.MixPinned,
    "MixRecalled": m.MixRecalled,
    "ForgetRequested": m.ForgetRequested,
    "MixEndorsed": m.MixEndorsed,
    "DeviceIdentified": d.DeviceIdentified,
    "DeviceNamed": d.DeviceNamed,
    "DevicePlaced": d.DevicePlaced,
    "DeviceParamDescribed": d.DeviceParamDescribed,
    "DeviceParamChanged": d.DeviceParamChanged,
    "DeviceParamWorded": d.DeviceParamWorded,
    "NoteHeard": d.NoteHeard,
    "TaskChosen": d.TaskChosen,
    "FocusChosen": d.FocusChosen,
    "VariantChosen": d.VariantChosen,
    "TargetChosen": d.TargetChosen,
    "PhraseOffered": d.PhraseOffered,
    "TargetHeard": d.TargetHeard,
    "KnobTaught": d.KnobTaught,
    "TrackWished": m.TrackWished,
    "MixesRequested": m.MixesRequested,
    "ContentReported": c.ContentReported,
    "ContentGone": c.ContentGone,
    "TempoChanged": c.TempoChanged,
    "GridChanged": c.GridChanged,
    "JobDone": c.JobDone,
    "MetersRead": m.MetersRead,
    "LinkChanged": m.LinkChanged,
    "Tick": m.Tick,
}
"""Names of events in journals and traces. A class may be renamed; its name here stays."""

_KIND_OF: Final[dict[type[Any], str]] = {cls: kind for kind, cls in KINDS.items()}
_HINTS: Final[dict[type[Any], dict[str, type[Any]]]] = {
    cls: get_type_hints(cls) for cls in (*KINDS.values(), Decision)
}
_BYTES_OF: Final[dict[type[Any], str]] = {
    cls: name for cls, hints in _HINTS.items() for name, hint in hints.items() if hint is bytes
}


def record_json(record: Event | Decision) -> str:
    """A record as strict JSON, without its bytes; equal text means equal bits."""
    hints = _HINTS[type(record)]
    values = {name: getattr(record, name) for name, hint in hints.items() if hint is not bytes}
    for name in (
        "other_half",
        "also",
        "content",
    ):  # as decisions were recorded before there were any
        if not values.get(name, True):
            del values[name]
    try:
        return json.dumps(values, allow_nan=False, separators=(",", ":"))
    except ValueError:
        for name, value in values.items():
            if isinstance(value, float) and not math.isfinite(value):
                values[name] = repr(float(value))
        return json.dumps(values, allow_nan=False, separators=(",", ":"))


def kind_of(event: Event) -> str:
    """What an event is called on disk."""
    return _KIND_OF[type(event)]


def encode_event(event: Event) -> tuple[str, str, bytes | None]:
    """An event as its kind, its JSON, and its bytes; None where it has no field of bytes."""
    name = _BYTES_OF.get(type(event))
    return kind_of(event), record_json(event), getattr(event, name) if name else None


def decode_event(kind: str, payload: str, data: bytes | None) -> Event:
    """The event that `encode_event` was given.

    Raises:
        JournalError: If the kind is unknown or the fields are not those of the kind.
    """
    cls = KINDS.get(kind)
    if cls is None:
        raise JournalError(
            f"The journal holds an event of the kind {kind!r}, which this version does not know; "
            "use the version that recorded it."
        )
    try:
        said = json.loads(payload)
        values = {
            name: data if hint is bytes else _read(hint, said[name])
            for name, hint in _HINTS[cls].items()
        }
    except (ValueError, TypeError, KeyError) as error:
        raise JournalError(
            f"The journal holds an event {kind} that cannot be read ({payload[:80]!r}); "
            "the file was damaged or written by another version."
        ) from error
    event: Event = cls(**values)
    return event


def _read(hint: type[Any], value: object) -> object:
    """One field from JSON; numbers that were not finite come as text."""
    if hint is float and isinstance(value, float | int | str):
        return float(value)
    if issubclass(hint, StrEnum):
        return hint(str(value))
    if type(value) is not hint:
        raise TypeError(f"got {value!r}, expected {hint.__name__}")
    return value


def memory_digest(memory: bytes) -> bytes:
    """A short name (16 bytes, BLAKE2b) for all that has been learnt, to compare with a replay."""
    return hashlib.blake2b(memory, digest_size=16).digest()
