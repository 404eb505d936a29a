"""The terminal view of the demo: strips, the move that can be rated, and what has been learnt.

All that it says of moves and answers is read from the engine's ledger. Where the terminal is small,
old moves give way first, then beliefs, then strips; the keys never do.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.engine.ledger import BRIDGE, Ledger, Row
from bridge.engine.view import StripView, View
from bridge.engine.work_view import WorkView
from bridge.install.extras import demo_library
from bridge.mix.controls import control_name, value_in_words
from bridge.mix.device_events import TaskName
from bridge.mix.messages import MoveState
from bridge.mix.params import (
    COLUMN,
    EQ_BANDS,
    Param,
    in_words,
)
from bridge.runtime.keyboard import KEYS

ANSWER_SHOWN_S: Final = 3.0
"""For so long what was just answered stays in view."""

_ROOMY: Final = 78
"""Columns from which there is room for role and level."""

_METER_CELLS: Final = 12
_METER_FLOOR_DBFS: Final = -60.0
_MOST_MOVES: Final = 8
_MOST_BELIEFS: Final = 4
_FRAME: Final = 2
_LEAST_STRIPS: Final = 3
_TOGETHER: Final = "\u00a0"
"""A space at which no line is broken: a key stays beside its word."""
_STATES: Final = {
    MoveState.PROPOSED: "suggested",
    MoveState.APPLIED: "on its way",
    MoveState.CONFIRMED: "in the mix",
    MoveState.UNCONFIRMED: "in the mix, not confirmed",
    MoveState.REVERTED: "taken back",
    MoveState.SKIPPED: "skipped",
    MoveState.EXPIRED: "expired",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a picture is drawn for.

    Attributes:
        width: Columns of the terminal.
        height: Lines of it.
        at: Now, monotonic seconds.
        hint: What the keyboard has to say, such as what cannot be judged; empty for nothing.
    """

    width: int
    height: int
    at: float
    hint: str


def draw(view: View, ledger: Ledger, frame: Frame) -> Any:  # noqa: ANN401 - rich is optional
    """The whole view, as something that rich can print; never higher than the terminal."""
    console = demo_library("rich.console")
    panel = demo_library("rich.panel")
    now = _wrap(_now(view, ledger, frame), frame.width)
    keys = [line.replace(_TOGETHER, " ") for line in _wrap(keys_in_words(), frame.width + 4)]
    past, learnt = _past(ledger), _learnt(view.beliefs or {})
    left = frame.height - len(now) - _FRAME - len(keys)
    strips = min(len(view.strips), max(_LEAST_STRIPS, left - _FRAME - 1))
    left -= strips + 1 + _FRAME
    beliefs_shown = max(0, min(len(learnt), left - _FRAME))
    left -= beliefs_shown + _FRAME if beliefs_shown else 0
    moves_shown = max(0, min(len(past), left - _FRAME))
    text = demo_library("rich.text").Text
    parts = [
        panel.Panel(
            _strips(view, ledger, strips, frame.width),
            title=_title(view, ledger),
            title_align="left",
        ),
        panel.Panel(text("\n".join(now)), title="Now", title_align="left"),
    ]
    if moves_shown:
        shown = "\n".join(past[:moves_shown])
        parts.append(panel.Panel(shown, title="Moves", title_align="left"))
    if beliefs_shown:
        shown = "\n".join(learnt[:beliefs_shown])
        title = "What I believe of your taste"
        parts.append(panel.Panel(text(shown), title=title, title_align="left"))
    return console.Group(*parts, text("\n".join(keys), style="bold"))


def keys_in_words() -> str:
    """The keys of the terminal in one line."""
    words = (f"{row.shown} {row.action}" for row in KEYS if row.in_terminal)
    return "   ".join(word.replace(" ", _TOGETHER) for word in words)


def keys_explained() -> str:
    """What each of them does, in one line."""
    return ";  ".join(f"{row.shown}: {row.words}" for row in KEYS if row.in_terminal)


def _wrap(text: str, width: int) -> list[str]:
    """Lines that fit into a frame of `width` columns."""
    inside = max(20, width - 4)
    return [line for part in text.split("\n") for line in (textwrap.wrap(part, inside) or [""])]


def _title(view: View, ledger: Ledger) -> str:
    state, text = view.status.state, view.status.text
    shown = state if state == "online" else f"{state}: {text}"
    tally = ledger.tally
    return f"mixbridge · {view.mode} · {shown} · {tally.liked} liked, {tally.disliked} disliked"


