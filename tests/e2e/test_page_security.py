"""What the page of a running bridge refuses, and that the bridge goes on whatever is tried."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.rig import running, sitting_at
from support.web import Web, paged
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bridge.web.client import MAX_FRAME_BYTES, NO_TOKEN
from bridge.web.server import MAX_CLIENTS

pytestmark = pytest.mark.e2e

EVIL = "evil.example"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with paged(tmp_path_factory.mktemp("page")) as web:
        yield web


def refused_handshake(web: Web, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        web.connect(**headers).close()
    return refusal.value.response.status_code


def test_a_foreign_host_gets_nothing(web: Web) -> None:
    for path in ("/", "/static/main.js", "/api/session", "/oscquery"):
        answer = web.fetch(path, host=EVIL)
        assert answer.status == 403
        assert web.all not in answer.body
    assert web.post("/bridge/undo", host=EVIL).status == 403
    assert refused_handshake(web, host=f"{EVIL}:{web.port}") == 403


@pytest.mark.parametrize("origin", [f"http://{EVIL}", "null", "http://127.0.0.1:1"])
def test_a_foreign_page_gets_nothing(web: Web, origin: str) -> None:
    assert web.fetch("/api/session", origin=origin).status == 403
    assert web.post("/bridge/undo", origin=origin).status == 403
    assert refused_handshake(web, origin=origin) == 403
    assert web.fetch("/api/session", sec_fetch_site="cross-site").status == 403


def test_plain_text_is_not_taken(web: Web) -> None:
    answer = web.post("/bridge/freeze", 1, content_type="text/plain")
    assert (answer.status, "application/json" in answer.body) == (415, True)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Basic {all}", "Bearer {look}"]
)
def test_changing_something_takes_the_token_for_it(web: Web, authorization: str) -> None:
    header = authorization.format(all=web.all, look=web.look)
    assert web.post("/bridge/freeze", 1, authorization=header).status == 401
    with web.client() as seen:
        assert seen.until("status")["state"] != "frozen"


def test_a_token_that_only_looks_shows_and_changes_nothing(web: Web) -> None:
    assert web.fetch("/api/history", authorization=f"Bearer {web.look}").status == 200
    with web.client(web.look) as seen:
        assert seen.until("may") == "look"
        assert seen.until("status")["mode"] == "suggest"
        assert "only looks" in seen.ask("/bridge/freeze", 1)["error"]
    with web.client() as seen:
        assert seen.until("status")["state"] != "frozen"


@pytest.mark.parametrize("path", ["/api/history", "/api/state", "/api/doctor", "/api/stems/1"])
def test_without_a_token_nothing_is_shown(web: Web, path: str) -> None:
    assert web.fetch(path).status == 401
    with web.client("x" * 22) as seen, pytest.raises(ConnectionClosed) as closed:
        seen.read()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == NO_TOKEN


def test_with_the_token_a_script_can_do_what_osc_can(web: Web) -> None:
    assert web.post("/bridge/freeze", 1).status == 200
    with web.client() as seen:
        while seen.until("status")["state"] != "frozen":
            pass
    assert web.post("/bridge/freeze", 0).status == 200
    for body in ("", "{", "[]", json.dumps({"address": "/bridge/freeze", "args": [2]})):
        answer = web.fetch(
            "/api/request", method="POST", body=body, content_type="application/json",
            authorization=f"Bearer {web.all}",
        )  # fmt: skip
        assert (answer.status, "expected" in answer.body) == (400, True)
    assert web.post("/bridge/hello", 9000).status == 400


def test_a_large_frame_or_body_ends_the_conversation(web: Web) -> None:
    with web.client() as seen:
        seen.until("status")
        seen.wire.send("x" * (1 << 20))
        with pytest.raises(ConnectionClosed) as closed:
            seen.until("nothing that ever comes")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert web.post("/bridge/undo", "x" * (2 * MAX_FRAME_BYTES)).status == 413


def test_of_a_hundred_clients_sixteen_are_let_in_and_then_others_again(web: Web) -> None:
    with ExitStack() as stack:
        for _ in range(MAX_CLIENTS):
            seen = stack.enter_context(web.client())
            seen.until("status")
        statuses = {refused_handshake(web) for _ in range(100 - MAX_CLIENTS)}
        assert statuses == {503}
        assert web.fetch("/").status == 200
        assert seen.ask("/bridge/undo")["answer"] == 1
    with web.client() as seen:
        assert seen.until("status")


def test_connections_that_say_nothing_do_not_shut_others_out_for_good(web: Web) -> None:
    idle = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(100)]
    for wire in idle:
        wire.close()
    with web.client() as seen:
        assert seen.until("status")


def test_too_many_requests_at_once_are_refused_in_words(web: Web) -> None:
    with web.client() as seen:
        for number in range(60):
            seen.wire.send(json.dumps({"id": number, "address": "/bridge/undo", "args": []}))
        while "Too many requests" not in seen.read().get("error", ""):
            pass


@pytest.mark.parametrize(
    "said", ["", "x", "[", "7", "null", "[[]]", '{"id":"x"}', '{"address":"/mix/refresh"}']
)
def test_nonsense_is_answered_or_ends_the_conversation(web: Web, said: str) -> None:
    with web.client() as seen:
        seen.until("status")
        seen.wire.send(said)
        try:
            while "error" not in seen.read():
                pass
        except ConnectionClosed:
            pass
    with web.client() as seen:
        assert seen.until("status")


def test_files_outside_the_page_are_not_there(web: Web) -> None:
    for path in ("/static/..%2fgate.py", "/static/../gate.py", "/static/%2e%2e/gate.py",
                 "/static/__init__.py", "/static/none.js", "/static/types.d.ts",
                 "/static/jsconfig.json", "/api/../../etc/passwd"):  # fmt: skip
        assert web.fetch(path).status in (401, 404)


def test_every_answer_forbids_what_the_page_does_not_need(web: Web) -> None:
    for path in ("/", "/static/main.js", "/nothing", "/api/history"):
        headers = web.fetch(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
        assert "set-cookie" not in headers
        assert "server" not in headers


def test_oscquery_needs_no_token_and_says_no_secret(web: Web) -> None:
    answer = web.fetch("/oscquery")
    assert answer.status == 200
    assert "reward" in json.loads(answer.body)["CONTENTS"]["bridge"]["CONTENTS"]
    assert json.loads(web.fetch("/oscquery?HOST_INFO").body)["OSC_PORT"] == web.bridge.port


def test_who_lets_go_of_the_phone_lets_go_of_the_button(tmp_path: Path) -> None:
    with paged(tmp_path, mode="suggest") as web, sitting_at(web.bridge) as desk:
        with web.client() as seen:
            desk.say("/bridge/mode", "suggest")
            move = desk.hear_move("proposed")
            seen.ask("/bridge/audition", move.name, 1)
            desk.let_pass(0.5)
            assert desk.value(move.track, move.param) == pytest.approx(move.to_value)
        desk.let_pass(1.0)
        assert desk.value(move.track, move.param) == pytest.approx(move.from_value)


def test_a_port_that_is_taken_leaves_a_bridge_that_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, web={"enabled": True, "port": port}) as bridge:
            with sitting_at(bridge):
                pass
            assert f"The page cannot be shown at 127.0.0.1:{port}" in bridge.log.read_text()


def test_tokens_outlive_the_bridge(tmp_path: Path) -> None:
    with paged(tmp_path) as web:
        first = web.all
    with paged(tmp_path) as web:
        assert web.all == first
