"""Where the average listener wants each role: level, tone and width.

These are the rules that the assistant starts from; what one person wants instead is learnt
(`bridge.learning.taste`), and the training of the prior corrects them where simulated listeners
disagree. Only differences between roles matter for the levels: they are shifted together until the
tracks of a song add up to the mix.
"""

from typing import Final

import numpy as np

from bridge.mix.roles import ROLES, Role
from bridge.mix.spectrum import K_WEIGHT_DB, FloatArray, four_bands_db, loudness_db, to_db, to_power

# Loudness of one track against the whole mix, dB (K-weighted). The lead: about 1 dB over the
# accompaniment in chart music since 1975, so some 3 dB under the mix (Gerdes & Siedenburg 2023,
# JASA Express Letters 3, 043201). The others have no published table that is free to use: they are
# general practice, lead and drums on top, colours 8 to 15 dB below.
_LEVEL_RE_MIX_DB: Final[dict[Role, float]] = {
    Role.KICK: -10.0,
    Role.SNARE: -10.0,
    Role.HATS: -19.0,
    Role.DRUMS: -12.0,
    Role.BASS: -10.0,
    Role.GUITAR: -14.0,
    Role.KEYS: -15.0,
    Role.LEAD: -5.0,
    Role.BACKING: -15.0,
    Role.PAD: -18.0,
    Role.STRINGS: -16.0,
    Role.FX: -20.0,
    Role.OTHER: -16.0,
}

# How far from the centre, 0 to 1: bass, kick and lead in the centre, support at 15 to 30 of 60
# degrees, percussion at 25 to 45 (RoEx API guide; the same direction as the rules of Perez
# Gonzalez & Reiss 2010).
_WIDTH: Final[dict[Role, float]] = {
    Role.KICK: 0.0,
    Role.SNARE: 0.05,
    Role.HATS: 0.3,
    Role.DRUMS: 0.35,
    Role.BASS: 0.0,
    Role.GUITAR: 0.5,
    Role.KEYS: 0.4,
    Role.LEAD: 0.0,
    Role.BACKING: 0.45,
    Role.PAD: 0.45,
    Role.STRINGS: 0.45,
    Role.FX: 0.5,
    Role.OTHER: 0.35,
}

# Octave levels of a typical track in a finished mix, 31.5 Hz to 16 kHz, dB against its strongest
# octave. General knowledge of where instruments have their energy (fundamentals, formants, sizzle),
# to within some 3 dB; nobody's table.
_OCTAVES_DB: Final[dict[Role, tuple[float, ...]]] = {
    Role.KICK: (-8, 0, -3, -12, -18, -20, -18, -18, -26, -36),
    Role.SNARE: (-40, -25, -9, 0, -5, -6, -6, -6, -8, -16),
    Role.HATS: (-60, -50, -40, -32, -24, -18, -12, -6, 0, -4),
    Role.DRUMS: (-14, -3, -4, -7, -9, -9, -8, -7, -7, -13),
    Role.BASS: (-8, 0, -1, -6, -13, -18, -23, -30, -40, -55),
    Role.GUITAR: (-50, -28, -10, -2, 0, -2, -4, -9, -18, -30),
    Role.KEYS: (-45, -22, -8, -1, 0, -4, -9, -15, -23, -34),
    Role.LEAD: (-60, -38, -12, -2, 0, -3, -6, -9, -13, -20),
    Role.BACKING: (-60, -42, -15, -4, 0, -2, -5, -8, -12, -19),
    Role.PAD: (-40, -20, -8, -1, 0, -4, -9, -15, -22, -32),
    Role.STRINGS: (-55, -35, -14, -3, 0, -2, -6, -11, -18, -28),
    Role.FX: (-30, -18, -10, -6, -3, 0, -2, -4, -8, -14),
    Role.OTHER: (-30, -14, -6, -1, 0, -3, -7, -11, -17, -26),
}


def tone_db(octaves_db: FloatArray) -> FloatArray:
    """Tone (..., 4): each EQ band against the other three of the same track, K-weighted dB.

    Against the other three and not against the whole: in a track that is nearly all lows a cut of
    the lows would hardly move the lows against the whole.
    """
    bands = to_power(four_bands_db(octaves_db + K_WEIGHT_DB))
    others = bands.sum(axis=-1, keepdims=True) - bands
    return np.asarray(to_db(bands) - to_db(others))


LEVEL_TARGET_DB: Final[FloatArray] = np.array([_LEVEL_RE_MIX_DB[role] for role in ROLES])
"""(roles,) loudness against the mix, dB."""

WIDTH_TARGET: Final[FloatArray] = np.array([_WIDTH[role] for role in ROLES])
"""(roles,) distance from the centre, 0 to 1."""

TYPICAL_DB: Final[FloatArray] = np.array(
    [np.array(_OCTAVES_DB[role]) - loudness_db(np.array(_OCTAVES_DB[role])) for role in ROLES]
)
"""(roles, 10) octave levels of a typical track of 0 dB loudness."""

TONE_TARGET_DB: Final[FloatArray] = tone_db(TYPICAL_DB)
"""(roles, 4) tone as `tone_db` measures it."""

# Long-term spectrum of released music: about -4.5 dB an octave, less below 200 Hz and more above
# 4 kHz (Pestana et al. 2013, AES 8960; Elowsson & Friberg 2017, AES 9762).
MIX_TONE_TARGET_DB: Final[FloatArray] = tone_db(
    np.array([-8.0, 0.0, 0.0, -2.0, -5.0, -9.0, -13.0, -19.0, -26.0, -34.0])
)
"""(4,) tone of a whole mix, as `tone_db` measures it."""
