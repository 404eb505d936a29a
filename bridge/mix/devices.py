"""Devices and their parameters as the DAW last confirmed them, as positions from 0 to 1.

No DAW tells units reliably: REAPER and Live give normalised positions, a synth gives Hz. So what
is worked with inside is a *position*: the share of its way at which a parameter stands.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from bridge.mix.device_events import (
    Curve,
    DeviceEvent,
    DeviceIdentified,
    DeviceNamed,
    DeviceParamChanged,
    DeviceParamDescribed,
    DeviceParamWorded,
    DevicePlaced,
)
from bridge.mix.identity import keys_of
from bridge.mix.names import fold_name

MAX_DEVICES: Final = 256
"""More than any song that one person works on; bounds what a wrong number can cost."""
MAX_PARAMS: Final = 256
"""Of one device. Plug-ins with more show their first ones; 64 are worked with at most."""

_TOLERANCE: Final = 0.004
"""Half of a step of 1/127: two positions nearer than this are one to a MIDI-minded device."""

_WORDS_KEPT: Final = 8
"""Of so many positions of a parameter it is kept what the device shows for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceParamSpec:
    """What a parameter is; see `DeviceParamDescribed`."""

    name: str
    minimum: float
    maximum: float
    unit: str = ""
    curve: Curve = Curve.LIN
    steps: int = 0

    @property
    def tolerance(self) -> float:
        """Two positions nearer than this are the same one."""
        return 0.5 / (self.steps - 1) if self.steps > 1 else _TOLERANCE

    def position(self, value: float) -> float:
        """Where on its way, 0 to 1, a value of the device stands; NaN for NaN."""
        if math.isnan(value):
            return math.nan
        value = min(max(value, self.minimum), self.maximum)
        if self.curve is Curve.LOG:
            return math.log(value / self.minimum) / math.log(self.maximum / self.minimum)
        return (value - self.minimum) / (self.maximum - self.minimum)

    def value(self, position: float) -> float:
        """The device's value at a position, on its grid and within its range."""
        share = self.snap(position)
        if self.curve is Curve.LOG:
            value = self.minimum * math.exp(share * math.log(self.maximum / self.minimum))
        else:
            value = self.minimum + share * (self.maximum - self.minimum)
        return min(max(value, self.minimum), self.maximum)

    def snap(self, position: float) -> float:
        """The nearest position that the parameter can have."""
        share = min(max(position, 0.0), 1.0)
        return round(share * (self.steps - 1)) / (self.steps - 1) if self.steps > 1 else share


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceParam:
    """One parameter of one device, as a move names it; its values are positions."""

    device: int
    index: int
    device_name: str
    spec: DeviceParamSpec
    shown: tuple[tuple[float, str], ...] = field(default=(), compare=False)
    """What the device shows for positions that it has stood at."""

    @property
    def value(self) -> str:
        """Its name in the `/mix` namespace."""
        return f"device/{self.device}/param/{self.index}"

    def __str__(self) -> str:
        """Its name in the `/mix` namespace."""
        return self.value

    @property
    def words(self) -> str:
        """The parameter as a person says it."""
        return f"{self.device_name} {self.spec.name}"

    @property
    def tolerance(self) -> float:
        """Two positions nearer than this are the same one."""
        return self.spec.tolerance

    def in_words(self, position: float) -> str:
        """A position as the share of its way, and as the device says it where that has a unit."""
        if math.isnan(position):
            return "unknown"
        said = self.shows(position)
        if not said and self.spec.unit:
            said = f"{self.spec.value(position):.4g} {self.spec.unit}"
        return f"{position:.2f} ({said})" if said else f"{position:.2f}"

    def shows(self, position: float) -> str:
        """What the device shows for a position; empty where it has not said so."""
        near = (words for at, words in self.shown if abs(at - position) <= self.tolerance)
        return next(near, "")


@dataclass(slots=True, kw_only=True)
class Device:
    """One device.

    Attributes:
        key: Its identity: the DAW's, or else its track's and its name.
        number: Its number in the DAW now, from 1.
        name: Its name.
        track: The number of the strip that it is on.
        specs: What its parameters are, by number.
        positions: Where they stand, as last confirmed; NaN unknown.
        settled: Where they stood before they began to move; see `MixState.settled`.
        shown: What it shows for positions of each, newest first.
    """

    key: str
    number: int
    name: str
    track: int
    uid: str = ""
    specs: dict[int, DeviceParamSpec] = field(default_factory=dict)
    positions: dict[int, float] = field(default_factory=dict)
    settled: dict[int, float] = field(default_factory=dict)
    shown: dict[int, tuple[tuple[float, str], ...]] = field(default_factory=dict)

    def param(self, index: int) -> DeviceParam:
        """One of its parameters by its number."""
        return DeviceParam(
            device=self.number,
            index=index,
            device_name=self.name,
            spec=self.specs[index],
            shown=self.shown.get(index, ()),
        )

    def show(self, event: DeviceParamWorded) -> None:
        """Keep what it shows for a value."""
        spec = self.specs.get(event.param)
        position = spec.position(event.value) if spec else math.nan
        if spec is None or math.isnan(position):
            return
        others = (each for each in self.shown.get(event.param, ()) if each[0] != position)
        self.shown[event.param] = ((position, event.words), *others)[:_WORDS_KEPT]

    def find_param(self, what: str) -> int:
        """The number of the parameter that a person means, by its name or number; 0 for none."""
        named = [n for n, spec in self.specs.items() if fold_name(spec.name) == fold_name(what)]
        number = int(what) if what.isascii() and what.isdecimal() and len(what) < 6 else 0
        return named[0] if named else number if number in self.specs else 0

    def position(self, index: int) -> float:
        """Where a parameter stands; NaN unknown."""
        return self.positions.get(index, math.nan)

    def confirm(self, index: int, position: float) -> None:
        """Take over what the device says, and measure the next change from there."""
        self.positions[index] = self.settled[index] = position


