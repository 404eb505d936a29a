# ruff: noqa: N802 - ReaScript's own names
"""Audio items in the REAPER of the tests, and the part of ReaScript that knows them.

Facts are of ``sdk/reaper_plugin_functions.h`` (REAPER SDK, 7.78): ``SplitMediaItem`` returns the
right half; an automatic fade (``..._AUTO``) overrides the item's own when it is above 0; lengths
and positions are seconds. That a split gives its new right half automatic fades is a preference of
the person's, which is on here.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.reaper.fake import FakeReaper
    from support.reaper.patterns import Track

SPLIT_FADE_S = 0.01


@dataclass(eq=False)
class MediaItem:
    """One item with one take, and others of the same kind beside it."""

    guid: str
    values: dict[str, float]
    source: str
    name: str = "take"
    offset: float = 0.0
    rate: float = 1.0
    source_length: float = 1e6
    is_reversed: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    others: list["MediaItem"] = field(default_factory=list)
    chosen: "MediaItem | None" = None


def new_item(guid: str, source: str, *, position: float, length: float) -> MediaItem:
    values = {"D_POSITION": position, "D_LENGTH": length, "D_FADEINLEN": 0.0, "D_VOL": 1.0,
              "D_FADEOUTLEN": 0.0, "D_FADEINLEN_AUTO": -1.0, "D_FADEOUTLEN_AUTO": -1.0,
              "B_MUTE": 0.0, "C_LOCK": 0.0, "I_GROUPID": 0.0, "B_LOOPSRC": 0.0,
              "C_LANEPLAYS": 0.0}  # fmt: skip
    return MediaItem(guid=guid, values=values, source=source)


class ItemsApi:
    """The functions of the table `reaper` that are about items."""

    reaper: "FakeReaper"
    splits = 0

    def api_CountTrackMediaItems(self, track: "Track") -> int:
        return len(track.items)

    def api_GetTrackMediaItem(self, track: "Track", index: int) -> MediaItem:
        items: list[MediaItem] = sorted(track.items, key=lambda item: item.values["D_POSITION"])
        return items[int(index)]

    def api_GetMediaItemInfo_Value(self, item: MediaItem, name: str) -> float:
        return item.values[name]

    def api_SetMediaItemInfo_Value(self, item: MediaItem, name: str, value: float) -> bool:
        item.values[name] = float(value)
        return True

    def api_GetActiveTake(self, item: Any) -> Any:  # noqa: ANN401 - an audio item is its take
        return getattr(item, "active", item.chosen or item)

    def api_TakeIsMIDI(self, take: Any) -> bool:  # noqa: ANN401
        return not isinstance(take, MediaItem)

    def api_GetMediaItemTakeInfo_Value(self, take: MediaItem, name: str) -> float:
        return {"D_STARTOFFS": take.offset, "D_PLAYRATE": take.rate}[name]

    def api_SetMediaItemTakeInfo_Value(self, take: MediaItem, name: str, value: float) -> bool:
        assert name == "D_STARTOFFS"
        take.offset = float(value)
        return True

    def api_GetMediaItemTake_Source(self, take: Any) -> Any:  # noqa: ANN401
        return take

    def api_GetMediaSourceFileName(self, source: MediaItem, _: str) -> str:
        return source.source

    def api_GetMediaSourceLength(self, source: Any) -> tuple[float, bool]:  # noqa: ANN401
        is_audio = isinstance(source, MediaItem)
        return (source.source_length, False) if is_audio else (source.length, True)

    def api_PCM_Source_GetSectionInfo(self, source: MediaItem) -> tuple[bool, float, float, bool]:
        return source.is_reversed, 0.0, 0.0, source.is_reversed

    def api_GetSetMediaItemInfo_String(
        self, item: MediaItem, name: str, _: str, __: bool
    ) -> tuple[bool, str]:
        assert name == "GUID"
        return True, item.guid

    def api_GetSetMediaItemTakeInfo_String(
        self,
        take: Any,  # noqa: ANN401
        name: str,
        _: str,
        __: bool,
    ) -> tuple[bool, str]:
        return True, take.guid if name == "GUID" else take.name

    def api_SplitMediaItem(self, item: MediaItem, position: float) -> MediaItem | None:
        start, length = item.values["D_POSITION"], item.values["D_LENGTH"]
        if not start < position < start + length:
            return None
        type(self).splits += 1
        right = MediaItem(
            guid=f"{{SPLIT-{self.splits}}}",
            values=item.values | {
                "D_POSITION": position, "D_LENGTH": start + length - position,
                "D_FADEINLEN_AUTO": SPLIT_FADE_S,
            },
            source=item.source,
            name=item.name,
            offset=item.offset + position - start,
            others=[replace(take, offset=take.offset + position - start) for take in item.others],
        )  # fmt: skip
        if item.chosen is not None:
            right.chosen = right.others[item.others.index(item.chosen)]
        item.values["D_LENGTH"] = position - start
        item.values["D_FADEOUTLEN_AUTO"] = SPLIT_FADE_S
        (track,) = (track for track in self.reaper.tracks if item in track.items)
        track.items.append(right)
        return right

    def api_DeleteTrackMediaItem(self, track: "Track", item: MediaItem) -> bool:
        track.items.remove(item)
        return True

    def api_TimeMap_GetTimeSigAtTime(self, _: int, __: float) -> tuple[int, int, float]:
        return 4, 4, 110.0

    def api_UpdateArrange(self) -> None:
        pass


def items_of(track: Any) -> list[tuple[float, float, float, bool]]:  # noqa: ANN401
    """(position, length, offset, muted) of each item."""
    rows = [
        (
            round(item.values["D_POSITION"], 6),
            round(item.values["D_LENGTH"], 6),
            round(item.offset, 6),
            bool(item.values["B_MUTE"]),
        )
        for item in track.items
    ]
    return sorted(rows)
