"""A person is remembered, whatever folder the bridge is started in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bridge.cli import main as cli
from bridge.config import Settings, default_store, load
from bridge.errors import ConfigError, JournalError
from bridge.journal.place import is_store, prepare_store
from bridge.journal.state_file import read_state, write_state
from bridge.journal.store import open_store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a person stands in, and a home without a store."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def older_store(folder: Path, memory: str = "{}") -> Path:
    path = folder / "mixbridge.db"
    with closing(open_store(path)) as store:
        store.connection.execute("INSERT INTO memory VALUES (1, 5, ?)", (memory.encode(),))
    return path


def memory_of(path: Path) -> bytes | None:
    with closing(open_store(path)) as store:
        return store.memory


def test_two_folders_are_one_person(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(None).store
    monkeypatch.chdir(tmp_path)
    assert load(None).store == first == default_store()
    assert first.is_absolute()


def test_a_store_in_the_settings_stands_beside_them(tmp_path: Path, here: Path) -> None:
    (tmp_path / "my.yaml").write_text("store: ./mine.db\n")
    assert load(tmp_path / "my.yaml").store == tmp_path / "mine.db"


def test_an_older_store_moves_once_with_its_pads_and_phones(here: Path) -> None:
    older = older_store(here, '{"a":1}')
    write_state(older, "midi", {"bindings": []})
    sentence = prepare_store(Settings())
    assert sentence.startswith(f"What was learnt up to now was moved from {older} to ")
    assert memory_of(default_store()) == b'{"a":1}'
    assert read_state(default_store()) == {"midi": {"bindings": []}}
    assert list(here.iterdir()) == []
    assert prepare_store(Settings()) == ""


def test_what_is_still_in_the_log_moves_too(here: Path) -> None:
    """A bridge that was killed leaves its last answers in the write-ahead log."""
    older = older_store(here)
    with closing(sqlite3.connect(older, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE memory SET document = ?", (b'{"last":1}',))
        killed = {s: Path(f"{older}{s}").read_bytes() for s in ("", "-wal")}
    for suffix, content in killed.items():
        Path(f"{older}{suffix}").write_bytes(content)
    prepare_store(Settings())
    assert memory_of(default_store()) == b'{"last":1}'


def test_another_disk_keeps_a_copy(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older_store(here, '{"a":1}')
    rename = Path.rename

    def of_one_disk(path: Path, target: str | Path) -> Path:
        if Path(target).parent != path.parent:
            raise OSError(18, "Invalid cross-device link")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", of_one_disk)
    prepare_store(Settings())
    assert memory_of(default_store()) == b'{"a":1}'
    assert is_store(here / "mixbridge.db.moved")


def test_where_both_are_there_nothing_moves_and_it_is_said(here: Path) -> None:
    older = older_store(here, '{"older":1}')
    default_store().parent.mkdir(parents=True)
    open_store(default_store()).close()
    assert f"{default_store()} is used" in prepare_store(Settings())
    assert memory_of(older) == b'{"older":1}'


def test_a_store_in_use_does_not_move(here: Path) -> None:
    older_store(here)
    with (
        closing(open_store(here / "mixbridge.db")),
        pytest.raises(JournalError, match="in use by another mixbridge"),
    ):
        prepare_store(Settings())
    assert not default_store().exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(100), b"notes"])
def test_a_file_that_is_not_ours_stays_where_it_is(here: Path, content: bytes) -> None:
    (here / "mixbridge.db").write_bytes(content)
    assert prepare_store(Settings()) == ""
    assert (here / "mixbridge.db").read_bytes() == content


def test_a_chosen_store_and_another_person_take_nothing_over(here: Path) -> None:
    older_store(here)
    assert prepare_store(Settings(store=here / "mine.db")) == ""
    assert prepare_store(Settings(profile="ana")) == ""
    assert is_store(here / "mixbridge.db")


def test_a_profile_has_a_store_of_its_own_by_option_environment_and_file(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(None, {"profile": "ana"}).store == default_store("ana") != default_store()
    (here / "my.yaml").write_text("profile: bo\n")
    assert load(here / "my.yaml").store == default_store("bo")
    (here / "his.yaml").write_text(f"store: {here / 'his.db'}\n")
    for arguments, name in (
        (["--profile", "ana", "--config", "his.yaml"], "ana.db"),
        (["--config", "his.yaml"], "his.db"),
    ):
        assert cli.run_command_line(["export", *arguments]) == 2
        assert name in capsys.readouterr().err
    monkeypatch.setenv("MIXBRIDGE_PROFILE", "cy")
    assert cli.run_command_line(["export"]) == 2
    assert "cy.db" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "../ana", "a/b", "a\nb", "x" * 61, ".ana", "ana."])
def test_a_name_that_is_no_name_of_a_file_is_refused(here: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="profile: expected a name of letters"):
        load(None, {"profile": name})


def test_the_limits_are_not_taken_for_a_person(here: Path) -> None:
    with pytest.raises(ConfigError, match=r"'live' is a choice of limits: guard\.profile"):
        load(None, {"profile": "live"})
