"""A simulated listener in front of a console: hears the stems, has a taste, gives thumbs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np

from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.mix.roles import ROLE_INDEX
from bridge.mix.spectrum import FloatArray, to_db, to_power
from bridge.sim.console import Console
from bridge.sim.listeners import draw_listener, oracle
from bridge.sim.songs import SimulatedMix, Song
from bridge.sim.stems import BLOCK, Stems
from bridge.studies.learning.rivals import Rules
from bridge.studies.learning.session import play_frozen

_BLOCK_S: Final = 0.5
_GATE_DBFS: Final = -70.0
_PLACES: Final = 8
_ORACLE_MOVES: Final = 200
_RULES_MOVES: Final = 100


class Audience:
    """One person with a hidden taste, drawn from `seed`, who listens to one session.

    Args:
        stems: What is played.
        start_values: (tracks, 6) where the controls stand at first.
        seed: Of the taste and of every answer.

    Attributes:
        values: (tracks, 6) the mix as this person last heard it.
    """

    def __init__(self, stems: Stems, start_values: FloatArray, *, seed: int) -> None:
        self._rng = np.random.Generator(np.random.PCG64([seed, 2]))
        self._listener = draw_listener(np.random.Generator(np.random.PCG64([seed, 1])))
        self.song = song_of(stems, start_values)
        self.values = start_values.copy()
        self._start = self._utility(start_values)

    def judge(self, param: Param, values: Mapping[int, float]) -> float | None:
        """Hear a control of some tracks (from 1) move to `values`; returns a thumb or nothing."""
        before = self._utility(self.values)
        for track, value in values.items():
            self.values[track - 1, COLUMN[param]] = value
        return self._listener.judge(before, self._utility(self.values), self._rng)

    @cached_property
    def _gain(self) -> float:
        """What a perfect engineer would win; of sixty tracks it takes seconds to find."""
        best = oracle(self.song, self._listener, moves=_ORACLE_MOVES).utilities[-1]
        return max(best - self._start, 1e-9)

    def distance(self, values: FloatArray | None = None) -> float:
        """How far a mix (tracks, 6) is from this person's taste: the one heard last without one.

        1 at the start, 0 for a perfect engineer.
        """
        return self._distance(self.values if values is None else values)

    def rules_distance(self) -> float:
        """The same where nobody listens and only the static rules mix."""
        return self._distance(play_frozen(Rules(), SimulatedMix(self.song), moves=_RULES_MOVES))

    def _distance(self, values: FloatArray) -> float:
        return 1.0 - (self._utility(values) - self._start) / self._gain

    def _utility(self, values: FloatArray) -> float:
        return self._listener.utility(self.song, values)


def song_of(stems: Stems, start_values: FloatArray) -> Song:
    """What stems sound like on average: octave levels with every control at zero.

    A long song is heard in places only, each track where it is known to sound.
    """
    flat = np.zeros((len(stems.names), len(MOVABLE)))
    if stems.heard_at:
        source_db = np.stack([_in_places(stems, row) for row in range(len(stems.names))])
    else:
        blocks = max(1, int(stems.duration_s / _BLOCK_S))
        console = Console(stems, flat)
        source_db = _mean_octaves_db(console.play(_BLOCK_S) for _ in range(blocks))
    return Song(
        names=stems.names,
        roles=np.array([ROLE_INDEX[role] for role in stems.roles], dtype=np.int64),
        source_db=source_db,
        start_values=start_values,
    )


def _in_places(stems: Stems, row: int) -> FloatArray:
    """(10,) mean octave levels of one track."""
    alone = replace(
        stems, names=stems.names[row : row + 1], audio=(stems.audio[row],), places=(), heard_at=()
    )
    console = Console(alone, np.zeros((1, len(MOVABLE))))

    def levels() -> Iterator[FloatArray]:
        for start in stems.heard_at[row][:: max(1, len(stems.heard_at[row]) // _PLACES)] or (0,):
            console.seek(start)
            for _ in range(int(BLOCK / stems.sample_rate / _BLOCK_S)):
                yield console.play(_BLOCK_S)

    return np.asarray(_mean_octaves_db(levels())[0])


def _mean_octaves_db(readings: Iterable[FloatArray]) -> FloatArray:
    """(tracks, 10) mean of (tracks, 12) readings of the meters, of each track where it sounds."""
    power, heard = np.zeros(1), np.zeros(1)
    for levels in readings:
        is_heard = levels[:, :1] > _GATE_DBFS
        power = power + np.where(is_heard, to_power(levels[:, 2:]), 0.0)
        heard = heard + is_heard
    return to_db(power / np.maximum(heard, 1.0))
