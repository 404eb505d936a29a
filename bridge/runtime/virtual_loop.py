"""An event loop whose time is virtual: it jumps from one callback to the next.

It waits for nothing and has no sockets: the same callbacks at the same times run in the same order,
as fast as they can. `asyncio.BaseEventLoop` keeps the callbacks; this gives it a clock, and a
selector that turns the clock where another waits.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVarTuple

_Args = TypeVarTuple("_Args")


class VirtualLoop(asyncio.BaseEventLoop):
    """Call `play`; what is scheduled meanwhile is run in its turn.

    Args:
        at: Where its time begins, seconds.

    Attributes:
        readers: Who reads a socket, by the socket's `id`.
    """

    def __init__(self, at: float = 0.0) -> None:
        super().__init__()
        self._at = at
        self._selector = self  # the name under which the base asks for one
        self._fault: BaseException | None = None
        self.readers: dict[int, Callable[[], Any]] = {}

    def time(self) -> float:
        """The virtual time, seconds."""
        return self._at

    def play(self, until: float) -> None:
        """Run every callback that is due by then, in order; time stands at `until` afterwards.

        Raises:
            BaseException: Whatever a callback raised.
        """
        self.call_at(until, self.stop)
        self.run_forever()
        self._at = max(self._at, until)
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault

    def select(self, timeout: float | None) -> list[object]:
        """Let so much time pass; nothing comes by itself."""
        self._at += timeout or 0.0
        return []

    def add_reader(self, fd: object, callback: Callable[[*_Args], Any], *args: *_Args) -> None:
        """Remember who reads a socket."""
        self.readers[id(fd)] = lambda: callback(*args)

    def remove_reader(self, fd: object) -> bool:
        """Forget who reads a socket."""
        return self.readers.pop(id(fd), None) is not None

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Let a fault of a callback end `play`."""
        self._fault = self._fault or context.get("exception")
        self.stop()

    def _process_events(self, _: object) -> None:
        """Nothing is ever ready."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake it for."""
