"""Any program that speaks the `/mix` namespace, which `bridge.daw.generic` describes."""

from typing import Final

from bridge.daw.row import DawRow

GENERIC: Final = DawRow(
    name="generic",
    title="a program that speaks the /mix dialect",
    port=9401,
    needs="A program that says its mix in the /mix namespace, such as mixbridge console.",
    docs="docs/osc.md",
    steps=(
        "In that program: send OSC to the address where mixbridge waits; listen at port 9401.",
        "Without such a program, in another terminal: `mixbridge console` is a small one.",
        "Press play there.",
    ),
    dialect="bridge.daw.generic:GenericDialect",
)
