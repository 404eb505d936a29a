"""What is wrong with the devices' patches, in words; nothing, where all is wired right.

It reads files as Max does and knows nothing of how ours are made. What an object is comes from
`max_patches.inventory`, what an address is from the tables of the dialects.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from max_patches.inventory import PARAMETERS, Ports, ports, words
from support.max.fake import DEVICES

HEIGHT = 169
HOST = "127.0.0.1"
SHARED = {"mixbridge.port", "mixbridge.tap", "mixbridge.track"}
"""Names of send and receive that all devices of a Live set may share."""

THEME = {
    "live_lcd_bg", "live_lcd_control_fg", "live_lcd_control_fg_zombie", "live_lcd_title",
    "live_control_bg", "live_control_fg", "live_control_fg_off", "live_control_selection",
    "live_contrast_frame", "live_freeze_color",
}  # fmt: skip
"""Colours of Live's theme, by the names that devices of others use too."""

ALONE = ("comment", "panel", "live.comment")
"""Boxes that need no cord."""

Patchers = dict[str, dict[str, Any]]


def faults(patchers: Patchers) -> list[str]:
    """Everything that is wrong with the patches, by the names of the devices."""
    found = [
        f"{name}: {fault}"
        for name, patcher in patchers.items()
        for check in (_boxes, _cords, _sound, _face, _parameters, _script)
        for fault in check(patcher["patcher"])
    ]
    return found + list(_network(patchers))


def _rows(patcher: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["box"] for entry in patcher["boxes"]]


def _ports(box: dict[str, Any]) -> Ports | None:
    try:
        return ports(box["maxclass"], box.get("text", "") if box["maxclass"] == "newobj" else "")
    except ValueError:
        return None


def _boxes(patcher: dict[str, Any]) -> Iterator[str]:
    rows = _rows(patcher)
    for box_id, count in Counter(box["id"] for box in rows).items():
        if count > 1:
            yield f"{count} boxes are {box_id}"
    for box in rows:
        known = _ports(box)
        if known is None:
            yield f"{box['id']}: {box['maxclass']} {box.get('text')!r} is not in the inventory"
            continue
        if (box["numinlets"], box["numoutlets"]) != (len(known.inlets), len(known.outlets)):
            yield f"{box['id']}: {box.get('text')!r} has other ports than it says"
        signals = ["signal" if kind == "s" else "" for kind in known.outlets]
        if box["outlettype"] != signals:
            yield f"{box['id']}: {box.get('text')!r} has other outlets than it says"


def _lines(patcher: dict[str, Any]) -> list[tuple[str, int, str, int]]:
    lines = [entry["patchline"] for entry in patcher["lines"]]
    return [(*line["source"], *line["destination"]) for line in lines]


def _cords(patcher: dict[str, Any]) -> Iterator[str]:
    boxes = {box["id"]: box for box in _rows(patcher)}
    lines = _lines(patcher)
    for line, count in Counter(lines).items():
        if count > 1:
            yield f"the cord {line} is drawn {count} times"
    for source, outlet, target, inlet in lines:
        ends = [boxes.get(source), boxes.get(target)]
        sides = [_ports(box) if box else None for box in ends]
        if sides[0] is None or sides[1] is None:
            yield f"a cord leads from {source} to {target}, where there is no such box"
        elif outlet >= len(sides[0].outlets) or inlet >= len(sides[1].inlets):
            yield f"a cord leads from {source}:{outlet} to {target}:{inlet}, where is no port"
        else:
            gives, takes = sides[0].outlets[outlet], sides[1].inlets[inlet]
            if gives != takes and takes != "b":
                yield f"a cord leads from {source}:{outlet} ({gives}) to {target}:{inlet} ({takes})"
    yield from _loose_ends(boxes, lines)


def _loose_ends(
    boxes: dict[str, dict[str, Any]], lines: list[tuple[str, int, str, int]]
) -> Iterator[str]:
    """What has a port that must be used and is not."""
    sources = {(source, outlet) for source, outlet, _, _ in lines}
    targets = {(target, inlet) for _, _, target, inlet in lines}
    joined = {box for box, _ in sources | targets}
    for box_id, box in boxes.items():
        name = box.get("text", "").split()[:1] if box["maxclass"] == "newobj" else []
        if box["maxclass"] not in ALONE and box_id not in joined:
            yield f"{box_id}: {box.get('text') or box['maxclass']!r} is joined to nothing"
        outlets = box["numoutlets"] - (name == ["route"])  # the last passes what nobody asked for
        if name and name[0] in ("route", "t", "js", "cross~", "r", "udpreceive"):
            for outlet in range(outlets):
                if (box_id, outlet) not in sources and name != ["cross~"]:
                    yield f"{box_id}: outlet {outlet} of {box['text']!r} leads nowhere"
        if name and name[0] in ("pack", "*~", "+~", "plugout~"):
            for inlet in range(box["numinlets"]):
                if (box_id, inlet) not in targets:
                    yield f"{box_id}: inlet {inlet} of {box['text']!r} gets nothing"


