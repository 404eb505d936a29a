"""A bridge beside a model of a real desk, in virtual time: the core and the link, no sockets.

The same seed and features give the same world, event by event. Every aspect (the wire, the person,
the task, ...) has dice of its own, so that a feature can be switched off without changing the rest.
"""

import heapq
import itertools
import math
import random
import re
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from desk import make_engine
from desk_judge import Cause, Fault, Judge, Promise
from desk_model import (
    ECHOES,
    HAND_STEPS_DB,
    OFF,
    F,
    Feature,
    ModelDesk,
    Place,
    coherent,
    nearest,
    value_message,
)
from numpy.typing import NDArray
from storm import RandomTask

from bridge.daw.dialect import LevelReading
from bridge.daw.generic import GenericDialect
from bridge.errors import DialectError
from bridge.guard.limits import Profile
from bridge.mix import messages as m
from bridge.mix.messages import Mode
from bridge.mix.params import COLUMN, EQ_BANDS, Param
from bridge.mix.state import Observation
from bridge.osc.message import OscMessage
from bridge.runtime.link import DawLink

WIRE_S = 0.003
PULSE_S = 0.05
"""How often the runner looks after the link."""
PANIC_S = 4.0
"""A panic of one second, a retry, and echoes that are late."""

_VALUE = re.compile(r"/mix/track/(\d+)/(gain|pan|eq/\w+/gain)$")
_NAME = re.compile(r"/mix/track/(\d+)/name$")
_REACH = {Param.GAIN: (-50.0, 8.0), Param.PAN: (-0.95, 0.95)}


class ModelTask(RandomTask):
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


