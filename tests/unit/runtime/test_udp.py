"""The endpoint over real sockets of loopback."""

import asyncio
import logging
import math
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterator

import numpy as np
import pytest

from bridge.daw.generic import GenericDialect
from bridge.errors import NetworkError
from bridge.osc.decode import Fault
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.runtime import udp
from bridge.runtime.meters import LevelMeters
from bridge.runtime.udp import DRAIN, Address, UdpEndpoint, resolve

FADER = OscMessage("/mix/track/1/gain", (-6.0,))
METER = OscMessage("/mix/track/1/meter", (-20.0, -10.0))
LAST = OscMessage("/last")


class Inbox:
    """What an endpoint heard, and a way to wait for `LAST`, by which a sender ends."""

    def __init__(self) -> None:
        self.heard: list[OscMessage] = []
        self.senders: list[Address] = []
        self.times: list[float] = []
        self._is_over = asyncio.Event()

    def on_message(self, message: OscMessage, sender: Address, at: float) -> None:
        if message == LAST:
            self._is_over.set()
            return
        self.heard.append(message)
        self.senders.append(sender)
        self.times.append(at)

    async def until_last(self) -> list[OscMessage]:
        await asyncio.wait_for(self._is_over.wait(), 10.0)
        self._is_over.clear()
        return self.heard


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(10.0)
        yield sock


Scene = Callable[[UdpEndpoint, Inbox], Awaitable[None]]


def play(scene: Scene, levels: LevelMeters | None = None) -> None:
    """Run a scene with an endpoint of its own."""

    async def run() -> None:
        inbox = Inbox()
        endpoint = UdpEndpoint.open("127.0.0.1", 0, on_message=inbox.on_message, levels=levels)
        try:
            await scene(endpoint, inbox)
        finally:
            endpoint.close()

    asyncio.run(run())


async def hear(
    peer: socket.socket, endpoint: UdpEndpoint, inbox: Inbox, *datagrams: bytes
) -> list[OscMessage]:
    for datagram in (*datagrams, encode(LAST)):
        peer.sendto(datagram, endpoint.address)
    return await inbox.until_last()


def bundle(*messages: OscMessage) -> bytes:
    elements = (encode(message) for message in messages)
    sized = (struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0\0\0\0\0\0\0\0\1" + b"".join(sized)


def test_a_message_arrives_with_its_sender_and_time(peer: socket.socket) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        before = asyncio.get_running_loop().time()
        assert await hear(peer, endpoint, inbox, encode(FADER)) == [FADER]
        assert inbox.senders == [peer.getsockname()]
        assert before <= inbox.times[0] <= asyncio.get_running_loop().time()

    play(scene)


def test_the_same_address_is_heard_again_with_each_new_value(peer: socket.socket) -> None:
    messages = [OscMessage("/mix/track/1/gain", (float(value),)) for value in range(5)]
    messages += [OscMessage("/mix/track/1/gain", (value,)) for value in range(5)]
    messages += [OscMessage("/mix/track/1/name", (name,)) for name in ("Kick", "Kick In")]

    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, *map(encode, messages)) == messages

    play(scene)


def test_a_bundle_is_heard_message_by_message(peer: socket.socket) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, *[bundle(FADER, FADER)] * 3) == [FADER] * 6

    play(scene)


@pytest.mark.parametrize("datagram", [bundle(), b"/x\0\0", b"/x\0\0,\0\0\0"])
def test_what_has_no_arguments_is_heard_each_time(peer: socket.socket, datagram: bytes) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        heard = await hear(peer, endpoint, inbox, datagram, datagram)
        assert heard == [OscMessage("/x")] * (2 if datagram.startswith(b"/") else 0)
        assert not endpoint.counters.undecodable

    play(scene)


def test_more_than_one_drain_is_heard_whole_and_in_order(peer: socket.socket) -> None:
    messages = [OscMessage("/n", (value,)) for value in range(3 * DRAIN + 1)]

    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, *map(encode, messages)) == messages
        assert endpoint.counters.received == len(messages) + 1

    play(scene)


def test_the_loop_turns_while_a_burst_is_taken(peer: socket.socket) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        loop = asyncio.get_running_loop()
        heard_at_turns: list[int] = []

        def turn() -> None:
            heard_at_turns.append(len(inbox.heard))
            if len(heard_at_turns) < 8:
                loop.call_soon(turn)

        loop.call_soon(turn)
        await hear(peer, endpoint, inbox, *[encode(FADER)] * (4 * DRAIN))
        taken = np.diff(heard_at_turns)
        assert 0 < taken.max() <= DRAIN

    play(scene)


