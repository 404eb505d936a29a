"""A journal as tables: columns of equal length that `pandas.DataFrame` takes as they are.

    import pandas as pd
    from bridge.report.tables import read_tables
    moves = pd.DataFrame(read_tables("default.db")["moves"])

`SCHEMA` says what every column is; docs/journal.md has the same for people.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bridge.config import Settings
from bridge.engine.engine import Engine
from bridge.engine.ledger import BRIDGE, Row
from bridge.errors import ConfigError
from bridge.mix.controls import Control
from bridge.mix.params import COLUMN, MOVABLE, SPECS, Param
from bridge.report.record import SessionRecord, read_sessions
from bridge.text_file import shown

Table = dict[str, list[Any]]

SCHEMA: Final[dict[str, tuple[str, ...]]] = {
    "sessions": (
        "session", "started", "ended", "version", "daw", "mode", "guard", "agent", "seed", "moves",
        "answers", "is_whole",
    ),
    "moves": (
        "session", "move", "actor", "time", "at_s", "mode", "track", "param", "unit", "from_value",
        "to_value", "granted_value", "state", "reason", "outcome", "probability", "score",
        "confidence", "reward", "answered_after_s",
    ),
    "answers": ("session", "time", "at_s", "reward_id", "move", "value"),
    "lessons": ("session", "time", "at_s", "move", "reward", "weight", "td_error", "text"),
    "beliefs": (
        "session", "when", "role", "dimension", "unit", "average", "you", "sure", "is_sure",
        "answers", "words",
    ),
    "mix": ("session", "track", "role", "param", "unit", "start", "end"),
}  # fmt: skip
"""The columns of every table."""

_POSITION: Final = "position"
"""The unit of a device's parameter: 0 to 1 of its way."""


def read_tables(path: Path | str) -> dict[str, Table]:
    """Read all sessions of a store.

    Raises:
        JournalError: If the file cannot be read.
    """
    return make_tables(read_sessions(Path(path), engine_of))


def engine_of(config_json: str, session: int) -> Engine:
    """A fresh engine with the settings of a session."""
    from bridge.runtime.engine_factory import make_engine

    return make_engine(Settings.model_validate_json(config_json), session)


def make_tables(records: Iterable[SessionRecord]) -> dict[str, Table]:
    """The tables of some sessions, as `SCHEMA` says."""
    tables: dict[str, Table] = {
        name: {column: [] for column in columns} for name, columns in SCHEMA.items()
    }
    for record in records:
        for name, rows_of in _ROWS.items():
            for row in rows_of(record):
                row["session"] = record.number
                for column, values in tables[name].items():
                    values.append(row[column])
    return tables


def write_tables(tables: Mapping[str, Table], folder: Path) -> list[Path]:
    """Write each table as CSV (RFC 4180, UTF-8), and return the files.

    Raises:
        ConfigError: If the folder cannot be written.
    """
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            path = folder / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(table)
                writer.writerows(zip(*table.values(), strict=True))
            files.append(path)
    except OSError as error:
        raise ConfigError(f"{shown(folder)}: cannot be written: {error.strerror}.") from None
    return files


def _sessions(record: SessionRecord) -> Iterator[dict[str, Any]]:
    settings = record.settings
    yield {
        "started": record.started.isoformat(),
        "ended": record.ended.isoformat() if record.ended else None,
        "version": record.version,
        "daw": settings["daw"]["dialect"],
        "mode": settings["mode"],
        "guard": settings["guard"]["profile"],
        "agent": settings["learning"]["agent"],
        "seed": settings["seed"],
        "moves": len(record.decisions),
        "answers": len(record.answers),
        "is_whole": not record.notes,
    }


def _moves(record: SessionRecord) -> Iterator[dict[str, Any]]:
    said = {answer.move: answer for answer in reversed(record.answers)}  # the first one counts
    for name, row in record.rows.items():
        decision = record.decisions.get(name, {})
        yield _move(record, name, decision, said.get(name)) | {
            "actor": row.actor,
            "at_s": round(row.at - record.began_at, 3),
            "track": row.track,
            "param": _name(row.param),
            "unit": unit_of(row.param),
            "from_value": row.from_value,
            "to_value": row.asked_value,
            "granted_value": _granted(row),
            "state": row.state.value if row.state else None,
            "reason": row.reason or None,
            "outcome": row.outcome or None,
        }
    for name, decision in record.decisions.items():
        if name not in record.rows:
            yield _move(record, name, decision, said.get(name))


