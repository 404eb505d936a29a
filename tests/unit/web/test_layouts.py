"""The remotes that are shipped are those that the rows make, and every button is understood."""

import json
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bridge.daw.surface import REQUESTS, decode_request
from bridge.osc.message import OscMessage
from bridge.web.layouts import Button, buttons, open_stage_control, touch_osc

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("button", buttons(), ids=lambda button: button.label)
def test_the_bridge_understands_every_button(button: Button) -> None:
    assert decode_request(OscMessage(button.address, button.args), at=0.0) is not None
    if button.is_held:
        released = (*button.args[:-1], 0)
        assert decode_request(OscMessage(button.address, released), at=0.0) is not None


def test_every_request_that_needs_no_name_has_a_button() -> None:
    named = {
        "revert",
        "safe",
        "learn",
        "act",
        "role",
        "forget",
        "wish",
        "focus",
        "knob",
        "phrases",
        "target",
    }
    wanted = {address for address in REQUESTS if address.rpartition("/")[2] not in named}
    assert {button.address for button in buttons()} == wanted | {"/bridge/hello"}
    assert [button.label for button in buttons()][:2] == ["Bad", "Good"]
    assert len({button.label for button in buttons()}) == len(buttons())


def test_the_shipped_layouts_are_made_of_the_rows() -> None:
    assert (ROOT / "remotes" / "mixbridge.json").read_text("utf-8") == open_stage_control()
    shipped = zlib.decompress((ROOT / "remotes" / "mixbridge.tosc").read_bytes())
    assert shipped == zlib.decompress(touch_osc())


def test_an_open_stage_control_button_sends_what_it_says() -> None:
    session = json.loads(open_stage_control("10.0.0.2", 9999))
    widgets = {widget["id"]: widget for widget in session["content"]["widgets"]}
    assert widgets["good"]["target"] == "10.0.0.2:9999"
    assert (widgets["good"]["address"], widgets["good"]["on"]) == ("/bridge/reward", 1.0)
    assert widgets["good"]["typeTags"] == "f"
    held = widgets["hold__audition"]
    assert (held["preArgs"], held["on"], held["off"], held["mode"]) == ([""], 1, 0, "momentary")
    assert widgets["mode_gig"]["on"] == "gig"
    assert widgets["panic"]["on"] is None


def test_a_touchosc_button_sends_what_it_says() -> None:
    root = ElementTree.fromstring(zlib.decompress(touch_osc()))  # noqa: S314 (we made it)
    assert root.tag == "lexml"
    found = {}
    for node in root.iter("node"):
        if node.get("type") == "BUTTON":
            name = next(
                p.findtext("value") for p in node.iter("property") if p.findtext("key") == "name"
            )
            path = node.findtext("messages/osc/path/partial/value")
            condition = node.findtext("messages/osc/triggers/trigger/condition")
            args = [
                (p.findtext("type"), p.findtext("conversion"), p.findtext("value"))
                for p in node.findall("messages/osc/arguments/partial")
            ]
            found[name] = (path, condition, args)
    assert found["Bad"] == ("/bridge/reward", "RISE", [("CONSTANT", "FLOAT", "-1.0")])
    assert found["Hold: compare"] == ("/bridge/compare", "ANY", [("VALUE", "INTEGER", "x")])
    assert found["Panic"] == ("/bridge/panic", "RISE", [])
    assert set(found) == {button.label for button in buttons()}


def test_no_button_covers_another() -> None:
    widgets = json.loads(open_stage_control())["content"]["widgets"]
    boxes = [(w["left"], w["top"], w["left"] + w["width"], w["top"] + w["height"]) for w in widgets]
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom in boxes[place + 1 :]:
            is_apart = (
                right <= other_left or other_right <= left
                or bottom <= other_top or other_bottom <= top
            )  # fmt: skip
            assert is_apart
