"""Finished mixes: what people bring to be learnt from, as an agent sees it.

A finished mix is a folder of stems as a DAW exports them, one file a track as it sits in the mix;
or the tracks before the mix, and a file that says where the controls stand.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES, Role
from bridge.mix.state import Observation
from bridge.sim.songs import SimulatedMix
from bridge.studies.learning.balance import load_balance

_HEARD_S: Final = 120.0
"""The loudest two minutes of a song say what its tracks are like."""

_READS: Final = 24.0
"""As surely as meters know it at best (`bridge.mix.state`)."""

_MOST_SENTENCES: Final = 12

_RESERVED: Final = frozenset({"song", "all", *(str(role) for role in ROLES)})
"""What `/bridge/forget` means otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedMix:
    """A mix to learn from.

    Attributes:
        name: Of its folder, to forget it by.
        observation: What an agent sees of it.
        knows_eq: Whether it is known what the EQ does; in exported stems it is part of the sound.
        nameless: The tracks whose names say no role; nothing is learnt from them.
        remarks: What a person should know of how the files were read, a sentence each.
    """

    name: str
    observation: Observation
    knows_eq: bool
    nameless: tuple[str, ...]
    remarks: tuple[str, ...]

    def lines(self, said: tuple[str, ...]) -> list[str]:
        """What was learnt from it, for a person.

        Args:
            said: The sentences of the agent.
        """
        count = len(self.observation.keys) - len(self.nameless)
        lines = [f"{self.name}: learnt from {count} tracks"]
        lines += [f"  {text}" for text in said[:_MOST_SENTENCES]]
        if len(said) > _MOST_SENTENCES:
            lines.append(f"  and {len(said) - _MOST_SENTENCES} smaller things")
        if not said:
            lines.append("  it is mixed as most listeners like")
        if self.nameless:
            names = ", ".join(self.nameless)
            lines.append(f"  nothing learnt from {names}: the names say no role")
        return [*lines, *(f"  {text}" for text in self.remarks)]


def load_finished(folder: Path, balance: Path | None) -> FinishedMix:
    """The mix of a folder: as it was exported, or with the controls where a file says.

    Raises:
        AudioError: As `load_balance` does.
        ConfigError: Likewise.
    """
    found = load_balance(folder, balance, seconds=_HEARD_S)
    mix = SimulatedMix(found.song, meter_noise_db=0.0)
    mix.values = found.values.copy()
    for row in range(len(found.stems.names)):
        if found.stems.channels(row) == 2 and found.stems.place(row) is None:
            mix.values[row, COLUMN[Param.PAN]] = np.nan  # wide by itself, wherever its pan stands
    seen = mix.last_observation()
    name = folder.resolve().name
    return FinishedMix(
        name=f"{name} mix" if name in _RESERVED else name,
        observation=replace(seen, reads=np.full(len(seen.keys), _READS)),
        knows_eq=balance is not None,
        nameless=tuple(
            each
            for each, role in zip(seen.names, seen.roles.tolist(), strict=True)
            if ROLES[role] is Role.OTHER
        ),
        remarks=found.stems.lines(),
    )
