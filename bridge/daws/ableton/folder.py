"""Where Live keeps what is the person's: its User Library, and in it our devices and AbletonOSC.

The library's place can be chosen in Live, which writes it to ``Library.cfg``, one for each version
of Live that was started. That file is XML and has no description: it holds ``ProjectPath`` and
``ProjectName`` of a ``LibraryProject`` in ``UserLibrary`` in Live 10 to 12, as several public
programs read it. What cannot be read says nothing, and the usual place holds.
"""

import os
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import bridge

DEVICES: Final = Path("Presets", "Audio Effects", "Max Audio Effect", "mixbridge")
"""Where Live's browser lists audio effects of one's own: User Library, and Max Audio Effect."""

_DEVICE_FILES: Final = (".amxd", ".js")
_MAX_CFG_BYTES: Final = 1 << 20


class ScriptState(StrEnum):
    """How AbletonOSC stands in the folder of remote scripts."""

    MISSING = "missing"
    MISPLACED = "misplaced"
    THERE = "there"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteScript:
    """AbletonOSC as it was found; `folder` is where it is, or where it belongs."""

    state: ScriptState
    folder: Path


def usual_user_library(system: str = sys.platform) -> Path | None:
    """Where the User Library is unless it was moved; None where there is no Live.

    From Ableton's help, article 209774085.
    """
    parents = {"darwin": "Music", "win32": "Documents"}
    if system not in parents:
        return None
    return Path.home() / parents[system] / "Ableton" / "User Library"


def find_user_library(given: Path | None, system: str = sys.platform) -> Path | None:
    """The User Library: the one given, the one that Live says, or the usual one, if it is there."""
    if given is not None:
        return given if given.is_dir() else None
    said = (user_library_of(file) for file in library_files(system))
    places = (*said, usual_user_library(system))
    return next((place for place in places if place is not None and place.is_dir()), None)


def find_installed() -> str:
    """Say where Live's User Library is on this machine; empty where there is none."""
    library = find_user_library(None)
    return "" if library is None else f"its User Library is {library}"


def library_files(system: str = sys.platform) -> list[Path]:
    """Every ``Library.cfg`` of Live, the one that was written last first.

    A version stays after another was installed, and the highest number need not be the one in use.
    """
    home = Path.home()
    folders = {
        "darwin": (home / "Library" / "Preferences", "Ableton/Live */Library.cfg"),
        "win32": (
            Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming"),
            "Ableton/Live */Preferences/Library.cfg",
        ),
    }
    if system not in folders:
        return []
    parent, pattern = folders[system]
    files = [(_written_at(file), file) for file in parent.glob(pattern)]
    return [file for _, file in sorted(files, reverse=True)]


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # it has gone meanwhile
        return 0.0


def user_library_of(file: Path) -> Path | None:
    """The User Library that a ``Library.cfg`` names; None where it names none."""
    try:
        if file.stat().st_size > _MAX_CFG_BYTES:
            return None
        # Python's expat refuses external entities, and bounds what internal ones become.
        root = ET.fromstring(file.read_bytes())  # noqa: S314
    except (OSError, ET.ParseError, LookupError, ValueError):  # or in an unknown encoding
        return None
    for project in root.iterfind(".//UserLibrary/LibraryProject"):
        path, name = (_value(project, tag) for tag in ("ProjectPath", "ProjectName"))
        if path and Path(path).is_absolute():
            return Path(path, name or "User Library")
    return None


def _value(project: ET.Element, tag: str) -> str:
    found = project.find(tag)
    return "" if found is None else found.get("Value", "")


def remote_script(library: Path) -> RemoteScript:
    """AbletonOSC in a User Library: where Live finds it, where it does not, or nowhere.

    An archive from GitHub unpacks to ``AbletonOSC-master``, often in a folder of its own: Live
    lists a script by its folder's name, and only folders right in ``Remote Scripts``.
    """
    scripts = library / "Remote Scripts"
    place = scripts / "AbletonOSC"
    if (place / "__init__.py").is_file():
        return RemoteScript(state=ScriptState.THERE, folder=place)
    astray = sorted((*scripts.glob("AbletonOSC*/manager.py"), *place.glob("*/manager.py")))
    if astray:
        return RemoteScript(state=ScriptState.MISPLACED, folder=astray[0].parent)
    return RemoteScript(state=ScriptState.MISSING, folder=place)


def shipped_folder() -> Path:
    """Where the devices are that belong to this version: in the package, or beside it."""
    package = Path(bridge.__file__).parent
    packed = package / "max_patches"
    return packed if packed.is_dir() else package.parent / "max_patches"


def installed_files(library: Path) -> dict[Path, bytes]:
    """What belongs into a User Library, by its place there: the devices, and their scripts beside.

    Empty where this copy of mixbridge has no devices.
    """
    shipped = shipped_folder()
    sources = sorted(shipped.iterdir()) if shipped.is_dir() else []
    return {
        library / DEVICES / source.name: source.read_bytes()
        for source in sources
        if source.suffix in _DEVICE_FILES
    }
