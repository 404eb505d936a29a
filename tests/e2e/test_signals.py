"""Every command ends on its first signal, and a bridge ends well."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.rig import PATIENCE_S, Bridge, rows_of

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems"),
]

MIXBRIDGE = (sys.executable, "-u", "-m", "bridge")


def ended_by(number: int, command: Sequence[str], *, at: str, folder: Path) -> tuple[int, str]:
    """Start a command, send it one signal when it has said something; its exit code and words."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if at in line:
                process.send_signal(number)
                break
        try:
            return process.wait(PATIENCE_S), said + process.stdout.read()
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_bridge_ends_well_by_any_signal(tmp_path: Path, name: str) -> None:
    bridge = Bridge(tmp_path)
    until = time.monotonic() + PATIENCE_S
    while "Ready" not in bridge.log.read_text() and time.monotonic() < until:
        assert bridge.process.poll() is None
        time.sleep(0.05)
    bridge.process.send_signal(getattr(signal, name))
    assert bridge.process.wait(PATIENCE_S) == 0
    assert "Traceback" not in bridge.log.read_text()
    ((ended,),) = rows_of(bridge, "SELECT ended FROM sessions")
    assert ended, "the next start must not take it for a crash"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_of_several_seeds_ends_as_a_whole_and_its_console_with_it(
    tmp_path: Path, number: int
) -> None:
    command = [*MIXBRIDGE, "demo", "--listener", "auto", "--moves", "500", "--seeds", "3"]
    # The output ends only when every process that holds it has ended: the console too.
    code, said = ended_by(number, command, at="static rules", folder=tmp_path)
    assert (code, "Traceback" in said) == (128 + number, False)


def test_what_was_started_under_nohup_outlives_its_terminal() -> None:
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from bridge.cli import main as cli\n"
        "sys.argv = ['mixbridge', '--version']\n"
        "try:\n    cli.main()\n"
        "finally:\n    print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("True\n")


@pytest.mark.parametrize("other", ["--seeds=2", "--headless"])
def test_what_plays_without_a_page_is_refused_with_one(tmp_path: Path, other: str) -> None:
    done = subprocess.run(
        [*MIXBRIDGE, "demo", "--page", "--no-browser", other],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 2
    assert "plays without a page" in done.stderr
    assert list(tmp_path.iterdir()) == []
