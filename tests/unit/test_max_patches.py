"""The devices' files: they are what their description makes, and nothing in them is wired wrong."""

import copy
import json
import re
import struct
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.max.check import Patchers, faults
from support.max.fake import DEVICES, ROOT, node

from bridge.daw import surface, taps
from bridge.daw.generic import GenericDialect
from max_patches.build import files
from max_patches.devices import BRIDGE_PORTS, HUB_PORT
from max_patches.patching import AUDIO_EFFECT, amxd, read_amxd

NAMES = ("mixbridge Track", "mixbridge Hub")
SCRIPTS = ("mixbridge_tap.js", "mixbridge_hub.js")


def committed() -> Patchers:
    return {name: read_amxd((DEVICES / f"{name}.amxd").read_bytes())[1] for name in NAMES}


# -- the files --------------------------------------------------------------------------------


def test_the_files_are_what_the_description_makes() -> None:
    made = files()
    there = {path.name: path.read_bytes() for path in DEVICES.glob("mixbridge *")}
    assert there.keys() == made.keys()
    for name, content in made.items():
        assert there[name] == content, f"{name}: run python -m max_patches.build"


def test_a_device_is_an_audio_effect_and_holds_the_patch_of_its_source() -> None:
    for name in NAMES:
        kind, patcher = read_amxd((DEVICES / f"{name}.amxd").read_bytes())
        assert kind == AUDIO_EFFECT
        assert patcher == json.loads((DEVICES / f"{name}.maxpat").read_bytes())
        project = patcher["patcher"]["project"]
        assert project["amxdtype"].to_bytes(4, "big") == AUDIO_EFFECT


def test_the_container_is_read_back_as_it_was_written() -> None:
    patcher = {"patcher": {"name": "Söng 🎚", "boxes": [], "lines": []}}
    for kind in (b"aaaa", b"mmmm", b"iiii"):
        content = amxd(patcher, kind)
        assert read_amxd(content) == (kind, patcher)
        assert content[:12] == b"ampf" + struct.pack("<I", 4) + kind
        assert content[12:24] == b"meta" + struct.pack("<I", 4) + bytes(4)
        assert content[24:28] == b"ptch"
        assert struct.unpack("<I", content[28:32]) == (len(content) - 32,)
        assert content.endswith(b"}\n\0")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: content[:12] + content[24:],
        lambda content: b"",
        lambda content: content.replace(b"ptch", b"ciph"),
        lambda content: content[:24] + b"ptch" + struct.pack("<I", 8) + b"mx@c" + bytes(4),
        lambda content: content.replace(b"{", b"(", 1),
    ],
    ids=["cut", "too long", "no meta", "empty", "encrypted", "frozen", "no JSON"],
)
def test_what_is_no_unfrozen_device_is_refused(damage: Callable[[bytes], bytes]) -> None:
    content = amxd({"patcher": {}})
    assert read_amxd(content)
    with pytest.raises(ValueError, match=r"\w"):
        read_amxd(damage(content))


def test_everything_that_live_needs_is_in_the_package() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    packed = build["targets"]["wheel"]["force-include"]
    needed = {path.name for path in DEVICES.iterdir() if path.suffix in (".amxd", ".js")}
    found = {source: place for source, place in packed.items() if source.startswith("max_patches")}
    assert found == {f"max_patches/{name}": f"bridge/max_patches/{name}" for name in needed}


# -- the patches ------------------------------------------------------------------------------


def test_nothing_is_wired_wrong() -> None:
    assert faults(committed()) == []


Damage = Callable[[dict[str, Any]], None]


def box(patcher: dict[str, Any], text: str) -> dict[str, Any]:
    """The first box whose text, class or name begins so."""
    rows: list[dict[str, Any]] = [entry["box"] for entry in patcher["boxes"]]
    return next(
        row
        for row in rows
        if any(str(row.get(key, "")).startswith(text) for key in ("text", "varname", "maxclass"))
    )


def cord(patcher: dict[str, Any], source: str) -> dict[str, Any]:
    """The first cord that leaves a box."""
    box_id = box(patcher, source)["id"]
    lines: list[dict[str, Any]] = [entry["patchline"] for entry in patcher["lines"]]
    return next(line for line in lines if line["source"][0] == box_id)


def _remove_cord(source: str) -> Damage:
    def damage(patcher: dict[str, Any]) -> None:
        patcher["lines"].remove({"patchline": cord(patcher, source)})

    return damage


