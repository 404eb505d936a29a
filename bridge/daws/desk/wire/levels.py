"""The level meters of a desk: one blob for all inputs, twenty times a second.

X32: an int32 little-endian count, then as many float32, linear, 1.0 is full scale. X Air: the same
count, then as many int16 in 1/256 dB. Both are before fader and mute; they count as peaks, since
nobody says what they are.
"""

import struct
from typing import Final

import numpy as np

from bridge.errors import DialectError
from bridge.mix.params import SILENCE_DB
from bridge.mix.spectrum import FloatArray

_MOST: Final = 512
"""More than the largest bank of any of these desks holds (100)."""


def read_levels(blob: bytes, number_format: str) -> FloatArray:
    """The levels of a blob, dBFS, `SILENCE_DB` at the least.

    Raises:
        DialectError: If the blob is not as long as its count says, or a number is none.
    """
    width = np.dtype(number_format).itemsize
    if len(blob) < 4:
        raise DialectError(f"meters: expected a count of 4 bytes, got {len(blob)} bytes.")
    (count,) = struct.unpack_from("<i", blob)
    if not 0 <= count <= _MOST or len(blob) < 4 + count * width:
        raise DialectError(
            f"meters: expected {count} numbers of {width} bytes after the count, "
            f"got {len(blob) - 4} bytes."
        )
    numbers = np.frombuffer(blob, dtype=number_format, count=count, offset=4).astype(np.float64)
    if np.dtype(number_format).kind == "i":
        levels = numbers / 256.0
    else:
        if not np.isfinite(numbers).all():
            raise DialectError("meters: expected numbers, got one that is not a number.")
        floor = 10.0 ** (SILENCE_DB / 20.0)
        levels = 20.0 * np.log10(np.maximum(numbers, floor))
    return np.asarray(np.maximum(levels, SILENCE_DB))
