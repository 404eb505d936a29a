"""An independent judge of what leaves the engine: it knows the promises, not the code.

It sees what the engine sees and what the engine says, and keeps its own account of who stands at
which number, what is Safe, what a hand has touched and where the snapshot may be. Its numbers are
written down here anew, so that a slip in the guard's table is seen as well.

Where a DAW says something that could be our echo or a hand (it clamps, it reorders), the audit
allows both.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bridge.engine.results import StepResult
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import MoveReported
from bridge.mix.params import LockClass, Param, same_value

EPS = 1e-4
"""Room for float32."""

EQ = (Param.EQ_LOW, Param.EQ_LOWMID, Param.EQ_HIGHMID, Param.EQ_HIGH)
RANGE = {Param.GAIN: (-60.0, 6.0), Param.PAN: (-1.0, 1.0), **dict.fromkeys(EQ, (-12.0, 12.0))}
CLASS = {Param.GAIN: LockClass.GAIN, Param.PAN: LockClass.PAN, **dict.fromkeys(EQ, LockClass.EQ)}
NO = math.inf
# Profile: step, span, jump for (gain, eq, pan); moves a minute of the mix, of one parameter.
PROMISED = {
    "studio": ((3.0, 2.0, 0.2), (12.0, 6.0, 0.8), (0.5, 0.5, 0.05), 20, 4),
    "live": ((0.5, 0.5, 0.05), (6.0, 3.0, 0.3), (0.5, 0.5, 0.05), 12, 4),
    "off": ((NO, NO, NO), (NO, NO, NO), (NO, NO, NO), NO, NO),
}
HOLD_OFF_S = 10.0

Slot = tuple[str, Param]


def promised(profile: str, place: int, param: Param) -> float:
    """A number of the table."""
    column = {LockClass.GAIN: 0, LockClass.EQ: 1, LockClass.PAN: 2}[CLASS[param]]
    return float(PROMISED[profile][place][column])  # type: ignore[index]


@dataclass(slots=True)
class Line:
    """What the audit knows of one parameter of one strip."""

    told: float = math.nan
    written: float = math.nan
    pins: set[float] = field(default_factory=set)
    said: set[float] = field(default_factory=set)
    path: tuple[float, float] | None = None
    """From where to where a move or its way back may write now."""
    move: str = ""
    ours: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=200))
    is_way_back: bool = False


class Audit:
    """Give it every event before the engine, and every result after."""

    def __init__(self, profile: str, mode: Mode, *, is_task_honest: bool = True) -> None:
        self.is_task_honest = is_task_honest
        self.profile = profile
        self.mode = mode
        self.order: list[str] = []
        self.snapshot: Callable[[str, Param], float] = lambda *_: math.nan
        self.names: dict[str, str] = {}
        self.said: set[tuple[int, str, str]] = set()
        self.denied: set[tuple[int, str, str]] = set()
        self.lines: dict[Slot, Line] = {}
        self.locks: set[Slot] = set()
        self.locks_to_come: set[LockClass] = set()
        self.met: dict[str, str] = {}
        self.touched: dict[str, float] = {}
        self.applied: deque[tuple[float, Slot]] = deque()
        self.is_frozen = self.is_panicked = self.is_online = False
        self.is_doubtful = False
        self.incoming: list[dict[str, object]] | None = None
        self.hands: set[Slot] = set()
        self.event: m.Event | None = None
        self.proposed: tuple[str, Slot, tuple[float, float]] = ("", ("", Param.GAIN), (0.0, 0.0))
        self.is_auditioned = False

    def line(self, key: str, param: Param) -> Line:
        return self.lines.setdefault((key, param), Line())

    # -- what the engine is told ---------------------------------------------------------------

    def hear(self, event: m.Event, *, is_hand: bool = False) -> None:
        """An event is about to be given to the engine."""
        self.event = event
        match event:
            case m.DumpOpened():
                self.incoming = [{} for _ in range(event.count)]
            case m.TrackIdentified():
                self._note(event.track, "uid", event.uid)
            case m.TrackNamed():
                self._note(event.track, "name", event.name)
            case m.ParamChanged():
                if self.incoming is not None:
                    if event.track <= len(self.incoming):
                        self.incoming[event.track - 1][event.param] = event.value
                elif not self.is_doubtful and event.track <= len(self.order):
                    self._told(self.order[event.track - 1], event, is_hand=is_hand)
            case m.DumpClosed():
                if self.incoming is not None:
                    self._arranged(event.at)
            case m.LinkChanged():
                self.is_online = event.state is LinkState.ONLINE
            case _:
                self._hear_person(event)

    def _hear_person(self, event: m.Event) -> None:
        match event:
            case m.FreezeSwitched():
                self.is_frozen = event.on
            case m.PanicPressed():
                self.is_panicked = True
            case m.Rearmed():
                self.is_panicked = False
            case m.ModeChosen():
                self.mode = event.mode
            case m.SafeSwitched():
                self._locked(event)
            case m.CompareSwitched() | m.MixRecalled():
                self._gone_back(self.lines)
            case m.AuditionSwitched() if event.move == self.proposed[0]:
                line = self.lines[self.proposed[1]]
                line.path, line.is_way_back = self.proposed[2], not event.on
                self.is_auditioned = True
            case _:
                pass

    def _gone_back(self, slots: Iterable[Slot]) -> None:
        """From here on these may go where they have been."""
        for slot in slots:
            self.lines[slot].is_way_back = True

    def _note(self, track: int, what: str, value: str) -> None:
        if self.incoming is not None:
            if track <= len(self.incoming):
                self.incoming[track - 1][what] = value
            return
        key = self.order[track - 1] if track <= len(self.order) else None
        if key is None and (track, what, value) in self.denied:
            return  # a dump has said since that there is no such strip
        if key is None or (key if what == "uid" else self.names[key]) != value:
            self.is_doubtful = True
            self.said.add((track, what, value))

    def _told(self, key: str, event: m.ParamChanged, *, is_hand: bool) -> None:
        if event.param not in RANGE:
            return
        line = self.line(key, event.param)
        if is_hand and not math.isnan(line.told):
            line.pins = {event.value}
            line.path, line.is_way_back = None, False
            self.touched[key] = event.at
        else:
            self._read(line, event.value, event.at)
        line.told = event.value
        line.said.add(event.value)

    def _read(self, line: Line, value: float, at: float) -> None:
        """A value is ours coming back, or what was known; else it may be taken for a hand's."""
        ours = [x for when, x in line.ours if at - when < 0.5]
        is_echo = any(abs(value - x) < 0.005 for x in ours)
        is_newest = is_echo and abs(value - ours[-1]) < 0.005
        # An answer out of turn cannot be told from a hand that goes back along our way.
        if not is_newest and not abs(value - line.told) < 0.005:
            line.pins.add(value)

    def _arranged(self, at: float) -> None:
        assert self.incoming is not None
        before, self.order = self.order, [str(said["uid"]) for said in self.incoming]
        self._recalled(before)
        for key, said in zip(self.order, self.incoming, strict=True):
            self.names[key] = str(said["name"])
            for param, value in said.items():
                if not isinstance(param, Param):
                    continue
                assert isinstance(value, float)
                line = self.line(key, param)
                if key not in before:
                    line.pins = {value}
                self._read(line, value, at)
                line.told = value
                line.said.add(value)
            self._greeted(key)
        self.incoming, self.is_doubtful = None, False
        self.denied = {each for each in self.denied | self.said if each[0] > len(self.order)}
        self.said.clear()

    def _recalled(self, before: list[str]) -> None:
        """A quarter of the strips, and three at least, hold something else: another mix."""
        assert self.incoming is not None
        known = [
            (key, param, value)
            for key, said in zip(self.order, self.incoming, strict=True)
            for param, value in said.items()
            if key in before and param in RANGE and isinstance(param, Param)
        ]
        moved = {
            key
            for key, param, value in known
            if not math.isnan(self.line(key, param).told)
            and not same_value(param, float(value), self.line(key, param).told)  # type: ignore[arg-type]
        }
        if len(moved) >= max(3, len(self.order) / 4):
            for key, param, value in known:
                self.line(key, param).pins.add(float(value))  # type: ignore[arg-type]

    def _greeted(self, key: str) -> None:
        name = self.names[key]
        if key not in self.met:
            for lock_class in self.locks_to_come:
                self._lock(key, lock_class, on=True)
        if self.met.get(key) != name and name in ("Click", "Talkback", "Master"):
            self._lock(key, LockClass.ALL, on=True)
        self.met[key] = name

    def _locked(self, event: m.SafeSwitched) -> None:
        keys = [k for k in self.order if self.names[k].casefold() == event.track.casefold()]
        if event.track == "*":
            keys = self.order
            change = self.locks_to_come.add if event.on else self.locks_to_come.discard
            change(event.lock_class)
        elif not keys and event.track.isdecimal() and 1 <= int(event.track) <= len(self.order):
            keys = [self.order[int(event.track) - 1]]
        for key in keys:
            self._lock(key, event.lock_class, on=event.on)

    def _lock(self, key: str, lock_class: LockClass, *, on: bool) -> None:
        for param in RANGE:
            if lock_class in (LockClass.ALL, CLASS[param]):
                (self.locks.add if on else self.locks.discard)((key, param))

    # -- what the engine says ------------------------------------------------------------------

    def judge(self, result: StepResult, at: float) -> None:
        """Raise AssertionError for anything that breaks a promise."""
        for decision in result.decisions:
            self._judge_decision(decision.key, Param(decision.param), decision.from_value,
                                 decision.to_value)  # fmt: skip
            assert self.order[decision.track - 1] == decision.key
            assert self.mode is not Mode.OBSERVE
        for note in result.notices:
            if isinstance(note, MoveReported):
                self._judge_report(note, at)
        if self.mode is Mode.GIG:
            assert not result.lessons, "gig mode learns nothing"
        writes = [command for command in result.commands if isinstance(command, m.SetParam)]
        assert len({(w.track, w.param) for w in writes}) == len(writes), "a burst"
        for write in writes:
            self._judge_write(write, at)

    @property
    def scale(self) -> float:
        return 0.5 if self.mode is Mode.GIG else 1.0

    def _judge_decision(self, key: str, param: Param, start: float, target: float) -> None:
        step = promised(self.profile, 0, param) * self.scale if self.is_task_honest else NO
        assert abs(target - start) <= step + EPS, f"step of {target - start}"

    def _judge_report(self, note: MoveReported, at: float) -> None:
        if note.track == 0:
            return
        key = self.order[note.track - 1]
        assert isinstance(note.param, Param)
        line = self.line(key, note.param)
        if note.state is MoveState.PROPOSED:
            self.proposed = (note.move, (key, note.param), (note.from_value, note.to_value))
            self.is_auditioned = False
        elif note.state is MoveState.APPLIED and isinstance(self.event, m.MixRecalled):
            line.is_way_back = True  # it stands again
        elif note.state is MoveState.APPLIED:
            if self.mode is Mode.SUGGEST:
                assert _is_yes(self.event), "nobody accepted it"
            line.path, line.is_way_back = (note.from_value, note.to_value), False
            line.move = note.move
            if not (note.move == self.proposed[0] and self.is_auditioned):
                line.written = math.nan  # what was heard already goes on from where it is
            self.applied.append((at, (key, note.param)))
            self._judge_budgets(at, (key, note.param))
        elif note.state is MoveState.REVERTED:
            line.is_way_back = True
        elif note.move == self.proposed[0] and self.is_auditioned:
            line.is_way_back = True  # what was only tried goes back
        elif note.move == line.move and not line.is_way_back:
            line.path = None  # confirmed or given up

    def _judge_budgets(self, at: float, slot: Slot) -> None:
        while self.applied and self.applied[0][0] <= at - 60.0:
            self.applied.popleft()
        if not self.is_task_honest:
            return  # budgets are part of what the agent is offered
        assert len(self.applied) <= PROMISED[self.profile][3], "too many moves a minute"
        mine = sum(1 for _, other in self.applied if other == slot)
        assert mine <= PROMISED[self.profile][4], "too many moves of one parameter"

    def _judge_write(self, write: m.SetParam, at: float) -> None:
        value, param = write.value, write.param
        low, high = RANGE[param]
        assert math.isfinite(value), "not finite"
        assert low - 1e-9 <= value <= high + 1e-9, f"{param} {value} is out of range"
        assert self.incoming is None, "written while a dump is open"
        assert not self.is_doubtful, "written while the layout is in doubt"
        key = self.order[write.track - 1]
        assert (key, param) not in self.locks, f"{key} {param} is Safe"
        line = self.line(key, param)
        is_given_back = write.move == "" and not self.is_panicked
        if is_given_back and any(abs(value - pin) <= EPS for pin in line.pins):
            line.written = value  # what a hand had set, and a write of ours has crossed
            return
        before = [x for x in (line.written, line.told) if not math.isnan(x)]
        if self.is_panicked:
            # The snapshot may be a value that a hand has set so near to ours that only it knows.
            snapshot = {self.snapshot(key, param)} & line.said
            assert any(
                abs(value - pin) <= abs(b - pin) + EPS
                for pin in line.pins | snapshot
                for b in before
            ), "panic goes to the snapshot only"
        else:
            self._judge_move(key, param, value, before, at)
        line.written = value
        line.ours.append((at, value))

    def _judge_move(
        self, key: str, param: Param, value: float, before: list[float], at: float
    ) -> None:
        line = self.line(key, param)
        assert self.is_online, "written while the link is down"
        assert not self.is_frozen, "written while frozen"
        jump = promised(self.profile, 2, param)
        assert any(abs(value - b) <= jump + EPS for b in before), f"a jump to {value} of {before}"
        if line.is_way_back:
            return
        assert line.path is not None, "nobody asked for this write"
        assert min(line.path) - EPS <= value <= max(line.path) + EPS, "not on its way"
        assert at - self.touched.get(key, -math.inf) >= HOLD_OFF_S - EPS, (
            f"a hand was there: {key} {param} {value}, {at - self.touched[key]:.2f} s ago"
        )
        step = promised(self.profile, 0, param) * self.scale
        assert abs(value - line.path[0]) <= step + EPS, "too large a step"
        span = promised(self.profile, 1, param) * self.scale
        is_near = any(abs(value - pin) <= span + EPS for pin in line.pins)
        goes_back = any(abs(value - p) <= abs(b - p) + EPS for p in line.pins for b in before)
        assert is_near or goes_back, "too far from the snapshot"


def _is_yes(event: object) -> bool:
    """Whether a person said yes to the open suggestion; a nameless thumb up does."""
    is_thumb = isinstance(event, m.RewardReceived) and not event.move and event.value > 0.0
    return is_thumb or isinstance(event, m.SuggestionAccepted)
