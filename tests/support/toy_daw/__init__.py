"""A DAW that nobody has, as one adds a DAW: this folder, this row, and a transcript."""

from typing import Final

from bridge.daw.row import DawRow

TOY: Final = DawRow(
    name="toy",
    title="Toy Studio",
    port=7000,
    listen_port=7001,
    only_port="Toy Studio answers at port 7001 alone.",
    needs="Nothing.",
    docs="docs/toy.md",
    steps=("Wind it up.",),
    dialect="support.toy_daw.wire:ToyDialect",
    doctor="support.toy_daw.doctor:examine",
    setup="support.toy_daw.setup:setup_command",
)
