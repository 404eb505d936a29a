"""A page in front of a running bridge, for tests: its port, its tokens, plain requests, sockets."""

import http.client
import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from websockets.sync.client import ClientConnection, connect

from support.ports import free_ports
from support.rig import PATIENCE_S, Bridge, running


class Answer(NamedTuple):
    """What the page answered."""

    status: int
    body: str
    headers: dict[str, str]


class Web:
    """The page of a bridge."""

    def __init__(self, bridge: Bridge, port: int) -> None:
        self.bridge = bridge
        self.port = port
        state = json.loads(bridge.store.with_suffix(".state.json").read_text(encoding="utf-8"))
        self.all, self.look = str(state["page"]["all"]), str(state["page"]["look"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fetch(
        self, path: str, *, method: str = "GET", body: str | None = None, **headers: str
    ) -> Answer:
        """One request; ``content_type="x"`` is the header Content-Type."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            return Answer(response.status, text, {k.lower(): v for k, v in response.getheaders()})
        finally:
            connection.close()

    def post(self, address: str, *args: object, **headers: str) -> Answer:
        """One request of `/bridge`, as a script sends it, with the token that may."""
        named = {
            "content_type": "application/json", "authorization": f"Bearer {self.all}", **headers,
        }  # fmt: skip
        body = json.dumps({"address": address, "args": args})
        return self.fetch("/api/request", method="POST", body=body, **named)

    def connect(self, **headers: str) -> ClientConnection:
        """A WebSocket, not let in yet.

        What comes is kept without a bound: a client that stops reading could not end well either.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        host = named.pop("host", None)
        if host is not None:
            wire = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
            return connect(
                f"ws://{host}/ws",
                sock=wire,
                open_timeout=PATIENCE_S,
                additional_headers=named,
                max_queue=None,
            )
        return connect(
            f"ws://127.0.0.1:{self.port}/ws",
            open_timeout=PATIENCE_S,
            additional_headers=named,
            max_queue=None,
        )

    @contextmanager
    def client(self, token: str | None = None) -> Iterator["Seen"]:
        """A client that has shown a token."""
        with self.connect() as wire:
            wire.send(json.dumps({"token": self.all if token is None else token}))
            yield Seen(wire)


class Seen:
    """What a client has been told, merged as the page does it."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire
        self.state: dict[str, Any] = {"rows": {}}

    def read(self, timeout: float = PATIENCE_S) -> dict[str, Any]:
        """The next message."""
        message: dict[str, Any] = json.loads(self.wire.recv(timeout))
        for name, content in message.items():
            if name == "rows":
                self.state["rows"].update({row["id"]: row for row in content})
            else:
                self.state[name] = content
        return message

    def until(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """Read until a section comes."""
        while name not in self.read():
            pass
        return self.state[name]

    def ask(self, address: str, *args: object, number: int = 1) -> dict[str, Any]:
        """Ask for something and read until it is answered."""
        self.wire.send(json.dumps({"id": number, "address": address, "args": args}))
        while True:
            message = self.read()
            if "answer" in message:
                return message


@contextmanager
def paged(folder: Path, **settings: Any) -> Iterator[Web]:  # noqa: ANN401 - groups of settings
    """A bridge with a page."""
    (port,) = free_ports(1)
    with running(folder, web={"enabled": True, "port": port}, **settings) as bridge:
        yield wait_for_page(bridge, port)


def wait_for_page(bridge: Bridge, port: int) -> Web:
    """The page, as soon as it is there."""
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.05).close()
        except OSError:
            try:
                bridge.process.wait(0.05)
            except subprocess.TimeoutExpired:  # it runs
                continue
            raise AssertionError(bridge.log.read_text()) from None
        else:
            return Web(bridge, port)
    raise AssertionError("the page did not come")
