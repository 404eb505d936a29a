"""A running bridge and a peer on one loop, over real sockets of loopback."""

import asyncio
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.desk import ScriptedAgent, make_engine

import bridge
from bridge.app import open_bridge, run
from bridge.config import Settings
from bridge.daw.dialect import RowDialect
from bridge.daw.generic import GenericDialect
from bridge.errors import NetworkError
from bridge.guard.limits import Profile
from bridge.journal.journal import Journal
from bridge.journal.store import open_store
from bridge.journal.writer import JournalReport
from bridge.mix.messages import Mode, SetParam
from bridge.mix.params import Param
from bridge.mix.state import Observation
from bridge.osc.message import OscMessage
from bridge.runtime.runner import Runner
from bridge.runtime.udp import Address, UdpEndpoint

PATIENCE_S = 60.0


class FaultyAgent(ScriptedAgent):
    """Has a fault: it cannot say which moves there are."""

    def steps(self, observation: Observation) -> NDArray[np.float64]:
        raise ZeroDivisionError("a fault for the test")


class Peer:
    """A DAW of two strips that obeys and echoes, and a remote; it hears everything."""

    def __init__(self, bridge_at: Address) -> None:
        self.heard: list[OscMessage] = []
        self.values: dict[str, float] = {"/mix/track/1/gain": -6.0, "/mix/track/2/gain": -3.0}
        self._bridge = bridge_at
        self._arrived = asyncio.Event()
        self.endpoint = UdpEndpoint.open("127.0.0.1", 0, on_message=self._take)

    def say(self, address: str, *args: str | float) -> None:
        self.endpoint.send(OscMessage(address, args), self._bridge)

    def _take(self, message: OscMessage, _: Address, __: float) -> None:
        self.heard.append(message)
        if message.address == "/mix/refresh":
            (number,) = message.args
            assert isinstance(number, int)
            self.dump(number)
        elif message.address in self.values:
            (value,) = message.args
            assert isinstance(value, float)
            self.values[message.address] = value
            self.say(message.address, value)
        self._arrived.set()

    def dump(self, number: int = 0) -> None:
        self.say("/mix/tracks", 2)
        for track, name in enumerate(("Bass", "Vox"), start=1):
            self.say(f"/mix/track/{track}/name", name)
        for address, value in self.values.items():
            self.say(address, value)
        self.say("/mix/synced", number)

    async def until(self, address: str, *begins: object) -> OscMessage:
        """The first message to this address whose arguments begin so, said by now or later."""

        async def find() -> OscMessage:
            while True:
                for message in self.heard:
                    if message.address == address and message.args[: len(begins)] == begins:
                        return message
                self._arrived.clear()
                await self._arrived.wait()

        try:
            return await asyncio.wait_for(find(), PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f"no {address} {begins} among {self.heard}") from None


Scene = Callable[[Runner, Peer], Awaitable[None]]


class Stage:
    """Plays a scene with a bridge whose agent has the given wishes."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "bridge.db"
        self.agent = ScriptedAgent()
        self.agent.wishes = [("Vox", Param.GAIN, 1.0)]
        self.mode = Mode.SUGGEST

    def play(self, scene: Scene, *, connected: bool = True) -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as loop:
            loop.run(self._play(scene, connected=connected))

    async def _play(self, scene: Scene, *, connected: bool) -> None:
        store = open_store(self.store)
        made = make_engine(
            self.agent, mode=self.mode, profile=Profile.OFF, interval_s=0.02, session=store.session
        )
        # The DAW's port must be known to the runner, and the bridge's to the peer.
        endpoint = UdpEndpoint.open(
            "127.0.0.1",
            0,
            on_message=lambda *heard: runner.receive(*heard),  # noqa: PLW0108 - made below
            on_fault=lambda *fault: runner.refuse(*fault),  # noqa: PLW0108
        )
        peer = Peer(endpoint.address)
        runner = Runner(
            engine=made, dialect=GenericDialect(), daw=peer.endpoint.address,
            session=store.session, read_every_s=0.05,
        )  # fmt: skip
        endpoint.counters = runner.counters
        journal = Journal(
            store, config_json="{}", memory=None, loop=asyncio.get_running_loop(),
            listen=runner.apply_report,
        )  # fmt: skip
        runner.open(endpoint, journal)
        try:
            if connected:
                peer.say("/bridge/hello", peer.endpoint.address[1])
                await peer.until("/bridge/status", "online")
            await scene(runner, peer)
        finally:
            runner.stop()
            await asyncio.to_thread(journal.close)
            endpoint.close()
            peer.endpoint.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the journal holds."""
        connection = sqlite3.connect(self.store)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_hello_is_answered_with_the_version_the_status_and_the_open_suggestion(
    stage: Stage,
) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        await peer.until("/bridge/move", "1-1", "proposed")
        peer.heard.clear()
        peer.say("/bridge/hello", peer.endpoint.address[1])
        assert (await peer.until("/bridge/welcome")).args == (bridge.__version__, 1)
        await peer.until("/bridge/status", "online")
        move = await peer.until("/bridge/move")
        assert move.args[:4] == ("1-1", "proposed", 2, "gain")
        assert (await peer.until("/bridge/rateable")).args == ("1-1", "suggestion")

    stage.play(scene)


