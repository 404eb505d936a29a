"""Which DAW the bridge runs beside, where its settings name none: chosen on the page, and kept."""

import asyncio
from collections.abc import Callable

from bridge.config import Settings
from bridge.daws import DAWS
from bridge.errors import ConfigError, NetworkError, RefusedError
from bridge.journal.state_file import read_state, write_state
from bridge.runtime.port_owner import owners, why_not_bound

_PART = "daw"


class DawChoice:
    """Takes the choice of a person, and ends the bridge that runs, so that another can begin.

    Args:
        beside: Makes the settings for a DAW.

    Attributes:
        settings: Those of the DAW that was chosen; None as long as none was.
        stopped: Is set when the bridge that runs is to end.
        is_there: Whether a DAW is there: then nothing is chosen any more.
    """

    def __init__(self, beside: Callable[[str], Settings]) -> None:
        self.settings: Settings | None = None
        self.stopped = asyncio.Event()
        self.is_there: Callable[[], bool] = lambda: False
        self._beside = beside
        self._now: Settings | None = None
        self._loop = asyncio.get_running_loop()

    def begin(self, now: Settings) -> None:
        """Wait for a choice, while the bridge runs with the settings `now`."""
        self._now, self.settings, self.stopped = now, None, asyncio.Event()
        self.is_there = lambda: False

    def choose(self, name: str) -> None:
        """Take the name of a DAW; may be called on any thread.

        Raises:
            ConfigError: If there is no such DAW.
            RefusedError: If a DAW is there now.
            NetworkError: If the port is taken where that DAW expects the bridge.
        """
        if name not in DAWS:
            raise ConfigError(f"daw: expected one of {', '.join(DAWS)}; got {name!r}.")
        if self.is_there():
            raise RefusedError(
                "A DAW is connected. To change to another one, close this one first."
            )
        wanted, now = self._beside(name), self._now
        listen = wanted.listen
        if now is None or listen != now.listen:
            why = why_not_bound(listen.host, listen.port)
            if why is not None:
                who = f", by {', '.join(owners(listen.port))}" if owners(listen.port) else ""
                raise NetworkError(
                    f"Port {listen.port}, where {DAWS[name].title} expects mixbridge, cannot be "
                    f"had: {why}{who}. {DAWS[name].only_port}".rstrip()
                )
        self._loop.call_soon_threadsafe(self._end, wanted)

    def _end(self, wanted: Settings) -> None:
        self.settings = wanted
        self.stopped.set()


def record_choice(settings: Settings) -> None:
    """Record which DAW was chosen, for the next start.

    Raises:
        JournalError: If it cannot be written.
    """
    write_state(settings.store, _PART, {"dialect": settings.daw.dialect})


def last_choice(settings: Settings) -> str | None:
    """Return which DAW was chosen last by whoever these settings are for; None for none."""
    kept = read_state(settings.store).get(_PART)
    name = kept.get("dialect") if isinstance(kept, dict) else None
    return name if name in DAWS else None
