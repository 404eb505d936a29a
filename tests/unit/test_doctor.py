"""The doctor finds what is wrong, says what to do, and never stumbles over it."""

import socket
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge import doctor
from bridge.doctor import Finding, Level
from bridge.journal.store import open_store
from bridge.midi.ports import Ports, why_none
from bridge.runtime import remote


def test_an_old_python_is_a_problem() -> None:
    assert doctor.python_version((3, 11, 0)).level is Level.OK
    finding = doctor.python_version((3, 10, 9))
    assert (finding.level, finding.text) == (Level.PROBLEM, "Python 3.10.9 is too old")


def test_the_libraries_are_told_with_their_versions() -> None:
    finding = doctor.libraries()
    assert finding.level is Level.OK
    assert "python-osc 1." in finding.text


def test_a_library_that_is_missing_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("click", "no-such-library"))
    finding = doctor.libraries()
    assert (finding.level, finding.text) == (Level.PROBLEM, "no-such-library missing")


def test_a_free_port_is_well(free_port: int) -> None:
    assert doctor.bridge_port("127.0.0.1", free_port).level is Level.OK


def test_a_port_that_another_program_has_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_PATIENCE_S", 0.02)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        finding = doctor.bridge_port("127.0.0.1", other.getsockname()[1])
    assert finding.level is Level.PROBLEM
    assert "address already in use" in finding.text
    assert "listen.port" in finding.remedy


def test_a_port_that_a_running_bridge_has_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = remote.Answer(version="0.1.0", state="online", text="The DAW answers.")
    monkeypatch.setattr(doctor, "ask", lambda _host, _port: answer)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bridge:
        bridge.bind(("127.0.0.1", 0))
        finding = doctor.bridge_port("127.0.0.1", bridge.getsockname()[1])
    assert finding.level is Level.OK
    assert finding.text.endswith("online: The DAW answers.")


def test_a_daw_is_seen_by_its_port() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daw:
        daw.bind(("127.0.0.1", 0))
        port = daw.getsockname()[1]
        assert doctor.daw_port("127.0.0.1", port).level is Level.OK
    assert doctor.daw_port("127.0.0.1", port).level is Level.WARNING
    assert "another machine" in doctor.daw_port("192.0.2.7", port).text


def test_a_small_receive_buffer_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "RECEIVE_BUFFER_BYTES", 1 << 30)
    assert doctor.receive_buffer().level is Level.WARNING
    monkeypatch.setattr(doctor, "RECEIVE_BUFFER_BYTES", 1 << 12)
    assert doctor.receive_buffer().level is Level.OK


def test_a_store_in_no_folder_or_that_is_one_is_a_problem(tmp_path: Path) -> None:
    assert doctor.store_place(tmp_path / "no" / "mix.db").remedy == f"mkdir -p '{tmp_path / 'no'}'"
    assert doctor.store_place(tmp_path).text == f"{tmp_path} is a folder"


def test_a_store_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    """Writing is tried: root may write into every folder, and not onto a full disk."""
    resource: Any = pytest.importorskip("resource")  # POSIX systems alone limit files
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limits[1]))
    try:
        finding = doctor.store_place(tmp_path / "mix.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert finding.level is Level.PROBLEM
    assert f"{tmp_path / 'mix.db'} cannot be written: File too large" in finding.text
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_nearly_full_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.store_place(tmp_path / "mix.db").level is Level.OK
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 1 << 62)
    assert doctor.store_place(tmp_path / "mix.db").level is Level.WARNING


def test_a_journal_that_is_not_there_yet_is_well(tmp_path: Path) -> None:
    assert "will be created" in doctor.store_content(tmp_path / "mix.db").text
    assert list(tmp_path.iterdir()) == []


def test_a_journal_of_ours_opens_also_while_the_bridge_runs(tmp_path: Path) -> None:
    store = open_store(tmp_path / "mix.db")
    try:
        finding = doctor.store_content(tmp_path / "mix.db")
    finally:
        store.close()
    assert (finding.level, "opens, schema 1" in finding.text) == (Level.OK, True)


def test_a_file_that_is_no_database_is_a_warning_since_it_is_moved_aside(tmp_path: Path) -> None:
    (tmp_path / "mix.db").write_bytes(b"these are not the bytes of a database" * 100)
    finding = doctor.store_content(tmp_path / "mix.db")
    assert finding.level is Level.WARNING
    assert "moves it aside, never deletes it" in finding.remedy


@pytest.mark.parametrize("schema", [0, 99])
def test_a_database_of_another_program_or_version_is_a_problem(tmp_path: Path, schema: int) -> None:
    store = open_store(tmp_path / "mix.db")
    store.close()
    connection = sqlite3.connect(tmp_path / "mix.db")
    connection.execute(f"PRAGMA user_version = {schema}")
    if schema == 0:
        connection.execute("PRAGMA application_id = 7")
    connection.close()
    assert doctor.store_content(tmp_path / "mix.db").level is Level.PROBLEM


def _finding(error: Exception) -> Finding:
    def open_midi() -> Ports:
        raise why_none(error)

    return doctor.midi_finding(open_midi)


def test_midi_that_is_missing_for_any_reason_is_a_warning_with_the_reason() -> None:
    assert "[midi]" in _finding(ModuleNotFoundError("rtmidi")).remedy
    assert "libasound" in _finding(ImportError("libasound.so.2: cannot open")).text
    assert "no MIDI: sequencer" in _finding(OSError("sequencer")).text
    assert _finding(RuntimeError("sequencer")).level is Level.WARNING


@pytest.mark.slow
def test_the_page_is_found_free_or_taken(free_port: int) -> None:
    assert doctor.page_port("127.0.0.1", free_port).level is Level.OK
    with socket.create_server(("127.0.0.1", 0)) as taken:
        finding = doctor.page_port("127.0.0.1", taken.getsockname()[1])
    assert finding.level is Level.WARNING
    assert "web.port" in finding.remedy


def test_the_midi_of_this_machine_never_stops_the_doctor(capfd: pytest.CaptureFixture[str]) -> None:
    assert doctor.midi().level in (Level.OK, Level.WARNING)
    assert capfd.readouterr().err == ""


def test_clocks_that_cannot_be_right_are_warnings() -> None:
    assert doctor.monotonic_clock(1e-9).level is Level.OK
    assert doctor.monotonic_clock(0.1).level is Level.WARNING
    assert doctor.wall_clock(datetime(2026, 5, 1, tzinfo=UTC)).level is Level.OK
    assert doctor.wall_clock(datetime(1970, 1, 1, tzinfo=UTC)).level is Level.WARNING


def test_missing_audio_libraries_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "DEMO_MODULES", ("no_such_module",))
    assert doctor.demo_audio().text == "no_such_module not installed"


def test_wrong_settings_are_findings_and_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("seed: none\nmode: loud\nmidi: {enabled: false}\n")
    findings = doctor.examine(path)
    assert [f.level for f in findings if f.subject == "settings"] == [Level.PROBLEM] * 2
    assert "disk" in {finding.subject for finding in findings}
    assert doctor.worst(findings) is Level.PROBLEM


def test_midi_that_is_switched_off_is_not_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(doctor, "midi")
    path = tmp_path / "config.yaml"
    path.write_text("midi: {enabled: false}\n")
    assert "switched off in the settings" in {finding.text for finding in doctor.examine(path)}