def _change(where: str, /, **changes: object) -> Damage:
    return lambda patcher: box(patcher, where).update(changes)


def _point(source: str, end: str, port: int) -> Damage:
    def damage(patcher: dict[str, Any]) -> None:
        cord(patcher, source)[end][1] = port

    return damage


def _value(name: str, **changes: object) -> Damage:
    def damage(patcher: dict[str, Any]) -> None:
        box(patcher, name)["saved_attribute_attributes"]["valueof"].update(changes)

    return damage


def _join(source: str, outlet: int, target: str, inlet: int) -> Damage:
    def damage(patcher: dict[str, Any]) -> None:
        ends = [box(patcher, source)["id"], outlet], [box(patcher, target)["id"], inlet]
        patcher["lines"].append({"patchline": {"source": ends[0], "destination": ends[1]}})

    return damage


def _drop(text: str) -> Damage:
    return lambda patcher: patcher["boxes"].remove({"box": box(patcher, text)})


DAMAGES: dict[str, tuple[str, Damage, str]] = {
    "a box is missing": ("Hub", _drop("t good"), "no such box"),
    "an id twice": ("Hub", _change("t good", id="obj-1"), "boxes are"),
    "an unknown object": ("Hub", _change("t good", text="fluid.bufstats~"), "inventory"),
    "an object of Max 9": ("Hub", _change("js ", text="v8 mixbridge_hub.js"), "inventory"),
    "no argument": ("Track", _change("cross~", text="cross~"), "inventory"),
    "a delay on the start path": ("Track", _change("t 1", text="delay 1000"), "inventory"),
    "a console": ("Hub", _change("t good", text="print"), "inventory"),
    "wrong stored ports": ("Track", _change("pack", numinlets=12), "other ports"),
    "an outlet too many": ("Hub", _point("udpreceive", "source", 1), "no port"),
    "an inlet too many": ("Hub", _point("udpreceive", "destination", 1), "no port"),
    "a signal into a message": ("Track", _join("cross~", 0, "route", 0), "(s) to"),
    "a message into a signal": ("Track", _join("metro", 0, "plugout~", 0), "(m) to"),
    "a missing cord": ("Track", _remove_cord("snapshot~"), "gets nothing"),
    "a display that hears nothing": ("Hub", _remove_cord("route"), "leads nowhere"),
    "the sound is cut": ("Track", _remove_cord("plugin~"), "straight"),
    "the sound is mixed": ("Track", _join("cross~", 0, "plugout~", 0), "straight"),
    "channels swapped": ("Hub", _point("plugin~", "destination", 1), "straight"),
    "a second receiver": ("Track", _change("r mix", text="udpreceive 9402"), "one udpreceive"),
    "not deferred": ("Hub", _change("udpreceive", text="udpreceive 9401"), "one udpreceive"),
    "another port": ("Hub", _change("udpsend", text="udpsend 127.0.0.1 11000"), "leads to no port"),
    "another host": ("Track", _change("udpsend", text="udpsend 10.0.0.1 11001"), "leads to no"),
    "another name": ("Track", _change("s mix", text="s tap"), "sends and receives"),
    "faces over each other": (
        "Hub", _change("Good", presentation_rect=[90.0, 114.0, 92.0, 24.0]), "over each other",
    ),
    "too high": ("Hub", _change("Mode", presentation_rect=[8.0, 150.0, 262.0, 20.0]), "outside"),
    "too wide": ("Track", _change("level", presentation_rect=[8.0, 129.0, 190.0, 18.0]), "outside"),
    "no face": ("Hub", lambda patcher: patcher.update(openinpresentation=0), "face"),
    "another font": ("Hub", _change("Good", fontname="Comic Sans MS"), "font"),
    "a parameter that floods undo": ("Hub", _value("Mode", parameter_invisible=0), "not hidden"),
    "a meter that is a parameter": (
        "Track", _change("multislider", parameter_enable=1), "no parameter",
    ),
    "a name twice": ("Hub", _value("Bad", parameter_longname="Good"), "are named"),
    "a word that the script does not know": ("Hub", _change("t good", text="t great"), "function"),
    "a display that the script does not know": (
        "Track", _change("route", text="route track level octaves"), "shows",
    ),
    "latency": ("Track", lambda patcher: patcher.update(latency=64), "latency"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_patch_is_found_out(name: str) -> None:
    device, damage, words = DAMAGES[name]
    patchers = copy.deepcopy(committed())
    damage(patchers[f"mixbridge {device}"]["patcher"])
    found = faults(patchers)
    assert any(words in fault for fault in found), found


# -- the addresses ----------------------------------------------------------------------------


def addresses() -> Iterator[str]:
    """Every OSC address in the devices, with ``{n}`` for a track's number."""
    for script in SCRIPTS:
        code = (DEVICES / script).read_text(encoding="utf-8")
        yield from re.findall(r'"(/(?:mix|bridge)/[\w/]*\w)"', code)
        yield from (
            f"/mix/track/{{n}}/{what}"
            for what in re.findall(r'trackAddress\(\w+(?: \+ 1)?, "(\w+)"', code)
        )
        (now,) = re.findall(r"return \{\n(.*?)\n {4}\};", code, re.S) or [""]
        yield from (
            f"/mix/track/{{n}}/{what}" for what in re.findall(r'^ {8}"?([\w/]+)"?: ', now, re.M)
        )
        for what in re.findall(r"track\\/\(\[1-9\]\[0-9\]\*\)\\/\(([\w|]+)\)", code):
            yield from (f"/mix/track/{{n}}/{word}" for word in what.split("|"))
    for patcher in committed().values():
        yield from re.findall(r"(?<![\w.])/(?:mix|bridge)/[\w/]+", json.dumps(patcher))


# Of the contract, what a device in Live neither says nor hears: EQ and roles are not in Live's
# mixer, post-fader levels are made of the taps', the rest is for pages, remotes and the doctor.
NOT_OURS = {
    *(f"/mix/track/{{n}}/{what}" for what in ("role", "meter", "bands", "barred/eq", "barred/all")),
    *(f"/mix/track/{{n}}/send/{number}/level" for number in range(1, 5)),
    *(f"/mix/track/{{n}}/eq/{band}/gain" for band in ("low", "lowmid", "highmid", "high")),
    *(
        f"/bridge/{what}"
        for what in (
            "audition", "revert", "compare", "pin", "recall", "safe", "learn", "act", "role",
            "forget", "change", "inquire", "fact", "stat", "task", "focus", "target",
            "wish", "question", "phrases", "wanted", "variants",
        )
    ),
}  # fmt: skip


def contract() -> set[str]:
    dialect = GenericDialect()
    rows = {row.address for row in (*dialect.rows, *dialect.level_rows)}
    bridge = set(surface.REQUESTS) | set(surface._NOTICES) | {"/bridge/hello"}
    return rows | bridge | {taps.LEVELS, taps.HELLO, taps.BYE, taps.NOTE}


def test_every_address_of_the_devices_is_in_the_contract() -> None:
    assert set(addresses()) - contract() == set()


def test_all_of_the_contract_that_is_ours_is_in_the_devices() -> None:
    assert contract() - NOT_OURS - set(addresses()) == set()
    assert NOT_OURS & set(addresses()) == set()


def test_the_ports_are_those_of_the_bridge() -> None:
    from bridge.config import Settings

    assert GenericDialect().port == HUB_PORT
    assert Settings().listen.port == BRIDGE_PORTS[1]


# -- the scripts ------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_es5(script: str) -> None:
    assert _parses(DEVICES / script, 5) == ""


@pytest.mark.parametrize(
    "code", ["let a = 1;", "var f = () => 1;", "var a = `x`;", "for (var a of b) {}"]
)
def test_what_is_newer_than_es5_is_found_out(tmp_path: Path, code: str) -> None:
    path = tmp_path / "new.js"
    path.write_text(code)
    assert _parses(path, 5) != ""
    assert _parses(path, 2022) == ""


def _parses(path: Path, version: int) -> str:
    """What the parser that node brings along (acorn) says of it as that edition of the language."""
    program = (
        "const acorn = require('internal/deps/acorn/acorn/dist/acorn');"
        "const [path, version] = process.argv.slice(1);"
        "try { acorn.parse(require('fs').readFileSync(path, 'utf8'), {ecmaVersion: +version}); }"
        "catch (error) { process.stdout.write(error.message); }"
    )
    done = subprocess.run(
        [node(), "--expose-internals", "-e", program, str(path), str(version)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_script_uses_no_timer_and_no_object_that_max_does_not_have() -> None:
    for script in SCRIPTS:
        code = re.sub(r"//.*", "", (DEVICES / script).read_text(encoding="utf-8"))
        assert not re.search(r"setTimeout|setInterval|require\(|console\.|print\(|post\(", code)
