"""What the engine returns: all that one event led to."""

from dataclasses import dataclass, field

from bridge.agents.agent import Learnt
from bridge.mix.content_events import ContentCommand, Job
from bridge.mix.device_events import DeviceCommand
from bridge.mix.messages import Command, Mode
from bridge.mix.notices import MoveReported, Notice, RequestRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A move that the engine chose, as it was chosen; what replay compares, bit for bit.

    `other_half` is the identity of the strip that goes along, the right half of a stereo pair.
    `param` is a `Param`, or a parameter of a device (`DeviceParam.value`), whose values are
    positions; `also` has the further ones that such a move changes. `content` has all changes of
    contents, as JSON: lists of kind, key, before and after.
    """

    move: str
    at: float
    mode: Mode
    key: str
    track: int
    param: str
    from_value: float
    to_value: float
    probability: float
    score: float
    confidence: float
    reason: str
    other_half: str = ""
    also: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one judgement taught; `move` is empty for a lesson by hand."""

    move: str
    reward: float
    weight: float
    learnt: Learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """All that one event led to; the engine does nothing else than return this.

    Attributes:
        commands: For the DAW, in order.
        device_commands: For its devices, in order.
        content_commands: About its contents, in order.
        jobs: For the workers of the tasks.
        notices: For everyone who said hello.
        decisions: Moves chosen now.
        lessons: What was learnt now.
        is_memory_changed: Whether `Engine.memory` differs from before: the journal keeps it in the
            same transaction as the event.
    """

    commands: tuple[Command, ...] = ()
    device_commands: tuple[DeviceCommand, ...] = ()
    content_commands: tuple[ContentCommand, ...] = ()
    jobs: tuple[Job, ...] = ()
    notices: tuple[Notice, ...] = ()
    decisions: tuple[Decision, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    is_memory_changed: bool = False


@dataclass(slots=True)
class StepBuilder:
    """Collects a `StepResult` while the engine works on one event."""

    commands: list[Command] = field(default_factory=list)
    device_commands: list[DeviceCommand] = field(default_factory=list)
    content_commands: list[ContentCommand] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    is_memory_changed: bool = False

    def clear(self) -> None:
        """Begin with another event."""
        self.device_commands.clear()
        self.content_commands.clear()
        self.jobs.clear()
        for part in (self.commands, self.notices, self.decisions, self.lessons):
            part.clear()
        self.is_memory_changed = False

    def collect(self, notices: list[MoveReported], lessons: list[Lesson]) -> None:
        """Move what was left in these lists to the result."""
        self.notices.extend(notices)
        self.lessons.extend(lessons)
        notices.clear()
        lessons.clear()

    def refuse(self, text: str) -> None:
        """A request was not granted; why, in one sentence."""
        self.notices.append(RequestRefused(text=text))

    def build(self) -> StepResult:
        """The finished result."""
        return StepResult(
            commands=tuple(self.commands),
            device_commands=tuple(self.device_commands),
            content_commands=tuple(self.content_commands),
            jobs=tuple(self.jobs),
            notices=tuple(self.notices),
            decisions=tuple(self.decisions),
            lessons=tuple(self.lessons),
            is_memory_changed=self.is_memory_changed or bool(self.lessons),
        )
