"""Looking for desks, as far as loopback goes: by IPv4, IPv6 and broadcast."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from bridge.daws.desk import finding
from bridge.daws.desk.finding import FoundDesk, broadcasts, describe, find_desks, read_answer
from bridge.daws.desk.study.fake import NAMES, FakeDesk
from bridge.daws.desk.study.loopback import DeskOnLoopback
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

_LOOK_S = 1.0
_BROADCAST = "127.255.255.255"


def xinfo(name: str, ip: str = "192.168.1.64") -> bytes:
    return encode(OscMessage("/xinfo", (ip, name, "X32", "4.06")))


def test_by_ipv6_a_desk_is_found_and_named_with_its_address() -> None:
    try:
        served = DeskOnLoopback(FakeDesk().plug(NAMES[:2]), host="::1")
    except OSError:
        pytest.skip("this system has no IPv6")
    with closing(served):
        (desk,) = find_desks("::1", served.port, look_s=_LOOK_S)
        assert desk.address == ("::1", served.port)
        assert served.written == []


def test_a_name_that_has_addresses_of_both_kinds_is_asked_by_both() -> None:
    with closing(DeskOnLoopback(FakeDesk().plug(NAMES[:2]))) as served:
        (desk,) = find_desks("localhost", served.port, look_s=_LOOK_S)
        assert desk.address[1] == served.port


@pytest.fixture
def broadcast_desk() -> Iterator[int]:
    """A desk that hears what is sent to everyone on loopback, and answers from its own address."""
    try:
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.bind(("127.0.0.1", 0))
        port = int(own.getsockname()[1])
        ears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ears.bind((_BROADCAST, port))
    except OSError:
        pytest.skip("this system has no broadcast on loopback")
    ears.settimeout(0.1)
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            try:
                _, sender = ears.recvfrom(2048)
            except TimeoutError:
                continue
            own.sendto(xinfo("FOH"), sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield port
    is_over.set()
    thread.join()
    own.close()
    ears.close()


@pytest.mark.slow
def test_a_desk_that_is_looked_for_is_found_once(
    broadcast_desk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "_EVERYONE", _BROADCAST)
    monkeypatch.setattr(finding, "broadcasts", lambda: iter([_BROADCAST]))
    (desk,) = find_desks("", broadcast_desk, look_s=_LOOK_S)
    assert str(desk) == f"X32 FOH at 127.0.0.1:{broadcast_desk}"


def test_the_broadcast_addresses_of_this_machine_are_addresses() -> None:
    for address in broadcasts():
        assert len(socket.inet_aton(address)) == 4


def found(name: str, address: str, ip: str = "") -> FoundDesk:
    desk = read_answer(xinfo(name, ip or address), (address, 10023))
    assert desk is not None
    return desk


def test_one_desk_by_two_ways_is_one_and_two_of_one_name_are_two() -> None:
    assert found("X32", "10.0.0.9", "10.0.0.9").identity == (
        found("X32", "192.168.1.9", "10.0.0.9").identity
    )
    assert found("X32", "10.0.0.9").identity != found("X32", "10.0.0.8").identity


@pytest.mark.parametrize(
    ("desks", "words"),
    [
        ([], "no desk answers"),
        ([found("A", "10.0.0.1"), found("B", "10.0.0.2")], "2 desks answer: X32 A at 10.0.0.1"),
        ([found("A", "10.0.0.1"), found("B", "10.0.0.1")], "2 desks answer at one address"),
    ],
)
def test_why_there_is_no_desk_is_a_sentence(desks: list[FoundDesk], words: str) -> None:
    assert words in describe(desks, "")


@pytest.mark.parametrize(
    "spoil", [lambda raw: raw[:-3], lambda raw: raw[4:], lambda _: b"", lambda raw: raw[:8] * 4]
)
def test_what_is_no_answer_is_no_desk(spoil: Callable[[bytes], bytes]) -> None:
    assert read_answer(spoil(xinfo("FOH")), ("10.0.0.1", 10023)) is None
