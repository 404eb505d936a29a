"""The companion's items: told as they lie, edited as one point of undo, and brought back."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.reaper.fake import FakeReaper, LuaScript
from support.reaper.items import MediaItem, items_of, new_item

from bridge.daw.item_files import ItemFiles
from bridge.daws.reaper.files import ReaperFiles
from bridge.daws.reaper.wire.dialect import ReaperDialect
from bridge.guard.items import refuse_edit
from bridge.mix.content_events import ContentEvent, ContentKind, ContentReported, SetContent
from bridge.mix.items import (
    OtherTake,
    Piece,
    decode_item,
    encode_item,
    is_same_item,
    item_takes,
)
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.slow


class Beside:
    """A companion in a REAPER with one item on its bass, and the texts of both sides."""

    def __init__(self, folder: Path) -> None:
        self.reaper = FakeReaper(["Kick", "Bass"], resource=folder)
        self.bass = self.reaper.track("Bass")
        self.item = new_item("{ONE}", "/a.wav", position=1.0, length=4.0)
        self.item.offset = 0.5
        self.bass.items.append(self.item)
        self.reaper.commit("Record")
        self.script = LuaScript(self.reaper, "Companion")
        self.files = ItemFiles()
        self.folder = folder / "mixbridge"
        self.said = self.pass_turns()

    def pass_turns(self, turns: int = 20) -> list[ContentEvent]:
        for _ in range(turns):
            self.reaper.turn()
            self.script.tick()
        text = (self.folder / "items.txt").read_text(encoding="utf-8")
        return self.files.read(text, lambda guid: 2 if guid == self.bass.guid else None, at=0.0)

    def report(self) -> ContentReported:
        found = [each for each in self.said if isinstance(each, ContentReported)]
        return found[-1]

    def set(self, pieces: list[Piece], move: str = "1-1") -> None:
        command = SetContent(
            kind=ContentKind.ITEM, key="{ONE}", text=encode_item(pieces), move=move
        )
        (message,) = self.files.add(command)
        (self.folder / "edits.txt").write_text(str(message.args[0]), encoding="utf-8")
        self.said = self.pass_turns()


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    return Beside(tmp_path)


def edited(whole: Piece) -> list[Piece]:
    return [
        replace(whole.cut(1.0, 2.0), fade_out_s=0.006),
        replace(whole.cut(2.0, 3.0), is_muted=True),
        replace(whole.cut(3.0, 5.0), position_s=2.96, fade_in_s=0.005),
    ]


def test_items_are_told_with_tempo_and_bars(beside: Beside) -> None:
    assert len(beside.said) == 3
    report = beside.report()
    assert (report.key, report.track, report.name, report.barred) == ("{ONE}", 2, "take", "")
    (piece,) = decode_item(report.text)
    assert (piece.position_s, piece.length_s, piece.offset_s) == (1.0, 4.0, 0.5)


def test_an_edit_is_one_point_of_undo_and_its_way_back_leaves_nothing(beside: Beside) -> None:
    before = dict(beside.item.values)
    (whole,) = decode_item(beside.report().text)
    beside.set(edited(whole))
    assert items_of(beside.bass) == [
        (1.0, 1.0, 0.5, False), (2.0, 1.0, 1.5, True), (2.96, 2.0, 2.5, False),
    ]  # fmt: skip
    assert is_same_item(beside.report().text, encode_item(edited(whole)))
    assert beside.reaper.undo_name == "mixbridge 1-1: take"
    beside.set([whole], "1-1 back")
    assert items_of(beside.bass) == [(1.0, 4.0, 0.5, False)]
    assert beside.item.values == before


def test_an_automatic_fade_of_the_persons_comes_back(tmp_path: Path) -> None:
    beside = Beside(tmp_path)
    beside.item.values |= {"D_FADEINLEN_AUTO": 0.02, "D_FADEINLEN": 0.3}
    beside.reaper.change_count += 1
    beside.said = beside.pass_turns()
    before = dict(beside.item.values)
    (whole,) = decode_item(beside.report().text)
    assert whole.fade_in_s == 0.02
    beside.set([whole.cut(2.0, 5.0)])
    assert beside.item.values["D_FADEINLEN_AUTO"] == -1.0
    beside.set([whole], "1-1 back")
    assert beside.item.values == before


def test_a_hand_that_was_faster_is_not_overwritten(beside: Beside) -> None:
    (whole,) = decode_item(beside.report().text)
    beside.item.values["D_LENGTH"] = 3.0
    beside.reaper.change_count += 1
    beside.set(edited(whole))
    assert items_of(beside.bass) == [(1.0, 3.0, 0.5, False)]
    assert decode_item(beside.report().text)[0].length_s == 3.0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"C_LOCK": 1.0}, "it is locked"),
        ({"B_LOOPSRC": 1.0, "source_length": 2.0}, "it is looped"),
        ({"rate": 1.1}, "it is stretched"),
        ({"is_reversed": True}, "it is reversed"),
    ],
)
def test_what_cannot_be_edited_says_why_and_is_left_alone(
    beside: Beside, change: dict[str, float], why: str
) -> None:
    for name, value in change.items():
        if name in beside.item.values:
            beside.item.values[name] = value
        else:
            setattr(beside.item, name, value)
    beside.reaper.change_count += 1
    beside.said = beside.pass_turns()
    report = beside.report()
    assert report.barred == why
    beside.set([*decode_item(report.text)][:1])
    assert items_of(beside.bass) == [(1.0, 4.0, 0.5, False)]


def test_a_frozen_track_is_left_alone_until_it_is_unfrozen(beside: Beside) -> None:
    beside.bass.is_frozen = True
    beside.reaper.change_count += 1
    (whole,) = decode_item(beside.report().text)
    beside.set(edited(whole))
    assert items_of(beside.bass) == [(1.0, 4.0, 0.5, False)]
    assert beside.report().barred == "its track is frozen"
    beside.bass.is_frozen = False
    beside.reaper.change_count += 1
    beside.said = beside.pass_turns()
    assert beside.report().barred == ""
    beside.set(edited(whole))
    assert items_of(beside.bass) != [(1.0, 4.0, 0.5, False)]


def test_microphones_of_one_take_are_told_as_a_group(beside: Beside) -> None:
    room: MediaItem = new_item("{TWO}", "/b.wav", position=1.0, length=4.0)
    beside.bass.items.append(room)
    for item in (beside.item, room):
        item.values["I_GROUPID"] = 3.0
    beside.reaper.change_count += 1
    reports = [each for each in beside.pass_turns() if isinstance(each, ContentReported)]
    assert len({report.group for report in reports}) == 1
    assert reports[0].group


def with_takes(folder: Path) -> Beside:
    beside = Beside(folder)
    beside.item.others = [
        new_item("", "/b.wav", position=0.0, length=9.0),
        new_item("", "/a.wav", position=0.0, length=9.0),
    ]
    beside.item.others[0].name, beside.item.others[0].offset = "take 2", 0.75
    beside.item.others[1].offset = 20.5
    beside.reaper.change_count += 1
    beside.said = beside.pass_turns()
    return beside


def test_other_takes_are_told_chosen_and_brought_back(tmp_path: Path) -> None:
    beside = with_takes(tmp_path)
    text = beside.report().text
    assert item_takes(text) == (
        OtherTake(source="/b.wav", shift_s=0.25, name="take 2"),
        OtherTake(source="/a.wav", shift_s=-19.5, name="take"),
    )
    (whole,) = decode_item(text)
    other = replace(whole, source="/b.wav", offset_s=0.75, fade_in_s=0.006)
    assert refuse_edit(text, encode_item([other])) == ""
    beside.set([other])
    assert beside.item.chosen is beside.item.others[0]
    assert is_same_item(beside.report().text, encode_item([other]))
    assert item_takes(beside.report().text)[0] == OtherTake(
        source="/a.wav", shift_s=0.5, name="take"
    )
    beside.set([whole], "1-1 back")
    assert beside.item.chosen is None
    assert is_same_item(beside.report().text, text)
    beside.set([replace(whole, offset_s=20.5)])  # a take of the same file
    assert beside.item.chosen is beside.item.others[1]


def test_all_takes_of_an_item_are_cut_together(tmp_path: Path) -> None:
    beside = with_takes(tmp_path)
    (whole,) = decode_item(beside.report().text)
    beside.set(edited(whole))
    offsets = sorted([take.offset for take in item.others] for item in beside.bass.items)
    assert offsets == [[0.75, 20.5], [1.75, 21.5], [2.75, 22.5]]
    assert item_takes(beside.report().text) == ()
    beside.set([whole], "1-1 back")
    assert [take.offset for take in beside.item.others] == [0.75, 20.5]
    beside.set([whole.cut(2.0, 5.0)])
    assert [take.offset for take in beside.item.others] == [1.75, 21.5]


def test_a_take_that_is_gone_is_not_played_by_another(tmp_path: Path) -> None:
    beside = with_takes(tmp_path)
    (whole,) = decode_item(beside.report().text)
    beside.item.others = []
    beside.set([replace(whole, source="/b.wav", offset_s=0.75)])
    assert items_of(beside.bass) == [(1.0, 4.0, 0.5, False)]
    assert beside.item.chosen is None


def test_an_item_on_a_lane_that_does_not_play_is_not_told(tmp_path: Path) -> None:
    beside = Beside(tmp_path)
    beside.bass.has_lanes = True
    beside.item.values["C_LANEPLAYS"] = 1.0
    silent = new_item("{LANE}", "/b.wav", position=1.0, length=4.0)
    beside.bass.items.append(silent)
    beside.reaper.change_count += 1
    beside.pass_turns()
    text = (beside.folder / "items.txt").read_text(encoding="utf-8")
    assert "{ONE}" in text
    assert "{LANE}" not in text


def test_the_bridge_reads_and_writes_the_companions_files(tmp_path: Path) -> None:
    beside = Beside(tmp_path)
    posted: list[OscMessage] = []
    files = ReaperFiles(beside.folder, meter_range=(-60.0, 6.0), post=posted.append)
    files.poll()
    dialect = ReaperDialect()
    events = [
        event
        for message in posted
        if message.address.startswith("/companion/")
        for event in dialect.decode(message, at=1.0) or ()
    ]
    (report,) = [event for event in events if isinstance(event, ContentReported)]
    command = SetContent(
        kind=ContentKind.ITEM, key=report.key, text=encode_item(edited(*decode_item(report.text)))
    )
    (message,) = dialect.encode_content(command, at=1.5)
    files.send(message)
    files.poll()
    beside.pass_turns()
    assert len(beside.bass.items) == 3
