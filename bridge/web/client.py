"""One client of the page's WebSocket: let in by a token, told what changes, heard within limits."""

import asyncio
import json
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from bridge.errors import DialectError
from bridge.web.access import Access, Right
from bridge.web.board import Board

MAX_FRAME_BYTES: Final = 1 << 16
"""More than any request needs; a larger frame closes the connection (code 1009)."""

REQUESTS_A_SECOND: Final = 20.0
_BURST: Final = 40.0
_MAX_ARGS: Final = 4
_MAX_TEXT: Final = 255
_PATIENCE_S: Final = 5.0
"""Who has not shown a token within this is sent away."""

NO_TOKEN: Final = 4401
"""Closing code: the token is worth nothing (here or any more)."""

# What a person holds down, and the way to let go for them when their phone falls asleep.
_HELD: Final = ("/bridge/compare", "/bridge/audition")


class Client:
    """One open page.

    Attributes:
        is_let_in: Whether it has shown a token.
        wake: Set when there is something new to send.
    """

    def __init__(
        self,
        socket: WebSocket,
        access: Access,
        board: Board,
        ask: Callable[[str, list[Any]], None],
        facts: Mapping[str, Any],
    ) -> None:
        self.is_let_in = False
        self.wake = asyncio.Event()
        self._socket = socket
        self._access = access
        self._board = board
        self._ask = ask
        self._facts = facts
        self._right = Right.NOTHING
        self._seen = 0
        self._answers: deque[dict[str, Any]] = deque(maxlen=32)
        self._held: dict[str, list[Any]] = {}
        self._tokens = _BURST
        self._filled_at = time.monotonic()

    def add_answer(self, answer: dict[str, Any]) -> None:
        """Put an answer beside what is sent next; the oldest gives way where nobody reads."""
        self._answers.append(answer)
        self.wake.set()

    async def serve(self, on_change: Callable[[], None]) -> None:
        """Talk with it until it leaves or is sent away."""
        await self._socket.accept()
        sender: asyncio.Task[None] | None = None
        try:
            await self._let_in()
            if self._right is Right.NOTHING:
                await self._socket.close(NO_TOKEN, "expected a token of this bridge")
                return
            self.is_let_in = True
            on_change()
            sender = asyncio.create_task(self._send())
            while True:
                self._receive(await self._socket.receive_json())
        except (WebSocketDisconnect, ValueError, KeyError, RecursionError):
            pass
        finally:
            if sender is not None:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)
            self._let_go()

    async def _let_in(self) -> None:
        try:
            first = await asyncio.wait_for(self._socket.receive_json(), _PATIENCE_S)
        except TimeoutError:
            return
        token = first.get("token") if isinstance(first, dict) else None
        if isinstance(token, str):
            self._right = self._access.right(token)

    async def _send(self) -> None:
        """Send what is new, one message at a time: who reads slowly gets fewer."""
        may = "all" if self._right is Right.ALL else "look"
        greeting = {"may": may, "clock": time.time(), "facts": self._facts}
        await self._socket.send_text(json.dumps(greeting))
        self.wake.set()
        while True:
            await self.wake.wait()
            self.wake.clear()
            while self._answers:
                await self._socket.send_text(json.dumps(self._answers.popleft()))
            version = self._board.version
            if text := self._board.since(self._seen):
                self._seen = version
                await self._socket.send_text(text)

    def _receive(self, said: Any) -> None:  # noqa: ANN401 - whatever a stranger sends
        number = said.get("id") if isinstance(said, dict) else None
        answer = {"answer": number if isinstance(number, int) else None}
        if self._right is not Right.ALL:
            self.add_answer(
                answer | {"error": "This link only looks. Pair with the other QR code."}
            )
        elif not self._has_token():
            self.add_answer(answer | {"error": "Too many requests at once; send fewer."})
        else:
            try:
                address, args = request_of(said)
                self._ask(address, args)
                self._record_held(address, args)
                self.add_answer(answer)
            except ValueError as error:
                self.add_answer(answer | {"error": f"not understood: {error}"})
            except DialectError as error:
                self.add_answer(answer | {"error": str(error)})

    def _has_token(self) -> bool:
        now = time.monotonic()
        filled = (now - self._filled_at) * REQUESTS_A_SECOND
        self._tokens, self._filled_at = min(_BURST, self._tokens + filled), now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _record_held(self, address: str, args: list[Any]) -> None:
        if address in _HELD and args and args[-1]:
            self._held[address] = [*args[:-1], 0]
        else:
            self._held.pop(address, None)

    def _let_go(self) -> None:
        for address, args in self._held.items():
            with suppress(DialectError):  # the bridge has just ended
                self._ask(address, args)
        self._held.clear()


def request_of(said: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - whatever a stranger sends
    """The address and arguments of a request in JSON.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(said, dict):
        raise ValueError("expected an object")
    address, args = said.get("address"), said.get("args", [])
    if not isinstance(address, str) or len(address) > _MAX_TEXT:
        raise ValueError("expected an address")
    if not isinstance(args, list) or len(args) > _MAX_ARGS or not all(map(_is_argument, args)):
        raise ValueError(f"expected at most {_MAX_ARGS} texts or numbers as args")
    return address, args


def _is_argument(value: object) -> bool:
    match value:
        case bool():
            return True
        case int():
            return abs(value) < 2**31
        case float():
            return math.isfinite(value)
        case str():
            return len(value) <= _MAX_TEXT
    return False
