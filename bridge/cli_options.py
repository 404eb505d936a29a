"""What several commands share: where the settings are."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from bridge.config import Settings

FILE: Final = click.Path(path_type=Path)
config_option = click.option(
    "--config",
    type=FILE,
    envvar="MIXBRIDGE_CONFIG",
    metavar="FILE",
    help="Settings in YAML; without it, or MIXBRIDGE_CONFIG, all defaults.",
)


def settings(path: Path | None, overrides: dict[str, object] | None = None) -> "Settings":
    """The settings of a file, or the defaults; `overrides` by dotted key replace the file's."""
    from bridge.config import load

    return load(path, overrides)
