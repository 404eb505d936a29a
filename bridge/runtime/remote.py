"""A remote control: how the shell talks to a running bridge, over the ``/bridge`` namespace."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge.errors import NetworkError, OscDecodeError, RefusedError
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

_ATTEMPTS: Final = 3
_PATIENCE_S: Final = 0.5
"""How long one attempt waits; a bridge that is well answers within milliseconds."""

_AFTERTHOUGHT_S: Final = 0.15
"""How long a refusal or a status may follow the bridge's last welcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a running bridge said.

    Attributes:
        version: Its version.
        state: The last word of `/bridge/status` that was heard, empty for none.
        text: Why it is so, in plain words.
    """

    version: str
    state: str
    text: str


def ask(host: str, port: int, *requests: OscMessage) -> Answer:
    """Send requests to the bridge that listens at `host` and `port`, and hear what it says.

    The requests leave at once, between two greetings: the bridge takes messages in their order, so
    its answer to the second greeting says that it has had the requests. All are sent again where
    no answer comes, and must therefore mean the same twice as once, as locks and switches do.

    Raises:
        NetworkError: No bridge answers there.
        RefusedError: The bridge refused a request; the text is its own.
    """
    target = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (it is where the bridge listens)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        heard: list[OscMessage] = []
        try:
            wire.connect((target, port))
            hello = OscMessage("/bridge/hello", (wire.getsockname()[1],))
            for _ in range(_ATTEMPTS):
                for message in (hello, *requests, hello):
                    wire.send(encode(message))
                if _collect(wire, heard, _PATIENCE_S, until=_has_both_welcomes):
                    _collect(wire, heard, _AFTERTHOUGHT_S)
                    break
        except OSError:  # nothing listens there, or there is no way there
            heard.clear()
    return _answer(heard, f"{target}:{port}")


def ask_facts(host: str, port: int) -> dict[str, str | float]:
    """What the bridge that listens at `host` and `port` knows of its DAW beyond the mix.

    Raises:
        NetworkError: No bridge answers there.
        RefusedError: It is of a version that cannot say.
    """
    facts = _ask_all(host, port, "inquire", "fact")
    return {name: value for name, value in facts.items() if isinstance(value, str | float)}


def ask_stats(host: str, port: int) -> dict[str, int]:
    """What the bridge that listens at `host` and `port` has counted, by name.

    Raises:
        NetworkError: No bridge answers there.
        RefusedError: It is of a version that cannot say.
    """
    stats = _ask_all(host, port, "stats", "stat")
    return {name: value for name, value in stats.items() if isinstance(value, int)}


def _ask_all(host: str, port: int, question: str, answer: str) -> dict[str, OscArg]:
    """Names and values, one a message, up to the one that has no name."""
    target = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (as above)
    address = f"/bridge/{answer}"

    def is_over(heard: list[OscMessage]) -> bool:
        return any(message.address == address and not message.args[0] for message in heard)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        heard: list[OscMessage] = []
        try:
            wire.connect((target, port))
            ours = wire.getsockname()[1]
            for _ in range(_ATTEMPTS):
                wire.send(encode(OscMessage("/bridge/hello", (ours,))))
                wire.send(encode(OscMessage(f"/bridge/{question}", (ours,))))
                if _collect(wire, heard, _PATIENCE_S, until=is_over):
                    break
        except OSError:  # nothing listens there, or there is no way there
            heard.clear()
    if not is_over(heard):
        _answer(heard, f"{target}:{port}")  # says why
    pairs = (message.args for message in heard if message.address == address)
    return {str(name): value for name, value in pairs if name}


def _has_both_welcomes(heard: list[OscMessage]) -> bool:
    return _addresses(heard).count("/bridge/welcome") >= 2


def _collect(
    wire: socket.socket,
    heard: list[OscMessage],
    patience_s: float,
    *,
    until: Callable[[list[OscMessage]], bool] = lambda _heard: False,
) -> bool:
    """Collect messages until they are all there, or for `patience_s`; whether they are."""
    end = time.monotonic() + patience_s
    while (left_s := end - time.monotonic()) > 0:
        wire.settimeout(left_s)
        try:
            heard += decode(wire.recv(65_535))
        except TimeoutError:
            break
        except OscDecodeError:
            continue
        if until(heard):
            return True
    return False


def _addresses(messages: list[OscMessage]) -> list[str]:
    return [message.address for message in messages]


def _answer(heard: list[OscMessage], where: str) -> Answer:
    welcomed = [message.args for message in heard if message.address == "/bridge/welcome"]
    if not welcomed:
        raise NetworkError(
            f"No mixbridge answers at {where}: start one with 'mixbridge run', "
            "or name its settings with --config FILE."
        )
    refusals = [str(message.args[0]) for message in heard if message.address == "/bridge/error"]
    if refusals:
        raise RefusedError("\n".join(dict.fromkeys(refusals)))
    said = [message.args for message in heard if message.address == "/bridge/status"]
    state, text = said[-1] if said else ("", "")
    return Answer(version=str(welcomed[-1][0]), state=str(state), text=str(text))
