"""Live's synths: which devices are told, what their parameters are, and how one is written.

Of each track the first instrument or plug-in is told: its name, and of each parameter its name,
range, and whether it has steps. A plug-in shows what the person has configured, and that list may
change at any time; a rack's devices cannot be reached. AbletonOSC writes by place and knows no
condition: so a write carries the list of tracks, the device's class and the parameter's name in its
own datagram, and what stood there if it met something else is written back.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.daw.dialect import Heard
from bridge.daw.scale import TEXT, in_words
from bridge.daws.ableton.wire.frames import Frame, Question, Topic
from bridge.errors import DialectError
from bridge.mix.device_events import (
    Curve,
    DeviceNamed,
    DeviceParamChanged,
    DeviceParamDescribed,
    DeviceParamWorded,
    DevicePlaced,
    SetDeviceParam,
)
from bridge.mix.devices import MAX_PARAMS
from bridge.osc.message import OscArg

CLASSES: Final = frozenset(
    [
        *("UltraAnalog", "Operator", "OriginalSimpler", "MultiSampler", "InstrumentVector"),
        *("Drift", "InstrumentMeld", "Collision", "LoungeLizard", "StringStudio"),
        *("PluginDevice", "AuPluginDevice"),
    ]
)
"""What Live calls its instruments and plug-ins, in every language; of control-surface scripts that
people have published."""

OF_DEVICES: Final = frozenset(
    [
        *(Topic.DEVICE_NAME, Topic.NAMES, Topic.MINIMA, Topic.MAXIMA, Topic.QUANTISED),
        *(Topic.VALUES, Topic.WORDS),
    ]
)
"""What is asked of a device, and of what one of its parameters shows."""

_ABOUT: Final = (Topic.DEVICE_NAME, Topic.NAMES, Topic.MINIMA, Topic.MAXIMA, Topic.QUANTISED)
_SAME: Final = 1e-5
_MOST_STEPS: Final = 1024
_AT_ONCE: Final = 16
_WANTED_S: Final = 0.45
"""A write that could not leave by then is not wanted any more: its repetition comes after 0.5 s."""


@dataclass(slots=True)
class Synth:
    """One device that is told.

    Attributes:
        place: Its track, from 0.
        device: Its place in the track's devices, from 0.
        kind: What Live calls its class.
        said: What Live said of it and of all its parameters.
        values: What they hold, in Live's own numbers.
        worded: For which value of each parameter Live was asked what it shows.
        is_whole: Whether all of that was said.
    """

    place: int
    device: int
    kind: str
    said: dict[Topic, tuple[OscArg, ...]] = field(default_factory=dict)
    values: tuple[float, ...] = ()
    worded: dict[int, float] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def name(self) -> str:
        """Its name in Live."""
        said = self.said.get(Topic.DEVICE_NAME, ())
        return (TEXT.read(said[0]) if said else None) or self.kind

    @property
    def names(self) -> tuple[str, ...]:
        """Of all its parameters."""
        return tuple(str(name) for name in self.said.get(Topic.NAMES, ()))

    def about(self) -> list[Question]:
        """Everything that is asked of it."""
        return [Question(topic, (self.place, self.device)) for topic in (*_ABOUT, Topic.VALUES)]

    def read(self, topic: Topic, answer: tuple[OscArg, ...]) -> None:
        """Take over an answer, without track and device.

        Raises:
            DialectError: If it cannot be that.
        """
        if topic is not Topic.VALUES:
            self.said[topic] = answer
            return
        values = _numbers(answer)
        self.is_whole = all(
            len(self.said.get(each, ())) == len(values) for each in _ABOUT if each != _ABOUT[0]
        )
        self.values = values

    def range(self, index: int) -> tuple[float, float]:
        """The least and the greatest value of a parameter, from 0."""
        low, high = (self.said[topic][index] for topic in (Topic.MINIMA, Topic.MAXIMA))
        return float(low), float(high)  # type: ignore[arg-type]  # `describe` has looked

    def describe(self, number: int, at: float) -> Iterator[Heard]:
        """What the core is told of it; a parameter without a range is left out."""
        yield DeviceNamed(at=at, device=number, name=self.name)
        yield DevicePlaced(at=at, device=number, track=self.place + 1)
        for index in self.told():
            low, high = self.range(index)
            has_steps = bool(self.said[Topic.QUANTISED][index])
            steps = round(high - low) + 1 if has_steps else 0
            yield DeviceParamDescribed(
                at=at,
                device=number,
                param=index + 1,
                name=self.names[index],
                minimum=low,
                maximum=high,
                unit="",
                curve=Curve.LIN,
                steps=steps if 1 < steps <= _MOST_STEPS else 0,
            )
            value = self.values[index]
            yield DeviceParamChanged(at=at, device=number, param=index + 1, value=value)

    def ask_words(self) -> list[Question]:
        """What the next parameter shows that shows something else now; asked once for a value."""
        for index in self.told() if self.is_whole else ():
            if self.worded.get(index) != self.values[index]:
                self.worded[index] = self.values[index]
                return [Question(Topic.WORDS, (self.place, self.device, index))]
        return []

    def told(self) -> list[int]:
        """The parameters that are told, from 0."""
        rows = [self.said.get(topic, ()) for topic in (Topic.MINIMA, Topic.MAXIMA)]
        return [
            index
            for index, (name, low, high) in enumerate(zip(self.names, *rows, strict=False))
            if name and _is_range(low, high) and index < min(len(self.values), MAX_PARAMS)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthPut:
    """One write to a parameter.

    Attributes:
        names: The list of tracks that it is meant for.
        synth: Which device.
        number: The device as the core knows it.
        index: Which parameter, from 0.
        raw: The value.
        is_back: It puts back what stood there, and is nobody's.
    """

    names: tuple[str, ...]
    place: int
    device: int
    kind: str
    number: int
    index: int
    name: str
    raw: float
    known: float = math.nan
    is_back: bool = False

    def questions(self) -> list[Question]:
        """Who stands there, what it holds, the write, and what it holds then."""
        where = (self.place, self.device)
        get = Question(Topic.VALUE, (*where, self.index))
        return [
            Question(Topic.CLASS, where),
            Question(Topic.NAME, (*where, self.index)),
            get,
            Question(Topic.SET_VALUE, (*where, self.index, self.raw)),
            get,
        ]


class Synths:
    """All devices that are told, and what is to be written to them.

    Attributes:
        put_right: How many writes met something else and were put back.
        has_words: Whether this AbletonOSC knows what a parameter shows.
    """

    def __init__(self) -> None:
        self.put_right = 0
        self.has_words = True
        self._synths: dict[int, Synth] = {}
        self._told: list[tuple[object, ...]] = []
        self._numbers: list[int] = []
        self._wanted: dict[tuple[int, int], tuple[SynthPut, float]] = {}
        self._backs: list[SynthPut] = []
        self._polled = -1

    def forget(self) -> None:
        """This may be another Live, or another list of tracks."""
        self.has_words = True
        self._synths.clear()
        self._wanted.clear()

    def forget_places(self, places: Iterable[int]) -> None:
        """Of these tracks nobody knows any more which device they have."""
        for place in places:
            self._synths.pop(place, None)

    def update(self, place: int, classes: Sequence[str]) -> list[Question]:
        """A track has these devices; returns what is to be asked of its synth."""
        found = next((n for n, kind in enumerate(classes) if kind in CLASSES), None)
        if found is None:
            self._synths.pop(place, None)
            return []
        known = self._synths.get(place)
        if known is None or (known.device, known.kind) != (found, classes[found]):
            self._synths[place] = Synth(place, found, classes[found])
        synth = self._synths[place]
        return [] if synth.is_whole else synth.about()

    def poll(self) -> list[Question]:
        """What the next of them holds, in turn, and what one of its parameters shows."""
        places = sorted(self._synths)
        if not places:
            return []
        self._polled = next((place for place in places if place > self._polled), places[0])
        synth = self._synths[self._polled]
        words = synth.ask_words() if self.has_words else []
        return [Question(Topic.VALUES, (self._polled, synth.device)), *words]

    def has(self, question: Question) -> bool:
        """Whether a question is about one of them."""
        synth = self._synths.get(question.place)
        return synth is not None and question.args[1:2] == (synth.device,)

    def apply(self, question: Question, answer: tuple[OscArg, ...], at: float) -> list[Heard]:
        """Take over an answer; returns what the core is told of it."""
        synth = self._synths[question.place]
        before = synth.values
        number = self._number(synth)
        if question.topic is Topic.WORDS:
            return list(self._read_words(synth, number, answer[2:], at))
        synth.read(question.topic, answer[2:])
        if not synth.is_whole:
            self._synths[question.place] = Synth(synth.place, synth.device, synth.kind)
            if question.topic is not Topic.VALUES:  # the rest of it follows
                self._synths[question.place] = synth
            return []
        if not number or len(before) != len(synth.values):
            return []
        return [
            DeviceParamChanged(at=at, device=number, param=index + 1, value=synth.values[index])
            for index in synth.told()
            if synth.values[index] != before[index]
        ]

    def _read_words(
        self, synth: Synth, number: int, answer: tuple[OscArg, ...], at: float
    ) -> Iterator[DeviceParamWorded]:
        """What Live shows for a value, unless it holds another one by now."""
        index, words = (*answer, None, None)[:2]
        said = TEXT.read(words)
        if not (number and said and isinstance(index, int) and index in synth.told()):
            return
        value = synth.values[index]
        if synth.worded.get(index) == value:
            yield DeviceParamWorded(at=at, device=number, param=index + 1, value=value, words=said)

    def _number(self, synth: Synth) -> int:
        return self._numbers.index(synth.place) + 1 if synth.place in self._numbers else 0

    @property
    def is_news(self) -> bool:
        """Whether devices or their parameters are others than those that were told."""
        is_whole = all(synth.is_whole for synth in self._synths.values())
        return is_whole and self._told != self._layout()

    def _layout(self) -> list[tuple[object, ...]]:
        return [
            (place, synth.device, synth.kind, *(synth.said.get(topic) for topic in _ABOUT))
            for place, synth in sorted(self._synths.items())
        ]

    def dump(self, at: float) -> Iterator[Heard]:
        """All that the core is told of them."""
        self._told = self._layout()
        self._numbers = [place for place, synth in sorted(self._synths.items()) if synth.is_whole]
        for number, place in enumerate(self._numbers, start=1):
            yield from self._synths[place].describe(number, at)

    # -- writes --------------------------------------------------------------------------------

    def request(self, command: SetDeviceParam, names: Sequence[str], at: float) -> None:
        """A write is wanted, in place of what waits for that parameter.

        Raises:
            DialectError: If there is no such parameter, or it cannot hold that.
        """
        index = command.param - 1
        place = (
            self._numbers[command.device - 1] if 1 <= command.device <= len(self._numbers) else -1
        )
        synth = self._synths.get(place)
        if place >= 0 and (synth is None or not synth.is_whole):
            return  # it is being read anew
        if synth is None or index not in synth.told():
            raise DialectError(
                f"Live has no device {command.device} with parameter {command.param}."
            )
        low, high = synth.range(index)
        if not low - _SAME <= command.value <= high + _SAME:  # nor a NaN: Live raises
            raise DialectError(
                f"{synth.name} {synth.names[index]}: expected {low:g} to {high:g}; "
                f"got {command.value}."
            )
        put = SynthPut(
            names=tuple(names),
            place=place,
            device=synth.device,
            kind=synth.kind,
            number=command.device,
            index=index,
            name=synth.names[index],
            raw=min(max(command.value, low), high),
            known=synth.values[index],
        )
        self._wanted[command.device, index] = put, at

    def drop(self) -> None:
        """Nobody knows who is who: write nothing of what waits."""
        self._wanted.clear()

    def release(self, at: float) -> list[SynthPut]:
        """What leaves now; what puts right comes first."""
        puts, self._backs = self._backs[:_AT_ONCE], self._backs[_AT_ONCE:]
        wanted = [put for put, since in self._wanted.values() if at - since <= _WANTED_S]
        self._wanted.clear()
        return [*puts, *wanted][:_AT_ONCE]

    def conclude(
        self, frame: Frame, puts: Sequence[SynthPut], names: Sequence[str], at: float
    ) -> list[Heard]:
        """What became of writes; those behind a fault were not made."""
        answers = [a for question, a in frame.answered if question.topic is not Topic.TRACKS]
        heard: list[Heard] = []
        for put in puts:
            said, answers = answers[:4], answers[4:]
            if len(said) < 3:
                break
            before = _value(said[2])
            after = _value(said[3]) if len(said) == 4 else before
            is_right = (
                tuple(names) == put.names
                and said[0][-1:] == (put.kind,)
                and said[1][-1:] == (put.name,)
            )
            if not is_right:
                self._restore(put, tuple(names), said, before)
            elif not put.is_back:
                heard += self._confirm(put, before, after, at)
        return heard

    def _restore(
        self,
        put: SynthPut,
        names: tuple[str, ...],
        said: Sequence[tuple[OscArg, ...]],
        before: float,
    ) -> None:
        """A write met something else: what stood there is wanted back."""
        if len(said) == 4 and math.isfinite(before):
            self.put_right += 1
            self._backs.insert(  # the last goes back first
                0,
                SynthPut(
                    names=names, place=put.place, device=put.device, kind=str(said[0][-1]),
                    number=0, index=put.index, name=str(said[1][-1]), raw=before, is_back=True,
                ),
            )  # fmt: skip

    def _confirm(self, put: SynthPut, before: float, after: float, at: float) -> list[Heard]:
        """A write was made where it was meant: what holds now is its answer.

        Unless a hand was quicker: then its value is told first, so that it is known for a hand's.
        """
        synth = self._synths.get(put.place)
        values = [after]
        if synth is not None and put.index < len(synth.values):
            if abs(before - synth.values[put.index]) > _SAME * max(abs(before), 1.0):
                values = [before, after]
            synth.values = (*synth.values[: put.index], after, *synth.values[put.index + 1 :])
        return [
            DeviceParamChanged(at=at, device=put.number, param=put.index + 1, value=value)
            for value in values
        ]


def _value(answer: tuple[OscArg, ...]) -> float:
    last = answer[-1] if answer else None
    is_number = isinstance(last, int | float) and not isinstance(last, bool)
    return float(last) if is_number else math.nan  # type: ignore[arg-type]


def _is_range(low: OscArg, high: OscArg) -> bool:
    return (
        isinstance(low, int | float)
        and isinstance(high, int | float)
        and math.isfinite(low)
        and math.isfinite(high)
        and low < high
    )


def _numbers(args: Sequence[OscArg]) -> tuple[float, ...]:
    if not all(isinstance(arg, int | float) and math.isfinite(arg) for arg in args):
        raise DialectError(f"{Topic.VALUES}: expected numbers; got {in_words(tuple(args))}.")
    return tuple(float(arg) for arg in args if isinstance(arg, int | float))
