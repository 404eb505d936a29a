"""The `/bridge` namespace as OSCQuery: what can be sent where, for programs that build remotes.

A description only, as JSON (https://github.com/Vidvox/OSCQueryProposal): nothing can be changed
through it, and it listens to nothing. It is made of the rows that the bridge decodes by.
"""

from typing import Any, Final

from bridge.daw.surface import PREFIX, REQUESTS, Argument, Request

_WRITE_ONLY: Final = 2


def describe() -> dict[str, Any]:
    """The whole namespace, from ``/`` down."""
    root = PREFIX.strip("/")
    contents = {
        address.removeprefix(PREFIX): _node(address, request)
        for address, request in REQUESTS.items()
    }
    return {
        "FULL_PATH": "/",
        "DESCRIPTION": "mixbridge",
        "CONTENTS": {root: {"FULL_PATH": f"/{root}", "CONTENTS": contents}},
    }


def host_info(port: int) -> dict[str, Any]:
    """What the server is and can do, as ``?HOST_INFO`` asks."""
    return {
        "NAME": "mixbridge",
        "OSC_PORT": port,
        "OSC_TRANSPORT": "UDP",
        "EXTENSIONS": {"ACCESS": True, "VALUE": False, "RANGE": True, "DESCRIPTION": True},
    }


def _node(address: str, request: Request) -> dict[str, Any]:
    node: dict[str, Any] = {
        "FULL_PATH": address,
        "ACCESS": _WRITE_ONLY,
        "DESCRIPTION": request.text,
        "TYPE": "".join(argument.tag for argument in request.arguments) or "N",
    }
    if request.arguments:
        node["RANGE"] = [_range(argument) for argument in request.arguments]
    return node


def _range(argument: Argument) -> dict[str, Any]:
    if argument.words:
        return {"VALS": list(argument.words)}
    if argument.span:
        return {"MIN": argument.span[0], "MAX": argument.span[1]}
    return {}
