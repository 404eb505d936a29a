"""Takes with planted faults as a DAW has them: files on disk, items in the DAW in memory."""

from functools import cache
from pathlib import Path

import soundfile

from bridge.daw.contents import encode_content_event
from bridge.hosts.item_hearing import measure_item
from bridge.mix import content_events as c
from bridge.mix.content_events import ContentKind, JobDone
from bridge.mix.device_events import TaskName
from bridge.mix.items import Piece, decode_item, encode_item
from bridge.mix.messages import Mode
from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Planting, Take, make_take
from bridge.tasks.edit.prior import load_edit_prior
from bridge.tasks.edit.task import EditTask
from support.devices import HeldContent, Rig, SynthDaw

FEW = Planting(pauses=2, joins=1, edges=1, holes=1)


def write_take(folder: Path, take: Take, name: str = "take.wav") -> str:
    path = folder / name
    soundfile.write(str(path), take.wave, SAMPLE_RATE, subtype="FLOAT")
    return str(path)


def item_texts(take: Take, path: str) -> list[str]:
    """One item a piece of the take."""
    from dataclasses import replace

    return [encode_item([replace(piece, source=path)], rate=48_000) for piece in take.pieces]


class EditRig(Rig):
    """An engine with the edit task beside a DAW that holds a take; jobs are done when asked for."""

    def do_jobs(self) -> None:
        """Let the worker do what was asked of it."""
        done = getattr(self, "_done", 0)
        jobs = [job for result in self.results for job in result.jobs]
        for job in jobs[done:]:
            data, trouble = b"", ""
            try:
                data = measure_item(job)
            except Exception as error:  # as the workers do
                trouble = str(error)
            self.handle(
                JobDone(
                    at=self.at, task=job.task, name=job.name, text=job.text, trouble=trouble,
                    data=data,
                )
            )  # fmt: skip
        self._done = len(jobs)

    def settle(self, seconds: float = 1.2) -> "EditRig":
        """Let time pass, and all jobs be done."""
        for _ in range(3):
            self.wait(seconds)
            self.do_jobs()
        self.wait(seconds)
        return self

    def pieces(self, key: str) -> tuple[Piece, ...]:
        return decode_item(self.daw.contents[ContentKind.ITEM, key].text)


@cache
def _planted(role: Role, seed: int, planting: Planting) -> Take:
    """A take with faults, which nobody changes: making one takes two seconds."""
    return make_take(role, [seed], planting)


def edit_rig(
    folder: Path,
    *,
    role: Role = Role.BASS,
    seed: int = 1,
    mode: Mode = Mode.SUGGEST,
    group: str = "",
    barred: str = "",
    grid: bool = True,
    planting: Planting = FEW,
) -> tuple[EditRig, Take]:
    take = _planted(role, seed, planting)
    path = write_take(folder, take)
    daw = SynthDaw()
    for number, text in enumerate(item_texts(take, path)):
        daw.contents[ContentKind.ITEM, f"item {number}"] = HeldContent(
            text, group=group and f"{group} {number}", barred=barred
        )
    rig = EditRig(mode=mode, daw=daw, task=EditTask(load_edit_prior()), task_name=TaskName.EDIT)
    if grid:
        rig.hear(
            encode_content_event(c.TempoChanged(at=0.0, bpm=take.bpm)),
            encode_content_event(c.GridChanged(at=0.0, first_s=take.first_bar_s, beats=4)),
        )
    rig.work()
    rig.settle()
    return rig, take
