"""REAPER, by its OSC surface and a companion script inside it."""

from typing import Final

from bridge.daw.row import DawRow

REAPER: Final = DawRow(
    name="reaper",
    title="REAPER",
    port=8000,
    needs="An OSC surface with our pattern file, and the companion script where it runs here.",
    docs="docs/reaper.md",
    steps=(
        "Close REAPER. In a terminal: `mixbridge setup reaper`",
        "Start REAPER and open a song.",
        "For levels and spectra add 'JS: mixbridge probe' as the last effect of each track.",
        "Press play.",
    ),
    find="bridge.daws.reaper.folder:find_installed",
    dialect="bridge.daws.reaper.wire.dialect:ReaperDialect",
    doctor="bridge.daws.reaper.doctor:examine",
    setup="bridge.daws.reaper.setup:setup_command",
    side_door="bridge.daws.reaper.files:open_files",
)
