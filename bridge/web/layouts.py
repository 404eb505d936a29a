"""Layouts for touch surfaces, made of the rows that the bridge decodes by.

A button is what can be asked for without knowing a track or a move by name; an empty move stands
for the open suggestion or the last move. Open Stage Control reads JSON, TouchOSC a zlib-compressed
XML tree (https://hexler.net/touchosc/manual/script-objects-control names its parts).
"""

import json
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

from bridge.daw.surface import PREFIX, REQUESTS, Request
from bridge.osc.message import OscArg

FEEDBACK_PORT: Final = 9402
"""Where the surface listens for what the bridge tells; the button "Connect" says so."""

_COLUMNS: Final = 4
_CELL: Final = (190, 150)
_GAP: Final = 10
_HELD: Final = frozenset({"compare", "audition"})
_RED: Final = frozenset({"panic"})
_BIG: Final = ("reward",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button of a remote.

    Attributes:
        label: What stands on it.
        address: Where it sends to.
        args: What it sends when it is pressed.
        is_held: Its last argument is 1 while it is held, and 0 when it is let go of.
        tint: good, bad or plain.
    """

    label: str
    address: str
    args: tuple[OscArg, ...]
    is_held: bool = False
    tint: str = "plain"


def buttons() -> list[Button]:
    """Every button, the thumbs first."""
    found = [button for address, row in REQUESTS.items() for button in _of_row(address, row)]
    found.sort(key=lambda button: not button.address.endswith(_BIG))
    hello = Button(label="Connect", address=f"{PREFIX}hello", args=(FEEDBACK_PORT,))
    return [*found, hello]


def _of_row(address: str, row: Request) -> Iterator[Button]:
    name = address.removeprefix(PREFIX)
    fields = [argument.field for argument in row.arguments]
    if fields[:1] == ["value"]:
        yield Button(label="Bad", address=address, args=(-1.0,), tint="bad")
        yield Button(label="Good", address=address, args=(1.0,), tint="good")
    elif fields in (["move", "on"], ["on"]):
        lead: tuple[OscArg, ...] = ("",) if len(fields) == 2 else ()
        if name in _HELD:
            label = f"Hold: {name}"
            yield Button(label=label, address=address, args=(*lead, 1), is_held=True)
        else:
            yield Button(label=name.capitalize(), address=address, args=(*lead, 1))
            yield Button(label=f"Un{name}", address=address, args=(*lead, 0))
    elif fields == ["move"] and name != "revert":
        yield Button(label=name.capitalize(), address=address, args=("",))
    elif len(fields) == 1 and row.arguments[0].words:
        for word in row.arguments[0].words:
            label = f"{name} {word}".capitalize()
            yield Button(label=label, address=address, args=(word,))
    elif fields == ["offer", "choice"]:
        for choice, label in enumerate(("Keep", "Pick A", "Pick B", "Pick C")):
            yield Button(label=label, address=address, args=("", choice))
    elif not fields:
        tint = "bad" if name in _RED else "plain"
        yield Button(label=name.capitalize(), address=address, args=(), tint=tint)


def _frames(count: int) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of each button: two thumbs over the width, then a grid."""
    width, height = _CELL
    half = (_COLUMNS * (width + _GAP) - 3 * _GAP) // 2
    frames = [(_GAP, _GAP, half, 2 * height), (2 * _GAP + half, _GAP, half, 2 * height)]
    top = 2 * height + 2 * _GAP
    for place in range(count - 2):
        row, column = divmod(place, _COLUMNS)
        left = _GAP + column * (width + _GAP)
        frames.append((left, top + row * (height + _GAP), width, height))
    return frames


# -- Open Stage Control ----------------------------------------------------------------------------

_OSC_COLOURS: Final = {"good": "#2f8f80", "bad": "#b4473d", "plain": "auto"}


def open_stage_control(host: str = "127.0.0.1", port: int = 9400) -> str:
    """A session file that sends to a bridge."""
    target = f"{host}:{port}"
    all_buttons = buttons()
    widgets = [
        _osc_widget(button, frame, target)
        for button, frame in zip(all_buttons, _frames(len(all_buttons)), strict=True)
    ]
    bottom = max(widget["top"] + widget["height"] for widget in widgets) + _GAP
    for place, name in enumerate(("status", "move", "error")):
        widgets.append(
            {
                "type": "text",
                "id": f"told_{name}",
                "left": _GAP,
                "top": bottom + place * 70,
                "width": _COLUMNS * (_CELL[0] + _GAP) - _GAP,
                "height": 60,
                "address": f"{PREFIX}{name}",
                "default": f"{name}: press Connect",
                "wrap": True,
            }
        )
    session = {
        "createdWith": "Open Stage Control",
        "version": "1.25.0",
        "type": "session",
        "content": {"type": "root", "id": "root", "widgets": widgets, "tabs": []},
    }
    return json.dumps(session, indent=1, ensure_ascii=False) + "\n"


def _osc_widget(button: Button, frame: tuple[int, int, int, int], target: str) -> dict[str, Any]:
    left, top, width, height = frame
    *lead, last = button.args or ("",)
    has_value = bool(button.args)
    return {
        "type": "button",
        "id": _slug(button),
        "label": button.label,
        "left": left,
        "top": top,
        "width": width,
        "height": height,
        "colorWidget": _OSC_COLOURS[button.tint],
        # momentary sends `on` and `off`; a tap sends `on` alone.
        "mode": "momentary" if button.is_held else "tap",
        "on": last if has_value else None,
        "off": 0 if button.is_held else None,
        "address": button.address,
        "preArgs": lead,
        "typeTags": "".join(_tag(arg) for arg in button.args),
        "target": target,
    }


def _tag(arg: OscArg) -> str:
    return {bool: "i", int: "i", float: "f"}.get(type(arg), "s")


def _slug(button: Button) -> str:
    return "".join(c if c.isalnum() else "_" for c in button.label.lower())


# -- TouchOSC --------------------------------------------------------------------------------------

_TOSC_COLOURS: Final = {
    "good": (0.18, 0.56, 0.5),
    "bad": (0.7, 0.28, 0.24),
    "plain": (0.3, 0.35, 0.4),
}
_CONVERSIONS: Final = {"i": "INTEGER", "f": "FLOAT", "s": "STRING"}
_NAMESPACE: Final = uuid.UUID("3a0f7a3e-6d0b-5c8e-9b7e-6d6978627267")


def touch_osc() -> bytes:
    """A layout file; the connection (host and ports) is set in the app."""
    all_buttons = buttons()
    frames = _frames(len(all_buttons))
    root = ElementTree.Element("lexml", version="3")
    width = max(left + w for left, _, w, _ in frames) + _GAP
    height = max(top + h for _, top, _, h in frames) + _GAP
    page = _node(root, "GROUP", "mixbridge", (0, 0, width, height), (0.07, 0.09, 0.1))
    children = ElementTree.SubElement(page, "children")
    for button, frame in zip(all_buttons, frames, strict=True):
        node = _node(children, "BUTTON", button.label, frame, _TOSC_COLOURS[button.tint])
        _tosc_message(ElementTree.SubElement(node, "messages"), button)
        label = _node(children, "LABEL", f"{button.label} label", frame, (1.0, 1.0, 1.0))
        _property(label.find("properties"), "b", "interactive", "0")
        _property(label.find("properties"), "b", "background", "0")
        value = ElementTree.SubElement(ElementTree.SubElement(label, "values"), "value")
        for name, text in (("key", "text"), ("locked", "0"), ("default", button.label)):
            ElementTree.SubElement(value, name).text = text
    return zlib.compress(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True), 9)


