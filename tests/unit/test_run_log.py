"""What a running bridge says in its terminal."""

import asyncio
import logging
from collections.abc import Callable

import pytest
from support.desk import ScriptedAgent, make_engine

from bridge.daw.generic import GenericDialect
from bridge.doctor import Finding, Level
from bridge.mix.messages import MoveState
from bridge.mix.notices import MoveReported, Notice, RewardCredited
from bridge.mix.params import Param
from bridge.run_log import RunLog, quiet_libraries
from bridge.runtime.runner import Runner


def said(
    caplog: pytest.LogCaptureFixture,
    *notices: Notice,
    findings: Callable[[int], list[Finding]] = lambda _time: [],
    explained: int = 0,
) -> list[str]:
    """The lines after these notices, and after so many looks at a DAW that is not there."""

    async def run() -> None:
        runner = Runner(
            engine=make_engine(ScriptedAgent()), dialect=GenericDialect(),
            daw=("127.0.0.1", 9), session=1, read_every_s=1.0,
        )  # fmt: skip
        times = iter(range(explained))
        log = RunLog(runner, waits_for="REAPER", examine=lambda: findings(next(times)))
        log.open()
        for notice in notices:
            for watch in runner.watchers:
                watch(notice)
        for _ in range(explained):
            await log.explain()
        await log.close()

    with caplog.at_level(logging.INFO, logger="bridge"):
        asyncio.run(run())
    return [record.getMessage() for record in caplog.records if record.name == "bridge"]


def move(state: MoveState) -> MoveReported:
    return MoveReported(
        move="1-4", state=state, track=3, param=Param.GAIN,
        from_value=-9.0, to_value=-6.0, reason="Lead sits 3 dB low.",
    )  # fmt: skip


def test_a_move_is_one_line_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    states = (MoveState.APPLIED, MoveState.CONFIRMED, MoveState.REVERTED)
    lines = said(caplog, *map(move, states))
    assert len(lines) == 2
    assert lines[0].startswith("Move 1-4, track 3 gain: ")
    assert lines[0].endswith(" dB. Lead sits 3 dB low.")
    assert lines[1].startswith("Taken back: 1-4, track 3 gain: ")
    assert "Lead sits" not in lines[1]


def test_a_saved_answer_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    lines = said(
        caplog,
        RewardCredited(reward_id="a", move="1-4", value=1.0),
        RewardCredited(reward_id="b", move="", value=-1.0),
        RewardCredited(reward_id="c", move="1-4", value=0.0),
    )
    assert lines == ["Good is saved, for 1-4", "Bad is saved, for none"]


def test_while_there_is_no_daw_it_says_what_is_missing_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def findings(time: int) -> list[Finding]:
        missing = Finding(
            level=Level.WARNING, subject="DAW", text="nothing listens", remedy="start it"
        )
        well = Finding(level=Level.OK, subject="companion", text="installed")
        return [missing, well] if time < 2 else [well]

    lines = said(caplog, findings=findings, explained=3)
    assert lines == [
        "Waiting for REAPER.",
        "  DAW: nothing listens -> start it",
        "Waiting for REAPER.",
        "Waiting for REAPER.",
    ]


def test_libraries_are_heard_only_where_something_is_wrong() -> None:
    quiet_libraries()
    assert not logging.getLogger("uvicorn.error").isEnabledFor(logging.INFO)
    assert logging.getLogger("uvicorn.error").isEnabledFor(logging.WARNING)
