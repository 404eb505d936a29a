"""Edits in the real Ardour: made by the script that a person has in theirs, and taken back."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.ardour_items import HeadlessItems
from support.ardour_rig import again_if_ardour_dies, bridge_beside, needs_ardour
from support.ports import free_ports

from bridge.daw.item_files import ItemFiles
from bridge.daws.ardour.host import ArdourHost, running_ardour
from bridge.daws.ardour.items import FOLDER
from bridge.guard.items import refuse_edit
from bridge.mix.content_events import (
    ContentEvent,
    ContentKind,
    ContentReported,
    GridChanged,
    SetContent,
    TempoChanged,
)
from bridge.mix.items import (
    Piece,
    decode_item,
    encode_item,
    is_same_item,
    is_stacked,
    item_takes,
)
from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE, Stems
from bridge.sim.takes import Planting, make_take
from bridge.tasks.edit.geometry import Edit, Kind

pytestmark = [pytest.mark.e2e, pytest.mark.slow, needs_ardour, again_if_ardour_dies]


@pytest.fixture
def ardour(tmp_path: Path) -> Iterator[ArdourHost]:
    wave = np.random.default_rng(0).normal(0.0, 0.1, (1, 4 * SAMPLE_RATE)).astype(np.float32)
    stems = Stems(names=("Bass",), roles=(Role.BASS,), audio=wave, sample_rate=SAMPLE_RATE)
    (port,) = free_ports(1)
    with running_ardour(tmp_path, stems, np.zeros((1, 6)), port=port) as host:
        yield host


class Script:
    """What the bridge and the script say to each other, without a bridge."""

    def __init__(self, host: ArdourHost, folder: Path) -> None:
        self.items = HeadlessItems(host, folder)
        self.files = ItemFiles()
        self.said = self.listen()

    def listen(self) -> list[ContentEvent]:
        return self.files.read(self.items.tick(), lambda name: 1 if name == "Bass" else None, at=0)

    def reports(self) -> list[ContentReported]:
        return [each for each in self.listen() if isinstance(each, ContentReported)]

    def set(self, key: str, text: str, move: str = "1-1") -> list[ContentReported]:
        (message,) = self.files.add(
            SetContent(kind=ContentKind.ITEM, key=key, text=text, move=move)
        )
        (self.items.folder / "edits.txt").write_text(str(message.args[0]))
        return self.reports()


def edited(whole: Piece) -> list[Piece]:
    """A pause muted, a hit moved by 40 ms, fades at the joins."""
    moved = replace(whole.cut(2.5, 4.0), position_s=2.46, fade_in_s=0.005)
    return [
        replace(whole.cut(0.0, 1.0), fade_out_s=0.006),
        replace(whole.cut(1.0, 2.0), is_muted=True),
        replace(whole.cut(2.0, 2.5), fade_in_s=0.006, fade_out_s=0.005),
        moved,
    ]


def audio(host: ArdourHost, path: Path) -> np.ndarray:
    host.render(path)
    return np.asarray(soundfile.read(str(path))[0])


def test_the_script_tells_of_items_tempo_and_bars(ardour: ArdourHost, tmp_path: Path) -> None:
    tempo, grid, item = Script(ardour, tmp_path / "items").said
    assert tempo == TempoChanged(at=0, bpm=120.0)
    assert grid == GridChanged(at=0, first_s=0.0, beats=4)
    assert isinstance(item, ContentReported)
    (piece,) = decode_item(item.text)
    assert (piece.position_s, piece.length_s, piece.fade_in_s) == (0.0, 4.0, 0.0)
    assert Path(piece.source).is_file()


def test_the_audio_is_bit_identical_after_the_way_back(ardour: ArdourHost, tmp_path: Path) -> None:
    script = Script(ardour, tmp_path / "items")
    item = script.said[-1]
    assert isinstance(item, ContentReported)
    before = audio(ardour, tmp_path / "before.wav")
    text = encode_item(edited(*decode_item(item.text)), rate=SAMPLE_RATE)
    (report,) = script.set(item.key, text)
    assert is_same_item(report.text, text)
    assert len(script.items.regions("Bass").split()) == 4
    during = audio(ardour, tmp_path / "during.wav")
    assert np.abs(during[49_000:95_000]).max() == 0.0
    (report,) = script.set(item.key, item.text, "1-1 back")
    assert is_same_item(report.text, item.text)
    assert script.items.regions("Bass") == "0+192000<0"
    np.testing.assert_array_equal(audio(ardour, tmp_path / "after.wav"), before)


def test_a_fade_of_the_persons_comes_back_as_long_as_it_was(
    ardour: ArdourHost, tmp_path: Path
) -> None:
    ardour.lua(
        "for r in s:route_by_name('Bass'):to_track():playlist():region_list():iter() do "
        "local a = r:to_audioregion() a:set_fade_in_length(24000) a:set_fade_in_active(true) end"
    )
    script = Script(ardour, tmp_path / "items")
    item = script.said[-1]
    assert isinstance(item, ContentReported)
    (whole,) = decode_item(item.text)
    assert whole.fade_in_s == 0.5
    before = audio(ardour, tmp_path / "before.wav")
    script.set(item.key, encode_item([whole.cut(1.0, 4.0)], rate=SAMPLE_RATE))
    script.set(item.key, item.text, "1-1 back")
    np.testing.assert_array_equal(audio(ardour, tmp_path / "after.wav"), before)


def test_a_hand_that_was_faster_is_not_overwritten(ardour: ArdourHost, tmp_path: Path) -> None:
    script = Script(ardour, tmp_path / "items")
    item = script.said[-1]
    assert isinstance(item, ContentReported)
    ardour.lua(
        "for r in s:route_by_name('Bass'):to_track():playlist():region_list():iter() do "
        "r:trim_end(Temporal.timepos_t(96000)) end"
    )
    (report,) = script.set(item.key, encode_item(edited(*decode_item(item.text)), rate=SAMPLE_RATE))
    (piece,) = decode_item(report.text)
    assert piece.length_s == 2.0
    assert script.items.regions("Bass") == "0+96000<0"


def test_a_split_by_a_hand_renews_ids_and_is_told_as_other_items(
    ardour: ArdourHost, tmp_path: Path
) -> None:
    script = Script(ardour, tmp_path / "items")
    item = script.said[-1]
    ardour.lua(
        "local p = s:route_by_name('Bass'):to_track():playlist() "
        "for r in p:region_list():iter() do p:split_region(r, Temporal.timepos_t(96000)) end"
    )
    said = script.listen()
    assert isinstance(item, ContentReported)
    assert {each.key for each in said if not isinstance(each, ContentReported)} == {item.key}
    assert len([each for each in said if isinstance(each, ContentReported)]) == 2


def test_a_take_beneath_is_told_chosen_and_the_audio_comes_back(
    ardour: ArdourHost, tmp_path: Path
) -> None:
    # Another region over the first, of the same length, that plays the file from a second on.
    ardour.lua(
        "local p = s:route_by_name('Bass'):to_track():playlist() "
        "for r in p:region_list():iter() do p:split_region(r, Temporal.timepos_t(96000)) end"
    )
    ardour.lua(
        "local p, right = s:route_by_name('Bass'):to_track():playlist(), nil "
        "for r in p:region_list():iter() do if r:position():samples() > 0 then right = r end end "
        "right:set_position(Temporal.timepos_t(0)) p:raise_region_to_top(right)"
    )
    script = Script(ardour, tmp_path / "items")
    (item,) = [each for each in script.said if isinstance(each, ContentReported)]
    (top,) = decode_item(item.text)
    (other,) = item_takes(item.text)
    assert (top.offset_s, other.source, other.shift_s) == (2.0, top.source, 0.0)
    assert is_stacked(item.text)
    before = audio(ardour, tmp_path / "before.wav")
    cut = encode_item([top.cut(0.0, 1.0)], rate=SAMPLE_RATE)
    assert "lies beneath" in refuse_edit(item.text, cut)
    text = encode_item([replace(top, offset_s=0.0, fade_in_s=0.006)], rate=SAMPLE_RATE)
    assert refuse_edit(item.text, text) == ""
    (report,) = script.set(item.key, text)
    assert report.key == item.key
    assert is_same_item(report.text, text)
    assert item_takes(report.text)[0].shift_s == -2.0
    during = audio(ardour, tmp_path / "during.wav")
    assert not np.array_equal(during, before)
    (report,) = script.set(item.key, item.text, "1-1 back")
    assert is_same_item(report.text, item.text)
    assert item_takes(report.text) == item_takes(item.text)
    np.testing.assert_array_equal(audio(ardour, tmp_path / "after.wav"), before)


def test_each_kind_of_edit_is_made_and_undone(ardour: ArdourHost, tmp_path: Path) -> None:
    # Two regions with a hole of 20 ms between them, and a third that touches the second.
    ardour.lua(
        "local p = s:route_by_name('Bass'):to_track():playlist() "
        "for _, at in ipairs({72000, 144000}) do "
        "p:split_region(p:top_region_at(Temporal.timepos_t(at)), Temporal.timepos_t(at)) end"
    )
    ardour.lua(
        "for r in s:route_by_name('Bass'):to_track():playlist():region_list():iter() do "
        "if r:position():samples() == 0 then r:trim_end(Temporal.timepos_t(71040)) end end"
    )
    script = Script(ardour, tmp_path / "items")
    items = {each.key: each.text for each in script.said if isinstance(each, ContentReported)}
    assert len(items) == 3
    before, regions = audio(ardour, tmp_path / "before.wav"), script.items.regions("Bass")
    for edit in (
        Edit(kind=Kind.GAP, start_s=0.3, end_s=0.9),
        Edit(kind=Kind.HEAD, start_s=0.0, end_s=0.2),
        Edit(kind=Kind.TAIL, start_s=4.0, end_s=3.8),
        Edit(kind=Kind.FADE, start_s=1.48, is_end=True),
        Edit(kind=Kind.JOIN, start_s=3.0),
        Edit(kind=Kind.TIMING, start_s=2.2, end_s=2.6, by_s=-0.03),
        Edit(kind=Kind.HOLE, start_s=1.48, end_s=1.5),
    ):
        pieces = [p for key, text in items.items() for p in decode_item(text, key=key)]
        after = edit.apply(pieces)
        changed = {
            key: encode_item([p for p in after if p.key == key], rate=SAMPLE_RATE)
            for key, text in items.items()
        }
        changed = {k: text for k, text in changed.items() if not is_same_item(text, items[k])}
        assert changed, edit.kind
        for key, text in changed.items():
            assert refuse_edit(items[key], text) == "", edit.kind
            said = {each.key: each.text for each in script.set(key, text)}
            assert is_same_item(said[key], text), edit.kind
        for key in changed:
            said = {each.key: each.text for each in script.set(key, items[key], "1-1 back")}
            assert is_same_item(said[key], items[key]), edit.kind
        assert script.items.regions("Bass") == regions, edit.kind
    np.testing.assert_array_equal(audio(ardour, tmp_path / "after.wav"), before)


def test_a_locked_region_says_so_and_is_not_edited(ardour: ArdourHost, tmp_path: Path) -> None:
    ardour.lua(
        "for r in s:route_by_name('Bass'):to_track():playlist():region_list():iter() do "
        "r:set_locked(true) end"
    )
    script = Script(ardour, tmp_path / "items")
    item = script.said[-1]
    assert isinstance(item, ContentReported)
    assert item.barred == "it is locked"
    script.set(item.key, encode_item(edited(*decode_item(item.text)), rate=SAMPLE_RATE))
    assert script.items.regions("Bass") == "0+192000<0"


def test_a_bridge_offers_makes_and_takes_back_an_edit_in_ardour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = make_take(Role.BASS, [1], Planting(joins=0, edges=0, holes=0))
    stems = Stems(
        names=("Bass",), roles=(Role.BASS,), audio=take.wave[None], sample_rate=SAMPLE_RATE
    )
    folder = tmp_path / "items"
    monkeypatch.setenv(FOLDER, str(folder))
    (port,) = free_ports(1)
    (tmp_path / "ardour").mkdir()
    with running_ardour(tmp_path / "ardour", stems, np.zeros((1, 6)), port=port) as host:
        script = HeadlessItems(host, folder)
        is_over = threading.Event()

        def tick() -> None:
            while not is_over.wait(0.1):
                script.tick(1)

        window = threading.Thread(target=tick)
        window.start()
        try:
            with bridge_beside(host, tmp_path / "bridge", mode="suggest") as (_, person):
                person.say("/bridge/task", "edit")
                person.say("/bridge/focus", "Bass")
                offer = person.hear("/bridge/offer")
                person.say("/bridge/choose", offer.args[0], 1)
                move = _state(person, "confirmed")
                is_over.set()
                window.join()
                edits = script.regions("Bass")
                assert edits != f"0+{take.wave.size}<0"
                person.say("/bridge/undo", move)
                assert _state(person, "reverted") == move
                for _ in range(2_000):
                    script.tick(1)
                    if script.regions("Bass") == f"0+{take.wave.size}<0":
                        break
                assert script.regions("Bass") == f"0+{take.wave.size}<0"
        finally:
            is_over.set()
            window.join()


def _state(person: object, state: str) -> str:
    while True:
        args = person.hear("/bridge/move").args  # type: ignore[attr-defined]
        if args[1] == state:
            return str(args[0])
