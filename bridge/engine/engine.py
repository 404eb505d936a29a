"""The engine: state, agent, guard and learning meet here, and only here.

Theory of operation:

1. `handle(event)` is the only way in, `StepResult` the only way out. The engine reads no clock and
   has no randomness of its own, so that the same events give the same results, bit for bit.
2. A command is a request. What the mix is, only the DAW says (`ParamChanged`). What we did not ask
   for, a hand did, and hands win.
3. One thing at a time: no move is chosen while another is on its way, so that a listener can tell
   which one they heard. Moves are chosen on a tick, never because a packet came.
4. Time comes as `Tick`, sent when `deadline` has passed. Between deadlines nothing needs doing.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, assert_never

from bridge.agents.agent import Agent
from bridge.engine.controls import ControlEvent, Controls
from bridge.engine.daw_events import DawEvents
from bridge.engine.detours import Detours
from bridge.engine.ledger import Ledger
from bridge.engine.mix_offers import MixOffers
from bridge.engine.move import Move
from bridge.engine.moves import Moves
from bridge.engine.questions import Questions
from bridge.engine.results import StepBuilder, StepResult
from bridge.engine.strip_memory import StripMemory
from bridge.engine.teaching import Teacher
from bridge.engine.verdicts import Verdicts
from bridge.engine.work import Work
from bridge.guard.grid import Grid
from bridge.guard.guard import BEING_READ, Guard
from bridge.guard.limits import PANIC_RAMP_S, Limits
from bridge.mix import messages as m
from bridge.mix.device_events import TaskEvent, TaskName
from bridge.mix.messages import LinkState, Mode, MoveState, SetParam
from bridge.mix.notices import Notice, RewardCredited, StatusChanged
from bridge.mix.params import Param
from bridge.mix.sound import guess_roles
from bridge.mix.state import MixState
from bridge.tasks.task import Task

_IDLE_LOOK_S: Final = 0.2
"""After "nothing worth doing" the mix is looked at again no sooner than this."""
_SUSPENDED_S: Final = 5.0
"""Silence for this long where a tick was due means that the computer slept."""
_UNATTENDED_S: Final = 30 * 60.0
_GIG_SCALE: Final = 0.5
_NEEDS_PIN: Final = (
    "needs a mix to go back to, in a live show: pin this one ('mixbridge pin a', or Pin A on "
    "the page)"
)
_HEARD_WHILE_COMPARING: Final = (
    m.CompareSwitched,
    m.RewardReceived,
    m.PanicPressed,
    m.MixEndorsed,
)


class Engine:
    """One bridge's mind: deterministic, without I/O.

    Args:
        agent: What is being learnt, and by what.
        limits: How far the bridge may go.
        mode: The mode to begin in.
        interval_s: Least time between two moves, seconds.
        session: Number of this run in its profile; the first half of every move's name.
        learning_enabled: Whether judgements teach.
        steps: The steps of the DAW's scales, where its dialect tells them; see `Grid`.
        nearest: What a control holds when it is asked for a value, where that is known.
        is_live: Whether people hear what the DAW plays: then gig mode is a show (`guard.show`).
        tasks: What can be worked on beside the mix.
        plays_notes: Whether the DAW plays a note when it is asked for one.
    """

    def __init__(
        self,
        *,
        agent: Agent,
        limits: Limits,
        mode: Mode,
        interval_s: float,
        session: int,
        learning_enabled: bool,
        steps: Mapping[Param, float | Callable[[float], float]] | None = None,
        nearest: Callable[[Param, float], float] | None = None,
        is_live: bool = False,
        tasks: Mapping[TaskName, Task] | None = None,
        plays_notes: bool = False,
    ) -> None:
        self.mix = MixState()
        self.ledger = Ledger()
        self.guard = Guard(limits)
        grid = Grid(steps, nearest)
        self.moves = Moves(session=session, mix=self.mix, guard=self.guard, grid=grid)
        self.agent = agent
        self._teacher = Teacher(
            agent=agent, mix=self.mix, guard=self.guard, pace_s=interval_s, learns=learning_enabled
        )
        self._strip_memory = StripMemory(self.mix, self.guard, tasks or {})
        self._out = StepBuilder()
        self.work = Work(
            tasks=tasks or {},
            mix=self.mix,
            guard=self.guard,
            host=self,
            out=self._out,
            next_id=self.moves.next_id,
            interval_s=interval_s,
            learns=learning_enabled,
            plays_notes=plays_notes,
        )
        self._connect(agent)
        self._interval_s = interval_s
        self._is_live = self.guard.is_live = is_live
        self._link = (LinkState.OFFLINE, "nothing has been heard of the DAW yet")
        self._attended_at: float | None = None
        self._told_status = ("", "")
        self._next_decision_at, self._last_event_at = -math.inf, math.inf
        self._start_in(mode)

    def _connect(self, agent: Agent) -> None:
        """Make what people and the DAW speak with, and give each its neighbours."""
        self.detours = Detours(mix=self.mix, guard=self.guard, moves=self.moves, work=self.work)
        self.questions = Questions(
            mix=self.mix, guard=self.guard, moves=self.moves, detours=self.detours
        )
        self._verdicts = Verdicts(
            mix=self.mix,
            guard=self.guard,
            moves=self.moves,
            detours=self.detours,
            teacher=self._teacher,
            out=self._out,
        )
        self.mixes = MixOffers(self, self._teacher, self._out)
        self._controls = Controls(
            mix=self.mix,
            moves=self.moves,
            strip_memory=self._strip_memory,
            detours=self.detours,
            verdicts=self._verdicts,
            mixes=self.mixes,
            agent=agent,
            out=self._out,
            notify=self.notify,
            decide_soon=self._decide_soon,
        )
        self._daw = DawEvents(
            mix=self.mix,
            guard=self.guard,
            moves=self.moves,
            verdicts=self._verdicts,
            strip_memory=self._strip_memory,
            pause=self.pause,
            notify=self.notify,
            attend=self._attend,
        )

    # -- the one door --------------------------------------------------------------------------

    def handle(self, event: m.Event) -> StepResult:
        """Take one event; return all that it led to."""
        self._out.clear()
        self._notice_suspension(event.at)
        if isinstance(event, m.Tick):
            self._on_tick(event)
        elif isinstance(event, m.WorkEvent):
            self.work.receive(event)
        elif isinstance(event, m.DawEvent):
            self._on_daw(event)
        elif isinstance(event, m.MetersRead):
            if self.guard.is_layout_known:
                self.mix.record_meters(event)
                self.guard.show.record_levels(self.mix, event.at)
                for strip in guess_roles(self.mix) if self.moves.is_idle else ():
                    self.notify(f"{strip.name}: guessed from its sound, I take it for {strip.role}")
        elif isinstance(event, m.LinkChanged):
            self._link = (event.state, event.text)
            self.guard.is_online = event.state is LinkState.ONLINE
            if event.state is not LinkState.ONLINE:
                self.pause(event.at, event.text)
            elif self._is_assist_wanted:
                self.notify(f"assist {_NEEDS_PIN}; until then I only suggest")
        else:
            self._attended_at = event.at
            self._daw.apply_early()
            self._on_person(event)
        self._daw.advance(event.at)
        # Until a dump has said who is who, what is on its way waits where it is.
        self.guard.is_layout_known = not (self._daw.layout.is_doubtful or self.mix.is_dump_open)
        if self.guard.is_layout_known:
            self.mixes.advance(event.at)
            self._out.commands.extend(self.moves.advance(event.at))
            self.work.advance(event.at)
        if self.moves.is_dump_wanted or self.work.moves.is_dump_wanted:
            self.moves.is_dump_wanted = self.work.moves.is_dump_wanted = False
            self._out.commands.append(m.RequestDump(number=0))  # the link counts them
        is_heard = isinstance(event, m.MetersRead)
        self._out.notices.extend(self.questions.review(event.at, self.mode, is_heard=is_heard))
        self._out.collect(self.moves.notices, self._teacher.lessons)
        self._out.notices.extend(self.work.moves.pop_notices())
        self.ledger.record(event.at, self._out.notices, self.mix.name_of)
        self._notify_status()
        return self._out.build()

    @property
    def deadline(self) -> float | None:
        """When the next `Tick` is due, monotonic seconds; None while nothing waits for time."""
        waits = [self._verdicts.due, self.detours.due, self._daw.due]
        if self.guard.is_layout_known:
            waits += (self.moves.due, self.work.due)
        if self._may_decide():
            waits.append(self._next_decision_at)
        return min((due for due in waits if due is not None), default=None)

    @property
    def status(self) -> tuple[str, str]:
        """The state and text of `/bridge/status`."""
        if self.guard.is_panicked:
            return "panic", self._strip_memory.panic_text(self.moves.standing(), self._link)
        if self.guard.is_frozen:
            return "frozen", "everything stays as it is until you unfreeze"
        state, text = self._link
        return str(state), text

    @property
    def is_ready(self) -> bool:
        """Whether anything may be decided now, whatever is worked on."""
        return (
            self._link[0] is LinkState.ONLINE
            and not self.detours.is_comparing
            and not self.guard.is_frozen
            and not self.guard.is_panicked
            and not self._daw.layout.is_doubtful
            and not self.mix.is_dump_open
        )

    def is_wanted(self, command: m.Write, at: float) -> bool:
        """Whether a write that had to wait is still meant: it was not stopped, and no hand came."""
        if isinstance(command, SetParam):
            return self.moves.is_wanted(command, at)
        return self.work.is_wanted(command)

    def open_notices(self) -> tuple[Notice, ...]:
        """What somebody who comes now should know: what waits for an answer."""
        move, question = self.moves.suggestion, self.questions.open
        return (
            *(() if move is None else (self.moves.report(move),)),
            *(() if question is None else (self.questions.report(),)),
            *self.work.open_notices(),
        )

    def beliefs(self) -> Mapping[str, Any]:
        """What is believed of this person, as JSON that a person can read."""
        return self.agent.beliefs()

    def memory(self) -> bytes:
        """All that outlives a session, as canonical JSON: what was learnt, locks and roles."""
        return self._strip_memory.pack(self.agent.state())

    def load_memory(self, memory: bytes) -> None:
        """Take over what `memory` returned in an earlier session.

        Raises:
            PriorError: If it cannot be read.
        """
        self.agent.load_state(self._strip_memory.unpack(memory))

    def _on_daw(self, event: m.DawEvent) -> None:
        was_open = self.mix.is_dump_open
        self.work.prepare(event)
        self._daw.apply(event)
        if not was_open or self.mix.is_dump_open:
            return
        if isinstance(event, m.DumpClosed):
            self.work.close_dump(event.at)
        if self.guard.is_panicked:
            self.moves.fade_to_snapshot(event.at, PANIC_RAMP_S)
            self.work.back_to_snapshot(event.at)

    # -- people --------------------------------------------------------------------------------

    def _on_person(self, event: m.PersonEvent) -> None:
        if self.detours.is_comparing and not isinstance(event, _HEARD_WHILE_COMPARING):
            self.detours.come_back(event.at)  # whatever is asked for is about the mix itself
        event = self.mixes.named(event)
        if isinstance(event, TaskEvent):
            self.work.choose(event)
        elif not self.work.apply(event):
            self._on_mix(event)

    def _on_mix(self, event: m.MixEvent) -> None:
        """Do what a person asks for of the mix, or of everything."""
        if isinstance(event, ControlEvent):
            self._controls.apply(event)
            self._begin_assist()
            return
        match event:
            case m.RewardReceived():
                self._on_reward(event)
            case m.SuggestionAccepted() | m.SuggestionSkipped():
                self._on_answer(event)
            case m.UndoRequested():
                self._verdicts.apply_undo(event)
            case m.ModeChosen():
                self._on_mode(event)
            case m.FreezeSwitched():
                if event.on is not self.guard.is_frozen:
                    self.guard.is_frozen = event.on
                    self.pause(event.at, "frozen" if event.on else "unfrozen")
                    if not event.on:
                        self.moves.restore_owed(event.at)
            case m.PanicPressed():
                is_second_press = self.guard.is_panicked
                self.guard.is_panicked = True
                self.detours.drop_comparison()
                self.moves.fade_to_snapshot(event.at, 0.0 if is_second_press else PANIC_RAMP_S)
                self.work.panic(event.at)
                self.pause(event.at, "panic")
            case m.Rearmed():
                self.guard.is_panicked = False
                self.moves.stop(event.at, "rearmed")
                self.work.stop(event.at, "rearmed")
                self.pause(event.at, "rearmed")
            case _:
                assert_never(event)

    def pause(self, at: float, reason: str) -> None:
        """Stop what is on its way, save panic; a nameless thumb judges nothing from before."""
        self.moves.stop(at, reason, spare_panic=True)
        self.mixes.stop()
        self.work.pause(at, reason)
        if self.detours.is_comparing:
            self.detours.come_back(at)
        self._teacher.credit.pause(at)

    def _attend(self, at: float) -> None:
        """Somebody is there."""
        self._attended_at = at

    def _start_in(self, mode: Mode) -> None:
        """Begin in a mode; in front of people not in assist before there is a mix to go back to."""
        self._is_assist_wanted = self._is_live and mode is Mode.ASSIST
        self._choose_mode(Mode.SUGGEST if self._is_assist_wanted else mode)

    def _on_mode(self, event: m.ModeChosen) -> None:
        self._is_assist_wanted = False
        if self._is_live and event.mode is Mode.ASSIST and not self.detours.pins:
            self._out.refuse(f"mode: assist {_NEEDS_PIN}, and choose assist again")
            return
        self._choose_mode(event.mode)
        self.pause(event.at, f"the mode is {event.mode} now")

    def _begin_assist(self) -> None:
        """Somebody has pinned the mix that the settings' assist has waited for."""
        if self._is_assist_wanted and self.detours.pins:
            self._is_assist_wanted = False
            self._choose_mode(Mode.ASSIST)
            self.notify("the mix is pinned: assist begins")

    def _choose_mode(self, mode: Mode) -> None:
        self.mode = self._teacher.mode = mode
        self.guard.scale = _GIG_SCALE if mode is Mode.GIG else 1.0
        self.work.rules.is_gig = mode is Mode.GIG
        if mode is not Mode.GIG:
            self.guard.show.end()
        elif self._is_live and not self.guard.show.is_on:
            gain = Param.GAIN
            self.guard.show.begin(
                {(strip.key, gain): self.mix.value(strip, gain) for strip in self.mix.strips}
            )

    def _on_reward(self, event: m.RewardReceived) -> None:
        """A thumb is about the moves just heard; where none was, it answers the open suggestion."""
        move = self.moves.suggestion
        if (
            move is None
            or event.move
            or event.value == 0.0
            or self.detours.is_comparing
            or self._teacher.credit.assign("", event.at)
        ):
            self._verdicts.apply_reward(event)
            return
        answer = m.SuggestionAccepted if event.value > 0.0 else m.SuggestionSkipped
        is_answered = self._on_answer(answer(at=event.at, move=move.id))
        self._out.notices.append(
            RewardCredited(
                reward_id=event.reward_id,
                move=move.id if is_answered else "",
                value=event.value,
            )
        )

    def _on_answer(self, event: m.SuggestionAccepted | m.SuggestionSkipped) -> bool:
        """Do as a person answers a suggestion; returns whether it could be answered."""
        is_yes = isinstance(event, m.SuggestionAccepted)
        move = self.moves.suggestion
        if move is None or event.move not in ("", move.id):
            verb = "accept" if is_yes else "skip"
            self._out.refuse(f"{verb}: {event.move!r} is not the open suggestion")
            return False
        if not self.guard.is_layout_known:
            self._out.refuse(f"{move.id} waits: {BEING_READ}; ask again")
            return False
        self._teacher.judge(move, 1.0 if is_yes else -1.0, at=event.at)
        if is_yes:
            self.moves.suggestion = None
            self._apply(move, event.at)
        else:
            self.moves.close_suggestion(MoveState.SKIPPED, event.at, "you skipped it")
        self._next_decision_at = event.at + self._interval_s
        return True

    # -- time ----------------------------------------------------------------------------------

    def _notice_suspension(self, at: float) -> None:
        """Nothing came although a tick was due: the computer slept, and the mix may be another."""
        latest = at - _SUSPENDED_S
        due = self.deadline
        if self._last_event_at < latest and due is not None and due < latest:
            self._daw.layout.doubt(at)
        self._last_event_at = at

    def _on_tick(self, event: m.Tick) -> None:
        at = event.at
        for sentence in self._verdicts.settle(at):
            self.notify(sentence)
        if (until := self.detours.due) is not None and at >= until - 1e-9:
            self.detours.come_back(at)
        if self._attended_at is None:
            self._attended_at = at
        if self.mode is Mode.ASSIST and at > self._attended_at + _UNATTENDED_S:
            self._choose_mode(Mode.SUGGEST)
            self.notify("nobody has answered for half an hour: from now on I only suggest")
        if self._may_decide() and at >= self._next_decision_at:
            self._decide(at)
        self.work.tick(at)

    def _may_decide(self) -> bool:
        return (
            self.work.task is TaskName.MIX
            and self.is_ready
            and self.mode is not Mode.OBSERVE
            and self.moves.is_idle
            and self.mixes.is_idle
            and not self.mix.is_any_solo
            and self.mix.playing
            and bool(self.mix.strips)
        )

    def _decide_soon(self, at: float) -> str:
        """Let the next move not wait for its turn; returns what else it waits for, in words."""
        self._next_decision_at = min(self._next_decision_at, at)
        if self.mode is Mode.OBSERVE:
            return "; in observe mode nothing is suggested"
        return "" if self.mix.playing else "; the move for it comes when the DAW plays"

    def _decide(self, at: float) -> None:
        proposal = self._teacher.propose(self.mix.observe(), at)
        for sentence in self._teacher.sentences:
            self.notify(sentence)
        if self._teacher.goes_on:
            self.notify(self.status[1])
        self._next_decision_at = at + self._interval_s
        if proposal is None:
            self._next_decision_at = at + max(self._interval_s, _IDLE_LOOK_S)
            return
        move = self.moves.make(proposal, at)
        move.to_value = self.moves.grid.aim(move.param, move.from_value, move.to_value)
        self._out.decisions.append(move.decision(self.mode))
        may_act = self.guard.may(m.StripSwitch.ACT, move.key, move.param)
        if self.mode is Mode.SUGGEST or not may_act:
            self.moves.suggest(move, at)
        else:
            self._apply(move, at)

    def _apply(self, move: Move, at: float) -> None:
        if self.moves.apply(move, at):
            self._teacher.credit.record_heard(move.id, at)

    # -- telling -------------------------------------------------------------------------------

    def notify(self, text: str) -> None:
        """Show a person a sentence beside an unchanged state."""
        self._out.notices.append(StatusChanged(state=self.status[0], text=text))

    def _notify_status(self) -> None:
        if self.status != self._told_status:
            self._told_status = self.status
            self._out.notices.append(StatusChanged(state=self.status[0], text=self.status[1]))
