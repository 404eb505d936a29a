"""What the commands of the studies share: options, a salt, figures as text, results as JSON."""

import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import numpy as np

from bridge.errors import ConfigError
from bridge.learning.q_learning import FloatArray

_Command = TypeVar("_Command", bound=Callable[..., None])

_OPTIONS: Final = (
    click.option(
        "--salt", help="What all is drawn from, hexadecimal; without it a new one is made."
    ),
    click.option("--quick", is_flag=True, help="A few minutes: fewer of all, and fewer rivals."),
    click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core."),
    click.option("--prior", "prior_file", type=click.Path(path_type=Path), help="Another prior."),
    click.option(
        "--out", type=click.Path(path_type=Path, dir_okay=False), help="Save all as JSON."
    ),
)


def study_options(command: _Command) -> _Command:
    """Give a command the options ``--salt``, ``--quick``, ``--workers``, ``--prior``, ``--out``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def salt_of(salt: str | None) -> str:
    """The salt of a study: the one that was given, or a new one.

    Raises:
        ConfigError: If it is not hexadecimal: no seed can be made of it.
    """
    salt = salt or secrets.token_hex(6)
    try:
        int(salt, 16)
    except ValueError:
        raise ConfigError(
            f"--salt {salt}: expected a hexadecimal number, such as 8e8df559; or leave it out."
        ) from None
    return salt


def mean_se(values: Sequence[float] | FloatArray) -> str:
    """The mean and its standard error, as text."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{np.mean(values):.2f} ±{error:.2f}"


def save(results: dict[str, Any], out: Path | None) -> None:
    """Write the results as JSON, where a file is given.

    Raises:
        ConfigError: If it cannot be written.
    """
    if out is not None:
        try:
            out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{out}: cannot be written: {error.strerror}.") from error
