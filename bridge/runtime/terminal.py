"""The terminal view of the demo: strips, the move that can be rated, and what has been learnt."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from bridge.engine import Engine
from bridge.mix.messages import MoveState
from bridge.mix.notices import MoveReported, RewardCredited
from bridge.mix.params import COLUMN, EQ_BANDS, Param, in_words
from bridge.sim.extras import demo_library

KEYS: Final = (
    ("↑", "good"),
    ("↓", "bad"),
    ("u", "undo"),
    ("a/s", "accept/skip"),
    ("m", "mode"),
    ("f", "freeze"),
    ("p", "panic"),
    ("r", "rearm"),
    ("q", "quit"),
)

_METER_CELLS: Final = 12
_METER_FLOOR_DBFS: Final = -60.0
_LINES: Final = 8
_BELIEFS: Final = 4


@dataclass(slots=True)
class Log:
    """What the view tells of the past: the last moves and what was said of them."""

    moves: deque[MoveReported] = field(default_factory=lambda: deque(maxlen=_LINES))
    rewards: dict[str, float] = field(default_factory=dict)
    thumbs: int = 0

    def note(self, notice: MoveReported | RewardCredited) -> None:
        """Take over what the bridge said."""
        if isinstance(notice, RewardCredited):
            self.thumbs += 1
            if notice.move:
                self.rewards[notice.move] = notice.value
            return
        known = next((i for i, move in enumerate(self.moves) if move.move == notice.move), None)
        if known is None:
            self.moves.append(notice)
        else:
            self.moves[known] = notice


def draw(engine: Engine, log: Log, beliefs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - rich is optional
    """The whole view, as something that rich can print."""
    console = demo_library("rich.console")
    panel = demo_library("rich.panel")
    return console.Group(
        panel.Panel(_strips(engine), title=_title(engine, log), title_align="left"),
        panel.Panel(_now(engine, log), title="Now", title_align="left"),
        panel.Panel(_past(engine, log), title="Moves", title_align="left"),
        panel.Panel(_learnt(beliefs), title="What I believe of your taste", title_align="left"),
        "  ".join(f"[bold]{key}[/bold] {word}" for key, word in KEYS),
    )


def _title(engine: Engine, log: Log) -> str:
    state, text = engine.status
    shown = state if state == "online" else f"{state}: {text}"
    return f"mixbridge · {engine.mode} · {shown} · {log.thumbs} answers"


def _strips(engine: Engine) -> Any:  # noqa: ANN401 - rich is optional
    table = demo_library("rich.table").Table(box=None, pad_edge=False, expand=True)
    for heading in ("Track", "Role", "Level", "Gain", "Pan", "Low", "LoMid", "HiMid", "High", ""):
        is_number = heading in ("Gain", "Pan", "Low", "LoMid", "HiMid", "High")
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=True)
    mix = engine.mix
    for row, strip in enumerate(mix.strips):
        values = mix.values[row]
        safe = engine.guard.safe_classes(strip.key)
        table.add_row(
            strip.name,
            str(strip.role),
            _meter(float(mix.rms_dbfs[row])),
            in_words(Param.GAIN, float(values[COLUMN[Param.GAIN]])),
            in_words(Param.PAN, float(values[COLUMN[Param.PAN]])),
            *(f"{values[COLUMN[band]]:+.0f}" for band in EQ_BANDS),
            f"Safe {' '.join(safe)}" if safe else "",
        )
    return table


def _meter(rms_dbfs: float) -> str:
    if np.isnan(rms_dbfs):
        return "·" * _METER_CELLS
    share = (rms_dbfs - _METER_FLOOR_DBFS) / -_METER_FLOOR_DBFS
    cells = round(min(max(share, 0.0), 1.0) * _METER_CELLS)
    return "█" * cells + "·" * (_METER_CELLS - cells)


def _now(engine: Engine, log: Log) -> str:
    suggestion = engine.moves.suggestion
    if suggestion is not None:
        report = engine.moves.report(suggestion)
        return f"Suggestion {move_in_words(engine, report)}\n{report.reason}"
    if not log.moves:
        return "Listening …"
    newest = log.moves[-1]
    if newest.state in (MoveState.APPLIED, MoveState.CONFIRMED) and newest.move not in log.rewards:
        return f"Rating: {move_in_words(engine, newest)}\n{newest.reason}"
    state, text = engine.status
    return text if state in ("panic", "frozen") else "Nothing to rate until the next move."


def _past(engine: Engine, log: Log) -> str:
    marks = {True: "[green]good[/green]", False: "[red]bad[/red]"}
    lines = []
    for move in reversed(log.moves):
        reward = log.rewards.get(move.move)
        mark = "" if reward is None else marks[reward > 0]
        lines.append(f"{move.move:>6}  {move_in_words(engine, move):<44} {move.state:<11} {mark}")
    return "\n".join(lines) or "None yet."


def move_in_words(engine: Engine, move: MoveReported) -> str:
    """Whose control goes where, in one phrase."""
    strip = engine.mix.by_number(move.track)
    name = strip.name if strip else f"track {move.track}"
    start, end = (in_words(move.param, value) for value in (move.from_value, move.to_value))
    return f"{name} {move.param}: {start} → {end}"


def _learnt(beliefs: Mapping[str, Any]) -> str:
    """What is held most surely of what this person has answered for."""
    known = [
        (belief["sure"], _believed(belief))
        for dimensions in beliefs.get("roles", {}).values()
        for belief in dimensions.values()
        if belief["answers"]
    ]
    sentences = [text for _, text in sorted(known, reverse=True)[:_BELIEFS]]
    return "\n".join(sentences) or "Nothing yet: I act on what most listeners like."


def _believed(belief: Mapping[str, Any]) -> str:
    answers = belief["answers"]
    return f"{belief['words']} ({answers} {'answer' if answers == 1 else 'answers'})"
