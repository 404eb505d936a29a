"""Everything that can happen to a bridge, in any order: random events, each one judged.

The DAW of a storm obeys, stays silent, clamps or answers in another order; strips come, go, move
and are renamed; people press everything. Every strip has a stable identity, so that the audit
knows who is meant.
"""

import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bridge.agents.agent import Proposal
from bridge.engine.results import StepResult
from bridge.guard.limits import Profile
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode
from bridge.mix.notices import MoveReported
from bridge.mix.params import MOVABLE, LockClass, Param
from bridge.mix.roles import Role
from bridge.mix.state import Observation
from support.audit import RANGE, Audit
from support.desk import ScriptedAgent, make_engine

NAMES = ("Kick", "Bass", "Vox", "Gtr", "Click", "Talkback", "Pad")
PARAMS = tuple(RANGE)
HAPPENINGS = (
    "hand", "judge_move", "answer_suggestion", "undo", "switch_safe", "freeze", "panic", "rearm",
    "choose_mode", "change_link", "rearrange", "announce", "read_on", "meter", "gap",
    "correct_role", "switch", "audition", "compare", "pin", "recall", "revert", "allow", "forget",
)  # fmt: skip


class RandomAgent(ScriptedAgent):
    """Wants anything; a dishonest one does not even ask what is allowed."""

    def __init__(self, dice: random.Random, *, is_honest: bool) -> None:
        super().__init__()
        self._dice = dice
        self._is_honest = is_honest

    def steps(self, observation: Observation) -> NDArray[np.float64]:
        dice = self._dice
        wanted = [
            dice.choice((-9.0, -1.0, -0.4, 0.4, 1.0, 9.0)) * (0.1 if param is Param.PAN else 1.0)
            for _ in observation.keys
            for param in MOVABLE
        ]
        return np.array(wanted).reshape(-1, len(MOVABLE))

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
        if self._is_honest:
            choices = np.argwhere(allowed)
            if not len(choices):
                return None
            row, column = (int(index) for index in self._dice.choice(choices))
            step = float(steps[row, column])
        else:
            row, column = self._dice.randrange(len(steps)), self._dice.randrange(len(MOVABLE))
            step = self._dice.choice((-90.0, -1.0, 0.5, 4.0, 1e9))
            if np.isnan(observation.values[row, column]):
                return None
        return Proposal(
            row=row, param=MOVABLE[column], step=step, probability=0.1, score=0.1,
            confidence=0.5, reason="a whim", trace=None,
        )  # fmt: skip


