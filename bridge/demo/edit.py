"""The demo of edits: a take with twelve planted faults, six answers, and the rest by itself.

Take, faults and, with ``--headless``, the person are ours: nothing need be installed beyond the
extra `demo`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge import __version__
from bridge.demo.edit_report import Mark, long_faults, render, write_edit_report, write_wave
from bridge.hosts.item_hearing import measure_item
from bridge.install.extras import demo_library
from bridge.mix.content_events import ContentKind, JobDone
from bridge.mix.items import Piece, decode_item, encode_item
from bridge.mix.roles import Role
from bridge.sim.editors import Editor, draw_editor
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Planting, Take, make_take
from bridge.tasks.edit.geometry import KIND_INDEX, KINDS
from bridge.tasks.edit.prior import EDIT_ROLE_INDEX, EDIT_ROLES, SCALES, edit_role, load_edit_prior
from bridge.tasks.edit.task import EditTask, Trace
from bridge.tasks.task import Lesson, Scene, Standing, Teaching, Variant

ANSWERS: Final = 6
FAULTS: Final = 12
ROLE: Final = Role.BASS
NAME: Final = "Bass"
_TAKE: Final = [0, 2]
"""The first seed with which exactly `FAULTS` faults find a place."""
_PLANTING: Final = Planting(
    late_share=0.04, pauses=3, pause_s=(1.6, 4.0), joins=2, edges=2, holes=1
)
_NEAR_S: Final = 0.25

Ask = Callable[[str], bool]


class _Sitting:
    """The take on its track, as it is now."""

    def __init__(self, take: Take, file: Path) -> None:
        self.take = take
        self.task = EditTask(load_edit_prior())
        self.texts = {
            f"{NAME} {number}": encode_item([replace(piece, source=str(file))], rate=SAMPLE_RATE)
            for number, piece in enumerate(take.pieces, start=1)
        }

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(piece for text in self.texts.values() for piece in decode_item(text))

    def scene(self) -> Scene:
        contents = tuple(
            Standing(
                kind=ContentKind.ITEM, key=key, name=key, text=text, strip=NAME, track=NAME,
                role=ROLE.value, group="", refusal="",
            )
            for key, text in self.texts.items()
        )  # fmt: skip
        return Scene(
            key=NAME,
            device=NAME,
            role=ROLE.value,
            contents=contents,
            tempo_bpm=self.take.bpm,
            bar_s=self.take.first_bar_s,
            bar_beats=4,
        )

    def propose(self) -> tuple[Scene, tuple[Variant, ...]]:
        """What is offered now, once all that has to be heard has been."""
        scene = self.scene()
        for job in self.task.jobs(scene):
            done = JobDone(
                at=0.0, task=job.task, name=job.name, text=job.text, trouble="",
                data=measure_item(job),
            )  # fmt: skip
            self.task.receive(done)
        return scene, self.task.propose(scene, count=3, explore=True)

    def apply(self, variant: Variant) -> None:
        for change in variant.changes:
            self.texts[change.key] = change.after


def run_edit_demo(*, headless: bool, seed: int = 0, folder: Path | None = None) -> int:
    """Play the demo, print what happens, and write the report; returns the exit code.

    Raises:
        BridgeError: If a library is missing or the folder cannot be written; one sentence.
    """
    demo_library("soundfile")  # better now than after the session
    folder = folder or report_folder()
    ask = None if headless else (lambda text: click.confirm(f"      {text}", default=True))
    summary = play_edit_demo(folder, seed=seed, ask=ask)
    click.echo(
        f"{summary['asked']} answers; {summary['edits']} edits made, "
        f"{summary['mended']} of {summary['faults']} planted faults among them."
    )
    names = ("report.html", "before.wav", "after.wav", "edits.png", "summary.json")
    written = ", ".join(name for name in names if (folder / name).exists())
    click.echo(f"The report is in {folder}: {written}")
    return 0


def report_folder() -> Path:
    """A new folder here."""
    return Path(f"demo-edit-{datetime.now().astimezone():%Y%m%d-%H%M%S}")


def play_edit_demo(folder: Path, *, seed: int, ask: Ask | None = None) -> dict[str, Any]:
    """One session; returns the summary, as in `summary.json`.

    Args:
        folder: For the take and the report.
        seed: Of the simulated person.
        ask: Answers an offer in words; None: a simulated person does.

    Raises:
        AudioError: If the folder cannot be written.
    """
    take = draw_take()
    folder = folder.resolve()
    write_take(folder, take)
    sitting = _Sitting(take, folder / "take.wav")
    person = draw_editor(
        np.random.default_rng([seed, 3]), roles=len(EDIT_ROLES), kinds=len(KINDS), spread=0.5
    )
    done = list(_answer(sitting, person, ask))
    click.echo("The rest, sorted by how likely you would say yes:")
    done += _finish(sitting)
    summary = {
        "asked": ANSWERS,
        "edits": len(done),
        "faults": len(long_faults(take)),
        "mended": count_mended(take, done),
        "beliefs": sitting.task.beliefs(),
        "seed": seed,
        "version": __version__,
    }
    write_edit_report(folder, take, sitting.pieces, done, summary)
    return summary


def write_take(folder: Path, take: Take) -> None:
    """Write take.wav, and before.wav as its pieces sound.

    Raises:
        AudioError: If the folder cannot be written.
    """
    write_wave(folder / "before.wav", render(take, take.pieces))
    write_wave(folder / "take.wav", take.wave)


def count_mended(take: Take, marks: Sequence[Mark]) -> int:
    """How many of the planted faults lie where something was edited."""
    return sum(
        any(abs(mark.at_s - fault.at_s) < _NEAR_S for mark in marks) for fault in long_faults(take)
    )


def draw_take() -> Take:
    """The take of the demo; `FAULTS` faults are planted in it."""
    return make_take(ROLE, _TAKE, _PLANTING)


def _answer(sitting: _Sitting, person: Editor, ask: Ask | None) -> Iterator[Mark]:
    """Let a person answer `ANSWERS` offers; what they say yes to is done."""
    for number in range(1, ANSWERS + 1):
        scene, variants = sitting.propose()
        if not variants:
            click.echo(f"{number:>4}  {sitting.task.rest}")
            return
        click.echo(f"{number:>4}  {variants[0].reason}")
        if len(variants) > 1:
            click.echo(f"{'':6}or all like this: {variants[1].reason.split(';')[0]}")
        choice = _choose(variants, person, ask)
        lesson = Lesson(
            teaching=Teaching.PICK,
            scene=scene,
            variants=variants,
            after=(None,) * len(variants),
            value=float(choice),
        )
        text = sitting.task.learn(lesson).text
        click.echo(f"{'':6}{('no', 'yes', 'all like this')[choice]}{f'; {text}' if text else ''}")
        if choice:
            sitting.apply(variants[choice - 1])
            yield from _done(variants[choice - 1], is_asked=True)


def _choose(variants: Sequence[Variant], person: Editor, ask: Ask | None) -> int:
    """0 for no, 1 for this one, 2 for all like this."""
    if ask is not None:
        if not ask("Yes?"):
            return 0
        return 2 if len(variants) > 1 and ask("All like this?") else 1
    trace: Trace = variants[-1].trace
    role = EDIT_ROLE_INDEX[edit_role(ROLE)]
    kind = trace.candidates[0].kind
    wishes = [
        person.margin(role, KIND_INDEX[kind], SCALES[kind].steps(one.size)) > 0.0
        for one in trace.candidates
    ]
    if len(variants) > 1 and all(wishes):
        return 2
    first = variants[0].trace.candidates[0]
    return int(person.margin(role, KIND_INDEX[kind], SCALES[kind].steps(first.size)) > 0.0)


def _finish(sitting: _Sitting) -> Iterator[Mark]:
    """Do what this person would say yes to, without asking."""
    for _ in range(60):
        _, variants = sitting.propose()
        wanted = [variant for variant in variants[:1] if variant.score > 0.0]
        if not wanted:
            return
        click.echo(f"{wanted[0].score:>+6.2f}  {wanted[0].reason.split(';')[0]}")
        sitting.apply(wanted[0])
        sitting.task.mark(wanted[0].trace)
        yield from _done(wanted[0], is_asked=False)


def _done(variant: Variant, *, is_asked: bool) -> Iterator[Mark]:
    trace: Trace = variant.trace
    for one in trace.candidates:
        at = min(one.edit.start_s, one.edit.end_s) if one.edit.end_s else one.edit.start_s
        yield Mark(at_s=at, kind=one.kind.value, is_asked=is_asked)
