"""Simulated people who have a hidden opinion of what is worth an edit, for training.

Sizes are in steps from a typical one. Those that the learner is judged by
(`bridge.studies.edit.strangers`) judge otherwise, and are not known here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STRICTNESS_SD: Final = 0.3
"""How people differ in all kinds of edits together, in steps, ..."""

KIND_SD: Final = 0.8
"""... in each kind, ..."""

ROLE_SD: Final = 0.5
"""... and in each kind for one role."""

JUDGEMENT_SD: Final = 0.25
"""How much one person's judgement of one size varies."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Editor:
    """One person; `thresholds` (roles, kinds) are the sizes from which an edit is wanted."""

    thresholds: FloatArray

    def margin(self, role: int, kind: int, steps: float) -> float:
        """How far a size is above what this person wants edited; below 0 it is not wanted."""
        return steps - float(self.thresholds[role, kind])


def draw_editor(rng: np.random.Generator, *, roles: int, kinds: int, spread: float = 1.0) -> Editor:
    """A person of the population `std`; `spread` widens how people differ."""
    return Editor(
        thresholds=spread
        * (
            rng.normal(0.0, STRICTNESS_SD)
            + rng.normal(0.0, KIND_SD, kinds)
            + rng.normal(0.0, ROLE_SD, (roles, kinds))
        )
    )
