"""The bridge as a service: what is written for each system, and what a person is to type."""

import configparser
import plistlib
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bridge.errors import SetupError
from bridge.install.service import plan_service
from bridge.install.setup import Plan, carry_out


def plan(home: Path, system: str, *, uninstall: bool = False, config: str = "my mix.yaml") -> Plan:
    file = home / config
    file.write_text("mode: observe\n")
    return plan_service(
        file, "ana", log=home / "log", home=home, system=system, uninstall=uninstall
    )


@pytest.fixture(autouse=True)
def _no_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def test_linux_gets_a_unit_of_systemd(tmp_path: Path) -> None:
    made = plan(tmp_path, "linux", config="50% $mine.yaml")
    unit = configparser.RawConfigParser()
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    (change,) = made.changes
    unit.read_string((change.content or b"").decode())
    command = unit["Service"]["ExecStart"]
    assert command.startswith(f'"{sys.executable}" "-m" "bridge" "run"')
    assert '/50%% $$mine.yaml"' in command, "systemd replaces % and $"
    assert command.endswith('"--profile" "ana"')
    assert change.path == tmp_path / ".config/systemd/user/mixbridge.service"
    assert "enable --now mixbridge" in made.remains[0]


def test_macos_gets_an_agent_of_launchd(tmp_path: Path) -> None:
    (change,) = plan(tmp_path, "darwin").changes
    agent = plistlib.loads(change.content or b"")
    assert agent["ProgramArguments"][-3:] == [str(tmp_path / "my mix.yaml"), "--profile", "ana"]
    assert agent["RunAtLoad"]
    assert change.path.parent == tmp_path / "Library" / "LaunchAgents"


def test_windows_gets_a_task_that_has_no_time_limit(tmp_path: Path) -> None:
    (change,) = plan(tmp_path, "win32", config="this & that.yaml").changes
    task = ET.fromstring((change.content or b"").decode("utf-16").split("?>", 1)[1])  # noqa: S314 - our own
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    arguments = task.findtext(f".//{space}Arguments") or ""
    assert f'"{tmp_path / "this & that.yaml"}"' in arguments
    assert task.findtext(f".//{space}ExecutionTimeLimit") == "PT0S"


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_it_is_written_once_and_taken_back(tmp_path: Path, system: str) -> None:
    first = plan(tmp_path, system)
    carry_out(first)
    (change,) = first.changes
    assert change.path.read_bytes() == change.content
    assert plan(tmp_path, system).changes == ()
    back = plan(tmp_path, system, uninstall=True)
    carry_out(back)
    assert not change.path.exists()
    assert not [*tmp_path.rglob("*before-mixbridge")]
    assert plan(tmp_path, system, uninstall=True).changes == ()


def test_settings_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is not a file"):
        plan_service(tmp_path / "none.yaml", None, log=tmp_path / "log", home=tmp_path)
