"""The shell's remote control, against a bridge that says only what it is told to say."""

import pytest
from support.answering import answering

from bridge.errors import NetworkError, RefusedError
from bridge.osc.message import OscMessage
from bridge.runtime import remote
from bridge.runtime.remote import ask

WELCOME = OscMessage("/bridge/welcome", ("0.1.0", 1))
PANIC = OscMessage("/bridge/panic")


def greeting(message: OscMessage) -> list[OscMessage | bytes]:
    return [WELCOME] if message.address == "/bridge/hello" else []


def test_a_request_leaves_between_two_greetings() -> None:
    with answering(greeting) as (port, heard):
        answer = ask("127.0.0.1", port, PANIC)
    assert [message.address for message in heard] == [
        "/bridge/hello",
        "/bridge/panic",
        "/bridge/hello",
    ]
    assert (answer.version, answer.state) == ("0.1.0", "")


def test_the_last_status_is_the_answer() -> None:
    def replies(message: OscMessage) -> list[OscMessage | bytes]:
        if message.address == "/bridge/panic":
            return [OscMessage("/bridge/status", ("panic", "Fading back."))]
        return [OscMessage("/bridge/status", ("online", "All is well.")), *greeting(message)][::-1]

    with answering(replies) as (port, _):
        assert ask("127.0.0.1", port, PANIC).state == "online"


def test_a_refusal_is_an_error_with_the_bridges_own_words() -> None:
    def replies(message: OscMessage) -> list[OscMessage | bytes]:
        if message.address == "/bridge/safe":
            return [OscMessage("/bridge/error", ("No track 99.",))]
        return greeting(message)

    with answering(replies) as (port, _), pytest.raises(RefusedError, match=r"^No track 99\.$"):
        ask("127.0.0.1", port, OscMessage("/bridge/safe", ("99", "all", 1)))


def test_what_is_no_osc_is_passed_over() -> None:
    with answering(lambda message: [b"not OSC", *greeting(message)]) as (port, _):
        assert ask("127.0.0.1", port).version == "0.1.0"


def test_a_program_that_never_answers_is_no_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_PATIENCE_S", 0.02)
    with (
        answering(lambda _: []) as (port, heard),
        pytest.raises(NetworkError, match=f"No mixbridge answers at 127.0.0.1:{port}"),
    ):
        ask("127.0.0.1", port)
    assert len(heard) == 6


def test_a_port_where_nothing_listens_is_no_bridge(free_port: int) -> None:
    with pytest.raises(NetworkError, match=f"answers at 127.0.0.1:{free_port}: start one"):
        ask("0.0.0.0", free_port, PANIC)  # noqa: S104 (it is asked on loopback)
