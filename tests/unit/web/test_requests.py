"""What a client may say, and that none of it reaches a limit."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest
from support.desk import Desk

from bridge.daw.surface import REQUESTS, decode_request
from bridge.mix.messages import Mode
from bridge.osc.message import OscMessage
from bridge.web.client import request_of
from bridge.web.oscquery import describe, host_info

STATIC = Path(str(resources.files("bridge.web") / "static"))


@pytest.mark.parametrize(
    "said",
    [
        None, 7, "x", [], {}, {"address": 7}, {"address": "/bridge/undo", "args": "x"},
        {"address": "/bridge/undo", "args": [[1]]}, {"address": "/bridge/undo", "args": [{}]},
        {"address": "/bridge/undo", "args": [None]}, {"address": "/bridge/undo", "args": [1] * 5},
        {"address": "/bridge/undo", "args": ["x" * 256]}, {"address": "/" + "x" * 255},
        {"address": "/bridge/reward", "args": [float("nan")]},
        {"address": "/bridge/reward", "args": [float("inf")]},
        {"address": "/bridge/reward", "args": [2**40]},
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(said: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        request_of(said)


def test_a_request_is_an_address_and_its_arguments() -> None:
    assert request_of({"address": "/bridge/undo"}) == ("/bridge/undo", [])
    said = {"address": "/bridge/safe", "args": ["*", "all", True], "id": 3}
    assert request_of(said) == ("/bridge/safe", ["*", "all", True])


_EXAMPLES = {"s": "all", "f": 1.0, "i": 1}


def test_nothing_that_can_be_asked_for_moves_a_limit() -> None:
    desk = Desk(mode=Mode.ASSIST).connect()
    limits = desk.engine.guard.limits
    for address, request in REQUESTS.items():
        args = tuple(a.words[0] if a.words else _EXAMPLES[a.tag] for a in request.arguments)
        event = decode_request(OscMessage(address, args), at=desk.at)
        desk.do(event)  # type: ignore[arg-type]
        assert desk.engine.guard.limits is limits
        assert desk.engine.guard.scale <= 1.0
    assert not [name for name in REQUESTS if re.search("limit|profile|bound|step|store|port", name)]


def test_oscquery_describes_every_request_and_no_more() -> None:
    tree = describe()
    contents = tree["CONTENTS"]["bridge"]["CONTENTS"]
    assert {f"/bridge/{name}" for name in contents} == set(REQUESTS)
    assert contents["reward"]["TYPE"] == "fss"
    assert contents["reward"]["RANGE"][0] == {"MIN": -1.0, "MAX": 1.0}
    assert contents["mode"]["RANGE"] == [{"VALS": ["observe", "suggest", "assist", "gig"]}]
    assert contents["panic"] == {
        "FULL_PATH": "/bridge/panic", "ACCESS": 2, "DESCRIPTION": "Back to the snapshot",
        "TYPE": "N",
    }  # fmt: skip
    assert all(node["DESCRIPTION"] for node in contents.values())
    assert host_info(9400)["OSC_PORT"] == 9400
    json.dumps(tree)


def test_the_page_asks_nobody_else_and_has_nothing_inline() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)
    for path in STATIC.iterdir():
        if path.suffix in (".js", ".css", ".html") and not path.name.startswith("uplot"):
            text = path.read_text(encoding="utf-8")
            found = re.findall(r"(?:https?|wss?):?//[\w.]+", text)
            assert [link for link in found if link != "http://www.w3.org"] == [], path.name
            assert "innerHTML" not in text, path.name


def test_uplot_comes_with_its_licence() -> None:
    assert "MIT License" in (STATIC / "uplot-LICENSE.txt").read_text(encoding="utf-8")
