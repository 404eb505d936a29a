"""What holds of a desk where no settings say otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """As `bridge.config.DeskSettings` without a key."""

    strips: str = "named"
    monitors: str = "protect"
    aux: bool = False
