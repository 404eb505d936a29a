"""The real ZynAddSubFX on loopback: echo, hands of a second client, patches, panic, bad input."""

import asyncio
import math
import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.ports import free_ports
from support.rig import Remote, running
from support.scripted_task import ScriptedTask
from support.zyn import ADDRESS, BANK, Client, needs_zyn, running_zyn

from bridge.agents.flat import FlatAgent
from bridge.daw.dialect import KeepsCopies
from bridge.daws import make_dialect
from bridge.daws.zyn.wire.params import NUMBER, PARAMS
from bridge.engine.engine import Engine
from bridge.engine.results import StepResult
from bridge.guard.limits import LIMITS, Profile
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind
from bridge.mix.contents import ContentChange
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode
from bridge.mix.notices import (
    Actor,
    ChangeNoticed,
    MoveReported,
    Notice,
    RequestRefused,
    StatusChanged,
)
from bridge.runtime.runner import Runner
from bridge.runtime.udp import UdpEndpoint
from bridge.tasks.task import Scene, Teaching, Variant

pytestmark = [needs_zyn, pytest.mark.slow]

PATIENCE_S = 60.0
PLACE = (ContentKind.PATCH, "part0")
BRASS = "/usr/share/zynaddsubfx/banks/Brass/0001-FM Thrumpet.xiz"
CUTOFF, RESONANCE = ADDRESS["Filter Cutoff"], ADDRESS["Filter Resonance"]


class Kept:
    """A journal that keeps nothing but what a test asks for."""

    trouble = ""

    def settle(self, reward: m.RewardReceived) -> bool:
        return False

    def append(self, event: m.Event, result: StepResult, memory: bytes | None) -> None:
        pass


class PatchTask(ScriptedTask):
    """The scripted task, which can want a patch as well.

    Attributes:
        patch: The path of the patch that it wants next; empty for none.
    """

    kinds = (ContentKind.PATCH,)

    def __init__(self) -> None:
        super().__init__()
        self.patch = ""

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        path, self.patch = self.patch, ""
        if not path:
            return super().propose(scene, count=count, explore=explore)
        (standing,) = scene.contents
        change = ContentChange(
            kind=standing.kind, key=standing.key, before=standing.text, after=path
        )
        return (
            Variant(
                changes=(change,), probability=1.0, score=0.0, confidence=0.0, reason="a patch"
            ),
        )


class Studio:
    """A bridge beside a real Zyn, with a task that wants what it is told, and a second client."""

    def __init__(self, runner: Runner, task: PatchTask, other: Client) -> None:
        self.runner = runner
        self.task = task
        self.other = other
        self.told: list[Notice] = []
        runner.watchers.append(self.told.append)

    def ask(self, event: Callable[..., m.PersonEvent], **fields: object) -> None:
        self.runner.request(event(at=asyncio.get_running_loop().time(), **fields))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await asyncio.sleep(0.01)

    async def audition(self, move: str, is_heard: Callable[[], bool], *, on: bool) -> None:
        """Ask to hear a move or not, and again where the bridge reads the tracks anew just then."""
        while not is_heard():
            refused = self.refusals() + 1
            self.ask(m.AuditionSwitched, move=move, on=on)
            await self.until(partial(self._is_settled, is_heard, refused))

    def _is_settled(self, is_heard: Callable[[], bool], refused: int) -> bool:
        return is_heard() or self.refusals() >= refused

    def refusals(self) -> int:
        return sum(isinstance(each, RequestRefused) for each in self.told)

    async def held(self, address: str) -> object:
        return await asyncio.to_thread(self.other.ask, address)

    def position(self, address: str) -> float:
        device = self.runner.engine.work.devices.focus
        return device.position(NUMBER[address]) if device else math.nan

    def states(self) -> list[str]:
        return [each.state.value for each in self.told if isinstance(each, MoveReported)]

    async def move(self, **wants: float) -> None:
        """Let one move be made and confirmed."""
        count = self.states().count("confirmed")
        self.task.wants.append({name.replace("_", " "): to for name, to in wants.items()})
        await self.until(lambda: self.states().count("confirmed") > count)


