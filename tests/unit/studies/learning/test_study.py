import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.repeats import repeated

from bridge.errors import ConfigError
from bridge.studies.learning.roster import AGENTS, DQN, Visit, meet, receive
from bridge.studies.learning.study import Plan, main, measure, read_episodes
from bridge.studies.learning.table import table

pytestmark = pytest.mark.slow

TINY = Plan(
    salt="tests",
    listeners=2,
    agents=("agent", "learning off", "nothing", "oracle"),
    populations=("std", "diverse"),
    tracks=(8,),
    conditions=("usual", "inverted"),
    thumbs=6,
    moves=12,
)


def figures(results: dict[str, Any]) -> list[dict[str, Any]]:
    """All but the time that decisions took."""
    return [{k: v for k, v in row.items() if k != "decision_p99_ms"} for row in results["rows"]]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("study")
    return folder, measure(TINY, folder, workers=1)


def test_a_study_saves_episodes_results_and_a_picture(study: tuple[Path, dict[str, Any]]) -> None:
    folder, results = study
    assert sorted(path.name for path in folder.iterdir()) == [
        "curve.png", "episodes.jsonl", "results.json",
    ]  # fmt: skip
    assert json.loads((folder / "results.json").read_text()) == results


def test_nothing_is_zero_and_the_oracle_is_one(study: tuple[Path, dict[str, Any]]) -> None:
    plan = replace(TINY, agents=("nothing", "oracle"), conditions=("usual",), thumbs=100)
    by_agent = {
        record["agent"]: record for visit in plan.visits(set()) for record in receive(visit)
    }
    assert (by_agent["nothing"]["ending"], by_agent["nothing"]["frozen"]) == (0.0, 0.0)
    assert by_agent["oracle"]["ending"] == pytest.approx(1.0)
    assert by_agent["oracle"]["frozen"] == pytest.approx(1.0)


def test_the_unusual_conditions_are_for_the_agent_and_the_first_population(
    study: tuple[Path, dict[str, Any]],
) -> None:
    _, results = study
    unusual = [
        (row["agent"], row["population"]) for row in results["rows"] if row["condition"] != "usual"
    ]
    assert unusual == [("agent", "std"), ("learning off", "std")]


@pytest.mark.long
def test_the_same_salt_gives_the_same_figures_and_another_gives_others(
    study: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    _, results = study
    same = measure(TINY, tmp_path / "same", workers=1)
    other = measure(replace(TINY, salt="other"), tmp_path / "other", workers=1)
    assert figures(same) == figures(results)
    assert figures(other) != figures(results)


@pytest.mark.long
def test_an_interrupted_study_goes_on_where_it_was(
    study: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    folder, results = study
    whole = (folder / "episodes.jsonl").read_text().splitlines()
    torn = "\n".join(whole[:8]) + "\n" + whole[8][:40]
    (tmp_path / "episodes.jsonl").write_text(torn)
    assert figures(measure(TINY, tmp_path, workers=1)) == figures(results)
    kept = (tmp_path / "episodes.jsonl").read_text().splitlines()
    assert kept[:8] == whole[:8]
    assert len(kept) == len(whole)


def test_a_finished_study_is_not_played_again(study: tuple[Path, dict[str, Any]]) -> None:
    folder, results = study
    before = (folder / "episodes.jsonl").read_bytes()
    assert measure(TINY, folder, workers=1) == results
    assert (folder / "episodes.jsonl").read_bytes() == before


def test_a_folder_of_another_study_is_left_alone(study: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = study
    before = (folder / "episodes.jsonl").read_bytes()
    with pytest.raises(ConfigError, match=r"holds a study with another salt, thumbs"):
        measure(replace(TINY, salt="x", thumbs=7), folder, workers=1)
    assert (folder / "episodes.jsonl").read_bytes() == before


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be saved"):
        measure(TINY, tmp_path / "file" / "study", workers=1)


@pytest.mark.long
def test_two_processes_find_what_one_finds(
    study: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    assert figures(measure(TINY, tmp_path, workers=2)) == figures(study[1])


def test_every_agent_meets_the_same_person_and_songs() -> None:
    visit = next(TINY.visits(set()))
    _, first, second = meet(visit)
    for other in (replace(visit, agents=("flat",)), replace(visit, condition="inverted")):
        _, same, _ = meet(other)
        assert same.names == first.names
        assert (same.source_db == first.source_db).all()
    assert (first.source_db.shape, second.source_db.shape) == ((8, 10), (8, 10))
    assert (first.source_db != second.source_db).any()


def test_no_two_listeners_populations_sizes_or_salts_share_a_seed() -> None:
    visit = next(TINY.visits(set()))
    others = (
        replace(visit, listener=1),
        replace(visit, population="shift"),
        replace(visit, tracks=16),
        replace(visit, salt="x"),
    )
    assert len({v.seed("listener") for v in (visit, *others)} | {visit.seed("song 1")}) == 6


@pytest.mark.parametrize(
    "name",
    repeated([name for name in AGENTS if name != DQN], first=4),  # test_dqn.py
)
def test_every_agent_can_play_a_session(name: str) -> None:
    visit = Visit(
        salt="t", population="shift", tracks=8, condition="usual", listener=0, agents=(name,),
        thumbs=3, moves=6, frozen_moves=3,
    )  # fmt: skip
    (record,) = receive(visit)
    assert record["agent"] == name
    assert len(record["by_thumb"]) <= 3
    assert (len(record["changes"]) > 0) == (name != "nothing")


def test_the_table_has_a_line_for_every_row_and_the_lift_under_the_agent(
    study: tuple[Path, dict[str, Any]],
) -> None:
    lines = list(table(study[1]))
    assert sum(line.startswith(("agent ", "learning off ")) for line in lines) == 6 + 3
    assert sum("over learning off" in line for line in lines) == 3
    assert sum("8 tracks, std, inverted, 2 listeners" in line for line in lines) == 1


def test_the_command_makes_a_salt_prints_it_and_goes_on_with_it(tmp_path: Path) -> None:
    options = ["--out", str(tmp_path), "--listeners", "2", "--tracks", "2", "--workers", "1",
               "--agent", "nothing", "--population", "std", "--condition", "usual"]  # fmt: skip
    first = CliRunner().invoke(main, options)
    salt = read_episodes(tmp_path / "episodes.jsonl")[0]["salt"]
    again = CliRunner().invoke(main, options)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert f"Salt {salt};" in first.output
    assert f"Salt {salt};" in again.output
    assert len(salt) == 16
