"""A patch, its `.maxpat`, and the `.amxd` container that Live loads.

An unfrozen `.amxd` is little-endian chunks, each a tag, a size and data: ``ampf`` (the kind of
device), ``meta``, ``ptch`` (the patch as JSON, ended by a line and a zero byte). This was read from
devices that Live has saved; Ableton's own maxdevtools read them by the same rules.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from max_patches.inventory import PARAMETERS, ports

DEVICE_HEIGHT: Final = 169
"""Pixels that Live shows of a device."""

AUDIO_EFFECT: Final = b"aaaa"
_NEW_PROJECT: Final = 3590052493  # seconds since 1904; what Max writes for a project without a file


class Box(NamedTuple):
    """A box of a patch, to draw cords from and to."""

    patch: "Patch"
    id: str

    def to(self, other: "Box", outlet: int = 0, inlet: int = 0) -> "Box":
        """Draw a cord; returns the box at its end."""
        line = {"source": [self.id, outlet], "destination": [other.id, inlet]}
        self.patch.lines.append({"patchline": line})
        return other


@dataclass
class Patch:
    """One device as it is described.

    Attributes:
        name: The device's name, and that of its files.
        width: Of its face, in pixels.
    """

    name: str
    width: int
    boxes: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def new(self, text: str, x: int, y: int) -> Box:
        """An object with arguments, at a place of the patching view."""
        return self._add("newobj", text, [x, y, max(40, 7 * len(text) + 12), 22], {})

    def note(self, text: str, x: int, y: int) -> Box:
        """A comment for who reads the patch."""
        return self._add("comment", text, [x, y, max(60, 7 * len(text)), 20], {})

    def face(self, maxclass: str, x: int, y: int, rect: list[int], **attributes: object) -> Box:
        """A box of the device's face: its place in the patching view, and in the face."""
        place = {"presentation": 1, "presentation_rect": [float(number) for number in rect]}
        return self._add(maxclass, "", [x, y, rect[2], rect[3]], place | attributes)

    def parameter(
        self, maxclass: str, name: str, info: str, x: int, y: int, rect: list[int],
        choices: list[str], colours: dict[str, str], **attributes: object,
    ) -> Box:  # fmt: skip
        """A control of the face that Live neither stores, automates nor undoes: hidden."""
        value = {
            "parameter_annotation_name": name,
            "parameter_enum": choices,
            "parameter_info": info,
            "parameter_invisible": 2,
            "parameter_longname": name,
            "parameter_mmax": len(choices) - 1,
            "parameter_shortname": name,
            "parameter_type": 2,
        }
        saved = themed(colours) | {"valueof": value}
        return self.face(
            maxclass, x, y, rect,
            varname=name, parameter_enable=1, saved_attribute_attributes=saved, **attributes,
        )  # fmt: skip

    def _add(self, maxclass: str, text: str, rect: list[int], attributes: dict[str, Any]) -> Box:
        inlets, outlets = ports(maxclass, text)
        box = {
            "id": f"obj-{len(self.boxes) + 1}",
            "maxclass": maxclass,
            "numinlets": len(inlets),
            "numoutlets": len(outlets),
            "outlettype": ["signal" if kind == "s" else "" for kind in outlets],
            "patching_rect": [float(number) for number in rect],
        }
        if text:
            box["text"] = text
        self.boxes.append({"box": dict(sorted((box | attributes).items()))})
        return Box(self, str(box["id"]))

    def patcher(self) -> dict[str, Any]:
        """The patch as Max stores one."""
        rows = [entry["box"] for entry in self.boxes]
        parameters = {
            box["id"]: [box["varname"], box["varname"], 0]
            for box in rows
            if box["maxclass"] in PARAMETERS
        }
        scripts = sorted({box["text"].split()[1] for box in rows if _is_script(box)})
        return {
            "patcher": {
                "fileversion": 1,
                "appversion": {
                    "major": 8, "minor": 1, "revision": 0, "architecture": "x64", "modernui": 1,
                },
                "classnamespace": "box",
                "rect": [60.0, 80.0, 1180.0, 760.0],
                "openinpresentation": 1,
                "default_fontsize": 10.0,
                "default_fontface": 0,
                "default_fontname": "Ableton Sans Medium",
                "gridonopen": 1,
                "gridsize": [8.0, 8.0],
                "gridsnaponopen": 1,
                "devicewidth": float(self.width),
                "description": "",
                "digest": "",
                "tags": "",
                "boxes": self.boxes,
                "lines": self.lines,
                "parameters": parameters,
                "dependency_cache": [
                    {"name": script, "bootpath": ".", "type": "TEXT", "implicit": 1}
                    for script in scripts
                ],
                "latency": 0,
                "project": _project(),
                "autosave": 0,
            }
        }  # fmt: skip


def themed(colours: dict[str, str]) -> dict[str, Any]:
    """Colours that follow Live's theme: attribute and the theme's name for it."""
    return {name: {"expression": f"themecolor.{colour}"} for name, colour in colours.items()}


def _is_script(box: dict[str, Any]) -> bool:
    return bool(box.get("text", "").startswith("js "))


def _project() -> dict[str, Any]:
    """Max refuses a device without one."""
    return {
        "version": 1,
        "creationdate": _NEW_PROJECT,
        "modificationdate": _NEW_PROJECT,
        "viewrect": [0.0, 0.0, 300.0, 500.0],
        "autoorganize": 1,
        "hideprojectwindow": 1,
        "showdependencies": 1,
        "autolocalize": 0,
        "contents": {"patchers": {}},
        "layout": {},
        "searchpath": {},
        "detailsvisible": 0,
        "amxdtype": int.from_bytes(AUDIO_EFFECT, "big"),
        "readonly": 0,
        "devpathtype": 0,
        "devpath": ".",
        "sortmode": 0,
        "viewmode": 0,
    }


def maxpat(patcher: dict[str, Any]) -> bytes:
    """The text of a `.maxpat`."""
    return (json.dumps(patcher, indent="\t", ensure_ascii=False) + "\n").encode()


def amxd(patcher: dict[str, Any], kind: bytes = AUDIO_EFFECT) -> bytes:
    """The bytes of an unfrozen `.amxd`."""
    chunks = ((b"ampf", kind), (b"meta", bytes(4)), (b"ptch", maxpat(patcher) + b"\0"))
    return b"".join(tag + struct.pack("<I", len(data)) + data for tag, data in chunks)


def read_amxd(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The kind of an unfrozen `.amxd` and its patch.

    Raises:
        ValueError: If it is none: what was wrong, and where.
    """
    chunks: dict[bytes, bytes] = {}
    at = 0
    while at < len(content):
        tag, size = content[at : at + 4], content[at + 4 : at + 8]
        if len(size) < 4 or at + 8 + (length := struct.unpack("<I", size)[0]) > len(content):
            raise ValueError(f"byte {at}: the chunk {tag!r} does not fit into the file.")
        chunks[tag] = content[at + 8 : at + 8 + length]
        at += 8 + length
    if list(chunks) != [b"ampf", b"meta", b"ptch"]:
        raise ValueError(f"expected the chunks ampf, meta and ptch, got {list(chunks)}.")
    if chunks[b"ptch"].startswith(b"mx@c"):
        raise ValueError("the device is frozen: its patch is packed with its scripts.")
    patcher: dict[str, Any] = json.loads(chunks[b"ptch"].rstrip(b"\0"))
    return chunks[b"ampf"], patcher