class Storm:
    """One engine in the weather."""

    def __init__(
        self, seed: int, profile: Profile, *, mode: Mode = Mode.ASSIST, is_honest: bool = True
    ) -> None:
        self.dice = random.Random(seed)
        self.at = 1000.0
        self.engine = make_engine(
            RandomAgent(self.dice, is_honest=is_honest),
            mode=mode, profile=profile, interval_s=self.dice.choice((0.02, 1.0, 6.0)),
        )  # fmt: skip
        self.audit = Audit(profile, mode, is_task_honest=is_honest)
        self.audit.snapshot = self.engine.guard.pinned
        self.order: list[str] = []
        self.names: dict[str, str] = {}
        self.values: dict[tuple[str, Param], float] = {}
        self.sent: defaultdict[tuple[str, Param], deque[tuple[float, float]]] = defaultdict(
            lambda: deque(maxlen=400)
        )
        self.echoes: list[tuple[str, Param, float]] = []
        self.dump: deque[m.DawEvent] = deque()
        self.moves: deque[str] = deque(maxlen=8)
        self.decisions = 0
        for name in NAMES[:3]:
            self.add(name)
        self.begin_dump()
        self.finish_dump()
        self.give(m.LinkChanged(at=self.at, state=LinkState.ONLINE, text="there"))
        self._actions = list(self._weighted())

    # -- the DAW -------------------------------------------------------------------------------

    def add(self, name: str) -> None:
        key = f"u{len(self.names)}"
        self.order.insert(self.dice.randint(0, len(self.order)), key)
        self.names[key] = name
        for param in PARAMS:
            low, high = RANGE[param]
            value = self.dice.uniform(low, high) * self.dice.choice((0.0, 0.3, 1.0))
            self.values[key, param] = float(np.float32(value))

    def begin_dump(self) -> None:
        """Open a dump; the rest of it comes bit by bit."""
        self.dump = deque([m.DumpOpened(at=0.0, count=len(self.order))])
        for track, key in enumerate(self.order, start=1):
            self.dump.append(m.TrackIdentified(at=0.0, track=track, uid=key))
            self.dump.append(m.TrackNamed(at=0.0, track=track, name=self.names[key]))
            for param in PARAMS:
                self.dump.append(
                    m.ParamChanged(at=0.0, track=track, param=param, value=self.values[key, param])
                )
        self.dump.append(m.DumpClosed(at=0.0, number=1))
        self.go_on_with_dump(1)

    def go_on_with_dump(self, events: int) -> None:
        for _ in range(min(events, len(self.dump))):
            event = self.dump.popleft()
            if isinstance(event, m.ParamChanged):  # what it holds by now
                key = self.order[event.track - 1]
                event = m.ParamChanged(
                    at=self.at, track=event.track, param=event.param,
                    value=self.values[key, event.param],
                )  # fmt: skip
            else:
                event = _restamped(event, self.at)
            self.give(event)

    def finish_dump(self) -> None:
        self.go_on_with_dump(len(self.dump))

    def give(self, event: m.Event, *, is_hand: bool = False) -> StepResult:
        """One event, judged; the DAW takes the commands."""
        self.audit.hear(event, is_hand=is_hand)
        result = self.engine.handle(event)
        self.audit.judge(result, event.at)
        self.decisions += len(result.decisions)
        for note in result.notices:
            if isinstance(note, MoveReported):
                self.moves.append(note.move)
        for command in result.commands:
            if isinstance(command, m.SetParam):
                self._obey(command)
        return result

    def _obey(self, command: m.SetParam) -> None:
        slot = (self.order[command.track - 1], command.param)
        self.sent[slot].append((self.at, command.value))
        value = float(np.float32(command.value))
        if self.dice.random() < 0.05:
            return  # deaf
        if self.dice.random() < 0.05:
            value = float(np.float32((value + self.values[slot]) / 2))  # does not go as far
        self.values[slot] = value
        if self.dice.random() < 0.9:
            self.echoes.append((*slot, value))

    # -- the weather ---------------------------------------------------------------------------

    def blow(self, actions: int) -> None:
        """One sequence of events."""
        for action in self.dice.choices(self._actions, k=actions):
            action()

    def _weighted(self) -> Iterator[Callable[[], None]]:
        """Time and echoes prevail; of the rest each storm has its own taste."""
        yield from [self.tick] * 160
        yield from [self.answer] * 100
        for name in HAPPENINGS:
            yield from [getattr(self, name)] * self.dice.choice((0, 1, 1, 3, 8))
        yield from [self.answer_suggestion, self.rearm, self.put_right, self.read_on] * 4

    def put_right(self) -> None:
        """People let the bridge go on."""
        self.give(m.FreezeSwitched(at=self.at, on=False))
        self.give(m.LinkChanged(at=self.at, state=LinkState.ONLINE, text="there"))
        self.give(m.TransportChanged(at=self.at, playing=True))
        for track in range(1, len(self.order) + 1):
            self.give(m.ParamChanged(at=self.at, track=track, param=Param.SOLO, value=0.0))
        if self.dice.random() < 0.5:
            self.give(m.ModeChosen(at=self.at, mode=Mode.ASSIST))
        if self.dice.random() < 0.3:
            self.give(m.SafeSwitched(at=self.at, track="*", lock_class=LockClass.ALL, on=False))

    def tick(self) -> None:
        deadline = self.engine.deadline
        if deadline is not None and np.isfinite(deadline):
            self.at = max(self.at, deadline) + self.dice.choice((0.0, 0.0, 0.001, 0.05))
        self.give(m.Tick(at=self.at))
        if self.dice.random() < 0.05:
            self.give(m.Tick(at=self.at))
            deadline = self.engine.deadline
            assert deadline is None or deadline > self.at, "it spins"

    def answer(self) -> None:
        """The DAW echoes, one control in this order or another.

        What it says of one control keeps its order: an answer out of turn cannot be told from a
        hand that goes back along our way, and is judged where a desk is modelled (`desk_judge`).
        """
        self.at += self.dice.choice((0.0, 0.005, 0.3))
        if self.dice.random() < 0.1:
            places = list(dict.fromkeys((key, param) for key, param, _ in self.echoes))
            self.dice.shuffle(places)
            self.echoes.sort(key=lambda echo: places.index((echo[0], echo[1])))
        for key, param, value in self.echoes:
            if key in self.order:
                track = self.order.index(key) + 1
                self.give(m.ParamChanged(at=self.at, track=track, param=param, value=value))
        self.echoes.clear()

    def hand(self) -> None:
        if not self.order:
            return
        self.at += self.dice.choice((0.0, 0.1, 2.0))
        key, param = self.dice.choice(self.order), self.dice.choice(PARAMS)
        value = float(np.float32(self.dice.uniform(*RANGE[param])))
        is_clear = self._is_clear(key, param, value)
        self.values[key, param] = value
        track = self.order.index(key) + 1
        self.echoes = [echo for echo in self.echoes if echo[:2] != (key, param)]
        self.give(
            m.ParamChanged(at=self.at, track=track, param=param, value=value), is_hand=is_clear
        )

    def _is_clear(self, key: str, param: Param, value: float) -> bool:
        """Whether the value cannot be taken for what the bridge wrote, or for what follows that."""
        for (other, its_param), sent in self.sent.items():
            if other != key and its_param is param and sent and sent[-1][0] > self.at - 2.0:
                return False
        line = self.audit.line(key, param)
        ours = [v for at, v in self.sent[key, param] if at > self.at - 40.0]
        near = [*ours, line.told, *(line.path or ())]
        margin = 0.052 if param is Param.PAN else 0.52  # the coarsest rounding of an answer
        return bool(value < min(near) - margin or value > max(near) + margin)

    def judge_move(self) -> None:
        self.at += self.dice.choice((0.0, 0.5, 4.0))
        move = self.dice.choice(("", "", "nobody", *self.moves))
        value = self.dice.choice((-1.0, -1.0, 0.0, 0.5, 1.0))
        self.give(m.RewardReceived(at=self.at, value=value, move=move, reward_id="r"))

    def answer_suggestion(self) -> None:
        move = self.moves[-1] if self.moves and self.dice.random() < 0.9 else "nobody"
        kind = self.dice.choice((m.SuggestionAccepted, m.SuggestionAccepted, m.SuggestionSkipped))
        self.give(kind(at=self.at, move=move))

    def undo(self) -> None:
        self.give(m.UndoRequested(at=self.at, move=self.dice.choice(("", *self.moves))))

    def audition(self) -> None:
        move = self.moves[-1] if self.moves and self.dice.random() < 0.9 else "nobody"
        on = self.dice.random() < 0.7
        self.give(m.AuditionSwitched(at=self.at, move=move, on=on))

    def compare(self) -> None:
        self.at += self.dice.choice((0.0, 0.5, 4.0))
        self.give(m.CompareSwitched(at=self.at, on=self.dice.random() < 0.5))

    def pin(self) -> None:
        self.give(m.MixPinned(at=self.at, slot=self.dice.choice(list(m.Slot))))

    def recall(self) -> None:
        self.give(m.MixRecalled(at=self.at, slot=self.dice.choice(list(m.Slot))))

    def revert(self) -> None:
        move = self.dice.choice(("nobody", *self.moves))
        self.give(m.RevertRequested(at=self.at, move=move))

    def allow(self) -> None:
        self.give(
            m.StripSwitched(
                at=self.at, switch=self.dice.choice(list(m.StripSwitch)),
                track=self.dice.choice(("*", "1", "Vox", "nobody")),
                lock_class=self.dice.choice(list(LockClass)), on=self.dice.random() < 0.7,
            )
        )  # fmt: skip

    def forget(self) -> None:
        self.give(m.ForgetRequested(at=self.at, what=self.dice.choice(("all", "song", "tuba"))))

    def switch_safe(self) -> None:
        track = self.dice.choice(("1", "2", "9", "*", "vox", "Click"))
        lock_class = self.dice.choice(list(LockClass))
        on = self.dice.random() < 0.4
        self.give(m.SafeSwitched(at=self.at, track=track, lock_class=lock_class, on=on))

    def freeze(self) -> None:
        self.give(m.FreezeSwitched(at=self.at, on=self.dice.random() < 0.3))

    def panic(self) -> None:
        self.give(m.PanicPressed(at=self.at))

    def rearm(self) -> None:
        self.give(m.Rearmed(at=self.at))

    def choose_mode(self) -> None:
        mode = self.dice.choice((Mode.ASSIST, Mode.ASSIST, Mode.SUGGEST, Mode.GIG, Mode.OBSERVE))
        self.give(m.ModeChosen(at=self.at, mode=mode))

    def change_link(self) -> None:
        state = self.dice.choice((LinkState.ONLINE, LinkState.ONLINE, *LinkState))
        self.give(m.LinkChanged(at=self.at, state=state, text="the weather"))

    def rearrange(self) -> None:
        what = self.dice.random()
        if what < 0.3 and len(self.order) < 5:
            self.add(self.dice.choice(NAMES))
        elif what < 0.5 and self.order:
            self.order.pop(self.dice.randrange(len(self.order)))
        elif what < 0.8:
            self.dice.shuffle(self.order)
        self.begin_dump()

    def announce(self) -> None:
        """A rename, or another order, that no dump has told yet."""
        if not self.order or self.dump:
            return
        if self.dice.random() < 0.5:
            self.dice.shuffle(self.order)
            for track, key in enumerate(self.order, start=1):
                self.give(m.TrackIdentified(at=self.at, track=track, uid=key))
            return
        key, name = self.dice.choice(self.order), self.dice.choice(NAMES)
        self.names[key] = name
        self.give(m.TrackNamed(at=self.at, track=self.order.index(key) + 1, name=name))

    def read_on(self) -> None:
        """Some or all of the dump that is asked for, or under way."""
        if self.audit.is_doubtful and not self.dump:
            self.begin_dump()
        self.go_on_with_dump(self.dice.choice((1, 5, 100, 100)))

    def meter(self) -> None:
        levels = np.full((len(self.order), 12), self.dice.uniform(-40.0, -6.0), dtype="<f4")
        self.give(m.MetersRead(at=self.at, since=self.at - 1.0, levels=levels.tobytes()))

    def gap(self) -> None:
        self.at += self.dice.choice((4.0, 20.0, 120.0))

    def correct_role(self) -> None:
        self.give(m.RoleCorrected(at=self.at, track="1", role=Role.LEAD))

    def switch(self) -> None:
        if self.order and self.dice.random() < 0.5:
            value = float(self.dice.random() < 0.3)
            self.give(m.ParamChanged(at=self.at, track=1, param=Param.SOLO, value=value))
        else:
            self.give(m.TransportChanged(at=self.at, playing=self.dice.random() < 0.8))

    # -- the calm after ------------------------------------------------------------------------

    def calm(self) -> None:
        """Everything is put right again; whoever works will make a move within a minute or two."""
        self.echoes.clear()
        while len(self.order) < 2:
            self.add("Pad")
        for key in self.order:
            self.names[key] = "Pad"
            for param in PARAMS:
                self.values[key, param] = 0.0
        self.begin_dump()
        self.finish_dump()
        at = self.at
        for track in range(1, len(self.order) + 1):
            self.give(m.ParamChanged(at=at, track=track, param=Param.SOLO, value=0.0))
        self.give(m.TransportChanged(at=at, playing=True))
        self.give(m.SafeSwitched(at=at, track="*", lock_class=LockClass.ALL, on=False))
        self.give(m.FreezeSwitched(at=at, on=False))
        self.give(m.Rearmed(at=at))
        self.give(m.ModeChosen(at=at, mode=Mode.ASSIST))
        self.give(m.LinkChanged(at=at, state=LinkState.ONLINE, text="there"))
        for _ in range(200):
            self.tick()
            if self.audit.is_doubtful:
                self.begin_dump()
                self.finish_dump()


def _restamped(event: m.DawEvent, at: float) -> m.DawEvent:
    return replace(event, at=at)
