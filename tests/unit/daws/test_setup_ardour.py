"""Setting Ardour up: only its own files, told before, taken back whole, twice the same."""

from pathlib import Path

import pytest

from bridge.cli.main import run_command_line
from bridge.daws.ardour import doctor as doctor_ardour
from bridge.daws.ardour import setup as setup_ardour
from bridge.daws.ardour.setup import config_folders, is_osc_on, osc_port, plan_ardour
from bridge.errors import SetupError
from bridge.install.setup import backup_of, carry_out

FRESH = '<?xml version="1.0"?>\n<Ardour><Config><Option name="xjadeo" value="a"/></Config></Ardour>'
OFF = (
    '<Ardour><Config><Option name="osc-port" value="4000"/></Config><ControlProtocols>'
    '<Protocol name="Mackie" active="1"/>'
    '<Protocol name="Open Sound Control (OSC)" active="0" address-only="1" feedback="7"/>'
    "</ControlProtocols></Ardour>"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup_ardour, "running_ardour_pid", lambda: None)
    place = tmp_path / "ardour7"
    place.mkdir()
    (place / "config").write_text(OFF)
    return place


@pytest.mark.parametrize("before", [FRESH, OFF])
def test_it_turns_osc_on_keeps_a_copy_and_does_it_once(folder: Path, before: str) -> None:
    config = folder / "config"
    config.write_text(before)
    carry_out(plan_ardour(folder))
    assert is_osc_on(folder)
    assert backup_of(config).read_text() == before
    assert plan_ardour(folder).changes == ()


def test_it_leaves_everything_else_as_it_was(folder: Path) -> None:
    carry_out(plan_ardour(folder))
    after = (folder / "config").read_text()
    assert 'name="Mackie" active="1"' in after
    assert 'feedback="7"' in after
    assert osc_port(folder) == 4000
    assert any("port: 4000" in sentence for sentence in plan_ardour(folder).remains)


def test_uninstall_takes_back_what_it_did_and_no_more(folder: Path) -> None:
    config = folder / "config"
    carry_out(plan_ardour(folder))
    config.write_text(config.read_text().replace('"4000"', '"4001"'))  # the person's own change
    carry_out(plan_ardour(folder, uninstall=True))
    assert not is_osc_on(folder)
    assert 'address-only="1"' in config.read_text()
    assert osc_port(folder) == 4001
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["config"]
    assert plan_ardour(folder, uninstall=True).changes == ()


def test_a_dry_run_says_it_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["setup", "ardour", "--folder", str(folder), "--dry-run"]) == 0
    assert "would be:" in capsys.readouterr().out
    assert (folder / "config").read_text() == OFF
    assert run_command_line(["setup", "ardour", "--folder", str(folder)]) == 0
    assert "done:" in capsys.readouterr().out


def test_while_ardour_runs_nothing_is_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_ardour, "running_ardour_pid", lambda: 4711)
    with pytest.raises(SetupError, match="process 4711"):
        plan_ardour(folder)


@pytest.mark.parametrize("content", ["", "<Ardour", "<html/>"])
def test_what_are_no_settings_of_ardours_is_left_alone(folder: Path, content: str) -> None:
    (folder / "config").write_text(content)
    with pytest.raises(SetupError, match="not a settings file of Ardour"):
        plan_ardour(folder)


def test_the_newest_ardour_is_found_and_none_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(SetupError, match="start Ardour once"):
        plan_ardour(None)
    for name in ("ardour7", "ardour10", "ardour8"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config").write_text(FRESH)
    assert [place.name for place in config_folders()] == ["ardour10", "ardour8", "ardour7"]


def test_the_doctor_sees_osc_off_and_on(folder: Path) -> None:
    assert doctor_ardour.osc_surface(None)[0] is False
    assert "setup ardour" in doctor_ardour.osc_surface(folder)[2]
    carry_out(plan_ardour(folder))
    assert doctor_ardour.osc_surface(folder)[0] is True


def test_the_doctor_reads_where_ardour_really_is(folder: Path) -> None:
    (folder / "osc_url").write_text("osc.udp://studio:3820/")
    moved = doctor_ardour.moved_port(folder, "127.0.0.1", 3819)
    assert moved is not None
    assert "port 3820" in moved
    assert doctor_ardour.moved_port(folder, "127.0.0.1", 3820) is None
