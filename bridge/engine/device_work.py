"""Devices as what is worked on: their knobs, what is heard of them, and whose doing it is.

What was heard before and after a move teaches, whether or not anybody judges it (`listening`). What
the device says and nobody asked for is a hand or another patch (`device_hands`).
"""

import math
from collections.abc import Iterable
from typing import Final

from bridge.engine.bench import WorkHost
from bridge.engine.content_work import ContentWork
from bridge.engine.device_hands import (
    DeviceHands,
    DeviceTouch,
    change_of,
    is_same_position,
    lesson_of,
)
from bridge.engine.device_moves import DeviceMoves, knobs_of
from bridge.engine.listening import Listening
from bridge.engine.results import StepBuilder
from bridge.engine.task_move import TaskMove
from bridge.guard.knobs import Knobs
from bridge.guard.write import Purpose
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind
from bridge.mix.device_events import TaskName
from bridge.mix.devices import Device, Rack
from bridge.mix.messages import MoveState
from bridge.mix.state import MixState
from bridge.tasks.task import Lesson, Scene, Teaching, Variant, World

_UNHEARD: Final = "no note was heard: play one, or check the tap"
LOUDER_DB: Final = 3.0
"""A move goes back at once that makes a note louder by more, alone or with those before it."""


class DeviceWork:
    """The bench of tasks that turn knobs.

    Attributes:
        rack: The devices.
        knobs: Who may write to them.
        moves: Who does.
        hands: What others do to them.
        listening: What was heard of the device in focus.
        is_away: What stood before is heard for a while, and is no sound to learn from.
        is_note_wanted: A variant is on its way, and is to be heard when it has arrived.
    """

    def __init__(
        self,
        work: WorkHost,
        *,
        mix: MixState,
        out: StepBuilder,
        plays_notes: bool,
        contents: ContentWork,
    ) -> None:
        """Give it its neighbours.

        Args:
            work: Whose bench it is.
            mix: The strips.
            out: Where answers go.
            plays_notes: Whether the DAW plays a note when it is asked for one.
            contents: The patches of devices, among others.
        """
        self.rack = Rack()
        self.knobs = Knobs(work.rules, mix, self.rack)
        self.moves = DeviceMoves(work.moves, self.rack, self.knobs, work.notify)
        self.listening = Listening(plays_notes=plays_notes)
        self.is_note_wanted = self.is_away = False
        self._is_dump_read = False
        self._work = work
        self._mix = mix
        self._out = out
        self._contents = contents
        self._by_hand: list[DeviceTouch] = []
        self._again: tuple[Scene, Variant] | None = None
        """What is to be heard once more, as it stands."""
        self._undone: set[str] = set()
        """The moves that a person judged by the DAW's own undo."""
        self.hands = DeviceHands(
            rack=self.rack,
            knobs=self.knobs,
            moves=self.moves,
            mix=mix,
            scene_of=self._scene_of,
            interrupt=self._interrupt,
            notify=work.notify,
            is_patch_ours=contents.writer.is_patch_ours,
        )

    # -- as a bench ----------------------------------------------------------------------------

    @property
    def focus(self) -> Device | None:
        """The device that is worked on."""
        return self.rack.by_key(self.knobs.focus) if self.knobs.focus else None

    @property
    def has_focus(self) -> bool:
        """Whether a device is worked on."""
        return self.focus is not None

    @property
    def names(self) -> tuple[str, str]:
        """The track and name of the device in focus."""
        device = self.focus
        strip = self._mix.by_number(device.track) if device else None
        return (strip.name if strip else "", device.name if device else "")

    @property
    def has_target(self) -> bool:
        """Whether there is a sound to come near to."""
        return self.listening.target is not None

    @property
    def is_free(self) -> bool:
        """Whether a device is in focus, nothing on its way, and no note awaited."""
        return self.has_focus and self.knobs.is_idle and not self.listening.is_waiting

    @property
    def free_at(self) -> float:
        """When the device in focus is free of hands, monotonic seconds."""
        return self.knobs.rules.free_at(self.knobs.focus)

    @property
    def due(self) -> float | None:
        """When there is something to write or to conclude."""
        dues = [self.hands.due]
        if math.isfinite(self.listening.due):
            dues.append(self.listening.due)
        if not self.rack.is_dump_open:
            dues.append(self.knobs.due)
        return min((due for due in dues if due is not None), default=None)

    def lock(self) -> str:
        """Why the device in focus is never written."""
        return self.knobs.lock(self.focus) if self.focus else ""

    def listen_first(self, at: float) -> bool:
        """Whether a note is played before anything is proposed."""
        return self.listening.heard is None and self._ask_note(at)

    def scene(self, at: float, kinds: Iterable[ContentKind]) -> Scene:
        """What a task may know of the device in focus."""
        device = self.focus
        if device is None:
            return Scene(key="", device="", role="other")
        return self._scene(device, at, kinds)

    def choose_focus(self, device: Device | None) -> None:
        """Another device is worked on, or none."""
        self.knobs.focus = device.key if device else ""
        self.listening.begin()
        self._again, self._by_hand = None, []

    def make(self, variant: Variant, scene: Scene, task: TaskName, at: float) -> TaskMove | None:
        """Give a variant a name; None where it changes nothing."""
        device = self.focus
        return self.moves.make(device, variant, scene, task, at) if device else None

    def listen_again(self, scene: Scene, variant: Variant, at: float) -> None:
        """A task wants to hear once more what stands there."""
        self._again, self.listening.heard = (scene, variant), None
        self._ask_note(at)

    # -- what is said --------------------------------------------------------------------------

    def receive(self, event: d.DeviceEvent) -> None:
        """Take over what was said of a device, or heard of it."""
        if isinstance(event, d.NoteHeard):
            self._measure(event)
        else:
            self.hands.receive(event)

    def prepare(self, event: m.DawEvent) -> None:
        """What the DAW begins to say is about the devices as well."""
        if isinstance(event, m.DumpOpened):
            self.rack.open_dump()
        elif isinstance(event, m.SceneRecalled):
            self.hands.expect_patch()
        elif isinstance(event, m.MoveUndone | m.MoveRedone):
            self._receive_daw_undo(event)

    def _receive_daw_undo(self, event: m.MoveUndone | m.MoveRedone) -> None:
        """A person took a move back with the DAW's own undo: their hand, and their judgement."""
        move, is_undo = self._work.moves.get(event.move), isinstance(event, m.MoveUndone)
        is_back = move is not None and move.state is MoveState.REVERTED
        if move is None or not move.turns or is_undo is is_back:
            return
        self.moves.record_daw_undo(move, event.at, is_undo=is_undo)
        self._interrupt(move.key, event.at, "you changed it in the DAW", None)
        self.knobs.rules.hold(move.key, event.at)
        self.knobs.written_at = event.at  # a note that is heard from now on is of what stands now
        if is_undo and (not move.is_judged or move.is_picked):
            self._undone.add(move.id)
            self._work.judge(move, -1.0)
        elif move.id in self._undone and not is_undo:  # redo teaches that away again
            self._undone.discard(move.id)
            self._work.judge(move, 1.0)
            move.is_judged = False

    def close_dump(self, at: float) -> None:
        """A dump has said which devices there are, and what they hold."""
        self.hands.close_dump(at)
        self._is_dump_read = True

    def _interrupt(self, key: str, at: float, reason: str, hand_on: int | None) -> None:
        """A hand, or another patch where it is on no parameter, has taken a device over."""
        is_left = hand_on is None
        self._contents.release_patch(key, at)
        self._work.interrupt(
            lambda move: move.key == key, at, reason, is_left=is_left, hand_on=hand_on
        )
        if key == self.knobs.focus:
            self.listening.forget()
            self._again = None
            self._by_hand = [] if is_left else self._by_hand

    @property
    def _is_at_work(self) -> bool:
        return (task := self._work.active) is not None and task.world is World.DEVICE

    def _measure(self, note: d.NoteHeard) -> None:
        device = self.focus
        if device is None or note.track != device.track or not self._is_at_work:
            return
        if self.is_away:
            return
        if not (self.knobs.is_idle and self.listening.counts(note, self.knobs.written_at)):
            return  # it began while the sound was another
        offer = self._work.offers.open
        if offer is not None and offer.heard is not None:
            offer.heard.after = note
            return
        self.listening.keep(note)
        if self._by_hand:
            self._work.teach(lesson_of(self._by_hand, note))
            self._by_hand.clear()
        if self._again is not None:
            (scene, variant), self._again = self._again, None
            lesson = Lesson(
                teaching=Teaching.HEARD, scene=scene, variants=(variant,), after=(note,)
            )
            self._work.teach(lesson)
            return
        self._measure_move(device, note)

    def _measure_move(self, device: Device, note: d.NoteHeard) -> None:
        """A note is what the last move has made of the sound."""
        move = self._work.moves.last()
        if move is None or move.key != device.key or move.after is not None:
            return
        move.after = note
        before = move.scene.heard
        if before is None or move.state is not MoveState.CONFIRMED:
            return
        rise_db = note.level_db - before.level_db
        move.rise_db = 0.0 if math.isnan(rise_db) else rise_db
        # What was too loud teaches too: else the same is tried again and again.
        why = self._work.teach(move.lesson(Teaching.HEARD), move.id)
        if loud := self._describe_rise(move):
            why = loud
            move.is_judged = True  # nobody is asked about it
        if why:
            self._work.revert(move, note.at, why)

    def _describe_rise(self, move: TaskMove) -> str:
        """How much too loud a move is, alone or with those that stand; empty where it may stay."""
        if move.rise_db > LOUDER_DB:
            return f"it was {move.rise_db:.1f} dB louder"
        risen_db = self._risen_db(move.key)
        if move.rise_db <= 0.0 or risen_db <= LOUDER_DB:
            return ""
        return f"with the moves before it, it was {risen_db:.1f} dB louder than at first"

    def _risen_db(self, key: str) -> float:
        """How much louder the moves that stand have made a device, dB."""
        ours = (move for move in self._work.moves.standing() if move.turns and move.key == key)
        return sum(move.rise_db for move in ours)

    def apply_target(self, event: d.TargetHeard) -> bool:
        """Take over what was heard of the file that a person has named; whether it is a target."""
        if not self.listening.set_target(event):
            return False
        if event.trouble:
            self._out.refuse(f"target: {event.trouble}")
            return False
        self._work.notify(f"the target is {event.path}")
        return True

    # -- time ----------------------------------------------------------------------------------

    def advance(self, at: float) -> None:
        """Send what is to be written now."""
        if not self.rack.is_dump_open:
            self._restore(at)
            self._out.device_commands.extend(self.moves.advance(at))
        is_idle = self.knobs.is_idle and self._contents.writer.is_idle
        if self.is_note_wanted and is_idle:  # a variant has arrived: now it is heard
            self.is_note_wanted = False
            self._ask_note(at)

    def _restore(self, at: float) -> None:
        """Bring back what moves have changed in which the device fell silent, now that it is there.

        A device that does not answer may hold any part of a move.
        """
        if not (self._is_dump_read and self.knobs.is_online):
            return
        self._is_dump_read = False
        for move in self._work.moves.pop_unanswered():
            if move.is_undoable:
                self._work.revert(move, at, "the synth did not answer while it was made")
                self._work.notify(f"{move.id}: the synth did not answer; what was there comes back")

    def settle(self, at: float) -> None:
        """Learn from hands that have arrived, and from a note that was not heard."""
        for touch in self.hands.settle(at):
            self._learn_from_hand(touch)
        if self.listening.is_missed(at) and not (self._is_at_work and self._ask_note(at)):
            self._work.notify(self._conclude_silence(at) or _UNHEARD)

    def _conclude_silence(self, at: float) -> str:
        """No note was heard: a move after which none was heard goes back; what is told of it."""
        move = self._work.moves.last()
        if move is None or move.key != self.knobs.focus or not move.turns:
            return ""
        if move.after is not None or move.scene.heard is None:
            return ""
        self.listening.begin()
        move.is_judged = True
        self._work.teach(move.lesson(Teaching.HEARD), move.id)
        self._work.revert(move, at, "no note was heard after it")
        return f"{move.id}: no note came after it, so what was there comes back"

    def _ask_note(self, at: float) -> bool:
        """Ask for a note where the DAW plays them; whether one is on its way."""
        note = self.listening.ask(self.focus, at) if self.focus else None
        if note is not None:
            self._out.device_commands.append(note)
        return note is not None

    # -- learning ------------------------------------------------------------------------------

    def _scene_of(self, device: Device, at: float) -> Scene:
        return self._scene(device, at, ())

    def _scene(self, device: Device, at: float, kinds: Iterable[ContentKind]) -> Scene:
        """What a task may know of a device now."""
        strip = self._mix.by_number(device.track)
        is_free = not self.knobs.refusal(device, at, Purpose.MOVE)
        return Scene(
            key=device.key,
            device=device.name,
            role=strip.role.value if strip else "other",
            knobs=knobs_of(device, self.knobs, is_free=is_free),
            heard=self.listening.heard if device.key == self.knobs.focus else None,
            target=self.listening.target,
            risen_db=self._risen_db(device.key),
            contents=self._contents.standing(at, kinds, device.key),
        )

    def _learn_from_hand(self, touch: DeviceTouch) -> None:
        device = self.rack.by_key(touch.key)
        self._contents.copy_patch(touch.key)
        if device is None or is_same_position(device, touch.index, touch.start, touch.value):
            return
        self._out.notices.append(change_of(device, touch))
        if touch.key != self.knobs.focus or not self._is_at_work:
            return
        if touch.scene.heard is None and not self._by_hand:
            self._work.teach(lesson_of([touch], None))
        else:
            self._by_hand.append(touch)  # what it sounds like now is heard next
