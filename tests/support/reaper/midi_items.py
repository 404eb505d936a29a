# ruff: noqa: N802 - ReaScript's own names
"""MIDI items in the REAPER of the tests, and the part of ReaScript that knows them.

The functions are of ``sdk/reaper_plugin_functions.h`` (REAPER SDK, 7.78): the length of a MIDI
source is in quarter notes, ``SetItemStateChunk`` takes the text of a project file. In that text the
second take and all after it begin with a line ``TAKE``, and events are ``E <ticks since the last>
<bytes in hex>``; the last one, all notes off, is the source's end. The project has one tempo.
"""

import itertools
import re
from dataclasses import dataclass, field

from support.reaper.items import MediaItem, new_item

TICKS = 960
QUARTER_S = 60.0 / 110.0
_NEW = itertools.count(1)

Note = tuple[float, int, float, int]
"""Start, pitch, length, velocity; quarter notes from the item's start."""


@dataclass(eq=False)
class MidiTake:
    guid: str
    name: str
    length: float
    notes: list[Note]


@dataclass(eq=False)
class MidiItem(MediaItem):
    """An item whose takes are MIDI."""

    takes: list[MidiTake] = field(default_factory=list)
    active: MidiTake | None = None

    @property
    def start(self) -> float:
        return self.values["D_POSITION"] / QUARTER_S


def new_midi_item(guid: str, notes: list[Note], *, beats: float, at_beat: float = 0.0) -> MidiItem:
    """An item as long as its one take."""
    plain = new_item(guid, "", position=at_beat * QUARTER_S, length=beats * QUARTER_S)
    take = MidiTake("{TAKE-0}", "riff", beats, notes)
    return MidiItem(guid=guid, values=plain.values, source="", takes=[take], active=take)


class MidiApi:
    """The functions of the table `reaper` that are about MIDI items."""

    def api_CountTakes(self, item: MediaItem) -> int:
        return len(item.takes) if isinstance(item, MidiItem) else 1 + len(item.others)

    def api_GetTake(self, item: MediaItem, index: int) -> MediaItem | MidiTake:
        takes = item.takes if isinstance(item, MidiItem) else [item, *item.others]
        return takes[int(index)]

    def api_SetActiveTake(self, take: MediaItem | MidiTake) -> None:
        if isinstance(take, MediaItem):
            tracks = self.reaper.tracks  # type: ignore[attr-defined]
            items = [item for track in tracks for item in track.items]
            (item,) = (item for item in items if take is item or take in item.others)
            item.chosen = None if take is item else take
            return
        (item,) = (item for item in self.midi_items() if take in item.takes)
        item.active = take

    def midi_items(self) -> list[MidiItem]:
        tracks = self.reaper.tracks  # type: ignore[attr-defined]
        return [item for track in tracks for item in track.items if isinstance(item, MidiItem)]

    def api_TimeMap2_timeToQN(self, _: int, seconds: float) -> float:
        return seconds / QUARTER_S

    def api_MIDI_CountEvts(self, take: MidiTake) -> tuple[int, int, int, int]:
        return 1, len(take.notes), 0, 0

    def api_MIDI_GetNote(
        self, take: MidiTake, index: int
    ) -> tuple[bool, bool, bool, float, float, int, int, int]:
        start, pitch, length, velocity = take.notes[int(index)]
        return True, False, False, start * TICKS, (start + length) * TICKS, 0, pitch, velocity

    def api_MIDI_GetProjQNFromPPQPos(self, take: MidiTake, ticks: float) -> float:
        (item,) = (item for item in self.midi_items() if take in item.takes)
        return item.start + ticks / TICKS

    def api_genGuid(self, _: str) -> str:
        return f"{{NEW-{next(_NEW)}}}"

    def api_GetItemStateChunk(self, item: MidiItem, _: str, __: bool) -> tuple[bool, str]:
        lines = ["<ITEM", f"POSITION {item.values['D_POSITION']}", f"IGUID {item.guid}"]
        for place, take in enumerate(item.takes):
            if place:
                lines.append("TAKE SEL" if take is item.active else "TAKE")
            lines += [f'NAME "{take.name}"', f"GUID {take.guid}", "<SOURCE MIDI"]
            lines += [f"HASDATA 1 {TICKS} QN", *_events(take), ">"]
        return True, "\n".join([*lines, ">", ""])

    def api_SetItemStateChunk(self, item: MidiItem, chunk: str, _: bool) -> bool:
        assert chunk.startswith("<ITEM")
        assert chunk.count("\n>") == chunk.count("<")
        first, *others = re.split(r"\nTAKE(?= SEL\n|\n)", chunk)
        item.takes = [_read_take(text) for text in (first, *others)]
        chosen = next((n for n, text in enumerate(others, 1) if text.startswith(" SEL")), 0)
        item.active = item.takes[chosen]
        return True


def _events(take: MidiTake) -> list[str]:
    found = [(take.length * TICKS, 2, "b0 7b 00")]
    for start, pitch, length, velocity in take.notes:
        found.append((start * TICKS, 1, f"90 {pitch:02x} {velocity:02x}"))
        found.append(((start + length) * TICKS, 0, f"80 {pitch:02x} 00"))
    lines, at = [], 0.0
    for ticks, _, data in sorted(found):
        lines.append(f"E {round(ticks - at)} {data}")
        at = ticks
    return lines


def _read_take(text: str) -> MidiTake:
    (name,) = re.findall(r'^NAME "(.*)"$', text, re.MULTILINE)
    (guid,) = re.findall(r"^GUID (\S+)$", text, re.MULTILINE)
    at, length, notes, down = 0.0, 0.0, [], {}
    for ticks, status, first, second in re.findall(
        r"^E (\d+) (\w\w) (\w\w) (\w\w)$", text, re.MULTILINE
    ):
        at += int(ticks) / TICKS
        pitch = int(first, 16)
        if status == "90":
            down[pitch] = at, int(second, 16)
        elif status == "80":
            start, velocity = down.pop(pitch)
            notes.append((start, pitch, at - start, velocity))
        else:
            length = at
    assert not down
    return MidiTake(guid, name, length, sorted(notes))
