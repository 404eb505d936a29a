"""What was learnt, carried to another machine."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import JournalError
from bridge.journal.exchange import _compact, _export, export_json, import_json, read_export
from bridge.journal.store import open_read_only, open_store

_MEMORY = r'{"roles":{"B\u00e4sse":"bass"},"safe":{},"task":{"kick":[0.1,-0.0,1e-300]},"a":0.3}'


def _profile(path: Path, memory: str = _MEMORY) -> Path:
    with closing(open_store(path)) as store:
        store.connection.execute("INSERT INTO memory VALUES (1, 5, ?)", (memory.encode(),))
    return path


def test_what_was_learnt_arrives_byte_for_byte(tmp_path: Path) -> None:
    text = export_json(_profile(tmp_path / "here.db"))
    import_json(tmp_path / "there.db", text)
    with closing(open_store(tmp_path / "there.db")) as store:
        assert store.memory == _MEMORY.encode()
    assert json.loads(export_json(tmp_path / "there.db"))["memory"] == json.loads(_MEMORY)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(_JSON)
def test_an_export_is_read_back_to_the_same_bytes(memory: object) -> None:
    assert read_export(_export(_compact(memory))) == _compact(memory)


def test_an_export_is_readable_and_says_where_it_comes_from(tmp_path: Path) -> None:
    text = export_json(_profile(tmp_path / "here.db"))
    document = json.loads(text)
    assert document["format"] == "mixbridge memory"
    assert set(document) >= {"format_version", "exported", "mixbridge", "sha256"}
    assert '\n  "roles": {' in text


def test_an_import_keeps_a_copy_of_what_was_there(tmp_path: Path) -> None:
    text = export_json(_profile(tmp_path / "here.db"))
    there = _profile(tmp_path / "there.db", "{}")
    backup = import_json(there, text)
    with closing(open_read_only(backup)) as old:
        assert old.execute("SELECT document FROM memory").fetchone() == (b"{}",)


def test_an_import_into_a_profile_in_use_is_refused(tmp_path: Path) -> None:
    text = export_json(_profile(tmp_path / "here.db"))
    with (
        closing(open_store(tmp_path / "there.db")),
        pytest.raises(JournalError, match="in use by another mixbridge"),
    ):
        import_json(tmp_path / "there.db", text)


def test_a_profile_that_has_learnt_nothing_exports_nothing(tmp_path: Path) -> None:
    open_store(tmp_path / "new.db").close()
    with pytest.raises(JournalError, match="nothing was learnt yet"):
        export_json(tmp_path / "new.db")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not from `mixbridge export`"),
        ("[" * 100_000, "is not JSON from"),
        ("[]", "not from `mixbridge export`"),
        ('{"format":"other"}', "not from `mixbridge export`"),
        ('{"format":"mixbridge memory","format_version":2}', "has the format version 2"),
        ('{"format":"mixbridge memory","format_version":1}', "changed or damaged"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_and_touches_nothing(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(JournalError, match=sentence):
        import_json(tmp_path / "there.db", text)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_edited_or_cut_off_is_refused(tmp_path: Path) -> None:
    text = export_json(_profile(tmp_path / "here.db"))
    with pytest.raises(JournalError, match="its checksum does not match"):
        read_export(text.replace("1e-300", "1e-299"))
    with pytest.raises(JournalError, match="was cut off: it breaks in line"):
        read_export(text[:-20])
