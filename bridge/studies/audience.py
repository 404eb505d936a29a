"""A simulated listener in front of a console: hears the stems, has a taste, gives thumbs."""

from typing import Final

import numpy as np

from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.mix.roles import ROLE_INDEX
from bridge.mix.spectrum import FloatArray, to_db, to_power
from bridge.sim.console import Console
from bridge.sim.listeners import draw_listener, oracle
from bridge.sim.songs import SimulatedMix, Song
from bridge.sim.stems import Stems
from bridge.studies.rivals import Rules
from bridge.studies.session import play_frozen

_BLOCK_S: Final = 0.5
_GATE_DBFS: Final = -70.0
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
        best = oracle(self.song, self._listener, moves=_ORACLE_MOVES).utilities[-1]
        self._gain = max(best - self._start, 1e-9)

    def hear(self, track: int, param: Param, value: float) -> float | None:
        """Hear a control of track `track` (from 1) move to `value`; returns a thumb or nothing."""
        before = self._utility(self.values)
        self.values[track - 1, COLUMN[param]] = value
        return self._listener.judge(before, self._utility(self.values), self._rng)

    def distance(self) -> float:
        """How far the mix is from this person's taste: 1 at the start, 0 for a perfect engineer."""
        return self._distance(self.values)

    def rules_distance(self) -> float:
        """The same where nobody listens and only the static rules mix."""
        return self._distance(play_frozen(Rules(), SimulatedMix(self.song), moves=_RULES_MOVES))

    def _distance(self, values: FloatArray) -> float:
        return 1.0 - (self._utility(values) - self._start) / self._gain

    def _utility(self, values: FloatArray) -> float:
        return self._listener.utility(self.song, values)


def song_of(stems: Stems, start_values: FloatArray) -> Song:
    """What stems sound like on average: octave levels with every control at zero."""
    console = Console(stems, np.zeros((len(stems.names), len(MOVABLE))))
    blocks = max(1, int(stems.duration_s / _BLOCK_S))
    power = np.zeros((len(stems.names), 10))
    heard = np.zeros(len(stems.names))
    for _ in range(blocks):
        levels = console.play(_BLOCK_S)
        is_heard = levels[:, 0] > _GATE_DBFS
        power[is_heard] += to_power(levels[is_heard, 2:])
        heard += is_heard
    return Song(
        names=stems.names,
        roles=np.array([ROLE_INDEX[role] for role in stems.roles], dtype=np.int64),
        source_db=to_db(power / np.maximum(heard, 1.0)[:, None]),
        start_values=start_values,
    )
