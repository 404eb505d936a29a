"""ZynAddSubFX: a synth that is spoken with over OSC, without any DAW around it."""

from typing import Final

from bridge.daw.row import DawRow

ZYN: Final = DawRow(
    name="zyn",
    title="ZynAddSubFX",
    port=9700,
    needs="ZynAddSubFX 3, started with its OSC port: zynaddsubfx -P 9700.",
    docs="docs/zyn.md",
    steps=(
        "In a terminal, start it with its OSC port: zynaddsubfx -P 9700.",
        "Load a patch, and play a note.",
    ),
    dialect="bridge.daws.zyn.wire.dialect:ZynDialect",
    patches="bridge.daws.zyn.patches:list_patches",
    jack_client="zynaddsubfx",
    player="bridge.daws.zyn.player:open_player",
)
