"""MIDI ports by name, over whichever library and system there is; `midi_names` makes the names.

python-rtmidi has wheels up to Python 3.12, rtmidi2 from there on; both wrap RtMidi, and differ in
everything else. One of them is enough, and none is no reason not to run: `open_ports` says in a
sentence why there are none. A system may have several interfaces (ALSA and JACK on Linux): all that
answer are used.
"""

import ctypes
import importlib
import importlib.util
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from bridge.install.installation import install_command
from bridge.midi.names import OWN_PORTS, devices_of

OnBytes = Callable[[list[int]], None]
OnTimed = Callable[[list[int], float], None]
"""Called with the bytes of a message, and when it came, monotonic seconds."""

_PAD_LOOK_S: Final = 0.005
_CLOCK_LOOK_S: Final = 0.002
"""How often inputs are read: .8 and 1.8 % of a core. The clock's is open only for phrases; a start
of the song waits for it, ticks know when they came."""


class Closeable(Protocol):
    """An open port."""

    def close(self) -> None:
        """Close it; nothing comes from it any more."""


class Output(Closeable, Protocol):
    """An open port to a device."""

    def send(self, data: list[int]) -> None:
        """Send the bytes of a message."""


class Ports(Protocol):
    """The MIDI ports of this computer."""

    def inputs(self) -> dict[str, str]:
        """The devices that can be heard, by name, and what the system calls each now."""

    def outputs(self) -> dict[str, str]:
        """The devices that can be told something, likewise."""

    def listen(self, device: str, on_bytes: OnBytes) -> Closeable:
        """Hear a device; `on_bytes` is called on a thread of its own."""

    def speak(self, device: str) -> Output:
        """Tell a device."""

    def publish(self, name: str) -> Output:
        """Be a device of that name, for other programs to listen to."""

    def publish_input(self, name: str, on_bytes: OnTimed) -> Closeable:
        """Be a device of that name, for other programs to play to, clocks included."""

    def close(self) -> None:
        """Let go of the system."""


