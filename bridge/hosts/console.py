"""The embedded console as a program: it speaks the generic dialect over UDP, like a DAW.

It listens on one port and answers whoever asked last for a dump: `/mix/refresh` is how a bridge
says where it is. Then it tells every change once, echoes each command with the value that it really
holds, and sends meters and bands twenty times a second while the song goes round and round.

One address is no part of the dialect but a testing aid of this console: ``/console/hand`` with
``i`` track, ``s`` parameter and ``f`` value moves a control as a person at the desk would.
"""

import asyncio
import contextlib
import logging
import math
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from typing import Final

from bridge.daw.contents import decode_content_command, encode_content_event
from bridge.daw.generic import GenericDialect
from bridge.errors import DialectError
from bridge.mix.content_events import (
    ContentCommand,
    ContentEvent,
    ContentKind,
    ContentReported,
    GridChanged,
    RequestContents,
    SetContent,
    TempoChanged,
)
from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    RoleGiven,
    SetParam,
    TrackIdentified,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import MOVABLE, SWITCHES, Param
from bridge.osc.message import OscMessage
from bridge.runtime.udp import Address, UdpEndpoint
from bridge.sim.console import Console, ConsoleClip, ConsoleItem

METERS_HZ: Final = 20.0
"""How often levels are sent, and controls under a hand."""

_HAND: Final = "/console/hand"
_LONGEST_PAUSE_S: Final = 1.0
"""After a longer one (a suspended laptop) the song goes on where it was."""

_LOGGED: Final = 5
_log = logging.getLogger(__name__)


