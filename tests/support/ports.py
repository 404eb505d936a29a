"""Ports of loopback for tests that run side by side.

A system hands out ports from its ephemeral range, 32768 and above on Linux, 49152 and above
elsewhere (https://www.rfc-editor.org/rfc/rfc6335#section-6). A port from there may be given to
somebody else before the process that it was meant for opens it. So these come from below, each
worker of pytest-xdist has a block of its own, and none is handed out twice in a row.
"""

import os
import socket
from collections.abc import Iterator

_FIRST, _BLOCK, _BLOCKS = 12_000, 1_000, 20


def free_ports(number: int) -> list[int]:
    """So many ports that nobody has, neither for UDP nor for TCP."""
    return [next(_free) for _ in range(number)]


def _walk() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    begin = _FIRST + worker % _BLOCKS * _BLOCK
    step = os.getpid()  # another run of the tests on this machine begins elsewhere
    while True:
        step += 1
        if _is_free(begin + step % _BLOCK):
            yield begin + step % _BLOCK


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


_free = _walk()
