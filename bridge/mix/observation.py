"""What an agent may know of the mix at one moment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.mix.params import COLUMN, EQ_COLUMNS, Param
from bridge.mix.spectrum import FloatArray, eq_curve_db


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observation:
    """What an agent may know of the mix: one row a strip, all arrays read-only by custom.

    A DAW that has no spectra leaves `source_db` NaN, one without any meter `level_db` too, and a
    strip without an EQ its `values`: "unknown" is a value that an agent must cope with.

    Attributes:
        keys: The strips' identities.
        names: Their names, for reasons.
        roles: (n,) index into `ROLES`.
        values: (n, 6) last confirmed values of `MOVABLE`; NaN unknown.
        source_db: (n, 10) mean octave levels before fader and EQ, dBFS; NaN unknown.
        level_db: (n,) mean RMS before the fader, dBFS; NaN unknown.
        audible: (n,) whether the strip has been heard and is not muted.
        reads: (n,) readings behind the means.
        level_sd_db: (n,) or for all: by how much `level_db` may be wrong for as long as one
            listens; 0 where RMS was read, `PEAK_SD_DB` where it was guessed from peaks.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    roles: NDArray[np.int64]
    values: FloatArray
    source_db: FloatArray
    level_db: FloatArray
    audible: NDArray[np.bool_]
    reads: FloatArray
    level_sd_db: FloatArray | float = 0.0

    def octaves_db(self) -> FloatArray:
        """(n, 10) octave levels after EQ and fader, as the strips stand now."""
        eq = np.nan_to_num(self.values[:, EQ_COLUMNS])
        return np.asarray(self.source_db + self.values[:, [COLUMN[Param.GAIN]]] + eq_curve_db(eq))
