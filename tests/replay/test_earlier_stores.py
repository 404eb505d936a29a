"""Stores that earlier versions wrote: opened, read to the last event, and written the same again.

Each of `stores/` is the journal of ``mixbridge demo --headless --moves 40 --seed 3``, recorded by
the version of the day in its name. The learner has changed since, so a replay decides otherwise
from the first decision on; that is told, and is no fault.
"""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bridge import config
from bridge.journal.event_codec import decode_event, encode_event
from bridge.journal.replay import Replayable, replay
from bridge.journal.store import open_read_only
from bridge.runtime import engine_factory

STORES = sorted(Path(__file__).with_name("stores").glob("*.db.gz"))
FIRST_DECISION = 108
"""The event that brought the first move: up to it nothing depends on the learner."""


def make_engine(config_json: str, session: int) -> Replayable:
    return engine_factory.make_engine(config.Settings.model_validate_json(config_json), session)


@pytest.fixture(params=STORES, ids=lambda path: path.name)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "mix.db"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    return path


def rows(store: Path) -> list[tuple[str, str, bytes | None]]:
    with closing(sqlite3.connect(store)) as journal:
        return journal.execute("SELECT kind, payload, levels FROM events ORDER BY seq").fetchall()


def test_there_are_stores_of_three_versions() -> None:
    assert len(STORES) >= 3


def test_every_event_is_read_and_written_as_the_same_bytes(store: Path) -> None:
    recorded = rows(store)
    assert len(recorded) > 200
    assert [encode_event(decode_event(*row)) for row in recorded] == recorded


def test_it_opens_and_is_replayed_as_far_as_the_learner_is_the_same(store: Path) -> None:
    with closing(open_read_only(store)) as journal:
        assert journal.execute("SELECT count(*) FROM decisions").fetchone()[0] >= 40
    report = replay(store, make_engine)
    assert report.events >= FIRST_DECISION
    assert report.notes == ()


def test_an_engine_of_today_goes_through_a_session_of_then(store: Path) -> None:
    with closing(sqlite3.connect(store)) as journal:
        ((settings,),) = journal.execute("SELECT config FROM sessions").fetchall()
    engine = make_engine(settings, 1)
    assert sum(len(engine.handle(decode_event(*row)).decisions) for row in rows(store)) > 0
