"""Each rule of the gate refuses what it is there for, and nothing else would."""

from collections.abc import Callable

import pytest

from bridge.web import gate
from bridge.web.gate import Asked, Refusal, refusal

HOSTS = frozenset({"127.0.0.1", "localhost", "::1", "192.168.1.7", "studio.local"})


def asked(**more: object) -> Asked:
    """A request of our own page, with these changes."""
    fields: dict[str, object] = {
        "method": "GET", "is_program": True, "host": "127.0.0.1:9480", "origin": None,
        "site": None, "content_type": None, **more,
    }  # fmt: skip
    return Asked(**fields)  # type: ignore[arg-type]


BAD = [
    ("foreign host", "_must_call_this_machine", {"host": "evil.example"}, 403),
    ("rebound host", "_must_call_this_machine", {"host": "evil.example:9480"}, 403),
    ("host that begins well", "_must_call_this_machine", {"host": "127.0.0.1.evil.example"}, 403),
    ("no host", "_must_call_this_machine", {"host": None}, 403),
    ("foreign origin", "_must_come_from_this_page", {"origin": "http://evil.example"}, 403),
    ("null origin", "_must_come_from_this_page", {"origin": "null"}, 403),
    ("another port", "_must_come_from_this_page", {"origin": "http://127.0.0.1:8000"}, 403),
    ("https", "_must_come_from_this_page", {"origin": "https://127.0.0.1:9480"}, 403),
    ("another page's image", "_must_not_be_embedded", {"site": "cross-site"}, 403),
    ("same-site page", "_must_not_be_embedded", {"site": "same-site"}, 403),
    ("PUT", "_must_be_a_known_method", {"method": "PUT"}, 405),
    ("OPTIONS", "_must_be_a_known_method", {"method": "OPTIONS"}, 405),
    ("plain text", "_must_be_json", {"method": "POST", "content_type": "text/plain"}, 415),
    ("a form", "_must_be_json", {"method": "POST", "content_type": "multipart/form-data"}, 415),
    ("almost", "_must_be_json", {"method": "POST", "content_type": "text/plain; x/json"}, 415),
    ("nothing", "_must_be_json", {"method": "POST"}, 415),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rule", "more", "status"), BAD)
def test_what_a_rule_is_there_for_is_refused(
    name: str, rule: str, more: dict[str, object], status: int
) -> None:
    no = refusal(asked(**more), HOSTS)
    assert no is not None, name
    assert no.status == status
    assert no.text.endswith(".")


@pytest.mark.parametrize(("name", "rule", "more", "status"), BAD)
def test_without_its_rule_it_would_be_let_in(
    monkeypatch: pytest.MonkeyPatch, name: str, rule: str, more: dict[str, object], status: int
) -> None:
    left: tuple[Callable[..., Refusal | None], ...] = tuple(
        each for each in gate.RULES if each.__name__ != rule
    )
    assert len(left) == len(gate.RULES) - 1
    monkeypatch.setattr(gate, "RULES", left)
    assert refusal(asked(**more), HOSTS) is None


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"origin": "http://127.0.0.1:9480", "site": "same-origin"},
        {"host": "localhost:9480"},
        {"host": "LOCALHOST"},
        {"host": "[::1]:9480"},
        {"host": "192.168.1.7:9480", "origin": "http://192.168.1.7:9480"},
        {"host": "studio.local:9480"},
        {"method": "HEAD"},
        {"method": "POST", "content_type": "application/json"},
        {"method": "POST", "content_type": "Application/JSON; charset=utf-8"},
        {"is_program": False, "site": "cross-site"},  # a link on another page may be followed
        {"site": "none"},
    ],
)
def test_our_own_page_and_programs_of_this_machine_are_let_in(more: dict[str, object]) -> None:
    assert refusal(asked(**more), HOSTS) is None
