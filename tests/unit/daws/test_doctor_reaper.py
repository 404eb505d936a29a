"""What the doctor says of REAPER, whole or with one thing wrong."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ports import free_ports
from support.reaper.fake import FakeReaper, LuaScript

from bridge.config import Settings
from bridge.daws.reaper.setup import plan_reaper
from bridge.doctor import Level, daw_findings
from bridge.install.setup import carry_out
from bridge.osc.decode import decode
from bridge.osc.encode import encode

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reaper.ini").write_text("[reaper]\nvuminvol=-48\nvumaxvol=12\n")
    return tmp_path


def settings(folder: Path, *, port: int = 8000, listen: int = 9400) -> Settings:
    return Settings.model_validate(
        {
            "daw": {"dialect": "reaper", "port": port},
            "reaper": {"resource_path": str(folder)},
            "listen": {"port": listen},
        }
    )


def install(folder: Path, bridge_port: int = 9400) -> None:
    carry_out(plan_reaper(folder, bridge_port=bridge_port, is_running=lambda: False))


def finding(folder: Path, subject: str, **ports: int) -> tuple[Level, str]:
    (found,) = (each for each in daw_findings(settings(folder, **ports)) if each.subject == subject)
    return found.level, found.text


def test_without_reaper_it_says_where_it_looked(tmp_path: Path) -> None:
    (found,) = daw_findings(settings(tmp_path / "nowhere"))
    assert found.level is Level.PROBLEM
    assert "nowhere" in found.text


def test_before_the_setup_it_names_it(folder: Path) -> None:
    found = {each.subject: each for each in daw_findings(settings(folder))}
    assert found["REAPER's files"].level is Level.PROBLEM
    assert found["REAPER's OSC"].level is Level.PROBLEM
    assert "mixbridge setup reaper" in found["REAPER's OSC"].remedy


def test_after_the_setup_the_files_and_the_surface_are_well(folder: Path) -> None:
    install(folder)
    assert finding(folder, "REAPER's files")[0] is Level.OK
    assert finding(folder, "REAPER's OSC")[0] is Level.OK
    assert finding(folder, "REAPER's meters")[1] == "from -48 to 12 dBFS"


def test_ports_that_do_not_agree_are_a_problem(folder: Path) -> None:
    install(folder)
    level, text = finding(folder, "REAPER's OSC", port=8123)
    assert level is Level.PROBLEM
    assert "the settings say 8123" in text


def test_another_surface_at_the_same_port_is_a_problem(folder: Path) -> None:
    install(folder)
    ini = folder / "reaper.ini"
    more = 'csurf_cnt=2\ncsurf_1=OSC "x" 7 8000 "1.2.3.4" 9000 1024 10 "Default"'
    ini.write_text(ini.read_text().replace("csurf_cnt=1", more))
    assert "one of them hears nothing" in finding(folder, "REAPER's OSC")[1]


def test_a_changed_pattern_file_is_seen(folder: Path) -> None:
    install(folder)
    (folder / "OSC" / "mixbridge.ReaperOSC").write_text("# mine")
    level, text = finding(folder, "REAPER's files")
    assert (level, text) == (Level.WARNING, "of another version: mixbridge.ReaperOSC")


@pytest.mark.long
def test_the_companion_is_told_from_one_that_has_gone_or_is_of_another_version(
    folder: Path,
) -> None:
    assert finding(folder, "REAPER's companion")[0] is Level.WARNING
    fake = FakeReaper(["Kick", "Bass"], resource=folder)
    LuaScript(fake, "Companion")
    level, text = finding(folder, "REAPER's companion")
    assert (level, text) == (Level.OK, "version 1.1.0, protocol 1, 2 tracks")
    state = folder / "mixbridge" / "state.txt"
    os.utime(state, (time.time() - 60, time.time() - 60))
    assert "has sent nothing for 6" in finding(folder, "REAPER's companion")[1]
    state.write_text(state.read_text().replace("mixbridge-state\t1", "mixbridge-state\t2"))
    assert finding(folder, "REAPER's companion")[0] is Level.PROBLEM


@pytest.fixture
def surface(free_port: int) -> Iterator[tuple[int, int]]:
    """A REAPER that answers at a port; that, and the port that it sends to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.05)
        is_open = True

        def serve() -> None:
            fake = FakeReaper(["Kick", "Bass"])
            while is_open:
                try:
                    fake.hear_osc(decode(sock.recv(8192)))
                except TimeoutError:
                    continue
                for message in fake.turn():
                    sock.sendto(encode(message), ("127.0.0.1", free_port))

        thread = threading.Thread(target=serve)
        thread.start()
        yield sock.getsockname()[1], free_port
        is_open = False
        thread.join()


def test_it_hears_packets_and_a_whole_dump(folder: Path, surface: tuple[int, int]) -> None:
    level, text = finding(folder, "REAPER's answers", port=surface[0], listen=surface[1])
    assert level is Level.OK
    assert text.endswith("a whole dump of 2 tracks")


def test_silence_is_told(folder: Path) -> None:
    silent, listen = free_ports(2)
    level, text = finding(folder, "REAPER's answers", port=silent, listen=listen)
    assert level is Level.WARNING
    assert text.startswith("nothing came")
