"""The texts between the bridge and a script in a DAW; half of one is never taken for all."""

import pytest

from bridge.daw.item_files import EDITS, ItemFiles
from bridge.errors import DialectError
from bridge.mix.content_events import (
    ContentGone,
    ContentKind,
    ContentReported,
    GridChanged,
    SetContent,
    TempoChanged,
)
from bridge.mix.items import decode_item, encode_item

HEAD = "mixbridge-items\t1\nrun\tr1\ndone\t{done}\nrate\t48000\ngrid\t120\t0.5\t4\n"
ITEM = "item\tk1\t{version}\tBass\ttake\t{barred}\t\npiece\t/a.wav\t0\t{length}\t0\t0\t64\t0\t0\n"


def said(*, done: int = 0, version: int = 1, length: int = 96_000, barred: str = "") -> str:
    item = ITEM.format(version=version, length=length, barred=barred)
    return HEAD.format(done=done) + item + "end\n"


def number_of(name: str) -> int | None:
    return {"Bass": 2}.get(name)


def test_items_tempo_and_bars_are_told_once() -> None:
    files = ItemFiles()
    tempo, grid, item = files.read(said(), number_of, at=1.0)
    assert (tempo, grid) == (
        TempoChanged(at=1.0, bpm=120.0),
        GridChanged(at=1.0, first_s=0.5, beats=4),
    )
    assert isinstance(item, ContentReported)
    assert (item.key, item.track, item.name) == ("k1", 2, "take")
    (piece,) = decode_item(item.text)
    assert (piece.length_s, piece.fade_out_s) == (2.0, pytest.approx(64 / 48_000, abs=1e-6))
    assert files.read(said(), number_of, at=2.0) == []
    (item,) = files.read(said(barred="it is locked"), number_of, at=3.0)
    assert isinstance(item, ContentReported)
    assert item.barred == "it is locked"
    assert len(files.again(number_of, at=4.0)) == 3


def test_an_item_that_is_gone_is_told() -> None:
    files = ItemFiles()
    files.read(said(), number_of, at=0.0)
    gone = HEAD.format(done=0) + "end\n"
    assert files.read(gone, number_of, at=1.0) == [
        ContentGone(at=1.0, kind=ContentKind.ITEM, key="k1")
    ]


def test_an_edit_is_wanted_until_it_is_done_and_then_answered() -> None:
    files = ItemFiles()
    (*_, item) = files.read(said(), number_of, at=0.0)
    assert isinstance(item, ContentReported)
    (piece,) = decode_item(item.text)
    text = encode_item([piece.cut(0.5, 2.0)], rate=48_000)
    command = SetContent(kind=ContentKind.ITEM, key="k1", text=text, move="1-1")
    (message,) = files.add(command)
    assert message.address == EDITS
    assert "edit\t1\t1\tk1\tmixbridge 1-1: take\npiece\t/a.wav\t24000\t72000\t24000" in str(
        message.args[0]
    )
    assert files.read(said(done=1), number_of, at=1.0)  # refused: it says what stands
    assert "edit" not in str(files.message().args[0]).replace("mixbridge-edits", "")


def test_an_item_that_nobody_knows_and_another_kind_are_not_asked_for() -> None:
    files = ItemFiles()
    files.read(said(), number_of, at=0.0)
    assert files.add(SetContent(kind=ContentKind.ITEM, key="k2", text="")) == ()
    assert files.add(SetContent(kind=ContentKind.CLIP, key="k1", text="")) == ()


@pytest.mark.parametrize(
    "text",
    ["", "x", said()[:-4], said().replace("rate\t48000\n", ""),
     said().replace("\t64\t0\t0\n", "\t64\n"), said().replace("items\t1", "items\t2")],
)  # fmt: skip
def test_what_is_no_whole_text_is_refused_in_a_sentence(text: str) -> None:
    files = ItemFiles()
    with pytest.raises(DialectError, match=r"items"):
        files.read(text, number_of, at=0.0)
