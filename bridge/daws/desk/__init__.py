"""Desks of Behringer and Midas in the network: X32, M32, X Air."""

from typing import Final

from bridge.daw.row import DawRow

DESK: Final = DawRow(
    name="desk",
    title="an X32, M32 or X Air",
    port=10023,
    needs="A desk in the same network, and one free place among those that it tells of changes.",
    docs="docs/desks.md",
    steps=(
        "Connect this machine and the desk to the same network.",
        "In a terminal: `mixbridge setup desk` looks for it. It only reads the desk.",
        "Close remotes that nobody uses: the desk informs only a few at a time.",
        "Play through the desk.",
    ),
    dialect="bridge.daws.desk.wire.dialect:DeskDialect",
    doctor="bridge.daws.desk.doctor:examine",
    setup="bridge.daws.desk.setup:setup_command",
    study="bridge.daws.desk.study.checks",
    study_text="What a bridge beside a desk is held to, each with its figure.",
    options="desk",
    door="bridge.daws.desk.door:open_door",
    is_live=True,
)
