"""The demo of edits: a take with twelve planted faults, six answers, and the rest by itself.

Take, faults and, with ``--headless``, the person are ours: nothing need be installed beyond the
extra `demo`.
"""

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge import __version__
from bridge.errors import AudioError
from bridge.hosts.item_hearing import measure_item
from bridge.install.extras import demo_library, drawing_library
from bridge.mix.content_events import ContentKind, JobDone
from bridge.mix.items import Piece, decode_item, encode_item
from bridge.mix.roles import Role
from bridge.sim.editors import Editor, draw_editor
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Planting, Take, make_take, render_pieces
from bridge.tasks.edit.geometry import KIND_INDEX, KINDS
from bridge.tasks.edit.prior import EDIT_ROLE_INDEX, EDIT_ROLES, SCALES, edit_role, load_edit_prior
from bridge.tasks.edit.task import EditTask, Trace
from bridge.tasks.task import Lesson, Scene, Standing, Teaching, Variant

ANSWERS: Final = 6
FAULTS: Final = 12
_ROLE: Final = Role.BASS
_NAME: Final = "Bass"
_TAKE_SEED: Final = 0
_PLANTING: Final = Planting(
    late_share=0.04, pauses=3, pause_s=(1.6, 4.0), joins=2, edges=2, holes=1
)
_TAKE_TRIES: Final = 64

Ask = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """One edit that was made, for the picture."""

    at_s: float
    kind: str
    is_asked: bool


