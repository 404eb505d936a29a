"""python-rtmidi without a sound system: devices that a test plugs in, unplugs and plays.

The calls are those of its reference, https://spotlightkid.github.io/python-rtmidi/rtmidi.html.
"""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class MidiSystem:
    """The devices of a computer, and a library that finds them; install it as ``rtmidi``.

    Attributes:
        names: What the system calls the devices now, in its order.
        busy: Names that another program has.
        sent: What was sent to the devices: name and bytes.
        is_sent: Is set when something was sent.
    """

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.busy: set[str] = set()
        self.sent: list[tuple[str, list[int]]] = []
        self.is_sent = threading.Event()
        self._listeners: dict[str, list[Callable[[Any, Any], None]]] = {}

    @property
    def library(self) -> Any:  # noqa: ANN401 - stands in for an untyped module
        return SimpleNamespace(
            API_UNIX_JACK=3,
            get_compiled_api=lambda: [2],
            MidiIn=lambda _api, name: _Port(self, name),
            MidiOut=lambda _api, name: _Port(self, name),
        )

    def play(self, name: str, *messages: list[int]) -> None:
        """A device sends messages to whoever has its port open."""
        for message in messages:
            for listener in list(self._listeners.get(name, ())):
                listener((message, 0.0), None)

    def unplug(self, name: str) -> None:
        """A device goes away, and with it every connection to it."""
        self.names.remove(name)
        self._listeners.pop(name, None)

    def is_heard(self, name: str) -> bool:
        return bool(self._listeners.get(name))

    def connect(self, name: str, listener: Callable[[Any, Any], None]) -> None:
        self._listeners.setdefault(name, []).append(listener)

    def disconnect(self, name: str, listener: Callable[[Any, Any], None]) -> None:
        if listener in self._listeners.get(name, ()):
            self._listeners[name].remove(listener)


class _Port:
    """A port of ours, in or out."""

    def __init__(self, system: MidiSystem, name: str) -> None:
        self.name = name
        self._system = system
        self._device = ""
        self._listener: Callable[[Any, Any], None] | None = None

    def get_ports(self) -> list[str]:
        return list(self._system.names)

    def open_port(self, place: int) -> None:
        if place >= len(self._system.names):
            raise ValueError("no such port")  # as python-rtmidi's InvalidPortError
        device = self._system.names[place]
        if device in self._system.busy:
            raise OSError("the port is in use")
        self._device = device

    def open_virtual_port(self, name: str) -> None:
        if self._listener is not None:
            self._system.disconnect(self._device, self._listener)
            self._system.connect(name, self._listener)
        self._device = name

    def ignore_types(self, **_types: bool) -> None: ...

    def set_callback(self, listener: Callable[[Any, Any], None]) -> None:
        self._listener = listener
        self._system.connect(self._device, listener)

    def send_message(self, data: list[int]) -> None:
        self._system.sent.append((self._device, data))
        self._system.is_sent.set()

    def close_port(self) -> None:
        if self._listener is not None:
            self._system.disconnect(self._device, self._listener)

    def delete(self) -> None: ...
