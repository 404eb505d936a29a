"""Setting Live up: our two devices in its User Library, and what AbletonOSC still needs.

Live may run meanwhile: it sees new files in its library at once, and a device that is on a track
already keeps what it was loaded with until it is loaded anew. AbletonOSC is another project's; it
is looked for, asked if Live runs, and neither installed nor changed.
"""

import sys
from pathlib import Path
from typing import Final

import click

from bridge.cli.options import FILE, carry_out_plan, dry_run_option, uninstall_option
from bridge.daws.ableton.folder import (
    DEVICES,
    RemoteScript,
    ScriptState,
    find_user_library,
    installed_files,
    library_files,
    remote_script,
    usual_user_library,
)
from bridge.daws.ableton.inquiry import BUNDLES_SINCE, AbletonOsc, inquire
from bridge.daws.ableton.wire.frames import ANSWERS_AT, PORT
from bridge.errors import NetworkError, SetupError
from bridge.install.setup import Change, Plan
from bridge.runtime.port_owner import why_not_bound

LOOPBACK: Final = "127.0.0.1"
ABLETON_OSC: Final = "https://github.com/ideoforms/AbletonOSC"
_SELECT: Final = (
    "In Live: Preferences > Link/Tempo/MIDI (in 12: Settings > Link, Tempo & MIDI) > Control "
    "Surface: AbletonOSC. The status bar then says that it listens at port 11000."
)
_WITHOUT: Final = "Without AbletonOSC the hub alone gives faders and pans: mixbridge run"


def plan_ableton(
    library: Path | None,
    *,
    uninstall: bool = False,
    ports: tuple[int, int] = (PORT, ANSWERS_AT),
) -> Plan:
    """What is to be changed in Live's User Library.

    Args:
        library: The User Library; None: the one that Live names, or the usual one.
        uninstall: Take away what an earlier call put there.
        ports: Where AbletonOSC listens and answers on this machine, if it runs.

    Raises:
        SetupError: If there is no such library, this copy of mixbridge has no devices, or a file
            cannot be read.
    """
    where = find_user_library(library)
    if where is None:
        raise SetupError(_not_found(library))
    try:
        wanted = installed_files(where)
        if not wanted:
            raise SetupError(
                "This copy of mixbridge has no devices of Max for Live: install it from its wheel "
                "or a whole checkout."
            )
        changes = (_removals if uninstall else _installs)(wanted, where)
    except OSError as error:
        raise SetupError(f"{error.filename} cannot be read ({error.strerror}).") from None
    found = [f"Live's User Library is {where}."]
    if uninstall:
        if not changes:
            found.append("Nothing was set up here by mixbridge.")
        return Plan(changes=changes, found=tuple(found), remains=())
    script = remote_script(where)
    found += [_found_script(script), *_asked(*ports)]
    remains = (*_script_steps(script), *_device_steps())
    return Plan(changes=changes, found=tuple(found), remains=remains)


def _not_found(given: Path | None) -> str:
    looked = given or usual_user_library()
    if looked is None:
        return (
            f"Live does not run on {sys.platform}: name a User Library, of Live in Wine or of "
            "another machine, with --user-library DIR."
        )
    named = "" if given or not library_files() else " nor where Live's Library.cfg says"
    return (
        f"No User Library of Live is at {looked}{named}: start Live once, or name the folder that "
        "Preferences > Library shows with --user-library DIR."
    )


def _installs(wanted: dict[Path, bytes], library: Path) -> tuple[Change, ...]:
    return tuple(
        Change(
            path=path,
            content=content,
            text=f"{path.relative_to(library)} was installed.",
            is_ours=not path.exists(),
        )
        for path, content in wanted.items()
        if not path.exists() or path.read_bytes() != content
    )


def _removals(wanted: dict[Path, bytes], library: Path) -> tuple[Change, ...]:
    return tuple(
        Change(
            path=path,
            content=None,
            text=f"{path.relative_to(library)} was removed.",
            is_ours=path.read_bytes() == content,
        )
        for path, content in wanted.items()
        if path.exists()
    )


def _found_script(script: RemoteScript) -> str:
    match script.state:
        case ScriptState.THERE:
            return f"AbletonOSC is in {script.folder}."
        case ScriptState.MISPLACED:
            return f"AbletonOSC is in {script.folder}, where Live does not find it by its name."
        case ScriptState.MISSING:
            return f"AbletonOSC is not in {script.folder.parent}."


def _asked(port: int, answers_at: int) -> tuple[str, ...]:
    """What AbletonOSC says of itself where something listens at its port."""
    if why_not_bound(LOOPBACK, port) is None:
        return ()
    try:
        with AbletonOsc(LOOPBACK, port, (LOOPBACK, answers_at)) as live:
            facts = inquire(live)
    except NetworkError as error:
        return (f"AbletonOSC was not asked: {error}",)
    if facts is None:
        return (
            f"What listens at port {port} does not answer: it is not AbletonOSC, or Live is busy.",
        )
    age = "is new enough" if facts["since"] == BUNDLES_SINCE else f"is older than {BUNDLES_SINCE}"
    return (f"AbletonOSC answers from Live {facts.get('live', '')}, and {age}.",)


def _script_steps(script: RemoteScript) -> tuple[str, ...]:
    """What is left to do for AbletonOSC; `script.folder` is where it is or belongs."""
    start = "Then: mixbridge run --daw ableton; 'mixbridge doctor' with 'daw: {dialect: ableton}'"
    match script.state:
        case ScriptState.THERE:
            return (_SELECT, f"{start} in the settings asks it.")
        case ScriptState.MISPLACED:
            place = next(each for each in script.folder.parents if each.name == "Remote Scripts")
            move = f"Move {script.folder} to {place / 'AbletonOSC'}, then start Live anew."
        case ScriptState.MISSING:
            move = (
                f"Get AbletonOSC ({ABLETON_OSC}: Code > Download ZIP), unpack it as "
                f"{script.folder} (its __init__.py right in there), then start Live anew."
            )
    return (move, _SELECT, f"{start} in the settings asks it.", _WITHOUT)


def _device_steps() -> tuple[str, ...]:
    return (
        "In Live's browser: User Library > "
        + " > ".join(DEVICES.parts)
        + ": drop mixbridge Hub on the master, and mixbridge Track as the last effect of each "
        "track that is to be heard.",
        "Devices that a set holds already are replaced when that set is opened anew.",
    )


@click.command("ableton")
@click.option("--user-library", type=FILE, metavar="DIR", help="Live's, where not found.")
@uninstall_option
@dry_run_option
def setup_command(*, user_library: Path | None, uninstall: bool, dry_run: bool) -> None:
    """Install the devices for Ableton Live, and say what AbletonOSC still needs."""
    carry_out_plan(plan_ableton(user_library, uninstall=uninstall), dry_run=dry_run)