def _move(
    record: SessionRecord,
    name: str,
    decision: Mapping[str, Any],
    answer: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """What the journal itself holds of a move; of a hand's that is its name."""
    at_s = record.chosen_at_s.get(name, 0.0)
    key, param = str(decision.get("key", "")), str(decision.get("param", ""))
    is_strips = param in {each.value for each in MOVABLE}
    return {
        "move": name,
        "actor": BRIDGE,
        "at_s": at_s,
        "mode": decision.get("mode"),
        "track": record.names.get(key) or key or None,
        "param": param,
        "unit": unit_of(Param(param)) if is_strips else _POSITION,
        "from_value": decision.get("from_value"),
        "to_value": decision.get("to_value"),
        "granted_value": None,
        "state": None,
        "reason": decision.get("reason"),
        "outcome": None,
        "probability": decision.get("probability"),
        "score": decision.get("score"),
        "confidence": decision.get("confidence"),
        "reward": answer.value if answer else None,
        "answered_after_s": round(answer.at_s - at_s, 3) if answer else None,
    }


def _granted(row: Row) -> float | None:
    return row.to_value if row.actor != BRIDGE or row.audible_at is not None else None


def _name(control: Control) -> str:
    return control.value if isinstance(control, Param) else control.words


def unit_of(control: Control) -> str:
    """The unit of a control's values: dB, nothing for pan (-1 to 1), or a position."""
    return SPECS[control].unit if isinstance(control, Param) else _POSITION


def _answers(record: SessionRecord) -> Iterator[dict[str, Any]]:
    for said in record.answers:
        yield {
            "at_s": said.at_s,
            "reward_id": said.reward_id,
            "move": said.move or None,
            "value": said.value,
        }


def _lessons(record: SessionRecord) -> Iterator[dict[str, Any]]:
    for taught in record.lessons:
        yield {
            "at_s": taught.at_s,
            "move": taught.move or None,
            "reward": taught.reward,
            "weight": taught.weight,
            "td_error": taught.td_error,
            "text": taught.text,
        }


def _timed(
    rows_of: Callable[[SessionRecord], Iterator[dict[str, Any]]],
) -> Callable[[SessionRecord], Iterator[dict[str, Any]]]:
    """Add wall time to rows that have a time of the session."""

    def timed(record: SessionRecord) -> Iterator[dict[str, Any]]:
        for row in rows_of(record):
            yield row | {"time": record.time(row["at_s"]).isoformat(timespec="milliseconds")}

    return timed


def _beliefs(record: SessionRecord) -> Iterator[dict[str, Any]]:
    for when, beliefs in (("before", record.before), ("after", record.after)):
        for role, dimensions in beliefs.get("roles", {}).items():
            for dimension, belief in dimensions.items():
                yield {
                    "when": when,
                    "role": role,
                    "dimension": dimension,
                    "unit": "" if dimension == "width" else "dB",
                    **{
                        name: belief[name]
                        for name in ("average", "you", "sure", "is_sure", "answers", "words")
                    },
                }


def _mix(record: SessionRecord) -> Iterator[dict[str, Any]]:
    view = record.view
    if view is None:
        return
    for number, strip in enumerate(view.strips):
        for param in MOVABLE:
            start, end = (
                float(part[number, COLUMN[param]]) for part in (view.snapshot, view.values)
            )
            yield {
                "track": strip.name,
                "role": strip.role,
                "param": param.value,
                "unit": SPECS[param].unit,
                "start": start,
                "end": end,
            }


_ROWS: Final[dict[str, Callable[[SessionRecord], Iterator[dict[str, Any]]]]] = {
    "sessions": _sessions,
    "moves": _timed(_moves),
    "answers": _timed(_answers),
    "lessons": _timed(_lessons),
    "beliefs": _beliefs,
    "mix": _mix,
}
