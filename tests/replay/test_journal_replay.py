"""A journal replays bit for bit; killed at any moment it has lost nothing that it acknowledged.

Run as a program, this file is the process that the last test kills.
"""

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.agents.agent import Learnt
from bridge.engine.results import Decision, Lesson, StepResult
from bridge.errors import JournalError
from bridge.journal.journal import Journal
from bridge.journal.replay import ReplayReport, replay
from bridge.journal.store import connect, open_store
from bridge.journal.writer import JournalReport
from bridge.mix.messages import Event, Mode, RewardReceived, Tick
from bridge.mix.notices import RewardCredited
from bridge.mix.params import Param


class CountingEngine:
    """The least engine that decides and learns: it moves a fader by what rewards add up to."""

    def __init__(self, config_json: str, session: int) -> None:
        self._gain_db = json.loads(config_json)["gain_db"]
        self._session = session
        self._moves = 0
        self._rewards = 0
        self._total = 0.0

    def handle(self, event: Event) -> StepResult:
        """Decide at a tick, learn from a reward."""
        if isinstance(event, Tick):
            self._moves += 1
            return StepResult(decisions=(self._decision(event.at),))
        if isinstance(event, RewardReceived):
            self._rewards += 1
            self._total += event.value / 3
            move = f"s{self._session}-{self._moves}"
            learnt = Learnt(td_error=self._total, text="")
            return StepResult(
                notices=(RewardCredited(reward_id=event.reward_id, move=move, value=event.value),),
                lessons=(Lesson(move=move, reward=event.value, weight=1.0, learnt=learnt),),
                is_memory_changed=True,
            )
        return StepResult()

    def _decision(self, at: float) -> Decision:
        return Decision(
            move=f"s{self._session}-{self._moves}",
            at=at,
            mode=Mode.ASSIST,
            key="Kick",
            track=1,
            param=Param.GAIN,
            from_value=float("nan"),
            to_value=self._gain_db + self._total,
            probability=1 / 3,
            score=-0.0,
            confidence=0.5,
            reason="Rewards add up.",
        )

    def memory(self) -> bytes:
        """What the rewards add up to."""
        return json.dumps({"rewards": self._rewards, "total": self._total}).encode()

    def load_memory(self, memory: bytes) -> None:
        """Go on from there."""
        kept = json.loads(memory)
        self._rewards, self._total = kept["rewards"], kept["total"]


class Bridge:
    """A session of the counting engine in a profile."""

    def __init__(self, path: Path) -> None:
        store = open_store(path)
        self.engine = CountingEngine(_CONFIG, store.session)
        if store.memory is not None:
            self.engine.load_memory(store.memory)
        self.reports: list[JournalReport] = []
        self.journal = Journal(
            store,
            config_json=_CONFIG,
            memory=store.memory,
            loop=asyncio.get_running_loop(),
            listen=self._listen,
        )

    def _listen(self, report: JournalReport) -> None:
        self.reports.append(report)

    def handle(self, event: Event) -> None:
        if isinstance(event, RewardReceived) and self.journal.settle(event):
            return
        result = self.engine.handle(event)
        memory = self.engine.memory() if result.is_memory_changed else None
        self.journal.append(event, result, memory)


_CONFIG = '{"gain_db":-3.3}'


def _play(path: Path, *, rewards: int = 20, seed: int = 1) -> None:
    rng = random.Random(seed)

    async def session() -> None:
        bridge = Bridge(path)
        for number in range(rewards):
            bridge.handle(Tick(at=rng.random()))
            bridge.handle(_reward(rng, f"{seed}-{number}"))
        await asyncio.to_thread(bridge.journal.close)

    asyncio.run(session())