@dataclass(slots=True)
class _Incoming:
    uid: str = ""
    name: str = ""
    track: int = 0
    specs: dict[int, DeviceParamSpec] = field(default_factory=dict)
    values: dict[int, DeviceParamChanged] = field(default_factory=dict)
    words: list[DeviceParamWorded] = field(default_factory=list)


class Rack:
    """All devices, in the DAW's order; a dump renews their numbers, their keys stay."""

    def __init__(self) -> None:
        self.devices: list[Device] = []
        self._incoming: dict[int, _Incoming] | None = None

    @property
    def is_dump_open(self) -> bool:
        """Whether a dump has begun and not ended."""
        return self._incoming is not None

    def by_number(self, number: int) -> Device | None:
        """The device that has this number now."""
        return self.devices[number - 1] if 1 <= number <= len(self.devices) else None

    def by_key(self, key: str) -> Device | None:
        """The device of that identity, if the DAW still has it."""
        return next((device for device in self.devices if device.key == key), None)

    def on_track(self, track: int, what: str) -> Device | None:
        """The device on a track that a person means: by name, by its place there, or the first."""
        there = [device for device in self.devices if device.track == track and device.specs]
        if not what:
            return there[0] if there else None
        named = [device for device in there if fold_name(device.name) == fold_name(what)]
        if named:
            return named[0]
        place = int(what) if what.isascii() and what.isdecimal() and len(what) < 6 else 0
        return there[place - 1] if 1 <= place <= len(there) else None

    def open_dump(self) -> None:
        """Begin to collect; nothing is changed until `close_dump`."""
        self._incoming = {}

    def receive(self, event: DeviceEvent) -> DeviceParamChanged | None:
        """Take over what the DAW says of a device; returns a value that is news outside a dump."""
        if self._incoming is None:
            device = self.by_number(event.device) if isinstance(event, DeviceParamWorded) else None
            if device is not None and isinstance(event, DeviceParamWorded):
                device.show(event)
            return event if isinstance(event, DeviceParamChanged) else None
        said = self._incoming.setdefault(getattr(event, "device", 0), _Incoming())
        match event:
            case DeviceIdentified():
                said.uid = event.uid
            case DeviceNamed():
                said.name = event.name
            case DevicePlaced():
                said.track = event.track
            case DeviceParamDescribed():
                said.specs[event.param] = spec_of(event)
            case DeviceParamChanged():
                said.values[event.param] = event
            case DeviceParamWorded():
                said.words.append(event)
            case _:
                pass
        return None

    def close_dump(self, track_key: Callable[[int], str]) -> tuple[bool, list[DeviceParamChanged]]:
        """Take over what was collected.

        Args:
            track_key: The identity of a strip by its number: devices without one of their own are
                known by it and their name.

        Returns:
            Whether the devices are others than before, and what was said of parameters that were
            known: the caller decides whether a hand was there.
        """
        incoming, self._incoming = self._incoming or {}, None
        # A number that was left out would shift all behind it: the devices before it are those.
        said = [incoming[number] for number in _unbroken(incoming)]
        keys = keys_of(
            [(each.uid, f"{track_key(each.track)}/{each.name}") for each in said],
            [(old.uid, old.key, old.key) for old in self.devices],
        )
        known = {device.key: device for device in self.devices}
        is_same = keys == list(known)
        self.devices, changes = [], []
        for number, (key, each) in enumerate(zip(keys, said, strict=True), start=1):
            old = known.get(key)
            device = Device(
                key=key,
                number=number,
                name=each.name or f"Device {number}",
                track=each.track,
                uid=each.uid,
                specs=each.specs,
            )
            is_same = is_same and old is not None and old.specs == each.specs
            if old is not None and old.specs == each.specs:
                device.shown = old.shown
            for worded in each.words:
                device.show(worded)
            self.devices.append(device)
            for index, change in each.values.items():
                if index not in each.specs:
                    continue
                before = old.settled.get(index, math.nan) if old else math.nan
                if old is None or math.isnan(before) or old.specs.get(index) != each.specs[index]:
                    device.confirm(index, each.specs[index].position(change.value))
                    continue
                device.positions[index] = old.position(index)
                device.settled[index] = before
                changes.append(change)
        return not is_same, changes


def _unbroken(numbers: Iterable[int]) -> range:
    there = set(numbers)
    count = 0
    while count + 1 in there:
        count += 1
    return range(1, count + 1)


def spec_of(event: DeviceParamDescribed) -> DeviceParamSpec:
    """What an event says of a parameter."""
    return DeviceParamSpec(
        name=event.name,
        minimum=event.minimum,
        maximum=event.maximum,
        unit=event.unit,
        curve=event.curve,
        steps=event.steps,
    )
