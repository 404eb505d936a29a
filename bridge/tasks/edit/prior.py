"""What the edit task knows before it meets a person: `bridge/data/edit_prior.json`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log2
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import PriorError
from bridge.learning.prior import load_prior
from bridge.learning.q_learning import FloatArray
from bridge.learning.taste import TastePrior
from bridge.mix.roles import Role
from bridge.tasks.edit.geometry import KINDS, Kind


class EditRole(StrEnum):
    """What a track plays, as far as its edits go; the groups of a person's taste."""

    DRUMS = "drums"
    BASS = "bass"
    PLUCKED = "plucked"
    KEYS = "keys"
    VOICES = "voices"
    OTHER = "other"


EDIT_ROLES: Final[tuple[EditRole, ...]] = tuple(EditRole)
EDIT_ROLE_INDEX: Final = {role: row for row, role in enumerate(EDIT_ROLES)}

_ROLES: Final[Mapping[Role, EditRole]] = {
    Role.KICK: EditRole.DRUMS,
    Role.SNARE: EditRole.DRUMS,
    Role.HATS: EditRole.DRUMS,
    Role.DRUMS: EditRole.DRUMS,
    Role.BASS: EditRole.BASS,
    Role.GUITAR: EditRole.PLUCKED,
    Role.KEYS: EditRole.KEYS,
    Role.PAD: EditRole.KEYS,
    Role.STRINGS: EditRole.KEYS,
    Role.LEAD: EditRole.VOICES,
    Role.BACKING: EditRole.VOICES,
}


def edit_role(role: Role) -> EditRole:
    """The group of a track."""
    return _ROLES.get(role, EditRole.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a kind's sizes are counted.

    Attributes:
        typical: A size that about half of all people find worth an edit; ours, invented.
        spread: One unit: a factor of 2 to the power of it, or so many dB.
        is_ratio: Whether a size twice as large is one step, not one dB.
        unit: In words.
    """

    typical: float
    spread: float
    is_ratio: bool
    unit: str

    def steps(self, size: float) -> float:
        """How far a size is above the typical one, in units of `spread`."""
        size = abs(size)
        if self.is_ratio:
            return log2(max(size, 1e-6) / self.typical) / self.spread
        return (size - self.typical) / self.spread

    def size(self, steps: float) -> float:
        """The size that is so many steps above the typical one."""
        if self.is_ratio:
            return float(self.typical * 2.0 ** (steps * self.spread))
        return self.typical + steps * self.spread


SCALES: Final[Mapping[Kind, Scale]] = {
    Kind.GAP: Scale(typical=1.2, spread=1.0, is_ratio=True, unit="s"),
    Kind.HEAD: Scale(typical=0.9, spread=1.0, is_ratio=True, unit="s"),
    Kind.TAIL: Scale(typical=1.2, spread=1.0, is_ratio=True, unit="s"),
    Kind.FADE: Scale(typical=22.0, spread=6.0, is_ratio=False, unit="dB"),
    Kind.JOIN: Scale(typical=22.0, spread=6.0, is_ratio=False, unit="dB"),
    Kind.TIMING: Scale(typical=24.0, spread=0.7, is_ratio=True, unit="ms"),
    Kind.HOLE: Scale(typical=20.0, spread=1.0, is_ratio=True, unit="ms"),
    Kind.TAKE: Scale(typical=2.0, spread=1.0, is_ratio=True, unit="faults"),
}

SETTINGS: Final = (
    "strength", "pad_before_s", "pad_after_s", "depth_db", "fade_s", "crossfade_s",
)  # fmt: skip
"""The settings that are learnt, behind the kinds in a taste's dimensions."""

SETTINGS_OF: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.GAP: ("depth_db", "pad_before_s", "pad_after_s", "fade_s"),
    Kind.HEAD: ("depth_db", "pad_before_s", "fade_s"),
    Kind.TAIL: ("depth_db", "pad_after_s", "fade_s"),
    Kind.FADE: ("fade_s",),
    Kind.JOIN: ("crossfade_s",),
    Kind.TIMING: ("strength", "crossfade_s"),
    Kind.HOLE: ("crossfade_s",),
    Kind.TAKE: ("fade_s",),
}
"""The settings with which an edit of each kind is made."""

DIMENSIONS: Final = len(KINDS) + len(SETTINGS)

ERROR_EDGES: Final[FloatArray] = np.linspace(-2.75, 2.75, 23)
"""Edges of the bins of how far a size is above what this person finds worth an edit."""

BINS: Final = ERROR_EDGES.size + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EditPrior:
    """What is known of people.

    Attributes:
        offers: (kinds * bins, 1) the Q-table of offering.
        taste: Groups are `EDIT_ROLES`; dimensions the kinds' thresholds, in steps, and the
            settings, in their units (strength, then natural logarithms of s, dB / 10 of depth).
        checksum: Of the file.
    """

    offers: FloatArray
    taste: TastePrior
    checksum: str


def load_edit_prior(path: Path | None = None) -> EditPrior:
    """The prior in a file, or the shipped one.

    Raises:
        PriorError: If it cannot be read or used.
    """
    prior = load_prior(path, shipped="edit_prior.json", command="train-edit")
    expected = {
        "offers": (len(KINDS) * BINS, 1),
        "taste": (len(EDIT_ROLES), DIMENSIONS),
    }
    found = {
        "offers": prior.tables["offers"].shape if "offers" in prior.tables else None,
        "taste": prior.taste.mean.shape,
    }
    if found != expected:
        raise PriorError(
            f"{path or 'edit_prior.json'}: expected tables of {expected}, got {found}; "
            "train it anew with `mixbridge study train-edit`."
        )
    return EditPrior(offers=prior.tables["offers"], taste=prior.taste, checksum=prior.checksum)
