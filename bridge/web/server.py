"""The server: the page's files, its WebSocket and its small API, on a thread of its own.

The bridge's loop is not slowed by who looks at it: it hands over a view (`Page.publish`) and
goes on; JSON, sockets and slow readers are this thread's. What a client asks for comes back to the
loop as the same message that an OSC remote would send, through the same decoder, so that the page
can do what `/bridge` can do and nothing else.
"""

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import resources
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from bridge.engine.ledger import Row
from bridge.engine.view import View
from bridge.errors import BridgeError, NetworkError
from bridge.runtime.discovery import own_address
from bridge.web.access import Access, Right
from bridge.web.board import Board
from bridge.web.client import MAX_FRAME_BYTES, Client, request_of
from bridge.web.extras import Choose
from bridge.web.gate import Asked, refusal
from bridge.web.oscquery import describe, host_info

MAX_CLIENTS: Final = 16
_MAX_CONNECTIONS: Final = 64
_PING_S: Final = 10.0
_CLOSE_S: Final = 2.0
_SCREENS: Final = ("", "start", "remote", "desk", "suggestions", "history", "learning", "doctor")
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
# Nothing inline, nothing from elsewhere, nothing embedded.
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_log = logging.getLogger(__name__)


class Page:
    """The page of one bridge.

    Args:
        access: The tokens.
        hosts: The names that this machine may be called by.
        ask: Takes an address and its arguments, as `/bridge` has them; called on the page's
            thread; raises DialectError for what it cannot mean.
        facts: What does not change while the bridge runs, for every client.
        documents: What can be asked for by name with a token: a function that gives bytes and their
            type, called on a thread that may wait.
        osc_port: Where the bridge takes OSC.
        choose: Begins again beside another DAW; None where that is not the page's to choose.

    Attributes:
        watchers: How many clients look at it now; read from any thread.
    """

    def __init__(
        self,
        *,
        access: Access,
        hosts: frozenset[str],
        ask: Callable[[str, list[Any]], None],
        facts: Mapping[str, Any],
        documents: Mapping[str, Callable[[], tuple[bytes, str]]],
        osc_port: int,
        choose: Choose | None = None,
    ) -> None:
        self.watchers = 0
        self._access = access
        self._hosts = hosts
        self._ask = ask
        self._facts = dict(facts)
        self._documents = documents
        self._osc_port = osc_port
        self._choose = choose
        self._board = Board()
        self._clients: set[Client] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._pending = 0
        self._held: tuple[Row, ...] = ()

    # -- from the bridge's loop --------------------------------------------------------------------

    def open(self, host: str, port: int) -> tuple[str, int]:
        """Begin to serve; returns where.

        Raises:
            NetworkError: If the port is not available.
        """
        try:
            listener = socket.create_server((host, port), backlog=_MAX_CONNECTIONS)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise NetworkError(
                f"The page cannot be shown at {host}:{port}: {reason}; close the program that has "
                "it, or choose another web.port."
            ) from None
        config = uvicorn.Config(
            self._app(),
            ws="websockets-sansio",
            ws_max_size=MAX_FRAME_BYTES,
            ws_ping_interval=_PING_S,
            ws_ping_timeout=_PING_S,
            ws_per_message_deflate=False,
            http="h11",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._serve, args=(listener,), name="page", daemon=True
        )
        self._thread.start()
        bound = listener.getsockname()
        return str(bound[0]), int(bound[1])

    def close(self) -> None:
        """Stop serving; waits two seconds at most."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_CLOSE_S)

    def publish(self, view: View, fresh: tuple[Row, ...], rewards: list[float]) -> bool:
        """Show another moment; False, and it is dropped, while the last one is worked on."""
        if self._loop is None or self._pending:
            self._hold(fresh)
            return False
        self._pending = 1
        rows, self._held = self._held + fresh, ()
        self._call(self._update, view, rows, list(rewards))
        return True

    def _hold(self, fresh: tuple[Row, ...]) -> None:
        self._held = (self._held + fresh)[-1024:]

    def show(self, name: str, content: Any) -> None:  # noqa: ANN401 - any JSON
        """Show a section that is no part of a view, such as the pads."""
        self._call(self._show, name, content)

    def announce(self, text: str) -> None:
        """Tell everyone a sentence."""
        self._call(self._announce, text)

    def _call(self, function: Callable[..., None], *args: Any) -> None:  # noqa: ANN401
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has just been closed
                loop.call_soon_threadsafe(function, *args)

    # -- on the page's own loop --------------------------------------------------------------------

    def _serve(self, listener: socket.socket) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._run(listener))
        except Exception:
            _log.exception("the page has stopped; the bridge goes on")
        finally:
            self._loop = None
            listener.close()

    async def _run(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        if self._server is not None:
            await self._server.serve(sockets=[listener])

    def _update(self, view: View, rows: tuple[Row, ...], rewards: list[float]) -> None:
        try:
            self._board.update(view, rows, rewards)
            self._wake()
        finally:
            self._pending = 0

    def _show(self, name: str, content: Any) -> None:  # noqa: ANN401
        self._board.show(name, content)
        self._wake()

    def _announce(self, text: str) -> None:
        for client in self._clients:
            client.add_answer({"notice": text})

    def _wake(self) -> None:
        for client in self._clients:
            client.wake.set()

    # -- HTTP ------------------------------------------------------------------------------------

    def _app(self) -> ASGIApp:
        routes = [
            *(Route(f"/{screen}", self._index) for screen in _SCREENS),
            Route("/static/{name}", self._static),
            Route("/api/session", self._session),
            Route("/api/request", self._request, methods=["POST"]),
            Route("/api/daw", self._daw, methods=["POST"]),
            Route("/api/{name:path}", self._document),
            Route("/oscquery", self._oscquery),
            WebSocketRoute("/ws", self._socket),
        ]
        return _Gate(Starlette(routes=routes), self._hosts)

    async def _index(self, _: Request) -> Response:
        return _file("index.html")

    async def _static(self, request: Request) -> Response:
        return _file(request.path_params["name"])

    async def _session(self, request: Request) -> Response:
        """Who is on this machine is given the token; nobody else."""
        return JSONResponse({"token": self._access.all if _is_here(request) else None})

    async def _request(self, request: Request) -> Response:
        """One request of `/bridge` as JSON, for scripts and button boxes."""

        def ask(said: Any) -> str:  # noqa: ANN401 - any JSON
            address, args = request_of(said)
            self._ask(address, args)
            return address

        return await self._change(request, ask, '{"address": "/bridge/undo", "args": []}')

    async def _daw(self, request: Request) -> Response:
        """Choose the DAW, where nobody has and none is there: only a person at this machine can."""
        choose = self._choose
        if choose is None or not _is_here(request):
            return _refused(
                403,
                "expected 'mixbridge' started on this machine without a DAW in its settings; "
                "else end it and run: mixbridge run --daw NAME",
            )

        def choose_daw(said: Any) -> str:  # noqa: ANN401 - any JSON
            if not isinstance(said, dict) or not isinstance(said.get("daw"), str):
                raise ValueError
            choose(said["daw"])
            return str(said["daw"])

        return await self._change(request, choose_daw, '{"daw": "generic"}')

    async def _change(
        self, request: Request, change: Callable[[Any], str], example: str
    ) -> Response:
        """Do with the JSON of a request what `change` does; it says what was done."""
        if self._right(request) is not Right.ALL:
            return _refused(401, "expected 'Authorization: Bearer' and the token that may change")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_FRAME_BYTES:
                return _refused(413, f"expected at most {MAX_FRAME_BYTES} bytes")
        try:
            done = change(json.loads(body))
        except (ValueError, RecursionError):
            return _refused(400, f"expected JSON such as {example}")
        except BridgeError as error:
            return _refused(400, str(error))
        return JSONResponse({"taken": done})

    async def _document(self, request: Request) -> Response:
        if self._right(request) is Right.NOTHING:
            return _refused(401, "expected 'Authorization: Bearer' and a token")
        name = request.path_params["name"]
        make = self._documents.get(name)
        if make is None:
            return _refused(404, "there is no such document")
        content, kind = await asyncio.to_thread(make)
        return Response(content, media_type=kind)

    async def _oscquery(self, request: Request) -> Response:
        """The whole namespace, or what the server can do (``?HOST_INFO``)."""
        if "HOST_INFO" in request.query_params:
            return JSONResponse(host_info(self._osc_port))
        return JSONResponse(describe())

    def _right(self, request: Request) -> Right:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self._access.right(token.strip()) if scheme.lower() == "bearer" else Right.NOTHING

    # -- WebSocket ---------------------------------------------------------------------------------

    async def _socket(self, socket: WebSocket) -> None:
        if len(self._clients) >= MAX_CLIENTS:
            await socket.send_denial_response(
                _refused(503, f"{MAX_CLIENTS} clients are connected already; close one")
            )
            return
        client = Client(socket, self._access, self._board, self._ask, self._facts)
        self._clients.add(client)
        try:
            await client.serve(self._count)
        finally:
            self._clients.discard(client)
            self._count()

    def _count(self) -> None:
        self.watchers = sum(client.is_let_in for client in self._clients)
        self._board.show("clients", self.watchers)
        self._wake()


def _is_here(request: Request) -> bool:
    """Whether whoever asks is on this machine."""
    peer = request.client.host if request.client else ""
    return peer == "::1" or peer.startswith("127.")


class _Gate:
    """Asks the gate before anything else, and adds the headers that every answer has."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                known = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in _HEADERS.items()
                        if name.lower().encode() not in known
                    ),
                ]
            await send(message)

        no = refusal(_asked(scope), self._hosts)
        if no is None:
            await self._app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send_with_headers).send_denial_response(
                _refused(no.status, no.text)
            )
        else:
            await _refused(no.status, no.text)(scope, receive, send_with_headers)