Act = Callable[[Studio], Awaitable[None]]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running_zyn() as port:
        yield port


def play(port: int, scene: Act) -> None:
    with closing(Client(port)) as other, TemporaryDirectory() as copies:
        other.load(BANK)
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as loop:
            loop.run(_play(port, scene, other, Path(copies)))


async def _play(port: int, scene: Act, other: Client, copies: Path) -> None:
    task = PatchTask()
    engine = Engine(
        agent=FlatAgent(step_size=0.5, discount=0.0, epsilon=0.0, seed=1),
        limits=LIMITS[Profile.STUDIO],
        mode=Mode.ASSIST,
        interval_s=0.05,
        session=1,
        learning_enabled=True,
        tasks={TaskName.SOUND: task},
    )
    dialect = make_dialect("zyn")
    assert isinstance(dialect, KeepsCopies)
    dialect.copies = str(copies / "copy")
    runner = Runner(
        engine=engine,
        dialect=dialect,
        daw=("127.0.0.1", port),
        session=1,
        read_every_s=0.5,
    )
    endpoint = UdpEndpoint.open(
        "127.0.0.1", 0, on_message=runner.receive, on_fault=runner.refuse, counters=runner.counters
    )
    runner.open(endpoint, Kept())
    studio = Studio(runner, task, other)
    try:
        runner.ask_daw()
        await studio.until(lambda: engine.status[0] == "online")
        studio.ask(d.FocusChosen, track="#1", what="")
        studio.ask(d.TaskChosen, task=TaskName.SOUND)
        await studio.until(lambda: engine.work.devices.focus is not None)
        await scene(studio)
    finally:
        runner.stop()
        endpoint.close()


def test_a_move_arrives_is_confirmed_and_undone(port: int) -> None:
    async def scene(studio: Studio) -> None:
        before = studio.position(CUTOFF), studio.position(ADDRESS["Amp Sustain"])
        towards = [0.2 if each > 0.5 else -0.2 for each in before]
        await studio.move(Filter_Cutoff=before[0] - towards[0], Amp_Sustain=before[1] - towards[1])
        held = PARAMS[0].read((await studio.held(CUTOFF),))  # type: ignore[arg-type]
        device = studio.runner.engine.work.devices.focus
        assert device
        assert held is not None
        assert device.specs[1].position(held) == pytest.approx(before[0] - towards[0], abs=1e-4)
        assert isinstance(await studio.held(ADDRESS["Amp Sustain"]), int)
        studio.ask(m.UndoRequested, move="")
        await studio.until(
            lambda: all(
                abs(studio.position(address) - was) < 1e-4
                for address, was in zip((CUTOFF, ADDRESS["Amp Sustain"]), before, strict=True)
            )
        )
        assert studio.states() == ["applied", "confirmed", "reverted"]

    play(port, scene)


def test_a_hand_of_a_second_client_wins_and_teaches(port: int) -> None:
    async def scene(studio: Studio) -> None:
        await studio.move(Filter_Resonance=0.5)
        for step in range(1, 31):
            studio.other.say(RESONANCE, 1.0 + 0.1 * step)
            await asyncio.sleep(0.04)  # faster, and the last value that Zyn keeps may be another
        await studio.until(lambda: any(isinstance(each, ChangeNoticed) for each in studio.told))
        (change,) = [each for each in studio.told if isinstance(each, ChangeNoticed)]
        assert change.actor is Actor.HAND
        held = await studio.held(RESONANCE)
        assert isinstance(held, float)
        assert change.to_value == pytest.approx(math.log(held / 0.1) / math.log(1e4), abs=1e-4)
        (hand,) = studio.task.taught(Teaching.HAND)
        assert hand.variants[0].positions.keys() == {2}

    play(port, scene)


