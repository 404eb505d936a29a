"""Setting Ardour up: its OSC surface on, with replies to whoever asks.

Ardour keeps the surfaces that are on in each session, and in its ``config`` those of a new session.
It rewrites both files, so that it must be closed while they are changed.
"""

import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

import click

from bridge.cli.options import FILE, carry_out_plan, dry_run_option, uninstall_option
from bridge.errors import SetupError
from bridge.install.setup import Change, Plan, backup_of

OSC_PROTOCOL: Final = "Open Sound Control (OSC)"
DEFAULT_PORT: Final = 3819

# The surface on, and its replies to the address and port that a message came from.
_WANTED: Final = {"active": "1", "address-only": "0"}
# What Ardour writes for a surface that was on once; without these it does not start it.
_DEFAULTS: Final = {
    "debugmode": "0", "remote-port": "8000", "banksize": "0", "striptypes": "31", "feedback": "0",
    "gainmode": "0", "send-page-size": "0", "plug-page-size": "0",
}  # fmt: skip
SCRIPT: Final = Path(__file__).with_name("mixbridge_items.lua")
"""What a person's Ardour runs for edits; see docs/edits.md."""

_HOOK: Final = (
    "For edits, in Ardour: Edit > Lua Scripts > Script Manager > Action Hooks > New Hook > "
    "'mixbridge items'."
)
_CLICKS: Final = (
    "In Ardour: Edit > Preferences > Control Surfaces > enable 'Open Sound Control (OSC)', then "
    "'Show Protocol Settings' > Port Mode: 'Auto - Reply to Sending Port'."
)


def config_folders() -> list[Path]:
    """The settings folders of every Ardour that this person has started, newest first."""
    home = Path.home()
    if sys.platform == "darwin":
        parent, pattern = home / "Library" / "Preferences", "Ardour[0-9]*"
    elif sys.platform == "win32":
        parent, pattern = Path(os.environ.get("LOCALAPPDATA", home)), "Ardour[0-9]*"
    else:
        parent = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        pattern = "ardour[0-9]*"
    folders = [folder for folder in parent.glob(pattern) if (folder / "config").is_file()]
    return sorted(folders, key=lambda folder: int(folder.name[6:] or 0), reverse=True)


def find_installed() -> str:
    """Say where the newest Ardour's settings are on this machine; empty where there are none."""
    folders = config_folders()
    return f"its settings are in {folders[0]}" if folders else ""


def plan_ardour(
    folder: Path | None, *, session: Path | None = None, uninstall: bool = False
) -> Plan:
    """What is to be changed in Ardour's settings and, if one is named, in a session.

    Args:
        folder: Its settings folder; None: those of the newest Ardour that is found.
        session: The ``.ardour`` file of a session that is there already.
        uninstall: Take back what an earlier call changed.

    Raises:
        SetupError: If Ardour was never started, runs now, or its settings cannot be read.
    """
    if folder is None:
        folders = config_folders()
        if not folders:
            raise SetupError(
                "No settings of Ardour were found: start Ardour once and close it, or name their "
                "folder with --folder DIR."
            )
        folder = folders[0]
    files = [folder / "config", *([session] if session is not None else ())]
    roots = {file: _read(file) for file in files}
    if running := running_ardour_pid():
        raise SetupError(
            f"Ardour runs (process {running}) and would write its settings over ours: close it "
            "and try again."
        )
    found = [f"Ardour's settings are in {folder}."]
    script = folder / "scripts" / SCRIPT.name
    if uninstall:
        changes = [change for file in files for change in _restore(file, roots[file])]
        if script.exists():
            text = f"{script} was removed."
            changes.append(Change(path=script, content=None, text=text, is_ours=True))
        if not changes:
            found.append("Nothing was set up here by mixbridge.")
        return Plan(changes=tuple(changes), found=tuple(found), remains=())
    changes = [change for file in files for change in _switch_on(file, roots[file])]
    wanted = SCRIPT.read_bytes()
    if not script.exists() or script.read_bytes() != wanted:
        text = f"{script}: tells of audio regions and makes edits, once you have switched it on."
        changes.append(Change(path=script, content=wanted, text=text, is_ours=True))
    return Plan(changes=tuple(changes), found=tuple(found), remains=_remains(folder, session))