def test_the_daw_is_asked_for_all_it_has_and_then_is_online(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        await peer.until("/mix/refresh", 1)
        peer.say("/bridge/hello", peer.endpoint.address[1])
        await peer.until("/bridge/status", "online")
        assert [strip.name for strip in runner.engine.mix.strips] == ["Bass", "Vox"]

    stage.play(scene, connected=False)


def test_an_accepted_suggestion_is_written_echoed_and_confirmed(stage: Stage) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        await peer.until("/bridge/move", "1-1", "proposed")
        peer.say("/bridge/accept", "1-1")
        await peer.until("/bridge/move", "1-1", "applied")
        await peer.until("/mix/track/2/gain", -2.0)
        await peer.until("/bridge/move", "1-1", "confirmed")
        assert peer.values["/mix/track/2/gain"] == -2.0

    stage.play(scene)


def test_what_a_thumb_is_about_is_told_when_it_changes_and_only_then(stage: Stage) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        await peer.until("/bridge/rateable", "1-1", "suggestion")
        peer.say("/bridge/accept", "1-1")
        await peer.until("/bridge/rateable", "1-1", "move")
        await peer.until("/bridge/move", "1-1", "confirmed")
        peer.say("/bridge/reward", 1.0, "1-1", "mine")
        await peer.until("/bridge/rewarded", "mine")
        await peer.until("/bridge/rateable", "", "")
        told = [message.args for message in peer.heard if message.address == "/bridge/rateable"]
        assert told[-3:] == [("1-1", "suggestion"), ("1-1", "move"), ("", "")]

    stage.play(scene)


def test_a_reward_is_acknowledged_only_when_it_is_on_disk(stage: Stage) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        await peer.until("/bridge/move", "1-1", "proposed")
        peer.say("/bridge/reward", 0.5, "1-1", "mine")
        assert (await peer.until("/bridge/rewarded")).args == ("mine", "1-1", 0.5)
        rows = stage.rows("SELECT reward_id, move, value FROM rewards")
        assert rows == [("mine", "1-1", 0.5)]

    stage.play(scene)


def test_nothing_is_acknowledged_before_the_journal_says_so(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        reports: list[JournalReport] = []
        journal = runner._journal
        assert journal is not None
        journal._listen = reports.append  # the report is held back
        peer.say("/bridge/reward", 0.5, "", "mine")
        peer.say("/bridge/mode", "observe")
        while not reports:
            await asyncio.sleep(0)
        assert not [m for m in peer.heard if m.address == "/bridge/rewarded"]
        runner.apply_report(reports[0])
        await peer.until("/bridge/rewarded", "mine")

    stage.play(scene)


def test_a_retry_of_a_reward_is_acknowledged_again_and_counted_once(stage: Stage) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        await peer.until("/bridge/move", "1-1", "proposed")
        for _ in range(2):
            peer.heard.clear()
            peer.say("/bridge/reward", 1.0, "1-1", "mine")
            await peer.until("/bridge/rewarded", "mine", "1-1")
        assert len(stage.agent.lessons) == 1

    stage.play(scene)


def test_rewards_without_an_id_are_given_one(stage: Stage) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        peer.say("/bridge/reward", 1.0)
        peer.say("/bridge/reward", 1.0)
        await peer.until("/bridge/rewarded", "r1-1")
        await peer.until("/bridge/rewarded", "r1-2")

    stage.play(scene)


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (("/bridge/mode", "wild"), "/bridge/mode: mode: expected"),
        (("/bridge/nonsense",), "/bridge/nonsense: no such request"),
        (("/bridge/reward", 7.0), "/bridge/reward: value: expected"),
        (("/bridge/accept", "9-9"), "accept: '9-9' is not the open suggestion"),
        (("/bridge/safe", "Tuba", "all", 1), "safe: there is no track 'Tuba'"),
    ],
)
def test_a_bad_request_is_answered_with_an_error(
    stage: Stage, request_: tuple[str | float, ...], complaint: str
) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        address, *args = request_
        peer.say(str(address), *args)
        (text,) = (await peer.until("/bridge/error")).args
        assert str(text).startswith(complaint)

    stage.play(scene)


