"""MIDI ports by name, over whichever library and system there is.

python-rtmidi has wheels up to Python 3.12, rtmidi2 from there on; both wrap RtMidi, and differ in
everything else. One of them is enough, and none is no reason not to run: `open_ports` says in a
sentence why there are none. A system may have several interfaces (ALSA and JACK on Linux): all that
answer are used.
"""

import ctypes
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

CLIENT: Final = "mixbridge"
_NUMBERS: Final = re.compile(r"\s+\d+:\d+$")

_CLIENT_NUMBER: Final = re.compile(r"-\d\d(?=:)")
"""JACK tells clients of one name apart by it."""

OnBytes = Callable[[list[int]], None]


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

    def inputs(self) -> list[str]:
        """The devices that can be heard, by name."""

    def outputs(self) -> list[str]:
        """The devices that can be told something, by name."""

    def listen(self, device: str, on_bytes: OnBytes) -> Closeable:
        """Hear a device; `on_bytes` is called on a thread of the library."""

    def speak(self, device: str) -> Output:
        """Tell a device."""

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
            "pip install 'mixbridge[midi]', if you want pads and pedals",
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


def plain(port: str) -> str:
    """A port's name without ALSA's numbers, which change with every plugging in.

    >>> plain("nanoPAD2:nanoPAD2 MIDI 1 24:0")
    'nanoPAD2:nanoPAD2 MIDI 1'
    """
    return _NUMBERS.sub("", port)


def lamps_of(device: str, outputs: list[str]) -> str | None:
    """The output that belongs to an input: of the same name, or of the same device on JACK.

    >>> lamps_of("system:midi_capture_1", ["system:midi_playback_2", "system:midi_playback_1"])
    'system:midi_playback_1'
    >>> lamps_of("Pad:pads", ["Pad-01:pads"]), lamps_of("Pad:pads", ["Synth:in"])
    ('Pad-01:pads', None)
    """
    if device in outputs:
        return device
    return next((output for output in outputs if _stem(output) == _stem(device)), None)


def _stem(port: str) -> str:
    return _CLIENT_NUMBER.sub("", port).replace("capture", "playback")


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
                probe_in = self._library.MidiIn(api, name=f"{CLIENT} probe")
                probe_out = self._library.MidiOut(api, name=f"{CLIENT} probe")
            except (OSError, RuntimeError) as error:
                trouble = error
            else:
                self._probes.append((api, probe_in, probe_out))
        if not self._probes:
            raise trouble or OSError("no MIDI interface is known here")

    def inputs(self) -> list[str]:
        return _names(port for _, probe, _ in self._probes for port in probe.get_ports())

    def outputs(self) -> list[str]:
        return _names(port for _, _, probe in self._probes for port in probe.get_ports())

    def listen(self, device: str, on_bytes: OnBytes) -> Closeable:
        port = self._open("MidiIn", 0, device)
        port.set_callback(lambda event, _: on_bytes(list(event[0])))
        return _RtMidiPort(port)

    def speak(self, device: str) -> Output:
        return _RtMidiPort(self._open("MidiOut", 1, device))

    def close(self) -> None:
        for _, *probes in self._probes:
            for probe in probes:
                probe.delete()
        self._probes = []

    def _open(self, kind: str, place: int, device: str) -> Any:  # noqa: ANN401 - untyped library
        for api, *probes in self._probes:
            for index, port in enumerate(probes[place].get_ports()):
                if plain(port) == device:
                    opened = getattr(self._library, kind)(api, name=CLIENT)
                    opened.open_port(index)
                    return opened
        raise OSError(f"{device} is not there")


class _RtMidiPort:
    def __init__(self, port: Any) -> None:  # noqa: ANN401 - untyped library
        self._port = port

    def send(self, data: list[int]) -> None:
        self._port.send_message(data)

    def close(self) -> None:
        with suppress(OSError, RuntimeError):  # a server that has gone
            self._port.close_port()
            self._port.delete()


class _RtMidi2:
    """rtmidi2: the system's usual interface."""

    def __init__(self) -> None:
        self._library: Any = importlib.import_module("rtmidi2")
        self._library.get_in_ports()

    def inputs(self) -> list[str]:
        return _names(self._library.get_in_ports())

    def outputs(self) -> list[str]:
        return _names(self._library.get_out_ports())

    def listen(self, device: str, on_bytes: OnBytes) -> Closeable:
        port = self._library.MidiIn(CLIENT)
        port.open_port(self._index(self._library.get_in_ports(), device))
        port.callback = lambda message, _: on_bytes(list(message))
        return _RtMidi2Port(port)

    def speak(self, device: str) -> Output:
        port = self._library.MidiOut(CLIENT)
        port.open_port(self._index(self._library.get_out_ports(), device))
        return _RtMidi2Port(port)

    def close(self) -> None:
        """Nothing is held."""

    def _index(self, ports: list[str], device: str) -> int:
        for index, port in enumerate(ports):
            if plain(port) == device:
                return index
        raise OSError(f"{device} is not there")


class _RtMidi2Port:
    def __init__(self, port: Any) -> None:  # noqa: ANN401 - untyped library
        self._port = port

    def send(self, data: list[int]) -> None:
        self._port.send_raw(*data)

    def close(self) -> None:
        with suppress(OSError, RuntimeError):
            self._port.close_port()


def _names(ports: Iterator[str] | list[str]) -> list[str]:
    """Devices without our own ports and without doubles, in order."""
    names = (plain(port) for port in ports)
    return list(dict.fromkeys(name for name in names if not name.startswith(CLIENT)))


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
