"""Whatever happens at a desk and on its wire: what holds all the same, in any order of events."""

import random
import re

import pytest

from bridge.daws.desk.study.checks import x32, xr18
from bridge.daws.desk.study.fake import FakeDesk
from bridge.daws.desk.study.stage import Stage
from bridge.daws.desk.wire import laws
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode
from bridge.mix.params import LockClass, Param
from bridge.osc.message import OscArg

_OURS = re.compile(r"/ch/\d\d/(mix/fader|mix/pan|eq/[1-4]/g)")
_HOLD_S = 10.0


class Storm:
    """A bridge that moves whatever it may, and everything that can happen to it."""

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self.stage, self.dice = stage, dice
        self.hands: list[tuple[float, int]] = []

    def wish(self) -> None:
        param = self.dice.choice((Param.GAIN, Param.GAIN, Param.PAN, Param.EQ_LOW, Param.EQ_HIGH))
        step = self.dice.choice((-0.5, 0.5)) * (0.1 if param is Param.PAN else 1.0)
        self.stage.agent.wishes.clear()
        self.stage.wish(self.channel(), param, step)

    def channel(self) -> int:
        return self.dice.randint(1, self.stage.desk.channels)

    def hand(self) -> None:
        channel, level = self.channel(), self.dice.uniform(-20.0, 5.0)
        base = self.stage.desk.fader_db(channel)
        for step in range(1, 11):
            self.stage.hand_db(channel, base + (level - base) * step / 10.0)
            self.stage.let_pass(0.03)
        self.hands.append((self.stage.at, channel))

    def scene(self) -> None:
        channels = range(1, self.stage.desk.channels + 1)
        scene: dict[str, OscArg] = {}
        for channel in self.dice.sample(channels, self.dice.randint(6, len(channels))):
            scene[f"/ch/{channel:02}/mix/fader"] = self.dice.uniform(0.3, 0.8)
            scene[f"/ch/{channel:02}/eq/2/g"] = self.dice.uniform(0.3, 0.7)
        self.stage.load(scene, is_announced=self.dice.random() < 0.5)

    def group(self) -> None:
        group = self.dice.randint(1, 4)
        self.stage.hand(f"/config/mute/{group}", self.dice.randint(0, 1))

    def link(self) -> None:
        odd = self.dice.randrange(1, self.stage.desk.channels, 2)
        self.stage.hand(f"/config/chlink/{odd}-{odd + 1}", self.dice.randint(0, 1))

    def dca(self) -> None:
        self.stage.hand("/dca/1/fader", self.dice.uniform(0.0, 0.9))

    def send(self) -> None:
        self.stage.hand(f"/ch/{self.channel():02}/mix/01/level", self.dice.choice((0.0, 0.6)))

    def rename(self) -> None:
        name = self.dice.choice(("Kick", "Vox", "", "Pastor", "Gtr"))
        self.stage.hand(f"/ch/{self.channel():02}/config/name", name)

    def power(self) -> None:
        self.stage.desk.is_on = False
        self.stage.let_pass(self.dice.uniform(0.5, 6.0))
        self.stage.desk.reboot()
        self.stage.desk.is_on = True

    def press(self) -> None:
        at = self.stage.loop.time()
        presses = (m.UndoRequested(at=at, move=""), m.PanicPressed(at=at), m.Rearmed(at=at))
        self.stage.press(self.dice.choice(presses))
        self.stage.press(m.Rearmed(at=self.stage.loop.time()))


@pytest.mark.parametrize("seed", range(6))
def test_in_any_storm_it_writes_only_what_it_may_and_knows_what_the_desk_holds(seed: int) -> None:
    dice = random.Random(seed)
    make = x32 if seed % 2 else xr18
    desk: FakeDesk = make(tells_writers=dice.random() < 0.5, floors=dice.random() < 0.5)
    for number in range(1, desk.channels + 1):
        desk.values[f"/ch/{number:02}/grp/mute"] = dice.choice((0, 0, 1, 2))
        desk.values[f"/ch/{number:02}/grp/dca"] = dice.choice((0, 0, 1))
    loss = dice.choice((0.0, 0.05))
    with Stage(desk, mode=Mode.ASSIST, delay_s=dice.choice((0.001, 0.02)), seed=seed) as stage:
        stage.ready()
        stage.loss = loss
        storm = Storm(stage, dice)
        acts = (
            storm.wish, storm.wish, storm.wish, storm.hand, storm.hand, storm.scene, storm.group,
            storm.link, storm.dca, storm.send, storm.rename, storm.power, storm.press,
        )  # fmt: skip
        for _ in range(40):
            dice.choice(acts)()
            stage.let_pass(dice.choice((0.05, 0.4, 1.5, 3.0)))
        stage.loss = 0.0
        stage.agent.wishes.clear()
        stage.let_pass(20.0)
        assert stage.runner.counters.faults == 0
        assert all(_OURS.fullmatch(address) for _, address, _ in stage.writes)
        _check_hands(stage, storm)
        _check_knowledge(stage)


def _check_hands(stage: Stage, storm: Storm) -> None:
    """After a hand nothing is written there for as long as it holds, but what a person asks for."""
    for at, channel in storm.hands:
        written = [
            command
            for event, result in stage.record.steps
            for command in result.commands
            if isinstance(command, m.SetParam)
            and command.track == channel
            and command.param is Param.GAIN
            and at - 0.25 < event.at - 100.0 < at + _HOLD_S
            and command.move
            and not command.move.endswith(m.BACK)
        ]
        assert written == [], (at, channel)


def _check_knowledge(stage: Stage) -> None:
    """What the bridge believes is what the desk holds, to within a place."""
    assert stage.runner.link.state is LinkState.ONLINE
    for number, strip in enumerate(stage.engine.mix.strips, start=1):
        name = stage.desk.values[f"/ch/{number:02}/config/name"]
        assert strip.name == (name or f"Ch {number:02}")
        if "goes with" in strip.barred.get(LockClass.ALL, "") or not name:
            continue
        for param, tail in ((Param.GAIN, "mix/fader"), (Param.PAN, "mix/pan")):
            if param is Param.PAN and {LockClass.PAN, LockClass.ALL} & strip.barred.keys():
                continue  # the pan of a linked pair has no single value
            held = laws.read(param, stage.desk.number(f"/ch/{number:02}/{tail}"))
            assert abs(stage.value(number, param) - held) <= laws.step(param, held), (number, param)
