"""Patches to begin with: once a session and device, up to three of a bank are offered.

Which ones sound as this person likes is not known before they are heard, so they are spread over
the bank's folder for the role. They are offered only where a worker has found the copy of the patch
that is there now: what cannot be written back is not replaced.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.mix.content_events import ContentKind, Job, JobDone
from bridge.mix.contents import ContentChange
from bridge.mix.device_events import TaskName
from bridge.tasks.task import Scene, Standing, Variant

JOB: Final = "patches"


@dataclass(slots=True)
class _Bank:
    """What a worker found for one copy of a patch."""

    patches: tuple[str, ...]


class PatchChoice:
    """Offers patches of a bank, and knows which devices have had their choice."""

    def __init__(self) -> None:
        self._banks: dict[str, _Bank] = {}
        """By the text of the job: the copy that is there, and the role."""
        self._opened: set[str] = set()

    def jobs(self, scene: Scene) -> tuple[Job, ...]:
        """What has to be found before patches can be offered."""
        standing = _standing(scene)
        if standing is None or scene.key in self._opened:
            return ()
        return (_job(scene, standing),)

    def receive(self, done: JobDone) -> None:
        """Take over the patches that a worker found; none where it did not find the copy."""
        found = json.loads(done.data) if done.data else []
        self._banks[done.text] = _Bank(tuple(str(path) for path in found))

    def propose(self, scene: Scene, count: int) -> tuple[Variant, ...]:
        """Up to `count` patches to choose from; none where there is nothing to choose."""
        standing = _standing(scene)
        if standing is None or scene.key in self._opened:
            return ()
        bank = self._banks.get(_job(scene, standing).text)
        if bank is None or not bank.patches:
            return ()
        self._opened.add(scene.key)
        several = min(count, len(bank.patches))
        chosen = [bank.patches[place * len(bank.patches) // several] for place in range(several)]
        return tuple(
            Variant(
                changes=(
                    ContentChange(
                        kind=ContentKind.PATCH,
                        key=standing.key,
                        before=standing.text,
                        after=path,
                    ),
                ),
                probability=1.0 / several,
                score=0.0,
                confidence=0.0,
                reason=f"another sound to begin with: {_name(path)}",
            )
            for path in chosen
        )


def _standing(scene: Scene) -> Standing | None:
    """The patch that is there, if it may be replaced and a copy of it was made."""
    patches = (each for each in scene.contents if each.kind is ContentKind.PATCH)
    standing = next((each for each in patches if each.text and not each.refusal), None)
    return None if scene.target is not None else standing


def _job(scene: Scene, standing: Standing) -> Job:
    wanted: Mapping[str, str] = {"copy": standing.text, "role": scene.role}
    return Job(task=TaskName.SOUND, name=JOB, text=json.dumps(wanted, sort_keys=True))


def _name(path: str) -> str:
    """A patch as a person calls it: "0006-Analogue Bass.xiz" is "Analogue Bass"."""
    stem = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    number, _, rest = stem.partition("-")
    return rest if rest and number.isdecimal() else stem
