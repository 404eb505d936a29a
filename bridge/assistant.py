"""A door for assistants: a running bridge as tools of the Model Context Protocol.

Each tool is one request that anybody may make, or a look at what the page shows. None takes a
value: what is moved, and how far, the bridge's learner and guard decide. Resuming after a freeze or
a panic, and choosing a mode, is left to a person.
"""

import functools
import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

import bridge
from bridge.config import Settings
from bridge.errors import BridgeError, NetworkError
from bridge.install.extras import optional_library
from bridge.mix.params import MOVABLE
from bridge.mix.wishes import Wish
from bridge.runtime.remote_control import RemoteControl

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

INSTRUCTIONS: Final = """mixbridge moves faders, EQ and pans of a mix a little, and learns one \
person's taste. You speak for that person. Pass on what they said: accept, skip, reward and wish \
teach the bridge their taste, so never answer in their place and never guess. You cannot set a \
value; ask for a move with wish, and let the person accept it. Freeze or panic at once when they \
ask for it; only they can resume, on the page or in the shell."""

_PATIENCE_S: Final = 6.0
_POLL_S: Final = 0.25
_LONGEST_WAIT_S: Final = 30.0
_RECENT: Final = 10

MoveName = Annotated[str, Field(description="The move's name, such as '3-12', from read_state.")]


