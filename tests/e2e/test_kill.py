"""`kill -9`, again and again at random moments, while rewards stream in.

What was acknowledged is on disk, once, and taught once; what the bridge knows in the end is what a
replay of its journal says.
"""

import json
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from itertools import count, pairwise
from pathlib import Path

import pytest
from support.repeats import share
from support.rig import PATIENCE_S, Bridge, Desk, Move, running, sitting_at

from bridge.config import Settings
from bridge.journal.event_codec import memory_digest
from bridge.journal.replay import replay
from bridge.runtime.engine_factory import make_engine

pytestmark = pytest.mark.e2e

KILLS = share(100)
IN_FLIGHT = 8
"""Rewards under way at once: many share a commit, some are lost with it."""

LONGEST_LIFE = 300
"""Answers of a session: in answers, not in seconds, so that a busy machine shows no less."""

MOST_MOVES = 4
"""Moves that a life waits for, less one: however fast the answers come, there is some learning."""

A_MOMENT_S = 0.01
"""Beyond the last answer: a kill may come at any point of a commit."""


class _Person:
    """Rewards every move and much else, and sends again what was not answered."""

    def __init__(self, desk: Desk) -> None:
        self.answers: Counter[str] = Counter()
        self.sent: dict[str, tuple[object, ...]] = {}
        self._desk = desk
        self._names = count(1)
        self._waiting: list[str] = []
        self._confirmed = 0

    def begin_session(self) -> None:
        """The bridge is back, and only suggests: let it act, and send again what is not safe."""
        self._desk.say("/bridge/mode", "assist")
        for name in self._waiting:
            self._desk.say("/bridge/reward", *self.sent[name])

    def go_on(self, answers: int, moves: int) -> None:
        """Reward until so many more answers have come, and so many moves were confirmed."""
        wanted = self.answers.total() + answers
        wanted_moves = self._confirmed + moves
        until = time.monotonic() + PATIENCE_S
        quiet_from = time.monotonic()
        while self.answers.total() < wanted or self._confirmed < wanted_moves:
            assert time.monotonic() < until, "the bridge does not answer"
            while len(self._waiting) < IN_FLIGHT:
                self._reward(1.0, "")
            before = self.answers.total()
            self.listen(0.005)
            if self.answers.total() > before:
                quiet_from = time.monotonic()
            elif time.monotonic() > quiet_from + 1.0:
                self.begin_session()
                quiet_from = time.monotonic()

    def listen(self, seconds: float) -> None:
        """Hear answers, and of moves that are confirmed."""
        for heard in self._desk.let_pass(seconds):
            self._take(heard.address, heard.args)
        self._desk.forget()

    def finish(self) -> None:
        """Wait until everything is answered."""
        until = time.monotonic() + PATIENCE_S
        while self._waiting and time.monotonic() < until:
            self.listen(0.02)
        assert not self._waiting

    def _take(self, address: str, args: tuple[object, ...]) -> None:
        if address == "/bridge/rewarded" and args[0] in self.sent:
            self.answers[str(args[0])] += 1
            if args[0] in self._waiting:
                self._waiting.remove(str(args[0]))
        elif address == "/bridge/move" and (move := Move(*args)).state == "confirmed":
            self._confirmed += 1
            self._reward(1.0 if move.to_value < move.from_value else -1.0, move.name)

    def _reward(self, value: float, move: str) -> None:
        name = f"reward-{next(self._names)}"
        self.sent[name] = (value, move, name)
        self._waiting.append(name)
        self._desk.say("/bridge/reward", *self.sent[name])


def test_after_a_crash_it_only_suggests_and_after_a_good_end_it_acts(tmp_path: Path) -> None:
    with running(tmp_path, mode="assist") as bridge:
        for end, mode in ((bridge.kill, "suggest"), (bridge.stop, "assist")):
            with sitting_at(bridge):
                end()
            bridge.start()
            desk = Desk(port=bridge.daw_port, bridge_port=bridge.port)
            desk.greet()
            assert desk.hear("/bridge/heartbeat").args[1] == mode
            desk.close()


def test_nothing_acknowledged_is_lost_or_counted_twice_by_many_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    dice = random.Random(20)
    bridge = Bridge(tmp_path, mode="assist", pace={"interval_s": 0.02})
    desk = Desk(port=bridge.daw_port, bridge_port=bridge.port)
    desk.load()
    person = _Person(desk)
    try:
        for session in range(KILLS + 1):
            if session:
                desk.load()  # the mix as it was: a fader that is liked lower would end closed
                bridge.start()
            if session % 10 == 9:  # some die before they are ready
                desk.let_pass(dice.uniform(0.0, 0.6))
            else:
                desk.greet()
                person.begin_session()
                person.go_on(dice.randrange(LONGEST_LIFE), dice.randrange(MOST_MOVES))
                person.listen(dice.uniform(0.0, A_MOMENT_S))
            if session < KILLS:
                bridge.kill()
        person.finish()
        bridge.stop()
    finally:
        desk.close()
        if bridge.process.poll() is None:
            bridge.kill()

    answers = sum(person.answers.values())
    figures = f"{KILLS} kills, {answers} answers, {time.monotonic() - began:.0f} s"
    with capsys.disabled():
        print(f" [{figures}]", end="")  # noqa: T201 - how much was shown to hold
    _check_rewards(bridge.store, person)
    _check_learning(bridge.store)
    assert answers > 0.4 * LONGEST_LIFE * 0.9 * KILLS


def _check_rewards(store: Path, person: _Person) -> None:
    with closing(sqlite3.connect(store)) as rows:
        kept = Counter(
            name
            for (name,) in rows.execute("SELECT reward_id FROM rewards")
            if name.startswith("reward-")
        )
        taught = Counter(
            move for (move,) in rows.execute("SELECT move FROM lessons WHERE weight = 1.0")
        )
        values = dict(rows.execute("SELECT reward_id, value FROM rewards"))
    assert set(person.sent) == set(person.answers), "all were answered in the end"
    assert kept == Counter(dict.fromkeys(person.sent, 1)), "each is kept once"
    assert {name: values[name] for name in person.sent} == {
        name: value for name, (value, *_) in person.sent.items()
    }
    assert set(taught.values()) == {1}, "each move was taught once by its own thumb"


def _check_learning(store: Path) -> None:
    report = replay(
        store,
        lambda settings, session: make_engine(Settings.model_validate_json(settings), session),
    )
    assert report.is_identical, str(report)
    assert not report.notes
    assert report.memories > KILLS / 4
    with closing(sqlite3.connect(store)) as rows:
        starts = rows.execute("SELECT session, memory FROM sessions ORDER BY session").fetchall()
        digests = dict(
            rows.execute(
                "SELECT session, memory_digest FROM events WHERE memory_digest IS NOT NULL"
                " ORDER BY seq"  # the last one of a session stays
            ).fetchall()
        )
        ((last,),) = rows.execute("SELECT document FROM memory").fetchall()
    known = None
    for (session, _), (_, memory) in pairwise([*starts, (None, last)]):
        known = digests.get(session, known)
        assert memory is None if known is None else memory_digest(memory) == known, (
            f"session {session} ended with something else than the next one began with"
        )
    table = json.loads(last)["task"]["table"]
    assert sum(visits for *_, visits in table) > 0
