"""The bridge as a service of whoever logs in: it starts with them, and again after a fault.

systemd on Linux, launchd on macOS, the task scheduler on Windows. Only a file is written; what the
system has to be told is said, for a person to type.
"""

import os
import plistlib
import sys
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from bridge.errors import SetupError
from bridge.install.setup import Change, Plan

_LABEL: Final = "org.mixbridge"

_UNIT: Final = """[Unit]
Description=mixbridge, a mixing assistant beside the DAW

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
"""

_TASK: Final = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>10</Count></RestartOnFailure>
  </Settings>
  <Actions><Exec><Command>{program}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"""


def plan_service(
    config: Path | None,
    profile: str | None,
    *,
    log: Path,
    home: Path,
    system: str = sys.platform,
    uninstall: bool = False,
) -> Plan:
    """What makes the bridge start with the person, or start so no more.

    Args:
        config: The settings file that it runs with; None: the defaults.
        profile: Whose taste is learnt; None: whoever the settings name.
        log: Its log file, which rotates.
        home: The person's folder.
        system: As in `sys.platform`.
        uninstall: Take it back.

    Raises:
        SetupError: If the settings file is not there.
    """
    if config is not None and not config.is_file():
        raise SetupError(f"{config} is not a file; name the settings that the service runs with.")
    command = [sys.executable, "-m", "bridge", "run", "--log-file", str(log)]
    if config is not None:
        command += ["--config", str(config.resolve())]
    if profile is not None:
        command += ["--profile", profile]
    path, content, start, stop = _of_system(system, home, command)
    if uninstall:
        changes = [Change(path=path, content=None, text=f"{path} is gone.", is_ours=True)]
        return Plan(
            changes=tuple(changes) if path.exists() else (),
            found=(),
            remains=(f"If it runs now, end it: {stop}",) if path.exists() else (),
        )
    is_there = path.exists() and path.read_bytes() == content
    change = Change(path=path, content=content, text=f"{path} was written.", is_ours=True)
    return Plan(
        changes=() if is_there else (change,),
        found=(f"It will run: {' '.join(command)}",),
        remains=(f"Start it, now and at every login: {start}", f"End it: {stop}"),
    )


def _of_system(system: str, home: Path, command: list[str]) -> tuple[Path, bytes, str, str]:
    """The file, what it holds, and the commands that start and end it."""
    if system == "darwin":
        path = home / "Library" / "LaunchAgents" / f"{_LABEL}.plist"
        content = plistlib.dumps(
            {
                "Label": _LABEL,
                "ProgramArguments": command,
                "RunAtLoad": True,
                "KeepAlive": {"SuccessfulExit": False},
            }
        )
        return (
            path,
            content,
            f"launchctl bootstrap gui/$(id -u) '{path}'",
            f"launchctl bootout gui/$(id -u)/{_LABEL}",
        )
    if system == "win32":
        path = home / "AppData" / "Local" / "mixbridge" / "service.xml"
        arguments = " ".join(f'"{word}"' if " " in word else word for word in command[1:])
        text = _TASK.format(program=escape(command[0]), arguments=escape(arguments))
        return (
            path,
            text.encode("utf-16"),
            f'schtasks /Create /TN mixbridge /XML "{path}" && schtasks /Run /TN mixbridge',
            "schtasks /Delete /TN mixbridge /F",
        )
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    quoted = " ".join(_systemd_word(word) for word in command)
    return (
        folder / "systemd" / "user" / "mixbridge.service",
        _UNIT.format(command=quoted).encode(),
        "systemctl --user daemon-reload && systemctl --user enable --now mixbridge",
        "systemctl --user disable --now mixbridge",
    )


def _systemd_word(word: str) -> str:
    """A word of a command line as systemd reads it: % and $ stand for themselves when doubled."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{word}"'
