"""The shell's commands against a running bridge: two processes, one loopback."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.ports import free_ports
from support.rig import PATIENCE_S

from bridge.cli import main as cli

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of a bridge that runs for as long as these tests."""
    return _settings_in(tmp_path_factory.mktemp("shell"))


@pytest.fixture(scope="module", autouse=True)
def _running_bridge(config: Path) -> Iterator[None]:
    with _running(config):
        yield


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (["panic"], "Panic, until 'mixbridge rearm'. The bridge says: panic, "),
        (["rearm"], "Rearmed. The bridge says: offline, "),
        (["freeze", "on"], "Freeze on. The bridge says: frozen, "),
        (["freeze", "off"], "Freeze off. The bridge says: offline, "),
    ],
)
def test_a_switch_says_what_the_bridge_says(
    config: Path, capsys: pytest.CaptureFixture[str], command: list[str], answer: str
) -> None:
    assert cli.run_command_line([*command, "--config", str(config)]) == 0
    assert capsys.readouterr().out.startswith(answer)


def test_what_the_bridge_refuses_is_its_own_sentence_and_2(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command_line(["safe", "99", "all", "on", "--config", str(config)]) == 2
    assert "there is no track '99'" in capsys.readouterr().err


def test_the_doctor_asks_the_bridge_that_has_the_port(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command_line(["doctor", "--config", str(config)]) == 0
    assert "mixbridge 0.1.0 runs at 127.0.0.1:" in capsys.readouterr().out


def test_what_was_learnt_goes_to_another_profile_and_the_journal_replays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    first, second = _settings_in(here), _settings_in(elsewhere)
    with _running(first):
        assert cli.run_command_line(["safe", "*", "eq", "on", "--config", str(first)]) == 0
    learnt = here / "learnt.json"
    assert cli.run_command_line(["export", str(learnt), "--config", str(first)]) == 0
    assert cli.run_command_line(["import", str(learnt), "--config", str(second)]) == 0
    assert cli.run_command_line(["replay", str(here / "mix.db")]) == 0
    assert "Identical, bit for bit" in capsys.readouterr().out
    cli.run_command_line(["export", "--config", str(second)])
    assert json.loads(capsys.readouterr().out)["memory"] == json.loads(learnt.read_text())["memory"]


def test_a_second_bridge_is_refused_in_one_sentence(config: Path) -> None:
    command = [sys.executable, "-m", "bridge", "run", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert done.stderr.startswith("mixbridge: ")
    assert done.stderr.count("\n") == 1


@contextmanager
def _running(config: Path) -> Iterator[None]:
    """`mixbridge run` for as long as the context lasts: ready at its start, ended after it."""
    command = [sys.executable, "-m", "bridge", "run", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            assert any("Ready" in line for line in process.stderr)
            yield
        finally:
            process.terminate()
            process.communicate()


def _settings_in(folder: Path) -> Path:
    """Settings whose ports nobody else has; the textbook agent, which needs no prior."""
    listen, daw = free_ports(2)
    path = folder / "config.yaml"
    path.write_text(
        f"listen: {{port: {listen}}}\ndaw: {{port: {daw}}}\n"
        f"store: {folder / 'mix.db'}\nlearning: {{agent: flat}}\n"
    )
    return path
