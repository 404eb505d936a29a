"""Tokens, and the file that they are kept in."""

import json
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.errors import JournalError
from bridge.journal.state_file import read_state, state_path, write_state
from bridge.web.access import LIFE_DAYS, Access, Right


def test_two_tokens_of_128_bits_allow_different_things() -> None:
    access = Access.fresh()
    assert (len(access.all), len(access.look)) == (22, 22)
    assert access.right(access.all) is Right.ALL
    assert access.right(access.look) is Right.LOOK
    for wrong in ("", access.all[:-1], access.all + "x", "ü", access.all.swapcase()):
        assert access.right(wrong) is Right.NOTHING


def test_a_phone_stays_paired_for_a_month() -> None:
    access = Access.fresh()
    assert Access.load(access.to_json()) == access
    old = datetime.now(UTC) - timedelta(days=LIFE_DAYS, seconds=1)
    assert Access.load({**access.to_json(), "made": old.isoformat()}) != access


@pytest.mark.parametrize("change", [{"all": "x"}, {"look": ""}, {"made": "yesterday"}, {"made": 7}])
def test_tokens_that_were_tampered_with_are_made_anew(change: dict[str, object]) -> None:
    access = Access.fresh()
    again = Access.load({**access.to_json(), **change})
    assert again.all != access.all


def test_one_token_for_both_is_none() -> None:
    access = Access.fresh()
    assert Access.load({**access.to_json(), "look": access.all}).look != access.all


def test_the_state_file_keeps_each_part_and_only_for_this_user(tmp_path: Path) -> None:
    store = tmp_path / "mix.db"
    write_state(store, "page", {"a": 1})
    write_state(store, "midi", {"b": 2})
    write_state(store, "page", {"a": 3})
    assert read_state(store) == {"page": {"a": 3}, "midi": {"b": 2}}
    assert state_path(store).name == "mix.state.json"
    if sys.platform != "win32":
        assert stat.S_IMODE(state_path(store).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["mix.state.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "\xff", "[" * 100_000])
def test_a_state_file_that_cannot_be_read_is_as_none(tmp_path: Path, text: str) -> None:
    store = tmp_path / "mix.db"
    state_path(store).write_text(text, encoding="latin-1")
    assert read_state(store) == {}
    write_state(store, "midi", {})
    assert json.loads(state_path(store).read_text()) == {"midi": {}}


def test_a_state_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be written"):
        write_state(tmp_path / "none" / "mix.db", "midi", {})
