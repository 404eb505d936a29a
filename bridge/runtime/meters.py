"""Levels between the wire and the engine: the newest reading of each strip, averaged over time.

Meters come by the thousand a second and only the newest counts, so that they never become events
one by one. The wire puts each reading into its slot; `sample`, some twenty times a second, folds
what is new into mean powers; `take`, at the engine's pace, says them in one event.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from bridge.daw.dialect import Dialect, LevelSlot
from bridge.daw.scale import MAX_TRACKS
from bridge.mix.messages import MetersRead
from bridge.mix.params import SILENCE_DB
from bridge.mix.spectrum import FloatArray, to_db, to_power
from bridge.mix.state import METER_COLUMNS

SAMPLES_HZ: Final = 20.0
"""How often `sample` should be called: as often as DAWs send meters."""

_PEAK_COLUMN: Final = 1
_TOP_DBFS: Final = 60.0
"""No mix gets here; keeps a nonsense reading from flooding the mean of a good one."""


class LevelMeters:
    """The levels of all strips since the last `take`.

    Readings are dBFS, finite. Until something is sampled nothing is known of a strip, which is NaN.

    Attributes:
        shown: (tracks, 2) the newest RMS and peak of every strip, for showing.
    """

    def __init__(self, dialect: Dialect, *, at: float) -> None:
        self._dialect = dialect
        self._newest: dict[LevelSlot, Sequence[float]] = {}
        self._is_held = not dialect.capabilities.repeats_levels
        self._is_new = False
        self._power = np.zeros((MAX_TRACKS, METER_COLUMNS))
        self._samples = np.zeros((MAX_TRACKS, METER_COLUMNS))
        self._peak_dbfs = np.full(MAX_TRACKS, -np.inf)
        self.shown: FloatArray = np.full((MAX_TRACKS, 2), np.nan)
        self._strips = 0
        self._since = at

    def slot(self, address: str, width: int) -> LevelSlot | None:
        """Where the `width` values of a message to this address belong; None for no level."""
        return self._dialect.level_slot(address, width)

    def record(self, slot: LevelSlot, levels_dbfs: Sequence[float]) -> None:
        """Take the newest reading; what stood there and was not sampled is forgotten."""
        self._newest[slot] = levels_dbfs
        self._is_new = True

    def sample(self) -> bool:
        """Fold what stands now into the means; returns whether there were new readings.

        A DAW that says a level only when it changes means that it still stands.
        """
        is_new, self._is_new = self._is_new, False
        if not self._newest:
            return False
        strips = max(slot.track for slot in self._newest)
        levels: FloatArray = np.full((strips, METER_COLUMNS), np.nan)
        for (track, first, width), values in self._newest.items():
            levels[track - 1, first : first + width] = values
        if not self._is_held:
            self._newest.clear()
        np.clip(levels, SILENCE_DB, _TOP_DBFS, out=levels)
        shown = levels[:, : _PEAK_COLUMN + 1]
        np.copyto(self.shown[:strips], shown, where=~np.isnan(shown))
        self._power[:strips] += np.nan_to_num(to_power(levels))
        self._samples[:strips] += ~np.isnan(levels)
        peak = self._peak_dbfs[:strips]
        np.fmax(peak, levels[:, _PEAK_COLUMN], out=peak)
        self._strips = max(self._strips, strips)
        return is_new

    def collect(self, *, at: float) -> MetersRead | None:
        """The means since the last `take`, which begin anew; None if nothing was heard."""
        self.sample()
        strips = self._strips
        event = None
        if strips:
            samples = self._samples[:strips]
            is_heard = samples > 0
            levels = to_db(self._power[:strips] / np.maximum(samples, 1.0))
            levels[:, _PEAK_COLUMN] = self._peak_dbfs[:strips]
            levels[~is_heard] = np.nan
            event = MetersRead(at=at, since=self._since, levels=levels.astype("<f4").tobytes())
        self._begin(at)
        return event

    def clear(self, *, at: float) -> None:
        """Forget everything: a dump has begun, and its numbers may mean other strips."""
        self._newest.clear()
        self._is_new = False
        self._begin(at)

    def _begin(self, at: float) -> None:
        self._power[:] = 0.0
        self._samples[:] = 0.0
        self._peak_dbfs[:] = -np.inf
        self._strips = 0
        self._since = at
