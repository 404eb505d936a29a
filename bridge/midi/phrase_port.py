"""Phrases outside the DAW: heard over a virtual MIDI port, kept as `.mid` files.

The port is opened when the task of phrases is chosen. It plays what a person auditions, and is
silent when the offer is over, at panic, when the bridge pauses or the DAW leaves, and at the end.

A DAW that tells of no clips still gets phrases: each track has one clip of the bridge's own, whose
text is written as a file.
"""

import asyncio
import atexit
import logging
import math
import time
from pathlib import Path
from typing import Final

from bridge.errors import BridgeError
from bridge.midi.clock import MidiClock, TempoClock
from bridge.midi.files import write_midi
from bridge.midi.player import DRUM_CHANNEL, Player, Song
from bridge.midi.ports import Closeable, MidiUnavailable, Output, Ports, open_ports
from bridge.mix.content_events import (
    OWN_CLIP,
    ContentKind,
    ContentReported,
    PlayContent,
    RequestContents,
    SetContent,
)
from bridge.mix.device_events import TaskName
from bridge.mix.messages import AnyCommand
from bridge.mix.notices import Notice, Offered, StatusChanged, WorkChanged
from bridge.mix.phrases import DEFAULT_BPM, decode_phrase
from bridge.mix.roles import Role
from bridge.runtime.runner import Runner

PORT: Final = "mixbridge phrases"
CLOCK_PORT: Final = "mixbridge clock"
_DRUMS: Final = frozenset({Role.KICK, Role.SNARE, Role.HATS, Role.DRUMS})
_SILENT_STATES: Final = frozenset({"panic", "frozen", "offline", "stale"})

_log = logging.getLogger(__name__)


class PhrasePort:
    """The bridge's own way out for notes.

    Args:
        runner: The bridge.
        folder: Where the files go.
        has_port: Whether a MIDI port is wanted; the files are there without.

    Attributes:
        text: What can be heard, or why nothing can.
    """

    def __init__(self, runner: Runner, folder: Path, *, has_port: bool = True) -> None:
        self.text = ""
        self._runner = runner
        self._folder = folder
        self._has_port = has_port
        self._loop = asyncio.get_running_loop()
        self._clock = MidiClock()
        self._free = TempoClock(bpm=DEFAULT_BPM, began_at=0.0)
        self._ports: Ports | None = None
        self._input: Closeable | None = None
        self._output: Output | None = None
        self._player: Player | None = None
        self._opening: asyncio.Task[None] | None = None
        self._texts: dict[str, str] = {}

    def open(self) -> None:
        """Begin to serve the runner."""
        self._runner.players.append(self.play)
        self._runner.watchers.append(self.notify)
        self._runner.holders.append(self.hold)

    async def close(self) -> None:
        """End every note, and close the port."""
        if self._opening is not None:
            await self._opening
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        if self._player is not None:
            self._player.close()
            atexit.unregister(self._player.silence)
        # A JACK that finds out by itself that a client has gone may stand still for seconds.
        for port in (self._input, self._output):
            if port is not None:
                port.close()
        if self._ports is not None:
            self._ports.close()

    # -- the port ------------------------------------------------------------------------------

    def notify(self, notice: Notice) -> None:
        """Open the port when phrases are worked on; be silent when nothing may sound."""
        match notice:
            case WorkChanged(task=TaskName.PHRASE) if self._has_port and self._opening is None:
                self._opening = self._loop.create_task(self._open_port())
            case WorkChanged() | Offered(moves=()):
                self.silence()
            case StatusChanged() if notice.state in _SILENT_STATES:
                self.silence()

    def silence(self) -> None:
        """End every note."""
        if self._player is not None:
            self._player.silence()

    async def _open_port(self) -> None:
        try:
            await asyncio.to_thread(self._make_port)
            self.text = f"phrases are heard at the MIDI port {PORT!r}"
        except (MidiUnavailable, OSError, NotImplementedError) as error:
            self.text = (
                f"there is no MIDI port for phrases ({error}): hear them on the page, or import "
                "the .mid files"
            )
        _log.info("%s", self.text)

    def _make_port(self) -> None:
        self._ports = open_ports()
        self._output = self._ports.publish(PORT)
        self._player = Player(self._output, self._follow)
        atexit.register(self._player.silence)
        self._input = self._ports.publish_input(CLOCK_PORT, self._clock.receive)

    def _follow(self, at: float) -> Song:
        clock = self._clock
        if clock.is_fresh(at):
            return Song(clock=clock, is_running=clock.is_running, jumps=clock.jumps)
        return Song(clock=self._free, is_running=self._runner.engine.mix.playing, jumps=-1)

    def play(self, command: PlayContent) -> None:
        """Let a phrase be heard, or none any more."""
        if command.kind is not ContentKind.CLIP or self._player is None:
            return
        if not command.text:
            self._player.silence()
            return
        bpm = self.bpm
        if bpm != self._free.bpm:
            self._free = TempoClock(bpm=bpm, began_at=time.monotonic())
        channel = DRUM_CHANNEL if self._is_drums(command.track) else 0
        self._player.play(decode_phrase(command.text), channel)

    @property
    def bpm(self) -> float:
        """The song's tempo, `DEFAULT_BPM` where nobody says it."""
        bpm = self._runner.engine.work.contents.tempo_bpm
        return DEFAULT_BPM if math.isnan(bpm) else bpm

    def _is_drums(self, track: int) -> bool:
        strip = self._runner.engine.mix.by_number(track)
        return strip is not None and strip.role in _DRUMS

    # -- clips of our own ----------------------------------------------------------------------

    def hold(self, command: AnyCommand) -> tuple[ContentReported, ...] | None:
        """Answer for the bridge's own clips; None for what is the DAW's alone to answer."""
        if isinstance(command, RequestContents) and command.kind is ContentKind.CLIP:
            return tuple(
                self._report(number) for number in self._numbers() if command.track in (0, number)
            )
        if isinstance(command, SetContent) and command.key.startswith(OWN_CLIP):
            for number in self._numbers():
                if self._key(number) == command.key:
                    self._write(number, command)
                    return (self._report(number),)
            return ()
        return None

    def _numbers(self) -> list[int]:
        return [strip.number for strip in self._runner.engine.mix.strips]

    def _key(self, number: int) -> str:
        strip = self._runner.engine.mix.by_number(number)
        return f"{OWN_CLIP}{strip.key if strip else number}"

    def _report(self, number: int) -> ContentReported:
        key = self._key(number)
        return ContentReported(
            at=self._loop.time(),
            kind=ContentKind.CLIP,
            key=key,
            track=number,
            name="mixbridge",
            text=self._texts.get(key, ""),
            barred="",
            group="",
        )

    def _write(self, number: int, command: SetContent) -> None:
        self._texts[command.key] = command.text
        if not command.text:
            return
        strip = self._runner.engine.mix.by_number(number)
        name = strip.name if strip else str(number)
        safe = "".join(each if each.isalnum() or each in " -_" else "_" for each in name)
        file = self._folder / f"{safe} {command.move.split()[0]}.mid"
        try:
            write_midi(
                file,
                decode_phrase(command.text),
                name=name,
                bpm=self.bpm,
                is_drums=self._is_drums(number),
            )
        except BridgeError as error:
            _log.warning("%s", error)
            return
        _log.info("%s is in %s", command.move, file)
