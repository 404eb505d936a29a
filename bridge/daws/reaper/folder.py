"""Where REAPER keeps what is the person's: its resource folder, and what `reaper.ini` says."""

import os
import re
import sys
from pathlib import Path
from typing import Final

MAILBOX: Final = "mixbridge"
"""The folder, inside the resource folder, of the files that the companion and the bridge share."""

_DEFAULT_METER_RANGE: Final = (-62.0, 6.0)


def default_resource_folder() -> Path:
    """Where REAPER's resource folder is unless it was installed as a portable one."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "REAPER"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming") / "REAPER"
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "REAPER"


def find_resource_folder(given: Path | None) -> Path | None:
    """The resource folder that was given, or else the usual one; None where there is none."""
    folder = given or default_resource_folder()
    return folder if (folder / "reaper.ini").is_file() else None


def find_installed() -> str:
    """Say where REAPER's settings are on this machine; empty where there are none."""
    folder = find_resource_folder(None)
    return "" if folder is None else f"its settings are in {folder}"


def read_ini(path: Path) -> str:
    """`reaper.ini` as text that writes back to the same bytes, whatever its encoding."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def section(text: str) -> dict[str, str]:
    """The keys of the section ``[reaper]``, in lower case."""
    found = re.search(r"^\[reaper\][ \t]*\r?$(.*?)(?=^\[|\Z)", text, re.I | re.M | re.S)
    lines = found[1].splitlines() if found else []
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def meter_range(folder: Path) -> tuple[float, float]:
    """The lowest and highest level of the person's meters, dBFS; REAPER's own where unsaid."""
    try:
        keys = section(read_ini(folder / "reaper.ini"))
        low, high = float(keys["vuminvol"]), float(keys["vumaxvol"])
    except (OSError, KeyError, ValueError):
        return _DEFAULT_METER_RANGE
    return (low, high) if low < high else _DEFAULT_METER_RANGE
