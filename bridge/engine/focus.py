"""Which task is at work, on which bench, with which focus; a person chooses all three."""

from collections.abc import Mapping
from typing import Final

from bridge.engine.bench import Bench
from bridge.engine.content_work import ContentWork
from bridge.engine.device_work import DeviceWork
from bridge.mix import device_events as d
from bridge.mix.device_events import KnobWord, TaskName
from bridge.mix.devices import Device
from bridge.mix.notices import WorkChanged
from bridge.mix.state import MixState, StripState
from bridge.tasks.task import KnobSheet, ListsFinds, ReadsKnobs, Task, World

_KNOB_WORDS: Final = {
    KnobWord.NEVER: "is never moved",
    KnobWord.AUTO: "is what its name says",
}


class Focus:
    """The task at work and its bench.

    Attributes:
        task: What is worked on.
        tasks: What can be, beside the mix.
    """

    def __init__(
        self,
        tasks: Mapping[TaskName, Task],
        *,
        mix: MixState,
        devices: DeviceWork,
        contents: ContentWork,
    ) -> None:
        self.task = TaskName.MIX
        self.tasks = dict(tasks)
        self._mix = mix
        self._devices = devices
        self._contents = contents
        devices.knobs.find_resonances = self._find_resonances

    @property
    def active(self) -> Task | None:
        """The task at work; None while that is the mix or nothing."""
        return self.tasks.get(self.task)

    @property
    def known(self) -> tuple[TaskName, ...]:
        """What a person can choose."""
        return (TaskName.MIX, *self.tasks, TaskName.OFF)

    @property
    def bench(self) -> Bench:
        """What the task at work works on."""
        task = self.active
        is_contents = task is not None and task.world is World.CONTENTS
        return self._contents if is_contents else self._devices

    def report(self) -> WorkChanged:
        """The task, track and device, as a notice."""
        track, device = self.bench.names
        return WorkChanged(task=self.task, track=track, device=device)

    def why_no_task(self, task: TaskName) -> str:
        """Why a task cannot be chosen, in words; empty where it can."""
        known = ", ".join(self.known)
        return (
            "" if task in self.known else f"task: {task} is not built in; expected one of {known}"
        )

    @property
    def what_lacks(self) -> str:
        """What a person has to choose before the task can begin, in words; empty for nothing."""
        task = self.active
        if task is None or self.bench.has_focus:
            return ""
        what = "device" if task.world is World.DEVICE else "track"
        return f"{self.task}: choose a {what} to work on (/bridge/focus track)"

    def choose(self, event: d.FocusChosen) -> tuple[str, str]:
        """Choose a track and a device on it as the focus: its name, and why not, in words."""
        strips = self._mix.find(event.track) if event.track != "*" else []
        if len(strips) != 1:
            return "", f"focus: expected one track; {event.track!r} is {len(strips)}"
        (strip,) = strips
        device = self._devices.rack.on_track(strip.number, event.what)
        is_of_devices = self.bench is self._devices
        if device is None and is_of_devices:
            what = f"no device {event.what!r}" if event.what else "no device"
            return "", f"focus: {what} with known parameters is on {strip.name}"
        if event.what and device is None and isinstance(self.active, ListsFinds):
            return self._choose_find(self.active, strip, event.what)
        self._devices.choose_focus(device)
        self._contents.writer.focus = strip.key
        return device.name if device and is_of_devices else strip.name, ""

    def _choose_find(self, task: ListsFinds, strip: StripState, name: str) -> tuple[str, str]:
        """Let what was found on the track in focus be offered next."""
        find = next((each for each in task.finds if each.name == name), None)
        if find is None or strip.key != self._contents.writer.focus:
            return "", f"focus: no find {name!r} is on {strip.name}; it may have been edited since"
        task.choose_find(name)
        return find.text, ""

    @property
    def _readers(self) -> list[ReadsKnobs]:
        return [task for task in self.tasks.values() if isinstance(task, ReadsKnobs)]

    def read_knobs(self, device: Device, task: Task | None) -> KnobSheet:
        """What a task takes the parameters of a device for, in the order of their numbers."""
        specs = [device.specs[index] for index in sorted(device.specs)]
        if not isinstance(task, ReadsKnobs):
            return KnobSheet(roles=("",) * len(specs), taught=(False,) * len(specs))
        names, steps = tuple(spec.name for spec in specs), tuple(spec.steps for spec in specs)
        return task.read_knobs(device.name, names, steps)

    def _find_resonances(self, device: Device) -> frozenset[int]:
        """The parameters of a device that any task takes for a resonance, by number."""
        roles = [self.read_knobs(device, task).roles for task in self._readers]
        return frozenset(
            index
            for row, index in enumerate(sorted(device.specs))
            if any(each[row] == KnobWord.RESONANCE for each in roles)
        )

    def teach_knob(self, event: d.KnobTaught) -> tuple[str, str]:
        """Store a person's word for a knob of the device in focus: its name, and why not."""
        device = self._devices.focus
        index = device.find_param(event.knob) if device else 0
        if device is None or not index or not self._readers:
            name = device.name if device else "no device that is in focus"
            return "", f"knob: there is no {event.knob!r} on {name}"
        name = device.specs[index].name
        for task in self._readers:
            task.teach_knob(device.name, name, event.word)
        word = _KNOB_WORDS.get(event.word, f"is {event.word}")
        return f"noted: {device.name} {name} {word}", ""
