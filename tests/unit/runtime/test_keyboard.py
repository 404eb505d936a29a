"""The table of keys, and what presses mean."""

import pytest

from bridge.errors import BridgeError
from bridge.runtime.keyboard import KEYS, TWICE_S, KeyReader, require_terminal


@pytest.mark.parametrize("place", ["on_page", "in_terminal"])
def test_no_key_is_there_twice_and_none_is_one_that_is_pressed_by_habit(place: str) -> None:
    keys = [row.key for row in KEYS if getattr(row, place)]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 1 and key.strip() and key.isprintable() for key in keys)


@pytest.mark.parametrize(
    ("key", "action"), [("g", "good"), ("b", "bad"), ("R", "rearm"), ("?", "help")]
)
def test_a_key_means_its_action(key: str, action: str) -> None:
    assert KeyReader().action(key, 0.0) == action


@pytest.mark.parametrize("key", ["\x1b", "up", " ", "p", "x", "\n"])
def test_other_keys_mean_nothing(key: str) -> None:
    reader = KeyReader()
    assert (reader.action(key, 0.0), reader.hint) == ("", "")


def test_panic_takes_two_presses_soon_after_each_other() -> None:
    reader = KeyReader()
    assert reader.action("P", 10.0) == ""
    assert reader.hint == "Press Shift+P again for panic: back to the start."
    assert reader.action("P", 10.0 + TWICE_S) == "panic"
    assert reader.hint == ""


def test_the_mix_is_endorsed_by_two_presses_too() -> None:
    reader = KeyReader()
    assert reader.action("w", 10.0) == ""
    assert reader.hint == "Press w again for this mix is as I want it: learn from all of it."
    assert reader.action("w", 10.5) == "endorse"


@pytest.mark.parametrize(("between", "later"), [("", TWICE_S + 0.1), ("g", 0.5)])
def test_a_second_press_too_late_or_after_another_key_is_a_first_one(
    between: str, later: float
) -> None:
    reader = KeyReader()
    reader.action("P", 10.0)
    if between:
        reader.action(between, 10.1)
    assert reader.action("P", 10.0 + later) == ""
    assert reader.hint


def test_a_terminal_that_cannot_move_its_cursor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(BridgeError, match="--page"):
        require_terminal()
