"""What the doctor says of Live: asked itself, told by a running bridge, or with one thing wrong."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ports import free_ports

from bridge.config import Settings
from bridge.daws.ableton import inquiry as ableton_osc
from bridge.daws.ableton.doctor import files, findings_of
from bridge.daws.ableton.setup import plan_ableton
from bridge.doctor import Level, daw_findings
from bridge.install.setup import carry_out
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.runtime.port_owner import owners, owners_in_lsof, pids_in_netstat, why_not_bound

TESTS = Path(__file__).parents[2]


@pytest.fixture
def ports() -> tuple[int, int]:
    """Two UDP ports that nobody has: AbletonOSC's, and where it answers."""
    live, bridge = free_ports(2)
    return live, bridge


@pytest.fixture
def live(ports: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """A Live of three tracks that answers at these ports."""
    with subprocess.Popen(
        [
            sys.executable, "-m", "support.ableton.process",
            *map(str, ports), "Kick", "Bass", "Vox",
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(TESTS.parent), str(TESTS)))},
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield ports


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ableton_osc, "DEVICES_SPEAK_S", 0.2)


def settings(ports: tuple[int, int]) -> Settings:
    return Settings.model_validate(
        {"daw": {"dialect": "ableton", "port": ports[0]}, "listen": {"port": ports[1]}}
    )


def findings(ports: tuple[int, int]) -> dict[str, tuple[Level, str]]:
    return {found.subject: (found.level, found.text) for found in daw_findings(settings(ports))}


@pytest.mark.slow
def test_live_is_asked_where_no_bridge_runs(live: tuple[int, int]) -> None:
    found = findings(live)
    assert found["AbletonOSC"][0] is Level.OK
    assert found["Live"] == (Level.OK, "version 12.1")
    assert found["AbletonOSC's age"] == (Level.OK, "of 2024-02-25 or newer")
    assert found["AbletonOSC's log"][1].startswith("level info")
    assert found["EQ Eight"] == (Level.OK, "on each of 3 tracks")
    assert found["Live's hub"][0] is Level.WARNING


@pytest.mark.slow
def test_the_setup_asks_it_too(live: tuple[int, int], tmp_path: Path) -> None:
    found = plan_ableton(tmp_path, ports=live).found
    assert found[-1] == "AbletonOSC answers from Live 12.1, and is new enough."


@pytest.mark.slow
def test_where_nobody_listens_it_says_what_to_click(ports: tuple[int, int]) -> None:
    level, text = findings(ports)["AbletonOSC"]
    assert (level, "nothing listens there" in text) == (Level.PROBLEM, True)


@pytest.mark.slow
def test_a_program_that_is_silent_is_named(ports: tuple[int, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", ports[0]))
        level, text = findings(ports)["AbletonOSC"]
    assert level is Level.PROBLEM
    assert "does not answer" in text
    if sys.platform == "linux":
        assert f"(process {os.getpid()}) has that port" in text


def test_who_has_the_port_of_the_answers_is_named(
    live: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.runtime.remote._PATIENCE_S", 0.02)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", live[1]))
        level, text = findings(live)["AbletonOSC"]
    assert level is Level.PROBLEM
    assert f"UDP port {live[1]}" in text
    if sys.platform == "linux":
        assert f"(process {os.getpid()})" in text


def test_our_devices_are_heard(ports: tuple[int, int]) -> None:
    with (
        ableton_osc.AbletonOsc("127.0.0.1", ports[0], ("127.0.0.1", ports[1])) as ear,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as devices,
    ):
        for address, *args in (
            ("/bridge/hello", 9401),
            ("/mix/tap/hello", 7, "Kick", "1.0.0"),
            ("/mix/tap/hello", 7, "Kick", "1.0.0"),
            ("/mix/tap/hello", 0, "Bass", "1.0.0"),
        ):
            devices.sendto(encode(OscMessage(str(address), tuple(args))), ("127.0.0.1", ports[1]))
        facts = ableton_osc.find_devices(ear)
    assert facts == {"hub_silent_s": 0.0, "taps": 1.0, "taps_astray": 1.0}


@pytest.mark.parametrize(
    ("facts", "subject", "level", "text"),
    [
        ({"answers_per_s": 9.8}, "AbletonOSC", "ok", "9.8 times a second"),
        ({"answers_per_s": 1.0}, "AbletonOSC", "warning", "1.0 times a second"),
        ({"since": ""}, "AbletonOSC's age", "problem", "older than 2023-04-07"),
        ({"since": "2023-04-07"}, "AbletonOSC's age", "problem", "older than 2024-02-25"),
        ({"no_eq": "Kick, Vox", "tracks": 5.0}, "EQ Eight", "ok", "not on 2 of 5 tracks"),
        ({"put_right": 2.0}, "Live's tracks", "ok", "2 writes"),
        ({"error": "Index out of range"}, "AbletonOSC's errors", "warning", "Index out of range"),
        ({"answers_per_s": 9.8, "silent_s": 60.0}, "AbletonOSC", "problem", "for 60 s"),
        ({"missing": "/live/x"}, "AbletonOSC's age", "problem", "/live/x"),
        ({"hub_silent_s": 1.0}, "Live's hub", "ok", "has spoken"),
        ({"taps": 3.0, "tracks": 5.0}, "Live's devices", "ok", "3 track devices"),
        ({"taps_astray": 1.0}, "Live's devices", "warning", "no hub has told them"),
    ],
)
def test_each_fact_has_its_line(
    facts: dict[str, str | float], subject: str, level: str, text: str, ports: tuple[int, int]
) -> None:
    (line,) = (
        line for line in findings_of(facts, settings(ports), is_running=True) if line[1] == subject
    )
    assert line[0] == level
    assert text in line[2]


def test_the_files_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.daws.ableton.doctor.find_user_library", lambda _given: tmp_path)
    assert [line[0] for line in files()] == ["warning", "warning"]
    carry_out(plan_ableton(tmp_path))
    script = tmp_path / "Remote Scripts" / "AbletonOSC"
    script.mkdir(parents=True)
    (script / "__init__.py").touch()
    assert [line[0] for line in files()] == ["ok", "ok"]


def test_the_owner_of_a_port_is_found_where_the_system_says() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert why_not_bound("127.0.0.1", port)
        if sys.platform == "linux":
            assert [name.rpartition(" ")[2] for name in owners(port)] == [f"{os.getpid()})"]
    assert owners(port) == ()
    assert owners_in_lsof("p12\ncMax\np34\ncLive Suite\n") == [("Max", 12), ("Live Suite", 34)]
    listed = "  UDP    0.0.0.0:11001   *:*    4242\r\n  UDP    127.0.0.1:21001   *:*    7\n"
    assert pids_in_netstat(listed, 11001) == [4242]
