"""The libraries of the extra ``demo``, asked for where they are used and nowhere sooner."""

from importlib import import_module
from typing import Any

import click

from bridge.errors import AudioError
from bridge.install.installation import install_command


def demo_library(name: str) -> Any:  # noqa: ANN401 - four libraries, three of them untyped
    """The module `name` of the extra ``demo``; raises as `optional_library` does."""
    return optional_library(name, extra="demo")


def drawing_library() -> Any:  # noqa: ANN401 - as above
    """The module ``matplotlib.figure``; None, with a sentence on stderr, where it is missing."""
    try:
        return import_module("matplotlib.figure")
    except ImportError:
        click.echo(f"No picture: it needs matplotlib: {install_command('notebook')}", err=True)
        return None


def optional_library(name: str, *, extra: str) -> Any:  # noqa: ANN401 - as above
    """The module `name` of an extra.

    Raises:
        AudioError: If it is not installed or does not work here, with what to do.
    """
    try:
        return import_module(name)
    except (ImportError, OSError) as error:  # OSError: soundfile without its C library
        raise AudioError(
            f"This needs {name.partition('.')[0]}, which cannot be imported "
            f"({error}); install it: {install_command(extra)}"
        ) from error
