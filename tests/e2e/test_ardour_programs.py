"""Ardour, the real one: its setup, the doctor, the demo and a long run at ten times the speed."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from support.ardour_rig import again_if_ardour_dies, needs_ardour, playing, short_song

from bridge import doctor
from bridge.config import DawSettings, Settings
from bridge.daws.ardour.doctor import answers
from bridge.daws.ardour.host import ArdourHost
from bridge.daws.ardour.setup import plan_ardour
from bridge.daws.ardour.study import soak
from bridge.doctor import Level
from bridge.install.setup import carry_out

pytestmark = [pytest.mark.e2e, needs_ardour, again_if_ardour_dies]


def test_after_the_setup_ardour_opens_its_osc_and_the_doctor_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session's own OSC was off, so that it is on by what the setup wrote."""
    monkeypatch.setattr("bridge.daws.ardour.setup.running_ardour_pid", lambda: None)
    stems, start = short_song()
    with playing(tmp_path / "ardour", stems, start) as host:
        assert answers("127.0.0.1", host.port) == len(stems.names) + 1
        _switch_off(host)
        host.quit()
        host.restart()
        assert answers("127.0.0.1", host.port) is None
        host.quit()
        carry_out(plan_ardour(host.settings_folder, session=host.session_file))
        host.restart(keeps_settings=True)
        assert answers("127.0.0.1", host.port) == len(stems.names) + 1
        monkeypatch.setenv("XDG_CONFIG_HOME", str(host.settings_folder.parent))
        findings = findings_at(host.port)
        assert [finding.level for finding in findings] == [Level.OK, Level.OK]
        (problem, *_) = [
            finding for finding in findings_at(host.port - 1) if finding.subject == "Ardour's port"
        ]
        assert f"at port {host.port}" in problem.text


def findings_at(port: int) -> list[doctor.Finding]:
    return doctor.daw_findings(Settings(daw=DawSettings(dialect="ardour", port=port)))


def _switch_off(host: ArdourHost) -> None:
    text = host.session_file.read_text(encoding="utf-8")
    name = 'name="Open Sound Control (OSC)"'
    lines = [
        line.replace('active="1"', 'active="0"') if name in line else line
        for line in text.splitlines()
    ]
    host.session_file.write_text("\n".join(lines), encoding="utf-8")


def test_the_demo_mixes_in_ardour(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bridge", "demo", "--daw", "ardour", "--headless"]
    done = subprocess.run(
        [*command, "--moves", "15"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (summary,) = tmp_path.glob("demo-report-*/summary.json")
    assert json.loads(summary.read_text())["moves"] >= 15
    assert (summary.parent / "ardour" / "mix" / "mix.ardour").is_file()


def test_a_long_run_at_ten_times_the_speed_loses_nothing_and_does_not_grow(
    tmp_path: Path,
) -> None:
    run = soak(15.0, tmp_path)
    assert run.lost == 0, run.states
    assert run.states["confirmed"] + run.states["reverted"] >= 20
    third = len(run.bridge_mb) // 3
    middle = statistics.median(run.bridge_mb[third:-third])
    end = statistics.median(run.bridge_mb[-third:])
    assert end < 1.2 * middle
