"""`mixbridge run --trace`: what a running bridge records, whatever ends it."""

import asyncio
import socket
import time
from pathlib import Path

import pytest
from support.ports import free_ports
from support.rig import A_WHILE_S, PATIENCE_S, Bridge, Desk, encode, ending

from bridge.app import make_offline, open_bridge
from bridge.config import DawSettings, ListenSettings, MidiSettings, Settings, WebSettings
from bridge.mix.messages import LinkState, PanicPressed
from bridge.trace.file import Asked, Datagram, read_trace
from bridge.trace.replay import play
from bridge.trace.trace import Tracing

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _as_before() -> None:
    assert Bridge.options == ()


def traced(monkeypatch: pytest.MonkeyPatch, folder: Path, *options: str) -> Path:
    """Let the next bridge write a trace there."""
    path = folder / "trace.jsonl"
    monkeypatch.setattr(Bridge, "options", ("--trace", str(path), *options))
    return path


def test_a_bridge_that_is_killed_leaves_a_trace_that_can_be_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = traced(monkeypatch, tmp_path, "--trace-mask-names")
    bridge = Bridge(tmp_path, mode="observe")
    monkeypatch.undo()
    try:
        desk = Desk(port=bridge.daw_port, bridge_port=bridge.port)
        try:
            desk.load((("Anna's Vox", "lead"), ("Kick", "kick"), ("Gtr", "guitar")))
            desk.greet()
            desk.wait_for_status("online")
            desk.hand(2, "gain", -9.0)
            desk.hear("/bridge/change", "hand", 2)
        finally:
            desk.close()
    finally:
        bridge.kill()
    assert "Anna" not in path.read_text(encoding="utf-8")
    (part,) = read_trace(path)
    played = play(part, make_offline)
    ((_, hand),) = played.hands
    assert (hand.track, hand.to_value) == (2, pytest.approx(-9.0))
    assert played.names[0].startswith("Lead ")
    assert played.status == LinkState.ONLINE


def test_a_trace_that_cannot_be_written_is_told_and_the_bridge_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traced(monkeypatch, tmp_path / "nowhere")
    with ending(Bridge(tmp_path)) as bridge:
        monkeypatch.undo()
        desk = Desk(port=bridge.daw_port, bridge_port=bridge.port)
        try:
            desk.load()
            desk.greet()
            desk.wait_for_status("online")
        finally:
            desk.close()
    log = bridge.log.read_text(encoding="utf-8")
    assert log.count("cannot be written (no such file or directory)") == 1


def test_requests_beside_osc_are_recorded_once_and_those_of_osc_as_datagrams(
    tmp_path: Path,
) -> None:
    daw_port, port = free_ports(2)
    settings = Settings(
        daw=DawSettings(port=daw_port), listen=ListenSettings(port=port),
        store=tmp_path / "mix.db",
        web=WebSettings(enabled=False), midi=MidiSettings(enabled=False),
    )  # fmt: skip
    path = tmp_path / "trace.jsonl"

    async def run() -> None:
        async with open_bridge(settings, tracing=Tracing(path=path)) as bridge:
            bridge.runner.request(PanicPressed(at=time.monotonic()))  # as the page does
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as remote:
                remote.sendto(encode("/bridge/rearm"), ("127.0.0.1", port))
                end = time.monotonic() + PATIENCE_S
                while b"rearm" not in path.read_bytes() and time.monotonic() < end:
                    await asyncio.sleep(A_WHILE_S / 10)

    asyncio.run(run())
    (part,) = read_trace(path)
    assert [each.kind for each in part.records if isinstance(each, Asked)] == ["PanicPressed"]
    came = [each for each in part.records if isinstance(each, Datagram) and not each.is_sent]
    assert [each.osc for each in came] == [encode("/bridge/rearm")]
