"""Setting REAPER up: the pattern file, the scripts, the surface in `reaper.ini`, the start.

REAPER rewrites `reaper.ini` when it quits, so that it must be closed while that is changed. All is
copied before, nothing is done twice, and what the person has put there stays.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

import bridge
from bridge.cli.options import (
    FILE,
    carry_out_plan,
    config_option,
    dry_run_option,
    settings,
    uninstall_option,
)
from bridge.daws.reaper.folder import MAILBOX, default_resource_folder, read_ini, section
from bridge.daws.reaper.wire.dialect import PORT
from bridge.errors import SetupError
from bridge.install.setup import Change, Plan, backup_of

NAME: Final = "mixbridge"
PATTERN_FILE: Final = "mixbridge.ReaperOSC"
PROBE: Final = "mixbridge_probe.jsfx"

_FLAGS: Final = 3
"""Receive and send; the third, "allow binding to actions", is not needed."""
_PACKET_BYTES: Final = 4096
"""At REAPER's 1,024 the meters of 64 tracks would fill the line; the bridge reads 8,192."""
_WAIT_MS: Final = 1
_OSC: Final = re.compile(
    r'OSC "(?P<name>[^"]*)" (?P<flags>\d+) (?P<port>\d+) "(?P<to>[^"]*)" (?P<to_port>\d+)'
)
_BLOCK: Final = re.compile(r"-- mixbridge begin\r?\n.*?-- mixbridge end\r?\n?", re.S)
_STARTUP: Final = """-- mixbridge begin
do -- the companion of mixbridge; 'mixbridge setup reaper --uninstall' takes this block out again
  local path = reaper.GetResourcePath() .. "/Scripts/mixbridge/mixbridge_Companion.lua"
  if reaper.file_exists(path) then dofile(path) end
end
-- mixbridge end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """An OSC surface of `reaper.ini`: where REAPER listens, and where it sends to."""

    name: str
    flags: int
    port: int
    to: str
    to_port: int
    value: str


def scripts_folder() -> Path:
    """Where the scripts are that belong to this version: in the package, or beside it."""
    package = Path(bridge.__file__).parent
    packed = package / "reaper_scripts"
    return packed if packed.is_dir() else package.parent / "reaper_scripts"


def installed_files(folder: Path) -> dict[Path, bytes]:
    """What belongs into a resource folder, by its place there."""
    files = {}
    for source in sorted(scripts_folder().iterdir()):
        place = {".ReaperOSC": "OSC", ".lua": f"Scripts/{NAME}", ".jsfx": f"Effects/{NAME}"}
        if source.suffix in place:
            files[folder / place[source.suffix] / source.name] = source.read_bytes()
    return files


def surfaces(text: str) -> list[Surface]:
    """The OSC surfaces that a `reaper.ini` has."""
    keys = section(text)
    found = [_OSC.match(keys.get(f"csurf_{number}", "")) for number in range(_count(keys))]
    return [
        Surface(
            name=match["name"],
            flags=int(match["flags"]),
            port=int(match["port"]),
            to=match["to"],
            to_port=int(match["to_port"]),
            value=match.string,
        )
        for match in found
        if match
    ]


def plan_reaper(
    folder: Path | None,
    *,
    bridge_port: int,
    uninstall: bool = False,
    is_running: Callable[[], bool] | None = None,
) -> Plan:
    """What is to be changed in REAPER's resource folder.

    Args:
        folder: The resource folder; None: the usual one.
        bridge_port: Where the bridge listens.
        uninstall: Take back what an earlier call changed.
        is_running: Says whether REAPER runs; None: look for its process.

    Raises:
        SetupError: If the folder is none of REAPER's, or REAPER runs and would undo the changes.
    """
    where = folder or default_resource_folder()
    ini = where / "reaper.ini"
    if not ini.is_file():
        raise SetupError(
            f"{where} is not REAPER's resource folder: there is no reaper.ini in it. Start REAPER "
            "once and close it, or name the folder that Options > Show REAPER resource path opens "
            "with --resource-path DIR."
        )
    try:
        plan = _uninstall(where) if uninstall else _install(where, folder, bridge_port)
    except OSError as error:
        raise SetupError(f"{error.filename} cannot be read ({error.strerror}).") from None
    touches_ini = any(change.path == ini for change in plan.changes)
    if touches_ini and (is_running or is_reaper_running)():
        raise SetupError(
            "REAPER runs, and would write its settings over ours when it quits: close it and try "
            "again. Nothing was changed."
        )
    return plan


def is_reaper_running() -> bool:
    """Whether a process of this machine is REAPER."""
    if sys.platform == "win32":
        command = ["tasklist", "/FO", "CSV", "/NH"]
    else:
        command = ["ps", "-A", "-o", "comm="]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    except OSError:  # no such program: the person is told to close REAPER in any case
        return False
    names = (line.split(",")[0].strip('" ') for line in listed.splitlines())
    return any(re.split(r"[/\\]", name)[-1].lower() in _PROCESSES for name in names)


_PROCESSES: Final = frozenset({"reaper", "reaper.exe", "reaper64.exe"})


def _install(folder: Path, given: Path | None, bridge_port: int) -> Plan:
    changes = [
        Change(
            path=path,
            content=content,
            text=f"{path.relative_to(folder)} was installed.",
            is_ours=True,
        )
        for path, content in installed_files(folder).items()
        if not path.exists() or path.read_bytes() != content
    ]
    startup = folder / "Scripts" / "__startup.lua"
    before = read_ini(startup) if startup.exists() else ""
    block = _STARTUP.replace("\n", "\r\n") if "\r\n" in before else _STARTUP
    if block not in before:
        kept = _BLOCK.sub("", before)
        joint = "" if not kept or kept.endswith("\n") else "\n"
        text = f"{startup}: the companion starts with REAPER."
        changes.append(Change(path=startup, content=_bytes(kept + joint + block), text=text))
    ini = folder / "reaper.ini"
    text = read_ini(ini)
    port = _free_port(text)
    value = (
        f'OSC "{NAME}" {_FLAGS} {port} "127.0.0.1" {bridge_port} {_PACKET_BYTES} {_WAIT_MS} '
        f'"{NAME}"'
    )
    if value not in [surface.value for surface in surfaces(text)]:
        change = f"{ini}: an OSC surface listens at {port} and sends to 127.0.0.1:{bridge_port}."
        changes.append(Change(path=ini, content=_bytes(_with_surface(text, value)), text=change))
    return Plan(
        changes=tuple(changes),
        found=(f"REAPER's resource folder is {folder}.",),
        remains=tuple(_remains(given, port)),
    )


def _remains(given: Path | None, port: int) -> list[str]:
    remains = ["Start REAPER, and then: mixbridge run --daw reaper"]
    if port != PORT:
        remains.insert(0, f"Put 'daw: {{dialect: reaper, port: {port}}}' into your settings.")
    if given is not None:
        remains.insert(
            0, f"Put 'reaper: {{resource_path: {given.absolute()}}}' into your settings."
        )
    return [
        *remains,
        "In REAPER: Actions > Show action list, search 'mixbridge'; put Thumb up and Thumb down on "
        "keys, a toolbar or a pad.",
        "For levels and spectra: 'JS: mixbridge probe' as the last effect of each track.",
        "'mixbridge doctor' with 'daw: {dialect: reaper}' in the settings says what is missing.",
    ]


def _uninstall(folder: Path) -> Plan:
    found = [f"REAPER's resource folder is {folder}."]
    changes = [
        Change(
            path=path, content=None, text=f"{path.relative_to(folder)} was removed.", is_ours=True
        )
        for path in (*installed_files(folder), *sorted((folder / MAILBOX).glob("*.txt")))
        if path.exists()
    ]
    startup = folder / "Scripts" / "__startup.lua"
    before = read_ini(startup) if startup.exists() else ""
    if _BLOCK.search(before):
        kept = _BLOCK.sub("", before)
        text = f"{startup}: the companion does not start with REAPER any more."
        content = _bytes(kept) if kept else None
        changes.append(Change(path=startup, content=content, text=text, is_ours=not kept))
    ini = folder / "reaper.ini"
    text = read_ini(ini)
    if any(surface.name == NAME for surface in surfaces(text)):
        change = f"{ini}: the OSC surface was taken out."
        changes.append(Change(path=ini, content=_bytes(_with_surface(text, None)), text=change))
    if not changes:
        found.append("Nothing was set up here by mixbridge.")
    remains = [f"{backup_of(ini)} is reaper.ini as it was before."] if changes else []
    return Plan(changes=tuple(changes), found=tuple(found), remains=tuple(remains))


def _count(keys: dict[str, str]) -> int:
    count = keys.get("csurf_cnt", "0")
    return min(int(count), 1000) if count.isdecimal() else 0


def _free_port(text: str) -> int:
    """REAPER's port of ours: that of before, or the first that no other surface listens at."""
    known = surfaces(text)
    taken = {surface.port for surface in known if surface.name != NAME}
    ours = [surface.port for surface in known if surface.name == NAME]
    free = (port for port in (*ours, *range(PORT, PORT + 1000)) if port not in taken)
    return int(next(free))


