"""An Ardour session made of stems: the audio beside it, and the regions that play it.

Ardour's own scripting makes the session, its tracks and their plugins, but imports no audio without
its screen. So the saved session is opened as the XML that it is, and each track is given one region
over a file that holds its stem. Positions are superclocks, 282,240,000 a second (the session says
so itself), written with an ``a`` for audio time.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Final

from bridge.errors import AudioError
from bridge.install.extras import demo_library
from bridge.sim.console import pan_gains
from bridge.sim.stems import BLOCK, Stems

SUPERCLOCKS_PER_S: Final = 282_240_000

_BALANCE: Final = "http://ardour.org/plugin/panner_balance"

OSC_PROTOCOL: Final = "Open Sound Control (OSC)"
"""The surface's name in a session's list of control protocols."""


def lay_out(session_file: Path, stems: Stems) -> None:
    """Put the stems on the tracks of a closed session, switch its OSC on and let it play in a loop.

    Args:
        session_file: The ``.ardour`` file; its tracks are named as the stems.
        stems: At the session's sample rate.

    Raises:
        AudioError: If soundfile is missing.
    """
    tree = ET.parse(session_file)  # noqa: S314 - written by the Ardour that we have just run
    root = tree.getroot()
    ids = count(int(root.get("id-counter", "1")) + 1)
    folder = session_file.parent
    audio = folder / "interchange" / folder.name / "audiofiles"
    audio.mkdir(parents=True, exist_ok=True)
    length = f"a{stems.samples * SUPERCLOCKS_PER_S // stems.sample_rate}"
    for row, name in enumerate(stems.names):
        file = f"{name.replace('/', '-')}.wav"
        _write(audio / file, stems, row)
        sources = [str(next(ids)) for _ in range(track_channels(stems, row))]
        for channel, source in enumerate(sources):
            _child(root, "Sources").append(_source(source, file, channel))
        _child(root, "Regions").append(_region(str(next(ids)), name, sources, length))
        playlist = _playlist(root, name)
        playlist.append(_region(str(next(ids)), f"{name}.1", sources, length, is_whole=False))
        if len(sources) == 2:
            _balance(root, name)
    for flags in ("IsSessionRange", "IsAutoLoop"):
        location = {"id": str(next(ids)), "name": flags[2:], "start": "a0", "end": length}
        _child(root, "Locations").append(
            ET.Element("Location", location | {"flags": flags, "locked": "0"})
        )
    for protocol in _child(root, "ControlProtocols"):
        if protocol.get("name") == OSC_PROTOCOL:
            protocol.set("active", "1")
    root.set("id-counter", str(next(ids)))
    tree.write(session_file, encoding="UTF-8", xml_declaration=True)


def track_channels(stems: Stems, row: int) -> int:
    """Channels of the track that plays a strip: one source in two channels is a mono track."""
    return 2 if stems.channels(row) == 2 and stems.place(row) is None else 1


def _write(path: Path, stems: Stems, row: int) -> None:
    """Write a strip's audio, block by block; one source in two channels as that source."""
    soundfile = demo_library("soundfile")
    channels, place = track_channels(stems, row), stems.place(row)
    how = {"samplerate": stems.sample_rate, "channels": channels, "subtype": "FLOAT"}
    with soundfile.SoundFile(str(path), "w", **how) as file:
        for start in range(0, stems.samples, BLOCK):
            wave = stems.read(row, start, min(BLOCK, stems.samples - start))
            if len(wave) > channels and place is not None:
                wave = (pan_gains(place)[0] @ wave)[None]
            file.write(wave.T)


def _balance(root: ET.Element, name: str) -> None:
    """Give a stereo track Ardour's balance: its usual panner moves nothing that is fully wide."""
    for route in _child(root, "Routes"):
        if route.get("name") == name:
            for shell in route.iter("PannerShell"):
                shell.set("user-panner", _BALANCE)


def _child(root: ET.Element, tag: str) -> ET.Element:
    found = root.find(tag)
    if found is None:
        raise AudioError(f"The session that Ardour made has no <{tag}>: another version of Ardour?")
    return found


def _playlist(root: ET.Element, name: str) -> ET.Element:
    for route in _child(root, "Routes"):
        if route.get("name") == name:
            for playlist in _child(root, "Playlists"):
                if playlist.get("id") == route.get("audio-playlist"):
                    return playlist
    raise AudioError(f"The session that Ardour made has no track {name!r}.")


def _source(source: str, file: str, channel: int) -> ET.Element:
    return ET.Element(
        "Source",
        {
            "name": file, "type": "audio", "flags": "", "id": source,
            "channel": str(channel),
            "origin": file, "gain": "1", "take-id": "",
        },
    )  # fmt: skip


def _region(
    region: str, name: str, sources: Sequence[str], length: str, *, is_whole: bool = True
) -> ET.Element:
    return ET.Element(
        "Region",
        {
            "name": name, "id": region, "type": "audio", "opaque": "1", "locked": "0",
            "automatic": "0", "whole-file": str(int(is_whole)), "start": "a0",
            "length": f"{length}@a0", "position": "a0", "layering-index": "0",
            "channels": str(len(sources)),
            "scale-amplitude": "1", "fade-in-active": "0", "fade-out-active": "0",
            "default-fade-in": "0", "default-fade-out": "0",
            **{f"source-{i}": source for i, source in enumerate(sources)},
            **{f"master-source-{i}": source for i, source in enumerate(sources)},
        },
    )  # fmt: skip
