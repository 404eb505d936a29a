"""A session's report and tables, made of recorded journals."""

import csv
import gzip
import html
import json
import re
import shutil
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from bridge.cli import main as cli
from bridge.report.page import Demo, demo_beside, make_page
from bridge.report.record import SessionRecord, read_sessions
from bridge.report.tables import SCHEMA, engine_of, make_tables, read_tables

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests/replay/golden.db"
OLDER = ROOT / "tests/replay/stores/demo-2026-11-25.db.gz"
VOID = {"meta"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(GOLDEN, tmp_path_factory.mktemp("report") / "golden.db"))


@pytest.fixture(scope="module")
def record(store: Path) -> SessionRecord:
    (record,) = read_sessions(store, engine_of)
    return record


class Outline(HTMLParser):
    """What a page holds: open tags must close, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_tables_have_the_columns_of_the_schema_and_pandas_reads_them(store: Path) -> None:
    tables = read_tables(store)
    assert {name: tuple(table) for name, table in tables.items()} == SCHEMA
    moves, answers = pd.DataFrame(tables["moves"]), pd.DataFrame(tables["answers"])
    assert len(moves) == 40
    assert set(moves.state) == {"confirmed", "reverted"}
    with closing(sqlite3.connect(store)) as kept:
        (count,) = kept.execute("SELECT count(*) FROM rewards").fetchone()
    assert len(answers) == count > 10
    together = answers.merge(moves, on=["session", "move"])
    assert (together.value == together.reward).all()
    assert (together.answered_after_s >= 0.0).all()
    assert pd.to_datetime(moves.time).is_monotonic_increasing


def test_the_mix_ends_where_the_moves_that_stand_have_brought_it(record: SessionRecord) -> None:
    tables = make_tables([record])
    moves, mix = pd.DataFrame(tables["moves"]), pd.DataFrame(tables["mix"])
    standing = moves[moves.state == "confirmed"]
    for (track, param), last in standing.groupby(["track", "param"]).last().iterrows():  # type: ignore[misc]
        (end,) = mix[(mix.track == track) & (mix.param == param)].end
        assert end == pytest.approx(last.granted_value, abs=0.01)


def test_the_docs_name_every_table_and_column() -> None:
    page = (ROOT / "docs/journal.md").read_text(encoding="utf-8")
    sections = re.split(r"^### ", page, flags=re.M)[1:]
    named = {
        part.split("\n", 1)[0].strip("` "): tuple(re.findall(r"^\| `(\w+)`", part, re.M))
        for part in sections
    }
    assert named == SCHEMA


def test_a_store_that_this_version_decides_differently_still_has_its_recorded_columns(
    tmp_path: Path,
) -> None:
    store = tmp_path / "older.db"
    store.write_bytes(gzip.decompress(OLDER.read_bytes()))
    (record,) = read_sessions(store, engine_of)
    assert "decides differently from" in record.notes[0]
    tables = make_tables([record])
    assert tables["sessions"]["is_whole"] == [False]
    assert len(tables["moves"]["move"]) == 40
    assert "Bass" in tables["moves"]["track"]
    assert set(tables["moves"]["state"]) == {None}
    assert tables["mix"]["track"] == []
    assert "decides differently from" in make_page(record, name="older")


def test_a_report_lists_moves_reasons_and_beliefs(record: SessionRecord) -> None:
    page = make_page(record, name="golden")
    Outline(page)
    assert "The bridge chose 40 moves: " in page
    reasons = make_tables([record])["moves"]["reason"]
    assert len(reasons) == 40
    assert all(html.escape(reason) in page for reason in reasons)
    assert "taken back: you did not like it" in page
    assert "▲ good" in page
    assert "What is believed of your taste, before and after" in page
    assert "Listen" not in page


def test_a_report_loads_nothing_and_runs_nothing(record: SessionRecord) -> None:
    demo = Demo(audio={"before": "data:a", "after": "data:b"}, distances=(1.0, 0.5))
    outline = Outline(make_page(record, name="golden", demo=demo))
    assert outline.addresses == ["data:a", "data:b"]
    assert "svg" in outline.tags
    assert not outline.tags & {"script", "link", "img", "iframe"}


def test_names_of_tracks_are_text_in_a_report(store: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.db"
    shutil.copy(store, odd)
    with closing(sqlite3.connect(odd)) as journal, journal:
        journal.execute(
            "UPDATE events SET payload = replace(payload, 'Lead Vox', '<img src=x>Lead Vox')"
        )
    (record,) = read_sessions(odd, engine_of)
    page = make_page(record, name="<b>odd")
    assert "<img" not in page
    assert "&lt;img src=x&gt;Lead Vox" in page
    assert "<b>" not in page


def test_the_report_of_a_demo_has_its_mixes_and_its_curve(tmp_path: Path) -> None:
    store = tmp_path / "mixbridge.db"
    for name in ("before", "after"):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros((44_100, 2)), 44_100, "PCM_24")
    assert demo_beside(store) is None, "two mixes of somebody's own are none of a demo"
    (tmp_path / "summary.json").write_text('{"distances": [1.0, 0.4], "rules_distance": 0.7}')
    demo = demo_beside(store)
    assert demo is not None
    assert list(demo.audio) == ["before", "after"]
    assert all(url.startswith("data:audio/mpeg;base64,") for url in demo.audio.values())
    assert len(demo.audio["before"]) < 44_100
    assert (demo.distances, demo.rules_distance) == ((1.0, 0.4), 0.7)


@pytest.mark.slow
def test_the_command_writes_a_report_or_tables(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, folder = tmp_path / "r.html", tmp_path / "tables"
    assert cli.run_command_line(["report", str(store), "--out", str(report)]) == 0
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert cli.run_command_line(["report", str(store), "--tables", str(folder)]) == 0
    assert {path.stem for path in folder.iterdir()} == set(SCHEMA)
    with (folder / "moves.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 40
    assert "6 tables are in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{store}", "--session", "7"], "golden.db holds no session 7; it holds 1."),
        (["{folder}/none.db"], "There is no journal"),
        (["{store}", "--out", "{folder}/none/r.html"], "cannot be written"),
        (["{store}", "--tables", "{store}"], "cannot be written"),
        (["{store}", "--tables", "x", "--session", "1"], "--tables writes all sessions"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    store: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    filled = [each.format(store=store, folder=tmp_path) for each in arguments]
    assert cli.run_command_line(["report", *filled]) == 2
    assert said in capsys.readouterr().err


def test_a_store_without_events_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.db"
    shutil.copy(GOLDEN, empty)
    with closing(sqlite3.connect(empty)) as journal, journal:
        journal.execute("DELETE FROM events")
    assert cli.run_command_line(["report", str(empty)]) == 2
    assert "holds no session with events yet" in capsys.readouterr().err


def test_a_session_with_settings_of_another_version_still_has_its_recorded_columns(
    store: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.db"
    shutil.copy(store, odd)
    with closing(sqlite3.connect(odd)) as journal, journal:
        (config,) = journal.execute("SELECT config FROM sessions").fetchone()
        changed = {**json.loads(config), "later": True}
        journal.execute("UPDATE sessions SET config = ?", (json.dumps(changed),))
    (record,) = read_sessions(odd, engine_of)
    assert "cannot be replayed" in record.notes[0]
    tables = make_tables([record])
    assert len(tables["moves"]["move"]) == 40
    assert tables["beliefs"]["role"] == []
    make_page(record, name="odd")
