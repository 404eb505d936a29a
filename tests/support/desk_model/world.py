"""A bridge beside a model of a real desk, in virtual time: the core and the link, no sockets.

The same seed and features give the same world, event by event. Every aspect (the wire, the person,
the agent, ...) has dice of its own: a feature can be switched off without changing the rest.
"""

import heapq
import itertools
import math
import random
import re
from collections import deque
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bridge.daw.dialect import LevelReading, Refusal
from bridge.daw.generic import GenericDialect
from bridge.errors import DialectError
from bridge.guard.limits import Profile
from bridge.mix import messages as m
from bridge.mix.messages import Mode
from bridge.mix.params import COLUMN, EQ_BANDS, Param
from bridge.mix.state import Observation
from bridge.osc.message import OscMessage
from bridge.runtime.link import DawLink
from support.desk import make_engine
from support.desk_model.judge import Cause, Fault, Judge, Promise
from support.desk_model.model import (
    ECHOES,
    F,
    Feature,
    ModelDesk,
    Place,
    coherent,
    float32,
    value_message,
    wire,
)
from support.desk_model.people import HAND_S, LastWrite, Person
from support.storm import RandomAgent

WIRE_S = 0.003
START_S = 100.0
PULSE_S = 0.1
"""How often the link is looked after; the runner does so every 50 ms."""
PANIC_S = 5.0
"""A panic of one second, a retry, and echoes that are late."""

_VALUE = re.compile(r"/mix/track/(\d+)/(gain|pan|eq/\w+/gain)$")
_NAME = re.compile(r"/mix/track/(\d+)/name$")
_REACH = {Param.GAIN: (-50.0, 8.0), Param.PAN: (-0.95, 0.95)}


class ModelAgent(RandomAgent):
    """Wants moves of a few controls, so that much happens to them."""

    def __init__(self, dice: random.Random, places: list[Place]) -> None:
        super().__init__(dice, is_honest=True)
        self._places = places

    def steps(self, observation: Observation) -> NDArray[np.float64]:
        wanted = super().steps(observation)
        mask = np.zeros_like(wanted)
        for track, param in self._places:
            if track <= len(mask):
                mask[track - 1, COLUMN[param]] = 1.0
        return wanted * mask


