"""People with a hidden opinion of what is worth an edit, unknown to all that trains or learns.

`std` are people as in training. `shift` want fewer edits and judge sizes otherwise: beyond their
threshold a size counts more, below it less, and the kinds weigh in on each other. `diverse` differ
from each other by one and a half times as much.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.sim.editors import JUDGEMENT_SD, Editor, draw_editor
from bridge.tasks.edit.geometry import KINDS
from bridge.tasks.edit.prior import EDIT_ROLES

POPULATIONS: Final = ("std", "shift", "diverse")
FLIPS: Final = 0.1
"""Share of the answers that are the other one."""

_DIVERSE: Final = 1.5
_FEWER: Final = 0.9
_FEWER_SD: Final = 0.5
_SONG_SD: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stranger:
    """One person.

    Attributes:
        editor: Their thresholds.
        bend: How much more a size counts above the typical one than below it.
        of_song: (songs, kinds) what is special in each song.
    """

    editor: Editor
    bend: float
    of_song: FloatArray

    def wants(
        self, song: int, role: int, kind: int, steps: float, rng: np.random.Generator
    ) -> bool:
        """Whether they want an edit of that size."""
        judged = steps * (1.0 + self.bend) if steps > 0.0 else steps * (1.0 - self.bend)
        margin = self.editor.margin(role, kind, judged) - self.of_song[song, kind]
        return bool(margin + rng.normal(0.0, JUDGEMENT_SD) > 0.0)


def draw_stranger(population: str, rng: np.random.Generator, *, songs: int) -> Stranger:
    """A person of one of `POPULATIONS`."""
    roles, kinds = len(EDIT_ROLES), len(KINDS)
    spread = _DIVERSE if population == "diverse" else 1.0
    editor = draw_editor(rng, roles=roles, kinds=kinds, spread=spread)
    bend = 0.0
    if population == "shift":
        bend = 0.35
        editor = Editor(
            thresholds=editor.thresholds + _FEWER + rng.normal(0.0, _FEWER_SD, (1, kinds))
        )
    of_song = rng.normal(0.0, _SONG_SD, (songs, kinds))
    return Stranger(editor=editor, bend=bend, of_song=of_song)
