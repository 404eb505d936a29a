"""Moves of devices: knobs that are turned, and turned back.

A move brings one parameter or several of one device to other positions. It is confirmed when the
device has answered for each. Only what is ours is ever taken back: what a hand has moved since
belongs to the hand.
"""

import math
from collections.abc import Callable, Iterable
from typing import Final

from bridge.engine.results import Decision
from bridge.engine.task_move import TaskMove, TaskMoves, Turn
from bridge.guard.knobs import Knobs, Place, Whose
from bridge.guard.write import Purpose
from bridge.mix.device_events import SetDeviceParam, TaskName
from bridge.mix.devices import Device, Rack
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import AlsoMoved, MoveReported
from bridge.tasks.task import Knob, Scene, Variant

_CHANGED: Final = "the sound has changed since"


class DeviceMoves:
    """Makes and unmakes the moves that turn knobs; see `Mover`."""

    def __init__(
        self, moves: TaskMoves, rack: Rack, knobs: Knobs, notify: Callable[[str], None]
    ) -> None:
        self._moves = moves
        self._rack = rack
        self._knobs = knobs
        self._notify = notify
        self._pinned: dict[Place, float] = {}
        """Where a parameter stood before we first wrote it: what panic brings back."""

    def make(
        self, device: Device, variant: Variant, scene: Scene, task: TaskName, at: float
    ) -> TaskMove | None:
        """Give a variant a name, within what the guard grants; None where it changes nothing."""
        turns = []
        free = {knob.index: knob for knob in scene.knobs if knob.is_free}
        for index, wanted in variant.positions.items():
            knob = free.get(index)
            if knob is None or math.isnan(wanted):
                continue
            spec = device.specs[index]
            to = spec.snap(min(max(wanted, knob.least), knob.most))
            if abs(to - knob.position) > spec.tolerance:
                turns.append(Turn(index=index, from_position=knob.position, to_position=to))
        if not turns:
            return None
        turns.sort(key=lambda turn: -abs(turn.to_position - turn.from_position))
        return self._moves.add(scene, variant, task, at, turns=tuple(turns))

    def report(self, move: TaskMove, reason: str) -> MoveReported | None:
        """A move as everyone is told of it; None where its device is gone."""
        device = self._rack.by_key(move.key)
        if device is None or any(turn.index not in device.specs for turn in move.turns):
            return None
        also = [
            AlsoMoved(
                param=device.param(turn.index),
                from_value=turn.from_position,
                to_value=turn.to_position,
            )
            for turn in move.turns
        ]
        return MoveReported(
            move=move.id,
            state=move.state,
            track=device.track,
            param=also[0].param,
            from_value=also[0].from_value,
            to_value=also[0].to_value,
            reason=reason or move.variant.reason,
            also=tuple(also[1:]),
        )

    # -- forward -------------------------------------------------------------------------------

    def apply(self, move: TaskMove, at: float) -> str:
        """Send a move on its way; why not, in words, and then it has expired."""
        device = self._rack.by_key(move.key)
        why_not = "the device is gone" if device is None else self._why_not(device, move, at)
        if device is None or why_not:
            self._moves.enter(move, MoveState.EXPIRED, at, why_not)
            return why_not
        move.is_heard = True
        self._moves.enter(move, MoveState.APPLIED, at)
        move.awaited = {turn.index for turn in move.turns}
        for turn in move.turns:
            self._pinned.setdefault((device.key, turn.index), turn.from_position)
            tolerance = device.specs[turn.index].tolerance
            is_there = abs(device.position(turn.index) - turn.to_position) <= tolerance
            if is_there and self._is_at(device, turn.index, turn.to_position):  # it was auditioned
                self._moves.confirm(move, turn.index, at)
            else:
                self._begin(device, turn, turn.to_position, at, Purpose.MOVE, move.id)
        return ""

    def audition(self, move: TaskMove, at: float, *, on: bool, hand_on: object = None) -> str:
        """Let a variant be heard, or bring back what was there; why not, in words.

        The parameter that a hand is on stays as it is.
        """
        device = self._rack.by_key(move.key)
        if device is None:
            return "the device is gone"
        purpose = Purpose.MOVE if on else Purpose.UNDO
        if why_not := self._knobs.refusal(device, at, purpose):
            return why_not
        for turn in (turn for turn in move.turns if turn.index != hand_on):
            self._pinned.setdefault((device.key, turn.index), turn.from_position)
            target = turn.to_position if on else turn.from_position
            self._begin(device, turn, target, at, purpose, "")
        return ""

    def _why_not(self, device: Device, move: TaskMove, at: float) -> str:
        for turn in move.turns:
            stands = (turn.from_position, turn.to_position)
            if not any(self._is_at(device, turn.index, position) for position in stands):
                return _CHANGED
            if abs(turn.to_position - turn.from_position) > self._knobs.step + 1e-9:
                steps = device.specs[turn.index].steps
                if not steps or abs(turn.to_position - turn.from_position) * (steps - 1) > 1.5:
                    return "it is too far for one move"
            if self._knobs.is_silent((device.key, turn.index)):
                return "the DAW has not answered the last write to it"
        return self._knobs.refusal(device, at, Purpose.MOVE)

    def _is_at(self, device: Device, index: int, position: float) -> bool:
        """Whether a parameter stands there, or is on its way there."""
        heading = self._knobs.heading(device, index)
        return abs(heading - position) <= device.specs[index].tolerance

    def _begin(
        self, device: Device, turn: Turn, target: float, at: float, purpose: Purpose, move: str
    ) -> None:
        stood = turn.from_position
        self._knobs.begin(device, turn.index, target, at, purpose=purpose, move=move, stood=stood)

    def receive(self, device: Device, index: int, position: float, at: float) -> Whose:
        """Whose a value of a device is; a move whose last parameter it confirms is confirmed."""
        whose, move_id = self._knobs.receive(device, index, position, at)
        move = self._moves.get(move_id)
        if move is None or whose not in (Whose.CONFIRMED, Whose.LATE):
            return whose
        turn = next(turn for turn in move.turns if turn.index == index)
        if whose is Whose.CONFIRMED and move.state is MoveState.APPLIED:
            turn.to_position = position  # what the device granted
            self._moves.confirm(move, index, at)
        elif abs(position - turn.from_position) <= device.specs[index].tolerance:
            self._moves.confirm_back(move, index, at)
        return whose

    def advance(self, at: float) -> list[SetDeviceParam]:
        """What is to be written now."""
        progress = self._knobs.advance(at)
        ended = [(ramp, "the DAW did not answer", True) for ramp in progress.unanswered]
        is_away = not self._knobs.is_online
        ended += [(ramp, why_not, is_away) for ramp, why_not in progress.refused]
        for ramp, why, is_unanswered in ended:
            is_back = ramp.purpose is Purpose.UNDO
            self._moves.end(ramp.move, at, why, is_unanswered=is_unanswered, is_back=is_back)
        # Others were to be heard, or heard no longer.
        for key, why in dict.fromkeys(
            (ramp.place[0], why) for ramp, why, _ in ended if not ramp.move
        ):
            if device := self._rack.by_key(key):
                self._notify(f"{device.name} stays as it is: {why}")
        return progress.commands

    # -- back ----------------------------------------------------------------------------------

    def stop(self, at: float, reason: str, *, spare_panic: bool = False) -> None:
        """Leave everything where it is now; with `spare_panic` save what is on its way back."""
        for ramp in self._knobs.cancel_all(spare_back=spare_panic):
            self._moves.end(ramp.move, at, reason, is_unanswered=not self._knobs.is_online)

    def revert(self, move: TaskMove, at: float, reason: str) -> str:
        """Take a move back, or by as much where later ones stand on it; why not, in words."""
        device = self._rack.by_key(move.key)
        if device is None:
            return "the device is gone"
        if why_not := self._knobs.refusal(device, at, Purpose.UNDO):
            return f"{device.name} stays as it is: {why_not}"
        self._moves.enter(move, MoveState.REVERTED, at, reason)
        for turn in move.turns:
            if turn.belongs_to_hand or turn.index not in device.specs:
                continue
            now = self._knobs.on_the_wire(device, turn.index)
            target = now - (turn.to_position - turn.from_position)
            if not self._turns(device.key, turn.index) and not move.awaited:
                target = turn.from_position
            if turn.index in move.awaited:
                target = turn.from_position
            self._begin(device, turn, target, at, Purpose.UNDO, move.id)
            move.returning.add(turn.index)
        move.awaited.clear()
        return ""

    def record_daw_undo(self, move: TaskMove, at: float, *, is_undo: bool) -> None:
        """A person took a move back in the DAW, or brought it back: what it turned stands there."""
        device = self._rack.by_key(move.key)
        for turn in move.turns if device else ():
            if not turn.belongs_to_hand and device is not None and turn.index in device.specs:
                position = turn.from_position if is_undo else turn.to_position
                self._knobs.cancel((device.key, turn.index))
                device.confirm(turn.index, position)
        move.awaited.clear()
        state, word = (MoveState.REVERTED, "undid") if is_undo else (MoveState.CONFIRMED, "redid")
        self._moves.enter(move, state, at, f"you {word} it in the DAW")

    def _turns(self, key: str, index: int) -> list[Turn]:
        """What of our moves stands on a parameter."""
        return [
            turn
            for move in self._moves.turning()
            if move.key == key and move.is_undoable
            for turn in move.turns
            if turn.index == index and not turn.belongs_to_hand
        ]

    def pinned(self) -> Iterable[tuple[Device, int, float]]:
        """What we have moved: the device, the parameter, and where it stood before."""
        for (key, index), position in list(self._pinned.items()):
            device = self._rack.by_key(key)
            if device is not None and index in device.specs:
                yield device, index, position

    def cancel(self, key: str) -> None:
        """A patch is loaded there, which brings its own values: nothing goes on."""
        for place in [place for place in self._pinned if place[0] == key]:
            self._knobs.cancel(place)

    def back_to_snapshot(self, at: float, *, spare: frozenset[str]) -> None:
        """Panic: bring all that we have moved back to where it stood, at once.

        Those of `spare` get their patch back, and with it all that was turned since.
        """
        self._knobs.cancel_all()
        for move in self._moves.turning():
            device = self._rack.by_key(move.key)
            is_locked = device is not None and bool(self._knobs.lock(device))
            if move.is_undoable and not is_locked:
                self._moves.enter(move, MoveState.REVERTED, at, "panic")
        for device, index, position in self.pinned():
            is_back = device.key in spare or self._is_at(device, index, position)
            if not is_back and not self._knobs.refusal(device, at, Purpose.PANIC):
                self._knobs.begin(
                    device, index, position, at, purpose=Purpose.PANIC, move="", stood=position
                )

    def yield_to_hand(self, device: Device, index: int, at: float) -> str:
        """A hand is on a parameter: all of that device stops; returns our last move of it."""
        for place in [(device.key, each) for each in device.specs]:
            self._knobs.cancel(place)
        for move in self._moves.turning():
            if move.key == device.key:
                self._moves.end(move.id, at, "your hand took over")
        ours = self._turns(device.key, index)
        last = ""
        for move in self._moves.turning():
            if any(turn in ours for turn in move.turns) and move.key == device.key:
                last = move.id
        for turn in ours:
            turn.belongs_to_hand = True
        self._pinned.pop((device.key, index), None)
        return last

    def disown(self, key: str) -> None:
        """Another patch: nothing that stands in that device is ours."""
        for move in self._moves.turning():
            if move.key == key:
                move.awaited.clear()
                for turn in move.turns:
                    turn.belongs_to_hand = True
        for place in [place for place in self._pinned if place[0] == key]:
            self._knobs.cancel(place)
            del self._pinned[place]

    def decision(self, move: TaskMove, mode: Mode) -> Decision:
        """The move as it has just been chosen."""
        device = self._rack.by_key(move.key)
        first, *more = move.turns
        number = device.number if device else 0
        names = [f"device/{number}/param/{turn.index}" for turn in move.turns]
        also = [
            f"{name} {turn.from_position!r} {turn.to_position!r}"
            for name, turn in zip(names[1:], more, strict=True)
        ]
        return Decision(
            move=move.id,
            at=move.at,
            mode=mode,
            key=move.key,
            track=device.track if device else 0,
            param=names[0],
            from_value=first.from_position,
            to_value=first.to_position,
            probability=move.variant.probability,
            score=move.variant.score,
            confidence=move.variant.confidence,
            reason=move.variant.reason,
            also="; ".join(also),
        )


def knobs_of(device: Device, guard: Knobs, *, is_free: bool) -> tuple[Knob, ...]:
    """The parameters of a device whose positions are known, and how far each may go in one move.

    One step at least, where that is a longer way than a move may go.
    """
    knobs, highest = [], guard.highest(device)
    for index in sorted(device.specs):
        spec, position = device.specs[index], device.position(index)
        if math.isnan(position):
            continue
        step = max(guard.step, 1.0 / (spec.steps - 1)) if spec.steps > 1 else guard.step
        if not is_free or guard.is_silent((device.key, index)):
            step = 0.0
        knobs.append(
            Knob(
                index=index,
                name=spec.name,
                position=position,
                least=max(position - step, 0.0),
                most=min(position + step, max(highest.get(index, 1.0), position)),
                steps=spec.steps,
                unit=spec.unit,
                shows=device.param(index).shows(position),
            )
        )
    return tuple(knobs)
