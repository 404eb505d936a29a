"""Learning from finished mixes: what is read of their files, and the command."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge import config
from bridge.cli import main as cli
from bridge.journal.exchange import read_memory
from bridge.journal.store import open_store
from bridge.mix import messages as m
from bridge.mix.params import COLUMN, Param
from bridge.runtime.engine_factory import make_engine
from bridge.studies.learning.finished import load_finished

PAN = COLUMN[Param.PAN]
LEVELS = {"Kick": 0.1, "Bass": 0.1, "Lead Vox": 0.4, "Zork": 0.05}


def export(folder: Path, levels: dict[str, float]) -> Path:
    """Stems of noise as a DAW exports them; the bass hard left, the kick a wide stereo file."""
    folder.mkdir()
    rng = np.random.default_rng(7)
    for name, level in levels.items():
        wave = level * rng.normal(size=(2 * 48_000, 2))
        if name == "Bass":
            wave[:, 1] = 0.0
        elif name != "Kick":
            wave = wave[:, :1]
        soundfile.write(folder / f"{name}.wav", wave, 48_000, "FLOAT")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("mixes") / "Last Summer", LEVELS)


def run(store: Path, *arguments: str) -> int:
    settings = store.with_suffix(".yaml")
    settings.write_text(json.dumps({"store": str(store)}))
    return cli.run_command_line(["learn-from", *arguments, "--config", str(settings)])


def test_a_mix_is_read_as_it_was_exported(folder: Path) -> None:
    mix = load_finished(folder, None)
    assert mix.name == "Last Summer"
    assert not mix.knows_eq
    assert mix.nameless == ("Zork",)
    rows = {name: row for row, name in enumerate(mix.observation.names)}
    assert mix.observation.values[rows["Lead Vox"]].tolist() == [0.0] * 6
    assert mix.observation.values[rows["Bass"], PAN] == -1.0
    assert np.isnan(mix.observation.values[rows["Kick"], PAN])
    louder_db = mix.observation.level_db[rows["Lead Vox"]] - mix.observation.level_db[rows["Zork"]]
    assert louder_db == pytest.approx(20.0 * np.log10(8.0), abs=0.5)


def test_a_balance_says_where_the_controls_stand(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "balance.yaml"
    file.write_text("Lead Vox: {gain_db: -6, eq: {high: 3}}\n")
    mix = load_finished(folder, file)
    row = mix.observation.names.index("Lead Vox")
    assert mix.knows_eq
    assert mix.observation.values[row].tolist() == [-6.0, 0.0, 0.0, 0.0, 0.0, 3.0]


@pytest.mark.parametrize("name", ["song", "all", "kick"])
def test_a_folder_that_is_called_as_something_else_gets_another_name(
    name: str, tmp_path: Path
) -> None:
    assert load_finished(export(tmp_path / name, LEVELS), None).name == f"{name} mix"


def test_what_was_learnt_is_said_kept_listed_and_forgotten(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "me.db"
    assert run(store, str(folder)) == 0
    said = capsys.readouterr().out
    assert "Last Summer: learnt from 3 tracks" in said
    assert "lead: " in said
    assert "than most listeners like" in said
    assert "nothing learnt from Zork: the names say no role" in said
    assert run(store) == 0
    assert capsys.readouterr().out == "Finished mixes that are known: Last Summer.\n"

    engine = make_engine(config.Settings(), session=1)
    learnt = read_memory(store)
    assert learnt is not None
    engine.load_memory(learnt)
    assert engine.memory() == learnt
    assert engine.beliefs()["mixes"] == ["Last Summer"]
    result = engine.handle(m.ForgetRequested(at=1.0, what="Last Summer"))
    assert result.is_memory_changed
    assert engine.beliefs()["mixes"] == []
    assert engine.memory() == make_engine(config.Settings(), session=1).memory()


def test_a_second_mix_is_learnt_beside_the_first(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "me.db"
    other = export(tmp_path / "Winter", {**LEVELS, "Bass": 0.5})
    assert run(store, str(folder), str(other)) == 0
    assert "Finished mixes that are known: Last Summer, Winter." in capsys.readouterr().out
    assert run(store, str(other)) == 0
    assert "Finished mixes that are known: Last Summer, Winter." in capsys.readouterr().out


def test_what_cannot_be_learnt_from_is_one_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "me.db"
    assert run(store, str(tmp_path / "absent")) == 2
    assert "absent" in capsys.readouterr().err
    assert run(store, str(folder), str(folder)) == 2
    assert "two folders are called 'Last Summer'" in capsys.readouterr().err
    assert run(store, "--balance", str(tmp_path / "b.yaml")) == 2
    assert "--balance belongs to one FOLDER" in capsys.readouterr().err
    assert not store.exists()
    with closing(open_store(store)):
        assert run(store, str(folder)) == 2
    assert "is in use by another mixbridge" in capsys.readouterr().err
    settings = tmp_path / "flat.yaml"
    settings.write_text(json.dumps({"store": str(store), "learning": {"agent": "flat"}}))
    assert cli.run_command_line(["learn-from", str(folder), "--config", str(settings)]) == 2
    assert "learns from no mixes" in capsys.readouterr().err
