"""Ardour, by its own OSC surface."""

from typing import Final

from bridge.daw.row import DawRow

ARDOUR: Final = DawRow(
    name="ardour",
    title="Ardour",
    port=3819,
    needs="Ardour's OSC surface on, with replies to the port that asked.",
    docs="docs/ardour.md",
    steps=(
        "Close Ardour. In a terminal: `mixbridge setup ardour`",
        "Start Ardour and create a new session. For one that you have already, with Ardour closed: "
        "`mixbridge setup ardour --session FILE.ardour`",
        "Press play.",
    ),
    find="bridge.daws.ardour.setup:find_installed",
    dialect="bridge.daws.ardour.wire.dialect:ArdourDialect",
    doctor="bridge.daws.ardour.doctor:examine",
    setup="bridge.daws.ardour.setup:setup_command",
    side_door="bridge.daws.ardour.items:open_items",
    host="bridge.daws.ardour.host:running_ardour",
    study="bridge.daws.ardour.study",
    study_text="Ardour and the bridge: how long a move takes, and a long run of both.",
)
