"""Work on a device: which task, which device, what is offered, what was heard, what is learnt.

Theory of operation:

1. One task is at work at a time, on one device. Where the task is `sound` and a device is in focus,
   the task is asked on a tick, never because a packet came, and only while nothing else is open.
2. In `suggest` mode it makes an offer: up to three variants, each a move with a name, which a
   person hears, picks or leaves. In `assist` and `gig` mode it makes a move, and thumbs judge it.
3. What was heard before and after a move teaches, whether or not anybody judges it (`listening`).
4. What the device says and nobody asked for is a hand or another patch (`device_hands`).
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Protocol

from bridge.agents.agent import Learnt
from bridge.engine.device_hands import (
    DeviceHands,
    DeviceTouch,
    change_of,
    is_same_position,
    lesson_of,
)
from bridge.engine.device_moves import DeviceMove, DeviceMoves, knobs_of
from bridge.engine.listening import Listening
from bridge.engine.offers import VARIANTS, Offers
from bridge.engine.results import Lesson as TaughtLesson
from bridge.engine.results import StepBuilder
from bridge.guard.guard import Guard
from bridge.guard.knobs import Knobs
from bridge.guard.write import Purpose
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.devices import Device, Rack
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import Notice, RewardCredited, WorkChanged
from bridge.mix.state import MixState
from bridge.tasks.task import Advised, Lesson, Scene, Task, Teaching, Variant

LOUDER_DB: Final = 3.0
"""A move that makes a note louder by more goes back at once."""

_LONGEST_WAIT_S: Final = 60.0
_IDLE_LOOK_S: Final = 1.0
_JUDGED_WITHIN_S: Final = 60.0
"""A nameless thumb is about nothing that is older."""


class Host(Protocol):
    """What it needs to know of the engine."""

    mode: Mode

    @property
    def is_ready(self) -> bool:
        """Whether anything may be decided now."""

    def notify(self, text: str) -> None:
        """Show a sentence to everyone."""

    def pause(self, at: float, reason: str) -> None:
        """Stop everything that is on its way."""


class DeviceWork:
    """Everything about devices; answers go to `out`.

    Attributes:
        rack: The devices.
        moves: What was changed of them.
        hands: What others do to them.
        task: What is worked on.
    """

    def __init__(
        self,
        *,
        tasks: Mapping[TaskName, Task],
        mix: MixState,
        guard: Guard,
        host: Host,
        out: StepBuilder,
        next_id: Callable[[], str],
        interval_s: float,
        learns: bool,
        plays_notes: bool,
    ) -> None:
        self.rack = Rack()
        self.knobs = Knobs(guard, mix, self.rack)
        self.moves = DeviceMoves(self.rack, self.knobs, next_id)
        self.task = TaskName.MIX
        self._tasks = dict(tasks)
        self._mix = mix
        self._host = host
        self._out = out
        self._interval_s = interval_s
        self._learns = learns
        self.offers = Offers(self.moves, out, teach=self._teach, apply=self._apply)
        self._listening = Listening(plays_notes=plays_notes)
        self._by_hand: list[DeviceTouch] = []
        self._again: tuple[Scene, Variant] | None = None
        """What is to be heard once more, as it stands."""
        self._next_at = -math.inf
        self._told_rest = ""
        self._is_note_wanted = False
        self.hands = DeviceHands(
            rack=self.rack,
            knobs=self.knobs,
            moves=self.moves,
            mix=mix,
            scene_of=self._scene,
            interrupt=self._interrupt,
            notify=host.notify,
        )

    # -- what the engine asks ------------------------------------------------------------------

    @property
    def focus(self) -> Device | None:
        """The device that is worked on."""
        return self.rack.by_key(self.knobs.focus) if self.knobs.focus else None

    @property
    def due(self) -> float | None:
        """When `tick` or `advance` has something to do next, monotonic seconds."""
        dues = [] if self.hands.due is None else [self.hands.due]
        if (knobs_due := self.knobs.due) is not None and not self.rack.is_dump_open:
            dues.append(knobs_due)
        if (offer_due := self.offers.due) is not None:
            dues.append(offer_due)
        if math.isfinite(self._listening.due):
            dues.append(self._listening.due)
        if self._may_decide():
            dues.append(max(self._next_at, self.knobs.free_at(self.knobs.focus)))
        return min(dues, default=None)

    def open_notices(self) -> Iterator[Notice]:
        """What somebody who comes now should know: what is worked on, and the open offer."""
        if self.task is not TaskName.MIX:
            yield self._work()
        yield from self.offers.notices()

    # -- people --------------------------------------------------------------------------------

    def take(self, event: m.MixEvent) -> bool:
        """Do what a person asks for where it is about devices; False where it is not.

        It is where it names a move of a device, or names none while a sound is worked on.
        """
        named = getattr(event, "move", None)
        if named is None or (
            self.moves.get(named) is None if named else self.task is not TaskName.SOUND
        ):
            return False
        match event:
            case m.RewardReceived():
                self._reward(event)
            case m.SuggestionAccepted() | m.SuggestionSkipped():
                self.offers.accept(event)
                self._next_at = event.at + self._interval_s
            case m.AuditionSwitched():
                self._is_note_wanted = self.offers.audition(event)
            case m.UndoRequested():
                self._undo(event)
            case m.RevertRequested():
                first = self.moves.get(event.move)  # all later ones go back as well, unjudged
                for move in self.moves.since(first) if first else ():
                    self._revert(move, event.at, f"back to before {event.move}")
            case _:
                return False
        return True

    def choose(self, event: d.TaskEvent) -> None:
        """Do as a person says what is worked on."""
        match event:
            case d.TaskChosen():
                self._choose_task(event)
            case d.FocusChosen():
                self._choose_focus(event)
            case d.VariantChosen():
                self.offers.choose(event)
                self._next_at = event.at + self._interval_s
            case d.TargetChosen():
                self._host.notify(self._listening.choose_target(event))
                self.offers.close(event.at, "the target is another now")
                self._next_at = event.at

    def _choose_task(self, event: d.TaskChosen) -> None:
        known = (TaskName.MIX, TaskName.OFF, *self._tasks)
        if event.task not in known:
            self._out.refuse(f"task: {event.task} is not built in; got one of {', '.join(known)}")
            return
        if event.task is not self.task:
            self.task = event.task
            self._host.pause(event.at, f"the task is {event.task} now")
            if event.task is TaskName.SOUND and self.focus is None:
                self._host.notify("sound: choose a device to work on (/bridge/focus track)")
        self._out.notices.append(self._work())

    def _choose_focus(self, event: d.FocusChosen) -> None:
        strips = self._mix.find(event.track) if event.track != "*" else []
        if len(strips) != 1:
            self._out.refuse(f"focus: expected one track; {event.track!r} is {len(strips)}")
            return
        device = self.rack.on_track(strips[0].number, event.what)
        if device is None:
            what = f"no device {event.what!r}" if event.what else "no device"
            self._out.refuse(f"focus: {what} with parameters that are told is on {strips[0].name}")
            return
        self.pause(event.at, f"{device.name} is in focus now")
        self.knobs.focus = device.key
        self._listening.begin()
        self._again, self._by_hand = None, []
        self._out.notices.append(self._work())

    def _reward(self, event: m.RewardReceived) -> None:
        """A thumb: it answers an open offer, or is about a move that stands."""
        move = self.moves.get(event.move) if event.move else self._rateable(event.at)
        if move is None or move.is_judged or not (event.value or event.move):
            credited = ""
        else:
            credited = move.id
            if not self.offers.judge(move, event.value, event.at):
                self._judge(move, event.value)
                if event.value < 0 and move.is_undoable:
                    self._revert(move, event.at, "you did not like it")
        self._out.notices.append(
            RewardCredited(reward_id=event.reward_id, move=credited, value=event.value)
        )

    def _rateable(self, at: float) -> DeviceMove | None:
        """What a nameless thumb is about; an older move than the newest is never judged."""
        if self.offers.open is not None:
            return self.offers.suggestion
        newest = self.moves.last()
        return newest if newest and at - newest.at <= _JUDGED_WITHIN_S else None

    def _undo(self, event: m.UndoRequested) -> None:
        """Take a move back, and count that against it."""
        move = self.moves.get(event.move) if event.move else self.moves.last()
        if move is None or not move.is_undoable:
            what = f"{move.id} stays: it is {move.state}" if move else "no move of mine stands"
            self._out.refuse(f"undo: {what}")
            return
        if not move.is_judged:
            self._judge(move, -1.0)
        self._revert(move, event.at, "you took it back")

    def _revert(self, move: DeviceMove, at: float, reason: str) -> None:
        self._listening.forget()
        if why_not := self.moves.revert(move, at, reason):
            self._out.refuse(f"undo: {why_not}")
        self._next_at = max(self._next_at, at + self._interval_s)

    def panic(self, at: float) -> None:
        """Bring all that we have moved back to where it stood."""
        self.offers.close(at, "panic", is_left=True)
        self.moves.back_to_snapshot(at)
        self._listening.forget()

    def pause(self, at: float, reason: str) -> None:
        """Stop what is on its way, save panic; close the offer."""
        self.moves.stop(at, reason, spare_panic=True)
        self.offers.close(at, reason)
        self._listening.due = math.inf

    # -- what is heard -------------------------------------------------------------------------

    def receive(self, event: d.DeviceEvent | d.TargetHeard) -> None:
        """Take over what was said of a device, or heard of it or of the target."""
        if isinstance(event, d.NoteHeard):
            self._hear(event)
        elif isinstance(event, d.TargetHeard):
            self._hear_target(event)
        else:
            self.hands.receive(event)

    def prepare(self, event: m.DawEvent) -> None:
        """What the DAW begins to say is about the devices as well."""
        if isinstance(event, m.DumpOpened):
            self.rack.open_dump()
        elif isinstance(event, m.SceneRecalled):
            self.hands.expect_patch()

    def close_dump(self, at: float) -> None:
        """A dump has said which devices there are."""
        had_focus = self.focus is not None
        self.hands.close_dump(at)
        if had_focus and self.focus is None:
            self.pause(at, "the device is gone")
            self._host.notify("the device in focus is gone; its moves are left as they are")

    def _interrupt(self, key: str, at: float, reason: str, hand_on: int | None) -> None:
        """A hand, or another patch where it is on no parameter, has taken a device over."""
        offer = self.offers.open
        if offer is not None and offer.moves[0].key == key:
            self.offers.close(at, reason, is_left=hand_on is None, hand_on=hand_on)
        if key == self.knobs.focus:
            self._listening.forget()
            self._again = None
            self._by_hand = [] if hand_on is None else self._by_hand

    def _hear(self, note: d.NoteHeard) -> None:
        device = self.focus
        if device is None or note.track != device.track or self.task is not TaskName.SOUND:
            return
        if not (self.knobs.is_idle and self._listening.counts(note, self.knobs.written_at)):
            return  # it began while the sound was another
        offer = self.offers.open
        if offer is not None and offer.heard is not None:
            offer.heard.after = note
            return
        self._listening.heard = note
        if self._by_hand:
            self._teach(lesson_of(self._by_hand, note), "")
            self._by_hand.clear()
        if self._again is not None:
            (scene, variant), self._again = self._again, None
            lesson = Lesson(
                teaching=Teaching.HEARD, scene=scene, variants=(variant,), after=(note,)
            )
            self._teach(lesson, "")
            return
        move = self.moves.last()
        if move is None or move.key != device.key or move.after is not None:
            return
        move.after = note
        before = move.scene.heard
        if before is None or move.state is not MoveState.CONFIRMED:
            return
        if note.level_db - before.level_db > LOUDER_DB:
            louder = f"it was {note.level_db - before.level_db:.1f} dB louder"
            move.is_judged = True  # nobody is asked about it
            self._revert(move, note.at, louder)
            return
        if why := self._teach(self._lesson(move, Teaching.HEARD), move.id):
            self._revert(move, note.at, why)

    def _hear_target(self, event: d.TargetHeard) -> None:
        """What was heard of the file that a person has named."""
        if not self._listening.take_target(event):
            return
        if event.trouble:
            self._out.refuse(f"target: {event.trouble}")
            return
        self._next_at = event.at
        self._host.notify(f"the target is {event.path}")

    # -- time ----------------------------------------------------------------------------------

    def advance(self, at: float) -> None:
        """What is to be written now; what a person has locked is left alone."""
        if self.offers.open is not None and self.focus and (why := self.knobs.lock(self.focus)):
            self.pause(at, why)
        if not self.rack.is_dump_open:
            self._out.device_commands.extend(self.moves.advance(at))
        if self._is_note_wanted and self.knobs.is_idle:  # a variant has arrived: now it is heard
            self._is_note_wanted = False
            self._ask_note(at)
        self._out.notices.extend(self.moves.take_notices())

    def tick(self, at: float) -> None:
        """Conclude what only time can, and decide if it is time to."""
        for touch in self.hands.settle(at):
            self._learn_from_hand(touch)
        if (offer_due := self.offers.due) is not None and at >= offer_due - 1e-9:
            self.offers.close(at, "nobody answered")
        if why := self._listening.give_up(at):
            self._host.notify(why)
        free_at = self.knobs.free_at(self.knobs.focus)
        if self._may_decide() and at >= max(self._next_at, free_at) - 1e-9:
            self._decide(at)

    def _may_decide(self) -> bool:
        return (
            self.task is TaskName.SOUND
            and self.focus is not None
            and self.offers.open is None
            and self.knobs.is_idle
            and not self._listening.is_waiting
            and self._host.mode is not Mode.OBSERVE
            and self._host.is_ready
        )

    def _decide(self, at: float) -> None:
        task = self._tasks[TaskName.SOUND]
        if (device := self.focus) is None:
            return
        mode, is_asking = self._host.mode, self._host.mode is Mode.SUGGEST
        wait_s = self.knobs.wait_s(at, to_target=self._listening.target is not None)
        if wait_s > 0.0 and not is_asking:
            self._next_at = at + min(wait_s, _LONGEST_WAIT_S)
            return
        if self._listening.heard is None and self._ask_note(at):
            return  # first hear what is there
        self._next_at = at + self._interval_s
        scene = self._scene(device, at)
        if not any(knob.is_free for knob in scene.knobs):
            self._next_at = at + max(self._interval_s, _IDLE_LOOK_S)
            return
        count = VARIANTS if is_asking else 1
        variants = task.propose(scene, count=count, explore=mode is not Mode.GIG)
        if variants and not variants[0].positions:
            self._again, self._listening.heard = (scene, variants[0]), None
            self._ask_note(at)
            return
        made = (self.moves.make(device, variant, scene, at) for variant in variants[:count])
        moves = tuple(move for move in made if move is not None)
        if not moves:
            self._next_at = at + max(self._interval_s, _IDLE_LOOK_S)
            rest = task.rest if isinstance(task, Advised) else ""
            if rest and rest != self._told_rest:
                self._host.notify(rest)
            self._told_rest = rest
            return
        self._out.decisions.extend(self.moves.decision(move, mode) for move in moves)
        if is_asking:
            self.offers.make(moves, at)
        else:
            self._apply(moves[0], at)

    def _apply(self, move: DeviceMove, at: float) -> None:
        if not self.moves.apply(move, at):
            self.knobs.book(at)
            self._listening.forget()

    def _ask_note(self, at: float) -> bool:
        """Ask for a note where the DAW plays them; whether one is on its way."""
        note = self._listening.ask(self.focus, at) if self.focus else None
        if note is not None:
            self._out.device_commands.append(note)
        return note is not None

    # -- learning ------------------------------------------------------------------------------

    def _scene(self, device: Device, at: float) -> Scene:
        """What a task may know of a device now."""
        strip = self._mix.by_number(device.track)
        is_free = not self.knobs.refusal(device, at, Purpose.MOVE)
        return Scene(
            key=device.key,
            device=device.name,
            role=strip.role.value if strip else "other",
            knobs=knobs_of(device, self.knobs, is_free=is_free),
            heard=self._listening.heard if device.key == self.knobs.focus else None,
            target=self._listening.target,
        )

    def _judge(self, move: DeviceMove, value: float) -> None:
        move.is_judged = True
        self._teach(replace(self._lesson(move, Teaching.THUMB), value=value), move.id)

    def _lesson(self, move: DeviceMove, teaching: Teaching) -> Lesson:
        return Lesson(
            teaching=teaching, scene=move.scene, variants=(move.variant,), after=(move.after,)
        )

    def _learn_from_hand(self, touch: DeviceTouch) -> None:
        device = self.rack.by_key(touch.key)
        if device is None or is_same_position(device, touch.index, touch.start, touch.value):
            return
        self._out.notices.append(change_of(device, touch))
        if touch.key != self.knobs.focus or self.task is not TaskName.SOUND:
            return
        if touch.scene.heard is None and not self._by_hand:
            self._teach(lesson_of([touch], None), "")
        else:
            self._by_hand.append(touch)  # what it sounds like now is heard next

    def _teach(self, lesson: Lesson, move: str) -> str:
        """Pass a lesson on; why the task wants the move back, empty where it stays."""
        if not self._learns:
            return ""
        outcome = self._tasks[TaskName.SOUND].learn(lesson)
        learnt = Learnt(td_error=0.0, text=outcome.text)
        taught = TaughtLesson(move=move, reward=lesson.value, weight=lesson.weight, learnt=learnt)
        self._out.lessons.append(taught)
        return outcome.takes_back

    # -- telling -------------------------------------------------------------------------------

    def _work(self) -> WorkChanged:
        device = self.focus
        strip = self._mix.by_number(device.track) if device else None
        return WorkChanged(
            task=self.task,
            track=strip.name if strip else "",
            device=device.name if device else "",
        )
