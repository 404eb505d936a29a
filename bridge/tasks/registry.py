"""The registry of tasks: a row each, and a folder of this package for what one needs.

The engine, the requests, the page and the workers read it from here. A row names its parts as
``module:object``, and each is loaded when it is needed.
"""

import pkgutil
from dataclasses import dataclass
from typing import Final

from bridge.mix.device_events import TaskName
from bridge.tasks.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task beside the mix; a part that it does not have is empty.

    Attributes:
        name: As `/bridge/task` says it.
        title: What a person calls it.
        text: What it does, for a person, in half a sentence.
        task: Called with a seed, makes its `bridge.tasks.task.Task`; pure.
        worker: Called with a `Job` in a process of its own, returns the bytes of its `JobDone`. It
            may read files, and raises a `bridge.errors.BridgeError`, in a sentence, if there is no
            result.
    """

    name: TaskName
    title: str
    text: str
    task: str
    worker: str = ""

    def make_task(self, seed: int) -> Task:
        """A fresh task that has learnt nothing; `seed` is of its only randomness."""
        made: Task = pkgutil.resolve_name(self.task)(seed)
        return made


TASKS: Final[dict[TaskName, TaskRow]] = {
    row.name: row
    for row in (
        TaskRow(
            name=TaskName.SOUND,
            title="Sound",
            text="turns the knobs of a synth towards a target, or what you like",
            task="bridge.tasks.sound.task:make_sound_task",
            worker="bridge.hosts.patches:find_patches",
        ),
        TaskRow(
            name=TaskName.EDIT,
            title="Edit",
            text="trims, fades and moves audio items as you would",
            task="bridge.tasks.edit.task:make_edit_task",
            worker="bridge.hosts.item_hearing:measure_item",
        ),
        TaskRow(
            name=TaskName.PHRASE,
            title="Phrase",
            text="writes notes into an empty clip, as you like them",
            task="bridge.tasks.phrase.task:make_phrase_task",
            worker="bridge.tasks.phrase.task:do_job",
        ),
    )
}
"""Every task beside the mix."""

WORKERS: Final = {name: row.worker for name, row in TASKS.items() if row.worker}
"""Who does the heavy work of a task."""
