"""REAPER with its companion as a `daws.Daw`: what every dialect's contract is held against.

Its rules and their sources are those of `reaper_fake` and `reaper_script`.
"""

import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

from bridge.daws.reaper.wire.companion import PREFIX
from bridge.mix.params import MOVABLE, Param
from bridge.osc.message import OscMessage
from support.reaper.fake import FakeReaper, Folder, LuaScript

_REACTION_TURNS = 2
"""A write is read in one turn and answered by the next: `Run` of Cockos' ``csurf_osc.cpp``."""


class ReaperDaw:
    """Both lanes at once, with a probe on every track."""

    def __init__(self, names: Iterable[str] = ("Kick", "Bass", "Lead")) -> None:
        resource = Path(tempfile.mkdtemp())
        weakref.finalize(self, shutil.rmtree, resource, ignore_errors=True)
        self.reaper = FakeReaper(names, resource=resource)
        self._folder = Folder(resource)
        self._companion = LuaScript(self.reaper, "Companion")
        self.reaper.commit("")
        self._pulses = 0

    @property
    def names(self) -> list[str]:
        return [track.name for track in self.reaper.tracks]

    def hear(self, message: OscMessage) -> list[OscMessage]:
        if message.address.startswith(PREFIX):
            self._folder.write(message)
        else:
            self.reaper.hear_osc([message])
        return self._pass()

    def _pass(self, turns: int = _REACTION_TURNS) -> list[OscMessage]:
        said = []
        for _ in range(turns):
            said += self.reaper.turn()
            self._companion.tick()
            said += self._folder.read()
        return said

    def pulse(self) -> list[OscMessage]:
        """A twentieth of a second passes; REAPER and its companion look around now and then."""
        self._pulses += 1
        self.reaper.now += 0.05
        return [] if self._pulses % 10 else self._pass(1)

    def hand(self, name: str, param: Param, value: float) -> list[OscMessage]:
        self.reaper.hand(name, param, value)
        return self._pass()

    def insert(self, place: int, name: str) -> list[OscMessage]:
        self.reaper.insert(place, name)
        return self._pass()

    def remove(self, name: str) -> list[OscMessage]:
        self.reaper.remove(name)
        return self._pass()

    def meter(self, name: str, peak_dbfs: float) -> list[OscMessage]:
        track = self.reaper.track(name)
        track.peaks = (10.0 ** (peak_dbfs / 20.0), 0.0)
        base = 32 * (self.reaper.tracks.index(track) + 1)
        said = []
        for generation in (1, 2):
            self.reaper.gmem[base] = generation
            for cell in range(1, 12):
                self.reaper.gmem[base + cell] = 10.0 ** (peak_dbfs / 10.0 - 0.5)
            said += self._pass(4)
        return said

    def value(self, name: str, param: Param) -> float:
        return self.reaper.track(name).value(param)

    @property
    def values(self) -> dict[tuple[str, Param], float]:
        return {(name, param): self.value(name, param) for name in self.names for param in MOVABLE}