class Stranger:
    """A program that asks and has not said hello."""

    def __init__(self, bridge_at: Address) -> None:
        self.heard: list[OscMessage] = []
        self._bridge = bridge_at
        self.endpoint = UdpEndpoint.open(
            "127.0.0.1", 0, on_message=lambda message, _, __: self.heard.append(message)
        )

    def say(self, address: str, *args: str | float) -> None:
        self.endpoint.send(OscMessage(address, args), self._bridge)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (("/bridge/reward", 127), "/bridge/reward: value: expected"),
        (("/bridge/hello",), "/bridge/hello: expected port"),
        (("/bridge/rewards", 1.0), "did you mean /bridge/reward?"),
        (("/Bridge/Reward", 1.0), "did you mean /bridge/reward?"),
        (("/bridge/safe", "Tuba", "all", 1), "safe: there is no track 'Tuba'"),
        (("/bridge/undo", "9-9"), "undo: there is no move '9-9'"),
    ],
)
def test_who_has_not_said_hello_is_answered_where_it_asked_from(
    stage: Stage, request_: tuple[str | float, ...], words: str
) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        assert runner._endpoint is not None
        stranger = Stranger(runner._endpoint.address)
        address, *args = request_
        stranger.say(str(address), *args)
        (text,) = (await peer.until("/bridge/error")).args
        await asyncio.wait_for(_until(lambda: bool(stranger.heard)), PATIENCE_S)
        assert words in str(text)
        assert stranger.heard == [OscMessage("/bridge/error", (text,))]
        assert runner.counters.refused == 1
        stranger.endpoint.close()

    stage.play(scene)


