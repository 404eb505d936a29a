"""Which bands of a channel's EQ serve as ours: a bell near our frequency, or the shelf of its side.

What a person has set in frequency, Q and type stays; only gains are moved.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.daws.desk.wire.tables import EQ_TYPES
from bridge.mix.params import EQ_BANDS, Param

OUR_HZ: Final[dict[Param, float]] = dict(zip(EQ_BANDS, (100.0, 400.0, 2000.0, 8000.0), strict=True))
_REACH_OCTAVES: Final = 1.5
_BELLS: Final = frozenset({EQ_TYPES.index("PEQ"), EQ_TYPES.index("VEQ")})
_SHELF_OF: Final = {EQ_BANDS[0]: EQ_TYPES.index("LShv"), EQ_BANDS[-1]: EQ_TYPES.index("HShv")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band of a channel's EQ: its type (an index of `EQ_TYPES`) and frequency."""

    kind: int
    freq_hz: float


def find_bands(bands: Mapping[int, Band]) -> dict[Param, int]:
    """Which of these bands, by number, serves each of ours; each serves one at most."""
    near = sorted(
        (distance, number, param)
        for param, centre in OUR_HZ.items()
        for number, band in bands.items()
        if band.kind in _BELLS or band.kind == _SHELF_OF.get(param)
        if (distance := abs(math.log2(band.freq_hz / centre))) <= _REACH_OCTAVES
    )
    found: dict[Param, int] = {}
    for _, number, param in near:
        if param not in found and number not in found.values():
            found[param] = number
    return found