def osc_port(folder: Path) -> int:
    """The port that the settings in `folder` name, or Ardour's default."""
    for option in _read(folder / "config").iter("Option"):
        if option.get("name") == "osc-port" and (option.get("value") or "").isdecimal():
            return int(option.get("value") or DEFAULT_PORT)
    return DEFAULT_PORT


def is_osc_on(folder: Path) -> bool:
    """Whether the settings in `folder` have the OSC surface on, with replies to whoever asks."""
    protocol = _protocol(_read(folder / "config"))
    return protocol is not None and all(protocol.get(k) == v for k, v in _WANTED.items())


def running_ardour_pid() -> int | None:
    """The process of a running Ardour of this person's; None where there is none, or no telling."""
    proc = Path("/proc")
    for status in proc.glob("[0-9]*/comm") if proc.is_dir() else ():
        try:
            name = status.read_text(encoding="utf-8", errors="replace").strip()
            is_mine = status.stat().st_uid == os.getuid()
        except OSError:  # it has ended meanwhile
            continue
        if is_mine and name.lower().startswith(("ardour-", "ardour7", "ardour8", "ardour9")):
            return int(status.parent.name)
    return None


def _switch_on(file: Path, root: ET.Element) -> list[Change]:
    protocol = _protocol(root)
    if protocol is not None and all(protocol.get(key) == value for key, value in _WANTED.items()):
        return []
    if protocol is None:
        protocols = root.find("ControlProtocols")
        if protocols is None:
            protocols = ET.SubElement(root, "ControlProtocols")
        protocol = ET.SubElement(protocols, "Protocol", {"name": OSC_PROTOCOL})
    protocol.attrib.update(_DEFAULTS | protocol.attrib | _WANTED)
    text = f"{file}: the OSC surface is on and answers whoever asks."
    return [Change(path=file, content=_bytes(root), text=text)]


def _restore(file: Path, root: ET.Element) -> list[Change]:
    backup = backup_of(file)
    if not backup.exists():
        return []
    changes = []
    before, now = _protocol(_read(backup)), _protocol(root)
    if now is not None:
        for key in _WANTED:
            value = before.get(key) if before is not None else None
            if value is not None:
                now.set(key, value)
            elif key == "active":
                now.set(key, "0")
            else:
                now.attrib.pop(key, None)
        text = f"{file}: the OSC surface is as it was before."
        changes.append(Change(path=file, content=_bytes(root), text=text))
    changes.append(Change(path=backup, content=None, text=f"{backup} was removed."))
    return changes


def _remains(folder: Path, session: Path | None) -> tuple[str, ...]:
    port = osc_port(folder)
    remains = [f"Start Ardour, and then: mixbridge run --daw ardour (OSC port {port})."]
    if port != DEFAULT_PORT:
        remains.insert(0, f"Put 'daw: {{dialect: ardour, port: {port}}}' into your settings.")
    remains.append(_HOOK)
    if session is None:
        remains.append("A new session has OSC on; one that you have already keeps its own choice:")
        remains.append(_CLICKS)
        remains.append("Or, with Ardour closed: mixbridge setup ardour --session FILE.ardour")
    return tuple(remains)


def _protocol(root: ET.Element) -> ET.Element | None:
    for protocol in root.iterfind("ControlProtocols/Protocol"):
        if protocol.get("name") == OSC_PROTOCOL:
            return protocol
    return None


def _read(config: Path) -> ET.Element:
    try:
        root = ET.fromstring(config.read_bytes())  # noqa: S314 - the person's own settings
    except OSError as error:
        raise SetupError(f"{config} cannot be read ({error.strerror}).") from None
    except ET.ParseError as error:
        raise SetupError(f"{config} is not a settings file of Ardour: {error}.") from None
    if root.tag not in ("Ardour", "Session"):
        raise SetupError(
            f"{config} is not a settings file of Ardour: expected <Ardour> or <Session>, "
            f"got <{root.tag}>."
        )
    return root


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    text: bytes = ET.tostring(root, "utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


@click.command("ardour")
@click.option("--folder", type=FILE, metavar="DIR", help="Ardour's settings, where not found.")
@click.option("--session", type=FILE, metavar="FILE", help="A session that is there already.")
@uninstall_option
@dry_run_option
def setup_command(
    *, folder: Path | None, session: Path | None, uninstall: bool, dry_run: bool
) -> None:
    """Turn Ardour's OSC surface on for new sessions, while Ardour is closed."""
    carry_out_plan(plan_ardour(folder, session=session, uninstall=uninstall), dry_run=dry_run)
