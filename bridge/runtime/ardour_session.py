"""An Ardour session made of stems: the audio beside it, and the regions that play it.

Ardour's own scripting makes the session, its tracks and their plugins, but imports no audio without
its screen. So the saved session is opened as the XML that it is, and each track is given one region
over a file that holds its stem. Positions are superclocks, 282,240,000 a second (the session says
so itself), written with an ``a`` for audio time.
"""

import xml.etree.ElementTree as ET
from itertools import count
from pathlib import Path
from typing import Final

from bridge.errors import AudioError
from bridge.sim.extras import demo_library
from bridge.sim.stems import Stems

SUPERCLOCKS_PER_S: Final = 282_240_000

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
    soundfile = demo_library("soundfile")
    tree = ET.parse(session_file)  # noqa: S314 - written by the Ardour that we have just run
    root = tree.getroot()
    ids = count(int(root.get("id-counter", "1")) + 1)
    folder = session_file.parent
    audio = folder / "interchange" / folder.name / "audiofiles"
    audio.mkdir(parents=True, exist_ok=True)
    samples = stems.audio.shape[1]
    length = f"a{samples * SUPERCLOCKS_PER_S // stems.sample_rate}"
    for name, mono in zip(stems.names, stems.audio, strict=True):
        file = f"{name}.wav"
        soundfile.write(str(audio / file), mono, stems.sample_rate, "FLOAT")
        source = str(next(ids))
        _child(root, "Sources").append(_source(source, file))
        _child(root, "Regions").append(_region(str(next(ids)), name, source, length))
        playlist = _playlist(root, name)
        playlist.append(_region(str(next(ids)), f"{name}.1", source, length, is_whole=False))
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


def _source(source: str, file: str) -> ET.Element:
    return ET.Element(
        "Source",
        {
            "name": file, "type": "audio", "flags": "", "id": source, "channel": "0",
            "origin": file, "gain": "1", "take-id": "",
        },
    )  # fmt: skip


def _region(
    region: str, name: str, source: str, length: str, *, is_whole: bool = True
) -> ET.Element:
    return ET.Element(
        "Region",
        {
            "name": name, "id": region, "type": "audio", "opaque": "1", "locked": "0",
            "automatic": "0", "whole-file": str(int(is_whole)), "start": "a0",
            "length": f"{length}@a0", "position": "a0", "layering-index": "0", "channels": "1",
            "scale-amplitude": "1", "fade-in-active": "0", "fade-out-active": "0",
            "default-fade-in": "0", "default-fade-out": "0", "source-0": source,
            "master-source-0": source,
        },
    )  # fmt: skip
