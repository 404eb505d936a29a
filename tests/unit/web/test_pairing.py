"""What is shown at the start, for this machine and for a phone."""

import pytest

from bridge.web.pairing import in_words, show_links
from bridge.web.server import names_of_this_machine

LINKS = (
    "http://127.0.0.1:9480/",
    "http://192.168.1.7:9480/remote#all",
    "http://192.168.1.7:9480/#look",
)


def test_for_this_machine_there_is_a_link_and_no_code(capsys: pytest.CaptureFixture[str]) -> None:
    show_links(LINKS[:1])
    assert capsys.readouterr().err == "The page: http://127.0.0.1:9480/\n"
    show_links(())
    assert capsys.readouterr().err == ""


def test_for_a_phone_there_is_a_code_and_a_link_that_only_looks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_links(LINKS)
    shown = capsys.readouterr().err
    assert "To look only, from another machine: http://192.168.1.7:9480/#look" in shown
    assert "whoever has this link can do everything" in shown
    code = [line for line in shown.splitlines() if set(line) & set("\u2580\u2584\u2588")]
    assert len(code) > 10
    assert len(in_words(LINKS)) == 3


def test_only_on_loopback_are_there_no_names_of_the_network() -> None:
    names, shown = names_of_this_machine("127.0.0.1")
    assert (names, shown) == ({"127.0.0.1", "localhost", "::1"}, "127.0.0.1")
    names, shown = names_of_this_machine("192.168.1.7")
    assert shown == "192.168.1.7"
    assert "192.168.1.7" in names
    assert any(name.endswith(".local") for name in names)
