"""A running bridge beside a desk in memory, in virtual time: the runner, the link, the dialect.

The wire between them has a delay and loses what it is told to.
"""

import random
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from bridge.config import DeskSettings
from bridge.daws.desk.study.fake import FakeDesk, Told
from bridge.daws.desk.study.wishes import WishingAgent
from bridge.daws.desk.wire.dialect import DeskDialect
from bridge.daws.desk.wire.writes import is_write
from bridge.engine.engine import Engine
from bridge.engine.results import StepResult
from bridge.guard.limits import LIMITS, Profile
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import ChangeNoticed, MoveReported, Notice, StatusChanged
from bridge.mix.params import Param
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage, OscPacket
from bridge.runtime.runner import Runner
from bridge.runtime.virtual_loop import VirtualLoop

PEER = ("192.168.1.64", 10023)
START_S = 100.0


@dataclass(slots=True)
class _Record:
    """Keeps what the engine did."""

    steps: list[tuple[m.Event, StepResult]] = field(default_factory=list)
    trouble: str = ""

    def settle(self, _: m.RewardReceived) -> bool:
        """No reward is known."""
        return False

    def append(self, event: m.Event, result: StepResult, _: bytes | None) -> None:
        """Keep a step."""
        self.steps.append((event, result))


class _Nowhere:
    """The port where people speak; nobody does."""

    address = ("127.0.0.1", 9400)
    lost = 0

    def send(self, packet: OscPacket, address: tuple[str, int]) -> None:
        """Nobody hears it."""


