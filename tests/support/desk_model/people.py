"""The person at a model desk: hands of every kind, buttons, scenes, all at any time."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bridge.mix import messages as m
from bridge.mix.params import EQ_BANDS, Param
from bridge.osc.message import OscMessage
from support.desk_model.judge import Cause, Judge
from support.desk_model.model import (
    HAND_STEPS_DB,
    OFF,
    F,
    Feature,
    ModelDesk,
    Place,
    float32,
    placed,
    value_message,
    wire,
)

HAND_S = 2.5
"""A hand goes on for no longer than this."""

_REACH = {Param.GAIN: (-50.0, 8.0), Param.PAN: (-0.95, 0.95)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWrite:
    """What the bridge wrote last, when, and whether that was up or down."""

    at: float = -math.inf
    place: Place = (1, Param.GAIN)
    value: float = 0.0
    direction: float = 0.0


class Stage(Protocol):
    """What a person can see and do."""

    features: frozenset[Feature]
    desk: ModelDesk
    judge: Judge
    at: float
    last_write: LastWrite

    def do_at(self, at: float, action: Callable[[], None]) -> None:
        """Do something later."""

    def press(self, event: m.Event) -> None:
        """Ask the bridge for something."""

    def tell(self, text: str) -> None:
        """A line of the story."""

    def to_bridge(self, message: OscMessage, *, is_hand: bool = False) -> None:
        """The desk says something."""


@dataclass(slots=True, kw_only=True)
class HandPlan:
    """What is left of a hand's way; it goes back where `turn` steps are left, -1: it does not."""

    place: Place
    step: float
    every_s: float
    at: float
    left: int
    turn: int