def _node(
    parent: ElementTree.Element,
    kind: str,
    name: str,
    frame: tuple[int, int, int, int],
    colour: tuple[float, float, float],
) -> ElementTree.Element:
    identity = str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))
    node = ElementTree.SubElement(parent, "node", ID=identity, type=kind)
    properties = ElementTree.SubElement(node, "properties")
    _property(properties, "s", "name", name)
    _property(properties, "r", "frame", dict(zip("xywh", map(str, frame), strict=True)))
    _property(properties, "c", "color", dict(zip("rgba", map(str, (*colour, 1.0)), strict=True)))
    return node


def _property(
    parent: ElementTree.Element | None, kind: str, key: str, value: str | dict[str, str]
) -> None:
    if parent is None:
        return
    element = ElementTree.SubElement(parent, "property", type=kind)
    ElementTree.SubElement(element, "key").text = key
    content = ElementTree.SubElement(element, "value")
    if isinstance(value, str):
        content.text = value
    else:
        for name, text in value.items():
            ElementTree.SubElement(content, name).text = text


def _tosc_message(parent: ElementTree.Element, button: Button) -> None:
    message = ElementTree.SubElement(parent, "osc")
    switches = (("enabled", "1"), ("send", "1"), ("receive", "0"), ("feedback", "0"),
                ("connections", "1111111111"))  # fmt: skip
    for name, text in switches:
        ElementTree.SubElement(message, name).text = text
    trigger = ElementTree.SubElement(ElementTree.SubElement(message, "triggers"), "trigger")
    ElementTree.SubElement(trigger, "var").text = "x"
    # A held button speaks when it is let go of, too; the others only when they are pressed.
    ElementTree.SubElement(trigger, "condition").text = "ANY" if button.is_held else "RISE"
    _partial(ElementTree.SubElement(message, "path"), "CONSTANT", "STRING", button.address)
    arguments = ElementTree.SubElement(message, "arguments")
    for place, arg in enumerate(button.args):
        is_value = button.is_held and place == len(button.args) - 1
        kind, text = ("VALUE", "x") if is_value else ("CONSTANT", str(arg))
        _partial(arguments, kind, _CONVERSIONS[_tag(arg)], text)


def _partial(parent: ElementTree.Element, kind: str, conversion: str, value: str) -> None:
    partial = ElementTree.SubElement(parent, "partial")
    for name, text in (("type", kind), ("conversion", conversion), ("value", value),
                       ("scaleMin", "0"), ("scaleMax", "1")):  # fmt: skip
        ElementTree.SubElement(partial, name).text = text