class MidiUnavailable(Exception):  # noqa: N818 (it is a state of the computer, and no error)
    """There is no MIDI here: why, and what to do."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


def open_ports() -> Ports:
    """The ports of this computer.

    Raises:
        MidiUnavailable: If no library is installed, it does not load, or the system has no MIDI.
    """
    # libjack would start a server of its own where none runs, with other people's sound card.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    calm_alsa()
    try:
        return _RtMidi() if importlib.util.find_spec("rtmidi") else _RtMidi2()
    except (ImportError, OSError, RuntimeError) as error:
        raise why_none(error) from None


def why_none(error: Exception) -> MidiUnavailable:
    """What an error of the libraries means: python-rtmidi raises OSError, rtmidi2 RuntimeError."""
    if isinstance(error, ModuleNotFoundError):
        return MidiUnavailable(
            "no MIDI library installed",
            f"for pads and pedals: {install_command('midi')}",
        )
    if isinstance(error, ImportError):
        return MidiUnavailable(
            f"the library does not load: {error}",
            "install the system's MIDI library (Debian, Ubuntu: apt install libasound2)",
        )
    return MidiUnavailable(
        f"the system has no MIDI: {error}",
        "fine without pads; else check that this user may use /dev/snd/seq, or start JACK",
    )


class _RtMidi:
    """python-rtmidi: one prober of each direction for every interface that answers."""

    def __init__(self) -> None:
        self._library: Any = importlib.import_module("rtmidi")
        self._probes: list[tuple[int, Any, Any]] = []
        trouble: Exception | None = None
        for api in self._library.get_compiled_api():
            if api == self._library.API_UNIX_JACK and not is_jack_running():
                continue
            try:
                probe_in = self._library.MidiIn(api, name=f"{OWN_PORTS} probe")
                probe_out = self._library.MidiOut(api, name=f"{OWN_PORTS} probe")
            except (OSError, RuntimeError) as error:
                trouble = error
            else:
                self._probes.append((api, probe_in, probe_out))
        if not self._probes:
            raise trouble or OSError("no MIDI interface is known here")

    def inputs(self) -> dict[str, str]:
        return self._listed(0)

    def outputs(self) -> dict[str, str]:
        return self._listed(1)

    def listen(self, device: str, on_bytes: OnBytes) -> Closeable:
        with _library_errors():
            port = self._open("MidiIn", 0, device)
            # What cannot be bound is shown to whoever waits for it; clocks are of no interest.
            port.ignore_types(sysex=False, timing=True, active_sense=True)
        return _RtMidiInput(port, lambda data, _: on_bytes(data), _PAD_LOOK_S)

    def speak(self, device: str) -> Output:
        with _library_errors():
            return _RtMidiPort(self._open("MidiOut", 1, device))

    def publish(self, name: str) -> Output:
        with _library_errors():
            port = self._library.MidiOut(self._probes[0][0], name=OWN_PORTS)
            port.open_virtual_port(name)
        return _RtMidiPort(port)

    def publish_input(self, name: str, on_bytes: OnTimed) -> Closeable:
        with _library_errors():
            port = self._library.MidiIn(self._probes[0][0], name=OWN_PORTS)
            port.ignore_types(sysex=True, timing=False, active_sense=True)
            port.open_virtual_port(name)
        return _RtMidiInput(port, on_bytes, _CLOCK_LOOK_S)

    def close(self) -> None:
        for _, *probes in self._probes:
            for probe in probes:
                probe.delete()
        self._probes = []

    def _listed(self, direction: int) -> dict[str, str]:
        """Two interfaces may have the same device; it is one."""
        found: dict[str, str] = {}
        with _library_errors():
            for _, *probes in self._probes:
                ports = probes[direction].get_ports()
                for name, place in devices_of(ports).items():
                    found.setdefault(name, ports[place])
        return found

    def _open(self, kind: str, direction: int, device: str) -> Any:  # noqa: ANN401 - untyped library
        for api, *probes in self._probes:
            place = devices_of(probes[direction].get_ports()).get(device)
            if place is not None:
                opened = getattr(self._library, kind)(api, name=OWN_PORTS)
                opened.open_port(place)
                return opened
        raise OSError(f"{device} is not there")


class _RtMidiPort:
    def __init__(self, port: Any) -> None:  # noqa: ANN401 - untyped library
        self._port = port

    def send(self, data: list[int]) -> None:
        with _library_errors():
            self._port.send_message(data)

    def close(self) -> None:
        with suppress(OSError), _library_errors():  # a server that has gone
            self._port.close_port()
            self._port.delete()


class _RtMidiInput(_RtMidiPort):
    """An input that is read on a thread of ours, and calls nothing by itself.

    A callback of python-rtmidi runs on JACK's thread, and waits there for Python's lock. Ports are
    opened with that lock held until JACK has answered. With a message each ms, the bridge and every
    program on the server stood still for up to 31 s, and once the bridge crashed.

    Args:
        port: Open.
        on_bytes: Is called with each message.
        every_s: How often it is read.
    """

    def __init__(self, port: Any, on_bytes: OnTimed, every_s: float) -> None:  # noqa: ANN401 - untyped library
        super().__init__(port)
        self._on_bytes = on_bytes
        self._every_s = every_s
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read, name="MIDI input", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        read_at = at = time.monotonic()
        while not self._is_over.wait(self._every_s):
            now = time.monotonic()
            while message := self._port.get_message():
                data, since_s = message
                # The library knows the time between messages; we, between which readings they came.
                at = min(max(at + since_s, read_at), now)
                self._on_bytes(list(data), at)
            read_at = now

    def close(self) -> None:
        self._is_over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        super().close()


class _RtMidi2:
    """rtmidi2: the system's usual interface."""

    def __init__(self) -> None:
        self._library: Any = importlib.import_module("rtmidi2")
        self._library.get_in_ports()

    def inputs(self) -> dict[str, str]:
        return self._listed(self._library.get_in_ports)

    def outputs(self) -> dict[str, str]:
        return self._listed(self._library.get_out_ports)

    def listen(self, device: str, on_bytes: OnBytes) -> Closeable:
        with _library_errors():
            port = self._library.MidiIn(OWN_PORTS)
            port.open_port(_place(self._library.get_in_ports(), device))
            port.callback = lambda message, _: on_bytes(list(message))
        return _RtMidi2Port(port)

    def speak(self, device: str) -> Output:
        with _library_errors():
            port = self._library.MidiOut(OWN_PORTS)
            port.open_port(_place(self._library.get_out_ports(), device))
        return _RtMidi2Port(port)

    def publish(self, name: str) -> Output:
        with _library_errors():
            port = self._library.MidiOut(OWN_PORTS)
            port.open_virtual_port(name)
        return _RtMidi2Port(port)

    def publish_input(self, name: str, on_bytes: OnTimed) -> Closeable:
        with _library_errors():
            port = self._library.MidiIn(OWN_PORTS)
            port.ignore_types(True, False, True)
            port.open_virtual_port(name)
            port.callback = lambda message, _: on_bytes(list(message), time.monotonic())
        return _RtMidi2Port(port)

    def close(self) -> None:
        """Nothing is held."""

    def _listed(self, get_ports: Callable[[], list[str]]) -> dict[str, str]:
        with _library_errors():
            ports = get_ports()
        return {name: ports[place] for name, place in devices_of(ports).items()}


def _place(ports: list[str], device: str) -> int:
    place = devices_of(ports).get(device)
    if place is None:
        raise OSError(f"{device} is not there")
    return place


class _RtMidi2Port:
    def __init__(self, port: Any) -> None:  # noqa: ANN401 - untyped library
        self._port = port

    def send(self, data: list[int]) -> None:
        with _library_errors():
            self._port.send_raw(*data)

    def close(self) -> None:
        with suppress(OSError), _library_errors():
            self._port.close_port()


@contextmanager
def _library_errors() -> Iterator[None]:
    """Raise what the libraries raise as OSError: they use five types for one state of affairs.

    A device that is unplugged between listing and opening is a ValueError to python-rtmidi and a
    RuntimeError to rtmidi2; a port that another program has is an OSError or a RuntimeError.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(str(error)) from error


# What ALSA calls to say that something is wrong: file, line, function, error and a format.
_ALSA_HANDLER: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)
_say_nothing: Final = _ALSA_HANDLER(lambda *_: None)


def calm_alsa() -> None:
    """Keep ALSA from writing to standard error that it is not there; we say it better."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_say_nothing)


def is_jack_running() -> bool:
    """Whether the usual JACK server seems to run; only then it is asked, since it complains."""
    if sys.platform != "linux":
        return False
    name = os.environ.get("JACK_DEFAULT_SERVER", "default")
    return Path(f"/dev/shm/jack_{name}_{os.getuid()}_0").exists()  # noqa: S108 (JACK's own place)
