"""python-rtmidi without a sound system: devices that a test plugs in, unplugs and plays.

The calls are those of its reference, https://spotlightkid.github.io/python-rtmidi/rtmidi.html.
"""

import queue
import threading
from contextlib import suppress
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
        self._inputs: dict[str, list[_Input]] = {}

    @property
    def library(self) -> Any:  # noqa: ANN401 - stands in for an untyped module
        return SimpleNamespace(
            API_UNIX_JACK=3,
            get_compiled_api=lambda: [2],
            MidiIn=lambda _api, name: _Input(self, name),
            MidiOut=lambda _api, name: _Port(self, name),
        )

    def play(self, name: str, *messages: list[int]) -> None:
        """A device sends messages to whoever has its port open; each is read before the next."""
        for message in messages:
            for port in list(self._inputs.get(name, ())):
                port.messages.put((message, 0.0))
                port.messages.join()

    def unplug(self, name: str) -> None:
        """A device goes away, and with it every connection to it."""
        self.names.remove(name)
        self._inputs.pop(name, None)

    def is_heard(self, name: str) -> bool:
        return bool(self._inputs.get(name))

    def connect(self, name: str, port: "_Input") -> None:
        self._inputs.setdefault(name, []).append(port)

    def disconnect(self, name: str, port: "_Input") -> None:
        if port in self._inputs.get(name, ()):
            self._inputs[name].remove(port)


class _Port:
    """A port of ours, in or out."""

    def __init__(self, system: MidiSystem, name: str) -> None:
        self.name = name
        self._system = system
        self._device = ""

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
        self._device = name

    def send_message(self, data: list[int]) -> None:
        self._system.sent.append((self._device, data))
        self._system.is_sent.set()

    def close_port(self) -> None: ...

    def delete(self) -> None: ...


class _Input(_Port):
    """A port whose messages are read one after the other."""

    def __init__(self, system: MidiSystem, name: str) -> None:
        super().__init__(system, name)
        self.messages: queue.Queue[tuple[list[int], float]] = queue.Queue()
        self._is_reading = False

    def open_port(self, place: int) -> None:
        super().open_port(place)
        self._system.connect(self._device, self)

    def open_virtual_port(self, name: str) -> None:
        super().open_virtual_port(name)
        self._system.connect(name, self)

    def ignore_types(self, **_types: bool) -> None: ...

    def get_message(self) -> tuple[list[int], float] | None:
        if self._is_reading:
            self.messages.task_done()
        self._is_reading = False
        with suppress(queue.Empty):
            message = self.messages.get_nowait()
            self._is_reading = True
            return message
        return None

    def close_port(self) -> None:
        self._system.disconnect(self._device, self)