def test_an_answer_of_the_bridge_that_comes_back_is_not_answered(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        assert runner._endpoint is not None
        for name in ("error", "welcome", "status", "stat", "fact"):
            runner.receive(OscMessage(f"/bridge/{name}", ("x",)), ("127.0.0.1", 9), 1.0)
        runner.receive(OscMessage("/bridge/oops"), runner._endpoint.address, 1.0)
        assert runner.counters.unsent == 0
        assert runner.counters.refused == 1
        assert not [m for m in peer.heard if m.address == "/bridge/error"]

    stage.play(scene)


def test_a_flood_of_wrong_requests_gets_a_few_answers(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        for _ in range(100):
            runner.receive(OscMessage("/bridge/mode", ("wild",)), peer.endpoint.address, 1.0)
            runner.receive(OscMessage("/bridge/mode", ("wild",)), ("127.0.0.1", 9), 1.0)
        assert runner.counters.refused == 200
        assert runner.counters.unanswered_errors == 96

    stage.play(scene)


def test_a_press_that_bounces_and_its_release_are_one_press(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        await peer.until("/bridge/move", "1-1", "proposed")
        for value in (1.0, 0.0, 1.0, 0.0):
            peer.say("/bridge/skip", value)
        await peer.until("/bridge/move", "1-1", "skipped")
        await peer.until("/bridge/move", "1-2", "proposed")
        assert (runner.counters.releases, runner.counters.repeated_presses) == (2, 1)
        assert not [m for m in peer.heard if m.address == "/bridge/error"]

    stage.agent.wishes = [("Vox", Param.GAIN, 1.0), ("Vox", Param.GAIN, 1.5)]
    stage.play(scene)


def test_a_reward_of_0_that_names_no_move_reaches_neither_the_engine_nor_the_journal(
    stage: Stage,
) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        await peer.until("/bridge/move", "1-1", "proposed")
        peer.say("/bridge/reward", 0.0)
        peer.say("/bridge/reward", 0.0, "", "waits")
        assert (await peer.until("/bridge/rewarded")).args == ("waits", "", 0.0)
        peer.say("/bridge/reward", 0.0, "1-1", "neutral")
        await peer.until("/bridge/rewarded", "neutral", "1-1")
        assert stage.rows("SELECT reward_id FROM rewards") == [("neutral",)]
        assert runner.counters.neutral_rewards == 2

    stage.play(scene)


@pytest.mark.parametrize("tags", [b",m\0\0\0\0\0\0", b",b\0\0\0\0\0\0", b",f\0\0", b",Q\0\0"])
def test_panic_is_a_panic_whatever_follows_its_address(stage: Stage, tags: bytes) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        assert runner._endpoint is not None
        datagram = b"/bridge/panic\0\0\0" + tags
        peer.endpoint._socket.sendto(datagram, runner._endpoint.address)
        await peer.until("/bridge/status", "panic")

    stage.play(scene)


def test_a_control_that_cannot_be_read_is_unknown_until_it_is_said_again(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        assert runner._endpoint is not None
        mix = runner.engine.mix
        datagram = b"/mix/track/2/gain\0\0\0,m\0\0\0\0\0\0"
        peer.endpoint._socket.sendto(datagram, runner._endpoint.address)
        await asyncio.wait_for(_until(lambda: bool(np.isnan(mix.values[1, 0]))), PATIENCE_S)
        peer.say("/mix/track/2/gain", -3.5)
        await asyncio.wait_for(_until(lambda: mix.values[1, 0] == -3.5), PATIENCE_S)
        peer.say("/mix/track/2/gain", "loud")
        await asyncio.wait_for(_until(lambda: bool(np.isnan(mix.values[1, 0]))), PATIENCE_S)
        assert runner.counters.undecodable == 1
        assert runner.counters.misunderstood == 1

    stage.mode = Mode.OBSERVE
    stage.play(scene)


@pytest.mark.slow
def test_a_value_after_an_unknown_one_ends_no_news_of_later_hands(stage: Stage) -> None:
    """A change from nowhere has no number that OSC could carry."""

    async def scene(runner: Runner, peer: Peer) -> None:
        mix = runner.engine.mix
        peer.say("/mix/track/2/gain", "loud")
        await asyncio.wait_for(_until(lambda: bool(np.isnan(mix.values[1, 0]))), PATIENCE_S)
        peer.say("/mix/track/2/gain", -9.0)
        await asyncio.wait_for(_until(lambda: mix.values[1, 0] == -9.0), PATIENCE_S)
        peer.say("/mix/track/1/gain", -4.0)
        told = [await peer.until("/bridge/change", *who) for who in (("daw", 2), ("hand", 1))]
        assert [message.args[3:] for message in told] == [(-3.0, -9.0), (-6.0, -4.0)]
        assert runner.counters.faults == 0

    stage.mode = Mode.OBSERVE
    stage.play(scene)


def test_a_track_beyond_the_number_is_counted_and_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        assert runner.counters.beyond == 0
        for track in (98, 99):
            peer.say(f"/mix/track/{track}/gain", -3.0)
        await asyncio.wait_for(_until(lambda: runner.counters.beyond == 2), PATIENCE_S)

    with caplog.at_level(logging.WARNING):
        stage.play(scene)
    assert caplog.text.count("there are 2 tracks") == 1


def test_the_counters_are_told_to_who_asks_up_to_an_empty_name(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        peer.say("/bridge/nonsense")
        await peer.until("/bridge/error")
        peer.say("/bridge/stats")
        await peer.until("/bridge/stat", "", 0)
        stats = [message.args for message in peer.heard if message.address == "/bridge/stat"]
        assert stats[-1] == ("", 0)
        assert ("refused", 1) in stats
        assert {name for name, _ in stats} == {*runner.stats(), ""}

    stage.play(scene)


@pytest.mark.slow
def test_a_daw_that_is_asked_again_is_counted(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        assert runner.stats()["asked_again"] == 0
        peer.dump = lambda number=0: None  # type: ignore[method-assign]  # it falls silent
        await asyncio.wait_for(_until(lambda: runner.stats()["asked_again"] > 0), PATIENCE_S)

    stage.play(scene)


def test_what_the_daw_says_wrongly_is_counted_and_the_rest_goes_on(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        peer.say("/mix/track/1/gain", "loud")
        peer.say("/mix/wind", 3)
        peer.say("/bridge/error", "another bridge's")
        peer.say("/bridge/freeze", 1)
        await peer.until("/bridge/status", "frozen")
        assert (runner.counters.misunderstood, runner.counters.unknown) == (1, 1)

    with caplog.at_level(logging.WARNING):
        stage.play(scene)
    assert any("/mix/track/1/gain" in record.getMessage() for record in caplog.records)


@pytest.mark.slow
def test_what_the_dialect_has_no_words_for_is_told_and_the_daw_asked_what_it_holds(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        rows = runner.dialect
        assert isinstance(rows, RowDialect)
        del rows._by_meaning[SetParam, Param.GAIN]  # as a strip that has lost a control
        await peer.until("/bridge/move", "1-1", "proposed")
        peer.say("/bridge/accept", "1-1")
        await peer.until("/bridge/move", "1-1", "unconfirmed")
        await peer.until("/mix/refresh", 2)
        assert runner.counters.unsaid == 2

    with caplog.at_level(logging.WARNING):
        stage.play(scene)
    assert "no words" in caplog.text


def test_a_fault_in_the_engine_freezes_and_the_daemon_lives(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.agent = FaultyAgent()

    async def scene(_: Runner, peer: Peer) -> None:
        await peer.until("/bridge/status", "frozen")
        peer.say("/bridge/reward", 1.0, "", "after")
        await peer.until("/bridge/rewarded", "after")

    with caplog.at_level(logging.ERROR):
        stage.play(scene)
    assert caplog.text.count("fault in the engine at Tick") == 1


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0)


@pytest.mark.slow
def test_the_heartbeat_names_the_mode(stage: Stage) -> None:
    async def scene(_: Runner, peer: Peer) -> None:
        beat = await peer.until("/bridge/heartbeat")
        assert beat.args[1] == "suggest"

    stage.play(scene)


def test_of_many_remotes_the_one_unheard_of_for_longest_gives_way(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        for port in range(20_001, 20_033):
            runner.receive(OscMessage("/bridge/hello", (port,)), ("127.0.0.1", 1), 0.0)
        peer.heard.clear()
        peer.say("/bridge/freeze", 1)
        await asyncio.wait_for(_until(lambda: runner.engine.guard.is_frozen), PATIENCE_S)
        peer.say("/bridge/hello", peer.endpoint.address[1])
        await peer.until("/bridge/welcome")
        assert not [m for m in peer.heard if m.args[:1] == ("online",)]

    stage.play(scene)


def test_trouble_of_the_journal_is_told_as_degraded_but_panic_is_told_first(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        journal = runner._journal
        assert journal is not None
        journal._report_trouble(JournalReport(trouble="The disk is full."))
        status = await peer.until("/bridge/status", "degraded")
        assert status.args[1] == "The disk is full."
        peer.say("/bridge/reward", 1.0, "", "lost")
        (text,) = (await peer.until("/bridge/error")).args
        assert "not accepted; send it again" in str(text)
        peer.say("/bridge/panic")
        await peer.until("/bridge/status", "panic")

    with caplog.at_level(logging.WARNING):
        stage.play(scene)
    assert "The disk is full." in caplog.text


def test_after_stop_nothing_more_is_taken(stage: Stage) -> None:
    async def scene(runner: Runner, peer: Peer) -> None:
        runner.stop()
        runner._pulse()
        runner._beat()
        runner.receive(OscMessage("/bridge/freeze", (1,)), ("127.0.0.1", 1), 0.0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not runner.engine.guard.is_frozen
        assert peer.heard

    stage.play(scene)


# -- the whole, from settings -------------------------------------------------------------------


def settings(folder: Path, port: int, **more: object) -> Settings:
    """Settings of a small bridge in a folder of its own."""
    return Settings.model_validate(
        {
            "listen": {"port": port},
            "daw": {"port": port + 1 if port < 65535 else port - 1},
            "store": str(folder / "bridge.db"),
            "learning": {"agent": "flat"},
            "web": {"enabled": False},
            "midi": {"enabled": False},
            **more,
        }
    )


async def _opened(chosen: Settings) -> tuple[Mode, bytes]:
    async with open_bridge(chosen) as opened:
        runner = opened.runner
        return runner.engine.mode, runner.engine.memory()


def test_a_bridge_opens_and_closes_and_remembers(tmp_path: Path, free_port: int) -> None:
    chosen = settings(tmp_path, free_port, mode="assist")
    assert asyncio.run(_opened(chosen))[0] is Mode.ASSIST
    assert asyncio.run(_opened(chosen))[0] is Mode.ASSIST


def test_a_port_that_is_taken_leaves_the_store_free(tmp_path: Path, free_port: int) -> None:
    chosen = settings(tmp_path, free_port)

    async def scene() -> None:
        taken = UdpEndpoint.open("127.0.0.1", free_port, on_message=lambda *_: None)
        with pytest.raises(NetworkError):
            await _opened(chosen)
        taken.close()
        await _opened(chosen)

    asyncio.run(scene())


def test_after_a_crash_the_bridge_only_suggests(
    tmp_path: Path, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = settings(tmp_path, free_port, mode="assist")
    asyncio.run(_opened(chosen))
    connection = sqlite3.connect(chosen.store)
    connection.execute("UPDATE sessions SET ended = NULL")
    connection.commit()
    connection.close()
    assert asyncio.run(_opened(chosen))[0] is Mode.SUGGEST
    assert "starting in suggest, not in assist" in caplog.text
    assert "choose the mode on the page, or: mixbridge mode assist" in caplog.text


def test_whose_taste_is_learnt_and_where_it_is_kept_is_said_at_the_start(
    tmp_path: Path, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = settings(tmp_path, free_port, profile="ana")
    with caplog.at_level(logging.INFO, logger="bridge"):
        asyncio.run(_opened(chosen))
    assert f"Learning for ana: 0 answers so far, in {tmp_path / 'bridge.db'}" in caplog.text


def test_a_memory_that_cannot_be_read_is_kept_aside(
    tmp_path: Path, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = settings(tmp_path, free_port)
    asyncio.run(_opened(chosen))
    connection = sqlite3.connect(chosen.store)
    connection.execute("INSERT INTO memory (id, seq, document) VALUES (1, NULL, ?)", (b"{}",))
    connection.commit()
    connection.close()
    asyncio.run(_opened(chosen))
    assert "The bridge does not use what it learnt before" in caplog.text
    (aside,) = tmp_path.glob("bridge.db.memory-*.json")
    assert aside.read_bytes() == b"{}"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_run_ends_at_a_signal(tmp_path: Path, free_port: int) -> None:
    chosen = settings(tmp_path, free_port)

    def ask(record: logging.LogRecord) -> bool:
        if "Ready in mode" in record.getMessage():
            os.kill(os.getpid(), signal.SIGTERM)
        return True

    log = logging.getLogger("bridge")
    log.addFilter(ask)
    level = log.level
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    log.setLevel(logging.INFO)
    try:
        run(chosen)
    finally:
        log.removeFilter(ask)
        log.setLevel(level)
        signal.signal(signal.SIGTERM, before)