# -- levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 3], ids=["decoded", "from the cache"])
@pytest.mark.parametrize("is_bundled", [False, True])
def test_levels_go_to_their_slots_and_not_to_the_engine(
    peer: socket.socket, times: int, is_bundled: bool
) -> None:
    levels = LevelMeters(GenericDialect(), at=0.0)
    datagram = bundle(METER) if is_bundled else encode(METER)

    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, *[datagram] * times) == []
        event = levels.collect(at=1.0)
        assert event is not None
        assert np.frombuffer(event.levels, "<f4")[:2].tolist() == [-20.0, -10.0]

    play(scene, levels)


def test_levels_without_a_place_are_messages(peer: socket.socket) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, encode(METER), encode(METER)) == [METER, METER]

    play(scene)


@pytest.mark.parametrize(
    "message",
    [
        OscMessage("/mix/track/1/meter", (-20.0,)),
        OscMessage("/mix/track/1/meter", ("loud", "louder")),
        OscMessage("/mix/track/2000/meter", (-20.0, -10.0)),
    ],
)
def test_a_level_that_has_no_slot_is_left_to_the_dialect_to_refuse(
    peer: socket.socket, message: OscMessage
) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, encode(message)) == [message]

    play(scene, LevelMeters(GenericDialect(), at=0.0))


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("message", [METER, FADER])
@pytest.mark.parametrize("is_header_known", [False, True])
def test_a_number_that_means_nothing_is_left_to_the_dialect_to_refuse(
    peer: socket.socket, message: OscMessage, value: float, is_header_known: bool
) -> None:
    levels = LevelMeters(GenericDialect(), at=0.0)
    good = encode(message)
    bad = good[:-4] + struct.pack(">f", value)

    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        if is_header_known:
            await hear(peer, endpoint, inbox, good)
            levels.collect(at=1.0)
            inbox.heard.clear()
        (heard,) = await hear(peer, endpoint, inbox, bad)
        assert (heard.address, repr(heard.args[-1])) == (message.address, repr(value))
        assert levels.collect(at=2.0) is None
        assert endpoint.counters.undecodable == 0

    play(scene, levels)


@pytest.mark.parametrize("is_bundled", [False, True])
@pytest.mark.parametrize("is_header_known", [False, True])
@pytest.mark.parametrize("said", [-math.inf, "-inf", "-\u221e dB"])
def test_minus_infinity_is_a_level(
    peer: socket.socket, *, is_bundled: bool, is_header_known: bool, said: float | str
) -> None:
    levels = LevelMeters(GenericDialect(), at=0.0)
    head = b"/mix/track/1/meter\0\0"
    if isinstance(said, float):
        silent = head + b",ff\0" + struct.pack(">ff", said, -10.0)
    else:
        text = said.encode() + b"\0" * (4 - len(said.encode()) % 4)
        silent = head + b",sf\0" + text + struct.pack(">f", -10.0)
    if is_bundled:
        silent = b"#bundle\0\0\0\0\0\0\0\0\1" + struct.pack(">i", len(silent)) + silent

    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        known = [encode(METER)] if is_header_known else []
        assert await hear(peer, endpoint, inbox, *known, silent) == []
        event = levels.collect(at=1.0)
        assert event is not None
        assert np.frombuffer(event.levels, "<f4")[:2].tolist() == [-120.0, -10.0]  # the least mean

    play(scene, levels)


@pytest.mark.parametrize("change", [lambda good: good[:-4], lambda good: good + b"\0\0\0\0"])
def test_a_known_header_with_other_arguments_is_refused(
    peer: socket.socket, change: Callable[[bytes], bytes]
) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        good = encode(FADER)
        assert await hear(peer, endpoint, inbox, good, change(good), good) == [FADER, FADER]
        assert endpoint.counters.undecodable == 1

    play(scene)


def test_a_whole_mix_may_come_in_one_bundle(peer: socket.socket) -> None:
    dump = [
        OscMessage(f"/mix/track/{track}/{what}", (value,))
        for track in range(1, 101)
        for what, value in (("name", "Gtr"), ("gain", -10.0), ("pan", 0.5), ("eq/low/gain", 1.0))
    ]
    assert len(bundle(*dump)) > 12_000

    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, bundle(*dump)) == dump

    play(scene)


