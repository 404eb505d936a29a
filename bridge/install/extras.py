"""The libraries of the extra ``demo``, asked for where they are used and nowhere sooner."""

from importlib import import_module
from typing import Any

from bridge.errors import AudioError
from bridge.install.installation import install_command


def demo_library(name: str) -> Any:  # noqa: ANN401 - four libraries, three of them untyped
    """The module `name` of the extra ``demo``; raises as `optional_library` does."""
    return optional_library(name, extra="demo")


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
