"""The engine: state, task, guard and learning meet here, and only here.

Theory of operation:

1. `handle(event)` is the only way in, `StepResult` the only way out. The engine reads no clock and
   has no randomness of its own, so that the same events give the same results, bit for bit.
2. A command is a request. What the mix is, only the DAW says (`ParamChanged`). What we did not ask
   for, a hand did, and hands win.
3. One thing at a time: no move is chosen while another is on its way, so that a listener can tell
   which one they heard. Moves are chosen on a tick, never because a packet came.
4. Time comes as `Tick`, sent when `deadline` has passed. Between deadlines nothing needs doing.
"""

import json
import math
from typing import Final, assert_never

from bridge.errors import PriorError
from bridge.guard.guard import Guard
from bridge.guard.hands import HandLedger, Touch
from bridge.guard.limits import PANIC_RAMP_S, Limits
from bridge.guard.moves import Move, Moves
from bridge.guard.strip_memory import StripMemory
from bridge.guard.writer import Answer
from bridge.learning.credit import Credit
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.params import LOCK_CLASS, SWITCHES, same_value
from bridge.mix.state import MixState, StripState
from bridge.results import Decision, StepBuilder, StepResult
from bridge.tasks.task import Proposal, Task
from bridge.teaching import Teacher

_IDLE_LOOK_S: Final = 0.2
"""After "nothing worth doing" the mix is looked at again no sooner than this."""
_SUSPENDED_S: Final = 5.0
"""A tick that comes this much too late means that the computer slept."""
_UNATTENDED_S: Final = 30 * 60.0
_JUDGED_BY_HAND_S: Final = 10.0
_SURE: Final = 0.5
"""Less credit than this is enough to learn a little from, not to take a move back."""
_GIG_SCALE: Final = 0.5