def _asked(scope: Scope) -> Asked:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        text = name.decode("latin-1").lower()
        # Twice the same header is nobody's habit but an attacker's: neither counts.
        headers[text] = "" if text in headers else value.decode("latin-1")
    path = str(scope["path"])
    return Asked(
        method=str(scope.get("method", "GET")),
        is_program=scope["type"] == "websocket" or path.startswith("/api"),
        host=headers.get("host"),
        origin=headers.get("origin"),
        site=headers.get("sec-fetch-site"),
        content_type=headers.get("content-type"),
    )


def _file(name: str) -> Response:
    """A file of the page, from inside the package; there are no folders in there."""
    static = resources.files("bridge.web") / "static"
    kind = _TYPES.get(name[name.rfind(".") :])
    file = static / name
    if kind is None or "/" in name or "\\" in name or not file.is_file():
        return PlainTextResponse("there is no such file", status_code=404)
    return Response(file.read_bytes(), media_type=kind)


def _refused(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status_code=status)


def names_of_this_machine(host: str) -> tuple[frozenset[str], str]:
    """The names by which a page at `host` may be called, and the one to show to a phone.

    Loopback unless `host` is another address; then this machine's own names and addresses too.
    """
    names = {"127.0.0.1", "localhost", "::1"}
    if host.startswith("127."):
        return frozenset(names | {host}), host
    shown = own_address() if host == "0.0.0.0" else host  # noqa: S104 (it is what was asked for)
    name = socket.gethostname().partition(".")[0].lower()
    names |= {shown, name, f"{name}.local"}
    return frozenset(names), shown
