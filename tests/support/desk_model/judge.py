"""A judge of what a bridge does beside a real desk: promises with names, and no look at its code.

It knows the truth of the desk (who moved what), what has arrived at the bridge, and what the bridge
did. Where a value could be an echo as well as a hand it asks for nothing: a hand is *clear* once it
has left all that our writes, their grid and their company can explain.
"""

import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.engine.results import StepResult
from bridge.guard.grid import coarsest, noise
from bridge.mix import messages as m
from bridge.mix.messages import MoveState
from bridge.mix.notices import Actor, ChangeNoticed, MoveReported
from bridge.mix.params import SPECS, Param
from support.desk_model.model import Feature, ModelDesk, Place, grid_step

HOLD_S = 10.0
NOTICE_S = 0.05
"""A hand stops the bridge within this: what is on its way is no fault."""
TOUCH_ENDS_S = 1.0
"""A control that rests for this long has been let go of."""
ECHO_S = 1.5
"""A value of ours may come back for this long."""
LESSON_S = 15.0
"""A lesson comes no later than this after the hand that gave it."""
RECALL_S = 1.3
"""A desk tells a scene within .8 s, and the wire may delay the first of it by half a second."""
RECALL_STRIPS = 3
CLOSED_DB = -60.5
SILENT_S = 1.5
"""A desk that has not answered a write for this long answers none; late answers take 1.2 s."""
ENOUGH_ANSWERS = 12
"""From so few answers nobody can tell the steps of a control."""
ROUNDING = 1e-4


class Promise(StrEnum):
    """What the bridge promises; the word is the name under which a fault is told."""

    HOLD = "no write against a hand in its hold"
    CLOSED = "no closed fader is opened"
    NAME = "no write to a strip of unknown name"
    VALUE = "no write to an unknown value"
    LESSON = "no lesson and no hand without a person"
    PANIC_OWN = "panic writes only what the bridge moved"
    PANIC_ALL = "panic gives back exactly what the bridge moved"
    PANIC_BACK = "panic never moves away what it has brought back"
    QUESTIONS = "at most one dump is asked for in a second"
    BOUNDS = "writes stay in bounds"
    FROZEN = "no write while frozen, and panic's alone while panicked"
    RECALL = "a recall stops what was on its way"
    ANSWERED = "what the desk answers is confirmed"
    FAULT = "no exception"