def _strips(view: View, ledger: Ledger, count: int, width: int) -> Any:  # noqa: ANN401 - rich is optional
    table = demo_library("rich.table").Table(box=None, pad_edge=False, expand=True)
    is_roomy = width >= _ROOMY
    table.add_column("Track", no_wrap=True)
    for heading in ("Role", "Level") if is_roomy else ():
        table.add_column(heading, no_wrap=True)
    for heading in ("Gain", "Pan", "Low", "LoMid", "HiMid", "High"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    text = demo_library("rich.text").Text
    for row in _rows_in_view(view, ledger, count):
        strip, values = view.strips[row], view.values[row]
        sound = (strip.role, _meter(float(view.levels[row, 0]))) if is_roomy else ()
        table.add_row(
            text(strip.name),
            *sound,
            in_words(Param.GAIN, float(values[COLUMN[Param.GAIN]])),
            in_words(Param.PAN, float(values[COLUMN[Param.PAN]])),
            *(f"{values[COLUMN[band]]:+.0f}" for band in EQ_BANDS),
            text("; ".join(_left_alone(strip))),
        )
    return table


def _left_alone(strip: StripView) -> Iterator[str]:
    """What of a strip a person has locked, and what the DAW makes the bridge leave alone."""
    if strip.safe:
        yield f"Safe {' '.join(strip.safe)}"
    if strip.barred:
        yield f"left alone: {strip.barred}"


def _rows_in_view(view: View, ledger: Ledger, count: int) -> list[int]:
    """Which strips are shown where not all of them fit: the last one moved is among them."""
    total = len(view.strips)
    newest = next((row for row in reversed(ledger.rows()) if row.actor == BRIDGE), None)
    names = [strip.name for strip in view.strips]
    moved = names.index(newest.strips[0]) if newest and newest.strips[0] in names else 0
    first = min(max(0, moved - count // 2), max(0, total - count))
    return list(range(first, min(first + count, total)))


def _meter(rms_dbfs: float) -> str:
    if np.isnan(rms_dbfs):
        return "·" * _METER_CELLS
    share = (rms_dbfs - _METER_FLOOR_DBFS) / -_METER_FLOOR_DBFS
    cells = round(min(max(share, 0.0), 1.0) * _METER_CELLS)
    return "█" * cells + "·" * (_METER_CELLS - cells)


def _now(view: View, ledger: Ledger, frame: Frame) -> str:
    """What can be answered now, or what was just answered; with what the keyboard says."""
    beside = _answered(ledger, frame.at) + (f"\n{frame.hint}" if frame.hint else "")
    if view.work.variants:
        return f"{_offer(view.work)}{beside}"
    suggestion = view.suggestion
    if suggestion is not None and (row := ledger.get(suggestion.id)):
        return f"Suggestion: {move_in_words(row)}\n{row.reason}{beside}"
    if row := ledger.rateable:
        return f"Rate this move: {move_in_words(row)}\n{row.reason}{beside}"
    state, text = view.status.state, view.status.text
    if state in ("panic", "frozen"):
        return f"{text}{beside}"
    waiting = "Waiting for the next move." if ledger.tally.moves else "Listening …"
    return f"{waiting}{beside}"


def _offer(work: WorkView) -> str:
    """What can be chosen from, a line each; a key picks it."""
    lines = [
        f"{number}: {'; '.join(variant.changes) or variant.reason}"
        f"{' (you hear it)' if variant.is_heard else ''}"
        for number, variant in enumerate(work.variants, start=1)
    ]
    what = "the whole mix" if work.task is TaskName.MIX else work.device or work.track
    return "\n".join([f"Choose for {what}:", *lines, "0: keep what is there"])


def _answered(ledger: Ledger, at: float) -> str:
    """What was just answered, as a line of its own: noted, and saved when it is on disk."""
    answer = next(reversed(ledger.answers), None)
    if answer is None or at - answer.at > ANSWER_SHOWN_S:
        return ""
    word = "Good" if answer.value > 0.0 else "Bad"
    stage = "saved" if answer.is_saved else "noted"
    row = ledger.get(answer.move)
    about = f": {move_in_words(row)}" if row else ", for no move"
    return f"\n{word} {stage}{about}"


def _past(ledger: Ledger) -> list[str]:
    """The last moves of the bridge, the newest first."""
    marks = {True: "[green]good[/green]", False: "[red]bad[/red]"}
    mine = [row for row in ledger.rows() if row.actor == BRIDGE][-_MOST_MOVES:]
    lines = []
    for row in reversed(mine):
        mark = "" if row.answer is None else marks[row.answer.value > 0]
        state = _STATES[row.state] if row.state else ""
        lines.append(f"{row.id:>6}  {move_in_words(row).replace('[', '('):<44} {state:<11} {mark}")
    return lines or ["None yet."]


def move_in_words(row: Row) -> str:
    """Whose control goes where, in one phrase."""
    start, end = (value_in_words(row.param, value) for value in (row.from_value, row.to_value))
    return f"{row.track} {control_name(row.param)}: {start} → {end}"


def _learnt(beliefs: Mapping[str, Any]) -> list[str]:
    """What is held most surely of what this person has answered for."""
    known = [
        (belief["sure"], _believed(belief))
        for dimensions in beliefs.get("roles", {}).values()
        for belief in dimensions.values()
        if belief["answers"] and belief["is_sure"]
    ]
    sentences = [text for _, text in sorted(known, reverse=True)[:_MOST_BELIEFS]]
    return sentences or ["Not sure of anything yet: I act on what most listeners like."]


def _believed(belief: Mapping[str, Any]) -> str:
    answers = belief["answers"]
    return f"{belief['words']} ({answers} {'answer' if answers == 1 else 'answers'})"