def _reward(rng: random.Random, reward_id: str) -> RewardReceived:
    return RewardReceived(at=rng.random(), value=rng.uniform(-1, 1), move="", reward_id=reward_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile.db"


def test_a_journal_of_several_sessions_replays_bit_for_bit(path: Path) -> None:
    _play(path, seed=1)
    _play(path, seed=2)
    assert replay(path, CountingEngine) == ReplayReport(
        sessions=2, events=80, decisions=40, memories=40, notes=(), difference=""
    )


def test_a_copy_without_its_log_replays_too(path: Path, tmp_path: Path) -> None:
    _play(path)
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    assert replay(copy, CountingEngine).events == 40


def test_a_live_journal_replays_up_to_its_last_commit(path: Path) -> None:
    async def scenario() -> ReplayReport:
        bridge = Bridge(path)
        bridge.handle(RewardReceived(at=1.0, value=1.0, move="", reward_id="a"))
        while not bridge.reports:
            await asyncio.sleep(0)
        report = await asyncio.to_thread(replay, path, CountingEngine)
        bridge.journal.close()
        return report

    report = asyncio.run(scenario())
    assert (report.events, report.memories, report.difference) == (1, 1, "")


def test_a_replay_changes_nothing(path: Path) -> None:
    _play(path)
    before = path.read_bytes()
    replay(path, CountingEngine)
    assert path.read_bytes() == before


def test_another_decision_is_told_by_the_first_field_that_differs(path: Path) -> None:
    _play(path, rewards=2)

    class Bolder(CountingEngine):
        def _decision(self, at: float) -> Decision:
            decision = super()._decision(at)
            return replace(decision, probability=0.5) if self._moves == 2 else decision

    report = replay(path, Bolder)
    assert not report.is_identical
    assert not report.is_same
    assert report.decisions == 1
    assert report.difference == (
        "Session 1, event 3 (Tick): the move s1-2 has the probability 0.5, and "
        "0.3333333333333333 then."
    )
    assert str(report).startswith(report.difference)


def test_a_zero_of_the_other_sign_is_another_decision(path: Path) -> None:
    _play(path, rewards=1)

    class Positive(CountingEngine):
        def _decision(self, at: float) -> Decision:
            return replace(super()._decision(at), score=0.0)

    assert "has the score 0.0, and -0.0 then" in replay(path, Positive).difference


def test_a_move_too_few_is_told(path: Path) -> None:
    _play(path, rewards=1)

    class Silent(CountingEngine):
        def handle(self, event: Event) -> StepResult:
            return replace(super().handle(event), decisions=())

    assert "0 moves were chosen, and 1 then" in replay(path, Silent).difference


def test_learning_something_else_is_told_at_the_event_that_taught_it(path: Path) -> None:
    _play(path, rewards=3)

    class Eager(CountingEngine):
        def memory(self) -> bytes:
            return super().memory().replace(b'"rewards": 2', b'"rewards": 3')

    difference = replay(path, Eager).difference
    assert difference == (
        "Session 1, event 4 (RewardReceived): what was learnt differs from what was learnt then."
    )


def test_a_profile_that_holds_something_else_than_its_events_taught_is_told(path: Path) -> None:
    _play(path, rewards=3)
    with closing(connect(path)) as connection:
        connection.execute("UPDATE memory SET document = X'7B7D'")
    assert "differs from what the profile holds now" in replay(path, CountingEngine).difference


def test_a_session_is_replayed_up_to_a_gap_and_says_so(path: Path) -> None:
    _play(path, rewards=3)
    with closing(connect(path)) as connection:
        connection.execute("DELETE FROM events WHERE seq IN (3, 4)")
    report = replay(path, CountingEngine)
    assert (report.events, report.is_identical) == (2, True)
    assert "Session 1 lacks its events 3 to 4" in report.notes[0]


def test_an_event_that_cannot_be_read_is_an_error_in_a_sentence(path: Path) -> None:
    _play(path, rewards=1)
    with closing(connect(path)) as connection:
        connection.execute("UPDATE events SET payload = '{' WHERE seq = 2")
    with pytest.raises(JournalError, match="an event RewardReceived that cannot be read"):
        replay(path, CountingEngine)


# -- kill -9 -------------------------------------------------------------------------------------

_KILLS = 20


def test_killed_at_random_moments_nothing_acknowledged_is_lost_or_doubled(path: Path) -> None:
    rng = random.Random(20)
    acknowledged: list[str] = []
    for life in range(_KILLS):
        acknowledged += _live_and_die(path, life, answers=rng.randint(1, 120))
    assert len(acknowledged) > 500

    with closing(sqlite3.connect(path)) as connection:
        stored = [row[0] for row in connection.execute("SELECT reward_id FROM rewards")]
        taught = connection.execute("SELECT count(*) FROM lessons").fetchone()[0]
        document = connection.execute("SELECT document FROM memory").fetchone()[0]
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored)) == taught == json.loads(document)["rewards"]
    report = replay(path, CountingEngine)
    assert report.is_identical, report.difference
    assert report.memories == len(stored)
    assert report.sessions == _KILLS


def _live_and_die(path: Path, life: int, *, answers: int) -> list[str]:
    """Let a process reward itself until that many answers came, kill it, and return all of them."""
    child = subprocess.Popen([sys.executable, __file__, path, str(life)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    heard = [child.stdout.readline() for _ in range(answers)]
    child.kill()
    heard += child.stdout.readlines()
    child.stdout.close()
    assert child.wait() == -9, "it ended by itself"
    return [line.decode().strip() for line in heard if line.endswith(b"\n")]


async def _reward_forever(path: Path, life: str) -> None:
    """Send each reward twice, and print the id of each that was acknowledged, once."""
    bridge = Bridge(path)
    rng = random.Random(life)
    told: set[str] = set()
    number = 0
    while True:
        for _ in range(rng.randint(1, 20)):
            number += 1
            reward = _reward(rng, f"{life}-{number}")
            bridge.handle(Tick(at=rng.random()))
            bridge.handle(reward)
            bridge.handle(reward)
        await asyncio.sleep(rng.choice((0.0, 0.0, 0.001)))
        for report in bridge.reports:
            for reward_id in dict.fromkeys(r.reward_id for r in report.acknowledged):
                if reward_id not in told:
                    told.add(reward_id)
                    sys.stdout.write(f"{reward_id}\n")
        sys.stdout.flush()
        bridge.reports.clear()


if __name__ == "__main__":
    asyncio.run(_reward_forever(Path(sys.argv[1]), sys.argv[2]))


def test_another_processor_changes_last_digits_and_the_replay_says_just_that(path: Path) -> None:
    _play(path, seed=1)

    class Rounded(CountingEngine):
        """Decides as recorded, with scores that are off in the last digit."""

        def _decision(self, at: float) -> Decision:
            decision = super()._decision(at)
            return replace(decision, score=decision.score + 1e-13)

    report = replay(path, Rounded)
    assert report.is_same
    assert not report.is_identical
    assert "last digits" in str(report)


def test_a_number_that_is_really_another_is_a_difference(path: Path) -> None:
    _play(path, seed=1)

    class Wrong(CountingEngine):
        """Decides with other scores."""

        def _decision(self, at: float) -> Decision:
            decision = super()._decision(at)
            return replace(decision, score=decision.score + 1e-3)

    assert not replay(path, Wrong).is_same
