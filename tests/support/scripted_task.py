"""Tasks that want what they are told to want; the smallest that there can be."""

import json
from collections.abc import Mapping
from typing import Any

from bridge.errors import PriorError
from bridge.mix.content_events import ContentKind, Job, JobDone
from bridge.mix.contents import ContentChange
from bridge.mix.device_events import KnobWord
from bridge.tasks.task import KnobSheet, Lesson, Outcome, Scene, Teaching, Variant, World


class ScriptedTask:
    """Proposes positions by the names of knobs, in turn, and counts what it is taught.

    Attributes:
        wants: What it wants next, best first; the first `count` are proposed and used up.
        scenes: What it was asked with.
        lessons: What it was taught.
        takes_back: Why the next move that is heard is to go back.
    """

    world = World.DEVICE
    kinds: tuple[ContentKind, ...] = ()

    def __init__(self) -> None:
        self.wants: list[dict[str, Any]] = []
        self.scenes: list[Scene] = []
        self.lessons: list[Lesson] = []
        self.counts: dict[str, int] = {}
        self.rest = ""
        self.takes_back = ""

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        self.scenes.append(scene)
        wanted, self.wants = self.wants[:count], self.wants[count:]
        self.rest = "" if wanted else "the script is over"
        index = {knob.name: knob.index for knob in scene.knobs}
        return tuple(
            Variant(
                positions={index[name]: to for name, to in each.items()},
                probability=1.0 / len(wanted),
                score=0.5,
                confidence=0.25,
                reason=f"the script wants {', '.join(each)}",
            )
            for each in wanted
        )

    def learn(self, lesson: Lesson) -> Outcome:
        self.lessons.append(lesson)
        self.counts[lesson.teaching] = self.counts.get(lesson.teaching, 0) + 1
        takes_back, self.takes_back = self.takes_back, ""
        return Outcome(text=f"lesson {sum(self.counts.values())}", takes_back=takes_back)

    def taught(self, teaching: Teaching) -> list[Lesson]:
        return [lesson for lesson in self.lessons if lesson.teaching is teaching]

    def beliefs(self) -> Mapping[str, Any]:
        return self.counts

    def state(self) -> bytes:
        return json.dumps(self.counts, sort_keys=True, separators=(",", ":")).encode()

    def load_state(self, state: bytes) -> None:
        try:
            self.counts = {str(name): int(count) for name, count in json.loads(state).items()}
        except (ValueError, AttributeError) as error:
            raise PriorError(f"The script cannot read its state ({error}).") from None


class ScriptedKnobs(ScriptedTask):
    """The same, and it knows which knob is the resonance: the one of that name, and those taught.

    Attributes:
        resonances: Their names.
    """

    def __init__(self) -> None:
        super().__init__()
        self.resonances = {"Resonance"}

    def teach_knob(self, device: str, knob: str, word: KnobWord) -> None:
        self.resonances ^= {knob}

    def read_knobs(self, device: str, names: tuple[str, ...], steps: tuple[int, ...]) -> KnobSheet:
        known = tuple(name in self.resonances for name in names)
        return KnobSheet(roles=tuple("resonance" * each for each in known), taught=known)


class ScriptedEdits(ScriptedTask):
    """A task of contents; what it wants are texts by the keys of contents, several for one move.

    Attributes:
        kind: What it changes.
        is_asked: Whether it wants to be asked about all.
        wanted_jobs: What it has to know first.
        done: What workers found for it.
    """

    world = World.CONTENTS

    def __init__(self, kind: ContentKind = ContentKind.ITEM) -> None:
        super().__init__()
        self.kind = kind
        self.kinds = (kind,)
        self.is_asked = False
        self.wanted_jobs: list[Job] = []
        self.done: list[JobDone] = []

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        self.scenes.append(scene)
        wanted, self.wants = self.wants[:count], self.wants[count:]
        self.rest = "" if wanted else "the script is over"
        stands = {content.key: content.text for content in scene.contents}
        return tuple(
            Variant(
                changes=tuple(
                    ContentChange(kind=self.kind, key=key, before=stands[key], after=str(text))
                    for key, text in each.items()
                ),
                probability=1.0 / len(wanted),
                score=0.5,
                confidence=0.25,
                reason=f"the script wants {', '.join(each)}",
                is_asked=self.is_asked,
            )
            for each in wanted
            if each.keys() <= stands.keys()
        )

    def jobs(self, scene: Scene) -> tuple[Job, ...]:
        return tuple(self.wanted_jobs)

    def receive(self, done: JobDone) -> str:
        self.done.append(done)
        return f"{done.name}: {done.trouble or 'done'}"
