"""A bridge on loopback that says only what a test tells it to say, and remembers what it heard."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

Replies = Callable[[OscMessage], list[OscMessage | bytes]]


@contextmanager
def answering(replies: Replies) -> Iterator[tuple[int, list[OscMessage]]]:
    """A peer on loopback that answers each message with `replies`; its port and what it heard."""
    heard: list[OscMessage] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        port = wire.getsockname()[1]

        def serve() -> None:
            while datagram := wire.recvfrom(4096):
                if not datagram[0]:
                    return
                (message,) = decode(datagram[0])
                heard.append(message)
                for reply in replies(message):
                    data = reply if isinstance(reply, bytes) else encode(reply)
                    wire.sendto(data, datagram[1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port, heard
        finally:
            wire.sendto(b"", ("127.0.0.1", port))
            thread.join()
