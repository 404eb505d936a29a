"""Ableton Live, by the remote script AbletonOSC and two Max for Live devices."""

from typing import Final

from bridge.daw.row import DawRow

ABLETON: Final = DawRow(
    name="ableton",
    title="Ableton Live with AbletonOSC",
    port=11000,
    listen_port=11001,
    only_port=(
        "AbletonOSC answers at port 11001 alone: close its other clients (TouchOSC, pylive, an MCP "
        "server, its own console)."
    ),
    needs="The remote script AbletonOSC; with Max for Live also our hub and track devices.",
    docs="docs/ableton.md",
    steps=(
        "In a terminal: `mixbridge setup ableton` installs two devices, and says where to get "
        "AbletonOSC.",
        "In Live, Settings > Link, Tempo & MIDI > Control Surface: choose AbletonOSC.",
        "Drop mixbridge Hub on the master, and mixbridge Track last on each track to be heard.",
        "Press play.",
    ),
    find="bridge.daws.ableton.folder:find_installed",
    dialect="bridge.daws.ableton.wire.dialect:AbletonDialect",
    doctor="bridge.daws.ableton.doctor:examine",
    setup="bridge.daws.ableton.setup:setup_command",
    study="bridge.daws.ableton.study",
    study_text="What Live is asked, and how exactly its curves are known.",
)
