"""What the sound task knows before it meets a synth or a person: `bridge/data/sound_prior.json`."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from bridge.errors import PriorError
from bridge.learning.prior import load_prior
from bridge.learning.q_learning import FloatArray
from bridge.learning.taste import TastePrior
from bridge.tasks.sound.cells import ACTIONS, CELLS, THIRDS
from bridge.tasks.sound.distance import FEATURES, Scale
from bridge.tasks.sound.effects import HEARD, EffectPrior
from bridge.tasks.sound.roles import KNOB_ROLES


class SoundRole(StrEnum):
    """What a sound plays; the groups of a person's taste."""

    BASS = "bass"
    LEAD = "lead"
    PAD = "pad"
    KEYS = "keys"
    PLUCK = "pluck"
    DRUM = "drum"


SOUND_ROLES: Final[tuple[SoundRole, ...]] = tuple(SoundRole)

SOUND_WORDS: Final = ("basses", "leads", "pads", "keys", "plucks", "drums")
"""Several sounds of each role, for sentences."""

_SHAPES: Final = {
    "steps": (CELLS, ACTIONS),
    "slope": (len(KNOB_ROLES), THIRDS, HEARD),
    "doubt": (len(KNOB_ROLES), THIRDS, HEARD),
    "noise": (HEARD,),
    "mean": (len(FEATURES),),
    "sd": (len(FEATURES),),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundPrior:
    """What is known of synths and of people.

    Attributes:
        steps: (162, 48) the Q-table.
        effects: What the roles of knobs do.
        scale: What one standard deviation of each feature is.
        taste: What is believed of anybody: groups are `SOUND_ROLES`, dimensions the features.
        checksum: Of the file.
    """

    steps: FloatArray
    effects: EffectPrior
    scale: Scale
    taste: TastePrior
    checksum: str


def load_sound_prior(path: Path | None = None) -> SoundPrior:
    """The prior in a file, or the shipped one.

    Raises:
        PriorError: If it cannot be read or used.
    """
    prior = load_prior(path, shipped="sound_prior.json", command="train-sound")
    for name, shape in _SHAPES.items():
        found = prior.tables[name].shape if name in prior.tables else None
        if found != shape:
            raise PriorError(
                f"{path or 'sound_prior.json'}: the table {name!r} should be {shape}, got {found}; "
                "train it anew with `mixbridge study train-sound`."
            )
    tables = prior.tables
    return SoundPrior(
        steps=tables["steps"],
        effects=EffectPrior(slope=tables["slope"], doubt=tables["doubt"], noise=tables["noise"]),
        scale=Scale(mean=tables["mean"], sd=tables["sd"]),
        taste=prior.taste,
        checksum=prior.checksum,
    )
