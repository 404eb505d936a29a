"""REAPER's synths as the companion says them: the first instrument of each track, as positions.

Each parameter goes from 0 to 1, as REAPER normalises it. A synth is its own GUID, a parameter its
number in it. Beside them stand the notes that probes have heard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.daw.dialect import Heard
from bridge.daw.scale import MAX_TEXT
from bridge.daw.taps import NOTE, NOTE_FEATURES
from bridge.daws.reaper.wire.texts import UPGRADE, split, unescape
from bridge.errors import DialectError
from bridge.mix.device_events import (
    Curve,
    DeviceIdentified,
    DeviceNamed,
    DeviceParamChanged,
    DeviceParamDescribed,
    DeviceParamWorded,
    DevicePlaced,
    SetDeviceParam,
)
from bridge.osc.message import OscMessage

_NOTE_FIELDS: Final = 2 + len(NOTE_FEATURES) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Synth:
    """One synth.

    Attributes:
        track: The GUID of its track.
        guid: Its own.
        name: As REAPER shows it.
        params: Name and number of steps of each parameter.
        values: What they hold, 0 to 1.
        words: What REAPER shows for that; empty where it shows nothing.
    """

    track: str
    guid: str
    name: str
    params: tuple[tuple[str, int], ...]
    values: tuple[float, ...]
    words: tuple[str, ...]

    def is_as(self, other: "Synth") -> bool:
        """Whether it is the same one, whatever it holds."""
        return (self.track, self.guid, self.name, self.params) == (
            other.track, other.guid, other.name, other.params,
        )  # fmt: skip

    def worded(self, number: int, index: int, at: float) -> Iterator[DeviceParamWorded]:
        """What REAPER shows for what a parameter (from 0) holds, if anything."""
        if words := self.words[index]:
            value = self.values[index]
            yield DeviceParamWorded(at=at, device=number, param=index + 1, value=value, words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A parameter that is to be written.

    Attributes:
        track: The GUID of its track.
        word: What the companion calls it.
        known: What it holds, as far as is known.
        device: What a person calls the synth.
        name: What a person calls the parameter.
    """

    track: str
    word: str
    known: float
    device: str
    name: str


def read_synths(text: str) -> tuple[Synth, ...]:
    """The synths that a text says.

    Raises:
        DialectError: If it is no whole text of devices of this schema.
    """
    _, lines = split(text, "devices", "device")
    found: list[tuple[str, str, str, list[list[str]]]] = []
    try:
        for line in lines:
            fields = line.split("\t")[1:]
            if len(fields) == 3:
                found.append((fields[0], fields[1], unescape(fields[2]), []))
                continue
            index, *_ = fields
            if int(index) != len(found[-1][3]) or len(fields) != 5:
                raise ValueError(f"parameter {index}")
            found[-1][3].append(fields)
        return tuple(
            Synth(
                track=track,
                guid=guid,
                name=name,
                params=tuple((unescape(label), int(steps)) for _, label, steps, *_ in params),
                values=tuple(min(max(float(value), 0.0), 1.0) for *_, value, _ in params),
                words=tuple(unescape(words)[:MAX_TEXT] for *_, words in params),
            )
            for track, guid, name, params in found
        )
    except (IndexError, ValueError) as error:
        raise DialectError(
            f"The companion's devices cannot be read ({error}); {UPGRADE}."
        ) from None


def read_notes(text: str, after: dict[str, int]) -> Iterator[OscMessage]:
    """The notes in a text that are new, as a tap would say them.

    Args:
        text: Of the devices.
        after: The newest note of each track that was read, kept up to date.
    """
    for line in text.splitlines():
        fields = line.split("\t")
        if fields[0] != "note" or len(fields) != 1 + _NOTE_FIELDS:
            continue
        track, number = fields[1], int(float(fields[2]))
        if number == after.get(track):
            continue
        after[track] = number
        yield OscMessage(NOTE, (track, number, *map(float, fields[3:])))


class Synths:
    """The synths as they were last told.

    Attributes:
        told: By the core's number, from 1.
    """

    def __init__(self) -> None:
        self.told: tuple[Synth, ...] = ()
        self._now: tuple[Synth, ...] = ()

    def update(self, synths: tuple[Synth, ...]) -> bool:
        """What REAPER has now; whether they are others than those that were told."""
        self._now = synths
        return len(synths) != len(self.told) or not all(
            each.is_as(old) for each, old in zip(synths, self.told, strict=True)
        )

    def changes(self, at: float, said: set[tuple[str, int]]) -> Iterator[Heard]:
        """What they hold now and did not, and what was `said` in any case (GUID, parameter)."""
        before, self.told = self.told, self._now
        for number, (old, synth) in enumerate(zip(before, self.told, strict=True), start=1):
            for index, (was, value) in enumerate(zip(old.values, synth.values, strict=True)):
                if was != value or (synth.guid, index) in said:
                    yield DeviceParamChanged(at=at, device=number, param=index + 1, value=value)
                    yield from synth.worded(number, index, at)

    def dump(self, tracks: Sequence[str], at: float) -> Iterator[Heard]:
        """All of them; `tracks` are the GUIDs of all tracks, in order."""
        self.told = tuple(synth for synth in self._now if synth.track in tracks)
        for number, synth in enumerate(self.told, start=1):
            yield DeviceIdentified(at=at, device=number, uid=synth.guid)
            yield DeviceNamed(at=at, device=number, name=synth.name)
            yield DevicePlaced(at=at, device=number, track=tracks.index(synth.track) + 1)
            for index, (name, steps) in enumerate(synth.params):
                if not name:
                    continue
                yield DeviceParamDescribed(
                    at=at, device=number, param=index + 1, name=name, minimum=0.0, maximum=1.0,
                    unit="", curve=Curve.LIN, steps=steps,
                )  # fmt: skip
                value = synth.values[index]
                yield DeviceParamChanged(at=at, device=number, param=index + 1, value=value)
                yield from synth.worded(number, index, at)

    def knob(self, command: SetDeviceParam) -> Knob:
        """Where a write goes.

        Raises:
            DialectError: If there is no such parameter, or it cannot hold that.
        """
        is_there = 1 <= command.device <= len(self.told)
        synth = self.told[command.device - 1] if is_there else None
        if synth is None or not 1 <= command.param <= len(synth.params):
            raise DialectError(
                f"REAPER has no device {command.device} with parameter {command.param}."
            )
        name = synth.params[command.param - 1][0]
        if not 0.0 <= command.value <= 1.0:  # nor a NaN
            raise DialectError(f"{synth.name} {name}: expected 0 to 1; got {command.value}.")
        return Knob(
            track=synth.track,
            word=f"fx/{synth.guid}/{command.param - 1}",
            known=synth.values[command.param - 1],
            device=synth.name,
            name=name,
        )
