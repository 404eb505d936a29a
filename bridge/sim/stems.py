"""The audio of a song, one mono track a strip."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.mix.roles import Role

SAMPLE_RATE: Final = 48_000
"""Hz; the rate of everything that is synthesised here."""

Audio = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stems:
    """What was recorded: full scale is +-1, all tracks begin and end together.

    Attributes:
        names: The tracks' names.
        roles: What each of them plays.
        audio: (tracks, samples), before any fader.
        sample_rate: Hz.
    """

    names: tuple[str, ...]
    roles: tuple[Role, ...]
    audio: Audio
    sample_rate: int

    @property
    def duration_s(self) -> float:
        """How long the song is, in seconds."""
        return float(self.audio.shape[1] / self.sample_rate)
