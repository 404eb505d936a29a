"""The command line: what it prints, and the exit code that a script can rely on."""

import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from bridge import app
from bridge.cli import main as cli
from bridge.cli import start as cli_start
from bridge.daw.surface import REQUESTS
from bridge.errors import NetworkError

COMMANDS = {
    "run", "demo", "doctor", "check-config", "safe", "panic", "rearm", "freeze",
    "replay", "replay-trace", "report", "export", "import", "setup", "study", "midi", "remotes",
    "status", "good", "bad", "accept", "skip", "undo", "endorse", "mode",
    "audition", "compare", "revert", "pin", "recall", "learn", "act", "role", "forget",
    "wish", "learn-from", "task", "focus", "variants", "choose", "knob", "target", "phrases", "mcp",
}  # fmt: skip


def test_help_names_every_command_and_hides_the_console(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run_command_line(["--help"]) == 0
    said = capsys.readouterr().out
    listed = said.split("Commands:")[1].splitlines()
    assert not [line for line in listed if line.endswith("...")], "a summary is cut"
    assert "mixbridge demo --page" in said
    assert {line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "} == (
        COMMANDS
    )


def test_help_imports_nothing_that_takes_long() -> None:
    code = (
        "import sys; from bridge.cli.main import run_command_line; run_command_line(['--help']); "
        "heavy = {'numpy', 'pydantic', 'yaml', 'asyncio', 'mido', 'sqlite3', 'scipy', 'rich'}; "
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_command_line([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: mixbridge {name}")


def test_alone_and_without_a_terminal_it_explains_itself_and_starts_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridge"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: mixbridge")


@pytest.mark.parametrize(
    ("screen", "browser", "is_there"),
    [({}, True, False), ({"DISPLAY": ":0"}, True, True), ({"WAYLAND_DISPLAY": "w"}, True, True),
     ({"DISPLAY": ":0"}, False, False)],
)  # fmt: skip
def test_a_browser_is_opened_where_there_is_a_screen_for_it(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    screen: dict[str, str],
    *,
    browser: bool,
    is_there: bool,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in screen.items():
        monkeypatch.setenv(name, value)
    opened: list[str] = []

    class Stub(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            opened.append(url)
            return True

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "_tryorder", ["stub"] if browser else [])
    monkeypatch.setattr(webbrowser, "_browsers", {"stub": [None, Stub()]} if browser else {})
    cli_start.open_page("http://127.0.0.1:9480/")
    said = capsys.readouterr().err
    assert opened == (["http://127.0.0.1:9480/"] if is_there else [])
    assert ("Opened" in said) is is_there
    assert ("open http://127.0.0.1:9480/ in one" in said) is not is_there


def test_setup_alone_names_what_is_installed_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for file in ("REAPER/reaper.ini", "ardour8/config"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("")
    before = sorted(tmp_path.rglob("*"))
    assert cli.run_command_line(["setup"]) == 0
    said = capsys.readouterr().out
    assert f"REAPER: found, its settings are in {tmp_path / 'REAPER'}" in said
    assert f"Ardour: found, its settings are in {tmp_path / 'ardour8'}" in said
    assert "Ableton Live with AbletonOSC: not found here" in said
    assert "-> mixbridge setup desk" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_study_speaks_for_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "study", "bench", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Measure everything" in done.stdout


def test_python_dash_m_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("mixbridge ")


def test_a_good_settings_file_is_said_to_be_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("mode: gig\n")
    assert cli.run_command_line(["check-config", str(path)]) == 0
    assert f"{path} is valid: generic DAW at 127.0.0.1:9401, mode gig" in capsys.readouterr().out


def test_each_fault_of_a_settings_file_is_a_line_and_the_exit_code_is_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("mode: loud\nseed: -1\n")
    assert cli.run_command_line(["check-config", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"mixbridge: {path}: ") for line in lines)


def test_run_takes_the_command_lines_word_over_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("guard: {profile: studio}\nseed: 3\n")
    seen = []
    monkeypatch.setattr(app, "run", seen.append)
    assert cli.run_command_line(["run", "--config", str(path), "--guard", "live"]) == 0
    assert (seen[0].guard.profile, seen[0].seed) == ("live", 3)


def test_the_settings_file_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("seed: 9\n")
    seen = []
    monkeypatch.setattr(app, "run", seen.append)
    monkeypatch.setenv("MIXBRIDGE_CONFIG", str(path))
    assert cli.run_command_line(["run"]) == 0
    assert seen[0].seed == 9


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (NetworkError("Port 9400 is taken."), 2, "mixbridge: Port 9400 is taken."),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_ending_is_an_exit_code_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    text: str,
) -> None:
    _fail_with(error, monkeypatch)
    assert cli.run_command_line(["run"]) == code
    assert capsys.readouterr().err.strip() == text


def test_a_fault_of_ours_is_one_sentence_that_says_where_the_details_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    _fail_with(ZeroDivisionError("by zero"), monkeypatch)
    assert cli.run_command_line(["run"]) == 70
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    assert "Traceback" not in text
    (log,) = tmp_path.rglob("fault.log")
    assert str(log) in text
    assert "ZeroDivisionError: by zero" in log.read_text()


def test_a_fault_of_ours_without_a_writable_home_is_still_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    _fail_with(RuntimeError("two\nlines"), monkeypatch)
    assert cli.run_command_line(["run"]) == 70
    text = "a fault of mixbridge itself (RuntimeError: two); MIXBRIDGE_DEBUG=1 shows the details."
    assert capsys.readouterr().err == f"mixbridge: {text}\n"


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIXBRIDGE_DEBUG", "1")
    _fail_with(ZeroDivisionError("by zero"), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        cli.run_command_line(["run"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["safe", "1", "volume", "on"],
        ["freeze", "perhaps"],
        ["demo", "--moves", "0"],
        ["check-config"],
    ],
)
def test_a_wrong_word_is_answered_with_the_usage_and_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command_line(arguments) == 2
    assert capsys.readouterr().err.startswith("Usage: mixbridge")


@pytest.mark.parametrize(
    "verb", ["panic", "status", "good", "bad", "accept", "skip", "undo", "endorse", "mode"]
)
def test_a_verb_without_a_bridge_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], free_port: int, verb: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"listen: {{port: {free_port}}}\n")
    assert cli.run_command_line([verb, "--config", str(path)]) == 2
    assert f"No mixbridge answers at 127.0.0.1:{free_port}" in capsys.readouterr().err


def test_the_shell_has_a_verb_for_all_that_can_be_asked_for() -> None:
    verbs = {f"/bridge/{name}" for name in COMMANDS}
    judged = {"/bridge/reward"}  # good and bad
    assert set(REQUESTS) - judged - verbs == set()


def test_an_import_that_is_not_there_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command_line(["import", str(tmp_path / "absent.json")]) == 2
    assert "cannot be read: No such file or directory." in capsys.readouterr().err


def test_the_doctor_prints_a_line_for_each_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cli.run_command_line(["doctor"])
    subjects = [line[9:].split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert {"Python", "settings", "bridge", "DAW", "disk", "journal", "MIDI"} <= set(subjects)


def test_the_doctor_exits_with_1_where_there_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("seed: none\n")
    assert cli.run_command_line(["doctor", "--config", str(path)]) == 1


def _fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_settings: object) -> None:
        raise error

    monkeypatch.setattr(app, "run", fail)


@pytest.mark.parametrize("group", [[], ["setup"], ["study"], ["midi"]])
def test_what_a_command_does_is_a_whole_sentence(
    group: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command_line([*group, "--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2]
    assert listed
    assert "..." not in listed
