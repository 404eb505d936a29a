"""Setting REAPER up in a folder: what is written, what stays, and what is refused."""

from pathlib import Path

import pytest

from bridge.cli.main import run_command_line
from bridge.daws.reaper.setup import (
    is_reaper_running,
    plan_reaper,
    scripts_folder,
    surfaces,
)
from bridge.errors import SetupError
from bridge.install.setup import carry_out

INI = (
    "[reaper]\r\nvuminvol=-48\r\ncsurf_cnt=2\r\ncsurf_0=MCU 0 8 0 0\r\n"
    'csurf_1=OSC "tablet" 7 8000 "10.0.0.2" 9000 1024 10 "Default"\r\nname=caf\xe9\r\n'
    "[recent]\r\ncsurf_cnt=7\r\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reaper.ini").write_bytes(INI.encode("latin-1"))
    return tmp_path


def set_up(folder: Path, *, uninstall: bool = False) -> list[str]:
    plan = plan_reaper(folder, bridge_port=9400, uninstall=uninstall, is_running=lambda: False)
    return carry_out(plan)


def test_everything_is_put_where_reaper_looks_for_it(folder: Path) -> None:
    set_up(folder)
    shipped = scripts_folder()
    installed = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {path.name for path in shipped.iterdir()} <= installed
    assert (folder / "OSC" / "mixbridge.ReaperOSC").is_file()
    assert (folder / "Effects" / "mixbridge" / "mixbridge_probe.jsfx").is_file()
    assert "mixbridge_Companion.lua" in (folder / "Scripts" / "__startup.lua").read_text()


def test_reaper_ini_gets_one_surface_and_keeps_all_else(folder: Path) -> None:
    set_up(folder)
    text = (folder / "reaper.ini").read_bytes().decode("latin-1")
    assert text == INI.replace("csurf_cnt=2", "csurf_cnt=3", 1).replace(
        "vuminvol=-48\r\ncsurf_cnt=3\r\ncsurf_0=MCU 0 8 0 0\r\n"
        'csurf_1=OSC "tablet" 7 8000 "10.0.0.2" 9000 1024 10 "Default"\r\n',
        "csurf_cnt=3\r\ncsurf_0=MCU 0 8 0 0\r\n"
        'csurf_1=OSC "tablet" 7 8000 "10.0.0.2" 9000 1024 10 "Default"\r\n'
        'csurf_2=OSC "mixbridge" 3 8001 "127.0.0.1" 9400 4096 1 "mixbridge"\r\nvuminvol=-48\r\n',
    )
    assert (folder / "reaper.ini.before-mixbridge").read_bytes() == INI.encode("latin-1")


def test_a_second_time_nothing_is_changed(folder: Path) -> None:
    set_up(folder)
    assert plan_reaper(folder, bridge_port=9400, is_running=lambda: True).changes == ()


def test_another_port_of_the_bridge_changes_the_line_and_not_its_place(folder: Path) -> None:
    set_up(folder)
    carry_out(plan_reaper(folder, bridge_port=9555, is_running=lambda: False))
    known = surfaces((folder / "reaper.ini").read_text(encoding="latin-1"))
    assert [(each.name, each.port, each.to_port) for each in known] == [
        ("tablet", 8000, 9000),
        ("mixbridge", 8001, 9555),
    ]


def test_uninstalling_takes_out_what_was_put_in(folder: Path) -> None:
    startup = folder / "Scripts" / "__startup.lua"
    startup.parent.mkdir()
    startup.write_text("reaper.ShowConsoleMsg('mine')")
    before = {path.name for path in folder.rglob("*") if path.is_file()}
    set_up(folder)
    assert startup.read_text().startswith("reaper.ShowConsoleMsg('mine')\n-- mixbridge begin")
    set_up(folder, uninstall=True)
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left - before == {"reaper.ini.before-mixbridge", "__startup.lua.before-mixbridge"}
    assert startup.read_text() == "reaper.ShowConsoleMsg('mine')\n"
    assert "mixbridge" not in (folder / "reaper.ini").read_text(encoding="latin-1")
    assert set_up(folder, uninstall=True) == []


@pytest.mark.parametrize("uninstall", [False, True])
def test_while_reaper_runs_nothing_is_changed(folder: Path, uninstall: bool) -> None:
    if uninstall:
        set_up(folder)
    with pytest.raises(SetupError, match="close it and try again"):
        plan_reaper(folder, bridge_port=9400, uninstall=uninstall, is_running=lambda: True)


def test_a_folder_that_is_none_of_reapers_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["setup", "reaper", "--resource-path", str(tmp_path)]) == 2
    assert "Show REAPER resource path" in capsys.readouterr().err


def test_a_dry_run_says_it_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["setup", "reaper", "--resource-path", str(folder), "--dry-run"]
    assert run_command_line(arguments) == 0
    said = capsys.readouterr().out
    assert "would be: OSC/mixbridge.ReaperOSC was installed." in said.replace("\\", "/")
    assert "daw: {dialect: reaper, port: 8001}" in said
    assert [path.name for path in folder.iterdir()] == ["reaper.ini"]


def test_an_ini_without_surfaces_or_without_the_section_gets_both(tmp_path: Path) -> None:
    for text in ("", "[reaper]", "[reaper]\n", "[other]\na=b\n"):
        (tmp_path / "reaper.ini").write_text(text)
        set_up(tmp_path)
        known = surfaces((tmp_path / "reaper.ini").read_text())
        assert [(each.name, each.port) for each in known] == [("mixbridge", 8000)]


def test_the_process_list_can_be_read_here() -> None:
    assert is_reaper_running() in (True, False)
