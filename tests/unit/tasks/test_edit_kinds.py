"""Every kind of edit from the audio to the DAW and back: found, offered, allowed, made, undone."""

from pathlib import Path

import numpy as np
import pytest
from support.items import edit_rig
from support.reaper.fake import FakeReaper, LuaScript
from support.reaper.items import new_item

from bridge.daw.item_files import ItemFiles
from bridge.guard.items import refuse_edit
from bridge.mix.content_events import ContentKind, ContentReported, SetContent
from bridge.mix.items import decode_item, is_same_item
from bridge.mix.roles import Role
from bridge.sim.console import Console, ConsoleItem
from bridge.sim.stems import SAMPLE_RATE, Stems
from bridge.sim.takes import Planting
from bridge.tasks.edit.geometry import Kind
from bridge.tasks.task import Variant

pytestmark = pytest.mark.slow

FOUND = frozenset(Kind) - {Kind.TAKE}
"""Another take is tested where DAWs tell of takes."""


class Reaper:
    """A REAPER with the items of a take on its bass, and the companion in it."""

    def __init__(self, folder: Path, texts: dict[str, str]) -> None:
        self.reaper = FakeReaper(["Bass"], resource=folder)
        self.bass = self.reaper.track("Bass")
        for key, text in texts.items():
            (piece,) = decode_item(text)
            item = new_item(key, piece.source, position=piece.position_s, length=piece.length_s)
            item.offset = piece.offset_s
            item.values |= {"D_FADEINLEN": piece.fade_in_s, "D_FADEOUTLEN": piece.fade_out_s}
            self.bass.items.append(item)
        self.reaper.commit("Record")
        self.script = LuaScript(self.reaper, "Companion")
        self.files = ItemFiles()
        self.texts: dict[str, str] = {}
        self.folder = folder / "mixbridge"
        self.pass_turns(20)

    def pass_turns(self, turns: int) -> None:
        for _ in range(turns):
            self.reaper.turn()
            self.script.tick()
        text = (self.folder / "items.txt").read_text(encoding="utf-8")
        for event in self.files.read(
            text, lambda guid: 1 if guid == self.bass.guid else None, at=0
        ):
            if isinstance(event, ContentReported):
                self.texts[event.key] = event.text

    def set(self, key: str, text: str) -> None:
        command = SetContent(kind=ContentKind.ITEM, key=key, text=text, move="1-1")
        (message,) = self.files.add(command)
        (self.folder / "edits.txt").write_text(str(message.args[0]), encoding="utf-8")
        self.pass_turns(20)


def test_each_kind_is_found_offered_allowed_made_and_undone(tmp_path: Path) -> None:
    rig, take = edit_rig(
        tmp_path, role=Role.BASS, seed=1, planting=Planting(late_share=0.2, pauses=2)
    )
    texts = {key: held.text for (_, key), held in rig.daw.contents.items()}
    scene = rig.engine.work.contents.scene(rig.at, rig.task.kinds)
    offered: dict[Kind, Variant] = {}
    for find in rig.task.finds:
        rig.task.choose_find(find.name)
        variants = rig.task.propose(scene, count=1, explore=True)
        if variants:
            offered.setdefault(variants[0].trace.candidates[0].kind, variants[0])
    assert set(offered) == FOUND

    reaper = Reaper(tmp_path / "reaper", texts)
    wave = take.wave.astype(np.float32)
    console = Console(
        Stems(
            names=("Bass",), roles=(Role.BASS,), audio=wave[None].copy(), sample_rate=SAMPLE_RATE
        ),
        np.zeros((1, 6)),
    )
    for key, text in texts.items():
        console.items[key] = ConsoleItem(row=0, name=key, text=text)
        console.files |= {piece.source: wave for piece in decode_item(text)}
    console.render_items(0)
    first = np.array(console.stems.audio[0])
    for kind, variant in offered.items():
        for change in variant.changes:
            assert refuse_edit(change.before, change.after) == "", kind
            reaper.set(change.key, change.after)
            console.set_item(change.key, change.after)
            assert is_same_item(reaper.texts[change.key], change.after), kind
        assert not np.array_equal(console.stems.audio[0], first), kind
        for change in variant.changes:
            reaper.set(change.key, change.before)
            console.set_item(change.key, change.before)
            assert is_same_item(reaper.texts[change.key], change.before), kind
        np.testing.assert_array_equal(console.stems.audio[0], first)
    assert len(reaper.bass.items) == len(texts)
