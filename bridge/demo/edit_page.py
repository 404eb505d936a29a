"""The demo of edits on the page: the embedded console has a take, and a bridge works on it.

The console is a process of its own; the page shows the wave of each offer with its marks, and a
person answers by keys. When it ends, the report has what the console then plays.
"""

from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from bridge import __version__
from bridge.demo.demo import console_process, port_of
from bridge.demo.edit import NAME, ROLE, count_mended, draw_take, report_folder, write_take
from bridge.demo.edit_report import Mark, long_faults, write_edit_report
from bridge.demo.options import DemoOptions, settings_of
from bridge.demo.page import sit
from bridge.mix.content_events import ContentKind
from bridge.mix.device_events import TaskName
from bridge.mix.items import SAME_S, Piece, decode_item, encode_item
from bridge.mix.messages import Mode
from bridge.runtime.runner import Runner
from bridge.sim.console import Console, ConsoleItem
from bridge.sim.stems import SAMPLE_RATE, Stems
from bridge.sim.takes import Take


def make_take_console(folder: Path) -> Console:
    """A console with one strip, which plays the items of the demo's take.

    Args:
        folder: Has take.wav.
    """
    take = draw_take()
    source = str(folder.resolve() / "take.wav")
    stems = Stems(
        names=(NAME,), roles=(ROLE,), audio=take.wave[None].copy(), sample_rate=SAMPLE_RATE
    )
    console = Console(stems, np.zeros((1, 6)))
    console.files[source] = take.wave
    console.bpm, console.first_bar_s = take.bpm, take.first_bar_s
    for number, piece in enumerate(take.pieces, start=1):
        text = encode_item([replace(piece, source=source)], rate=SAMPLE_RATE)
        console.items[f"{NAME} {number}"] = ConsoleItem(row=0, name=f"{NAME} {number}", text=text)
    console.render_items(0)
    return console


def run_edit_page(folder: Path | None, *, browser: bool, seed: int) -> int:
    """Serve the page until Ctrl-C, and write the report; returns the exit code.

    Args:
        folder: For the take and the report; None: a new one here.
        browser: Open a browser; else only say where the page is.
        seed: Of the bridge.

    Raises:
        BridgeError: If a library or a port is missing, or the folder cannot be written.
    """
    take = draw_take()
    folder = (folder or report_folder()).resolve()
    write_take(folder, take)
    with console_process(["--take", str(folder)]) as console:
        options = DemoOptions(page=True, browser=browser, seed=seed)
        settings = settings_of(options, port_of(console), folder)
        settings = settings.model_copy(update={"mode": Mode.SUGGEST})
        pieces = sit(
            settings,
            browser=browser,
            task=TaskName.EDIT,
            track=NAME,
            hint="On the page: Suggestions. 1 makes an edit, 2 all like it, 0 leaves it, h is "
            "before and after.",
            check=_pieces,
        )
        pieces = pieces or take.pieces
    marks = changed_places(take, pieces)
    summary = {
        "edits": len(marks),
        "faults": len(long_faults(take)),
        "mended": count_mended(take, marks),
        "seed": seed,
        "version": __version__,
    }
    write_edit_report(folder, take, pieces, marks, summary)
    click.echo(f"The report is in {folder}: report.html, before.wav, after.wav")
    return 0


def _pieces(runner: Runner) -> tuple[Piece, ...]:
    """What stands in the items now."""
    return tuple(
        piece
        for content in runner.engine.work.contents.contents
        if content.kind is ContentKind.ITEM and content.text
        for piece in decode_item(content.text)
    )


def changed_places(take: Take, pieces: tuple[Piece, ...]) -> tuple[Mark, ...]:
    """Where pieces begin or end, or are faded, that did not before."""

    def edges(some: tuple[Piece, ...]) -> list[tuple[float, float]]:
        starts = [(piece.position_s, piece.fade_in_s) for piece in some if not piece.is_muted]
        return starts + [(piece.end_s, piece.fade_out_s) for piece in some if not piece.is_muted]

    old = edges(take.pieces)
    new = [
        edge
        for edge in edges(pieces)
        if not any(
            abs(edge[0] - at) <= SAME_S and abs(edge[1] - fade) <= SAME_S for at, fade in old
        )
    ]
    return tuple(Mark(at_s=at) for at in sorted({round(at, 3) for at, _ in new}))
