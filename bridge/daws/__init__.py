"""The registry: every DAW there is, a row each; a folder of this package is what one needs.

A folder holds the row (`__init__`), the dialect (`wire`, pure), and what setup, doctor and hosting
need. Folders know nothing of each other, and nothing outside says a DAW's name.
"""

from typing import Final

from bridge.daw.dialect import Dialect
from bridge.daw.row import DawRow
from bridge.daws.ableton import ABLETON
from bridge.daws.ardour import ARDOUR
from bridge.daws.desk import DESK
from bridge.daws.generic import GENERIC
from bridge.daws.reaper import REAPER
from bridge.daws.zyn import ZYN
from bridge.errors import ConfigError

DAWS: Final[dict[str, DawRow]] = {
    row.name: row for row in (GENERIC, ARDOUR, REAPER, ABLETON, DESK, ZYN)
}


def make_dialect(name: str, settings: object = None) -> Dialect:
    """The dialect of that name, with what the settings of the bridge say of it.

    Raises:
        ConfigError: If there is none.
    """
    if name not in DAWS:
        raise ConfigError(f"daw.dialect: expected one of {', '.join(DAWS)}; got {name!r}.")
    return DAWS[name].make_dialect(settings)
