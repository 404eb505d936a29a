"""The profile's file: opening, locking, checking and migrating it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import JournalError
from bridge.journal import store as store_module
from bridge.journal.schema import MIGRATIONS, migrate
from bridge.journal.store import connect, open_read_only, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile.db"


def _make(path: Path, *, events: int = 0, memory: bytes | None = None) -> None:
    with closing(open_store(path)) as store:
        run = store.connection.execute
        number = store.session
        first = run("SELECT coalesce(max(seq), 0) + 1 FROM events").fetchone()[0]
        run(
            "INSERT INTO sessions VALUES (?, '2026-01-01', '2026-01-01', '0', '{}', ?, NULL)",
            (number, first),
        )
        run("BEGIN")
        for seq in range(first, first + events):
            run(
                "INSERT INTO events VALUES (?, ?, 'Tick', '{}', ?, NULL)", (seq, number, bytes(900))
            )
        run("COMMIT")
        if memory is not None:
            run("INSERT OR REPLACE INTO memory VALUES (1, ?, ?)", (first, memory))


def _asides(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.broken-*Z"))


def test_a_new_profile_begins_with_session_one_and_knows_nothing(path: Path) -> None:
    with closing(open_store(path)) as store:
        assert (store.session, store.memory, store.has_crashed) == (1, None, False)
        assert store.notes == ()


def test_a_later_opening_finds_what_was_learnt(path: Path) -> None:
    _make(path, memory=b"{}")
    with closing(open_store(path)) as store:
        assert (store.session, store.memory) == (2, b"{}")


def test_a_session_without_an_end_was_a_crash(path: Path) -> None:
    _make(path)
    with closing(connect(path)) as connection:
        connection.execute("UPDATE sessions SET ended = NULL")
    with closing(open_store(path)) as store:
        assert store.has_crashed


def test_every_commit_is_synced_to_the_disk(path: Path) -> None:
    with closing(open_store(path)) as store:
        settings = {
            name: store.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "fullfsync": 1,
        "checkpoint_fullfsync": 1,
    }


def test_a_profile_is_open_for_one_at_a_time(path: Path) -> None:
    with closing(open_store(path)), pytest.raises(JournalError, match="in use by another"):
        open_store(path)
    open_store(path).close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"there is no folder .*nowhere; make it, or set"):
        open_store(tmp_path / "nowhere" / "profile.db")


def test_a_name_that_the_system_refuses_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    for opening in (open_store, open_read_only):
        with pytest.raises(JournalError, match="the system says 'File name too long'"):
            opening(tmp_path / ("x" * 5000))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="is not a file"):
        open_store(tmp_path)


def test_a_folder_that_cannot_be_written_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    if os.access(folder, os.W_OK):  # the superuser may write there; nobody makes files in /proc
        folder = Path("/proc")
    with pytest.raises(JournalError, match=r"cannot be locked: .*look at the folder's permissions"):
        open_store(folder / "profile.db")


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".lock"])
def test_a_folder_in_the_place_of_one_of_its_files_is_an_error_in_a_sentence(
    path: Path, suffix: str
) -> None:
    Path(f"{path}{suffix}").mkdir()
    with pytest.raises(JournalError, match=r"^The store .*\.$"):
        open_store(path)


def test_a_file_that_is_no_database_is_moved_aside_untouched(path: Path) -> None:
    path.write_bytes(b"my shopping list\n" * 100)
    with closing(open_store(path)) as store:
        (note,) = store.notes
        assert store.session == 1
    (aside,) = _asides(path)
    assert aside.read_bytes() == b"my shopping list\n" * 100
    assert "was broken (it is not a database)" in note
    assert aside.name in note


def test_a_database_with_a_damaged_page_is_moved_aside(path: Path) -> None:
    _make(path, events=200, memory=b"{}")
    content = bytearray(path.read_bytes())
    content[20 * 4096 : 21 * 4096] = bytes(range(256)) * 16
    path.write_bytes(content)
    with closing(open_store(path)) as store:
        assert store.memory is None
        assert "was broken" in store.notes[0]
    assert _asides(path)[0].read_bytes() == content


def test_a_database_that_was_cut_off_is_moved_aside(path: Path) -> None:
    _make(path, events=200)
    os.truncate(path, path.stat().st_size // 2)
    with closing(open_store(path)) as store:
        assert "was broken" in store.notes[0]


def test_the_log_of_a_broken_database_is_kept_beside_it(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    Path(f"{path}-wal").write_bytes(b"the last commits")
    open_store(path).close()
    (aside,) = _asides(path)
    assert Path(f"{aside}-wal").read_bytes() == b"the last commits"


def test_a_database_without_one_of_its_tables_is_moved_aside(path: Path) -> None:
    _make(path)
    with closing(connect(path)) as connection:
        connection.execute("DROP TABLE lessons")
    with closing(open_store(path)) as store:
        assert "the table lessons is missing" in store.notes[0]


def test_two_broken_files_in_one_second_are_both_kept(path: Path) -> None:
    for _ in range(2):
        path.write_bytes(b"not a database at all")
        open_store(path).close()
    assert len(list(path.parent.glob("*.broken-*"))) == 2


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="a database of another program"):
        open_store(path)
    assert _asides(path) == []
    assert len(path.read_bytes()) == len(before)


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    _make(path)
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match=r"its schema is 99, this one knows up to \d+;"):
        open_store(path)
    with pytest.raises(JournalError, match="its schema is 99"):
        open_read_only(path)
    assert _asides(path) == []


def test_a_refused_opening_leaves_the_profile_free(path: Path) -> None:
    _make(path)
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError):
        open_store(path)
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    open_store(path).close()


_NEXT = (*MIGRATIONS, "CREATE TABLE marks (seq INTEGER); INSERT INTO marks VALUES (7)")


def test_a_migration_keeps_the_data_and_a_copy_of_the_old_file(path: Path) -> None:
    _make(path, events=3, memory=b'{"kick":-1.5}')
    with closing(connect(path)) as connection:
        backup = migrate(connection, path, _NEXT)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(_NEXT),)
        assert connection.execute("SELECT document FROM memory").fetchone() == (b'{"kick":-1.5}',)
        assert connection.execute("SELECT seq FROM marks").fetchone() == (7,)
    assert backup is not None
    with closing(open_read_only(backup)) as old:
        assert old.execute("SELECT count(*) FROM events").fetchone() == (3,)


def test_an_older_profile_is_brought_up_to_date_at_its_opening(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(path, memory=b"{}")
    monkeypatch.setattr(store_module, "migrate", lambda at, name: migrate(at, name, _NEXT))
    with closing(open_store(path)) as store:
        assert store.memory == b"{}"
        assert "was brought up to date" in store.notes[0]


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    _make(path, memory=b"{}")
    wrong = (*MIGRATIONS, "CREATE TABLE marks (seq); INSERT INTO nowhere VALUES (7)")
    with closing(connect(path)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, path, wrong)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "marks" not in names


def test_a_profile_of_this_version_is_not_copied(path: Path) -> None:
    _make(path)
    open_store(path).close()
    assert list(path.parent.glob("*.backup-*")) == []


def test_the_events_of_old_sessions_go_when_the_file_is_large(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        _make(path, events=200, memory=b"{}")
    monkeypatch.setattr(store_module, "_EVENTS_KEPT_BYTES", path.stat().st_size // 2)
    with closing(open_store(path)) as store:
        left = store.connection.execute("SELECT DISTINCT session FROM events").fetchall()
        sessions = store.connection.execute("SELECT count(*) FROM sessions").fetchone()
        assert (left, sessions, store.memory) == ([(3,)], (3,), b"{}")


def test_a_reader_sees_a_live_profile_as_it_was_when_it_began(path: Path) -> None:
    with closing(open_store(path)) as store, closing(open_read_only(path)) as reader:
        store.connection.execute("INSERT INTO memory VALUES (1, 1, X'7B7D')")
        assert reader.execute("SELECT count(*) FROM memory").fetchone() == (0,)
        with closing(open_read_only(path)) as later:
            assert later.execute("SELECT count(*) FROM memory").fetchone() == (1,)


def test_a_reader_needs_no_room_for_an_index_beside_the_file(path: Path) -> None:
    _make(path, memory=b"{}")
    Path(f"{path}-shm").mkdir()
    with closing(open_read_only(path)) as reader:
        assert reader.execute("SELECT document FROM memory").fetchone() == (b"{}",)


def test_a_reader_cannot_write(path: Path) -> None:
    _make(path)
    with (
        closing(open_read_only(path)) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("DELETE FROM sessions")


def test_a_reader_needs_a_file(path: Path) -> None:
    with pytest.raises(JournalError, match="There is no journal"):
        open_read_only(path)
    assert not path.exists()


def test_a_reader_refuses_what_is_no_profile(path: Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(JournalError, match="cannot be read"):
        open_read_only(path)
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(JournalError, match="is not a database of mixbridge"):
        open_read_only(path)