class Engine:
    """One bridge's mind: deterministic, without I/O.

    Args:
        task: What is being learnt, and by what.
        limits: How far the bridge may go.
        mode: The mode to begin in.
        interval_s: Least time between two moves, seconds.
        session: Number of this run in its profile; the first half of every move's name.
        learning_enabled: Whether judgements teach.
    """

    def __init__(
        self,
        *,
        task: Task,
        limits: Limits,
        mode: Mode,
        interval_s: float,
        session: int,
        learning_enabled: bool,
    ) -> None:
        self.mix = MixState()
        self.guard = Guard(limits)
        self.moves = Moves(session=session, mix=self.mix, guard=self.guard)
        self._task = task
        self._teacher = Teacher(
            task=task, mix=self.mix, guard=self.guard, is_enabled=learning_enabled
        )
        self._strip_memory = StripMemory(self.mix, self.guard)
        self._interval_s = interval_s
        self._hands = HandLedger()
        self._link = (LinkState.OFFLINE, "nothing has been heard of the DAW yet")
        self._is_layout_doubtful = False
        self._next_decision_at = -math.inf
        self._attended_at: float | None = None
        self._told_status = ("", "")
        self._dumps_asked = 0
        self._out = StepBuilder()
        self._choose_mode(mode)

    # -- the one door --------------------------------------------------------------------------

    def handle(self, event: m.Event) -> StepResult:
        """Take one event; return all that it led to."""
        self._out = StepBuilder()
        if isinstance(event, m.Tick):
            self._on_tick(event)
        elif isinstance(event, m.DawEvent):
            self._on_daw(event)
        elif isinstance(event, m.MetersRead):
            self.mix.hear(event)
        elif isinstance(event, m.LinkChanged):
            self._link = (event.state, event.text)
            if event.state is not LinkState.ONLINE:
                self._pause(event.at, event.text)
        else:
            self._attended_at = event.at
            self._on_person(event)
        self._out.commands.extend(self.moves.advance(event.at))
        if self.moves.is_dump_wanted:
            self.moves.is_dump_wanted = False
            self._ask_for_dump()
        self._out.notices.extend(self.moves.notices)
        self.moves.notices.clear()
        self._out.lessons.extend(self._teacher.lessons)
        self._teacher.lessons.clear()
        self._tell_status()
        return self._out.build()

    @property
    def deadline(self) -> float | None:
        """When the next `Tick` is due, monotonic seconds; None while nothing waits for time."""
        waits = [self.moves.due, self._hands.due]
        if self._may_decide():
            waits.append(self._next_decision_at)
        return min((due for due in waits if due is not None), default=None)

    @property
    def status(self) -> tuple[str, str]:
        """The state and text of `/bridge/status`."""
        if self.guard.is_panicked:
            return "panic", "back at the snapshot; nothing moves until you rearm"
        if self.guard.is_frozen:
            return "frozen", "everything stays as it is until you unfreeze"
        state, text = self._link
        return str(state), text

    def open_notices(self) -> tuple[m.MoveReported, ...]:
        """What somebody who comes now should know: the suggestion that waits for an answer."""
        move = self.moves.suggestion
        return () if move is None else (self.moves.report(move),)

    def memory(self) -> bytes:
        """All that outlives a session, as canonical JSON: what was learnt, locks and roles."""
        own = json.dumps(self._strip_memory.to_json(), sort_keys=True, separators=(",", ":"))
        return own[:-1].encode() + b',"task":' + self._task.state() + b',"version":1}'

    def load_memory(self, memory: bytes) -> None:
        """Take over what `memory` returned in an earlier session.

        Raises:
            PriorError: If it cannot be read.
        """
        try:
            kept = json.loads(memory)
            self._strip_memory.load_json(kept)
            task = json.dumps(kept["task"], sort_keys=True, separators=(",", ":"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise PriorError(f"what was learnt cannot be read: {error!r}") from None
        self._task.load_state(task.encode())

    # -- the DAW -------------------------------------------------------------------------------

    def _on_daw(self, event: m.DawEvent) -> None:
        match event:
            case m.DumpOpened():
                self.mix.open_dump(event.count)
            case m.DumpClosed():
                if self.mix.is_dump_open:
                    self._on_dump_closed(event.at)
            case m.TrackIdentified():
                self._doubt_layout(event.at, self.mix.note_uid(event.track, event.uid))
            case m.TrackNamed():
                self._doubt_layout(event.at, self.mix.note_name(event.track, event.name))
            case m.RoleGiven():
                self.mix.note_role(event.track, event.role)
            case m.TransportChanged():
                self.mix.playing = event.playing
            case m.ParamChanged():
                if not self.mix.note_change(event):
                    self._on_value(event)
            case _:
                assert_never(event)

    def _doubt_layout(self, at: float, is_doubtful: bool) -> None:
        """Strips were renamed or reordered: touch nothing until a dump says who is who."""
        if not is_doubtful:
            return
        if not self._is_layout_doubtful:
            self._ask_for_dump()
        self._is_layout_doubtful = True
        self._pause(at, "the tracks are being rearranged")

    def _ask_for_dump(self) -> None:
        self._dumps_asked += 1
        self._out.commands.append(m.RequestDump(number=self._dumps_asked))

    def _on_dump_closed(self, at: float) -> None:
        is_new_layout, changes = self.mix.close_dump()
        self._is_layout_doubtful = False
        if is_new_layout:
            self._pause(at, "the tracks were rearranged")
        for strip in self.mix.strips:
            self._strip_memory.greet(strip)
        for change in changes:
            self._on_value(change)
        if self.guard.is_panicked:
            self.moves.fade_to_snapshot(at, PANIC_RAMP_S)

    def _on_value(self, event: m.ParamChanged) -> None:
        strip = self.mix.by_number(event.track)
        if strip is None:
            return
        if event.param in SWITCHES:
            self.mix.confirm(strip, event.param, event.value, event.at)
            return
        before = self.mix.value(strip, event.param)
        answer = self.moves.receive(strip, event)
        self.mix.confirm(strip, event.param, event.value, event.at)
        self.guard.strip(strip.key).is_silent = False
        if math.isnan(before):
            self.guard.pin(strip.key, event.param, event.value)
        elif answer is Answer.HAND and not same_value(event.param, before, event.value):
            self._on_hand(strip, event, before)

    # -- hands ---------------------------------------------------------------------------------

    def _on_hand(self, strip: StripState, event: m.ParamChanged, before: float) -> None:
        """A person moved it: stop there, keep away, and learn when the hand has settled."""
        self._attended_at = event.at
        self.moves.stop(event.at, "your hand took over", key=strip.key)
        self.guard.hold(strip.key, event.at)
        self.guard.pin(strip.key, event.param, event.value)
        ours = self.moves.of_param(strip.key, event.param)
        for move in ours:
            move.belongs_to_hand = True
        self._hands.note(
            Touch(
                key=strip.key,
                param=event.param,
                start=before,
                value=event.value,
                at=event.at,
                move=ours[-1].id if ours else "",
            )
        )

    def _on_touch_settled(self, touch: Touch) -> None:
        strip = self.mix.by_key(touch.key)
        if strip is None or same_value(touch.param, touch.start, touch.value):
            return
        if move := self.moves.get(touch.move):
            self._judge_by_hand(move, touch, strip)
        self._teacher.watch(touch)

    def _judge_by_hand(self, move: Move, touch: Touch, strip: StripState) -> None:
        """A hand that works against our last move has judged it; the third time it locks it."""
        if (touch.value - touch.start) * (move.to_value - move.from_value) >= 0:
            return
        is_recent = touch.at - move.at <= _JUDGED_BY_HAND_S
        if is_recent and not self._teacher.credit.is_judged(move.id):
            self._teacher.judge(move, -1.0, at=touch.at)
        if same_value(touch.param, touch.value, move.from_value):
            self.moves.note_reverted_by_hand(move, touch.at)
        if self._hands.is_fed_up(touch.key, touch.param, touch.at):
            lock_class = LOCK_CLASS[touch.param]
            self.guard.switch_safe(touch.key, lock_class, on=True)
            self._out.is_memory_changed = True
            self._tell(f"{strip.name} {lock_class} is Safe now: you took back three moves of it")

    # -- people --------------------------------------------------------------------------------

    def _on_person(self, event: m.PersonEvent) -> None:
        match event:
            case m.RewardReceived():
                self._on_reward(event)
            case m.SuggestionAccepted() | m.SuggestionSkipped():
                self._on_answer(event)
            case m.UndoRequested():
                self._on_undo(event)
            case m.ModeChosen():
                self._choose_mode(event.mode)
                self._pause(event.at, f"the mode is {event.mode} now")
            case m.FreezeSwitched():
                self.guard.is_frozen = event.on
                self._pause(event.at, "frozen" if event.on else "unfrozen")
            case m.PanicPressed():
                is_second_press = self.guard.is_panicked
                self.guard.is_panicked = True
                self.moves.fade_to_snapshot(event.at, 0.0 if is_second_press else PANIC_RAMP_S)
                self._pause(event.at, "panic", is_fading=True)
            case m.Rearmed():
                self.guard.is_panicked = False
                self._pause(event.at, "rearmed")
            case m.SafeSwitched():
                self._on_safe(event)
            case m.RoleCorrected():
                self._on_role(event)
            case _:
                assert_never(event)

    def _pause(self, at: float, reason: str, *, is_fading: bool = False) -> None:
        """Stop what is on its way; what was heard so far is no longer judged without its name."""
        if is_fading:
            self.moves.close_suggestion(MoveState.EXPIRED, at, reason)
        else:
            self.moves.stop(at, reason)
        self._teacher.credit.pause(at)

    def _choose_mode(self, mode: Mode) -> None:
        self.mode = self._teacher.mode = mode
        self.guard.scale = _GIG_SCALE if mode is Mode.GIG else 1.0

    def _on_reward(self, event: m.RewardReceived) -> None:
        credits: tuple[Credit, ...] = ()
        if event.move and self.moves.get(event.move) is None:
            self._refuse(f"reward: there is no move {event.move!r}; it is kept, credited to none")
        else:
            credits = self._teacher.credit.assign(event.move, event.at)
        for credit in credits:
            move = self.moves.get(credit.move)
            if move is None:
                continue
            self._teacher.judge(move, event.value, weight=credit.weight, at=event.at)
            if event.value < 0 and credit.weight > _SURE and move.is_undoable:
                self._revert(move, event.at, "you did not like it")
        credited = credits[-1].move if credits else ""
        self._out.notices.append(
            m.RewardCredited(reward_id=event.reward_id, move=credited, value=event.value)
        )

    def _on_answer(self, event: m.SuggestionAccepted | m.SuggestionSkipped) -> None:
        is_yes = isinstance(event, m.SuggestionAccepted)
        move = self.moves.suggestion
        if move is None or move.id != event.move:
            verb = "accept" if is_yes else "skip"
            self._refuse(f"{verb}: {event.move!r} is not the open suggestion")
            return
        self._teacher.judge(move, 1.0 if is_yes else -1.0, at=event.at)
        if is_yes:
            self.moves.suggestion = None
            self._apply(move, event.at)
        else:
            self.moves.close_suggestion(MoveState.SKIPPED, event.at, "you skipped it")
        self._next_decision_at = event.at + self._interval_s

    def _on_undo(self, event: m.UndoRequested) -> None:
        move = self.moves.get(event.move) if event.move else self.moves.last_undoable()
        if move is None:
            what = f"there is no move {event.move!r}" if event.move else "no move of mine stands"
            self._refuse(f"undo: {what}")
        elif not move.is_undoable:
            why = "a hand has moved it since" if move.belongs_to_hand else f"it is {move.state}"
            self._refuse(f"undo: {move.id} stays: {why}")
        else:
            if not self._teacher.credit.is_judged(move.id):
                self._teacher.judge(move, -1.0, at=event.at)
            self._revert(move, event.at, "you took it back")

    def _on_safe(self, event: m.SafeSwitched) -> None:
        strips = self._strip_memory.switch_safe(event.track, event.lock_class, on=event.on)
        if not strips and event.track != "*":
            self._refuse(f"safe: there is no track {event.track!r}")
        for strip in strips:
            if event.on:
                self.moves.stop(event.at, "it is Safe now", key=strip.key)
        self._out.is_memory_changed = True

    def _on_role(self, event: m.RoleCorrected) -> None:
        if not self._strip_memory.correct_role(event.track, event.role):
            self._refuse(f"role: there is no track {event.track!r}")
        self._out.is_memory_changed = True

    # -- time ----------------------------------------------------------------------------------

    def _on_tick(self, event: m.Tick) -> None:
        at, deadline = event.at, self.deadline
        if deadline is not None and math.isfinite(deadline) and at > deadline + _SUSPENDED_S:
            self._doubt_layout(at, is_doubtful=True)
        for touch in self._hands.settle(at):
            self._on_touch_settled(touch)
        if self._attended_at is None:
            self._attended_at = at
        if self.mode is Mode.ASSIST and at > self._attended_at + _UNATTENDED_S:
            self._choose_mode(Mode.SUGGEST)
            self._tell("nobody has answered for half an hour: from now on I only suggest")
        if self._may_decide() and at >= self._next_decision_at:
            self._decide(at)

    def _may_decide(self) -> bool:
        return (
            self._link[0] is LinkState.ONLINE
            and self.mode is not Mode.OBSERVE
            and self.moves.is_idle
            and not self.guard.is_frozen
            and not self.guard.is_panicked
            and not self._is_layout_doubtful
            and not self.mix.is_dump_open
            and not self.mix.is_any_solo
            and self.mix.playing
            and bool(self.mix.strips)
        )

    def _decide(self, at: float) -> None:
        observation = self.mix.observe()
        steps, allowed = self._teacher.options(observation, at)
        proposal = self._task.propose(
            observation,
            steps,
            allowed,
            at=at,
            explore=self._teacher.is_on,
            cautious=self.mode is Mode.GIG,
        )
        self._next_decision_at = at + self._interval_s
        if proposal is None:
            self._next_decision_at = at + max(self._interval_s, _IDLE_LOOK_S)
            return
        move = self.moves.make(proposal, at)
        self._out.decisions.append(self._note_decision(move, proposal, at))
        if self.mode is Mode.SUGGEST:
            self.moves.suggest(move, at)
        else:
            self._apply(move, at)

    def _note_decision(self, move: Move, proposal: Proposal, at: float) -> Decision:
        return Decision(
            move=move.id,
            at=at,
            mode=self.mode,
            key=move.key,
            track=proposal.row + 1,
            param=move.param,
            from_value=move.from_value,
            to_value=move.to_value,
            probability=proposal.probability,
            score=proposal.score,
            confidence=proposal.confidence,
            reason=proposal.reason,
        )

    def _apply(self, move: Move, at: float) -> None:
        if self.moves.apply(move, at):
            self._teacher.credit.note_heard(move.id, at)

    def _revert(self, move: Move, at: float, reason: str) -> None:
        if why_not := self.moves.revert(move, at, reason):
            self._refuse(f"undo: {why_not}")

    # -- telling -------------------------------------------------------------------------------

    def _refuse(self, text: str) -> None:
        self._out.notices.append(m.RequestRefused(text=text))

    def _tell(self, text: str) -> None:
        """A sentence for a person beside an unchanged state."""
        self._out.notices.append(m.StatusChanged(state=self.status[0], text=text))

    def _tell_status(self) -> None:
        if self.status != self._told_status:
            self._told_status = self.status
            self._out.notices.append(m.StatusChanged(state=self.status[0], text=self.status[1]))