class Door:
    """What an assistant may ask of the bridge that runs with these settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        listen = settings.listen
        self._control = RemoteControl(listen.host, listen.port, name="assistant")

    # -- looking -----------------------------------------------------------------------------------

    def read_state(self) -> dict[str, Any]:
        """Read the mix: mode, tracks with their values, suggestion, last moves, and beliefs.

        Gains and EQ are in dB; pan goes from -1 (left) to 1 (right). Beliefs are sentences about
        the person's taste.
        """
        state = self._fetch("state")
        return {
            "status": state["status"],
            "tracks": [
                _track(number, strip, values)
                for number, (strip, values) in enumerate(
                    zip(state["strips"], state["values"], strict=True), start=1
                )
            ],
            "suggestion": state["now"]["suggestion"],
            "waiting_for_an_answer": state["now"]["rating"],
            "why_nothing_is_suggested": state["now"]["why"],
            "last_moves": [_move(row) for row in self._fetch("history")[-_RECENT:]],
            "beliefs": _beliefs(state["learning"]),
        }

    def explain(self, move: MoveName) -> dict[str, Any]:
        """Explain one move: what it changed, why, its state now, and the person's answer to it."""
        suggestion = self._fetch("state")["now"]["suggestion"]
        row = next((row for row in self._fetch("history") if row["id"] == move), None)
        if row is None:
            raise NetworkError(f"There is no move {move!r} in this session; read_state names them.")
        told = _move(row)
        if suggestion and suggestion["id"] == move:
            told |= {key: suggestion[key] for key in ("what", "sureWords", "effect")}
        return told

    def suggest(
        self, wait_s: Annotated[float, Field(ge=0.0, le=_LONGEST_WAIT_S)] = 10.0
    ) -> dict[str, Any]:
        """Wait for the move that the bridge suggests, with its reason and its effect.

        Show it to the person; accept or skip it by its id when they have answered.
        """
        until = time.monotonic() + wait_s
        while True:
            now: dict[str, Any] = self._fetch("state")["now"]
            if now["suggestion"] or time.monotonic() >= until:
                return {"suggestion": now["suggestion"], "why_nothing": now["why"]}
            time.sleep(_POLL_S)

    # -- passing on what the person said -----------------------------------------------------------

    def accept(self, move: MoveName) -> str:
        """Accept the suggestion that the person has agreed to. The bridge then makes the move."""
        return self._ask(lambda control: control.answer("accept", move))

    def skip(self, move: MoveName) -> str:
        """Skip the suggestion that the person does not want."""
        return self._ask(lambda control: control.answer("skip", move))

    def reward(
        self,
        move: MoveName,
        good: Annotated[bool, Field(description="Whether the person likes what was moved.")],
    ) -> str:
        """Pass on whether the person likes a move that was made. A bad one goes back."""
        return self._ask(lambda control: control.judge(1.0 if good else -1.0, move))

    def wish(
        self,
        track: Annotated[str, Field(description="The track's name or number.")],
        word: Annotated[Wish, Field(description="How the person wants it, against how it is.")],
    ) -> str:
        """Pass on how the person wants a track, in one word.

        The bridge learns it, and suggests a move for it.
        """
        return self._ask(lambda control: control.wish(track, word.value))

    def undo(
        self,
        move: Annotated[str, Field(description="The move's name; empty for the last one.")] = "",
    ) -> str:
        """Take a move of the bridge back. It counts against that move."""
        return self._ask(lambda control: control.undo(move))

    def freeze(self) -> str:
        """Make the bridge touch nothing from now on. Only the person can let it go on."""

        def switch(control: RemoteControl) -> str:
            control.ask("/bridge/freeze", 1)
            return "Frozen. The person lets it go on, on the page or with 'mixbridge freeze off'."

        return self._ask(switch)

    def panic(self) -> str:
        """Fade what the bridge moved back to the snapshot, and stop.

        Only the person can release it.
        """

        def press(control: RemoteControl) -> str:
            control.ask("/bridge/panic")
            return "Panic. The person releases it, on the page or with 'mixbridge rearm'."

        return self._ask(press)

    # -- the ways to the bridge --------------------------------------------------------------------

    def close(self) -> None:
        """End the conversation with the bridge."""
        self._control.close()

    def _ask(self, request: Callable[[RemoteControl], str]) -> str:
        with self._lock:
            self._control.greet()
            return request(self._control)

    def _fetch(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """A document of the page of the same bridge."""
        web, listen = self._settings.web, self._settings.listen
        if not web.enabled:
            raise NetworkError(
                "Reading needs the page, which the settings switch off: set web.enabled to true."
            )
        host = "127.0.0.1" if web.host == "0.0.0.0" else web.host  # noqa: S104 (it listens there too)
        connection = http.client.HTTPConnection(host, web.port, timeout=_PATIENCE_S)
        try:
            token = _get(connection, "/api/session", {})["token"]
            content = _get(connection, f"/api/{name}", {"Authorization": f"Bearer {token}"})
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
            raise NetworkError(
                f"No page of mixbridge answers at {host}:{web.port}: start one with "
                "'mixbridge run', or name its settings with --config FILE."
            ) from None
        finally:
            connection.close()
        if name == "state" and content["listens"] != f"{listen.host}:{listen.port}":
            raise NetworkError(
                f"The page at {host}:{web.port} is of a bridge that listens at "
                f"{content['listens']}, and the settings say {listen.host}:{listen.port}: name "
                "the settings of that bridge with --config FILE."
            )
        return content


def _get(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> Any:  # noqa: ANN401
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != http.client.OK:
        raise ValueError(f"{path}: {response.status}")
    return json.loads(body)


def _track(number: int, strip: dict[str, Any], values: list[float | None]) -> dict[str, Any]:
    held = dict(zip((param.value for param in MOVABLE), values, strict=True))
    start = dict(zip(held, strip["snapshot"], strict=True))
    return {
        "number": number,
        "name": strip["name"],
        "role": strip["role"],
        "muted": strip["mute"],
        "values": held,
        "snapshot": start,
        "safe": strip["safe"],
        "left_alone_because": strip["barred"],
    }


def _move(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "actor", "track", "param", "from", "to", "state", "reason", "outcome", "reward")
    return {key: row[key] for key in kept}


def _beliefs(learning: dict[str, Any]) -> list[str]:
    return [
        belief["words"]
        for dimensions in learning["roles"].values()
        for belief in dimensions.values()
        if belief.get("is_sure")
    ]


def make_server(door: Door) -> "MCPServer":
    """The tools of a door, as a server of the official SDK.

    Raises:
        AudioError: If the SDK, the extra ``mcp``, is missing.
    """
    sdk = optional_library("mcp.server.mcpserver", extra="mcp")
    annotations = optional_library("mcp_types", extra="mcp").ToolAnnotations
    tool_error = optional_library("mcp.server.mcpserver.exceptions", extra="mcp").ToolError
    server: MCPServer = sdk.MCPServer(
        "mixbridge", instructions=INSTRUCTIONS, version=bridge.__version__, log_level="WARNING"
    )

    def told(method: Callable[..., Any]) -> Callable[..., Any]:
        """Turn what the bridge refuses into the sentence that the assistant gets."""

        @functools.wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a tool's own
            try:
                return method(*args, **kwargs)
            except BridgeError as error:
                raise tool_error(str(error)) from None

        return call

    looks = (door.read_state, door.explain, door.suggest)
    takes_back = (door.reward, door.undo, door.panic)
    for method in (*looks, door.accept, door.skip, door.wish, door.freeze, *takes_back):
        server.add_tool(
            told(method),
            description=" ".join((method.__doc__ or "").split()),
            annotations=annotations(
                read_only_hint=method in looks,
                destructive_hint=method in takes_back,
                idempotent_hint=method in (*looks, door.freeze),
                open_world_hint=False,
            ),
        )
    return server


def serve(settings: Settings) -> None:
    """Serve MCP over standard input and output until the assistant disconnects."""
    door = Door(settings)
    try:
        make_server(door).run("stdio")
    finally:
        door.close()
