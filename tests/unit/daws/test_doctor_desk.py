"""What doctor and setup say without a desk and with one; nothing is ever written to it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bridge.cli.main import run_command_line
from bridge.config import Settings, load
from bridge.daws.desk.doctor import of_probe, of_running
from bridge.daws.desk.probe import Probe
from bridge.daws.desk.study.fake import NAMES, FakeDesk
from bridge.daws.desk.study.loopback import DeskOnLoopback
from bridge.daws.desk.wire.tables import X32
from bridge.doctor import Level, daw_findings

pytestmark = pytest.mark.slow


@pytest.fixture
def served() -> Iterator[DeskOnLoopback]:
    with closing(DeskOnLoopback(FakeDesk().plug(NAMES[:8]))) as desk:
        yield desk


def settings(port: int) -> Settings:
    return Settings.model_validate(
        {"daw": {"dialect": "desk", "host": "127.0.0.1", "port": port}, "listen": {"port": 1}}
    )


def test_with_a_desk_the_doctor_says_which_and_how_it_answers(served: DeskOnLoopback) -> None:
    found = {each.subject: each for each in daw_findings(settings(served.port))}
    assert "X32 X32-02-4A-53 at 127.0.0.1" in found["desk"].text
    assert "0% of 50 questions lost" in found["desk's answers"].text
    assert found["desk's inputs"].text == "8 have a name"
    assert served.written == []


def test_old_firmware_and_a_lock_are_warnings(served: DeskOnLoopback) -> None:
    served.desk.firmware = "2.12"
    served.desk.values["/-stat/lock"] = 1
    found = {each.subject: each.level for each in daw_findings(settings(served.port))}
    assert found["desk's firmware"] is found["desk's lock"] is Level.WARNING


def test_without_a_desk_there_is_one_problem_in_words(served: DeskOnLoopback) -> None:
    served.desk.is_on = False
    (finding,) = daw_findings(settings(served.port))
    assert finding.level is Level.PROBLEM
    assert "no desk answers at 127.0.0.1" in finding.text


def test_with_two_desks_both_are_listed_and_none_is_chosen(
    served: DeskOnLoopback,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = FakeDesk(model="XR18", name="Monitors", firmware="1.17").plug(NAMES[:2])
    with closing(DeskOnLoopback(other)) as second:
        monkeypatch.setattr("bridge.daws.desk.finding.PORTS", (served.port, second.port))
        (finding,) = daw_findings(settings(served.port))
        assert finding.level is Level.PROBLEM
        assert "2 desks answer" in finding.text
        assert "XR18 Monitors at 127.0.0.1" in finding.text
        words = ["setup", "desk", "--host", "127.0.0.1", "--port", str(served.port)]
        assert run_command_line([*words, "--settings", str(tmp_path / "my.yaml")]) == 0
        said = capsys.readouterr().out
        assert said.count("Found: ") == 2
        assert "name one in daw.host" in said
        assert not (tmp_path / "my.yaml").exists()
        assert served.written == second.written == []


def test_loss_and_wifi_are_warnings() -> None:
    probe = Probe(round_trips_s=(0.05,) * 45, asked=50, named=0, is_locked=False, is_wireless=True)
    lines = {subject: (level, text) for level, subject, text, _ in of_probe(probe, X32)}
    assert lines["desk's answers"] == (
        "warning", "median 50.0 ms, worst 50.0 ms, 10% of 50 questions lost",
    )  # fmt: skip
    assert lines["desk's network"][0] == lines["desk's inputs"][0] == "warning"


def test_a_running_bridge_is_asked_what_it_knows() -> None:
    facts: dict[str, str | float] = {
        "desk": "FOH", "model": "X32", "firmware": "4.06", "named": 12.0, "linked_pairs": 2.0,
        "left_alone": "3 also moves Wedge 1", "round_trip_ms": 1.0, "round_trip_worst_ms": 4.0,
        "lost_share": 0.2,
    }  # fmt: skip
    lines = {subject: (level, text) for level, subject, text, _ in of_running(facts)}
    assert lines["desk's answers"][0] == "warning"
    assert "left alone: 3 also moves Wedge 1" in lines["desk's inputs"][1]


def test_setup_writes_settings_that_are_valid_and_nothing_to_the_desk(
    served: DeskOnLoopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.yaml"
    words = ["setup", "desk", "--host", "127.0.0.1", "--port", str(served.port), "--wait", "0"]
    assert run_command_line([*words, "--settings", str(path), "--dry-run"]) == 0
    assert not path.exists()
    assert run_command_line([*words, "--settings", str(path)]) == 0
    assert "Found: X32 X32-02-4A-53" in capsys.readouterr().out
    assert load(path).daw.port == served.port
    assert served.written == []


def test_setup_without_a_desk_is_a_sentence(
    served: DeskOnLoopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served.desk.is_on = False
    words = ["setup", "desk", "--host", "127.0.0.1", "--port", str(served.port)]
    assert run_command_line([*words, "--settings", str(tmp_path / "my.yaml")]) == 0
    assert "No desk answers at 127.0.0.1" in capsys.readouterr().out
    assert not (tmp_path / "my.yaml").exists()


def test_setup_of_a_host_that_nobody_knows_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["setup", "desk", "--host", "desk.invalid", "--settings", str(tmp_path / "my.yaml")]
    assert run_command_line(words) == 2
    assert "No address for the desk 'desk.invalid'" in capsys.readouterr().err