def _with_surface(text: str, value: str | None) -> str:
    """`reaper.ini` with our surface as `value` and last, or without it; the others keep order."""
    keys = section(text)
    kept = [keys.get(f"csurf_{number}", "") for number in range(_count(keys))]
    kept = [line for line in kept if line and not line.startswith(f'OSC "{NAME}" ')]
    wanted = [*kept, *([value] if value else [])]
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [f"csurf_cnt={len(wanted)}"]
    lines += [f"csurf_{number}={line}" for number, line in enumerate(wanted)]
    head = re.search(r"^\[reaper\][ \t]*(\r?\n|\Z)", text, re.I | re.M)
    if head is None:
        return f"[reaper]{end}{end.join(lines)}{end}{text}"
    after = re.search(r"^\[", text[head.end() :], re.M)
    stop = head.end() + after.start() if after else len(text)
    body = re.sub(r"^csurf_(cnt|\d+)=.*(\r?\n|\Z)", "", text[head.end() : stop], flags=re.I | re.M)
    joint = "" if head[1] else end
    return text[: head.end()] + joint + end.join(lines) + end + body + text[stop:]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@click.command("reaper")
@click.option("--resource-path", type=FILE, metavar="DIR", help="REAPER's, where not found.")
@uninstall_option
@dry_run_option
@config_option
def setup_command(
    *, resource_path: Path | None, uninstall: bool, dry_run: bool, config: Path | None
) -> None:
    """Install REAPER's pattern file, companion and actions, while REAPER is closed."""
    chosen = settings(config)
    folder = resource_path or chosen.reaper.resource_path
    plan = plan_reaper(folder, bridge_port=chosen.listen.port, uninstall=uninstall)
    carry_out_plan(plan, dry_run=dry_run)
