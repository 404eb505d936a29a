"""A session of the default agent that was recorded once: decided again, it is the same.

A change of the learner, the prior or the guard changes it, and is then told in the change log. It
is recorded anew by ``mixbridge demo --headless --moves 40 --seed 3``, whose folder holds the
journal. On another processor than the one that recorded it the last digits may differ.
"""

import shutil
from pathlib import Path

from bridge import config
from bridge.journal.replay import Replayable, replay
from bridge.runtime import engine_factory

GOLDEN = Path(__file__).with_name("golden.db")


def make_engine(config_json: str, session: int) -> Replayable:
    return engine_factory.make_engine(config.Settings.model_validate_json(config_json), session)


def test_the_golden_session_of_the_default_agent_is_decided_the_same(tmp_path: Path) -> None:
    path = tmp_path / "golden.db"
    shutil.copy(GOLDEN, path)
    report = replay(path, make_engine)
    assert report.is_same, str(report)
    assert report.decisions >= 40