class _Sitting:
    """The take on its track, as it is now."""

    def __init__(self, take: Take, file: Path) -> None:
        self.take = take
        self.task = EditTask(load_edit_prior())
        self.texts = {
            f"{_NAME} {number}": encode_item([replace(piece, source=str(file))], rate=SAMPLE_RATE)
            for number, piece in enumerate(take.pieces, start=1)
        }

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(piece for text in self.texts.values() for piece in decode_item(text))

    def scene(self) -> Scene:
        contents = tuple(
            Standing(
                kind=ContentKind.ITEM, key=key, name=key, text=text, strip=_NAME, track=_NAME,
                role=_ROLE.value, group="", refusal="",
            )
            for key, text in self.texts.items()
        )  # fmt: skip
        return Scene(
            key=_NAME,
            device=_NAME,
            role=_ROLE.value,
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
    folder = folder or Path(f"demo-edit-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    ask = None if headless else (lambda text: click.confirm(f"      {text}", default=True))
    summary = play_edit_demo(folder, seed=seed, ask=ask)
    click.echo(
        f"{summary['asked']} answers; {summary['edits']} edits made, "
        f"{summary['mended']} of {summary['faults']} planted faults among them."
    )
    names = ("before.wav", "after.wav", "edits.png", "summary.json")
    written = ", ".join(name for name in names if (folder / name).exists())
    click.echo(f"The report is in {folder}: {written}")
    return 0


def play_edit_demo(folder: Path, *, seed: int, ask: Ask | None = None) -> dict[str, Any]:
    """One session; returns the summary, as in `summary.json`.

    Args:
        folder: For the take and the report.
        seed: Of the simulated person.
        ask: Answers an offer in words; None: a simulated person does.

    Raises:
        AudioError: If the folder cannot be written.
    """
    take = _draw_take()
    folder = folder.resolve()
    _write_wave(folder / "before.wav", _render(take, take.pieces))
    _write_wave(folder / "take.wav", take.wave)
    sitting = _Sitting(take, folder / "take.wav")
    person = draw_editor(
        np.random.default_rng([seed, 3]), roles=len(EDIT_ROLES), kinds=len(KINDS), spread=0.5
    )
    done = list(_answer(sitting, person, ask))
    click.echo("The rest, sorted by how likely you would say yes:")
    done += _finish(sitting)
    _write_wave(folder / "after.wav", _render(take, sitting.pieces))
    faults = _long_faults(take)
    mended = sum(any(abs(one.at_s - fault.start_s) < 0.25 for one in done) for fault in faults)
    summary = {
        "asked": ANSWERS,
        "edits": len(done),
        "faults": len(faults),
        "mended": mended,
        "beliefs": sitting.task.beliefs(),
        "seed": seed,
        "version": __version__,
    }
    _draw(folder / "edits.png", take, sitting.pieces, done)
    _write_text(folder / "summary.json", json.dumps(summary, indent=2, sort_keys=True) + "\n")
    return summary


def _long_faults(take: Take) -> list[Any]:
    return [
        fault
        for fault in take.faults
        if fault.kind not in ("gap", "head", "tail") or fault.size >= 0.8
    ]


def _draw_take() -> Take:
    """A take in which exactly twelve faults are planted."""
    for number in range(_TAKE_TRIES):
        take = make_take(_ROLE, [_TAKE_SEED, number], _PLANTING)
        if len(_long_faults(take)) == FAULTS:
            return take
    raise AudioError(f"No take among {_TAKE_TRIES} has {FAULTS} faults; the demo's seed is wrong.")


def _answer(sitting: _Sitting, person: Editor, ask: Ask | None) -> Iterator[_Done]:
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
    role = EDIT_ROLE_INDEX[edit_role(_ROLE)]
    kind = trace.candidates[0].kind
    wishes = [
        person.margin(role, KIND_INDEX[kind], SCALES[kind].steps(one.size)) > 0.0
        for one in trace.candidates
    ]
    if len(variants) > 1 and all(wishes):
        return 2
    first = variants[0].trace.candidates[0]
    return int(person.margin(role, KIND_INDEX[kind], SCALES[kind].steps(first.size)) > 0.0)


def _finish(sitting: _Sitting) -> Iterator[_Done]:
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


def _done(variant: Variant, *, is_asked: bool) -> Iterator[_Done]:
    trace: Trace = variant.trace
    for one in trace.candidates:
        at = min(one.edit.start_s, one.edit.end_s) if one.edit.end_s else one.edit.start_s
        yield _Done(at_s=at, kind=one.kind.value, is_asked=is_asked)


# -- the report -----------------------------------------------------------------------------------


def _render(take: Take, pieces: Sequence[Piece]) -> np.ndarray:
    waves = {piece.source: take.wave for piece in pieces}
    return render_pieces(tuple(pieces), waves, take.wave.size / SAMPLE_RATE)


def _write_wave(file: Path, wave: np.ndarray) -> None:
    soundfile = demo_library("soundfile")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(str(file), wave, SAMPLE_RATE, subtype="PCM_24")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"The report cannot be written to {file.parent} ({error}).") from error


def _write_text(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AudioError(f"The report cannot be written to {file.parent} ({error}).") from error


_COLOURS: Final = {
    "gap": "#1565c0", "head": "#1565c0", "tail": "#1565c0", "fade": "#c62828", "join": "#c62828",
    "timing": "#00796b", "hole": "#ef6c00",
}  # fmt: skip


def _draw(file: Path, take: Take, pieces: Sequence[Piece], done: Sequence[_Done]) -> None:
    """The wave before and after, with what was planted and what was done."""
    drawing = drawing_library()
    if drawing is None:
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        figure = drawing.Figure(figsize=(13.0, 5.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, sharey=True)
        for axes, shown, title in (
            (above, take.pieces, "before, and what was planted"),
            (below, pieces, "after, and what was done (thick: you were asked)"),
        ):
            wave = _render(take, shown)
            step = SAMPLE_RATE // 200
            peaks = np.abs(wave[: wave.size // step * step]).reshape(-1, step).max(axis=1)
            time = np.arange(peaks.size) * step / SAMPLE_RATE
            axes.fill_between(time, -peaks, peaks, color="#90a4ae", linewidth=0.0)
            axes.set_title(title, loc="left")
        for fault in _long_faults(take):
            above.axvline(fault.start_s, color=_COLOURS[fault.kind], linewidth=1.4)
            above.text(fault.start_s, 0.98, fault.kind, rotation=90, fontsize=7, va="top",
                       transform=above.get_xaxis_transform())  # fmt: skip
        for one in done:
            width = 2.4 if one.is_asked else 1.0
            below.axvline(one.at_s, color=_COLOURS.get(one.kind, "#555555"), linewidth=width)
        below.set_xlabel("seconds")
        try:
            figure.savefig(str(file), format="png", dpi=130)
        except OSError as error:
            raise AudioError(f"The report cannot be written to {file.parent} ({error}).") from error
