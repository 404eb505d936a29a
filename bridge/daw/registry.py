"""The dialects there are, by their name in the config."""

from collections.abc import Callable
from typing import Final

from bridge.daw.ardour import ArdourDialect
from bridge.daw.dialect import Dialect
from bridge.daw.generic import make_generic
from bridge.daw.reaper import ReaperDialect
from bridge.errors import ConfigError

DIALECTS: Final[dict[str, Callable[[], Dialect]]] = {
    "generic": make_generic,
    "ardour": ArdourDialect,
    "reaper": ReaperDialect,
}


def make_dialect(name: str) -> Dialect:
    """The dialect of that name.

    Raises:
        ConfigError: If there is none.
    """
    if name not in DIALECTS:
        raise ConfigError(f"daw.dialect: expected one of {', '.join(DIALECTS)}; got {name!r}.")
    return DIALECTS[name]()