class World:
    """One desk, one wire, one person, one bridge.

    Args:
        seed: Names the world.
        features: What is real in it.
        seconds: How long people do things, before the last panic.
        story: Is given a line for whatever happens.

    Attributes:
        faults: What was promised and not kept.
        applied: Moves that were made.
        confirmed: Moves that were confirmed.
    """

    def __init__(
        self,
        seed: int,
        features: frozenset[Feature],
        *,
        seconds: float = 12.0,
        story: Callable[[str], None] | None = None,
    ) -> None:
        self.features = coherent(features)
        self.seed, self.story, self.until = seed, story, START_S + seconds
        self.at = START_S
        self.applied = self.confirmed = 0
        self.desk = ModelDesk.make(self.features, self._dice("desk"))
        self.judge = Judge(self.desk)
        self.link = DawLink("the model")
        agent_dice = self._dice("task")
        self.engine = make_engine(
            ModelAgent(agent_dice, self._favourites(agent_dice)),
            mode=Mode.ASSIST,
            profile=agent_dice.choice((Profile.STUDIO, Profile.STUDIO, Profile.LIVE)),
            interval_s=agent_dice.choice((0.3, 1.0, 3.0)),
        )  # fmt: skip
        self._dialect = GenericDialect()
        self._wire, self._dump_dice = self._dice("wire"), self._dice("dump")
        self._echo = self._dice("echo")
        self.person = Person(self, self._dice("person"))
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._deadline = math.inf
        self._inbox_at = self._outbox_at = self._answered_at = self.at
        self._dump_until, self._dump_waits = -math.inf, 0
        self.last_write = LastWrite()

    def _dice(self, aspect: str) -> random.Random:
        return random.Random(f"{self.seed}/{aspect}")  # a text is hashed alike in every process

    def _favourites(self, dice: random.Random) -> list[Place]:
        tracks = list(range(1, len(self.desk.names) + 1))
        led = [t for group in self.desk.groups for t in (group.leader, *group.members) if t]
        places: list[Place] = [(t, Param.GAIN) for t in (*led, *dice.sample(tracks, 3))]
        places += [(dice.choice(tracks), Param.PAN), (dice.choice(tracks), dice.choice(EQ_BANDS))]
        return places

    @property
    def faults(self) -> list[Fault]:
        """The first of every broken promise, oldest first."""
        return sorted(self.judge.faults.values(), key=lambda fault: fault.at)

    def tell(self, text: str) -> None:
        """A line of the story."""
        if self.story is not None:
            self.story(f"{self.at:9.3f}  {text}")

    # -- time -----------------------------------------------------------------------------------

    def run(self) -> "World":
        """Play it to its end."""
        try:
            self._pulse()
            self.person.plan(self.until)
            self._play(self.until)
            self._rest()
        except AssertionError:
            raise
        except Exception as error:
            self.judge.blame(Promise.FAULT, self.at, repr(error))
        return self

    def _rest(self) -> None:
        """People let go, press panic once more, and look at the desk."""
        self.person.is_gone = True
        self._play(self.at + HAND_S + 0.5)
        self.press(m.FreezeSwitched(at=self.at, on=False))
        self.press(m.Rearmed(at=self.at))
        self._play(self.at + 1.0)
        self.press(m.PanicPressed(at=self.at))
        slow = {F.DUMP_SLOW, F.DUMP_LACKS, F.DUMP_NAMELESS, F.COUNT_LIES} & self.features
        self._play(self.at + PANIC_S + (15.0 if slow else 0.0))
        self.judge.judge_panic(self.at)

    def do_at(self, at: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (at, next(self._numbers), action))

    def _play(self, end: float) -> None:
        while True:
            tick_at = max(self._deadline, self.at)
            next_at = self._heap[0][0] if self._heap else math.inf
            if min(tick_at, next_at) > end:
                self.at = end
                return
            if next_at <= tick_at:
                self.at, _, action = heapq.heappop(self._heap)
                action()
            else:
                self.at = tick_at
                self._handle(m.Tick(at=self.at))

    # -- the bridge: what the runner does --------------------------------------------------------

    def _handle(self, first: m.Event) -> None:
        events = deque([first])
        while events:
            event = events.popleft()
            if isinstance(event, m.DawEvent) and (change := self.link.record(event)):
                events.append(change)
            result = self.engine.handle(event)
            self.judge.judge(result, event, self.at)
            for note in result.notices:
                self.tell(f"bridge   {note}")
                state = getattr(note, "state", "")
                self.applied += state == m.MoveState.APPLIED
                self.confirmed += state == m.MoveState.CONFIRMED
            for lesson in result.lessons:
                self.tell(f"bridge   {lesson}")
            for command in result.commands:
                if isinstance(command, m.RequestDump):
                    self._ask(self.link.request_dump(self.at))
                else:
                    self._write(command)
        deadline = self.engine.deadline
        self._deadline = math.inf if deadline is None else deadline

    def _ask(self, request: m.RequestDump | None) -> None:
        if request is not None:
            self.judge.asked(self.at)
            self.tell(f"bridge   asks for dump {request.number}")
            self._to_desk(partial(self._begin_dump, request.number))

    def _write(self, command: m.SetParam) -> None:
        place = command.track, command.param
        self.tell(f"write    {command.track} {command.param} {command.value:.4f} {command.move}")
        before = self.last_write.value if self.last_write.place == place else command.value
        self.last_write = LastWrite(
            at=self.at, place=place, value=command.value, direction=command.value - before
        )
        if place in self.desk.values:
            self._to_desk(partial(self._obey, place, float32(command.value)))

    def _pulse(self) -> None:
        if F.STILL not in self.features:
            self.link.record_alive(self.at)
        change, request = self.link.check(self.at)
        if change is not None:
            self._handle(change)
        self._ask(request)
        self.do_at(self.at + PULSE_S, self._pulse)

    def press(self, event: m.Event) -> None:
        self.tell(f"person   {event}")
        self.judge.requested(event)
        self._handle(event)

    def _arrive(self, message: OscMessage, *, is_hand: bool) -> None:
        value = message.args[0]
        if (found := _VALUE.match(message.address)) and isinstance(value, float):
            place = int(found[1]), Param(found[2])
            self.judge.arrives(place, value, self.at, is_hand=is_hand)
        elif found := _NAME.match(message.address):
            self.judge.named(int(found[1]))
        elif message.address == "/mix/tracks" and isinstance(value, int):
            self.judge.counted(value)
        self.tell(f"arrives  {message.address} {value!r}")
        try:
            heard = self._dialect.decode(message, at=self.at)
        except DialectError as error:
            self.tell(f"refused  {error}")
            return
        self.link.record_alive(self.at)
        for event in heard or ():
            if not isinstance(event, LevelReading | Refusal):
                self._handle(event)

    # -- the wire --------------------------------------------------------------------------------

    def _copies(self) -> list[float]:
        """How late each copy of a datagram comes; none where it is lost."""
        dice, copies = self._wire, 1
        chances = [dice.random() for _ in range(4)]
        if F.LOST in self.features and chances[0] < 0.05:
            return []
        copies += F.DOUBLED in self.features and chances[1] < 0.1
        is_late = F.LATE in self.features and chances[2] < 0.2
        return [WIRE_S + 0.4 * chances[3] * is_late * (copy + 1) / copies for copy in range(copies)]

    def to_bridge(self, message: OscMessage, *, is_hand: bool = False) -> None:
        for late in self._copies():
            at = max(self.at, self._answered_at) + late  # a slow desk says all in its own order
            if F.REORDERED not in self.features:
                at = self._inbox_at = max(self._inbox_at, at)
            elif self._wire.random() < 0.1:
                at += self._wire.uniform(0.0, 0.05)
            self.do_at(at, partial(self._arrive, message, is_hand=is_hand))

    def _to_desk(self, action: Callable[[], None]) -> None:
        for late in self._copies():
            at = self.at + late
            if F.REORDERED not in self.features:
                at = self._outbox_at = max(self._outbox_at, at)
            elif self._wire.random() < 0.1:
                at += self._wire.uniform(0.0, 0.05)
            self.do_at(at, action)

    # -- the desk's end ---------------------------------------------------------------------------

    def _begin_dump(self, number: int) -> None:
        if self.at < self._dump_until:
            self._dump_waits = number  # a busy desk answers it afterwards
            return
        said = list(self.desk.dump(number, self._dump_dice))
        if F.DUMP_SLOW not in self.features:
            for make in said:
                self.to_bridge(wire(make()))
            return
        lasts = self._dump_dice.uniform(1.0, 4.0)
        self._dump_until = self.at + lasts
        for index, make in enumerate(said):
            self.do_at(self.at + lasts * index / len(said), partial(self._say_made, make))
        self.do_at(self._dump_until, self._end_dump)

    def _say_made(self, make: Callable[[], OscMessage]) -> None:
        self.to_bridge(wire(make()))

    def _end_dump(self) -> None:
        number, self._dump_waits = self._dump_waits, 0
        if number:
            self._begin_dump(number)

    def _obey(self, place: Place, value: float) -> None:
        if F.TOUCH in self.features and self.at < self.person.touched.get(place, 0.0):
            return  # a motor fader does not go while a finger is on it
        changed = self.desk.assign(*place, value, is_hand=False)
        self.judge.changed(changed, Cause.BRIDGE, self.at)
        late = self._echo.uniform(0.0, 0.4) * (F.ECHO_LATE in self.features)
        self._answered_at = max(self._answered_at, self.at + late)  # it answers in its own order
        mode = next((each for each in ECHOES if each in self.features), None)
        said = value_message(*place, value if mode is F.ECHO_ASKED else self.desk.values[place])
        is_told = mode is not F.ECHO_NONE and (mode is not F.ECHO_CHANGED or place in changed)
        answers = [said] if is_told else []
        answers += [value_message(*each, new) for each, new in changed.items() if each != place]
        for answer in answers:
            self.do_at(self._answered_at, partial(self.to_bridge, wire(answer)))
