"""Names of MIDI ports: as each system writes them, without the numbers that change.

- ALSA ends a name with client and port, ``nanoPAD2:nanoPAD2 MIDI 1 20:0``; bridges from ALSA to
  JACK write the client as ``[20]``. Its number changes when the device is plugged in again.
- Windows ends a name with the place in its list, ``nanoPAD2 1``, and begins it with a number where
  the device was once at another socket, ``2- nanoPAD2 0``.
- macOS adds nothing, so that there a number is part of the name: ``IAC Driver Bus 1``.

Devices of one name are told apart by their order: ``nanoPAD2`` and ``nanoPAD2 (2)``.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

OWN_PORTS: Final = "mixbridge"
"""Every port of ours begins with it, and is no device."""

_ALSA_NUMBERS: Final = re.compile(r"\s+(?:\d+:\d+|\[\d+\])(?=\s|$)")
_WINDOWS_PLACE: Final = re.compile(r"\s+\d+$")
_WINDOWS_SOCKET: Final = re.compile(r"^\d+-\s*")
_ORDINAL: Final = re.compile(r" \((\d+)\)$")


def plain(port: str, system: str = sys.platform) -> str:
    """A port's name without the numbers that change.

    >>> plain("nanoPAD2:nanoPAD2 MIDI 1 24:0", "linux")
    'nanoPAD2:nanoPAD2 MIDI 1'
    >>> plain("2- nanoPAD2 1", "win32"), plain("IAC Driver Bus 1", "darwin")
    ('nanoPAD2', 'IAC Driver Bus 1')
    """
    name = _ALSA_NUMBERS.sub("", port)
    # ALSA and JACK write CLIENT:PORT, where a number at the end is the device's own.
    if system == "darwin" or ":" in name:
        return name
    return _WINDOWS_SOCKET.sub("", _WINDOWS_PLACE.sub("", name)) or name


def devices_of(ports: Iterable[str], system: str = sys.platform) -> dict[str, int]:
    """The devices in a system's list of ports, without our own: each name once, and its place.

    >>> devices_of(["Pad 0", "mixbridge 1", "Pad 2"], "win32")
    {'Pad': 0, 'Pad (2)': 2}
    """
    seen: Counter[str] = Counter()
    devices: dict[str, int] = {}
    for place, port in enumerate(ports):
        name = plain(port, system)
        if name.startswith(OWN_PORTS):
            continue
        seen[name] += 1
        devices[name if seen[name] == 1 else f"{name} ({seen[name]})"] = place
    return devices


def find_devices(
    bound: Iterable[str], there: Iterable[str], system: str = sys.platform
) -> dict[str, str]:
    """The device that is there for each that was bound; those that cannot be found are left out.

    Where two devices of one name were bound and one is there, neither is found: its pads might be
    those of the other, and mean something else.

    Args:
        bound: Names as `devices_of` gave them, now or in an earlier version (with numbers).
        there: Names as `devices_of` gives them now.
        system: As `sys.platform` names it.
    """
    names = set(there)
    current = _without_old_numbers(bound, names, system)
    bound_of: defaultdict[str, list[int]] = defaultdict(list)
    there_of = Counter(_base(name)[0] for name in names)
    for name in current.values():
        base, ordinal = _base(name)
        bound_of[base].append(ordinal)
    return {
        old: name
        for old, name in current.items()
        if name in names and max(bound_of[_base(name)[0]]) <= there_of[_base(name)[0]]
    }


def is_ambiguous(bound: str, there: Iterable[str]) -> bool:
    """Whether a device of this name is there, though it may be the other one of that name."""
    return _base(bound)[0] in {_base(name)[0] for name in there}


def lamps_of(device: str, outputs: Mapping[str, str] | Iterable[str]) -> str | None:
    """The output that belongs to an input: of the same name, or of the same device on JACK.

    >>> lamps_of("system:midi_capture_1", ["system:midi_playback_2", "system:midi_playback_1"])
    'system:midi_playback_1'
    >>> lamps_of("Pad:pads", ["Pad-01:pads"]), lamps_of("Pad:pads", ["Synth:in"])
    ('Pad-01:pads', None)
    """
    names = list(outputs)
    if device in names:
        return device
    return next((output for output in names if _stem(output) == _stem(device)), None)


_CLIENT_NUMBER: Final = re.compile(r"-\d\d(?=:)")
"""JACK tells clients of one name apart by it."""


def _stem(port: str) -> str:
    """A name without its direction, which JACK and Windows write into it."""
    name = _CLIENT_NUMBER.sub("", port)
    return name.replace("capture", "playback").replace("MIDIIN", "MIDIOUT")


def _base(name: str) -> tuple[str, int]:
    """A name without its ordinal, and the ordinal."""
    match = _ORDINAL.search(name)
    return (name[: match.start()], int(match[1])) if match else (name, 1)


def _without_old_numbers(bound: Iterable[str], there: set[str], system: str) -> dict[str, str]:
    """Names of earlier versions, which still have a system's numbers, as they are given now."""
    current, seen = {}, Counter[str]()
    for old in sorted(set(bound), key=_numbers):
        name = old
        if old not in there and (shorter := plain(old, system)) != old:
            seen[shorter] += 1
            name = shorter if seen[shorter] == 1 else f"{shorter} ({seen[shorter]})"
        current[old] = name
    return current


def _numbers(name: str) -> tuple[list[int], str]:
    return [int(digits) for digits in re.findall(r"\d+", name)], name
