"""Audio items between the bridge and a script inside a DAW: two texts of lines with tabs.

The script publishes all items (`ITEMS`), the bridge all edits that it still wants (`EDITS`). Each
text is replaced as a whole, begins with its kind and schema and ends with ``end``. Times are in
whole parts of a second, `rate` of them: samples where the DAW cuts at samples. A second number
behind it is the song's rate, 0 where files of any rate play as they should. How the texts travel is
not known here.

``item <key> <version> <track> <name> <barred> <group>`` is followed by its pieces, ``piece <file>
<position> <length> <offset> <fade in> <fade out> <gain dB> <muted>``, by ``take <file> <shift>
<name>`` for each other take of an item of one piece, and by ``stacked`` where something lies
beneath it that would be heard where it is cut; ``edit <number> <version>
<key> <label>`` by those that are to stand there. A version rises whenever its item changes: an edit
that was meant for another one is left undone, since a hand was faster.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from bridge.errors import DialectError
from bridge.mix.content_events import (
    ContentEvent,
    ContentGone,
    ContentKind,
    ContentReported,
    GridChanged,
    SetContent,
    TempoChanged,
)
from bridge.mix.items import OtherTake, Piece, decode_item, encode_item
from bridge.osc.message import OscMessage

ITEMS: Final = "/companion/items"
EDITS: Final = "/companion/edits"
SCHEMA: Final = "1"
_PIECE_FIELDS: Final = 8
_ITEM_FIELDS: Final = 6
_MOST_WAITING: Final = 64

NumberOf = Callable[[str], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    version: int
    track: str
    name: str
    barred: str
    group: str
    text: str


class ItemFiles:
    """What the script said of items last, and what is still wanted of it."""

    def __init__(self) -> None:
        self._run = ""
        self._rate = 0
        self._items: dict[str, _Item] = {}
        self._told: dict[str, ContentReported] = {}
        self._grid: tuple[float, float, int] | None = None
        self._number = 0
        self._waiting: list[tuple[int, str]] = []

    @property
    def is_there(self) -> bool:
        """Whether a script has spoken."""
        return bool(self._run)

    # -- what it says ------------------------------------------------------------------------------

    def read(self, text: str, number_of: NumberOf, *, at: float) -> list[ContentEvent]:
        """What is new in a text of items.

        Args:
            text: As the script published it.
            number_of: The strip's number of a track, by the script's word for it; None unknown.
            at: Monotonic seconds.

        Raises:
            DialectError: If it is no whole text of this schema.
        """
        lines = text.splitlines()
        if not lines or lines[0] != f"mixbridge-items\t{SCHEMA}" or lines[-1] != "end":
            raise DialectError(
                f"Expected the items of the script in the DAW, schema {SCHEMA}; got "
                f"{text[:40]!r}; install the script of this version."
            )
        try:
            fields = {name: values for name, *values in (line.split("\t") for line in lines[1:-1])
                      if name not in ("item", "piece", "take", "stacked")}  # fmt: skip
            rate, done = int(fields["rate"][0]), int(fields["done"][0])
            song = int(fields["rate"][1]) if len(fields["rate"]) > 1 else rate
            grid = float(fields["grid"][0]), float(fields["grid"][1]), int(fields["grid"][2])
            items = dict(_read_items(lines, rate, song))
        except (KeyError, IndexError, ValueError) as error:
            raise DialectError(
                f"The items of the script in the DAW cannot be read ({error!r})."
            ) from error
        run = fields["run"][0]
        if run != self._run:
            self._run, self._number = run, done
            self._waiting.clear()
        answered = {key for number, key in self._waiting_keys() if number <= done}
        self._waiting = [each for each in self._waiting if each[0] > done]
        self._rate, self._items = rate, items
        return [*self._report_grid(grid, at), *self._report(answered, number_of, at)]

    def _waiting_keys(self) -> list[tuple[int, str]]:
        return [(number, lines.split("\t", 4)[3]) for number, lines in self._waiting]

    def _report_grid(self, grid: tuple[float, float, int], at: float) -> list[ContentEvent]:
        if grid == self._grid:
            return []
        self._grid = grid
        bpm, first_s, beats = grid
        return [
            TempoChanged(at=at, bpm=bpm if bpm > 0.0 else math.nan),
            GridChanged(at=at, first_s=first_s if beats else math.nan, beats=beats),
        ]

    def _report(self, answered: set[str], number_of: NumberOf, at: float) -> list[ContentEvent]:
        said: list[ContentEvent] = []
        for key, item in self._items.items():
            track = number_of(item.track)
            if track is None:
                continue
            report = ContentReported(
                at=0.0,
                kind=ContentKind.ITEM,
                key=key,
                track=track,
                name=item.name,
                text=item.text,
                barred=item.barred,
                group=item.group,
            )
            if report != self._told.get(key) or key in answered:
                self._told[key] = report
                said.append(_at(report, at))
        for key in [key for key in self._told if key not in self._items]:
            del self._told[key]
            said.append(ContentGone(at=at, kind=ContentKind.ITEM, key=key))
        return said

    def again(self, number_of: NumberOf, *, at: float) -> list[ContentEvent]:
        """All that is known, once more: the strips are numbered anew, or somebody has asked."""
        if not self._run or self._grid is None:
            return []
        self._told.clear()
        grid, self._grid = self._grid, None
        return [*self._report_grid(grid, at), *self._report(set(), number_of, at)]

    # -- what is asked of it -----------------------------------------------------------------------

    def add(self, command: SetContent) -> tuple[OscMessage, ...]:
        """Ask for other pieces; nothing where the script does not know the item.

        Raises:
            DialectError: If the text is none of an item.
        """
        item = self._items.get(command.key)
        if item is None or command.kind is not ContentKind.ITEM:
            return ()
        self._number += 1
        label = f"mixbridge {command.move or 'back'}: {item.name}"
        head = f"edit\t{self._number}\t{item.version}\t{command.key}\t{_flat(label)}"
        rows = [head, *(self._row(piece) for piece in decode_item(command.text))]
        self._waiting = [*self._waiting[1 - _MOST_WAITING :], (self._number, "\n".join(rows))]
        return (self.message(),)

    def message(self) -> OscMessage:
        """All that is still wanted."""
        lines = [f"mixbridge-edits\t{SCHEMA}", f"run\t{self._run}"]
        lines += [rows for _, rows in self._waiting]
        return OscMessage(EDITS, ("\n".join([*lines, "end", ""]),))

    def _row(self, piece: Piece) -> str:
        *times, gain_db = piece.numbers
        samples = "\t".join(str(round(number * self._rate)) for number in times)
        return f"piece\t{_flat(piece.source)}\t{samples}\t{gain_db:.4f}\t{int(piece.is_muted)}"


def _read_items(lines: Iterable[str], rate: int, song: int) -> Iterable[tuple[str, _Item]]:
    head: list[str] = []
    pieces: list[Piece] = []
    takes: list[OtherTake] = []
    stacked = False
    for line in [*lines, "item"]:
        kind, *said = line.split("\t")
        if kind == "piece":
            pieces.append(_read_piece(said, rate))
        elif kind == "take":
            source, shift, name = said
            takes.append(OtherTake(source=source, shift_s=int(shift) / rate, name=name))
        elif kind == "stacked":
            stacked = True
        elif kind == "item":
            if head:
                if len(head) != _ITEM_FIELDS:
                    raise ValueError(head)
                key, version, track, name, barred, group = head
                yield key, _Item(
                    version=int(version), track=track, name=name, barred=barred, group=group,
                    text=encode_item(pieces, rate=song, takes=takes, is_stacked=stacked),
                )  # fmt: skip
            head, pieces, takes, stacked = said, [], [], False


def _read_piece(said: list[str], rate: int) -> Piece:
    if len(said) != _PIECE_FIELDS or rate <= 0:
        raise ValueError(said)
    source, *samples, gain_db, is_muted = said
    position, length, offset, fade_in, fade_out = (int(number) / rate for number in samples)
    return Piece(
        source=source,
        position_s=position,
        length_s=length,
        offset_s=offset,
        fade_in_s=fade_in,
        fade_out_s=fade_out,
        gain_db=float(gain_db),
        is_muted=is_muted == "1",
    )


def _at(report: ContentReported, at: float) -> ContentReported:
    return ContentReported(
        at=at, kind=report.kind, key=report.key, track=report.track, name=report.name,
        text=report.text, barred=report.barred, group=report.group,
    )  # fmt: skip


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")
