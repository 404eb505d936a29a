"""A fake Live in a process of its own: `python -m support.ableton.process PORT PORT_BACK NAME...`.

It ticks in real time over real UDP. Commands come line by line on its standard input, each answered
by a line of JSON: ``state``, ``insert NAME``, ``delete NAME``, ``reverse``, ``hand NAME RAW``,
``meter RAW``, ``modal 0|1``, ``restart``.
"""

import json
import select
import socket
import sys
import time

from bridge.mix.params import Param
from support.ableton.fake import TICK_S, FakeLive, LiveTrack


class Process:
    """The set, its socket, and the commands of the test."""

    def __init__(self, port: int, answer_port: int, names: list[str]) -> None:
        self.live = FakeLive(names)
        self._answer_port = answer_port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.setblocking(False)

    def run(self) -> None:
        """Until standard input ends."""
        _tell("ready")
        tick_at = time.monotonic()
        while True:
            wait_s = max(0.0, tick_at - time.monotonic())
            if select.select([sys.stdin], [], [], wait_s)[0]:
                line = sys.stdin.readline()
                if not line:
                    return
                self._obey(line.split())
                _tell(json.dumps(self._state()))
            if time.monotonic() >= tick_at:
                tick_at += TICK_S
                self._tick()

    def _tick(self) -> None:
        if not self.live.is_modal:
            self._read()
        self.live.tick(self._react)
        self._send()

    def _react(self) -> None:
        """Between two datagrams: what was answered leaves, and what has come meanwhile is read."""
        self._send()
        self._read()

    def _read(self) -> None:
        while True:
            try:
                datagram, sender = self._socket.recvfrom(65_536)
            except BlockingIOError:
                return
            self.live.receive(datagram, sender[0])

    def _send(self) -> None:
        said, self.live.said = self.live.said, []
        for datagram, ip in said:
            self._socket.sendto(datagram, (ip, self._answer_port))

    def _obey(self, words: list[str]) -> None:
        live = self.live
        match words:
            case ["insert", name]:
                live.tracks.insert(0, LiveTrack(name))
            case ["delete", name]:
                live.tracks.remove(live.track(name))
            case ["reverse"]:
                live.tracks.reverse()
            case ["hand", name, raw]:
                live.hand(name, Param.GAIN, float(raw))
            case ["meter", raw]:
                for track in live.tracks:
                    track.meter = float(raw)
            case ["modal", on]:
                live.is_modal = on == "1"
            case ["restart"]:
                live.start()

    def _state(self) -> dict[str, object]:
        return {
            "tracks": {t.name: [t.volume.raw, t.panning.raw] for t in self.live.tracks},
            "written": [[w.uid, w.param, w.value] for w in self.live.written],
            "uids": {t.name: t.uid for t in self.live.tracks},
            "lost": self.live.lost,
            "log_level": self.live.log_level,
        }


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Process(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]).run()
