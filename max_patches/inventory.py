"""Which objects the devices may use, and the ports of each: what Max 8 gives them.

Only these: no external, nothing that came after Max 8, no gen~ and no MC, which Live's own Max
cannot save. Ports were taken from patches that Max 8 has saved and from Cycling '74's reference.
Each letter is a port: ``s`` signal, ``m`` messages, ``b`` both.
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent


class Ports(NamedTuple):
    """Kinds of the inlets and of the outlets, a letter each."""

    inlets: str
    outlets: str


# Objects by name: inlets, outlets, least and greatest number of arguments.
_OBJECTS: Final[dict[str, tuple[str, str, int, int]]] = {
    "plugin~": ("ss", "ss", 0, 0),
    "plugout~": ("ss", "ss", 0, 0),
    "cross~": ("sb", "ss", 1, 1),
    "*~": ("bb", "s", 0, 1),
    "+~": ("bb", "s", 0, 1),
    "average~": ("b", "s", 2, 2),
    "snapshot~": ("bm", "m", 0, 0),
    "peakamp~": ("bm", "m", 0, 0),
    "dspstate~": ("b", "mmmm", 0, 0),
    "metro": ("mm", "m", 1, 1),
    "*": ("mm", "m", 1, 1),
    "i": ("mm", "m", 0, 1),
    "prepend": ("m", "m", 1, 9),
    "deferlow": ("m", "m", 0, 0),
    "udpsend": ("m", "", 2, 2),
    "udpreceive": ("m", "m", 1, 1),
    "s": ("m", "", 1, 1),
    "r": ("", "m", 1, 1),
    "live.thisdevice": ("m", "mmm", 0, 0),
}
_BOXES: Final[dict[str, Ports]] = {
    "live.text": Ports("m", "mm"),
    "live.tab": Ports("m", "mmm"),
    "live.comment": Ports("m", ""),
    "multislider": Ports("m", "mm"),
    "panel": Ports("m", ""),
    "umenu": Ports("m", "mmm"),
    "comment": Ports("m", ""),
}
PARAMETERS: Final = ("live.text", "live.tab")
"""Boxes that are parameters of the device, as far as Live sees one."""


def words(text: str) -> tuple[str, list[str], dict[str, str]]:
    """An object's name, its arguments, and its attributes.

    >>> words("udpreceive 9401 @defer 1")
    ('udpreceive', ['9401'], {'defer': '1'})
    """
    name, *rest = text.split()
    first = next((at for at, word in enumerate(rest) if word.startswith("@")), len(rest))
    pairs = rest[first:]
    attributes = {key[1:]: value for key, value in zip(pairs[::2], pairs[1::2], strict=True)}
    return name, rest[:first], attributes


def ports(maxclass: str, text: str = "") -> Ports:
    """The ports of a box.

    Raises:
        ValueError: For an object that is not in the inventory, or arguments that it cannot have.
    """
    if maxclass in _BOXES:
        return _BOXES[maxclass]
    if maxclass != "newobj" or not text.strip():
        raise ValueError(f"{maxclass} {text!r}: not in the inventory.")
    name, arguments, _ = words(text)
    count = len(arguments)
    if name == "js" and count:
        return _script_ports(arguments[0])
    if name == "route" and count:
        return Ports("m" * (count + 1), "m" * (count + 1))
    if name == "t" and count:
        return Ports("m", "m" * count)
    if name == "pack" and count:
        return Ports("m" * count, "m")
    if name not in _OBJECTS:
        raise ValueError(f"{text!r}: {name} is not in the inventory.")
    inlets, outlets, least, most = _OBJECTS[name]
    if not least <= count <= most:
        raise ValueError(f"{text!r}: expected {least} to {most} arguments, got {count}.")
    return Ports(inlets, outlets)


def _script_ports(name: str) -> Ports:
    """What a script says that it has."""
    path = FOLDER / name
    if not path.is_file():
        raise ValueError(f"js {name}: no such script beside the devices.")
    text = path.read_text(encoding="utf-8")
    found = {
        word: int(count) for word, count in re.findall(r"^(inlets|outlets) = (\d+);", text, re.M)
    }
    return Ports("m" * found["inlets"], "m" * found["outlets"])