class Stage:
    """A bridge, a desk, a wire.

    Args:
        desk: The desk.
        mode: The bridge's.
        agent: What the bridge wants.
        profile: Limits.
        interval_s: Between two moves.
        delay_s: Of the wire, each way.
        loss: Share of datagrams that are lost, each way.
        seed: Of what is lost.
        options: As in the settings.

    Attributes:
        said: All that the bridge sent, with the time.
    """

    client, writer = "bridge", "bridge's writes"

    def __init__(
        self,
        desk: FakeDesk,
        *,
        mode: Mode = Mode.OBSERVE,
        agent: WishingAgent | None = None,
        profile: Profile = Profile.LIVE,
        interval_s: float = 1.0,
        delay_s: float = 0.0005,
        loss: float = 0.0,
        seed: int = 0,
        options: DeskSettings | None = None,
    ) -> None:
        self.desk = desk
        self._mode = mode
        self.agent = agent or WishingAgent()
        self.said: list[tuple[float, OscMessage]] = []
        self.loop = VirtualLoop(START_S)
        self.dialect = DeskDialect(options or DeskSettings())
        can = self.dialect.capabilities
        self.engine = Engine(
            agent=self.agent,
            limits=LIMITS[profile],
            mode=mode,
            interval_s=interval_s,
            session=1,
            learning_enabled=True,
            steps=can.steps,
            nearest=can.nearest,
            is_live=True,
        )
        self.record = _Record()
        self.notices: list[tuple[float, Notice]] = []
        self.is_cut = False
        self._delay_s, self.loss, self._dice = delay_s, loss, random.Random(seed)  # noqa: S311 - chance of a test
        self.runner: Runner
        self.peer = PEER  # the door's name for who is the DAW at the people's port
        self.loop.call_soon(self._begin)
        self.loop.play(START_S)

    def _begin(self) -> None:
        self.runner = Runner(
            engine=self.engine,
            dialect=self.dialect,
            daw=PEER,
            session=1,
            read_every_s=1.0,
        )
        self.runner.watchers.append(lambda each: self.notices.append((self.at, each)))
        self.runner.door = self
        self.runner.open(_Nowhere(), self.record)  # type: ignore[arg-type]
        self.runner.ask_daw()
        self._tick()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with closing(self.loop):
            self.runner.stop()

    # -- the wire --------------------------------------------------------------------------------

    @property
    def at(self) -> float:
        """Virtual time, seconds since the beginning."""
        return self.loop.time() - START_S

    def send(self, packet: OscPacket) -> None:
        """The bridge says something."""
        (message,) = decode(encode(packet))
        self.said.append((self.at, message))
        client = self.writer if is_write(message) else self.client
        if self._passes():
            self.loop.call_later(self._delay_s, self._to_desk, client, message)

    def close(self) -> None:
        """Nothing is open."""

    def _passes(self) -> bool:
        return not self.is_cut and self._dice.random() >= self.loss

    def _to_desk(self, client: str, message: OscMessage) -> None:
        self.deliver(self.desk.receive(client, message, self.loop.time()))

    def deliver(self, told: Told) -> None:
        """The desk says something; what is for other clients is theirs."""
        for place, (client, message) in enumerate(told):
            if client == self.client and self._passes():
                later = self._delay_s + 2e-5 * place
                self.loop.call_later(later, self._to_bridge, message)

    def _to_bridge(self, message: OscMessage) -> None:
        (heard,) = decode(encode(message))
        self.runner.receive_daw(heard, PEER, self.loop.time())

    def _tick(self) -> None:
        self.deliver(self.desk.tick(self.loop.time()))
        self.loop.call_later(0.05, self._tick)

    # -- what happens ----------------------------------------------------------------------------

    def let_pass(self, seconds: float) -> None:
        """Time passes."""
        self.loop.play(self.loop.time() + seconds)

    def until(self, is_so: Callable[[], bool], within_s: float = 20.0) -> float:
        """Let time pass until something is so; returns when that was."""
        begin = self.at
        while not is_so():
            if self.at - begin >= within_s:
                raise TimeoutError(f"not within {within_s:g} s; {self.engine.status}")
            self.let_pass(0.01)
        return self.at

    def connect(self, within_s: float = 10.0) -> float:
        """Wait until the bridge is online; returns when that was.

        For assist somebody then pins the mix.
        """
        at = self.until(lambda: self.runner.link.state is LinkState.ONLINE, within_s)
        if self._mode is Mode.ASSIST and not self.engine.detours.pins:
            self.press(m.MixPinned(at=self.loop.time(), slot=m.Slot.A))
        return at

    def ready(self) -> Self:
        """Wait until everything has been read, and heard for a while."""
        self.connect()
        self.let_pass(6.0)
        return self

    def hand(self, address: str, value: OscArg) -> None:
        """Somebody at the desk moves a control."""
        self.deliver(self.desk.hand(address, value, self.loop.time()))

    def hand_db(self, channel: int, level_db: float) -> None:
        """Somebody moves a fader."""
        self.deliver(self.desk.hand_db(channel, level_db, self.loop.time()))

    def load(self, scene: dict[str, OscArg], *, is_announced: bool) -> None:
        """Somebody loads a scene."""
        self.deliver(self.desk.load(scene, self.loop.time(), is_announced=is_announced))

    def press(self, event: m.PersonEvent) -> None:
        """A person asks the bridge for something."""
        self.runner.request(event)

    def wish(self, channel: int, param: Param, step: float) -> None:
        """The bridge wants to move a channel."""
        self.agent.wishes.append((self.key(channel), param, step))

    def key(self, channel: int) -> str:
        """The identity of a channel."""
        return f"{self.desk.name}/ch/{channel:02}"

    # -- what came of it -------------------------------------------------------------------------

    @property
    def writes(self) -> list[tuple[float, str, float]]:
        """All that the bridge wrote: when, where and what."""
        return [
            (at, said.address, float(said.args[0]))  # type: ignore[arg-type]
            for at, said in self.said
            if said.args and said.address not in ("/meters",)
        ]

    def moves(self, state: MoveState) -> list[MoveReported]:
        """The moves that came to a state."""
        told = (each for _, each in self.notices)
        return [e for e in told if isinstance(e, MoveReported) and e.state is state]

    @property
    def hands(self) -> list[ChangeNoticed]:
        """The hands that were noticed."""
        told = (each for _, each in self.notices)
        return [e for e in told if isinstance(e, ChangeNoticed) and e.actor.value == "hand"]

    @property
    def sentences(self) -> list[str]:
        """What a person was told."""
        return [each.text for _, each in self.notices if isinstance(each, StatusChanged)]

    def value(self, channel: int, param: Param) -> float:
        """What the bridge believes that a channel holds."""
        return self.engine.mix.value(self.engine.mix.strips[channel - 1], param)

    def barred(self, channel: int) -> dict[Any, str]:
        """Why a channel is left alone."""
        return self.engine.mix.strips[channel - 1].barred


def sounding(desk: FakeDesk, channels: Iterable[int] = range(1, 33)) -> FakeDesk:
    """A desk whose channels play."""
    desk.meters_dbfs.update(dict.fromkeys(channels, -18.0))
    return desk
