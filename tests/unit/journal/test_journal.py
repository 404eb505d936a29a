"""The journal: on disk first, acknowledged then; in trouble it says so and goes on."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bridge.agents.agent import Learnt
from bridge.engine.results import Decision, Lesson, StepResult
from bridge.errors import JournalError
from bridge.journal import journal as journal_module
from bridge.journal import store as store_module
from bridge.journal import writer as journal_writer
from bridge.journal.journal import Journal
from bridge.journal.store import connect, open_read_only, open_store
from bridge.journal.writer import JournalReport
from bridge.mix.messages import MetersRead, Mode, RewardReceived, Tick
from bridge.mix.notices import RewardCredited
from bridge.mix.params import Param


class Session:
    """A journal on a running loop, and all that it reported."""

    def __init__(self, path: Path, *, capacity: int = 1000) -> None:
        self.path = path
        self.reports: list[JournalReport] = []
        self.on_report: Callable[[JournalReport], None] = self.reports.append
        self._news = asyncio.Event()
        store = open_store(path)
        try:
            self.journal = Journal(
                store,
                config_json='{"seed":0}',
                memory=store.memory,
                loop=asyncio.get_running_loop(),
                listen=self._listen,
                capacity=capacity,
            )
        except JournalError:
            store.close()
            raise

    def _listen(self, report: JournalReport) -> None:
        self.on_report(report)
        self._news.set()

    def reward(self, reward_id: str, *, memory: bytes | None = None, value: float = 1.0) -> bool:
        """Send a reward the way the runner does; whether the engine saw it."""
        event = RewardReceived(at=1.0, value=value, move="s1-1", reward_id=reward_id)
        if self.journal.settle(event):
            return False
        credited = RewardCredited(reward_id=reward_id, move="s1-1", value=value)
        self.journal.append(event, StepResult(notices=(credited,)), memory)
        return True

    def tick(self, at: float = 0.0) -> None:
        self.journal.append(Tick(at=at), StepResult(), None)

    @property
    def acknowledged(self) -> list[str]:
        return [reward.reward_id for report in self.reports for reward in report.acknowledged]

    @property
    def refused(self) -> list[str]:
        return [refusal.text for report in self.reports for refusal in report.refused]

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def close(self) -> str:
        left = await asyncio.to_thread(self.journal.close)
        await asyncio.sleep(0)  # the last reports are already posted
        return left


def read(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(open_read_only(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile.db"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A disk that is full while ``is_full``: SQLite may use no further page of the file."""
    disk = {"is_full": False, "attempts": 0}

    def connect_to_disk(path: Path, mode: store_module.OpenMode = "rwc") -> sqlite3.Connection:
        connection = connect(path, mode)
        disk["attempts"] += 1
        if disk["is_full"]:
            connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr(store_module, "connect", connect_to_disk)
    monkeypatch.setattr(journal_writer, "_RETRY_S", 0.01)
    return disk


def _fill(session: Session, disk: dict[str, int]) -> None:
    disk["is_full"] = True
    session.journal._store.connection.execute("PRAGMA max_page_count = 1")


async def _attempts(disk: dict[str, int], number: int) -> None:
    async with asyncio.timeout(60):
        while disk["attempts"] < number:
            await asyncio.sleep(0)


_BIG = MetersRead(at=1.0, since=0.0, levels=bytes(100_000))

DECISION = Decision(
    move="s1-1",
    at=1.5,
    mode=Mode.ASSIST,
    key="Kick",
    track=1,
    param=Param.GAIN,
    from_value=-0.1,
    to_value=0.1 + 0.2,
    probability=1 / 3,
    score=0.25,
    confidence=0.5,
    reason="The kick is low.",
)


