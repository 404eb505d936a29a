"""The board: the newest text of every section, and what of it a client has not seen.

There is no queue a client could fill: who reads slowly skips what was overtaken.
"""

import json
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final

from bridge.engine.ledger import REMEMBERED, Row
from bridge.engine.view import View
from bridge.web.history import row_to_json
from bridge.web.views import sections

_SENT_ROWS: Final = 60


class Board:
    """What the page shows now.

    Attributes:
        version: Counts every change.
        rows: What the ledger has of each move by its name, oldest first.
    """

    def __init__(self) -> None:
        self.version = 0
        self.rows: OrderedDict[str, Row] = OrderedDict()
        self._texts: dict[str, tuple[int, str]] = {}
        self._epochs: dict[str, float] = {}  # of each row, as it was when the row came
        self._row_versions: OrderedDict[str, int] = OrderedDict()
        self._keys: dict[str, Hashable] = {}
        self._rows_version = 0
        self._beliefs: Any = {}

    def take(self, view: View, fresh: tuple[Row, ...], rewards: list[float]) -> None:
        """Show another moment."""
        self.version += 1
        if fresh:
            self._rows_version = self.version
        for row in fresh:
            self.rows[row.id] = row
            self._epochs.setdefault(row.id, view.epoch)
            self._row_versions[row.id] = self.version
            self._row_versions.move_to_end(row.id)
        while len(self.rows) > REMEMBERED:
            gone, _ = self.rows.popitem(last=False)
            self._row_versions.pop(gone, None)
            self._epochs.pop(gone, None)
        if view.beliefs is not None:
            self._beliefs = view.beliefs
        shown = sections(
            view,
            self.rows,
            rows_version=self._rows_version,
            rewards=rewards,
            beliefs=self._beliefs,
        )
        for name, section in shown.items():
            # What has not changed is not even made: most of a mix stands still.
            if section.key is None or self._keys.get(name) != section.key:
                self._keys[name] = section.key
                self.put(name, section.make())

    def put(self, name: str, content: Any) -> None:  # noqa: ANN401 - any JSON
        """Show a section, if it has changed."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        if self._texts.get(name, (0, ""))[1] != text:
            self.version += 1
            self._texts[name] = (self.version, text)

    def _row(self, name: str) -> dict[str, Any]:
        return row_to_json(self.rows[name], self._epochs[name])

    def since(self, seen: int) -> str:
        """A message with all that has changed after version `seen`; empty where nothing has.

        The history comes with it row by row: at first the newest `_SENT_ROWS`.
        """
        parts = [
            f'"{name}":{text}' for name, (version, text) in self._texts.items() if version > seen
        ]
        changed: list[dict[str, Any]] = []
        for name in reversed(self._row_versions):
            if self._row_versions[name] <= seen or len(changed) == _SENT_ROWS:
                break
            changed.append(self._row(name))
        if changed:
            rows = json.dumps(changed[::-1], ensure_ascii=False, separators=(",", ":"))
            parts.append(f'"rows":{rows}')
        return f"{{{','.join(parts)}}}" if parts else ""