class Cause(StrEnum):
    """Who moved a control of the desk."""

    BRIDGE = "the bridge"
    HAND = "a hand"
    RECALL = "a recall"


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise."""

    promise: Promise
    at: float
    text: str

    def __str__(self) -> str:
        return f"{self.at:.3f} s: {self.promise.name}: {self.promise}: {self.text}"


@dataclass(slots=True)
class Touch:
    """A hand on a control, as it arrives at the bridge.

    Attributes:
        base: What the desk told before.
        stood: What it held before; an answer that was overtaken can be told after it.
    """

    began: float
    base: float
    stood: float
    at: float
    clear_at: float = math.inf

    @property
    def is_clear(self) -> bool:
        """Whether it can be nothing else."""
        return self.clear_at < math.inf


def tolerance(features: frozenset[Feature], param: Param) -> float:
    """Two values nearer than this may be one on that desk."""
    return max(SPECS[param].tolerance, grid_step(features, param)) + ROUNDING


def _zone(param: Param, value: float) -> tuple[Param, int]:
    """A range of values in which a control has steps of one width."""
    return param, int(value // 10.0) if param is Param.GAIN and math.isfinite(value) else 0


@dataclass(slots=True)
class _Line:
    """What is known of one control."""

    told: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=400))
    writes: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=400))
    visited: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    touch: Touch | None = None
    held: float = math.nan
    stood: float = math.nan
    """What the desk holds, and what it held before the last hand came."""
    handled_at: float = -math.inf
    base: float = math.nan
    """Where panic is to bring it."""
    is_unclear: bool = False
    """A hand was there that could have been an echo: nobody can say where panic is to bring it."""
    is_entangled: bool = False
    """A hand moved it with others that the bridge had moved: likewise."""
    is_moved: bool = False
    """Whether the bridge has moved it since a person did."""


class Judge:
    """Is told everything, in the order of time.

    Attributes:
        faults: The first of every promise.
        hands: Touches that can be nothing else.
        noticed: Hands that the bridge told of, from which it learns.
    """

    def __init__(self, desk: ModelDesk) -> None:
        self.faults: dict[Promise, Fault] = {}
        self.hands = self.noticed = 0
        self._desk = desk
        self._lines: defaultdict[Place, _Line] = defaultdict(_Line)
        self._answers: Counter[tuple[Param, int]] = Counter()
        for place, value in desk.values.items():
            self._lines[place].base = self._lines[place].held = value
        self._named: set[int] = set()
        self._count = 0
        self._asked_at = -math.inf
        self._is_frozen = self._is_panicked = False
        self._places: dict[str, Place] = {}
        self._applied_at: dict[str, float] = {}
        self._recall = (-math.inf, -math.inf)
        self._seemed_at = -math.inf
        self._hand_at = -math.inf
        self._hands: list[tuple[float, Place, set[int]]] = []

    def blame(self, promise: Promise, at: float, text: str) -> None:
        """Keep a broken promise."""
        self.faults.setdefault(promise, Fault(promise, at, text))

    # -- the truth at the desk ------------------------------------------------------------------

    def changed(self, places: dict[Place, float], cause: Cause, at: float) -> None:
        """The desk holds something else; the first place is the one that was moved."""
        if cause is Cause.RECALL:
            self._recalled(places, at)
        elif cause is Cause.HAND:
            self._moved_by_hand(places, at)
        else:
            for place in places:
                self._lines[place].is_moved = True
                if at < max(self._recall[1] + 1.0, self._seemed_at + RECALL_S):
                    self._lines[place].is_entangled = True
        for place, value in places.items():
            self._lines[place].held = value

    def _moved_by_hand(self, places: dict[Place, float], at: float) -> None:
        track, param = next(iter(places))
        self._hand_at = at  # a person was there, even if nothing of it arrives
        self._is_like_a_recall(places, at)
        everyone = [(other, param) for other in self._desk.company(track)]
        if any(self._lines[other].is_moved for other in everyone if other != (track, param)):
            # What comes back to one of them takes the others along: no one can say where to.
            for other in everyone:
                self._lines[other].is_entangled = True
        for place, value in places.items():
            line = self._lines[place]
            if at > line.handled_at + TOUCH_ENDS_S:
                line.stood = line.held
            line.handled_at = at
            line.visited.append(value)
            line.base = value
        self._lines[track, param].is_unclear = True  # until it is told, which may be lost

    def _is_like_a_recall(self, places: dict[Place, float], at: float) -> None:
        """Hands on two controls at once, one of which leads others, look like a small scene.

        A scene of three strips says the same on the wire. So nobody can say then whether what the
        bridge has moved is still its own.
        """
        self._hands = [each for each in self._hands if each[0] > at - RECALL_S]
        self._hands.append((at, next(iter(places)), {track for track, _ in places}))
        tracks = set[int]().union(*(moved for _, _, moved in self._hands))
        if len({place for _, place, _ in self._hands}) > 1 and len(tracks) >= RECALL_STRIPS:
            self._seemed_at = at
            for line in self._lines.values():
                line.is_entangled |= line.is_moved

    def _recalled(self, places: dict[Place, float], at: float) -> None:
        if at > self._recall[1] + 1.0:
            self._recall = (at, at)
        self._recall = (self._recall[0], at)
        for place, line in self._lines.items():
            recent = line.writes and line.writes[-1][0] > at - 1.0
            line.is_entangled |= bool(recent) or (line.is_moved and place not in places)
        for place, value in places.items():
            self._lines[place].base = value
            self._lines[place].is_moved = False

    def cannot_say(self, place: Place) -> None:
        """Nobody can say what panic is to bring back there, nor to what goes along with it."""
        for track in self._desk.company(place[0]):
            self._lines[track, place[1]].is_entangled = True

    # -- what arrives at the bridge --------------------------------------------------------------

    def arrives(self, place: Place, value: float, at: float, *, is_hand: bool) -> None:
        """A value comes in; NaN where it is none, minus infinity where a fader is closed."""
        line = self._lines[place]
        if place[0] > self._count:
            return  # of what no dump has counted nothing is known
        if is_hand:
            self._hand_at = at
            self._touch(place, line, value, at)
        elif line.writes and at <= line.writes[-1][0] + ECHO_S:
            self._answers[_zone(place[1], value)] += 1
        if line.is_moved and not line.told:  # what stood there before was never told
            self.cannot_say(place)
        line.told.append((at, value))

    def _touch(self, place: Place, line: _Line, value: float, at: float) -> None:
        told = line.told[-1][1] if line.told else math.nan
        if line.touch is None or at > line.touch.at + TOUCH_ENDS_S:
            line.touch = Touch(began=at, base=told, stood=line.stood, at=at)
        touch = line.touch
        touch.at = at
        lately = (sent for when, sent in line.writes if when >= at - ECHO_S)
        is_copy = any(abs(value - sent) <= noise(place[1]) + ROUNDING for sent in lately)
        if touch.is_clear or math.isnan(touch.base) or place[0] > self._count:
            line.is_unclear = is_copy or not touch.is_clear  # a copy looks like an answer
            return
        low, high = self._explained(place, line, touch, at)
        if not low <= value <= high:
            touch.clear_at = at
            self.hands += 1
            line.is_moved = line.is_unclear = False
        else:
            line.is_unclear = True

    def _explained(self, place: Place, line: _Line, touch: Touch, at: float) -> tuple[float, float]:
        """From where to where a value may be ours, or what stood there."""
        param = place[1]
        since = touch.began - ECHO_S
        ours = [value for when, value in line.writes if when >= since]
        spread = 0.0
        for track in self._desk.company(place[0]) - {place[0]}:
            other = self._lines[track, param]
            writes = [value for when, value in other.writes if when >= since]
            if writes:
                told = [value for when, value in other.told if when >= since - ECHO_S]
                both = [v for v in (*writes, *told) if math.isfinite(v)]
                spread = max(spread, 2.0 * (max(both) - min(both)))
        recall = 100.0 if since < self._recall[1] + 1.0 else 0.0
        told_lately = [v for when, v in line.told if when >= since and when < touch.began]
        known = [touch.base, touch.stood, *ours, *(told_lately if ours else ())]
        is_busy = bool(ours) or spread > 0.0
        room = tolerance(self._desk.features, param) if is_busy else SPECS[param].tolerance
        begun = min((when for when, _ in line.writes if when >= since), default=math.inf)
        is_silent = at > begun + SILENT_S and not any(when > begun for when, _ in line.told)
        if ours and not is_silent and self._answers[_zone(param, touch.base)] < ENOUGH_ANSWERS:
            room = coarsest(param)  # nobody knows yet how far this desk rounds
        room += spread + recall + ROUNDING
        return min(known) - room, max(known) + room

    def named(self, track: int) -> None:
        """A strip's name comes in."""
        self._named.add(track)

    def counted(self, count: int) -> None:
        """The number of strips comes in: of those beyond it nothing can be known.

        A strip that the desk counts no more is gone. Where one of that name comes back, nobody can
        say whether it is the same: where it stands then is where panic brings it. What went along
        with it has lost its leader.
        """
        self._count = count
        for (track, _), line in self._lines.items():
            line.is_entangled |= max(self._desk.company(track)) > count

    def requested(self, event: m.Event) -> None:
        """A person presses something."""
        match event:
            case m.FreezeSwitched():
                self._is_frozen = event.on
            case m.PanicPressed():
                self._is_panicked = True
            case m.Rearmed():
                self._is_panicked = False
            case _:
                pass

    # -- what the bridge does --------------------------------------------------------------------

    def asked(self, at: float) -> None:
        """The bridge asks for a dump."""
        if at - self._asked_at < 1.0 - ROUNDING:
            self.blame(Promise.QUESTIONS, at, f"{at - self._asked_at:.3f} s after the last one")
        self._asked_at = at

    def judge(self, result: StepResult, event: m.Event, at: float) -> None:
        """All that one event led to."""
        for note in result.notices:
            if isinstance(note, MoveReported):
                self._report(note, at)
            elif isinstance(note, ChangeNoticed) and note.actor is Actor.HAND:
                self._noticed(note, at)
        for lesson in result.lessons:
            place = self._places.get(lesson.move)
            is_asked_for = isinstance(
                event,
                m.RewardReceived | m.UndoRequested | m.SuggestionAccepted | m.SuggestionSkipped,
            )
            if not (is_asked_for and place) and at > self._hand_at + LESSON_S:
                self.blame(Promise.LESSON, at, f"a lesson: {lesson.learnt.text}")
        for command in result.commands:
            if isinstance(command, m.SetParam):
                self._write(command, at)

    def _report(self, note: MoveReported, at: float) -> None:
        assert isinstance(note.param, Param)
        self._places[note.move] = note.track, note.param
        if note.state is MoveState.APPLIED:
            self._applied_at[note.move] = at
        if note.state is MoveState.UNCONFIRMED and "did not answer" in note.reason:
            silent = {Feature.LOST, Feature.ECHO_NONE, Feature.ECHO_CHANGED, Feature.TOUCH}
            if not silent & self._desk.features:
                self.blame(Promise.ANSWERED, at, f"{note.move} of {note.track} {note.param}")

    def _noticed(self, note: ChangeNoticed, at: float) -> None:
        self.noticed += 1
        assert isinstance(note.param, Param)
        place = note.track, note.param
        room = tolerance(self._desk.features, note.param)
        value = note.to_value
        visited = self._lines[place].visited
        if not any(abs(value - max(each, -150.0)) <= room for each in visited):
            self.blame(
                Promise.LESSON, at,
                f"a hand took {note.track} {note.param} from {note.from_value:.3f} to {value:.3f}",
            )  # fmt: skip

    def _write(self, write: m.SetParam, at: float) -> None:
        place = write.track, write.param
        line = self._lines[place]
        where = f"{write.track} {write.param} {write.value:.3f}"
        told = line.told[-1][1] if line.told else math.nan
        if write.track not in self._named:
            self.blame(Promise.NAME, at, where)
        if math.isnan(told):
            self.blame(Promise.VALUE, at, where)
        if write.param is Param.GAIN and told < CLOSED_DB:
            self.blame(Promise.CLOSED, at, where)
        is_panic = write.move == ""
        if (self._is_panicked and not is_panic) or (self._is_frozen and not is_panic):
            self.blame(Promise.FROZEN, at, where)
        self._judge_bounds(write, line, at, where)
        self._judge_hold(write, at, where)
        self._judge_recall(write, at, where)
        if is_panic and not self._is_ours(place, at):
            self.blame(Promise.PANIC_OWN, at, where)
        if is_panic and self._is_back(place, line) and self._is_away(place, line, write.value):
            self.blame(Promise.PANIC_BACK, at, where)
        line.writes.append((at, write.value))

    def _judge_bounds(self, write: m.SetParam, line: _Line, at: float, where: str) -> None:
        spec = SPECS[write.param]
        if write.move == "" and any(
            abs(write.value - max(value, -150.0)) <= ROUNDING for value in line.visited
        ):
            return  # a hand's own value, given back to it
        # What stood beyond the range may stand there again, but no write of ours closes a fader.
        stood = [value for _, value in line.told if math.isfinite(value)]
        lowest = spec.minimum if write.param is Param.GAIN else min([spec.minimum, *stood])
        highest = max([spec.maximum, *stood])
        if not lowest - ROUNDING <= write.value <= highest + ROUNDING:
            self.blame(Promise.BOUNDS, at, f"{where} is out of range")
        known = [value for when, value in line.told if when >= at - 1.0]
        known += [value for _, value in list(line.told)[-1:] + list(line.writes)[-1:]]
        known = [value for value in known if math.isfinite(value)]
        jump = 0.05 if write.param is Param.PAN else 0.5
        jump += tolerance(self._desk.features, write.param)
        if known and write.move and not any(abs(write.value - x) <= jump for x in known):
            self.blame(Promise.BOUNDS, at, f"{where} is a jump")

    def _judge_hold(self, write: m.SetParam, at: float, where: str) -> None:
        is_move = write.move != "" and not write.move.endswith(m.BACK)
        params = tuple(Param) if is_move else (write.param,)
        for param in params:
            touch = self._lines[write.track, param].touch
            if touch is None or not touch.clear_at + NOTICE_S < at < touch.at + HOLD_S - ROUNDING:
                continue
            if is_move or not self._is_ours((write.track, param), at):
                self.blame(
                    Promise.HOLD, at,
                    f"{where} for {write.move or 'panic'}, {at - touch.at:.3f} s after a hand on "
                    f"{param} that began at {touch.began:.3f}",
                )  # fmt: skip

    def _judge_recall(self, write: m.SetParam, at: float, where: str) -> None:
        begun, ended = self._recall
        applied = self._applied_at.get(write.move)
        if applied is not None and applied < begun and at > ended + 0.8:
            self.blame(Promise.RECALL, at, f"{where} of {write.move}, applied before the recall")

    def _is_ours(self, place: Place, at: float) -> bool:
        """Whether the bridge has moved it, or its company, since a person did."""
        for track in self._desk.company(place[0]):
            line = self._lines[track, place[1]]
            since = line.touch.at - ECHO_S if line.touch and line.touch.is_clear else -math.inf
            if line.is_moved or any(when >= since for when, _ in line.writes):
                return True
        return False

    def _is_back(self, place: Place, line: _Line) -> bool:
        """Whether panic has written the last value there, and the desk holds it."""
        is_known = not (line.is_unclear or line.is_entangled) and bool(line.writes)
        return is_known and not any(
            self._is_away(place, line, value)
            for value in (line.writes[-1][1], self._desk.values[place])
        )

    def _is_away(self, place: Place, line: _Line, value: float) -> bool:
        """Whether a value is not the one that panic is to bring back."""
        room = tolerance(self._desk.features, place[1])
        return value != line.base and not abs(value - line.base) <= room

    def judge_panic(self, at: float) -> None:
        """Panic has had its time: what does the desk hold?"""
        if {Feature.LOST, Feature.REORDERED} & self._desk.features:
            return
        for place, held in self._desk.values.items():
            line = self._lines[place]
            is_known = not (line.is_unclear or line.is_entangled or place[0] > self._count)
            if not is_known or not self._is_away(place, line, held):
                continue
            where = f"{place[0]} {place[1]} is {held:.3f}, was {line.base:.3f}"
            self.blame(Promise.PANIC_ALL, at, where)
