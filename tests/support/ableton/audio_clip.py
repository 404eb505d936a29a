"""An audio clip of the Session as Live's API has it, as far as trims of its ends go.

Facts: Cycling '74's reference of `Clip` and Live's own docstrings. Whether the markers follow the
ends where Loop is off is not written there, so a test can have it both ways.
"""

import struct
from dataclasses import dataclass, field
from typing import ClassVar

from bridge.osc.message import OscArg


@dataclass(eq=False, kw_only=True)
class LiveAudioClip:
    """One clip; times are seconds of its file.

    Attributes:
        is_alias: Where Loop is off, a marker and the end beside it are one.
        grid_s: Live rounds to this; 0 for not at all.
        puts: What was written over OSC, each a point of undo.
    """

    READABLE: ClassVar = (
        "file_path", "looping", "warping", "loop_start", "loop_end", "start_marker", "end_marker",
        "gain_display_string", "pitch_coarse", "pitch_fine", "is_recording", "is_playing",
    )  # fmt: skip
    WRITABLE: ClassVar = ("loop_start", "loop_end", "start_marker", "end_marker")

    file_path: str
    loop_end: float
    loop_start: float = 0.0
    start_marker: float = 0.0
    end_marker: float = 0.0
    looping: bool = False
    warping: bool = False
    gain_display_string: str = "0.0 dB"
    pitch_coarse: int = 0
    pitch_fine: float = 0.0
    is_recording: bool = False
    is_playing: bool = False
    name: str = "Take"
    is_alias: bool = True
    grid_s: float = 0.0
    puts: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.end_marker = self.end_marker or self.loop_end

    @property
    def length(self) -> float:
        return self.loop_end - self.loop_start

    @property
    def ends(self) -> tuple[float, float, float, float]:
        return self.loop_start, self.loop_end, self.start_marker, self.end_marker

    def get(self, name: str) -> OscArg:
        value: OscArg = getattr(self, name)
        return value

    def put(self, name: str, value: OscArg) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"Python argument types in None.None(Clip, {value!r})")
        value = float(struct.unpack("f", struct.pack("f", value))[0])
        if self.grid_s:
            value = round(value / self.grid_s) * self.grid_s
        start, end = (
            ("loop_start", "loop_end")
            if name.startswith("loop")
            else ("start_marker", "end_marker")
        )
        low = value if name == start else getattr(self, start)
        high = value if name == end else getattr(self, end)
        if not low < high:
            raise RuntimeError("Invalid value. The start must be before the end.")
        self.puts.append((name, value))
        setattr(self, name, value)
        if self.is_alias and not self.looping:
            other = {
                "loop_start": "start_marker", "loop_end": "end_marker",
                "start_marker": "loop_start", "end_marker": "loop_end",
            }[name]  # fmt: skip
            setattr(self, other, value)

    def hand(self, start: float, end: float) -> None:
        """A person drags both ends."""
        self.loop_start, self.loop_end = start, end
        if self.is_alias:
            self.start_marker, self.end_marker = start, end
