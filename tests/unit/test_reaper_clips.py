"""The companion's clips: notes as they stand, and one take of the bridge's own beside them."""

from pathlib import Path

import pytest
from support.reaper.fake import FakeReaper, LuaScript
from support.reaper.midi_items import MidiItem, Note, new_midi_item

from bridge.daws.reaper.files import ReaperFiles
from bridge.daws.reaper.wire.clips import ClipFiles
from bridge.daws.reaper.wire.dialect import ReaperDialect
from bridge.errors import DialectError
from bridge.mix.content_events import ContentEvent, ContentKind, ContentReported, SetContent
from bridge.mix.phrases import PhraseNote, decode_phrase, is_same_phrase, phrase_of
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.slow

RIFF: list[Note] = [(0.0, 40, 0.5, 100), (2.0, 47, 1.0, 90), (4.0, 40, 0.5, 80)]
OURS = phrase_of([PhraseNote(0.0, 36, 0.5, 100), PhraseNote(1.5, 36, 0.25, 70)], 8.0)


class Beside:
    """A companion in a REAPER with one MIDI item on its bass, and the texts of both sides."""

    def __init__(self, folder: Path, *, beats: float = 8.0) -> None:
        self.reaper = FakeReaper(["Kick", "Bass"], resource=folder)
        self.bass = self.reaper.track("Bass")
        self.item: MidiItem = new_midi_item("{ITEM}", list(RIFF), beats=beats, at_beat=16.0)
        self.bass.items.append(self.item)
        self.reaper.commit("Record")
        self.script = LuaScript(self.reaper, "Companion")
        self.files = ClipFiles()
        self.folder = folder / "mixbridge"
        self.told: dict[str, ContentReported] = {}
        self.said = self.pass_turns()

    def pass_turns(self, turns: int = 30) -> list[ContentEvent]:
        for _ in range(turns):
            self.reaper.turn()
            self.script.tick()
        text = (self.folder / "clips.txt").read_text(encoding="utf-8")
        said = self.files.read(text, lambda guid: 2 if guid == self.bass.guid else None, at=0.0)
        self.told |= {each.key: each for each in said if isinstance(each, ContentReported)}
        return said

    def set(self, text: str, key: str = "{ITEM}", move: str = "1-7") -> None:
        command = SetContent(kind=ContentKind.CLIP, key=key, text=text, move=move)
        (message,) = self.files.add(command)
        (self.folder / "takes.txt").write_text(str(message.args[0]), encoding="utf-8")
        self.said = self.pass_turns()

    def touch(self) -> None:
        """Something in the project has changed."""
        self.reaper.change_count += 1
        self.said = self.pass_turns()


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    return Beside(tmp_path)


def test_a_persons_take_is_barred_and_a_new_one_is_an_empty_place(beside: Beside) -> None:
    theirs, place = beside.told["{TAKE-0}"], beside.told["{ITEM}"]
    assert (theirs.track, theirs.name, theirs.barred) == (2, "riff", "it is yours")
    phrase = decode_phrase(theirs.text)
    assert (phrase.length, [tuple(note) for note in phrase.notes]) == (8.0, RIFF)
    assert (place.name, place.text, place.barred) == ("a new take of riff", "", "")


def test_a_phrase_is_a_new_active_take_and_one_point_of_undo(beside: Beside) -> None:
    beside.set(OURS.text)
    riff, ours = beside.item.takes
    assert (riff.notes, riff.name) == (RIFF, "riff")
    assert beside.item.active is ours
    assert (ours.name, ours.length) == ("mixbridge 1-7", 8.0)
    assert beside.reaper.undo_name == "mixbridge 1-7: a new take of riff"
    assert is_same_phrase(beside.told["{ITEM}"].text, OURS.text)


def test_the_next_phrase_replaces_ours_and_nothing_leaves_the_persons(beside: Beside) -> None:
    beside.set(OURS.text)
    beside.set(phrase_of(OURS.notes[:1], 4.0).text, move="1-8")
    assert [(take.name, take.length) for take in beside.item.takes] == [
        ("riff", 8.0), ("mixbridge 1-8", 4.0),
    ]  # fmt: skip
    beside.set("", move="1-8 back")
    (riff,) = beside.item.takes
    assert (riff.guid, riff.notes, beside.item.active) == ("{TAKE-0}", RIFF, riff)
    assert beside.told["{ITEM}"].text == ""


def test_a_hand_that_was_faster_is_not_overwritten(beside: Beside) -> None:
    beside.set(OURS.text)
    beside.item.takes[1].notes[0] = (0.0, 38, 0.5, 100)
    beside.reaper.change_count += 1
    beside.set("", move="1-7 back")
    assert len(beside.item.takes) == 2
    assert not is_same_phrase(beside.told["{ITEM}"].text, OURS.text)


def test_a_persons_take_is_never_written_even_if_it_is_asked_for(beside: Beside) -> None:
    beside.set(OURS.text, key="{TAKE-0}")
    (riff,) = beside.item.takes
    assert riff.notes == RIFF


def test_what_a_person_has_made_too_long_for_a_phrase_is_not_taken_for_empty(
    beside: Beside,
) -> None:
    beside.set(OURS.text)
    beside.item.takes[1].length = 3.0
    beside.touch()
    assert beside.told["{ITEM}"].barred == "what stands in it is no phrase any more"
    beside.set(OURS.text)
    assert beside.item.takes[1].length == 3.0


@pytest.mark.parametrize(
    ("lock", "beats", "why"),
    [
        (1.0, 8.0, "it is locked"),
        (0.0, 7.0, "it is no whole number of bars of four beats long"),
    ],
)
def test_an_item_that_can_hold_no_phrase_says_why(
    tmp_path: Path, lock: float, beats: float, why: str
) -> None:
    beside = Beside(tmp_path, beats=beats)
    beside.item.values["C_LOCK"] = lock
    beside.touch()
    assert beside.told["{ITEM}"].barred == why
    beside.set(OURS.text)
    assert len(beside.item.takes) == 1


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
    reports = {event.key for event in events if isinstance(event, ContentReported)}
    assert reports == {"{TAKE-0}", "{ITEM}"}
    command = SetContent(kind=ContentKind.CLIP, key="{ITEM}", text=OURS.text)
    (message,) = dialect.encode_content(command, at=1.5)
    files.send(message)
    files.poll()
    beside.pass_turns()
    assert len(beside.item.takes) == 2


@pytest.mark.parametrize("text", ["", "mixbridge-clips\t9\nend\n", "mixbridge-clips\t1\nx\nend\n"])
def test_a_text_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(DialectError, match="companion"):
        ClipFiles().read(text, lambda _: 1, at=0.0)
