"""The doctor says in plain words what a running bridge has counted."""

from dataclasses import fields

from bridge.doctor_stats import examine, lines
from bridge.runtime.counters import Counters


def test_every_counter_has_its_words() -> None:
    for field in fields(Counters):
        counters = Counters()
        setattr(counters, field.name, 7)
        (_, _, traffic, _), *more = lines(counters.as_dict())
        said = traffic + "".join(text for _, _, text, _ in more)
        assert ": 7" in said, field.name
        assert all(level == "warning" and remedy for level, _, _, remedy in more), field.name


def test_what_never_happened_has_no_line() -> None:
    assert list(lines(Counters(received=3).as_dict())) == [
        ("ok", "traffic", "datagrams received: 3", "")
    ]
    assert list(lines(Counters().as_dict())) == [("ok", "traffic", "nothing was received", "")]


def test_counters_of_another_version_stop_nothing() -> None:
    (_, (level, subject, text, _)) = lines({"unknown": 2, "of the future": 9})
    assert (level, subject) == ("warning", "unknown")
    assert text == "messages to unknown addresses, which were ignored: 2"


def test_without_a_bridge_nothing_is_said(free_port: int) -> None:
    assert list(examine("127.0.0.1", free_port)) == []
