"""A bridge in a process of its own beside a desk in memory, and a person with a remote."""

from pathlib import Path
from typing import Self

from bridge.daws.desk.study.fake import FakeDesk
from bridge.daws.desk.study.loopback import DeskOnLoopback
from support.ports import free_ports
from support.rig import Bridge, Remote


class Gig:
    """A desk, the bridge, and a person with a remote."""

    def __init__(self, folder: Path, desk: FakeDesk, **settings: object) -> None:
        self.served = DeskOnLoopback(desk)
        (remote_port,) = free_ports(1)
        self.bridge = Bridge(
            folder,
            daw={"dialect": "desk", "host": "127.0.0.1", "port": self.served.port},
            **{"pace": {"interval_s": 0.3}, "guard": {"profile": "live"}, **settings},
        )
        self.remote = Remote(port=remote_port, bridge_port=self.bridge.port)

    def close(self) -> None:
        """The remote leaves, and the desk is switched off."""
        self.remote.close()
        self.served.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
