"""REAPER, by its OSC surface and a companion script inside it."""

from typing import Final

from bridge.daw.row import DawRow

REAPER: Final = DawRow(
    name="reaper",
    title="REAPER",
    port=8000,
    needs="An OSC surface with our pattern file, and the companion script where it runs here.",
    docs="docs/reaper.md",
    dialect="bridge.daws.reaper.wire.dialect:ReaperDialect",
    doctor="bridge.daws.reaper.doctor:examine",
    setup="bridge.daws.reaper.setup:setup_command",
    side_door="bridge.daws.reaper.files:open_files",
)
