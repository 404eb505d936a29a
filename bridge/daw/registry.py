"""The dialects there are, by their name in the config."""

from collections.abc import Callable
from typing import Final

from bridge.daw import ableton_wire
from bridge.daw.ableton import AbletonDialect
from bridge.daw.ardour import ArdourDialect
from bridge.daw.dialect import Dialect
from bridge.daw.generic import GenericDialect
from bridge.daw.reaper import ReaperDialect
from bridge.errors import ConfigError

DIALECTS: Final[dict[str, Callable[[], Dialect]]] = {
    "generic": GenericDialect,
    "ardour": ArdourDialect,
    "reaper": ReaperDialect,
    "ableton": AbletonDialect,
}

LISTEN_PORT: Final = 9400
"""Where the bridge listens, unless its settings say otherwise."""


def listen_port(name: str) -> int:
    """The port that a DAW expects the bridge at, where it cannot be told another."""
    return ableton_wire.ANSWERS_AT if name == "ableton" else LISTEN_PORT


def make_dialect(name: str) -> Dialect:
    """The dialect of that name.

    Raises:
        ConfigError: If there is none.
    """
    if name not in DIALECTS:
        raise ConfigError(f"daw.dialect: expected one of {', '.join(DIALECTS)}; got {name!r}.")
    return DIALECTS[name]()
