"""What a peak meter alone says of how loud a track is.

A DAW that sends no mean levels still sends peaks. How far the highest peak of a second stands over
the track's loudness depends on what it plays: a snare is nearly all peak, a bass nearly none.
"""

from typing import Final

import numpy as np

from bridge.mix.roles import ROLES, Role
from bridge.mix.spectrum import FloatArray

# Highest sample of a second over the K-weighted loudness, dB: general knowledge of crest factors,
# to within `PEAK_SD_DB`. The band that comes with the bridge stands at 14, 14, 16 (drums), 10
# (bass), 13, 11, 11 (guitar, keys, pad), 8 and 10 (voices).
_PEAK_OVER_LOUDNESS_DB: Final[dict[Role, float]] = {
    Role.KICK: 14.0,
    Role.SNARE: 14.0,
    Role.HATS: 15.0,
    Role.DRUMS: 14.0,
    Role.BASS: 10.0,
    Role.GUITAR: 12.0,
    Role.KEYS: 12.0,
    Role.LEAD: 10.0,
    Role.BACKING: 11.0,
    Role.PAD: 10.0,
    Role.STRINGS: 11.0,
    Role.FX: 12.0,
    Role.OTHER: 12.0,
}

PEAK_OVER_LOUDNESS_DB: Final[FloatArray] = np.array([_PEAK_OVER_LOUDNESS_DB[r] for r in ROLES])
"""(roles,) how far the highest peak of a second stands over the loudness, dB."""

PEAK_SD_DB: Final = 3.0
"""Standard deviation of that from one recording to the next: what is guessed from it is that wrong,
for as long as one listens."""
