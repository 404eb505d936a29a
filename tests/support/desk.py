"""What the tests of the core share: a DAW in memory, and an agent that wants what it is told to."""

import heapq
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Learnt, Proposal
from bridge.daws.desk.study.wishes import WishingAgent
from bridge.engine.engine import Engine
from bridge.engine.results import StepResult
from bridge.errors import PriorError
from bridge.guard.limits import LIMITS, Profile
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import MoveReported, Notice, RequestRefused, RewardCredited, StatusChanged
from bridge.mix.params import MOVABLE, LockClass, Param
from bridge.mix.roles import Role
from bridge.mix.state import Observation
from bridge.tasks.task import Task

LATENCY_S = 0.005
BAND = ("Kick", "Bass", "Vox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What the agent was taught."""

    param: Param
    reward: float
    weight: float = 1.0


class ScriptedAgent(WishingAgent):
    """A wishing agent that remembers its lessons, and how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.lessons: list[Lesson] = []
        self.explored: list[bool] = []
        self.cautious: list[bool] = []

    def propose(
        self,
        observation: Observation,
        steps: NDArray[np.float64],
        allowed: NDArray[np.bool_],
        *,
        at: float,
        explore: bool,
        cautious: bool,
    ) -> Proposal | None:
        self.explored.append(explore)
        self.cautious.append(cautious)
        return super().propose(
            observation, steps, allowed, at=at, explore=explore, cautious=cautious
        )

    def learn(
        self,
        proposal: Proposal,
        reward: float,
        *,
        weight: float,
        at: float,
        observation: Observation,
        next_allowed: Callable[[], NDArray[np.bool_]],
    ) -> Learnt:
        self.lessons.append(Lesson(param=proposal.param, reward=reward, weight=weight))
        return super().learn(
            proposal,
            reward,
            weight=weight,
            at=at,
            observation=observation,
            next_allowed=next_allowed,
        )

    def learn_from_hand(
        self, observation: Observation, row: int, param: Param, value: float, *, at: float
    ) -> Learnt | None:
        learnt = super().learn_from_hand(observation, row, param, value, at=at)
        return None if param is Param.PAN else learnt

    def forget(self, what: str) -> bool:
        if what == "all":
            self.lessons.clear()
        return what == "all"

    def beliefs(self) -> Mapping[str, Any]:
        return {"lessons": len(self.lessons)}

    def state(self) -> bytes:
        return json.dumps({"lessons": len(self.lessons)}).encode()

    def load_state(self, state: bytes) -> None:
        if "lessons" not in json.loads(state):
            raise PriorError("the agent's state has no lessons")


@dataclass(slots=True, kw_only=True)
class Strip:
    """A strip of the DAW."""

    name: str
    uid: str = ""
    role: Role | None = None
    values: dict[Param, float] = field(default_factory=lambda: dict.fromkeys(MOVABLE, 0.0))


def make_engine(
    agent: ScriptedAgent,
    *,
    mode: Mode = Mode.ASSIST,
    profile: Profile = Profile.STUDIO,
    interval_s: float = 6.0,
    learning_enabled: bool = True,
    session: int = 1,
    tasks: Mapping[TaskName, Task] | None = None,
) -> Engine:
    """An engine for tests."""
    return Engine(
        agent=agent, limits=LIMITS[profile], mode=mode, interval_s=interval_s,
        session=session, learning_enabled=learning_enabled, tasks=tasks or {},
    )  # fmt: skip


class Desk:
    """A DAW that obeys and echoes, an engine beside it, and a clock that the test turns.

    Attributes:
        is_silent: It takes commands and answers none, with no echo and no dump.
        top: No parameter goes beyond this.
        results: All that the engine has said, oldest first.
    """

    def __init__(
        self,
        *names: str,
        uids: bool = False,
        mode: Mode = Mode.ASSIST,
        profile: Profile = Profile.STUDIO,
        interval_s: float = 6.0,
        learning_enabled: bool = True,
    ) -> None:
        self.agent = ScriptedAgent()
        self.engine = make_engine(
            self.agent, mode=mode, profile=profile, interval_s=interval_s,
            learning_enabled=learning_enabled,
        )  # fmt: skip
        self.at = 100.0
        self.is_silent = False
        self.top = 1000.0
        self.results: list[StepResult] = []
        self.strips = [Strip(name=name, uid=f"id-{name}" if uids else "") for name in names or BAND]
        self._pending: list[tuple[float, int, m.Event]] = []
        self._count = 0

    # -- what happens --------------------------------------------------------------------------

    def connect(self) -> "Desk":
        """The DAW says all it has and is online."""
        self.dump()
        self.do(m.LinkChanged(at=self.at, state=LinkState.ONLINE, text="the DAW is there"))
        return self

    def do(self, event: m.Event) -> StepResult:
        """The engine takes an event, and the DAW what the engine says to it."""
        result = self.engine.handle(event)
        self.results.append(result)
        for command in result.commands:
            self._obey(command)
        return result

    def _obey(self, command: m.Command) -> None:
        if isinstance(command, m.RequestDump):
            if not self.is_silent:
                for event in self.dump_events():
                    self._later(event)
            return
        if self.is_silent:
            return
        value = float(np.float32(min(command.value, self.top)))
        self.strips[command.track - 1].values[command.param] = value
        self._later(
            m.ParamChanged(at=self.at, track=command.track, param=command.param, value=value)
        )

    def _later(self, event: m.Event) -> None:
        self._count += 1
        heapq.heappush(self._pending, (self.at + LATENCY_S, self._count, event))

    def run(self, seconds: float) -> None:
        """Let time pass, with a tick at each deadline."""
        end = self.at + seconds
        while True:
            deadline = self.engine.deadline
            tick_at = np.inf if deadline is None else max(deadline, self.at)
            echo_at = self._pending[0][0] if self._pending else np.inf
            if min(tick_at, echo_at) > end:
                self.at = end
                return
            if echo_at <= tick_at:
                self.at, _, event = heapq.heappop(self._pending)
                self.do(_restamped(event, self.at))
            else:
                self.at = float(tick_at)
                self.do(m.Tick(at=self.at))

    def dump(self) -> None:
        """The DAW says all it has."""
        for event in self.dump_events():
            self.do(_restamped(event, self.at))

    def dump_events(self, number: int = 1) -> list[m.DawEvent]:
        """What a dump consists of."""
        events: list[m.DawEvent] = [m.DumpOpened(at=self.at, count=len(self.strips))]
        for track, strip in enumerate(self.strips, start=1):
            if strip.uid:
                events.append(m.TrackIdentified(at=self.at, track=track, uid=strip.uid))
            events.append(m.TrackNamed(at=self.at, track=track, name=strip.name))
            if strip.role:
                events.append(m.RoleGiven(at=self.at, track=track, role=strip.role))
            events += [
                m.ParamChanged(at=self.at, track=track, param=param, value=value)
                for param, value in strip.values.items()
            ]
        return [*events, m.DumpClosed(at=self.at, number=number)]

    # -- what people do ------------------------------------------------------------------------

    def hand(self, track: int, param: Param, value: float) -> StepResult:
        """A person moves a control of the DAW."""
        self.strips[track - 1].values[param] = value
        return self.do(m.ParamChanged(at=self.at, track=track, param=param, value=value))

    def wish(self, key: str, param: Param, step: float) -> None:
        """The agent wants a move."""
        self.agent.wishes.append((key, param, step))

    def move(self, key: str, param: Param, step: float) -> str:
        """The agent wants a move, and gets it: its id, when it has been confirmed."""
        self.wish(key, param, step)
        self.run(12.0)
        return self.last(MoveState.CONFIRMED).move

    def reward(self, value: float, move: str = "", reward_id: str = "r") -> StepResult:
        return self.do(m.RewardReceived(at=self.at, value=value, move=move, reward_id=reward_id))

    def undo(self, move: str = "") -> StepResult:
        return self.do(m.UndoRequested(at=self.at, move=move))

    def accept(self, move: str) -> StepResult:
        return self.do(m.SuggestionAccepted(at=self.at, move=move))

    def skip(self, move: str) -> StepResult:
        return self.do(m.SuggestionSkipped(at=self.at, move=move))

    def choose(self, mode: Mode) -> StepResult:
        return self.do(m.ModeChosen(at=self.at, mode=mode))

    def freeze(self, *, on: bool = True) -> StepResult:
        return self.do(m.FreezeSwitched(at=self.at, on=on))

    def panic(self) -> StepResult:
        return self.do(m.PanicPressed(at=self.at))

    def rearm(self) -> StepResult:
        return self.do(m.Rearmed(at=self.at))

    def safe(self, track: str, lock_class: str = "all", *, on: bool = True) -> StepResult:
        return self.do(
            m.SafeSwitched(at=self.at, track=track, lock_class=LockClass(lock_class), on=on)
        )

    def link(self, state: LinkState, text: str = "the link changed") -> StepResult:
        return self.do(m.LinkChanged(at=self.at, state=state, text=text))

    # -- what was said -------------------------------------------------------------------------

    def value(self, track: int, param: Param) -> float:
        """What the DAW holds."""
        return self.strips[track - 1].values[param]

    @property
    def writes(self) -> list[m.SetParam]:
        return [
            command
            for result in self.results
            for command in result.commands
            if isinstance(command, m.SetParam)
        ]

    @property
    def reports(self) -> list[MoveReported]:
        return [note for note in self.notices if isinstance(note, MoveReported)]

    @property
    def notices(self) -> list[Notice]:
        return [note for result in self.results for note in result.notices]

    def states(self, move: str) -> list[MoveState]:
        """The states that a move has been through."""
        return [report.state for report in self.reports if report.move == move]

    def last(self, state: MoveState) -> MoveReported:
        """The newest report of a move that entered this state."""
        return next(report for report in reversed(self.reports) if report.state is state)

    def forget(self) -> None:
        """Begin to listen anew."""
        self.results.clear()


def refusals(result: StepResult) -> list[str]:
    """Why something was not granted."""
    return [note.text for note in result.notices if isinstance(note, RequestRefused)]


def credited(result: StepResult) -> list[tuple[str, float]]:
    """Whom a reward went to."""
    return [(note.move, note.value) for note in result.notices if isinstance(note, RewardCredited)]


def sentences(result: StepResult) -> list[str]:
    """What was said beside a state."""
    return [note.text for note in result.notices if isinstance(note, StatusChanged)]


def _restamped(event: m.Event, at: float) -> m.Event:
    return replace(event, at=at)
