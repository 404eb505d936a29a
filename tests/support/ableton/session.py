"""A whole session in memory: an engine, the dialect, and a Live with AbletonOSC and our devices."""

from collections.abc import Callable, Iterable

from bridge.daw.dialect import LevelReading, Refusal
from bridge.daws.ableton.wire.curves import fader_position
from bridge.daws.ableton.wire.dialect import AbletonDialect
from bridge.errors import DialectError
from bridge.guard.limits import Profile
from bridge.mix import messages as m
from bridge.mix.content_events import Job, JobDone
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import MoveReported, Notice, StatusChanged
from bridge.mix.params import EQ_BANDS, MOVABLE, Param, same_value
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage, OscPacket
from bridge.runtime.link import DawLink
from bridge.tasks.task import Task
from support.ableton.fake import TICK_S, FakeHub, FakeLive, Written, f32, tap
from support.desk import ScriptedAgent, make_engine


class AbletonSession:
    """The bridge beside a fake Live, on a clock that the test turns.

    Attributes:
        is_quick: The bridge answers while AbletonOSC still reads its socket, as it mostly does.
        meant: Which value each command wanted of which parameter of which of Live's tracks.
        packets: What the bridge said, by the time.
        jobs: What workers were asked for, and have not done.
    """

    def __init__(
        self,
        *names: str,
        hub: bool = False,
        is_quick: bool = True,
        profile: Profile = Profile.STUDIO,
        task: Task | None = None,
        task_name: TaskName = TaskName.SOUND,
    ) -> None:
        self.live = FakeLive(names or ("Kick", "Bass", "Vox"))
        self.hub = FakeHub(self.live) if hub else None
        self.is_quick = is_quick
        self.agent = ScriptedAgent()
        self.engine = make_engine(
            self.agent,
            mode=Mode.ASSIST,
            profile=profile,
            interval_s=0.5,
            tasks={task_name: task} if task else {},
        )
        self.dialect = AbletonDialect()
        self.link = DawLink("the fake")
        self.at = 500.0
        self.notices: list[Notice] = []
        self.events: list[m.Event] = []
        self.levels: list[LevelReading] = []
        self.meant: set[tuple[str, Param, float]] = set()
        self.packets: list[tuple[float, OscPacket]] = []
        self.jobs: list[Job] = []
        self.on_tick: Callable[[], None] | None = None
        self._uid_of_key: dict[str, str] = {}

    # -- time ----------------------------------------------------------------------------------

    def work(self, do: Callable[[Job], bytes], seconds: float) -> "AbletonSession":
        """Let time pass, and do in four turns what workers are asked for."""
        for _ in range(4):
            self.run(seconds / 4)
            jobs, self.jobs = self.jobs, []
            for job in jobs:
                self.person(
                    JobDone(
                        at=self.at, task=job.task, name=job.name, text=job.text, trouble="",
                        data=do(job),
                    )
                )  # fmt: skip
        return self

    def run(self, seconds: float) -> "AbletonSession":
        """Let time pass: Live's ticks, and the bridge's pulses and deadlines between them."""
        end = self.at + seconds
        while self.at < end - 1e-9:
            if self.on_tick:
                self.on_tick()
            self.live.tick(self._deliver if self.is_quick else None)
            self._deliver()
            if self.hub and not self.live.is_modal:
                self._hear_all(self.hub.look())
            tick_end = self.at + TICK_S
            for pulse_at in (self.at, self.at + TICK_S / 2):
                self._pass_until(pulse_at)
                self._pulse()
            self._pass_until(tick_end)
        return self

    def _pass_until(self, at: float) -> None:
        while (deadline := self.engine.deadline) is not None and deadline <= at:
            self.at = max(self.at, deadline)
            self._do(m.Tick(at=self.at))
        self.at = at

    def _deliver(self) -> None:
        self._hear_all(self.live.take_said())

    def _hear_all(self, messages: Iterable[OscMessage]) -> None:
        for message in messages:
            self._hear(message)

    def _pulse(self) -> None:
        change, request = self.link.check(self.at, self.dialect.trouble)
        if isinstance(change, m.DumpClosed):
            self._do(change)
            change = self.link.record(change)
        if change:
            self._do(change)
        if request:
            self._command(request)
        self._ask()

    def _ask(self) -> None:
        for packet in self.dialect.ask(at=self.at):
            self.packets.append((self.at, packet))
            self.live.receive(encode(packet))

    def _hear(self, message: OscMessage) -> None:
        heard = self.dialect.decode(message, at=self.at)
        assert heard is not None, message
        if self.dialect.is_answering(at=self.at):
            self.link.record_alive(self.at)
        for news in heard:
            if isinstance(news, LevelReading):
                self.levels.append(news)
                continue
            assert not isinstance(news, Refusal), news
            change = self.link.record(news)
            self._do(news)
            if change:
                self._do(change)
        self._ask()

    def _do(self, event: m.Event) -> None:
        self.events.append(event)
        result = self.engine.handle(event)
        if isinstance(event, m.DumpClosed):
            self._note_who_is_who()
        self.notices += result.notices
        for write in result.device_commands:
            assert self.dialect.encode_device(write, at=self.at) == ()
            self._ask()
        for content in result.content_commands:
            assert self.dialect.encode_content(content, at=self.at) == ()
            self._ask()
        self.jobs += result.jobs
        for command in result.commands:
            request = (
                self.link.request_dump(self.at) if isinstance(command, m.RequestDump) else command
            )
            if request:
                self._command(request)

    def _note_who_is_who(self) -> None:
        """Remember which of Live's tracks each key was when it was first told."""
        strips = self.engine.mix.strips
        if [strip.name for strip in strips] == self.live.names:
            for strip, track in zip(strips, self.live.tracks, strict=True):
                self._uid_of_key.setdefault(strip.key, track.uid)

    def _command(self, command: m.Command) -> None:
        try:
            packets = self.dialect.encode(command, at=self.at)
        except DialectError as error:
            raise AssertionError(command) from error
        assert packets == ()
        if isinstance(command, m.SetParam):
            is_fader = command.param is Param.GAIN
            raw = fader_position(command.value) if is_fader else command.value
            self.meant.add((self._uid_of_key[command.key], command.param, f32(raw)))
        self._ask()

    # -- what people and other programs do -----------------------------------------------------

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

    def play_tap(self, name: str, peak_dbfs: float) -> None:
        """A track device hears something."""
        (message,) = decode(encode(tap(self.live.track(name), peak_dbfs)))
        self._hear(message)

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
        """What the bridge believes is what Live holds, track by track."""
        assert [strip.name for strip in self.engine.mix.strips] == self.live.names
        assert not self.engine.mix.is_dump_open
        for strip, track in zip(self.engine.mix.strips, self.live.tracks, strict=True):
            known = MOVABLE if track.eq else (Param.GAIN, Param.PAN)
            for param in known:
                believed = self.engine.mix.value(strip, param)
                assert same_value(param, believed, track.value(param)), (strip.name, param)
            if not track.eq:
                assert all(self.engine.mix.value(strip, p) != 0.0 for p in EQ_BANDS)
            assert (strip.mute, strip.solo) == (track.mute, track.solo)

    def wrong_writes(self) -> list[Written]:
        """What was written to a track that it was not meant for, and what puts that right."""
        return [w for w in self.live.written if (w.uid, w.param, w.value) not in self.meant]

    def assert_nothing_went_wrong(self) -> None:
        """Each write reached the track that it was meant for, and nothing was lost on the way."""
        assert self.wrong_writes() == []
        assert self.live.strayed == []
        assert self.live.lost == 0
