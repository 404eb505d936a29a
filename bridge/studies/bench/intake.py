"""How many messages a second a running bridge takes in without loss.

The same messages, sender and rule as in `bench_wire`, to `mixbridge run` as a person starts it,
which knows the 32 tracks: of each ten messages eight are values that go through the engine and into
the journal. The kernel says what was lost and what still waits; where it is not Linux, nothing is
measured.

The same is measured with `--trace`, in the same run. Without it no line of the trace's code runs: a
trace is put around the socket only where one was asked for. So the difference of the two lines is
what a trace costs while it is recorded, and all of it.
"""

import math
import socket
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bridge.mix.params import MOVABLE
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage
from bridge.runtime.udp import Address
from bridge.studies.bench.daemon import cpu_s, open_client, running_bridge
from bridge.studies.bench.messages import (
    GRACE_S,
    LONGEST_TRIAL_S,
    TRACKS,
    Result,
    greatest_rate,
    open_sender,
)

_SOCKETS: Final = Path("/proc/net/udp")
_WAITING: Final = 4  # of the fields: bytes to be sent and to be read, in hexadecimal
_REST_S: Final = 0.5
"""Between trials: the journal writes what waits."""


def run() -> list[Result]:
    """Measure it without and with a trace, in about 20 s.

    Raises:
        NetworkError: If the bridge does not start.
    """
    if not _SOCKETS.exists():
        return []
    with TemporaryDirectory() as plain, TemporaryDirectory() as traced:
        trace = str(Path(traced, "bench.trace"))
        return [
            *_measure("mixbridge run", Path(plain)),
            *_measure("mixbridge run --trace", Path(traced), "--trace", trace),
        ]


def _measure(label: str, folder: Path, *options: str) -> list[Result]:
    """The greatest rate and what a message costs; `options` are those of `mixbridge run`."""
    with (
        open_client() as client,
        open_sender() as sender,
        running_bridge(folder, client, options=options) as (pid, target, _),
    ):
        _send_dump(client, target)
        cost_s = math.nan

        def keeps_up(rate: int) -> bool:
            nonlocal cost_s
            time.sleep(_REST_S)
            _, lost_before = _queue(target[1])
            began_s = cpu_s(pid)
            sender.send((target[1], rate))
            sent, seconds = sender.recv()
            time.sleep(GRACE_S)
            waiting, lost = _queue(target[1])
            is_up = bool(not waiting and lost == lost_before and seconds < LONGEST_TRIAL_S)
            if is_up:
                cost_s = (cpu_s(pid) - began_s) / sent
            return is_up

        rate = greatest_rate(keeps_up)
    return [
        Result(label=f"{label}: without loss", value=rate, unit="messages/s"),
        Result(label=f"{label}: processor", value=cost_s * 1e6, unit="us each"),
    ]


def _send_dump(client: socket.socket, target: Address) -> None:
    def say(address: str, *args: OscArg) -> None:
        client.sendto(encode(OscMessage(address, args)), target)

    say("/mix/tracks", TRACKS)
    for track in range(1, TRACKS + 1):
        say(f"/mix/track/{track}/name", f"Track {track}")
        for param in MOVABLE:
            say(f"/mix/track/{track}/{param}", 0.0)
    say("/mix/synced", 1)


def _queue(port: int) -> tuple[int, int]:
    """Bytes that wait in the socket of that port, and how many datagrams it has ever lost."""
    for line in _SOCKETS.read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if int(fields[1].partition(":")[2], 16) == port:
            return int(fields[_WAITING].partition(":")[2], 16), int(fields[-1])
    return 0, 0
