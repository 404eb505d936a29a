"""Setting Live up in a User Library: where that is, what goes there, what stays, what is said."""

import os
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from bridge.cli.main import run_command_line
from bridge.daws.ableton.folder import (
    DEVICES,
    ScriptState,
    find_user_library,
    installed_files,
    library_files,
    remote_script,
    shipped_folder,
)
from bridge.daws.ableton.setup import plan_ableton
from bridge.errors import SetupError
from bridge.install.setup import carry_out

SYSTEMS = {
    "darwin": ("Library/Preferences/Ableton/Live {}", "Music/Ableton/User Library"),
    "win32": ("AppData/Roaming/Ableton/Live {}/Preferences", "Documents/Ableton/User Library"),
}


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of a person who has just installed Live."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("APPDATA", raising=False)
    for _, library in SYSTEMS.values():
        (tmp_path / library).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A User Library with presets of the person's own."""
    place = tmp_path / "User Library"
    (place / DEVICES.parent).mkdir(parents=True)
    (place / DEVICES.parent / "mine.amxd").write_bytes(b"mine")
    return place


def say_library(home: Path, system: str, version: str, text: str, *, written_at: float) -> Path:
    """Live of that version was used, and wrote what it knows of its libraries."""
    file = home / SYSTEMS[system][0].format(version) / "Library.cfg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (written_at, written_at))
    return file


def library_cfg(parent: Path, name: str = "User Library") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Ableton MajorVersion="5"><ContentLibrary>'
        '<UserLibrary><LibraryProject Id="0"><ProjectLocation />'
        f"<ProjectName Value={quoteattr(name)} /><ProjectPath Value={quoteattr(str(parent))} />"
        "</LibraryProject></UserLibrary></ContentLibrary></Ableton>\n"
    )


def files_in(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_usual_library_is_found(home: Path, system: str) -> None:
    assert find_user_library(None, system) == home / SYSTEMS[system][1]


def test_a_library_that_was_moved_in_live_is_found(home: Path, system: str) -> None:
    moved = home / "Sounds & <Loops>" / "mein Zeug"
    moved.mkdir(parents=True)
    say_library(home, system, "12.1.5", library_cfg(moved.parent, moved.name), written_at=2.0)
    assert find_user_library(None, system) == moved


def test_the_version_of_live_that_was_used_last_says_where(home: Path, system: str) -> None:
    for version, written_at in (("11.3.2", 3.0), ("12.1.5", 2.0), ("9.7.7", 1.0)):
        (home / version / "User Library").mkdir(parents=True)
        say_library(home, system, version, library_cfg(home / version), written_at=written_at)
    assert find_user_library(None, system) == home / "11.3.2" / "User Library"
    assert len(library_files(system)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<Ableton></Ableton>",
        library_cfg(Path("somewhere/relative")),
        library_cfg(Path("/volume/that/is/not/plugged/in")),
        '<?xml version="1.0" encoding="no-such"?><Ableton/>',
    ],
)
def test_what_cannot_be_read_says_nothing(home: Path, system: str, text: str) -> None:
    say_library(home, system, "12.1.5", text, written_at=1.0)
    assert find_user_library(None, system) == home / SYSTEMS[system][1]


def test_where_live_does_not_run_the_library_must_be_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find_user_library(None, "linux") is None
    assert run_command_line(["setup", "ableton", "--user-library", str(home / "no")]) == 2
    assert "--user-library DIR" in capsys.readouterr().err


def test_the_devices_and_their_scripts_are_installed_side_by_side(library: Path) -> None:
    carry_out(plan_ableton(library))
    shipped = {path.name for path in shipped_folder().iterdir() if path.suffix in (".amxd", ".js")}
    assert {path.name for path in (library / DEVICES).iterdir()} == shipped
    assert {"mixbridge Hub.amxd", "mixbridge Track.amxd"} <= shipped
    for path, content in installed_files(library).items():
        assert path.read_bytes() == content


def test_a_second_time_nothing_is_changed(library: Path) -> None:
    carry_out(plan_ableton(library))
    assert plan_ableton(library).changes == ()


def test_a_device_that_was_changed_is_kept_beside_the_new_one(library: Path) -> None:
    carry_out(plan_ableton(library))
    device = library / DEVICES / "mixbridge Hub.amxd"
    device.write_bytes(b"with my colours")
    done = carry_out(plan_ableton(library))
    assert [sentence.split(" was ")[1] for sentence in done] == [
        "copied to mixbridge Hub.amxd.before-mixbridge.",
        "installed.",
    ]
    assert device.with_name(f"{device.name}.before-mixbridge").read_bytes() == b"with my colours"


def test_uninstalling_leaves_the_library_as_it_was(library: Path) -> None:
    before = files_in(library)
    carry_out(plan_ableton(library))
    carry_out(plan_ableton(library, uninstall=True))
    assert files_in(library) == before
    assert not (library / DEVICES).exists()
    assert plan_ableton(library, uninstall=True).changes == ()


def test_uninstalling_takes_nothing_of_the_persons_away(library: Path) -> None:
    carry_out(plan_ableton(library))
    (library / DEVICES / "mine.adv").write_bytes(b"my preset")
    (library / DEVICES / "mixbridge_hub.js").write_bytes(b"my version")
    carry_out(plan_ableton(library, uninstall=True))
    assert {path.name: path.read_bytes() for path in (library / DEVICES).iterdir()} == {
        "mine.adv": b"my preset",
        "mixbridge_hub.js.before-mixbridge": b"my version",
    }


def test_a_dry_run_says_it_and_changes_nothing(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_in(library)
    arguments = ["setup", "ableton", "--user-library", str(library), "--dry-run"]
    assert run_command_line(arguments) == 0
    said = capsys.readouterr().out.replace("\\", "/")
    assert f"would be: {DEVICES.as_posix()}/mixbridge Hub.amxd was installed." in said
    assert "Link/Tempo/MIDI" in said
    assert files_in(library) == before


@pytest.mark.parametrize(
    ("script", "state", "step"),
    [
        ("AbletonOSC", ScriptState.THERE, ""),
        ("AbletonOSC-master", ScriptState.MISPLACED, "Move "),
        ("AbletonOSC/AbletonOSC-master", ScriptState.MISPLACED, "Move "),
        ("Push3", ScriptState.MISSING, "Get AbletonOSC (https://github.com/ideoforms/AbletonOSC"),
    ],
)
def test_what_abletonosc_needs_is_said(
    library: Path, script: str, state: ScriptState, step: str
) -> None:
    folder = library / "Remote Scripts" / script
    folder.mkdir(parents=True)
    for name in ("__init__.py", "manager.py"):
        (folder / name).touch()
    assert remote_script(library).state is state
    remains = plan_ableton(library).remains
    assert remains[0].startswith(step)
    assert sum("Control Surface: AbletonOSC" in sentence for sentence in remains) == 1


def test_a_copy_without_devices_is_refused(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.__file__", str(tmp_path / "bridge" / "__init__.py"))
    with pytest.raises(SetupError, match="no devices of Max for Live"):
        plan_ableton(library)


def test_a_library_that_cannot_be_written_is_told_in_one_sentence(library: Path) -> None:
    plan = plan_ableton(library)
    (library / DEVICES).write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="allow writing there and try again"):
        carry_out(plan)
