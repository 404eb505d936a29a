"""Work on what is not the mix: which task, on what, what it offers and does, and what it is taught.

Theory of operation:

1. One task is at work at a time, on one device or one track. Where that is in focus, the task is
   asked on a tick, never because a packet came, and only while nothing else is open.
2. In `suggest` mode it makes an offer: up to three variants, each a move with a name, which a
   person hears, picks or leaves. In `assist` and `gig` mode it makes a move, and thumbs judge it.
3. What a task works on is a bench: `device_work` has the knobs of devices and what is heard of
   them, `content_work` has items and clips. A variant changes knobs or contents (`Mover`).
4. What the DAW says and nobody asked for is a hand, which the bench tells from our own echoes.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Protocol

from bridge.agents.agent import Learnt
from bridge.engine.bench import Bench, Learner
from bridge.engine.content_work import ContentWork
from bridge.engine.device_work import DeviceWork
from bridge.engine.focus import Focus
from bridge.engine.offers import VARIANTS, Offers
from bridge.engine.results import Lesson as TaughtLesson
from bridge.engine.results import StepBuilder
from bridge.engine.task_move import TaskMove, TaskMoves
from bridge.errors import RefusedError
from bridge.guard.guard import Guard
from bridge.guard.work_rules import WorkRules
from bridge.mix import content_events as c
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentEvent, ContentKind, JobDone, offered_phrase
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode
from bridge.mix.notices import Notice, RewardCredited
from bridge.mix.state import MixState
from bridge.tasks.task import (
    Advised,
    Foresees,
    HasJobs,
    Lesson,
    Prompt,
    Scene,
    Task,
    Teaching,
    Variant,
    World,
)

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


class Work:
    """Everything about tasks; answers go to `out`.

    Attributes:
        focus: What is worked on.
        moves: What was changed.
        rules: What the guard says of all of it.
        devices: The knobs of devices.
        contents: Items, clips and patches.
        offers: The open offer.
        learners: What learns from answers, by whose offer it was.
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
        self.moves = TaskMoves(next_id)
        self.rules = WorkRules(guard)
        self._mix = mix
        self._host = host
        self._out = out
        self._interval_s = interval_s
        self._learns = learns
        self.offers = Offers(self.moves, out, teach=self._teach, apply=self._apply, guard=guard)
        self.contents = ContentWork(self, mix=mix, out=out)
        self.devices = DeviceWork(
            self,
            mix=mix,
            out=out,
            plays_notes=plays_notes,
            contents=self.contents,
        )
        self.focus = Focus(tasks, mix=mix, devices=self.devices, contents=self.contents)
        self.learners: dict[TaskName, Learner] = dict(tasks)
        self.moves.connect(turns=self.devices.moves, edits=self.contents.moves)
        self._asked: set[c.Job] = set()
        self._next_at = -math.inf
        self._told_rest = ""
        self._was_online = False

    # -- what the engine asks ------------------------------------------------------------------

    @property
    def task(self) -> TaskName:
        """The task at work."""
        return self.focus.task

    @property
    def active(self) -> Task | None:
        """The task at work; None while that is the mix or nothing."""
        return self.focus.active

    @property
    def _bench(self) -> Bench:
        return self.focus.bench

    @property
    def due(self) -> float | None:
        """When `tick` or `advance` has something to do next, monotonic seconds."""
        dues = [self.devices.due, self.contents.due, self.offers.due]
        if self._may_decide():
            dues.append(max(self._next_at, self._bench.free_at))
        return min((due for due in dues if due is not None), default=None)

    def open_notices(self) -> Iterator[Notice]:
        """The notices for a new remote: the task and its focus, and the open offer."""
        if self.task is not TaskName.MIX:
            yield self.focus.report()
        yield from self.offers.notices()

    def is_wanted(self, command: d.SetDeviceParam | c.SetContent) -> bool:
        """Whether a write that had to wait is still meant."""
        if isinstance(command, c.SetContent):
            return self.contents.writer.is_wanted(command)
        return self.devices.knobs.is_wanted(command)

    # -- people --------------------------------------------------------------------------------

    def apply(self, event: m.MixEvent) -> bool:
        """Do what a person asks for where it is about a task or an offer; False where it is not.

        It is where it names a move of these, or names none while a task is at work or asks.
        """
        named = getattr(event, "move", None)
        is_asked = self.active is not None or self.offers.open is not None
        if named is None or not (self.moves.get(named) if named else is_asked):
            return False
        match event:
            case m.RewardReceived():
                self._reward(event)
            case m.SuggestionAccepted() | m.SuggestionSkipped():
                self.offers.accept(event)
                self._next_at = event.at + self._interval_s
            case m.AuditionSwitched():
                self.devices.is_note_wanted = self.offers.audition(event)
            case m.UndoRequested():
                self._undo(event)
            case m.RevertRequested():
                first = self.moves.get(event.move)  # all later ones go back as well, unjudged
                for move in self.moves.since(first) if first else ():
                    self.revert(move, event.at, f"back to before {event.move}")
            case _:
                return False
        return True

    def choose(self, event: d.TaskEvent) -> None:
        """Apply a person's choice of task, focus, target, offer or knob."""
        match event:
            case d.TaskChosen():
                self._choose_task(event)
            case d.FocusChosen():
                self._choose_focus(event)
            case d.VariantChosen():
                self.offers.choose(event)
                is_prompt = isinstance(self.active, Prompt)
                self._next_at = event.at + (0.0 if is_prompt else self._interval_s)
            case d.KnobTaught():
                self._teach_knob(event)
            case d.TargetChosen():
                self._host.notify(self.devices.listening.choose_target(event))
                self.offers.close(event.at, "the target has changed")
                self._next_at = event.at
            case d.PhraseOffered():
                self._receive(offered_phrase(event))

    def _choose_task(self, event: d.TaskChosen) -> None:
        if why_not := self.focus.why_no_task(event.task):
            self._out.refuse(why_not)
            return
        if event.task is not self.task:
            self.focus.task = event.task
            self._host.pause(event.at, f"the task is {event.task} now")
            if lacks := self.focus.what_lacks:
                self._host.notify(lacks)
            self._ask_contents()
        self._out.notices.append(self.focus.report())

    def _choose_focus(self, event: d.FocusChosen) -> None:
        name, why_not = self.focus.choose(event)
        if why_not:
            self._out.refuse(why_not)
            return
        self.pause(event.at, f"{name} is in focus now")
        self._next_at = min(self._next_at, event.at)
        self._ask_contents()
        self._out.notices.append(self.focus.report())

    def _teach_knob(self, event: d.KnobTaught) -> None:
        text, why_not = self.focus.teach_knob(event)
        if why_not:
            self._out.refuse(why_not)
            return
        self._out.is_memory_changed = True
        self.offers.close(event.at, "the role of a knob has changed")
        self._next_at = event.at
        self._host.notify(text)

    def _ask_contents(self) -> None:
        """Ask what stands in the contents that the task works on."""
        task = self.active
        for kind in task.kinds if task is not None else ():
            self._out.content_commands.append(c.RequestContents(kind=kind, track=0))

    def _reward(self, event: m.RewardReceived) -> None:
        """A thumb: it answers an open offer, or is about a move that stands."""
        move = self.moves.get(event.move) if event.move else self._rateable(event.at)
        credited = ""
        if move is not None and not move.is_judged and (event.value or event.move):
            credited = move.id
            if not self.offers.judge(move, event.value, event.at):
                self.judge(move, event.value)
                if event.value < 0 and move.is_undoable:
                    self.revert(move, event.at, "you did not like it")
        self._out.notices.append(
            RewardCredited(reward_id=event.reward_id, move=credited, value=event.value)
        )

    def _rateable(self, at: float) -> TaskMove | None:
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
        if not move.is_judged or move.is_picked:
            move.is_picked = False
            self.judge(move, -1.0)
        self.revert(move, event.at, "you took it back")

    def revert(self, move: TaskMove, at: float, reason: str) -> None:
        """Take a move back, unjudged."""
        self.devices.listening.forget()
        why_not = self._patch_refusal(move)
        if why_not := why_not or self.moves.mover(move).revert(move, at, reason):
            self._out.refuse(f"undo: {why_not}")
        elif move.is_patch:
            self.devices.moves.cancel(move.key)  # the patch brings its own values
        self._next_at = max(self._next_at, at + self._interval_s)

    def _patch_refusal(self, move: TaskMove) -> str:
        """Why a patch may not be taken back: knobs of it were turned since."""
        if not move.is_patch:
            return ""
        later = [each for each in self.moves.since(move) if each.turns and each.key == move.key]
        return f"{later[0].id} builds on it: take that back first" if later else ""

    def panic(self, at: float) -> None:
        """Bring all that we have changed back to where it stood."""
        self.offers.close(at, "panic", is_left=True)
        self.contents.moves.hush()
        self.back_to_snapshot(at)
        self.devices.listening.forget()

    def back_to_snapshot(self, at: float) -> None:
        """Send everything back to where it stood before we changed it."""
        patches = self.contents.moves.back_to_snapshot(at)
        self.devices.moves.back_to_snapshot(at, spare=patches)

    def stop(self, at: float, reason: str, *, spare_panic: bool = False) -> None:
        """Leave everything where it is now."""
        self.devices.moves.stop(at, reason, spare_panic=spare_panic)
        self.contents.moves.stop(at, reason, spare_panic=spare_panic)

    def pause(self, at: float, reason: str) -> None:
        """Stop what is on its way, save what goes back; close the offer."""
        self.stop(at, reason, spare_panic=True)
        self.offers.close(at, reason)
        self.devices.listening.due = math.inf

    # -- what is said --------------------------------------------------------------------------

    def receive(self, event: m.WorkEvent) -> None:
        """Apply an event about a device or a content, a measured note, or a worker's result."""
        if isinstance(event, ContentEvent):
            self.contents.receive(event)
        elif isinstance(event, JobDone):
            self._receive(event)
        elif isinstance(event, d.TargetHeard):
            if self.devices.apply_target(event):
                self._next_at = event.at
        else:
            self.devices.receive(event)

    def _receive(self, done: JobDone) -> None:
        """Pass a worker's result, or another program's offer, to its task."""
        task = self.focus.tasks.get(done.task)
        try:
            if isinstance(task, HasJobs) and (text := task.receive(done)):
                self._host.notify(text)
        except RefusedError as error:
            self._out.refuse(str(error))
        self._next_at = min(self._next_at, done.at)

    def prepare(self, event: m.DawEvent) -> None:
        """What the DAW begins to say is about the devices as well."""
        self.devices.prepare(event)

    def close_dump(self, at: float) -> None:
        """A dump has said which devices and strips there are."""
        had_focus = self.devices.has_focus
        self.devices.close_dump(at)
        self.contents.close_dump(at)
        if had_focus and not self.devices.has_focus:
            self.pause(at, "the device is gone")
            self._host.notify("the device in focus is gone; its moves are left as they are")

    def interrupt(
        self,
        is_about: Callable[[TaskMove], bool],
        at: float,
        reason: str,
        *,
        is_left: bool = False,
        hand_on: object = None,
    ) -> None:
        """Close the open offer, since a hand or the DAW changed its subject; see `Offers.close`."""
        if (offer := self.offers.open) and any(is_about(move) for move in offer.moves):
            self.offers.close(at, reason, is_left=is_left, hand_on=hand_on)

    # -- time ----------------------------------------------------------------------------------

    def advance(self, at: float) -> None:
        """Send what is to be written now; what a person has locked is left alone."""
        if (is_online := self.rules.guard.is_online) is not self._was_online:
            self._was_online = is_online
            if is_online:
                self._ask_contents()
            else:
                self.contents.forget()  # it may come back with another song
        if self.active and self.offers.open and (why := self._bench.lock()):
            self.pause(at, why)
        self.devices.advance(at)
        self.contents.moves.advance(at)
        self._out.notices.extend(self.moves.pop_notices())

    def tick(self, at: float) -> None:
        """Settle what ends by time alone, and decide if it is time to."""
        self.devices.settle(at)
        self.contents.settle(at)
        if (offer_due := self.offers.due) is not None and at >= offer_due - 1e-9:
            self.offers.close(at, "nobody answered")
        if self._may_decide() and at >= max(self._next_at, self._bench.free_at) - 1e-9:
            self._decide(at)

    def _may_decide(self) -> bool:
        return (
            self.active is not None
            and self._bench.is_free
            and self.offers.open is None
            and self._host.mode is not Mode.OBSERVE
            and self._host.is_ready
        )

    def _decide(self, at: float) -> None:
        bench, task = self._bench, self.active
        if task is None:
            return
        mode = self._host.mode
        is_asking = mode is Mode.SUGGEST
        wait_s = self.rules.wait_s(at, to_target=bench.has_target)
        if wait_s > 0.0 and not is_asking:
            self._next_at = at + min(wait_s, _LONGEST_WAIT_S)
            return
        if bench.listen_first(at):
            return  # first hear what is there
        self._next_at = at + self._interval_s
        scene = bench.scene(at, task.kinds)
        if isinstance(task, HasJobs):
            self._begin_jobs(task, scene)
        if not scene.is_free:
            self._rest(at, next((each.refusal for each in scene.contents), ""))
            return
        count = VARIANTS if is_asking or task.world is World.CONTENTS else 1
        variants = task.propose(scene, count=count, explore=mode is not Mode.GIG)[:count]
        if variants and not variants[0].positions and not variants[0].changes:
            self.devices.listen_again(scene, variants[0], at)
            return
        is_asking = is_asking or any(variant.is_asked for variant in variants)
        made = (self._make(variant, scene, at) for variant in variants)
        moves = tuple(move for move in made if move is not None)[: None if is_asking else 1]
        if not moves:
            self._rest(at, task.rest if isinstance(task, Advised) else "")
            return
        self._told_rest = ""
        self._out.decisions.extend(self.moves.mover(move).decision(move, mode) for move in moves)
        if is_asking:
            self.offers.make(moves, at)
            if isinstance(task, Foresees):
                self._out.jobs.extend(task.foresee())
        else:
            self._apply(moves[0], at)

    def _make(self, variant: Variant, scene: Scene, at: float) -> TaskMove | None:
        """Make a move of a variant; None where it changes nothing, or may not."""
        if not variant.changes:
            return self.devices.make(variant, scene, self.task, at)
        is_patch = any(change.kind is ContentKind.PATCH for change in variant.changes)
        turned = (move for move in self.moves.turning() if move.key == scene.key)
        if is_patch and any(move.is_undoable for move in turned):
            return None  # what was turned could not be taken back by itself any more
        return self.contents.moves.make(variant, scene, self.task, at)

    def _begin_jobs(self, task: HasJobs, scene: Scene) -> None:
        fresh = [job for job in task.jobs(scene) if job not in self._asked]
        self._asked.update(fresh)
        self._out.jobs.extend(fresh)

    def _rest(self, at: float, why: str) -> None:
        """Change nothing now, and notify people once why."""
        self._next_at = at + max(self._interval_s, _IDLE_LOOK_S)
        if why and why != self._told_rest:
            self._host.notify(why)
        self._told_rest = why

    @property
    def rest(self) -> str:
        """Why nothing was proposed when it was last asked for, in words; empty where it was."""
        return self._told_rest

    def _apply(self, move: TaskMove, at: float) -> None:
        if not self.moves.mover(move).apply(move, at):
            self.rules.book(at)
            self.devices.listening.forget()

    # -- learning ------------------------------------------------------------------------------

    def judge(self, move: TaskMove, value: float) -> None:
        """A person says what they think of a move, -1 to +1."""
        move.is_judged = True
        self._teach(replace(move.lesson(Teaching.THUMB), value=value), move.id, move.task)

    def teach(self, lesson: Lesson, move: str = "") -> str:
        """Pass a lesson on to the task at work; see `_teach`."""
        return self._teach(lesson, move, self.task)

    def _teach(self, lesson: Lesson, move: str, task: TaskName) -> str:
        """Pass a lesson on; why the task wants the move back, empty where it stays."""
        if not self._learns or task not in self.learners:
            return ""
        outcome = self.learners[task].learn(lesson)
        learnt = Learnt(td_error=0.0, text=outcome.text)
        taught = TaughtLesson(move=move, reward=lesson.value, weight=lesson.weight, learnt=learnt)
        self._out.lessons.append(taught)
        return outcome.takes_back

    # -- telling -------------------------------------------------------------------------------

    def notify(self, text: str) -> None:
        """Show a sentence to everyone."""
        self._host.notify(text)
