"""ZynAddSubFX: a synth that is spoken with over OSC, without any DAW around it."""

from typing import Final

from bridge.daw.row import DawRow

ZYN: Final = DawRow(
    name="zyn",
    title="ZynAddSubFX",
    port=9700,
    needs="ZynAddSubFX 3, started with its OSC port: zynaddsubfx -P 9700.",
    docs="docs/zyn.md",
    dialect="bridge.daws.zyn.wire.dialect:ZynDialect",
)
