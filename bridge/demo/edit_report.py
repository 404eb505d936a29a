"""The report of the demo of edits: the wave before and after with its marks, to see and hear."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.errors import AudioError
from bridge.install.extras import demo_library, drawing_library
from bridge.mix.items import Piece
from bridge.report.page import chart_card, data_url, make_document, players, section, write_page
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Take, render_pieces

_COLOURS: Final = {
    "gap": "#1565c0", "head": "#1565c0", "tail": "#1565c0", "fade": "#c62828", "join": "#c62828",
    "timing": "#00796b", "hole": "#ef6c00",
}  # fmt: skip
_OTHER_COLOUR: Final = "#555555"
_WIDTH: Final = 1200
_HEIGHT: Final = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place of the time line that was planted or edited.

    Attributes:
        at_s: Where, s.
        kind: What; empty where it is not known.
        is_asked: Whether a person was asked.
    """

    at_s: float
    kind: str = ""
    is_asked: bool = True


def long_faults(take: Take) -> list[Mark]:
    """The planted faults that count: of pauses those from .8 s on."""
    return [
        Mark(at_s=fault.start_s, kind=fault.kind)
        for fault in take.faults
        if fault.kind not in ("gap", "head", "tail") or fault.size >= 0.8
    ]


def render(take: Take, pieces: Sequence[Piece]) -> np.ndarray:
    """What some pieces of a take sound like, (samples,)."""
    waves = {piece.source: take.wave for piece in pieces}
    return render_pieces(tuple(pieces), waves, take.wave.size / SAMPLE_RATE)


def write_wave(file: Path, wave: np.ndarray) -> None:
    """Write audio, and the folder where it is missing.

    Raises:
        AudioError: If it cannot be written.
    """
    soundfile = demo_library("soundfile")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(str(file), wave, SAMPLE_RATE, subtype="PCM_24")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"The report cannot be written to {file.parent} ({error}).") from error


def write_edit_report(
    folder: Path, take: Take, pieces: Sequence[Piece], marks: Sequence[Mark],
    summary: dict[str, Any],
) -> None:  # fmt: skip
    """Write after.wav, report.html, summary.json and, where it can be drawn, edits.png.

    Args:
        folder: Has before.wav.
        take: As it was recorded.
        pieces: Its pieces now.
        marks: What was edited.
        summary: For summary.json.

    Raises:
        AudioError: If something cannot be written.
    """
    write_wave(folder / "after.wav", render(take, pieces))
    _draw(folder / "edits.png", take, pieces, marks)
    try:
        text = json.dumps(summary, indent=2, sort_keys=True)
        (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
        write_page(_page(folder, take, pieces, marks), folder / "report.html")
    except OSError as error:
        raise AudioError(f"The report cannot be written to {folder} ({error}).") from error


def _page(folder: Path, take: Take, pieces: Sequence[Piece], marks: Sequence[Mark]) -> str:
    audio = {name: data_url(folder / f"{name}.wav") for name in ("before", "after")}
    before = _picture(render(take, take.pieces), long_faults(take))
    after = _picture(render(take, pieces), marks)
    legend = (
        '<p class="soft">Blue: pauses, heads and tails; red: clicks and joins; green: hits off the '
        "grid; orange: holes.</p>"
    )
    return make_document(
        "A take with twelve planted faults, and what became of it",
        [
            section("Listen", players(audio, note="The same take, before and after the edits.")),
            section("Before, and what was planted", chart_card("Before", before) + legend),
            section("After, and what was done", chart_card("After", after)),
        ],
    )


def _peaks(wave: np.ndarray, a_second: int) -> np.ndarray:
    step = SAMPLE_RATE // a_second
    return np.asarray(np.abs(wave[: wave.size // step * step]).reshape(-1, step).max(axis=1))


def _picture(wave: np.ndarray, marks: Sequence[Mark]) -> str:
    """A wave as an SVG, with a line and a word for each mark."""
    peaks = _peaks(wave, 20)
    scale = _WIDTH / (wave.size / SAMPLE_RATE)
    top, middle = float(peaks.max(initial=1e-9)), _HEIGHT / 2
    bars = "".join(
        f"M{row * _WIDTH / peaks.size:.1f} {middle - 0.5 * _HEIGHT * peak / top:.1f}"
        f"v{_HEIGHT * peak / top:.1f}"
        for row, peak in enumerate(peaks.tolist())
    )
    lines = "".join(
        f'<path d="M{mark.at_s * scale:.1f} 0V{_HEIGHT}" stroke="'
        f'{_COLOURS.get(mark.kind, _OTHER_COLOUR)}" stroke-width="2"><title>'
        f"{escape(mark.kind or 'edit')} at {mark.at_s:.2f} s</title></path>"
        for mark in marks
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%" role="img" '
        f'aria-label="A wave with {len(marks)} marks"><path d="{bars}" stroke="#90a4ae"/>'
        f"{lines}</svg>"
    )


def _draw(file: Path, take: Take, pieces: Sequence[Piece], marks: Sequence[Mark]) -> None:
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
            peaks = _peaks(render(take, shown), 200)
            axes.fill_between(
                np.arange(peaks.size) / 200, -peaks, peaks, color="#90a4ae", linewidth=0.0
            )
            axes.set_title(title, loc="left")
        for fault in long_faults(take):
            above.axvline(fault.at_s, color=_COLOURS[fault.kind], linewidth=1.4)
            above.text(fault.at_s, 0.98, fault.kind, rotation=90, fontsize=7, va="top",
                       transform=above.get_xaxis_transform())  # fmt: skip
        for one in marks:
            width = 2.4 if one.is_asked else 1.0
            below.axvline(one.at_s, color=_COLOURS.get(one.kind, _OTHER_COLOUR), linewidth=width)
        below.set_xlabel("seconds")
        try:
            figure.savefig(str(file), format="png", dpi=130)
        except OSError as error:
            raise AudioError(f"The report cannot be written to {file.parent} ({error}).") from error
