"""Where the song is, in beats: by MIDI clock where one comes, else by the tempo alone. Pure."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

TICKS_A_BEAT: Final = 24
_TICKS_A_POSITION: Final = 6
"""A song position counts sixteenths (MIDI 1.0, song position pointer)."""

_FRESH_S: Final = 1.0
_MEASURED: Final = 48
"""Ticks whose mean interval is the tempo: two beats."""


class Clock(Protocol):
    """Beats by monotonic seconds."""

    def beat(self, at: float) -> float:
        """Where the song is."""

    def time_of(self, beat: float) -> float:
        """When it will be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoClock:
    """A steady tempo.

    Attributes:
        bpm: Beats a minute.
        began_at: When beat 0 was, monotonic seconds.
    """

    bpm: float
    began_at: float

    def beat(self, at: float) -> float:
        """See `Clock.beat`."""
        return (at - self.began_at) * self.bpm / 60.0

    def time_of(self, beat: float) -> float:
        """See `Clock.time_of`."""
        return self.began_at + beat * 60.0 / self.bpm


class MidiClock:
    """A clock that follows MIDI clock, start, stop, continue and song position.

    Attributes:
        is_running: Whether the song plays.
        jumps: Counts starts, stops and new positions: what was planned before is void.
    """

    def __init__(self) -> None:
        self.is_running = False
        self.jumps = 0
        self._ticks = 0
        self._times: deque[float] = deque(maxlen=_MEASURED + 1)
        self._tick_s = self._now = 0.0  # of a tick, and when the last one should have come

    def receive(self, data: list[int], at: float) -> None:
        """Take over a message's bytes; what is no clock's changes nothing."""
        match data[0] if data else 0:
            case 0xF8:
                if self._times and at - self._times[-1] > _FRESH_S:
                    self._times.clear()
                self._times.append(at)
                self._ticks += self.is_running
                self._fit()
            case 0xFA:
                self._jump(is_running=True, ticks=-1)  # the first tick after it is beat 0
            case 0xFB:
                self._jump(is_running=True, ticks=self._ticks - 1)
            case 0xFC:
                self._jump(is_running=False, ticks=self._ticks)
            case 0xF2 if len(data) == 3:
                position = (data[1] | data[2] << 7) * _TICKS_A_POSITION
                self._jump(is_running=self.is_running, ticks=position)

    def _jump(self, *, is_running: bool, ticks: int) -> None:
        self.is_running, self._ticks = is_running, ticks
        self.jumps += 1

    def is_fresh(self, at: float) -> bool:
        """Whether ticks come, and enough came to know the tempo."""
        return len(self._times) > TICKS_A_BEAT // 2 and at - self._times[-1] <= _FRESH_S

    def beat(self, at: float) -> float:
        """See `Clock.beat`; only while `is_fresh`."""
        return (self._ticks + (at - self._now) / self._tick_s) / TICKS_A_BEAT

    def time_of(self, beat: float) -> float:
        """See `Clock.time_of`; only while `is_fresh`."""
        return self._now + (beat * TICKS_A_BEAT - self._ticks) * self._tick_s

    def _fit(self) -> None:
        """The straight line through the last ticks: one late tick moves no note."""
        count = len(self._times)
        if count < 2:
            return
        middle, middle_k = sum(self._times) / count, 0.5 * (count - 1)
        slope = sum((k - middle_k) * (at - middle) for k, at in enumerate(self._times))
        self._tick_s = slope / (count * (count * count - 1) / 12.0)
        self._now = middle + (count - 1 - middle_k) * self._tick_s