class Person:
    """Somebody at the desk.

    Attributes:
        touched: Until when a finger is on a control.
        is_gone: Whether they have left; what they began still ends.
    """

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self.touched: dict[Place, float] = {}
        self.is_gone = False
        self._stage = stage
        self._dice = dice

    def plan(self, until: float) -> None:
        """Come by from time to time."""
        at = self._stage.at + self._dice.uniform(2.0, 4.0)
        while at < until:
            self._stage.do_at(at, self.act)
            at += self._dice.uniform(0.3, 4.0)

    def act(self) -> None:
        """Something that a person does now."""
        if self.is_gone:
            return
        acts: list[Callable[[], None]] = []
        acts += [self._begin_hand] * 3 if set(HAND_STEPS_DB) & self._stage.features else []
        acts += [self._panic] if F.PANIC in self._stage.features else []
        acts += [self._freeze] if F.FREEZE in self._stage.features else []
        acts += [self._undo] if F.UNDO in self._stage.features else []
        acts += [self._thumb] * 2 if F.THUMBS in self._stage.features else []
        acts += [self._recall] if F.RECALL in self._stage.features else []
        acts += [self._close] if F.CLOSED in self._stage.features else []
        acts += [self._not_a_number] if F.NAN in self._stage.features else []
        acts += [self._switch] if F.SWITCHES in self._stage.features else []
        if acts:
            self._dice.choice(acts)()

    def _panic(self) -> None:
        self._stage.press(m.PanicPressed(at=self._stage.at))
        self._stage.do_at(self._stage.at + self._dice.uniform(0.5, 4.0), self._rearm)

    def _rearm(self) -> None:
        self._stage.press(m.Rearmed(at=self._stage.at))

    def _freeze(self) -> None:
        self._stage.press(m.FreezeSwitched(at=self._stage.at, on=True))
        self._stage.do_at(self._stage.at + self._dice.uniform(0.1, 3.0), self._unfreeze)

    def _unfreeze(self) -> None:
        self._stage.press(m.FreezeSwitched(at=self._stage.at, on=False))

    def _undo(self) -> None:
        self._stage.press(m.UndoRequested(at=self._stage.at, move=""))

    def _thumb(self) -> None:
        value = self._dice.choice((-1.0, 1.0))
        self._stage.press(
            m.RewardReceived(
                at=self._stage.at, value=value, move="", reward_id=f"r{self._stage.at}"
            )
        )

    def _switch(self) -> None:
        place = (
            self._dice.randint(1, len(self._stage.desk.names)),
            self._dice.choice((Param.MUTE, Param.SOLO)),
        )
        for value, later in ((1.0, 0.0), (0.0, self._dice.uniform(0.2, 3.0))):
            self._stage.do_at(self._stage.at + later, partial(self._set_switch, place, value))

    def _set_switch(self, place: Place, value: float) -> None:
        self._stage.desk.switches[place] = value
        self._stage.to_bridge(value_message(*place, value))

    def _not_a_number(self) -> None:
        place = self._some_place()
        self._stage.to_bridge(value_message(*place, math.nan))
        self._stage.judge.cannot_say(place)

    def _some_place(self) -> Place:
        """Where our hand goes: often to what the bridge moves now."""
        dice = self._dice
        at, place = self._stage.last_write.at, self._stage.last_write.place
        chance, track = dice.random(), dice.randint(1, len(self._stage.desk.names))
        param = dice.choice((Param.GAIN, Param.GAIN, Param.PAN, *EQ_BANDS[:2]))
        if at > self._stage.at - 0.5 and chance < 0.7 and place in self._stage.desk.values:
            return place
        return track, param

    def _close(self) -> None:
        place = self._dice.randint(1, len(self._stage.desk.names)), Param.GAIN
        is_shut = not math.isfinite(self._stage.desk.values[place])
        self._moved(place, self._dice.uniform(-30.0, 0.0) if is_shut else OFF)

    def _begin_hand(self) -> None:
        dice = self._dice
        steps = [step for each, step in HAND_STEPS_DB.items() if each in self._stage.features]
        place, step_db, rate = (
            self._some_place(),
            dice.choice(steps),
            dice.choice((5, 10, 20, 50, 100)),
        )
        scale = 0.05 if place[1] is Param.PAN else 1.0
        manner = dice.choice(("plain", "along", "against", "back", "single"))
        sign = dice.choice((-1.0, 1.0))
        is_ours = self._stage.last_write.place == place and self._stage.last_write.direction != 0.0
        if is_ours and manner in ("along", "against"):
            sign = math.copysign(1.0, self._stage.last_write.direction) * (
                1.0 if manner == "along" else -1.0
            )
        most = max(1, min(int(rate * dice.uniform(0.2, HAND_S)), int(16.0 / step_db)))
        if not math.isfinite(self._stage.desk.values[place]):
            return
        # No hand comes back to just what the bridge wrote.
        start = self._stage.desk.values[place] + 0.37 * sign * step_db * scale
        plan = HandPlan(
            place=place, step=sign * step_db * scale, every_s=1.0 / rate,
            at=start, left=1 if manner == "single" else most,
            turn=most // 2 if manner == "back" else -1,
        )  # fmt: skip
        self._stage.tell(
            f"person   takes {place[0]} {place[1]}: {manner}, {plan.left} of {plan.step:.4f}"
        )
        self._go_on(plan)

    def _go_on(self, plan: HandPlan) -> None:
        sign = -1.0 if plan.left <= plan.turn else 1.0
        low, high = _REACH.get(plan.place[1], (-13.0, 13.0))
        plan.at = min(max(plan.at + sign * plan.step, low), high)
        self.touched[plan.place] = self._stage.at + plan.every_s + 0.05
        self._moved(plan.place, plan.at)
        plan.left -= 1
        if plan.left > 0:
            self._stage.do_at(self._stage.at + plan.every_s, partial(self._go_on, plan))

    def _moved(self, place: Place, value: float) -> None:
        changed = self._stage.desk.assign(*place, value, is_hand=True)
        if place not in changed:
            return
        changed = {each: float32(new) for each, new in changed.items()}
        self._stage.judge.changed(changed, Cause.HAND, self._stage.at)
        for each, new in changed.items():
            self._stage.to_bridge(value_message(*each, new), is_hand=each == place)

    def _recall(self) -> None:
        """Another scene: many values, one after the other."""
        dice = self._dice
        count = len(self._stage.desk.names)
        strips = dice.sample(range(1, count + 1), dice.randint(max(5, count // 2), count))
        scene: dict[Place, float] = {}
        for track in strips:
            for param in (Param.GAIN, Param.PAN, *EQ_BANDS):
                low, high = (-0.7, 0.7) if param is Param.PAN else (-12.0, 6.0)
                scene[track, param] = placed(self._stage.features, param, dice.uniform(low, high))
        for pair in (group.members for group in self._stage.desk.groups if group.kind is F.LINK):
            for param in (Param.GAIN, *EQ_BANDS):  # a desk stores a linked pair alike
                stored = [scene[track, param] for track in pair if (track, param) in scene]
                scene.update({(track, param): value for value in stored[:1] for track in pair})
        order = list(scene)
        dice.shuffle(order)
        lasts = dice.uniform(0.05, 0.8)
        self._stage.tell(f"person   recalls {len(strips)} strips in {lasts:.2f} s")
        for index, place in enumerate(order):
            one = {place: scene[place]}
            self._stage.do_at(self._stage.at + lasts * index / len(order), partial(self._load, one))

    def _load(self, scene: dict[Place, float]) -> None:
        changed = self._stage.desk.load(scene)
        self._stage.judge.changed(changed, Cause.RECALL, self._stage.at)
        for place, value in changed.items():
            self._stage.to_bridge(wire(value_message(*place, value)))
