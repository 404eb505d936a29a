"""The history as the page gets it: the rows of the engine's ledger as JSON."""

from typing import Any

from bridge.engine.ledger import Row
from bridge.mix.controls import control_name
from bridge.mix.params import Param


def row_to_json(row: Row, epoch: float) -> dict[str, Any]:
    """One line of the history.

    Args:
        row: What the ledger has of the move.
        epoch: What to add to monotonic seconds to have wall time, seconds since 1970.
    """
    answer, left, heard = row.answer, row.left_value, row.heard_at
    return {
        "id": row.id,
        "n": row.number,
        "actor": row.actor,
        "track": row.track,
        "param": row.param.value if isinstance(row.param, Param) else control_name(row.param),
        "from": round(row.from_value, 2),
        "to": round(row.to_value, 2),
        "state": row.state.value if row.state else "",
        "stands": row.stands,
        "left": None if left is None else round(left, 2),
        "suggested": row.was_suggested,
        "reason": row.reason,
        "outcome": row.outcome,
        "reward": answer.value if answer else None,
        "saved": bool(answer and answer.is_saved),
        "at": round(row.at + epoch, 1),
        "heard": 0.0 if heard is None else round(heard + epoch, 1),
    }