def _sound(patcher: dict[str, Any]) -> Iterator[str]:
    """In to out, straight, and nothing else."""
    named = {
        name: [box["id"] for box in _rows(patcher) if box.get("text", "").split()[:1] == [name]]
        for name in ("plugin~", "plugout~")
    }
    if [len(boxes) for boxes in named.values()] != [1, 1]:
        yield "expected one plugin~ and one plugout~"
        return
    (source,), (sink,) = named.values()
    arriving = sorted(line for line in _lines(patcher) if line[2] == sink)
    if arriving != [(source, 0, sink, 0), (source, 1, sink, 1)]:
        yield "the sound does not go straight from plugin~ to plugout~"
    if patcher["latency"] != 0:
        yield "the device says that it has latency"


def _face(patcher: dict[str, Any]) -> Iterator[str]:
    if patcher["openinpresentation"] != 1:
        yield "the device does not open with its face"
    width = patcher["devicewidth"]
    shown = [box for box in _rows(patcher) if box.get("presentation")]
    for box in shown:
        x, y, wide, high = box["presentation_rect"]
        if x < 0 or y < 0 or wide <= 0 or high <= 0 or x + wide > width or y + high > HEIGHT:
            yield f"{box['id']} at {box['presentation_rect']} is outside of {width:g} x {HEIGHT}"
        for name, colour in box["saved_attribute_attributes"].items():
            theme = colour.get("expression", "").removeprefix("themecolor.")
            if name != "valueof" and theme not in THEME:
                yield f"{box['id']}: {name} {theme!r} is no colour of Live's theme"
        if not box.get("fontname", "Ableton Sans").startswith("Ableton Sans"):
            yield f"{box['id']}: {box['fontname']} is not Live's font"
    solid = [box for box in shown if box["maxclass"] != "panel"]
    for one, other in combinations(solid, 2):
        if _overlap(one["presentation_rect"], other["presentation_rect"]):
            yield f"{one['id']} and {other['id']} lie over each other"
    for box in _rows(patcher):
        if box["maxclass"] in PARAMETERS and not box.get("presentation"):
            yield f"{box['id']} is a control that nobody sees"


def _overlap(one: list[float], other: list[float]) -> bool:
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )


def _parameters(patcher: dict[str, Any]) -> Iterator[str]:
    boxes = [box for box in _rows(patcher) if box["maxclass"] in PARAMETERS]
    values = {box["id"]: box["saved_attribute_attributes"]["valueof"] for box in boxes}
    for box in _rows(patcher):
        if box["maxclass"] not in PARAMETERS and box.get("parameter_enable"):
            yield f"{box['id']}: {box['maxclass']} must be no parameter"
    for box_id, value in values.items():
        if value.get("parameter_invisible") != 2:
            yield f"{box_id} is not hidden: Live would make a point of undo of what it shows"
        if not value.get("parameter_info") or not value.get("parameter_annotation_name"):
            yield f"{box_id} says nothing in Live's info view"
    for name, count in Counter(value["parameter_longname"] for value in values.values()).items():
        if count > 1:
            yield f"{count} parameters are named {name}"
    told = {box_id: [v["parameter_longname"]] * 2 + [0] for box_id, v in values.items()}
    if patcher["parameters"] != told:
        yield "the list of parameters is not that of the boxes"


def _script(patcher: dict[str, Any]) -> Iterator[str]:
    """What is said between the script and the patch is understood on the other side."""
    objects = [box["text"] for box in _rows(patcher) if box["maxclass"] == "newobj"]
    scripts = [text.split()[1] for text in objects if text.startswith("js ")]
    if len(scripts) != 1:
        yield f"expected one js, got {scripts}"
        return
    (script,) = scripts
    code = (DEVICES / script).read_text(encoding="utf-8")
    if [entry["name"] for entry in patcher["dependency_cache"]] != [script]:
        yield f"{script} is not told as what the device needs"
    functions = set(re.findall(r"^function (\w+)\(", code, re.M))
    said = {text.split()[1] for text in objects if re.match(r"t [a-z]{2,}|prepend \w", text)}
    for word in sorted(said - functions - {"port"}):
        yield f"{script} has no function {word}"
    shown = set(re.findall(r'(?:show\(|TO_PANEL, \[)"(\w+)"', code))
    routed = {word for text in objects if text.startswith("route ") for word in text.split()[1:]}
    if shown != routed:
        yield f"{script} shows {sorted(shown ^ routed)}, which the patch does not, or the other way"


def _network(patchers: Patchers) -> Iterator[str]:
    """The wire and the shared names, over all devices together."""
    objects = [
        words(box["text"])
        for patcher in patchers.values()
        for box in _rows(patcher["patcher"])
        if box["maxclass"] == "newobj" and box.get("text", "").strip()
    ]
    receivers = [(arguments, marks) for name, arguments, marks in objects if name == "udpreceive"]
    if receivers != [(["9401"], {"defer": "1"})]:
        yield f"expected one udpreceive 9401 @defer 1 in all devices, got {receivers}"
    for name, arguments, _ in objects:
        if name == "udpsend" and arguments not in ([HOST, "11001"], [HOST, "9400"]):
            yield f"udpsend {arguments} leads to no port of the bridge"
    sends = {arguments[0] for name, arguments, _ in objects if name == "s" and arguments}
    receives = {arguments[0] for name, arguments, _ in objects if name == "r" and arguments}
    if sends != SHARED or receives != SHARED:
        yield f"expected sends and receives {sorted(SHARED)}, got {sends} and {receives}"