def test_a_patch_that_is_loaded_is_read_anew_and_is_the_persons(port: int) -> None:
    async def scene(studio: Studio) -> None:
        await studio.move(Filter_Cutoff=0.9, Unison_Detune=0.9, Amp_Attack=0.3)
        studio.other.say("/load_xiz", 0, BANK)
        await studio.until(
            lambda: any(
                isinstance(each, StatusChanged) and "another patch was loaded" in each.text
                for each in studio.told
            )
        )
        assert studio.task.taught(Teaching.HAND) == []
        loaded = await studio.held(CUTOFF)
        studio.ask(m.PanicPressed)
        await asyncio.sleep(0.3)
        assert await studio.held(CUTOFF) == loaded

    play(port, scene)


def test_panic_brings_the_sound_back(port: int) -> None:
    async def scene(studio: Studio) -> None:
        before = await studio.held(CUTOFF)
        position = studio.position(CUTOFF)
        await studio.move(Filter_Cutoff=position - 0.3 if position > 0.5 else position + 0.3)
        assert await studio.held(CUTOFF) != before
        studio.ask(m.PanicPressed)
        await studio.until(lambda: abs(studio.position(CUTOFF) - position) < 1e-4)
        assert await studio.held(CUTOFF) == pytest.approx(before, rel=1e-3)

    play(port, scene)


def test_a_nan_that_zyn_keeps_makes_the_parameter_unknown_until_it_is_said_again(port: int) -> None:
    async def scene(studio: Studio) -> None:
        studio.other.say_bytes(_raw(CUTOFF, math.nan))
        await studio.until(lambda: math.isnan(studio.position(CUTOFF)))
        studio.other.say(CUTOFF, 1000.0)
        await studio.until(lambda: not math.isnan(studio.position(CUTOFF)))

    play(port, scene)


def _raw(address: str, value: float) -> bytes:
    """A float that our own encoder refuses to write."""
    padded = address.encode() + b"\0" * (4 - len(address) % 4)
    return padded + b",f\0\0" + struct.pack(">f", value)


def test_the_command_line_stands_beside_it_and_sees_a_hand(port: int, tmp_path: Path) -> None:
    settings = {"dialect": "zyn", "port": port}
    with running(tmp_path, daw=settings, mode="observe") as bridge, closing(Client(port)) as other:
        (own,) = free_ports(1)
        with closing(Remote(port=own, bridge_port=bridge.port)) as remote:
            remote.greet()
            remote.wait_for_status("online")
            for step in range(1, 11):
                other.say(RESONANCE, 5.0 + step)
            assert remote.hear("/bridge/change", "hand", 1, f"device/1/param/{NUMBER[RESONANCE]}")


def test_a_patch_of_the_bank_is_heard_picked_and_taken_back_exactly(port: int) -> None:
    async def scene(studio: Studio) -> None:
        engine = studio.runner.engine
        kinds = (ContentKind.PATCH,)
        before = await studio.held(CUTOFF)
        await studio.until(
            lambda: any(each.text for each in engine.work.contents.standing(0.0, kinds))
        )
        (standing,) = engine.work.contents.standing(0.0, kinds)
        assert await asyncio.to_thread(Path(standing.text).is_file)
        studio.ask(m.ModeChosen, mode=Mode.SUGGEST)
        await studio.until(lambda: engine.mode is Mode.SUGGEST)
        studio.task.patch = BRASS
        await studio.until(lambda: engine.work.offers.open is not None)
        offer = engine.work.offers.open
        assert offer is not None
        (move,) = offer.moves
        contents = engine.work.contents.contents
        await studio.audition(move.id, lambda: contents[PLACE].text == BRASS, on=True)
        loaded = await studio.held(CUTOFF)
        assert loaded != before
        await studio.audition(move.id, lambda: contents[PLACE].text == standing.text, on=False)
        assert await studio.held(CUTOFF) == before
        studio.ask(m.SuggestionAccepted, move=move.id)
        await studio.until(lambda: studio.states()[-1] == "confirmed")
        assert await studio.held(CUTOFF) == loaded
        studio.ask(m.UndoRequested, move="")
        await studio.until(lambda: engine.work.contents.contents[PLACE].text == standing.text)
        assert await studio.held(CUTOFF) == before
        assert not any(isinstance(each, ChangeNoticed) for each in studio.told)

    play(port, scene)
