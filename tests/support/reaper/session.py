"""A whole session in memory: an engine, the dialect, and a REAPER with or without its companion."""

import random
from collections.abc import Iterable
from pathlib import Path

from bridge.daw.dialect import LevelReading, Refusal
from bridge.daws.reaper.wire.companion import PREFIX
from bridge.daws.reaper.wire.dialect import ReaperDialect
from bridge.errors import DialectError
from bridge.guard.limits import Profile
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import MoveReported, Notice, StatusChanged
from bridge.mix.params import MOVABLE, SPECS, Param, same_value
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.runtime.link import DawLink
from bridge.tasks.task import Task
from support.desk import ScriptedAgent, make_engine
from support.reaper.fake import TURN_S, FakeReaper, Folder, LuaScript


class ReaperSession:
    """The bridge beside a fake REAPER, on a clock that the test turns.

    Attributes:
        allowed: For every write that reached REAPER, whether the strip was the one meant.
    """

    def __init__(
        self,
        resource: Path,
        *names: str,
        companion: bool = True,
        profile: Profile = Profile.STUDIO,
        loss: float = 0.0,
        task: Task | None = None,
    ) -> None:
        self.resource = resource
        self.reaper = FakeReaper(names or ("Kick", "Bass", "Vox"), resource=resource)
        self.folder = Folder(resource)
        self.companion: LuaScript | None = None
        self.agent = ScriptedAgent()
        self.engine = make_engine(
            self.agent,
            mode=Mode.ASSIST,
            profile=profile,
            interval_s=0.5,
            tasks={TaskName.SOUND: task} if task else {},
        )
        self.dialect = ReaperDialect()
        self.link = DawLink("the fake")
        self.at = 500.0
        self.notices: list[Notice] = []
        self.events: list[m.Event] = []
        self.levels: list[LevelReading] = []
        self.meant: list[tuple[str, Param, float]] = []
        self.is_osc_cut = False
        self._inbox: list[OscMessage] = []
        self._loss, self._random = loss, random.Random(7)
        if companion:
            self.start_companion()

    def start_companion(self) -> None:
        self.companion = LuaScript(self.reaper, "Companion")

    def kill_companion(self) -> None:
        """It hangs or was ended; what it wrote last stays."""
        assert self.companion
        self.companion.kill()
        self.companion = None
        self.reaper.ext_states.clear()

    def restart_reaper(self, names: Iterable[str] | None = None) -> None:
        """REAPER is closed and opened with the same project, and knows nobody."""
        tracks = self.reaper.tracks
        had_companion = self.companion is not None
        written = self.reaper.written
        self.reaper = FakeReaper(names or (), resource=self.resource)
        self.reaper.tracks = tracks
        self.reaper.commit("")
        self.reaper.written = written
        if had_companion:
            self.start_companion()

    # -- time ----------------------------------------------------------------------------------

    def run(self, seconds: float) -> "ReaperSession":
        """Let time pass: REAPER's turns, and the bridge's deadlines between them."""
        end = self.at + seconds
        while self.at < end - 1e-9:
            self._inbox += self.reaper.turn()
            if self.companion:
                self.companion.tick()
            turn_end = self.at + TURN_S
            for message in [*self.folder.read(), *self._take_osc()]:
                self._hear(message)
            self._pulse()
            while (deadline := self.engine.deadline) is not None and deadline <= turn_end:
                self.at = max(self.at, deadline)
                self._do(m.Tick(at=self.at))
            self.at = turn_end
        return self

    def _take_osc(self) -> list[OscMessage]:
        said, self._inbox = self._inbox, []
        if self.is_osc_cut:
            return []
        return [message for message in said if self._random.random() >= self._loss]

    def _pulse(self) -> None:
        change, request = self.link.check(self.at)
        if isinstance(change, m.DumpClosed):
            self._do(change)
            change = self.link.record(change)
        if change:
            self._do(change)
        if request:
            self._command(request)
        self._ask()

    def _ask(self) -> None:
        self._send(self.dialect.ask(at=self.at))

    def _hear(self, message: OscMessage) -> None:
        if not message.address.startswith(PREFIX):
            (message,) = decode(encode(message))
        heard = self.dialect.decode(message, at=self.at)
        assert heard is not None, message
        self.link.record_alive(self.at)
        for news in heard:
            if isinstance(news, LevelReading):
                self.levels.append(news)
                continue
            assert not isinstance(news, Refusal), news
            if change := self.link.record(news):
                self._do(news)
                self._do(change)
            else:
                self._do(news)
        self._ask()

    def _do(self, event: m.Event) -> None:
        self.events.append(event)
        result = self.engine.handle(event)
        self.notices += result.notices
        for write in result.device_commands:
            self._send(self.dialect.encode_device(write, at=self.at))
        for command in result.commands:
            request = (
                self.link.request_dump(self.at) if isinstance(command, m.RequestDump) else command
            )
            if request:
                self._command(request)

    def _command(self, command: m.Command) -> None:
        try:
            messages = self.dialect.encode(command, at=self.at)
        except DialectError as error:
            raise AssertionError(command) from error
        if isinstance(command, m.SetParam) and messages:
            strip = self.engine.mix.by_key(command.key)
            assert strip
            self.meant.append((strip.name, command.param, command.value))
        self._send(messages)

    def _send(self, messages: Iterable[OscMessage]) -> None:
        for message in messages:
            if message.address.startswith(PREFIX):
                self.folder.write(message)
            elif not self.is_osc_cut and self._random.random() >= self._loss:
                self.reaper.hear_osc(decode(encode(message)))

    # -- what people do ------------------------------------------------------------------------

    def person(self, event: m.Event) -> None:
        self._do(event)

    def wish(self, name: str, param: Param, step: float) -> None:
        self.agent.wishes.append((self.key(name), param, step))

    def move(self, name: str, param: Param, step: float) -> str:
        """The agent wants a move and gets it; its id, once it is confirmed."""
        told = len(self.reports)
        self.wish(name, param, step)
        self.run(14.0)
        confirmed = [r for r in self.reports[told:] if r.state is MoveState.CONFIRMED]
        assert confirmed, (name, self.reports[told:], self.sentences[-3:])
        return confirmed[-1].move

    def key(self, name: str) -> str:
        (strip,) = self.engine.mix.find(name)
        return strip.key

    # -- what is so ----------------------------------------------------------------------------

    @property
    def reports(self) -> list[MoveReported]:
        return [note for note in self.notices if isinstance(note, MoveReported)]

    def last(self, state: MoveState) -> MoveReported:
        return next(report for report in reversed(self.reports) if report.state is state)

    @property
    def sentences(self) -> list[str]:
        return [note.text for note in self.notices if isinstance(note, StatusChanged)]

    def assert_same(self) -> None:
        """What the bridge believes is what REAPER holds, strip by strip."""
        assert [strip.name for strip in self.engine.mix.strips] == [
            track.name for track in self.reaper.tracks
        ]
        for strip, track in zip(self.engine.mix.strips, self.reaper.tracks, strict=True):
            for param in MOVABLE:
                believed = self.engine.mix.value(strip, param)
                assert same_value(param, believed, track.value(param)), (strip.name, param)
            assert (strip.mute, strip.solo) == (track.mute, track.solo)

    def assert_nothing_went_wrong(self) -> None:
        """Each write reached the track that it was meant for, inside the range."""
        names = {track.guid: track.name for track in self.reaper.tracks}
        meant = {(name, param) for name, param, _ in self.meant}
        for written in self.reaper.written:
            spec = SPECS[written.param]
            assert spec.minimum - 1e-4 <= written.value <= spec.maximum + 1e-4
            assert (names.get(written.guid, written.guid), written.param) in meant