class ConsoleSpeaker:
    """A console in the words of the generic dialect: messages in, messages out, no socket.

    Attributes:
        console: The desk behind it.
        refused: Messages that it could not follow.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.refused = 0
        self._dialect = GenericDialect()

    def answer(self, message: OscMessage) -> list[OscMessage]:
        """Do as `message` says; what is to be answered."""
        try:
            if message.address == _HAND:
                return self._apply_hand(message)
            content = decode_content_command(message)
            if content is not None:
                return [encode_content_event(event) for event in self._apply_content(content)]
            answers: list[OscMessage] = []
            for command in self._dialect.decode_command(message):
                match command:
                    case RequestDump(number=number):
                        answers += self._encode_all(self._dump(number))
                    case SetParam(track=track, param=param, value=value):
                        answers += self._set(track, param, value)
        except DialectError as refusal:
            self.refused += 1
            if self.refused <= _LOGGED:
                _log.warning("The console refused a message: %s", refusal)
            return []
        return answers

    def pass_time(self, song_s: float) -> list[OscMessage]:
        """Let the song go on; what has changed, and all levels."""
        levels = self.console.play(song_s)
        messages = self._encode_all(self._changes())
        for row, strip in enumerate(levels.tolist()):
            messages += self._dialect.encode_levels(row + 1, strip)
        return messages

    def _set(self, track: int, param: Param, value: float) -> list[OscMessage]:
        row = self._row(track)
        self.console.set(row, param, value)
        changed = {*self.console.pop_changes(), (row, param)}
        return self._encode_all(self._held(*control) for control in sorted(changed))

    def _apply_hand(self, message: OscMessage) -> list[OscMessage]:
        match message.args:
            case (int(track), str(name), float() | int() as value) if name in tuple(
                Param
            ) and math.isfinite(value):
                self.console.hand(self._row(track), Param(name), float(value))
                return self._encode_all(self._changes())
        raise DialectError(
            f"{_HAND}: expected a track, one of {', '.join(Param)} and a value; got {message.args}."
        )

    def _apply_content(self, command: ContentCommand) -> Iterator[ContentEvent]:
        if command.kind is ContentKind.CLIP and isinstance(command, RequestContents):
            yield from self._clips(command.track)
        if command.kind is not ContentKind.ITEM:
            return
        if isinstance(command, RequestContents):
            yield TempoChanged(at=0.0, bpm=self.console.bpm)
            yield GridChanged(at=0.0, first_s=self.console.first_bar_s, beats=4)
            for key, item in self.console.items.items():
                if command.track in (0, item.row + 1):
                    yield self._item(key)
        elif isinstance(command, SetContent):
            try:
                self.console.set_item(command.key, command.text)
            except KeyError as error:
                raise DialectError(f"The console has no item or file {error}.") from None
            yield self._item(command.key)

    def _clips(self, track: int) -> Iterator[ContentEvent]:
        if self.console.clips:
            yield TempoChanged(at=0.0, bpm=self.console.bpm)
        for key, clip in self.console.clips.items():
            if track in (0, clip.row + 1):
                yield self._report(ContentKind.CLIP, key, clip)

    def _item(self, key: str) -> ContentReported:
        return self._report(ContentKind.ITEM, key, self.console.items[key])

    @staticmethod
    def _report(kind: ContentKind, key: str, content: ConsoleItem | ConsoleClip) -> ContentReported:
        return ContentReported(
            at=0.0,
            kind=kind,
            key=key,
            track=content.row + 1,
            name=content.name,
            text=content.text,
            barred="",
            group="",
        )

    def _row(self, track: int) -> int:
        tracks = len(self.console.stems.names)
        if not 1 <= track <= tracks:
            raise DialectError(f"There is no track {track}: the console has 1 to {tracks}.")
        return track - 1

    def _changes(self) -> Iterator[DawEvent]:
        return (self._held(row, param) for row, param in self.console.pop_changes())

    def _dump(self, number: int) -> Iterator[DawEvent]:
        stems = self.console.stems
        yield DumpOpened(at=0.0, count=len(stems.names))
        for row, (name, role) in enumerate(zip(stems.names, stems.roles, strict=True)):
            uid = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{row}/{name}"))
            yield TrackIdentified(at=0.0, track=row + 1, uid=uid)
            yield TrackNamed(at=0.0, track=row + 1, name=name)
            yield RoleGiven(at=0.0, track=row + 1, role=role)
            for param in (*MOVABLE, *SWITCHES):
                yield self._held(row, param)
        yield TransportChanged(at=0.0, playing=True)
        yield DumpClosed(at=0.0, number=number)

    def _held(self, row: int, param: Param) -> ParamChanged:
        value = self.console.value(row, param)
        return ParamChanged(at=0.0, track=row + 1, param=param, value=value)

    def _encode_all(self, events: Iterator[DawEvent]) -> list[OscMessage]:
        return [message for event in events for message in self._dialect.encode_event(event)]


def serve_console(
    console: Console,
    *,
    host: str = "127.0.0.1",
    port: int = 9401,
    speed: float = 1.0,
    with_parent: bool = False,
    on_ready: Callable[[Address], None] = lambda _: None,
) -> None:
    """Run a console until this process is told to stop (SIGINT or SIGTERM).

    Args:
        console: The desk, with its start values.
        host: Where to listen; loopback unless the network can be trusted.
        port: 0 takes any free one.
        speed: Seconds of the song in a second; above 5 only samples of it are measured.
        with_parent: Stop as well when the process that started this one has gone.
        on_ready: Called once with the address that it listens on.

    Raises:
        NetworkError: If the port is not available.
    """
    parent = os.getppid() if with_parent else None
    asyncio.run(_serve(console, host, port, speed=speed, parent=parent, on_ready=on_ready))


async def _serve(
    console: Console,
    host: str,
    port: int,
    *,
    speed: float,
    parent: int | None,
    on_ready: Callable[[Address], None],
) -> None:
    loop = asyncio.get_running_loop()
    speaker = ConsoleSpeaker(console)
    peer: Address | None = None

    def answer(message: OscMessage, sender: Address, _at: float) -> None:
        nonlocal peer
        answers = speaker.answer(message)
        if answers and message.address == "/mix/refresh":
            peer = sender
        send(answers)

    def send(messages: list[OscMessage]) -> None:
        if peer is not None:
            for message in messages:
                endpoint.send(message, peer)

    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, stop.set)
    endpoint = UdpEndpoint.open(host, port, on_message=answer)
    on_ready(endpoint.address)
    heard_at = due = loop.time()
    try:
        while not stop.is_set() and parent in (None, os.getppid()):
            due = max(due + 1.0 / METERS_HZ, loop.time())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), due - loop.time())
            now = loop.time()
            send(speaker.pass_time(min(now - heard_at, _LONGEST_PAUSE_S) * speed))
            heard_at = now
    finally:
        endpoint.close()
