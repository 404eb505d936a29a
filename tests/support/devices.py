"""A DAW in memory with a synth on a track, over the generic dialect, and an engine beside it."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from bridge.agents.flat import FlatAgent
from bridge.daw.contents import decode_content_command, encode_content_event
from bridge.daw.devices import decode_device_write, encode_device_event
from bridge.daw.dialect import LevelReading, Refusal
from bridge.daw.generic import GenericDialect
from bridge.engine.engine import Engine
from bridge.engine.results import StepResult
from bridge.guard.limits import LIMITS, Profile
from bridge.mix import content_events as c
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind
from bridge.mix.device_events import Note, TaskName
from bridge.mix.devices import DeviceParamSpec
from bridge.mix.messages import LinkState, Mode
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from support.daws import GenericDaw
from support.scripted_task import ScriptedTask

Kind = TypeVar("Kind")

SYNTH = (
    DeviceParamSpec(name="Cutoff", minimum=20.0, maximum=20000.0, unit="Hz", curve=d.Curve.LOG),
    DeviceParamSpec(name="Resonance", minimum=0.0, maximum=1.0),
    DeviceParamSpec(name="Attack", minimum=0.0, maximum=127.0, steps=128),
    DeviceParamSpec(name="Mode", minimum=0.0, maximum=2.0, steps=3),
    *(DeviceParamSpec(name=f"Other {n}", minimum=0.0, maximum=1.0) for n in range(8)),
)


@dataclass
class HeldContent:
    """What stands in a content of the DAW."""

    text: str
    track: int = 2
    name: str = "take"
    barred: str = ""
    group: str = ""
    grants: Callable[[str], str] = str
    """What it makes of a text that it is asked for."""


class SynthDaw(GenericDaw):
    """Kick, Bass and Lead, and a synth on the bass and on the lead; it speaks from the rows."""

    def __init__(self, specs: Sequence[DeviceParamSpec] = SYNTH) -> None:
        super().__init__()
        self.specs = specs
        self.synths = {1: ("Zed", 2), 2: ("Zed", 3)}
        self.held = {(device, p): 0.5 for device in self.synths for p in range(1, len(specs) + 1)}
        self.is_mute = False
        self.contents: dict[tuple[ContentKind, str], HeldContent] = {}
        """Items, clips and patches, as a test puts them there."""
        self.asked: list[c.RequestContents] = []

    def hear(self, message: OscMessage) -> list[OscMessage]:
        content = decode_content_command(message)
        if content is not None:
            return self._hear_content(content)
        write = decode_device_write(message)
        if write is None:
            return super().hear(message)
        if self.is_mute:
            return []
        spec = self.specs[write.param - 1]
        self.held[write.device, write.param] = spec.position(write.value)
        return [self.say_value(write.device, write.param)]

    def _hear_content(self, command: c.ContentCommand) -> list[OscMessage]:
        if isinstance(command, c.RequestContents):
            self.asked.append(command)
            return [self.say_content(*place) for place in self.contents if place[0] is command.kind]
        assert isinstance(command, c.SetContent)
        held = self.contents.get((command.kind, command.key))
        if held is None or self.is_mute:
            return []
        held.text = held.grants(command.text)
        return [self.say_content(command.kind, command.key)]

    def say_content(self, kind: ContentKind, key: str) -> OscMessage:
        held = self.contents[kind, key]
        return encode_content_event(
            c.ContentReported(
                at=0.0,
                kind=kind,
                key=key,
                track=held.track,
                name=held.name,
                text=held.text,
                barred=held.barred,
                group=held.group,
            )
        )

    def edit(self, kind: ContentKind, key: str, text: str) -> list[OscMessage]:
        """A person changes a content."""
        self.contents[kind, key].text = text
        return [self.say_content(kind, key)]

    def turn(self, param: int, position: float, device: int = 1) -> list[OscMessage]:
        """A person turns a knob."""
        self.held[device, param] = position
        return [self.say_value(device, param)]

    def say_value(self, device: int, param: int) -> OscMessage:
        value = self.specs[param - 1].value(self.held[device, param])
        return encode_device_event(
            d.DeviceParamChanged(at=0.0, device=device, param=param, value=value)
        )

    def dump(self) -> list[OscMessage]:
        """All that it has, unasked: a patch was loaded."""
        return self._dump(0)

    def _dump(self, number: int) -> list[OscMessage]:
        *mix, end = super()._dump(number)
        said: list[d.DeviceEvent] = []
        for device, (name, track) in self.synths.items():
            said += [
                d.DeviceNamed(at=0.0, device=device, name=name),
                d.DevicePlaced(at=0.0, device=device, track=track),
            ]
            said += [
                d.DeviceParamDescribed(
                    at=0.0,
                    device=device,
                    param=param,
                    name=spec.name,
                    minimum=spec.minimum,
                    maximum=spec.maximum,
                    unit=spec.unit,
                    curve=spec.curve,
                    steps=spec.steps,
                )
                for param, spec in enumerate(self.specs, start=1)
            ]
        values = [self.say_value(*place) for place in self.held]
        contents = [self.say_content(*place) for place in self.contents]
        return [*mix, *map(encode_device_event, said), *values, *contents, end]


@dataclass
class Rig:
    """An engine beside `SynthDaw`, over the wire, in time that the test makes pass."""

    profile: Profile = Profile.STUDIO
    mode: Mode = Mode.SUGGEST
    plays_notes: bool = False
    memory: bytes = b""
    task: Any = field(default_factory=ScriptedTask)
    task_name: TaskName = TaskName.SOUND
    daw: SynthDaw = field(default_factory=SynthDaw)
    ears: Callable[[SynthDaw], Note] | None = None
    """What a note of the first synth sounds like; it is heard when it has ended."""
    at: float = 100.0
    results: list[StepResult] = field(default_factory=list)
    written: list[tuple[float, d.SetDeviceParam]] = field(default_factory=list)
    sent: list[c.ContentCommand] = field(default_factory=list)
    events: list[m.Event] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dialect = GenericDialect()
        self._notes: deque[tuple[float, Note]] = deque()
        self._waiting: deque[OscMessage] = deque()
        self.engine = self.make_engine()
        if self.memory:
            self.engine.load_memory(self.memory)
        self.handle(m.LinkChanged(at=self.at, state=LinkState.ONLINE, text=""))
        self.hear(*self.daw.dump())

    def make_engine(self) -> Engine:
        agent = FlatAgent(step_size=0.5, discount=0.0, epsilon=0.0, seed=1)
        return Engine(
            agent=agent,
            limits=LIMITS[self.profile],
            mode=self.mode,
            interval_s=0.5,
            session=1,
            learning_enabled=True,
            tasks={self.task_name: self.task},
            plays_notes=self.plays_notes,
        )

    def work(self, *wants: Mapping[str, object]) -> "Rig":
        """Put the bass in focus, and let the task want that."""
        if wants:
            self.task.wants += wants
        self.handle(d.FocusChosen(at=self.at, track="Bass", what=""))
        self.handle(d.TaskChosen(at=self.at, task=self.task_name))
        return self

    def handle(self, event: m.Event) -> StepResult:
        self.events.append(event)
        result = self.engine.handle(event)
        self.results.append(result)
        for command in (*result.device_commands, *result.content_commands, *result.commands):
            if isinstance(command, d.PlayNote) and self.ears is not None:
                note = self.ears(self.daw)
                ends = event.at + max(command.length_s, note.length_s) + 0.1
                self._notes.append((ends, note))
            elif isinstance(command, d.SetDeviceParam):
                self.written.append((event.at, command))
                for message in self.dialect.encode_device(command, at=event.at):
                    self._waiting.extend(self.daw.hear(wire(message)))
            elif isinstance(command, c.ContentCommand):
                self.sent.append(command)
                for message in self.dialect.encode_content(command, at=event.at):
                    self._waiting.extend(self.daw.hear(wire(message)))
            elif isinstance(command, m.SetParam | m.RequestDump):
                for message in self.dialect.encode(command, at=event.at):
                    self._waiting.extend(self.daw.hear(wire(message)))
        while self._waiting:
            self.hear(self._waiting.popleft())
        return result

    def hear(self, *messages: OscMessage) -> None:
        for message in messages:
            for news in self.dialect.decode(wire(message), at=self.at) or ():
                if isinstance(news, Refusal):
                    self.refusals.append(news.text)
                elif not isinstance(news, LevelReading):
                    self.handle(news)

    def wait(self, seconds: float) -> "Rig":
        """Let time pass; the engine is woken when it wants to be."""
        end = self.at + seconds
        for _ in range(2000):
            due = self.engine.deadline
            if self._notes and self._notes[0][0] <= min(end, due or end):
                self.at, note = self._notes.popleft()
                said = {each.name: getattr(note, each.name) for each in fields(Note)}
                self.handle(d.NoteHeard(at=self.at, track=2, seq=1, **said))
                continue
            if due is None or due > end:
                break
            self.at = max(due, self.at)
            self.handle(m.Tick(at=self.at))
        else:
            raise AssertionError("the engine never rests")
        self.at = end
        return self

    def note(self, *, bright_oct: float = 0.0, level_db: float = -12.0, track: int = 2) -> None:
        """A tap hears a note of a track that has just ended."""
        self.handle(
            d.NoteHeard(
                at=self.at,
                track=track,
                seq=1,
                attack_s=0.02,
                length_s=0.4,
                bright_oct=bright_oct,
                body_db=-6.0,
                rough=-30.0,
                motion_oct=0.1,
                level_db=level_db,
            )
        )

    def position(self, name: str, device: int = 1) -> float:
        """Where the synth holds a parameter."""
        return self.daw.held[device, _number(name)]

    def notices(self, kind: type[Kind]) -> list[Kind]:
        return [n for result in self.results for n in result.notices if isinstance(n, kind)]

    def states(self) -> list[tuple[str, str]]:
        """Every state that every move of a device has entered."""
        from bridge.mix.notices import MoveReported

        return [(each.move, each.state.value) for each in self.notices(MoveReported)]

    def decisions(self) -> list[Any]:
        return [each for result in self.results for each in result.decisions]


def _number(name: str) -> int:
    return next(n for n, spec in enumerate(SYNTH, start=1) if spec.name == name)


def wire(message: OscMessage) -> OscMessage:
    """A message as it comes out of a datagram."""
    back = next(iter(decode(encode(message))))
    assert isinstance(back, OscMessage)
    return back