@dataclass(slots=True, kw_only=True)
class HandPlan:
    """What is left of a hand's way."""

    place: Place
    step: float
    every_s: float
    at: float
    left: int
    turn: int
    """It goes back where this many steps are left; -1: it does not."""


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
        seconds: float = 20.0,
        story: Callable[[str], None] | None = None,
    ) -> None:
        self.features = coherent(features)
        self.seed, self.story, self.until = seed, story, 100.0 + seconds
        self.at = 100.0
        self.applied = self.confirmed = 0
        self.desk = ModelDesk.make(self.features, self._dice("desk"))
        self.judge = Judge(self.desk)
        self.link = DawLink("the model")
        task_dice = self._dice("task")
        self.engine = make_engine(
            ModelTask(task_dice, self._favourites(task_dice)),
            mode=Mode.ASSIST,
            profile=task_dice.choice((Profile.STUDIO, Profile.STUDIO, Profile.LIVE)),
            interval_s=task_dice.choice((0.3, 1.0, 3.0)),
        )  # fmt: skip
        self._dialect = GenericDialect()
        self._wire, self._dump_dice = self._dice("wire"), self._dice("dump")
        self._echo, self._person = self._dice("echo"), self._dice("person")
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._deadline = math.inf
        self._direction = 0.0
        self._inbox_at = self._outbox_at = self.at
        self._dump_until, self._dump_waits = -math.inf, 0
        self._touched: dict[Place, float] = {}
        self._last_write: tuple[float, Place, float] = (-math.inf, (1, Param.GAIN), 0.0)

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
            self._plan()
            self._play(self.until)
            self._rest()
        except AssertionError:
            raise
        except Exception as error:
            self.judge.blame(Promise.FAULT, self.at, repr(error))
        return self

    def _plan(self) -> None:
        self._pulse()
        dice = self._person
        at = self.at + dice.uniform(3.0, 6.0)
        while at < self.until:
            self._do_at(at, self._act)
            at += dice.uniform(0.3, 5.0)

    def _rest(self) -> None:
        """People let go, press panic once more, and look at the desk."""
        self._heap = [entry for entry in self._heap if entry[2] != self._act]
        self._play(self.at + 3.0)
        self._press(m.FreezeSwitched(at=self.at, on=False))
        self._press(m.Rearmed(at=self.at))
        self._play(self.at + 2.0)
        self._press(m.PanicPressed(at=self.at))
        slow = {F.DUMP_SLOW, F.DUMP_LACKS, F.DUMP_NAMELESS, F.COUNT_LIES} & self.features
        self._play(self.at + PANIC_S + (15.0 if slow else 0.0))
        self.judge.judge_panic(self.at)

    def _do_at(self, at: float, action: Callable[[], None]) -> None:
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
            if isinstance(event, m.DawEvent) and (change := self.link.note(event)):
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
        before = self._last_write[2] if self._last_write[1] == place else command.value
        self._last_write = self.at, place, command.value
        self._direction = command.value - before
        if place in self.desk.values:
            self._to_desk(partial(self._obey, place, float32(command.value)))

    def _pulse(self) -> None:
        if F.STILL not in self.features:
            self.link.note_alive(self.at)
        change, request = self.link.check(self.at)
        if change is not None:
            self._handle(change)
        self._ask(request)
        self._do_at(self.at + PULSE_S, self._pulse)

    def _press(self, event: m.Event) -> None:
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
        self.tell(f"arrives  {message.address} {value}")
        try:
            heard = self._dialect.decode(message, at=self.at)
        except DialectError as error:
            self.tell(f"refused  {error}")
            return
        self.link.note_alive(self.at)
        for event in heard or ():
            if not isinstance(event, LevelReading):
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

    def _to_bridge(self, message: OscMessage, *, is_hand: bool = False) -> None:
        for late in self._copies():
            at = self.at + late
            if F.REORDERED not in self.features:
                at = self._inbox_at = max(self._inbox_at, at)
            elif self._wire.random() < 0.1:
                at += self._wire.uniform(0.0, 0.05)
            self._do_at(at, partial(self._arrive, message, is_hand=is_hand))

    def _to_desk(self, action: Callable[[], None]) -> None:
        for late in self._copies():
            at = self.at + late
            if F.REORDERED not in self.features:
                at = self._outbox_at = max(self._outbox_at, at)
            elif self._wire.random() < 0.1:
                at += self._wire.uniform(0.0, 0.05)
            self._do_at(at, action)

    # -- the desk's end ---------------------------------------------------------------------------

    def _begin_dump(self, number: int) -> None:
        if self.at < self._dump_until:
            self._dump_waits = number  # a busy desk answers it afterwards
            return
        said = list(self.desk.dump(number, self._dump_dice))
        if F.DUMP_SLOW not in self.features:
            for make in said:
                self._to_bridge(wire(make()))
            return
        lasts = self._dump_dice.uniform(1.0, 4.0)
        self._dump_until = self.at + lasts
        for index, make in enumerate(said):
            self._do_at(self.at + lasts * index / len(said), partial(self._say_made, make))
        self._do_at(self._dump_until, self._end_dump)

    def _say_made(self, make: Callable[[], OscMessage]) -> None:
        self._to_bridge(wire(make()))

    def _end_dump(self) -> None:
        number, self._dump_waits = self._dump_waits, 0
        if number:
            self._begin_dump(number)

    def _obey(self, place: Place, value: float) -> None:
        if F.TOUCH in self.features and self.at < self._touched.get(place, 0.0):
            return  # a motor fader does not go while a finger is on it
        changed = self.desk.assign(*place, value)
        self.judge.changed(changed, Cause.BRIDGE, self.at)
        late = self._echo.uniform(0.0, 0.4) * (F.ECHO_LATE in self.features)
        mode = next((each for each in ECHOES if each in self.features), None)
        said = value_message(*place, value if mode is F.ECHO_ASKED else self.desk.values[place])
        is_told = mode is not F.ECHO_NONE and (mode is not F.ECHO_CHANGED or place in changed)
        answers = [said] if is_told else []
        answers += [value_message(*each, new) for each, new in changed.items() if each != place]
        for answer in answers:
            self._do_at(self.at + late, partial(self._to_bridge, wire(answer)))

    # -- people -----------------------------------------------------------------------------------

    def _act(self) -> None:
        """Something that a person does now."""
        acts: list[Callable[[], None]] = []
        acts += [self._begin_hand] * 3 if set(HAND_STEPS_DB) & self.features else []
        acts += [self._panic] if F.PANIC in self.features else []
        acts += [self._freeze] if F.FREEZE in self.features else []
        acts += [self._undo] if F.UNDO in self.features else []
        acts += [self._thumb] * 2 if F.THUMBS in self.features else []
        acts += [self._recall] if F.RECALL in self.features else []
        acts += [self._close] if F.CLOSED in self.features else []
        acts += [self._not_a_number] if F.NAN in self.features else []
        acts += [self._switch] if F.SWITCHES in self.features else []
        if acts:
            self._person.choice(acts)()

    def _panic(self) -> None:
        self._press(m.PanicPressed(at=self.at))
        self._do_at(self.at + self._person.uniform(0.5, 4.0), self._rearm)

    def _rearm(self) -> None:
        self._press(m.Rearmed(at=self.at))

    def _freeze(self) -> None:
        self._press(m.FreezeSwitched(at=self.at, on=True))
        self._do_at(self.at + self._person.uniform(0.1, 3.0), self._unfreeze)

    def _unfreeze(self) -> None:
        self._press(m.FreezeSwitched(at=self.at, on=False))

    def _undo(self) -> None:
        self._press(m.UndoRequested(at=self.at, move=""))

    def _thumb(self) -> None:
        value = self._person.choice((-1.0, 1.0))
        self._press(m.RewardReceived(at=self.at, value=value, move="", reward_id=f"r{self.at}"))

    def _switch(self) -> None:
        place = (
            self._person.randint(1, len(self.desk.names)),
            self._person.choice((Param.MUTE, Param.SOLO)),
        )
        for value, later in ((1.0, 0.0), (0.0, self._person.uniform(0.2, 3.0))):
            self._do_at(self.at + later, partial(self._set_switch, place, value))

    def _set_switch(self, place: Place, value: float) -> None:
        self.desk.switches[place] = value
        self._to_bridge(value_message(*place, value))

    def _not_a_number(self) -> None:
        place = self._some_place()
        self._to_bridge(value_message(*place, math.nan))
        self.judge.cannot_say(place)

    def _some_place(self) -> Place:
        """Where our hand goes: often to what the bridge moves now."""
        dice = self._person
        at, place, _ = self._last_write
        chance, track = dice.random(), dice.randint(1, len(self.desk.names))
        param = dice.choice((Param.GAIN, Param.GAIN, Param.PAN, *EQ_BANDS[:2]))
        if at > self.at - 0.5 and chance < 0.7 and place in self.desk.values:
            return place
        return track, param

    def _close(self) -> None:
        place = self._person.randint(1, len(self.desk.names)), Param.GAIN
        is_shut = not math.isfinite(self.desk.values[place])
        self._moved(place, self._person.uniform(-30.0, 0.0) if is_shut else OFF)

    def _begin_hand(self) -> None:
        dice = self._person
        steps = [step for each, step in HAND_STEPS_DB.items() if each in self.features]
        place, step_db, rate = (
            self._some_place(),
            dice.choice(steps),
            dice.choice((5, 10, 20, 50, 100)),
        )
        scale = 0.05 if place[1] is Param.PAN else 1.0
        manner = dice.choice(("plain", "along", "against", "back", "single"))
        sign = dice.choice((-1.0, 1.0))
        is_ours = self._last_write[1] == place and self._direction != 0.0
        if is_ours and manner in ("along", "against"):
            sign = math.copysign(1.0, self._direction) * (1.0 if manner == "along" else -1.0)
        most = max(1, min(int(rate * dice.uniform(0.2, 4.0)), int(16.0 / step_db)))
        if not math.isfinite(self.desk.values[place]):
            return
        plan = HandPlan(
            place=place, step=sign * step_db * scale, every_s=1.0 / rate,
            at=self.desk.values[place], left=1 if manner == "single" else most,
            turn=most // 2 if manner == "back" else -1,
        )  # fmt: skip
        self.tell(f"person   takes {place[0]} {place[1]}: {manner}, {plan.left} of {plan.step:.4f}")
        self._go_on(plan)

    def _go_on(self, plan: HandPlan) -> None:
        sign = -1.0 if plan.left <= plan.turn else 1.0
        low, high = _REACH.get(plan.place[1], (-13.0, 13.0))
        plan.at = min(max(plan.at + sign * plan.step, low), high)
        self._touched[plan.place] = self.at + plan.every_s + 0.05
        self._moved(plan.place, plan.at)
        plan.left -= 1
        if plan.left > 0:
            self._do_at(self.at + plan.every_s, partial(self._go_on, plan))

    def _moved(self, place: Place, value: float) -> None:
        changed = self.desk.assign(*place, value)
        if place not in changed:
            return
        changed = {each: float32(new) for each, new in changed.items()}
        self.judge.changed(changed, Cause.HAND, self.at)
        for each, new in changed.items():
            self._to_bridge(value_message(*each, new), is_hand=each == place)

    def _recall(self) -> None:
        """Another scene: many values, one after the other."""
        dice = self._person
        count = len(self.desk.names)
        strips = dice.sample(range(1, count + 1), dice.randint(max(5, count // 2), count))
        scene: dict[Place, float] = {}
        for track in strips:
            for param in (Param.GAIN, Param.PAN, *EQ_BANDS):
                low, high = (-0.7, 0.7) if param is Param.PAN else (-12.0, 6.0)
                scene[track, param] = nearest(self.features, param, dice.uniform(low, high))
        order = list(scene)
        dice.shuffle(order)
        lasts = dice.uniform(0.05, 0.8)
        self.tell(f"person   recalls {len(strips)} strips in {lasts:.2f} s")
        for index, place in enumerate(order):
            one = {place: scene[place]}
            self._do_at(self.at + lasts * index / len(order), partial(self._load, one))

    def _load(self, scene: dict[Place, float]) -> None:
        changed = self.desk.load(scene)
        self.judge.changed(changed, Cause.RECALL, self.at)
        for place, value in changed.items():
            self._to_bridge(wire(value_message(*place, value)))


def float32(value: float) -> float:
    """A value as the wire carries it."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def wire(message: OscMessage) -> OscMessage:
    """A message as the wire carries it."""
    args = tuple(float32(arg) if isinstance(arg, float) else arg for arg in message.args)
    return replace(message, args=args)