def test_a_step_is_on_disk_with_all_that_it_led_to(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        reward = RewardReceived(at=2.0, value=-0.5, move="s1-1", reward_id="a")
        meters = MetersRead(at=1.0, since=0.5, levels=b"\x00\x00\xc0\x7f")
        session.journal.append(meters, StepResult(), None)
        session.journal.append(Tick(at=1.5), StepResult(decisions=(DECISION,)), None)
        learnt = Learnt(td_error=0.1, text="You like the kick lower.")
        result = StepResult(
            notices=(RewardCredited(reward_id="a", move="s1-1", value=-0.5),),
            lessons=(Lesson(move="s1-1", reward=-0.5, weight=1.0, learnt=learnt),),
        )
        session.journal.append(reward, result, b'{"kick":-0.1}')
        assert await session.close() == ""
        assert session.acknowledged == ["a"]

    asyncio.run(scenario())
    assert read(path, "SELECT seq, session, kind, levels FROM events") == [
        (1, 1, "MetersRead", b"\x00\x00\xc0\x7f"),
        (2, 1, "Tick", None),
        (3, 1, "RewardReceived", None),
    ]
    assert read(path, "SELECT seq, move, probability FROM decisions") == [(2, "s1-1", 1 / 3)]
    assert read(path, "SELECT seq, reward_id, move, value FROM rewards") == [(3, "a", "s1-1", -0.5)]
    assert read(path, "SELECT seq, td_error, text FROM lessons") == [
        (3, 0.1, "You like the kick lower.")
    ]
    assert read(path, "SELECT seq, document FROM memory") == [(3, b'{"kick":-0.1}')]
    ((ended, config),) = read(path, "SELECT ended IS NOT NULL, config FROM sessions")
    assert (ended, config) == (1, '{"seed":0}')


def test_at_the_moment_of_the_acknowledgement_others_can_read_it_from_the_file(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        on_file: list[object] = []

        def look(report: JournalReport) -> None:
            session.reports.append(report)
            (memory,) = read(path, "SELECT document FROM memory")
            ids = {row[0] for row in read(path, "SELECT reward_id FROM rewards")}
            on_file.append((memory[0], {r.reward_id for r in report.acknowledged} <= ids))

        session.on_report = look
        session.reward("a", memory=b"1")
        await session.until(lambda: session.acknowledged == ["a"])
        session.reward("b", memory=b"2")
        await session.until(lambda: session.acknowledged == ["a", "b"])
        assert on_file == [(b"1", True), (b"2", True)]
        await session.close()

    asyncio.run(scenario())


def test_acknowledgements_come_in_the_order_of_the_rewards(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        ids = [f"r{number}" for number in range(500)]
        for reward_id in ids:
            session.reward(reward_id)
            session.tick()
            if reward_id.endswith("99"):
                await asyncio.sleep(0)
        await session.until(lambda: len(session.acknowledged) == len(ids))
        assert session.acknowledged == ids
        await session.close()

    asyncio.run(scenario())


def test_many_steps_share_a_commit(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        for number in range(500):
            session.reward(f"r{number}")
        await session.until(lambda: len(session.acknowledged) == 500)
        assert len(session.reports) < 50
        await session.close()

    asyncio.run(scenario())


def test_rewards_without_an_id_are_all_kept_and_acknowledged(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        assert session.reward("")
        assert session.reward("")
        await session.close()
        assert session.acknowledged == ["", ""]

    asyncio.run(scenario())
    assert read(path, "SELECT count(*) FROM rewards WHERE reward_id IS NULL") == [(2,)]


def test_a_retry_is_answered_with_the_original_and_never_reaches_the_engine(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        assert session.reward("a", value=1.0)
        await session.until(lambda: session.acknowledged == ["a"])
        assert not session.reward("a", value=-1.0)
        await session.until(lambda: session.acknowledged == ["a", "a"])
        assert session.reports[-1].acknowledged[0].value == 1.0
        await session.close()

    asyncio.run(scenario())
    assert read(path, "SELECT reward_id, value FROM rewards") == [("a", 1.0)]


def test_a_retry_before_the_original_is_on_disk_waits_for_it(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        with closing(connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")  # the writer must wait
            assert session.reward("a")
            assert not session.reward("a")
            assert session.acknowledged == []
            other.execute("COMMIT")
        await session.until(lambda: session.acknowledged == ["a", "a"])
        await session.close()

    asyncio.run(scenario())


def test_a_retry_in_a_later_session_is_answered(path: Path) -> None:
    async def scenario() -> None:
        first = Session(path)
        first.reward("a")
        await first.close()
        second = Session(path)
        assert not second.reward("a")
        assert second.reward("b")
        await second.until(lambda: second.acknowledged == ["a", "b"])
        await second.close()

    asyncio.run(scenario())


def test_only_the_newest_reward_ids_are_remembered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "REMEMBERED_REWARDS", 2)

    async def scenario() -> None:
        session = Session(path)
        for reward_id in "abc":
            session.reward(reward_id)
        await session.until(lambda: len(session.acknowledged) == 3)
        assert [session.reward(reward_id) for reward_id in "bca"] == [False, False, True]
        assert await session.close() == ""

    asyncio.run(scenario())
    assert read(path, "SELECT count(*) FROM rewards") == [(3,)]


def test_a_reward_does_not_wait_for_company(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_writer, "_CALM_WAIT_S", 1000.0)

    async def scenario() -> None:
        session = Session(path)
        session.reward("a")
        await session.until(lambda: session.acknowledged == ["a"])
        await session.close()

    asyncio.run(scenario())


def test_an_event_that_nobody_waits_for_is_written_soon_too(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        session.tick()
        async with asyncio.timeout(60):
            while not read(path, "SELECT 1 FROM events"):
                await asyncio.sleep(0)
        await session.close()

    asyncio.run(scenario())


def test_steps_are_numbered_on_from_session_to_session(path: Path) -> None:
    async def scenario() -> None:
        for _ in range(2):
            session = Session(path)
            session.tick()
            session.tick()
            await session.close()

    asyncio.run(scenario())
    assert read(path, "SELECT seq, session FROM events") == [(1, 1), (2, 1), (3, 2), (4, 2)]
    assert read(path, "SELECT session, first_seq FROM sessions") == [(1, 1), (2, 3)]


def test_on_a_full_disk_a_reward_is_told_as_waiting_and_acknowledged_when_there_is_room(
    path: Path, full_disk: dict[str, int]
) -> None:
    async def scenario() -> None:
        session = Session(path)
        session.reward("before", memory=b"1")
        await session.until(lambda: session.acknowledged == ["before"])
        _fill(session, full_disk)
        session.journal.append(_BIG, StepResult(), None)
        session.reward("during", memory=b"2")
        await _attempts(full_disk, 4)
        (refusal,) = session.refused
        assert "during: it waits" in refusal
        assert "the disk is full; free some space" in session.journal.trouble
        assert session.acknowledged == ["before"]
        assert read(path, "SELECT document FROM memory") == [(b"1",)]

        full_disk["is_full"] = False
        await session.until(lambda: session.acknowledged == ["before", "during"])
        assert session.journal.trouble == ""
        assert read(path, "SELECT document FROM memory") == [(b"2",)]
        assert await session.close() == ""

    asyncio.run(scenario())
    assert read(path, "SELECT kind FROM events") == [
        ("RewardReceived",), ("MetersRead",), ("RewardReceived",)
    ]  # fmt: skip


def test_while_the_disk_is_full_new_rewards_are_refused_before_they_teach(
    path: Path, full_disk: dict[str, int]
) -> None:
    async def scenario() -> None:
        session = Session(path)
        _fill(session, full_disk)
        session.journal.append(_BIG, StepResult(), None)
        session.reward("first")
        await session.until(lambda: bool(session.journal.trouble))
        told = len(session.refused)
        assert not session.reward("second")
        assert not session.reward("first")
        await session.until(lambda: len(session.refused) == told + 2)
        assert "reward second: not accepted; send it again." in session.refused[told]
        assert "reward first: it waits" in session.refused[told + 1]

        full_disk["is_full"] = False
        await session.until(lambda: session.acknowledged == ["first"])
        assert session.reward("second")
        await session.until(lambda: session.acknowledged == ["first", "second"])
        await session.close()

    asyncio.run(scenario())


def test_a_disk_that_stays_full_is_told_once_and_once_more_at_the_end(
    path: Path, full_disk: dict[str, int]
) -> None:
    async def scenario() -> None:
        session = Session(path)
        _fill(session, full_disk)
        session.journal.append(_BIG, StepResult(), b"1")
        await session.until(lambda: bool(session.journal.trouble))
        await _attempts(full_disk, 4)  # none of which is news
        assert len(session.reports) == 1
        assert "the disk is full" in await session.close()

    asyncio.run(scenario())
    with closing(open_store(path)) as store:
        assert store.has_crashed
        assert store.memory is None


def test_a_file_that_another_program_locks_is_trouble_until_it_lets_go(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_LOCKED_WAIT_S", 0.01)
    monkeypatch.setattr(journal_writer, "_RETRY_S", 0.01)

    async def scenario() -> None:
        session = Session(path)
        with closing(connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            session.reward("a")
            await session.until(lambda: bool(session.refused))
            assert "another program has locked the file" in session.journal.trouble
            other.execute("ROLLBACK")
        await session.until(lambda: session.acknowledged == ["a"])
        await session.close()

    asyncio.run(scenario())


def test_a_file_that_was_taken_away_is_trouble_and_no_empty_one_takes_its_place(
    path: Path, full_disk: dict[str, int]
) -> None:
    async def scenario() -> None:
        session = Session(path)
        _fill(session, full_disk)
        session.journal.append(_BIG, StepResult(), None)
        await session.until(lambda: "full" in session.journal.trouble)
        for part in path.parent.glob("profile.db*"):
            part.unlink()
        await session.until(lambda: "cannot be opened" in session.journal.trouble)
        assert "cannot be opened" in await session.close()
        assert not path.exists()

    asyncio.run(scenario())


def test_without_room_events_are_left_out_but_rewards_and_memory_are_kept(
    path: Path, full_disk: dict[str, int]
) -> None:
    async def scenario() -> None:
        session = Session(path, capacity=3)
        _fill(session, full_disk)
        for _ in range(3):
            session.journal.append(_BIG, StepResult(), None)
        session.reward("kept", memory=b"1")
        session.tick()
        assert session.journal.lost_events == 2
        await session.until(lambda: bool(session.journal.trouble))
        full_disk["is_full"] = False
        await session.until(lambda: session.acknowledged == ["kept"])
        session.tick()
        await session.close()

    asyncio.run(scenario())
    assert read(path, "SELECT seq FROM events") == [(1,), (2,), (3,), (6,)]
    assert read(path, "SELECT seq, reward_id FROM rewards") == [(4, "kept")]
    assert read(path, "SELECT seq, document FROM memory") == [(4, b"1")]


def test_a_slow_disk_is_told_and_over_with_the_next_commit(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path, capacity=2)
        with closing(connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(8):
                session.tick()
            await session.until(lambda: "too slow" in session.journal.trouble)
            other.execute("COMMIT")
        await session.until(lambda: session.journal.trouble == "")
        await session.close()

    asyncio.run(scenario())


def test_a_batch_that_is_written_twice_changes_nothing(path: Path) -> None:
    async def scenario() -> None:
        session = Session(path)
        session.reward("a", memory=b"1")
        await session.close()

    asyncio.run(scenario())
    batch = journal_writer._Batch(session=1)
    reward = RewardReceived(at=1.0, value=1.0, move="s1-1", reward_id="a")
    batch.add(
        journal_writer.Entry(
            seq=1,
            event=reward,
            decisions=(),
            lessons=(),
            credited=(RewardCredited(reward_id="a", move="s1-1", value=1.0),),
            memory=b"1",
        )
    )
    with closing(connect(path)) as connection:
        batch.write(connection)
        batch.write(connection)
    assert read(path, "SELECT count(*) FROM events") == [(1,)]
    assert read(path, "SELECT count(*) FROM rewards") == [(1,)]


def test_a_bug_in_the_writer_is_told_and_nothing_is_acknowledged_after_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(event: object) -> tuple[str, str, None]:
        raise TypeError("no such event")

    monkeypatch.setattr(journal_writer, "encode_event", explode)

    async def scenario() -> None:
        session = Session(path)
        session.reward("a")
        await session.until(lambda: "internal reason" in session.journal.trouble)
        assert not session.reward("b")
        await session.until(lambda: bool(session.refused))
        assert session.acknowledged == []
        assert "internal reason" in await session.close()

    asyncio.run(scenario())
    assert "the journal's writer has stopped" in caplog.text


def test_a_journal_that_is_closed_after_its_loop_still_writes(path: Path) -> None:
    async def scenario() -> Session:
        session = Session(path)
        session.reward("a")
        return session

    session = asyncio.run(scenario())
    assert session.journal.close() == ""
    assert read(path, "SELECT reward_id FROM rewards") == [("a",)]


def test_a_session_that_cannot_begin_is_an_error_in_a_sentence(path: Path) -> None:
    async def scenario() -> None:
        open_store(path).close()
        store = open_store(path)
        store.connection.execute("PRAGMA query_only = ON")
        with closing(store), pytest.raises(JournalError, match="cannot begin a session: the file"):
            Journal(
                store,
                config_json="{}",
                memory=None,
                loop=asyncio.get_running_loop(),
                listen=lambda report: None,
            )

    asyncio.run(scenario())
