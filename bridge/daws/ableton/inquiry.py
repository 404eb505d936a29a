"""Asking AbletonOSC itself, while no bridge runs: it answers to port 11001 of whoever asked.

One question at a time: AbletonOSC reads its socket each 100 ms in Live's main thread and ends that
turn at a question that fails, and its errors do not say which one it was. Nothing of the set is
changed. ``/live/test`` makes Live say "Received OSC OK" in its status bar.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from bridge.errors import NetworkError, OscDecodeError
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscBundle, OscMessage, OscPacket
from bridge.runtime.port_owner import owners

PATIENCE_S: Final = 1.0
"""Ten of AbletonOSC's turns; a menu that is open in Live holds it up for longer."""

_ROUNDS: Final = 4
_MAX_TRACKS: Final = 1024
_AT_ONCE: Final = 32
"""AbletonOSC reads all that waits in one turn; Linux lets 256 small datagrams wait for it."""

DEVICES_SPEAK_S: Final = 2.2
"""Each of our devices says within 2 s that it is there."""

Facts = dict[str, str | float]
"""What is known, by the names of `/bridge/fact` in docs/osc.md, and of AbletonOSC itself `since`,
`log_level`, `answers_per_s` and `taps_astray`."""

# When AbletonOSC learnt it, by its commits 46aba10 and 316c1d8.
LOG_LEVEL_SINCE: Final = "2023-04-07"
BUNDLES_SINCE: Final = "2024-02-25"


class AbletonOsc:
    """A conversation with AbletonOSC.

    Args:
        host: Where Live is.
        port: Where AbletonOSC listens.
        ear: Our address, with the port that it answers to.

    Raises:
        NetworkError: If that port is another program's; the text names it where that is known.
    """

    def __init__(self, host: str, port: int, ear: tuple[str, int]) -> None:
        self._target = (host, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(ear)
        except OSError as error:
            self._socket.close()
            who = ", ".join(owners(ear[1])) or f"another program ({error.strerror})"
            raise NetworkError(
                f"UDP port {ear[1]}, where AbletonOSC answers, belongs to {who}."
            ) from None

    def __enter__(self) -> "AbletonOsc":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, address: str, *args: OscArg) -> tuple[OscArg, ...] | None:
        """The arguments of the answer; empty where it knows no such address, None for silence.

        An error of another kind is an answer too: the address is known.
        """
        self._send(OscMessage(address, args))
        return self._answer(address)

    def ask_in_bundle(self, address: str) -> tuple[OscArg, ...] | None:
        """The same for a question in a bundle; of an AbletonOSC that reads none, None."""
        self._send(OscBundle((OscMessage(address),)))
        return self._answer(address)

    def _answer(self, address: str) -> tuple[OscArg, ...] | None:
        for message in self._receive(PATIENCE_S):
            if message.address == address:
                return message.args
            if message.address == "/live/error":
                text = str(message.args[0]) if message.args else ""
                if not text.startswith("Unknown OSC address"):
                    return (None,)
                if text.endswith(f" {address}"):
                    return ()
        return None

    def ask_of_tracks(self, address: str, tracks: range) -> dict[int, tuple[OscArg, ...]]:
        """The answers to a question about tracks, by the track's index; it must not fail."""
        for track in tracks:
            self._send(OscMessage(address, (track,)))
        answers: dict[int, tuple[OscArg, ...]] = {}
        for message in self._receive(PATIENCE_S):
            if message.address == address and message.args:
                answers[int(message.args[0] or 0)] = message.args[1:]
            if len(answers) == len(tracks):
                break
        return answers

    def listen(self, seconds: float) -> Iterator[OscMessage]:
        """What comes unasked; our devices in Live say every 2 s that they are there."""
        yield from self._receive(seconds)

    def _send(self, packet: OscPacket) -> None:
        with suppress(OSError):  # there is no way there: nothing will be heard
            self._socket.sendto(encode(packet), self._target)

    def _receive(self, seconds: float) -> Iterator[OscMessage]:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                messages = decode(self._socket.recv(65_535))
            except OscDecodeError:
                continue
            except OSError:  # nothing came in time; Windows: nobody listens there
                return
            yield from messages


def inquire(live: AbletonOsc) -> Facts | None:
    """What AbletonOSC says of itself and of the set; None where it does not answer."""
    began = time.monotonic()
    if live.ask("/live/test") is None:
        return None
    facts: Facts = {}
    for _ in range(_ROUNDS):
        version = live.ask("/live/application/get/version")
        if version and version[0] is not None:
            facts["live"] = ".".join(map(str, version))
    facts["answers_per_s"] = round((_ROUNDS + 1) / max(time.monotonic() - began, 1e-3), 1)
    level = live.ask("/live/api/get/log_level")
    if level:
        facts["log_level"] = str(level[0])
    facts["since"] = LOG_LEVEL_SINCE if level else ""
    if live.ask_in_bundle("/live/song/get/num_tracks"):
        facts["since"] = BUNDLES_SINCE
    return facts | _tracks(live)


def _tracks(live: AbletonOsc) -> Facts:
    """How many tracks there are, and which have no EQ Eight; as much of it as is answered."""
    answer = live.ask("/live/song/get/num_tracks")
    if not answer or not isinstance(answer[0], int):
        return {}
    count = min(answer[0], _MAX_TRACKS)
    without = []
    for first in range(0, count, _AT_ONCE):
        tracks = range(first, min(first + _AT_ONCE, count))
        names = live.ask("/live/song/get/track_data", tracks.start, tracks.stop, "track.name")
        classes = live.ask_of_tracks("/live/track/get/devices/class_name", tracks)
        if names is None or len(names) < len(tracks) or len(classes) < len(tracks):
            return {"tracks": float(count)}
        pairs = zip(names, tracks, strict=False)
        without += [str(name) for name, track in pairs if "Eq8" not in classes[track]]
    return {"tracks": float(count), "no_eq": ", ".join(without)}


def find_devices(live: AbletonOsc) -> Facts:
    """Whether our hub and our track devices are running; a hub says hello, and so do they."""
    hub: Facts = {}
    with_track, astray = set(), set()
    for message in live.listen(DEVICES_SPEAK_S):
        match message.address, message.args:
            case "/bridge/hello", _:
                hub = {"hub_silent_s": 0.0}
            case "/mix/tap/hello", (0, name, *_):
                astray.add(name)
            case "/mix/tap/hello", (int(track), *_):
                with_track.add(track)
    return hub | {"taps": float(len(with_track)), "taps_astray": float(len(astray))}