def test_a_bad_element_of_a_bundle_costs_that_element_and_is_told(peer: socket.socket) -> None:
    bad = b"/mix/track/2/gain\0\0\0,m\0\0\0\0\0\0"
    whole = bundle(FADER) + struct.pack(">i", len(bad)) + bad + bundle(FADER)[16:]
    told: list[tuple[Fault, Address]] = []

    async def run() -> None:
        inbox = Inbox()
        endpoint = UdpEndpoint.open(
            "127.0.0.1",
            0,
            on_message=inbox.on_message,
            on_fault=lambda fault, sender, _: told.append((fault, sender)),
        )
        try:
            assert await hear(peer, endpoint, inbox, whole) == [FADER, FADER]
            assert endpoint.counters.undecodable == 1
        finally:
            endpoint.close()

    asyncio.run(run())
    ((fault, sender),) = told
    assert (fault.address, sender) == ("/mix/track/2/gain", peer.getsockname())


def test_what_is_no_osc_is_counted(peer: socket.socket) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        await hear(peer, endpoint, inbox, *[b"junk"] * 20, b"/x\0\0,b\0\0", b"")
        assert endpoint.counters.undecodable == 22

    play(scene)


def test_the_wire_is_logged_where_that_is_wanted(
    peer: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        await hear(peer, endpoint, inbox, encode(FADER), encode(FADER), b"junk")
        endpoint.send(METER, peer.getsockname())

    play(scene)
    assert "/mix/track" not in caplog.text
    with (
        caplog.at_level(logging.DEBUG, logger="bridge.wire.in"),
        caplog.at_level(logging.DEBUG, logger="bridge.wire.out"),
    ):
        play(scene)
    said = [(record.name, record.getMessage()) for record in caplog.records]
    assert sum("gain" in text for name, text in said if name == "bridge.wire.in") == 2
    assert sum("6a756e6b" in text or "junk" in text for _, text in said) == 1
    assert sum("meter" in text for name, text in said if name == "bridge.wire.out") == 1


def test_no_sender_can_make_the_cache_of_headers_grow_without_bound(
    peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udp, "_MAX_HEADERS", 8)
    messages = [OscMessage(f"/n/{number}", (1.0,)) for number in range(50)]

    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert await hear(peer, endpoint, inbox, *map(encode, messages)) == messages
        assert len(endpoint._headers) <= 8

    play(scene)


# -- sending, and peers that go -------------------------------------------------------------------


def test_a_message_is_sent_from_the_port_that_is_listened_on(peer: socket.socket) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        endpoint.send(FADER, peer.getsockname())
        assert peer.recvfrom(1000) == (encode(FADER), endpoint.address)

    play(scene)


def test_a_peer_that_has_gone_stops_nothing(peer: socket.socket, free_port: int) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        for _ in range(20):
            endpoint.send(FADER, ("127.0.0.1", free_port))
        assert await hear(peer, endpoint, inbox, encode(FADER)) == [FADER]

    play(scene)


def test_what_the_system_will_not_send_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        for _ in range(7):
            endpoint.send(OscMessage("/x", ("y" * 100_000,)), ("127.0.0.1", 9))
        assert endpoint.counters.unsent == 7

    with caplog.at_level(logging.WARNING, logger=udp.__name__):
        play(scene)
    assert len(caplog.records) == 5


# -- opening and closing ----------------------------------------------------------------------


def test_a_port_that_is_taken_is_said_in_one_sentence(peer: socket.socket) -> None:
    port = peer.getsockname()[1]

    async def run() -> None:
        UdpEndpoint.open("127.0.0.1", port, on_message=lambda message, sender, at: None)

    with pytest.raises(NetworkError, match=f"UDP port {port} on 127.0.0.1 is not available"):
        asyncio.run(run())


def test_a_closed_endpoint_frees_its_port() -> None:
    async def run() -> None:
        first = UdpEndpoint.open("127.0.0.1", 0, on_message=lambda message, sender, at: None)
        first.close()
        assert first.lost is None
        port = first.address[1]
        UdpEndpoint.open("127.0.0.1", port, on_message=lambda message, sender, at: None).close()

    asyncio.run(run())


def test_a_name_is_resolved_once_to_numbers() -> None:
    assert resolve("localhost", 9400) == ("127.0.0.1", 9400)


def test_a_host_that_does_not_exist_is_said_in_one_sentence() -> None:
    with pytest.raises(NetworkError, match="No IPv4 address for host 'no host'"):
        resolve("no host", 9400)


def test_a_large_buffer_is_asked_for_and_what_was_granted_is_known() -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
            default_bytes = plain.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        assert endpoint.receive_buffer_bytes >= default_bytes

    play(scene)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what it dropped")
def test_what_the_system_dropped_is_known(peer: socket.socket) -> None:
    async def scene(endpoint: UdpEndpoint, inbox: Inbox) -> None:
        assert endpoint.lost == 0
        endpoint._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        for _ in range(500):
            peer.sendto(encode(FADER), endpoint.address)
        assert endpoint.lost is not None
        assert 400 < endpoint.lost < 500

    play(scene)
